//! From windows to instants: the spans of cover after an instant.

use std::sync::Arc;

use jiff::civil::Date;

use super::Calendar;
use crate::time::{Span, Timestamp};

/// So many days in a row without cover are "no cover", never an endless search. Source: `rules` section 3.
pub const NO_COVER_DAYS: i32 = 400;

/// A window opened up to two days before may still be open: "48:00" may be a time that the clocks repeat.
const DAYS_BACK: i32 = 2;

/// When time counts.
#[derive(Debug, Clone)]
pub enum Cover {
    /// Day and night: elapsed time.
    Elapsed,
    Hours(Arc<Calendar>),
}

impl Cover {
    /// The spans of cover from `from` on: in order, apart or touching, none empty, none before `from`.
    ///
    /// Ends after `NO_COVER_DAYS` days without cover.
    pub fn spans(&self, from: Timestamp) -> CoverSpans<'_> {
        match self {
            Self::Elapsed => CoverSpans(Source::Elapsed(Some(Span { from, until: Timestamp::MAX }))),
            Self::Hours(calendar) => CoverSpans(Source::Hours(DaySpans::new(calendar, from))),
        }
    }
}

/// Spans of cover; each step costs what the days it passes cost, however long the windows are.
#[derive(Debug)]
pub struct CoverSpans<'a>(Source<'a>);

#[derive(Debug)]
enum Source<'a> {
    Elapsed(Option<Span>),
    Hours(DaySpans<'a>),
}

impl Iterator for CoverSpans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        match &mut self.0 {
            Source::Elapsed(span) => span.take(),
            Source::Hours(spans) => spans.next(),
        }
    }
}

#[derive(Debug)]
struct DaySpans<'a> {
    calendar: &'a Calendar,
    /// The date whose windows are looked at; None at the end.
    date: Option<Date>,
    /// How many windows of that date are done.
    windows_done: usize,
    /// Everything before is either given out or before the beginning.
    done_until: Timestamp,
    days_without_cover: i32,
}

impl<'a> DaySpans<'a> {
    fn new(calendar: &'a Calendar, from: Timestamp) -> Self {
        let mut date = calendar.zone().date_at(from);
        for _ in 0..DAYS_BACK {
            date = date.yesterday().unwrap_or(date);
        }
        Self { calendar, date: Some(date), windows_done: 0, done_until: from, days_without_cover: -DAYS_BACK }
    }

    /// The next span of the date at hand.
    ///
    /// Windows that are apart on the wall clock may overlap as instants (one closes the second time at 01:30, the next
    /// opens the first time): cover is their union, so a span begins where the one before ended at the earliest.
    fn next_of(&mut self, date: Date) -> Option<Span> {
        let windows = self.calendar.day(date).windows;
        while let Some(window) = windows.get(self.windows_done) {
            self.windows_done += 1;
            let span = self.calendar.span(date, *window)?;
            let span = Span { from: span.from.max(self.done_until), ..span };
            if span.from < span.until {
                return Some(span);
            }
        }
        None
    }
}

impl Iterator for DaySpans<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        loop {
            let date = self.date?;
            if let Some(span) = self.next_of(date) {
                self.done_until = span.until;
                self.days_without_cover = 0;
                return Some(span);
            }
            self.windows_done = 0;
            self.days_without_cover += 1;
            self.date = if NO_COVER_DAYS < self.days_without_cover { None } else { date.tomorrow().ok() };
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::{
        CalendarDraft, Holidays, OverrideDraft,
        samples::{at, draft, texts},
    };

    /// The first spans of cover after an instant.
    fn check(draft: CalendarDraft, from: &str, spans: &[(&str, &str)]) {
        let cover = Cover::Hours(Arc::new(draft.check().unwrap()));
        let found: Vec<_> = cover.spans(at(from)).take(spans.len().max(1)).collect();
        let expected: Vec<_> = spans.iter().map(|(from, until)| Span { from: at(from), until: at(until) }).collect();
        assert_eq!(found, expected, "from {from}");
    }

    #[test]
    fn spans_begin_at_the_instant_asked_for() {
        let office = || draft("Europe/London", "tue 09:00-17:00, wed 09:00-17:00");
        let tomorrow = ("2026-10-07T08:00:00Z", "2026-10-07T16:00:00Z");
        check(office(), "2026-10-06T07:59:59Z", &[("2026-10-06T08:00:00Z", "2026-10-06T16:00:00Z"), tomorrow]);
        check(office(), "2026-10-06T12:30:00.25Z", &[("2026-10-06T12:30:00.25Z", "2026-10-06T16:00:00Z"), tomorrow]);
        check(office(), "2026-10-06T16:00:00Z", &[tomorrow, ("2026-10-13T08:00:00Z", "2026-10-13T16:00:00Z")]);
    }

    #[test]
    fn a_night_is_as_long_as_the_clocks_make_it() {
        let nights = || draft("Europe/London", "sat 22:00-30:00");
        check(nights(), "2026-10-17T12:00:00Z", &[("2026-10-17T21:00:00Z", "2026-10-18T05:00:00Z")]);
        check(nights(), "2026-10-24T12:00:00Z", &[("2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z")]);
        check(nights(), "2026-03-28T12:00:00Z", &[("2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z")]);
        check(nights(), "2026-10-25T03:00:00Z", &[("2026-10-25T03:00:00Z", "2026-10-25T06:00:00Z")]);
    }

    #[test]
    fn windows_that_a_clock_change_swallows_are_not_there() {
        let sunday = || draft("Europe/London", "sun 01:15-01:45 03:00-04:00");
        check(sunday(), "2026-03-28T12:00:00Z", &[("2026-03-29T02:00:00Z", "2026-03-29T03:00:00Z")]);
    }

    #[test]
    fn the_repeated_hour_counts_once_in_neighbouring_windows() {
        let sunday = || draft("Europe/London", "sun 00:30-01:30 01:30-03:00");
        let spans =
            [("2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z"), ("2026-10-25T01:30:00Z", "2026-10-25T03:00:00Z")];
        check(sunday(), "2026-10-24T12:00:00Z", &spans);
    }

    #[test]
    fn a_night_two_days_old_may_still_be_open_in_a_repeated_midnight() {
        // Havana: at 01:00 on 7 November 2027 the clocks go back to 00:00, so Friday's "48:00" is the second midnight.
        let friday = || draft("America/Havana", "fri 20:00-48:00");
        check(friday(), "2027-11-07T04:30:00Z", &[("2027-11-07T04:30:00Z", "2027-11-07T05:00:00Z")]);
    }

    #[test]
    fn an_override_or_holiday_leaves_the_night_that_began_before_it() {
        let closed = OverrideDraft { text: "Closed".to_owned(), ..OverrideDraft::default() };
        let mut nights = draft("UTC", "mon 22:00-30:00, tue 22:00-30:00, wed 22:00-30:00");
        nights.overrides.insert(date(2026, 10, 6), closed);
        let spans =
            [("2026-10-05T22:00:00Z", "2026-10-06T06:00:00Z"), ("2026-10-07T22:00:00Z", "2026-10-08T06:00:00Z")];
        check(nights, "2026-10-05T12:00:00Z", &spans);

        let mut nights = draft("UTC", "sun 22:00-30:00, mon 22:00-30:00, tue 22:00-30:00");
        nights.holidays = Some(Arc::new(Holidays::england_and_wales()));
        let spans =
            [("2026-04-05T22:00:00Z", "2026-04-06T06:00:00Z"), ("2026-04-07T22:00:00Z", "2026-04-08T06:00:00Z")];
        check(nights, "2026-04-05T12:00:00Z", &spans);
    }

    #[test]
    fn an_override_opens_a_holiday() {
        let mut office = draft("UTC", "mon 09:00-17:00, tue 09:00-17:00");
        office.holidays = Some(Arc::new(Holidays::england_and_wales()));
        let windows = texts("10:00-11:00");
        office
            .overrides
            .insert(date(2026, 4, 6), OverrideDraft { windows, text: "Open".to_owned(), announced_at: None });
        check(office, "2026-04-04T12:00:00Z", &[("2026-04-06T10:00:00Z", "2026-04-06T11:00:00Z")]);
    }

    #[test]
    fn four_hundred_days_without_cover_are_the_end() {
        check(draft("UTC", ""), "2026-10-05T12:00:00Z", &[]);
        let once = |on| {
            let open = OverrideDraft { windows: texts("09:00-10:00"), text: "Open".to_owned(), announced_at: None };
            CalendarDraft { overrides: [(on, open)].into(), ..draft("UTC", "") }
        };
        let last = date(2027, 11, 9);
        check(once(last), "2026-10-05T12:00:00Z", &[("2027-11-09T09:00:00Z", "2027-11-09T10:00:00Z")]);
        check(once(last), "2026-10-04T12:00:00Z", &[]);
    }

    #[test]
    fn the_search_ends_with_the_year_9999() {
        check(draft("UTC", "mon 09:00-17:00"), "9999-12-30T12:00:00Z", &[]);
    }
}
