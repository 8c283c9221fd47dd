//! The arithmetic of one clock: what counts, when the target is used up, what is left.

use super::pause::{Pause, Pauses};
use crate::{
    calendar::{Cover, CoverSpans},
    time::{Span, Timestamp},
};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Time that counts from `start` on: inside cover, outside pauses, up to `target_s`.
#[derive(Debug, Clone)]
pub struct Count {
    pub cover: Cover,
    pub start: Timestamp,
    /// Whole seconds. 0 is used up at the start.
    pub target_s: u32,
}

/// A part of the target in per cent, 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u8);

/// When people are warned unless an administrator says otherwise. Source: `rules` section 3.
pub const WARNING_PERCENTS: [Percent; 3] = [Percent(50), Percent(75), Percent(90)];

impl Percent {
    pub fn new(percent: u8) -> Option<Self> {
        (1..=99).contains(&percent).then_some(Self(percent))
    }

    pub fn get(self) -> u8 {
        self.0
    }

    /// Seconds that are this part of a target, rounded up: a warning may come a fraction of a second late but never
    /// before its part is used, and stays on the whole seconds of its clock. Targets in whole minutes need no rounding
    /// at 50, 75 and 90.
    fn of(self, target_s: u32) -> u32 {
        let seconds = (u64::from(target_s) * u64::from(self.0)).div_ceil(100);
        u32::try_from(seconds).unwrap_or(target_s)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountState {
    Running,
    /// A pause is open.
    Paused,
    /// The target is out of reach: no cover for 400 days, or none left before the year 9999 ends.
    NoCover,
}

impl CountState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::NoCover => "no_cover",
        }
    }
}

/// Why a target is never reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Paused,
    NoCover,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Met,
    Missed,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Missed => "missed",
        }
    }
}

/// When a part of the target is used up; None while it is not foreseeable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    pub percent: Percent,
    pub at: Option<Timestamp>,
}

/// Everything about a clock that is stored with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub state: CountState,
    /// None while a pause is open, and without cover.
    pub due: Option<Timestamp>,
    /// When the target is used up by what is known: `due`, and also the due instant before which no open pause began.
    /// A pause that opens after it shows as "paused" but cannot take the breach back.
    pub used_up_at: Option<Timestamp>,
    /// In the order asked for. One whose part was used up before an open pause began keeps its instant.
    pub warnings: Vec<Warning>,
}

impl Count {
    pub fn reading(&self, pauses: &Pauses, percents: &[Percent]) -> Reading {
        let warnings: Vec<Warning> = percents
            .iter()
            .map(|percent| Warning { percent: *percent, at: self.reach(pauses, percent.of(self.target_s)).ok() })
            .collect();
        let used_up = self.used_up_at(pauses);
        let state = match used_up {
            Err(Stop::NoCover) => CountState::NoCover,
            _ if pauses.open().is_some() => CountState::Paused,
            _ => CountState::Running,
        };
        let used_up_at = used_up.ok();
        let due = if state == CountState::Running { used_up_at } else { None };
        Reading { state, due, used_up_at, warnings }
    }

    /// The earliest instant at which the counted time is the target. Used up exactly at closing, or exactly when a pause
    /// begins, is used up then and not at the next opening.
    pub fn used_up_at(&self, pauses: &Pauses) -> Result<Timestamp, Stop> {
        self.reach(pauses, self.target_s)
    }

    /// Met if and only if `at` is at or before the instant at which the target is used up.
    ///
    /// While a pause is open time stands still where it began, so whatever happens in it is met, unless the target was
    /// used up before. An open pause that begins after `at` plays no part. Without cover nothing is ever due: met.
    pub fn judge(&self, pauses: &Pauses, at: Timestamp) -> Verdict {
        match self.used_up_at(pauses) {
            Ok(used_up_at) if used_up_at < at => Verdict::Missed,
            _ => Verdict::Met,
        }
    }

    /// Whole seconds that count from the start until `until`, beyond the target too; 0 before the start.
    ///
    /// An open pause stops it where it began. A started second does not count yet.
    pub fn worked_s(&self, pauses: &Pauses, until: Timestamp) -> i64 {
        let spans = self.counted(pauses).take_while(|span| span.from < until);
        spans.map(|span| span.up_to(until).micros()).sum::<i64>() / MICROS_PER_SECOND
    }

    /// Whole seconds of the target that are left at `at`; negative when it is overrun by so many.
    pub fn remaining_s(&self, pauses: &Pauses, at: Timestamp) -> i64 {
        i64::from(self.target_s) - self.worked_s(pauses, at)
    }

    /// The instant at which `seconds` have been counted.
    fn reach(&self, pauses: &Pauses, seconds: u32) -> Result<Timestamp, Stop> {
        let mut left = i64::from(seconds) * MICROS_PER_SECOND;
        if left == 0 {
            return Ok(self.start);
        }
        let mut counted = self.counted(pauses);
        for span in &mut counted {
            if left <= span.micros() {
                return Ok(span.from.plus_micros(left));
            }
            left -= span.micros();
        }
        Err(if counted.held { Stop::Paused } else { Stop::NoCover })
    }

    fn counted<'a>(&'a self, pauses: &'a Pauses) -> Counted<'a> {
        Counted { cover: self.cover.spans(self.start), rest: None, pauses: pauses.as_slice(), held: false }
    }
}

/// Spans inside cover and outside pauses, in order.
struct Counted<'a> {
    cover: CoverSpans<'a>,
    /// What is left of a span of cover behind a pause.
    rest: Option<Span>,
    /// Pauses that may still matter.
    pauses: &'a [Pause],
    /// Ended by an open pause rather than by the end of cover.
    held: bool,
}

impl Iterator for Counted<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        while !self.held {
            let span = match self.rest.take() {
                Some(rest) => rest,
                None => self.cover.next()?,
            };
            while let Some((pause, later)) = self.pauses.split_first()
                && pause.until.is_some_and(|until| until <= span.from)
            {
                self.pauses = later;
            }
            let Some(pause) = self.pauses.first().filter(|pause| pause.from < span.until) else {
                return Some(span);
            };
            match pause.until {
                None => self.held = true,
                Some(until) if until < span.until => self.rest = Some(Span { from: until, ..span }),
                Some(_) => {}
            }
            if span.from < pause.from {
                return Some(span.up_to(pause.from));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
