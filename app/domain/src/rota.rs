//! Who is on call when: layers of rotations with swaps and temporary schedules. Source: `monitoring` section 3, "staff by
//! the rota".
//!
//! Everything is local to the rota's zone: a week from Monday 09:00 to Monday 09:00 has 167 hours in spring and 169 in
//! autumn. Rows keep the draft; what is read here is checked.

mod draft;
mod duty;
mod month;
mod roster;
#[cfg(test)]
pub(crate) mod samples;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use draft::{LayerDraft, RotaDraft, RotationDraft, ShiftLength, SwapDraft};
pub use month::DayDuty;
pub use roster::{Gap, HandOver, ROSTER_DAYS_MAX, Roster, Shift};

use crate::{
    calendar::Zone,
    id::UserId,
    time::{Span, Timestamp},
};

/// A checked rota: see `RotaDraft`, the only way to one.
#[derive(Debug, Clone)]
pub struct Rota {
    name: String,
    zone: Zone,
    /// First on call, second on call and so on.
    layers: Vec<Layer>,
}

/// One place on the rota: at each instant one person has it, or nobody.
#[derive(Debug, Clone)]
struct Layer {
    name: String,
    /// Apart or touching, in order.
    rotations: Vec<Rotation>,
    /// Temporary schedules, which replace the rotations while they last. Apart or touching, in order.
    temporary: Vec<Rotation>,
    /// Swaps, which replace everything. Apart or touching, in order.
    swaps: Vec<Swap>,
}

/// People who take turns.
#[derive(Debug, Clone)]
struct Rotation {
    /// In the order of their shifts; never empty.
    people: Vec<UserId>,
    shift_days: i64,
    /// Minutes after midnight of the day on which a shift begins.
    hand_over_min: u16,
    starts_on: Date,
    /// The instants of the first hand-over and of the last; `Timestamp::MAX` when it does not end.
    active: Span,
}

#[derive(Debug, Clone)]
struct Swap {
    span: Span,
    person: UserId,
    why: String,
}

/// What holds for a span.
trait Timed {
    fn span(&self) -> Span;
}

impl Timed for Rotation {
    fn span(&self) -> Span {
        self.active
    }
}

impl Timed for Swap {
    fn span(&self) -> Span {
        self.span
    }
}

/// Why somebody is on call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Rotation,
    Temporary,
    Swap { why: String },
}

/// Who has one layer at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnCall {
    pub person: UserId,
    pub source: Source,
    /// The whole shift, or what swaps and temporary schedules leave of it.
    pub span: Span,
}

impl Rota {
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Names of the layers, first on call first.
    pub fn layers(&self) -> impl ExactSizeIterator<Item = &str> {
        self.layers.iter().map(|layer| layer.name.as_str())
    }

    /// Everybody who may ever have `layer`.
    pub fn people(&self, layer: usize) -> impl Iterator<Item = UserId> {
        let in_layer = |layer: &Layer| {
            let rotations = layer.rotations.iter().chain(&layer.temporary).flat_map(|rotation| rotation.people.clone());
            rotations.chain(layer.swaps.iter().map(|swap| swap.person)).collect::<BTreeSet<_>>()
        };
        self.layers.get(layer).map(in_layer).into_iter().flatten()
    }

    /// Who has `layer`, counted from 0, at `at`; None: nobody, or there is no such layer.
    pub fn on_call(&self, layer: usize, at: Timestamp) -> Option<OnCall> {
        let (span, duty) = self.layers.get(layer)?.stretch(&self.zone, at);
        duty.map(|(person, source)| OnCall { person, source, span })
    }
}
