//! The arithmetic behind a due instant, for people: what counted, what was skipped and why.

use std::fmt;

use jiff::civil::{Date, Weekday};

use super::{
    count::{Count, Stop},
    pause::{Pause, PauseReason, Pauses},
};
use crate::{
    calendar::{Calendar, Cover, Day, DayKind},
    time::{Span, Timestamp},
};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Counted and skipped spans: together they are all the time explained, without overlap, each list in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// None touch.
    pub counted: Vec<Span>,
    /// None touch and share their reason.
    pub skipped: Vec<Skipped>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub from: Timestamp,
    /// None: to no foreseeable end (an open pause, no cover). Only the last one.
    pub until: Option<Timestamp>,
    pub reason: SkipReason,
}

/// Why time does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// Before a day's first or after its last window.
    Night,
    /// Between two windows of a day.
    Break,
    /// A Saturday or Sunday without windows.
    Weekend,
    /// Another weekday without windows.
    DayOff(Weekday),
    /// A bank holiday, by name.
    Holiday(String),
    /// A closed or shortened day, by the text customers read.
    Closure(String),
    Pause(Option<PauseReason>),
    NoCover,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Night => f.write_str("night"),
            Self::Break => f.write_str("between hours"),
            Self::Weekend => f.write_str("weekend"),
            Self::DayOff(day) => write!(f, "no hours on {day:?}"),
            Self::Holiday(name) => f.write_str(name),
            Self::Closure(text) => f.write_str(text),
            Self::Pause(reason) => f.write_str(reason.map_or("pause", PauseReason::as_str)),
            Self::NoCover => f.write_str("no cover"),
        }
    }
}

impl Explanation {
    /// Whole seconds counted.
    pub fn counted_s(&self) -> i64 {
        self.counted.iter().map(|span| span.micros()).sum::<i64>() / MICROS_PER_SECOND
    }

    /// Whole seconds skipped; a span without an end adds nothing.
    pub fn skipped_s(&self) -> i64 {
        let ended = |skipped: &Skipped| Some(Span { from: skipped.from, until: skipped.until? }.micros());
        self.skipped.iter().filter_map(ended).sum::<i64>() / MICROS_PER_SECOND
    }

    fn count(&mut self, span: Span) {
        match self.counted.last_mut() {
            Some(last) if last.until == span.from => last.until = span.until,
            _ => self.counted.push(span),
        }
    }

    fn skip(&mut self, from: Timestamp, until: Option<Timestamp>, reason: SkipReason) {
        match self.skipped.last_mut() {
            Some(last) if last.until == Some(from) && last.reason == reason => last.until = until,
            _ => self.skipped.push(Skipped { from, until, reason }),
        }
    }
}

impl Count {
    /// All time from the start until the target is used up. If it never is: until an open pause began or cover ended,
    /// and then a skipped span without an end.
    pub fn explain(&self, pauses: &Pauses) -> Explanation {
        match (self.used_up_at(pauses), pauses.open()) {
            (Ok(used_up_at), _) => self.explain_until(pauses, used_up_at),
            (Err(Stop::Paused), Some(open)) => {
                let from = open.from.max(self.start);
                let mut explanation = self.explain_until(pauses, from);
                explanation.skip(from, None, SkipReason::Pause(open.reason));
                explanation
            }
            (Err(_), _) => self.explain_until(pauses, Timestamp::MAX),
        }
    }

    /// All time from the start until `until`; its counted sum is the worked time. `Timestamp::MAX` means no end.
    pub fn explain_until(&self, pauses: &Pauses, until: Timestamp) -> Explanation {
        let mut explanation = Explanation::default();
        let mut done_until = self.start;
        for span in self.cover.spans(self.start).take_while(|span| span.from < until) {
            self.skip_gap(&mut explanation, Span { from: done_until, until: span.from });
            let span = span.up_to(until);
            split_by_pauses(&mut explanation, span, pauses.as_slice());
            done_until = span.until;
        }
        if until <= done_until {
            return explanation;
        }
        if self.cover.spans(done_until).next().is_some() {
            self.skip_gap(&mut explanation, Span { from: done_until, until });
        } else {
            let end = Some(until).filter(|until| *until < Timestamp::MAX);
            explanation.skip(done_until, end, SkipReason::NoCover);
        }
        explanation
    }

    /// Time outside cover, day by day, each with its reason.
    fn skip_gap(&self, explanation: &mut Explanation, gap: Span) {
        let Cover::Hours(calendar) = &self.cover else { return };
        let mut from = gap.from;
        let mut date = calendar.zone().date_at(from);
        while from < gap.until {
            let midnight = date.tomorrow().ok().and_then(|next| calendar.zone().opening(next, 0));
            let until = midnight.map_or(gap.until, |midnight| midnight.min(gap.until));
            // Days that a zone left out have no length.
            if from < until {
                explanation.skip(from, Some(until), reason(calendar, date, Span { from, until }));
                from = until;
            }
            date = date.tomorrow().unwrap_or(date);
        }
    }
}

fn split_by_pauses(explanation: &mut Explanation, cover: Span, pauses: &[Pause]) {
    let mut from = cover.from;
    let first = pauses.partition_point(|pause| pause.until.is_some_and(|until| until <= cover.from));
    for pause in pauses.iter().skip(first).take_while(|pause| pause.from < cover.until) {
        if from < pause.from {
            explanation.count(Span { from, until: pause.from });
        }
        let until = pause.until.map_or(cover.until, |until| until.min(cover.until));
        explanation.skip(pause.from.max(from), Some(until), SkipReason::Pause(pause.reason));
        from = until;
    }
    if from < cover.until {
        explanation.count(Span { from, ..cover });
    }
}

/// Why `piece`, which lies on `date` outside all windows, is not cover.
fn reason(calendar: &Calendar, date: Date, piece: Span) -> SkipReason {
    let Day { windows, kind } = calendar.day(date);
    let weekly = calendar.weekly(date.weekday());
    match kind {
        DayKind::Holiday(name) => SkipReason::Holiday(name.to_owned()),
        // An extra opening on a day without windows takes nothing away.
        DayKind::Override(one) if windows.is_empty() || !weekly.is_empty() => SkipReason::Closure(one.text.clone()),
        DayKind::Override(_) | DayKind::Weekly if weekly.is_empty() => match date.weekday() {
            Weekday::Saturday | Weekday::Sunday => SkipReason::Weekend,
            weekday => SkipReason::DayOff(weekday),
        },
        DayKind::Override(_) | DayKind::Weekly if is_between_windows(calendar, date, piece) => SkipReason::Break,
        DayKind::Override(_) | DayKind::Weekly => SkipReason::Night,
    }
}

/// Whether there is cover on `date` both before and after `piece`; the night that began the day before is cover too.
fn is_between_windows(calendar: &Calendar, date: Date, piece: Span) -> bool {
    let spans = |date: Date| calendar.day(date).windows.iter().filter_map(move |window| calendar.span(date, *window));
    let midnight = calendar.zone().opening(date, 0);
    let before = |span: Span| span.until <= piece.from && midnight < Some(span.until);
    spans(date).any(|span| piece.until <= span.from)
        && date.yesterday().ok().into_iter().chain([date]).flat_map(spans).any(before)
}

#[cfg(test)]
mod tests;
