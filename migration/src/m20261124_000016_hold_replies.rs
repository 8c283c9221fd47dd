//! What is written with a form waits a moment before it is sent, and is sent once; tickets that close themselves say so.

use sea_orm_migration::prelude::*;

use crate::columns::*;

const TICKET: &str = "ticket";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = number_null("close_told_at");
        manager.alter_table(Table::alter().table(Alias::new(TICKET)).add_column(&mut column).take()).await?;
        manager
            .create_table(
                // The id is the key of the form: what comes twice is there already.
                table("ticket_reply")
                    .col(id("ticket_id"))
                    .col(id("user_id"))
                    .col(text("by"))
                    .col(text("text"))
                    .col(text("state"))
                    .col(number("seen"))
                    .col(number("written_at"))
                    .col(number("sends_at"))
                    .foreign_key(&mut owned_by("ticket_reply", "ticket_id", TICKET))
                    .foreign_key(&mut owned_by("ticket_reply", "user_id", "users"))
                    .take(),
            )
            .await?;
        index(manager, "ticket_reply", &["ticket_id", "state"]).await?;
        raw(manager, "CREATE INDEX ix_ticket_reply_held ON ticket_reply (sends_at) WHERE state = 'held'").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["ticket_reply"]).await?;
        let column = Alias::new("close_told_at");
        manager.alter_table(Table::alter().table(Alias::new(TICKET)).drop_column(column).take()).await
    }
}
