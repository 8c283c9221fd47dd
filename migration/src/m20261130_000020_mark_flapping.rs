//! Whether a fault keeps coming and going.

use sea_orm_migration::prelude::*;

use crate::columns::*;

const FAULT: &str = "fault";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = flag("flapping").default(false).take();
        manager.alter_table(Table::alter().table(Alias::new(FAULT)).add_column(&mut column).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(Alias::new(FAULT)).drop_column(Alias::new("flapping")).take()).await
    }
}
