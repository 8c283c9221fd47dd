//! Time worked on tickets: entries, stopwatches, and how much work a ticket allows. Source: `rules` section 7.

use crate::{incident::IncidentState, incident::UNIT_S, time::Timestamp};

/// A minor reconfiguration up to this is included in Cat1, Cat2 and Cat4, for each task.
pub const TASK_INCLUDED_S: u64 = 1_800;
/// One entry is one stretch of work; who works longer than a day has made a slip.
pub const ENTRY_SECONDS_MAX: u32 = 24 * 3_600;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// One stretch of one person's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    pub started_at: Timestamp,
    pub seconds: u32,
}

impl Work {
    pub fn ends_at(self) -> Timestamp {
        self.started_at.plus_seconds(i64::from(self.seconds))
    }

    /// Whether the two have an instant in common. One may begin when the other ends.
    pub fn overlaps(self, other: Self) -> bool {
        self.started_at < other.ends_at() && other.started_at < self.ends_at()
    }
}

/// How much work a ticket allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// Nobody pays by time.
    Open,
    /// On CatS, and nobody has ordered an incident.
    NotOrdered,
    /// A CatS incident with so many units that the customer has approved.
    Incident { state: IncidentState, units: u32 },
    /// One change request under Cat1, Cat2 or Cat4. `told`: the customer knows that more is outside cover.
    Task { told: bool },
}

/// Why no more work can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WorkRefusal {
    #[error("No CatS incident is ordered, so no work can be booked. Ask the customer first.")]
    NotOrdered,
    #[error("The incident is asked for and not accepted yet. Accept it before work starts.")]
    NotAccepted,
    #[error("The incident was declined. There is no charge and no work.")]
    Declined,
    #[error("Approval needed: {} of approved time is left. Work beyond it cannot be booked before the customer approves a further unit.", crate::time::span_words(i64::try_from(*.left_s).unwrap_or(i64::MAX)))]
    Unapproved { left_s: u64 },
    #[error(
        "The included 30 min are used up; more is outside cover: quote. Tell the customer and record it before you book more."
    )]
    TellFirst,
}

impl Allowance {
    /// Seconds until work must stop; None: nothing stops it.
    pub fn left_s(self, worked_s: u64) -> Option<u64> {
        match self {
            Self::Open | Self::Task { told: true } => None,
            Self::NotOrdered => Some(0),
            Self::Incident { state: IncidentState::Accepted, units } => {
                Some((u64::from(units) * UNIT_S).saturating_sub(worked_s))
            }
            Self::Incident { .. } => Some(0),
            Self::Task { told: false } => Some(TASK_INCLUDED_S.saturating_sub(worked_s)),
        }
    }

    /// Whether `seconds` more may be booked beside `worked_s`.
    ///
    /// On an incident not a second beyond what is approved. On a change request the stretch that crosses the included
    /// time is taken as it was, and nothing after it before the customer is told.
    pub fn book(self, worked_s: u64, seconds: u32) -> Result<(), WorkRefusal> {
        match self {
            Self::Open | Self::Task { told: true } => Ok(()),
            Self::NotOrdered => Err(WorkRefusal::NotOrdered),
            Self::Incident { state: IncidentState::Asked, .. } => Err(WorkRefusal::NotAccepted),
            Self::Incident { state: IncidentState::Declined, .. } => Err(WorkRefusal::Declined),
            Self::Incident { state: IncidentState::Accepted, .. } => match self.left_s(worked_s) {
                Some(left_s) if left_s < u64::from(seconds) || left_s == 0 => Err(WorkRefusal::Unapproved { left_s }),
                _ => Ok(()),
            },
            Self::Task { told: false } if TASK_INCLUDED_S <= worked_s => Err(WorkRefusal::TellFirst),
            Self::Task { told: false } => Ok(()),
        }
    }

    /// Whether an entry of `before_s` may become one of `seconds`, where `worked_s` holds it as it was. To shorten is
    /// always allowed.
    pub fn correct(self, worked_s: u64, before_s: u32, seconds: u32) -> Result<(), WorkRefusal> {
        match seconds <= before_s {
            true => Ok(()),
            false => self.book(worked_s.saturating_sub(u64::from(before_s)), seconds),
        }
    }

    /// A change request that took longer than is included: "outside cover: quote".
    pub fn is_outside_cover(self, worked_s: u64) -> bool {
        matches!(self, Self::Task { .. }) && TASK_INCLUDED_S < worked_s
    }

    /// Whether somebody must act before work may go on.
    pub fn is_blocked(self, worked_s: u64) -> bool {
        self.left_s(worked_s) == Some(0)
    }
}

/// When the stopwatches of one ticket have used up `left_s` more seconds together; `started` in order. None: no
/// stopwatch runs.
pub fn runs_out_at(started: &[Timestamp], left_s: u64) -> Option<Timestamp> {
    let mut left = i64::try_from(left_s).unwrap_or(i64::MAX).saturating_mul(MICROS_PER_SECOND);
    let mut running = 0;
    let mut nexts = started.iter().skip(1);
    for &from in started {
        running += 1;
        let end = from.plus_micros((left + running - 1) / running);
        match nexts.next() {
            Some(next) if *next < end => left -= next.micros_since(from) * running,
            _ => return Some(end),
        }
    }
    None
}

/// What stopwatches show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Whole seconds of each, in the order given.
    pub seconds: Vec<u32>,
    /// They stopped by themselves then, because no more work is allowed.
    pub ran_out_at: Option<Timestamp>,
}

/// The stopwatches of one ticket at `now`, when `left_s` more may be worked; `started` in order.
///
/// They stop by themselves at the second at which the allowance is used up: their sum is never above it.
pub fn read(started: &[Timestamp], left_s: Option<u64>, now: Timestamp) -> Reading {
    let ran_out_at = left_s.and_then(|left_s| runs_out_at(started, left_s)).filter(|at| *at <= now);
    let mut left = left_s.unwrap_or(u64::MAX);
    let seconds = started.iter().map(|from| {
        let micros = ran_out_at.unwrap_or(now).micros_since(*from).max(0);
        // The last second is given to whoever began first; parts of a second are nobody's otherwise.
        let whole = if ran_out_at.is_some() { micros + MICROS_PER_SECOND - 1 } else { micros } / MICROS_PER_SECOND;
        let whole = u64::try_from(whole).unwrap_or(0).min(left).min(u64::from(ENTRY_SECONDS_MAX));
        left -= whole;
        u32::try_from(whole).unwrap_or(ENTRY_SECONDS_MAX)
    });
    Reading { seconds: seconds.collect(), ran_out_at }
}

/// Seconds of a typed length of work: whole minutes such as `100`, or hours and minutes such as `1:40`. None: it is
/// neither, nothing, or longer than a day.
pub fn parse_length(text: &str) -> Option<u32> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let minutes = match text.trim().split_once(':') {
        None => number(text.trim())?,
        Some((hours, minutes)) if minutes.len() == 2 => {
            number(hours)?.checked_mul(60)?.checked_add(number(minutes).filter(|minutes| *minutes < 60)?)?
        }
        Some(_) => return None,
    };
    minutes.checked_mul(60).filter(|seconds| 0 < *seconds && *seconds <= ENTRY_SECONDS_MAX)
}

#[cfg(test)]
mod tests;
