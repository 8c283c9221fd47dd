//! The outbox as staff read it: what was queued, what became of it, and trying again.

use domain::{
    access::Side,
    id::{FaultId, NoticeId},
    outbox::NoticeState,
    time::Timestamp,
};
use entity::{columns::Micros, contact, delivery_attempt, notice, user};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use uuid::Uuid;

use super::outbox::Readers;

/// Notices on one page.
pub const PAGE: usize = 100;
/// Notices queued at the same instant stay on one page, up to this many.
const SAME_INSTANT_MAX: u64 = 1_000;
const OF_FAULT_MAX: u64 = 1_000;
const ATTEMPTS_MAX: u64 = 1_000;

/// A notice as it is stored.
pub type Notice = notice::Model;
/// One try to send it.
pub type Attempt = delivery_attempt::Model;

/// A page of notices, newest first, and the instant before which the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub notices: Vec<Notice>,
    pub next_before: Option<Timestamp>,
}

/// Notices queued before `before`, newest first. Those of one instant are never torn apart, so that none falls between
/// two pages.
pub async fn page(
    db: &impl ConnectionTrait,
    before: Option<Timestamp>,
    state: Option<NoticeState>,
) -> Result<Page, DbErr> {
    let mut query = in_state(state);
    if let Some(before) = before {
        query = query.filter(notice::Column::QueuedAt.lt(Micros::from(before)));
    }
    let mut notices = query
        .order_by_desc(notice::Column::QueuedAt)
        .order_by_desc(notice::Column::Position)
        .limit(PAGE as u64 + 1)
        .all(db)
        .await?;
    let Some(edge) = notices.get(PAGE).map(|row| row.queued_at) else {
        return Ok(Page { notices, next_before: None });
    };
    notices.retain(|row| edge < row.queued_at);
    if notices.is_empty() {
        notices = in_state(state)
            .filter(notice::Column::QueuedAt.eq(edge))
            .order_by_desc(notice::Column::Position)
            .limit(SAME_INSTANT_MAX)
            .all(db)
            .await?;
    }
    let next_before = notices.last().map(|row| row.queued_at.into());
    Ok(Page { notices, next_before })
}

fn in_state(state: Option<NoticeState>) -> sea_orm::Select<notice::Entity> {
    let query = notice::Entity::find();
    match state {
        None => query,
        Some(state) => query.filter(notice::Column::State.eq(state.as_str())),
    }
}

/// Notices that wait or are in a mailer's hands, and when the oldest of them was queued.
pub async fn waiting(db: &impl ConnectionTrait, to: Readers) -> Result<(u64, Option<Timestamp>), DbErr> {
    let words = [NoticeState::Queued.as_str(), NoticeState::Sending.as_str()];
    let row: Option<(i64, Option<i64>)> = notice::Entity::find()
        .select_only()
        .column_as(notice::Column::Id.count(), "waiting")
        .column_as(notice::Column::QueuedAt.min(), "oldest")
        .filter(notice::Column::State.is_in(words))
        .filter(to.condition())
        .into_tuple()
        .one(db)
        .await?;
    let (waiting, oldest) = row.unwrap_or((0, None));
    Ok((u64::try_from(waiting).unwrap_or(0), oldest.map(Timestamp::from_micros)))
}

pub async fn count(db: &impl ConnectionTrait, state: NoticeState) -> Result<u64, DbErr> {
    in_state(Some(state)).count(db).await
}

pub async fn find(db: &impl ConnectionTrait, id: NoticeId) -> Result<Option<Notice>, DbErr> {
    notice::Entity::find_by_id(id.0).one(db).await
}

/// Every notice about a fault, oldest first; of one side, or of both.
pub async fn of_fault(db: &impl ConnectionTrait, fault: FaultId, side: Option<Side>) -> Result<Vec<Notice>, DbErr> {
    let mut query = notice::Entity::find().filter(notice::Column::FaultId.eq(fault.0));
    if let Some(side) = side {
        query = query.filter(notice::Column::Side.eq(side.as_str()));
    }
    query.order_by_asc(notice::Column::Position).limit(OF_FAULT_MAX).all(db).await
}

/// Tries to send a notice, oldest first.
pub async fn attempts(db: &impl ConnectionTrait, id: NoticeId) -> Result<Vec<Attempt>, DbErr> {
    delivery_attempt::Entity::find()
        .filter(delivery_attempt::Column::NoticeId.eq(id.0))
        .order_by_asc(delivery_attempt::Column::At)
        .limit(ATTEMPTS_MAX)
        .all(db)
        .await
}

/// Queues a failed or withheld notice again, due at `now`. 0: it is in another state.
pub async fn requeue(db: &impl ConnectionTrait, id: NoticeId, now: Timestamp) -> Result<u64, DbErr> {
    let given_up = [NoticeState::Failed.as_str(), NoticeState::Withheld.as_str()];
    let done = notice::Entity::update_many()
        .col_expr(notice::Column::State, Expr::value(NoticeState::Queued.as_str()))
        .col_expr(notice::Column::NextAttemptAt, Expr::value(now.as_micros()))
        .filter(notice::Column::Id.eq(id.0))
        .filter(notice::Column::State.is_in(given_up))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Takes the mark off the address of a contact or an account that a mail server once refused for good.
pub async fn clear_refusal(db: &impl ConnectionTrait, recipient: Uuid) -> Result<(), DbErr> {
    contact::Entity::update_many()
        .col_expr(contact::Column::RefusedAt, Expr::value(None::<i64>))
        .col_expr(contact::Column::RefusedReply, Expr::value(None::<String>))
        .filter(contact::Column::Id.eq(recipient))
        .exec(db)
        .await?;
    user::Entity::update_many()
        .col_expr(user::Column::RefusedAt, Expr::value(None::<i64>))
        .col_expr(user::Column::RefusedReply, Expr::value(None::<String>))
        .filter(user::Column::Id.eq(recipient))
        .exec(db)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests;
