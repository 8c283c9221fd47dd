use uuid::Uuid;

use super::*;
use crate::{
    calendar::{
        Cover, DAY_NAMES,
        samples::{at, cat1_draft, cat2_draft, cover},
    },
    clock::WARNING_PERCENTS,
};

const HOUR_S: u32 = 3_600;
const STAFF: UserId = UserId(Uuid::from_u128(7));

fn cat1() -> Terms {
    Terms { cover: cover(cat1_draft()), target_s: 8 * HOUR_S }
}

fn cat2() -> Terms {
    Terms { cover: cover(cat2_draft(&DAY_NAMES)), target_s: 4 * HOUR_S }
}

/// An instant of Monday 9 November 2026 or later, when London is on UTC: "09 10:30".
fn on(text: &str) -> Timestamp {
    let (day, time) = text.split_once(' ').unwrap();
    at(&format!("2026-11-{day}T{time}:00Z"))
}

fn started(text: &str) -> ClockEvent {
    ClockEvent::Started { at: on(text), kind: ClockKind::Response, terms: cat1() }
}

fn visit(text: &str) -> ClockEvent {
    let terms = Terms { cover: Cover::Elapsed, target_s: 24 * HOUR_S };
    ClockEvent::Started { at: on(text), kind: ClockKind::Arrival, terms }
}

fn paused_for(text: &str, reason: PauseReason) -> ClockEvent {
    ClockEvent::Paused { at: on(text), reason, asked: PauseAsked::FailedAccessTest, evidence: "ssh refused".to_owned() }
}

fn paused(text: &str) -> ClockEvent {
    paused_for(text, PauseReason::RemoteAccess)
}

fn resumed(text: &str) -> ClockEvent {
    let (reason, ended) = (PauseReason::RemoteAccess, PauseEnded::ProbeSucceeded);
    ClockEvent::Resumed { at: on(text), reason, ended, evidence: "ssh answered".to_owned() }
}

fn met(text: &str) -> ClockEvent {
    ClockEvent::Met { at: on(text) }
}

fn missed(text: &str) -> ClockEvent {
    ClockEvent::Missed { at: on(text) }
}

fn voided(text: &str) -> ClockEvent {
    ClockEvent::Voided { at: on(text), by: STAFF, reason: "the fault went away by itself".to_owned() }
}

fn excused(text: &str) -> ClockEvent {
    ClockEvent::Excused { at: on(text), by: STAFF, reason: "snow, no road open".to_owned() }
}

fn changed(text: &str, change: LevelChange) -> ClockEvent {
    ClockEvent::LevelCorrected { at: on(text), by: STAFF, change }
}

fn exception(text: &str, terms: Terms) -> ClockEvent {
    changed(text, LevelChange::Exception { effective_at: on(text), terms })
}

fn correction(text: &str, terms: Terms) -> ClockEvent {
    changed(text, LevelChange::Correction { terms })
}

/// The clock after events that were accepted one by one.
fn clock(events: &[ClockEvent]) -> Clock {
    let (first, later) = events.split_first().unwrap();
    let mut clock = Clock::fold([first]).unwrap();
    for event in later {
        clock = clock.accept(event).unwrap();
    }
    clock
}

/// When the clock is due, or its state; the stored events must give what accepting them gave.
fn check(events: &[ClockEvent], due: &str) {
    let clock = clock(events);
    let reading = clock.reading(&WARNING_PERCENTS);
    let found = match &reading {
        None => "voided".to_owned(),
        Some(Reading { due: Some(due), .. }) => due.to_string()[8..16].replace('T', " "),
        Some(Reading { state, .. }) => format!("{state:?}"),
    };
    assert_eq!(found, due);
    let stored = Clock::fold(events).unwrap();
    assert_eq!(stored.reading(&WARNING_PERCENTS), reading);
    assert_eq!(stored.standing(), clock.standing());
}

fn refused(events: &[ClockEvent], event: &ClockEvent, refusal: Refusal) {
    assert_eq!(clock(events).accept(event).err(), Some(refusal));
}

#[test]
fn pauses_move_the_due_instant() {
    check(&[started("09 09:00")], "09 17:00");
    check(&[started("09 09:00"), paused("09 10:00")], "Paused");
    check(&[started("09 09:00"), paused("09 10:00"), resumed("09 12:00")], "10 11:00");
    let twice = [paused("09 10:00"), resumed("09 12:00"), paused("10 09:00"), resumed("10 09:30")];
    check(&[&[started("09 09:00")][..], &twice].concat(), "10 11:30");
}

#[test]
fn pauses_for_different_reasons_may_overlap() {
    let site = paused_for("09 11:00", PauseReason::OnsiteCooperation);
    let back = ClockEvent::Resumed {
        at: on("09 13:00"),
        reason: PauseReason::OnsiteCooperation,
        ended: PauseEnded::Customer,
        evidence: "box was power cycled".to_owned(),
    };
    let both = [started("09 09:00"), paused("09 10:00"), site, resumed("09 12:00")];
    check(&both, "Paused");
    check(&[&both[..], &[back]].concat(), "10 12:00");
}

#[test]
fn a_pause_keeps_who_asked_and_what_ended_it() {
    let clock = clock(&[started("09 09:00"), paused("09 10:00"), resumed("09 12:00")]);
    let end = PauseEnd { at: on("09 12:00"), ended: PauseEnded::ProbeSucceeded, evidence: "ssh answered".to_owned() };
    let record = PauseRecord {
        reason: PauseReason::RemoteAccess,
        from: on("09 10:00"),
        asked: PauseAsked::FailedAccessTest,
        asked_evidence: "ssh refused".to_owned(),
        end: Some(end),
    };
    assert_eq!(clock.pauses(), [record]);
}

#[test]
fn impossible_pauses_are_refused() {
    let running = [started("09 09:00")];
    let open = [started("09 09:00"), paused("09 10:00")];
    let reason = PauseReason::RemoteAccess;
    refused(&open, &paused("09 11:00"), Refusal::AlreadyPaused { reason });
    refused(&running, &resumed("09 11:00"), Refusal::NotPaused { reason });
    let paused_at = on("09 10:00");
    refused(&open, &resumed("09 09:59"), Refusal::EndsBeforeItBegan { at: on("09 09:59"), paused_at });
    let started_at = on("09 09:00");
    refused(&running, &paused("09 08:59"), Refusal::BeforeStart { at: on("09 08:59"), started_at });
    refused(&running, &paused("09 17:01"), Refusal::PausedTooLate { at: on("09 17:01"), due: on("09 17:00") });
    let silent =
        ClockEvent::Paused { at: on("09 10:00"), reason, asked: PauseAsked::Staff(STAFF), evidence: " ".to_owned() };
    refused(&running, &silent, Refusal::NoReason);
    let ClockEvent::Resumed { at, reason, ended, .. } = resumed("09 11:00") else { panic!() };
    refused(&open, &ClockEvent::Resumed { at, reason, ended, evidence: " ".to_owned() }, Refusal::NoReason);
}

#[test]
fn a_paused_clock_has_left_what_the_terms_that_are_due_first_leave() {
    let paused = clock(&[started("09 09:00"), exception("09 10:00", cat2()), paused("09 11:00")]);
    assert_eq!(paused.remaining_s(on("09 12:00")), 3 * 3_600);
}

#[test]
fn kinds_are_stored_as_words() {
    for kind in ClockKind::ALL {
        assert_eq!(ClockKind::parse(kind.as_str()), Some(kind));
    }
    assert_eq!(ClockKind::parse("resolution"), None, "no such target is promised");
}

#[test]
fn only_access_to_the_site_pauses_a_visit() {
    check(&[visit("09 22:00"), paused_for("09 23:00", PauseReason::SiteAccess)], "Paused");
    for reason in [PauseReason::RemoteAccess, PauseReason::OnsiteCooperation] {
        let refusal = Refusal::MayNotPause { kind: ClockKind::Arrival, reason };
        refused(&[visit("09 22:00")], &paused_for("09 23:00", reason), refusal);
    }
}

#[test]
fn verdicts_agree_with_the_due_instant_when_they_are_written() {
    let due = on("09 17:00");
    check(&[started("09 09:00"), met("09 17:00")], "09 17:00");
    check(&[started("09 09:00"), missed("09 17:01")], "09 17:00");
    refused(&[started("09 09:00")], &met("09 17:01"), Refusal::MetTooLate { at: on("09 17:01"), due });
    refused(&[started("09 09:00")], &missed("09 17:00"), Refusal::MissedTooEarly { at: due, due });
    refused(&[started("09 09:00"), paused("09 10:00")], &missed("09 18:00"), Refusal::NeverDue);
    // While access is missing an answer is in time, however late it comes.
    check(&[started("09 09:00"), paused("09 10:00"), met("19 10:00")], "Paused");
}

#[test]
fn a_verdict_is_final() {
    let standing = Standing::Met { at: on("09 12:00") };
    let closed = || Refusal::Closed { standing: standing.clone() };
    let answered = [started("09 09:00"), met("09 12:00")];
    let later = [paused("09 13:00"), resumed("09 13:00"), met("09 13:00"), missed("10 09:00"), voided("09 13:00")];
    for event in later {
        refused(&answered, &event, closed());
    }
    refused(&answered, &exception("09 13:00", cat2()), closed());
    refused(&answered, &correction("09 13:00", cat2()), closed());
    // Stored verdicts are not judged again, even where today's arithmetic would say otherwise.
    let stored = Clock::fold(&[started("09 09:00"), met("12 12:00")]).unwrap();
    assert_eq!(stored.standing(), &Standing::Met { at: on("12 12:00") });
}

#[test]
fn a_missed_clock_may_be_excused_once_and_stays_missed() {
    let late = [started("09 09:00"), missed("09 17:01")];
    let events = [&late[..], &[excused("10 09:00")]].concat();
    check(&events, "09 17:00");
    let standing = clock(&events).standing().clone();
    assert_eq!(standing.to_string(), "missed, excused");
    assert!(matches!(&standing, Standing::Missed { excuse: Some((by, _)), .. } if *by == STAFF));
    refused(&events, &excused("10 10:00"), Refusal::NotMissed { standing });
    refused(&[started("09 09:00")], &excused("10 10:00"), Refusal::NotMissed { standing: Standing::Open });
    let silent = ClockEvent::Excused { at: on("10 09:00"), by: STAFF, reason: String::new() };
    refused(&late, &silent, Refusal::NoReason);
}

#[test]
fn a_voided_clock_is_never_due() {
    check(&[visit("09 22:00"), voided("09 23:00")], "voided");
    let silent = ClockEvent::Voided { at: on("09 23:00"), by: STAFF, reason: String::new() };
    refused(&[visit("09 22:00")], &silent, Refusal::NoReason);
}

#[test]
fn without_a_decision_an_open_ticket_keeps_its_terms() {
    check(&[started("09 09:00"), changed("09 10:00", LevelChange::None)], "09 17:00");
    check(&[started("09 09:00"), met("09 09:30"), changed("09 10:00", LevelChange::None)], "09 17:00");
}

#[test]
fn an_exception_is_due_at_the_earlier_of_both_terms() {
    check(&[started("09 09:00"), exception("09 10:00", cat2())], "09 14:00");
    check(&[started("09 09:00"), exception("09 15:00", cat2())], "09 17:00");
    check(&[started("09 09:00"), exception("09 10:00", cat2()), exception("09 10:30", cat1())], "09 14:00");
    let nowhere = Terms { cover: cover(cat2_draft(&[])), target_s: HOUR_S };
    check(&[started("09 09:00"), exception("09 10:00", nowhere)], "09 17:00");
}

#[test]
fn an_exception_is_paused_with_the_clock() {
    let open = [started("09 09:00"), paused("09 09:30"), exception("09 10:00", cat2())];
    check(&open, "Paused");
    check(&[&open[..], &[resumed("09 11:00")]].concat(), "09 15:00");
}

#[test]
fn an_exception_makes_no_warning_later() {
    let warnings = |events: &[ClockEvent]| {
        let reading = clock(events).reading(&WARNING_PERCENTS).unwrap();
        reading.warnings.iter().map(|warning| warning.at.unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(warnings(&[started("09 09:00")]), [on("09 13:00"), on("09 15:00"), on("09 16:12")]);
    let changed = warnings(&[started("09 09:00"), exception("09 12:30", cat2())]);
    assert_eq!(changed, [on("09 13:00"), on("09 15:00"), on("09 16:06")]);
}

#[test]
fn what_is_left_and_why_follow_the_terms_that_are_due_first() {
    let changed = clock(&[started("09 09:00"), exception("09 10:00", cat2())]);
    assert_eq!(changed.remaining_s(on("09 13:00")), 3_600);
    assert_eq!(changed.remaining_s(on("09 15:00")), -3_600);
    assert_eq!(changed.explain().counted_s(), 4 * 3_600);
    assert_eq!((changed.judge(on("09 14:00")), changed.judge(on("09 14:01"))), (Verdict::Met, Verdict::Missed));
    assert_eq!(clock(&[started("09 09:00")]).remaining_s(on("09 13:00")), 4 * 3_600);
}

#[test]
fn a_correction_counts_again_from_the_original_start_and_keeps_pauses() {
    check(&[started("09 09:00"), correction("09 12:00", cat2())], "09 13:00");
    let paused = [started("09 09:00"), paused("09 10:00"), resumed("09 12:00")];
    check(&[&paused[..], &[correction("09 12:30", cat2())]].concat(), "09 15:00");
    let both = [started("09 09:00"), exception("09 10:00", cat2()), correction("09 10:30", cat1())];
    check(&both, "09 17:00");
}

#[test]
fn stored_events_that_contradict_each_other_are_named() {
    let error = |events: &[ClockEvent]| Clock::fold(events).unwrap_err();
    assert_eq!(error(&[]), FoldError::Empty);
    let refused = |number, event, refusal| FoldError::Refused { number, event, refusal };
    assert_eq!(error(&[met("09 09:00")]), refused(1, "met", Refusal::NotStarted));
    let started_at = on("09 09:00");
    let twice = [started("09 09:00"), started("09 10:00")];
    assert_eq!(error(&twice), refused(2, "started", Refusal::AlreadyStarted { started_at }));
    let closed = Refusal::Closed { standing: Standing::Met { at: on("09 12:00") } };
    let after = [started("09 09:00"), met("09 12:00"), paused("09 13:00")];
    assert_eq!(error(&after), refused(3, "paused", closed.clone()));
    assert_eq!(closed.to_string(), "the clock is already met");
}
