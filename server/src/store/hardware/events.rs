//! What happened to a piece of hardware. Entries are appended and never changed.

use domain::{
    hardware::Track,
    id::{TicketId, UserId},
    time::Timestamp,
};
use entity::{columns::Word, hardware_event};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::ROWS_MAX;

/// An entry. Its number follows from those before it, which the caller's lock on the ticket or unit keeps in order.
#[derive(Debug, Clone)]
pub struct NewHardwareEvent<'a> {
    pub subject: Uuid,
    pub track: Track,
    /// None: about the stock.
    pub ticket: Option<TicketId>,
    pub at: Timestamp,
    /// The event's word: "dispatched".
    pub kind: &'a str,
    /// None: the system.
    pub user: Option<UserId>,
    pub by: &'a str,
    pub detail: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HardwareEvent {
    pub at: Timestamp,
    pub kind: String,
    pub by: String,
    pub detail: String,
}

pub async fn add_event(db: &impl ConnectionTrait, new: NewHardwareEvent<'_>) -> Result<(), DbErr> {
    let last = hardware_event::Entity::find()
        .filter(hardware_event::Column::SubjectId.eq(new.subject))
        .order_by_desc(hardware_event::Column::Seq)
        .limit(1)
        .one(db)
        .await?;
    let row = hardware_event::ActiveModel {
        subject_id: Set(new.subject),
        seq: Set(last.map_or(0, |last| last.seq) + 1),
        track: Set(Word(new.track)),
        ticket_id: Set(new.ticket.map(|id| id.0)),
        at: Set(new.at.into()),
        kind: Set(new.kind.to_owned()),
        user_id: Set(new.user.map(|user| user.0)),
        by: Set(new.by.to_owned()),
        detail: Set(new.detail.to_owned()),
    };
    hardware_event::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// What happened to one piece, in order. The caller has found it within the reader's scope.
pub async fn events(db: &impl ConnectionTrait, subject: Uuid) -> Result<Vec<HardwareEvent>, DbErr> {
    let rows = hardware_event::Entity::find()
        .filter(hardware_event::Column::SubjectId.eq(subject))
        .order_by_asc(hardware_event::Column::Seq)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let event = |row: hardware_event::Model| HardwareEvent {
        at: row.at.into(),
        kind: row.kind,
        by: row.by,
        detail: row.detail,
    };
    Ok(rows.into_iter().map(event).collect())
}
