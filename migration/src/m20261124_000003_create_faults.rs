//! Faults, what happened to them, acknowledgements, and the numbered log of changes for live boards.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_faults(manager).await?;
        create_acknowledgements(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table(Alias::new("event_log"))
                    .col(ColumnDef::new(Alias::new("seq")).big_integer().not_null().primary_key())
                    .col(number("at"))
                    .col(id("customer_id"))
                    .col(text("change"))
                    .take(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["event_log", "acknowledgement", "fault_event", "fault"]).await
    }
}

async fn create_faults(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("fault")
                .col(number("number"))
                .col(id("service_id"))
                .col(id("host_id"))
                .col(id("customer_id"))
                .col(text("status"))
                .col(text("headline"))
                .col(text("detail"))
                .col(number("changes"))
                .col(number("started_at"))
                .col(number("confirmed_at"))
                .col(number_null("cleared_at"))
                .col(number_null("customer_told_at"))
                .foreign_key(&mut owned_by("fault", "service_id", "service"))
                .take(),
        )
        .await?;
    unique(manager, "fault", &["number"]).await?;
    index(manager, "fault", &["customer_id", "cleared_at"]).await?;
    index(manager, "fault", &["host_id", "started_at"]).await?;
    // Two open faults of one service would tell people twice; the database refuses the second.
    raw(manager, "CREATE UNIQUE INDEX ux_fault_open ON fault (service_id) WHERE cleared_at IS NULL").await?;
    manager
        .create_table(
            table("fault_event")
                .col(id("fault_id"))
                .col(number("at"))
                .col(text("kind"))
                .col(text_null("side"))
                .col(text_null("by"))
                .col(text_null("status"))
                .col(text("detail"))
                .foreign_key(&mut owned_by("fault_event", "fault_id", "fault"))
                .take(),
        )
        .await?;
    index(manager, "fault_event", &["fault_id", "at"]).await
}

async fn create_acknowledgements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("acknowledgement")
                .col(id("fault_id"))
                .col(text("side"))
                .col(id_null("user_id"))
                .col(id_null("contact_id"))
                .col(text("by"))
                .col(text("note"))
                .col(number("at"))
                .col(number_null("expires_at"))
                .col(flag("sticky"))
                .col(number_null("ended_at"))
                .foreign_key(&mut owned_by("acknowledgement", "fault_id", "fault"))
                .take(),
        )
        .await?;
    raw(
        manager,
        "CREATE UNIQUE INDEX ux_acknowledgement_standing ON acknowledgement (fault_id, side) WHERE ended_at IS NULL",
    )
    .await
}
