//! Replies of staff wait a moment before they are sent, so that they can be taken back. What is sent counts from when it
//! was written; what is taken back never was.

use domain::{
    access::Scope,
    id::TicketId,
    notice::TicketNews,
    ticket::{ReplyState, TicketEventKind, reference},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{acts::meet, mails};
use crate::store::{
    Db,
    audit::{self, Act},
    clocks::{self, AppendError},
    events,
    faults::new_id,
    tickets::{self, NewTicketEvent, Ticket, Written},
};

/// Sends every reply whose moment has passed. Returns how many.
///
/// To be called every other second: one indexed read when nothing is held. Restarts and other nodes send none twice.
pub async fn send_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    let mut sent = 0;
    for written in tickets::held(db.read(), now).await? {
        match send_one(db, &written, now, mail_domain).await {
            Ok(true) => sent += 1,
            Ok(false) => {}
            // The others are sent all the same; this one is tried again.
            Err(error) => tracing::error!(%error, reply = %written.id, "a held reply could not be sent"),
        }
    }
    Ok(sent)
}

async fn send_one(db: &Db, written: &Written, now: Timestamp, mail_domain: &str) -> Result<bool, DbErr> {
    let tx = db.begin().await?;
    let sent = send(&tx, written, now, mail_domain).await?;
    tx.commit().await?;
    Ok(sent)
}

/// Sends at once what is held on one ticket, in the caller's transaction.
pub(super) async fn send_of(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    now: Timestamp,
    mail_domain: &str,
) -> Result<(), DbErr> {
    for written in tickets::held_by_ticket(db, ticket).await? {
        send(db, &written, now, mail_domain).await?;
    }
    Ok(())
}

/// False: it was sent or taken back meanwhile.
async fn send(db: &impl ConnectionTrait, written: &Written, now: Timestamp, mail_domain: &str) -> Result<bool, DbErr> {
    let Some(ticket) = tickets::find_by_id(db, Scope::Everything, written.ticket).await? else { return Ok(false) };
    let Some(ticket) = tickets::lock(db, Scope::Everything, ticket.number).await? else { return Ok(false) };
    if !tickets::set_reply_state(db, ticket.id, written.id, ReplyState::Held, ReplyState::Sent).await? {
        return Ok(false);
    }
    let new = NewTicketEvent {
        ticket: ticket.id,
        at: written.written_at,
        entered_at: now,
        kind: TicketEventKind::Response,
        user: Some(written.user),
        by: &written.by,
        detail: &written.text,
    };
    let seq = tickets::add_event(db, new).await?;
    respond(db, &ticket, written.written_at, now).await?;
    put_off(db, &ticket, written.written_at).await?;
    let news = TicketNews::Reply { text: written.text.clone() };
    let told = mails::Telling { ticket: &ticket, by: &written.by, news: &news, step: seq, now };
    mails::contacts(db, mail_domain, told).await?;
    let record = Act {
        user: Some(written.user.0),
        actor: &written.by,
        action: "ticket.reply",
        subject: &reference(ticket.number),
        customer: Some(ticket.customer),
        detail: String::new(),
    };
    audit::write(db, new_id(now)?, now, record).await?;
    let (number, customer) = (ticket.number, ticket.customer);
    events::append(db, now, &[(customer, app::api::live::LiveChange::Ticket { number, customer })]).await?;
    Ok(true)
}

/// A ticket that waits for the customer waits a week from our last word.
pub(super) async fn put_off(db: &impl ConnectionTrait, ticket: &Ticket, at: Timestamp) -> Result<(), DbErr> {
    let clocks = clocks::of_ticket(db, Scope::Everything, ticket.id).await?;
    match tickets::life(db, ticket, &clocks).await?.put_off(at) {
        Some(closes_at) => tickets::wait_until(db, ticket.id, closes_at).await,
        None => Ok(()),
    }
}

/// Judged when it was written. Where something happened to the clock since, so that it cannot have been met then, now.
async fn respond(db: &impl ConnectionTrait, ticket: &Ticket, at: Timestamp, now: Timestamp) -> Result<(), DbErr> {
    let done = match meet(db, ticket.id, at, now).await {
        Err(AppendError::Refused(_)) => meet(db, ticket.id, now, now).await,
        done => done,
    };
    match done {
        Ok(()) => Ok(()),
        Err(AppendError::Db(error)) => Err(error),
        Err(error) => {
            // The reply is sent all the same; the clock stays open for a person to settle.
            tracing::error!(%error, ticket.number, "a reply met no clock");
            Ok(())
        }
    }
}
