//! Faults: decisions of the engine carried out in one transaction, acknowledgements, and rows for boards.

use domain::{
    access::{Scope, Side},
    fault::{Acknowledgement, FaultEventKind},
    id::{ContactId, FaultId, HostId, ServiceId, UserId},
    notice::Who,
    observation::Status,
    time::Timestamp,
};
use entity::{
    acknowledgement,
    columns::{Micros, Word},
    fault, fault_event,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::entropy;

mod apply;
mod lapse;
mod promised;
mod quiet;
mod rows;
mod tell;

pub use entity::{fault::Model as Fault, fault_event::Model as FaultEvent};

pub use apply::{Applied, ApplyError, Context, Decision, abandon, apply, host_tile};
pub use lapse::lapse;
pub use quiet::look_again;
pub(super) use quiet::{hold_if_quiet, hold_open, lift_due};
pub use rows::{FaultWithPlace, place, rows};
pub(super) use tell::by_policy;

/// Most open faults on one page; the count beside them is exact.
pub const BOARD_FAULTS_MAX: u64 = 500;

/// The fault with a number, within a scope.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, number: i64) -> Result<Option<fault::Model>, DbErr> {
    scoped(scope).filter(fault::Column::Number.eq(number)).one(db).await
}

/// The fault with an id, for a link that was signed for it.
pub async fn find_by_id(db: &impl ConnectionTrait, id: FaultId) -> Result<Option<fault::Model>, DbErr> {
    fault::Entity::find_by_id(id.0).one(db).await
}

fn scoped(scope: Scope) -> sea_orm::Select<fault::Entity> {
    let query = fault::Entity::find();
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(fault::Column::CustomerId.eq(customer.0)),
    }
}

/// Open faults, oldest first.
pub async fn open(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<fault::Model>, DbErr> {
    scoped(scope)
        .filter(fault::Column::ClearedAt.is_null())
        .order_by_asc(fault::Column::StartedAt)
        .limit(BOARD_FAULTS_MAX)
        .all(db)
        .await
}

pub async fn open_count(db: &impl ConnectionTrait, scope: Scope) -> Result<u64, DbErr> {
    scoped(scope).filter(fault::Column::ClearedAt.is_null()).count(db).await
}

/// Faults that recovered since `since`, newest first.
pub async fn recovered(
    db: &impl ConnectionTrait,
    scope: Scope,
    since: Timestamp,
    limit: u64,
) -> Result<Vec<fault::Model>, DbErr> {
    scoped(scope)
        .filter(fault::Column::ClearedAt.gte(Micros::from(since)))
        .order_by_desc(fault::Column::ClearedAt)
        .limit(limit)
        .all(db)
        .await
}

/// The open fault of each of the given services.
pub async fn open_of_services(db: &impl ConnectionTrait, services: &[ServiceId]) -> Result<Vec<fault::Model>, DbErr> {
    fault::Entity::find()
        .filter(fault::Column::ServiceId.is_in(services.iter().map(|id| id.0)))
        .filter(fault::Column::ClearedAt.is_null())
        .all(db)
        .await
}

/// Faults of a host that were open at some time within [from, until), oldest first.
pub async fn overlapping(
    db: &impl ConnectionTrait,
    host: HostId,
    from: Timestamp,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<fault::Model>, DbErr> {
    fault::Entity::find()
        .filter(fault::Column::HostId.eq(host.0))
        .filter(fault::Column::StartedAt.lt(Micros::from(until)))
        .filter(fault::Column::ClearedAt.is_null().or(fault::Column::ClearedAt.gte(Micros::from(from))))
        .order_by_asc(fault::Column::StartedAt)
        .limit(limit)
        .all(db)
        .await
}

/// What happened to a fault, oldest first.
pub async fn events(db: &impl ConnectionTrait, fault: FaultId) -> Result<Vec<fault_event::Model>, DbErr> {
    fault_event::Entity::find()
        .filter(fault_event::Column::FaultId.eq(fault.0))
        .order_by_asc(fault_event::Column::At)
        .order_by_asc(fault_event::Column::Id)
        .limit(1_000)
        .all(db)
        .await
}

/// An entry for a fault's timeline.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    pub fault: FaultId,
    pub at: Timestamp,
    pub kind: FaultEventKind,
    pub side: Option<Side>,
    pub by: Option<&'a str>,
    pub status: Option<Status>,
    pub detail: &'a str,
}

pub async fn add_event(db: &impl ConnectionTrait, event: NewEvent<'_>) -> Result<(), DbErr> {
    let row = fault_event::ActiveModel {
        id: Set(new_id(event.at)?),
        fault_id: Set(event.fault.0),
        at: Set(event.at.into()),
        kind: Set(Word(event.kind)),
        side: Set(event.side.map(Word)),
        by: Set(event.by.map(str::to_owned)),
        status: Set(event.status.map(Word)),
        detail: Set(event.detail.to_owned()),
    };
    fault_event::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

pub(crate) fn new_id(at: Timestamp) -> Result<Uuid, DbErr> {
    entropy::id(at).map_err(|error| DbErr::Custom(error.to_string()))
}

/// Standing acknowledgements of the given faults.
pub async fn acknowledgements(
    db: &impl ConnectionTrait,
    faults: &[Uuid],
) -> Result<Vec<acknowledgement::Model>, DbErr> {
    acknowledgement::Entity::find()
        .filter(acknowledgement::Column::FaultId.is_in(faults.iter().copied()))
        .filter(acknowledgement::Column::EndedAt.is_null())
        .all(db)
        .await
}

/// An acknowledgement as the rules see it.
pub fn acknowledgement(row: &acknowledgement::Model) -> Acknowledgement {
    Acknowledgement {
        side: row.side.0,
        by: row.by.clone(),
        at: row.at.into(),
        note: row.note.clone(),
        expires_at: row.expires_at.map(Timestamp::from),
        sticky: row.sticky,
    }
}

/// Who acknowledges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    User(Uuid),
    Contact(Uuid),
}

impl By {
    pub fn who(self) -> Who {
        match self {
            Self::User(id) => Who::User(UserId(id)),
            Self::Contact(id) => Who::Contact(ContactId(id)),
        }
    }
}

/// Adds an acknowledgement. A standing one of the same side makes this fail on the unique key: end it first.
pub async fn acknowledge(
    db: &impl ConnectionTrait,
    fault: FaultId,
    by: By,
    ack: &Acknowledgement,
) -> Result<(), DbErr> {
    let (user, contact) = match by {
        By::User(id) => (Some(id), None),
        By::Contact(id) => (None, Some(id)),
    };
    let row = acknowledgement::ActiveModel {
        id: Set(new_id(ack.at)?),
        fault_id: Set(fault.0),
        side: Set(Word(ack.side)),
        user_id: Set(user),
        contact_id: Set(contact),
        by: Set(ack.by.clone()),
        note: Set(ack.note.clone()),
        at: Set(ack.at.into()),
        expires_at: Set(ack.expires_at.map(Micros::from)),
        sticky: Set(ack.sticky),
        ended_at: Set(None),
    };
    acknowledgement::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Ends the standing acknowledgement of a side, or of both. Returns how many ended.
pub async fn end_acknowledgement(
    db: &impl ConnectionTrait,
    fault: FaultId,
    side: Option<Side>,
    now: Timestamp,
) -> Result<u64, DbErr> {
    let mut query = acknowledgement::Entity::update_many()
        .col_expr(acknowledgement::Column::EndedAt, Expr::value(now.as_micros()))
        .filter(acknowledgement::Column::FaultId.eq(fault.0))
        .filter(acknowledgement::Column::EndedAt.is_null());
    if let Some(side) = side {
        query = query.filter(acknowledgement::Column::Side.eq(side.as_str()));
    }
    query.exec(db).await.map(|done| done.rows_affected)
}

#[cfg(test)]
mod tests;
