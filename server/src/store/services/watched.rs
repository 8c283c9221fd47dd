//! Everything that is to be watched, in two queries for any number of hosts.

use std::collections::HashMap;

use domain::{
    id::{CustomerId, HostId, ServiceId},
    probe::{Params, ProbeKind, ProbePolicy},
    time::Timestamp,
};
use entity::{host, service};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{Service, stored};

/// A host that is neither paused nor removed, with those of its services that are not either.
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedHost {
    pub host: HostId,
    pub customer: CustomerId,
    pub name: String,
    pub address: String,
    /// Differs when anything does that matters for watching: the address, the services, their versions.
    pub fingerprint: u64,
    pub services: Vec<WatchedService>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WatchedService {
    pub id: ServiceId,
    pub kind: ProbeKind,
    /// As entered: `{address}` stands for the host's address.
    pub target: String,
    /// Secrets are sealed: see [`super::reveal`].
    pub params: Params,
    pub policy: ProbePolicy,
    /// Differs after every edit of the service and after a change of its host's address.
    pub version: i64,
    pub created_at: Timestamp,
}

/// All hosts to be watched. A host without services is among them.
pub async fn watched(db: &impl ConnectionTrait) -> Result<Vec<WatchedHost>, DbErr> {
    let hosts = hosts().order_by_asc(host::Column::Id).all(db).await?;
    let services =
        services().order_by_asc(service::Column::CreatedAt).order_by_asc(service::Column::Id).all(db).await?;
    Ok(together(hosts, services))
}

/// One host; `None` when it was paused or removed.
pub async fn watched_one(db: &impl ConnectionTrait, id: HostId) -> Result<Option<WatchedHost>, DbErr> {
    let hosts = hosts().filter(host::Column::Id.eq(id.0)).all(db).await?;
    let services = services()
        .filter(service::Column::HostId.eq(id.0))
        .order_by_asc(service::Column::CreatedAt)
        .order_by_asc(service::Column::Id)
        .all(db)
        .await?;
    Ok(together(hosts, services).into_iter().next())
}

fn hosts() -> Select<host::Entity> {
    host::Entity::find().filter(host::Column::PausedAt.is_null()).filter(host::Column::RemovedAt.is_null())
}

fn services() -> Select<service::Entity> {
    let host = service::Entity::belongs_to(host::Entity).from(service::Column::HostId).to(host::Column::Id);
    service::Entity::find()
        .join(JoinType::InnerJoin, host.into())
        .filter(host::Column::PausedAt.is_null())
        .filter(host::Column::RemovedAt.is_null())
        .filter(service::Column::PausedAt.is_null())
        .filter(service::Column::RemovedAt.is_null())
}

fn together(hosts: Vec<host::Model>, services: Vec<service::Model>) -> Vec<WatchedHost> {
    let mut by_host: HashMap<HostId, Vec<Service>> = HashMap::with_capacity(hosts.len());
    for row in services {
        let id = row.id;
        match stored(row) {
            Ok(service) => by_host.entry(service.host).or_default().push(service),
            // One damaged row must not keep everything else from being watched.
            Err(error) => tracing::error!(service.id = %id, %error, "a service cannot be watched: its row is damaged"),
        }
    }
    let watched = |row: host::Model| {
        let services = by_host.remove(&HostId(row.id)).unwrap_or_default();
        let services: Vec<_> = services.into_iter().map(|service| watched_service(service, &row.address)).collect();
        WatchedHost {
            host: HostId(row.id),
            customer: CustomerId(row.customer_id),
            fingerprint: fingerprint(&row, &services),
            name: row.name,
            address: row.address,
            services,
        }
    };
    hosts.into_iter().map(watched).collect()
}

fn watched_service(service: Service, address: &str) -> WatchedService {
    let version = service.version.cast_unsigned() ^ hash(address.as_bytes().iter().copied());
    WatchedService {
        id: service.id,
        kind: service.kind,
        target: service.target,
        params: service.params,
        policy: service.policy,
        version: version.cast_signed(),
        created_at: service.created_at,
    }
}

fn fingerprint(host: &host::Model, services: &[WatchedService]) -> u64 {
    let host = host.address.bytes().chain(host.customer_id.into_bytes());
    let services =
        services.iter().flat_map(|service| service.id.0.into_bytes().into_iter().chain(service.version.to_le_bytes()));
    hash(host.chain(services))
}

/// FNV-1a: the same on every start and every machine.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
