//! What a mail about a ticket says: to the customer's contacts, and of the customer's own words to our staff.

use serde::{Deserialize, Serialize};

use crate::{access::Side, clock::PauseReason, cover::CoverLevel, id::TicketId, ticket, time::Timestamp};

/// What is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum TicketNews {
    /// A person replied.
    Reply { text: String },
    /// We wait for the customer, and that time does not count.
    Paused { reason: PauseReason, evidence: String },
    /// It closes itself soon, because nobody answered.
    Closing { closes_at: Timestamp },
    /// It is closed. Asks how it was.
    Closed { unanswered: bool },
    /// We do not take it on.
    Declined { reason: String },
    /// A CatS incident is declined, before work.
    IncidentDeclined { reason: String },
    /// The approved time of a CatS incident is used up; a further unit costs this, in pence.
    ApprovalNeeded { units: u32, net_pence: u64, gross_pence: u64 },
    /// A change request takes longer than is included.
    OutsideCover { text: String },
    /// Support is conditional on training that nobody has attended yet; no target is promised until then.
    Conditional { topic: String },
    /// The training was attended or waived, and the clock runs.
    ConditionOver {
        topic: String,
        /// None: no response is owed.
        respond_by: Option<Timestamp>,
    },
    /// The customer wrote: for staff.
    Message { text: String },
    /// What they brought is a ticket now. Says nothing of what their mail said: anybody can write one in their name.
    Received {
        /// None: no response is promised.
        respond_by: Option<Timestamp>,
    },
}

impl TicketNews {
    /// The stored word of the notice.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Reply { .. } => "ticket_reply",
            Self::Paused { .. } => "ticket_paused",
            Self::Closing { .. } => "ticket_closing",
            Self::Closed { .. } => "ticket_closed",
            Self::Declined { .. } => "ticket_declined",
            Self::IncidentDeclined { .. } => "incident_declined",
            Self::ApprovalNeeded { .. } => "ticket_approval",
            Self::OutsideCover { .. } => "ticket_outside_cover",
            Self::Conditional { .. } => "ticket_conditional",
            Self::ConditionOver { .. } => "ticket_condition_over",
            Self::Message { .. } => "ticket_message",
            Self::Received { .. } => "ticket_received",
        }
    }

    /// Who reads it.
    pub fn side(&self) -> Side {
        match self {
            Self::Message { .. } => Side::Staff,
            _ => Side::Customer,
        }
    }
}

/// A mail about a ticket. Never holds what only staff may read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketFacts {
    /// Nil in what was stored before links asked how it was.
    #[serde(default = "nil")]
    pub id: TicketId,
    pub number: i64,
    /// Words of the ticket: they stay the same for its life.
    pub subject: String,
    pub customer: String,
    /// Who wrote or acted.
    pub by: String,
    pub news: TicketNews,
    pub at: Timestamp,
    pub cover: CoverLevel,
    /// IANA zone in which times are written.
    pub zone: String,
    pub recipient_name: String,
    /// Why one of our staff is told: "you have this ticket". Empty for contacts.
    #[serde(default)]
    pub because: String,
}

fn nil() -> TicketId {
    TicketId(uuid::Uuid::nil())
}

impl TicketFacts {
    /// `[T-2314] SIP trunk is down`: the same for every mail of the ticket, so that they thread.
    pub fn mail_subject(&self) -> String {
        format!("[{}] {}", ticket::reference(self.number), self.subject)
    }
}
