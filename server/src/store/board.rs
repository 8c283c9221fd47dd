//! What the boards need of the whole estate, in a fixed number of queries.

use std::collections::HashMap;

use domain::{
    access::Scope,
    downtime::Place,
    id::{CustomerId, HostId, ServiceId, SiteId},
    observation::Status,
    time::Timestamp,
};
use entity::{customer, fault, host, service, site};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{downtimes::Downtimes, faults::acknowledgements};

/// Hosts on one board. The estate map of a larger installation shows its first hosts only.
pub const HOSTS_MAX: u64 = 20_000;
const SERVICES_MAX: u64 = 100_000;

/// A host with what its mark is made of.
#[derive(Debug, Clone)]
pub struct HostRow {
    pub host: host::Model,
    /// Services that are neither paused nor removed.
    pub services: Vec<ServiceId>,
    /// Open faults: status, and whether staff and the customer have acknowledged.
    pub faults: Vec<OpenFault>,
    /// The host as a whole is in downtime.
    pub quiet: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct OpenFault {
    pub number: i64,
    pub status: Status,
    pub flapping: bool,
    pub by_staff: bool,
    pub by_customer: bool,
    /// Inside a downtime.
    pub held: bool,
    pub started_at: Timestamp,
}

/// Whether a host as a whole is in downtime.
pub(super) fn is_quiet(downtimes: &Downtimes, host: &host::Model, now: Timestamp) -> bool {
    let place = Place { site: SiteId(host.site_id), host: HostId(host.id), service: None };
    downtimes.quiet(CustomerId(host.customer_id), place, now).is_some()
}

pub async fn customers(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<customer::Model>, DbErr> {
    let query = customer::Entity::find().order_by_asc(customer::Column::Name);
    match scope.customer() {
        None => query.all(db).await,
        Some(own) => query.filter(customer::Column::Id.eq(own.0)).all(db).await,
    }
}

pub async fn sites(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<site::Model>, DbErr> {
    let query = site::Entity::find().order_by_asc(site::Column::Name);
    match scope.customer() {
        None => query.all(db).await,
        Some(own) => query.filter(site::Column::CustomerId.eq(own.0)).all(db).await,
    }
}

/// All hosts of a scope by name, with their services and open faults.
pub async fn hosts(db: &impl ConnectionTrait, scope: Scope, now: Timestamp) -> Result<Vec<HostRow>, DbErr> {
    let mut hosts = host::Entity::find().filter(host::Column::RemovedAt.is_null());
    let mut services = service::Entity::find()
        .select_only()
        .column(service::Column::Id)
        .column(service::Column::HostId)
        .filter(service::Column::RemovedAt.is_null())
        .filter(service::Column::PausedAt.is_null());
    let mut faults = fault::Entity::find().filter(fault::Column::ClearedAt.is_null());
    if let Some(own) = scope.customer() {
        hosts = hosts.filter(host::Column::CustomerId.eq(own.0));
        services = services.filter(service::Column::CustomerId.eq(own.0));
        faults = faults.filter(fault::Column::CustomerId.eq(own.0));
    }
    let hosts = hosts.order_by_asc(host::Column::Name).limit(HOSTS_MAX).all(db).await?;
    let services: Vec<(Uuid, Uuid)> = services.limit(SERVICES_MAX).into_tuple().all(db).await?;
    let faults = faults.limit(SERVICES_MAX).all(db).await?;
    let mut by_host: HashMap<Uuid, Vec<ServiceId>> = HashMap::new();
    for (service, host) in services {
        by_host.entry(host).or_default().push(ServiceId(service));
    }
    let mut open = open_faults(db, faults).await?;
    let downtimes = Downtimes::load(db, scope, now).await?;
    let row = |host: host::Model| HostRow {
        quiet: is_quiet(&downtimes, &host, now),
        services: by_host.remove(&host.id).unwrap_or_default(),
        faults: open.remove(&HostId(host.id)).unwrap_or_default(),
        host,
    };
    Ok(hosts.into_iter().map(row).collect())
}

async fn open_faults(
    db: &impl ConnectionTrait,
    faults: Vec<fault::Model>,
) -> Result<HashMap<HostId, Vec<OpenFault>>, DbErr> {
    let ids: Vec<_> = faults.iter().map(|fault| fault.id).collect();
    let mut acks = Vec::new();
    for piece in ids.chunks(super::states::IDS_PER_STATEMENT) {
        acks.extend(acknowledgements(db, piece).await?);
    }
    let mut taken: HashMap<Uuid, (bool, bool)> = HashMap::new();
    for ack in acks {
        let sides = taken.entry(ack.fault_id).or_default();
        match ack.side.0 {
            domain::access::Side::Staff => sides.0 = true,
            domain::access::Side::Customer => sides.1 = true,
        }
    }
    let mut by_host: HashMap<HostId, Vec<OpenFault>> = HashMap::new();
    for fault in faults {
        let (by_staff, by_customer) = taken.get(&fault.id).copied().unwrap_or_default();
        by_host.entry(HostId(fault.host_id)).or_default().push(OpenFault {
            number: fault.number,
            status: fault.status.0,
            flapping: fault.flapping,
            by_staff,
            by_customer,
            held: fault.held_until.is_some(),
            started_at: fault.started_at.into(),
        });
    }
    Ok(by_host)
}
