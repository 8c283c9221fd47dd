//! Why an event cannot happen to a clock.

use super::{event::ClockKind, pause::PauseReason, standing::Standing};
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the clock has not started")]
    NotStarted,
    #[error("the clock has already started, at {started_at}")]
    AlreadyStarted { started_at: Timestamp },
    #[error("the clock is already {standing}")]
    Closed { standing: Standing },
    #[error("{at} is before the clock started, at {started_at}")]
    BeforeStart { at: Timestamp, started_at: Timestamp },
    #[error("the clock is already paused for {}", .reason.as_str())]
    AlreadyPaused { reason: PauseReason },
    #[error("the clock is not paused for {}", .reason.as_str())]
    NotPaused { reason: PauseReason },
    #[error("a clock for {} does not pause for {}", .kind.as_str(), .reason.as_str())]
    MayNotPause { kind: ClockKind, reason: PauseReason },
    #[error("the pause would end at {at}, before it began at {paused_at}")]
    EndsBeforeItBegan { at: Timestamp, paused_at: Timestamp },
    #[error("the pause would begin at {at}, after the target was used up at {due}")]
    PausedTooLate { at: Timestamp, due: Timestamp },
    #[error("{at} is after the clock was due, at {due}: that is missed")]
    MetTooLate { at: Timestamp, due: Timestamp },
    #[error("{at} is not after the clock is due, at {due}: it is not missed yet")]
    MissedTooEarly { at: Timestamp, due: Timestamp },
    #[error("the clock is not due at any instant, so it cannot be missed")]
    NeverDue,
    #[error("only a missed clock can be excused; this one is {standing}")]
    NotMissed { standing: Standing },
    #[error("a reason must be given")]
    NoReason,
}

/// The stored events of a clock contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FoldError {
    #[error("there are no events")]
    Empty,
    #[error("event {number} ({event}) cannot be")]
    Refused {
        /// Counted from 1.
        number: usize,
        event: &'static str,
        #[source]
        refusal: Refusal,
    },
}
