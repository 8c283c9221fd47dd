//! `faultdesk clock` and `faultdesk quote`, as scripts call them: the worked examples of the business's rules.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, as tests do")]

use std::process::{Command, Output};

use serde_json::{Value, json};

fn faultdesk(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultdesk")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The answers of `faultdesk clock`, one for each case.
fn clock(file: &Value, flags: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.json");
    std::fs::write(&path, file.to_string()).unwrap();
    let path = path.display().to_string();
    let ran = faultdesk(&[&["clock", path.as_str()], flags].concat());
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn calendars() -> Value {
    let week = |windows: Value, weekend: Value| {
        json!({"mon": windows, "tue": windows, "wed": windows, "thu": windows, "fri": windows,
               "sat": weekend, "sun": weekend})
    };
    let day = json!([["09:00", "17:00"]]);
    let long = json!([["07:00", "23:00"]]);
    json!({
        "cat1": {"tz": "Europe/London", "weekly": week(day, json!([])), "holidays": "england", "overrides": {}},
        "cat2": {"tz": "Europe/London", "weekly": week(long.clone(), long.clone()), "holidays": null, "overrides": {}},
        "cat2-weekdays": {"tz": "Europe/London", "weekly": week(long, json!([])), "holidays": null, "overrides": {}},
    })
}

/// Calendar, start, pauses, due: instants in UTC.
type Example = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

const EXAMPLES: &[Example] = &[
    ("cat1", "2026-10-06T14:15:00Z", &[], "2026-10-07T14:15:00Z"),
    ("cat1", "2026-04-02T13:00:00Z", &[], "2026-04-07T13:00:00Z"),
    ("cat1", "2026-03-27T13:00:00Z", &[], "2026-03-30T12:00:00Z"),
    ("cat1", "2026-11-07T11:00:00Z", &[], "2026-11-09T17:00:00Z"),
    ("cat1", "2026-11-05T19:20:00Z", &[], "2026-11-06T17:00:00Z"),
    ("cat1", "2026-10-07T08:30:00Z", &[("2026-10-07T10:30:00Z", "2026-10-08T09:00:00Z")], "2026-10-08T15:00:00Z"),
    (
        "cat1",
        "2026-10-07T08:30:00Z",
        &[("2026-10-07T09:00:00Z", "2026-10-07T11:00:00Z"), ("2026-10-07T10:00:00Z", "2026-10-07T12:30:00Z")],
        "2026-10-08T12:00:00Z",
    ),
    ("cat1", "2026-10-07T14:00:00Z", &[("2026-10-07T17:00:00Z", "2026-10-08T07:00:00Z")], "2026-10-08T14:00:00Z"),
    ("cat2", "2026-11-04T21:15:00Z", &[], "2026-11-05T09:15:00Z"),
    ("cat2", "2026-11-05T03:00:00Z", &[], "2026-11-05T11:00:00Z"),
    ("cat2", "2026-10-24T19:30:00Z", &[], "2026-10-25T08:30:00Z"),
    ("cat2-weekdays", "2026-11-06T21:00:00Z", &[], "2026-11-09T09:00:00Z"),
];

#[test]
fn the_worked_examples_come_out_of_the_command() {
    let cases: Vec<_> = EXAMPLES
        .iter()
        .enumerate()
        .map(|(index, (calendar, start, pauses, due))| {
            let minutes = if *calendar == "cat1" { 480 } else { 240 };
            let pauses: Vec<_> = pauses.iter().map(|(from, to)| json!({"from": from, "to": to})).collect();
            json!({"id": index.to_string(), "responses": [due], "at": [start],
                   "input": {"calendar": calendar, "start": start, "target_minutes": minutes, "pauses": pauses}})
        })
        .collect();
    let answers = clock(&json!({"calendars": calendars(), "cases": cases}), &[]);
    assert_eq!(answers.len(), EXAMPLES.len());
    for (answer, (calendar, start, _, due)) in answers.iter().zip(EXAMPLES) {
        assert_eq!((&answer["state"], &answer["due"]), (&json!("running"), &json!(due)), "{calendar} from {start}");
        assert_eq!(answer["verdicts"][0]["verdict"], "met", "a response at due is in time: {answer}");
        assert_eq!(answer["at"][0]["worked_s"], 0);
    }
}

#[test]
fn an_explanation_adds_up_and_names_the_holiday() {
    let case = json!({"id": "easter", "input": {"calendar": "cat1", "start": "2026-04-02T13:00:00Z",
        "target_minutes": 480, "pauses": []}, "responses": [], "at": []});
    let answers = clock(&json!({"calendars": calendars(), "cases": [case]}), &["--explain"]);
    let text = answers[0].to_string();
    assert!(text.contains("Good Friday") && text.contains("Easter Monday"), "{text}");
    assert_eq!(answers[0]["counted_s"], 480 * 60);
}

#[test]
fn every_mistake_of_a_file_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.json");
    let file = json!({
        "calendars": {"office": {"tz": "Europe/Lodnon", "weekly": {"mon": [["09:00", "08:00"]]}, "holidays": "england"}},
        "cases": [{"id": "1", "input": {"calendar": "office", "start": "yesterday", "target_minutes": 480, "pauses": []}}],
    });
    std::fs::write(&path, file.to_string()).unwrap();
    let ran = faultdesk(&["clock", &path.display().to_string()]);
    let said = text(&ran.stderr);
    assert_eq!((ran.status.code(), ran.stdout.len()), (Some(1), 0));
    for place in ["Lodnon", "weekly.mon[0]", "input.start"] {
        assert!(said.contains(place), "{place}: {said}");
    }
    assert_eq!(faultdesk(&["clock", "/no/such/file"]).status.code(), Some(1));
}

#[test]
fn guide_prices_are_those_of_the_contract_page() {
    for (level, year, net, gross) in [
        ("Cat1", 1, 29_500, 35_400),
        ("cat2", 1, 46_000, 55_200),
        ("cat2", 2, 52_000, 62_400),
        ("cat4", 1, 70_000, 84_000),
        ("CAT4", 3, 76_000, 91_200),
    ] {
        let ran = faultdesk(&["quote", "--level", level, "--ports", "12", "--year", &year.to_string(), "--json"]);
        let quote: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!((&quote["net_pence"], &quote["gross_pence"]), (&json!(net), &json!(gross)), "{level} year {year}");
    }
    let ran = faultdesk(&["quote", "--level", "cat2", "--ports", "12"]);
    assert!(text(&ran.stdout).contains("£460.00 net, £92.00 VAT, £552.00 in all"), "{}", text(&ran.stdout));
    let none = faultdesk(&["quote", "--level", "cats", "--ports", "12"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("each incident is charged by itself"));
    assert_eq!(faultdesk(&["quote", "--level", "cat3", "--ports", "12"]).status.code(), Some(2));
}
