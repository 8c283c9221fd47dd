//! From a stored clock to how it looks, and where its ticket stands in the queue.

use app::api::tickets::{ClockFace, FaceState, QueueGroup, Stretch};
use domain::{
    clock::{Explanation, Standing},
    ticket::SOON_S,
    time::{Span, Timestamp},
};

use crate::store::clocks::{StoredClock, open_pause};

/// Spans ahead that travel with a clock; a target of years on a calendar of odd hours is cut.
const AHEAD_MAX: usize = 60;

/// How the clock looks at `now`.
pub(super) fn face(stored: &StoredClock, now: Timestamp) -> ClockFace {
    let target_s = stored.terms.target_s;
    let state = match stored.clock.standing() {
        Standing::Met { at } => FaceState::Met { at: *at, took_s: used_s(stored, *at) },
        Standing::Missed { at, excuse } => {
            FaceState::Missed { due_at: stored.kept.used_up_at, at: *at, excused: excuse.is_some() }
        }
        Standing::Voided { at, .. } => FaceState::Voided { at: *at },
        Standing::Open => open_face(stored, now),
    };
    ClockFace { kind: stored.clock.kind(), target_s, state }
}

fn open_face(stored: &StoredClock, now: Timestamp) -> FaceState {
    // A breach cannot be taken back by a pause that began after it.
    let overdue = stored.kept.used_up_at.filter(|due| *due < now);
    match (overdue.or(stored.kept.due_at), open_pause(stored)) {
        (Some(due_at), _) => FaceState::Running { due_at, ahead: ahead(&stored.clock.explain(), now) },
        (None, Some((reason, since))) => FaceState::Paused { since, reason, left_s: stored.clock.remaining_s(now) },
        (None, None) => FaceState::NoCover,
    }
}

/// Whole counted seconds until `at`, by the terms that are due first.
pub(super) fn used_s(stored: &StoredClock, at: Timestamp) -> i64 {
    let spans = stored.clock.explain().counted;
    let inside = |span: &Span| span.up_to(at).micros();
    spans.iter().map(inside).sum::<i64>() / 1_000_000
}

fn ahead(explanation: &Explanation, now: Timestamp) -> Vec<Stretch> {
    let after = explanation.counted.iter().filter(|span| now < span.until);
    after.take(AHEAD_MAX).map(|span| Stretch { from: span.from.max(now), until: span.until }).collect()
}

/// Counted seconds left of a running clock.
pub(super) fn left_s(ahead: &[Stretch]) -> i64 {
    ahead.iter().map(|one| one.until.micros_since(one.from)).sum::<i64>() / 1_000_000
}

/// Where a ticket with this face stands. `answered`: a person has responded, so that a miss waits for nobody.
pub(super) fn group(face: Option<&ClockFace>, answered: bool, now: Timestamp) -> QueueGroup {
    match face.map(|face| &face.state) {
        Some(FaceState::Running { due_at, .. }) if *due_at < now => QueueGroup::Breached,
        Some(FaceState::Running { ahead, .. }) if left_s(ahead) < SOON_S => QueueGroup::WithinTheHour,
        Some(FaceState::Running { .. }) => QueueGroup::Later,
        Some(FaceState::Paused { .. }) => QueueGroup::Paused,
        Some(FaceState::Missed { .. }) if !answered => QueueGroup::Breached,
        _ => QueueGroup::NoClock,
    }
}
