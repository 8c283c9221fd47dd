//! Forms loaded and saved, pausing, resuming, removing.

use app::api::{
    error::ApiError,
    hosts::{CustomerChoice, HostFormPage, HostInput, ServiceFormPage, ServiceInput},
    live::LiveChange,
    principal::Principal,
};
use domain::{
    access::Permission,
    id::{CustomerId, HostId, ServiceId},
    probe::{FieldError, Params, ProbePolicy},
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{Desk, input};
use crate::{
    desk::{act, internal, is_unique_violation, new_id},
    store::{
        audit,
        counters::{self, Counter},
        customers, events, faults, history,
        hosts::{self, Host, Loop, PARENTS_MAX},
        services::{self, SERVICES_MAX, Service, ServiceFields},
    },
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

    fn past(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Remove => "removed",
        }
    }
}

fn conflict() -> ApiError {
    ApiError::Conflict("Somebody else changed this meanwhile. Load the page again and repeat your change.".to_owned())
}

impl Desk {
    pub(super) async fn load_host_form(&self, who: &Principal, name: Option<&str>) -> Result<HostFormPage, ApiError> {
        let host = match name {
            Some(name) => Some(self.find(who, name).await?),
            None => None,
        };
        who.require(Permission::EditHosts)?;
        let db = self.db.read();
        let choices = customers::list_with_sites(db, who.scope()).await.map_err(internal)?;
        let choice = |one: customers::CustomerSites| CustomerChoice {
            id: one.customer.id,
            name: one.customer.name,
            sites: one.sites,
        };
        let parents = hosts::names(db, who.scope()).await.map_err(internal)?;
        let own = match &host {
            Some(host) => hosts::parents(db, host.id).await.map_err(internal)?,
            None => Vec::new(),
        };
        let version = host.as_ref().map_or(0, |host| host.version);
        let input = host.as_ref().map_or_else(HostInput::default, |host| HostInput {
            name: host.name.clone(),
            system: host.system.clone(),
            kind: host.kind.clone(),
            address: host.address.clone(),
            site: host.site.to_string(),
            access_note: host.access_note.clone(),
            parents: own.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", "),
            version: host.version.to_string(),
        });
        Ok(HostFormPage {
            id: host.map(|host| host.id),
            input,
            customers: choices.into_iter().map(choice).collect(),
            parents,
            version,
        })
    }

    pub(super) async fn store_host(
        &self,
        who: &Principal,
        id: Option<HostId>,
        input: HostInput,
    ) -> Result<String, ApiError> {
        let old = match id {
            Some(id) => Some(self.find_by_id(who, id).await?),
            None => None,
        };
        who.require(Permission::EditHosts)?;
        let parts = input::host(&input)?;
        let site = hosts::find_site(self.db.read(), parts.site).await.map_err(internal)?;
        let site = site.filter(|place| old.as_ref().is_none_or(|old| old.customer == CustomerId(place.customer_id)));
        let site = site.ok_or_else(|| ApiError::invalid("site", "must be one of the customer's sites"))?;
        let parents = self.parents(&parts).await?;
        let now = self.clock.now();
        let host = match &old {
            Some(old) => old.id,
            None => HostId(new_id(now)?),
        };
        let name = parts.name.as_str().to_owned();
        let fields = hosts::HostFields {
            customer: CustomerId(site.customer_id),
            site: parts.site,
            name: parts.name,
            system: parts.system,
            kind: parts.kind.as_str(),
            address: parts.address,
            access_note: parts.access_note,
        };
        let tx = self.db.begin().await.map_err(internal)?;
        let taken = |error: DbErr| match is_unique_violation(&error) {
            true => ApiError::invalid("name", format!("{name} is the name of another host already")),
            false => internal(error),
        };
        match &old {
            None => hosts::insert(&tx, host, &fields, now).await.map_err(taken)?,
            Some(old) => {
                let version = input.version.parse().unwrap_or(old.version);
                if hosts::update(&tx, host, version, &fields).await.map_err(taken)? == 0 {
                    return Err(conflict());
                }
            }
        }
        refuse_loop(hosts::find_loop(&tx, host, &parents).await.map_err(internal)?)?;
        hosts::set_parents(&tx, host, &parents).await.map_err(internal)?;
        let action = if old.is_some() { "host.edit" } else { "host.create" };
        self.finish(&tx, who, CustomerId(site.customer_id), action, &name, now).await?;
        tx.commit().await.map_err(internal)?;
        self.announce();
        Ok(name)
    }

    async fn parents(&self, parts: &input::HostParts) -> Result<Vec<HostId>, ApiError> {
        if PARENTS_MAX < parts.parents.len() {
            return Err(ApiError::invalid("parents", format!("may be {PARENTS_MAX} hosts at most")));
        }
        let found = hosts::by_names(self.db.read(), &parts.parents).await.map_err(internal)?;
        let missing: Vec<_> = parts
            .parents
            .iter()
            .map(domain::text::HostName::as_str)
            .filter(|name| !found.iter().any(|(_, known)| known == name))
            .collect();
        match missing.is_empty() {
            true => Ok(found.into_iter().map(|(id, _)| id).collect()),
            false => Err(ApiError::invalid("parents", format!("there is no host {}", missing.join(", ")))),
        }
    }

    /// The audit row, the news for open pages and the new generation of what is watched.
    async fn finish(
        &self,
        tx: &DatabaseTransaction,
        who: &Principal,
        customer: CustomerId,
        action: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let mut record = act(who, action, subject, "");
        record.customer = Some(customer);
        audit::write(tx, new_id(now)?, now, record).await.map_err(internal)?;
        counters::take(tx, Counter::Configuration, 1).await.map_err(internal)?;
        events::append(tx, now, &[(customer, LiveChange::Estate { customer })]).await.map_err(internal)
    }

    fn announce(&self) {
        self.engine.wake_monitor();
        self.engine.published();
        // Faults that were closed with it are told by mail.
        self.engine.wake_mailer();
    }

    pub(super) async fn load_service_form(
        &self,
        who: &Principal,
        host_name: &str,
        service: Option<ServiceId>,
    ) -> Result<ServiceFormPage, ApiError> {
        let host = self.find(who, host_name).await?;
        let stored = match service {
            Some(id) => Some(self.find_service(who, id).await?).filter(|service| service.host == host.id),
            None => None,
        };
        if service.is_some() && stored.is_none() {
            return Err(ApiError::NotFound);
        }
        who.require(Permission::EditHosts)?;
        let secrets = stored.as_ref().map_or_else(Vec::new, |service| {
            let infos = service.kind.params().iter().filter(|info| info.secret);
            infos.filter(|info| service.params.first(info.name).is_some()).map(|info| info.name.to_owned()).collect()
        });
        Ok(ServiceFormPage {
            host: host.id,
            host_name: host.name,
            address: host.address,
            id: service,
            input: stored.as_ref().map_or_else(default_input, filled),
            stored_secrets: secrets,
        })
    }

    pub(super) async fn store_service(
        &self,
        who: &Principal,
        host: HostId,
        id: Option<ServiceId>,
        input: ServiceInput,
    ) -> Result<String, ApiError> {
        let host = self.find_by_id(who, host).await?;
        let old = match id {
            Some(id) => {
                let found = self.find_service(who, id).await?;
                Some(Some(found).filter(|service| service.host == host.id).ok_or(ApiError::NotFound)?)
            }
            None => None,
        };
        who.require(Permission::EditHosts)?;
        let kept = match &old {
            Some(old) => services::reveal(&self.vault, &old.params).map_err(internal)?,
            None => Params::default(),
        };
        let parts = input::service(&input, &host.address, &kept)?;
        let fields = ServiceFields {
            name: parts.name,
            kind: parts.kind,
            target: parts.target,
            params: services::seal(&self.vault, &parts.params).map_err(internal)?,
            policy: parts.policy,
        };
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        match &old {
            None => {
                if SERVICES_MAX <= services::count_of_host(&tx, host.id).await.map_err(internal)? {
                    let text = format!("a host has {SERVICES_MAX} services at most");
                    return Err(ApiError::Invalid(vec![FieldError::new("name", text)]));
                }
                let id = ServiceId(new_id(now)?);
                services::insert(&tx, id, host.id, host.customer, &fields, now).await.map_err(internal)?;
            }
            Some(old) => {
                let version = input.version.parse().unwrap_or(old.version);
                if services::update(&tx, old.id, version, &fields).await.map_err(internal)? == 0 {
                    return Err(conflict());
                }
            }
        }
        let action = if old.is_some() { "service.edit" } else { "service.create" };
        let subject = format!("{}: {}", host.name, fields.name);
        self.finish(&tx, who, host.customer, action, &subject, now).await?;
        tx.commit().await.map_err(internal)?;
        self.announce();
        Ok(host.name)
    }

    pub(super) async fn switch_host(&self, who: &Principal, host: &Host, switch: Switch) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let list = services::of_host(&tx, who.scope(), host.id).await.map_err(internal)?;
        let ids: Vec<_> = list.iter().map(|service| service.id).collect();
        let done = match switch {
            Switch::Pause => hosts::pause(&tx, host.id, now).await.map_err(internal)?,
            Switch::Resume => hosts::resume(&tx, host.id).await.map_err(internal)?,
            Switch::Remove => {
                services::remove_of_host(&tx, host.id, now).await.map_err(internal)?;
                hosts::forget_parents(&tx, host.id).await.map_err(internal)?;
                hosts::remove(&tx, host.id, now).await.map_err(internal)?
            }
        };
        if done == 0 {
            return Err(conflict());
        }
        self.stop_watching(&tx, who, host.id, &ids, switch, now).await?;
        self.finish(&tx, who, host.customer, &format!("host.{}", switch.word()), &host.name, now).await?;
        tx.commit().await.map_err(internal)?;
        self.announce();
        Ok(())
    }

    pub(super) async fn switch_service(
        &self,
        who: &Principal,
        service: &Service,
        switch: Switch,
    ) -> Result<(), ApiError> {
        let host = self.find_by_id(who, service.host).await?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let done = match switch {
            Switch::Pause => services::pause(&tx, service.id, now).await,
            Switch::Resume => services::resume(&tx, service.id).await,
            Switch::Remove => services::remove(&tx, service.id, now).await,
        };
        if done.map_err(internal)? == 0 {
            return Err(conflict());
        }
        self.stop_watching(&tx, who, host.id, &[service.id], switch, now).await?;
        let subject = format!("{}: {}", host.name, service.name);
        self.finish(&tx, who, host.customer, &format!("service.{}", switch.word()), &subject, now).await?;
        tx.commit().await.map_err(internal)?;
        self.announce();
        Ok(())
    }

    /// Nobody would hear of a recovery any more, so open faults are closed and told; the history says why it ends.
    async fn stop_watching(
        &self,
        tx: &DatabaseTransaction,
        who: &Principal,
        host: HostId,
        ids: &[ServiceId],
        switch: Switch,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if switch == Switch::Resume {
            return Ok(());
        }
        let context = faults::Context { now, mail_domain: self.mail_domain.clone() };
        faults::abandon(tx, &context, ids, &who.name).await.map_err(internal)?;
        let why = format!("{} by {}", switch.past(), who.name);
        history::stop_watching(tx, host, ids, now, &why).await.map_err(internal)
    }
}

fn refuse_loop(found: Option<Loop>) -> Result<(), ApiError> {
    match found {
        None => Ok(()),
        Some(Loop::Found(names)) => {
            Err(ApiError::invalid("parents", format!("would make a loop: {}", names.join(" behind "))))
        }
        Some(Loop::TooDeep) => Err(ApiError::invalid("parents", "would make a chain that is too long to follow")),
    }
}

fn default_input() -> ServiceInput {
    numbers(ServiceInput::default(), ProbePolicy::default())
}

fn filled(service: &Service) -> ServiceInput {
    let shown = service.params.without_secrets(service.kind);
    let input = ServiceInput {
        name: service.name.clone(),
        kind: service.kind.as_str().to_owned(),
        target: service.target.clone(),
        params: shown.0.into_iter().map(|(name, values)| (name, values.join("\n"))).collect(),
        version: service.version.to_string(),
        ..ServiceInput::default()
    };
    numbers(input, service.policy)
}

fn numbers(input: ServiceInput, policy: ProbePolicy) -> ServiceInput {
    ServiceInput {
        interval_s: policy.interval_s.to_string(),
        retry_interval_s: policy.retry_interval_s.to_string(),
        timeout_ms: policy.timeout_ms.to_string(),
        attempts_max: policy.attempts_max.to_string(),
        ..input
    }
}
