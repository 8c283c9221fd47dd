//! Tickets: the queue, one ticket with its clocks explained, and what people do about it.
//!
//! Every act holds the ticket's row for its transaction, and leaves an entry in the timeline, an act in the audit log and
//! a live event. Clocks are changed by appending what happened only; the rules refuse what cannot have happened.

pub(super) mod acts;
mod bulk;
mod care;
pub(super) mod changes;
pub(super) mod customer;
mod desks;
mod due;
mod explain;
mod face;
mod held;
mod helps;
mod here;
pub(super) mod input;
mod intake;
mod level;
pub(super) mod local;
pub(super) mod mails;
mod merge;
mod page;
mod queue;
mod rate;
mod split;
mod staff_queue;
mod stands;
pub mod uploads;
mod views;
pub(super) mod way_in;
mod writing;

#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use app::api::{error::ApiError, principal::Principal};
use domain::access::Permission;

use super::internal;
use crate::{
    clock::Clock,
    config::Support,
    engine::Engine,
    secrets::Signer,
    store::{Db, tickets::Ticket},
};

pub use due::run_due;
pub use held::send_due;

/// Who did what nobody did, in timelines and mails.
pub(super) const SYSTEM: &str = "Faultdesk";

/// What the desk works with.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub support: Support,
    pub signer: Signer,
    pub mail_domain: String,
}

/// Implements [`app::api::tickets::TicketDesk`], [`app::api::care::CareDesk`], [`app::api::intake::IntakeDesk`] and
/// [`app::api::library::HelpDesk`].
#[derive(Clone)]
pub struct Desk {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) engine: Engine,
    pub(super) support: Support,
    signer: Signer,
    pub(super) mail_domain: String,
    here: Arc<here::Hub>,
}

impl Desk {
    pub fn new(parts: Parts) -> Self {
        let Parts { db, clock, engine, support, signer, mail_domain } = parts;
        Self { db, clock, engine, support, signer, mail_domain, here: Arc::default() }
    }
}

/// A ticket that the reader may not see is not found, whatever they may do.
fn require(found: Option<Ticket>, who: &Principal, permission: Permission) -> Result<Ticket, ApiError> {
    let ticket = found.ok_or(ApiError::NotFound)?;
    who.require(permission)?;
    Ok(ticket)
}
