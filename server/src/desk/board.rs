//! The boards.

use std::collections::HashMap;

use app::api::{
    board::{Board, BoardDesk, CustomerBoard, EstateCustomer, EstateHost, SiteSystems, SystemRow, Tile, TileState},
    error::ApiError,
    faults::FaultRow,
    hosts::HostKind,
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Scope, Side},
    availability::{Change, Totals, bars},
    downtime::Place,
    id::{CustomerId, HostId, SiteId},
    observation::Status,
    time::Timestamp,
};
use uuid::Uuid;

use super::internal;
use crate::{
    clock::Clock,
    config::Support,
    engine::Engine,
    store::{
        Db,
        board::{self, HostRow},
        cover::Levels,
        downtimes::Downtimes,
        events, faults, history,
    },
};

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
/// Days of bars on a customer's board.
const BAR_DAYS: u16 = 30;
const RECOVERED_MAX: u64 = 20;

pub struct Boards {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub support: Support,
}

#[async_trait]
impl BoardDesk for Boards {
    async fn staff(&self, who: &Principal) -> Result<Board, ApiError> {
        who.require(Permission::SeeWallboard)?;
        let scope = who.scope();
        let now = self.clock.now();
        // Read before the rows: an event that falls in between is sent again rather than lost.
        let seq = events::last(self.db.read()).await.map_err(internal)?;
        let db = self.db.read();
        let open = faults::open(db, scope).await.map_err(internal)?;
        let open_count = faults::open_count(db, scope).await.map_err(internal)?;
        let mut rows = faults::rows(db, open).await.map_err(internal)?;
        rows.sort_by_key(|row| (std::cmp::Reverse(row.status), row.started_at));
        let recovered =
            faults::recovered(db, scope, now.plus_seconds(-HOUR_S), RECOVERED_MAX).await.map_err(internal)?;
        let recovered = faults::rows(db, recovered).await.map_err(internal)?;
        let estate = self.estate(scope, now).await?;
        let last_observed_at = self.engine.last_observed_at();
        Ok(Board { now, seq, faults: rows, open_count, recovered, estate, last_observed_at })
    }

    async fn customer(&self, who: &Principal) -> Result<CustomerBoard, ApiError> {
        who.require(Permission::SeeBoard)?;
        let Scope::Customer(customer) = who.scope() else {
            return Err(ApiError::Forbidden { ask: "nobody: staff have the fault board".to_owned() });
        };
        let scope = who.scope();
        let now = self.clock.now();
        let seq = events::last(self.db.read()).await.map_err(internal)?;
        let db = self.db.read();
        let own = board::customers(db, scope).await.map_err(internal)?.into_iter().next().ok_or(ApiError::NotFound)?;
        let id = CustomerId(own.id);
        let cover = Levels::of_customers(db, &[id]).await.map_err(internal)?.of_customer(id, now);
        let open = faults::open(db, scope).await.map_err(internal)?;
        let recent =
            faults::recovered(db, scope, now.plus_seconds(-30 * DAY_S), RECOVERED_MAX).await.map_err(internal)?;
        let faults = customer_rows(faults::rows(db, open).await.map_err(internal)?);
        let recent = customer_rows(faults::rows(db, recent).await.map_err(internal)?);
        let sites = self.sites(customer, now).await?;
        let last_observed_at =
            sites.iter().flat_map(|site| &site.systems).filter_map(|system| system.last_observed_at).max();
        Ok(CustomerBoard {
            now,
            seq,
            customer: own.name,
            cover,
            faults,
            sites,
            recent,
            last_observed_at,
            support_phone: self.support.phone_for(cover).to_owned(),
        })
    }
}

fn customer_rows(mut rows: Vec<FaultRow>) -> Vec<FaultRow> {
    // A fault of our own is no news for a customer.
    rows.retain(|row| row.status != Status::Unknown);
    for row in &mut rows {
        blank_for_customer(row);
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(row.status), row.started_at));
    rows
}

/// Takes out of a row what only staff may know.
pub fn blank_for_customer(row: &mut FaultRow) {
    row.host_name.clear();
    row.detail.clear();
    if let Some(ack) = &mut row.staff_ack {
        ack.note.clear();
    }
}

impl Boards {
    async fn estate(&self, scope: Scope, now: Timestamp) -> Result<Vec<EstateCustomer>, ApiError> {
        let customers = board::customers(self.db.read(), scope).await.map_err(internal)?;
        let ids: Vec<_> = customers.iter().map(|customer| CustomerId(customer.id)).collect();
        let levels = Levels::of_customers(self.db.read(), &ids).await.map_err(internal)?;
        let mut by_customer: HashMap<Uuid, Vec<EstateHost>> = HashMap::new();
        for row in board::hosts(self.db.read(), scope, now).await.map_err(internal)? {
            let host = EstateHost {
                id: HostId(row.host.id),
                tile: tile(&self.engine, &row, Side::Staff),
                name: row.host.name,
            };
            by_customer.entry(row.host.customer_id).or_default().push(host);
        }
        let estate = customers.into_iter().filter_map(|customer| {
            let mut hosts = by_customer.remove(&customer.id)?;
            hosts.sort_by_key(|host| std::cmp::Reverse(host.tile.state));
            let id = CustomerId(customer.id);
            Some(EstateCustomer { id, name: customer.name, cover: levels.of_customer(id, now), hosts })
        });
        let mut estate: Vec<_> = estate.collect();
        estate.sort_by_key(|customer| std::cmp::Reverse(customer.hosts.first().map(|host| host.tile.state)));
        Ok(estate)
    }

    async fn sites(&self, customer: CustomerId, now: Timestamp) -> Result<Vec<SiteSystems>, ApiError> {
        let scope = Scope::Customer(customer);
        let sites = board::sites(self.db.read(), scope).await.map_err(internal)?;
        let hosts = board::hosts(self.db.read(), scope, now).await.map_err(internal)?;
        let from = now.plus_seconds(-i64::from(BAR_DAYS) * DAY_S);
        let downtimes = Downtimes::load(self.db.read(), scope, from).await.map_err(internal)?;
        let mut by_site: HashMap<Uuid, Vec<SystemRow>> = HashMap::new();
        for row in hosts {
            let site = row.host.site_id;
            let system = self.system(row, &downtimes, (from, now)).await?;
            by_site.entry(site).or_default().push(system);
        }
        let with_systems = sites.into_iter().filter_map(|site| {
            let systems = by_site.remove(&site.id)?;
            Some(SiteSystems { name: site.name, systems })
        });
        Ok(with_systems.collect())
    }

    async fn system(
        &self,
        row: HostRow,
        downtimes: &Downtimes,
        (from, now): (Timestamp, Timestamp),
    ) -> Result<SystemRow, ApiError> {
        let (customer, id) = (CustomerId(row.host.customer_id), HostId(row.host.id));
        let place = |service| Place { site: SiteId(row.host.site_id), host: id, service: Some(service) };
        let planned = |service| downtimes.spans(customer, place(service), from, now);
        let changes = history::host_changes(self.db.read(), id, (from, now), planned).await.map_err(internal)?;
        let worst = row.faults.iter().filter(|fault| fault.status != Status::Unknown).max_by_key(|fault| fault.status);
        Ok(SystemRow {
            id: HostId(row.host.id),
            system: row.host.system.clone(),
            kind: HostKind::parse(&row.host.kind).unwrap_or(HostKind::Other),
            tile: tile(&self.engine, &row, Side::Customer),
            // The last of them ends a downtime that is still running.
            since: worst
                .map(|fault| fault.started_at)
                .or_else(|| changes.iter().rev().map(|change| change.at).find(|at| *at < now)),
            last_observed_at: row.services.iter().filter_map(|service| self.engine.observed_at(*service)).max(),
            days: day_bars(&changes, from, now),
            fault: worst.map(|fault| fault.number),
        })
    }
}

fn day_bars(changes: &[Change], from: Timestamp, now: Timestamp) -> Vec<Totals> {
    bars(changes, from, now, BAR_DAYS)
}

/// The mark of a host as one side sees it: its worst open fault outside downtimes; stale when any of its observations is
/// too old.
pub fn tile(engine: &Engine, row: &HostRow, side: Side) -> Tile {
    let seen = |fault: &&board::OpenFault| !fault.held && (side == Side::Staff || fault.status != Status::Unknown);
    let state = |fault: &board::OpenFault| TileState::of_fault(fault.status, fault.flapping);
    let worst = row.faults.iter().filter(seen).map(state).max();
    let taken = |fault: &board::OpenFault| match side {
        Side::Staff => fault.by_staff,
        Side::Customer => fault.by_customer,
    };
    if let Some(worst) = worst {
        let acknowledged = row.faults.iter().filter(seen).filter(|fault| state(fault) == worst).all(taken);
        return Tile { state: worst, acknowledged };
    }
    let state = match () {
        () if row.host.paused_at.is_some() => TileState::Paused,
        () if row.quiet || row.faults.iter().any(|fault| fault.held) => TileState::Maintenance,
        () if row.services.is_empty() => TileState::Pending,
        () if row.services.iter().any(|service| engine.is_stale(*service)) => TileState::Stale,
        () if row.services.iter().all(|service| engine.observed_at(*service).is_some()) => TileState::Ok,
        () => TileState::Pending,
    };
    Tile { state, acknowledged: false }
}
