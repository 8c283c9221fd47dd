//! Words, times and lines as mails write them. Everything that people or machines named passes through here.

use std::collections::VecDeque;

pub(super) use domain::text::visible_line as one_line;
use domain::time::Timestamp;
use jiff::{Zoned, tz::TimeZone};

/// Longest line of prose in a text part (RFC 3676 advises 78; a reply quotes it with "> ").
const LINE_CHARS_MAX: usize = 72;
/// A probe's words and an access note are cut here: a mail says what is wrong, the fault's page holds the rest.
pub(super) const DETAIL_CHARS_MAX: usize = 600;
/// Lines of an access note that a mail shows.
const NOTE_LINES_MAX: usize = 12;
/// Names of people that are written out before "and 7 more".
const PEOPLE_MAX: usize = 12;

/// `text` in one line of at most `chars_max` characters; a longer one ends with an ellipsis.
pub(super) fn shortened(text: &str, chars_max: usize) -> String {
    let line = one_line(text);
    if line.chars().nth(chars_max).is_none() {
        return line;
    }
    let kept: String = line.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The lines of a note, shortened as a whole, without empty ones.
pub(super) fn note_lines(note: &str) -> Vec<String> {
    let mut left = DETAIL_CHARS_MAX;
    let mut lines = Vec::new();
    for line in note.lines().map(one_line).filter(|line| !line.is_empty()) {
        if left == 0 || lines.len() == NOTE_LINES_MAX {
            lines.push("…".to_owned());
            break;
        }
        let line = shortened(&line, left);
        left = left.saturating_sub(line.chars().count());
        lines.push(line);
    }
    lines
}

/// "You, Kim Hart and Priya Nair": all who are told, the reader first.
pub(super) fn people(told: &[String], reader: &str) -> String {
    let mut others: VecDeque<_> = told.iter().map(|name| one_line(name)).filter(|name| !name.is_empty()).collect();
    let reader = one_line(reader);
    if let Some(at) = others.iter().position(|name| *name == reader) {
        others.remove(at);
    }
    let more = others.len().saturating_sub(PEOPLE_MAX);
    others.truncate(PEOPLE_MAX);
    others.push_front("You".to_owned());
    if 0 < more {
        others.push_back(format!("{more} more"));
    }
    match others.pop_back() {
        Some(last) if !others.is_empty() => format!("{} and {last}", Vec::from(others).join(", ")),
        Some(only) => only,
        None => String::new(),
    }
}

/// The zone in which a mail writes times.
pub(super) struct Zone {
    zone: TimeZone,
    /// IANA name, as mails print it.
    pub(super) name: String,
}

impl Zone {
    /// The zone called `name`; UTC when nobody knows it.
    pub(super) fn named(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self { zone, name: one_line(name) },
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.as_jiff().to_zoned(self.zone.clone())
    }

    /// `Tue 24 Nov 2026, 16:31`.
    pub(super) fn full(&self, at: Timestamp) -> String {
        self.local(at).strftime("%a %-d %b %Y, %H:%M").to_string()
    }

    /// `16:31` on the day of `now`, else `Tue 24 Nov, 16:31`.
    pub(super) fn near(&self, at: Timestamp, now: Timestamp) -> String {
        let (local, now) = (self.local(at), self.local(now));
        let format = if local.date() == now.date() { "%H:%M" } else { "%a %-d %b, %H:%M" };
        local.strftime(format).to_string()
    }

    /// `16:31 to 17:18 on Tue 24 Nov 2026`, or both days in full.
    pub(super) fn period(&self, from: Timestamp, until: Timestamp) -> String {
        let (start, end) = (self.local(from), self.local(until));
        if start.date() == end.date() {
            format!("{} to {}", start.strftime("%H:%M"), end.strftime("%H:%M on %a %-d %b %Y"))
        } else {
            format!("{} to {}", self.full(from), self.full(until))
        }
    }
}

/// A text part as it is sent: prose wrapped at 72 characters, one empty line at most, no spaces at the ends of
/// lines. A word longer than a line, such as a link, stays whole.
pub(super) fn wrapped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut empty_before = true;
    for line in text.lines().map(str::trim) {
        if !(line.is_empty() && empty_before) {
            wrap_line(line, &mut out);
        }
        empty_before = line.is_empty();
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn wrap_line(line: &str, out: &mut String) {
    let mut used = 0;
    for word in line.split(' ').filter(|word| !word.is_empty()) {
        let chars = word.chars().count();
        match used {
            0 => {}
            _ if used + 1 + chars <= LINE_CHARS_MAX => {
                out.push(' ');
                used += 1;
            }
            _ => {
                out.push('\n');
                used = 0;
            }
        }
        out.push_str(word);
        used += chars;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::EPOCH;

    #[test]
    fn hostile_text_becomes_one_plain_line() {
        assert_eq!(one_line("a\r\nBcc: x@y\u{0}\u{202e}b\t c"), "a Bcc: x@y b c");
        assert_eq!(one_line(" \n "), "");
    }

    #[test]
    fn long_text_ends_with_an_ellipsis() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abcde…");
        assert_eq!(shortened("abcd efg", 6), "abcd…");
        assert_eq!(shortened(&"é".repeat(5_000), DETAIL_CHARS_MAX).chars().count(), DETAIL_CHARS_MAX);
    }

    #[test]
    fn a_note_keeps_its_lines_up_to_a_limit() {
        assert_eq!(note_lines("ssh root@pbx\r\n\n key in the safe "), ["ssh root@pbx", "key in the safe"]);
        assert_eq!(note_lines(""), Vec::<String>::new());
        assert_eq!(note_lines(&"x\n".repeat(50)).len(), NOTE_LINES_MAX + 1);
        let long = note_lines(&"y".repeat(2_000)).concat();
        assert_eq!(long.chars().count(), DETAIL_CHARS_MAX);
    }

    #[test]
    fn the_reader_is_named_first_and_crowds_are_counted() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(people(&[], "Jo"), "You");
        assert_eq!(people(&names(&["Jo"]), "Jo"), "You");
        assert_eq!(people(&names(&["Kim", "Jo"]), "Jo"), "You and Kim");
        assert_eq!(people(&names(&["Kim", "Jo", "Priya"]), "Jo"), "You, Kim and Priya");
        assert_eq!(people(&names(&["Jo", "Jo"]), "Jo"), "You and Jo");
        let crowd = people(&vec!["A".to_owned(); 20], "Jo");
        assert!(crowd.ends_with("A and 8 more"), "{crowd}");
    }

    #[test]
    fn times_are_local_and_name_the_day_when_it_differs() {
        let london = Zone::named("Europe/London");
        let at: jiff::Timestamp = "2026-10-24T23:30:00Z".parse().unwrap();
        let at = Timestamp::from(at);
        assert_eq!(london.full(at), "Sun 25 Oct 2026, 00:30");
        assert_eq!(london.near(at, at), "00:30");
        assert_eq!(london.near(at, at.plus_seconds(25 * 3_600)), "Sun 25 Oct, 00:30");
        // The clocks go back at 02:00 that night.
        assert_eq!(london.period(at, at.plus_seconds(3 * 3_600)), "00:30 to 02:30 on Sun 25 Oct 2026");
        let until = london.period(at, at.plus_seconds(30 * 3_600));
        assert_eq!(until, "Sun 25 Oct 2026, 00:30 to Mon 26 Oct 2026, 05:30");
    }

    #[test]
    fn an_unknown_zone_is_utc_and_says_so() {
        let zone = Zone::named("Mars/Olympus\r\nX: y");
        assert_eq!((zone.name.as_str(), zone.full(AT).as_str()), ("UTC", "Thu 1 Jan 1970, 00:00"));
    }

    #[test]
    fn prose_is_wrapped_and_links_stay_whole() {
        let link = format!("https://desk.example/{}", "a".repeat(100));
        let text = wrapped(&format!("\n\n{}\n\n\n\nSee:\n{link}  \n\n", "word ".repeat(40)));
        for line in text.lines() {
            assert!(line.chars().count() <= 72 || line == link, "{line}");
            assert_eq!(line, line.trim());
        }
        assert!(text.contains(&link) && !text.contains("\n\n\n") && text.ends_with("a\n"), "{text}");
    }
}
