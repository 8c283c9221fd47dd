//! Hardware on tickets: returns, loans and their stock, couriers, visits; what happened to each, and reminders of loans.
//!
//! A row holds the machine's state as the domain knows it; columns beside it are what is searched for. Acts hold the
//! ticket's row for their transaction (`tickets::lock`), so rows of one ticket change one after the other.

mod chases;
mod events;
pub mod mails;
#[macro_use]
mod track;
mod units;

use domain::{
    access::Scope,
    id::{CustomerId, TicketId},
    time::Timestamp,
};
use entity::ticket;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

pub use chases::{run_due, set_chase};
pub use events::{HardwareEvent, NewHardwareEvent, add_event, events};
pub use track::{couriers, loans, rmas, visits};
pub use units::{LoanUnit, NewUnit, find_unit, insert_unit, lock_unit, set_unit_state, units, update_unit};

/// Rows of one track on a ticket or on the page of all; more would be a mistake.
const ROWS_MAX: u64 = 500;

/// A row of one track: the machine's state, and what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T, E> {
    pub id: Uuid,
    pub ticket: TicketId,
    pub customer: CustomerId,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    /// Of the row, which an edit proves.
    pub version: i64,
    pub value: T,
    pub extra: E,
}

/// Whether a return, a loan, a courier or a visit of the ticket is under way: it cannot close.
pub async fn is_under_way(db: &impl ConnectionTrait, ticket: TicketId) -> Result<bool, DbErr> {
    Ok(rmas::any_open(db, ticket).await?
        || loans::any_open(db, ticket).await?
        || couriers::any_open(db, ticket).await?
        || visits::any_open(db, ticket).await?)
}

/// Numbers of tickets as people see them.
pub async fn ticket_numbers(
    db: &impl ConnectionTrait,
    scope: Scope,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, i64)>, DbErr> {
    let mut query = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::Id)
        .column(ticket::Column::Number)
        .filter(ticket::Column::Id.is_in(ids.iter().map(|id| id.0)));
    if let Some(customer) = scope.customer() {
        query = query.filter(ticket::Column::CustomerId.eq(customer.0));
    }
    let rows: Vec<(Uuid, i64)> = query.into_tuple().all(db).await?;
    Ok(rows.into_iter().map(|(id, number)| (TicketId(id), number)).collect())
}
