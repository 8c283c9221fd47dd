//! Links that set a password: made with the mail that carries them, opened when somebody comes with one.
//!
//! The token in a link is the signed id of its row. The row says whom it is for, until when, and that it was used; a new
//! link uses up the account's earlier ones.

use std::sync::Arc;

use app::api::error::ApiError;
use domain::{
    id::NoticeId,
    message_id,
    notice::{AccountFacts, MailFacts},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{internal, new_id};
use crate::{
    links::{open_password_token, password_token},
    secrets::Signer,
    store::{
        links::{self, LinkPurpose, NewLink},
        outbox::{self, NewNotice},
        users::Account,
    },
};

/// An invitation waits for a person who may be on holiday.
const INVITATION_S: i64 = 7 * 24 * 3_600;
/// Who asks for a reset sits in front of the mailbox.
const RESET_S: i64 = 2 * 3_600;

/// Called after a commit that queued mail.
pub type WakeMailer = Arc<dyn Fn() + Send + Sync>;

/// Makes and opens links. Cheap to clone.
#[derive(Clone)]
pub struct AccountLinks(Arc<Parts>);

/// What links and their mails are made with.
pub struct Parts {
    pub signer: Signer,
    /// Where people reach us, with or without a slash at its end.
    pub base_url: String,
    /// The part of `mail.from` behind the `@`.
    pub mail_domain: String,
    /// IANA zone of people who belong to no customer.
    pub zone: String,
    pub wake_mailer: WakeMailer,
}

impl AccountLinks {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Uses up the account's open links, makes a new one and queues the mail that carries it: all in the caller's
    /// transaction. Call [`Self::wake_mailer`] after the commit. `by` is who asked for it, empty for the person alone;
    /// `zone` that of the account's customer.
    pub async fn issue(
        &self,
        db: &impl ConnectionTrait,
        account: &Account,
        purpose: LinkPurpose,
        by: &str,
        zone: Option<String>,
        now: Timestamp,
    ) -> Result<Uuid, ApiError> {
        let (id, notice) = (new_id(now)?, NoticeId(new_id(now)?));
        let expires_at = now.plus_seconds(match purpose {
            LinkPurpose::Invitation => INVITATION_S,
            LinkPurpose::Reset => RESET_S,
        });
        links::void_open(db, account.id, now).await.map_err(internal)?;
        let link = NewLink { id, user: account.id, purpose, at: now, expires_at };
        links::create(db, link).await.map_err(internal)?;
        let facts = AccountFacts {
            invitation: purpose == LinkPurpose::Invitation,
            name: account.name.clone(),
            email: account.email.clone(),
            by: by.to_owned(),
            link: id,
            expires_at,
            zone: zone.unwrap_or_else(|| self.0.zone.clone()),
        };
        let notice = self.notice(notice, account, purpose, facts, now);
        outbox::enqueue(db, vec![notice]).await.map_err(internal)?;
        Ok(id)
    }

    fn notice(
        &self,
        id: NoticeId,
        account: &Account,
        purpose: LinkPurpose,
        facts: AccountFacts,
        now: Timestamp,
    ) -> NewNotice {
        let (subject, rule) = match purpose {
            LinkPurpose::Invitation => ("Your Faultdesk account", "invited"),
            LinkPurpose::Reset => ("A new password for Faultdesk", "asked for a new password"),
        };
        NewNotice {
            id,
            fault: None,
            customer: account.customer,
            kind: purpose.as_str().to_owned(),
            step: 0,
            who_side: account.role.into(),
            recipient_id: account.id.0,
            name: account.name.clone(),
            email: account.email.clone(),
            rule: rule.to_owned(),
            subject: subject.to_owned(),
            facts: MailFacts::Account(facts),
            message_id: message_id::follow_up(id, &self.0.mail_domain),
            in_reply_to: None,
            queued_at: now,
            withheld: account.refused_reply.clone(),
        }
    }

    /// Tells the mailer that there is something to send.
    pub fn wake_mailer(&self) {
        (self.0.wake_mailer)();
    }

    /// The whole address of a link's page.
    pub fn url(&self, link: Uuid) -> String {
        format!("{}/p/{}", self.0.base_url.trim_end_matches('/'), password_token(&self.0.signer, link))
    }

    /// The row that a token names; `None` when we did not sign it.
    pub fn open(&self, token: &str) -> Option<Uuid> {
        open_password_token(&self.0.signer, token)
    }
}
