//! Hosts and services: lists, pages, forms.

use std::collections::HashMap;

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
    access::{Permission, Scope, Side},
    id::{HostId, ServiceId},
    text::HostName,
};

use super::{board::tile, internal};
use crate::{
    clock::Clock,
    engine::Engine,
    store::{Db, board, events, hosts, services},
    vault::Vault,
};

mod chart;
mod edit;
mod input;
mod page;

/// Implements [`HostDesk`].
pub struct Desk {
    db: Db,
    clock: Clock,
    engine: Engine,
    vault: Vault,
    mail_domain: String,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, engine: Engine, vault: Vault, mail_domain: String) -> Self {
        Self { db, clock, engine, vault, mail_domain }
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

    /// Marks of all hosts of a scope.
    async fn tiles(&self, scope: Scope, side: Side) -> Result<HashMap<HostId, (Tile, board::HostRow)>, ApiError> {
        let rows = board::hosts(self.db.read(), scope).await.map_err(internal)?;
        Ok(rows.into_iter().map(|row| (HostId(row.host.id), (tile(&self.engine, &row, side), row))).collect())
    }
}

#[async_trait]
impl HostDesk for Desk {
    async fn list(&self, who: &Principal, after: Option<String>, find: String) -> Result<HostList, ApiError> {
        let staff = who.side() == Side::Staff;
        let find = hosts::Find { text: find.trim().chars().take(100).collect(), addresses: staff };
        let db = self.db.read();
        let seq = events::last(db).await.map_err(internal)?;
        let rows = hosts::list(db, who.scope(), after.as_deref().and_then(|after| after.split_once('\n')), &find).await.map_err(internal)?;
        let total = hosts::count(db, who.scope(), &find).await.map_err(internal)?;
        let tiles = self.tiles(who.scope(), who.side()).await?;
        let full = hosts::PAGE <= rows.len() as u64;
        let next_after =
            rows.last().filter(|_| full).map(|row| format!("{}\n{}", row.customer_name, row.name));
        let row = |host: hosts::Host| {
            let (tile, services, last) = match tiles.get(&host.id) {
                Some((tile, row)) => {
                    let last = row.services.iter().filter_map(|id| self.engine.observed_at(*id)).max();
                    (*tile, row.services.len(), last)
                }
                None => (Tile { state: TileState::Pending, acknowledged: false }, 0, None),
            };
            HostListRow {
                id: host.id,
                name: host.name,
                system: host.system,
                kind: HostKind::parse(&host.kind).unwrap_or(HostKind::Other),
                address: if staff { host.address } else { String::new() },
                customer: host.customer_name,
                cover: host.cover,
                site: host.site_name,
                tile,
                services: u32::try_from(services).unwrap_or(u32::MAX),
                last_observed_at: last,
            }
        };
        Ok(HostList {
            now: self.clock.now(),
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
        self.switch_host(who, &host, if paused { edit::Switch::Pause } else { edit::Switch::Resume }).await
    }

    async fn remove_host(&self, who: &Principal, id: HostId) -> Result<(), ApiError> {
        let host = self.find_by_id(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_host(who, &host, edit::Switch::Remove).await
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
        self.switch_service(who, &service, if paused { edit::Switch::Pause } else { edit::Switch::Resume }).await
    }

    async fn remove_service(&self, who: &Principal, id: ServiceId) -> Result<(), ApiError> {
        let service = self.find_service(who, id).await?;
        who.require(Permission::EditHosts)?;
        self.switch_service(who, &service, edit::Switch::Remove).await
    }

    async fn probe_now(&self, who: &Principal, id: ServiceId) -> Result<(), ApiError> {
        let service = self.find_service(who, id).await?;
        // Any of the staff may look again; a customer sees the result when it comes.
        who.require(Permission::SeeWallboard)?;
        self.engine.probe_now(service.host, id);
        Ok(())
    }
}
