use serde_json::json;

use super::*;

fn parse(file: &serde_json::Value) -> Result<ClockFile, Vec<FieldError>> {
    let json: Json = serde_json::from_str(&file.to_string()).unwrap();
    ClockFile::parse(&json)
}

fn office() -> serde_json::Value {
    let day = json!([["09:00", "17:00"]]);
    json!({
        "tz": "Europe/London",
        "weekly": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": [], "sun": []},
        "holidays": "england",
        "overrides": {"2026-12-24": [["09:00", "12:00"]], "2026-12-29": []},
    })
}

/// A file with one case of 8 hours; `more` replaces or adds fields of the case.
fn one(input: serde_json::Value, more: serde_json::Value) -> serde_json::Value {
    let mut case = json!({"id": "c1", "input": input});
    case.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"calendars": {"office": office()}, "cases": [case]})
}

fn answer(file: &serde_json::Value, detail: Detail) -> serde_json::Value {
    let file = parse(file).unwrap();
    let mut answers = file.answers(detail);
    let answer = serde_json::to_value(answers.next().unwrap()).unwrap();
    assert!(answers.next().is_none());
    answer
}

/// The mistakes in a file, in order, as "place: message".
fn check_wrong(file: &serde_json::Value, mistakes: &[&str]) {
    let found: Vec<_> = parse(file).err().unwrap_or_default().iter().map(ToString::to_string).collect();
    assert_eq!(found, mistakes);
}

#[test]
fn a_running_clock_is_answered_with_due_warnings_instants_and_verdicts() {
    let input = json!({"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 480, "pauses": []});
    let more = json!({
        "responses": ["2026-10-07T14:15:00Z", "2026-10-07T14:15:01Z"],
        "at": ["2026-10-06T14:00:00Z", "2026-10-07T16:15:00+01:00", "2026-10-07T15:15:00Z"],
    });
    let expected = json!({
        "id": "c1", "state": "running", "due": "2026-10-07T14:15:00Z", "warn50": "2026-10-07T10:15:00Z",
        "warn75": "2026-10-07T12:15:00Z", "warn90": "2026-10-07T13:27:00Z",
        "at": [
            {"at": "2026-10-06T14:00:00Z", "worked_s": 0, "remaining_s": 28_800},
            {"at": "2026-10-07T15:15:00Z", "worked_s": 32_400, "remaining_s": -3_600},
            {"at": "2026-10-07T15:15:00Z", "worked_s": 32_400, "remaining_s": -3_600},
        ],
        "verdicts": [
            {"at": "2026-10-07T14:15:00Z", "verdict": "met"}, {"at": "2026-10-07T14:15:01Z", "verdict": "missed"},
        ],
    });
    assert_eq!(answer(&one(input, more), Detail::Plain), expected);
}

#[test]
fn an_explained_answer_has_counted_and_skipped_spans() {
    let pauses = json!([{"from": "2026-12-24T10:00:00Z", "to": "2026-12-24T11:00:00Z", "reason": "remote_access"}]);
    let input = json!({"calendar": "office", "start": "2026-12-24T09:00:00Z", "target_minutes": 150, "pauses": pauses});
    let answer = answer(&one(input, json!({})), Detail::Explained);
    assert_eq!(answer["due"], "2026-12-30T09:30:00Z");
    assert_eq!((&answer["counted_s"], &answer["skipped_s"]), (&json!(9_000), &json!(511_200)));
    assert_eq!(answer["counted"][0], json!({"from": "2026-12-24T09:00:00Z", "to": "2026-12-24T10:00:00Z"}));
    let reasons: Vec<_> =
        answer["skipped"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    let expected = [
        "remote_access",
        "announced other hours",
        "Christmas Day",
        "weekend",
        "Boxing Day (substitute day)",
        "announced closure",
        "night",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn an_open_pause_and_missing_cover_have_their_states() {
    let input = |weekly: serde_json::Value| {
        let pauses = json!([{"from": "2026-10-06T15:00:00Z", "to": null}]);
        let input =
            json!({"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 480, "pauses": pauses});
        let mut file = one(input, json!({"at": ["2027-01-01T00:00:00Z"], "responses": ["2027-01-01T00:00:00Z"]}));
        file["calendars"]["office"]["weekly"] = weekly;
        answer(&file, Detail::Explained)
    };
    let paused = input(office()["weekly"].clone());
    assert_eq!((&paused["state"], &paused["due"], &paused["warn50"]), (&json!("paused"), &json!(null), &json!(null)));
    assert_eq!(paused["at"][0], json!({"at": "2027-01-01T00:00:00Z", "worked_s": 2_700, "remaining_s": 26_100}));
    assert_eq!(paused["verdicts"][0]["verdict"], "met");
    assert_eq!(paused["skipped"], json!([{"from": "2026-10-06T15:00:00Z", "to": null, "reason": "pause"}]));
    let mut file = one(
        json!({"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 480}),
        json!({"at": ["2026-10-07T14:15:00Z"]}),
    );
    file["calendars"]["office"]["weekly"] = json!({});
    file["calendars"]["office"]["overrides"] = json!({});
    let nowhere = answer(&file, Detail::Plain);
    assert_eq!((&nowhere["state"], &nowhere["due"]), (&json!("no_cover"), &json!(null)));
    assert_eq!(nowhere["at"][0]["worked_s"], 0);
}

#[test]
fn no_calendar_means_elapsed_time_and_minutes_may_be_seconds() {
    let input = json!({"calendar": null, "start": "2026-10-24T13:00:00Z", "target_minutes": 1_440.5});
    assert_eq!(answer(&one(input, json!({})), Detail::Plain)["due"], "2026-10-25T13:00:30Z");
}

#[test]
fn a_pause_may_be_empty() {
    let pause = json!([{"from": "2026-10-06T15:00:00Z", "to": "2026-10-06T15:00:00Z"}]);
    let input = json!({"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 480, "pauses": pause});
    assert_eq!(answer(&one(input, json!({})), Detail::Plain)["due"], "2026-10-07T14:15:00Z");
}

#[test]
fn every_mistake_is_named_with_its_place() {
    let file = json!({
        "calendars": {
            "office": {"tz": "Europe/Londres", "weekly": {"mon": [["09:00", "08:00"]], "die": []}, "holydays": null},
            "night": {"tz": 1, "weekly": {"tue": [["22:00"], "x"]}, "holidays": "scotland", "overrides": {"24.12.": 0}},
        },
        "cases": [
            {"id": "a", "input": {"calendar": "nowhere", "start": "yesterday", "target_minutes": -1}},
            {"id": "a", "input": {}},
            {"input": {}},
            {"id": "b", "input": {"calendar": "office", "start": 5, "target_minutes": "480", "zone": "UTC"}, "at": "now"},
            {"id": "c", "input": {"calendar": "office", "start": "2026-10-06T14:15:00Z", "target_minutes": 0.001,
                "pauses": [{"from": "2026-10-06T14:15:00Z", "to": "2026-10-06T14:14:00Z"}, {"from": "x", "reason": "parts"}]},
                "responses": ["2026-10-06 14:15"]},
        ],
        "more": 1,
    });
    check_wrong(
        &file,
        &[
            "file: has no field \"more\"; its fields are calendars, cases",
            "calendar \"night\" tz: must be a text, not a number",
            "calendar \"night\" weekly.tue[0]: must be an opening and a closing time, as in [\"09:00\", \"17:00\"]",
            "calendar \"night\" weekly.tue[1]: must be a list of two times, not a text",
            "calendar \"night\" holidays: must be \"england\" or null, not \"scotland\"",
            "calendar \"night\" overrides.24.12.: \"24.12.\" is not a date such as \"2026-12-24\"",
            "calendar \"night\" overrides.24.12.: must be a list, not a number",
            "calendar \"office\": has no field \"holydays\"; its fields are tz, weekly, holidays, overrides",
            "calendar \"office\" weekly: has no field \"die\"; its fields are mon, tue, wed, thu, fri, sat, sun",
            "calendar \"office\" tz: \"Europe/Londres\" is not a known time zone; an IANA name such as \"Europe/London\" is meant",
            "calendar \"office\" weekly.mon[0]: closes at \"08:00\", which is not after it opens at \"09:00\"; 06:00 of the next day is \"30:00\"",
            "case \"a\" input.calendar: there is no calendar \"nowhere\" in this file",
            "case \"a\" input.start: \"yesterday\" is not an instant such as \"2026-10-06T14:15:00Z\"",
            "case \"a\" input.target_minutes: must be 0 to 71582788 minutes, not -1",
            "case \"a\": is there twice",
            "cases[2] id: must be a text that tells this case from the others",
            "case \"b\" input: has no field \"zone\"; its fields are calendar, start, target_minutes, pauses",
            "case \"b\" input.start: must be a text, not a number",
            "case \"b\" input.target_minutes: must be a number of minutes, not a text",
            "case \"b\" at: must be a list, not a text",
            "case \"c\" input.target_minutes: must be a whole number of seconds, not 0.06",
            "case \"c\" input.pauses[0].to: is before the pause begins",
            "case \"c\" input.pauses[1].from: \"x\" is not an instant such as \"2026-10-06T14:15:00Z\"",
            "case \"c\" input.pauses[1]: lacks \"to\"",
            "case \"c\" input.pauses[1].reason: must be one of remote_access, onsite_cooperation, site_access",
            "case \"c\" responses[0]: \"2026-10-06 14:15\" is not an instant such as \"2026-10-06T14:15:00Z\"",
        ],
    );
}

#[test]
fn a_file_of_the_wrong_shape_is_named_too() {
    check_wrong(&json!([]), &["file: must be an object, not a list"]);
    check_wrong(&json!({}), &["file: lacks \"calendars\"", "file: lacks \"cases\""]);
    let wrong = json!({"calendars": {"x": null}, "cases": [true]});
    check_wrong(
        &wrong,
        &["calendar \"x\": must be an object, not null", "cases[0]: must be an object, not true or false"],
    );
}

#[test]
fn a_name_that_is_there_twice_is_a_mistake() {
    let json: Json = serde_json::from_str(r#"{"calendars": {}, "cases": [], "cases": []}"#).unwrap();
    let wrong = ClockFile::parse(&json).unwrap_err();
    assert_eq!(wrong, [FieldError::new("file", "has \"cases\" twice")]);
}
