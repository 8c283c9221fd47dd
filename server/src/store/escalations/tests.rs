mod due;

use domain::{
    access::{Role, Side},
    escalation::{After, Counted, DueKind, Held, Policy, Step, Taken, Whom},
    id::{ContactId, PolicyId, UserId},
    level::{EXTENDED_HOURS, WORKING_HOURS},
    notice::Who,
    observation::Status,
};
use entity::escalation_event;
use uuid::Uuid;

use super::*;
use crate::{
    store::{
        calendars::tests::seeded,
        faults::new_id,
        hosts::fixtures::{Owner, host, now, open_fault, owner, service},
        policies,
        values::Made,
    },
    testing::{TestDb, databases},
};

/// One customer with three open faults, a policy and the seeded calendars.
struct Desk {
    test: TestDb,
    owner: Owner,
    faults: Vec<FaultId>,
    of: PolicyId,
    policy: PolicyVersionId,
    working: CalendarVersionId,
    extended: CalendarVersionId,
}

fn policy() -> Policy {
    policies::tests::policy("Standard")
}

async fn desks() -> Vec<Desk> {
    let mut desks = Vec::new();
    for test in databases().await {
        let calendars = seeded(test.db.writer()).await;
        let owner = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, owner, "pbx-1").await;
        let mut faults = Vec::new();
        for number in 1..=3 {
            let service = service(&test.db, owner, pbx, &format!("service {number}")).await;
            faults.push(open_fault(&test.db, owner, pbx, service, 1_000 + number, Status::Critical).await);
        }
        let of = PolicyId(new_id(now()).unwrap());
        let made = Made::seeded(now());
        let version = policies::insert(test.db.writer(), of, &policy(), made).await.unwrap().unwrap();
        let (working, extended) = (calendars[WORKING_HOURS].1, calendars[EXTENDED_HOURS].1);
        desks.push(Desk { test, owner, faults, of, policy: version, working, extended });
    }
    desks
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn priya() -> Who {
    Who::User(UserId(Uuid::from_u128(1)))
}

impl Desk {
    /// As on Cat2: paged 07:00 to 23:00.
    fn opening(&self, fault: usize, opened_at: &str) -> NewEscalation {
        NewEscalation {
            fault: self.faults[fault],
            customer: self.owner.customer,
            contract: None,
            policy: self.policy,
            cover: HoursRef::Inside(self.working),
            paging: Some(HoursRef::Inside(self.extended)),
            opened_at: at(opened_at),
        }
    }

    async fn open(&self, new: NewEscalation) -> Option<StoredEscalation> {
        let tx = self.test.db.begin().await.unwrap();
        let opened = open(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        opened
    }

    async fn append(&self, fault: usize, event: Event) -> Option<StoredEscalation> {
        let tx = self.test.db.begin().await.unwrap();
        let appended = append(&tx, self.faults[fault], &event).await.unwrap();
        tx.commit().await.unwrap();
        appended
    }

    /// When something is due next, after the proof that all rows are what their events add up to.
    async fn next(&self, fault: usize) -> Option<String> {
        let db = self.test.db.read();
        assert_eq!(recompute(db, None, 100).await.unwrap().0, [], "{}", self.test.name);
        let found = find(db, Scope::Everything, self.faults[fault]).await.unwrap().unwrap();
        assert_eq!(found.next_at, found.escalation.next_due().map(|due| due.at), "{}", self.test.name);
        found.next_at.map(|at| at.to_string())
    }
}

fn told(kind: DueKind, due_at: &str) -> Event {
    Event::Told(Taken { side: Side::Staff, kind, due_at: at(due_at), told: vec![priya()], missed: Vec::new() })
}

#[tokio::test]
async fn an_escalation_keeps_the_hours_and_policy_of_its_opening() {
    for desk in desks().await {
        // Thu 5 Nov 2026 23:30: nobody is paged before 07:00, and the contacts are reminded after four hours.
        let opened = desk.open(desk.opening(0, "2026-11-05T23:30:00Z")).await.unwrap();
        assert_eq!(opened.next_at, Some(at("2026-11-06T03:30:00Z")), "{}", desk.test.name);
        let slower = Policy {
            version: 2,
            steps: vec![Step {
                after: After { seconds: 7_200, counted: Counted::Elapsed },
                whom: vec![Whom::Role(Role::Supervisor)],
            }],
            ..policy()
        };
        policies::publish(desk.test.db.writer(), desk.of, &slower, Made::seeded(now())).await.unwrap().unwrap();
        let found = find(desk.test.db.read(), Scope::Everything, desk.faults[0]).await.unwrap().unwrap();
        assert_eq!(found.kept, opened.kept, "{}", desk.test.name);
        assert_eq!(found.escalation.terms().policy, policy(), "{}", desk.test.name);
        let plan: Vec<_> = found.escalation.plan().iter().map(|due| due.at.to_string()).collect();
        assert_eq!(plan, ["2026-11-06T07:00:00Z", "2026-11-06T09:15:00Z"], "{}", desk.test.name);
        assert_eq!(desk.open(desk.opening(0, "2026-11-06T10:00:00Z")).await.map(drop), None, "one for each fault");
        let never = NewEscalation { paging: None, ..desk.opening(1, "2026-11-05T23:30:00Z") };
        let never = desk.open(never).await.unwrap();
        assert!(never.escalation.plan().is_empty(), "{}", desk.test.name);
        let elapsed = NewEscalation {
            paging: Some(HoursRef::Always),
            cover: HoursRef::Always,
            ..desk.opening(2, "2026-11-05T23:30:00Z")
        };
        desk.open(elapsed).await.unwrap();
        let found = find(desk.test.db.read(), Scope::Everything, desk.faults[2]).await.unwrap().unwrap();
        assert_eq!(found.kept, elapsed, "{}", desk.test.name);
        assert_eq!(found.next_at, Some(at("2026-11-05T23:30:00Z")), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn another_customers_escalation_is_not_found() {
    for desk in desks().await {
        let avon = owner(&desk.test.db, "Avon").await;
        desk.open(desk.opening(0, "2026-11-06T10:00:00Z")).await.unwrap();
        for (scope, seen) in [
            (Scope::Everything, true),
            (Scope::Customer(desk.owner.customer), true),
            (Scope::Customer(avon.customer), false),
        ] {
            let found = find(desk.test.db.read(), scope, desk.faults[0]).await.unwrap();
            assert_eq!(found.is_some(), seen, "{} {scope:?}", desk.test.name);
        }
    }
}

#[tokio::test]
async fn a_step_or_reminder_is_taken_once() {
    for desk in desks().await {
        desk.open(desk.opening(0, "2026-11-06T10:00:00Z")).await.unwrap();
        let step = |place, due_at| told(DueKind::Step(place), due_at);
        assert!(desk.append(0, step(0, "2026-11-06T10:00:00Z")).await.is_some(), "{}", desk.test.name);
        assert!(desk.append(0, step(0, "2026-11-06T10:00:00Z")).await.is_none(), "{}", desk.test.name);
        assert_eq!(desk.next(0).await.unwrap(), "2026-11-06T10:15:00Z", "{}", desk.test.name);
        assert!(desk.append(0, step(1, "2026-11-06T10:15:00Z")).await.is_some(), "{}", desk.test.name);
        // Another node that did not see it is stopped by the key.
        let blind = step(0, "2026-11-06T10:00:00Z");
        let added = super::events::insert(desk.test.db.writer(), desk.faults[0], 9, &blind).await.unwrap();
        assert!(!added, "{}", desk.test.name);
        let first = || told(DueKind::Reminder(1), "2026-11-06T14:15:00Z");
        assert!(desk.append(0, first()).await.is_some(), "{}", desk.test.name);
        assert!(desk.append(0, first()).await.is_none(), "{}", desk.test.name);
        let contacts = Event::Told(Taken {
            side: Side::Customer,
            kind: DueKind::Reminder(1),
            due_at: at("2026-11-06T14:00:00Z"),
            told: vec![Who::Contact(ContactId(Uuid::from_u128(50)))],
            missed: Vec::new(),
        });
        assert!(desk.append(0, contacts).await.is_some(), "each side counts its own: {}", desk.test.name);
        assert_eq!(desk.next(0).await.unwrap(), "2026-11-06T18:00:00Z", "{}", desk.test.name);
        let events = escalation_event::Entity::find().order_by_asc(escalation_event::Column::Seq);
        let events = events.all(desk.test.db.read()).await.unwrap();
        let keys: Vec<_> = events.iter().map(|row| (row.seq, row.step, row.repeat)).collect();
        let expected = [(1, 0, 0), (2, 1, 0), (3, -1, 1), (4, -1, 1)];
        assert_eq!(keys, expected.map(|(seq, step, repeat)| (seq, Some(step), Some(repeat))), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn a_step_that_later_ones_have_overtaken_is_not_taken() {
    for desk in desks().await {
        desk.open(desk.opening(0, "2026-11-06T10:00:00Z")).await.unwrap();
        assert!(desk.append(0, told(DueKind::Step(1), "2026-11-06T10:15:00Z")).await.is_some(), "{}", desk.test.name);
        assert!(desk.append(0, told(DueKind::Step(0), "2026-11-06T10:00:00Z")).await.is_none(), "{}", desk.test.name);
        let found = find(desk.test.db.read(), Scope::Everything, desk.faults[0]).await.unwrap().unwrap();
        assert_eq!((found.events, found.escalation.taken().len()), (1, 1), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn acknowledging_stops_it_and_its_end_goes_on_with_the_next_step() {
    for desk in desks().await {
        desk.open(desk.opening(0, "2026-11-06T10:00:00Z")).await.unwrap();
        desk.append(0, told(DueKind::Step(0), "2026-11-06T10:00:00Z")).await.unwrap();
        let taken =
            Event::Acknowledged { at: at("2026-11-06T10:05:00Z"), side: Side::Staff, by: priya(), sticky: false };
        let stored = desk.append(0, taken).await.unwrap();
        assert!(matches!(stored.escalation.held(Side::Staff), Some(Held::Acknowledged { .. })));
        assert_eq!(desk.next(0).await.unwrap(), "2026-11-06T14:00:00Z", "the contacts: {}", desk.test.name);
        let lapsed = Event::AcknowledgementEnded { at: at("2026-11-06T12:00:00Z"), side: Side::Staff };
        desk.append(0, lapsed).await.unwrap();
        assert_eq!(desk.next(0).await.unwrap(), "2026-11-06T12:00:00Z", "{}", desk.test.name);
        desk.append(0, Event::DowntimeStarted { at: at("2026-11-06T12:01:00Z") }).await.unwrap();
        assert_eq!(desk.next(0).await, None, "{}", desk.test.name);
        desk.append(0, Event::DowntimeEnded { at: at("2026-11-06T12:30:00Z") }).await.unwrap();
        assert_eq!(desk.next(0).await.unwrap(), "2026-11-06T12:30:00Z", "{}", desk.test.name);
        let worse = Event::Changed { at: at("2026-11-06T12:31:00Z"), from: Status::Warning, to: Status::Critical };
        desk.append(0, worse).await.unwrap();
        let ended = desk.append(0, Event::Ended { at: at("2026-11-06T13:00:00Z") }).await.unwrap();
        assert_eq!((ended.ended_at, ended.events), (Some(at("2026-11-06T13:00:00Z")), 7), "{}", desk.test.name);
        assert_eq!(desk.next(0).await, None, "{}", desk.test.name);
        let late = told(DueKind::Step(1), "2026-11-06T13:00:01Z");
        assert!(desk.append(0, late.clone()).await.is_none(), "none after the end: {}", desk.test.name);
        assert!(desk.append(1, late).await.is_none(), "a fault without one: {}", desk.test.name);
    }
}

#[tokio::test]
async fn nothing_is_added_to_an_escalation_that_has_ended() {
    for desk in desks().await {
        desk.open(desk.opening(0, "2026-10-06T14:15:00Z")).await.unwrap();
        desk.append(0, Event::Ended { at: at("2026-10-06T14:20:00Z") }).await.unwrap();
        let acknowledged =
            Event::Acknowledged { at: at("2026-10-06T14:21:00Z"), side: Side::Staff, by: priya(), sticky: false };
        assert!(desk.append(0, acknowledged).await.is_none(), "{}", desk.test.name);
        assert!(desk.append(0, told(DueKind::Step(0), "2026-10-06T14:15:00Z")).await.is_none(), "{}", desk.test.name);
        assert_eq!(desk.next(0).await, None, "{}", desk.test.name);
    }
}
