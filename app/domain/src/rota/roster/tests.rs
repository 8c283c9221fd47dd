use jiff::tz::AmbiguousOffset;
use proptest::prelude::*;

use super::*;
use crate::{
    calendar::samples::at,
    rota::{
        RotaDraft, ShiftLength,
        samples::{person, rota, rotation, swap, weekly},
    },
};

/// Hand-overs of the first layer as "instant from>to", nobody being "-".
fn check(draft: &RotaDraft, from: &str, until: &str, expected: &[&str]) -> Roster {
    let roster = draft.check().unwrap().shifts(at(from), at(until));
    let name = |person: Option<UserId>| person.map_or("-".to_owned(), |person| person.0.as_u128().to_string());
    let line = |one: &HandOver| format!("{} {}>{}", one.at, name(one.from), name(one.to));
    assert_eq!(roster.hand_overs.iter().map(line).collect::<Vec<_>>(), expected);
    roster
}

#[test]
fn weeks_are_handed_over_at_nine_whatever_the_clocks_do() {
    let roster = check(
        &rota("Europe/London", weekly(3)),
        "2026-10-05T08:00:00Z",
        "2026-11-03T00:00:00Z",
        &[
            "2026-10-05T08:00:00Z ->1",
            "2026-10-12T08:00:00Z 1>2",
            "2026-10-19T08:00:00Z 2>3",
            "2026-10-26T09:00:00Z 3>1",
            "2026-11-02T09:00:00Z 1>2",
        ],
    );
    let hours: Vec<_> = roster.shifts.iter().map(|shift| shift.span.micros() / 3_600_000_000).collect();
    assert_eq!(hours, [168, 168, 169, 168, 168]);
    assert_eq!(roster.gaps, []);
    let spring = check(
        &rota("Europe/London", weekly(3)),
        "2027-03-23T00:00:00Z",
        "2027-03-30T00:00:00Z",
        &["2027-03-29T08:00:00Z 1>2"],
    );
    assert_eq!(spring.shifts[0].span.micros() / 3_600_000_000, 167);
}

#[test]
fn a_hand_over_in_the_spring_gap_is_at_its_end_and_in_the_repeated_hour_the_first_time() {
    let mut daily = weekly(2);
    (daily.shift, daily.weekday, daily.hand_over) = (ShiftLength::Days(1), None, "01:30".to_owned());
    let daily = rota("Europe/London", daily);
    check(
        &daily,
        "2026-10-24T12:00:00Z",
        "2026-10-26T12:00:00Z",
        &["2026-10-25T00:30:00Z 2>1", "2026-10-26T01:30:00Z 1>2"],
    );
    check(
        &daily,
        "2027-03-27T12:00:00Z",
        "2027-03-29T12:00:00Z",
        &["2027-03-28T01:00:00Z 2>1", "2027-03-29T00:30:00Z 1>2"],
    );
}

#[test]
fn a_hand_over_that_clocks_go_back_over_is_past() {
    // St John's: at 00:01 on 7 November 2010 the clocks went back to 23:01 of the day before.
    let mut daily = rotation(&[1, 2], "2010-11-05", None);
    (daily.shift, daily.weekday, daily.hand_over) = (ShiftLength::Days(1), None, "00:00".to_owned());
    let rota = rota("America/St_Johns", daily).check().unwrap();
    for (instant, number) in [
        ("2010-11-07T02:29:59Z", 2),
        ("2010-11-07T02:30:00Z", 1),
        ("2010-11-07T03:00:00Z", 1),
        ("2010-11-08T03:30:00Z", 2),
    ] {
        let duty = rota.on_call(0, at(instant)).unwrap();
        assert_eq!(duty.person, person(number), "{instant}");
        assert!(duty.span.from <= at(instant) && at(instant) < duty.span.until, "{instant} {duty:?}");
    }
}

#[test]
fn a_swap_comes_before_everything_and_gives_the_shift_back() {
    let mut draft = rota("Europe/London", weekly(2));
    draft.layers[0].swaps = vec![swap(8, "2026-10-07T18:00", "2026-10-08T09:00")];
    let roster = check(
        &draft,
        "2026-10-06T00:00:00Z",
        "2026-10-10T00:00:00Z",
        &["2026-10-07T17:00:00Z 1>8", "2026-10-08T08:00:00Z 8>1"],
    );
    assert_eq!(roster.shifts.len(), 3);
    assert_eq!(roster.shifts[1].source, Source::Swap { why: "swap".to_owned() });
    assert_eq!(roster.shifts[2].span.until, at("2026-10-12T08:00:00Z"));
}

#[test]
fn a_swap_over_a_hand_over_hides_it() {
    let mut draft = rota("Europe/London", weekly(2));
    draft.layers[0].swaps = vec![swap(2, "2026-10-12T06:00", "2026-10-12T12:00")];
    check(&draft, "2026-10-11T00:00:00Z", "2026-10-13T00:00:00Z", &["2026-10-12T05:00:00Z 1>2"]);
}

#[test]
fn a_temporary_schedule_replaces_the_rotation_while_it_lasts() {
    let mut draft = rota("Europe/London", weekly(2));
    draft.layers[0].temporary = vec![rotation(&[8, 9], "2026-12-21", Some("2027-01-04"))];
    let roster = check(
        &draft,
        "2026-12-15T00:00:00Z",
        "2027-01-05T00:00:00Z",
        &["2026-12-21T09:00:00Z 1>8", "2026-12-28T09:00:00Z 8>9", "2027-01-04T09:00:00Z 9>2"],
    );
    let sources: Vec<_> = roster.shifts.iter().map(|shift| &shift.source).collect();
    assert_eq!(sources, [&Source::Rotation, &Source::Temporary, &Source::Temporary, &Source::Rotation]);
}

#[test]
fn gaps_are_reported_within_the_period() {
    let mut draft = rota("Europe/London", weekly(2));
    draft.layers[0].rotations[0].ends_on = Some("2026-10-12".to_owned());
    draft.layers[0].rotations.push(rotation(&[3], "2026-10-19", None));
    let roster = check(
        &draft,
        "2026-10-01T00:00:00Z",
        "2026-10-20T00:00:00Z",
        &["2026-10-05T08:00:00Z ->1", "2026-10-12T08:00:00Z 1>-", "2026-10-19T08:00:00Z ->3"],
    );
    let gap = |from, until| Gap { layer: 0, span: Span { from: at(from), until: at(until) } };
    let expected =
        [gap("2026-10-01T00:00:00Z", "2026-10-05T08:00:00Z"), gap("2026-10-12T08:00:00Z", "2026-10-19T08:00:00Z")];
    assert_eq!(roster.gaps, expected);
    let rota = draft.check().unwrap();
    assert_eq!(rota.on_call(0, at("2026-10-15T00:00:00Z")), None);
    assert_eq!(rota.on_call(1, at("2026-10-06T00:00:00Z")), None, "there is no second layer");
}

#[test]
fn layers_are_resolved_each_by_itself() {
    let mut draft = rota("Europe/London", weekly(3));
    let mut second = rota("Europe/London", rotation(&[2, 3, 1], "2026-10-05", None)).layers;
    draft.layers.append(&mut second);
    let rota = draft.check().unwrap();
    let noon = at("2026-10-13T12:00:00Z");
    let people: Vec<_> = (0..2).map(|layer| rota.on_call(layer, noon).unwrap().person).collect();
    assert_eq!(people, [person(2), person(3)]);
    assert_eq!(rota.layer_of(person(3), noon), Some(1));
    assert_eq!(rota.layer_of(person(1), noon), None);
}

#[test]
fn a_period_without_end_is_cut() {
    let roster = rota("UTC", weekly(2)).check().unwrap().shifts(at("2026-10-05T09:00:00Z"), Timestamp::MAX);
    assert_eq!(roster.shifts.len(), 105);
}

/// Zones and instants near which their clocks change, midnight, half hours and whole days among them.
const CHANGES: [(&str, &str); 10] = [
    ("Europe/London", "2026-03-29T01:00:00Z"),
    ("Europe/London", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ("Pacific/Kwajalein", "1969-09-30T13:00:00Z"),
    ("America/Havana", "2027-11-07T05:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"),
    // From 00:01 back to 23:01 of the day before.
    ("America/St_Johns", "2010-11-07T02:31:00Z"),
    ("UTC", "2026-10-25T01:00:00Z"),
];

prop_compose! {
    /// A rota of one gapless layer around a clock change, and that instant.
    fn gapless()(
        change in 0..CHANGES.len(),
        people in 1_u128..5,
        days in 1_u16..10,
        hand_over in prop_oneof![1 => Just(0_u16), 2 => 0_u16..1_440],
        days_before in 10_i64..40,
        swaps in prop::collection::btree_set(0_u32..20_160, 0..6),
        temporary in prop::option::of((0_i64..10, 1_i64..10, 1_u16..4)),
    ) -> (RotaDraft, Timestamp) {
        let (zone, instant) = CHANGES[change];
        let local = instant.parse::<jiff::Timestamp>().unwrap().to_zoned(jiff::tz::TimeZone::UTC).datetime();
        let day = |days: i64| (local.date() + jiff::Span::new().days(days)).to_string();
        let mut one = rotation(&(1..=people).collect::<Vec<_>>(), &day(-days_before), None);
        (one.shift, one.weekday) = (ShiftLength::Days(days), None);
        one.hand_over = format!("{:02}:{:02}", hand_over / 60, hand_over % 60);
        let mut draft = rota(zone, one.clone());
        if let Some((from, length, shift)) = temporary {
            let people = vec![person(70), person(71)];
            let (starts_on, ends_on) = (day(from - 5), Some(day(from - 5 + length)));
            draft.layers[0].temporary =
                vec![crate::rota::RotationDraft { people, shift: ShiftLength::Days(shift), starts_on, ends_on, ..one }];
        }
        let edges: Vec<_> = swaps.into_iter().collect();
        let week = local - jiff::Span::new().days(7);
        let text = |minutes: u32| {
            let local = week + jiff::Span::new().minutes(i64::from(minutes));
            local.strftime("%Y-%m-%dT%H:%M").to_string()
        };
        draft.layers[0].swaps = edges.chunks_exact(2).map(|edge| swap(80, &text(edge[0]), &text(edge[1]))).collect();
        (draft, at(instant))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shifts_tile_time_and_exactly_one_person_is_on_call((draft, change) in gapless(), probe in 0_i64..1_209_600) {
        // A swap whose edges a clock change makes one instant is refused, which is right.
        let Ok(rota) = draft.check() else { return Ok(()) };
        let (from, until) = (change.plus_seconds(-604_800), change.plus_seconds(604_800));
        let roster = rota.shifts(from, until);
        prop_assert_eq!(&roster.gaps, &[]);
        prop_assert!(roster.shifts.first().is_some_and(|first| first.span.from <= from));
        prop_assert!(roster.shifts.last().is_some_and(|last| until <= last.span.until));
        for (one, next) in roster.shifts.iter().zip(roster.shifts.iter().skip(1)) {
            prop_assert_eq!(one.span.until, next.span.from);
        }
        for shift in &roster.shifts {
            prop_assert!(shift.span.from < shift.span.until);
        }
        let instant = from.plus_seconds(probe);
        let holding: Vec<_> = roster
            .shifts
            .iter()
            .filter(|shift| shift.span.from <= instant && instant < shift.span.until)
            .map(|shift| (shift.person, shift.span))
            .collect();
        let on_call = rota.on_call(0, instant).map(|duty| (duty.person, duty.span));
        prop_assert_eq!(holding, Vec::from_iter(on_call));
        // The same shifts whichever period is asked for.
        let later = rota.shifts(instant, until);
        prop_assert!(later.shifts.iter().all(|shift| roster.shifts.contains(shift)));
    }

    #[test]
    fn ordinary_shifts_change_at_their_local_time((mut draft, change) in gapless()) {
        draft.layers[0].swaps.clear();
        draft.layers[0].temporary.clear();
        let rota = draft.check().unwrap();
        let zone = jiff::tz::TimeZone::get(&draft.zone).unwrap();
        let roster = rota.shifts(change.plus_seconds(-604_800), change.plus_seconds(604_800));
        for shift in &roster.shifts {
            let local = zone.to_datetime(shift.span.from.as_jiff());
            let (date, time) = (local.date(), local.time().strftime("%H:%M").to_string());
            // In a gap the clock shows the end of the gap instead, on that day or the next.
            let shown: jiff::civil::Time = draft.layers[0].rotations[0].hand_over.parse().unwrap();
            let swallowed = |offset: &AmbiguousOffset| matches!(offset, AmbiguousOffset::Gap { .. });
            let expected = zone.to_ambiguous_timestamp(date.to_datetime(shown)).offset();
            let before = zone.to_ambiguous_timestamp(date.yesterday().unwrap().to_datetime(shown)).offset();
            prop_assert!(
                time == draft.layers[0].rotations[0].hand_over || swallowed(&expected) || swallowed(&before),
                "{} {}", date, time
            );
        }
    }
}
