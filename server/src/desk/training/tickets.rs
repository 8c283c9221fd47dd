//! Tickets whose support is conditional: their clock does not start before somebody has attended.

use app::api::{error::ApiError, live::LiveChange, principal::Principal, training::TicketTraining};
use domain::{
    access::{Permission, Scope, Side},
    clock::ClockKind,
    contract::{CoverDecision, NotCovered},
    id::{ClockId, ConditionId},
    notice::TicketNews,
    ticket::{TicketEventKind, TicketState},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use crate::{
    desk::{
        incidents::prices_of,
        internal, new_id,
        tickets::{
            self,
            acts::{Held, Seen, is_open, let_go},
            changes, mails,
        },
    },
    store::{
        clocks, contracts, customers, events,
        tickets::{self as ticket_store, NewTicketEvent, Promise, Ticket, promise_under},
        training::{self, StoredCondition},
    },
};

pub(super) async fn of_ticket(desk: &tickets::Desk, who: &Principal, number: i64) -> Result<TicketTraining, ApiError> {
    let db = desk.db.read();
    let found = ticket_store::find(db, who.scope(), number).await.map_err(internal)?;
    let ticket = found.ok_or(ApiError::NotFound)?;
    let stored = training::load(db, Scope::Customer(ticket.customer)).await.map_err(internal)?;
    let held = training::held_by(db, ticket.id).await.map_err(internal)?;
    let waits = held.filter(|(_, released)| released.is_none());
    let topic = |id: ConditionId| stored.conditions.iter().find(|one| one.id == id).map(|one| one.topic.clone());
    let may = who.side() == Side::Staff && held.is_none() && may_be_held(&ticket);
    let applies = stored.conditions.iter().filter(|one| may && stored.holds(one, ticket.opened_at));
    Ok(TicketTraining {
        number,
        waits_for: waits.and_then(|(id, _)| topic(id)),
        may_hold: applies.map(|one| (one.id.to_string(), one.topic.clone())).collect(),
    })
}

fn may_be_held(ticket: &Ticket) -> bool {
    ticket.cover.is_covered() && ticket.state != TicketState::Closed
}

pub(super) async fn hold(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    condition: ConditionId,
) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    let tx = &held.tx;
    customers::lock(tx, Scope::Everything, held.ticket.customer).await.map_err(internal)?;
    let stored = training::load(tx, Scope::Customer(held.ticket.customer)).await.map_err(internal)?;
    // Another customer's condition is not found.
    let condition = stored.conditions.iter().find(|one| one.id == condition).ok_or(ApiError::NotFound)?;
    let known = training::held_by(tx, held.ticket.id).await.map_err(internal)?.is_some();
    if known || !may_be_held(&held.ticket) {
        return Err(ApiError::Conflict(
            "Only an open, covered ticket can become conditional, and only once.".to_owned(),
        ));
    }
    if !stored.holds(condition, held.ticket.opened_at) {
        return Err(ApiError::Conflict(
            "This ticket was logged before the course was run, or the condition is met or waived: its clock goes on."
                .to_owned(),
        ));
    }
    let detail = mark(&held, held.ticket.version, condition).await?;
    held.finish("training.hold", detail, Seen::ByAll).await
}

/// A ticket that is tagged with a topic on which the customer has yet to be trained becomes conditional by that: its tags
/// are what it is about. `version` is the ticket's after what was done to it so far; true: it is one more now.
pub(in crate::desk) async fn hold_by_tags(held: &Held<'_>, version: i64, tags: &[String]) -> Result<bool, ApiError> {
    let (tx, customer) = (&held.tx, held.ticket.customer);
    if !may_be_held(&held.ticket) || training::held_by(tx, held.ticket.id).await.map_err(internal)?.is_some() {
        return Ok(false);
    }
    let unmet = training::unmet(tx, customer, tags, held.ticket.opened_at).await.map_err(internal)?;
    match unmet {
        Some(condition) => mark(held, version, &condition).await.map(|_| true),
        None => Ok(false),
    }
}

/// Takes the ticket's cover and clock until the condition is met. Answers the words of its entry.
async fn mark(held: &Held<'_>, version: i64, condition: &StoredCondition) -> Result<String, ApiError> {
    let tx = &held.tx;
    training::hold(tx, held.ticket.id, condition.id, held.now).await.map_err(internal)?;
    let reason = format!("support is conditional on training on {}", condition.topic);
    let running = held.clocks().await?.into_iter().filter(is_open);
    for clock in running.filter(|clock| clock.clock.kind() == ClockKind::Response) {
        held.append(&clock, held.now, &let_go(&clock, held.who.user, &reason, held.now)).await?;
    }
    let prices = prices_of(tx, &held.ticket).await?.0;
    let cover = CoverDecision::not_covered(NotCovered::TrainingUnmet { topic: condition.topic.clone() }, prices);
    let (id, terms) = (held.ticket.id, held.ticket.terms.as_ref());
    let done = ticket_store::decide_cover(tx, id, version, held.ticket.contract, &cover, terms).await;
    if done.map_err(internal)? == 0 {
        return Err(changes::changed());
    }
    let detail = format!("marked this support conditional: training on {} comes first", condition.topic);
    let seq = held.add(TicketEventKind::Conditional, held.now, &detail).await?;
    held.mail(&TicketNews::Conditional { topic: condition.topic.clone() }, seq).await?;
    Ok(detail)
}

/// Starts the clocks of the tickets that waited for a condition, and tells their customer. The caller holds the customer.
pub(super) async fn release(
    tx: &DatabaseTransaction,
    desk: &tickets::Desk,
    who: &Principal,
    (condition, words): (&StoredCondition, &str),
    now: Timestamp,
) -> Result<(), ApiError> {
    let waiting = training::held(tx).await.map_err(internal)?;
    for (_, number) in waiting.into_iter().filter(|(id, _)| *id == condition.id) {
        let found = ticket_store::lock(tx, Scope::Everything, number).await.map_err(internal)?;
        let Some(ticket) = found else { continue };
        training::release(tx, ticket.id, now).await.map_err(internal)?;
        let respond_by = start(tx, &ticket, now).await?;
        if ticket.state != TicketState::Closed {
            let (user, by, kind) = (Some(who.user), who.name.as_str(), TicketEventKind::ConditionOver);
            let entry = NewTicketEvent { ticket: ticket.id, at: now, entered_at: now, kind, user, by, detail: words };
            let step = ticket_store::add_event(tx, entry).await.map_err(internal)?;
            let news = &TicketNews::ConditionOver { topic: condition.topic.clone(), respond_by };
            let told = mails::Telling { ticket: &ticket, by, news, step, now };
            mails::contacts(tx, &desk.mail_domain, told).await.map_err(internal)?;
        }
        let change = LiveChange::Ticket { number, customer: ticket.customer };
        events::append(tx, now, &[(ticket.customer, change)]).await.map_err(internal)?;
    }
    Ok(())
}

/// The ticket is covered again, and its response clock starts, unless it is closed or somebody has responded already.
/// Answers when that is due.
async fn start(tx: &DatabaseTransaction, ticket: &Ticket, now: Timestamp) -> Result<Option<Timestamp>, ApiError> {
    let Some(id) = ticket.contract else { return Ok(None) };
    let Some(contract) = contracts::find(tx, Scope::Everything, id).await.map_err(internal)? else { return Ok(None) };
    let Some(Promise { terms, clock }) = promise_under(tx, &contract).await.map_err(internal)? else { return Ok(None) };
    let terms = ticket.terms.clone().unwrap_or(terms);
    let covered = CoverDecision::Covered;
    let done = ticket_store::decide_cover(tx, ticket.id, ticket.version, Some(id), &covered, Some(&terms)).await;
    if done.map_err(internal)? == 0 {
        return Err(changes::changed());
    }
    let all = clocks::of_ticket(tx, Scope::Everything, ticket.id).await.map_err(internal)?;
    let responded = ticket.state == TicketState::Closed
        || all.iter().any(|one| one.clock.kind() == ClockKind::Response && one.kept.state != "voided");
    // What the ticket was promised when it was logged, where a clock ran by it before.
    let kept = all.iter().find(|one| one.clock.kind() == ClockKind::Response).map(|one| one.terms);
    let (Some(terms), false) = (kept.or(clock), responded) else { return Ok(None) };
    let id = ClockId(new_id(now)?);
    let started = ticket_store::start_response(tx, id, ticket.id, terms, now, now).await.map_err(internal)?;
    Ok(started.kept.due_at)
}
