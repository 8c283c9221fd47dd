//! Where a ticket stands in the queue, in a form that a database can sort: it follows from the ticket's leading clock and
//! changes with that clock's events only, while the group changes with the time.

use serde::{Deserialize, Serialize};

use super::PlaceKind;
use crate::{
    clock::{Clock, Standing},
    time::{Span, Timestamp},
};

/// Under this a ticket is due "within the hour", by counted time.
pub const SOON_S: i64 = 3_600;

/// Parts of the queue, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueGroup {
    Breached,
    WithinTheHour,
    Later,
    Paused,
    NoClock,
}

impl QueueGroup {
    pub const ALL: [Self; 5] = [Self::Breached, Self::WithinTheHour, Self::Later, Self::Paused, Self::NoClock];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breached => "breached",
            Self::WithinTheHour => "soon",
            Self::Later => "later",
            Self::Paused => "paused",
            Self::NoClock => "none",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Breached => "Breached",
            Self::WithinTheHour => "Due within the hour",
            Self::Later => "Later",
            Self::Paused => "Paused",
            Self::NoClock => "No clock",
        }
    }
}

/// What puts a ticket where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub kind: PlaceKind,
    /// What it is sorted by within its group.
    pub at: Timestamp,
    /// From just after this instant on less than an hour of the target is left; of running ones only.
    pub soon_at: Option<Timestamp>,
}

impl Place {
    /// By the clock that leads, for a ticket of `opened_at`. `answered`: a person has responded, so that a miss waits for
    /// nobody.
    pub fn of(leading: Option<&Clock>, answered: bool, opened_at: Timestamp) -> Self {
        let quiet = |at: Option<Timestamp>| Self { kind: PlaceKind::Quiet, at: at.unwrap_or(opened_at), soon_at: None };
        let Some(clock) = leading else { return quiet(None) };
        let reading = clock.reading(&[]);
        let used_up_at = reading.as_ref().and_then(|reading| reading.used_up_at);
        match clock.standing() {
            Standing::Met { .. } | Standing::Voided { .. } => quiet(None),
            Standing::Missed { .. } if answered => quiet(used_up_at),
            Standing::Missed { .. } => Self { kind: PlaceKind::Missed, ..quiet(used_up_at) },
            // A breach cannot be taken back by a pause that began after it.
            Standing::Open => match (reading.and_then(|reading| reading.due).or(used_up_at), paused_since(clock)) {
                (Some(due_at), _) => {
                    let soon_at = Some(soon_at(&clock.explain().counted));
                    Self { kind: PlaceKind::Running, at: due_at, soon_at }
                }
                (None, Some(since)) => Self { kind: PlaceKind::Paused, ..quiet(Some(since)) },
                (None, None) => quiet(None),
            },
        }
    }

    pub fn group(self, now: Timestamp) -> QueueGroup {
        match self.kind {
            PlaceKind::Missed => QueueGroup::Breached,
            PlaceKind::Running if self.at < now => QueueGroup::Breached,
            PlaceKind::Running if self.soon_at.is_some_and(|soon_at| soon_at < now) => QueueGroup::WithinTheHour,
            PlaceKind::Running => QueueGroup::Later,
            PlaceKind::Paused => QueueGroup::Paused,
            PlaceKind::Quiet => QueueGroup::NoClock,
        }
    }
}

/// When the pause began that is open longest.
fn paused_since(clock: &Clock) -> Option<Timestamp> {
    clock.pauses().iter().filter(|pause| pause.end.is_none()).map(|pause| pause.from).min()
}

/// The last instant at which an hour of the counted time is still ahead; the epoch when there never was so much.
fn soon_at(counted: &[Span]) -> Timestamp {
    let mut left = SOON_S * 1_000_000;
    for span in counted.iter().rev() {
        if left <= span.micros() {
            return span.until.plus_micros(-left);
        }
        left -= span.micros();
    }
    Timestamp::EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(minutes * 60)
    }

    fn spans(minutes: &[(i64, i64)]) -> Vec<Span> {
        minutes.iter().map(|(from, until)| Span { from: at(*from), until: at(*until) }).collect()
    }

    #[test]
    fn the_last_hour_is_one_of_counted_time() {
        // 8 h day and night; an evening between; less than an hour in all.
        assert_eq!(soon_at(&spans(&[(0, 480)])), at(420));
        assert_eq!(soon_at(&spans(&[(0, 480), (1_440, 1_460)])), at(440));
        // A full hour is still ahead until the morning, when its first second counts.
        assert_eq!(soon_at(&spans(&[(0, 480), (1_440, 1_500)])), at(1_440));
        assert_eq!(soon_at(&spans(&[(100, 130)])), Timestamp::EPOCH);
    }

    #[test]
    fn groups_follow_the_time_without_an_event() {
        let place = Place { kind: PlaceKind::Running, at: at(480), soon_at: Some(at(420)) };
        let groups = [419, 420, 421, 480, 481].map(|minute| place.group(at(minute)));
        use QueueGroup as G;
        assert_eq!(groups, [G::Later, G::Later, G::WithinTheHour, G::WithinTheHour, G::Breached]);
        let stays = |kind| Place { kind, at: at(480), soon_at: None }.group(at(900));
        assert_eq!(
            [PlaceKind::Missed, PlaceKind::Paused, PlaceKind::Quiet].map(stays),
            [G::Breached, G::Paused, G::NoClock]
        );
    }

    #[test]
    fn words_of_groups_are_read_back() {
        for group in QueueGroup::ALL {
            assert_eq!(QueueGroup::parse(group.as_str()), Some(group));
        }
    }
}
