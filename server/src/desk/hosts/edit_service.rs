//! The form of a service.

use std::collections::BTreeSet;

use app::api::{
    error::ApiError,
    hosts::{ServiceFormPage, ServiceInput},
    principal::Principal,
};
use domain::{
    access::Permission,
    id::{HostId, ServiceId},
    probe::{Params, ProbePolicy},
};
use sea_orm::DatabaseTransaction;

use super::{
    Desk,
    edit::{Edit, conflict, service_subject},
    input::{self, Wrong},
};
use crate::{
    desk::{internal, new_id},
    store::{
        hosts,
        services::{self, SERVICES_MAX, Service, ServiceFields},
    },
};

impl Desk {
    pub(super) async fn load_service_form(
        &self,
        who: &Principal,
        host_name: &str,
        service: Option<ServiceId>,
    ) -> Result<ServiceFormPage, ApiError> {
        let host = self.find(who, host_name).await?;
        let stored = match service {
            Some(id) => Some(self.service_of(who, host.id, id).await?),
            None => None,
        };
        who.require(Permission::EditHosts)?;
        Ok(ServiceFormPage {
            host: host.id,
            host_name: host.name,
            address: host.address,
            id: service,
            stored_secrets: stored.as_ref().map_or_else(Vec::new, stored_secrets),
            input: stored.as_ref().map_or_else(|| numbers(ServiceInput::default(), ProbePolicy::default()), filled),
        })
    }

    /// The service, if it is one of this host.
    async fn service_of(&self, who: &Principal, host: HostId, id: ServiceId) -> Result<Service, ApiError> {
        let service = self.find_service(who, id).await?;
        Some(service).filter(|service| service.host == host).ok_or(ApiError::NotFound)
    }

    pub(super) async fn store_service(
        &self,
        who: &Principal,
        host: HostId,
        id: Option<ServiceId>,
        input: ServiceInput,
    ) -> Result<String, ApiError> {
        self.find_by_id(who, host).await?;
        if let Some(id) = id {
            self.service_of(who, host, id).await?;
        }
        who.require(Permission::EditHosts)?;
        let tx = self.begin_edit().await?;
        let host = hosts::find_by_id(&tx, who.scope(), host).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let old = match id {
            Some(id) => Some(services::find(&tx, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)?),
            None => None,
        };
        let mut wrong = Wrong::default();
        let version = id.and_then(|_| wrong.version(&input.version));
        if old.is_none() {
            refuse_too_many(&tx, host.id, &mut wrong).await?;
        }
        let fields = input::service(&input, &host.address, old.as_ref(), &self.vault, &mut wrong);
        let mut fields = wrong.none_but(fields)?;
        let now = self.clock.now();
        let (action, detail) = match &old {
            None => ("service.create", format!("{} {}", fields.kind.as_str(), fields.target)),
            Some(old) => ("service.edit", changes(old, &fields)),
        };
        fields.params = services::seal(&self.vault, &fields.params).map_err(internal)?;
        match (&old, version) {
            (Some(old), Some(version)) => {
                if services::update(&tx, old.id, version, &fields).await.map_err(internal)? == 0 {
                    return Err(conflict(&tx, &service_subject(&host.name, &old.name)).await);
                }
            }
            _ => {
                let id = ServiceId(new_id(now)?);
                services::insert(&tx, id, host.id, host.customer, &fields, now).await.map_err(internal)?;
            }
        }
        let subject = service_subject(&host.name, fields.name.as_str());
        let edit = Edit { customer: host.customer, action, subject: &subject, detail, at: now };
        self.finish(tx, who, edit).await?;
        Ok(host.name)
    }
}

/// What an edit changed, for the audit log. Of parameters only the names: a header or a body may hold a secret.
fn changes(old: &Service, new: &ServiceFields) -> String {
    let mut parts = Vec::new();
    for (field, before, after) in [
        ("name", old.name.as_str(), new.name.as_str()),
        ("kind", old.kind.as_str(), new.kind.as_str()),
        ("target", old.target.as_str(), new.target.as_str()),
    ] {
        if before != after {
            parts.push(format!("{field} {before} to {after}"));
        }
    }
    for (field, before, after) in [
        ("interval_s", old.policy.interval_s, new.policy.interval_s),
        ("retry_interval_s", old.policy.retry_interval_s, new.policy.retry_interval_s),
        ("timeout_ms", old.policy.timeout_ms, new.policy.timeout_ms),
        ("attempts_max", u32::from(old.policy.attempts_max), u32::from(new.policy.attempts_max)),
    ] {
        if before != after {
            parts.push(format!("{field} {before} to {after}"));
        }
    }
    // A secret that was kept is still sealed, byte for byte; a typed one is not.
    let names: BTreeSet<_> = old.params.0.keys().chain(new.params.0.keys()).collect();
    let changed = |name: &&&String| old.params.all(name) != new.params.all(name);
    parts.extend(names.iter().filter(changed).map(|name| format!("another {name}")));
    parts.join(", ")
}

async fn refuse_too_many(tx: &DatabaseTransaction, host: HostId, wrong: &mut Wrong) -> Result<(), ApiError> {
    if SERVICES_MAX <= services::count_of_host(tx, host).await.map_err(internal)? {
        wrong.add("name", format!("a host has {SERVICES_MAX} services at most; this one has them"));
    }
    Ok(())
}

fn stored_secrets(service: &Service) -> Vec<String> {
    let stored = |name: &&str| service.params.first(name).is_some();
    let secrets = service.kind.params().iter().filter(|info| info.secret).map(|info| info.name);
    secrets.filter(stored).map(str::to_owned).collect()
}

fn filled(service: &Service) -> ServiceInput {
    let Params(shown) = service.params.without_secrets(service.kind);
    let input = ServiceInput {
        name: service.name.clone(),
        kind: service.kind.as_str().to_owned(),
        target: service.target.clone(),
        params: shown.into_iter().map(|(name, values)| (name, values.join("\n"))).collect(),
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
