//! Mail that arrived, kept whole, and what was attached to messages on tickets.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                table("inbound_mail")
                    .col(number("received_at"))
                    .col(text("via"))
                    // The same message over two ways, or twice over one, has the same.
                    .col(text("digest"))
                    .col(number("copies"))
                    .col(text("message_id"))
                    .col(text("sender_key"))
                    .col(text("sender_name"))
                    .col(flag("known"))
                    .col(text("envelope_from"))
                    .col(text("subject"))
                    .col(number("size"))
                    .col(blob("raw"))
                    .col(text("outcome"))
                    .col(text("reason"))
                    .col(id_null("customer_id"))
                    .col(id_null("ticket_id"))
                    .col(number_null("event_seq"))
                    .col(id_null("notice_id"))
                    .col(number_null("settled_at"))
                    .col(text("settled_by"))
                    .foreign_key(&mut owned_by("inbound_mail", "customer_id", "customer"))
                    .foreign_key(&mut owned_by("inbound_mail", "ticket_id", "ticket"))
                    .take(),
            )
            .await?;
        unique(manager, "inbound_mail", &["digest"]).await?;
        index(manager, "inbound_mail", &["received_at"]).await?;
        index(manager, "inbound_mail", &["sender_key", "received_at"]).await?;
        index(manager, "inbound_mail", &["outcome", "received_at"]).await?;
        manager
            .create_table(
                table("attachment")
                    // 128 random bits: the address of the file.
                    .col(text("key"))
                    .col(id("ticket_id"))
                    .col(number("event_seq"))
                    .col(flag("public"))
                    .col(id_null("mail_id"))
                    .col(text("name"))
                    .col(text("kind"))
                    .col(number("size"))
                    .col(text("sha256"))
                    .col(blob("bytes"))
                    .col(number("created_at"))
                    .foreign_key(&mut owned_by("attachment", "ticket_id", "ticket"))
                    .take(),
            )
            .await?;
        unique(manager, "attachment", &["key"]).await?;
        index(manager, "attachment", &["ticket_id", "event_seq"]).await?;
        // Answers name the mail that they answer.
        index(manager, "notice", &["message_id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("ix_notice_message_id").table(Alias::new("notice")).to_owned()).await?;
        drop_tables(manager, &["attachment", "inbound_mail"]).await
    }
}
