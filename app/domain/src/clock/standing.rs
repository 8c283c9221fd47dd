//! How a clock stands, and the pauses it keeps.

use std::fmt;

use super::{
    event::{PauseAsked, PauseEnded},
    pause::PauseReason,
};
use crate::{id::UserId, time::Timestamp};

/// A pause with everything the customer may ask about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRecord {
    pub reason: PauseReason,
    pub from: Timestamp,
    pub asked: PauseAsked,
    pub asked_evidence: String,
    /// None while open.
    pub end: Option<PauseEnd>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseEnd {
    pub at: Timestamp,
    pub ended: PauseEnded,
    pub evidence: String,
}

/// Whether a clock still runs, and how it ended. A verdict is final: no later event or edit changes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Open,
    Met {
        at: Timestamp,
    },
    Missed {
        at: Timestamp,
        /// By whom and why; it stays missed.
        excuse: Option<(UserId, String)>,
    },
    Voided {
        at: Timestamp,
        by: UserId,
        reason: String,
    },
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Met { .. } => "met",
            Self::Missed { excuse: None, .. } => "missed",
            Self::Missed { excuse: Some(_), .. } => "missed, excused",
            Self::Voided { .. } => "voided",
        })
    }
}
