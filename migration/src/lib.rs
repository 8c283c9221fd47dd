//! The history of the schema, the same set for SQLite and PostgreSQL. Frozen once released: imports nothing of ours.

use sea_orm_migration::prelude::*;

mod columns;
mod m20261124_000001_create_people;
mod m20261124_000002_create_estate;
mod m20261124_000003_create_faults;
mod m20261124_000004_create_outbox;
mod m20261124_000005_create_contracts;
mod m20261124_000006_create_tickets;
mod m20261124_000007_create_contract_care;
mod m20261124_000008_create_calendar_uses;
mod m20261124_000009_mark_usual_policy;
mod m20261124_000011_cover_by_contract;
mod m20261124_000012_grow_tickets;
mod m20261124_000013_create_mail_in;
mod m20261124_000014_create_hardware;
mod m20261124_000015_create_work;
mod m20261124_000016_hold_replies;
mod m20261124_000017_create_library;
mod m20261124_000018_create_queue;
mod m20261124_000019_create_downtimes;
mod m20261130_000020_mark_flapping;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_create_people::Migration),
            Box::new(m20261124_000002_create_estate::Migration),
            Box::new(m20261124_000003_create_faults::Migration),
            Box::new(m20261124_000004_create_outbox::Migration),
            Box::new(m20261124_000005_create_contracts::Migration),
            Box::new(m20261124_000006_create_tickets::Migration),
            Box::new(m20261124_000007_create_contract_care::Migration),
            Box::new(m20261124_000008_create_calendar_uses::Migration),
            Box::new(m20261124_000009_mark_usual_policy::Migration),
            Box::new(m20261124_000011_cover_by_contract::Migration),
            Box::new(m20261124_000012_grow_tickets::Migration),
            Box::new(m20261124_000013_create_mail_in::Migration),
            Box::new(m20261124_000014_create_hardware::Migration),
            Box::new(m20261124_000015_create_work::Migration),
            Box::new(m20261124_000016_hold_replies::Migration),
            Box::new(m20261124_000017_create_library::Migration),
            Box::new(m20261124_000018_create_queue::Migration),
            Box::new(m20261124_000019_create_downtimes::Migration),
            Box::new(m20261130_000020_mark_flapping::Migration),
        ]
    }
}
