//! What covers a customer is said by contracts alone, and supervisors find what is open.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        raw(manager, "ALTER TABLE customer DROP COLUMN cover").await?;
        raw(manager, "CREATE INDEX ix_escalation_open ON escalation (contract_id) WHERE ended_at IS NULL").await?;
        raw(manager, "CREATE INDEX ix_clock_open ON clock (ticket_id) WHERE closed_at IS NULL").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        raw(manager, "DROP INDEX ix_clock_open").await?;
        raw(manager, "DROP INDEX ix_escalation_open").await?;
        raw(manager, "ALTER TABLE customer ADD COLUMN cover TEXT NOT NULL DEFAULT 'none'").await
    }
}
