//! Stored states of services and their numbered transitions.

use std::collections::HashMap;

use domain::{
    flapping::Watch,
    id::{HostId, ServiceId},
    observation::Status,
    time::Timestamp,
};
use entity::{columns::Word, service_state, transition};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};

/// Databases limit the values of one statement; lists are asked for in pieces of this size.
pub const IDS_PER_STATEMENT: usize = 5_000;

/// What the database knows of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredState {
    pub watch: Watch,
    /// Number of its last transition; the next one is one higher.
    pub seq: i64,
    pub changed_at: Timestamp,
    pub detail: String,
}

impl StoredState {
    /// A service that was never observed.
    pub fn pending() -> Self {
        Self { watch: Watch::pending(), seq: 0, changed_at: Timestamp::EPOCH, detail: String::new() }
    }
}

/// A change of state to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTransition {
    pub service: ServiceId,
    pub host: HostId,
    pub seq: i64,
    pub at: Timestamp,
    pub status: Status,
    pub hard: bool,
    pub watch: Watch,
    pub detail: String,
}

/// States of the given services; those never observed are absent.
pub async fn load(db: &impl ConnectionTrait, services: &[ServiceId]) -> Result<HashMap<ServiceId, StoredState>, DbErr> {
    let mut states = HashMap::with_capacity(services.len());
    for piece in services.chunks(IDS_PER_STATEMENT) {
        let rows = service_state::Entity::find()
            .filter(service_state::Column::ServiceId.is_in(piece.iter().map(|id| id.0)))
            .limit(IDS_PER_STATEMENT as u64)
            .all(db)
            .await?;
        for row in rows {
            states.insert(ServiceId(row.service_id), stored(row)?);
        }
    }
    Ok(states)
}

fn stored(row: service_state::Model) -> Result<StoredState, DbErr> {
    let watch = serde_json::from_str(&row.state).map_err(|error| DbErr::Json(error.to_string()))?;
    Ok(StoredState { watch, seq: row.seq, changed_at: row.changed_at.into(), detail: row.detail })
}

/// Stores a transition and the state it leads to.
pub async fn store(db: &impl ConnectionTrait, new: &NewTransition, fault_number: Option<i64>) -> Result<(), DbErr> {
    let row = transition::ActiveModel {
        service_id: Set(new.service.0),
        seq: Set(new.seq),
        host_id: Set(new.host.0),
        at: Set(new.at.into()),
        status: Set(Word(new.status)),
        hard: Set(new.hard),
        detail: Set(new.detail.clone()),
        fault_number: Set(fault_number),
    };
    transition::Entity::insert(row).exec_without_returning(db).await?;
    put(db, new.service, &new.watch, new.seq, new.at, &new.detail).await
}

/// Whether a transition is stored: a decision is sent again when its confirmation was lost.
pub async fn is_stored(db: &impl ConnectionTrait, service: ServiceId, seq: i64) -> Result<bool, DbErr> {
    transition::Entity::find_by_id((service.0, seq)).one(db).await.map(|row| row.is_some())
}

/// Sets the state of a service.
pub async fn put(
    db: &impl ConnectionTrait,
    service: ServiceId,
    watch: &Watch,
    seq: i64,
    at: Timestamp,
    detail: &str,
) -> Result<(), DbErr> {
    let state = serde_json::to_string(watch).map_err(|error| DbErr::Json(error.to_string()))?;
    let row = service_state::ActiveModel {
        service_id: Set(service.0),
        state: Set(state),
        seq: Set(seq),
        changed_at: Set(at.into()),
        detail: Set(detail.to_owned()),
    };
    service_state::Entity::insert(row)
        .on_conflict(
            OnConflict::column(service_state::Column::ServiceId)
                .update_columns([
                    service_state::Column::State,
                    service_state::Column::Seq,
                    service_state::Column::ChangedAt,
                    service_state::Column::Detail,
                ])
                .to_owned(),
        )
        .exec_without_returning(db)
        .await
        .map(drop)
}
