//! Notices (the outbox) and every attempt to deliver them.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("notice")
                    .col(id_null("fault_id"))
                    .col(number_null("fault_number"))
                    .col(id_null("customer_id"))
                    .col(text("kind"))
                    .col(number("step"))
                    .col(text("side"))
                    .col(id("recipient_id"))
                    .col(text("name"))
                    .col(text("email"))
                    .col(text("rule"))
                    .col(text("subject"))
                    .col(text("facts"))
                    .col(text("message_id"))
                    .col(text_null("in_reply_to"))
                    .col(text("state"))
                    .col(number("queued_at"))
                    .col(number("position"))
                    .col(number("next_attempt_at"))
                    .col(number("attempts"))
                    .col(number_null("sent_at"))
                    .col(text("reply"))
                    .foreign_key(&mut owned_by("notice", "fault_id", "fault"))
                    .take(),
            )
            .await?;
        // At most one for each (fault, kind, step, recipient), whatever happens in between.
        unique(manager, "notice", &["fault_id", "kind", "step", "recipient_id"]).await?;
        index(manager, "notice", &["queued_at"]).await?;
        raw(manager, "CREATE INDEX ix_notice_waiting ON notice (email, position) WHERE state IN ('queued', 'sending')")
            .await?;
        manager
            .create_table(
                table("delivery_attempt")
                    .col(id("notice_id"))
                    .col(number("at"))
                    .col(number("finished_at"))
                    .col(text("outcome"))
                    .col(text("reply"))
                    .foreign_key(&mut owned_by("delivery_attempt", "notice_id", "notice"))
                    .take(),
            )
            .await?;
        index(manager, "delivery_attempt", &["notice_id", "at"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["delivery_attempt", "notice"]).await
    }
}
