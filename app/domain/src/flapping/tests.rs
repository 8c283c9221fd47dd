use proptest::prelude::*;

use super::*;
use crate::service::samples::{instant, status, words};

/// Feeds one observation a second: what was decided, in words.
fn decisions(seen: &str, attempts_max: u8, limits: FlapLimits) -> String {
    let mut watch = Watch::pending();
    let mut said = Vec::new();
    for (second, letter) in seen.chars().enumerate() {
        let step;
        (watch, step) = watch.observe(status(letter), instant(second), attempts_max, limits);
        said.extend(step.fault.map(|change| words(change, second)));
    }
    said.join(" ")
}

fn check(seen: &str, attempts_max: u8, expected: &str) {
    assert_eq!(decisions(seen, attempts_max, FlapLimits::default()), expected, "{seen} attempts_max {attempts_max}");
}

#[test]
fn per_cent_are_weighted_by_age() {
    let of = |changes| Flap { changes, ..Flap::default() }.percent();
    assert!((of(mask()) - 100.0).abs() < 1e-9, "{}", of(mask()));
    assert!((of(1) - 6.0).abs() < 1e-9, "the newest counts 1.2 of 20");
    assert!((of(1 << 19) - 4.0).abs() < 1e-9, "the oldest counts 0.8 of 20");
    assert!(of(0) == 0.0 && of(1 << 20) == 0.0, "what is older counts nothing");
}

#[test]
fn the_sixth_change_in_a_row_is_above_thirty_per_cent() {
    // Newest first, six changes weigh 1.2 + 1.1789 + … + 1.0947 of 20: 34.4 %. Five weigh 28.9 %.
    check("OCOCOC", 3, "");
    check("OCOCOCO", 3, "flap-critical@6(1)");
    check("COCOCO", 3, "flap-critical@5(0)");
}

#[test]
fn an_open_fault_becomes_the_flapping_one() {
    check("CCCOCOC", 3, "open@2(0) clear@3");
    check("CCCOCOCO", 3, "open@2(0) clear@3 flap-critical@7(0)");
    check("OCOCOC", 1, "open@1(1) clear@2 open@3(3) clear@4 open@5(5)");
    check("OCOCOCO", 1, "open@1(1) clear@2 open@3(3) clear@4 open@5(5) flap-critical@6(5)");
    check("OCWCWCW", 1, "open@1(1) warning@2 critical@3 warning@4 critical@5 flap-critical@6(1)");
}

#[test]
fn it_ends_well_or_as_it_stands_at_or_below_the_lower_limit() {
    // Fourteen calm looks later the six changes still weigh 25.6 %; with the fifteenth the oldest is forgotten: 21.1 %.
    check(&format!("OCOCOCO{}", "O".repeat(14)), 3, "flap-critical@6(1)");
    check(&format!("OCOCOCO{}", "O".repeat(15)), 3, "flap-critical@6(1) clear@21");
    check(&format!("OCOCOCOC{}", "C".repeat(15)), 3, "flap-critical@6(1) settle-critical@22");
}

#[test]
fn other_limits_are_kept_to() {
    check("OCO", 3, "");
    assert_eq!(decisions("OCO", 3, FlapLimits { start: 5, end: 4 }), "flap-critical@1(1)");
    assert_eq!(decisions(&"OC".repeat(40), 3, FlapLimits { start: 100, end: 100 }), "");
}

#[test]
fn a_fault_of_our_own_that_comes_and_goes_stays_a_fault_of_our_own() {
    check("OUOUOUO", 3, "flap-unknown@6(1)");
    check("OUOUOCO", 3, "flap-critical@6(1)");
}

#[test]
fn a_soft_problem_ends_nothing() {
    let limits = FlapLimits { start: 30, end: 100 };
    // Any calm would do, but at second 7 it is bad for the first time: only a good look or a confirmed problem decides.
    assert_eq!(decisions("OCOCOCOCCC", 3, limits), "flap-critical@6(1) settle-critical@9");
    assert_eq!(decisions("OCOCOCOCO", 3, limits), "flap-critical@6(1) clear@8");
}

#[test]
fn what_was_long_before_is_another_story() {
    // One turn long ago is remembered for twenty looks, but a fault does not begin with it, nor is it as bad.
    let calm = "O".repeat(12);
    check(&format!("OCO{calm}WOWOWOW"), 3, "flap-warning@18(15)");
    // A short pause belongs to it.
    check("OCOOOOWOWOWOW", 3, "flap-critical@9(1)");
    let mut watch = Watch::pending();
    for (second, letter) in "OCO".chars().enumerate() {
        (watch, _) = watch.observe(status(letter), instant(second), 3, FlapLimits::default());
    }
    assert_eq!(watch.resumed(instant(2), 10, instant(900)).flap.worst(), None, "nor is it after a long stop");
}

#[test]
fn what_nobody_looked_at_counts_as_calm() {
    let mut watch = Watch::pending();
    for (second, letter) in "OCOCOCO".chars().enumerate() {
        (watch, _) = watch.observe(status(letter), instant(second), 3, FlapLimits::default());
    }
    assert!(watch.flap.is_flapping());
    let later = |seconds| watch.resumed(instant(6), 10, instant(seconds));
    assert_eq!(later(5), watch, "a clock that was set back changes nothing");
    assert_eq!(later(15), watch);
    assert!(later(16) != watch && later(16).flap.percent() < watch.flap.percent());
    let watch = later(900);
    let (watch, step) = watch.observe(Status::Ok, instant(900), 3, FlapLimits::default());
    assert_eq!((watch.flap.is_flapping(), step.fault), (false, Some(FaultChange::Clear)));
    assert!(Flap { changes: 0b11, ..Flap::default() }.rested(18).percent() > 0.0);
    assert!(Flap { changes: 0b11, ..Flap::default() }.rested(20).percent() == 0.0);
}

#[test]
fn what_was_stored_before_there_was_a_memory_is_read() {
    let state = ServiceState::Hard { status: Status::Critical, first_bad_at: Timestamp::EPOCH, differing: 0 };
    let old = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<Watch>(&old).unwrap(), Watch { state, flap: Flap::default() });
}

fn seen() -> impl Strategy<Value = String> {
    // Runs, so that there is calm and unrest.
    prop::collection::vec(("[OWCU]", 1_usize..9), 0..40)
        .prop_map(|runs| runs.into_iter().map(|(letter, count)| letter.repeat(count)).collect())
}

proptest! {
    #[test]
    fn every_turn_of_a_fault_is_told_in_order_and_no_recovery_is_lost(
        seen in seen(), attempts_max in 1_u8..5, start in 10_u8..60, below in 0_u8..10
    ) {
        let limits = FlapLimits { start, end: start - below };
        let mut watch = Watch::pending();
        let (mut open, mut flapping) = (false, false);
        for (second, letter) in seen.chars().enumerate() {
            let step;
            (watch, step) = watch.observe(status(letter), instant(second), attempts_max, limits);
            match step.fault {
                Some(FaultChange::Open { started_at, .. }) => {
                    prop_assert!(!open && started_at <= instant(second));
                    open = true;
                }
                Some(FaultChange::Change { from, to }) => prop_assert!(open && !flapping && from != to),
                Some(FaultChange::Flap { status, started_at }) => {
                    prop_assert!(!flapping && !status.is_ok() && started_at <= instant(second));
                    (open, flapping) = (true, true);
                }
                Some(FaultChange::Settle { status }) => {
                    prop_assert!(flapping && !status.is_ok() && watch.state.is_hard_problem());
                    flapping = false;
                }
                Some(FaultChange::Clear) => {
                    prop_assert!(open);
                    (open, flapping) = (false, false);
                }
                None => {}
            }
            prop_assert_eq!(open, watch.has_fault());
            prop_assert_eq!(flapping, watch.flap.is_flapping());
            prop_assert!(step.changed || step.fault.is_none());
            let stored = serde_json::to_string(&watch).unwrap();
            prop_assert_eq!(serde_json::from_str::<Watch>(&stored).unwrap(), watch);
        }
        // Calm settles everything, whatever came before.
        for more in 0..40 {
            (watch, _) = watch.observe(Status::Ok, instant(seen.len() + more), attempts_max, limits);
        }
        prop_assert!(!watch.has_fault());
    }
}
