//! Hardware on tickets: returns, the stock of loan units and their loans, couriers, visits, and what happened to each.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let number_of_rma = track("rma").col(number("number")).take();
        manager.create_table(number_of_rma).await?;
        unique(manager, "rma", &["number"]).await?;
        index(manager, "rma", &["ticket_id"]).await?;
        create_loans(manager).await?;
        manager.create_table(track("courier")).await?;
        index(manager, "courier", &["ticket_id"]).await?;
        create_visits(manager).await?;
        create_events(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["hardware_event", "visit", "courier", "loan_chase", "loan", "loan_unit", "rma"]).await
    }
}

/// What every track on a ticket has: `body` is the machine's state in JSON, `state` its word.
fn track(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(id("ticket_id"))
        .col(id("customer_id"))
        .col(text("state"))
        .col(text("body"))
        .col(number("opened_at"))
        .col(number_null("closed_at"))
        .col(number("version"))
        .foreign_key(&mut owned_by(name, "ticket_id", "ticket"))
        .foreign_key(&mut owned_by(name, "customer_id", "customer"))
        .take()
}

async fn create_loans(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let unit = table("loan_unit")
        .col(text("name"))
        .col(text("model"))
        .col(text("serial"))
        .col(text("facilities"))
        .col(text("state"))
        .col(number("version"))
        .col(number("created_at"))
        .take();
    manager.create_table(unit).await?;
    unique(manager, "loan_unit", &["name"]).await?;
    let loan = track("loan")
        .col(id("unit_id"))
        .col(number_null("chase_at"))
        .foreign_key(&mut refers_to("loan", "unit_id", "loan_unit"))
        .take();
    manager.create_table(loan).await?;
    index(manager, "loan", &["ticket_id"]).await?;
    // A unit is on one ticket at a time.
    raw(manager, "CREATE UNIQUE INDEX ux_loan_unit_open ON loan (unit_id) WHERE closed_at IS NULL").await?;
    raw(manager, "CREATE INDEX ix_loan_chase_at ON loan (chase_at) WHERE chase_at IS NOT NULL").await?;
    // The key is the promise: one reminder for each, whatever happens in between.
    let chase = keyed("loan_chase", &["loan_id", "days"])
        .col(id("loan_id"))
        .col(number("days"))
        .col(flag("told"))
        .col(number("written_at"))
        .foreign_key(&mut owned_by("loan_chase", "loan_id", "loan"))
        .take();
    manager.create_table(chase).await
}

async fn create_visits(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let visit = track("visit")
        .col(id("clock_id"))
        .col(id_null("engineer_id"))
        .col(number_null("starts_at"))
        .foreign_key(&mut refers_to("visit", "clock_id", "clock"))
        .foreign_key(&mut refers_to("visit", "engineer_id", "users"))
        .take();
    manager.create_table(visit).await?;
    index(manager, "visit", &["ticket_id"]).await?;
    // One visit at a time, and one clock for each.
    raw(manager, "CREATE UNIQUE INDEX ux_visit_ticket_open ON visit (ticket_id) WHERE closed_at IS NULL").await
}

async fn create_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let event = keyed("hardware_event", &["subject_id", "seq"])
        .col(id("subject_id"))
        .col(number("seq"))
        .col(text("track"))
        .col(id_null("ticket_id"))
        .col(number("at"))
        .col(text("kind"))
        .col(id_null("user_id"))
        .col(text("by"))
        .col(text("detail"))
        .foreign_key(&mut owned_by("hardware_event", "ticket_id", "ticket"))
        .foreign_key(&mut refers_to("hardware_event", "user_id", "users"))
        .take();
    manager.create_table(event).await?;
    index(manager, "hardware_event", &["ticket_id", "at"]).await
}
