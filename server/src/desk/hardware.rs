//! Hardware on tickets, and the stock of loan units.
//!
//! The rules are machines of the domain: a desk loads a row, asks the machine, saves what it answers and carries out its
//! effects, all in the transaction that holds the ticket.

mod cards;
mod input;
mod page;
mod steps;
mod stock;
mod tracks;
mod visit_card;
mod visits;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use app::api::{
    error::ApiError,
    hardware::{
        BookingInput, CourierInput, HardwareDesk, HardwarePage, ReturnInput, StepInput, TicketHardware, UnitInput,
        VisitInput,
    },
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    calendar::Zone,
    hardware::{Offer, Refusal, Track},
    ticket::TicketEventKind,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{
    internal,
    tickets::{self, acts::Held},
};
use crate::{
    config::Hardware,
    store::{
        customers,
        hardware::{NewHardwareEvent, add_event},
        tickets::Ticket,
    },
};

const CHANGED: &str = "Somebody else changed this in the meantime. Look at it again, then decide.";

/// Implements [`HardwareDesk`].
pub struct Desk {
    /// Holds tickets for acts.
    tickets: Arc<tickets::Desk>,
    settings: Hardware,
}

impl Desk {
    pub fn new(tickets: Arc<tickets::Desk>, settings: Hardware) -> Self {
        Self { tickets, settings }
    }

    /// A ticket in one person's hands, which is open.
    async fn hold<'a>(&'a self, who: &'a Principal, number: i64) -> Result<Held<'a>, ApiError> {
        let held = Held::take(&self.tickets, who, number, Permission::WorkTickets).await?;
        match held.ticket.state.is_open() {
            true => Ok(held),
            false => Err(ApiError::Conflict("This ticket is closed. Open it again first.".to_owned())),
        }
    }
}

#[async_trait::async_trait]
impl HardwareDesk for Desk {
    async fn list(&self, who: &Principal, edit: &str) -> Result<HardwarePage, ApiError> {
        stock::list(self, who, edit).await
    }

    async fn ticket(&self, who: &Principal, number: i64) -> Result<TicketHardware, ApiError> {
        page::ticket(self, who, number).await
    }

    async fn save_unit(&self, who: &Principal, id: &str, input: UnitInput) -> Result<(), ApiError> {
        stock::save(self, who, id, &input).await
    }

    async fn open_return(&self, who: &Principal, number: i64, input: ReturnInput) -> Result<(), ApiError> {
        tracks::open_return(self, who, number, &input).await
    }

    async fn lend(&self, who: &Principal, number: i64, unit: &str) -> Result<(), ApiError> {
        tracks::lend(self, who, number, unit).await
    }

    async fn send_courier(&self, who: &Principal, number: i64, input: CourierInput) -> Result<(), ApiError> {
        tracks::send_courier(self, who, number, &input).await
    }

    async fn step(&self, who: &Principal, number: i64, input: StepInput) -> Result<(), ApiError> {
        steps::step(self, who, number, &input).await
    }

    async fn determine_visit(&self, who: &Principal, number: i64, reason: &str) -> Result<(), ApiError> {
        visits::determine(self, who, number, reason).await
    }

    async fn book_visit(&self, who: &Principal, number: i64, input: BookingInput) -> Result<(), ApiError> {
        visits::book(self, who, number, &input).await
    }

    async fn visit_step(&self, who: &Principal, number: i64, input: VisitInput) -> Result<(), ApiError> {
        visits::step(self, who, number, &input).await
    }
}

/// What the rules refuse is told in their words.
fn refused(refusal: Refusal) -> ApiError {
    ApiError::Conflict(refusal.to_string())
}

/// A save that found another version.
fn saved(rows: u64) -> Result<(), ApiError> {
    if rows == 0 { Err(ApiError::Conflict(CHANGED.to_owned())) } else { Ok(()) }
}

/// What the cover of a ticket lets us offer.
fn offer(ticket: &Ticket) -> Offer {
    Offer::of(ticket.cover.is_covered(), ticket.terms.as_ref())
}

/// The zone in which the customer of a ticket reads times.
async fn zone_of(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<Zone, ApiError> {
    let customer = customers::find(db, Scope::Everything, ticket.customer).await.map_err(internal)?;
    let customer = customer.ok_or(ApiError::NotFound)?;
    Ok(Zone::parse(&customer.zone).unwrap_or_else(|_| Zone::utc()))
}

/// Writes down what happened to a piece of hardware, there and in the ticket's timeline. Answers the number of the
/// timeline's entry.
async fn record(
    held: &Held<'_>,
    (track, subject): (Track, Uuid),
    kind: &str,
    (entry, words): (TicketEventKind, &str),
) -> Result<i64, ApiError> {
    let event = NewHardwareEvent {
        subject,
        track,
        ticket: Some(held.ticket.id),
        at: held.now,
        kind,
        user: Some(held.who.user),
        by: &held.who.name,
        detail: words,
    };
    add_event(&held.tx, event).await.map_err(internal)?;
    held.add(entry, held.now, words).await
}
