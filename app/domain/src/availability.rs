//! Availability, weighted by time, from the history of states. Source: `monitoring` section 4.

use serde::{Deserialize, Serialize};

use crate::{
    observation::Status,
    time::{Span, Timestamp},
};

/// What a service counts as at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Up,
    /// Our own monitor was not looking, or could not tell.
    Unwatched,
    /// Inside a downtime: counts neither way, whatever was seen.
    Planned,
    Degraded,
    Down,
}

impl Condition {
    /// What a stored change of state counts as. A soft problem may be nothing, so it still counts as up; what we could
    /// not judge ourselves counts as not watched.
    pub fn of(status: Status, hard: bool) -> Self {
        match (status, hard) {
            (_, false) | (Status::Ok, true) => Self::Up,
            (Status::Warning, true) => Self::Degraded,
            (Status::Critical, true) => Self::Down,
            (Status::Unknown, true) => Self::Unwatched,
        }
    }
}

/// From `at` on, the service was in `condition`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub at: Timestamp,
    pub condition: Condition,
}

/// Time spent in each condition, in microseconds. The parts add up to the length of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    pub up_us: i64,
    pub degraded_us: i64,
    pub down_us: i64,
    pub unwatched_us: i64,
    /// In downtime.
    pub planned_us: i64,
}

impl Totals {
    fn add(&mut self, condition: Condition, us: i64) {
        let part = match condition {
            Condition::Up => &mut self.up_us,
            Condition::Degraded => &mut self.degraded_us,
            Condition::Down => &mut self.down_us,
            Condition::Unwatched => &mut self.unwatched_us,
            Condition::Planned => &mut self.planned_us,
        };
        *part += us;
    }

    pub fn watched_us(&self) -> i64 {
        self.up_us + self.degraded_us + self.down_us
    }

    pub fn whole_us(&self) -> i64 {
        self.watched_us() + self.unwatched_us + self.planned_us
    }

    /// The time of which we owed a look: all but that in downtime.
    fn owed_us(&self) -> i64 {
        self.watched_us() + self.unwatched_us
    }

    /// Hundredths of a percent in which the service worked, rounded down; `None` when it was never watched.
    ///
    /// 10,000 only when there was no down time at all.
    pub fn available_hundredths(&self) -> Option<u32> {
        let watched = i128::from(self.watched_us());
        let worked = i128::from(self.up_us + self.degraded_us);
        (0 < watched).then(|| u32::try_from(worked * 10_000 / watched).unwrap_or(0))
    }

    /// Hundredths of a percent of the window outside downtimes in which we were watching, rounded down. All of nothing
    /// is 10,000.
    pub fn coverage_hundredths(&self) -> u32 {
        match i128::from(self.owed_us()) {
            0 if 0 < self.planned_us => 10_000,
            owed => u32::try_from(i128::from(self.watched_us()) * 10_000 / owed.max(1)).unwrap_or(0),
        }
    }
}

/// `99.98 %` from hundredths of a percent.
pub fn percent(hundredths: u32) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Time in each condition within [from, until).
///
/// `changes` is sorted; before its first entry the service is unwatched. Equal instants: the later entry holds.
pub fn totals(changes: &[Change], from: Timestamp, until: Timestamp) -> Totals {
    let mut totals = Totals::default();
    let mut condition = Condition::Unwatched;
    let mut at = from;
    for change in changes {
        let edge = change.at.clamp(from, until);
        if at < edge {
            totals.add(condition, edge.micros_since(at));
            at = edge;
        }
        condition = change.condition;
        if until <= change.at {
            return totals;
        }
    }
    if at < until {
        totals.add(condition, until.micros_since(at));
    }
    totals
}

/// The changes with the time in downtime kept apart. `changes` is sorted; `planned` is sorted and its spans lie apart.
pub fn apart(changes: &[Change], planned: &[Span]) -> Vec<Change> {
    let inside = |at: Timestamp| planned.iter().any(|span| span.from <= at && at < span.until);
    let mut all: Vec<_> = changes.iter().copied().filter(|change| !inside(change.at)).collect();
    for span in planned {
        all.push(Change { at: span.from, condition: Condition::Planned });
        let in_force = changes.iter().rev().find(|change| change.at <= span.until);
        let condition = in_force.map_or(Condition::Unwatched, |change| change.condition);
        all.push(Change { at: span.until, condition });
    }
    all.sort_by_key(|change| change.at);
    all
}

/// The changes of several services as one: the worst of those that are watched holds. `changes` is sorted.
///
/// A service counts as not watched before its first change, and as long as any other is watched it does not matter; nor
/// does one in downtime.
pub fn combined<K: Eq + std::hash::Hash>(changes: impl IntoIterator<Item = (K, Change)>) -> Vec<Change> {
    let mut latest = std::collections::HashMap::new();
    let mut all: Vec<Change> = Vec::new();
    for (service, change) in changes {
        latest.insert(service, change.condition);
        let condition = of_all(latest.values().copied());
        if all.last().is_none_or(|last| last.condition != condition) {
            all.push(Change { at: change.at, condition });
        }
    }
    all
}

fn of_all(conditions: impl Iterator<Item = Condition> + Clone) -> Condition {
    let apart = [Condition::Unwatched, Condition::Planned];
    let watched = conditions.clone().filter(|condition| !apart.contains(condition)).max();
    watched.or_else(|| conditions.max()).unwrap_or(Condition::Unwatched)
}

/// The window cut into `count` equal parts, each with its totals: the uptime bars.
pub fn bars(changes: &[Change], from: Timestamp, until: Timestamp, count: u16) -> Vec<Totals> {
    let count = i64::from(count.max(1));
    let length = until.micros_since(from).max(0);
    let edge = |index: i64| from.plus_micros(length / count * index + length % count * index / count);
    (0..count).map(|index| totals(changes, edge(index), edge(index + 1))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(second)
    }

    #[test]
    fn time_before_the_first_change_is_not_watched() {
        let changes = [Change { at: second(10), condition: Condition::Up }];
        let totals = totals(&changes, second(0), second(100));
        assert_eq!((totals.up_us, totals.unwatched_us), (90_000_000, 10_000_000));
        assert_eq!(totals.available_hundredths(), Some(10_000));
        assert_eq!(totals.coverage_hundredths(), 9_000);
    }

    #[test]
    fn a_moment_of_down_time_is_never_a_hundred_percent() {
        let changes = [
            Change { at: second(0), condition: Condition::Up },
            Change { at: second(50_000), condition: Condition::Down },
            Change { at: second(50_001), condition: Condition::Up },
        ];
        let totals = totals(&changes, second(0), second(100_000));
        assert_eq!(totals.available_hundredths(), Some(9_999));
        assert_eq!(percent(9_999), "99.99 %");
    }

    #[test]
    fn a_service_never_watched_has_no_figure() {
        assert_eq!(totals(&[], second(0), second(9)).available_hundredths(), None);
    }

    #[test]
    fn only_what_is_confirmed_counts() {
        for (status, soft, hard) in [
            (Status::Ok, Condition::Up, Condition::Up),
            (Status::Unknown, Condition::Up, Condition::Unwatched),
            (Status::Warning, Condition::Up, Condition::Degraded),
            (Status::Critical, Condition::Up, Condition::Down),
        ] {
            assert_eq!((Condition::of(status, false), Condition::of(status, true)), (soft, hard), "{status:?}");
        }
    }

    #[test]
    fn several_services_are_as_bad_as_the_worst_that_is_watched() {
        use Condition::{Degraded, Down, Unwatched, Up};
        let steps = [
            (0, 'a', Up),
            (10, 'b', Up),
            (20, 'b', Down),
            (30, 'a', Degraded),
            (40, 'b', Unwatched),
            (50, 'a', Unwatched),
            (60, 'b', Up),
        ];
        let changes = steps.map(|(at, service, condition)| (service, Change { at: second(at), condition }));
        let expected = [(0, Up), (20, Down), (40, Degraded), (50, Unwatched), (60, Up)];
        assert_eq!(combined(changes), expected.map(|(at, condition)| Change { at: second(at), condition }));
    }

    #[test]
    fn time_in_downtime_counts_neither_way() {
        use Condition::{Down, Planned, Unwatched, Up};
        let changes = [(0, Up), (20, Down), (40, Up), (60, Down), (80, Up)];
        let changes = changes.map(|(at, condition)| Change { at: second(at), condition });
        let planned = [(15, 30), (40, 70)].map(|(from, until)| Span { from: second(from), until: second(until) });
        let expected = [(0, Up), (15, Planned), (30, Down), (40, Planned), (70, Down), (80, Up)];
        let all = apart(&changes, &planned);
        assert_eq!(all, expected.map(|(at, condition)| Change { at: second(at), condition }));
        let all = totals(&all, second(0), second(100));
        assert_eq!((all.up_us, all.down_us, all.planned_us), (35_000_000, 20_000_000, 45_000_000));
        assert_eq!((all.available_hundredths(), all.coverage_hundredths()), (Some(6_363), 10_000));
        let before = [Span { from: second(-9), until: second(-5) }];
        assert_eq!(apart(&changes[..1], &before)[1], Change { at: second(-5), condition: Unwatched });
    }

    #[test]
    fn a_service_in_downtime_leaves_the_host_to_the_others() {
        use Condition::{Down, Planned, Unwatched, Up};
        let steps = [(0, 'a', Up), (10, 'b', Planned), (20, 'a', Down), (30, 'a', Planned), (40, 'b', Unwatched)];
        let changes = steps.map(|(at, service, condition)| (service, Change { at: second(at), condition }));
        let expected = [(0, Up), (20, Down), (30, Planned)];
        assert_eq!(combined(changes), expected.map(|(at, condition)| Change { at: second(at), condition }));
    }

    fn condition() -> impl Strategy<Value = Condition> {
        use Condition::{Degraded, Down, Planned, Unwatched, Up};
        prop::sample::select(vec![Up, Unwatched, Planned, Degraded, Down])
    }

    proptest! {
        #[test]
        fn the_bars_add_up_to_the_window(
            mut list in prop::collection::vec((0_i64..2_000_000_000, condition()), 0..20),
            from in 0_i64..1_000_000_000, length in 1_i64..1_000_000_000, count in 1_u16..100
        ) {
            list.sort_by_key(|(at, _)| *at);
            let planned = list.windows(2).step_by(3).map(|two| (two[0].0, two[1].0));
            let planned = planned.map(|(from, until)| (Timestamp::from_micros(from), Timestamp::from_micros(until)));
            let planned: Vec<_> = planned.map(|(from, until)| Span { from, until }).collect();
            let changes: Vec<_> = list
                .into_iter()
                .map(|(at, condition)| Change { at: Timestamp::from_micros(at), condition })
                .collect();
            let changes = apart(&changes, &planned);
            let (from, until) = (Timestamp::from_micros(from), Timestamp::from_micros(from + length));
            let whole = totals(&changes, from, until);
            prop_assert_eq!(whole.whole_us(), length);
            let parts = bars(&changes, from, until, count);
            prop_assert_eq!(parts.len(), usize::from(count));
            prop_assert_eq!(parts.iter().map(|part| part.down_us).sum::<i64>(), whole.down_us);
            prop_assert_eq!(parts.iter().map(Totals::whole_us).sum::<i64>(), length);
            let quiet = planned.iter().map(|span| Span { from: span.from.max(from), until: span.until.min(until) }.micros());
            prop_assert!(quiet.sum::<i64>() <= whole.planned_us);
            if let Some(hundredths) = whole.available_hundredths() {
                prop_assert!(hundredths <= 10_000);
            }
        }
    }
}
