//! The schema goes up, down and up again on both databases, with rows in it.

use domain::{
    access::Scope,
    calendar::Holidays,
    clock::{ClockKind, WARNING_PERCENTS},
    cover::CoverLevel,
    id::{ClockId, PolicyId},
    observation::Status,
};
use entity::{clock, contract, customer, escalation, fault};
use migration::Migrator;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use sea_orm_migration::MigratorTrait;

use super::{
    bank_holidays,
    calendars::TermsRef,
    clocks::{self, NewClock},
    contracts,
    escalations::{self, HoursRef, NewEscalation},
    faults::{self, new_id},
    hosts::fixtures::{host, now, open_fault, owner, service},
    policies, seeds, tickets,
    values::Made,
};
use crate::testing::{TestDb, databases};

/// What contracts, tickets, clocks, escalations, the care of contracts, calendars, the usual policy, the care of tickets,
/// mail in, hardware, work, held replies, the library, the queue, downtimes and flapping faults brought.
const ADDED: u32 = 15;

/// One row or more in every table that points at another.
async fn fill(test: &TestDb, name: &str, number: i64) {
    let (db, made) = (test.db.writer(), Made::seeded(now()));
    seeds::plant(&test.db, now()).await.unwrap();
    let bath = owner(&test.db, name).await;
    let pbx = host(&test.db, bath, name).await;
    let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
    let fault = open_fault(&test.db, bath, pbx, trunk, number, Status::Critical).await;
    let contract = contracts::tests::contract(CoverLevel::Cat2, None, "2026-04-01");
    let contract = contracts::tests::store(db, bath, &contract).await;
    let new = tickets::NewTicket { fault: Some(fault), contract: Some(contract), ..tickets::tests::request(bath) };
    let ticket = new.id;
    tickets::insert(db, new).await.unwrap();
    let clock = NewClock {
        id: ClockId(new_id(now()).unwrap()),
        ticket,
        kind: ClockKind::Response,
        terms: TermsRef { calendar: None, target_s: 3_600 },
        started_at: now(),
        entered_at: now(),
        percents: &WARNING_PERCENTS,
    };
    clocks::start(db, clock).await.unwrap();
    let policy = policies::tests::policy(name);
    let policy = policies::insert(db, PolicyId(new_id(now()).unwrap()), &policy, made).await.unwrap().unwrap();
    let escalation = NewEscalation {
        fault,
        customer: bath.customer,
        contract: Some(contract),
        policy,
        cover: HoursRef::Always,
        paging: Some(HoursRef::Always),
        opened_at: now(),
    };
    escalations::open(db, escalation).await.unwrap().unwrap();
}

#[tokio::test]
async fn going_down_and_up_again_loses_only_what_came_with_it() {
    for test in databases().await {
        fill(&test, "Bath", 1_001).await;
        let db = test.db.writer();
        assert_eq!(tickets::open_count(db, Scope::Everything).await.unwrap(), 1, "{}", test.name);
        Migrator::down(db, Some(ADDED)).await.unwrap();
        assert!(tickets::open_count(db, Scope::Everything).await.is_err(), "the table is gone: {}", test.name);
        // What faults have by now would be asked for in vain.
        let faults = fault::Entity::find().select_only().column(fault::Column::Id);
        assert_eq!(faults.count(db).await.unwrap(), 1, "{}", test.name);
        test.db.migrate().await.unwrap();
        assert_eq!(tickets::open_count(db, Scope::Everything).await.unwrap(), 0, "{}", test.name);
        fill(&test, "Avon", 1_002).await;
        assert_eq!(bank_holidays::table(db).await.unwrap(), Holidays::england_and_wales(), "{}", test.name);
        assert_eq!(faults::open_count(db, Scope::Everything).await.unwrap(), 2, "{}", test.name);
    }
}

#[tokio::test]
async fn a_customer_goes_with_everything_of_theirs_and_nothing_else() {
    for test in databases().await {
        fill(&test, "Bath", 1_001).await;
        fill(&test, "Avon", 1_002).await;
        let db = test.db.writer();
        customer::Entity::delete_many().filter(customer::Column::Name.eq("Bath")).exec(db).await.unwrap();
        assert_eq!(tickets::open_count(db, Scope::Everything).await.unwrap(), 1, "{}", test.name);
        let left = clock::Entity::find().count(db).await.unwrap() + contract::Entity::find().count(db).await.unwrap();
        assert_eq!(left, 2, "{}", test.name);
        assert_eq!(escalation::Entity::find().count(db).await.unwrap(), 1, "{}", test.name);
    }
}

#[tokio::test]
async fn everything_can_be_undone() {
    for test in databases().await {
        fill(&test, "Bath", 1_001).await;
        Migrator::down(test.db.writer(), None).await.unwrap();
        test.db.migrate().await.unwrap();
        fill(&test, "Bath", 1_001).await;
    }
}
