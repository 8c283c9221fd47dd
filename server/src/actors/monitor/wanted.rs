//! What is to be watched, read from the database and made ready for the actors.

use std::{collections::HashMap, sync::Arc};

use domain::{
    id::{HostId, ServiceId},
    probe::{ProbeSpec, expand_target},
    text::Address,
};
use sea_orm::DbErr;

use crate::{
    actors::host::{HostSetup, ServiceSetup},
    store::{
        Db,
        counters::{self, Counter},
        services::{self, WatchedHost, WatchedService},
        states::{self, StoredState},
    },
    vault::Vault,
};

/// Every host to be watched, and the generation of the configuration that says so.
#[derive(Debug)]
pub(super) struct All {
    pub(super) generation: i64,
    pub(super) hosts: Vec<One>,
}

#[derive(Debug)]
pub(super) struct One {
    pub(super) setup: HostSetup,
    /// Differs when anything about the host or its services does.
    pub(super) fingerprint: u64,
}

/// All hosts, or `None` when the configuration is still at generation `known`.
pub(super) async fn all(db: &Db, vault: &Vault, known: Option<i64>) -> Result<Option<All>, DbErr> {
    let generation = counters::last(db.read(), Counter::Configuration).await?;
    if known == Some(generation) {
        return Ok(None);
    }
    let watched = services::watched(db.read()).await?;
    let ids: Vec<_> = watched.iter().flat_map(|host| host.services.iter().map(|service| service.id)).collect();
    let mut stored = states::load(db.read(), &ids).await?;
    let hosts = watched.into_iter().map(|host| ready(host, vault, &mut stored)).collect();
    Ok(Some(All { generation, hosts }))
}

/// One host, or `None` when it is not to be watched any more.
pub(super) async fn one(db: &Db, vault: &Vault, host: HostId) -> Result<Option<One>, DbErr> {
    let Some(watched) = services::watched_one(db.read(), host).await? else { return Ok(None) };
    let ids: Vec<_> = watched.services.iter().map(|service| service.id).collect();
    let mut stored = states::load(db.read(), &ids).await?;
    Ok(Some(ready(watched, vault, &mut stored)))
}

fn ready(host: WatchedHost, vault: &Vault, stored: &mut HashMap<ServiceId, StoredState>) -> One {
    let address = host.address;
    let services = host.services.into_iter().map(|service| ServiceSetup {
        id: service.id,
        version: service.version,
        spec: spec(vault, &service, &address),
        policy: service.policy,
        stored: stored.remove(&service.id).unwrap_or_else(StoredState::pending),
    });
    let setup = HostSetup { host: host.host, customer: host.customer, services: services.collect() };
    One { setup, fingerprint: host.fingerprint }
}

/// The typed specification, or what is wrong with the stored one: the check then shows "unknown" with these words.
fn spec(vault: &Vault, service: &WatchedService, address: &str) -> Result<Arc<ProbeSpec>, String> {
    let address = Address::parse(address).map_err(|error| format!("address: {error}"))?;
    let params = services::reveal(vault, &service.params).map_err(|error| error.to_string())?;
    let target = expand_target(service.kind, &service.target, &address);
    let wrong =
        |errors: Vec<domain::probe::FieldError>| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    ProbeSpec::parse(service.kind, &target, &params).map(Arc::new).map_err(wrong)
}
