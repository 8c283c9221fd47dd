//! Faults: rows, the page of one fault, acknowledgement on the page and by mail link.

use domain::{
    access::Side,
    cover::CoverLevel,
    fault::{Acknowledgement, FaultEventKind},
    id::{CustomerId, FaultId, HostId, ServiceId},
    notice::NoticeKind,
    observation::Status,
    outbox::NoticeState,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// A fault as a row of a board. For customers `host_name` is empty and `staff_note`-like fields are blanked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultRow {
    pub id: FaultId,
    pub number: i64,
    pub service: ServiceId,
    pub host: HostId,
    pub customer_id: CustomerId,
    pub customer: String,
    pub site: String,
    pub cover: CoverLevel,
    /// The host's technical name; empty for customers.
    pub host_name: String,
    /// The host's name for people.
    pub system: String,
    pub service_name: String,
    pub status: Status,
    /// The fault's words: the same for its whole life.
    pub headline: String,
    /// What the probe saw last.
    pub detail: String,
    /// It keeps failing and coming back.
    pub flapping: bool,
    /// The first bad observation.
    pub started_at: Timestamp,
    /// The instant the state turned hard.
    pub confirmed_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
    pub staff_ack: Option<Acknowledgement>,
    pub customer_ack: Option<Acknowledgement>,
    /// When the first mail to the customer was accepted by the mail server.
    pub customer_told_at: Option<Timestamp>,
    /// It is inside planned quiet time, and nothing of it is told before this instant.
    #[serde(default)]
    pub quiet_until: Option<Timestamp>,
}

impl FaultRow {
    /// The acknowledgement of the reader's side: a fault nobody on that side has taken is lit.
    pub fn ack(&self, side: Side) -> Option<&Acknowledgement> {
        match side {
            Side::Customer => self.customer_ack.as_ref(),
            Side::Staff => self.staff_ack.as_ref(),
        }
    }

    pub fn is_open(&self) -> bool {
        self.cleared_at.is_none()
    }

    /// Nobody on the reader's side has it, and nobody expects it.
    pub fn is_lit(&self, side: Side) -> bool {
        self.is_open() && self.quiet_until.is_none() && self.ack(side).is_none()
    }
}

/// The page of one fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultPage {
    pub now: Timestamp,
    pub seq: i64,
    pub row: FaultRow,
    /// What happens next, by the contract, in a sentence.
    pub next: String,
    /// Oldest first.
    pub events: Vec<FaultEventRow>,
    /// "Who was told", oldest first. Customers see their own side only.
    pub told: Vec<ToldRow>,
    /// "Why was I told, why was I not?".
    pub escalation: FaultEscalation,
    pub may_acknowledge: bool,
    /// Where the host answers; staff only, else empty.
    pub address: String,
    /// How staff get in; staff only, else empty.
    pub access_note: String,
    pub support_phone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultEventRow {
    pub at: Timestamp,
    pub kind: FaultEventKind,
    pub side: Option<Side>,
    pub by: Option<String>,
    pub status: Option<Status>,
    pub text: String,
}

/// One mail about a fault: to whom, by which rule, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToldRow {
    pub kind: NoticeKind,
    pub side: Side,
    pub name: String,
    pub email: String,
    /// Why this person: "contact of Kelston Care Homes", "staff who receive faults".
    pub rule: String,
    pub state: NoticeState,
    pub queued_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    /// The mail server's reply, or what holds the mail back.
    pub reply: String,
    pub attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
}

/// What became of each step of the policy that the fault keeps. Customers see their own side up to the next step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FaultEscalation {
    /// Why nobody is paged, where nobody is. Staff only.
    pub note: Option<String>,
    /// "Standard, version 3"; empty for customers and where there is none.
    pub policy: String,
    pub steps: Vec<EscalationStep>,
    /// None: nothing comes unless something happens.
    pub next: Option<NextStep>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EscalationStep {
    /// Counted from 1.
    pub number: usize,
    /// "15 min after the fault opened".
    pub after: String,
    /// "everybody with the role Engineer".
    pub whom: Vec<String>,
    pub state: StepState,
    /// To the reader: "You were told."
    pub sentence: String,
    /// When it was or is due.
    pub at: Option<Timestamp>,
    /// Why it comes later than the policy alone would have it.
    pub late: Option<String>,
    /// Names.
    pub told: Vec<String>,
    /// Names of those whose address does not work.
    pub missed: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    Told,
    Due,
    /// Somebody acknowledged, work is planned, or the fault is over.
    Held,
    /// Nobody is paged on this level.
    Silent,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NextStep {
    pub at: Timestamp,
    /// "Step 2 tells everybody with the role Supervisor".
    pub words: String,
    pub late: Option<String>,
}

/// What a mail's acknowledge link shows before anything is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AckLink {
    pub now: Timestamp,
    pub number: i64,
    pub headline: String,
    pub system: String,
    pub customer: String,
    pub status: Status,
    pub started_at: Timestamp,
    pub cleared_at: Option<Timestamp>,
    pub recipient: String,
    pub side: Side,
    /// The standing acknowledgement of that side.
    pub ack: Option<Acknowledgement>,
}

/// Use cases around one fault.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait FaultDesk: Send + Sync {
    async fn page(&self, who: &super::principal::Principal, number: i64) -> Result<FaultPage, ApiError>;
    async fn acknowledge(
        &self,
        who: &super::principal::Principal,
        number: i64,
        note: domain::text::Note,
        minutes: String,
        take_over: domain::fault::TakeOver,
    ) -> Result<FaultRow, ApiError>;
    /// Ends the standing acknowledgement of the caller's side.
    async fn unacknowledge(&self, who: &super::principal::Principal, number: i64) -> Result<FaultRow, ApiError>;
    /// Shows what a link is for; changes nothing.
    async fn link(&self, token: &str) -> Result<AckLink, ApiError>;
    /// Acknowledges in the name of the link's recipient.
    async fn acknowledge_by_link(&self, token: &str) -> Result<AckLink, ApiError>;
}

#[server(endpoint = "faults/page", input = server_fn::codec::GetUrl)]
pub async fn load_fault(number: i64) -> Result<FaultPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn FaultDesk>()?.page(&who, number).await
}

/// `take_over` is `yes` to replace a colleague's acknowledgement; `minutes` is for how long, empty until it is solved.
#[server(endpoint = "faults/acknowledge")]
pub async fn acknowledge_fault(
    number: i64,
    #[server(default)] note: String,
    #[server(default)] minutes: String,
    #[server(default)] take_over: String,
) -> Result<FaultRow, ApiError> {
    let who = super::principal::principal()?;
    let note = domain::text::Note::parse(&note).map_err(|error| ApiError::invalid("note", error))?;
    let take_over = match take_over.as_str() {
        "yes" => domain::fault::TakeOver::Yes,
        _ => domain::fault::TakeOver::No,
    };
    super::principal::desk::<dyn FaultDesk>()?.acknowledge(&who, number, note, minutes, take_over).await
}

#[server(endpoint = "faults/unacknowledge")]
pub async fn unacknowledge_fault(number: i64) -> Result<FaultRow, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn FaultDesk>()?.unacknowledge(&who, number).await
}

/// For the page behind a mail's link; needs no sign-in, the token is the proof.
#[server(endpoint = "faults/link", input = server_fn::codec::GetUrl)]
pub async fn load_ack_link(token: String) -> Result<AckLink, ApiError> {
    super::principal::desk::<dyn FaultDesk>()?.link(&token).await
}

#[server(endpoint = "faults/acknowledge-by-link")]
pub async fn acknowledge_by_link(token: String) -> Result<AckLink, ApiError> {
    super::principal::desk::<dyn FaultDesk>()?.acknowledge_by_link(&token).await
}
