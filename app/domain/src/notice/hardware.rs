//! Mails about hardware on a ticket: returns, loans, couriers and visits.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{access::Side, cover::CoverLevel, ticket, time::Timestamp};

/// What happened, for whoever gets the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "hardware", rename_all = "snake_case")]
pub enum HardwareNews {
    /// A visit was booked, or booked for another time.
    VisitBooked { engineer: String, invitation: InvitationFacts, taking: String },
    /// The engineer does not come then; why, in words.
    VisitCancelled { engineer: String, invitation: InvitationFacts, reason: String },
    /// A parcel is on its way.
    CourierDispatched { goods: String, expected_on: Date, tracking: String },
    /// Where to send what comes back to base. Address lines are separated by commas; empty: ask us.
    ReturnOpened { rma: i64, item: String, address: String },
    /// What the repair of an item costs, in pence; nothing is done before the customer agrees.
    RepairQuoted { rma: i64, item: String, net_pence: u64, gross_pence: u64 },
    /// Damage through misuse or neglect was found.
    DamageFound { item: String, kind: String, text: String },
    /// A loan unit is wanted back.
    LoanReturnAsked { unit: String, due_on: Date, address: String },
    /// A loan unit is due back in `-days` days, today, or since `days` days.
    LoanDue { unit: String, due_on: Date, days: i32, address: String },
}

impl HardwareNews {
    /// The stored word of the notice.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::VisitBooked { .. } => "visit_booked",
            Self::VisitCancelled { .. } => "visit_cancelled",
            Self::CourierDispatched { .. } => "courier_dispatched",
            Self::ReturnOpened { .. } => "return_opened",
            Self::RepairQuoted { .. } => "repair_quoted",
            Self::LoanReturnAsked { .. } => "loan_return_asked",
            Self::DamageFound { .. } => "damage_found",
            Self::LoanDue { .. } => "loan_due",
        }
    }

    /// The invitation that the mail carries or takes back.
    pub fn invitation(&self) -> Option<&InvitationFacts> {
        match self {
            Self::VisitBooked { invitation, .. } | Self::VisitCancelled { invitation, .. } => Some(invitation),
            _ => None,
        }
    }
}

/// An appointment, as calendar programs know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationFacts {
    /// The same for all mails about one visit.
    pub uid: String,
    /// Higher than in the mail before.
    pub sequence: u32,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Where the engineer goes.
    pub place: String,
}

/// A mail about hardware to a contact of the customer, or to one of the staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HardwareFacts {
    pub ticket: i64,
    /// Words of the ticket: they stay the same for its life.
    pub subject: String,
    pub customer: String,
    pub side: Side,
    pub news: HardwareNews,
    /// When this was decided.
    pub at: Timestamp,
    pub cover: CoverLevel,
    /// IANA zone in which times are written.
    pub zone: String,
    pub recipient_name: String,
}

impl HardwareFacts {
    /// `[T-2314] No dialling tone`: the same for every mail of the ticket, so that they thread.
    pub fn mail_subject(&self) -> String {
        format!("[{}] {}", ticket::reference(self.ticket), self.subject)
    }
}
