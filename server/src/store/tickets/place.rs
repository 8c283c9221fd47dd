//! Where each ticket stands in the queue, kept in its row beside what it follows from, so that the database sorts.

use domain::{
    access::Scope,
    id::TicketId,
    ticket::{Place, TicketEventKind},
    time::Timestamp,
};
use entity::{columns::Word, ticket, ticket_event};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
    sea_query::Expr,
};

use super::words;
use crate::store::{
    Db,
    clocks::{self, leading},
};

/// Tickets of one transaction when places are worked out for the first time.
const CATCH_UP: u64 = 500;

/// Holds a ticket for this transaction. Whoever changes clocks does this first: they wait for each other here.
pub async fn hold(db: &impl ConnectionTrait, id: TicketId) -> Result<(), DbErr> {
    ticket::Entity::find_by_id(id.0).lock_exclusive().one(db).await.map(drop)
}

/// Works a ticket's place out from its clocks and stores it. The ticket's version stays.
pub async fn keep_place(db: &impl ConnectionTrait, id: TicketId) -> Result<(), DbErr> {
    let Some(row) = ticket::Entity::find_by_id(id.0).lock_exclusive().one(db).await? else { return Ok(()) };
    let clocks = clocks::of_ticket(db, Scope::Everything, id).await?;
    let answered = is_answered(db, id).await?;
    let place = Place::of(leading(&clocks).map(|one| &one.clock), answered, row.opened_at.into());
    let query = set(ticket::Entity::update_many(), place).filter(ticket::Column::Id.eq(id.0));
    query.exec(db).await.map(drop)
}

async fn is_answered(db: &impl ConnectionTrait, id: TicketId) -> Result<bool, DbErr> {
    let responses = TicketEventKind::ALL.iter().copied().filter(|kind| kind.is_response()).map(Word);
    let found = ticket_event::Entity::find()
        .filter(ticket_event::Column::TicketId.eq(id.0))
        .filter(ticket_event::Column::Kind.is_in(responses))
        .limit(1)
        .count(db)
        .await?;
    Ok(0 < found)
}

fn set(query: UpdateMany<ticket::Entity>, place: Place) -> UpdateMany<ticket::Entity> {
    use ticket::Column as C;
    query
        .col_expr(C::Place, Expr::value(place.kind.as_str()))
        .col_expr(C::PlaceAt, Expr::value(place.at.as_micros()))
        .col_expr(C::PlaceSoonAt, Expr::value(place.soon_at.map(Timestamp::as_micros)))
}

/// Works out what an earlier version of the program did not keep: places and words of tickets that have none. How many.
pub async fn catch_up(db: &Db) -> Result<u64, DbErr> {
    let mut done = 0;
    loop {
        let tx = db.begin().await?;
        let rows = ticket::Entity::find()
            .filter(ticket::Column::Place.is_null())
            .order_by_asc(ticket::Column::Id)
            .limit(CATCH_UP)
            .all(&tx)
            .await?;
        for row in &rows {
            words::index_all(&tx, row).await?;
            keep_place(&tx, TicketId(row.id)).await?;
        }
        tx.commit().await?;
        done += rows.len() as u64;
        if rows.is_empty() {
            return Ok(done);
        }
    }
}
