//! Which of a ticket's clocks speaks for it.

use std::cmp::Ordering;

use domain::{clock::PauseReason, time::Timestamp};

use super::StoredClock;

/// The clock that a ticket is sorted by: an open one before a closed one, then what is due first.
pub fn leading(clocks: &[StoredClock]) -> Option<&StoredClock> {
    clocks.iter().min_by(|one, other| lead(one).cmp(&lead(other)).then(Ordering::Greater))
}

/// Closed clocks go last, the latest of them first; a paused or uncovered one is behind those that are due.
fn lead(stored: &StoredClock) -> (bool, bool, Option<Timestamp>) {
    let due = stored.kept.due_at.or(stored.kept.used_up_at);
    match stored.kept.closed_at {
        Some(_) => (true, false, None),
        None => (false, due.is_none(), due),
    }
}

/// The pause that began first of those that are open.
pub fn open_pause(stored: &StoredClock) -> Option<(PauseReason, Timestamp)> {
    let open = stored.clock.pauses().iter().filter(|pause| pause.end.is_none());
    open.map(|pause| (pause.reason, pause.from)).min_by_key(|(_, from)| *from)
}
