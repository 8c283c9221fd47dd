//! What a customer's words do to their ticket, whichever way they come.

use domain::{
    access::{Scope, Side},
    clock::{ClockKind, WARNING_PERCENTS},
    id::{ClockId, TicketId, UserId},
    ticket::{Move, Outcome, TicketEventKind, TicketState, may_reopen},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{changes, mails};
use crate::store::{
    clocks::{self, NewClock},
    faults::new_id,
    tickets::{self, Change, NewTicketEvent, Ticket},
};

/// Words of a customer on a ticket that is held.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct Words<'a> {
    pub(in crate::desk) ticket: &'a Ticket,
    pub(in crate::desk) by: &'a str,
    /// None: somebody without an account.
    pub(in crate::desk) user: Option<UserId>,
    pub(in crate::desk) text: &'a str,
    /// What the mail to staff says.
    pub(in crate::desk) mailed: &'a str,
    /// When they came to us.
    pub(in crate::desk) at: Timestamp,
    pub(in crate::desk) now: Timestamp,
}

/// Whether words on a ticket go into it at all: what was declined, or closed long ago, goes on in a new one.
pub(in crate::desk) fn takes_words(ticket: &Ticket, now: Timestamp) -> bool {
    if ticket.state != TicketState::Closed {
        return true;
    }
    let in_time = ticket.closed_at.is_none_or(|closed_at| may_reopen(closed_at, now));
    in_time && ticket.care.outcome != Some(Outcome::Declined)
}

/// Adds the words: no response, and no pause ends by them alone. They end our waiting for an answer, bring back what was
/// put aside, and open again what was closed, with the internal clock for the next reply; verdicts stay. Staff are told.
/// Answers the number of the entry.
///
/// # Errors
/// The database failed, or the ticket does not take words any more ([`takes_words`]).
pub(in crate::desk) async fn say(db: &impl ConnectionTrait, mail_domain: &str, words: Words<'_>) -> Result<i64, DbErr> {
    let Words { ticket, by, text, mailed, now, .. } = words;
    match ticket.state {
        TicketState::Closed => go(db, words, Move::Reopen).await?,
        TicketState::WaitingCustomer => go(db, words, Move::GoOn).await?,
        _ if ticket.care.snoozed_until.is_some() => {
            tickets::change(db, ticket.id, ticket.version, &[Change::Snoozed(None)]).await?;
        }
        TicketState::Asked | TicketState::Open | TicketState::WaitingMaker => {}
    }
    let seq = entry(db, words, TicketEventKind::Message, text).await?;
    mails::staff(db, mail_domain, mails::Wrote { ticket, by, text: mailed, seq, now }).await?;
    Ok(seq)
}

async fn go(db: &impl ConnectionTrait, words: Words<'_>, wanted: Move) -> Result<(), DbErr> {
    let ticket = words.ticket;
    let clocks = clocks::of_ticket(db, Scope::Everything, ticket.id).await?;
    let life = tickets::life(db, ticket, &clocks).await?;
    let moved = life.apply(wanted, Side::Customer, words.now).map_err(|refusal| DbErr::Custom(refusal.to_string()))?;
    if tickets::change(db, ticket.id, ticket.version, &[Change::Moved(moved)]).await? == 0 {
        return Err(DbErr::Custom("the ticket was not held".to_owned()));
    }
    let (kind, detail) = changes::entry(wanted);
    entry(db, words, kind, detail).await?;
    if moved.new_cycle {
        start_next_reply(db, ticket.id, words.now).await?;
    }
    Ok(())
}

async fn entry(db: &impl ConnectionTrait, words: Words<'_>, kind: TicketEventKind, detail: &str) -> Result<i64, DbErr> {
    let Words { ticket, by, user, at, now, .. } = words;
    let at = if kind == TicketEventKind::Message { at } else { now };
    tickets::add_event(db, NewTicketEvent { ticket: ticket.id, at, entered_at: now, kind, user, by, detail }).await
}

/// Starts the internal clock for the next reply, by what was promised for the first. Nothing was promised: nothing is
/// measured.
pub(super) async fn start_next_reply(db: &impl ConnectionTrait, ticket: TicketId, now: Timestamp) -> Result<(), DbErr> {
    let clocks = clocks::of_ticket(db, Scope::Everything, ticket).await?;
    let waits = clocks.iter().any(|one| one.kept.closed_at.is_none() && one.clock.kind() == ClockKind::NextReply);
    let first = clocks.iter().find(|one| one.clock.kind() == ClockKind::Response);
    let (false, Some(first)) = (waits, first) else { return Ok(()) };
    let new = NewClock {
        id: ClockId(new_id(now)?),
        ticket,
        kind: ClockKind::NextReply,
        terms: first.terms,
        started_at: now,
        entered_at: now,
        percents: &WARNING_PERCENTS,
    };
    clocks::start(db, new).await.map(drop)
}
