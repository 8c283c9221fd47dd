use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{calendar::Zone, time::Span};

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn second(second: i64) -> Timestamp {
    Timestamp::EPOCH.plus_seconds(second)
}

fn fixed(from: i64, until: i64) -> Downtime {
    Downtime::planned(Plan::Fixed { from: second(from), until: second(until) })
}

fn flexible(opens: i64, closes: i64, minutes: u32) -> Downtime {
    Downtime::planned(Plan::Flexible { opens: second(opens), closes: second(closes), minutes })
}

/// `days` as in "mon wed".
fn weekly(zone: &str, days: &str, at_min: u16, minutes: u32) -> Weekly {
    let days = crate::calendar::DAY_NAMES.map(|name| days.split(' ').any(|day| day == name));
    let zone = Zone::parse(zone).unwrap();
    Weekly { zone, days, at_min, minutes, first_on: date(2026, 1, 1), last_on: None }
}

fn check_spans(plan: Weekly, after: &str, expected: &[(&str, &str)]) {
    let downtime = Downtime::planned(Plan::Recurring(plan));
    let found: Vec<_> = downtime.spans(at(after)).take(expected.len().max(1)).collect();
    let expected: Vec<_> = expected.iter().map(|(from, until)| Span { from: at(from), until: at(until) }).collect();
    assert_eq!(found, expected, "after {after}");
}

#[test]
fn a_fixed_downtime_is_half_open() {
    let one = fixed(10, 20);
    for (now, inside) in [(9, false), (10, true), (19, true), (20, false)] {
        assert_eq!(one.inside(second(now)).is_some(), inside, "second {now}");
    }
    let changes = [0, 10, 20].map(|now| one.next_change(second(now)));
    assert_eq!(changes, [Some(second(10)), Some(second(20)), None]);
    assert_eq!(one.standing(second(0)), Standing::Planned { from: second(10) });
    assert_eq!(one.standing(second(10)), Standing::Running { until: second(20) });
    assert_eq!(one.standing(second(20)), Standing::Over { at: second(20) });
}

#[test]
fn weeks_are_exact_across_clock_changes() {
    // 22:00 in London is 21:00 UTC in summer and 22:00 in winter; two hours are two hours.
    check_spans(
        weekly("Europe/London", "sat sun", 22 * 60, 120),
        "2026-10-24T12:00:00Z",
        &[
            ("2026-10-24T21:00:00Z", "2026-10-24T23:00:00Z"),
            ("2026-10-25T22:00:00Z", "2026-10-26T00:00:00Z"),
            ("2026-10-31T22:00:00Z", "2026-11-01T00:00:00Z"),
        ],
    );
    // Over the change itself: 00:30 for three hours ends at 02:30 by the later clock, at 04:30 by the earlier one.
    check_spans(
        weekly("Europe/London", "sun", 30, 180),
        "2026-10-24T12:00:00Z",
        &[("2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z")],
    );
    check_spans(
        weekly("Europe/London", "sun", 30, 180),
        "2026-03-28T12:00:00Z",
        &[("2026-03-29T00:30:00Z", "2026-03-29T03:30:00Z")],
    );
    // 01:30 does not exist that day: it begins when the clocks have gone forward. In autumn it begins the first time.
    check_spans(
        weekly("Europe/London", "sun", 90, 60),
        "2026-03-28T12:00:00Z",
        &[("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z")],
    );
    check_spans(
        weekly("Europe/London", "sun", 90, 60),
        "2026-10-24T12:00:00Z",
        &[("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")],
    );
}

#[test]
fn a_night_that_began_yesterday_still_runs() {
    let nights = weekly("Europe/London", "mon", 23 * 60, 23 * 60);
    check_spans(nights.clone(), "2026-11-03T12:00:00Z", &[("2026-11-02T23:00:00Z", "2026-11-03T22:00:00Z")]);
    check_spans(nights, "2026-11-03T22:00:00Z", &[("2026-11-09T23:00:00Z", "2026-11-10T22:00:00Z")]);
}

#[test]
fn weeks_have_a_first_and_a_last_day() {
    let mut plan = weekly("UTC", "mon", 600, 60);
    (plan.first_on, plan.last_on) = (date(2026, 11, 3), Some(date(2026, 11, 20)));
    let spans = [("2026-11-09T10:00:00Z", "2026-11-09T11:00:00Z"), ("2026-11-16T10:00:00Z", "2026-11-16T11:00:00Z")];
    check_spans(plan.clone(), "2026-01-01T00:00:00Z", &spans);
    check_spans(plan.clone(), "2026-11-16T11:00:00Z", &[]);
    assert_eq!(Downtime::planned(Plan::Recurring(plan)).over_at(), Some(at("2026-11-16T11:00:00Z")));
    let mut never = weekly("UTC", "mon", 600, 60);
    (never.first_on, never.last_on) = (date(2026, 11, 3), Some(date(2026, 11, 5)));
    let never = Downtime::planned(Plan::Recurring(never));
    assert_eq!((never.spans(at("2026-01-01T00:00:00Z")).next(), never.over_at().is_some()), (None, true));
    let endless = Downtime::planned(Plan::Recurring(weekly("UTC", "mon", 600, 60)));
    assert_eq!(endless.over_at(), None);
}

/// A flexible downtime of 1 min, open from second 100 until 200: when it begins after a problem.
fn begins(started: i64, confirmed: i64) -> Option<i64> {
    let (after, effects) =
        flexible(100, 200, 1).follow(Event::Problem { started_at: second(started) }, second(confirmed));
    let began = after.begun_at.map(|at| at.seconds_since(Timestamp::EPOCH));
    let span = began.map(|began| Effect::Began(Span { from: second(began), until: second(began + 60) }));
    assert_eq!(effects, Vec::from_iter(span));
    began
}

#[test]
fn a_flexible_downtime_begins_with_the_first_problem_inside_its_window() {
    for (started, confirmed, began) in [
        (50, 99, None),
        (50, 100, Some(100)),
        (100, 130, Some(100)),
        (150, 180, Some(150)),
        (199, 230, Some(199)),
        (200, 230, None),
    ] {
        assert_eq!(begins(started, confirmed), began, "{started} confirmed {confirmed}");
    }
    let (begun, _) = flexible(100, 200, 1).follow(Event::Problem { started_at: second(110) }, second(120));
    let (after, effects) = begun.clone().follow(Event::Problem { started_at: second(130) }, second(140));
    assert_eq!((after, effects), (begun.clone(), Vec::new()), "only the first");
    assert_eq!(begun.standing(second(150)), Standing::Running { until: second(170) });
    assert_eq!(begun.standing(second(170)), Standing::Over { at: second(170) });
}

#[test]
fn a_flexible_downtime_without_a_problem_is_never_quiet() {
    let one = flexible(100, 200, 1);
    assert_eq!(one.inside(second(150)), None);
    let standings = [50, 100, 199, 200].map(|now| one.standing(second(now)));
    let (planned, waiting) = (Standing::Planned { from: second(100) }, Standing::Waiting { until: second(200) });
    assert_eq!(standings, [planned, waiting, waiting, Standing::Over { at: second(200) }]);
    assert_eq!(one.next_change(second(0)), Some(second(100)));
    assert_eq!(one.next_change(second(100)), Some(second(200)));
    assert_eq!(one.next_change(second(200)), None);
}

#[test]
fn cancelling_is_an_end() {
    let (one, effects) = fixed(10, 20).follow(Event::Cancelled, second(15));
    assert_eq!(effects, [Effect::Ended { at: second(15) }]);
    assert!(one.inside(second(14)).is_some() && one.inside(second(15)).is_none());
    assert_eq!((one.over_at(), one.standing(second(16))), (Some(second(15)), Standing::Cancelled { at: second(15) }));
    assert_eq!(one.clone().follow(Event::Cancelled, second(16)), (one, Vec::new()), "once");
    let (before, _) = fixed(10, 20).follow(Event::Cancelled, second(5));
    assert_eq!((before.inside(second(12)), before.next_change(second(5))), (None, None));
    let (late, effects) = fixed(10, 20).follow(Event::Cancelled, second(20));
    assert_eq!((late.cancelled_at, effects), (None, Vec::new()), "it is over");
    let (waiting, _) = flexible(100, 200, 1).follow(Event::Cancelled, second(150));
    let (after, effects) = waiting.follow(Event::Problem { started_at: second(160) }, second(170));
    assert_eq!((after.begun_at, effects), (None, Vec::new()));
}

#[test]
fn downtimes_that_overlap_or_touch_are_one() {
    let all = [fixed(10, 20), fixed(15, 30), fixed(30, 40), fixed(50, 60)];
    let quiet =
        |now: i64| quiet_at(&all, second(now)).map(|quiet| [quiet.since, quiet.until].map(Timestamp::as_millis));
    assert_eq!(quiet(12), Some([10_000, 40_000]));
    assert_eq!(quiet(17), Some([10_000, 40_000]));
    assert_eq!(quiet(25), Some([15_000, 40_000]));
    assert_eq!((quiet(9), quiet(40), quiet(59)), (None, None, Some([50_000, 60_000])));
    let spans = quiet_spans(&all, second(12), second(55));
    let expected = [(12, 40), (50, 55)].map(|(from, until)| Span { from: second(from), until: second(until) });
    assert_eq!(spans, expected);
}

#[test]
fn a_target_covers_what_lies_in_it() {
    let id = |number| uuid::Uuid::from_u128(number);
    let place = Place { site: SiteId(id(1)), host: HostId(id(2)), service: Some(ServiceId(id(3))) };
    let host = Place { service: None, ..place };
    for (target, service, whole) in [
        (Target::Customer, true, true),
        (Target::Site(SiteId(id(1))), true, true),
        (Target::Site(SiteId(id(9))), false, false),
        (Target::Host(HostId(id(2))), true, true),
        (Target::Host(HostId(id(9))), false, false),
        (Target::Service(ServiceId(id(3))), true, false),
        (Target::Service(ServiceId(id(9))), false, false),
    ] {
        assert_eq!((target.covers(place), target.covers(host)), (service, whole), "{target:?}");
    }
}

#[test]
fn plans_are_stored_with_the_name_of_their_zone() {
    let plan = Plan::Recurring(weekly("Europe/London", "tue", 120, 90));
    let text = serde_json::to_string(&plan).unwrap();
    assert!(text.contains(r#""zone":"Europe/London""#) && text.contains(r#""kind":"recurring""#), "{text}");
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    assert!(serde_json::from_str::<Plan>(&text.replace("Europe/London", "Europe/Nowhere")).is_err());
}

fn draft(kind: &str) -> DowntimeDraft {
    DowntimeDraft {
        kind: kind.to_owned(),
        zone: "Europe/London".to_owned(),
        from: "2026-11-06T22:00".to_owned(),
        until: "2026-11-06T23:30".to_owned(),
        minutes: "30".to_owned(),
        days: vec!["fri".to_owned()],
        at: "22:00".to_owned(),
        ..DowntimeDraft::default()
    }
}

const NOW: &str = "2026-11-06T12:00:00Z";

#[test]
fn drafts_become_plans() {
    let (from, until) = (at("2026-11-06T22:00:00Z"), at("2026-11-06T23:30:00Z"));
    assert_eq!(draft("fixed").check(at(NOW)), Ok(Plan::Fixed { from, until }));
    let flexible = Plan::Flexible { opens: from, closes: until, minutes: 30 };
    assert_eq!(draft("flexible").check(at(NOW)), Ok(flexible));
    let expected = Weekly { first_on: date(2026, 11, 6), ..weekly("Europe/London", "fri", 22 * 60, 30) };
    assert_eq!(draft("recurring").check(at(NOW)), Ok(Plan::Recurring(expected)));
    let late = at("2026-11-06T22:20:00Z");
    assert_eq!(draft("fixed").check(late), Ok(Plan::Fixed { from: late, until }), "a form is filled in for minutes");
}

#[test]
fn every_mistake_of_a_draft_is_named() {
    type Change = fn(&mut DowntimeDraft);
    let cases: [(&str, Change, &[&str]); 17] = [
        ("fixed", |draft| draft.kind = "never".to_owned(), &["kind"]),
        ("fixed", |draft| draft.zone = "Bath".to_owned(), &["zone"]),
        ("fixed", |draft| draft.from = "tonight".to_owned(), &["from"]),
        ("fixed", |draft| draft.from = "2026-11-06T10:00".to_owned(), &["from"]),
        ("fixed", |draft| draft.until = String::new(), &["until"]),
        ("fixed", |draft| draft.until = "2026-11-06T21:00".to_owned(), &["until"]),
        ("fixed", |draft| draft.until = "2026-12-24T21:00".to_owned(), &["until"]),
        ("fixed", |draft| (draft.from, draft.until) = (String::new(), "x".to_owned()), &["from", "until"]),
        ("flexible", |draft| draft.minutes = "0".to_owned(), &["minutes"]),
        ("flexible", |draft| draft.minutes = "10081".to_owned(), &["minutes"]),
        ("recurring", |draft| draft.minutes = "1381".to_owned(), &["minutes"]),
        ("recurring", |draft| draft.days = Vec::new(), &["days"]),
        ("recurring", |draft| draft.days.push("someday".to_owned()), &["days"]),
        ("recurring", |draft| draft.at = "24:00".to_owned(), &["at"]),
        ("recurring", |draft| draft.first_on = "2026-11-05".to_owned(), &["first_on"]),
        ("recurring", |draft| draft.last_on = "2026-11-05".to_owned(), &["last_on"]),
        ("recurring", |draft| (draft.at, draft.minutes) = ("x".to_owned(), "x".to_owned()), &["at", "minutes"]),
    ];
    for (kind, change, fields) in cases {
        let mut typed = draft(kind);
        change(&mut typed);
        let wrong = typed.check(at(NOW)).unwrap_err();
        assert_eq!(wrong.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), fields, "{typed:?}");
    }
}

fn any_weekly() -> impl Strategy<Value = Weekly> {
    let zones = prop::sample::select(vec!["Europe/London", "America/Havana", "Australia/Lord_Howe", "UTC"]);
    (zones, any::<[bool; 7]>(), 0_u16..1_440, 1_u32..=1_380).prop_map(|(zone, days, at_min, minutes)| Weekly {
        zone: Zone::parse(zone).unwrap(),
        days,
        at_min,
        minutes,
        first_on: date(2026, 1, 1),
        last_on: None,
    })
}

proptest! {
    #[test]
    fn weekly_spans_are_in_order_and_as_long_as_planned(plan in any_weekly(), after in 0_i64..60_000_000) {
        let after = at("2026-01-01T00:00:00Z").plus_seconds(after);
        let downtime = Downtime::planned(Plan::Recurring(plan.clone()));
        let spans: Vec<_> = downtime.spans(after).take(30).collect();
        prop_assert_eq!(spans.is_empty(), !plan.days.contains(&true));
        for span in &spans {
            prop_assert!(after < span.until);
            prop_assert_eq!(span.micros(), i64::from(plan.minutes) * 60_000_000);
            let local = plan.zone.local(span.from);
            prop_assert!(plan.days[usize::try_from(local.date().weekday().to_monday_zero_offset()).unwrap()]);
        }
        prop_assert!(spans.windows(2).all(|two| two[0].from < two[1].from));
    }

    #[test]
    fn stepping_from_change_to_change_visits_every_instant_that_matters(
        plan in any_weekly(), after in 0_i64..60_000_000, cancelled in prop::option::of(0_i64..2_000_000)
    ) {
        let start = at("2026-01-01T00:00:00Z").plus_seconds(after);
        let mut downtime = Downtime::planned(Plan::Recurring(plan));
        downtime.cancelled_at = cancelled.map(|late| start.plus_seconds(late));
        let mut now = start;
        for _ in 0..20 {
            let Some(next) = downtime.next_change(now) else { break };
            prop_assert!(now < next);
            // Between two changes it is as it was after the first.
            let middle = now.plus_micros(next.micros_since(now) / 2);
            prop_assert_eq!(downtime.inside(now).is_some(), downtime.inside(middle).is_some());
            if downtime.over_at().is_some_and(|over| over <= next) {
                prop_assert!(downtime.inside(next).is_none());
            }
            now = next;
        }
    }

    #[test]
    fn together_they_are_quiet_where_any_is(
        spans in prop::collection::vec((0_i64..100, 1_i64..30), 0..8), now in 0_i64..140
    ) {
        let all: Vec<_> = spans.into_iter().map(|(from, length)| fixed(from, from + length)).collect();
        let quiet = quiet_at(&all, second(now));
        prop_assert_eq!(quiet.is_some(), all.iter().any(|one| one.inside(second(now)).is_some()));
        if let Some(quiet) = quiet {
            prop_assert!(quiet.since <= second(now) && second(now) < quiet.until);
            prop_assert!(quiet_at(&all, quiet.until).is_none());
            prop_assert!(all.iter().all(|one| one.inside(quiet.until.plus_micros(-1)).is_none_or(|span| span.until <= quiet.until)));
        }
        let merged = quiet_spans(&all, second(0), second(200));
        prop_assert!(merged.windows(2).all(|two| two[0].until < two[1].from));
        prop_assert_eq!(merged.iter().any(|span| span.from <= second(now) && second(now) < span.until), quiet.is_some());
    }
}
