//! Time worked, CatS incidents with consents and extras, training courses and conditions.
//!
//! Corrections and consents are only ever appended, numbered from 1 within their owner.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_time(manager).await?;
        create_incidents(manager).await?;
        create_training(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["conditional_ticket", "attendance", "training_condition", "training_course"]).await?;
        drop_tables(manager, &["extra_line", "incident_consent", "incident"]).await?;
        drop_tables(manager, &["outside_cover", "stopwatch", "time_correction", "time_entry"]).await
    }
}

async fn create_time(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("time_entry")
                .col(id("ticket_id"))
                .col(id("user_id"))
                .col(text("by"))
                .col(number("started_at"))
                .col(number("seconds"))
                .col(text("what"))
                .col(flag("stopwatch"))
                .col(number("version"))
                .col(number("created_at"))
                .foreign_key(&mut owned_by("time_entry", "ticket_id", "ticket"))
                .foreign_key(&mut refers_to("time_entry", "user_id", "users"))
                .take(),
        )
        .await?;
    index(manager, "time_entry", &["ticket_id"]).await?;
    index(manager, "time_entry", &["user_id", "started_at"]).await?;
    manager
        .create_table(
            keyed("time_correction", &["entry_id", "seq"])
                .col(id("entry_id"))
                .col(number("seq"))
                .col(number("at"))
                .col(id("user_id"))
                .col(text("by"))
                .col(text("reason"))
                .col(number("started_at"))
                .col(number("seconds"))
                .col(text("what"))
                .foreign_key(&mut owned_by("time_correction", "entry_id", "time_entry"))
                .foreign_key(&mut refers_to("time_correction", "user_id", "users"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            // The key is the promise: a person's stopwatch runs on one ticket.
            keyed("stopwatch", &["user_id"])
                .col(id("user_id"))
                .col(id("ticket_id"))
                .col(text("by"))
                .col(number("started_at"))
                .foreign_key(&mut owned_by("stopwatch", "user_id", "users"))
                .foreign_key(&mut owned_by("stopwatch", "ticket_id", "ticket"))
                .take(),
        )
        .await?;
    index(manager, "stopwatch", &["ticket_id"]).await?;
    manager
        .create_table(
            keyed("outside_cover", &["ticket_id"])
                .col(id("ticket_id"))
                .col(number("told_at"))
                .col(text("told_by"))
                .col(text("how"))
                .col(text("note"))
                .foreign_key(&mut owned_by("outside_cover", "ticket_id", "ticket"))
                .take(),
        )
        .await
}

async fn create_incidents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            keyed("incident", &["ticket_id"])
                .col(id("ticket_id"))
                .col(text("state"))
                .col(number("asked_at"))
                .col(text("asked_by"))
                .col(number("unit_pence"))
                .col(number("vat_hundredths"))
                .col(number("price_list_version"))
                .col(number_null("decided_at"))
                .col(text("decided_by"))
                .col(text("reason"))
                .col(id_null("split_from"))
                .col(number("version"))
                .foreign_key(&mut owned_by("incident", "ticket_id", "ticket"))
                .foreign_key(&mut refers_to("incident", "split_from", "ticket"))
                .take(),
        )
        .await?;
    let of = |table: &'static str| {
        ForeignKey::create()
            .name(format!("fk_{table}_ticket_id"))
            .from(Alias::new(table), Alias::new("ticket_id"))
            .to(Alias::new("incident"), Alias::new("ticket_id"))
            .on_delete(ForeignKeyAction::Cascade)
            .take()
    };
    manager
        .create_table(
            // A unit is approved once.
            keyed("incident_consent", &["ticket_id", "unit"])
                .col(id("ticket_id"))
                .col(number("unit"))
                .col(number("at"))
                .col(number("entered_at"))
                .col(text("how"))
                .col(text("given_by"))
                .col(id("user_id"))
                .col(text("by"))
                .foreign_key(&mut of("incident_consent"))
                .foreign_key(&mut refers_to("incident_consent", "user_id", "users"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("extra_line")
                .col(id("ticket_id"))
                .col(number("at"))
                .col(text("kind"))
                .col(text("what"))
                .col(number("net_pence"))
                .col(flag("under_warranty"))
                .col(id("user_id"))
                .col(text("by"))
                .col(number_null("withdrawn_at"))
                .col(text("withdrawn_because"))
                .foreign_key(&mut of("extra_line"))
                .foreign_key(&mut refers_to("extra_line", "user_id", "users"))
                .take(),
        )
        .await?;
    index(manager, "extra_line", &["ticket_id"]).await
}

async fn create_training(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            table("training_course")
                .col(text("topic"))
                .col(number("starts_at"))
                .col(text("place"))
                .col(text("state"))
                .col(number_null("ran_at"))
                .col(number("version"))
                .col(number("created_at"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            table("training_condition")
                .col(id("customer_id"))
                .col(text("topic"))
                .col(text("reason"))
                .col(number("decided_at"))
                .col(text("decided_by"))
                .col(number_null("waived_at"))
                .col(text("waived_by"))
                .col(text("waived_because"))
                .col(number("version"))
                .foreign_key(&mut owned_by("training_condition", "customer_id", "customer"))
                .take(),
        )
        .await?;
    index(manager, "training_condition", &["customer_id"]).await?;
    manager
        .create_table(
            keyed("attendance", &["course_id", "customer_id", "person"])
                .col(id("course_id"))
                .col(id("customer_id"))
                .col(text("person"))
                .col(number("recorded_at"))
                .col(text("by"))
                .foreign_key(&mut owned_by("attendance", "course_id", "training_course"))
                .foreign_key(&mut owned_by("attendance", "customer_id", "customer"))
                .take(),
        )
        .await?;
    manager
        .create_table(
            keyed("conditional_ticket", &["ticket_id"])
                .col(id("ticket_id"))
                .col(id("condition_id"))
                .col(number("held_at"))
                .col(number_null("released_at"))
                .foreign_key(&mut owned_by("conditional_ticket", "ticket_id", "ticket"))
                .foreign_key(&mut refers_to("conditional_ticket", "condition_id", "training_condition"))
                .take(),
        )
        .await?;
    index(manager, "conditional_ticket", &["condition_id"]).await
}
