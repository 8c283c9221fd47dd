//! Instants as they are written in a contract's zone. The browser has no zone data, so the server writes them.

use domain::time::Timestamp;
use jiff::{
    Zoned,
    civil::{Date, DateTime},
    tz::TimeZone,
};

/// The zone in which a ticket's clocks are explained.
pub(in crate::desk) struct Local {
    zone: TimeZone,
    pub(in crate::desk) name: String,
}

impl Local {
    /// The zone called `name`; UTC when nobody knows it.
    pub(in crate::desk) fn named(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self { zone, name: name.to_owned() },
            Err(_) => Self { zone: TimeZone::UTC, name: "UTC".to_owned() },
        }
    }

    fn at(&self, at: Timestamp) -> Zoned {
        at.as_jiff().to_zoned(self.zone.clone())
    }

    /// The instant of a wall-clock time; in the repeated hour the first, in a gap the later.
    pub(in crate::desk) fn instant(&self, local: DateTime) -> Option<Timestamp> {
        local.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp().into())
    }

    /// `Thu 8 Oct 2026, 16:00`.
    pub(in crate::desk) fn full(&self, at: Timestamp) -> String {
        self.at(at).strftime("%a %-d %b %Y, %H:%M").to_string()
    }

    /// `16:00`.
    pub(super) fn clock(&self, at: Timestamp) -> String {
        self.at(at).strftime("%H:%M").to_string()
    }

    /// `Thu 8 Oct, 16:00`.
    pub(super) fn soon(&self, at: Timestamp) -> String {
        self.at(at).strftime("%a %-d %b, %H:%M").to_string()
    }

    /// `2026-10-08 16:00`, which spreadsheets read.
    pub(super) fn stamp(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// The day there.
    pub(super) fn date(&self, at: Timestamp) -> Date {
        self.at(at).date()
    }

    /// `2026-10-08T16:00`, as a form's field has it.
    pub(in crate::desk) fn field(&self, at: Timestamp) -> String {
        self.at(at).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Nine in the morning of the day after, as a form's field has it.
    pub(super) fn tomorrow(&self, now: Timestamp) -> String {
        let today = self.at(now).date();
        today.tomorrow().unwrap_or(today).strftime("%Y-%m-%dT09:00").to_string()
    }

    /// `Tue 6 Oct, 15:15 to 17:00`; both days where they differ, seconds where there are any.
    pub(in crate::desk) fn period(&self, from: Timestamp, until: Timestamp) -> String {
        let (start, end) = (self.at(from), self.at(until));
        let seconds = |one: &Zoned| one.second() != 0;
        let clock = if seconds(&start) || seconds(&end) { "%H:%M:%S" } else { "%H:%M" };
        let day = "%a %-d %b, ";
        let first = start.strftime(&format!("{day}{clock}")).to_string();
        let last = match (start.date() == end.date(), is_midnight(&end) && is_next_day(&start, &end)) {
            (true, _) => end.strftime(clock).to_string(),
            (false, true) => "24:00".to_owned(),
            (false, false) => end.strftime(&format!("{day}{clock}")).to_string(),
        };
        format!("{first} to {last}")
    }

    /// `Tue 6 Oct, from 15:40`.
    pub(in crate::desk) fn from(&self, from: Timestamp) -> String {
        self.at(from).strftime("%a %-d %b, from %H:%M").to_string()
    }

    /// A label of an axis: the day where it changes, or where a step is a day.
    pub(in crate::desk) fn tick(&self, at: Timestamp, before: Option<Timestamp>, step_s: i64) -> String {
        const DAY_S: i64 = 24 * 3_600;
        let here = self.at(at);
        match before.map(|before| self.at(before).date() == here.date()) {
            _ if DAY_S <= step_s => here.strftime("%a %-d %b").to_string(),
            Some(true) => here.strftime("%H:%M").to_string(),
            _ => here.strftime("%a %H:%M").to_string(),
        }
    }

    /// The last instant at or before `at` that is a whole number of steps after its day's midnight.
    pub(in crate::desk) fn floor(&self, at: Timestamp, step_s: i64) -> Timestamp {
        let midnight = self.at(at).start_of_day().map_or(at, |midnight| midnight.timestamp().into());
        let since = at.seconds_since(midnight);
        midnight.plus_seconds(since - since.rem_euclid(step_s.max(1)))
    }
}

fn is_midnight(at: &Zoned) -> bool {
    (at.hour(), at.minute(), at.second()) == (0, 0, 0)
}

fn is_next_day(start: &Zoned, end: &Zoned) -> bool {
    start.date().tomorrow().is_ok_and(|next| next == end.date())
}

/// A length of time to the second: `1 h 44 min 16 s`. Sums of these add up.
pub(in crate::desk) fn exact(seconds: i64) -> String {
    let parts = [(seconds / 3_600, "h"), (seconds % 3_600 / 60, "min"), (seconds % 60, "s")];
    let said: Vec<_> =
        parts.into_iter().filter(|(count, _)| *count != 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { "0 s".to_owned() } else { said.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse::<jiff::Timestamp>().unwrap().into()
    }

    #[test]
    fn periods_name_the_day_once_and_seconds_only_when_there_are_any() {
        let london = Local::named("Europe/London");
        let period = |from, until| london.period(at(from), at(until));
        assert_eq!(period("2026-10-06T14:15:00Z", "2026-10-06T16:00:00Z"), "Tue 6 Oct, 15:15 to 17:00");
        assert_eq!(period("2026-11-06T17:00:00Z", "2026-11-07T00:00:00Z"), "Fri 6 Nov, 17:00 to 24:00");
        let two = "Fri 6 Nov, 17:00:05 to Mon 9 Nov, 09:00:00";
        assert_eq!(period("2026-11-06T17:00:05Z", "2026-11-09T09:00:00Z"), two);
    }

    #[test]
    fn lengths_are_said_to_the_second() {
        assert_eq!([0, 59, 6_256, 28_800].map(exact), ["0 s", "59 s", "1 h 44 min 16 s", "8 h"]);
    }

    #[test]
    fn steps_begin_at_the_days_midnight() {
        let london = Local::named("Europe/London");
        assert_eq!(london.floor(at("2026-10-06T14:15:00Z"), 4 * 3_600), at("2026-10-06T11:00:00Z"));
        assert_eq!(london.tick(at("2026-10-06T11:00:00Z"), None, 4 * 3_600), "Tue 12:00");
        assert_eq!(london.tick(at("2026-10-06T11:00:00Z"), Some(at("2026-10-06T07:00:00Z")), 3_600), "12:00");
    }
}
