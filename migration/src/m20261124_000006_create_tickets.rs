//! Tickets with their timelines and clocks, and the escalations of faults.
//!
//! Events are only ever appended, numbered from 1 within their owner; what is stored beside them is what they add up
//! to.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_tickets(manager).await?;
        create_clocks(manager).await?;
        create_escalations(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["escalation_event", "escalation", "clock_notice", "clock_event", "clock"]).await?;
        drop_tables(manager, &["ticket_event", "ticket"]).await
    }
}

async fn create_tickets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("ticket")
                .col(number("number"))
                .col(text("kind"))
                .col(id("customer_id"))
                .col(id_null("site_id"))
                .col(id_null("host_id"))
                .col(id_null("service_id"))
                .col(id_null("fault_id"))
                .col(id_null("contract_id"))
                .col(id_null("equipment_id"))
                .col(text("subject"))
                .col(text("cover"))
                .col(text_null("terms"))
                .col(text("state"))
                .col(number("opened_at"))
                .col(number_null("closed_at"))
                .col(number("version"))
                .col(number("created_at"))
                .foreign_key(&mut owned_by("ticket", "customer_id", "customer"))
                .foreign_key(&mut refers_to("ticket", "site_id", "site"))
                .foreign_key(&mut refers_to("ticket", "host_id", "host"))
                .foreign_key(&mut refers_to("ticket", "service_id", "service"))
                .foreign_key(&mut refers_to("ticket", "fault_id", "fault"))
                .foreign_key(&mut refers_to("ticket", "contract_id", "contract"))
                .foreign_key(&mut refers_to("ticket", "equipment_id", "equipment"))
                .take(),
        )
        .await?;
    unique(manager, "ticket", &["number"]).await?;
    // One ticket for each fault, however often it flaps.
    unique(manager, "ticket", &["fault_id"]).await?;
    index(manager, "ticket", &["customer_id", "opened_at"]).await?;
    index(manager, "ticket", &["state", "opened_at"]).await?;
    manager
        .create_table(
            keyed("ticket_event", &["ticket_id", "seq"])
                .col(id("ticket_id"))
                .col(number("seq"))
                .col(number("at"))
                .col(number("entered_at"))
                .col(text("kind"))
                .col(flag("public"))
                .col(id_null("user_id"))
                .col(text("by"))
                .col(text("detail"))
                .foreign_key(&mut owned_by("ticket_event", "ticket_id", "ticket"))
                .foreign_key(&mut refers_to("ticket_event", "user_id", "users"))
                .take(),
        )
        .await
}

async fn create_clocks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("clock")
                .col(id("ticket_id"))
                .col(text("kind"))
                .col(number("cycle"))
                .col(number("started_at"))
                .col(text("state"))
                .col(number_null("due_at"))
                .col(number_null("used_up_at"))
                .col(text("warnings"))
                .col(number_null("next_at"))
                .col(number_null("closed_at"))
                .col(number("events"))
                .foreign_key(&mut owned_by("clock", "ticket_id", "ticket"))
                .take(),
        )
        .await?;
    unique(manager, "clock", &["ticket_id", "kind", "cycle"]).await?;
    raw(manager, "CREATE INDEX ix_clock_next_at ON clock (next_at) WHERE next_at IS NOT NULL").await?;
    manager
        .create_table(
            keyed("clock_event", &["clock_id", "seq"])
                .col(id("clock_id"))
                .col(number("seq"))
                .col(number("at"))
                .col(number("entered_at"))
                .col(text("kind"))
                .col(id_null("calendar_version_id"))
                .col(text("fact"))
                .foreign_key(&mut owned_by("clock_event", "clock_id", "clock"))
                .foreign_key(&mut refers_to("clock_event", "calendar_version_id", "calendar_version"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            // The key is the promise: one notice for each, whatever happens in between.
            keyed("clock_notice", &["ticket_id", "clock_id", "threshold", "cycle"])
                .col(id("ticket_id"))
                .col(id("clock_id"))
                .col(number("threshold"))
                .col(number("cycle"))
                .col(number("due_at"))
                .col(number("written_at"))
                .foreign_key(&mut owned_by("clock_notice", "ticket_id", "ticket"))
                .foreign_key(&mut owned_by("clock_notice", "clock_id", "clock"))
                .take(),
        )
        .await?;
    index(manager, "clock_notice", &["clock_id"]).await
}

async fn create_escalations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            keyed("escalation", &["fault_id"])
                .col(id("fault_id"))
                .col(id("customer_id"))
                .col(id_null("contract_id"))
                .col(id("policy_version_id"))
                .col(id_null("cover_calendar_id"))
                .col(text("paging"))
                .col(id_null("paging_calendar_id"))
                .col(number("opened_at"))
                .col(number_null("next_at"))
                .col(number_null("ended_at"))
                .col(number("events"))
                .foreign_key(&mut owned_by("escalation", "fault_id", "fault"))
                .foreign_key(&mut owned_by("escalation", "customer_id", "customer"))
                .foreign_key(&mut refers_to("escalation", "contract_id", "contract"))
                .foreign_key(&mut refers_to("escalation", "policy_version_id", "escalation_policy_version"))
                .foreign_key(&mut refers_to("escalation", "cover_calendar_id", "calendar_version"))
                .foreign_key(&mut refers_to("escalation", "paging_calendar_id", "calendar_version"))
                .take(),
        )
        .await?;
    raw(manager, "CREATE INDEX ix_escalation_next_at ON escalation (next_at) WHERE next_at IS NOT NULL").await?;
    let of = ForeignKey::create()
        .name("fk_escalation_event_fault_id")
        .from(Alias::new("escalation_event"), Alias::new("fault_id"))
        .to(Alias::new("escalation"), Alias::new("fault_id"))
        .on_delete(ForeignKeyAction::Cascade)
        .take();
    manager
        .create_table(
            keyed("escalation_event", &["fault_id", "seq"])
                .col(id("fault_id"))
                .col(number("seq"))
                .col(number("at"))
                .col(text("kind"))
                .col(text_null("side"))
                .col(number_null("step"))
                .col(number_null("repeat"))
                .col(text("event"))
                .foreign_key(&mut of.clone())
                .take(),
        )
        .await?;
    // A step or reminder is taken once. Other events have no step and do not count.
    unique(manager, "escalation_event", &["fault_id", "side", "step", "repeat"]).await
}
