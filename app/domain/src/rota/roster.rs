//! The shifts of a period, where nobody is on call in it, and who hands over to whom.

use super::{Rota, Source};
use crate::{
    id::UserId,
    time::{Span, Timestamp},
};

/// Two years: longer periods are cut, so that nobody can ask for a million shifts.
pub const ROSTER_DAYS_MAX: i64 = 732;

const DAY_S: i64 = 86_400;

/// One person's turn in one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shift {
    /// Counted from 0.
    pub layer: usize,
    pub span: Span,
    pub person: UserId,
    pub source: Source,
}

/// Nobody is on call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub layer: usize,
    pub span: Span,
}

/// A layer goes from one person to another. Mailed to both; (rota, layer, at) is its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandOver {
    pub layer: usize,
    pub at: Timestamp,
    /// None: from nobody.
    pub from: Option<UserId>,
    /// None: to nobody.
    pub to: Option<UserId>,
}

/// Layer by layer, each in order of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// Whole, also where they begin before the period or end after it, so that each is the same in every roster.
    pub shifts: Vec<Shift>,
    /// Within the period.
    pub gaps: Vec<Gap>,
    /// Within the period; a person who follows themselves hands nothing over.
    pub hand_overs: Vec<HandOver>,
}

impl Rota {
    /// Everything from `from` until just before `until`.
    pub fn shifts(&self, from: Timestamp, until: Timestamp) -> Roster {
        let until = until.min(from.plus_seconds(ROSTER_DAYS_MAX * DAY_S));
        let mut roster = Roster::default();
        for layer in 0..self.layers.len() {
            self.layer_shifts(layer, Span { from, until }, &mut roster);
        }
        roster
    }

    fn layer_shifts(&self, number: usize, period: Span, roster: &mut Roster) {
        let Some(layer) = self.layers.get(number) else { return };
        let before = layer.stretch(&self.zone, period.from.plus_micros(-1));
        let mut last = before.1.map(|(person, _)| person);
        let mut at = period.from;
        while at < period.until {
            let (span, duty) = layer.stretch(&self.zone, at);
            let person = duty.as_ref().map(|(person, _)| *person);
            // One who has the layer when the period begins had it just before, so this lies in the period.
            if person != last {
                roster.hand_overs.push(HandOver { layer: number, at: span.from, from: last, to: person });
            }
            match duty {
                Some((person, source)) => roster.shifts.push(Shift { layer: number, span, person, source }),
                None => roster.gap(number, Span { from: at, until: span.until.min(period.until) }),
            }
            (last, at) = (person, span.until);
        }
    }

    /// Whether `person` is on call in any layer at `at`, and in which first.
    pub fn layer_of(&self, person: UserId, at: Timestamp) -> Option<usize> {
        (0..self.layers.len()).find(|layer| self.on_call(*layer, at).is_some_and(|duty| duty.person == person))
    }
}

impl Roster {
    /// Neighbouring gaps are one: a temporary schedule may begin and end without anybody before and after.
    fn gap(&mut self, layer: usize, span: Span) {
        match self.gaps.last_mut() {
            Some(last) if last.layer == layer && last.span.until == span.from => last.span.until = span.until,
            _ => self.gaps.push(Gap { layer, span }),
        }
    }
}

#[cfg(test)]
mod tests;
