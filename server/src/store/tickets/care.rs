//! How a ticket stands: who has it, what it waits for, how it ended.

use domain::{
    access::Scope,
    clock::ClockKind,
    id::{TicketId, UserId},
    ticket::{Channel, Life, Moved, Outcome, Priority, Queue, TicketKind},
    time::Timestamp,
};
use entity::{fault, ticket};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::Expr,
};
use uuid::Uuid;

use super::{Ticket, read, words};
use crate::store::{clocks::StoredClock, hardware, worked};

/// How a ticket reached us, and how it was sorted then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub channel: Channel,
    /// In words that stay when the account or contact goes; empty: nobody in particular.
    pub raised_by: String,
    /// The contact who raised it, if one of them did.
    pub contact: Option<Uuid>,
    /// Where the person is called back; may be empty.
    pub phone: String,
    pub priority: Priority,
    pub queue: Queue,
}

impl Origin {
    /// A ticket of the usual sort that `raised_by` brought.
    pub fn of(channel: Channel, raised_by: impl Into<String>) -> Self {
        Self {
            channel,
            raised_by: raised_by.into(),
            contact: None,
            phone: String::new(),
            priority: Priority::Normal,
            queue: Queue::Support,
        }
    }
}

/// What people have made of a ticket since.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Care {
    pub assignee: Option<UserId>,
    /// Of a closed ticket.
    pub outcome: Option<Outcome>,
    /// When it closes by itself, while it waits for the customer.
    pub closes_at: Option<Timestamp>,
    /// Out of the queue until then, or until the customer writes.
    pub snoozed_until: Option<Timestamp>,
    /// The ticket that goes on with this one.
    pub merged_into: Option<TicketId>,
}

/// One change of a ticket's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<'a> {
    Moved(Moved),
    Assignee(Option<UserId>),
    Queue(Queue),
    Priority(Priority),
    Kind(TicketKind),
    Subject(&'a str),
    Snoozed(Option<Timestamp>),
    MergedInto(TicketId),
    /// When it closes by itself, later than was said.
    PutOff(Timestamp),
    /// The customer was told that it closes itself.
    CloseTold(Timestamp),
}

impl Change<'_> {
    fn set(&self, query: UpdateMany<ticket::Entity>) -> UpdateMany<ticket::Entity> {
        use ticket::Column as C;
        match self {
            Self::Moved(moved) => query
                .col_expr(C::State, Expr::value(moved.state.as_str()))
                .col_expr(C::Outcome, Expr::value(moved.outcome.map(Outcome::as_str)))
                .col_expr(C::ClosedAt, Expr::value(moved.closed_at.map(Timestamp::as_micros)))
                .col_expr(C::ClosesAt, Expr::value(moved.closes_at.map(Timestamp::as_micros)))
                .col_expr(C::CloseToldAt, Expr::value(None::<i64>))
                .col_expr(C::SnoozedUntil, Expr::value(None::<i64>)),
            Self::Assignee(user) => query.col_expr(C::AssigneeId, Expr::value(user.map(|user| user.0))),
            Self::Queue(queue) => query.col_expr(C::Queue, Expr::value(queue.as_str())),
            Self::Priority(priority) => query.col_expr(C::Priority, Expr::value(priority.as_str())),
            Self::Kind(kind) => query.col_expr(C::Kind, Expr::value(kind.as_str())),
            Self::Subject(subject) => query.col_expr(C::Subject, Expr::value(*subject)),
            Self::Snoozed(until) => query.col_expr(C::SnoozedUntil, Expr::value(until.map(Timestamp::as_micros))),
            Self::PutOff(at) => query.col_expr(C::ClosesAt, Expr::value(at.as_micros())),
            Self::CloseTold(at) => query.col_expr(C::CloseToldAt, Expr::value(at.as_micros())),
            Self::MergedInto(other) => query.col_expr(C::MergedIntoId, Expr::value(other.0)),
        }
    }
}

/// Makes all of `changes` of a ticket that is still at `version`. 0: it is not.
pub async fn change(
    db: &impl ConnectionTrait,
    id: TicketId,
    version: i64,
    changes: &[Change<'_>],
) -> Result<u64, DbErr> {
    let next = Expr::col(ticket::Column::Version).add(1);
    let query = ticket::Entity::update_many().col_expr(ticket::Column::Version, next);
    let query = changes.iter().fold(query, |query, change| change.set(query));
    let query = query.filter(ticket::Column::Id.eq(id.0)).filter(ticket::Column::Version.eq(version));
    let changed = query.exec(db).await?.rows_affected;
    if 0 < changed && changes.iter().any(|change| matches!(change, Change::Subject(_))) {
        let row = ticket::Entity::find_by_id(id.0).one(db).await?;
        if let Some(row) = row {
            words::index_ticket(db, &row).await?;
        }
    }
    Ok(changed)
}

/// A ticket that waits for the customer closes by itself at another time, of which they are told anew. Nothing that
/// people decide on changes, so the version stays.
pub async fn wait_until(db: &impl ConnectionTrait, id: TicketId, closes_at: Timestamp) -> Result<(), DbErr> {
    ticket::Entity::update_many()
        .col_expr(ticket::Column::ClosesAt, Expr::value(closes_at.as_micros()))
        .col_expr(ticket::Column::CloseToldAt, Expr::value(None::<i64>))
        .filter(ticket::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// What decides what may become of a ticket. `clocks` are all of its own.
pub async fn life(db: &impl ConnectionTrait, ticket: &Ticket, clocks: &[StoredClock]) -> Result<Life, DbErr> {
    let owed = |kind| clocks.iter().any(|clock| clock.clock.kind() == kind && clock.kept.closed_at.is_none());
    let fault_open = match ticket.fault {
        None => false,
        Some(id) => fault::Entity::find_by_id(id.0).one(db).await?.is_some_and(|fault| fault.cleared_at.is_none()),
    };
    let worked = worked::is_begun(db, ticket.id).await?;
    Ok(Life {
        kind: ticket.kind,
        state: ticket.state,
        outcome: ticket.care.outcome,
        closed_at: ticket.closed_at,
        closes_at: ticket.care.closes_at,
        response_owed: owed(ClockKind::Response),
        reply_owed: owed(ClockKind::NextReply),
        visit_owed: owed(ClockKind::Arrival),
        fault_open,
        hardware_out: hardware::is_under_way(db, ticket.id).await?,
        worked,
    })
}

/// Tickets that close by themselves by `now`, the longest due first.
pub async fn close_due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Ticket>, DbErr> {
    let rows = super::scoped(Scope::Everything)
        .filter(ticket::Column::ClosesAt.lte(now.as_micros()))
        .order_by_asc(ticket::Column::ClosesAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Tickets that close by themselves by `until` and whose customer was not told yet, the longest due first.
pub async fn close_soon(db: &impl ConnectionTrait, until: Timestamp, limit: u64) -> Result<Vec<Ticket>, DbErr> {
    let rows = super::scoped(Scope::Everything)
        .filter(ticket::Column::ClosesAt.lte(until.as_micros()))
        .filter(ticket::Column::CloseToldAt.is_null())
        .order_by_asc(ticket::Column::ClosesAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Tickets that were put aside until `now` or earlier, the earliest first.
pub async fn wake_due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Ticket>, DbErr> {
    let rows = super::scoped(Scope::Everything)
        .filter(ticket::Column::SnoozedUntil.lte(now.as_micros()))
        .order_by_asc(ticket::Column::SnoozedUntil)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}
