//! The staff queue and search: where a ticket stands, words that tickets are found by, saved views, bulk acts.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

use crate::columns::*;

const TICKET: &str = "ticket";
const WORDS: [&str; 2] = ["words_public", "words_staff"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in columns() {
            let table = Table::alter().table(Alias::new(TICKET)).add_column(&mut column).take();
            manager.alter_table(table).await?;
        }
        raw(manager, level_of_terms(manager.get_database_backend())).await?;
        raw(manager, "CREATE INDEX ix_ticket_place ON ticket (place, place_at, number) WHERE state <> 'closed'")
            .await?;
        // The program works these out where they are missing.
        raw(manager, "CREATE INDEX ix_ticket_placeless ON ticket (id) WHERE place IS NULL").await?;
        index(manager, TICKET, &["closed_at", "number"]).await?;
        create_words(manager).await?;
        create_views(manager).await?;
        create_bulk_acts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["bulk_act", "default_view", "saved_view", "words_staff", "words_public"]).await?;
        for name in ["ix_ticket_closed_at_number", "ix_ticket_placeless", "ix_ticket_place"] {
            manager.drop_index(Index::drop().name(name).table(Alias::new(TICKET)).to_owned()).await?;
        }
        for column in columns().into_iter().rev() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(TICKET)).drop_column(name).take()).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<ColumnDef> {
    vec![text_null("place"), number_null("place_at"), number_null("place_soon_at"), text_null("cover_level")]
}

fn level_of_terms(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => {
            "UPDATE ticket SET cover_level = terms::json -> 'level' ->> 'level' WHERE terms IS NOT NULL"
        }
        _ => "UPDATE ticket SET cover_level = json_extract(terms, '$.level.level') WHERE terms IS NOT NULL",
    }
}

/// Full text, one table for what everybody sees and one with notes too, so that nothing of a note shows through for
/// customers. `rowid` is the ticket's number times 2^20, plus the number of the entry; 0 is the ticket itself.
async fn create_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for table in WORDS {
        match manager.get_database_backend() {
            DbBackend::Postgres => {
                let create = format!("CREATE TABLE {table} (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)");
                raw(manager, &create).await?;
                raw(manager, &format!("CREATE INDEX ix_{table}_words ON {table} USING gin (words)")).await?;
            }
            _ => {
                let create = format!(
                    "CREATE VIRTUAL TABLE {table} USING fts5(words, content='', contentless_delete=1, \
                    tokenize='unicode61 remove_diacritics 0', prefix='2 3')"
                );
                raw(manager, &create).await?;
            }
        }
    }
    Ok(())
}

async fn create_views(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("saved_view")
                .col(id("user_id"))
                .col(text("name"))
                .col(text("query"))
                .col(flag("shared"))
                .col(number("version"))
                .col(number("created_at"))
                .foreign_key(&mut owned_by("saved_view", "user_id", "users"))
                .take(),
        )
        .await?;
    unique(manager, "saved_view", &["user_id", "name"]).await?;
    manager
        .create_table(
            keyed("default_view", &["user_id"])
                .col(id("user_id"))
                .col(id("view_id"))
                .foreign_key(&mut owned_by("default_view", "user_id", "users"))
                .foreign_key(&mut owned_by("default_view", "view_id", "saved_view"))
                .take(),
        )
        .await
}

async fn create_bulk_acts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("bulk_act")
                .col(id("user_id"))
                .col(number("at"))
                .col(text("words"))
                // What became of each ticket, and what takes it back, in JSON.
                .col(text("results"))
                .col(number_null("undone_at"))
                .foreign_key(&mut owned_by("bulk_act", "user_id", "users"))
                .take(),
        )
        .await?;
    index(manager, "bulk_act", &["user_id", "at"]).await
}
