//! When a downtime is quiet: plans, and what happened to one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{DowntimeKind, Standing};
use crate::{
    calendar::{Zone, ZoneError},
    time::{Span, Timestamp},
};

/// A recurring downtime that began up to two local days before may still run.
const DAYS_BACK: u32 = 2;
/// So many days without a downtime are the end of a search: any week after the days before has one, or none has.
const DAYS_WITHOUT_MAX: u32 = DAYS_BACK + 8;

/// When it is to be quiet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Plan {
    Fixed {
        from: Timestamp,
        until: Timestamp,
    },
    /// Lasts `minutes` from the first problem at or after `opens` and before `closes`.
    Flexible {
        opens: Timestamp,
        closes: Timestamp,
        minutes: u32,
    },
    Recurring(Weekly),
}

/// On days of the week at a local time, for so many minutes by the clock of no wall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WeeklyWords", into = "WeeklyWords")]
pub struct Weekly {
    pub zone: Zone,
    /// Monday first.
    pub days: [bool; 7],
    /// Minutes after midnight. In the repeated hour the first time, in a gap the end of the gap.
    pub at_min: u16,
    pub minutes: u32,
    /// No downtime begins before this local day.
    pub first_on: Date,
    /// Nor after this one.
    pub last_on: Option<Date>,
}

/// As it is stored.
#[derive(Clone, Serialize, Deserialize)]
struct WeeklyWords {
    zone: String,
    days: [bool; 7],
    at_min: u16,
    minutes: u32,
    first_on: Date,
    last_on: Option<Date>,
}

impl From<Weekly> for WeeklyWords {
    fn from(weekly: Weekly) -> Self {
        let Weekly { zone, days, at_min, minutes, first_on, last_on } = weekly;
        Self { zone: zone.name().to_owned(), days, at_min, minutes, first_on, last_on }
    }
}

impl TryFrom<WeeklyWords> for Weekly {
    type Error = ZoneError;

    fn try_from(words: WeeklyWords) -> Result<Self, ZoneError> {
        let WeeklyWords { zone, days, at_min, minutes, first_on, last_on } = words;
        Ok(Self { zone: Zone::parse(&zone)?, days, at_min, minutes, first_on, last_on })
    }
}

/// A plan and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downtime {
    pub plan: Plan,
    /// When a flexible one began.
    pub begun_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A problem that began at `started_at` was confirmed now.
    Problem {
        started_at: Timestamp,
    },
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is quiet within.
    Began(Span),
    /// Nothing of it comes any more.
    Ended { at: Timestamp },
}

impl Plan {
    pub fn kind(&self) -> DowntimeKind {
        match self {
            Self::Fixed { .. } => DowntimeKind::Fixed,
            Self::Flexible { .. } => DowntimeKind::Flexible,
            Self::Recurring(_) => DowntimeKind::Recurring,
        }
    }
}

impl Downtime {
    pub fn planned(plan: Plan) -> Self {
        Self { plan, begun_at: None, cancelled_at: None }
    }

    /// (state, event, now) -> (state, effects).
    #[must_use]
    pub fn follow(mut self, event: Event, now: Timestamp) -> (Self, Vec<Effect>) {
        if self.cancelled_at.is_some() {
            return (self, Vec::new());
        }
        match event {
            Event::Cancelled if self.standing(now).is_past() => (self, Vec::new()),
            Event::Cancelled => {
                self.cancelled_at = Some(now);
                (self, vec![Effect::Ended { at: now }])
            }
            Event::Problem { started_at } => {
                let Plan::Flexible { opens, closes, minutes } = self.plan else { return (self, Vec::new()) };
                // A problem that was there before the window and is confirmed inside it begins it at its first instant.
                if self.begun_at.is_some() || closes <= started_at || now < opens {
                    return (self, Vec::new());
                }
                let span = lasting(started_at.max(opens), minutes);
                self.begun_at = Some(span.from);
                (self, vec![Effect::Began(span)])
            }
        }
    }

    /// The quiet spans that end after `after`, in order, none empty.
    pub fn spans(&self, after: Timestamp) -> impl Iterator<Item = Span> + '_ {
        let (single, weekly) = match &self.plan {
            Plan::Fixed { from, until } => (Some(Span { from: *from, until: *until }), None),
            Plan::Flexible { minutes, .. } => (self.begun_at.map(|at| lasting(at, *minutes)), None),
            Plan::Recurring(weekly) => (None, Some(weekly.spans(after))),
        };
        let cancelled_at = self.cancelled_at.unwrap_or(Timestamp::MAX);
        let spans = single.into_iter().chain(weekly.into_iter().flatten());
        spans
            .take_while(move |span| span.from < cancelled_at)
            .map(move |span| span.up_to(cancelled_at))
            .filter(move |span| span.from < span.until && after < span.until)
    }

    /// The quiet span that `at` lies in.
    pub fn inside(&self, at: Timestamp) -> Option<Span> {
        self.spans(at).next().filter(|span| span.from <= at)
    }

    /// The first instant after `after` at which it becomes quiet or loud, opens for its first problem or closes for it.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        let quiet = self.spans(after).next().into_iter().flat_map(|span| [span.from, span.until]);
        let window = match (&self.plan, self.begun_at, self.cancelled_at) {
            (Plan::Flexible { opens, closes, .. }, None, None) => vec![*opens, *closes],
            _ => Vec::new(),
        };
        quiet.chain(window).filter(|at| after < *at).min()
    }

    /// From this instant on it is never quiet again, where that can be foreseen.
    pub fn over_at(&self) -> Option<Timestamp> {
        let by_plan = match (&self.plan, self.begun_at) {
            (Plan::Fixed { until, .. }, _) => Some(*until),
            (Plan::Flexible { minutes, .. }, Some(at)) => Some(lasting(at, *minutes).until),
            // Its problem may begin just before it closes.
            (Plan::Flexible { closes, minutes, .. }, None) => Some(lasting(*closes, *minutes).until),
            (Plan::Recurring(weekly), _) => weekly.over_at(),
        };
        by_plan.into_iter().chain(self.cancelled_at).min()
    }

    pub fn standing(&self, now: Timestamp) -> Standing {
        if let Some(at) = self.cancelled_at {
            return Standing::Cancelled { at };
        }
        if let Some(span) = self.spans(now).next() {
            return match span.from <= now {
                true => Standing::Running { until: span.until },
                false => Standing::Planned { from: span.from },
            };
        }
        match (&self.plan, self.begun_at) {
            (Plan::Flexible { opens, .. }, None) if now < *opens => Standing::Planned { from: *opens },
            (Plan::Flexible { closes, .. }, None) if now < *closes => Standing::Waiting { until: *closes },
            (Plan::Flexible { closes, .. }, None) => Standing::Over { at: *closes },
            _ => Standing::Over { at: self.over_at().unwrap_or(now) },
        }
    }
}

fn lasting(from: Timestamp, minutes: u32) -> Span {
    Span { from, until: from.plus_seconds(i64::from(minutes) * 60) }
}

impl Weekly {
    /// The spans that end after `after`, in order. Two may overlap or touch where the clocks go forward.
    fn spans(&self, after: Timestamp) -> impl Iterator<Item = Span> + '_ {
        let mut date = Some(self.first_of_search(after));
        let mut days_without = 0;
        std::iter::from_fn(move || {
            loop {
                let today = date?;
                date = today.tomorrow().ok();
                days_without += 1;
                if DAYS_WITHOUT_MAX < days_without || self.last_on.is_some_and(|last| last < today) {
                    return None;
                }
                if let Some(span) = self.on(today).filter(|span| after < span.until) {
                    days_without = 0;
                    return Some(span);
                }
            }
        })
    }

    fn first_of_search(&self, after: Timestamp) -> Date {
        let mut date = self.zone.date_at(after);
        for _ in 0..DAYS_BACK {
            date = date.yesterday().unwrap_or(date);
        }
        date.max(self.first_on)
    }

    /// The span that begins on a local day.
    fn on(&self, date: Date) -> Option<Span> {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
        let wanted = self.days.get(day).copied().unwrap_or(false);
        if !wanted {
            return None;
        }
        self.zone.opening(date, self.at_min).map(|from| lasting(from, self.minutes))
    }

    fn over_at(&self) -> Option<Timestamp> {
        let mut date = self.last_on?;
        for _ in 0..7 {
            if let Some(span) = self.on(date).filter(|_| self.first_on <= date) {
                return Some(span.until);
            }
            date = date.yesterday().ok()?;
        }
        // No day of the plan lies between its first and its last.
        self.zone.opening(self.first_on, 0)
    }
}
