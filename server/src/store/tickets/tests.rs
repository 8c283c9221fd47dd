mod finding;

use domain::{
    contract::{NotCovered, Offer},
    cover::CoverLevel,
    level::LevelTerms,
    observation::Status,
    ticket::{Channel, LinkKind, Moved, Outcome, Priority, Queue, TicketEventKind},
};
use uuid::Uuid;

use super::*;
use crate::{
    desk::is_unique_violation,
    store::{
        contracts,
        faults::new_id,
        hosts::fixtures::{Owner, host, now, open_fault, owner, service, staff},
        seeds,
    },
    testing::{TestDb, databases},
};

/// A request of a customer, covered by nothing.
pub(crate) fn request(owner: Owner) -> NewTicket {
    NewTicket {
        id: TicketId(new_id(now()).unwrap()),
        kind: TicketKind::Logged,
        customer: owner.customer,
        site: Some(owner.site),
        host: None,
        service: None,
        fault: None,
        contract: None,
        equipment: None,
        subject: "No dialling tone".to_owned(),
        cover: CoverDecision::NotCovered { reason: NotCovered::NoContract, offers: vec![Offer::ReturnToBase] },
        terms: None,
        opened_at: now().plus_seconds(-300),
        created_at: now(),
        origin: Origin::of(Channel::Portal, "Jo Bell"),
        state: TicketState::Open,
    }
}

/// Opens a request and returns it.
pub(crate) async fn opened(db: &impl ConnectionTrait, owner: Owner) -> Ticket {
    let number = insert(db, request(owner)).await.unwrap().unwrap();
    find(db, Scope::Everything, number).await.unwrap().unwrap()
}

fn closed() -> Moved {
    let outcome = Some(Outcome::Done);
    Moved { state: TicketState::Closed, outcome, closed_at: Some(now()), closes_at: None, new_cycle: false }
}

fn reopened() -> Moved {
    Moved { state: TicketState::Open, outcome: None, closed_at: None, closes_at: None, new_cycle: true }
}

/// A ticket for a fault of a covered host.
async fn for_fault(test: &TestDb, owner: Owner) -> NewTicket {
    let pbx = host(&test.db, owner, "pbx-1").await;
    let trunk = service(&test.db, owner, pbx, "SIP trunk").await;
    let fault = open_fault(&test.db, owner, pbx, trunk, 1_042, Status::Critical).await;
    NewTicket {
        kind: TicketKind::Fault,
        host: Some(pbx),
        service: Some(trunk),
        fault: Some(fault),
        cover: CoverDecision::Covered,
        ..request(owner)
    }
}

#[tokio::test]
async fn a_ticket_comes_back_with_what_was_promised_that_day() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let contract = contracts::tests::contract(CoverLevel::Cat2, None, "2026-04-01");
        let contract = contracts::tests::store(db, bath, &contract).await;
        let level = LevelTerms::seeded(CoverLevel::Cat2).unwrap();
        let terms = TicketTerms { level, calendar_version: Some(1), price_list_version: 1 };
        let new = NewTicket { contract: Some(contract), terms: Some(terms), ..for_fault(&test, bath).await };
        let number = insert(db, new.clone()).await.unwrap().unwrap();
        assert_eq!(number, 2_001, "{}", test.name);
        let expected = Ticket {
            id: new.id,
            number,
            kind: TicketKind::Fault,
            customer: bath.customer,
            site: Some(bath.site),
            host: new.host,
            service: new.service,
            fault: new.fault,
            contract: Some(contract),
            equipment: None,
            subject: new.subject,
            cover: CoverDecision::Covered,
            terms: new.terms,
            state: TicketState::Open,
            opened_at: now().plus_seconds(-300),
            closed_at: None,
            version: 1,
            created_at: now(),
            origin: new.origin,
            care: Care::default(),
        };
        assert_eq!(find(db, Scope::Everything, number).await.unwrap(), Some(expected), "{}", test.name);
        assert_eq!(opened(db, bath).await.number, 2_002, "{}", test.name);
    }
}

#[tokio::test]
async fn another_customers_ticket_is_not_found() {
    for test in databases().await {
        let db = test.db.writer();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let new = for_fault(&test, bath).await;
        let (id, fault) = (new.id, new.fault.unwrap());
        let number = insert(db, new).await.unwrap().unwrap();
        let event = NewTicketEvent {
            ticket: id,
            at: now(),
            entered_at: now(),
            kind: TicketEventKind::Opened,
            user: None,
            by: "the monitor",
            detail: "",
        };
        add_event(db, event).await.unwrap();
        let (own, other) = (Scope::Customer(bath.customer), Scope::Customer(avon.customer));
        for (scope, seen) in [(Scope::Everything, true), (own, true), (other, false)] {
            let why = format!("{} {scope:?}", test.name);
            assert_eq!(find(db, scope, number).await.unwrap().is_some(), seen, "{why}");
            assert_eq!(find_by_id(db, scope, id).await.unwrap().is_some(), seen, "{why}");
            assert_eq!(of_fault(db, scope, fault).await.unwrap().is_some(), seen, "{why}");
            assert_eq!(open(db, scope).await.unwrap().len(), usize::from(seen), "{why}");
            assert_eq!(open_count(db, scope).await.unwrap(), u64::from(seen), "{why}");
            assert_eq!(events(db, scope, id).await.unwrap().len(), usize::from(seen), "{why}");
        }
    }
}

#[tokio::test]
async fn a_fault_has_one_ticket() {
    for test in databases().await {
        let db = test.db.writer();
        let bath = owner(&test.db, "Bath").await;
        let first = for_fault(&test, bath).await;
        let again = NewTicket { id: TicketId(new_id(now()).unwrap()), ..first.clone() };
        let number = insert(db, first.clone()).await.unwrap().unwrap();
        change(db, first.id, 1, &[Change::Moved(closed())]).await.unwrap();
        assert_eq!(insert(db, again).await.unwrap(), None, "a closed one counts: {}", test.name);
        let found = of_fault(db, Scope::Everything, first.fault.unwrap()).await.unwrap().unwrap();
        assert_eq!(found.number, number, "{}", test.name);
        assert_eq!(opened(db, bath).await.number, number + 1, "no number is lost: {}", test.name);
        let row = ticket::Entity::find_by_id(first.id.0).one(db).await.unwrap().unwrap();
        let twin = ticket::ActiveModel { id: Set(Uuid::from_u128(7)), number: Set(9), ..row.into() };
        let twin = sea_orm::ActiveModelTrait::reset_all(twin);
        let error = ticket::Entity::insert(twin).exec_without_returning(db).await.unwrap_err();
        assert!(is_unique_violation(&error), "by its key: {} {error}", test.name);
    }
}

#[tokio::test]
async fn two_nodes_that_open_a_ticket_for_one_fault_open_one() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let first = for_fault(&test, bath).await;
        let again = NewTicket { id: TicketId(new_id(now()).unwrap()), ..first.clone() };
        let open_one = async |new: NewTicket| {
            let tx = test.db.begin().await.unwrap();
            let number = insert(&tx, new).await.unwrap();
            tx.commit().await.unwrap();
            number
        };
        let (one, other) = tokio::join!(open_one(first), open_one(again));
        assert!(one.is_some() != other.is_some(), "{} {one:?} {other:?}", test.name);
        assert_eq!(open_count(test.db.read(), Scope::Everything).await.unwrap(), 1, "{}", test.name);
    }
}

#[tokio::test]
async fn a_change_proves_its_version() {
    for test in databases().await {
        let db = test.db.writer();
        let bath = owner(&test.db, "Bath").await;
        let ticket = opened(db, bath).await;
        let (close, open_again) = ([Change::Moved(closed())], [Change::Moved(reopened())]);
        assert_eq!(change(db, ticket.id, 1, &close).await.unwrap(), 1, "{}", test.name);
        assert_eq!(change(db, ticket.id, 1, &open_again).await.unwrap(), 0, "{}", test.name);
        let closed = find_by_id(db, Scope::Everything, ticket.id).await.unwrap().unwrap();
        assert_eq!((closed.state, closed.closed_at, closed.version), (TicketState::Closed, Some(now()), 2));
        assert_eq!(closed.care.outcome, Some(Outcome::Done), "{}", test.name);
        assert_eq!(open(db, Scope::Everything).await.unwrap(), [], "{}", test.name);
        assert_eq!(change(db, ticket.id, 2, &open_again).await.unwrap(), 1, "{}", test.name);
        let covered = CoverDecision::Covered;
        assert_eq!(decide_cover(db, ticket.id, 2, None, &covered, None).await.unwrap(), 0, "{}", test.name);
        assert_eq!(decide_cover(db, ticket.id, 3, None, &covered, None).await.unwrap(), 1, "{}", test.name);
        let open = find_by_id(db, Scope::Everything, ticket.id).await.unwrap().unwrap();
        assert_eq!((open.state, open.closed_at, open.cover), (TicketState::Open, None, covered), "{}", test.name);
    }
}

#[tokio::test]
async fn a_timeline_is_in_the_order_of_entry_and_hides_notes_from_the_customer() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let priya = staff(&test.db, "Priya").await;
        let ticket = opened(test.db.writer(), bath).await;
        let entries = [
            (TicketEventKind::Opened, None, "Jo", -300),
            (TicketEventKind::Note, Some(priya), "Priya", -60),
            (TicketEventKind::Response, Some(priya), "Priya", -120),
        ];
        for (kind, user, by, seconds) in entries {
            let at = now().plus_seconds(seconds);
            let new =
                NewTicketEvent { ticket: ticket.id, at, entered_at: now(), kind, user, by, detail: kind.as_str() };
            let tx = test.db.begin().await.unwrap();
            add_event(&tx, new).await.unwrap();
            tx.commit().await.unwrap();
        }
        let seen = async |scope| {
            let events = events(test.db.read(), scope, ticket.id).await.unwrap();
            events.into_iter().map(|event| (event.seq, event.detail)).collect::<Vec<_>>()
        };
        let word = |seq, kind: TicketEventKind| (seq, kind.as_str().to_owned());
        let all =
            [word(1, TicketEventKind::Opened), word(2, TicketEventKind::Note), word(3, TicketEventKind::Response)];
        assert_eq!(seen(Scope::Everything).await, all, "{}", test.name);
        let public = [word(1, TicketEventKind::Opened), word(3, TicketEventKind::Response)];
        assert_eq!(seen(Scope::Customer(bath.customer)).await, public, "{}", test.name);
        let note = events(test.db.read(), Scope::Everything, ticket.id).await.unwrap().swap_remove(1);
        assert_eq!((note.user, note.by.as_str()), (Some(priya), "Priya"), "{}", test.name);
        assert_eq!((note.at, note.entered_at), (now().plus_seconds(-60), now()), "{}", test.name);
        let unknown = TicketId(Uuid::from_u128(7));
        assert!(events(test.db.read(), Scope::Everything, unknown).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn entries_made_at_once_are_numbered_one_after_the_other() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let ticket = opened(test.db.writer(), bath).await.id;
        let notes = async |by: &str| {
            let mut numbers = Vec::new();
            for _ in 0..5 {
                let (kind, detail) = (TicketEventKind::Note, "seen");
                let new = NewTicketEvent { ticket, at: now(), entered_at: now(), kind, user: None, by, detail };
                let tx = test.db.begin().await.unwrap();
                numbers.push(add_event(&tx, new).await.unwrap());
                tx.commit().await.unwrap();
            }
            numbers
        };
        let (one, other, third) = tokio::join!(notes("Priya"), notes("Tom"), notes("Ellie"));
        let mut numbers = [one, other, third].concat();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=15).collect::<Vec<_>>(), "{}", test.name);
    }
}

#[tokio::test]
async fn every_change_of_care_is_kept() {
    for test in databases().await {
        let db = test.db.writer();
        let bath = owner(&test.db, "Bath").await;
        let priya = staff(&test.db, "Priya").await;
        let (ticket, other) = (opened(db, bath).await, opened(db, bath).await);
        let until = now().plus_seconds(3_600);
        let changes = [
            Change::Assignee(Some(priya)),
            Change::Queue(Queue::Field),
            Change::Priority(Priority::Urgent),
            Change::Kind(TicketKind::Question),
            Change::Subject("Lift line"),
            Change::Snoozed(Some(until)),
            Change::MergedInto(other.id),
        ];
        assert_eq!(change(db, ticket.id, 1, &changes).await.unwrap(), 1, "{}", test.name);
        let found = find_by_id(db, Scope::Everything, ticket.id).await.unwrap().unwrap();
        let care = Care { assignee: Some(priya), snoozed_until: Some(until), ..Care::default() };
        assert_eq!(found.care, Care { merged_into: Some(other.id), ..care }, "{}", test.name);
        assert_eq!((found.origin.queue, found.origin.priority), (Queue::Field, Priority::Urgent), "{}", test.name);
        assert_eq!((found.kind, found.subject.as_str()), (TicketKind::Question, "Lift line"), "{}", test.name);
        assert_eq!(survivor(db, found).await.unwrap().id, other.id, "{}", test.name);
    }
}

#[tokio::test]
async fn tags_watchers_links_and_the_one_rating() {
    for test in databases().await {
        let db = test.db.writer();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let priya = staff(&test.db, "Priya").await;
        let (ticket, other, foreign) = (opened(db, bath).await, opened(db, bath).await, opened(db, avon).await);
        for words in [&["vip", "fax"][..], &["fax"], &["fax", "billing"]] {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            set_tags(db, ticket.id, &words, now()).await.unwrap();
        }
        assert_eq!(tags(db, ticket.id).await.unwrap(), ["billing", "fax"], "{}", test.name);
        watch(db, ticket.id, priya, now()).await.unwrap();
        watch(db, ticket.id, priya, now()).await.unwrap();
        assert_eq!(watchers(db, ticket.id).await.unwrap(), [priya], "{}", test.name);
        unwatch(db, ticket.id, priya).await.unwrap();
        assert_eq!(watchers(db, ticket.id).await.unwrap(), [], "{}", test.name);
        link(db, other.id, ticket.id, LinkKind::SplitFrom, now()).await.unwrap();
        link(db, ticket.id, foreign.id, LinkKind::Related, now()).await.unwrap();
        let seen = links(db, Scope::Customer(bath.customer), ticket.id).await.unwrap();
        let seen: Vec<_> = seen.iter().map(|link| (link.kind, link.backwards, link.other.id)).collect();
        assert_eq!(seen, [(LinkKind::SplitFrom, true, other.id)], "nothing of others: {}", test.name);
        let good = Rating { satisfied: true, words: "Quick".to_owned(), by: "Jo Bell".to_owned(), at: now() };
        assert!(rate(db, ticket.id, &good).await.unwrap(), "{}", test.name);
        let bad = Rating { satisfied: false, ..good.clone() };
        assert!(!rate(db, ticket.id, &bad).await.unwrap(), "once: {}", test.name);
        assert_eq!(rating(db, ticket.id).await.unwrap(), Some(good), "{}", test.name);
    }
}
