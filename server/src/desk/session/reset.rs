//! Requests for a new password: who gets a mail with a link, and what is written down.

use app::api::error::ApiError;
use domain::{access::Scope, text::EmailAddress, time::Timestamp};
use sea_orm::ConnectionTrait;

use super::Desk;
use crate::{
    desk::{internal, new_id},
    store::{
        audit::{self, Act},
        customers,
        links::{self, LinkPurpose},
        users::{self, Account},
    },
};

/// Mails that one account can be made to get in an hour. Counted in the database, so a restart forgets none.
const RESETS_AN_HOUR_MAX: u64 = 3;
const HOUR_S: i64 = 3_600;
/// What became of a request for a reset; the person who asked is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResetOutcome {
    Mailed,
    NoAccount,
    Disabled,
    /// The account got its mails of this hour.
    Enough,
}

impl ResetOutcome {
    fn words(self) -> &'static str {
        match self {
            Self::Mailed => "mailed",
            Self::NoAccount => "no such account",
            Self::Disabled => "disabled account",
            Self::Enough => "three mails this hour already",
        }
    }
}

impl Desk {
    /// Queues a mail with a link, if there is an account to send it to. Writes one audit row either way.
    pub(super) async fn send_reset(&self, email: &EmailAddress, client: &str) -> Result<(), ApiError> {
        let now = self.parts.clock.now();
        let known = self.account_of(email).await?;
        let tx = self.parts.db.begin().await.map_err(internal)?;
        let account = match &known {
            Some(known) => users::lock(&tx, Scope::Everything, known.id).await.map_err(internal)?,
            None => None,
        };
        let outcome = match &account {
            None => ResetOutcome::NoAccount,
            Some(account) if account.disabled_at.is_some() => ResetOutcome::Disabled,
            Some(account) => self.mail_reset(&tx, account, now).await?,
        };
        let act = Act {
            user: account.as_ref().map(|account| account.id.0),
            actor: "password reset",
            action: "user.request_reset",
            subject: email.as_str(),
            customer: account.as_ref().and_then(|account| account.customer),
            detail: format!("{}, asked from {client}", outcome.words()),
        };
        audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        if outcome == ResetOutcome::Mailed {
            self.parts.links.wake_mailer();
        }
        Ok(())
    }

    async fn mail_reset(
        &self,
        db: &impl ConnectionTrait,
        account: &Account,
        now: Timestamp,
    ) -> Result<ResetOutcome, ApiError> {
        let hour_ago = now.plus_seconds(-HOUR_S);
        let made = links::count_made_since(db, account.id, LinkPurpose::Reset, hour_ago).await.map_err(internal)?;
        if RESETS_AN_HOUR_MAX <= made {
            return Ok(ResetOutcome::Enough);
        }
        let customer = match account.customer {
            Some(customer) => customers::find(db, Scope::Everything, customer).await.map_err(internal)?,
            None => None,
        };
        let zone = customer.map(|customer| customer.zone);
        self.parts.links.issue(db, account, LinkPurpose::Reset, "", zone, now).await?;
        Ok(ResetOutcome::Mailed)
    }
}
