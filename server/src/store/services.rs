//! Services: rows within a scope, forms, and everything the engine watches.

use std::collections::HashMap;

use domain::{
    access::Scope,
    id::{CustomerId, HostId, ServiceId},
    probe::{Params, ProbeKind, ProbePolicy},
    text::Name,
    time::Timestamp,
};
use entity::{columns::Word, host, service};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::states::IDS_PER_STATEMENT;
use crate::vault::{self, Vault, VaultError};

mod watched;

pub use watched::{WatchedHost, WatchedService, watched, watched_one};

/// Most services of one host.
pub const SERVICES_MAX: u64 = 100;

/// A service that was not removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub id: ServiceId,
    pub host: HostId,
    pub customer: CustomerId,
    pub name: String,
    pub kind: ProbeKind,
    /// As entered: `{address}` stands for the host's address.
    pub target: String,
    /// Secrets are sealed: see [`reveal`].
    pub params: Params,
    pub policy: ProbePolicy,
    pub version: i64,
    pub created_at: Timestamp,
    pub paused_at: Option<Timestamp>,
}

fn stored(row: service::Model) -> Result<Service, DbErr> {
    Ok(Service {
        id: ServiceId(row.id),
        host: HostId(row.host_id),
        customer: CustomerId(row.customer_id),
        params: read_params(&row.params)?,
        policy: ProbePolicy {
            interval_s: number(row.interval_s)?,
            retry_interval_s: number(row.retry_interval_s)?,
            timeout_ms: number(row.timeout_ms)?,
            attempts_max: number(row.attempts_max)?,
        },
        name: row.name,
        kind: row.kind.0,
        target: row.target,
        version: row.version,
        created_at: row.created_at.into(),
        paused_at: row.paused_at.map(Timestamp::from),
    })
}

fn read_params(json: &str) -> Result<Params, DbErr> {
    serde_json::from_str(json).map_err(|error| DbErr::Json(error.to_string()))
}

fn write_params(params: &Params) -> Result<String, DbErr> {
    serde_json::to_string(params).map_err(|error| DbErr::Json(error.to_string()))
}

fn number<T: TryFrom<i64>>(stored: i64) -> Result<T, DbErr> {
    T::try_from(stored).map_err(|_| DbErr::Type(format!("{stored} is out of range for a service")))
}

fn alive(scope: Scope) -> Select<service::Entity> {
    let query = service::Entity::find().filter(service::Column::RemovedAt.is_null());
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(service::Column::CustomerId.eq(customer.0)),
    }
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: ServiceId) -> Result<Option<Service>, DbErr> {
    alive(scope).filter(service::Column::Id.eq(id.0)).one(db).await?.map(stored).transpose()
}

/// The services of one host, in the order in which they were added.
pub async fn of_host(db: &impl ConnectionTrait, scope: Scope, host: HostId) -> Result<Vec<Service>, DbErr> {
    of_hosts(db, scope, &[host]).await
}

/// The services of the given hosts, in the order in which they were added.
pub async fn of_hosts(db: &impl ConnectionTrait, scope: Scope, hosts: &[HostId]) -> Result<Vec<Service>, DbErr> {
    let mut services = Vec::new();
    for piece in hosts.chunks(IDS_PER_STATEMENT) {
        let rows = alive(scope)
            .filter(service::Column::HostId.is_in(piece.iter().map(|id| id.0)))
            .order_by_asc(service::Column::CreatedAt)
            .order_by_asc(service::Column::Id)
            .all(db)
            .await?;
        for row in rows {
            services.push(stored(row)?);
        }
    }
    Ok(services)
}

/// Names of all services that a host ever had, for its history.
pub async fn names_of_host(db: &impl ConnectionTrait, host: HostId) -> Result<HashMap<ServiceId, String>, DbErr> {
    #[derive(FromQueryResult)]
    struct Named {
        id: Uuid,
        name: String,
    }
    let rows = service::Entity::find()
        .select_only()
        .columns([service::Column::Id, service::Column::Name])
        .filter(service::Column::HostId.eq(host.0))
        .into_model::<Named>()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (ServiceId(row.id), row.name)).collect())
}

pub async fn count_of_host(db: &impl ConnectionTrait, host: HostId) -> Result<u64, DbErr> {
    alive(Scope::Everything).filter(service::Column::HostId.eq(host.0)).count(db).await
}

/// Where a service looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub host: HostId,
    pub kind: ProbeKind,
    pub target: String,
    pub address: String,
}

/// Where all services look, for finding out which host watches an address. The first `limit`.
pub async fn targets(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Target>, DbErr> {
    #[derive(FromQueryResult)]
    struct Row {
        host_id: Uuid,
        kind: Word<ProbeKind>,
        target: String,
        address: String,
    }
    let host = service::Entity::belongs_to(host::Entity).from(service::Column::HostId).to(host::Column::Id);
    let rows = alive(Scope::Everything)
        .join(JoinType::InnerJoin, host.into())
        .filter(host::Column::RemovedAt.is_null())
        .select_only()
        .columns([service::Column::HostId, service::Column::Kind, service::Column::Target])
        .column(host::Column::Address)
        .order_by_asc(service::Column::CreatedAt)
        .limit(limit)
        .into_model::<Row>()
        .all(db)
        .await?;
    let target =
        |row: Row| Target { host: HostId(row.host_id), kind: row.kind.0, target: row.target, address: row.address };
    Ok(rows.into_iter().map(target).collect())
}

/// What a form says about a service. `params` hold no secret in the clear: see [`seal`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceFields {
    pub name: Name,
    pub kind: ProbeKind,
    pub target: String,
    pub params: Params,
    pub policy: ProbePolicy,
}

pub async fn insert(
    db: &impl ConnectionTrait,
    id: ServiceId,
    host: HostId,
    customer: CustomerId,
    fields: &ServiceFields,
    created_at: Timestamp,
) -> Result<(), DbErr> {
    let row = service::ActiveModel {
        id: Set(id.0),
        host_id: Set(host.0),
        customer_id: Set(customer.0),
        name: Set(fields.name.as_str().to_owned()),
        kind: Set(Word(fields.kind)),
        target: Set(fields.target.clone()),
        params: Set(write_params(&fields.params)?),
        interval_s: Set(fields.policy.interval_s.into()),
        retry_interval_s: Set(fields.policy.retry_interval_s.into()),
        timeout_ms: Set(fields.policy.timeout_ms.into()),
        attempts_max: Set(fields.policy.attempts_max.into()),
        version: Set(1),
        created_at: Set(created_at.into()),
        paused_at: Set(None),
        removed_at: Set(None),
    };
    service::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Changes a service that is still at `version`. 0: it is not, or it was removed.
pub async fn update(
    db: &impl ConnectionTrait,
    id: ServiceId,
    version: i64,
    fields: &ServiceFields,
) -> Result<u64, DbErr> {
    let ProbePolicy { interval_s, retry_interval_s, timeout_ms, attempts_max } = fields.policy;
    let done = service::Entity::update_many()
        .col_expr(service::Column::Name, Expr::value(fields.name.as_str()))
        .col_expr(service::Column::Kind, Expr::value(fields.kind.as_str()))
        .col_expr(service::Column::Target, Expr::value(fields.target.as_str()))
        .col_expr(service::Column::Params, Expr::value(write_params(&fields.params)?))
        .col_expr(service::Column::IntervalS, Expr::value(i64::from(interval_s)))
        .col_expr(service::Column::RetryIntervalS, Expr::value(i64::from(retry_interval_s)))
        .col_expr(service::Column::TimeoutMs, Expr::value(i64::from(timeout_ms)))
        .col_expr(service::Column::AttemptsMax, Expr::value(i64::from(attempts_max)))
        .col_expr(service::Column::Version, Expr::col(service::Column::Version).add(1))
        .filter(service::Column::Id.eq(id.0))
        .filter(service::Column::Version.eq(version))
        .filter(service::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// 0: it was paused already, or removed.
pub async fn pause(db: &impl ConnectionTrait, id: ServiceId, at: Timestamp) -> Result<u64, DbErr> {
    let done = service::Entity::update_many()
        .col_expr(service::Column::PausedAt, Expr::value(at.as_micros()))
        .filter(service::Column::Id.eq(id.0))
        .filter(service::Column::PausedAt.is_null())
        .filter(service::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// 0: it was not paused, or it was removed.
pub async fn resume(db: &impl ConnectionTrait, id: ServiceId) -> Result<u64, DbErr> {
    let done = service::Entity::update_many()
        .col_expr(service::Column::PausedAt, Expr::value(None::<i64>))
        .filter(service::Column::Id.eq(id.0))
        .filter(service::Column::PausedAt.is_not_null())
        .filter(service::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Its history stays. 0: it was removed already.
pub async fn remove(db: &impl ConnectionTrait, id: ServiceId, at: Timestamp) -> Result<u64, DbErr> {
    let done = service::Entity::update_many()
        .col_expr(service::Column::RemovedAt, Expr::value(at.as_micros()))
        .filter(service::Column::Id.eq(id.0))
        .filter(service::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Removes all services of a host. Returns how many.
pub async fn remove_of_host(db: &impl ConnectionTrait, host: HostId, at: Timestamp) -> Result<u64, DbErr> {
    let done = service::Entity::update_many()
        .col_expr(service::Column::RemovedAt, Expr::value(at.as_micros()))
        .filter(service::Column::HostId.eq(host.0))
        .filter(service::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Whether a parameter of this name is a secret, in any kind of probe.
fn is_secret(name: &str) -> bool {
    ProbeKind::ALL.into_iter().any(|kind| kind.params().iter().any(|info| info.secret && info.name == name))
}

/// The parameters fit to be stored: secrets are sealed. A sealed one stays as it is.
pub fn seal(vault: &Vault, params: &Params) -> Result<Params, VaultError> {
    each_secret(params, |name, value| match vault::is_sealed(value) && vault.open(name, value).is_ok() {
        true => Ok(value.to_owned()),
        false => vault.seal(name, value),
    })
}

/// The parameters fit for a probe: secrets are open. Never send these to a browser.
pub fn reveal(vault: &Vault, params: &Params) -> Result<Params, VaultError> {
    each_secret(params, |name, value| match vault::is_sealed(value) {
        true => vault.open(name, value),
        false => Ok(value.to_owned()),
    })
}

fn each_secret(
    params: &Params,
    change: impl Fn(&str, &str) -> Result<String, VaultError>,
) -> Result<Params, VaultError> {
    let mut changed = params.clone();
    for (name, values) in &mut changed.0 {
        if is_secret(name) {
            for value in values {
                *value = change(name, value)?;
            }
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests;
