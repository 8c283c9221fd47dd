//! Pausing, resuming and removing.

use app::api::{error::ApiError, principal::Principal};
use domain::{
    id::{HostId, ServiceId},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{
    Desk,
    edit::{Edit, service_subject},
};
use crate::{
    desk::internal,
    store::{faults, history, hosts, services},
};

/// What is done to a host or a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    Pause,
    Resume,
    Remove,
}

impl Switch {
    fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Remove => "remove",
        }
    }
}

impl Desk {
    /// A switch that stands already as it is wanted is left alone, without an error.
    pub(super) async fn switch_host(&self, who: &Principal, id: HostId, switch: Switch) -> Result<(), ApiError> {
        let tx = self.begin_edit().await?;
        let found = hosts::find_by_id(&tx, who.scope(), id).await.map_err(internal)?;
        let host = found.ok_or(ApiError::NotFound)?;
        let now = self.clock.now();
        let list = services::of_host(&tx, who.scope(), id).await.map_err(internal)?;
        let done = match switch {
            Switch::Pause => hosts::pause(&tx, id, now).await.map_err(internal)?,
            Switch::Resume => hosts::resume(&tx, id).await.map_err(internal)?,
            Switch::Remove => {
                services::remove_of_host(&tx, id, now).await.map_err(internal)?;
                hosts::forget_parents(&tx, id).await.map_err(internal)?;
                hosts::remove(&tx, id, now).await.map_err(internal)?
            }
        };
        if done == 0 {
            return Ok(());
        }
        // What was paused before has no open fault, and its history has ended already.
        let ids: Vec<_> = list.iter().filter(|one| one.paused_at.is_none()).map(|one| one.id).collect();
        if host.paused_at.is_none() {
            self.stop_watching(&tx, who, id, &ids, switch, now).await?;
        }
        let detail = if switch == Switch::Remove { format!("with {} services", list.len()) } else { String::new() };
        let action = format!("host.{}", switch.word());
        let edit = Edit { customer: host.customer, action: &action, subject: &host.name, detail, at: now };
        self.finish(tx, who, edit).await
    }

    /// A switch that stands already as it is wanted is left alone, without an error.
    pub(super) async fn switch_service(&self, who: &Principal, id: ServiceId, switch: Switch) -> Result<(), ApiError> {
        let tx = self.begin_edit().await?;
        let found = services::find(&tx, who.scope(), id).await.map_err(internal)?;
        let service = found.ok_or(ApiError::NotFound)?;
        let found = hosts::find_by_id(&tx, who.scope(), service.host).await.map_err(internal)?;
        let host = found.ok_or(ApiError::NotFound)?;
        let now = self.clock.now();
        let done = match switch {
            Switch::Pause => services::pause(&tx, id, now).await,
            Switch::Resume => services::resume(&tx, id).await,
            Switch::Remove => services::remove(&tx, id, now).await,
        };
        if done.map_err(internal)? == 0 {
            return Ok(());
        }
        if host.paused_at.is_none() && service.paused_at.is_none() {
            self.stop_watching(&tx, who, host.id, &[id], switch, now).await?;
        }
        let subject = service_subject(&host.name, &service.name);
        let action = format!("service.{}", switch.word());
        let edit = Edit { customer: host.customer, action: &action, subject: &subject, detail: String::new(), at: now };
        self.finish(tx, who, edit).await
    }

    /// Nobody would hear of a recovery any more, so open faults are closed and told; the history says why it ends.
    ///
    /// The rows have to be switched off before this is called: the ledger, which opens faults, looks at them.
    async fn stop_watching(
        &self,
        tx: &DatabaseTransaction,
        who: &Principal,
        host: HostId,
        ids: &[ServiceId],
        switch: Switch,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let why = match switch {
            Switch::Resume => return Ok(()),
            Switch::Pause => format!("paused by {}", who.name),
            Switch::Remove => format!("removed by {}", who.name),
        };
        let context = faults::Context::new(now, self.mail_domain.clone());
        faults::abandon(tx, &context, ids, &who.name).await.map_err(internal)?;
        history::stop_watching(tx, host, ids, now, &why).await.map_err(internal)
    }
}
