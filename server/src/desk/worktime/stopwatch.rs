//! Stopwatches: one for each person, and none runs beyond what is allowed.

use app::api::{error::ApiError, live::LiveChange, principal::Principal};
use domain::{
    access::{Permission, Scope},
    id::TimeEntryId,
    money::Total,
    notice::TicketNews,
    text::Note,
    ticket::{TicketEventKind, TicketState, reference},
    time::Timestamp,
    worked::{Allowance, Work, read},
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{
    budget::{Budget, Order},
    entries::{hold_person, refused},
    take,
};
use crate::{
    desk::{
        internal, new_id,
        tickets::{
            self, SYSTEM,
            acts::Seen,
            local::exact,
            mails::{self, Telling},
        },
    },
    store::{
        Db,
        audit::{self, Act},
        events,
        tickets::{self as ticket_store, NewTicketEvent, Ticket},
        worked::{self, Entry, Stopwatch},
    },
};

/// What an entry says that nobody has described yet.
const NOT_SAID: &str = "Not described yet";

pub(super) async fn start(desk: &tickets::Desk, who: &Principal, number: i64) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    if held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("This ticket is closed. Open it again before you work on it.".to_owned()));
    }
    hold_person(&held.tx, who.user).await?;
    if let Some(watch) = worked::running(&held.tx, who.user).await.map_err(internal)? {
        let other = ticket_store::find_by_id(&held.tx, Scope::Everything, watch.ticket).await.map_err(internal)?;
        let on = other.map(|ticket| reference(ticket.number)).unwrap_or_default();
        return Err(ApiError::Conflict(format!("Your stopwatch runs on {on} already. Stop it there first.")));
    }
    budget.book(1, held.now).map_err(refused)?;
    let (user, ticket) = (who.user, held.ticket.id);
    let new = Stopwatch { user, ticket, by: who.name.clone(), started_at: held.now };
    if !worked::start(&held.tx, &new).await.map_err(internal)? {
        return Err(ApiError::Conflict("Your stopwatch runs already.".to_owned()));
    }
    held.finish("ticket.stopwatch.start", "", Seen::ByStaff).await
}

pub(super) async fn stop(desk: &tickets::Desk, who: &Principal, number: i64, what: &str) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let what = Note::parse(what).map_err(|error| ApiError::invalid("what", error))?;
    let what = if what.is_empty() { NOT_SAID.to_owned() } else { String::from(what) };
    let Some(place) = budget.running.iter().position(|watch| watch.user == who.user) else {
        // What it showed when it stopped itself is booked, so nothing is lost.
        held.leave().await?;
        return Err(ApiError::Conflict(
            "Your stopwatch does not run on this ticket: it was stopped, or stopped itself when the time was used up."
                .to_owned(),
        ));
    };
    let seconds = budget.reading(held.now).seconds.get(place).copied().unwrap_or(0);
    let Some(watch) = budget.running.get(place) else { return Err(ApiError::NotFound) };
    book(&held.tx, watch, seconds, &what, held.now).await?;
    let detail = format!("booked {} by stopwatch: {what}", exact(i64::from(seconds)));
    held.add(TicketEventKind::Worked, held.now, &detail).await?;
    held.finish("ticket.stopwatch.stop", detail, Seen::ByAll).await
}

/// Removes a stopwatch and books what it showed.
async fn book(
    tx: &DatabaseTransaction,
    watch: &Stopwatch,
    seconds: u32,
    what: &str,
    now: Timestamp,
) -> Result<(), ApiError> {
    worked::stop(tx, watch.user).await.map_err(internal)?;
    if seconds == 0 {
        return Ok(());
    }
    let entry = Entry {
        id: TimeEntryId(new_id(now)?),
        ticket: watch.ticket,
        user: watch.user,
        by: watch.by.clone(),
        work: Work { started_at: watch.started_at, seconds },
        what: what.to_owned(),
        stopwatch: true,
        version: 1,
    };
    worked::insert(tx, &entry, now).await.map_err(internal)
}

/// Stops the stopwatches of a ticket that have used up what is allowed, books their time, and asks the customer where a
/// further unit is needed. False: they may go on. The caller holds the ticket.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    mail_domain: &str,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<bool, ApiError> {
    let budget = Budget::load(tx, ticket).await?;
    let reading = budget.reading(now);
    let Some(ran_out_at) = reading.ran_out_at else { return Ok(false) };
    for (watch, seconds) in budget.running.iter().zip(&reading.seconds) {
        book(tx, watch, *seconds, NOT_SAID, now).await?;
    }
    let (kind, detail) = match budget.allowance {
        Allowance::Task { .. } => (
            TicketEventKind::Worked,
            "stopped the stopwatch: the included 30 min are used up, more is outside cover: quote",
        ),
        _ => (TicketEventKind::ApprovalNeeded, "stopped the clock: the approved time is used up, approval needed"),
    };
    let seq = add(tx, ticket, (kind, detail), ran_out_at, now).await?;
    if let (Some(order), TicketEventKind::ApprovalNeeded) = (&budget.order, kind) {
        let told = Telling { ticket, by: SYSTEM, news: &approval_needed(order), step: seq, now };
        mails::contacts(tx, mail_domain, told).await.map_err(internal)?;
    }
    let subject = reference(ticket.number);
    let act = Act {
        user: None,
        actor: SYSTEM,
        action: "ticket.stopwatch.ran-out",
        subject: &subject,
        customer: Some(ticket.customer),
        detail: detail.to_owned(),
    };
    audit::write(tx, new_id(now)?, now, act).await.map_err(internal)?;
    let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
    events::append(tx, now, &[(ticket.customer, change)]).await.map_err(internal)?;
    Ok(true)
}

/// What a mail says that asks for a further unit.
pub(in crate::desk) fn approval_needed(order: &Order) -> TicketNews {
    let prices = order.incident.prices;
    let Total { net_pence, gross_pence, .. } = Total::of(prices.incident_pence, prices.vat);
    TicketNews::ApprovalNeeded { units: order.units(), net_pence, gross_pence }
}

async fn add(
    tx: &DatabaseTransaction,
    ticket: &Ticket,
    (kind, detail): (TicketEventKind, &str),
    at: Timestamp,
    now: Timestamp,
) -> Result<i64, ApiError> {
    let new = NewTicketEvent { ticket: ticket.id, at, entered_at: now, kind, user: None, by: SYSTEM, detail };
    ticket_store::add_event(tx, new).await.map_err(internal)
}

/// Stops every stopwatch of a ticket that is closed or merged away, and books what each showed. The caller holds the
/// ticket.
pub(in crate::desk) async fn stop_all(
    tx: &DatabaseTransaction,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), ApiError> {
    let budget = Budget::load(tx, ticket).await?;
    let started: Vec<_> = budget.running.iter().map(|watch| watch.started_at).collect();
    for (watch, seconds) in budget.running.iter().zip(read(&started, budget.left_s(), now).seconds) {
        book(tx, watch, seconds, NOT_SAID, now).await?;
        let detail = format!("booked {} of {}: the ticket was closed", exact(i64::from(seconds)), watch.by);
        add(tx, ticket, (TicketEventKind::Worked, &detail), now, now).await?;
    }
    Ok(())
}

/// Stops what has run out on all tickets, each in a transaction of its own. How many there were.
pub async fn run_due(db: &Db, now: Timestamp, mail_domain: &str) -> Result<u64, DbErr> {
    let mut stopped = 0;
    for number in worked::tickets_running(db.read()).await? {
        let tx = db.begin().await?;
        let Some(ticket) = ticket_store::lock(&tx, Scope::Everything, number).await? else { continue };
        let settled = settle(&tx, mail_domain, &ticket, now).await;
        if settled.map_err(|error| DbErr::Custom(error.to_string()))? {
            tx.commit().await?;
            stopped += 1;
        }
    }
    Ok(stopped)
}
