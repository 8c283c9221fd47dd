//! A downtime as somebody types it, and every mistake in it.

use jiff::civil::{Date, DateTime};

use super::{DowntimeKind, Plan, Weekly};
use crate::{
    calendar::{DAY_NAMES, Zone, minutes},
    form,
    probe::FieldError,
    time::Timestamp,
};

/// A system that is quiet for longer is not watched: it is paused.
const DAYS_MAX: i64 = 31;
const DAY_S: i64 = 86_400;
/// A flexible downtime is one piece of work.
const FLEXIBLE_MINUTES_MAX: u32 = 7 * 24 * 60;
/// A day has no more hours when the clocks go forward: something is told between two downtimes.
const RECURRING_MINUTES_MAX: u32 = 23 * 60;
/// A form is filled in for so long: what was meant to begin then begins now.
const FILLED_IN_S: i64 = 3_600;
const MINUTES_PER_DAY: u16 = 1_440;

/// Texts of a form. What the kind does not ask for is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DowntimeDraft {
    pub kind: String,
    /// IANA name; all times are local to it.
    pub zone: String,
    /// Beginning of a fixed one, or of a flexible one's window: "2026-12-24T18:00".
    pub from: String,
    pub until: String,
    /// How long a flexible or recurring one lasts.
    pub minutes: String,
    /// Names of days: "mon".
    pub days: Vec<String>,
    /// When a recurring one begins: "22:00".
    pub at: String,
    /// Days between which a recurring one begins, "2026-12-24"; the first may be empty for today, the last for no end.
    pub first_on: String,
    pub last_on: String,
}

impl DowntimeDraft {
    /// The plan, or every mistake by field.
    pub fn check(&self, now: Timestamp) -> Result<Plan, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let kinds: Vec<_> = DowntimeKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let kind = form::word("kind", &self.kind, DowntimeKind::parse, kinds, &mut wrong);
        let zone = Zone::parse(&self.zone).map_err(|error| wrong.push(FieldError::new("zone", error))).ok();
        let (Some(kind), Some(zone)) = (kind, zone) else { return Err(wrong) };
        let plan = match kind {
            DowntimeKind::Fixed => self.window(&zone, now, &mut wrong).map(|(from, until)| Plan::Fixed { from, until }),
            DowntimeKind::Flexible => {
                let window = self.window(&zone, now, &mut wrong);
                let minutes = self.minutes(FLEXIBLE_MINUTES_MAX, &mut wrong);
                window.zip(minutes).map(|((opens, closes), minutes)| Plan::Flexible { opens, closes, minutes })
            }
            DowntimeKind::Recurring => self.weekly(zone, now, &mut wrong).map(Plan::Recurring),
        };
        match plan {
            Some(plan) if wrong.is_empty() => Ok(plan),
            _ => Err(wrong),
        }
    }

    fn window(&self, zone: &Zone, now: Timestamp, wrong: &mut Vec<FieldError>) -> Option<(Timestamp, Timestamp)> {
        let from = form::local_time("from", self.from.trim(), wrong);
        let until = form::local_time("until", self.until.trim(), wrong);
        let mut instant = |field: &'static str, at: Option<Timestamp>| {
            if at.is_none() {
                wrong.push(FieldError::new(field, "is too far away"));
            }
            at
        };
        let from = from.and_then(|local| instant("from", zone.opening(local.date(), minutes_of(local))));
        let until = until.and_then(|local| instant("until", zone.closing(local.date(), minutes_of(local))));
        let (from, until) = from.zip(until)?;
        let before = wrong.len();
        if from < now.plus_seconds(-FILLED_IN_S) {
            wrong.push(FieldError::new("from", "must not be in the past: what was told then was told"));
        }
        if until <= now {
            wrong.push(FieldError::new("until", "must be in the future"));
        } else if until <= from {
            wrong.push(FieldError::new("until", "must be after the beginning"));
        } else if DAYS_MAX * DAY_S < until.seconds_since(from) {
            let said = format!("must be {DAYS_MAX} days after the beginning at most; pause what nobody is to watch");
            wrong.push(FieldError::new("until", said));
        }
        (before == wrong.len()).then_some((from.max(now), until))
    }

    fn minutes(&self, max: u32, wrong: &mut Vec<FieldError>) -> Option<u32> {
        let text = self.minutes.trim();
        let minutes = text.parse::<u32>().ok().filter(|minutes| (1..=max).contains(minutes));
        if minutes.is_none() {
            wrong.push(FieldError::new("minutes", format!("must be 1 to {max} minutes, not {text:?}")));
        }
        minutes
    }

    fn weekly(&self, zone: Zone, now: Timestamp, wrong: &mut Vec<FieldError>) -> Option<Weekly> {
        let before = wrong.len();
        let days = DAY_NAMES.map(|name| self.days.iter().any(|day| day == name));
        let known = self.days.iter().all(|day| DAY_NAMES.contains(&day.as_str()));
        if !known || !days.contains(&true) {
            wrong.push(FieldError::new("days", "must be one day of the week or more"));
        }
        let at_min = minutes(self.at.trim()).filter(|minutes| *minutes < MINUTES_PER_DAY);
        if at_min.is_none() {
            wrong.push(FieldError::new("at", format!("must be a time of the day such as 22:00, not {:?}", self.at)));
        }
        let lasts = self.minutes(RECURRING_MINUTES_MAX, wrong);
        let today = zone.date_at(now);
        let first_on = match self.first_on.trim() {
            "" => Some(today),
            text => form::date("first_on", text, wrong),
        };
        let last_on = match self.last_on.trim() {
            "" => None,
            text => form::date("last_on", text, wrong),
        };
        if first_on.is_some_and(|first| first < today) {
            wrong.push(FieldError::new("first_on", "must not be in the past"));
        }
        if last_on.zip(first_on).is_some_and(|(last, first): (Date, Date)| last < first) {
            wrong.push(FieldError::new("last_on", "must not be before the first day"));
        }
        let ((at_min, minutes), first_on) = at_min.zip(lasts).zip(first_on).filter(|_| before == wrong.len())?;
        Some(Weekly { zone, days, at_min, minutes, first_on, last_on })
    }
}

fn minutes_of(local: DateTime) -> u16 {
    // Hours and minutes of a day are never negative.
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0)
}
