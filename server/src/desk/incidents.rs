//! CatS incidents: ordered, accepted or declined, approved unit by unit. What is charged follows from work and consents;
//! nothing is charged that the customer did not approve.

pub(in crate::desk) mod account;
mod acts;
mod extras;
mod input;

#[cfg(test)]
mod tests;

pub(in crate::desk) use acts::{decline_unordered, ordered_by_form};

use app::api::{
    error::ApiError,
    incidents::{ConsentInput, ExtraInput, IncidentDesk},
    principal::Principal,
};
use domain::{contract::Prices, id::ExtraId, incident::IncidentRefusal, ticket::TicketKind, ticket::TicketState};
use sea_orm::ConnectionTrait;

use super::{internal, tickets, worktime::budget::Budget};
use crate::store::{price_lists, tickets::Ticket};

/// Implements [`IncidentDesk`].
#[derive(Clone)]
pub struct Desk {
    pub tickets: tickets::Desk,
}

#[async_trait::async_trait]
impl IncidentDesk for Desk {
    async fn order(&self, who: &Principal, number: i64, input: ConsentInput) -> Result<(), ApiError> {
        acts::order(&self.tickets, who, number, &input).await
    }

    async fn accept(&self, who: &Principal, number: i64, version: i64) -> Result<(), ApiError> {
        acts::accept(&self.tickets, who, number, version).await
    }

    async fn decline(&self, who: &Principal, number: i64, version: i64, reason: String) -> Result<(), ApiError> {
        acts::decline(&self.tickets, who, number, version, &reason).await
    }

    async fn approve(&self, who: &Principal, number: i64, seen: u32, input: ConsentInput) -> Result<(), ApiError> {
        acts::approve(&self.tickets, who, number, seen, &input).await
    }

    async fn ask_approval(&self, who: &Principal, number: i64) -> Result<(), ApiError> {
        acts::ask_approval(&self.tickets, who, number).await
    }

    async fn add_extra(&self, who: &Principal, number: i64, input: ExtraInput) -> Result<(), ApiError> {
        extras::add(&self.tickets, who, number, &input).await
    }

    async fn withdraw_extra(
        &self,
        who: &Principal,
        number: i64,
        extra: ExtraId,
        reason: String,
    ) -> Result<(), ApiError> {
        extras::withdraw(&self.tickets, who, number, extra, &reason).await
    }

    async fn split(&self, who: &Principal, number: i64, subject: String) -> Result<i64, ApiError> {
        acts::split(&self.tickets, who, number, &subject).await
    }
}

/// Whether an incident may be ordered on the ticket: nobody has, and it is one or nothing covers it.
pub(in crate::desk) fn may_order(ticket: &Ticket, budget: &Budget) -> bool {
    let needs = ticket.kind == TicketKind::Incident || ticket.cover.offers_incident();
    needs && budget.order.is_none() && ticket.state != TicketState::Closed
}

/// The prices that the ticket was logged under, and their version; the present ones where it keeps none.
pub(in crate::desk) async fn prices_of(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<(Prices, u32), ApiError> {
    let kept = match &ticket.terms {
        Some(terms) => price_lists::find_version(db, terms.price_list_version).await.map_err(internal)?,
        None => None,
    };
    let list = match kept {
        Some(list) => Some(list),
        None => price_lists::latest(db).await.map_err(internal)?,
    };
    Ok(list.map_or((Prices::STANDARD, 1), |list| (list.prices, list.version)))
}

/// What the rules refuse, in their words.
fn refused(refusal: IncidentRefusal) -> ApiError {
    ApiError::Conflict(refusal.to_string())
}
