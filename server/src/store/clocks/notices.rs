//! Which warnings and breaches people were told of: one for each (ticket, clock, threshold, cycle), by the row's key.

use std::collections::HashMap;

use domain::{id::ClockId, time::Timestamp};
use entity::{clock, clock_notice};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{Kept, set_next};
use crate::store::{
    states::IDS_PER_STATEMENT,
    values::{number, unreadable},
};

/// That a threshold was reached and people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockNotice {
    pub clock: ClockId,
    /// Per cent of the target; [`super::BREACH`] for all of it.
    pub threshold: u8,
    /// The stored instant it was due at, not the one it was written at.
    pub due_at: Timestamp,
    pub written_at: Timestamp,
}

/// Notes that people are told, in the transaction of their mails, and makes the next threshold due. False: they were
/// told before, so no mail may go out.
pub async fn add_notice(db: &impl ConnectionTrait, new: ClockNotice) -> Result<bool, DbErr> {
    // Events and notices of one clock wait for each other's transactions: both store what is due next.
    let clock = clock::Entity::find_by_id(new.clock.0).lock_exclusive().one(db).await?;
    let clock = clock.ok_or_else(|| unreadable("clock_notice.clock_id", "there is no such clock"))?;
    let row = clock_notice::ActiveModel {
        ticket_id: Set(clock.ticket_id),
        clock_id: Set(clock.id),
        threshold: Set(new.threshold.into()),
        cycle: Set(clock.cycle),
        due_at: Set(new.due_at.into()),
        written_at: Set(new.written_at.into()),
    };
    let added = clock_notice::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    let told = told(db, &[clock.id]).await?.remove(&clock.id).unwrap_or_default();
    set_next(db, clock.id, Kept::read(&clock)?.next(&told)).await?;
    Ok(added == 1)
}

/// Thresholds that were told of, by clock.
pub(super) async fn told(db: &impl ConnectionTrait, clocks: &[Uuid]) -> Result<HashMap<Uuid, Vec<u8>>, DbErr> {
    let mut told: HashMap<Uuid, Vec<u8>> = HashMap::new();
    for piece in clocks.chunks(IDS_PER_STATEMENT) {
        let query = clock_notice::Entity::find();
        for row in query.filter(clock_notice::Column::ClockId.is_in(piece.iter().copied())).all(db).await? {
            told.entry(row.clock_id).or_default().push(number("clock_notice.threshold", row.threshold)?);
        }
    }
    Ok(told)
}
