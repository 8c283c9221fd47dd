//! Acknowledgements that expire: the fault needs somebody again.

use app::api::live::LiveChange;
use domain::{
    escalation,
    fault::FaultEventKind,
    id::{CustomerId, FaultId, HostId},
    time::Timestamp,
};
use entity::{acknowledgement, columns::Micros};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{LockBehavior, LockType},
};

use super::{NewEvent, add_event, apply::host_tile, end_acknowledgement, find_by_id, rows::rows};
use crate::store::{Db, escalations, events};

/// Ended in one transaction.
const LAPSES_MAX: u64 = 100;

fn expired(now: Timestamp) -> Condition {
    Condition::all()
        .add(acknowledgement::Column::EndedAt.is_null())
        .add(acknowledgement::Column::ExpiresAt.lte(Micros::from(now)))
}

/// Ends what has expired; the escalation goes on with its next step. Returns how many ended. Looks without the write
/// lock first.
pub async fn lapse(db: &Db, now: Timestamp) -> Result<u64, DbErr> {
    if acknowledgement::Entity::find().filter(expired(now)).count(db.read()).await? == 0 {
        return Ok(0);
    }
    let tx = db.begin().await?;
    let acks = acknowledgement::Entity::find()
        .filter(expired(now))
        .order_by_asc(acknowledgement::Column::ExpiresAt)
        .limit(LAPSES_MAX)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(&tx)
        .await?;
    for ack in &acks {
        end(&tx, ack, now).await?;
    }
    tx.commit().await?;
    Ok(acks.len() as u64)
}

async fn end(tx: &DatabaseTransaction, ack: &acknowledgement::Model, now: Timestamp) -> Result<(), DbErr> {
    let (fault, side) = (FaultId(ack.fault_id), ack.side.0);
    // The instant that was promised, however late it is noticed.
    let at = ack.expires_at.map_or(now, Timestamp::from);
    end_acknowledgement(tx, fault, Some(side), at).await?;
    let entry = NewEvent {
        fault,
        at,
        kind: FaultEventKind::AcknowledgementEnded,
        side: Some(side),
        by: None,
        status: None,
        detail: &format!("The time that {} asked for is over", ack.by),
    };
    add_event(tx, entry).await?;
    escalations::append(tx, fault, &escalation::Event::AcknowledgementEnded { at, side }).await?;
    publish(tx, fault, now).await
}

async fn publish(tx: &impl ConnectionTrait, fault: FaultId, now: Timestamp) -> Result<(), DbErr> {
    let Some(fault) = find_by_id(tx, fault).await? else { return Ok(()) };
    let (customer, host) = (CustomerId(fault.customer_id), HostId(fault.host_id));
    let tile = host_tile(tx, host, now).await?;
    let mut changes = vec![(customer, LiveChange::Host { host, customer, tile, service: None })];
    for row in rows(tx, vec![fault]).await? {
        changes.push((customer, LiveChange::Fault { row: Box::new(row) }));
    }
    events::append(tx, now, &changes).await
}
