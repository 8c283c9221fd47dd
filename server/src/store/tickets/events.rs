//! Timelines of tickets. Entries are appended and never changed.

use domain::{
    access::Scope,
    id::{TicketId, UserId},
    ticket::TicketEventKind,
    time::Timestamp,
};
use entity::{columns::Word, ticket, ticket_event};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::{keep_place, words};

/// Entries of one ticket on a page, the first of them; a ticket with more is a conversation that belongs elsewhere.
const EVENTS_MAX: u64 = 1_000;

/// An entry for a ticket's timeline.
#[derive(Debug, Clone)]
pub struct NewTicketEvent<'a> {
    pub ticket: TicketId,
    /// When it happened.
    pub at: Timestamp,
    /// When it was entered, which may be later.
    pub entered_at: Timestamp,
    pub kind: TicketEventKind,
    /// None: a person without an account, or the system.
    pub user: Option<UserId>,
    /// Who did it, in words that stay when the account goes.
    pub by: &'a str,
    pub detail: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketEvent {
    /// Counted from 1 within the ticket.
    pub seq: i64,
    pub at: Timestamp,
    pub entered_at: Timestamp,
    pub kind: TicketEventKind,
    pub user: Option<UserId>,
    pub by: String,
    pub detail: String,
}

/// Appends an entry and returns its number. Entries of one ticket wait for each other's transactions.
pub async fn add_event(db: &impl ConnectionTrait, new: NewTicketEvent<'_>) -> Result<i64, DbErr> {
    let ticket = ticket::Entity::find_by_id(new.ticket.0).lock_exclusive().one(db).await?;
    let last = ticket_event::Entity::find()
        .filter(ticket_event::Column::TicketId.eq(new.ticket.0))
        .order_by_desc(ticket_event::Column::Seq)
        .limit(1)
        .one(db)
        .await?;
    let seq = last.map_or(0, |last| last.seq) + 1;
    let row = ticket_event::ActiveModel {
        ticket_id: Set(new.ticket.0),
        seq: Set(seq),
        at: Set(new.at.into()),
        entered_at: Set(new.entered_at.into()),
        kind: Set(Word(new.kind)),
        public: Set(new.kind.is_public()),
        user_id: Set(new.user.map(|user| user.0)),
        by: Set(new.by.to_owned()),
        detail: Set(new.detail.to_owned()),
    };
    ticket_event::Entity::insert(row).exec_without_returning(db).await?;
    if let Some(ticket) = ticket {
        words::index_event(db, ticket.number, seq, new.kind, new.detail).await?;
    }
    // A miss that was answered waits for nobody.
    if new.kind.is_response() {
        keep_place(db, new.ticket).await?;
    }
    Ok(seq)
}

/// The timeline in the order of entry, the latest 1,000 entries at most. A customer sees what is public on their own ticket.
pub async fn events(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Vec<TicketEvent>, DbErr> {
    let of =
        ticket_event::Entity::belongs_to(ticket::Entity).from(ticket_event::Column::TicketId).to(ticket::Column::Id);
    let mut query = ticket_event::Entity::find()
        .join(JoinType::InnerJoin, of.into())
        .filter(ticket_event::Column::TicketId.eq(id.0))
        .order_by_desc(ticket_event::Column::Seq)
        .limit(EVENTS_MAX);
    if let Some(customer) = scope.customer() {
        query = query.filter(ticket::Column::CustomerId.eq(customer.0)).filter(ticket_event::Column::Public.eq(true));
    }
    Ok(query.all(db).await?.into_iter().rev().map(read).collect())
}

pub(super) fn read(row: ticket_event::Model) -> TicketEvent {
    TicketEvent {
        seq: row.seq,
        at: row.at.into(),
        entered_at: row.entered_at.into(),
        kind: row.kind.0,
        user: row.user_id.map(UserId),
        by: row.by,
        detail: row.detail,
    }
}
