//! SLA clocks against a second method, written differently: it walks minute by minute and asks the zone for the local
//! time of each instant, where the product asks for the instants of local times and walks day by day.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

#[path = "clock/cases.rs"]
mod cases;
#[path = "clock/slow.rs"]
mod slow;

use std::process::Command;

use domain::{
    calendar::Cover,
    clock::{Count, CountState, Pause, Pauses, Verdict, WARNING_PERCENTS},
    time::{Span, Timestamp},
};
use proptest::prelude::*;

use crate::cases::{Case, case, office};

/// Enough to meet every zone, period and kind of window many times in each run.
const CASES: u32 = 2_000;

fn union(pauses: &[Pause]) -> Pauses {
    pauses.iter().copied().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_slow_method_agrees(case in case()) {
        let Case { count, pauses, .. } = &case;
        let slow = slow::Walk::new(&case);
        let reading = count.reading(&union(pauses), &[]);
        match slow.used_up_at() {
            slow::End::At(at) => prop_assert_eq!(reading.used_up_at, Some(at)),
            slow::End::Paused => prop_assert_eq!((reading.state, reading.used_up_at), (CountState::Paused, None)),
            slow::End::BeyondHorizon => prop_assert!(reading.used_up_at.is_none_or(|at| slow.horizon() < at)),
        }
        for minutes in [0, 1, 77, 600, 1_441, 5_000] {
            let at = count.start.plus_seconds(minutes * 60);
            prop_assert_eq!(count.worked_s(&union(pauses), at), slow.worked_s(at), "{} min", minutes);
        }
    }

    #[test]
    fn explanations_add_up_and_only_cover_counts(case in case()) {
        let Case { count, pauses, .. } = &case;
        let pauses = union(pauses);
        let Ok(due) = count.used_up_at(&pauses) else { return Ok(()) };
        let slow = slow::Walk::new(&case);
        let explanation = count.explain(&pauses);
        prop_assert_eq!(explanation.counted_s(), i64::from(count.target_s));
        prop_assert_eq!(count.worked_s(&pauses, due), i64::from(count.target_s));
        prop_assert_eq!(count.judge(&pauses, due), Verdict::Met);
        prop_assert_eq!(count.judge(&pauses, due.plus_micros(1)), Verdict::Missed);
        let skipped = explanation.skipped.iter().map(|one| Span { from: one.from, until: one.until.unwrap() });
        let mut all: Vec<Span> = explanation.counted.iter().copied().chain(skipped).collect();
        all.sort_by_key(|span| span.from);
        let mut done_until = count.start;
        for span in all {
            prop_assert_eq!(span.from, done_until);
            prop_assert!(span.from < span.until);
            done_until = span.until;
        }
        prop_assert_eq!(done_until, due);
        for span in explanation.counted.iter().filter(|span| span.until < slow.horizon()) {
            prop_assert_eq!(slow.counted_s(*span), span.micros() / 1_000_000);
        }
    }

    #[test]
    fn another_pause_never_makes_due_earlier(case in case()) {
        let Case { count, pauses, extra, .. } = &case;
        let Ok(before) = count.used_up_at(&union(pauses)) else { return Ok(()) };
        let more: Vec<Pause> = pauses.iter().chain([extra]).copied().collect();
        if let Ok(after) = count.used_up_at(&union(&more)) {
            prop_assert!(before <= after, "{} then {}", before, after);
        }
        let warnings = |pauses: &[Pause]| count.reading(&union(pauses), &WARNING_PERCENTS).warnings;
        for (before, after) in warnings(pauses).iter().zip(warnings(&more)) {
            prop_assert!(after.at.is_none_or(|after| before.at.unwrap() <= after));
        }
    }

    #[test]
    fn a_pause_outside_cover_changes_nothing(case in case()) {
        let Case { count, pauses, .. } = &case;
        let explanation = count.explain(&Pauses::default());
        let outside = explanation.skipped.iter().filter_map(|one| Some(Pause { from: one.from, until: Some(one.until?), reason: None }));
        let more: Vec<Pause> = pauses.iter().copied().chain(outside).collect();
        prop_assert_eq!(count.reading(&union(pauses), &WARNING_PERCENTS), count.reading(&union(&more), &WARNING_PERCENTS));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(case in case(), later_s in 0_i64..200_000) {
        let Case { count, pauses, .. } = &case;
        let later = Count { start: count.start.plus_seconds(later_s), ..count.clone() };
        if let (Ok(one), Ok(other)) = (count.used_up_at(&union(pauses)), later.used_up_at(&union(pauses))) {
            prop_assert!(one <= other);
        }
    }
}

/// Due instants of the office through a year, one for each line.
fn year_of_due_times() -> String {
    let cover = Cover::Hours(office());
    let start: Timestamp = "2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let due = |day: i64| {
        let start = start.plus_seconds(day * 90_061);
        let count = Count { cover: cover.clone(), start, target_s: 28_800 };
        format!("due {start} {}\n", count.used_up_at(&Pauses::default()).unwrap())
    };
    (0..350).map(due).collect()
}

#[test]
fn due_times_of_a_year_are_printed() {
    let text = year_of_due_times();
    println!("{text}");
    assert_eq!(text.lines().count(), 350);
}

#[test]
fn the_zone_of_the_machine_plays_no_part() {
    let here = year_of_due_times();
    for zone in ["UTC", "Pacific/Kiritimati", "America/New_York"] {
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "due_times_of_a_year_are_printed", "--nocapture"])
            .env("TZ", zone)
            .env("TZDIR", "/nonexistent")
            .output()
            .unwrap();
        let printed = String::from_utf8(run.stdout).unwrap();
        let there: String =
            printed.split_inclusive('\n').filter_map(|line| line.find("due 2").map(|at| &line[at..])).collect();
        assert_eq!(there, here, "TZ={zone}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "prints how long it took; nothing depends on it")]
fn ten_thousand_due_times_are_computed() {
    let cover = Cover::Hours(office());
    let start: Timestamp = "2026-01-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let begun = std::time::Instant::now();
    for case in 0..10_000 {
        let start = start.plus_seconds(case * 7_919);
        let pause = Pause { from: start.plus_seconds(3_600), until: Some(start.plus_seconds(90_000)), reason: None };
        let count = Count { cover: cover.clone(), start, target_s: 28_800 };
        let due = count.used_up_at(&union(&[pause])).unwrap();
        assert!(start < due);
    }
    println!("10,000 due times took {:?}", begun.elapsed());
}
