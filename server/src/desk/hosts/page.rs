//! The page of one host.

use std::collections::{HashMap, HashSet};

use app::api::{
    board::{Tile, TileState},
    downtimes::DowntimeNote,
    error::ApiError,
    hosts::{Chart, ChartRange, HostKind, HostPage, ServiceRow, TimelineRow},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    availability::{Change, Condition, apart, bars, totals},
    downtime::{Place, Target},
    id::ServiceId,
    observation::Status,
    probe::{ProbeKind, expand_target},
    service::{ServiceState, is_stale},
    text::Address,
    time::{Span, Timestamp},
};

use super::{Desk, chart, marked};
use crate::{
    desk::{downtimes, internal},
    store::{
        cover::Levels,
        customers,
        downtimes::{Downtimes, StoredDowntime},
        events, faults,
        history::{self, Transition, Which},
        hosts::{self, Host},
        services::{self, Service},
        states::{self, StoredState},
    },
};

const TIMELINE_MAX: u64 = 50;
const FAULTS_MAX: u64 = 1_000;

/// The open fault of a service, as one side sees it.
#[derive(Debug, Clone, Copy)]
struct OpenFault {
    number: i64,
    state: TileState,
    acknowledged: bool,
    /// Inside a downtime.
    held: bool,
}

/// The downtimes of a host's customer, as one host sees them.
struct Planned<'a> {
    host: &'a Host,
    downtimes: Downtimes,
}

impl Planned<'_> {
    fn place(&self, service: Option<ServiceId>) -> Place {
        Place { site: self.host.site, host: self.host.id, service }
    }

    fn is_quiet(&self, service: ServiceId, now: Timestamp) -> bool {
        self.downtimes.quiet(self.host.customer, self.place(Some(service)), now).is_some()
    }

    /// What is said of downtimes that are on the host, on one of its services, or on all around it.
    fn notes(&self, services: &[Service], zone: &str, now: Timestamp) -> Vec<DowntimeNote> {
        let named = |one: &StoredDowntime| match one.target {
            Target::Service(id) => services.iter().find(|service| service.id == id).map(|service| service.name.clone()),
            Target::Customer | Target::Site(_) | Target::Host(_) => None,
        };
        let whole = self.place(None);
        let here = |one: &&StoredDowntime| {
            one.customer == self.host.customer && (one.target.covers(whole) || named(one).is_some())
        };
        downtimes::notes(self.downtimes.iter().filter(here), named, zone, now)
    }

    fn spans(&self, service: ServiceId, from: Timestamp, until: Timestamp) -> Vec<Span> {
        self.downtimes.spans(self.host.customer, self.place(Some(service)), from, until)
    }
}

/// Whether a status is news for a side: a fault of our own is none for a customer.
fn is_news(status: Status, side: Side) -> bool {
    side == Side::Staff || status != Status::Unknown
}

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
        let now = self.clock.now();
        // Read before the rows: an event that falls in between is sent again rather than lost.
        let seq = events::last(db).await.map_err(internal)?;
        let list = services::of_host(db, who.scope(), host.id).await.map_err(internal)?;
        let ids: Vec<_> = list.iter().map(|service| service.id).collect();
        let states = states::load(db, &ids).await.map_err(internal)?;
        let open = self.open_faults(&ids, side).await?;
        let scope = Scope::Customer(host.customer);
        let since = now.plus_seconds(-range.seconds());
        let planned = Planned { host: &host, downtimes: Downtimes::load(db, scope, since).await.map_err(internal)? };
        let row = |service: &Service| {
            let (stored, fault) = (states.get(&service.id), open.get(&service.id).copied());
            self.service_row(&planned, service, stored, fault, side, now)
        };
        let services = list.iter().map(row).collect();
        let shown = service.and_then(|id| list.iter().find(|one| one.id == id)).or_else(|| list.first());
        let chart = match shown {
            Some(service) => Some(self.chart(&planned, service, range, side, now).await?),
            None => None,
        };
        let customer = customers::find(db, who.scope(), host.customer).await.map_err(internal)?;
        let downtimes = planned.notes(&list, customer.as_ref().map_or("UTC", |customer| &customer.zone), now);
        let marks = hosts::marks(db, &[host.id], now).await.map_err(internal)?;
        let (tile, _) = marked(&self.engine, marks.get(&host.id), side);
        let timeline = self.timeline(&host, side).await?;
        let staff_only = |text: &str| if side == Side::Staff { text.to_owned() } else { String::new() };
        let parents = match side {
            Side::Staff => hosts::parents(db, host.id).await.map_err(internal)?,
            // Other machines by their technical names, perhaps of somebody else.
            Side::Customer => Vec::new(),
        };
        let levels = Levels::of_customers(db, &[host.customer]).await.map_err(internal)?;
        Ok(HostPage {
            now,
            seq,
            id: host.id,
            kind: HostKind::parse(&host.kind).unwrap_or(HostKind::Other),
            address: staff_only(&host.address),
            access_note: staff_only(&host.access_note),
            cover: levels.at_site(host.customer, host.site, now),
            paused: host.paused_at.is_some(),
            tile,
            services,
            chart,
            range,
            timeline,
            parents: parents.into_iter().map(|(_, name)| name).collect(),
            downtimes,
            may_edit: who.role.may(Permission::EditHosts),
            name: host.name,
            system: host.system,
            customer: host.customer_name,
            site: host.site_name,
        })
    }

    async fn open_faults(&self, services: &[ServiceId], side: Side) -> Result<HashMap<ServiceId, OpenFault>, ApiError> {
        let db = self.db.read();
        let faults = faults::open_of_services(db, services).await.map_err(internal)?;
        let ids: Vec<_> = faults.iter().map(|fault| fault.id).collect();
        let acks = faults::acknowledgements(db, &ids).await.map_err(internal)?;
        let taken: HashSet<_> = acks.iter().filter(|ack| ack.side.0 == side).map(|ack| ack.fault_id).collect();
        let shown = faults.into_iter().filter(|fault| is_news(fault.status.0, side));
        let open = shown.map(|fault| {
            let (acknowledged, held) = (taken.contains(&fault.id), fault.held_until.is_some());
            let state = TileState::of_fault(fault.status.0, fault.flapping);
            (ServiceId(fault.service_id), OpenFault { number: fault.number, state, acknowledged, held })
        });
        Ok(open.collect())
    }

    fn service_row(
        &self,
        planned: &Planned<'_>,
        service: &Service,
        stored: Option<&StoredState>,
        fault: Option<OpenFault>,
        side: Side,
        now: Timestamp,
    ) -> ServiceRow {
        let (staff, host) = (side == Side::Staff, planned.host);
        let seen = self.engine.observed(service.id);
        let paused = service.paused_at.is_some() || host.paused_at.is_some();
        let last = seen.as_ref().map(|seen| seen.at);
        // Nobody was looking before this process was: only from then on is silence a sign.
        let watched_since = service.created_at.max(self.started_at);
        let state = match (fault, stored.map(|stored| stored.watch.state)) {
            (Some(fault), _) if !fault.held => fault.state,
            _ if paused => TileState::Paused,
            (Some(_), _) => TileState::Maintenance,
            _ if planned.is_quiet(service.id, now) => TileState::Maintenance,
            _ if is_stale(last, watched_since, &service.policy, now) => TileState::Stale,
            _ if last.is_none() => TileState::Pending,
            (None, None | Some(ServiceState::Pending)) => TileState::Pending,
            (None, Some(state)) => state.shown().filter(|status| is_news(*status, side)).into(),
        };
        let text = seen.as_ref().map(|seen| seen.text.to_string()).or_else(|| stored.map(|one| one.detail.clone()));
        ServiceRow {
            id: service.id,
            name: service.name.clone(),
            kind: service.kind,
            target: if staff { shown_target(service, &host.address) } else { String::new() },
            tile: Tile { state, acknowledged: fault.is_some_and(|fault| fault.acknowledged) },
            checking: seen.as_ref().and_then(|seen| seen.attempt).filter(|_| staff && !paused),
            text: text.filter(|_| staff).unwrap_or_default(),
            latency_us: seen.as_ref().and_then(|seen| seen.latency_us),
            last_observed_at: last,
            interval_s: service.policy.interval_s,
            paused: service.paused_at.is_some(),
            fault: fault.map(|fault| fault.number),
            spark: seen.map(|seen| seen.spark).unwrap_or_default(),
        }
    }

    async fn chart(
        &self,
        planned: &Planned<'_>,
        service: &Service,
        range: ChartRange,
        side: Side,
        now: Timestamp,
    ) -> Result<Chart, ApiError> {
        let (db, host) = (self.db.read(), planned.host);
        let from = now.plus_seconds(-range.seconds());
        let chunks = history::chunks(db, service.id, from, now).await.map_err(internal)?;
        let stored_until = chunks.last().map(|chunk| chunk.ended_at);
        let interval_s = service.policy.interval_s;
        let seen = self.engine.observed(service.id);
        let unsaved = seen.map_or_else(Vec::new, |seen| chart::unsaved(&seen, interval_s, stored_until));
        let count = chart::bucket_count(range.seconds(), interval_s);
        // A month of samples is work for a moment; nobody else waits for it.
        let points = tokio::task::spawn_blocking(move || {
            let mut samples = chart::decoded(&chunks);
            samples.extend(unsaved);
            chart::points(&samples, from, now, count)
        });
        let mut changes = history::service_changes(db, service.id, from, now).await.map_err(internal)?;
        for paused_at in [service.paused_at, host.paused_at].into_iter().flatten() {
            stop(&mut changes, paused_at);
        }
        let changes = apart(&changes, &planned.spans(service.id, from, now));
        let faults = faults::overlapping(db, host.id, from, now, FAULTS_MAX).await.map_err(internal)?;
        let shown =
            faults.into_iter().filter(|fault| fault.service_id == service.id.0 && is_news(fault.status.0, side));
        let spans = shown.map(|fault| {
            let start: Timestamp = fault.started_at.into();
            let end = fault.cleared_at.map_or(now, Timestamp::from);
            (start.max(from), end.min(now))
        });
        Ok(Chart {
            service: service.id,
            service_name: service.name.clone(),
            from,
            until: now,
            points: points.await.map_err(internal)?,
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
        let own = if side == Side::Staff { HashSet::new() } else { faults_of_our_own(&rows) };
        let shown = rows
            .into_iter()
            .filter(|row| is_news(row.status, side) && row.fault.is_none_or(|number| !own.contains(&number)));
        let row = |row: Transition| TimelineRow {
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
        Ok(shown.map(row).collect())
    }
}

/// Numbers of faults that were never more than "unknown": a customer has not heard of them, nor of their end.
fn faults_of_our_own(rows: &[Transition]) -> HashSet<i64> {
    let of = |wanted: fn(Status) -> bool| {
        let rows = rows.iter().filter(move |row| wanted(row.status));
        rows.filter_map(|row| row.fault).collect::<HashSet<_>>()
    };
    let (unknown, real) = (of(|status| status == Status::Unknown), of(|status| Status::Warning <= status));
    unknown.difference(&real).copied().collect()
}

/// Nobody looks since `at`, whatever the last change says.
fn stop(changes: &mut Vec<Change>, at: Timestamp) {
    changes.retain(|change| change.at < at);
    changes.push(Change { at, condition: Condition::Unwatched });
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
