//! What was: compressed samples and the transitions of services.

use std::collections::BTreeMap;

use domain::{
    availability::{Change, Condition, apart, combined},
    flapping::Watch,
    id::{HostId, ServiceId},
    observation::Status,
    time::{Span, Timestamp},
};
use entity::{columns::Micros, observation_chunk, transition};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Query},
};

use super::states::{self, NewTransition};
use crate::chunk::{self, ChunkError, Sample};

/// Chunks read at once: 30 days of one probe a second, 180 to a chunk. More would be too much memory for one page.
pub const CHUNKS_MAX: u64 = 16_000;

/// Transitions that a figure of availability is made of; the newest of a window. A month of flapping is not exact.
pub const CHANGES_MAX: u64 = 20_000;

#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    Db(#[from] DbErr),
    #[error(transparent)]
    Chunk(#[from] ChunkError),
}

/// Samples as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChunk {
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub count: u32,
    data: Vec<u8>,
}

impl StoredChunk {
    pub fn samples(&self) -> Result<Vec<Sample>, ChunkError> {
        chunk::decode(&self.data)
    }
}

/// Chunks of a service that hold anything within [from, until), oldest first. They may begin before and end after.
pub async fn chunks(
    db: &impl ConnectionTrait,
    service: ServiceId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<StoredChunk>, DbErr> {
    use observation_chunk::{Column, Entity};
    // Chunks of a service do not overlap, so only the last that begins before `from` can reach into the span. Asking
    // for its start keeps the query from walking through the years before.
    let last_before = Entity::find()
        .select_only()
        .expr(Column::StartedAt.max())
        .filter(Column::ServiceId.eq(service.0))
        .filter(Column::StartedAt.lte(Micros::from(from)))
        .into_query();
    let first = Expr::SubQuery(None, Box::new(last_before.into())).if_null(from.as_micros());
    let rows = Entity::find()
        .filter(Column::ServiceId.eq(service.0))
        .filter(Expr::col(Column::StartedAt).gte(first))
        .filter(Column::StartedAt.lt(Micros::from(until)))
        .filter(Column::EndedAt.gte(Micros::from(from)))
        .order_by_desc(Column::StartedAt)
        .limit(CHUNKS_MAX)
        .all(db)
        .await?;
    // The newest are kept when there are too many.
    Ok(rows.into_iter().rev().map(stored_chunk).collect())
}

fn stored_chunk(row: observation_chunk::Model) -> StoredChunk {
    StoredChunk {
        started_at: row.started_at.into(),
        ended_at: row.ended_at.into(),
        count: u32::try_from(row.count).unwrap_or(0),
        data: row.data,
    }
}

/// Stores samples of a service, oldest first, in place of the chunk that began at the same instant. None are no chunk.
pub async fn upsert_chunk(
    db: &impl ConnectionTrait,
    service: ServiceId,
    samples: &[Sample],
) -> Result<(), HistoryError> {
    use observation_chunk::{ActiveModel, Column, Entity};
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Ok(()) };
    let row = ActiveModel {
        service_id: Set(service.0),
        started_at: Set(first.at.into()),
        ended_at: Set(last.at.into()),
        count: Set(i64::try_from(samples.len()).unwrap_or(i64::MAX)),
        data: Set(chunk::encode(samples)?),
    };
    let replaced = OnConflict::columns([Column::ServiceId, Column::StartedAt])
        .update_columns([Column::EndedAt, Column::Count, Column::Data])
        .to_owned();
    Entity::insert(row).on_conflict(replaced).exec_without_returning(db).await?;
    Ok(())
}

/// A stored change of a service's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    pub service: ServiceId,
    pub seq: i64,
    pub at: Timestamp,
    pub status: Status,
    pub hard: bool,
    pub detail: String,
    /// Number of the fault that it opened, changed or cleared.
    pub fault: Option<i64>,
}

impl Transition {
    /// Whether this is the note that a person stopped watching.
    pub fn is_stop(&self) -> bool {
        self.hard && self.status == Status::Unknown && self.detail.starts_with(UNWATCHED)
    }

    fn change(&self) -> Change {
        Change { at: self.at, condition: Condition::of(self.status, self.hard) }
    }
}

fn stored_transition(row: transition::Model) -> Transition {
    Transition {
        service: ServiceId(row.service_id),
        seq: row.seq,
        at: row.at.into(),
        status: row.status.0,
        hard: row.hard,
        detail: row.detail,
        fault: row.fault_number,
    }
}

/// Transitions of a service within [from, until), oldest first; the newest `limit` when there are more.
pub async fn transitions(
    db: &impl ConnectionTrait,
    service: ServiceId,
    from: Timestamp,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<Transition>, DbErr> {
    let rows = transition::Entity::find()
        .filter(transition::Column::ServiceId.eq(service.0))
        .filter(transition::Column::At.gte(Micros::from(from)))
        .filter(transition::Column::At.lt(Micros::from(until)))
        .order_by_desc(transition::Column::At)
        .order_by_desc(transition::Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().rev().map(stored_transition).collect())
}

/// The last transition of a service before `at`.
pub async fn transition_before(
    db: &impl ConnectionTrait,
    service: ServiceId,
    at: Timestamp,
) -> Result<Option<Transition>, DbErr> {
    let row = transition::Entity::find()
        .filter(transition::Column::ServiceId.eq(service.0))
        .filter(transition::Column::At.lt(Micros::from(at)))
        .order_by_desc(transition::Column::At)
        .order_by_desc(transition::Column::Seq)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(stored_transition))
}

/// Which transitions of a host are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    All,
    /// Only those of faults: customers do not see that a soft problem was looked at again.
    OfFaults,
}

/// The last transitions of all services of a host, newest first.
pub async fn of_host(
    db: &impl ConnectionTrait,
    host: HostId,
    which: Which,
    limit: u64,
) -> Result<Vec<Transition>, DbErr> {
    let mut query = transition::Entity::find().filter(transition::Column::HostId.eq(host.0));
    if which == Which::OfFaults {
        query = query.filter(transition::Column::FaultNumber.is_not_null());
    }
    let rows =
        query.order_by_desc(transition::Column::At).order_by_desc(transition::Column::Seq).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(stored_transition).collect())
}

/// What a service counted as within [from, until), beginning with the change that was in force at `from`.
pub async fn service_changes(
    db: &impl ConnectionTrait,
    service: ServiceId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Change>, DbErr> {
    let before = transition_before(db, service, from).await?;
    let within = transitions(db, service, from, until, CHANGES_MAX).await?;
    // When the window holds more than was read, what lies between is not known.
    let complete = (within.len() as u64) < CHANGES_MAX;
    Ok(before.filter(|_| complete).into_iter().chain(within).map(|row| row.change()).collect())
}

/// What a host counted as within [from, until): the worst of its services, beginning with what was in force at `from`.
/// `planned` tells when a service was in downtime.
pub async fn host_changes(
    db: &impl ConnectionTrait,
    host: HostId,
    (from, until): (Timestamp, Timestamp),
    planned: impl Fn(ServiceId) -> Vec<Span>,
) -> Result<Vec<Change>, DbErr> {
    use transition::{Column, Entity};
    let within = Entity::find()
        .filter(Column::HostId.eq(host.0))
        .filter(Column::At.gte(Micros::from(from)))
        .filter(Column::At.lt(Micros::from(until)))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Seq)
        .limit(CHANGES_MAX)
        .all(db)
        .await?;
    let complete = (within.len() as u64) < CHANGES_MAX;
    let mut rows = if complete { last_of_each(db, host, from).await? } else { Vec::new() };
    rows.extend(within.into_iter().rev());
    let mut by_service: BTreeMap<ServiceId, Vec<Change>> = BTreeMap::new();
    for row in rows.into_iter().map(stored_transition) {
        by_service.entry(row.service).or_default().push(row.change());
    }
    let apart = |(service, changes): (ServiceId, Vec<Change>)| {
        apart(&changes, &planned(service)).into_iter().map(move |change| (service, change)).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = by_service.into_iter().flat_map(apart).collect();
    all.sort_by_key(|(_, change)| change.at);
    Ok(combined(all))
}

/// The last transition before `at` of each service of a host, by time.
async fn last_of_each(db: &impl ConnectionTrait, host: HostId, at: Timestamp) -> Result<Vec<transition::Model>, DbErr> {
    use transition::{Column, Entity};
    let later = Alias::new("later");
    // A numbered later one of the same service, still before `at`.
    let overtaken = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, later.clone())
        .and_where(Expr::col((later.clone(), Column::ServiceId)).equals((Entity, Column::ServiceId)))
        .and_where(Expr::col((later.clone(), Column::At)).lt(at.as_micros()))
        .and_where(Expr::col((later, Column::Seq)).gt(Expr::col((Entity, Column::Seq))))
        .to_owned();
    Entity::find()
        .filter(Column::HostId.eq(host.0))
        .filter(Column::At.lt(Micros::from(at)))
        .filter(Expr::exists(overtaken).not())
        .order_by_asc(Column::At)
        .limit(CHANGES_MAX)
        .all(db)
        .await
}

/// How the history says that nobody looks any more: time from here on is neither up nor down.
const UNWATCHED: &str = "Not watched from here on: ";

/// Notes in the history of services that a person stopped watching them. Call it in the transaction that pauses or
/// removes them, after their faults were abandoned. Services never observed have no history and get no note.
pub async fn stop_watching(
    db: &impl ConnectionTrait,
    host: HostId,
    services: &[ServiceId],
    at: Timestamp,
    why: &str,
) -> Result<(), DbErr> {
    for (service, stored) in states::load(db, services).await? {
        let note = NewTransition {
            service,
            host,
            seq: stored.seq + 1,
            at,
            status: Status::Unknown,
            hard: true,
            watch: Watch::pending(),
            detail: format!("{UNWATCHED}{why}"),
        };
        states::store(db, &note, None).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
