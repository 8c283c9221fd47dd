//! A calendar that people can subscribe to.

use std::fmt;

use jiff::civil::Date;

use super::lines::{escape, fold};
use crate::time::{Span, Timestamp};

/// The same feed for the same events and stamp, octet for octet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// What calendar programs call it.
    pub name: String,
    /// When it was made.
    pub stamp: Timestamp,
    pub events: Vec<FeedEvent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEvent {
    /// The same for the same event in every feed, or programs show it twice.
    pub uid: String,
    pub when: When,
    pub summary: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whole days, the last included. Nobody is busy because of them.
    Days {
        first_on: Date,
        last_on: Date,
    },
    Span(Span),
}

/// The text of a file of type text/calendar.
impl fmt::Display for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Faultdesk//Faultdesk//EN", "CALSCALE:GREGORIAN"] {
            write_line(f, line)?;
        }
        write_line(f, "METHOD:PUBLISH")?;
        write_line(f, &format!("X-WR-CALNAME:{}", escape(&self.name)))?;
        for event in &self.events {
            event.write(f, self.stamp)?;
        }
        write_line(f, "END:VCALENDAR")
    }
}

impl FeedEvent {
    fn write(&self, f: &mut fmt::Formatter<'_>, stamp: Timestamp) -> fmt::Result {
        write_line(f, "BEGIN:VEVENT")?;
        write_line(f, &format!("UID:{}", escape(&self.uid)))?;
        write_line(f, &format!("DTSTAMP:{}", instant(stamp)))?;
        match self.when {
            When::Days { first_on, last_on } => {
                // The end is the day after.
                let end = last_on.tomorrow().unwrap_or(last_on);
                write_line(f, &format!("DTSTART;VALUE=DATE:{}", day(first_on)))?;
                write_line(f, &format!("DTEND;VALUE=DATE:{}", day(end)))?;
                write_line(f, "TRANSP:TRANSPARENT")?;
            }
            When::Span(Span { from, until }) => {
                write_line(f, &format!("DTSTART:{}", instant(from)))?;
                write_line(f, &format!("DTEND:{}", instant(until)))?;
            }
        }
        write_line(f, &format!("SUMMARY:{}", escape(&self.summary)))?;
        write_line(f, "END:VEVENT")
    }
}

pub(super) fn write_line(f: &mut fmt::Formatter<'_>, line: &str) -> fmt::Result {
    write!(f, "{}\r\n", fold(line))
}

pub(super) fn day(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}

pub(super) fn instant(at: Timestamp) -> String {
    at.as_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        calendar::samples::at,
        ical::{DayEvent, read},
    };

    #[test]
    fn a_feed_is_written_as_the_format_has_it() {
        let span = Span { from: at("2026-10-05T08:00:00Z"), until: at("2026-10-12T08:00:00Z") };
        let days = When::Days { first_on: date(2026, 12, 29), last_on: date(2026, 12, 31) };
        let feed = Feed {
            name: "Faultdesk, on call".to_owned(),
            stamp: at("2026-10-01T12:34:56Z"),
            events: vec![
                FeedEvent { uid: "a@desk.example".to_owned(), when: days, summary: "Reduced; office".to_owned() },
                FeedEvent {
                    uid: "b@desk.example".to_owned(),
                    when: When::Span(span),
                    summary: "Priya Nair".to_owned(),
                },
            ],
        };
        let expected = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Faultdesk//Faultdesk//EN\nCALSCALE:GREGORIAN\n\
            METHOD:PUBLISH\nX-WR-CALNAME:Faultdesk\\, on call\nBEGIN:VEVENT\nUID:a@desk.example\n\
            DTSTAMP:20261001T123456Z\nDTSTART;VALUE=DATE:20261229\nDTEND;VALUE=DATE:20270101\nTRANSP:TRANSPARENT\n\
            SUMMARY:Reduced\\; office\nEND:VEVENT\nBEGIN:VEVENT\nUID:b@desk.example\nDTSTAMP:20261001T123456Z\n\
            DTSTART:20261005T080000Z\nDTEND:20261012T080000Z\nSUMMARY:Priya Nair\nEND:VEVENT\nEND:VCALENDAR\n";
        assert_eq!(feed.to_string(), expected.replace('\n', "\r\n"));
    }

    proptest! {
        #[test]
        fn days_that_are_written_are_read_again(
            days in prop::collection::vec((0_i32..20_000, 1_i32..366, "[a-z][a-z é€,;\\\\:]{0,60}[a-z]"), 0..20)
        ) {
            let day = |days: i32| date(2000, 1, 1) + jiff::Span::new().days(days);
            let event = |(place, (from, length, name)): (usize, &(i32, i32, String))| FeedEvent {
                uid: place.to_string(),
                when: When::Days { first_on: day(*from), last_on: day(from + length - 1) },
                summary: name.clone(),
            };
            let events = days.iter().enumerate().map(event).collect();
            let feed = Feed { name: "Days".to_owned(), stamp: Timestamp::EPOCH, events };
            let text = feed.to_string();
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75));
            let found = read(text.as_bytes()).unwrap();
            let plain = |event: DayEvent| (event.first_on, event.last_on, event.name);
            let expected: Vec<_> =
                days.iter().map(|(from, length, name)| (day(*from), day(from + length - 1), name.clone())).collect();
            prop_assert_eq!(found.into_iter().map(plain).collect::<Vec<_>>(), expected);
        }
    }
}
