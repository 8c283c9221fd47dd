//! Into a ticket that is there.

use app::api::live::LiveChange;
use domain::{
    access::Scope,
    id::{TicketId, UserId},
    incoming::{Outcome, Party, ThreadTicket, shown_text},
    ticket::TicketEventKind,
};
use sea_orm::DbErr;

use super::Incoming;
use crate::{
    desk::tickets::customer::{self, Words},
    mail::inbound::parse::Parsed,
    store::{
        attachments::{self, NewFile, Place},
        events,
        incoming::{Fate, known},
        tickets::{self, NewTicketEvent, Ticket},
    },
};

pub(super) fn failed(error: impl std::fmt::Display) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// The customer's words on their own ticket.
pub(super) async fn message(incoming: &Incoming<'_>, found: ThreadTicket, party: Party) -> Result<Fate, DbErr> {
    let author = author(incoming, party).await?;
    append(incoming, found, author, Files::ForAll).await
}

/// Who sees the files of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Files {
    ForAll,
    ForStaff,
}

/// The same in the name of `author`.
pub(super) async fn append(
    incoming: &Incoming<'_>,
    found: ThreadTicket,
    (name, user): (String, Option<UserId>),
    files: Files,
) -> Result<Fate, DbErr> {
    let Incoming { tx, now, at, parts, .. } = *incoming;
    // The scope is the proof that the mail is in a ticket of its own customer, whatever was decided above.
    let held = tickets::lock(tx, Scope::Customer(found.customer), found.number).await?;
    let ticket = held.ok_or_else(|| failed("the ticket is gone"))?;
    let text = text_of(incoming.mail);
    let words = Words { ticket: &ticket, by: &name, user, text: &text, mailed: &text, at, now };
    let seq = customer::say(tx, &parts.mail_domain, words).await?;
    attach(incoming, ticket.id, seq, files).await?;
    let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
    events::append(tx, now, &[(ticket.customer, change)]).await?;
    Ok(fate(Outcome::Message, &ticket, seq))
}

/// A colleague's words, for staff alone.
pub(super) async fn note(incoming: &Incoming<'_>, found: ThreadTicket, user: UserId) -> Result<Fate, DbErr> {
    let Incoming { tx, now, at, .. } = *incoming;
    let (name, user) = author(incoming, Party::Staff { user }).await?;
    let held = tickets::lock(tx, Scope::Everything, found.number).await?;
    let ticket = held.ok_or_else(|| failed("the ticket is gone"))?;
    let (kind, detail) = (TicketEventKind::Note, text_of(incoming.mail));
    let new = NewTicketEvent { ticket: ticket.id, at, entered_at: now, kind, user, by: &name, detail: &detail };
    let seq = tickets::add_event(tx, new).await?;
    attach(incoming, ticket.id, seq, Files::ForStaff).await?;
    let change = LiveChange::TicketForStaff { number: ticket.number, customer: ticket.customer };
    events::append(tx, now, &[(ticket.customer, change)]).await?;
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

/// Keeps the files of a mail with an entry.
pub(super) async fn attach(
    incoming: &Incoming<'_>,
    ticket: TicketId,
    event_seq: i64,
    files: Files,
) -> Result<(), DbErr> {
    let public = files == Files::ForAll;
    let place = Place { ticket, event_seq, public, mail: Some(incoming.id), at: incoming.now };
    // One after the other, so that two copies of one file are in memory and not of all.
    for file in &incoming.mail.files {
        let new = NewFile::new(file.name.clone(), file.bytes.clone(), incoming.now).map_err(failed)?;
        attachments::insert(incoming.tx, place, vec![new]).await?;
    }
    Ok(())
}
