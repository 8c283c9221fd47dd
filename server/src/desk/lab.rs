//! The lab page of the demonstration.

use std::collections::{HashMap, HashSet};

use app::api::{
    error::ApiError,
    lab::{LabDesk, LabHost, LabPage, LabTarget},
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Scope, Side},
    id::HostId,
    probe::{ProbeKind, expand_target},
    text::Address,
};

use super::{board::tile, internal};
use crate::{
    clock::Clock,
    engine::Engine,
    lab::{BreakMode, Lab, LabError, TargetView},
    store::{Db, events, hosts, services},
};

/// Services looked at to find out who watches a target.
const TARGETS_MAX: u64 = 10_000;

/// Implements [`LabDesk`]. Without a lab there is no such page.
pub struct Desk {
    db: Db,
    clock: Clock,
    engine: Engine,
    lab: Option<Lab>,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, engine: Engine, lab: Option<Lab>) -> Self {
        Self { db, clock, engine, lab }
    }

    fn lab(&self, who: &Principal) -> Result<&Lab, ApiError> {
        who.require(Permission::UseLab)?;
        self.lab.as_ref().ok_or(ApiError::NotFound)
    }

    /// The host that watches each of the given addresses.
    async fn watchers(&self, addresses: &HashSet<String>) -> Result<HashMap<String, LabHost>, ApiError> {
        let db = self.db.read();
        let mut found: Vec<(String, HostId)> = Vec::new();
        for service in services::targets(db, TARGETS_MAX).await.map_err(internal)? {
            let watched = watched(service.kind, &service.target, &service.address);
            if addresses.contains(&watched) {
                found.push((watched, service.host));
            }
        }
        let ids: Vec<_> = found.iter().map(|(_, id)| *id).collect::<HashSet<_>>().into_iter().collect();
        let hosts = hosts::find_many(db, Scope::Everything, &ids).await.map_err(internal)?;
        let marks = hosts::marks(db, &ids, self.clock.now()).await.map_err(internal)?;
        let view = |host: hosts::Host| {
            let mark = marks.get(&host.id)?;
            let tile = tile(&self.engine, mark, Side::Staff);
            let (id, name, system, customer) = (host.id, host.name, host.system, host.customer_name);
            Some((id, LabHost { id, name, system, customer, tile }))
        };
        let views: HashMap<_, _> = hosts.into_iter().filter_map(view).collect();
        let known = |(address, id): (String, HostId)| Some((address, views.get(&id)?.clone()));
        Ok(found.into_iter().filter_map(known).collect())
    }
}

/// The address that a service looks at: of `http://127.0.0.1:4711/status` it is `127.0.0.1:4711`.
fn watched(kind: ProbeKind, target: &str, address: &str) -> String {
    let target = match Address::parse(address) {
        Ok(address) => expand_target(kind, target, &address),
        Err(_) => target.to_owned(),
    };
    let rest = target.split_once("://").map_or(target.as_str(), |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
}

/// Words for a person at a form, not for a script at the control address.
fn refused(error: LabError) -> ApiError {
    match error {
        LabError::UnknownTarget { .. } => ApiError::NotFound,
        LabError::Stopped => ApiError::Conflict("The lab has been shut down.".to_owned()),
        error => ApiError::invalid("how", error),
    }
}

#[async_trait]
impl LabDesk for Desk {
    async fn page(&self, who: &Principal) -> Result<LabPage, ApiError> {
        let lab = self.lab(who)?;
        let seq = events::last(self.db.read()).await.map_err(internal)?;
        let targets = lab.targets();
        let addresses = targets.iter().map(|target| target.address.clone()).collect();
        let mut watchers = self.watchers(&addresses).await?;
        let target = |view: TargetView| LabTarget {
            host: watchers.remove(&view.address),
            modes: view.kind.modes().iter().map(|mode| mode.as_str().to_owned()).collect(),
            id: view.id,
            kind: view.kind.as_str().to_owned(),
            address: view.address,
            state: view.state.to_owned(),
        };
        Ok(LabPage {
            now: self.clock.now(),
            seq,
            targets: targets.into_iter().map(target).collect(),
            control: lab.control_addr().map(|address| format!("http://{address}")).unwrap_or_default(),
        })
    }

    async fn break_target(&self, who: &Principal, id: &str, how: &str) -> Result<(), ApiError> {
        let lab = self.lab(who)?;
        let target = lab.targets().into_iter().find(|target| target.id == id).ok_or(ApiError::NotFound)?;
        let modes = target.kind.modes();
        let mode = BreakMode::parse(how).filter(|mode| modes.contains(mode)).ok_or_else(|| {
            let words = modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(", ");
            ApiError::invalid("how", format!("must be one of {words} for this target, not {how:?}"))
        })?;
        lab.break_target(id, mode).await.map_err(refused)
    }

    async fn mend(&self, who: &Principal, id: &str) -> Result<(), ApiError> {
        self.lab(who)?.mend(id).await.map_err(refused)
    }
}

#[cfg(test)]
mod tests;
