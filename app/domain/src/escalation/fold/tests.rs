use proptest::prelude::*;

use super::*;
use crate::{
    access::Role,
    calendar::samples::at,
    cover::CoverLevel,
    escalation::{
        Policy,
        samples::{duty, policy, step, terms},
    },
    observation::Status,
};

const PRIYA: Who = Who::User(crate::id::UserId(uuid::Uuid::from_u128(1)));
const RUTH: Who = Who::Contact(crate::id::ContactId(uuid::Uuid::from_u128(50)));

/// Carries out everything that is due until `until`, as a supervisor that is always awake.
fn run(mut escalation: Escalation, until: Timestamp) -> Escalation {
    while let Some(due) = escalation.next_due().filter(|due| due.at <= until) {
        let taken = due.carried_out(&Reached::default());
        escalation = escalation.follow(&Event::Told(taken));
    }
    escalation
}

fn name(kind: DueKind, side: Side) -> String {
    let side = if side == Side::Customer { "customer " } else { "" };
    match kind {
        DueKind::Step(place) => format!("{side}step {}", place + 1),
        DueKind::Reminder(number) => format!("{side}reminder {number}"),
    }
}

/// What is told, as "07T21:15 step 2", when `events` happen at their instants. A fault on Wednesday 7 October 2026 at
/// 11:00 in London.
fn check(policy: Policy, level: CoverLevel, events: &[Event], until: &str, expected: &[&str]) -> Escalation {
    let mut escalation = Escalation::open(terms(policy, level), at("2026-10-07T10:00:00Z"));
    for event in events {
        escalation = run(escalation, instant(event).plus_micros(-1)).follow(event);
    }
    let escalation = run(escalation, at(until));
    let line = |taken: &Taken| {
        let at = taken.due_at.to_string();
        format!("{} {}", at.trim_start_matches("2026-10-").trim_end_matches(":00Z"), name(taken.kind, taken.side))
    };
    assert_eq!(escalation.taken().iter().map(line).collect::<Vec<_>>(), expected, "{events:?}");
    escalation
}

fn instant(event: &Event) -> Timestamp {
    match event {
        Event::Changed { at, .. }
        | Event::Acknowledged { at, .. }
        | Event::AcknowledgementEnded { at, .. }
        | Event::DowntimeStarted { at }
        | Event::DowntimeEnded { at }
        | Event::FlappingStarted { at }
        | Event::FlappingEnded { at }
        | Event::Ended { at } => *at,
        Event::Told(taken) => taken.due_at,
    }
}

fn staff_only() -> Policy {
    Policy { reminder_s: None, ..policy() }
}

fn acknowledged(when: &str, by: Who) -> Event {
    Event::Acknowledged { at: at(when), side: by.side(), by, sticky: false }
}

fn lapsed(when: &str, side: Side) -> Event {
    Event::AcknowledgementEnded { at: at(when), side }
}

/// Step 1 of the fault at 11:00.
fn first_step() -> Taken {
    let due_at = at("2026-10-07T10:00:00Z");
    Taken { side: Side::Staff, kind: DueKind::Step(0), due_at, told: vec![PRIYA], missed: Vec::new() }
}

const EVENING: &str = "2026-10-07T20:00:00Z";

#[test]
fn steps_come_at_their_distance_from_the_opening() {
    check(staff_only(), CoverLevel::Cat4, &[], EVENING, &["07T10:00 step 1", "07T10:15 step 2", "07T11:15 step 3"]);
}

#[test]
fn a_staff_acknowledgement_stops_and_its_end_resumes_at_the_next_step() {
    let seen = acknowledged("2026-10-07T10:10:00Z", PRIYA);
    check(staff_only(), CoverLevel::Cat4, std::slice::from_ref(&seen), EVENING, &["07T10:00 step 1"]);
    let events = [seen.clone(), lapsed("2026-10-07T14:00:00Z", Side::Staff)];
    check(staff_only(), CoverLevel::Cat4, &events, EVENING, &["07T10:00 step 1", "07T14:00 step 2", "07T15:00 step 3"]);
    let early = [seen, lapsed("2026-10-07T10:12:00Z", Side::Staff)];
    let original = &["07T10:00 step 1", "07T10:15 step 2", "07T11:15 step 3"];
    check(staff_only(), CoverLevel::Cat4, &early, EVENING, original);
}

#[test]
fn an_acknowledgement_ends_when_the_fault_gets_worse_unless_it_is_sticky() {
    let worse = Event::Changed { at: at("2026-10-07T12:00:00Z"), from: Status::Warning, to: Status::Critical };
    let seen = acknowledged("2026-10-07T10:10:00Z", PRIYA);
    let events = [seen, worse.clone()];
    check(staff_only(), CoverLevel::Cat4, &events, EVENING, &["07T10:00 step 1", "07T12:00 step 2", "07T13:00 step 3"]);
    let sticky = Event::Acknowledged { at: at("2026-10-07T10:10:00Z"), side: Side::Staff, by: PRIYA, sticky: true };
    check(staff_only(), CoverLevel::Cat4, &[sticky, worse], EVENING, &["07T10:00 step 1"]);
}

#[test]
fn a_customers_acknowledgement_stops_the_customers_reminders_only() {
    let all = [
        "07T10:00 step 1",
        "07T10:15 step 2",
        "07T11:15 step 3",
        "07T14:00 customer reminder 1",
        "07T15:15 reminder 1",
        "07T18:00 customer reminder 2",
        "07T19:15 reminder 2",
    ];
    check(policy(), CoverLevel::Cat4, &[], EVENING, &all);
    let staff: Vec<_> = all.into_iter().filter(|line| !line.contains("customer")).collect();
    check(policy(), CoverLevel::Cat4, &[acknowledged("2026-10-07T10:20:00Z", RUTH)], EVENING, &staff);
}

#[test]
fn without_cover_contacts_are_reminded_and_staff_never() {
    for level in [CoverLevel::None, CoverLevel::CatS] {
        let reminders = ["07T14:00 customer reminder 1", "07T18:00 customer reminder 2"];
        check(policy(), level, &[], EVENING, &reminders);
    }
}

#[test]
fn nobody_is_reminded_of_what_flaps_but_steps_go_on() {
    let starts = Event::FlappingStarted { at: at("2026-10-07T10:20:00Z") };
    let ends = Event::FlappingEnded { at: at("2026-10-07T15:00:00Z") };
    let steps = ["07T10:00 step 1", "07T10:15 step 2", "07T11:15 step 3"];
    check(policy(), CoverLevel::Cat4, std::slice::from_ref(&starts), EVENING, &steps);
    // What it came to is told at 15:00: reminders count from there.
    let after = ["07T19:00 reminder 1", "07T19:00 customer reminder 1"];
    check(policy(), CoverLevel::Cat4, &[starts, ends], EVENING, &[&steps[..], &after[..]].concat());
}

#[test]
fn downtime_holds_both_sides_and_its_end_tells_what_is_left() {
    let events = [
        Event::DowntimeStarted { at: at("2026-10-07T10:05:00Z") },
        Event::DowntimeEnded { at: at("2026-10-07T16:00:00Z") },
    ];
    check(
        policy(),
        CoverLevel::Cat4,
        &events,
        "2026-10-07T16:30:00Z",
        &["07T10:00 step 1", "07T16:00 step 2", "07T16:00 customer reminder 1"],
    );
    let inside = [&events[..], &[lapsed("2026-10-07T12:00:00Z", Side::Staff)]].concat();
    check(staff_only(), CoverLevel::Cat4, &inside[..1], EVENING, &["07T10:00 step 1"]);
}

#[test]
fn an_acknowledgement_that_lapses_in_a_downtime_waits_for_its_end() {
    let events = [
        acknowledged("2026-10-07T10:05:00Z", PRIYA),
        Event::DowntimeStarted { at: at("2026-10-07T11:00:00Z") },
        lapsed("2026-10-07T12:00:00Z", Side::Staff),
        Event::DowntimeEnded { at: at("2026-10-07T13:00:00Z") },
    ];
    let expected = ["07T10:00 step 1", "07T13:00 step 2", "07T14:00 step 3"];
    check(staff_only(), CoverLevel::Cat4, &events, EVENING, &expected);
}

#[test]
fn nothing_comes_after_the_end() {
    let ended = Event::Ended { at: at("2026-10-07T10:15:00Z") };
    let later = acknowledged("2026-10-07T10:20:00Z", PRIYA);
    let back = lapsed("2026-10-07T10:30:00Z", Side::Staff);
    let escalation = check(policy(), CoverLevel::Cat4, &[ended, later, back], EVENING, &["07T10:00 step 1"]);
    let straggler = Taken { kind: DueKind::Step(1), ..first_step() };
    let again = Event::Ended { at: at("2026-10-07T10:40:00Z") };
    let escalation = escalation.follow(&Event::Told(straggler)).follow(&again);
    assert_eq!((escalation.next_due(), escalation.taken().len()), (None, 1));
    assert_eq!(escalation.held(Side::Staff), Some(Held::Ended { at: at("2026-10-07T10:15:00Z") }));
}

#[test]
fn reminders_of_staff_keep_to_paging_hours() {
    // Cat1: 11:00, 12:15 and 16:15 local are working hours, 20:15 is not.
    check(
        policy(),
        CoverLevel::Cat1,
        &[acknowledged("2026-10-07T10:01:00Z", RUTH)],
        "2026-10-08T08:30:00Z",
        &["07T10:00 step 1", "07T10:15 step 2", "07T11:15 step 3", "07T15:15 reminder 1", "08T08:00 reminder 2"],
    );
}

#[test]
fn staff_are_not_reminded_of_what_they_were_not_told() {
    let policy = Policy { steps: vec![step(6 * 60, Counted::Elapsed, duty())], ..policy() };
    let seen = acknowledged("2026-10-07T10:01:00Z", RUTH);
    check(policy, CoverLevel::Cat4, &[seen], "2026-10-07T20:30:00Z", &["07T16:00 step 1", "07T20:00 reminder 1"]);
}

#[test]
fn cover_time_stands_still_outside_cover() {
    let steps = vec![step(0, Counted::Cover, duty()), step(6 * 60, Counted::Cover, Whom::Role(Role::Supervisor))];
    let policy = Policy { steps, ..staff_only() };
    // Six of eight working hours from 11:00 end at 17:00, used up exactly at closing: the page waits for the morning.
    check(policy.clone(), CoverLevel::Cat1, &[], "2026-10-09T00:00:00Z", &["07T10:00 step 1", "08T08:00 step 2"]);
    check(policy, CoverLevel::Cat4, &[], "2026-10-09T00:00:00Z", &["07T10:00 step 1", "07T16:00 step 2"]);
}

#[test]
fn contacts_as_a_step_are_told_at_any_hour() {
    let steps = vec![step(0, Counted::Elapsed, duty()), step(720, Counted::Elapsed, Whom::CustomerContacts)];
    check(
        Policy { steps, ..staff_only() },
        CoverLevel::Cat1,
        &[],
        "2026-10-09T00:00:00Z",
        &["07T10:00 step 1", "07T22:00 customer step 2"],
    );
}

#[test]
fn what_was_told_is_not_told_again() {
    let first = first_step();
    let mut escalation = Escalation::open(terms(staff_only(), CoverLevel::Cat4), at("2026-10-07T10:00:00Z"));
    for _ in 0..2 {
        escalation = escalation.follow(&Event::Told(first.clone()));
    }
    assert_eq!(escalation.taken(), [first]);
    let next = escalation.next_due().unwrap();
    assert_eq!((next.kind, next.delay), (DueKind::Step(1), None));
}

#[test]
fn a_reminder_of_one_side_names_nobody_of_the_other_and_is_taken_once() {
    let mut policy = policy();
    policy.steps.push(step(90, Counted::Elapsed, Whom::CustomerContacts));
    let opened = Escalation::open(terms(policy, CoverLevel::Cat4), at("2026-10-07T10:00:00Z"));
    let mut escalation = run(opened, at("2026-10-07T11:30:00Z"));
    let mut whom = Vec::new();
    while whom.len() < 2 {
        let due = escalation.next_due().unwrap();
        assert!(matches!(due.kind, DueKind::Reminder(1)), "{due:?}");
        let taken = Event::Told(due.carried_out(&Reached::default()));
        escalation = escalation.follow(&taken);
        let (told, next) = (escalation.taken().len(), escalation.next_due());
        escalation = escalation.follow(&taken);
        assert_eq!((escalation.taken().len(), escalation.next_due()), (told, next), "once");
        whom.push((due.side, due.whom));
    }
    whom.sort_by_key(|(side, _)| *side);
    let staff = vec![duty(), Whom::Role(Role::Supervisor)];
    assert_eq!(whom, [(Side::Customer, vec![Whom::CustomerContacts]), (Side::Staff, staff)]);
}

#[test]
fn a_reminder_goes_to_everybody_told_so_far() {
    let escalation = check(
        policy(),
        CoverLevel::Cat4,
        &[],
        "2026-10-07T14:30:00Z",
        &["07T10:00 step 1", "07T10:15 step 2", "07T11:15 step 3", "07T14:00 customer reminder 1"],
    );
    let due = escalation.next_due().unwrap();
    assert_eq!(due.whom, [duty(), Whom::Role(Role::Supervisor)]);
}

fn level() -> impl Strategy<Value = CoverLevel> {
    prop::sample::select(vec![CoverLevel::None, CoverLevel::CatS, CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4])
}

prop_compose! {
    fn any_policy()(
        gaps in prop::collection::vec((0_u32..600, any::<bool>(), 0_u8..4), 1..6),
        reminder in prop::option::of(15_u32..600),
    ) -> Policy {
        let mut minutes = 0;
        let one = |(gap, cover, whom): (u32, bool, u8)| {
            minutes += gap;
            let counted = if cover { Counted::Cover } else { Counted::Elapsed };
            let whom = if whom == 0 { Whom::CustomerContacts } else { duty() };
            step(minutes, counted, whom)
        };
        let steps = gaps.into_iter().map(one).collect();
        Policy { name: "Any".to_owned(), version: 1, steps, reminder_s: reminder.map(|minutes| minutes * 60) }
    }
}

/// Events in order, each so many minutes behind the one before. Around the change of clocks in autumn.
fn events() -> impl Strategy<Value = (Timestamp, Vec<Event>)> {
    let opened = (0_i64..7 * 24 * 60).prop_map(|minutes| at("2026-10-21T00:00:00Z").plus_seconds(minutes * 60));
    (opened, prop::collection::vec((1_i64..900, 0_u8..9), 0..10)).prop_map(|(opened, kinds)| {
        let mut at = opened;
        let event = |(minutes, kind)| {
            at = at.plus_seconds(minutes * 60);
            match kind {
                0 => Event::Acknowledged { at, side: Side::Staff, by: PRIYA, sticky: false },
                1 => Event::Acknowledged { at, side: Side::Staff, by: PRIYA, sticky: true },
                2 => Event::Acknowledged { at, side: Side::Customer, by: RUTH, sticky: false },
                3 => Event::AcknowledgementEnded { at, side: Side::Staff },
                4 => Event::AcknowledgementEnded { at, side: Side::Customer },
                5 => Event::DowntimeStarted { at },
                6 => Event::DowntimeEnded { at },
                7 => Event::Changed { at, from: Status::Warning, to: Status::Critical },
                _ => Event::Ended { at },
            }
        };
        (opened, kinds.into_iter().map(event).collect())
    })
}

/// The events with everything that is told in between, as they are stored.
fn history(terms: &EscalationTerms, opened: Timestamp, events: &[Event], until: Timestamp) -> Vec<Event> {
    let mut stored: Vec<Event> = Vec::new();
    let told_until = |stored: &mut Vec<Event>, until: Timestamp| {
        // Forgets everything and reads the rows again at every waking, as after a restart.
        while let Some(due) = Escalation::fold(terms.clone(), opened, &*stored).next_due().filter(|due| due.at <= until)
        {
            let taken = due.carried_out(&Reached::default());
            stored.push(Event::Told(taken));
        }
    };
    for event in events {
        told_until(&mut stored, instant(event).plus_micros(-1));
        stored.push(event.clone());
    }
    told_until(&mut stored, until);
    stored
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fold_from_any_prefix_gives_the_same_instants(
        policy in any_policy(), level in level(), (opened, events) in events(), cut in any::<prop::sample::Index>()
    ) {
        let terms = terms(policy, level);
        let until = opened.plus_seconds(10 * 86_400);
        let stored = history(&terms, opened, &events, until);
        // One that never forgot says the same.
        let mut awake = Escalation::open(terms.clone(), opened);
        for event in &events {
            awake = run(awake, instant(event).plus_micros(-1)).follow(event);
        }
        awake = run(awake, until);
        let whole = Escalation::fold(terms.clone(), opened, &stored);
        prop_assert_eq!(awake.taken(), whole.taken());
        prop_assert_eq!(awake.next_due(), whole.next_due());
        let rows: Vec<Event> = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        prop_assert_eq!(&rows, &stored);
        // After a stop of any length what was due in it is told with the instants it was due at.
        let place = cut.index(stored.len() + 1);
        let before = Escalation::fold(terms, opened, &stored[..place]);
        if let Some(Event::Told(taken)) = stored.get(place) {
            let due = before.next_due().unwrap();
            prop_assert_eq!((due.side, due.kind, due.at), (taken.side, taken.kind, taken.due_at));
        }
    }

    #[test]
    fn each_step_is_told_once_in_order_and_only_when_it_may_be(
        policy in any_policy(), level in level(), (opened, events) in events()
    ) {
        let terms = terms(policy.clone(), level);
        let stored = history(&terms, opened, &events, opened.plus_seconds(10 * 86_400));
        let mut kinds = Vec::new();
        let mut escalation = Escalation::open(terms.clone(), opened);
        for event in &stored {
            if let Event::Told(taken) = event {
                prop_assert_eq!(escalation.held(taken.side), None, "told while held");
                prop_assert!(!kinds.contains(&(taken.side, taken.kind)), "told twice");
                kinds.push((taken.side, taken.kind));
                if taken.side == Side::Staff {
                    let paging = terms.paging.as_ref();
                    let first = paging.and_then(|hours| hours.spans(taken.due_at).next());
                    prop_assert_eq!(first.map(|span| span.from), Some(taken.due_at), "outside paging hours");
                }
                if let DueKind::Step(place) = taken.kind {
                    let after = policy.steps[place].after;
                    prop_assert!(opened.plus_seconds(i64::from(after.seconds)) <= taken.due_at, "too early");
                }
            }
            escalation = escalation.follow(event);
        }
        for side in [Side::Staff, Side::Customer] {
            let step = |(one, kind): &&(Side, DueKind)| *one == side && matches!(kind, DueKind::Step(_));
            let steps: Vec<_> = kinds.iter().filter(step).collect();
            prop_assert!(steps.is_sorted(), "{:?}", steps);
        }
        let nobody = terms.paging.is_none();
        prop_assert!(!nobody || kinds.iter().all(|(side, _)| *side == Side::Customer));
    }

    #[test]
    fn the_plan_is_what_happens_when_nobody_acts(policy in any_policy(), level in level(), (opened, _) in events()) {
        let terms = terms(Policy { reminder_s: None, ..policy }, level);
        let plan = Escalation::open(terms.clone(), opened).plan();
        let done = run(Escalation::open(terms, opened), Timestamp::MAX);
        let told: Vec<_> = done.taken().iter().map(|taken| (taken.side, taken.kind, taken.due_at)).collect();
        prop_assert_eq!(plan.iter().map(|due| (due.side, due.kind, due.at)).collect::<Vec<_>>(), told);
    }
}

#[test]
fn a_customers_account_that_acknowledges_stops_no_call() {
    let customers_manager = Who::User(crate::escalation::samples::user(77));
    let taken = Event::Acknowledged {
        at: at("2026-10-07T10:01:00Z"),
        side: Side::Customer,
        by: customers_manager,
        sticky: false,
    };
    let escalation = Escalation::fold(terms(policy(), CoverLevel::Cat4), at("2026-10-07T10:00:00Z"), [&taken]);
    assert_eq!(escalation.held(Side::Staff), None);
    assert!(escalation.held(Side::Customer).is_some());
    assert_eq!(escalation.next_due().map(|due| due.side), Some(Side::Staff));
}
