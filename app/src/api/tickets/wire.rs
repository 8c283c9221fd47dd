//! What a queue, a ticket and its clocks say to the browser, and what is typed about them.

use domain::{
    access::Side,
    clock::{ClockKind, PauseReason},
    contract::CoverDecision,
    cover::CoverLevel,
    id::ClockId,
    observation::Status,
    ticket::{TicketEventKind, TicketState},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::api::care::Care;

/// From `from` until just before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// How a clock looks: everything a countdown needs, so that it ticks without asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockFace {
    pub kind: ClockKind,
    /// Whole seconds.
    pub target_s: u32,
    pub state: FaceState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FaceState {
    /// Nothing has met it yet; breached from `due_at` on.
    Running {
        due_at: Timestamp,
        /// Time that counts, from when the page was read until `due_at`.
        ahead: Vec<Stretch>,
    },
    /// No cover within 400 days, so nothing is ever due.
    NoCover,
    Paused {
        since: Timestamp,
        reason: PauseReason,
        /// Whole seconds of the target; negative when it was used up before.
        left_s: i64,
    },
    Met {
        at: Timestamp,
        /// Whole counted seconds.
        took_s: i64,
    },
    Missed {
        due_at: Option<Timestamp>,
        /// When the response came, or when the miss was written down.
        at: Timestamp,
        excused: bool,
    },
    Voided {
        at: Timestamp,
    },
}

/// One ticket. Customers' pages hold neither notes nor internal clocks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketPage {
    pub now: Timestamp,
    /// Number of the last live event that this includes.
    pub seq: i64,
    pub number: i64,
    pub subject: String,
    pub state: TicketState,
    pub customer: String,
    pub site: String,
    /// The host's name for people; empty when the ticket is about none.
    pub system: String,
    /// The host's technical name; empty for customers.
    pub host: String,
    pub level: CoverLevel,
    pub cover: CoverDecision,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// Of the row, which an edit proves.
    pub version: i64,
    /// What happens next, in a sentence.
    pub next: String,
    pub next_at: Option<Timestamp>,
    /// What we wait for, if a clock is paused.
    pub waiting: Option<Waiting>,
    /// In the order in which they began.
    pub clocks: Vec<ClockCard>,
    /// In the order of entry.
    pub events: Vec<TicketEventRow>,
    /// What came with them.
    pub files: Vec<TicketFile>,
    pub fault: Option<LinkedFault>,
    pub may: May,
    /// Names of the contacts whom a reply goes to; empty for customers.
    pub mailed: Vec<String>,
    pub care: Care,
    /// In which the clocks are explained and calls are entered.
    pub zone: String,
    /// The present there, `2026-11-24T16:05`.
    pub now_local: String,
    pub support_phone: String,
    /// All open tickets that the reader may see.
    pub open: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub reason: PauseReason,
    pub since: Timestamp,
    pub by: String,
    pub evidence: String,
}

/// What the reader may do about this ticket as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct May {
    /// Send a message or reply.
    pub write: bool,
    /// Notes, calls, pauses, closing, levels.
    pub work: bool,
    /// Excuse a miss and void a clock.
    pub excuse: bool,
    /// Take on a fault that began before the contract.
    pub agree: bool,
    /// Say that access was given.
    pub give_access: bool,
    /// Say that it is fixed: the customer closes their own ticket.
    pub close: bool,
    /// Say how it was, once, after it was closed.
    pub rate: bool,
}

/// The fault that opened a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedFault {
    pub number: i64,
    pub headline: String,
    pub status: Status,
    pub started_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
}

/// A file that came with an entry. Served at `/files/KEY`, as a download.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFile {
    /// Of the entry.
    pub seq: i64,
    pub key: String,
    pub name: String,
    /// A page may show it.
    pub picture: bool,
    pub bytes: u64,
}

/// One entry of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketEventRow {
    pub seq: i64,
    pub at: Timestamp,
    pub kind: TicketEventKind,
    pub by: String,
    pub text: String,
}

/// A clock with the arithmetic behind it, ready to be read: times are in [`TicketPage::zone`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClockCard {
    pub id: ClockId,
    /// Counted from 1 for each kind.
    pub cycle: u32,
    pub face: ClockFace,
    pub started: String,
    /// "Thu 8 Oct 2026, 16:00"; None while nothing is due.
    pub due: Option<String>,
    /// "8 working hours", "24 hours, day and night".
    pub target: String,
    pub tape: Tape,
    pub lines: Vec<ExplainLine>,
    /// "6 h counted and 2 h left make 8 h."
    pub sum: String,
    pub pauses: Vec<PauseLine>,
    /// Why a miss is excused, or why it was voided; staff only.
    pub reason: Option<String>,
}

/// Real time, linear, from `from` until `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tape {
    pub from: Timestamp,
    pub until: Timestamp,
    /// Labels at equal distances, the first at `from` and the last at `until`.
    pub axis: Vec<String>,
    pub spans: Vec<TapeSpan>,
    pub due_at: Option<Timestamp>,
    /// When it was met, missed or voided.
    pub closed_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TapeSpan {
    pub from: Timestamp,
    pub until: Timestamp,
    pub kind: SpanKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpanKind {
    Counted,
    Paused,
}

/// A stretch that counted, will count, or did not, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainLine {
    pub kind: LineKind,
    /// "Tue 6 Oct, 15:15 to 17:00".
    pub when: String,
    /// "Counted 1 h 45 min", "Skipped: night".
    pub words: String,
    /// Of the target up to here: "1 h 45 min"; empty for what did not count.
    pub total: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    Counted,
    /// Will count, if nothing changes.
    Ahead,
    Skipped,
}

/// A pause with everything the customer may ask about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseLine {
    /// "Tue 6 Oct, 15:40 to 15:58", "Tue 6 Oct, from 15:40".
    pub when: String,
    /// "Paused 18 min: waiting for remote access. SSH refused. Ended by the customer: rule added."
    pub words: String,
}

/// What a level change would do, before it is saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelPreview {
    pub level: CoverLevel,
    pub mode: LevelMode,
    /// In the contract's zone; None: nothing is due.
    pub old_due: Option<String>,
    pub new_due: Option<String>,
    /// Due already, so that saving breaches it at once.
    pub breached: bool,
}

/// What a level change does to an open ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LevelMode {
    /// The ticket keeps its terms.
    None,
    /// Due at the earlier of the old due time and the new target from now.
    Exception,
    /// The terms were wrong: counted again from the start.
    Correction,
}

impl LevelMode {
    pub const ALL: [Self; 3] = [Self::None, Self::Exception, Self::Correction];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Exception => "exception",
            Self::Correction => "correction",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }

    /// What a person chooses by.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "None: this ticket keeps its terms",
            Self::Exception => "Exception: the new target from now, if that is earlier",
            Self::Correction => "Correction: count again from the start",
        }
    }
}

/// The levels that a ticket can change to: those with a response target.
pub const LEVELS: [CoverLevel; 3] = [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4];

/// Which side wrote an entry.
pub fn side_of(kind: TicketEventKind) -> Side {
    match kind {
        TicketEventKind::Message => Side::Customer,
        _ => Side::Staff,
    }
}
