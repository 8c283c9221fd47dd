//! The staff mail log: what was queued, what became of it, how it reads, and trying again.

use std::sync::Arc;

use app::api::{
    error::ApiError,
    mail::{AttemptRow, MailDesk, MailLog, MailPage, MailRow},
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Side},
    id::NoticeId,
    notice::MailFacts,
    outbox::NoticeState,
    time::Timestamp,
};

use super::{act, internal, new_id};
use crate::{
    clock::Clock,
    engine::Engine,
    mail::render::Rendered,
    post::Post,
    store::{
        Db, audit,
        maillog::{self, Notice},
        outbox::Readers,
    },
};

/// A mail as it looks, for the frame in the mail log.
#[async_trait]
pub trait MailPages: Send + Sync {
    async fn html(&self, who: &Principal, id: NoticeId) -> Result<String, ApiError>;
}

/// Why a customer's mail waits although its server may be well.
const HELD: &str = "Waits until mail.support_address is set: customers need an address that they can answer to.";

/// Implements [`MailDesk`].
pub struct Desk {
    db: Db,
    clock: Clock,
    engine: Engine,
    post: Arc<Post>,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, engine: Engine, post: Arc<Post>) -> Self {
        Self { db, clock, engine, post }
    }

    async fn find(&self, who: &Principal, id: NoticeId) -> Result<Notice, ApiError> {
        who.require(Permission::SeeMailLog)?;
        maillog::find(self.db.read(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    fn row(&self, notice: Notice) -> MailRow {
        let queued = notice.state.0 == NoticeState::Queued;
        let held = queued && notice.side.0 == Side::Customer && self.post.readers() == Readers::StaffOnly;
        MailRow {
            id: NoticeId(notice.id),
            fault: notice.fault_number,
            kind: notice.kind,
            side: notice.side.0,
            name: notice.name,
            email: notice.email,
            subject: notice.subject,
            state: notice.state.0,
            queued_at: notice.queued_at.into(),
            sent_at: notice.sent_at.map(Timestamp::from),
            attempts: u32::try_from(notice.attempts).unwrap_or(0),
            next_attempt_at: (queued && !held).then(|| notice.next_attempt_at.into()),
            reply: if held { HELD.to_owned() } else { notice.reply },
        }
    }

    fn words(&self, notice: &Notice) -> Result<Rendered, ApiError> {
        self.post.words_for_log(&facts(notice)?).map_err(internal)
    }
}

#[async_trait]
impl MailDesk for Desk {
    async fn log(
        &self,
        who: &Principal,
        before: Option<Timestamp>,
        state: Option<NoticeState>,
    ) -> Result<MailLog, ApiError> {
        who.require(Permission::SeeMailLog)?;
        let db = self.db.read();
        let page = maillog::page(db, before, state).await.map_err(internal)?;
        let (queued, oldest_queued_at) = maillog::waiting(db, Readers::Everybody).await.map_err(internal)?;
        let failed = maillog::count(db, NoticeState::Failed).await.map_err(internal)?;
        Ok(MailLog {
            now: self.clock.now(),
            rows: page.notices.into_iter().map(|notice| self.row(notice)).collect(),
            queued,
            oldest_queued_at,
            failed,
            next_before: page.next_before,
            transport: self.post.transport.to_string(),
        })
    }

    async fn page(&self, who: &Principal, id: NoticeId) -> Result<MailPage, ApiError> {
        let notice = self.find(who, id).await?;
        let rendered = self.words(&notice)?;
        let attempts = maillog::attempts(self.db.read(), id).await.map_err(internal)?;
        let attempt = |row: maillog::Attempt| AttemptRow { at: row.at.into(), outcome: row.outcome, reply: row.reply };
        Ok(MailPage {
            message_id: self.post.sent_id(&notice.message_id),
            in_reply_to: notice.in_reply_to.as_deref().map(|id| self.post.sent_id(id)),
            text: rendered.text,
            html_path: format!("/mail/{id}/html"),
            attempts: attempts.into_iter().map(attempt).collect(),
            now: self.clock.now(),
            row: self.row(notice),
        })
    }

    async fn retry(&self, who: &Principal, id: NoticeId) -> Result<(), ApiError> {
        let notice = self.find(who, id).await?;
        let now = self.clock.now();
        refuse_dead_link(&facts(&notice)?, now)?;
        let tx = self.db.begin().await.map_err(internal)?;
        if maillog::requeue(&tx, id, now).await.map_err(internal)? == 0 {
            let word = notice.state.0.as_str();
            return Err(ApiError::Conflict(format!(
                "This mail is {word}; only a failed or withheld one is sent again."
            )));
        }
        maillog::clear_refusal(&tx, notice.recipient_id).await.map_err(internal)?;
        audit::write(&tx, new_id(now)?, now, act(who, "mail.retry", &notice.email, notice.subject.as_str()))
            .await
            .map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        self.engine.wake_mailer();
        Ok(())
    }
}

#[async_trait]
impl MailPages for Desk {
    async fn html(&self, who: &Principal, id: NoticeId) -> Result<String, ApiError> {
        let notice = self.find(who, id).await?;
        self.words(&notice).map(|rendered| rendered.html)
    }
}

fn facts(notice: &Notice) -> Result<MailFacts, ApiError> {
    serde_json::from_str(&notice.facts).map_err(internal)
}

/// An invitation whose link has expired would only disappoint.
fn refuse_dead_link(facts: &MailFacts, now: Timestamp) -> Result<(), ApiError> {
    match facts {
        MailFacts::Account(account) if account.expires_at <= now => Err(ApiError::Conflict(
            "The link in this mail has expired. Invite the person again, or ask them to reset their password."
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
