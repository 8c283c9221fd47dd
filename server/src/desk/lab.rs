//! The lab page of the demonstration.

use std::collections::HashMap;

use app::api::{
    error::ApiError,
    lab::{LabDesk, LabHost, LabPage, LabTarget},
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Scope, Side},
    id::HostId,
};

use super::{board::tile, internal};
use crate::{
    clock::Clock,
    engine::Engine,
    lab::{BreakMode, Lab, TargetView},
    store::{Db, board, events, services},
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

    /// The host that watches each address.
    async fn watchers(&self) -> Result<HashMap<String, LabHost>, ApiError> {
        let db = self.db.read();
        let names: HashMap<_, _> = board::customers(db, Scope::Everything)
            .await
            .map_err(internal)?
            .into_iter()
            .map(|customer| (customer.id, customer.name))
            .collect();
        let hosts = board::hosts(db, Scope::Everything).await.map_err(internal)?;
        let hosts: HashMap<_, _> = hosts.into_iter().map(|row| (HostId(row.host.id), row)).collect();
        let mut watchers = HashMap::new();
        for service in services::targets(db, TARGETS_MAX).await.map_err(internal)? {
            let Some(row) = hosts.get(&service.host) else { continue };
            let host = LabHost {
                id: service.host,
                name: row.host.name.clone(),
                system: row.host.system.clone(),
                customer: names.get(&row.host.customer_id).cloned().unwrap_or_default(),
                tile: tile(&self.engine, row, Side::Staff),
            };
            watchers.insert(bare(&service.target).to_owned(), host);
        }
        Ok(watchers)
    }
}

/// The address in a probe's target: `http://127.0.0.1:4711/` looks at `127.0.0.1:4711`.
fn bare(target: &str) -> &str {
    let rest = target.split_once("://").map_or(target, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[async_trait]
impl LabDesk for Desk {
    async fn page(&self, who: &Principal) -> Result<LabPage, ApiError> {
        let lab = self.lab(who)?;
        let seq = events::last(self.db.read()).await.map_err(internal)?;
        let mut watchers = self.watchers().await?;
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
            targets: lab.targets().into_iter().map(target).collect(),
            control: lab.control_addr().map(|address| format!("http://{address}")).unwrap_or_default(),
        })
    }

    async fn break_target(&self, who: &Principal, id: &str, how: &str) -> Result<(), ApiError> {
        let lab = self.lab(who)?;
        let words = || BreakMode::ALL.map(BreakMode::as_str).join(", ");
        let how = BreakMode::parse(how)
            .ok_or_else(|| ApiError::invalid("how", format!("must be one of {}, not {how:?}", words())))?;
        lab.break_target(id, how).await.map_err(|error| ApiError::invalid("how", error))
    }

    async fn mend(&self, who: &Principal, id: &str) -> Result<(), ApiError> {
        self.lab(who)?.mend(id).await.map_err(|error| ApiError::invalid("id", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_every_kind_of_target() {
        assert_eq!(bare("https://127.0.0.1:4711/status"), "127.0.0.1:4711");
        assert_eq!(bare("127.0.0.1:25"), "127.0.0.1:25");
        assert_eq!(bare("127.83.0.1"), "127.83.0.1");
    }
}
