//! Ordering, accepting, declining, approving and splitting.

use app::api::{error::ApiError, incidents::ConsentInput, principal::Principal};
use domain::{
    access::{Permission, Scope},
    contract::{CoverDecision, NotCovered, Prices},
    id::{TicketId, UserId},
    incident::{ConsentHow, IncidentState},
    money::pounds,
    notice::TicketNews,
    text::Name,
    ticket::{Channel, LinkKind, Move, TicketEventKind, TicketKind, TicketState, reference},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{input, may_order, prices_of, refused};
use crate::{
    desk::{
        internal, new_id,
        tickets::{
            self,
            acts::{Held, Seen},
            changes,
        },
        worktime::{
            self,
            budget::{Budget, Order},
            local, take,
        },
    },
    store::{
        incidents::{self, Consent, Decided, StoredIncident},
        tickets::{self as ticket_store, NewTicket, NewTicketEvent, Origin, Ticket},
    },
};

pub(super) async fn order(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    input: &ConsentInput,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::OrderIncidents).await?;
    if !may_order(&held.ticket, &budget) {
        return Err(ApiError::Conflict(
            "No incident can be ordered here: one is, or the contract covers this.".to_owned(),
        ));
    }
    let typed = input::consent(input, who, &local(&held).await?, (held.ticket.opened_at, held.now))?;
    let detail = placed(&held.tx, who, &held.ticket, typed, held.now).await?;
    held.finish("incident.order", detail, Seen::ByAll).await
}

/// The order that a customer's manager places by sending the form on which its price stands.
pub(in crate::desk) async fn ordered_by_form(
    db: &impl ConnectionTrait,
    who: &Principal,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), ApiError> {
    let yes = input::Consent { how: ConsentHow::Page, given_by: who.name.clone(), at: now };
    placed(db, who, ticket, yes, now).await.map(drop)
}

/// Stores an order with the consent to its first unit. Answers the words of its entry.
async fn placed(
    db: &impl ConnectionTrait,
    who: &Principal,
    ticket: &Ticket,
    typed: input::Consent,
    now: Timestamp,
) -> Result<String, ApiError> {
    let (prices, price_list_version) = prices_of(db, ticket).await?;
    let new = StoredIncident {
        ticket: ticket.id,
        state: IncidentState::Asked,
        asked_at: typed.at,
        asked_by: typed.given_by.clone(),
        prices,
        price_list_version,
        decided: None,
        split_from: None,
        version: 1,
    };
    incidents::insert(db, &new).await.map_err(internal)?;
    let (given_by, how) = (typed.given_by.clone(), typed.how.label());
    consent(db, who, ticket.id, (1, typed), now).await?;
    let price = pounds(prices.incident_pence);
    let detail = match given_by == who.name {
        true => format!("ordered a CatS incident: {price} + VAT for up to 2 hours"),
        false => {
            format!("recorded the order of a CatS incident, given by {given_by} {how}: {price} + VAT for up to 2 hours")
        }
    };
    let entry = NewTicketEvent {
        ticket: ticket.id,
        at: now,
        entered_at: now,
        kind: TicketEventKind::IncidentAsked,
        user: Some(who.user),
        by: &who.name,
        detail: &detail,
    };
    ticket_store::add_event(db, entry).await.map_err(internal)?;
    Ok(detail)
}

async fn consent(
    db: &impl ConnectionTrait,
    who: &Principal,
    ticket: TicketId,
    (unit, typed): (u32, input::Consent),
    now: Timestamp,
) -> Result<(), ApiError> {
    let new = Consent {
        unit,
        at: typed.at,
        entered_at: now,
        how: typed.how,
        given_by: typed.given_by,
        user: who.user,
        by: who.name.clone(),
    };
    incidents::consent(db, ticket, &new).await.map_err(internal)
}

/// The incident that must be there.
fn found(budget: &Budget) -> Result<&Order, ApiError> {
    budget.order.as_ref().ok_or_else(|| ApiError::Conflict("No CatS incident is ordered on this ticket.".to_owned()))
}

pub(super) async fn accept(desk: &tickets::Desk, who: &Principal, number: i64, version: i64) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    found(&budget)?;
    budget.standing(held.now).map_or(Ok(()), |standing| standing.accept()).map_err(refused)?;
    decide(&held, version, IncidentState::Accepted, "").await?;
    let mut ticket_version = held.ticket.version;
    if held.ticket.state == TicketState::Asked {
        changes::make(&held, ticket_version, Move::Accept, "").await?;
        ticket_version += 1;
    } else {
        held.add(TicketEventKind::Accepted, held.now, "as a CatS incident").await?;
    }
    if is_for_want_of_an_incident(&held.ticket.cover) {
        cover(&held, ticket_version, &CoverDecision::Covered).await?;
    }
    held.finish("incident.accept", "", Seen::ByAll).await
}

fn is_for_want_of_an_incident(cover: &CoverDecision) -> bool {
    matches!(cover, CoverDecision::NotCovered { reason: NotCovered::IncidentNotAccepted, .. })
}

async fn decide(held: &Held<'_>, version: i64, state: IncidentState, reason: &str) -> Result<(), ApiError> {
    let decided = Decided { at: held.now, by: held.who.name.clone(), reason: reason.to_owned() };
    let done = incidents::decide(&held.tx, held.ticket.id, version, state, &decided).await.map_err(internal)?;
    if done == 0 { Err(changes::changed()) } else { Ok(()) }
}

async fn cover(held: &Held<'_>, version: i64, decision: &CoverDecision) -> Result<(), ApiError> {
    let (id, terms) = (held.ticket.id, held.ticket.terms.as_ref());
    let done = ticket_store::decide_cover(&held.tx, id, version, held.ticket.contract, decision, terms).await;
    if done.map_err(internal)? == 0 { Err(changes::changed()) } else { Ok(()) }
}

pub(super) async fn decline(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    version: i64,
    reason: &str,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let prices = found(&budget)?.incident.prices;
    let reason = tickets::input::reason(reason)?;
    budget.standing(held.now).map_or(Ok(()), |standing| standing.decline()).map_err(refused)?;
    decide(&held, version, IncidentState::Declined, &reason).await?;
    let version = held.ticket.version;
    not_taken_on(held, prices, version, reason).await
}

/// What was asked for and never ordered is declined by the ticket's own version.
pub(in crate::desk) async fn decline_unordered(held: Held<'_>, version: i64, reason: String) -> Result<(), ApiError> {
    if incidents::find(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?.is_some() {
        return Err(changes::changed());
    }
    let prices = prices_of(&held.tx, &held.ticket).await?.0;
    not_taken_on(held, prices, version, reason).await
}

/// No charge, no clock, and the customer is told why. `version` is the ticket's.
async fn not_taken_on(held: Held<'_>, prices: Prices, version: i64, reason: String) -> Result<(), ApiError> {
    let detail = format!("There is no charge. {reason}");
    let not_covered = CoverDecision::not_covered(NotCovered::IncidentDeclined, prices);
    cover(&held, version, &not_covered).await?;
    let seq = match held.ticket.kind {
        TicketKind::Incident => changes::make(&held, version + 1, Move::Decline, &detail).await?,
        _ => held.add(TicketEventKind::Declined, held.now, &detail).await?,
    };
    held.mail(&TicketNews::IncidentDeclined { reason: reason.clone() }, seq).await?;
    held.finish("incident.decline", reason, Seen::ByAll).await
}

pub(super) async fn approve(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    seen: u32,
    input: &ConsentInput,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::OrderIncidents).await?;
    found(&budget)?;
    let standing = budget.standing(held.now).ok_or(ApiError::NotFound)?;
    let unit = standing.approve(seen).map_err(refused)?;
    if held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("This ticket is closed. Open it again first.".to_owned()));
    }
    let typed = input::consent(input, who, &local(&held).await?, (held.ticket.opened_at, held.now))?;
    let detail = match typed.given_by == who.name {
        true => format!("approved unit {unit} {}", typed.how.label()),
        false => format!("recorded the approval of unit {unit}, given by {} {}", typed.given_by, typed.how.label()),
    };
    consent(&held.tx, who, held.ticket.id, (unit, typed), held.now).await?;
    held.add(TicketEventKind::UnitApproved, held.now, &detail).await?;
    held.finish("incident.approve", detail, Seen::ByAll).await
}

pub(super) async fn ask_approval(desk: &tickets::Desk, who: &Principal, number: i64) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let order = found(&budget)?;
    if order.incident.state != IncidentState::Accepted || held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("Only an accepted incident on an open ticket needs approval.".to_owned()));
    }
    if !budget.allowance.is_blocked(budget.worked_s(held.now)) {
        return Err(ApiError::Conflict("Approved time is left, so no approval is needed yet.".to_owned()));
    }
    let news = worktime::approval_needed(order);
    let detail = "asked the customer to approve a further unit";
    let seq = held.add(TicketEventKind::ApprovalNeeded, held.now, detail).await?;
    held.mail(&news, seq).await?;
    held.finish("incident.ask-approval", "", Seen::ByAll).await
}

/// The new incident is taken on with the prices of the old, and no unit of it is approved: nobody works on it and nothing
/// is charged before the customer consents.
pub(super) async fn split(desk: &tickets::Desk, who: &Principal, number: i64, subject: &str) -> Result<i64, ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let subject = Name::parse(subject).map_err(|error| ApiError::invalid("subject", error))?;
    let order = found(&budget)?;
    if order.incident.state != IncidentState::Accepted || held.ticket.state == TicketState::Closed {
        return Err(ApiError::Conflict("Only an accepted incident on an open ticket can be split.".to_owned()));
    }
    let id = TicketId(new_id(held.now)?);
    let other = open_other(&held, id, subject.as_str()).await?;
    let incident = StoredIncident {
        ticket: id,
        asked_at: held.now,
        asked_by: who.name.clone(),
        decided: Some(Decided { at: held.now, by: who.name.clone(), reason: String::new() }),
        split_from: Some(held.ticket.id),
        version: 1,
        ..order.incident.clone()
    };
    incidents::insert(&held.tx, &incident).await.map_err(internal)?;
    let (here, there) = (reference(held.ticket.number), reference(other));
    ticket_store::link(&held.tx, id, held.ticket.id, LinkKind::SplitFrom, held.now).await.map_err(internal)?;
    entry(&held, id, TicketEventKind::Opened, (Some(who.user), &format!("{} split this off {here}", who.name))).await?;
    let asks = "needs the customer's approval of the first unit; nothing is charged before";
    let seq = entry(&held, id, TicketEventKind::ApprovalNeeded, (Some(who.user), asks)).await?;
    held.add(TicketEventKind::Split, held.now, &format!("{there} is an incident of its own: {subject}")).await?;
    tell_other(&held, id, (incident.prices, seq)).await?;
    held.finish("incident.split", there, Seen::ByAll).await?;
    Ok(other)
}

async fn open_other(held: &Held<'_>, id: TicketId, subject: &str) -> Result<i64, ApiError> {
    let ticket = &held.ticket;
    let new = NewTicket {
        id,
        kind: TicketKind::Incident,
        customer: ticket.customer,
        site: ticket.site,
        host: ticket.host,
        service: ticket.service,
        fault: None,
        contract: ticket.contract,
        equipment: ticket.equipment,
        subject: subject.to_owned(),
        cover: ticket.cover.clone(),
        terms: ticket.terms.clone(),
        opened_at: held.now,
        created_at: held.now,
        origin: Origin::of(Channel::Staff, held.who.name.as_str()),
        state: TicketState::Open,
    };
    let number = ticket_store::insert(&held.tx, new).await.map_err(internal)?;
    number.ok_or_else(|| internal("a ticket without a fault was taken for one of a fault"))
}

async fn entry(
    held: &Held<'_>,
    ticket: TicketId,
    kind: TicketEventKind,
    (user, detail): (Option<UserId>, &str),
) -> Result<i64, ApiError> {
    let (at, by) = (held.now, held.who.name.as_str());
    let new = NewTicketEvent { ticket, at, entered_at: at, kind, user, by, detail };
    ticket_store::add_event(&held.tx, new).await.map_err(internal)
}

/// Asks for the first unit of the incident that was split off.
async fn tell_other(held: &Held<'_>, id: TicketId, (prices, seq): (Prices, i64)) -> Result<(), ApiError> {
    let other = ticket_store::find_by_id(&held.tx, held.who.scope(), id).await.map_err(internal)?;
    let other = other.ok_or(ApiError::NotFound)?;
    let total = domain::money::Total::of(prices.incident_pence, prices.vat);
    let news = TicketNews::ApprovalNeeded { units: 0, net_pence: total.net_pence, gross_pence: total.gross_pence };
    held.mail_of(&other, &news, seq).await
}
