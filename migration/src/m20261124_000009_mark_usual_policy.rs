//! Which escalation policy contracts follow that name none.

use sea_orm_migration::prelude::*;

use crate::columns::*;

const TABLE: &str = "escalation_policy";
const COLUMN: &str = "usual";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = flag(COLUMN);
        manager
            .alter_table(Table::alter().table(Alias::new(TABLE)).add_column(column.default(false).take()).take())
            .await?;
        // There is one at most.
        raw(manager, "CREATE UNIQUE INDEX ux_escalation_policy_usual ON escalation_policy (usual) WHERE usual").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        raw(manager, "DROP INDEX ux_escalation_policy_usual").await?;
        manager.alter_table(Table::alter().table(Alias::new(TABLE)).drop_column(Alias::new(COLUMN)).take()).await
    }
}
