//! The staff mail log.

use domain::{access::Side, id::NoticeId, outbox::NoticeState, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// A page of notices, newest first, 100 at most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailLog {
    pub now: Timestamp,
    pub rows: Vec<MailRow>,
    /// Notices not sent yet, and the age of the oldest of them.
    pub queued: u64,
    pub oldest_queued_at: Option<Timestamp>,
    pub failed: u64,
    /// Pass as `before` for the next page.
    pub next_before: Option<Timestamp>,
    /// Where mails go: "smtp://mail.example:25" (without secrets) or a folder.
    pub transport: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailRow {
    pub id: NoticeId,
    /// Number of the fault it is about; none for mails about accounts.
    pub fault: Option<i64>,
    /// `opened`, `changed`, `recovered`, `abandoned`, `invitation`, `reset`, `refused`, `term_renews`,
    /// `term_ends`.
    pub kind: String,
    pub side: Side,
    pub name: String,
    pub email: String,
    pub subject: String,
    pub state: NoticeState,
    pub queued_at: Timestamp,
    pub sent_at: Option<Timestamp>,
    pub attempts: u32,
    pub next_attempt_at: Option<Timestamp>,
    /// The mail server's last words.
    pub reply: String,
}

/// One mail as it was or will be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailPage {
    pub row: MailRow,
    pub message_id: String,
    pub in_reply_to: Option<String>,
    pub text: String,
    /// Shown in a sandboxed frame from `/mail/ID/html`, never inlined.
    pub html_path: String,
    pub attempts: Vec<AttemptRow>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptRow {
    pub at: Timestamp,
    pub outcome: String,
    pub reply: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait MailDesk: Send + Sync {
    async fn log(
        &self,
        who: &super::principal::Principal,
        before: Option<Timestamp>,
        state: Option<NoticeState>,
    ) -> Result<MailLog, ApiError>;
    async fn page(&self, who: &super::principal::Principal, id: NoticeId) -> Result<MailPage, ApiError>;
    /// Queues a failed or withheld notice again and clears the mark on its address.
    async fn retry(&self, who: &super::principal::Principal, id: NoticeId) -> Result<(), ApiError>;
}

/// `state` is a notice state's word or empty for all.
#[server(endpoint = "mail/log", input = server_fn::codec::GetUrl)]
pub async fn load_mail_log(before: Option<Timestamp>, #[server(default)] state: String) -> Result<MailLog, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn MailDesk>()?.log(&who, before, NoticeState::parse(&state)).await
}

#[server(endpoint = "mail/page", input = server_fn::codec::GetUrl)]
pub async fn load_mail(id: NoticeId) -> Result<MailPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn MailDesk>()?.page(&who, id).await
}

#[server(endpoint = "mail/retry")]
pub async fn retry_mail(id: NoticeId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn MailDesk>()?.retry(&who, id).await
}
