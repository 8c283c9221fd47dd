//! What people write once and use often, telephone numbers by which callers are found, and forms that were sent already.

use sea_orm_migration::prelude::*;

use crate::columns::*;

/// Who can call, and from where.
const CALLERS: [&str; 3] = ["contact", "site", "customer"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in CALLERS {
            let mut phone = text("phone").default("").take();
            manager.alter_table(Table::alter().table(Alias::new(table)).add_column(&mut phone).take()).await?;
            index(manager, table, &["phone"]).await?;
        }
        create_library(manager).await?;
        manager
            .create_table(
                // The key is the promise: a form that is sent twice opens one ticket.
                table("sent_form")
                    .col(id("user_id"))
                    .col(number("ticket_number"))
                    .col(number("sent_at"))
                    .foreign_key(&mut owned_by("sent_form", "user_id", "users"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sent_form", "library_version", "library_item"]).await?;
        for table in CALLERS {
            let name = format!("ix_{table}_phone");
            manager.drop_index(Index::drop().name(name).table(Alias::new(table)).to_owned()).await?;
            manager
                .alter_table(Table::alter().table(Alias::new(table)).drop_column(Alias::new("phone")).take())
                .await?;
        }
        Ok(())
    }
}

async fn create_library(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("library_item")
                .col(text("kind"))
                // Of the latest version, as is the text: lists need no second query.
                .col(text("name"))
                .col(text("body"))
                .col(number("version"))
                .col(number("changed_at"))
                .col(text("changed_by"))
                .col(number_null("disabled_at"))
                .take(),
        )
        .await?;
    unique(manager, "library_item", &["kind", "name"]).await?;
    manager
        .create_table(
            keyed("library_version", &["item_id", "version"])
                .col(id("item_id"))
                .col(number("version"))
                .col(text("name"))
                .col(text("body"))
                .col(number("made_at"))
                .col(text("made_by"))
                .foreign_key(&mut owned_by("library_version", "item_id", "library_item"))
                .take(),
        )
        .await
}
