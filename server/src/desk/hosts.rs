//! Hosts and services: lists, pages, forms.

use std::collections::BTreeSet;

use app::api::{
    board::{Tile, TileState},
    error::ApiError,
    hosts::{
        ChartRange, HostDesk, HostFormPage, HostInput, HostKind, HostList, HostListRow, HostPage, ServiceFormPage,
        ServiceInput,
    },
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Side},
    id::{HostId, ServiceId},
    text::HostName,
    time::Timestamp,
};

use super::{board::tile, internal};
use crate::{
    clock::Clock,
    engine::Engine,
    store::{Db, board::HostRow, cover::Levels, events, hosts, services},
    vault::Vault,
};

mod chart;
mod edit;
mod edit_host;
mod edit_service;
#[cfg(test)]
pub(crate) mod fixtures;
mod input;
mod page;
mod switch;
#[cfg(test)]
mod tests;

use switch::Switch;

/// Between a customer's and a host's name in the place where a list goes on; no name has it.
const AFTER: char = '\n';
/// Longest text that is searched for.
const FIND_CHARS_MAX: usize = 100;

/// Implements [`HostDesk`].
pub struct Desk {
    db: Db,
    clock: Clock,
    engine: Engine,
    vault: Vault,
    mail_domain: String,
    /// When this process began to look.
    started_at: Timestamp,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, engine: Engine, vault: Vault, mail_domain: String) -> Self {
        let started_at = clock.now();
        Self { db, clock, engine, vault, mail_domain, started_at }
    }

    async fn find(&self, who: &Principal, name: &str) -> Result<hosts::Host, ApiError> {
        let name = HostName::parse(name).map_err(|_| ApiError::NotFound)?;
        hosts::find(self.db.read(), who.scope(), &name).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    async fn find_by_id(&self, who: &Principal, id: HostId) -> Result<hosts::Host, ApiError> {
        hosts::find_by_id(self.db.read(), who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    async fn find_service(&self, who: &Principal, id: ServiceId) -> Result<services::Service, ApiError> {
        services::find(self.db.read(), who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }
}

/// The mark of a host, and when any of its services was last observed.
fn marked(engine: &Engine, row: Option<&HostRow>, side: Side) -> (Tile, Option<Timestamp>) {
    let pending = Tile { state: TileState::Pending, acknowledged: false };
    row.map_or((pending, None), |row| {
        let last = row.services.iter().filter_map(|id| engine.observed_at(*id)).max();
        (tile(engine, row, side), last)
    })
}

/// Text as typed, without what no name can hold and databases refuse.
fn searched(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(FIND_CHARS_MAX).collect()
}

#[async_trait]
impl HostDesk for Desk {
    async fn list(&self, who: &Principal, after: Option<String>, find: String) -> Result<HostList, ApiError> {
        let (side, staff) = (who.side(), who.side() == Side::Staff);
        let find = hosts::Find { text: searched(&find), addresses: staff };
        let after = match &after {
            None => None,
            Some(after) => Some(
                after
                    .split_once(AFTER)
                    .filter(|(customer, name)| !customer.contains('\0') && !name.contains('\0'))
                    .ok_or_else(|| ApiError::invalid("after", "must be what a page gave as its next_after"))?,
            ),
        };
        let (db, now) = (self.db.read(), self.clock.now());
        let seq = events::last(db).await.map_err(internal)?;
        let (rows, more) = hosts::list(db, who.scope(), after, &find).await.map_err(internal)?;
        let total = hosts::count(db, who.scope(), &find).await.map_err(internal)?;
        let ids: Vec<_> = rows.iter().map(|host| host.id).collect();
        let marks = hosts::marks(db, &ids, now).await.map_err(internal)?;
        let next_after = rows.last().filter(|_| more).map(|row| format!("{}{AFTER}{}", row.customer_name, row.name));
        let customers: BTreeSet<_> = rows.iter().map(|host| host.customer).collect();
        let customers: Vec<_> = customers.into_iter().collect();
        let levels = Levels::of_customers(db, &customers).await.map_err(internal)?;
        let row = |host: hosts::Host| {
            let mark = marks.get(&host.id);
            let (tile, last_observed_at) = marked(&self.engine, mark, side);
            HostListRow {
                id: host.id,
                name: host.name,
                system: host.system,
                kind: HostKind::parse(&host.kind).unwrap_or(HostKind::Other),
                address: if staff { host.address } else { String::new() },
                customer: host.customer_name,
                cover: levels.at_site(host.customer, host.site, now),
                site: host.site_name,
                tile,
                services: u32::try_from(mark.map_or(0, |mark| mark.services.len())).unwrap_or(u32::MAX),
                last_observed_at,
            }
        };
        Ok(HostList {
            now,
            seq,
            hosts: rows.into_iter().map(row).collect(),
            total,
            next_after,
            may_edit: who.role.may(Permission::EditHosts),
        })
    }

    async fn page(
        &self,
        who: &Principal,
        name: &str,
        range: ChartRange,
        service: Option<ServiceId>,
    ) -> Result<HostPage, ApiError> {
        self.host_page(who, name, range, service).await
    }

    async fn host_form(&self, who: &Principal, name: Option<&str>) -> Result<HostFormPage, ApiError> {
        self.load_host_form(who, name).await
    }

    async fn save_host(&self, who: &Principal, id: Option<HostId>, input: HostInput) -> Result<String, ApiError> {
        self.store_host(who, id, input).await
    }

    async fn pause_host(&self, who: &Principal, id: HostId, paused: bool) -> Result<(), ApiError> {
        let host = self.find_by_id(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_host(who, host.id, if paused { Switch::Pause } else { Switch::Resume }).await
    }

    async fn remove_host(&self, who: &Principal, id: HostId) -> Result<(), ApiError> {
        let host = self.find_by_id(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_host(who, host.id, Switch::Remove).await
    }

    async fn service_form(
        &self,
        who: &Principal,
        host_name: &str,
        service: Option<ServiceId>,
    ) -> Result<ServiceFormPage, ApiError> {
        self.load_service_form(who, host_name, service).await
    }

    async fn save_service(
        &self,
        who: &Principal,
        host: HostId,
        id: Option<ServiceId>,
        input: ServiceInput,
    ) -> Result<String, ApiError> {
        self.store_service(who, host, id, input).await
    }

    async fn pause_service(&self, who: &Principal, id: ServiceId, paused: bool) -> Result<(), ApiError> {
        let service = self.find_service(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_service(who, service.id, if paused { Switch::Pause } else { Switch::Resume }).await
    }

    async fn remove_service(&self, who: &Principal, id: ServiceId) -> Result<(), ApiError> {
        let service = self.find_service(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_service(who, service.id, Switch::Remove).await
    }

    async fn probe_now(&self, who: &Principal, id: ServiceId) -> Result<(), ApiError> {
        let service = self.find_service(who, id).await?;
        // Any of the staff may look again; a customer sees the result when it comes.
        who.require(Permission::SeeWallboard)?;
        let host = self.find_by_id(who, service.host).await?;
        if host.paused_at.is_some() || service.paused_at.is_some() {
            return Err(ApiError::Conflict("This is paused, so nobody looks. Resume it first.".to_owned()));
        }
        self.engine.probe_now(service.host, id);
        Ok(())
    }
}
