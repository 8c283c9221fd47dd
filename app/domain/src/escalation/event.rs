//! What an escalation is told and what it answers.

use serde::{Deserialize, Serialize};

use super::{NotReached, Reached, Whom};
use crate::{access::Side, notice::Who, observation::Status, time::Timestamp};

/// What happened after the fault opened, in the order in which it was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Changed {
        at: Timestamp,
        from: Status,
        to: Status,
    },
    Acknowledged {
        at: Timestamp,
        /// Whose act it was: customers have accounts too.
        side: Side,
        by: Who,
        /// Survives a change for the worse.
        sticky: bool,
    },
    /// It expired or was taken back.
    AcknowledgementEnded {
        at: Timestamp,
        side: Side,
    },
    /// The union of all downtimes of the service began.
    DowntimeStarted {
        at: Timestamp,
    },
    DowntimeEnded {
        at: Timestamp,
    },
    /// The fault keeps coming and going: it was told once, so nobody is reminded of it. Steps go on: nobody has it.
    FlappingStarted {
        at: Timestamp,
    },
    FlappingEnded {
        at: Timestamp,
    },
    /// Recovered or no longer watched.
    Ended {
        at: Timestamp,
    },
    /// A step or reminder went into the outbox, with the instant it was due at and not the one it was written at.
    Told(Taken),
}

/// A step or reminder that was carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub side: Side,
    pub kind: DueKind,
    pub due_at: Timestamp,
    pub told: Vec<Who>,
    /// Those who should have been told and have no working mail address.
    pub missed: Vec<Who>,
}

/// With the fault and the recipient the unique key of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// Place in the policy, counted from 0.
    Step(usize),
    /// Counted from 1 on each side.
    Reminder(u32),
}

/// What comes next if nobody acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub side: Side,
    pub kind: DueKind,
    pub at: Timestamp,
    pub whom: Vec<Whom>,
    pub delay: Option<Delay>,
}

/// Why something is due later than the policy alone would have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// Nobody is paged at the hour `wanted_at`.
    PagingHours { wanted_at: Timestamp },
    /// The step before it was late, and they keep their distance.
    StepBefore,
    /// An acknowledgement or a downtime ended then.
    Resumed,
}

/// What holds a side back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    Acknowledged { at: Timestamp, by: Who },
    Downtime { at: Timestamp },
    Ended { at: Timestamp },
}

impl Due {
    /// What to store once the mails to `reached` are in the outbox.
    pub fn carried_out(&self, reached: &Reached) -> Taken {
        let without_address = |missed: &NotReached| match missed {
            NotReached::NoAddress { who, .. } => Some(*who),
            _ => None,
        };
        Taken {
            side: self.side,
            kind: self.kind,
            due_at: self.at,
            told: reached.told.iter().map(|told| told.who).collect(),
            missed: reached.missed.iter().filter_map(without_address).collect(),
        }
    }
}
