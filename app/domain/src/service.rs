//! The soft/hard machine: when a run of bad observations becomes a fault. Source: `monitoring` section 2.

use serde::{Deserialize, Serialize};

use crate::{observation::Status, probe::ProbePolicy, time::Timestamp};

/// What is known of a service. `Pending` until its first observation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ServiceState {
    Pending,
    Ok {
        since: Timestamp,
    },
    /// Bad, but not often enough in a row: tells nobody.
    Soft {
        status: Status,
        attempt: u8,
        first_bad_at: Timestamp,
    },
    /// Confirmed. `differing` counts observations in a row that want to turn "unknown" into a real problem.
    Hard {
        status: Status,
        first_bad_at: Timestamp,
        differing: u8,
    },
}

/// What an observation did to a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub state: ServiceState,
    /// Status or hardness changed: the history gets a row.
    pub changed: bool,
    pub fault: Option<FaultChange>,
}

/// What a step does to the service's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultChange {
    Open {
        status: Status,
        started_at: Timestamp,
    },
    Change {
        from: Status,
        to: Status,
    },
    Clear,
    /// It keeps changing (see [`crate::flapping`]): opens the fault, unless it is open. `status` is the worst seen.
    Flap {
        status: Status,
        started_at: Timestamp,
    },
    /// It no longer does, and this is what it came to.
    Settle {
        status: Status,
    },
}

impl ServiceState {
    /// The status on the board: a soft problem does not show, a pending service has none.
    pub fn shown(self) -> Option<Status> {
        match self {
            Self::Pending => None,
            Self::Ok { .. } | Self::Soft { .. } => Some(Status::Ok),
            Self::Hard { status, .. } => Some(status),
        }
    }

    /// The status last seen, soft or hard.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Pending => None,
            Self::Ok { .. } => Some(Status::Ok),
            Self::Soft { status, .. } | Self::Hard { status, .. } => Some(status),
        }
    }

    pub fn is_hard_problem(self) -> bool {
        matches!(self, Self::Hard { .. })
    }

    /// Seconds until the next probe: a soft problem is looked at again at the retry interval.
    pub fn interval_s(self, policy: &ProbePolicy) -> u32 {
        match self {
            Self::Soft { .. } => policy.retry_interval_s.min(policy.interval_s),
            Self::Pending | Self::Ok { .. } | Self::Hard { .. } => policy.interval_s,
        }
    }

    /// Folds one observation in. `attempts_max` is at least 1.
    pub fn observe(self, status: Status, at: Timestamp, attempts_max: u8) -> Step {
        match self {
            Self::Pending => from_ok(None, status, at, attempts_max),
            Self::Ok { since } => from_ok(Some(since), status, at, attempts_max),
            Self::Soft { status: before, attempt, first_bad_at } => {
                from_soft(before, attempt, first_bad_at, status, at, attempts_max)
            }
            Self::Hard { status: before, first_bad_at, differing } => {
                from_hard(before, first_bad_at, differing, status, at, attempts_max)
            }
        }
    }
}

fn opened(status: Status, first_bad_at: Timestamp) -> Step {
    Step {
        state: ServiceState::Hard { status, first_bad_at, differing: 0 },
        changed: true,
        fault: Some(FaultChange::Open { status, started_at: first_bad_at }),
    }
}

fn from_ok(since: Option<Timestamp>, status: Status, at: Timestamp, attempts_max: u8) -> Step {
    match status {
        Status::Ok => {
            Step { state: ServiceState::Ok { since: since.unwrap_or(at) }, changed: since.is_none(), fault: None }
        }
        _ if attempts_max <= 1 => opened(status, at),
        _ => {
            let state = ServiceState::Soft { status, attempt: 1, first_bad_at: at };
            Step { state, changed: true, fault: None }
        }
    }
}

fn from_soft(
    before: Status,
    attempt: u8,
    first_bad_at: Timestamp,
    status: Status,
    at: Timestamp,
    attempts_max: u8,
) -> Step {
    let attempt = attempt.saturating_add(1);
    match status {
        Status::Ok => Step { state: ServiceState::Ok { since: at }, changed: true, fault: None },
        _ if attempts_max <= attempt => opened(status, first_bad_at),
        _ => {
            let state = ServiceState::Soft { status, attempt, first_bad_at };
            Step { state, changed: status != before, fault: None }
        }
    }
}

fn from_hard(
    before: Status,
    first_bad_at: Timestamp,
    differing: u8,
    status: Status,
    at: Timestamp,
    attempts_max: u8,
) -> Step {
    let hard = |status, differing| ServiceState::Hard { status, first_bad_at, differing };
    match status {
        Status::Ok => Step { state: ServiceState::Ok { since: at }, changed: true, fault: Some(FaultChange::Clear) },
        _ if status == before => Step { state: hard(before, 0), changed: false, fault: None },
        // Nobody but staff knows of a fault of our own; the customer is told only of what is confirmed.
        _ if before == Status::Unknown && differing.saturating_add(1) < attempts_max => {
            Step { state: hard(before, differing.saturating_add(1)), changed: false, fault: None }
        }
        _ => Step {
            state: hard(status, 0),
            changed: true,
            fault: Some(FaultChange::Change { from: before, to: status }),
        },
    }
}

/// Whether the last observation is too old to be shown as true: older than two intervals plus the time limit.
///
/// `watched_since` stands in while there is none yet. Source: `monitoring` section 2, "Stale".
pub fn is_stale(last: Option<Timestamp>, watched_since: Timestamp, policy: &ProbePolicy, now: Timestamp) -> bool {
    let limit_ms = i64::from(policy.interval_s) * 2_000 + i64::from(policy.timeout_ms);
    limit_ms < now.millis_since(last.unwrap_or(watched_since))
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        samples::{instant, status, words},
        *,
    };

    /// Feeds one observation a second and compares what was decided, in words.
    fn check(seen: &str, attempts_max: u8, decisions: &str) {
        let mut state = ServiceState::Pending;
        let mut said = Vec::new();
        for (second, letter) in seen.chars().enumerate() {
            let step = state.observe(status(letter), instant(second), attempts_max);
            state = step.state;
            said.extend(step.fault.map(|change| words(change, second)));
        }
        assert_eq!(said.join(" "), decisions, "{seen} attempts_max {attempts_max}");
    }

    #[test]
    fn soft_recovery_is_silent() {
        check("CCO", 3, "");
        check("OCOCOCO", 2, "");
    }

    #[test]
    fn a_fault_starts_at_its_first_bad_observation() {
        check("OOCCC", 3, "open@4(2)");
        check("CCC", 3, "open@2(0)");
    }

    #[test]
    fn hard_recovery_clears_once() {
        check("CCCOO", 3, "open@2(0) clear@3");
        check("CCCOCCC", 3, "open@2(0) clear@3 open@6(4)");
    }

    #[test]
    fn one_attempt_is_hard_at_once() {
        check("OC", 1, "open@1(1)");
    }

    #[test]
    fn warning_and_critical_change_the_same_fault() {
        check("WWWCW", 3, "open@2(0) critical@3 warning@4");
        check("WCW", 3, "open@2(0)");
    }

    #[test]
    fn unknown_becomes_down_only_after_as_many_looks() {
        check("UUUC", 3, "open@2(0)");
        check("UUUCCC", 3, "open@2(0) critical@5");
        check("UUUCCUCCC", 3, "open@2(0) critical@8");
        check("CCCU", 3, "open@2(0) unknown@3");
    }

    #[test]
    fn a_soft_problem_is_looked_at_sooner() {
        let policy = ProbePolicy::default();
        let soft = ServiceState::Soft { status: Status::Critical, attempt: 1, first_bad_at: Timestamp::EPOCH };
        assert_eq!(soft.interval_s(&policy), 15);
        assert_eq!(ServiceState::Pending.interval_s(&policy), 60);
        let quick = ProbePolicy { interval_s: 5, ..policy };
        assert_eq!(soft.interval_s(&quick), 5, "a retry is never slower than the interval");
    }

    #[test]
    fn staleness_counts_two_intervals_and_the_time_limit() {
        let policy = ProbePolicy { interval_s: 10, retry_interval_s: 5, timeout_ms: 1_000, attempts_max: 3 };
        let last = Timestamp::EPOCH;
        assert!(!is_stale(Some(last), last, &policy, last.plus_millis(21_000)));
        assert!(is_stale(Some(last), last, &policy, last.plus_millis(21_001)));
        assert!(is_stale(None, last, &policy, last.plus_seconds(22)), "never observed counts from when watching began");
    }

    proptest! {
        #[test]
        fn faults_open_and_clear_in_turn(seen in "[OWCU]{0,60}", attempts_max in 1_u8..5) {
            let mut state = ServiceState::Pending;
            let mut open = false;
            for (second, letter) in seen.chars().enumerate() {
                let at = Timestamp::EPOCH.plus_seconds(i64::try_from(second).unwrap());
                let step = state.observe(status(letter), at, attempts_max);
                match step.fault {
                    Some(FaultChange::Open { started_at, .. }) => {
                        prop_assert!(!open && started_at <= at);
                        open = true;
                    }
                    Some(FaultChange::Change { from, to }) => prop_assert!(open && from != to),
                    Some(FaultChange::Clear) => {
                        prop_assert!(open);
                        open = false;
                    }
                    Some(FaultChange::Flap { .. } | FaultChange::Settle { .. }) => prop_assert!(false, "not of this machine"),
                    None => {}
                }
                prop_assert_eq!(open, step.state.is_hard_problem());
                prop_assert!(step.changed || step.fault.is_none());
                state = step.state;
            }
        }

        #[test]
        fn fewer_bad_than_the_limit_in_a_row_open_nothing(runs in prop::collection::vec(1_usize..3, 0..20)) {
            let mut seen = String::new();
            for run in runs {
                seen.push_str(&"C".repeat(run));
                seen.push('O');
            }
            check(&seen, 3, "");
        }
    }
}
