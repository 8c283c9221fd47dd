//! Downtimes: planned quiet time of customers, what is quiet at an instant, and what is due at their edges.

use domain::{
    access::Scope,
    downtime::{Downtime, Plan, Target},
    id::{CustomerId, DowntimeId, HostId, ServiceId, SiteId},
    time::Timestamp,
};
use entity::{columns::Micros, downtime};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::values::{from_json, to_json};

mod around;
mod due;
mod names;
#[cfg(test)]
mod tests;

pub use around::{Downtimes, QuietTime};
pub use due::run_due;
pub use names::{HostNames, Names};

/// Downtimes that are not over on one page, or looked at for one decision: far more than a customer plans.
const CURRENT_MAX: u64 = 5_000;
/// Those that are over, the newest.
const PAST_MAX: u64 = 50;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDowntime {
    pub id: DowntimeId,
    pub customer: CustomerId,
    pub target: Target,
    pub downtime: Downtime,
    pub reason: String,
    pub created_at: Timestamp,
    pub created_by: String,
    /// Empty: it was not cancelled.
    pub cancelled_by: String,
}

/// Adds a downtime; it is looked at with the next look at what is due.
pub async fn insert(db: &impl ConnectionTrait, new: &StoredDowntime) -> Result<(), DbErr> {
    let (mut site, mut host, mut service) = (None, None, None);
    match new.target {
        Target::Customer => {}
        Target::Site(id) => site = Some(id.0),
        Target::Host(id) => host = Some(id.0),
        Target::Service(id) => service = Some(id.0),
    }
    let row = downtime::ActiveModel {
        id: Set(new.id.0),
        customer_id: Set(new.customer.0),
        site_id: Set(site),
        host_id: Set(host),
        service_id: Set(service),
        plan: Set(to_json(&new.downtime.plan)?),
        reason: Set(new.reason.clone()),
        begun_at: Set(new.downtime.begun_at.map(Micros::from)),
        cancelled_at: Set(new.downtime.cancelled_at.map(Micros::from)),
        cancelled_by: Set(new.cancelled_by.clone()),
        over_at: Set(new.downtime.over_at().map(Micros::from)),
        next_at: Set(Some(new.created_at.into())),
        quiet: Set(false),
        created_at: Set(new.created_at.into()),
        created_by: Set(new.created_by.clone()),
    };
    downtime::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

fn scoped(scope: Scope) -> sea_orm::Select<downtime::Entity> {
    let query = downtime::Entity::find();
    match scope.customer() {
        None => query,
        Some(own) => query.filter(downtime::Column::CustomerId.eq(own.0)),
    }
}

/// Those that may be quiet after `after`.
fn not_over(after: Timestamp) -> Condition {
    Condition::any().add(downtime::Column::OverAt.is_null()).add(downtime::Column::OverAt.gt(Micros::from(after)))
}

/// A downtime within a scope, for a change: nobody else changes it before this transaction ends.
pub async fn lock(db: &impl ConnectionTrait, scope: Scope, id: DowntimeId) -> Result<Option<StoredDowntime>, DbErr> {
    let row = scoped(scope).filter(downtime::Column::Id.eq(id.0)).lock_exclusive().one(db).await?;
    row.map(stored).transpose()
}

/// Those that are not over, and the newest of those that are. None that cannot be read.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: Scope,
    now: Timestamp,
) -> Result<(Vec<StoredDowntime>, Vec<StoredDowntime>), DbErr> {
    let current = scoped(scope)
        .filter(not_over(now))
        .order_by_asc(downtime::Column::CreatedAt)
        .order_by_asc(downtime::Column::Id)
        .limit(CURRENT_MAX)
        .all(db)
        .await?;
    let past = scoped(scope)
        .filter(downtime::Column::OverAt.lte(Micros::from(now)))
        .order_by_desc(downtime::Column::OverAt)
        .order_by_desc(downtime::Column::Id)
        .limit(PAST_MAX)
        .all(db)
        .await?;
    Ok((readable(current), readable(past)))
}

/// Stores that a downtime was cancelled. The faults that it held are looked at with what is due.
pub async fn cancel(db: &impl ConnectionTrait, id: DowntimeId, cancelled: &Downtime, by: &str) -> Result<(), DbErr> {
    downtime::Entity::update_many()
        .col_expr(downtime::Column::CancelledAt, Expr::value(cancelled.cancelled_at.map(Timestamp::as_micros)))
        .col_expr(downtime::Column::CancelledBy, Expr::value(by))
        .col_expr(downtime::Column::OverAt, Expr::value(cancelled.over_at().map(Timestamp::as_micros)))
        .col_expr(downtime::Column::NextAt, Expr::value(cancelled.cancelled_at.map(Timestamp::as_micros)))
        .filter(downtime::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

fn stored(row: downtime::Model) -> Result<StoredDowntime, DbErr> {
    let target = match (row.site_id, row.host_id, row.service_id) {
        (_, _, Some(id)) => Target::Service(ServiceId(id)),
        (_, Some(id), None) => Target::Host(HostId(id)),
        (Some(id), None, None) => Target::Site(SiteId(id)),
        (None, None, None) => Target::Customer,
    };
    let plan: Plan = from_json("downtime.plan", &row.plan)?;
    Ok(StoredDowntime {
        id: DowntimeId(row.id),
        customer: CustomerId(row.customer_id),
        target,
        downtime: Downtime {
            plan,
            begun_at: row.begun_at.map(Timestamp::from),
            cancelled_at: row.cancelled_at.map(Timestamp::from),
        },
        reason: row.reason,
        created_at: row.created_at.into(),
        created_by: row.created_by,
        cancelled_by: row.cancelled_by,
    })
}

/// A downtime that cannot be read silences nobody: faults are told as if it were not there.
fn readable(rows: Vec<downtime::Model>) -> Vec<StoredDowntime> {
    let read = |row: downtime::Model| {
        let id = row.id;
        stored(row).inspect_err(|error| tracing::error!(%error, downtime = %id, "a downtime cannot be read")).ok()
    };
    rows.into_iter().filter_map(read).collect()
}
