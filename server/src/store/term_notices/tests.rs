use domain::{
    contract::Inspection,
    id::{ContactId, CustomerId, UserId},
    observation::Status,
    outbox::NoticeState,
    text::{EmailAddress, Name},
};
use entity::notice;

use super::*;
use crate::{
    store::{
        contacts::{self, NewContact},
        contracts::tests::{contract, store},
        hosts::fixtures::{owner, refuse_contact},
        seeds,
        users::{self, NewUser},
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

#[tokio::test]
async fn an_edit_of_the_contract_repeats_no_notice_and_sends_none_early() {
    for test in databases().await {
        let db = &test.db;
        let contract = bench(db, |_| {}).await;
        let edit = async || {
            let stored = contracts::find(db.read(), Scope::Everything, contract.id).await.unwrap().unwrap();
            contracts::update(db.writer(), &contract, &stored.agreed, stored.version).await.unwrap();
        };
        // The first is due on 31 December at 09:00, each edit has it looked at anew.
        for (instant, new) in [
            ("2026-12-30T12:00:00Z", 0),
            ("2026-12-31T08:59:59Z", 0),
            ("2026-12-31T09:00:00Z", 1),
            ("2027-01-04T09:00:00Z", 0),
        ] {
            edit().await;
            assert_eq!(run(db, instant).await, new, "{} {instant}", test.name);
        }
        assert_eq!(told(db).await, [("term_renews".to_owned(), 90)], "{}", test.name);
    }
}

async fn person(db: &Db, name: &str, customer: Option<CustomerId>, role: Role, receives_faults: bool) -> UserId {
    let id = UserId(new_id(Timestamp::EPOCH).unwrap());
    let email = EmailAddress::parse(&format!("{name}@x.example")).unwrap();
    let name = Name::parse(name).unwrap();
    let at = Timestamp::EPOCH;
    let new = NewUser { id, customer, name, email, role, password_hash: None, receives_faults, at };
    users::create(db.writer(), new).await.unwrap();
    id
}

async fn address(db: &Db, customer: CustomerId, email: &str) -> ContactId {
    let id = ContactId(new_id(Timestamp::EPOCH).unwrap());
    let (name, email) = (Name::parse("Somebody").unwrap(), EmailAddress::parse(email).unwrap());
    let new = NewContact { id, customer, name, email, severity_min: Status::Critical, at: Timestamp::EPOCH };
    contacts::create(db.writer(), new).await.unwrap();
    id
}

#[tokio::test]
async fn the_customers_contacts_and_managers_and_the_staff_for_faults_hear_and_nobody_else() {
    for test in databases().await {
        let db = &test.db;
        let contract = bench(db, |_| {}).await;
        let bath = contracts::find(db.read(), Scope::Everything, contract.id).await.unwrap().unwrap().agreed.customer;
        let avon = owner(db, "Avon").await.customer;
        address(db, avon, "kit@avon.example").await;
        let gone = address(db, bath, "gone@bath.example").await;
        contacts::remove(db.writer(), gone, Timestamp::EPOCH).await.unwrap();
        // The address of the manager, who is told once.
        address(db, bath, "MO@x.example").await;
        person(db, "mo", Some(bath), Role::Manager, false).await;
        person(db, "ruth", Some(bath), Role::Manager, false).await;
        person(db, "vic", Some(bath), Role::Viewer, false).await;
        person(db, "other", Some(avon), Role::Manager, false).await;
        let left = person(db, "left", Some(bath), Role::Manager, false).await;
        users::set_disabled(db.writer(), left, Some(Timestamp::EPOCH)).await.unwrap();
        person(db, "priya", None, Role::Engineer, true).await;
        person(db, "sam", None, Role::Administrator, false).await;
        run(db, "2026-12-31T09:00:00Z").await;
        let rows = notice::Entity::find().all(db.read()).await.unwrap();
        let mut told: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let MailFacts::Term(facts) = serde_json::from_str(&row.facts).unwrap() else { panic!() };
                (row.email.to_lowercase(), facts.side)
            })
            .collect();
        told.sort();
        let told: Vec<_> = told.iter().map(|(email, side)| (email.as_str(), *side)).collect();
        let expected = [
            ("jo@bath.example", Side::Customer),
            ("mo@x.example", Side::Customer),
            ("priya@x.example", Side::Staff),
            ("ruth@x.example", Side::Customer),
        ];
        assert_eq!(told, expected, "{}", test.name);
    }
}

#[tokio::test]
async fn a_refused_address_is_withheld_and_a_contract_that_waits_for_its_inspection_is_told_of() {
    for test in databases().await {
        let db = &test.db;
        bench(db, |contract| contract.inspection = Inspection::Pending { because: Vec::new() }).await;
        refuse_contact(db, "Jo Bell").await;
        assert_eq!(run(db, "2026-12-31T09:00:00Z").await, 1, "{}", test.name);
        let row = notice::Entity::find().one(db.read()).await.unwrap().unwrap();
        assert_eq!(row.state.0, NoticeState::Withheld, "{}", test.name);
        assert!(row.reply.ends_with("550 no such user"), "{} {}", test.name, row.reply);
    }
}

#[tokio::test]
async fn an_end_that_another_contract_follows_is_not_told() {
    for test in databases().await {
        let db = &test.db;
        let first = bench(db, |contract| contract.terms.ends_on = Some(jiff::civil::date(2027, 3, 31))).await;
        let stored = contracts::find(db.read(), Scope::Everything, first.id).await.unwrap().unwrap();
        let mut next = contract(CoverLevel::Cat1, None, "2027-04-01");
        next.activated_at = first.activated_at;
        let agreed = contracts::Agreed { follows: Some(first.id), ..stored.agreed };
        contracts::insert(db.writer(), &next, &agreed, Timestamp::EPOCH).await.unwrap();
        assert_eq!(run(db, "2027-03-02T00:00:00Z").await, 0, "{}", test.name);
        assert!(told(db).await.is_empty(), "{}", test.name);
    }
}
