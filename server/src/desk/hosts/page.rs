//! The page of one host.

use app::api::{
    board::{Tile, TileState},
    error::ApiError,
    hosts::{Chart, ChartRange, HostKind, HostPage, ServiceRow, TimelineRow},
    principal::Principal,
};
use domain::{
    access::{Permission, Side},
    availability::{bars, totals},
    id::ServiceId,
    probe::{ProbeKind, expand_target},
    service::ServiceState,
    text::Address,
    time::Timestamp,
};

use super::{Desk, chart};
use crate::{
    desk::internal,
    store::{
        board::OpenFault,
        events, faults,
        history::{self, Which},
        hosts::{self, Host},
        services::{self, Service},
        states::{self, StoredState},
    },
};

const TIMELINE_MAX: u64 = 50;
const FAULTS_MAX: u64 = 500;

impl Desk {
    pub(super) async fn host_page(
        &self,
        who: &Principal,
        name: &str,
        range: ChartRange,
        service: Option<ServiceId>,
    ) -> Result<HostPage, ApiError> {
        let host = self.find(who, name).await?;
        let (db, side) = (self.db.read(), who.side());
        let staff = side == Side::Staff;
        let now = self.clock.now();
        let seq = events::last(db).await.map_err(internal)?;
        let list = services::of_host(db, who.scope(), host.id).await.map_err(internal)?;
        let ids: Vec<_> = list.iter().map(|service| service.id).collect();
        let states = states::load(db, &ids).await.map_err(internal)?;
        let open = faults::open_of_services(db, &ids).await.map_err(internal)?;
        let open_of = |id: ServiceId| open.iter().find(|fault| fault.service_id == id.0).map(|fault| fault.number);
        let rows: Vec<_> = list
            .iter()
            .map(|service| self.service_row(&host, service, states.get(&service.id), open_of(service.id), side))
            .collect();
        let shown = service.and_then(|id| list.iter().find(|one| one.id == id)).or_else(|| list.first());
        let chart = match shown {
            Some(service) => Some(self.chart(&host, service, range, now).await?),
            None => None,
        };
        let (tile, _) = self.tiles_of(who, &host).await?;
        let parents = match staff {
            true => hosts::parents(db, host.id).await.map_err(internal)?.into_iter().map(|(_, name)| name).collect(),
            false => Vec::new(),
        };
        Ok(HostPage {
            now,
            seq,
            id: host.id,
            name: host.name.clone(),
            system: host.system.clone(),
            kind: HostKind::parse(&host.kind).unwrap_or(HostKind::Other),
            address: if staff { host.address.clone() } else { String::new() },
            access_note: if staff { host.access_note.clone() } else { String::new() },
            customer: host.customer_name.clone(),
            site: host.site_name.clone(),
            cover: host.cover,
            paused: host.paused_at.is_some(),
            tile,
            services: rows,
            chart,
            range,
            timeline: self.timeline(&host, side).await?,
            parents,
            may_edit: who.role.may(Permission::EditHosts),
        })
    }

    async fn tiles_of(&self, who: &Principal, host: &Host) -> Result<(Tile, Vec<OpenFault>), ApiError> {
        let mut tiles = self.tiles(domain::access::Scope::Customer(host.customer), who.side()).await?;
        let missing = Tile { state: TileState::Pending, acknowledged: false };
        Ok(tiles.remove(&host.id).map_or((missing, Vec::new()), |(tile, row)| (tile, row.faults)))
    }

    fn service_row(
        &self,
        host: &Host,
        service: &Service,
        stored: Option<&StoredState>,
        fault: Option<i64>,
        side: Side,
    ) -> ServiceRow {
        let staff = side == Side::Staff;
        let seen = self.engine.observed(service.id);
        let paused = service.paused_at.is_some() || host.paused_at.is_some();
        let state = match stored.map(|stored| stored.state) {
            _ if paused => TileState::Paused,
            Some(state) if state.is_hard_problem() => TileState::from(state.shown()),
            _ if self.engine.is_stale(service.id) => TileState::Stale,
            Some(ServiceState::Pending) | None if seen.is_none() => TileState::Pending,
            Some(state) if seen.is_some() => TileState::from(state.shown()),
            // Stored as well, but not observed since this process started.
            _ => TileState::Pending,
        };
        // A fault of our own is no news for a customer.
        let state = if !staff && state == TileState::Unknown { TileState::Pending } else { state };
        let text = seen.as_ref().map(|seen| seen.text.to_string()).or_else(|| stored.map(|one| one.detail.clone()));
        ServiceRow {
            id: service.id,
            name: service.name.clone(),
            kind: service.kind,
            target: if staff { shown_target(service, &host.address) } else { String::new() },
            tile: Tile { state, acknowledged: false },
            checking: seen.as_ref().and_then(|seen| seen.attempt),
            text: text.filter(|_| staff).unwrap_or_default(),
            latency_us: seen.as_ref().and_then(|seen| seen.latency_us),
            last_observed_at: seen.as_ref().map(|seen| seen.at),
            interval_s: service.policy.interval_s,
            paused: service.paused_at.is_some(),
            fault,
            spark: seen.map(|seen| seen.spark).unwrap_or_default(),
        }
    }

    async fn chart(
        &self,
        host: &Host,
        service: &Service,
        range: ChartRange,
        now: Timestamp,
    ) -> Result<Chart, ApiError> {
        let db = self.db.read();
        let from = now.plus_seconds(-range.seconds());
        let mut samples = Vec::new();
        for chunk in history::chunks(db, service.id, from, now).await.map_err(internal)? {
            samples.extend(chunk.samples().map_err(internal)?);
        }
        let changes = history::service_changes(db, service.id, from, now).await.map_err(internal)?;
        let faults = faults::overlapping(db, host.id, from, now, FAULTS_MAX).await.map_err(internal)?;
        let spans = faults.into_iter().filter(|fault| fault.service_id == service.id.0).map(|fault| {
            let start: Timestamp = fault.started_at.into();
            let end = fault.cleared_at.map_or(now, Timestamp::from);
            (start.max(from), end.min(now))
        });
        Ok(Chart {
            service: service.id,
            service_name: service.name.clone(),
            from,
            until: now,
            points: chart::points(&samples, from, now, chart::POINTS),
            limit_ms: limit_ms(service),
            faults: spans.collect(),
            bars: bars(&changes, from, now, range.bars()),
            totals: totals(&changes, from, now),
        })
    }

    async fn timeline(&self, host: &Host, side: Side) -> Result<Vec<TimelineRow>, ApiError> {
        let db = self.db.read();
        let which = if side == Side::Staff { Which::All } else { Which::OfFaults };
        let names = services::names_of_host(db, host.id).await.map_err(internal)?;
        let rows = history::of_host(db, host.id, which, TIMELINE_MAX).await.map_err(internal)?;
        let row = |row: history::Transition| TimelineRow {
            at: row.at,
            service: names.get(&row.service).cloned().unwrap_or_default(),
            tile: Tile {
                state: if row.is_stop() { TileState::Paused } else { TileState::from(Some(row.status)) },
                acknowledged: false,
            },
            hard: row.hard,
            text: if side == Side::Staff { row.detail } else { String::new() },
            fault: row.fault,
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

fn shown_target(service: &Service, address: &str) -> String {
    match Address::parse(address) {
        Ok(address) => expand_target(service.kind, &service.target, &address),
        Err(_) => service.target.clone(),
    }
}

/// From which latency the probe warns.
fn limit_ms(service: &Service) -> Option<u32> {
    let name = if service.kind == ProbeKind::Ping { "rtt_warning_ms" } else { "latency_warning_ms" };
    service.params.first(name)?.parse().ok()
}
