//! SLA clocks: from cover, start, target and pauses to due instants, warnings and verdicts; and as a fold over events.
//!
//! Source: `rules` section 3. There is no "now" in here: the same input gives the same instants for ever. Arithmetic is
//! on instants in microseconds; targets are whole seconds; each answer costs what the days it passes cost.

mod count;
mod event;
mod explain;
mod fold;
mod pause;
mod preview;
mod refusal;
mod standing;

pub use count::{Count, CountState, Percent, Reading, Stop, Verdict, WARNING_PERCENTS, Warning};
pub use event::{ClockEvent, ClockKind, LevelChange, PauseAsked, PauseEnded, Terms};
pub use explain::{Explanation, SkipReason, Skipped};
pub use fold::Clock;
pub use pause::{Pause, PauseReason, Pauses};
pub use preview::Recount;
pub use refusal::{FoldError, Refusal};
pub use standing::{PauseEnd, PauseRecord, Standing};
