//! What staff see of mail in and settle, and who may see its files.

use app::api::{
    error::ApiError,
    incoming::{IncomingDesk, ReleaseInput, Shown},
    principal::Principal,
};
use domain::{
    contract::{CoverDecision, NotCovered},
    cover::CoverLevel,
    id::IncomingId,
};

use super::*;
use crate::{
    desk::{
        hosts::fixtures::{of, staff},
        incoming::page::{Desk, IncomingFiles},
    },
    store::{audit, clocks, contracts},
};

async fn benches_with_a_stranger() -> Vec<(Bench, Desk, IncomingId)> {
    let mut all = Vec::new();
    for bench in benches().await {
        let body = "<p>Hello</p><script>alert(1)</script>";
        let stranger = mail("x@evil.example", "Content-Type: text/html\r\n", "A stranger asks", body);
        assert_eq!(bench.take(&stranger).await, Outcome::Quarantine);
        let desk = Desk::new(bench.receiver.clone());
        let id = bench.kept(Show::Waiting).await.swap_remove(0).id;
        all.push((bench, desk, id));
    }
    all
}

fn agent() -> Principal {
    staff(Role::Agent)
}

fn into(customer: Owner, ticket: &str) -> ReleaseInput {
    ReleaseInput { customer: customer.customer.to_string(), ticket: ticket.to_owned() }
}

#[actix_rt::test]
async fn staff_release_a_mail_into_a_ticket_of_the_customer_they_name_and_once() {
    for (bench, desk, id) in benches_with_a_stranger().await {
        let name = bench.test.name;
        let list = desk.list(&agent(), Shown::Waiting, None).await.unwrap();
        assert_eq!((list.waiting, list.rows.len()), (1, 1), "{name}");
        let page = desk.page(&agent(), id).await.unwrap();
        assert!(page.may_settle && page.customers.len() == 2 && page.text.contains("Hello"), "{name}: {page:?}");
        let refused = desk.release(&agent(), id, into(bench.avon, "T-2001")).await.unwrap_err();
        assert!(refused.field("ticket").is_some(), "Bath's ticket is not Avon's: {name} {refused}");
        let typed = ReleaseInput { customer: "x".to_owned(), ticket: "later".to_owned() };
        let refused = desk.release(&agent(), id, typed).await.unwrap_err();
        assert!(refused.field("ticket").is_some() && refused.field("customer").is_some(), "{name} {refused}");
        assert_eq!(desk.release(&agent(), id, into(bench.bath, "t-2001")).await, Ok(2_001), "{name}");
        let (kind, by, text) = bench.added().await.swap_remove(0);
        assert_eq!((kind, by.as_str(), text.as_str()), (Kind::Message, "x@evil.example", "Hello"), "{name}");
        let again = desk.release(&agent(), id, into(bench.bath, "")).await.unwrap_err();
        assert!(matches!(again, ApiError::Conflict(_)), "{name} {again}");
        let again = desk.discard(&agent(), id, "spam".to_owned()).await.unwrap_err();
        assert!(matches!(again, ApiError::Conflict(_)), "{name} {again}");
        let page = desk.page(&agent(), id).await.unwrap();
        assert_eq!((page.row.outcome, page.row.ticket), (Outcome::Released, Some(2_001)), "{name}");
        let (settler, at) = page.settled.unwrap();
        assert!(settler == "Priya Nair" && now() <= at && at < now().plus_seconds(60), "{name} {settler} {at:?}");
        let acts = audit::history(bench.test.db.read(), bench.bath.customer, "T-2001").await.unwrap();
        assert_eq!(acts[0].action, "mail.release", "{name}");
    }
}

#[actix_rt::test]
async fn a_new_ticket_from_the_quarantine_sends_the_stranger_nothing() {
    for (bench, desk, id) in benches_with_a_stranger().await {
        let number = desk.release(&agent(), id, into(bench.avon, "")).await.unwrap();
        assert_eq!(bench.ticket(number).await.customer, bench.avon.customer, "{}", bench.test.name);
        assert_eq!(bench.notices("ticket_received").await.len(), 1, "Jo's alone: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_unreadable_mail_goes_with_what_it_was_for_staff() {
    for (bench, desk, _) in benches_with_a_stranger().await {
        bench.take("\0\0not a mail").await;
        let id = bench.kept(Show::Of(Outcome::Unreadable)).await.swap_remove(0).id;
        assert_eq!(desk.raw(&agent(), id).await.unwrap(), b"\0\0not a mail", "{}", bench.test.name);
        desk.release(&agent(), id, into(bench.bath, "T-2001")).await.unwrap();
        let db = bench.test.db.read();
        let file = attachments::of_ticket(db, Scope::Everything, bench.ticket).await.unwrap().swap_remove(0);
        assert_eq!(desk.file(&agent(), &file.key).await.unwrap().bytes, b"\0\0not a mail", "{}", bench.test.name);
        for reader in [of(bench.bath, Role::Manager), of(bench.avon, Role::Manager)] {
            assert_eq!(desk.file(&reader, &file.key).await.unwrap_err(), ApiError::NotFound, "{}", bench.test.name);
        }
    }
}

#[actix_rt::test]
async fn a_colleagues_mail_is_released_as_a_note_and_never_as_the_customers_words() {
    for (bench, desk, _) in benches_with_a_stranger().await {
        let name = bench.test.name;
        bench.staff("priya@desk.example", None, Role::Agent).await;
        assert_eq!(bench.take(&mail("priya@desk.example", "", "FYI", "They do not pay.")).await, Outcome::Quarantine);
        let id = bench.kept(Show::Waiting).await.into_iter().find(|row| row.subject == "FYI").unwrap().id;
        let refused = desk.release(&agent(), id, into(bench.bath, "")).await.unwrap_err();
        assert!(refused.field("ticket").is_some(), "{name} {refused}");
        assert_eq!(desk.release(&agent(), id, into(bench.bath, "T-2001")).await, Ok(2_001), "{name}");
        let added = bench.added().await;
        assert_eq!(added, [(Kind::Note, "Priya Nair".to_owned(), "They do not pay.".to_owned())], "{name}");
    }
}

#[actix_rt::test]
async fn what_waited_counts_from_its_receipt_and_lands_where_its_ticket_went() {
    for (bench, _, id) in benches_with_a_stranger().await {
        let name = bench.test.name;
        let contract = contracts::tests::contract(CoverLevel::Cat1, None, "2026-04-01");
        contracts::tests::store(bench.test.db.writer(), bench.bath, &contract).await;
        let received = incoming::find(bench.test.db.read(), id).await.unwrap().unwrap().row.received_at;
        let later = Desk::new(receiver_at(&bench.test, now().plus_seconds(7_200)));
        let number = later.release(&agent(), id, into(bench.bath, "")).await.unwrap();
        let ticket = bench.ticket(number).await;
        let clocks = clocks::of_ticket(bench.test.db.read(), Scope::Everything, ticket.id).await.unwrap();
        assert_eq!((ticket.opened_at, clocks[0].clock.started_at()), (received, received), "{name}");
        // Into a ticket that was merged; then into one that takes nothing more.
        let db = bench.test.db.writer();
        let merged = Moved { outcome: Some(domain::ticket::Outcome::Merged), ..closed() };
        let changes = [Change::Moved(merged), Change::MergedInto(ticket.id)];
        tickets::change(db, bench.ticket, 1, &changes).await.unwrap();
        bench.take(&mail("x@evil.example", "", "two", "Second")).await;
        let second = bench.kept(Show::Waiting).await.swap_remove(0).id;
        assert_eq!(later.release(&agent(), second, into(bench.bath, "T-2001")).await, Ok(number), "{name}");
        let declined = Moved { outcome: Some(domain::ticket::Outcome::Declined), ..closed() };
        let version = bench.ticket(number).await.version;
        tickets::change(db, ticket.id, version, &[Change::Moved(declined)]).await.unwrap();
        bench.take(&mail("x@evil.example", "", "three", "Third")).await;
        let third = bench.kept(Show::Waiting).await.swap_remove(0).id;
        let refused = later.release(&agent(), third, into(bench.bath, "T-2001")).await.unwrap_err();
        assert!(refused.field("ticket").is_some(), "{name} {refused}");
    }
}

#[actix_rt::test]
async fn a_discarded_mail_has_a_reason_and_is_kept() {
    for (bench, desk, id) in benches_with_a_stranger().await {
        assert!(desk.discard(&agent(), id, " ".to_owned()).await.unwrap_err().field("reason").is_some());
        desk.discard(&agent(), id, "spam".to_owned()).await.unwrap();
        let page = desk.page(&agent(), id).await.unwrap();
        assert_eq!((page.row.outcome, page.row.reason.as_str()), (Outcome::Discarded, "spam"), "{}", bench.test.name);
        assert!(!desk.html(&agent(), id).await.unwrap().contains("script"), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn customers_see_nothing_of_mail_in() {
    for (bench, desk, id) in benches_with_a_stranger().await {
        let jo = of(bench.bath, Role::Manager);
        let forbidden = |error: ApiError| matches!(error, ApiError::Forbidden { .. });
        assert!(forbidden(desk.list(&jo, Shown::All, None).await.unwrap_err()));
        assert!(forbidden(desk.page(&jo, id).await.unwrap_err()));
        assert!(forbidden(desk.release(&jo, id, into(bench.bath, "")).await.unwrap_err()));
        assert!(forbidden(desk.discard(&jo, id, "x".to_owned()).await.unwrap_err()));
        assert!(forbidden(desk.html(&jo, id).await.unwrap_err()) && forbidden(desk.raw(&jo, id).await.unwrap_err()));
    }
}

#[actix_rt::test]
async fn a_customers_files_on_notes_are_for_staff() {
    for (bench, desk, _) in benches_with_a_stranger().await {
        let place = attachments::Place { ticket: bench.ticket, event_seq: 2, public: false, mail: None, at: now() };
        let file = attachments::NewFile {
            id: entropy::id(now()).unwrap(),
            key: "0".repeat(32),
            name: "plan.pdf".to_owned(),
            kind: domain::incoming::FileKind::Other,
            sha256: String::new(),
            bytes: vec![1],
        };
        attachments::insert(bench.test.db.writer(), place, vec![file]).await.unwrap();
        let key = "0".repeat(32);
        assert!(desk.file(&agent(), &key).await.is_ok(), "{}", bench.test.name);
        let jo = of(bench.bath, Role::Manager);
        assert_eq!(desk.file(&jo, &key).await.unwrap_err(), ApiError::NotFound, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn the_clock_of_a_covered_customer_starts_with_our_receipt() {
    for bench in benches().await {
        let name = bench.test.name;
        let none = bench.ticket(2_001).await;
        assert!(matches!(none.cover, CoverDecision::NotCovered { reason: NotCovered::NoContract, .. }), "{name}");
        let contract = contracts::tests::contract(CoverLevel::Cat1, None, "2026-04-01");
        contracts::tests::store(bench.test.db.writer(), bench.bath, &contract).await;
        assert_eq!(bench.take(&mail("jo", "", "Under contract", "hello")).await, Outcome::Opened, "{name}");
        let ticket = bench.ticket(2_002).await;
        assert_eq!(ticket.cover, CoverDecision::Covered, "{name}");
        assert!(now() <= ticket.opened_at && ticket.opened_at < now().plus_seconds(60), "{name}");
        let clocks = clocks::of_ticket(bench.test.db.read(), Scope::Everything, ticket.id).await.unwrap();
        let started: Vec<_> = clocks.iter().map(|clock| clock.clock.started_at()).collect();
        assert_eq!(started, [ticket.opened_at], "{name}");
        let receipts = bench.notices("ticket_received").await;
        assert!(receipts.iter().any(|receipt| receipt.facts.contains("\"respond_by\":1")), "{name}: {receipts:?}");
    }
}
