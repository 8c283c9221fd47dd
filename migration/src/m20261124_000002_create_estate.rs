//! Hosts, services, their parents and states, transitions, compressed observations.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_hosts(manager).await?;
        create_services(manager).await?;
        create_history(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["observation_chunk", "transition", "service_state", "service", "host_parent", "host"];
        drop_tables(manager, &tables).await
    }
}

async fn create_hosts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("host")
                .col(id("customer_id"))
                .col(id("site_id"))
                .col(text("name"))
                .col(text("system"))
                .col(text("kind"))
                .col(text("address"))
                .col(text("access_note"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number_null("paused_at"))
                .col(number_null("removed_at"))
                .foreign_key(&mut owned_by("host", "customer_id", "customer"))
                .foreign_key(&mut owned_by("host", "site_id", "site"))
                .take(),
        )
        .await?;
    index(manager, "host", &["customer_id"]).await?;
    // A removed host keeps its history; its name is free again.
    raw(manager, "CREATE UNIQUE INDEX ux_host_name ON host (name) WHERE removed_at IS NULL").await?;
    manager
        .create_table(
            Table::create()
                .table(Alias::new("host_parent"))
                .col(id("host_id"))
                .col(id("parent_id"))
                .primary_key(Index::create().col(Alias::new("host_id")).col(Alias::new("parent_id")))
                .foreign_key(&mut owned_by("host_parent", "host_id", "host"))
                .foreign_key(&mut owned_by("host_parent", "parent_id", "host"))
                .take(),
        )
        .await
}

async fn create_services(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("service")
                .col(id("host_id"))
                .col(id("customer_id"))
                .col(text("name"))
                .col(text("kind"))
                .col(text("target"))
                .col(text("params"))
                .col(number("interval_s"))
                .col(number("retry_interval_s"))
                .col(number("timeout_ms"))
                .col(number("attempts_max"))
                .col(number("version"))
                .col(number("created_at"))
                .col(number_null("paused_at"))
                .col(number_null("removed_at"))
                .foreign_key(&mut owned_by("service", "host_id", "host"))
                .take(),
        )
        .await?;
    index(manager, "service", &["host_id"]).await?;
    index(manager, "service", &["customer_id"]).await?;
    manager
        .create_table(
            Table::create()
                .table(Alias::new("service_state"))
                .col(ColumnDef::new(Alias::new("service_id")).uuid().not_null().primary_key())
                .col(text("state"))
                .col(number("seq"))
                .col(number("changed_at"))
                .col(text("detail"))
                .foreign_key(&mut owned_by("service_state", "service_id", "service"))
                .take(),
        )
        .await
}

async fn create_history(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table(Alias::new("transition"))
                .col(id("service_id"))
                .col(number("seq"))
                .col(id("host_id"))
                .col(number("at"))
                .col(text("status"))
                .col(flag("hard"))
                .col(text("detail"))
                .col(number_null("fault_number"))
                .primary_key(Index::create().col(Alias::new("service_id")).col(Alias::new("seq")))
                .foreign_key(&mut owned_by("transition", "service_id", "service"))
                .take(),
        )
        .await?;
    index(manager, "transition", &["service_id", "at"]).await?;
    index(manager, "transition", &["host_id", "at"]).await?;
    manager
        .create_table(
            Table::create()
                .table(Alias::new("observation_chunk"))
                .col(id("service_id"))
                .col(number("started_at"))
                .col(number("ended_at"))
                .col(number("count"))
                .col(blob("data"))
                .primary_key(Index::create().col(Alias::new("service_id")).col(Alias::new("started_at")))
                .foreign_key(&mut owned_by("observation_chunk", "service_id", "service"))
                .take(),
        )
        .await
}
