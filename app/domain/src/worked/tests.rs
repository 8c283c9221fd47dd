use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::EPOCH.plus_seconds(second)
}

fn incident(units: u32) -> Allowance {
    Allowance::Incident { state: IncidentState::Accepted, units }
}

#[test]
fn one_stretch_may_begin_when_another_ends() {
    let work = |from, seconds| Work { started_at: at(from), seconds };
    assert!(!work(0, 60).overlaps(work(60, 60)) && !work(60, 60).overlaps(work(0, 60)));
    assert!(work(0, 61).overlaps(work(60, 60)) && work(60, 60).overlaps(work(0, 61)));
    assert!(work(0, 600).overlaps(work(60, 60)) && work(60, 60).overlaps(work(0, 600)));
}

#[test]
fn an_incident_takes_what_is_approved_and_not_a_second_more() {
    for (units, worked_s, seconds, expected) in [
        (1, 0, 6_000, Ok(())),
        (1, 0, 7_200, Ok(())),
        (1, 0, 7_201, Err(WorkRefusal::Unapproved { left_s: 7_200 })),
        (1, 0, 7_800, Err(WorkRefusal::Unapproved { left_s: 7_200 })),
        (1, 7_199, 1, Ok(())),
        (1, 7_200, 1, Err(WorkRefusal::Unapproved { left_s: 0 })),
        (2, 0, 7_800, Ok(())),
        (0, 0, 1, Err(WorkRefusal::Unapproved { left_s: 0 })),
    ] {
        assert_eq!(incident(units).book(worked_s, seconds), expected, "{units} units, {worked_s} + {seconds}");
    }
}

#[test]
fn no_work_before_an_incident_is_accepted_or_after_it_is_declined() {
    let allowance = |state| Allowance::Incident { state, units: 1 };
    assert_eq!(allowance(IncidentState::Asked).book(0, 60), Err(WorkRefusal::NotAccepted));
    assert_eq!(allowance(IncidentState::Declined).book(0, 60), Err(WorkRefusal::Declined));
    assert_eq!(Allowance::NotOrdered.book(0, 60), Err(WorkRefusal::NotOrdered));
    for stopped in [allowance(IncidentState::Asked), allowance(IncidentState::Declined), Allowance::NotOrdered] {
        assert!(stopped.is_blocked(0), "{stopped:?}");
    }
    assert!(!Allowance::Open.is_blocked(1_000_000));
}

#[test]
fn a_refusal_says_how_much_is_left() {
    let words = incident(1).book(6_600, 900).unwrap_err().to_string();
    assert!(words.starts_with("Approval needed: 10 min of approved time is left."), "{words}");
}

#[test]
fn a_change_request_is_flagged_beyond_half_an_hour_and_refused_until_the_customer_knows() {
    let task = Allowance::Task { told: false };
    assert_eq!(task.book(0, 1_800), Ok(()));
    assert!(!task.is_outside_cover(1_800) && task.is_outside_cover(1_801));
    assert_eq!(task.book(1_799, 600), Ok(()), "what crosses is written down as it was");
    for worked_s in [1_800, 1_801, 2_399] {
        assert_eq!(task.book(worked_s, 1), Err(WorkRefusal::TellFirst), "{worked_s}");
    }
    let told = Allowance::Task { told: true };
    assert_eq!(told.book(2_399, 3_600), Ok(()));
    assert!(told.is_outside_cover(2_399) && !told.is_blocked(2_399));
}

#[test]
fn a_correction_may_always_shorten() {
    assert_eq!(incident(1).correct(7_200, 7_200, 60), Ok(()));
    assert_eq!(Allowance::Task { told: false }.correct(2_400, 2_400, 2_000), Ok(()));
    assert_eq!(incident(1).correct(7_200, 600, 601), Err(WorkRefusal::Unapproved { left_s: 600 }));
    assert_eq!(incident(1).correct(6_000, 600, 1_800), Ok(()));
}

#[test]
fn a_stopwatch_stops_itself_at_the_last_approved_second() {
    let started = [at(0)];
    let left = incident(1).left_s(0);
    assert_eq!(read(&started, left, at(6_000)), Reading { seconds: vec![6_000], ran_out_at: None });
    for now in [7_200, 7_201, 90_000] {
        assert_eq!(
            read(&started, left, at(now)),
            Reading { seconds: vec![7_200], ran_out_at: Some(at(7_200)) },
            "at {now}"
        );
    }
    assert_eq!(read(&started, None, at(90_000)).seconds, [ENTRY_SECONDS_MAX]);
    assert_eq!(read(&started, Some(60), at(-5)).seconds, [0], "the clock was put back");
}

#[test]
fn two_stopwatches_use_up_the_time_together() {
    let started = [at(0), at(100)];
    assert_eq!(runs_out_at(&started, 300), Some(at(200)));
    assert_eq!(runs_out_at(&started, 50), Some(at(50)), "before the second began");
    assert_eq!(read(&started, Some(300), at(500)).seconds, [200, 100]);
    assert_eq!(read(&started, Some(301), at(500)).seconds, [201, 100], "the odd second is somebody's");
    assert_eq!(read(&started, Some(50), at(500)).seconds, [50, 0]);
    assert_eq!(runs_out_at(&[], 50), None);
    for left in 1..500 {
        for count in 1..5 {
            let started: Vec<_> = (0..count).map(|place| at(place * 7)).collect();
            let reading = read(&started, Some(left), at(10_000));
            assert_eq!(reading.seconds.iter().map(|one| u64::from(*one)).sum::<u64>(), left, "{count} stopwatches");
        }
    }
}

#[test]
fn lengths_are_minutes_or_hours_and_minutes() {
    for (text, seconds) in [("100", Some(6_000)), (" 1:40 ", Some(6_000)), ("0:05", Some(300)), ("24:00", Some(86_400))]
    {
        assert_eq!(parse_length(text), seconds, "{text}");
    }
    for text in ["", "0", "0:00", "-5", "+5", "1.5", "1:5", "1:60", "24:01", "1441", "1:40:00", "99999999999", "ten"] {
        assert_eq!(parse_length(text), None, "{text}");
    }
}
