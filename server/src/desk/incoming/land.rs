//! Into a ticket that is there.

use app::api::live::LiveChange;
use domain::{
    access::{Scope, Side},
    clock::{ClockKind, WARNING_PERCENTS},
    id::{ClockId, TicketId, UserId},
    incoming::{Outcome, Party, ThreadTicket, shown_text},
    ticket::{Move, TicketEventKind, TicketState},
};
use sea_orm::{ConnectionTrait, DbErr};

use super::Incoming;
use crate::{
    entropy,
    mail::inbound::parse::Parsed,
    store::{
        attachments::{self, NewFile, Place},
        clocks::{self, NewClock},
        events,
        incoming::{Fate, known},
        tickets::{self, Change, NewTicketEvent, Ticket},
    },
};

pub(super) fn failed(error: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// The customer's words on their own ticket. A closed one opens again; whether it may was decided.
pub(super) async fn message(incoming: &Incoming<'_>, found: ThreadTicket, party: Party) -> Result<Fate, DbErr> {
    let author = author(incoming, party).await?;
    append(incoming, found, author).await
}

/// The same in the name of `author`.
pub(super) async fn append(
    incoming: &Incoming<'_>,
    found: ThreadTicket,
    (name, user): (String, Option<UserId>),
) -> Result<Fate, DbErr> {
    // The scope is the proof that the mail is in a ticket of its own customer, whatever was decided above.
    let held = tickets::lock(incoming.tx, Scope::Customer(found.customer), found.number).await?;
    let ticket = held.ok_or_else(|| failed("the ticket is gone"))?;
    if ticket.state == TicketState::Closed {
        open_again(incoming, &ticket, (&name, user)).await?;
    }
    let seq = entry(incoming, ticket.id, TicketEventKind::Message, (&name, user), &text_of(incoming.mail)).await?;
    attach(incoming, ticket.id, seq, true).await?;
    let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
    events::append(incoming.tx, incoming.now, &[(ticket.customer, change)]).await?;
    Ok(fate(Outcome::Message, &ticket, seq))
}

/// A colleague's words, for staff alone.
pub(super) async fn note(incoming: &Incoming<'_>, found: ThreadTicket, user: UserId) -> Result<Fate, DbErr> {
    let (name, user) = author(incoming, Party::Staff { user }).await?;
    let held = tickets::lock(incoming.tx, Scope::Everything, found.number).await?;
    let ticket = held.ok_or_else(|| failed("the ticket is gone"))?;
    let seq = entry(incoming, ticket.id, TicketEventKind::Note, (&name, user), &text_of(incoming.mail)).await?;
    attach(incoming, ticket.id, seq, false).await?;
    let change = LiveChange::TicketForStaff { number: ticket.number, customer: ticket.customer };
    events::append(incoming.tx, incoming.now, &[(ticket.customer, change)]).await?;
    Ok(fate(Outcome::Note, &ticket, seq))
}

pub(super) fn fate(outcome: Outcome, ticket: &Ticket, seq: i64) -> Fate {
    Fate {
        outcome,
        reason: String::new(),
        customer: Some(ticket.customer),
        ticket: Some(ticket.id),
        event_seq: Some(seq),
        notice: None,
    }
}

/// The name that we have for a party, and the account if there is one.
pub(super) async fn author(incoming: &Incoming<'_>, party: Party) -> Result<(String, Option<UserId>), DbErr> {
    let (name, _) = known::name(incoming.tx, party).await?.ok_or_else(|| failed("the sender is gone"))?;
    let user = match party {
        Party::Contact { .. } => None,
        Party::User { user, .. } | Party::Staff { user } => Some(user),
    };
    Ok((name, user))
}

/// What a mail adds to a timeline.
pub(super) fn text_of(mail: &Parsed) -> String {
    let text = shown_text(&mail.text);
    let text = if text.is_empty() { "(no text)".to_owned() } else { text };
    match mail.files_left {
        0 => text,
        left => format!("{text}\n\n[{left} more files are in the mail itself.]"),
    }
}

/// Adds an entry at the time of our receipt.
pub(super) async fn entry(
    incoming: &Incoming<'_>,
    ticket: TicketId,
    kind: TicketEventKind,
    (by, user): (&str, Option<UserId>),
    detail: &str,
) -> Result<i64, DbErr> {
    let now = incoming.now;
    let new = NewTicketEvent { ticket, at: now, entered_at: now, kind, user, by, detail };
    tickets::add_event(incoming.tx, new).await
}

/// Keeps the files of a mail with an entry.
pub(super) async fn attach(
    incoming: &Incoming<'_>,
    ticket: TicketId,
    event_seq: i64,
    public: bool,
) -> Result<(), DbErr> {
    let place = Place { ticket, event_seq, public, mail: Some(incoming.id), at: incoming.now };
    // One after the other, so that two copies of one file are in memory and not of all.
    for file in &incoming.mail.files {
        let new = NewFile::new(file.name.clone(), file.bytes.clone(), incoming.now).map_err(failed)?;
        attachments::insert(incoming.tx, place, vec![new]).await?;
    }
    Ok(())
}

/// Opens a closed ticket and starts the internal clock for the next reply. Verdicts stay.
async fn open_again(incoming: &Incoming<'_>, ticket: &Ticket, by: (&str, Option<UserId>)) -> Result<(), DbErr> {
    let (tx, now): (&_, _) = (incoming.tx, incoming.now);
    let clocks = clocks::of_ticket(tx, Scope::Everything, ticket.id).await?;
    let life = tickets::life(tx, ticket, &clocks).await?;
    let moved = life.apply(Move::Reopen, Side::Customer, now).map_err(failed)?;
    tickets::change(tx, ticket.id, ticket.version, &[Change::Moved(moved)]).await?;
    entry(incoming, ticket.id, TicketEventKind::Reopened, by, "").await?;
    start_next_reply(tx, incoming, ticket.id).await
}

async fn start_next_reply(tx: &impl ConnectionTrait, incoming: &Incoming<'_>, ticket: TicketId) -> Result<(), DbErr> {
    let clocks = clocks::of_ticket(tx, Scope::Everything, ticket).await?;
    let waits = clocks.iter().any(|one| one.kept.closed_at.is_none() && one.clock.kind() == ClockKind::NextReply);
    let first = clocks.iter().find(|one| one.clock.kind() == ClockKind::Response);
    let (false, Some(first)) = (waits, first) else { return Ok(()) };
    let new = NewClock {
        id: ClockId(entropy::id(incoming.now).map_err(failed)?),
        ticket,
        kind: ClockKind::NextReply,
        terms: first.terms,
        started_at: incoming.now,
        entered_at: incoming.now,
        percents: &WARNING_PERCENTS,
    };
    clocks::start(tx, new).await.map(drop)
}
