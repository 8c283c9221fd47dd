use domain::{
    id::ContactId,
    observation::Status,
    text::{EmailAddress, Name},
};
use entity::notice;

use super::*;
use crate::{
    store::{
        contacts::{self, NewContact},
        contracts::tests::{contract, store},
        hosts::fixtures::owner,
        seeds,
    },
    testing::databases,
};

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Kinds and days of the notices to the only contact, in order.
async fn told(db: &Db) -> Vec<(String, i64)> {
    let rows = notice::Entity::find().order_by_asc(notice::Column::Position).all(db.read()).await.unwrap();
    rows.into_iter().map(|row| (row.kind, row.step)).collect()
}

async fn run(db: &Db, instant: &str) -> u64 {
    run_due(db, at(instant), "desk.example").await.unwrap()
}

/// A contract from 1 April 2026 on for one customer with one contact.
async fn bench(db: &Db, edit: impl FnOnce(&mut Contract)) -> Contract {
    seeds::plant(db, at("2026-03-01T00:00:00Z")).await.unwrap();
    let bath = owner(db, "Bath").await;
    let new = NewContact {
        id: ContactId(new_id(Timestamp::EPOCH).unwrap()),
        customer: bath.customer,
        name: Name::parse("Jo Bell").unwrap(),
        email: EmailAddress::parse("jo@bath.example").unwrap(),
        severity_min: Status::Critical,
        at: Timestamp::EPOCH,
    };
    contacts::create(db.writer(), new).await.unwrap();
    let mut new = contract(CoverLevel::Cat1, None, "2026-04-01");
    new.activated_at = Some(at("2026-03-01T00:00:00Z"));
    edit(&mut new);
    store(db.writer(), bath, &new).await;
    new
}

#[tokio::test]
async fn each_notice_is_queued_once_at_nine_of_the_customer_whatever_happens_between() {
    for test in databases().await {
        let db = &test.db;
        let contract = bench(db, |_| {}).await;
        // The last day is 31 March 2027: 90 days before is 31 December.
        for (instant, new) in [
            ("2026-04-02T00:00:00Z", 0),
            ("2026-12-31T08:59:59Z", 0),
            ("2026-12-31T09:00:00Z", 1),
            ("2026-12-31T09:01:00Z", 0),
            ("2027-03-01T09:00:00Z", 1),
            ("2027-03-24T09:00:00Z", 1),
            ("2027-03-30T09:00:00Z", 0),
            // The year after has its own.
            ("2027-04-02T12:00:00Z", 0),
            ("2028-01-01T09:00:00Z", 1),
        ] {
            assert_eq!(run(db, instant).await, new, "{} {instant}", test.name);
        }
        let renews = |days| ("term_renews".to_owned(), days);
        assert_eq!(told(db).await, [renews(90), renews(30), renews(7), renews(90)], "{}", test.name);
        assert_eq!(of_contract(db.read(), &contract).await.unwrap().len(), 4, "{}", test.name);
    }
}

#[tokio::test]
async fn a_server_that_was_down_tells_the_last_only_and_an_end_is_called_one() {
    for test in databases().await {
        let db = &test.db;
        bench(db, |contract| contract.terms.ends_on = Some(jiff::civil::date(2027, 3, 31))).await;
        assert_eq!(run(db, "2027-03-02T00:00:00Z").await, 1, "{}", test.name);
        assert_eq!(told(db).await, [("term_ends".to_owned(), 30)], "{}", test.name);
        assert_eq!(run(db, "2027-06-01T00:00:00Z").await, 0, "it has ended: {}", test.name);
    }
}

#[tokio::test]
async fn a_draft_tells_nobody() {
    for test in databases().await {
        let db = &test.db;
        bench(db, |contract| contract.activated_at = None).await;
        assert_eq!(run(db, "2027-03-24T12:00:00Z").await, 0, "{}", test.name);
        assert!(told(db).await.is_empty(), "{}", test.name);
    }
}
