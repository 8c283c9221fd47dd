//! Tickets that refer to each other, and where merged ones go on.

use domain::{access::Scope, id::TicketId, ticket::LinkKind, time::Timestamp};
use entity::{columns::Word, ticket, ticket_link};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    sea_query::OnConflict,
};

use super::{Ticket, find_by_id, read, scoped};

/// Merged tickets that lead to each other at most; a longer chain cannot come about by hand.
const CHAIN_MAX: usize = 50;

/// Another ticket, seen from one.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    pub kind: LinkKind,
    /// The other ticket is the one that refers.
    pub backwards: bool,
    pub other: Ticket,
}

/// `ticket` refers to `other`; saying it twice changes nothing.
pub async fn link(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    other: TicketId,
    kind: LinkKind,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = ticket_link::ActiveModel {
        ticket_id: Set(ticket.0),
        other_id: Set(other.0),
        kind: Set(Word(kind)),
        linked_at: Set(at.into()),
    };
    use ticket_link::Column as C;
    let known = OnConflict::columns([C::TicketId, C::OtherId, C::Kind]).do_nothing().to_owned();
    ticket_link::Entity::insert_many([row]).on_conflict(known).exec_without_returning(db).await.map(drop)
}

/// Takes back that two tickets are related, whichever refers to the other. Returns how many links went: 0 or more.
pub async fn unlink(db: &impl ConnectionTrait, ticket: TicketId, other: TicketId) -> Result<u64, DbErr> {
    use ticket_link::Column as C;
    let pair = |one: TicketId, two: TicketId| Condition::all().add(C::TicketId.eq(one.0)).add(C::OtherId.eq(two.0));
    let either = Condition::any().add(pair(ticket, other)).add(pair(other, ticket));
    let gone = ticket_link::Entity::delete_many().filter(either).filter(C::Kind.eq(LinkKind::Related.as_str()));
    Ok(gone.exec(db).await?.rows_affected)
}

/// What a ticket refers to and what refers to it, within the scope, in the order of linking.
pub async fn links(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Vec<Link>, DbErr> {
    use ticket_link::Column as C;
    let any = Condition::any().add(C::TicketId.eq(id.0)).add(C::OtherId.eq(id.0));
    let rows = ticket_link::Entity::find().filter(any).order_by_asc(C::LinkedAt).all(db).await?;
    let others = rows.iter().map(|row| if row.ticket_id == id.0 { row.other_id } else { row.ticket_id });
    let found = scoped(scope).filter(ticket::Column::Id.is_in(others)).all(db).await?;
    let found: Vec<Ticket> = found.into_iter().map(read).collect::<Result<_, _>>()?;
    let seen = rows.into_iter().filter_map(|row| {
        let backwards = row.ticket_id != id.0;
        let other = if backwards { row.ticket_id } else { row.other_id };
        let other = found.iter().find(|ticket| ticket.id.0 == other)?.clone();
        Some(Link { kind: row.kind.0, backwards, other })
    });
    Ok(seen.collect())
}

/// The ticket that goes on with this one: itself, unless it was merged.
pub async fn survivor(db: &impl ConnectionTrait, ticket: Ticket) -> Result<Ticket, DbErr> {
    let mut here = ticket;
    for _ in 0..CHAIN_MAX {
        let Some(next) = here.care.merged_into else { break };
        let Some(found) = find_by_id(db, Scope::Customer(here.customer), next).await? else { break };
        here = found;
    }
    Ok(here)
}
