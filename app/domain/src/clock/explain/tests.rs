use super::*;
use crate::calendar::{
    CalendarDraft, OverrideDraft,
    samples::{at, cat1_draft, cover, draft, texts},
};

const HOUR_S: u32 = 3_600;

/// Each span as "from..until what" with UTC times, counted and skipped in one list by time.
fn lines(explanation: &Explanation) -> Vec<String> {
    let short = |at: Timestamp| at.to_string()[5..16].replace('T', " ");
    let counted = explanation.counted.iter().map(|span| (span.from, Some(span.until), "counted".to_owned()));
    let skipped = explanation.skipped.iter().map(|one| (one.from, one.until, one.reason.to_string()));
    let mut all: Vec<_> = counted.chain(skipped).collect();
    all.sort();
    all.iter()
        .map(|(from, until, what)| format!("{}..{} {what}", short(*from), until.map_or(String::new(), short)))
        .collect()
}

fn check(draft: CalendarDraft, start: &str, hours: u32, pauses: &[Pause], expected: &[&str]) {
    let count = Count { cover: cover(draft), start: at(start), target_s: hours * HOUR_S };
    let pauses: Pauses = pauses.iter().copied().collect();
    let explanation = count.explain(&pauses);
    assert_eq!(lines(&explanation), expected);
    if let Ok(due) = count.used_up_at(&pauses) {
        assert_eq!(explanation.counted_s(), i64::from(count.target_s));
        assert_eq!(explanation.counted_s() + explanation.skipped_s(), due.seconds_since(count.start));
    }
}

fn pause(from: &str, until: Option<&str>, reason: PauseReason) -> Pause {
    Pause { from: at(from), until: until.map(at), reason: Some(reason) }
}

fn other_hours(windows: &str, text: &str) -> OverrideDraft {
    OverrideDraft { windows: texts(windows), text: text.to_owned(), announced_at: None }
}

#[test]
fn holidays_nights_and_weekends_are_named() {
    check(
        cat1_draft(),
        "2026-04-02T13:00:00Z",
        8,
        &[],
        &[
            "04-02 13:00..04-02 16:00 counted",
            "04-02 16:00..04-02 23:00 night",
            "04-02 23:00..04-03 23:00 Good Friday",
            "04-03 23:00..04-05 23:00 weekend",
            "04-05 23:00..04-06 23:00 Easter Monday",
            "04-06 23:00..04-07 08:00 night",
            "04-07 08:00..04-07 13:00 counted",
        ],
    );
}

#[test]
fn a_start_outside_hours_is_skipped_to_the_opening() {
    check(
        cat1_draft(),
        "2026-11-07T11:00:00Z",
        8,
        &[],
        &["11-07 11:00..11-09 00:00 weekend", "11-09 00:00..11-09 09:00 night", "11-09 09:00..11-09 17:00 counted"],
    );
}

#[test]
fn closures_and_shortened_days_show_their_text() {
    let mut draft = cat1_draft();
    draft.overrides.insert(jiff::civil::date(2026, 12, 24), other_hours("09:00-12:00", "Christmas Eve: open until 12"));
    draft.overrides.insert(jiff::civil::date(2026, 12, 29), other_hours("", "Office shutdown"));
    check(
        draft,
        "2026-12-24T10:00:00Z",
        3,
        &[],
        &[
            "12-24 10:00..12-24 12:00 counted",
            "12-24 12:00..12-25 00:00 Christmas Eve: open until 12",
            "12-25 00:00..12-26 00:00 Christmas Day",
            "12-26 00:00..12-28 00:00 weekend",
            "12-28 00:00..12-29 00:00 Boxing Day (substitute day)",
            "12-29 00:00..12-30 00:00 Office shutdown",
            "12-30 00:00..12-30 09:00 night",
            "12-30 09:00..12-30 10:00 counted",
        ],
    );
}

#[test]
fn an_extra_opening_leaves_the_weekend_a_weekend() {
    let mut draft = draft("UTC", "mon 09:00-17:00, wed 09:00-17:00");
    draft.overrides.insert(jiff::civil::date(2026, 10, 10), other_hours("09:00-10:00", "Extra Saturday"));
    check(
        draft,
        "2026-10-07T16:00:00Z",
        3,
        &[],
        &[
            "10-07 16:00..10-07 17:00 counted",
            "10-07 17:00..10-08 00:00 night",
            "10-08 00:00..10-09 00:00 no hours on Thursday",
            "10-09 00:00..10-10 00:00 no hours on Friday",
            "10-10 00:00..10-10 09:00 weekend",
            "10-10 09:00..10-10 10:00 counted",
            "10-10 10:00..10-12 00:00 weekend",
            "10-12 00:00..10-12 09:00 night",
            "10-12 09:00..10-12 10:00 counted",
        ],
    );
}

#[test]
fn time_between_the_windows_of_a_day_is_not_night() {
    check(
        draft("UTC", "mon 09:00-12:00 13:00-17:00"),
        "2026-10-05T12:30:00Z",
        4,
        &[],
        &["10-05 12:30..10-05 13:00 between hours", "10-05 13:00..10-05 17:00 counted"],
    );
    check(
        draft("UTC", "mon 22:00-30:00, tue 22:00-30:00"),
        "2026-10-06T05:00:00Z",
        2,
        &[],
        &[
            "10-06 05:00..10-06 06:00 counted",
            "10-06 06:00..10-06 22:00 between hours",
            "10-06 22:00..10-06 23:00 counted",
        ],
    );
}

#[test]
fn pauses_are_skipped_inside_cover_only() {
    use PauseReason::{OnsiteCooperation, RemoteAccess};
    check(
        cat1_draft(),
        "2026-11-09T09:00:00Z",
        8,
        &[
            pause("2026-11-09T10:00:00Z", Some("2026-11-09T12:00:00Z"), RemoteAccess),
            pause("2026-11-09T11:00:00Z", Some("2026-11-09T12:30:00Z"), OnsiteCooperation),
            pause("2026-11-09T16:00:00Z", Some("2026-11-10T10:00:00Z"), RemoteAccess),
        ],
        &[
            "11-09 09:00..11-09 10:00 counted",
            "11-09 10:00..11-09 12:00 remote_access",
            "11-09 12:00..11-09 12:30 onsite_cooperation",
            "11-09 12:30..11-09 16:00 counted",
            "11-09 16:00..11-09 17:00 remote_access",
            "11-09 17:00..11-10 09:00 night",
            "11-10 09:00..11-10 10:00 remote_access",
            "11-10 10:00..11-10 13:30 counted",
        ],
    );
}

#[test]
fn an_open_pause_is_skipped_to_no_end() {
    let open = |from| [pause(from, None, PauseReason::SiteAccess)];
    let begun = ["11-09 09:00..11-09 10:00 counted", "11-09 10:00.. site_access"];
    check(cat1_draft(), "2026-11-09T09:00:00Z", 8, &open("2026-11-09T10:00:00Z"), &begun);
    check(cat1_draft(), "2026-11-09T09:00:00Z", 8, &open("2026-11-01T10:00:00Z"), &["11-09 09:00.. site_access"]);
}

#[test]
fn time_without_any_cover_is_skipped_to_no_end() {
    check(draft("UTC", ""), "2026-11-09T09:00:00Z", 8, &[], &["11-09 09:00.. no cover"]);
    let mut once = draft("UTC", "");
    once.overrides.insert(jiff::civil::date(2026, 11, 10), other_hours("09:00-10:00", "Extra"));
    let expected = [
        "11-09 09:00..11-10 00:00 no hours on Monday",
        "11-10 00:00..11-10 09:00 no hours on Tuesday",
        "11-10 09:00..11-10 10:00 counted",
        "11-10 10:00.. no cover",
    ];
    check(once, "2026-11-09T09:00:00Z", 8, &[], &expected);
}

#[test]
fn an_explanation_may_end_before_the_target_is_used_up() {
    let count = Count { cover: cover(cat1_draft()), start: at("2026-11-09T09:00:00Z"), target_s: 8 * HOUR_S };
    let until = |text| count.explain_until(&Pauses::default(), at(text));
    assert_eq!(lines(&until("2026-11-09T11:00:00Z")), ["11-09 09:00..11-09 11:00 counted"]);
    assert_eq!(lines(&until("2026-11-09T18:00:00Z"))[1], "11-09 17:00..11-09 18:00 night");
    assert_eq!(until("2026-11-09T09:00:00Z"), Explanation::default());
    let nowhere = Count { cover: cover(draft("UTC", "")), ..count };
    let explanation = nowhere.explain_until(&Pauses::default(), at("2026-11-09T10:00:00Z"));
    assert_eq!((explanation.counted_s(), explanation.skipped_s()), (0, 3_600));
}

#[test]
fn round_the_clock_cover_is_one_span() {
    let week = crate::calendar::DAY_NAMES.map(|day| format!("{day} 00:00-24:00")).join(", ");
    check(draft("Europe/London", &week), "2026-10-24T11:00:00Z", 72, &[], &["10-24 11:00..10-27 11:00 counted"]);
}
