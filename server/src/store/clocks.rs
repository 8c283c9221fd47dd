//! SLA clocks: append-only events, and beside them what they add up to, so that a supervisor finds what is due and a
//! queue can be sorted. The events are the truth; [`recompute`] proves the rest against them.

use std::collections::HashMap;

use domain::{
    access::Scope,
    clock::{Clock, ClockEvent, ClockKind, Percent, Refusal},
    id::{CalendarId, ClockId, TicketId},
    time::Timestamp,
};
use entity::{
    calendar_version, clock, clock_event,
    columns::{Micros, Word},
    ticket,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, LockBehavior, LockType, Query},
};
use uuid::Uuid;

use super::{
    calendars::{self, TermsRef},
    states::IDS_PER_STATEMENT,
    supervise::Supervised,
    tickets,
    values::{Claimed, number, to_json},
};

mod facts;
mod kept;
mod lead;
mod load;
mod notices;

pub use facts::{Ended, Fact};
pub use kept::{BREACH, Difference, Kept, recompute};
pub use lead::{leading, open_pause};
pub use notices::{ClockNotice, add_notice};

/// Clocks of one ticket: one of each kind for each reopening.
const CLOCKS_MAX: u64 = 1_000;

/// A clock to be started.
#[derive(Debug, Clone)]
pub struct NewClock<'a> {
    pub id: ClockId,
    pub ticket: TicketId,
    pub kind: ClockKind,
    pub terms: TermsRef,
    pub started_at: Timestamp,
    /// When it was entered, which may be later.
    pub entered_at: Timestamp,
    /// When people are warned.
    pub percents: &'a [Percent],
}

/// A clock and what is stored beside its events.
#[derive(Debug, Clone)]
pub struct StoredClock {
    pub id: ClockId,
    pub ticket: TicketId,
    /// Counted from 1 for each kind of clock of a ticket.
    pub cycle: u32,
    /// The number of its last event.
    pub events: i64,
    /// What it counts by: what it started with or was corrected to.
    pub terms: TermsRef,
    pub clock: Clock,
    pub kept: Kept,
}

/// Why an event was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("there is no such clock")]
    NotFound,
    /// It cannot have happened to this clock.
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Starts a clock: the first of its kind on the ticket, or the next cycle.
pub async fn start(db: &impl ConnectionTrait, new: NewClock<'_>) -> Result<StoredClock, DbErr> {
    let before = clock::Entity::find()
        .filter(clock::Column::TicketId.eq(new.ticket.0))
        .filter(clock::Column::Kind.eq(new.kind.as_str()))
        .order_by_desc(clock::Column::Cycle)
        .limit(1)
        .one(db)
        .await?;
    let cycle = before.map_or(0, |before| before.cycle) + 1;
    let calendars = calendars::by_ids(db, new.terms.calendar).await?;
    let fact = Fact::Started { terms: new.terms };
    let event = fact.event(new.kind, new.started_at, &calendars)?;
    let clock = load::fold(new.id, [&event])?;
    let kept = Kept::of(&clock, new.percents, &[]);
    let row = clock::ActiveModel {
        id: Set(new.id.0),
        ticket_id: Set(new.ticket.0),
        kind: Set(Word(new.kind)),
        cycle: Set(cycle),
        started_at: Set(new.started_at.into()),
        state: Set(kept.state.to_owned()),
        due_at: Set(kept.due_at.map(Micros::from)),
        used_up_at: Set(kept.used_up_at.map(Micros::from)),
        warnings: Set(to_json(&kept.warnings)?),
        next_at: Set(kept.next_at.map(Micros::from)),
        closed_at: Set(None),
        events: Set(1),
    };
    clock::Entity::insert(row).exec_without_returning(db).await?;
    facts::insert(db, new.id, 1, (new.started_at, &event), new.entered_at, &fact).await?;
    tickets::keep_place(db, new.ticket).await?;
    let (id, ticket, cycle) = (new.id, new.ticket, number("clock.cycle", cycle)?);
    Ok(StoredClock { id, ticket, cycle, events: 1, terms: new.terms, clock, kept })
}

/// Appends what happened at `at`, if it can have happened, and stores what the clock adds up to now.
///
/// Events of one clock wait for each other's transactions.
pub async fn append(
    db: &impl ConnectionTrait,
    id: ClockId,
    at: Timestamp,
    entered_at: Timestamp,
    fact: &Fact,
) -> Result<StoredClock, AppendError> {
    // The ticket first, as everybody does: its place in the queue follows from its clocks.
    let found = clock::Entity::find_by_id(id.0).one(db).await?.ok_or(AppendError::NotFound)?;
    tickets::hold(db, TicketId(found.ticket_id)).await?;
    let row = clock::Entity::find_by_id(id.0).lock_exclusive().one(db).await?;
    let stored = load::load(db, row.into_iter().collect()).await?.pop().ok_or(AppendError::NotFound)?;
    let (event, next) = after(db, stored, at, fact).await?;
    facts::insert(db, id, next.events, (at, &event), entered_at, fact).await?;
    kept::store(db, id, next.events, &next.kept).await?;
    tickets::keep_place(db, next.ticket).await?;
    Ok(next)
}

/// The clock as it would be if `fact` happened at `at`; nothing is stored.
pub async fn preview(
    db: &impl ConnectionTrait,
    id: ClockId,
    at: Timestamp,
    fact: &Fact,
) -> Result<StoredClock, AppendError> {
    let stored = find(db, id).await?.ok_or(AppendError::NotFound)?;
    after(db, stored, at, fact).await.map(|(_, next)| next)
}

async fn after(
    db: &impl ConnectionTrait,
    stored: StoredClock,
    at: Timestamp,
    fact: &Fact,
) -> Result<(ClockEvent, StoredClock), AppendError> {
    let calendars = calendars::by_ids(db, fact.calendar()).await?;
    let event: ClockEvent = fact.event(stored.clock.kind(), at, &calendars)?;
    let clock = stored.clock.accept(&event)?;
    let id = stored.id.0;
    let told = notices::told(db, &[id]).await?.remove(&id).unwrap_or_default();
    let kept = Kept::of(&clock, &stored.kept.percents(), &told);
    let terms = fact.terms().unwrap_or(stored.terms);
    Ok((event, StoredClock { events: stored.events + 1, terms, clock, kept, ..stored }))
}

/// A clock, for those who work through what is due.
pub async fn find(db: &impl ConnectionTrait, id: ClockId) -> Result<Option<StoredClock>, DbErr> {
    let row = clock::Entity::find_by_id(id.0).one(db).await?;
    Ok(load::load(db, row.into_iter().collect()).await?.pop())
}

/// The clocks of a ticket in the order in which they began. A customer never sees the internal ones.
pub async fn of_ticket(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Vec<StoredClock>, DbErr> {
    let of = clock::Entity::belongs_to(ticket::Entity).from(clock::Column::TicketId).to(ticket::Column::Id);
    let mut query = clock::Entity::find()
        .join(JoinType::InnerJoin, of.into())
        .filter(clock::Column::TicketId.eq(id.0))
        .order_by_asc(clock::Column::StartedAt)
        .order_by_asc(clock::Column::Id)
        .limit(CLOCKS_MAX);
    if let Some(customer) = scope.customer() {
        query = query
            .filter(ticket::Column::CustomerId.eq(customer.0))
            .filter(clock::Column::Kind.ne(ClockKind::NextReply.as_str()));
    }
    load::load(db, query.all(db).await?).await
}

/// The clocks of several tickets, each ticket's in the order in which they began. A customer never sees the internal
/// ones.
pub async fn of_tickets(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[TicketId],
) -> Result<HashMap<TicketId, Vec<StoredClock>>, DbErr> {
    let mut found: HashMap<TicketId, Vec<StoredClock>> = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let of = clock::Entity::belongs_to(ticket::Entity).from(clock::Column::TicketId).to(ticket::Column::Id);
        let mut query = clock::Entity::find()
            .join(JoinType::InnerJoin, of.into())
            .filter(clock::Column::TicketId.is_in(piece.iter().map(|id| id.0)))
            .order_by_asc(clock::Column::StartedAt)
            .order_by_asc(clock::Column::Id);
        if let Some(customer) = scope.customer() {
            query = query
                .filter(ticket::Column::CustomerId.eq(customer.0))
                .filter(clock::Column::Kind.ne(ClockKind::NextReply.as_str()));
        }
        for clock in load::load(db, query.all(db).await?).await? {
            found.entry(clock.ticket).or_default().push(clock);
        }
    }
    Ok(found)
}

/// Open clocks whose events name any version of a calendar, by id from the one behind `after` on: those that another
/// version might move.
pub async fn open_by_calendar(
    db: &impl ConnectionTrait,
    calendar: CalendarId,
    after: Option<ClockId>,
    limit: u64,
) -> Result<Vec<StoredClock>, DbErr> {
    let version = clock_event::Entity::belongs_to(calendar_version::Entity)
        .from(clock_event::Column::CalendarVersionId)
        .to(calendar_version::Column::Id);
    let counting = clock_event::Entity::find()
        .select_only()
        .column(clock_event::Column::ClockId)
        .join(JoinType::InnerJoin, version.into())
        .filter(calendar_version::Column::CalendarId.eq(calendar.0));
    let mut query = clock::Entity::find()
        .filter(clock::Column::ClosedAt.is_null())
        .filter(clock::Column::Id.in_subquery(counting.into_query()))
        .order_by_asc(clock::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        query = query.filter(clock::Column::Id.gt(after.0));
    }
    load::load(db, query.all(db).await?).await
}

/// Takes up to `limit` clocks of `of` with a warning or breach that is due, the longest waiting first. They belong to this
/// transaction until it ends: another claimer passes over them, and after a crash they are due again.
pub async fn claim_due(
    db: &impl ConnectionTrait,
    of: Supervised,
    now: Timestamp,
    limit: u64,
) -> Result<Claimed<StoredClock, ClockId>, DbErr> {
    let mut tickets = Query::select();
    tickets.column(ticket::Column::Id).from(ticket::Entity).cond_where(of.condition(ticket::Column::ContractId));
    let rows = clock::Entity::find()
        .filter(clock::Column::TicketId.in_subquery(tickets))
        .filter(clock::Column::NextAt.lte(Micros::from(now)))
        .order_by_asc(clock::Column::NextAt)
        .order_by_asc(clock::Column::Id)
        .limit(limit)
        // SQLite has no locks of rows: there the transaction itself keeps others out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(db)
        .await?;
    let mut claimed = Claimed { due: Vec::with_capacity(rows.len()), set_aside: Vec::new() };
    for (row, loaded) in rows.iter().zip(load::load_each(db, &rows).await?) {
        match loaded {
            Ok(clock) => claimed.due.push(clock),
            Err(error) => {
                set_next(db, row.id, None).await?;
                claimed.set_aside.push((ClockId(row.id), error));
            }
        }
    }
    Ok(claimed)
}

/// Makes something due at `next_at`; None: nothing.
async fn set_next(db: &impl ConnectionTrait, id: Uuid, next_at: Option<Timestamp>) -> Result<(), DbErr> {
    clock::Entity::update_many()
        .col_expr(clock::Column::NextAt, Expr::value(next_at.map(Timestamp::as_micros)))
        .filter(clock::Column::Id.eq(id))
        .exec(db)
        .await
        .map(drop)
}

#[cfg(test)]
mod tests;
