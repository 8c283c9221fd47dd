//! What every change of the estate has in common: one at a time, with its audit row and its news.

use app::api::{error::ApiError, live::LiveChange, principal::Principal};
use domain::{id::CustomerId, time::Timestamp};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::Desk;
use crate::{
    desk::{act, internal, new_id},
    store::{
        audit,
        counters::{self, Counter},
        events, hosts,
    },
};

/// A change that was made, for the audit log and for open pages.
pub(super) struct Edit<'a> {
    pub(super) customer: CustomerId,
    pub(super) action: &'a str,
    pub(super) subject: &'a str,
    pub(super) detail: String,
    pub(super) at: Timestamp,
}

impl Desk {
    /// A transaction that changes what is watched. It takes the configuration's number first, which others have to wait
    /// for: what was read stays true, and two edits cannot make a loop together.
    pub(super) async fn begin_edit(&self) -> Result<DatabaseTransaction, ApiError> {
        let tx = self.db.begin().await.map_err(internal)?;
        counters::take(&tx, Counter::Configuration, 1).await.map_err(internal)?;
        Ok(tx)
    }

    /// Writes down what was done, commits, and tells the engine.
    pub(super) async fn finish(
        &self,
        tx: DatabaseTransaction,
        who: &Principal,
        edit: Edit<'_>,
    ) -> Result<(), ApiError> {
        let Edit { customer, action, subject, detail, at } = edit;
        let mut record = act(who, action, subject, detail);
        record.customer = Some(customer);
        audit::write(&tx, new_id(at)?, at, record).await.map_err(internal)?;
        events::append(&tx, at, &[(customer, LiveChange::Estate { customer })]).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        self.engine.wake_monitor();
        self.engine.published();
        // Faults that were closed with it are told by mail.
        self.engine.wake_mailer();
        Ok(())
    }
}

/// Who was faster, as far as the audit log knows.
pub(super) async fn conflict(db: &impl ConnectionTrait, subject: &str) -> ApiError {
    let last = match hosts::last_act(db, subject).await {
        Ok(last) => last,
        Err(error) => return internal(error),
    };
    let first = match last {
        Some((who, at)) => format!("{who} changed {subject} at {} UTC meanwhile.", at.as_jiff().strftime("%H:%M")),
        None => format!("Somebody else changed {subject} meanwhile."),
    };
    ApiError::Conflict(format!("{first} Load the page again and repeat your change."))
}

/// A service in the audit log.
pub(super) fn service_subject(host: &str, service: &str) -> String {
    format!("{host}: {service}")
}
