//! Rows of tickets: a customer's list, and what the queue of staff is made of.

use domain::{
    cover::CoverLevel,
    id::UserId,
    ticket::{Priority, Queue, QueueGroup, TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::ClockFace;

/// The tickets a reader may see, open ones first, the latest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketList {
    pub now: Timestamp,
    /// Number of the last live event that this includes.
    pub seq: i64,
    pub show: Show,
    pub rows: Vec<TicketRow>,
    /// All open tickets, also those that do not fit the page.
    pub open: u64,
    /// Technical and customers' names of the systems that a list may be narrowed to.
    pub systems: Vec<(String, String)>,
    /// The technical name of the one that it is narrowed to; empty: none.
    pub system: String,
}

/// Which tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Open ones, then those that were closed last.
    #[default]
    All,
    Open,
    Closed,
}

impl Show {
    pub const ALL: [Self; 3] = [Self::All, Self::Open, Self::Closed];

    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.as_str() == text).unwrap_or_default()
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketRow {
    pub number: i64,
    pub subject: String,
    pub customer: String,
    /// What was promised that day, or the customer's level.
    pub level: CoverLevel,
    pub covered: bool,
    pub state: TicketState,
    pub group: QueueGroup,
    /// The clock that is due first; None: nothing was promised.
    pub face: Option<ClockFace>,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// The fault that opened it.
    pub fault: Option<i64>,
    /// The last thing said or done in public.
    pub last: Option<LastEvent>,
    /// Customers' systems by the name they know; empty: about none.
    pub system: String,
    /// How staff sorted it; None on customers' pages.
    pub sorted: Option<Sorted>,
}

/// What staff alone see of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sorted {
    /// Of the row, which an act proves.
    pub version: i64,
    pub kind: TicketKind,
    pub priority: Priority,
    pub queue: Queue,
    pub assignee: Option<UserId>,
    /// Empty: nobody.
    pub assigned_to: String,
    pub tags: Vec<String>,
    pub snoozed_until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEvent {
    pub kind: TicketEventKind,
    pub at: Timestamp,
    pub by: String,
    /// Something was said before it.
    pub again: bool,
    /// The beginning of what a customer wrote; else empty.
    pub text: String,
}
