//! Mail that arrived: what became of it, and putting the doubtful where it belongs. For staff.

use domain::{
    id::{CustomerId, IncomingId},
    incoming::Outcome,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// Which mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// Those that wait for staff.
    #[default]
    Waiting,
    All,
    Of(Outcome),
}

impl Shown {
    /// `all`, the word of an outcome, or anything else for those that wait.
    pub fn parse(text: &str) -> Self {
        match (text, Outcome::parse(text)) {
            ("all", _) => Self::All,
            (_, Some(outcome)) => Self::Of(outcome),
            (_, None) => Self::Waiting,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "",
            Self::All => "all",
            Self::Of(outcome) => outcome.as_str(),
        }
    }
}

/// The latest mails, 100 at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailInList {
    pub now: Timestamp,
    pub shown: Shown,
    pub rows: Vec<MailInRow>,
    /// All that wait for staff, also those that do not fit the page.
    pub waiting: u64,
    /// Pass as `before` for the next page.
    pub next_before: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailInRow {
    pub id: IncomingId,
    /// Our receipt.
    pub at: Timestamp,
    /// The address in From, or words that say that there is not exactly one.
    pub from: String,
    /// What From says; may be anything.
    pub name: String,
    pub subject: String,
    pub outcome: Outcome,
    /// Why it waits or was set aside.
    pub reason: String,
    /// Number of the ticket that it is on.
    pub ticket: Option<i64>,
    /// How often the same message came.
    pub copies: u64,
    pub bytes: u64,
}

/// One mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailInPage {
    pub now: Timestamp,
    pub row: MailInRow,
    /// `lmtp`, `smtp` or `imap`.
    pub via: String,
    pub message_id: String,
    pub envelope_from: String,
    pub to: String,
    /// As the mail says it.
    pub date: String,
    pub text: String,
    /// Made harmless, in a sandboxed frame; None: it has no page, or too large a one.
    pub html_path: Option<String>,
    /// The whole mail, as a download.
    pub raw_path: String,
    /// Names and sizes in bytes.
    pub files: Vec<(String, u64)>,
    /// Who put it somewhere or discarded it, and when.
    pub settled: Option<(String, Timestamp)>,
    pub may_settle: bool,
    /// Where it can go.
    pub customers: Vec<(CustomerId, String)>,
}

/// Where a mail is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReleaseInput {
    /// Id of the customer whose matter it is.
    pub customer: String,
    /// `T-2314`; empty opens a new ticket.
    pub ticket: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait IncomingDesk: Send + Sync {
    async fn list(
        &self,
        who: &super::principal::Principal,
        shown: Shown,
        before: Option<Timestamp>,
    ) -> Result<MailInList, ApiError>;
    async fn page(&self, who: &super::principal::Principal, id: IncomingId) -> Result<MailInPage, ApiError>;
    /// Puts a mail that is in no ticket into a new one or one of the customer's. Answers its number.
    async fn release(
        &self,
        who: &super::principal::Principal,
        id: IncomingId,
        input: ReleaseInput,
    ) -> Result<i64, ApiError>;
    /// Settles that a mail belongs nowhere; it is kept.
    async fn discard(&self, who: &super::principal::Principal, id: IncomingId, reason: String) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn IncomingDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn IncomingDesk>()?))
}

/// `show` is `all`, the word of an outcome, or empty for those that wait.
#[server(endpoint = "mail-in/list", input = server_fn::codec::GetUrl)]
pub async fn load_mail_in(#[server(default)] show: String, before: Option<Timestamp>) -> Result<MailInList, ApiError> {
    let (who, desk) = desk()?;
    desk.list(&who, Shown::parse(&show), before).await
}

#[server(endpoint = "mail-in/page", input = server_fn::codec::GetUrl)]
pub async fn load_incoming(id: IncomingId) -> Result<MailInPage, ApiError> {
    let (who, desk) = desk()?;
    desk.page(&who, id).await
}

#[server(endpoint = "mail-in/release")]
pub async fn release_mail(id: IncomingId, #[server(default)] input: ReleaseInput) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    desk.release(&who, id, input).await
}

#[server(endpoint = "mail-in/discard")]
pub async fn discard_mail(id: IncomingId, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.discard(&who, id, reason).await
}
