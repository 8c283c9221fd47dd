use proptest::prelude::*;

use super::*;
use crate::{
    calendar::{
        DAY_NAMES, OverrideDraft,
        samples::{at, cat1_draft, cat2_draft, cover, draft, texts},
    },
    clock::PauseReason,
};

const HOUR_S: u32 = 3_600;

fn pauses(rows: &[(&str, Option<&str>)]) -> Pauses {
    let reason = Some(PauseReason::RemoteAccess);
    rows.iter().map(|(from, until)| Pause { from: at(from), until: until.map(at), reason }).collect()
}

fn count(cover: Cover, start: &str, hours: u32) -> Count {
    Count { cover, start: at(start), target_s: hours * HOUR_S }
}

/// Local times are London's, written with their offset.
fn check(count: Count, rows: &[(&str, Option<&str>)], due: &str) {
    let reading = count.reading(&pauses(rows), &WARNING_PERCENTS);
    assert_eq!((reading.state, reading.due), (CountState::Running, Some(at(due))), "{} {rows:?}", count.start);
    assert_eq!(count.worked_s(&pauses(rows), at(due)), i64::from(count.target_s), "{} {rows:?}", count.start);
}

fn cat1(start: &str) -> Count {
    count(cover(cat1_draft()), start, 8)
}

fn cat2(start: &str) -> Count {
    count(cover(cat2_draft(&DAY_NAMES)), start, 4)
}

#[test]
fn the_worked_examples_of_the_rules_hold() {
    check(cat1("2026-10-06T15:15:00+01:00"), &[], "2026-10-07T15:15:00+01:00");
    check(cat1("2026-04-02T14:00:00+01:00"), &[], "2026-04-07T14:00:00+01:00");
    check(cat1("2026-03-27T13:00:00+00:00"), &[], "2026-03-30T13:00:00+01:00");
    check(cat1("2026-11-07T11:00:00+00:00"), &[], "2026-11-09T17:00:00+00:00");
    check(cat1("2026-11-05T19:20:00+00:00"), &[], "2026-11-06T17:00:00+00:00");
    let wednesday = "2026-10-07T09:30:00+01:00";
    let access = ("2026-10-07T11:30:00+01:00", Some("2026-10-08T10:00:00+01:00"));
    check(cat1(wednesday), &[access], "2026-10-08T16:00:00+01:00");
    let first = ("2026-10-07T10:00:00+01:00", Some("2026-10-07T12:00:00+01:00"));
    let second = ("2026-10-07T11:00:00+01:00", Some("2026-10-07T13:30:00+01:00"));
    check(cat1(wednesday), &[first, second], "2026-10-08T13:00:00+01:00");
    let night = ("2026-10-07T18:00:00+01:00", Some("2026-10-08T08:00:00+01:00"));
    check(cat1("2026-10-07T15:00:00+01:00"), &[night], "2026-10-08T15:00:00+01:00");
    check(cat2("2026-11-04T21:15:00+00:00"), &[], "2026-11-05T09:15:00+00:00");
    check(cat2("2026-11-05T03:00:00+00:00"), &[], "2026-11-05T11:00:00+00:00");
    check(cat2("2026-10-24T20:30:00+01:00"), &[], "2026-10-25T08:30:00+00:00");
    let weekdays = cover(cat2_draft(&["mon", "tue", "wed", "thu", "fri"]));
    check(count(weekdays, "2026-11-06T21:00:00+00:00", 4), &[], "2026-11-09T09:00:00+00:00");
}

#[test]
fn elapsed_time_counts_day_and_night_whatever_the_clocks_do() {
    check(count(Cover::Elapsed, "2026-10-24T13:00:00Z", 24), &[], "2026-10-25T13:00:00Z");
    check(count(Cover::Elapsed, "2026-03-28T13:00:00Z", 24), &[], "2026-03-29T13:00:00Z");
    let pause = ("2026-03-28T20:00:00Z", Some("2026-03-28T21:30:00Z"));
    check(count(Cover::Elapsed, "2026-03-28T13:00:00Z", 24), &[pause], "2026-03-29T14:30:00Z");
}

#[test]
fn substitute_days_are_skipped() {
    // Christmas Day 2027 is a Saturday: Monday and Tuesday are off.
    check(cat1("2027-12-24T13:00:00Z"), &[], "2027-12-29T13:00:00Z");
    check(cat1("2027-12-31T13:00:00Z"), &[], "2028-01-04T13:00:00Z");
}

#[test]
fn overnight_cover_is_as_long_as_the_clocks_make_it() {
    let nights = || cover(draft("Europe/London", "fri 22:00-30:00, sat 22:00-30:00"));
    check(count(nights(), "2026-10-24T22:00:00+01:00", 9), &[], "2026-10-25T06:00:00Z");
    check(count(nights(), "2026-03-28T22:00:00Z", 7), &[], "2026-03-29T06:00:00+01:00");
}

#[test]
fn a_pause_that_begins_when_the_target_is_used_up_changes_nothing() {
    let monday = "2026-11-09T09:00:00Z";
    check(cat1(monday), &[("2026-11-09T17:00:00Z", Some("2026-11-10T12:00:00Z"))], "2026-11-09T17:00:00Z");
    check(cat1(monday), &[("2026-11-09T16:59:59Z", Some("2026-11-10T12:00:00Z"))], "2026-11-10T12:00:01Z");
}

#[test]
fn pauses_before_the_start_count_from_the_start() {
    check(
        cat1("2026-11-09T10:00:00Z"),
        &[("2026-11-01T00:00:00Z", Some("2026-11-09T12:00:00Z"))],
        "2026-11-10T12:00:00Z",
    );
}

#[test]
fn fractions_of_a_second_are_kept() {
    check(cat1("2026-11-09T10:00:00.25Z"), &[], "2026-11-10T10:00:00.25Z");
    let started = cat1("2026-11-09T10:00:00.25Z");
    assert_eq!(started.worked_s(&Pauses::default(), at("2026-11-09T10:00:01Z")), 0);
    assert_eq!(started.worked_s(&Pauses::default(), at("2026-11-09T10:00:01.25Z")), 1);
}

#[test]
fn an_open_pause_means_no_due_instant() {
    let count = cat1("2026-10-07T09:30:00+01:00");
    let open = pauses(&[("2026-10-07T14:00:00+01:00", None)]);
    let reading = count.reading(&open, &WARNING_PERCENTS);
    assert_eq!((reading.state, reading.due, reading.used_up_at), (CountState::Paused, None, None));
    // Half of the target was used up before the pause; a warning that was due stays due.
    let warned: Vec<_> = reading.warnings.iter().map(|warning| warning.at).collect();
    assert_eq!(warned, [Some(at("2026-10-07T13:30:00+01:00")), None, None]);
    let later = at("2026-11-07T09:30:00Z");
    assert_eq!((count.worked_s(&open, later), count.remaining_s(&open, later)), (16_200, 12_600));
    assert_eq!(count.judge(&open, later), Verdict::Met);
}

#[test]
fn an_open_pause_after_the_target_was_used_up_does_not_take_the_breach_back() {
    let count = cat1("2026-11-09T09:00:00Z");
    let open = pauses(&[("2026-11-09T17:00:00Z", None)]);
    let reading = count.reading(&open, &WARNING_PERCENTS);
    assert_eq!((reading.state, reading.due), (CountState::Paused, None));
    assert_eq!(reading.used_up_at, Some(at("2026-11-09T17:00:00Z")));
    assert_eq!(count.judge(&open, at("2026-11-09T17:00:00Z")), Verdict::Met);
    assert_eq!(count.judge(&open, at("2026-11-09T17:00:01Z")), Verdict::Missed);
}

#[test]
fn met_means_at_or_before_due() {
    let (count, none) = (cat1("2026-10-06T15:15:00+01:00"), Pauses::default());
    for (response, verdict) in [
        ("2026-10-06T14:00:00+01:00", Verdict::Met),
        ("2026-10-07T15:15:00+01:00", Verdict::Met),
        ("2026-10-07T15:15:00.000001+01:00", Verdict::Missed),
        ("2026-10-07T15:15:01+01:00", Verdict::Missed),
    ] {
        assert_eq!(count.judge(&none, at(response)), verdict, "{response}");
    }
}

#[test]
fn warnings_are_never_early() {
    let seconds = |target_s| {
        let count = Count { cover: Cover::Elapsed, start: Timestamp::EPOCH, target_s };
        let reading = count.reading(&Pauses::default(), &WARNING_PERCENTS);
        reading.warnings.iter().map(|warning| warning.at.unwrap().seconds_since(Timestamp::EPOCH)).collect::<Vec<_>>()
    };
    assert_eq!(seconds(28_800), [14_400, 21_600, 25_920]);
    assert_eq!(seconds(60), [30, 45, 54]);
    assert_eq!(seconds(7), [4, 6, 7]);
    assert_eq!(seconds(1), [1, 1, 1]);
    assert_eq!(seconds(0), [0, 0, 0]);
    assert_eq!((Percent::new(0), Percent::new(100)), (None, None));
    assert_eq!(Percent::new(80).map(Percent::get), Some(80));
}

#[test]
fn a_warning_used_up_at_closing_is_at_closing() {
    let reading = cat1("2026-11-09T13:00:00Z").reading(&Pauses::default(), &WARNING_PERCENTS);
    assert_eq!(reading.warnings[0].at, Some(at("2026-11-09T17:00:00Z")));
    assert_eq!(reading.warnings[1].at, Some(at("2026-11-10T11:00:00Z")));
}

#[test]
fn no_cover_is_said_and_nothing_is_ever_due() {
    let count = count(cover(draft("UTC", "")), "2026-11-09T13:00:00Z", 8);
    for rows in [&[][..], &[("2026-11-09T17:00:00Z", None)]] {
        let reading = count.reading(&pauses(rows), &WARNING_PERCENTS);
        assert_eq!((reading.state, reading.due, reading.used_up_at), (CountState::NoCover, None, None));
        assert_eq!(count.judge(&pauses(rows), at("2030-01-01T00:00:00Z")), Verdict::Met);
        assert_eq!(count.worked_s(&pauses(rows), at("2030-01-01T00:00:00Z")), 0);
    }
}

#[test]
fn a_pause_that_opens_when_all_cover_has_ended_is_no_pause() {
    let mut once = draft("UTC", "");
    let open = OverrideDraft { windows: texts("09:00-10:00"), text: "Once".to_owned(), announced_at: None };
    once.overrides.insert(jiff::civil::date(2026, 11, 10), open);
    let count = count(cover(once), "2026-11-09T13:00:00Z", 8);
    let state = |from| count.reading(&pauses(&[(from, None)]), &[]).state;
    assert_eq!(state("2026-11-10T09:59:00Z"), CountState::Paused);
    assert_eq!(state("2026-11-10T10:00:00Z"), CountState::NoCover);
}

#[test]
fn a_long_pause_or_target_is_not_a_lack_of_cover() {
    let pause = ("2026-11-09T09:00:00Z", Some("2029-11-12T09:00:00Z"));
    check(cat1("2026-11-09T09:00:00Z"), &[pause], "2029-11-12T17:00:00Z");
    let weekly = || cover(draft("UTC", "mon 09:00-10:00"));
    check(count(weekly(), "2026-11-09T09:00:00Z", 100), &[], "2028-10-02T10:00:00Z");
}

#[test]
fn an_announced_closure_is_skipped() {
    let mut draft = cat1_draft();
    let closed = OverrideDraft { text: "Christmas shutdown".to_owned(), ..OverrideDraft::default() };
    for day in 29..=31 {
        draft.overrides.insert(jiff::civil::date(2026, 12, day), closed.clone());
    }
    check(count(cover(draft), "2026-12-24T13:00:00Z", 8), &[], "2027-01-04T13:00:00Z");
}

proptest! {
    /// However a pause is cut in pieces and in whatever order they come, the answers stay.
    #[test]
    fn splitting_a_pause_changes_nothing(
        start_min in 0_i64..20_000, target_min in 1_u32..3_000, from_min in 0_i64..20_000,
        pieces in prop::collection::vec(0_i64..2_000, 1..5),
    ) {
        let minute = |minutes: i64| at("2026-03-20T00:00:00Z").plus_seconds(minutes * 60);
        let count = Count { cover: cover(cat1_draft()), start: minute(start_min), target_s: target_min * 60 };
        let pause = |from: i64, until: i64| Pause { from: minute(from), until: Some(minute(until)), reason: None };
        let mut edges = vec![from_min];
        for piece in pieces {
            edges.push(edges[edges.len() - 1] + piece);
        }
        let whole: Pauses = [pause(from_min, edges[edges.len() - 1])].into_iter().collect();
        let split: Pauses = edges.windows(2).rev().map(|edge| pause(edge[0], edge[1])).collect();
        prop_assert_eq!(count.reading(&whole, &WARNING_PERCENTS), count.reading(&split, &WARNING_PERCENTS));
        prop_assert_eq!(count.explain(&whole), count.explain(&split));
    }
}
