//! The words that tickets are found by, kept in the transaction that writes them.
//!
//! One full-text table holds what everybody may read and one what staff may read: a note is in the second alone, so
//! nothing of it, not even a count, shows through for customers. Both databases keep the words that
//! [`domain::search::words`] makes, and look for the beginnings of words.

use domain::{
    access::Scope,
    search,
    ticket::{TicketEventKind, reference},
};
use entity::{ticket, ticket_event};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, QueryFilter, Statement, Value,
};

/// Entries of one ticket are numbered below this.
const ENTRIES: i64 = 1 << 20;
const PUBLIC: &str = "words_public";
const STAFF: &str = "words_staff";

/// Puts what a ticket is called, who brought it and where to call back in place of what was there.
pub(super) async fn index_ticket(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<(), DbErr> {
    let text = format!("{}\n{}\n{}", reference(row.number), row.subject, row.raised_by);
    put(db, PUBLIC, row.number * ENTRIES, &text).await?;
    // Where to call somebody back is for those who call.
    put(db, STAFF, row.number * ENTRIES, &format!("{text}\n{}", row.phone)).await
}

/// Adds the words of an entry that people wrote; what the system notes itself is not looked for.
pub(super) async fn index_event(
    db: &impl ConnectionTrait,
    number: i64,
    seq: i64,
    kind: TicketEventKind,
    text: &str,
) -> Result<(), DbErr> {
    use TicketEventKind as K;
    let written = matches!(kind, K::Opened | K::Message | K::Response | K::Call | K::Note);
    if !written || text.is_empty() {
        return Ok(());
    }
    if kind.is_public() {
        put(db, PUBLIC, number * ENTRIES + seq, text).await?;
    }
    put(db, STAFF, number * ENTRIES + seq, text).await
}

/// Everything of a ticket.
pub(super) async fn index_all(db: &impl ConnectionTrait, row: &ticket::Model) -> Result<(), DbErr> {
    index_ticket(db, row).await?;
    let events = ticket_event::Entity::find().filter(ticket_event::Column::TicketId.eq(row.id)).all(db).await?;
    for event in events {
        index_event(db, row.number, event.seq, event.kind.0, &event.detail).await?;
    }
    Ok(())
}

async fn put(db: &impl ConnectionTrait, table: &str, rowid: i64, text: &str) -> Result<(), DbErr> {
    let words = search::words(text).into_iter().collect::<Vec<_>>().join(" ");
    let backend = db.get_database_backend();
    let (first, second) = match backend {
        DbBackend::Postgres => ("$1", "CAST($2 AS tsvector)"),
        _ => ("?", "?"),
    };
    let gone = format!("DELETE FROM {table} WHERE rowid = {first}");
    db.execute_raw(Statement::from_sql_and_values(backend, gone, [Value::from(rowid)])).await?;
    let insert = format!("INSERT INTO {table} (rowid, words) VALUES ({first}, {second})");
    let values = [Value::from(rowid), Value::from(words)];
    db.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await.map(drop)
}

/// Tickets whose words begin with all of some terms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matches {
    /// Their numbers: the exact one first, then open ones before closed ones, the latest first.
    pub numbers: Vec<i64>,
    /// How many there are in all.
    pub total: u64,
}

#[derive(FromQueryResult)]
struct Found {
    number: i64,
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

/// A page of the tickets in `scope` that are about `terms`: all of them in one entry, or in the ticket's own words. A
/// ticket of the number `exact` is among them whatever its words.
pub async fn search(
    db: &impl ConnectionTrait,
    scope: Scope,
    terms: &[String],
    exact: Option<i64>,
    (skip, take): (u64, u64),
) -> Result<Matches, DbErr> {
    let backend = db.get_database_backend();
    let table = if scope.customer().is_some() { PUBLIC } else { STAFF };
    let exact = exact.unwrap_or(0);
    let mut values: Vec<Value> = Vec::new();
    let mut place = |value: Value| {
        values.push(value);
        if backend == DbBackend::Postgres { format!("${}", values.len()) } else { "?".to_owned() }
    };
    let matching = match (terms, backend) {
        ([], _) => "SELECT 0".to_owned(),
        (_, DbBackend::Postgres) => {
            let asked = terms.iter().map(|term| format!("{term}:*")).collect::<Vec<_>>().join(" & ");
            let asked = place(asked.into());
            format!("SELECT rowid >> 20 FROM {table} WHERE words @@ CAST({asked} AS tsquery)")
        }
        _ => {
            let asked = terms.iter().map(|term| format!("\"{term}\"*")).collect::<Vec<_>>().join(" ");
            let asked = place(asked.into());
            format!("SELECT rowid >> 20 FROM {table} WHERE {table} MATCH {asked}")
        }
    };
    let own = match scope.customer() {
        None => String::new(),
        Some(customer) => format!(" AND customer_id = {}", place(customer.0.into())),
    };
    let condition = format!("(number = {exact} OR number IN ({matching})){own}");
    let total = format!("SELECT COUNT(*) AS total FROM ticket WHERE {condition}");
    let page = format!(
        "SELECT number FROM ticket WHERE {condition} \
        ORDER BY CASE WHEN number = {exact} THEN 0 WHEN state <> 'closed' THEN 1 ELSE 2 END, number DESC \
        LIMIT {take} OFFSET {skip}"
    );
    let total = Statement::from_sql_and_values(backend, total, values.clone());
    let total = Total::find_by_statement(total).one(db).await?.map_or(0, |row| row.total);
    let found = Found::find_by_statement(Statement::from_sql_and_values(backend, page, values)).all(db).await?;
    Ok(Matches {
        numbers: found.into_iter().map(|row| row.number).collect(),
        total: u64::try_from(total).unwrap_or_default(),
    })
}
