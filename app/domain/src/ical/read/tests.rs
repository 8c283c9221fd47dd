use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::calendar::Holidays;

/// A file of the lines given, each in a calendar's event unless it brings its own.
fn file(event: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n{event}\nEND:VEVENT\nEND:VCALENDAR\n").replace('\n', "\r\n")
}

fn check(event: &str, expected: Option<(Date, Date, &str)>) {
    let event_of =
        |(first_on, last_on, name): (Date, Date, &str)| DayEvent { line: 3, first_on, last_on, name: name.to_owned() };
    let expected: Vec<_> = expected.map(event_of).into_iter().collect();
    assert_eq!(read(file(event).as_bytes()), Ok(expected), "{event}");
}

/// Mistakes as "line: part of the message"; the event's own lines begin with 4.
fn check_wrong(file: &str, expected: &[(usize, &str)]) {
    let wrong = read(file.as_bytes()).unwrap_err();
    let lines: Vec<_> = wrong.iter().map(|error| error.line).collect();
    assert_eq!(lines, expected.iter().map(|(line, _)| *line).collect::<Vec<_>>(), "{wrong:?}");
    for (error, (_, said)) in wrong.iter().zip(expected) {
        assert!(error.message.contains(said), "{error} / {said}");
    }
}

#[test]
fn days_are_read_with_their_names() {
    let christmas = date(2026, 12, 25);
    let one = Some((christmas, christmas, "Christmas Day"));
    check("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20261226\nSUMMARY:Christmas Day", one);
    check("DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day", one);
    check("SUMMARY;LANGUAGE=en:Christmas\n  Day\nDTSTART:20261225\nDURATION:P1D", one);
    let week = Some((christmas, date(2026, 12, 31), "Closed, all; of us\\"));
    check("DTSTART;VALUE=DATE:20261225\nDTEND;VALUE=DATE:20270101\nSUMMARY:Closed\\, all\\; of us\\\\", week);
    check("DTSTART;VALUE=DATE:20261225\nDURATION:P1W\nSUMMARY:Closed\\, all\\; of us\\\\", week);
}

#[test]
fn other_components_and_alarms_are_passed_over() {
    let christmas = date(2026, 12, 25);
    let alarm = "BEGIN:VALARM\nTRIGGER:-P1D\nSUMMARY:Alarm\nDTSTART:nonsense\nEND:VALARM";
    let expected = Some((christmas, christmas, "Christmas Day"));
    check(&format!("DTSTART;VALUE=DATE:20261225\n{alarm}\nSUMMARY:Christmas Day"), expected);
    let zone = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nBEGIN:STANDARD\nDTSTART:20261025T020000\nRRULE:FREQ=YEARLY\n\
                END:STANDARD\nEND:VTIMEZONE\nBEGIN:VTODO\nDTSTART:20261025T020000\nEND:VTODO\nEND:VCALENDAR";
    assert_eq!(read(zone.as_bytes()), Ok(Vec::new()));
}

#[test]
fn cancelled_events_are_left_out_whatever_else_they_say() {
    check("DTSTART;VALUE=DATE:20261225\nSUMMARY:Christmas Day\nSTATUS:CANCELLED", None);
    check("STATUS:cancelled\nDTSTART:20261225T090000Z\nRRULE:FREQ=YEARLY", None);
    let christmas = date(2026, 12, 25);
    check("STATUS:CONFIRMED\nDTSTART:20261225\nSUMMARY:Christmas Day", Some((christmas, christmas, "Christmas Day")));
}

#[test]
fn every_mistake_names_its_line() {
    check_wrong(&file("SUMMARY:A\nDTSTART:20261225T090000Z"), &[(5, "DTSTART;VALUE=DATE:20261225")]);
    check_wrong(&file("SUMMARY:A\nDTSTART;VALUE=DATE-TIME:20261225"), &[(5, "must be a whole day")]);
    check_wrong(&file("SUMMARY:A\nDTSTART;VALUE=DATE:20260230"), &[(5, "20260230")]);
    check_wrong(&file("SUMMARY:A\nDTSTART:20261225\nDTEND:20261225"), &[(6, "ends before it begins")]);
    check_wrong(&file("SUMMARY:A\nDTSTART:20261225\nDTEND:20271228"), &[(6, "366 days")]);
    check_wrong(&file("SUMMARY:A\nDTSTART:20261225\nDURATION:PT8H"), &[(6, "P3D")]);
    check_wrong(&file("SUMMARY:A\nDTSTART:20261225\nRRULE:FREQ=YEARLY"), &[(6, "repeating")]);
    check_wrong(&file("SUMMARY:A"), &[(3, "no DTSTART")]);
    check_wrong(&file("DTSTART:20261225"), &[(3, "no SUMMARY")]);
    check_wrong(&file("DTSTART:20261225\nSUMMARY: "), &[(5, "SUMMARY must not be empty")]);
    check_wrong(&file("what is this\nDTSTART:x\nSUMMARY:A"), &[(4, "no property"), (5, "whole day")]);
    let long = format!("DTSTART:20261225\nSUMMARY:{}", "x".repeat(81));
    check_wrong(&file(&long), &[(5, "80 characters")]);
}

#[test]
fn a_file_that_is_not_a_calendar_says_so() {
    check_wrong("", &[(1, "no BEGIN:VCALENDAR")]);
    check_wrong("SUMMARY:A\n", &[(1, "outside of BEGIN:VCALENDAR")]);
    check_wrong("BEGIN:VEVENT\n", &[(1, "wrong place")]);
    check_wrong("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", &[(2, "END:VEVENT is missing")]);
    check_wrong("BEGIN:VCALENDAR\nEND:VEVENT\n", &[(2, "while VCALENDAR is open")]);
    check_wrong("BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR", &[(3, "without its BEGIN")]);
    let latin1 = b"BEGIN:VCALENDAR\nX-A:No\xEBl\nEND:VCALENDAR";
    assert_eq!(read(latin1).unwrap_err()[0].to_string(), "line 2: is not UTF-8");
}

#[test]
fn input_is_bounded() {
    assert!(read(&vec![b'x'; BYTES_MAX + 1]).unwrap_err()[0].message.contains("bytes at most"));
    let event = "BEGIN:VEVENT\nDTSTART:20261225\nSUMMARY:A\nEND:VEVENT\n";
    let of = |events: usize| format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", event.repeat(events));
    assert_eq!(read(of(EVENTS_MAX).as_bytes()).map(|events| events.len()), Ok(EVENTS_MAX));
    assert!(read(of(EVENTS_MAX + 1).as_bytes()).unwrap_err()[0].message.contains("events at most"));
    assert_eq!(read("x\n".repeat(1_000).as_bytes()).unwrap_err().len(), ERRORS_MAX);
    let deep = "BEGIN:VCALENDAR\n".to_owned() + &"BEGIN:X\n".repeat(8);
    check_wrong(&deep, &[(9, "deep")]);
}

#[test]
fn events_become_holidays_and_closures() {
    let events = read(file("DTSTART:20261229\nDTEND:20270101\nSUMMARY:Reduced support").as_bytes()).unwrap();
    let holidays: Holidays = as_holidays(&events).collect();
    assert_eq!(holidays.name(date(2026, 12, 31)), Some("Reduced support"));
    assert_eq!(holidays.iter().count(), 3);
    let closures = as_closures(&events, Some(Timestamp::EPOCH));
    assert_eq!(closures.keys().copied().collect::<Vec<_>>(), [29, 30, 31].map(|day| date(2026, 12, day)));
    let one = &closures[&date(2026, 12, 30)];
    assert_eq!(
        (one.text.as_str(), one.windows.len(), one.announced_at),
        ("Reduced support", 0, Some(Timestamp::EPOCH))
    );
}

proptest! {
    #[test]
    fn nothing_that_is_read_makes_it_fail(octets in prop::collection::vec(any::<u8>(), 0..400)) {
        let _either = read(&octets);
    }

    #[test]
    fn nothing_that_looks_like_a_calendar_makes_it_fail(lines in prop::collection::vec(
        "(BEGIN|END|DTSTART|DTEND|DURATION|SUMMARY|STATUS|X)(;VALUE=DATE|;\"|)(:|)(VCALENDAR|VEVENT|[0-9]{8}|P[0-9]{1,6}[DW]|\\\\|é|)",
        0..40,
    )) {
        let _either = read(lines.join("\r\n").as_bytes());
    }
}
