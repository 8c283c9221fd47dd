//! What happens to a clock. Events are only ever appended.

use serde::{Deserialize, Serialize};

use super::pause::PauseReason;
use crate::{calendar::Cover, id::UserId, time::Timestamp};

/// What a clock measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the start of a ticket to the first response.
    Response,
    /// From a reopening to the next reply; internal, never shown to a customer.
    NextReply,
    /// From the decision that a visit is needed to the engineer's arrival (Cat4).
    Arrival,
}

impl ClockKind {
    pub const ALL: [Self; 3] = [Self::Response, Self::NextReply, Self::Arrival];

    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::NextReply => "next_reply",
            Self::Arrival => "arrival",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What people read: "First response".
    pub fn label(self) -> &'static str {
        match self {
            Self::Response => "First response",
            Self::NextReply => "Next reply",
            Self::Arrival => "Engineer on site",
        }
    }

    /// Never shown to a customer: nothing is promised by it.
    pub fn is_internal(self) -> bool {
        self == Self::NextReply
    }

    /// Once a visit is decided only the way into the building can hold it up. Source: `rules` section 4.
    pub fn may_pause_for(self, reason: PauseReason) -> bool {
        match self {
            Self::Response | Self::NextReply => true,
            Self::Arrival => reason == PauseReason::SiteAccess,
        }
    }
}

/// What was promised, as snapshot when the ticket was logged.
#[derive(Debug, Clone)]
pub struct Terms {
    pub cover: Cover,
    /// Whole seconds.
    pub target_s: u32,
}

/// Who paused a clock. Nothing else pauses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseAsked {
    Staff(UserId),
    FailedAccessTest,
}

/// Who ended a pause; the earliest of the three counts, so the caller appends the first and no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseEnded {
    Customer,
    /// The access path answered.
    ProbeSucceeded,
    Staff(UserId),
}

/// What a level change does to an open ticket. Source: `rules` section 3.
#[derive(Debug, Clone)]
pub enum LevelChange {
    /// The default: the ticket keeps its terms.
    None,
    /// Due at the earlier of the old due instant and the new target counted from `effective_at`.
    Exception { effective_at: Timestamp, terms: Terms },
    /// The terms were wrong: counted again from the original start, pauses kept.
    Correction { terms: Terms },
}

/// One event. `at` is when it happened, which may be before it was entered.
#[derive(Debug, Clone)]
pub enum ClockEvent {
    Started {
        at: Timestamp,
        kind: ClockKind,
        terms: Terms,
    },
    Paused {
        at: Timestamp,
        reason: PauseReason,
        asked: PauseAsked,
        /// Why this is true, for the customer and the auditor: "ssh refused at 11:28".
        evidence: String,
    },
    Resumed {
        at: Timestamp,
        reason: PauseReason,
        ended: PauseEnded,
        evidence: String,
    },
    /// The fulfilling event happened in time.
    Met {
        at: Timestamp,
    },
    /// The due instant passed, or the fulfilling event came after it.
    Missed {
        at: Timestamp,
    },
    /// The clock should not have run, as when the decision that a visit is needed is taken back.
    Voided {
        at: Timestamp,
        by: UserId,
        reason: String,
    },
    LevelCorrected {
        at: Timestamp,
        by: UserId,
        change: LevelChange,
    },
    /// "Missed, excused": it stays missed. Only supervisors may, which the caller checks.
    Excused {
        at: Timestamp,
        by: UserId,
        reason: String,
    },
}

impl ClockEvent {
    /// The stored word. A level change and an excuse are both corrections of the record.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Paused { .. } => "paused",
            Self::Resumed { .. } => "resumed",
            Self::Met { .. } => "met",
            Self::Missed { .. } => "missed",
            Self::Voided { .. } => "voided",
            Self::LevelCorrected { .. } | Self::Excused { .. } => "corrected",
        }
    }
}
