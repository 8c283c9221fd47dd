//! The next step of a return, a loan or a courier: the machine decides, its effects are carried out.

use app::api::{error::ApiError, hardware::StepInput, principal::Principal};
use domain::{
    access::{Permission, Scope},
    hardware::{
        CourierEvent, Finding, LoanEffect, LoanEvent, RepairBasis, RmaEffect, RmaEvent, Track, due_back_on,
        rma_reference,
    },
    money::Total,
    notice::HardwareNews,
    ticket::TicketEventKind,
    time::Timestamp,
};
use jiff::civil::Date;

use super::{Desk, input, internal, record, refused, saved, zone_of};
use crate::{
    desk::{
        incidents,
        tickets::acts::{Held, Seen},
    },
    store::hardware::{
        couriers, find_unit, loans,
        mails::{Cause, tell_contacts},
        rmas, set_chase, set_unit_state,
    },
};

pub(super) async fn step(desk: &Desk, who: &Principal, number: i64, input: &StepInput) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let words = match Track::parse(&input.track) {
        Some(Track::Rma) => rma(desk, &held, input).await?,
        Some(Track::Loan) => loan(desk, &held, input).await?,
        Some(Track::Courier) => courier(desk, &held, input).await?,
        Some(Track::Visit | Track::Unit) | None => {
            return Err(ApiError::invalid("track", "must be rma, loan or courier"));
        }
    };
    let action = format!("hardware.{}.{}", input.track, input.step);
    let seen = if input.step == "found" { Seen::ByStaff } else { Seen::ByAll };
    held.finish(&action, words, seen).await
}

fn unknown_step() -> ApiError {
    ApiError::invalid("step", "must be a step of this track")
}

/// A finding is for staff until the customer is told of it.
fn entry(step: &str) -> TicketEventKind {
    if step == "found" { TicketEventKind::Note } else { TicketEventKind::Hardware }
}

async fn rma(desk: &Desk, held: &Held<'_>, input: &StepInput) -> Result<String, ApiError> {
    let id = input::id(&input.id)?;
    let row = rmas::find(&held.tx, held.ticket.id, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let event = match input.step.as_str() {
        "received" => RmaEvent::Received,
        "diagnosing" => RmaEvent::DiagnosisBegun,
        "found" => RmaEvent::Found(input::finding(input, &held.who.name, held.now)?),
        "told" => RmaEvent::CustomerTold,
        "repair" => RmaEvent::RepairBegun,
        "quote" => RmaEvent::Quoted(input::price(input)?),
        "approved" => RmaEvent::Approved,
        "declined" => RmaEvent::Declined,
        "repaired" => RmaEvent::Repaired,
        "returned" => RmaEvent::Returned,
        "delivered" => RmaEvent::Delivered,
        "closed" => RmaEvent::Closed,
        _ => return Err(unknown_step()),
    };
    let loans = loans::of_ticket(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    let out = loans.iter().filter(|loan| loan.value.state.is_out()).count();
    let (next, effects) = row.value.on(&event, out, held.now).map_err(refused)?;
    if matches!(event, RmaEvent::Quoted(_)) && row.value.basis != RepairBasis::Chargeable {
        held.who.require(Permission::SettleHardware)?;
    }
    let ended = effects.contains(&RmaEffect::Ended).then_some(held.now);
    saved(rmas::save(&held.tx, id, input::version(&input.version), &next, ended).await.map_err(internal)?)?;
    let said = match (&event, &next.finding) {
        (RmaEvent::CustomerTold, Some(finding)) => RmaEvent::Found(finding.clone()).words(&next.item),
        _ => event.words(&next.item),
    };
    let words = format!("{}: {said}", rma_reference(row.extra));
    let seq = record(held, (Track::Rma, id), event.as_str(), (entry(event.as_str()), &words)).await?;
    if let RmaEvent::Quoted(net_pence) = event {
        let (prices, _) = incidents::prices_of(&held.tx, &held.ticket).await?;
        let gross_pence = Total::of(net_pence, prices.vat).gross_pence;
        let news = HardwareNews::RepairQuoted { rma: row.extra, item: next.item.clone(), net_pence, gross_pence };
        tell(desk, held, news, seq).await?;
    }
    for effect in effects {
        match effect {
            RmaEffect::TellFinding => tell_finding(desk, held, &next.item, next.finding.as_ref(), seq).await?,
            RmaEffect::LoansDueBack { from } => loans_due_back(desk, held, &loans, from).await?,
            RmaEffect::Ended => {}
        }
    }
    Ok(words)
}

async fn tell_finding(
    desk: &Desk,
    held: &Held<'_>,
    item: &str,
    finding: Option<&Finding>,
    step: i64,
) -> Result<(), ApiError> {
    let Some(finding) = finding else { return Ok(()) };
    let news = HardwareNews::DamageFound {
        item: item.to_owned(),
        kind: finding.kind.as_str().to_owned(),
        text: finding.text.clone(),
    };
    tell(desk, held, news, step).await
}

async fn tell(desk: &Desk, held: &Held<'_>, news: HardwareNews, step: i64) -> Result<(), ApiError> {
    let cause = Cause { ticket: &held.ticket, news, step, now: held.now, mail_domain: &desk.tickets.mail_domain };
    tell_contacts(&held.tx, &cause).await.map(drop).map_err(internal)
}

/// The day by which a unit should be back, counted from `from`.
async fn due_on(desk: &Desk, held: &Held<'_>, from: Timestamp) -> Result<Date, ApiError> {
    let zone = zone_of(&held.tx, &held.ticket).await?;
    let days = i32::try_from(desk.settings.loan_days).unwrap_or(i32::MAX);
    due_back_on(from, days, &zone).ok_or_else(|| internal("a loan would be due after the year 9999"))
}

/// The customer has the repaired unit: what was lent in its place comes back.
async fn loans_due_back(desk: &Desk, held: &Held<'_>, loans: &[loans::Row], from: Timestamp) -> Result<(), ApiError> {
    let day = due_on(desk, held, from).await?;
    for loan in loans.iter().filter(|loan| loan.value.state.is_chased()) {
        let event = LoanEvent::DueBack(day);
        move_loan(desk, held, loan, loan.version, &event).await?;
    }
    Ok(())
}

async fn loan(desk: &Desk, held: &Held<'_>, input: &StepInput) -> Result<String, ApiError> {
    let id = input::id(&input.id)?;
    let row = loans::find(&held.tx, held.ticket.id, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let event = match input.step.as_str() {
        "facilities" => LoanEvent::FacilitiesChecked,
        "dispatched" => LoanEvent::Dispatched,
        "arrived" => LoanEvent::Arrived,
        "return_asked" => LoanEvent::ReturnAsked(due_on(desk, held, held.now).await?),
        "sent_back" => LoanEvent::SentBack,
        "inspected" => LoanEvent::Inspected,
        "found" => LoanEvent::Found(input::finding(input, &held.who.name, held.now)?),
        "told" => LoanEvent::CustomerTold,
        "released" => LoanEvent::Released,
        "back_in_stock" => LoanEvent::BackInStock,
        "to_repair" => LoanEvent::ToRepair,
        "charged" => {
            held.who.require(Permission::SettleHardware)?;
            LoanEvent::Charged(input::price(input)?)
        }
        _ => return Err(unknown_step()),
    };
    move_loan(desk, held, &row, input::version(&input.version), &event).await
}

async fn move_loan(
    desk: &Desk,
    held: &Held<'_>,
    row: &loans::Row,
    version: i64,
    event: &LoanEvent,
) -> Result<String, ApiError> {
    let unit = find_unit(&held.tx, row.extra).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let (next, effects) = row.value.on(event, held.now).map_err(refused)?;
    let ended = (!next.state.is_open()).then_some(held.now);
    saved(loans::save(&held.tx, row.id, version, &next, ended).await.map_err(internal)?)?;
    let words = match (event, &next.finding) {
        (LoanEvent::CustomerTold, Some(finding)) => LoanEvent::Found(finding.clone()).words(&unit.name),
        // The day that holds, which may have been set before.
        (LoanEvent::ReturnAsked(_), _) => LoanEvent::ReturnAsked(next.due_on.unwrap_or_default()).words(&unit.name),
        _ => event.words(&unit.name),
    };
    let seq = record(held, (Track::Loan, row.id), event.as_str(), (entry(event.as_str()), &words)).await?;
    if let LoanEvent::ReturnAsked(day) = event {
        let (unit, address) = (unit.name.clone(), desk.settings.return_address.clone());
        let due_on = next.due_on.unwrap_or(*day);
        tell(desk, held, HardwareNews::LoanReturnAsked { unit, due_on, address }, seq).await?;
    }
    for effect in effects {
        match effect {
            LoanEffect::TellFinding => {
                let item = format!("loan unit {}", unit.name);
                tell_finding(desk, held, &item, next.finding.as_ref(), seq).await?;
            }
            LoanEffect::Due(day) => {
                let zone = zone_of(&held.tx, &held.ticket).await?;
                set_chase(&held.tx, row.id, day, zone.name(), held.now).await.map_err(internal)?;
            }
            LoanEffect::Ended(state) => set_unit_state(&held.tx, unit.id, state).await.map_err(internal)?,
        }
    }
    Ok(words)
}

async fn courier(desk: &Desk, held: &Held<'_>, input: &StepInput) -> Result<String, ApiError> {
    let id = input::id(&input.id)?;
    let row = couriers::find(&held.tx, held.ticket.id, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let event = match input.step.as_str() {
        "dispatched" => CourierEvent::Dispatched(input::tracking(input)?),
        "delivered" => CourierEvent::Delivered,
        "cancelled" => CourierEvent::Cancelled,
        _ => return Err(unknown_step()),
    };
    let next = row.value.on(&event, held.now).map_err(refused)?;
    let ended = (!next.state.is_open()).then_some(held.now);
    saved(couriers::save(&held.tx, id, input::version(&input.version), &next, ended).await.map_err(internal)?)?;
    let words = event.words(&next);
    let seq = record(held, (Track::Courier, id), event.as_str(), (TicketEventKind::Hardware, &words)).await?;
    if let CourierEvent::Dispatched(tracking) = event {
        let news = HardwareNews::CourierDispatched { goods: next.goods, expected_on: next.expected_on, tracking };
        tell(desk, held, news, seq).await?;
    }
    Ok(words)
}
