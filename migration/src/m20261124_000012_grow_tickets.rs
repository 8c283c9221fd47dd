//! What people do with a ticket: who works on it, what it waits for, what it is linked with, how it ended.

use sea_orm_migration::prelude::*;

use crate::columns::*;

const TICKET: &str = "ticket";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in columns() {
            let table = Table::alter().table(Alias::new(TICKET)).add_column(&mut column).take();
            manager.alter_table(table).await?;
        }
        raw(manager, "UPDATE ticket SET kind = 'logged' WHERE kind = 'request'").await?;
        raw(manager, "UPDATE ticket SET channel = 'monitoring' WHERE fault_id IS NOT NULL").await?;
        raw(manager, "UPDATE ticket SET outcome = 'done' WHERE state = 'closed'").await?;
        index(manager, TICKET, &["assignee_id", "state"]).await?;
        raw(manager, "CREATE INDEX ix_ticket_closes_at ON ticket (closes_at) WHERE closes_at IS NOT NULL").await?;
        raw(manager, "CREATE INDEX ix_ticket_snoozed_until ON ticket (snoozed_until) WHERE snoozed_until IS NOT NULL")
            .await?;
        create_tags_and_watchers(manager).await?;
        create_links_and_ratings(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["ticket_rating", "ticket_link", "ticket_watcher", "ticket_tag"]).await?;
        for name in ["ix_ticket_snoozed_until", "ix_ticket_closes_at", "ix_ticket_assignee_id_state"] {
            manager.drop_index(Index::drop().name(name).table(Alias::new(TICKET)).to_owned()).await?;
        }
        // What the earlier schema has no words for becomes the nearest that it has.
        raw(manager, "UPDATE ticket SET kind = 'request' WHERE kind NOT IN ('fault', 'incident')").await?;
        raw(manager, "UPDATE ticket SET state = 'open' WHERE state <> 'closed'").await?;
        for column in columns().into_iter().rev() {
            let name = Alias::new(column.get_column_name());
            manager.alter_table(Table::alter().table(Alias::new(TICKET)).drop_column(name).take()).await?;
        }
        Ok(())
    }
}

/// Without foreign keys: SQLite could not take a column with one away again. Accounts are disabled and never deleted, and
/// tickets and contacts go with their customer.
fn columns() -> Vec<ColumnDef> {
    let word = |name, usual: &'static str| text(name).default(usual).take();
    vec![
        word("priority", "normal"),
        word("queue", "support"),
        word("channel", "portal"),
        word("raised_by", ""),
        id_null("raised_contact_id"),
        word("phone", ""),
        id_null("assignee_id"),
        text_null("outcome"),
        number_null("closes_at"),
        number_null("snoozed_until"),
        id_null("merged_into_id"),
    ]
}

async fn create_tags_and_watchers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            keyed("ticket_tag", &["ticket_id", "tag"])
                .col(id("ticket_id"))
                .col(text("tag"))
                .col(number("added_at"))
                .foreign_key(&mut owned_by("ticket_tag", "ticket_id", TICKET))
                .take(),
        )
        .await?;
    index(manager, "ticket_tag", &["tag", "added_at"]).await?;
    manager
        .create_table(
            keyed("ticket_watcher", &["ticket_id", "user_id"])
                .col(id("ticket_id"))
                .col(id("user_id"))
                .col(number("since"))
                .foreign_key(&mut owned_by("ticket_watcher", "ticket_id", TICKET))
                .foreign_key(&mut owned_by("ticket_watcher", "user_id", "users"))
                .take(),
        )
        .await?;
    index(manager, "ticket_watcher", &["user_id"]).await
}

async fn create_links_and_ratings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            // `ticket_id` refers to `other_id`; the other way round is read from the same row.
            keyed("ticket_link", &["ticket_id", "other_id", "kind"])
                .col(id("ticket_id"))
                .col(id("other_id"))
                .col(text("kind"))
                .col(number("linked_at"))
                .foreign_key(&mut owned_by("ticket_link", "ticket_id", TICKET))
                .foreign_key(&mut owned_by("ticket_link", "other_id", TICKET))
                .take(),
        )
        .await?;
    index(manager, "ticket_link", &["other_id"]).await?;
    manager
        .create_table(
            // The key is the promise: a customer answers once.
            keyed("ticket_rating", &["ticket_id"])
                .col(id("ticket_id"))
                .col(flag("satisfied"))
                .col(text("words"))
                .col(text("by"))
                .col(number("at"))
                .foreign_key(&mut owned_by("ticket_rating", "ticket_id", TICKET))
                .take(),
        )
        .await
}
