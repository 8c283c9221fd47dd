use domain::rota::{LayerDraft, RotaDraft, RotationDraft, ShiftLength};
use sea_orm::{FromQueryResult, Statement};

use super::*;
use crate::{
    desk::new_id,
    store::hosts::fixtures::{now, staff},
    testing::{TestDb, databases},
};

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// One layer of weeks from Monday 09:00, from 5 October 2026 on.
async fn weekly(test: &TestDb, people: &[UserId]) {
    let rotation = RotationDraft {
        people: people.to_vec(),
        shift: ShiftLength::Weeks(1),
        weekday: Some("mon".to_owned()),
        hand_over: "09:00".to_owned(),
        starts_on: "2026-10-05".to_owned(),
        ends_on: None,
    };
    let first = LayerDraft { name: "First".to_owned(), rotations: vec![rotation], ..LayerDraft::default() };
    let draft = RotaDraft { name: "Support".to_owned(), zone: "Europe/London".to_owned(), layers: vec![first] };
    rotas::insert(test.db.writer(), RotaId(new_id(now()).unwrap()), &draft, now()).await.unwrap();
}

#[derive(FromQueryResult)]
struct Row {
    name: String,
    subject: String,
}

async fn mails(test: &TestDb) -> Vec<String> {
    let db = test.db.read();
    let query = Statement::from_string(db.get_database_backend(), "SELECT name, subject FROM notice ORDER BY position");
    let rows = Row::find_by_statement(query).all(db).await.unwrap();
    rows.into_iter().map(|row| format!("{}: {}", row.name, row.subject)).collect()
}

#[tokio::test]
async fn both_are_mailed_once_and_not_late() {
    for test in databases().await {
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        weekly(&test, &[priya, tom]).await;
        let run = async |time: &str| run_due(&test.db, at(time), "desk.example").await.unwrap();
        assert_eq!(run("2026-10-12T07:59:59Z").await, 0, "{}: not yet", test.name);
        assert_eq!(run("2026-10-12T08:00:00Z").await, 2, "{}", test.name);
        assert_eq!(run("2026-10-12T08:01:00Z").await, 0, "{}: once", test.name);
        assert_eq!(run("2026-10-12T08:59:00Z").await, 0, "{}: once", test.name);
        let told = ["Tom: You are on call: Support, First", "Priya: You are off call: Support, First"];
        assert_eq!(mails(&test).await, told, "{}", test.name);
        assert_eq!(run("2026-10-19T09:00:01Z").await, 0, "{}: an hour late", test.name);
        // 26 October is winter time: 09:00 is an hour later.
        assert_eq!(run("2026-10-26T08:30:00Z").await, 0, "{}", test.name);
        assert_eq!(run("2026-10-26T09:30:00Z").await, 2, "{}", test.name);
    }
}

#[tokio::test]
async fn two_nodes_at_once_mail_once() {
    for test in databases().await {
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        weekly(&test, &[priya, tom]).await;
        let run = || run_due(&test.db, at("2026-10-12T08:00:30Z"), "desk.example");
        let (one, other) = tokio::join!(run(), run());
        assert_eq!(one.unwrap() + other.unwrap(), 2, "{}", test.name);
        assert_eq!(mails(&test).await.len(), 2, "{}", test.name);
    }
}

#[tokio::test]
async fn a_mail_names_the_other_person_and_goes_to_nobody_who_may_not_sign_in() {
    for test in databases().await {
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        weekly(&test, &[priya, tom]).await;
        users::set_disabled(test.db.writer(), priya, Some(now())).await.unwrap();
        assert_eq!(run_due(&test.db, at("2026-10-12T08:00:00Z"), "desk.example").await.unwrap(), 1, "{}", test.name);
        assert_eq!(mails(&test).await, ["Tom: You are on call: Support, First"], "{}", test.name);
        let db = test.db.read();
        let query = Statement::from_string(db.get_database_backend(), "SELECT facts FROM notice");
        let facts: String = db.query_one_raw(query).await.unwrap().unwrap().try_get("", "facts").unwrap();
        let MailFacts::HandOver(facts) = serde_json::from_str(&facts).unwrap() else { panic!() };
        assert_eq!(facts.other.as_deref(), Some("Priya"), "{}", test.name);
        let until = Direction::On { until: Some(at("2026-10-19T08:00:00Z")) };
        assert_eq!(facts.direction, until, "{}", test.name);
    }
}
