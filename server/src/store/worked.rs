//! Time worked on tickets: entries with their corrections, stopwatches, and what is outside cover.

use std::collections::HashMap;

use domain::{
    access::Scope,
    id::{TicketId, TimeEntryId, UserId},
    incident::ConsentHow,
    time::{Span, Timestamp},
    worked::{ENTRY_SECONDS_MAX, Work},
};
use entity::{columns::Word, outside_cover, stopwatch, ticket, time_correction, time_entry};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, RelationDef, Select, SqlErr, sea_query::Expr,
};

use super::values::number;

/// Entries of one ticket, or of one person around an instant: a year of work on one ticket is no ticket any more.
const ENTRIES_MAX: u64 = 2_000;
const CORRECTIONS_MAX: u64 = 2_000;
/// Stopwatches that run at once: one for each of the staff.
const STOPWATCHES_MAX: u64 = 1_000;

/// One stretch of work as it counts now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub id: TimeEntryId,
    pub ticket: TicketId,
    pub user: UserId,
    pub by: String,
    pub work: Work,
    pub what: String,
    pub stopwatch: bool,
    pub version: i64,
}

/// What an entry was before a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub entry: TimeEntryId,
    pub at: Timestamp,
    pub by: String,
    pub reason: String,
    pub before: Work,
    pub what: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopwatch {
    pub user: UserId,
    pub ticket: TicketId,
    pub by: String,
    pub started_at: Timestamp,
}

/// How and when the customer was told that more is outside cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub at: Timestamp,
    pub by: String,
    pub how: ConsentHow,
    pub note: String,
}

fn its_ticket() -> RelationDef {
    time_entry::Entity::belongs_to(ticket::Entity).from(time_entry::Column::TicketId).to(ticket::Column::Id).into()
}

fn scoped(scope: Scope) -> Select<time_entry::Entity> {
    let query = time_entry::Entity::find();
    match scope.customer() {
        None => query,
        Some(customer) => {
            query.join(JoinType::InnerJoin, its_ticket()).filter(ticket::Column::CustomerId.eq(customer.0))
        }
    }
}

pub async fn insert(db: &impl ConnectionTrait, new: &Entry, at: Timestamp) -> Result<(), DbErr> {
    let row = time_entry::ActiveModel {
        id: Set(new.id.0),
        ticket_id: Set(new.ticket.0),
        user_id: Set(new.user.0),
        by: Set(new.by.clone()),
        started_at: Set(new.work.started_at.into()),
        seconds: Set(new.work.seconds.into()),
        what: Set(new.what.clone()),
        stopwatch: Set(new.stopwatch),
        version: Set(1),
        created_at: Set(at.into()),
    };
    time_entry::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Entries of one ticket by their beginning, 2,000 at most.
pub async fn of_ticket(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Vec<Entry>, DbErr> {
    let rows = scoped(scope)
        .filter(time_entry::Column::TicketId.eq(id.0))
        .order_by_asc(time_entry::Column::StartedAt)
        .order_by_asc(time_entry::Column::Id)
        .limit(ENTRIES_MAX)
        .all(db)
        .await?;
    rows.into_iter().map(entry).collect()
}

/// Work of each of these tickets, in the order in which it began.
pub async fn of_tickets(db: &impl ConnectionTrait, of: &[TicketId]) -> Result<HashMap<TicketId, Vec<Work>>, DbErr> {
    let rows = time_entry::Entity::find()
        .filter(time_entry::Column::TicketId.is_in(of.iter().map(|id| id.0)))
        .order_by_asc(time_entry::Column::StartedAt)
        .order_by_asc(time_entry::Column::Id)
        .all(db)
        .await?;
    let mut all: HashMap<TicketId, Vec<Work>> = HashMap::new();
    for row in rows {
        all.entry(TicketId(row.ticket_id)).or_default().push(work(row.started_at.into(), row.seconds)?);
    }
    Ok(all)
}

/// Entries of one person, on any ticket, that may have an instant in common with `span`.
pub async fn of_person(db: &impl ConnectionTrait, user: UserId, span: Span) -> Result<Vec<Entry>, DbErr> {
    // No entry is longer than a day, so what began earlier has ended.
    let from = span.from.plus_seconds(-i64::from(ENTRY_SECONDS_MAX));
    let rows = time_entry::Entity::find()
        .filter(time_entry::Column::UserId.eq(user.0))
        .filter(time_entry::Column::StartedAt.gt(from.as_micros()))
        .filter(time_entry::Column::StartedAt.lt(span.until.as_micros()))
        .order_by_asc(time_entry::Column::StartedAt)
        .limit(ENTRIES_MAX)
        .all(db)
        .await?;
    rows.into_iter().map(entry).collect()
}

/// Changes an entry that is still at `version` and keeps what it was. 0: it is not.
pub async fn correct(
    db: &impl ConnectionTrait,
    old: &Entry,
    version: i64,
    (work, what): (Work, &str),
    (at, user, by, reason): (Timestamp, UserId, &str, &str),
) -> Result<u64, DbErr> {
    let done = time_entry::Entity::update_many()
        .col_expr(time_entry::Column::StartedAt, Expr::value(work.started_at.as_micros()))
        .col_expr(time_entry::Column::Seconds, Expr::value(i64::from(work.seconds)))
        .col_expr(time_entry::Column::What, Expr::value(what))
        .col_expr(time_entry::Column::Version, Expr::col(time_entry::Column::Version).add(1))
        .filter(time_entry::Column::Id.eq(old.id.0))
        .filter(time_entry::Column::Version.eq(version))
        .exec(db)
        .await?;
    if done.rows_affected == 0 {
        return Ok(0);
    }
    let row = time_correction::ActiveModel {
        entry_id: Set(old.id.0),
        seq: Set(version),
        at: Set(at.into()),
        user_id: Set(user.0),
        by: Set(by.to_owned()),
        reason: Set(reason.to_owned()),
        started_at: Set(old.work.started_at.into()),
        seconds: Set(old.work.seconds.into()),
        what: Set(old.what.clone()),
    };
    time_correction::Entity::insert(row).exec_without_returning(db).await?;
    Ok(done.rows_affected)
}

/// What the entries of a ticket were before their corrections, in the order in which they were made. For staff.
pub async fn corrections(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<Correction>, DbErr> {
    let of: RelationDef = time_correction::Entity::belongs_to(time_entry::Entity)
        .from(time_correction::Column::EntryId)
        .to(time_entry::Column::Id)
        .into();
    let rows = time_correction::Entity::find()
        .join(JoinType::InnerJoin, of)
        .filter(time_entry::Column::TicketId.eq(id.0))
        .order_by_asc(time_correction::Column::At)
        .order_by_asc(time_correction::Column::Seq)
        .limit(CORRECTIONS_MAX)
        .all(db)
        .await?;
    let read = |row: time_correction::Model| {
        Ok(Correction {
            entry: TimeEntryId(row.entry_id),
            at: row.at.into(),
            by: row.by,
            reason: row.reason,
            before: work(row.started_at.into(), row.seconds)?,
            what: row.what,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Starts a person's stopwatch. False: it runs already.
pub async fn start(db: &impl ConnectionTrait, new: &Stopwatch) -> Result<bool, DbErr> {
    if running(db, new.user).await?.is_some() {
        return Ok(false);
    }
    let row = stopwatch::ActiveModel {
        user_id: Set(new.user.0),
        ticket_id: Set(new.ticket.0),
        by: Set(new.by.clone()),
        started_at: Set(new.started_at.into()),
    };
    match stopwatch::Entity::insert(row).exec_without_returning(db).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The stopwatch of a person, wherever it runs.
pub async fn running(db: &impl ConnectionTrait, user: UserId) -> Result<Option<Stopwatch>, DbErr> {
    Ok(stopwatch::Entity::find_by_id(user.0).one(db).await?.map(watch))
}

/// Whether time was booked on a ticket, or is being measured.
pub async fn is_begun(db: &impl ConnectionTrait, id: TicketId) -> Result<bool, DbErr> {
    let booked = time_entry::Entity::find().filter(time_entry::Column::TicketId.eq(id.0)).count(db).await?;
    let measured = stopwatch::Entity::find().filter(stopwatch::Column::TicketId.eq(id.0)).count(db).await?;
    Ok(0 < booked + measured)
}

/// Stopwatches of a ticket in the order in which they began.
pub async fn running_on(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<Stopwatch>, DbErr> {
    let rows = stopwatch::Entity::find()
        .filter(stopwatch::Column::TicketId.eq(id.0))
        .order_by_asc(stopwatch::Column::StartedAt)
        .order_by_asc(stopwatch::Column::UserId)
        .limit(STOPWATCHES_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(watch).collect())
}

/// Numbers of the tickets on which stopwatches run.
pub async fn tickets_running(db: &impl ConnectionTrait) -> Result<Vec<i64>, DbErr> {
    let of: RelationDef =
        stopwatch::Entity::belongs_to(ticket::Entity).from(stopwatch::Column::TicketId).to(ticket::Column::Id).into();
    stopwatch::Entity::find()
        .join(JoinType::InnerJoin, of)
        .select_only()
        .column(ticket::Column::Number)
        .distinct()
        .limit(STOPWATCHES_MAX)
        .into_tuple()
        .all(db)
        .await
}

/// Removes a stopwatch. 0: it was stopped already.
pub async fn stop(db: &impl ConnectionTrait, user: UserId) -> Result<u64, DbErr> {
    Ok(stopwatch::Entity::delete_by_id(user.0).exec(db).await?.rows_affected)
}

/// How the customer was told that more is outside cover; None: nobody has told them.
pub async fn told(db: &impl ConnectionTrait, id: TicketId) -> Result<Option<Told>, DbErr> {
    let row = outside_cover::Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| Told { at: row.told_at.into(), by: row.told_by, how: row.how.0, note: row.note }))
}

/// Records that the customer was told. The caller holds the ticket and knows that they were not.
pub async fn tell(db: &impl ConnectionTrait, id: TicketId, told: &Told) -> Result<(), DbErr> {
    let row = outside_cover::ActiveModel {
        ticket_id: Set(id.0),
        told_at: Set(told.at.into()),
        told_by: Set(told.by.clone()),
        how: Set(Word(told.how)),
        note: Set(told.note.clone()),
    };
    outside_cover::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

fn work(started_at: Timestamp, seconds: i64) -> Result<Work, DbErr> {
    Ok(Work { started_at, seconds: number("time_entry.seconds", seconds)? })
}

fn entry(row: time_entry::Model) -> Result<Entry, DbErr> {
    Ok(Entry {
        id: TimeEntryId(row.id),
        ticket: TicketId(row.ticket_id),
        user: UserId(row.user_id),
        by: row.by,
        work: work(row.started_at.into(), row.seconds)?,
        what: row.what,
        stopwatch: row.stopwatch,
        version: row.version,
    })
}

fn watch(row: stopwatch::Model) -> Stopwatch {
    Stopwatch {
        user: UserId(row.user_id),
        ticket: TicketId(row.ticket_id),
        by: row.by,
        started_at: row.started_at.into(),
    }
}
