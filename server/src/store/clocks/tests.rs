mod due;

use domain::{
    clock::{PauseReason, Standing, Verdict, WARNING_PERCENTS},
    id::{CalendarVersionId, UserId},
    level::{EXTENDED_HOURS, WORKING_HOURS},
};
use entity::clock_event;
use jiff::civil::date;

use super::*;
use crate::{
    desk::is_unique_violation,
    store::{
        calendars::tests::{closed_on, seeded},
        faults::new_id,
        hosts::fixtures::{Owner, now, owner},
        tickets::tests::opened,
        values::Made,
    },
    testing::{TestDb, databases},
};

const HOUR_S: u32 = 3_600;

/// One customer with a ticket, and the seeded calendars.
struct Desk {
    test: TestDb,
    owner: Owner,
    ticket: TicketId,
    working: CalendarVersionId,
    extended: CalendarVersionId,
}

async fn desks() -> Vec<Desk> {
    let mut desks = Vec::new();
    for test in databases().await {
        let calendars = seeded(test.db.writer()).await;
        let owner = owner(&test.db, "Bath").await;
        let ticket = opened(test.db.writer(), owner).await.id;
        let (working, extended) = (calendars[WORKING_HOURS].1, calendars[EXTENDED_HOURS].1);
        desks.push(Desk { test, owner, ticket, working, extended });
    }
    desks
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn by() -> UserId {
    UserId(Uuid::from_u128(3))
}

impl Desk {
    fn eight_hours(&self) -> TermsRef {
        TermsRef { calendar: Some(self.working), target_s: 8 * HOUR_S }
    }

    async fn start(&self, kind: ClockKind, terms: TermsRef, started_at: &str) -> StoredClock {
        let new = NewClock {
            id: ClockId(new_id(now()).unwrap()),
            ticket: self.ticket,
            kind,
            terms,
            started_at: at(started_at),
            entered_at: now(),
            percents: &WARNING_PERCENTS,
        };
        let tx = self.test.db.begin().await.unwrap();
        let clock = start(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        clock
    }

    async fn append(&self, id: ClockId, instant: &str, fact: Fact) -> Result<StoredClock, AppendError> {
        let tx = self.test.db.begin().await.unwrap();
        let clock = append(&tx, id, at(instant), now(), &fact).await?;
        tx.commit().await.unwrap();
        Ok(clock)
    }

    /// The clock as it is stored now, after the proof that all clocks are what their events add up to.
    async fn stored(&self, id: ClockId) -> StoredClock {
        let db = self.test.db.read();
        assert_eq!(recompute(db, None, 100).await.unwrap().0, [], "{}", self.test.name);
        find(db, id).await.unwrap().unwrap()
    }
}

fn paused(reason: PauseReason) -> Fact {
    Fact::Paused { reason, asked: Some(by()), evidence: "asked by mail".to_owned() }
}

fn resumed(reason: PauseReason) -> Fact {
    Fact::Resumed { reason, ended: Ended::Customer, evidence: "the customer called".to_owned() }
}

#[tokio::test]
async fn a_clock_is_due_as_the_rules_say_and_comes_back_so() {
    for desk in desks().await {
        let started = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await;
        let stored = desk.stored(started.id).await;
        assert_eq!(stored.kept, started.kept, "{}", desk.test.name);
        assert_eq!((stored.ticket, stored.cycle, stored.events), (desk.ticket, 1, 1));
        let Kept { state, due_at, used_up_at, warnings, next_at, closed_at } = stored.kept;
        let due = Some(at("2026-10-07T14:15:00Z"));
        assert_eq!((state.as_str(), due_at, used_up_at, closed_at), ("running", due, due, None));
        let half = Some(at("2026-10-07T10:15:00Z"));
        let most = [(75, Some(at("2026-10-07T12:15:00Z"))), (90, Some(at("2026-10-07T13:27:00Z")))];
        assert_eq!(warnings, [&[(50, half)], &most[..]].concat(), "{}", desk.test.name);
        assert_eq!(next_at, half, "{}", desk.test.name);
        let elapsed = TermsRef { calendar: None, target_s: 24 * HOUR_S };
        let visit = desk.start(ClockKind::Arrival, elapsed, "2026-10-24T20:00:00Z").await;
        let stored = desk.stored(visit.id).await;
        assert_eq!(stored.kept.due_at, Some(at("2026-10-25T20:00:00Z")), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn every_event_survives_storage() {
    for desk in desks().await {
        let remote = PauseReason::RemoteAccess;
        let two_hours = TermsRef { calendar: Some(desk.extended), target_s: 2 * HOUR_S };
        let id = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-07T08:30:00Z").await.id;
        desk.append(id, "2026-10-07T10:30:00Z", paused(remote)).await.unwrap();
        let stored = desk.stored(id).await;
        assert_eq!((stored.kept.state.as_str(), stored.kept.due_at), ("paused", None), "{}", desk.test.name);
        desk.append(id, "2026-10-08T09:00:00Z", resumed(remote)).await.unwrap();
        let due = async || desk.stored(id).await.kept.due_at.unwrap().to_string();
        assert_eq!(due().await, "2026-10-08T15:00:00Z", "{}", desk.test.name);
        desk.append(id, "2026-10-08T09:05:00Z", Fact::LevelKept { by: by() }).await.unwrap();
        let effective_at = at("2026-10-08T10:00:00Z");
        let fact = Fact::LevelExcepted { by: by(), effective_at, terms: two_hours };
        desk.append(id, "2026-10-08T10:00:00Z", fact).await.unwrap();
        assert_eq!(due().await, "2026-10-08T12:00:00Z", "{}", desk.test.name);
        let terms = TermsRef { target_s: 3 * HOUR_S, ..desk.eight_hours() };
        desk.append(id, "2026-10-08T10:10:00Z", Fact::LevelCorrected { by: by(), terms }).await.unwrap();
        assert_eq!(due().await, "2026-10-08T10:00:00Z", "{}", desk.test.name);
        let failed = Fact::Paused { reason: PauseReason::SiteAccess, asked: None, evidence: "refused".to_owned() };
        let refused = desk.append(id, "2026-10-08T10:30:00Z", failed).await.unwrap_err();
        assert!(matches!(refused, AppendError::Refused(Refusal::PausedTooLate { .. })), "{refused}");
        desk.append(id, "2026-10-08T10:00:01Z", Fact::Missed).await.unwrap();
        let reason = "our router was down".to_owned();
        desk.append(id, "2026-10-08T10:30:00Z", Fact::Excused { by: by(), reason: reason.clone() }).await.unwrap();
        let stored = desk.stored(id).await;
        let excused = Standing::Missed { at: at("2026-10-08T10:00:01Z"), excuse: Some((by(), reason)) };
        assert_eq!(stored.clock.standing(), &excused, "{}", desk.test.name);
        assert_eq!((stored.kept.state.as_str(), stored.kept.next_at, stored.events), ("missed", None, 8));
        assert_eq!(stored.clock.pauses().len(), 1, "{}", desk.test.name);
        let voided = desk.start(ClockKind::Arrival, two_hours, "2026-10-08T10:00:00Z").await.id;
        let fact = Fact::Voided { by: by(), reason: "no visit is needed".to_owned() };
        desk.append(voided, "2026-10-08T11:00:00Z", fact).await.unwrap();
        let kept = desk.stored(voided).await.kept;
        assert_eq!((kept.state.as_str(), kept.due_at, kept.next_at), ("voided", None, None), "{}", desk.test.name);
        assert_eq!(kept.warnings, [(50, None), (75, None), (90, None)], "{}", desk.test.name);
        let words = clock_event::Entity::find().filter(clock_event::Column::ClockId.eq(id.0));
        let words = words.order_by_asc(clock_event::Column::Seq).all(desk.test.db.read()).await.unwrap();
        let words: Vec<_> = words.iter().map(|row| row.kind.as_str()).collect();
        let corrections = ["corrected", "corrected", "corrected", "missed", "corrected"];
        assert_eq!(words, [&["started", "paused", "resumed"], &corrections[..]].concat(), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn what_cannot_have_happened_is_not_stored() {
    for desk in desks().await {
        let id = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await.id;
        for (instant, fact) in [
            ("2026-10-06T14:14:59Z", Fact::Met),
            ("2026-10-07T14:15:01Z", Fact::Met),
            ("2026-10-07T14:15:00Z", Fact::Missed),
            ("2026-10-07T09:00:00Z", resumed(PauseReason::RemoteAccess)),
            ("2026-10-07T09:00:00Z", Fact::Started { terms: desk.eight_hours() }),
        ] {
            let refused = desk.append(id, instant, fact.clone()).await.unwrap_err();
            assert!(matches!(refused, AppendError::Refused(_)), "{} {fact:?} {refused}", desk.test.name);
        }
        assert_eq!(desk.append(id, "2026-10-07T14:15:00Z", Fact::Met).await.unwrap().kept.state, "met");
        assert_eq!(desk.stored(id).await.events, 2, "{}", desk.test.name);
        let nothing = desk.append(ClockId(Uuid::from_u128(7)), "2026-10-07T14:15:00Z", Fact::Met).await;
        assert!(matches!(nothing, Err(AppendError::NotFound)), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn a_closure_announced_later_moves_no_clock_that_runs() {
    for desk in desks().await {
        let id = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-05T14:00:00Z").await.id;
        let db = desk.test.db.writer();
        let was = calendars::find(db, WORKING_HOURS).await.unwrap().unwrap();
        let draft = closed_on(was.draft, date(2026, 10, 6));
        let made = Made::seeded(now());
        let next = calendars::publish(db, was.calendar, 1, &draft, made).await.unwrap().unwrap();
        assert_eq!(desk.stored(id).await.kept.due_at, Some(at("2026-10-06T14:00:00Z")), "{}", desk.test.name);
        let terms = TermsRef { calendar: Some(next), ..desk.eight_hours() };
        desk.append(id, "2026-10-05T15:00:00Z", Fact::LevelCorrected { by: by(), terms }).await.unwrap();
        let moved = desk.stored(id).await;
        assert_eq!(moved.terms, terms, "{}", desk.test.name);
        assert_eq!(moved.kept.due_at, Some(at("2026-10-07T14:00:00Z")), "{}", desk.test.name);
        assert_eq!(moved.clock.judge(at("2026-10-07T14:00:00Z")), Verdict::Met, "{}", desk.test.name);
        let error = entity::calendar_version::Entity::delete_by_id(next.0).exec(db).await.unwrap_err();
        let foreign = matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)));
        assert!(foreign, "a version that was counted by stays: {} {error}", desk.test.name);
    }
}

#[tokio::test]
async fn a_reopening_starts_the_next_cycle() {
    for desk in desks().await {
        let mut cycles = Vec::new();
        for kind in [ClockKind::Response, ClockKind::NextReply, ClockKind::NextReply] {
            cycles.push(desk.start(kind, desk.eight_hours(), "2026-10-06T14:15:00Z").await.cycle);
        }
        assert_eq!(cycles, [1, 1, 2], "{}", desk.test.name);
        let row = clock::Entity::find().filter(clock::Column::Kind.eq("response"));
        let row = row.one(desk.test.db.read()).await.unwrap().unwrap();
        let twin = clock::ActiveModel { id: Set(Uuid::from_u128(7)), ..row.into() };
        let twin = sea_orm::ActiveModelTrait::reset_all(twin);
        let error = clock::Entity::insert(twin).exec_without_returning(desk.test.db.writer()).await.unwrap_err();
        assert!(is_unique_violation(&error), "one clock for each cycle: {} {error}", desk.test.name);
    }
}

#[tokio::test]
async fn a_customer_sees_the_clocks_of_their_own_tickets_and_no_internal_ones() {
    for desk in desks().await {
        let avon = owner(&desk.test.db, "Avon").await;
        let response = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await.id;
        let internal = desk.start(ClockKind::NextReply, desk.eight_hours(), "2026-10-07T14:15:00Z").await.id;
        for (scope, expected) in [
            (Scope::Everything, vec![response, internal]),
            (Scope::Customer(desk.owner.customer), vec![response]),
            (Scope::Customer(avon.customer), vec![]),
        ] {
            let clocks = of_ticket(desk.test.db.read(), scope, desk.ticket).await.unwrap();
            let ids: Vec<_> = clocks.iter().map(|clock| clock.id).collect();
            assert_eq!(ids, expected, "{} {scope:?}", desk.test.name);
        }
    }
}
