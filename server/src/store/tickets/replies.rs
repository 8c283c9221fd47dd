//! What is written with forms: held for a moment, sent once, kept when it was not sent.

use domain::{
    id::{TicketId, UserId},
    ticket::ReplyState,
    time::Timestamp,
};
use entity::{columns::Word, ticket_reply};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

/// Replies sent in one go; whatever is left is due again at the next call.
const HELD_MAX: u64 = 100;
/// A text that was not sent and not gone on with is forgotten after a week.
const DRAFT_S: i64 = 7 * 24 * 3_600;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The key of the form.
    pub id: Uuid,
    pub ticket: TicketId,
    pub user: UserId,
    /// Who wrote it, in words that stay when the account goes.
    pub by: String,
    pub text: String,
    pub state: ReplyState,
    /// The last entry that the writer had seen.
    pub seen: i64,
    pub written_at: Timestamp,
    /// When a held one is sent.
    pub sends_at: Timestamp,
}

/// Keeps what was written. A text of the same form that was not sent is replaced; false: it was sent, or is about to be.
pub async fn keep(db: &impl ConnectionTrait, new: &Written) -> Result<bool, DbErr> {
    use ticket_reply::Column as C;
    let row = ticket_reply::ActiveModel {
        id: Set(new.id),
        ticket_id: Set(new.ticket.0),
        user_id: Set(new.user.0),
        by: Set(new.by.clone()),
        text: Set(new.text.clone()),
        state: Set(Word(new.state)),
        seen: Set(new.seen),
        written_at: Set(new.written_at.into()),
        sends_at: Set(new.sends_at.into()),
    };
    let known = OnConflict::column(C::Id).do_nothing().to_owned();
    if ticket_reply::Entity::insert_many([row]).on_conflict(known).exec_without_returning(db).await? == 1 {
        return Ok(true);
    }
    let done = ticket_reply::Entity::update_many()
        .col_expr(C::Text, Expr::value(new.text.as_str()))
        .col_expr(C::State, Expr::value(new.state.as_str()))
        .col_expr(C::Seen, Expr::value(new.seen))
        .col_expr(C::WrittenAt, Expr::value(new.written_at.as_micros()))
        .col_expr(C::SendsAt, Expr::value(new.sends_at.as_micros()))
        .filter(C::Id.eq(new.id))
        .filter(C::TicketId.eq(new.ticket.0))
        .filter(C::UserId.eq(new.user.0))
        .filter(C::State.is_in([ReplyState::TakenBack.as_str(), ReplyState::Crossed.as_str()]))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Moves a text of a ticket on. False: it is not in the state `from`.
pub async fn set_reply_state(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    id: Uuid,
    from: ReplyState,
    to: ReplyState,
) -> Result<bool, DbErr> {
    use ticket_reply::Column as C;
    let done = ticket_reply::Entity::update_many()
        .col_expr(C::State, Expr::value(to.as_str()))
        .filter(C::Id.eq(id))
        .filter(C::TicketId.eq(ticket.0))
        .filter(C::State.eq(from.as_str()))
        .exec(db)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Held replies that are to be sent by `until`, the earliest first; 100 at most.
pub async fn held(db: &impl ConnectionTrait, until: Timestamp) -> Result<Vec<Written>, DbErr> {
    use ticket_reply::Column as C;
    let query = ticket_reply::Entity::find().filter(C::State.eq(ReplyState::Held.as_str()));
    let query = query.filter(C::SendsAt.lte(until.as_micros())).order_by_asc(C::SendsAt).limit(HELD_MAX);
    Ok(query.all(db).await?.into_iter().map(read).collect())
}

/// The held replies of one ticket, the earliest first.
pub async fn held_by_ticket(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<Written>, DbErr> {
    use ticket_reply::Column as C;
    let query = ticket_reply::Entity::find().filter(C::TicketId.eq(ticket.0));
    let query = query.filter(C::State.eq(ReplyState::Held.as_str())).order_by_asc(C::WrittenAt).limit(HELD_MAX);
    Ok(query.all(db).await?.into_iter().map(read).collect())
}

/// What `user` wrote last on a ticket and has neither sent nor gone on with.
pub async fn draft_of(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Written>, DbErr> {
    use ticket_reply::Column as C;
    let query = ticket_reply::Entity::find()
        .filter(C::TicketId.eq(ticket.0))
        .filter(C::UserId.eq(user.0))
        .filter(C::State.is_in([ReplyState::TakenBack.as_str(), ReplyState::Crossed.as_str()]))
        .filter(C::WrittenAt.gt(now.plus_seconds(-DRAFT_S).as_micros()))
        .order_by_desc(C::WrittenAt);
    Ok(query.limit(1).one(db).await?.map(read))
}

fn read(row: ticket_reply::Model) -> Written {
    Written {
        id: row.id,
        ticket: TicketId(row.ticket_id),
        user: UserId(row.user_id),
        by: row.by,
        text: row.text,
        state: row.state.0,
        seen: row.seen,
        written_at: row.written_at.into(),
        sends_at: row.sends_at.into(),
    }
}
