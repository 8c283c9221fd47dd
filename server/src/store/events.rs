//! The numbered log of changes that live boards follow.

use app::api::live::LiveChange;
use domain::{id::CustomerId, time::Timestamp};
use entity::event_log;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::counters::{self, Counter};

/// Events kept for browsers that come back. A longer gap gets a fresh page instead.
pub const EVENTS_KEPT: i64 = 10_000;

/// A stored change, as staff see it.
#[derive(Debug, Clone)]
pub struct StoredEvent {
    pub seq: i64,
    pub at: Timestamp,
    pub customer: CustomerId,
    pub change: LiveChange,
}

/// Adds changes in the transaction that made them. Locks the numbering until that transaction ends, so numbers have no
/// gaps and appear in order.
pub async fn append(
    db: &impl ConnectionTrait,
    at: Timestamp,
    changes: &[(CustomerId, LiveChange)],
) -> Result<(), DbErr> {
    if changes.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let first = counters::take(db, Counter::Event, count).await?;
    let rows = changes.iter().zip(first..).map(|((customer, change), seq)| {
        let change = serde_json::to_string(change).map_err(|error| DbErr::Json(error.to_string()))?;
        Ok(event_log::ActiveModel {
            seq: Set(seq),
            at: Set(at.into()),
            customer_id: Set(customer.0),
            change: Set(change),
        })
    });
    let rows = rows.collect::<Result<Vec<_>, DbErr>>()?;
    event_log::Entity::insert_many(rows).exec_without_returning(db).await.map(drop)
}

/// Events after `seq`, oldest first, `limit` at most.
pub async fn after(db: &impl ConnectionTrait, seq: i64, limit: u64) -> Result<Vec<StoredEvent>, DbErr> {
    let rows = event_log::Entity::find()
        .filter(event_log::Column::Seq.gt(seq))
        .order_by_asc(event_log::Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(stored).collect()
}

/// The number of the last event.
pub async fn last(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    counters::last(db, Counter::Event).await
}

/// Forgets events that no browser will ask for any more. Returns how many.
pub async fn prune(db: &impl ConnectionTrait) -> Result<u64, DbErr> {
    let oldest = last(db).await? - EVENTS_KEPT;
    let done = event_log::Entity::delete_many().filter(event_log::Column::Seq.lte(oldest)).exec(db).await?;
    Ok(done.rows_affected)
}

fn stored(row: event_log::Model) -> Result<StoredEvent, DbErr> {
    let change = serde_json::from_str(&row.change).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(StoredEvent { seq: row.seq, at: row.at.into(), customer: CustomerId(row.customer_id), change })
}
