//! The queue, sorted and narrowed by the database: one page of it costs the same whatever its length.

use std::collections::HashMap;

use domain::{
    access::Scope,
    cover::CoverLevel,
    id::{CustomerId, HostId, TicketId, UserId},
    ticket::{Priority, Queue, QueueGroup, TicketKind, TicketState, parse_reference},
    time::Timestamp,
};
use entity::{customer, ticket, ticket_tag};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, Order, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

use super::{Ticket, read, scoped};
use crate::store::values::contains;

/// Which part of all tickets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Part {
    /// Not closed, and not put off.
    #[default]
    Open,
    Snoozed,
    /// The latest first.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    To(UserId),
    Nobody,
}

/// What the queue is narrowed to. Empty lists and None: not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Narrowed {
    pub part: Part,
    pub states: Vec<TicketState>,
    pub customer: Option<CustomerId>,
    pub covers: Vec<CoverLevel>,
    /// Customers whose tickets without terms count as covered so.
    pub covered_customers: Vec<CustomerId>,
    pub groups: Vec<QueueGroup>,
    pub queues: Vec<Queue>,
    pub priorities: Vec<Priority>,
    pub kinds: Vec<TicketKind>,
    pub tag: Option<String>,
    pub assigned: Option<Assigned>,
    /// In the subject, the customer's name or the number.
    pub text: String,
}

/// Where a page ended: the place of its last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// None in a list of closed tickets.
    pub group: Option<QueueGroup>,
    pub at: Timestamp,
    pub number: i64,
}

/// A ticket where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Queued {
    pub ticket: Ticket,
    pub group: QueueGroup,
    /// What it is sorted by: when it is or was due, or paused, or opened; of a closed one, when it was closed.
    pub at: Timestamp,
}

/// One page of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueuePage {
    pub rows: Vec<Queued>,
    /// Where the next page begins; None: this was the last.
    pub next: Option<Cursor>,
}

/// The group of a row at `now`, as its number in the order of the page.
fn rank(now: Timestamp) -> Expr {
    let now = now.as_micros();
    Expr::cust(format!(
        "CASE WHEN ticket.place = 'missed' OR (ticket.place = 'running' AND ticket.place_at < {now}) THEN 0 \
        WHEN ticket.place = 'running' AND ticket.place_soon_at < {now} THEN 1 WHEN ticket.place = 'running' THEN 2 \
        WHEN ticket.place = 'paused' THEN 3 ELSE 4 END"
    ))
}

fn number_of(group: QueueGroup) -> i32 {
    QueueGroup::ALL.into_iter().zip(0..).find(|(one, _)| *one == group).map_or(0, |(_, rank)| rank)
}

fn group_of(rank: i32) -> QueueGroup {
    let index = usize::try_from(rank).unwrap_or_default();
    QueueGroup::ALL.get(index).copied().unwrap_or(QueueGroup::NoClock)
}

/// The rows of a part within a scope, narrowed.
fn narrowed(scope: Scope, asked: &Narrowed, now: Timestamp) -> Select<ticket::Entity> {
    use ticket::Column as C;
    let query = part(scoped(scope), asked.part, now);
    let words = |words: Vec<&'static str>| Some(words).filter(|words| !words.is_empty());
    let covers = Some(&asked.covers).filter(|covers| !covers.is_empty()).map(|covers| {
        let without = C::CoverLevel.is_null().and(C::CustomerId.is_in(asked.covered_customers.iter().map(|id| id.0)));
        Condition::any().add(C::CoverLevel.is_in(covers.iter().map(|cover| cover.as_str()))).add(without)
    });
    let groups = Some(&asked.groups).filter(|groups| !groups.is_empty());
    let tagged = asked.tag.as_ref().map(|tag| {
        let tags = ticket_tag::Entity::find().select_only().column(ticket_tag::Column::TicketId);
        C::Id.in_subquery(tags.filter(ticket_tag::Column::Tag.eq(tag)).into_query())
    });
    query
        .apply_if(words(asked.states.iter().map(|one| one.as_str()).collect()), |q, w| q.filter(C::State.is_in(w)))
        .apply_if(words(asked.queues.iter().map(|one| one.as_str()).collect()), |q, w| q.filter(C::Queue.is_in(w)))
        .apply_if(words(asked.priorities.iter().map(|one| one.as_str()).collect()), |q, w| {
            q.filter(C::Priority.is_in(w))
        })
        .apply_if(words(asked.kinds.iter().map(|one| one.as_str()).collect()), |q, w| q.filter(C::Kind.is_in(w)))
        .apply_if(asked.customer, |q, customer| q.filter(C::CustomerId.eq(customer.0)))
        .apply_if(covers, |q, covers| q.filter(covers))
        .apply_if(groups, |q, groups| q.filter(rank(now).is_in(groups.iter().copied().map(number_of))))
        .apply_if(tagged, |q, tagged| q.filter(tagged))
        .apply_if(asked.assigned, |q, assigned| match assigned {
            Assigned::To(user) => q.filter(C::AssigneeId.eq(user.0)),
            Assigned::Nobody => q.filter(C::AssigneeId.is_null()),
        })
        .apply_if(Some(asked.text.trim()).filter(|text| !text.is_empty()), |q, text| q.filter(about(text)))
}

fn part(query: Select<ticket::Entity>, part: Part, now: Timestamp) -> Select<ticket::Entity> {
    use ticket::Column as C;
    let awake = Condition::any().add(C::SnoozedUntil.is_null()).add(C::SnoozedUntil.lte(now.as_micros()));
    match part {
        Part::Open => query.filter(C::State.ne(TicketState::Closed.as_str())).filter(awake),
        Part::Snoozed => {
            query.filter(C::State.ne(TicketState::Closed.as_str())).filter(C::SnoozedUntil.gt(now.as_micros()))
        }
        Part::Closed => query.filter(C::State.eq(TicketState::Closed.as_str())),
    }
}

fn about(text: &str) -> Condition {
    let text: String = text.chars().filter(|c| *c != '\0').collect();
    let like = |column: Expr| contains(column, &text);
    let names = customer::Entity::find()
        .select_only()
        .column(customer::Column::Id)
        .filter(like(Expr::col((customer::Entity, customer::Column::Name))));
    let any = Condition::any()
        .add(like(Expr::col((ticket::Entity, ticket::Column::Subject))))
        .add(ticket::Column::CustomerId.in_subquery(names.into_query()));
    match parse_reference(&text) {
        Some(number) => any.add(ticket::Column::Number.eq(number)),
        None => any,
    }
}

/// One page from the row behind `after` on, `limit` rows at most.
pub async fn queue(
    db: &impl ConnectionTrait,
    scope: Scope,
    asked: &Narrowed,
    now: Timestamp,
    after: Option<Cursor>,
    limit: u64,
) -> Result<QueuePage, DbErr> {
    use ticket::Column as C;
    let closed = asked.part == Part::Closed;
    let instant = if closed { C::ClosedAt } else { C::PlaceAt };
    let order = if closed { Order::Desc } else { Order::Asc };
    let mut query = narrowed(scope, asked, now)
        .select_only()
        .column(C::Id)
        .column(C::Number)
        .column_as(instant, "at")
        .expr_as(rank(now), "place_rank")
        .limit(limit + 1);
    if let Some(after) = after {
        query = query.filter(behind(after, closed, now));
    }
    if !closed {
        query = query.order_by(rank(now), Order::Asc);
    }
    let query = query.order_by(instant, order.clone()).order_by(C::Number, order);
    let mut rows: Vec<(Uuid, i64, Option<i64>, i32)> = query.into_tuple().all(db).await?;
    let more = limit < rows.len() as u64;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|(_, number, at, rank)| Cursor {
        group: (!closed).then(|| group_of(*rank)),
        at: Timestamp::from_micros(at.unwrap_or_default()),
        number: *number,
    });
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let mut tickets = by_id(db, &ids).await?;
    let queued = rows.into_iter().filter_map(|(id, _, at, rank)| {
        let (group, at) = (group_of(rank), Timestamp::from_micros(at.unwrap_or_default()));
        tickets.remove(&id).map(|ticket| Queued { ticket, group, at })
    });
    Ok(QueuePage { rows: queued.collect(), next })
}

/// Rows after a cursor.
fn behind(after: Cursor, closed: bool, now: Timestamp) -> Condition {
    use ticket::Column as C;
    let at = after.at.as_micros();
    if closed {
        let same = C::ClosedAt.eq(at).and(C::Number.lt(after.number));
        return Condition::any().add(C::ClosedAt.lt(at)).add(same);
    }
    let group = number_of(after.group.unwrap_or(QueueGroup::Breached));
    let same = Condition::any().add(C::PlaceAt.gt(at)).add(C::PlaceAt.eq(at).and(C::Number.gt(after.number)));
    Condition::any().add(rank(now).gt(group)).add(Condition::all().add(rank(now).eq(group)).add(same))
}

async fn by_id(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Ticket>, DbErr> {
    let rows = ticket::Entity::find().filter(ticket::Column::Id.is_in(ids.iter().copied())).all(db).await?;
    rows.into_iter().map(|row| Ok((row.id, read(row)?))).collect()
}

/// Tickets of these numbers within the scope, in the order of the numbers given.
pub async fn by_numbers(db: &impl ConnectionTrait, scope: Scope, numbers: &[i64]) -> Result<Vec<Ticket>, DbErr> {
    let rows = scoped(scope).filter(ticket::Column::Number.is_in(numbers.iter().copied())).all(db).await?;
    let mut found =
        rows.into_iter().map(|row| Ok((row.number, read(row)?))).collect::<Result<HashMap<_, _>, DbErr>>()?;
    Ok(numbers.iter().filter_map(|number| found.remove(number)).collect())
}

/// A customer's own tickets, the latest first.
pub async fn own(
    db: &impl ConnectionTrait,
    scope: Scope,
    host: Option<HostId>,
    closed: bool,
    limit: u64,
) -> Result<Vec<Ticket>, DbErr> {
    use ticket::Column as C;
    let word = TicketState::Closed.as_str();
    let query = scoped(scope).filter(if closed { C::State.eq(word) } else { C::State.ne(word) });
    let query = query.apply_if(host, |query, host| query.filter(C::HostId.eq(host.0)));
    let query = query.apply_if(closed.then_some(()), |query, ()| query.order_by_desc(C::ClosedAt));
    query.order_by_desc(C::Number).limit(limit).all(db).await?.into_iter().map(read).collect()
}

/// How many rows each group has.
pub async fn group_counts(
    db: &impl ConnectionTrait,
    scope: Scope,
    asked: &Narrowed,
    now: Timestamp,
) -> Result<[u64; 5], DbErr> {
    let query = narrowed(scope, asked, now).select_only().expr_as(rank(now), "place_rank");
    let query = query.column_as(ticket::Column::Id.count(), "rows").group_by(rank(now));
    let rows: Vec<(i32, i64)> = query.into_tuple().all(db).await?;
    let count = |group| rows.iter().filter(|(rank, _)| group_of(*rank) == group).map(|(_, rows)| *rows).sum::<i64>();
    Ok(QueueGroup::ALL.map(|group| u64::try_from(count(group)).unwrap_or_default()))
}

pub async fn narrowed_count(
    db: &impl ConnectionTrait,
    scope: Scope,
    asked: &Narrowed,
    now: Timestamp,
) -> Result<u64, DbErr> {
    narrowed(scope, asked, now).count(db).await
}

/// How many tickets stand behind each tab above the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub struct TabCounts {
    /// Not closed and not put off; the next four are among them.
    pub open: i64,
    pub unassigned: i64,
    pub mine: i64,
    pub waiting: i64,
    pub field: i64,
    pub snoozed: i64,
}

/// Counts for the tabs of one person, in one pass over the open tickets.
pub async fn tab_counts(
    db: &impl ConnectionTrait,
    scope: Scope,
    who: UserId,
    now: Timestamp,
) -> Result<TabCounts, DbErr> {
    use ticket::Column as C;
    let awake = || C::SnoozedUntil.is_null().or(C::SnoozedUntil.lte(now.as_micros()));
    let sum = |condition: Expr| {
        let one = Expr::case(condition, 1).finally(0);
        Expr::expr(Func::coalesce([Expr::expr(Func::sum(one)), Expr::val(0)])).cast_as("BIGINT")
    };
    let counts = scoped(scope)
        .filter(C::State.ne(TicketState::Closed.as_str()))
        .select_only()
        .expr_as(sum(awake()), "open")
        .expr_as(sum(awake().and(C::AssigneeId.is_null())), "unassigned")
        .expr_as(sum(awake().and(C::AssigneeId.eq(who.0))), "mine")
        .expr_as(sum(awake().and(C::State.eq(TicketState::WaitingCustomer.as_str()))), "waiting")
        .expr_as(sum(awake().and(C::Queue.eq(Queue::Field.as_str()))), "field")
        .expr_as(sum(C::SnoozedUntil.gt(now.as_micros())), "snoozed")
        .into_model::<TabCounts>()
        .one(db)
        .await?;
    Ok(counts.unwrap_or_default())
}

/// Which of these tickets carry which tags, in the order of the alphabet.
pub async fn tags_of(db: &impl ConnectionTrait, ids: &[TicketId]) -> Result<HashMap<TicketId, Vec<String>>, DbErr> {
    let mut found: HashMap<TicketId, Vec<String>> = HashMap::new();
    let query = ticket_tag::Entity::find().filter(ticket_tag::Column::TicketId.is_in(ids.iter().map(|id| id.0)));
    for row in query.order_by_asc(ticket_tag::Column::Tag).all(db).await? {
        found.entry(TicketId(row.ticket_id)).or_default().push(row.tag);
    }
    Ok(found)
}

/// Tags that are in use, the first `limit` of the alphabet.
pub async fn all_tags(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<String>, DbErr> {
    let query = ticket_tag::Entity::find().select_only().column(ticket_tag::Column::Tag).distinct();
    query.order_by_asc(ticket_tag::Column::Tag).limit(limit).into_tuple().all(db).await
}
