//! Planning and cancelling.

use app::api::{downtimes::DowntimeInput, error::ApiError, principal::Principal};
use domain::{
    access::{Permission, Scope},
    downtime::{Downtime, DowntimeDraft, Event, Target},
    id::{CustomerId, DowntimeId, HostId, ServiceId, SiteId},
    probe::FieldError,
    text::Name,
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};

use super::{Desk, words};
use crate::{
    desk::{act, internal, new_id, tickets::local::Local},
    store::{
        audit::{self, Act},
        customers,
        downtimes::{self, Names, StoredDowntime},
        hosts, services,
    },
};

impl Desk {
    pub(super) async fn store(&self, who: &Principal, input: DowntimeInput) -> Result<(), ApiError> {
        who.require(Permission::EditHosts)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let found = find(&tx, who.scope(), &input.target).await?;
        let (customer, target) = found.ok_or_else(|| ApiError::invalid("target", "must be one of the list"))?;
        let owner = customers::find(&tx, who.scope(), customer).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let mut wrong: Vec<FieldError> = Vec::new();
        let reason = Name::parse(&input.reason).map_err(|error| wrong.push(FieldError::new("reason", error))).ok();
        let plan = draft(input, owner.zone).check(now).map_err(|mistakes| wrong.extend(mistakes)).ok();
        let Some((reason, plan)) = reason.zip(plan) else { return Err(ApiError::Invalid(wrong)) };
        let new = StoredDowntime {
            id: DowntimeId(new_id(now)?),
            customer,
            target,
            downtime: Downtime::planned(plan),
            reason: reason.into(),
            created_at: now,
            created_by: who.name.clone(),
            cancelled_by: String::new(),
        };
        downtimes::insert(&tx, &new).await.map_err(internal)?;
        self.finish(tx, who, "downtime.plan", &new, now).await
    }

    pub(super) async fn end(&self, who: &Principal, id: DowntimeId) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let found = downtimes::lock(&tx, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        who.require(Permission::EditHosts)?;
        let (downtime, effects) = found.downtime.clone().follow(Event::Cancelled, now);
        if effects.is_empty() {
            return Err(ApiError::Conflict("This downtime is over already.".to_owned()));
        }
        downtimes::cancel(&tx, id, &downtime, &who.name).await.map_err(internal)?;
        self.finish(tx, who, "downtime.cancel", &StoredDowntime { downtime, ..found }, now).await
    }

    /// Writes down what was done and commits. What begins or ends by it is noticed at once.
    async fn finish(
        &self,
        tx: DatabaseTransaction,
        who: &Principal,
        action: &str,
        one: &StoredDowntime,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let names = Names::load(&tx, who.scope(), std::slice::from_ref(one)).await.map_err(internal)?;
        let owner = names.customer(one.customer);
        let local = Local::named(owner.map_or("UTC", |owner| owner.zone.as_str()));
        let (what, _) = words::what(one.target, &names, who.side());
        let subject = format!("{what}, {}", owner.map(|owner| owner.name.as_str()).unwrap_or_default());
        let detail = format!("{}: {}", words::when(&one.downtime, &local), one.reason);
        let record = Act { customer: Some(one.customer), ..act(who, action, &subject, detail) };
        audit::write(&tx, new_id(now)?, now, record).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        self.engine.wake_supervisors();
        Ok(())
    }
}

fn draft(input: DowntimeInput, zone: String) -> DowntimeDraft {
    let DowntimeInput { target: _, kind, from, until, minutes, days, at, first_on, last_on, reason: _ } = input;
    DowntimeDraft { kind, zone, from, until, minutes, days: days.into_keys().collect(), at, first_on, last_on }
}

/// What `host:ID` and its like name, and whose it is. None: nothing that this person may see.
async fn find(db: &impl ConnectionTrait, scope: Scope, text: &str) -> Result<Option<(CustomerId, Target)>, ApiError> {
    let Some((word, id)) = text.trim().split_once(':') else { return Ok(None) };
    Ok(match word {
        "customer" => match id.parse::<CustomerId>() {
            Ok(id) => customers::find(db, scope, id).await.map_err(internal)?.map(|one| (one.id, Target::Customer)),
            Err(_) => None,
        },
        "site" => match id.parse::<SiteId>() {
            Ok(id) => hosts::find_site(db, id)
                .await
                .map_err(internal)?
                .map(|site| (CustomerId(site.customer_id), Target::Site(id)))
                .filter(|(customer, _)| scope.covers(*customer)),
            Err(_) => None,
        },
        "host" => match id.parse::<HostId>() {
            Ok(id) => {
                hosts::find_by_id(db, scope, id).await.map_err(internal)?.map(|host| (host.customer, Target::Host(id)))
            }
            Err(_) => None,
        },
        "service" => match id.parse::<ServiceId>() {
            Ok(id) => services::find(db, scope, id)
                .await
                .map_err(internal)?
                .map(|service| (service.customer, Target::Service(id))),
            Err(_) => None,
        },
        _ => None,
    })
}
