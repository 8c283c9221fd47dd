//! Who has a layer at one instant, and for how long.

use jiff::civil::Date;

use super::{Layer, Rotation, Source, Swap, Timed};
use crate::{
    calendar::Zone,
    id::UserId,
    time::{Span, Timestamp},
};

/// Before every instant.
const NEVER: i64 = i64::MIN;

/// A stretch of time in which nothing changes, and who has it.
pub(super) type Stretch = (Span, Option<(UserId, Source)>);

impl Layer {
    /// The stretch that `at` lies in: never empty, and the one after begins where it ends.
    ///
    /// A swap comes before a temporary schedule, which comes before the rotations.
    pub(super) fn stretch(&self, zone: &Zone, at: Timestamp) -> Stretch {
        match holds(&self.swaps, at) {
            Some(Swap { span, person, why }) => (*span, Some((*person, Source::Swap { why: why.clone() }))),
            None => {
                let (span, duty) = self.scheduled(zone, at);
                (between(span, &self.swaps, at), duty)
            }
        }
    }

    fn scheduled(&self, zone: &Zone, at: Timestamp) -> Stretch {
        if let Some(temporary) = holds(&self.temporary, at) {
            let (span, person) = temporary.shift(zone, at);
            return (span, person.map(|person| (person, Source::Temporary)));
        }
        let (span, duty) = match holds(&self.rotations, at) {
            Some(rotation) => {
                let (span, person) = rotation.shift(zone, at);
                (span, person.map(|person| (person, Source::Rotation)))
            }
            None => {
                let always = Span { from: Timestamp::from_micros(NEVER), until: Timestamp::MAX };
                (between(always, &self.rotations, at), None)
            }
        };
        (between(span, &self.temporary, at), duty)
    }
}

impl Rotation {
    /// The shift that `at` lies in and who has it; `at` lies in `active`.
    fn shift(&self, zone: &Zone, at: Timestamp) -> (Span, Option<UserId>) {
        // A day may be repeated where clocks go back over midnight: the hand-over of the date after may be past.
        let nearest = days_between(self.starts_on, zone.date_at(at)).div_euclid(self.shift_days) + 1;
        let begun = |number: &i64| self.hand_over(zone, *number) <= at;
        let number = (0..=nearest).rev().find(begun).unwrap_or(0);
        let (from, until) = (self.hand_over(zone, number), self.hand_over(zone, number + 1));
        let place = usize::try_from(number).unwrap_or(0) % self.people.len().max(1);
        let span = Span { from: from.max(self.active.from), until: until.min(self.active.until) };
        (span, self.people.get(place).copied())
    }

    /// When shift `number`, counted from 0, begins.
    fn hand_over(&self, zone: &Zone, number: i64) -> Timestamp {
        let days = number.saturating_mul(self.shift_days);
        let date = jiff::Span::new().try_days(days).ok().and_then(|days| self.starts_on.checked_add(days).ok());
        date.and_then(|date| zone.opening(date, self.hand_over_min)).unwrap_or(Timestamp::MAX)
    }
}

/// The one of `sorted` whose span holds `at`.
fn holds<T: Timed>(sorted: &[T], at: Timestamp) -> Option<&T> {
    let after = sorted.partition_point(|one| one.span().until <= at);
    sorted.get(after).filter(|one| one.span().from <= at)
}

/// `span` without everything up to the last of `others` before `at` and from the next one after it.
fn between<T: Timed>(span: Span, others: &[T], at: Timestamp) -> Span {
    others.iter().fold(span, |span, other| match other.span() {
        Span { until, .. } if until <= at => Span { from: span.from.max(until), ..span },
        Span { from, .. } => Span { until: span.until.min(from), ..span },
    })
}

fn days_between(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}
