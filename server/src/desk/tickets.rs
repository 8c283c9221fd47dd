//! Tickets: the queue, one ticket with its clocks explained, and what people do about it.
//!
//! Every act holds the ticket's row for its transaction, and leaves an entry in the timeline, an act in the audit log and
//! a live event. Clocks are changed by appending what happened only; the rules refuse what cannot have happened.

mod acts;
mod changes;
mod explain;
mod face;
mod input;
mod level;
mod local;
mod mails;
mod page;
mod queue;

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{CallInput, LevelInput, LevelPreview, PauseInput, ReplyInput, Show, TicketDesk, TicketList, TicketPage},
};
use domain::{access::Permission, id::ClockId, ticket::TicketState};

use super::internal;
use crate::{
    clock::Clock,
    config::Support,
    engine::Engine,
    store::{Db, tickets::Ticket},
};

/// Implements [`TicketDesk`].
pub struct Desk {
    db: Db,
    clock: Clock,
    engine: Engine,
    support: Support,
    mail_domain: String,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, engine: Engine, support: Support, mail_domain: String) -> Self {
        Self { db, clock, engine, support, mail_domain }
    }
}

/// A ticket that the reader may not see is not found, whatever they may do.
fn require(found: Option<Ticket>, who: &Principal, permission: Permission) -> Result<Ticket, ApiError> {
    let ticket = found.ok_or(ApiError::NotFound)?;
    who.require(permission)?;
    Ok(ticket)
}

#[async_trait::async_trait]
impl TicketDesk for Desk {
    async fn list(&self, who: &Principal, show: Show) -> Result<TicketList, ApiError> {
        queue::list(self, who, show).await
    }

    async fn page(&self, who: &Principal, number: i64) -> Result<TicketPage, ApiError> {
        page::page(self, who, number).await
    }

    async fn reply(&self, who: &Principal, number: i64, input: ReplyInput) -> Result<(), ApiError> {
        acts::reply(self, who, number, &input).await
    }

    async fn call(&self, who: &Principal, number: i64, input: CallInput) -> Result<(), ApiError> {
        acts::call(self, who, number, &input).await
    }

    async fn pause(&self, who: &Principal, number: i64, input: PauseInput) -> Result<(), ApiError> {
        acts::pause(self, who, number, &input).await
    }

    async fn resume(&self, who: &Principal, number: i64, input: PauseInput) -> Result<(), ApiError> {
        acts::resume(self, who, number, &input).await
    }

    async fn give_access(&self, who: &Principal, number: i64) -> Result<(), ApiError> {
        acts::give_access(self, who, number).await
    }

    async fn set_state(&self, who: &Principal, number: i64, version: i64, state: TicketState) -> Result<(), ApiError> {
        changes::set_state(self, who, number, version, state).await
    }

    async fn level_preview(&self, who: &Principal, number: i64, input: LevelInput) -> Result<LevelPreview, ApiError> {
        level::preview(self, who, number, &input).await
    }

    async fn change_level(&self, who: &Principal, number: i64, input: LevelInput) -> Result<(), ApiError> {
        level::change(self, who, number, &input).await
    }

    async fn excuse(&self, who: &Principal, number: i64, clock: ClockId, reason: String) -> Result<(), ApiError> {
        changes::excuse(self, who, number, clock, &reason).await
    }

    async fn void(&self, who: &Principal, number: i64, clock: ClockId, reason: String) -> Result<(), ApiError> {
        changes::void(self, who, number, clock, &reason).await
    }

    async fn agree(&self, who: &Principal, number: i64, version: i64, reason: String) -> Result<(), ApiError> {
        changes::agree(self, who, number, version, &reason).await
    }
}
