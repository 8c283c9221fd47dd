//! A ticket's work as its reader may see it. Staff see time and money, customers the incident.

use app::api::{
    error::ApiError,
    principal::Principal,
    worktime::{ChargeRow, EntryRow, IncidentCard, IncidentMay, Running, TaskCard, TimeCard, WorkCard},
};
use domain::{
    access::{Permission, Scope, Side},
    contract::Prices,
    incident::{IncidentCharge, IncidentState, What},
    money::{Total, pounds},
    ticket::TicketState,
    time::Timestamp,
    worked::TASK_INCLUDED_S,
};

use super::budget::{Budget, Order};
use crate::{
    desk::{
        incidents::{account, may_order, prices_of},
        internal,
        tickets::{
            self,
            local::{Local, exact},
        },
    },
    store::{
        customers,
        incidents::{self, Consent},
        tickets::{self as ticket_store, Ticket},
        worked::{self, Correction, Entry},
    },
};

pub(super) async fn card(desk: &tickets::Desk, who: &Principal, number: i64) -> Result<WorkCard, ApiError> {
    let (db, scope) = (desk.db.read(), who.scope());
    let ticket = ticket_store::find(db, scope, number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let customer = customers::find(db, scope, ticket.customer).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let (local, now) = (Local::named(&customer.zone), desk.clock.now());
    let budget = Budget::load(db, &ticket).await?;
    let time = match who.side() {
        Side::Staff => Some(time(desk, who, &ticket, &budget, (&local, now)).await?),
        Side::Customer => None,
    };
    let order = match may_order(&ticket, &budget) && who.role.may(Permission::OrderIncidents) {
        true => Some(unit_words(prices_of(db, &ticket).await?.0)),
        false => None,
    };
    let incident = incident(who, &ticket, &budget, (&local, now));
    Ok(WorkCard { now, number, time, incident, order })
}

/// "£70.00 + VAT (£84.00 in all) for up to 2 hours".
fn unit_words(prices: Prices) -> String {
    let Total { net_pence, gross_pence, .. } = Total::of(prices.incident_pence, prices.vat);
    format!("{} + VAT ({} in all) for up to 2 hours", pounds(net_pence), pounds(gross_pence))
}

async fn time(
    desk: &tickets::Desk,
    who: &Principal,
    ticket: &Ticket,
    budget: &Budget,
    (local, now): (&Local, Timestamp),
) -> Result<TimeCard, ApiError> {
    let db = desk.db.read();
    let corrections = worked::corrections(db, ticket.id).await.map_err(internal)?;
    let mine = worked::running(db, who.user).await.map_err(internal)?;
    let elsewhere = match mine.filter(|watch| watch.ticket != ticket.id) {
        None => None,
        Some(watch) => ticket_store::find_by_id(db, Scope::Everything, watch.ticket).await.map_err(internal)?,
    };
    let refused = budget.book(1, now).err().map(|refusal| refusal.to_string());
    let running = budget.running.iter().map(|watch| Running {
        by: watch.by.clone(),
        started_at: watch.started_at,
        mine: watch.user == who.user,
    });
    let everybody = who.role.may(Permission::CorrectEverybodysTime);
    let rows = budget.entries.iter().map(|entry| {
        let of = corrections.iter().filter(|correction| correction.entry == entry.id);
        row(entry, entry.user == who.user || everybody, of, local)
    });
    Ok(TimeCard {
        booked_s: budget.booked_s(),
        left_s: budget.left_s(),
        running: running.collect(),
        may_start: refused.is_none() && elsewhere.is_none() && ticket.state != TicketState::Closed,
        elsewhere: elsewhere.map(|other| other.number),
        refused,
        task: task(budget, local, now),
        entries: rows.collect(),
        zone: local.name.clone(),
        now_local: local.field(now),
    })
}

fn task(budget: &Budget, local: &Local, now: Timestamp) -> Option<TaskCard> {
    let told = budget.told.as_ref();
    let words = told.map(|told| format!("{}, {}, {}: {}", told.by, told.how.label(), local.full(told.at), told.note));
    budget.is_task().then(|| TaskCard {
        outside_cover: budget.allowance.is_outside_cover(budget.worked_s(now)),
        blocked: told.is_none() && TASK_INCLUDED_S <= budget.worked_s(now),
        told: words.unwrap_or_default(),
    })
}

fn row<'a>(
    entry: &Entry,
    may_correct: bool,
    corrections: impl Iterator<Item = &'a Correction>,
    local: &Local,
) -> EntryRow {
    let length = |seconds: u32| exact(i64::from(seconds));
    let was = |one: &Correction| {
        let (from, at) = (local.full(one.before.started_at), local.full(one.at));
        format!("Was {} from {from}: {}. {}, {at}: {}", length(one.before.seconds), one.what, one.by, one.reason)
    };
    EntryRow {
        id: entry.id,
        version: entry.version,
        by: entry.by.clone(),
        when: local.period(entry.work.started_at, entry.work.ends_at()),
        length: length(entry.work.seconds),
        what: entry.what.clone(),
        stopwatch: entry.stopwatch,
        may_correct,
        at_local: local.field(entry.work.started_at),
        minutes: entry.work.seconds.div_ceil(60).to_string(),
        corrections: corrections.map(was).collect(),
    }
}

fn incident(
    who: &Principal,
    ticket: &Ticket,
    budget: &Budget,
    (local, now): (&Local, Timestamp),
) -> Option<IncidentCard> {
    let (order, charge) = (budget.order.as_ref()?, budget.charge(now)?);
    let IncidentCharge { total, left_s, blocked, .. } = charge;
    let state = order.incident.state;
    let accepted = state == IncidentState::Accepted;
    Some(IncidentCard {
        state,
        version: order.incident.version,
        units: order.units(),
        left_s: if accepted { left_s } else { 0 },
        worked: exact(i64::try_from(budget.worked_s(now)).unwrap_or(i64::MAX)),
        blocked: accepted && blocked && ticket.state != TicketState::Closed,
        charges: charges(who, budget, order, now),
        net: pounds(total.net_pence),
        vat: pounds(total.vat_pence),
        gross: pounds(total.gross_pence),
        unit: unit_words(order.incident.prices),
        consents: order.consents.iter().map(|consent| consent_words(consent, local)).collect(),
        decided: decided(order, local),
        may: may(who, ticket, budget, state),
        now_local: local.field(now),
        zone: local.name.clone(),
    })
}

fn decided(order: &Order, local: &Local) -> String {
    let Some(decided) = &order.incident.decided else { return String::new() };
    let word = if order.incident.state == IncidentState::Declined { "Declined" } else { "Accepted" };
    let reason = if decided.reason.is_empty() { String::new() } else { format!(": {}", decided.reason) };
    format!("{word} by {}, {}{reason}", decided.by, local.full(decided.at))
}

fn consent_words(consent: &Consent, local: &Local) -> String {
    let (unit, by, how) = (consent.unit, &consent.given_by, consent.how.label());
    format!("Unit {unit}: {by}, {how}, {}", local.full(consent.at))
}

/// Units that have begun, then parts and shipping, also those that a warranty pays.
fn charges(who: &Principal, budget: &Budget, order: &Order, now: Timestamp) -> Vec<ChargeRow> {
    let extras = incidents::counting(&order.extras);
    let work = account::work(budget, now);
    let lines = account::of(order, &work, &extras).lines();
    let units = lines.into_iter().filter_map(|line| match line.what {
        What::Unit(unit) => {
            Some(ChargeRow { what: format!("Unit {unit}"), net: pounds(line.total.net_pence), extra: None })
        }
        What::Extra { .. } => None,
    });
    let works = who.role.may(Permission::WorkTickets);
    let extras = order.extras.iter().filter(|one| one.withdrawn.is_none()).map(|one| ChargeRow {
        what: incidents::words(one.extra.kind, &one.extra.what),
        net: match one.extra.under_warranty {
            true => format!("{}, under warranty", pounds(0)),
            false => pounds(one.extra.net_pence),
        },
        extra: works.then_some(one.id),
    });
    units.chain(extras).collect()
}

fn may(who: &Principal, ticket: &Ticket, budget: &Budget, state: IncidentState) -> IncidentMay {
    let works = who.role.may(Permission::WorkTickets);
    let orders = who.role.may(Permission::OrderIncidents) && who.side() == Side::Customer;
    let open = ticket.state != TicketState::Closed;
    let accepted = state == IncidentState::Accepted;
    let has_units = budget.order.as_ref().is_some_and(|order| 0 < order.units());
    IncidentMay {
        decide: works && open && state == IncidentState::Asked,
        approve: orders && open && accepted,
        record: works && open && accepted,
        ask: works && open && accepted,
        extras: works && accepted && has_units,
        split: works && open && accepted,
    }
}
