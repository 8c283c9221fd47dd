//! Special days in words, and which clocks they stop.

use std::collections::BTreeMap;

use app::api::calendars::DayLine;
use domain::{
    calendar::{Announced, Calendar, DayKind, DayMark, Window},
    time::Timestamp,
};
use jiff::civil::Date;

use crate::desk::dates;

/// What the special days of a calendar are told from.
pub struct Special<'a> {
    pub key: &'a str,
    pub calendar: &'a Calendar,
    /// Levels whose clocks count by it.
    pub levels: &'a [String],
    /// How many customers were told, by the instant of the announcement.
    pub told: &'a BTreeMap<Timestamp, i64>,
}

/// "Cat1 and Cat4 clocks stop", "Cat1 clocks run 09:00 to 12:00".
pub fn clocks(levels: &[String], windows: &[Window]) -> String {
    match (levels.is_empty(), windows.is_empty()) {
        (true, _) => "No level counts by this calendar".to_owned(),
        (false, true) => format!("{} clocks stop", dates::listed(levels)),
        (false, false) => format!("{} clocks run {}", dates::listed(levels), dates::hours(windows)),
    }
}

/// What is special about a day; empty on ordinary ones.
pub fn of_day(calendar: &Calendar, date: Date, levels: &[String]) -> String {
    let day = calendar.day(date);
    let named = match day.kind {
        DayKind::Weekly => None,
        DayKind::Holiday(name) => Some(name),
        DayKind::Override(one) => Some(one.text.as_str()),
    };
    let named = named.map(|name| format!("{name}. {}", clocks(levels, day.windows)));
    let change = calendar.zone().clock_change_min(date).map(dates::clock_change);
    named.into_iter().chain(change).collect::<Vec<_>>().join(". ")
}

impl Special<'_> {
    /// Bank holidays, announced days and clock changes between two dates, both included, in order. `may_edit` adds ways
    /// to take announced days back.
    pub fn lines(&self, first_on: Date, last_on: Date, may_edit: bool) -> Vec<DayLine> {
        let mut lines: Vec<(Date, DayLine)> = Vec::new();
        for date in first_on.series(jiff::ToSpan::day(1)).take_while(|date| *date <= last_on) {
            if let DayKind::Holiday(name) = self.calendar.day(date).kind {
                lines.push((date, self.line(date, date, name, &[], DayMark::BankHoliday)));
            }
            if let Some(minutes) = self.calendar.zone().clock_change_min(date) {
                let sub = "Hours stay as they are on the wall clock".to_owned();
                let (when, what) = (dates::day(date), dates::clock_change(minutes));
                lines.push((date, DayLine { when, what, sub, mark: None, withdraw: None }));
            }
        }
        for run in self.calendar.announced(first_on, last_on) {
            lines.push((run.first_on, self.announced(&run, may_edit)));
        }
        lines.sort_by_key(|(date, _)| *date);
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn announced(&self, run: &Announced<'_>, may_edit: bool) -> DayLine {
        let mark = if run.day.windows.is_empty() { DayMark::AnnouncedClosed } else { DayMark::OtherHours };
        let mut line = self.line(run.first_on, run.last_on, &run.day.text, &run.day.windows, mark);
        if let Some(at) = run.day.announced_at {
            let on = dates::day(self.calendar.zone().date_at(at));
            let told = self.told.get(&at).and_then(|count| usize::try_from(*count).ok());
            let to = told.map(|count| format!(" to {}", dates::many(count, "customer"))).unwrap_or_default();
            line.sub = format!("{}. Announced{to} on {on}", line.sub);
        }
        line.withdraw = may_edit.then(|| {
            let (key, first_on, last_on) = (self.key, run.first_on, run.last_on);
            format!("/calendar/withdraw?go=preview&calendar={key}&first_on={first_on}&last_on={last_on}")
        });
        line
    }

    fn line(&self, first_on: Date, last_on: Date, what: &str, windows: &[Window], mark: DayMark) -> DayLine {
        DayLine {
            when: dates::days(first_on, last_on),
            what: what.to_owned(),
            sub: clocks(self.levels, windows),
            mark: Some(mark),
            withdraw: None,
        }
    }
}
