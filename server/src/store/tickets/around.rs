//! What a list shows beside each ticket: a fixed number of queries for any number of tickets.

use std::collections::{HashMap, HashSet};

use domain::{
    id::{ContractId, FaultId, TicketId},
    ticket::{TicketEventKind, TicketState},
};
use entity::{columns::Word, fault, ticket, ticket_event};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::events::{TicketEvent, read};
use crate::store::states::IDS_PER_STATEMENT;

/// Two conditions each: databases bound how deep an expression may be.
const PAIRS_PER_STATEMENT: usize = 100;

/// The last thing that was said or done in public on each of the tickets, without their opening.
pub async fn last_public(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, TicketEvent>, DbErr> {
    let mut found = HashMap::with_capacity(tickets.len());
    for piece in tickets.chunks(IDS_PER_STATEMENT) {
        let last = ticket_event::Entity::find()
            .select_only()
            .column(ticket_event::Column::TicketId)
            .column_as(ticket_event::Column::Seq.max(), "last")
            .filter(ticket_event::Column::TicketId.is_in(piece.iter().map(|id| id.0)))
            .filter(ticket_event::Column::Public.eq(true))
            .filter(ticket_event::Column::Kind.ne(TicketEventKind::Opened.as_str()))
            .group_by(ticket_event::Column::TicketId);
        let pairs: Vec<(Uuid, i64)> = last.into_tuple().all(db).await?;
        for one in pairs.chunks(PAIRS_PER_STATEMENT) {
            let any = one.iter().fold(Condition::any(), |any, (id, seq)| {
                let pair = ticket_event::Column::TicketId.eq(*id).and(ticket_event::Column::Seq.eq(*seq));
                any.add(pair)
            });
            for row in ticket_event::Entity::find().filter(any).all(db).await? {
                found.insert(TicketId(row.ticket_id), read(row));
            }
        }
    }
    Ok(found)
}

/// The tickets that a person on our side has responded to.
pub async fn answered(db: &impl ConnectionTrait, tickets: &[TicketId]) -> Result<HashSet<TicketId>, DbErr> {
    let responses = TicketEventKind::ALL.iter().copied().filter(|kind| kind.is_response());
    let responses: Vec<_> = responses.map(Word).collect();
    let mut found = HashSet::new();
    for piece in tickets.chunks(IDS_PER_STATEMENT) {
        let ids: Vec<Uuid> = ticket_event::Entity::find()
            .select_only()
            .distinct()
            .column(ticket_event::Column::TicketId)
            .filter(ticket_event::Column::TicketId.is_in(piece.iter().map(|id| id.0)))
            .filter(ticket_event::Column::Kind.is_in(responses.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(ids.into_iter().map(TicketId));
    }
    Ok(found)
}

/// The numbers of a contract's tickets that are not closed.
pub async fn open_of_contract(db: &impl ConnectionTrait, contract: ContractId) -> Result<Vec<i64>, DbErr> {
    ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Number)
        .filter(ticket::Column::ContractId.eq(contract.0))
        .filter(ticket::Column::State.ne(Word(TicketState::Closed)))
        .order_by_asc(ticket::Column::Number)
        .into_tuple()
        .all(db)
        .await
}

/// The numbers of faults, as people see them.
pub async fn fault_numbers(
    db: &impl ConnectionTrait,
    faults: impl IntoIterator<Item = FaultId>,
) -> Result<HashMap<FaultId, i64>, DbErr> {
    let ids: Vec<Uuid> = faults.into_iter().map(|id| id.0).collect();
    let mut found = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(Uuid, i64)> = fault::Entity::find()
            .select_only()
            .column(fault::Column::Id)
            .column(fault::Column::Number)
            .filter(fault::Column::Id.is_in(piece.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|(id, number)| (FaultId(id), number)));
    }
    Ok(found)
}
