//! Flapping: a service that keeps changing is told once, not at every turn. Source: `monitoring` section 2.

use serde::{Deserialize, Serialize};

use crate::{
    observation::Status,
    service::{FaultChange, ServiceState, Step},
    time::Timestamp,
};

/// Observations whose changes are weighed, as in Nagios.
const OBSERVATIONS: u32 = 20;
/// Weight of a change at the oldest and at the newest of them; in between it grows evenly.
const OLDEST_WEIGHT: f64 = 0.8;
const NEWEST_WEIGHT: f64 = 1.2;

/// From which weighted per cent of change on a service flaps, and at which it has settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FlapLimits {
    /// Above this it begins.
    pub start: u8,
    /// At or below this it ends.
    pub end: u8,
}

impl Default for FlapLimits {
    fn default() -> Self {
        Self { start: 30, end: 25 }
    }
}

/// How restless a service was lately.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flap {
    /// Bit 0 is the newest observation: set when its status differed from the one before.
    #[serde(default, rename = "flips", skip_serializing_if = "is_zero")]
    changes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unrest: Option<Unrest>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    flapping: bool,
}

/// What was seen since a service last was well for as long as it is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Unrest {
    /// The first bad observation.
    since: Timestamp,
    worst: Status,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_zero(changes: &u32) -> bool {
    *changes == 0
}

impl Flap {
    pub fn is_flapping(self) -> bool {
        self.flapping
    }

    /// Weighted per cent of the last observations that changed the status: 0 to 100.
    pub fn percent(self) -> f64 {
        let step = (NEWEST_WEIGHT - OLDEST_WEIGHT) / f64::from(OBSERVATIONS - 1);
        let weights = (0..OBSERVATIONS).filter(|age| self.changes >> age & 1 == 1);
        let sum: f64 = weights.map(|age| NEWEST_WEIGHT - step * f64::from(age)).sum();
        sum * 100.0 / f64::from(OBSERVATIONS)
    }

    /// As it is after `observations` in which nothing changed.
    #[must_use]
    fn rested(self, observations: u32) -> Self {
        let changes = self.changes.checked_shl(observations).unwrap_or(0) & mask();
        let unrest = self.unrest.filter(|_| changes != 0 || self.flapping);
        Self { changes, unrest, ..self }
    }

    /// The worst status of this unrest; None: there is none.
    pub fn worst(self) -> Option<Status> {
        self.unrest.map(|unrest| unrest.worst)
    }

    /// Whether nothing changed for half as long as we remember.
    fn is_calm(self) -> bool {
        !self.flapping && self.changes & mask() >> (OBSERVATIONS / 2) == 0
    }

    /// One more status, without its consequences.
    fn seen(self, status: Status, at: Timestamp) -> Self {
        let differs = self.last.is_some_and(|last| last != status) || (self.last.is_none() && !status.is_ok());
        let changes = (self.changes << 1 | u32::from(differs)) & mask();
        let unrest = match (self.unrest, status) {
            (None, Status::Ok) => None,
            (None, worst) => Some(Unrest { since: at, worst }),
            // It was well for so long that what was before is another story, though a turn of it is remembered.
            (Some(_), worst) if !worst.is_ok() && self.last == Some(Status::Ok) && self.is_calm() => {
                Some(Unrest { since: at, worst })
            }
            // Well for as long as we remember: what comes next is another story.
            (Some(_), Status::Ok) if changes == 0 => None,
            (Some(unrest), status) => Some(Unrest { worst: unrest.worst.max(status), ..unrest }),
        };
        Self { changes, last: Some(status), unrest, ..self }
    }
}

const fn mask() -> u32 {
    (1 << OBSERVATIONS) - 1
}

/// A service with its memory of changes: decides what an observation does to its fault.
///
/// While a service flaps its fault stays open, and its turns are written down without being told. The end comes with an
/// observation that is not in doubt: a soft problem decides nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    #[serde(flatten)]
    pub state: ServiceState,
    #[serde(flatten)]
    pub flap: Flap,
}

impl Watch {
    /// A service that was never observed.
    pub const fn pending() -> Self {
        let flap = Flap { changes: 0, last: None, unrest: None, flapping: false };
        Self { state: ServiceState::Pending, flap }
    }

    /// Folds one observation in. `attempts_max` is at least 1.
    pub fn observe(self, status: Status, at: Timestamp, attempts_max: u8, limits: FlapLimits) -> (Self, Step) {
        let step = self.state.observe(status, at, attempts_max);
        let mut flap = self.flap.seen(status, at);
        let percent = flap.percent();
        let doubtful = matches!(step.state, ServiceState::Soft { .. });
        flap.flapping = match self.flap.flapping {
            false => f64::from(limits.start) < percent,
            true => doubtful || f64::from(limits.end) < percent,
        };
        let fault = match (self.flap.flapping, flap.flapping) {
            (false, false) => step.fault,
            (false, true) => flap.begun(self.state),
            (true, true) => None,
            (true, false) => Some(settled(step.state)),
        };
        let changed = step.changed || self.flap.flapping != flap.flapping;
        (Self { state: step.state, flap }, Step { changed, fault, ..step })
    }

    /// As it is when watching goes on after a restart. Only what changed something was stored, the last of it at
    /// `changed_at`; what was seen since, or was not because nobody looked, counts as calm.
    #[must_use]
    pub fn resumed(self, changed_at: Timestamp, interval_s: u32, now: Timestamp) -> Self {
        let looks = now.seconds_since(changed_at) / i64::from(interval_s.max(1));
        Self { flap: self.flap.rested(u32::try_from(looks.max(0)).unwrap_or(u32::MAX)), ..self }
    }

    /// Whether its fault is open.
    pub fn has_fault(self) -> bool {
        self.flap.flapping || self.state.is_hard_problem()
    }
}

impl From<ServiceState> for Watch {
    /// Without a memory of changes.
    fn from(state: ServiceState) -> Self {
        Self { state, ..Self::pending() }
    }
}

impl Flap {
    fn begun(self, before: ServiceState) -> Option<FaultChange> {
        let started_at = match before {
            ServiceState::Hard { first_bad_at, .. } => Some(first_bad_at),
            _ => None,
        };
        let unrest = self.unrest?;
        Some(FaultChange::Flap { status: unrest.worst, started_at: started_at.unwrap_or(unrest.since) })
    }
}

fn settled(state: ServiceState) -> FaultChange {
    match state {
        ServiceState::Hard { status, .. } => FaultChange::Settle { status },
        ServiceState::Pending | ServiceState::Ok { .. } | ServiceState::Soft { .. } => FaultChange::Clear,
    }
}

#[cfg(test)]
mod tests;
