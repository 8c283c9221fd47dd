//! How a return, a loan or a courier begins.

use app::api::{
    error::ApiError,
    hardware::{CourierInput, ReturnInput},
    principal::Principal,
};
use domain::{
    hardware::{Courier, CourierPlan, CourierState, Loan, Rma, SameDay, Track, UnitState, plan, rma_reference},
    id::LoanUnitId,
    level::WORKING_HOURS,
    notice::HardwareNews,
    ticket::TicketEventKind,
};

use super::{Desk, input, internal, offer, record, refused};
use crate::{
    desk::{new_id, tickets::acts::Seen},
    store::{
        calendars,
        hardware::{
            couriers, loans, lock_unit,
            mails::{Cause, tell_contacts},
            rmas, set_unit_state, visits,
        },
    },
};

pub(super) async fn open_return(
    desk: &Desk,
    who: &Principal,
    number: i64,
    input: &ReturnInput,
) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let item = input::item(&input.item)?;
    let basis = offer(&held.ticket).repair(input.warranty == "yes");
    let rma = Rma::open(item.clone(), basis);
    let id = new_id(held.now)?;
    let ids = (id, held.ticket.id, held.ticket.customer);
    let rma = rmas::insert(&held.tx, ids, &rma, held.now).await.map_err(internal)?;
    let words = format!("{}: {item} comes back to us, {}", rma_reference(rma), basis.label());
    let step = record(&held, (Track::Rma, id), "opened", (TicketEventKind::Hardware, &words)).await?;
    let address = desk.settings.return_address.clone();
    let news = HardwareNews::ReturnOpened { rma, item, address };
    let cause = Cause { ticket: &held.ticket, news, step, now: held.now, mail_domain: &desk.tickets.mail_domain };
    tell_contacts(&held.tx, &cause).await.map_err(internal)?;
    held.finish("hardware.return.open", words, Seen::ByAll).await
}

pub(super) async fn lend(desk: &Desk, who: &Principal, number: i64, unit: &str) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let unit = LoanUnitId(input::id(unit).map_err(|_| ApiError::invalid("unit", "must be a unit in stock"))?);
    let unit = lock_unit(&held.tx, unit).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if unit.state != UnitState::InStock {
        return Err(ApiError::Conflict(format!(
            "{} is not in stock any more ({}). Choose another unit.",
            unit.name,
            unit.state.label().to_lowercase()
        )));
    }
    set_unit_state(&held.tx, unit.id, UnitState::OnLoan).await.map_err(internal)?;
    let id = new_id(held.now)?;
    let ids = (id, held.ticket.id, held.ticket.customer);
    loans::insert(&held.tx, ids, &Loan::reserve(), unit.id, held.now).await.map_err(internal)?;
    let words = format!("Loan unit {}, {}, is reserved", unit.name, unit.model);
    record(&held, (Track::Loan, id), "reserved", (TicketEventKind::Hardware, &words)).await?;
    held.finish("hardware.loan.reserve", words, Seen::ByAll).await
}

/// For equipment that is diagnosed faulty now.
pub(super) async fn send_courier(
    desk: &Desk,
    who: &Principal,
    number: i64,
    input: &CourierInput,
) -> Result<(), ApiError> {
    let held = desk.hold(who, number).await?;
    let parcel = input::courier(input)?;
    let visit_open = visits::any_open(&held.tx, held.ticket.id).await.map_err(internal)?;
    offer(&held.ticket).courier(visit_open).map_err(refused)?;
    let in_force = calendars::in_force(&held.tx).await.map_err(internal)?;
    let hours =
        in_force.calendars.get(WORKING_HOURS).ok_or_else(|| internal("there is no calendar of working hours"))?;
    let same_day = match parcel.same_day {
        Some((courier, approved_by, fee)) => Some(SameDay::check(&courier, &approved_by, fee).map_err(refused)?),
        None => None,
    };
    let today = hours.zone().date_at(held.now);
    let days = match &same_day {
        Some(_) => CourierPlan { dispatch_on: today, expected_on: today },
        None => plan(held.now, desk.settings.courier_before_min, hours)
            .ok_or_else(|| ApiError::Conflict("The calendar has no working day in the next year.".to_owned()))?,
    };
    let courier = Courier {
        state: CourierState::Planned,
        goods: parcel.goods,
        diagnosed_at: held.now,
        dispatch_on: days.dispatch_on,
        expected_on: days.expected_on,
        same_day,
        tracking: String::new(),
        delivered_at: None,
    };
    let id = new_id(held.now)?;
    let ids = (id, held.ticket.id, held.ticket.customer);
    couriers::insert(&held.tx, ids, &courier, held.now).await.map_err(internal)?;
    let day = |day: jiff::civil::Date| day.strftime("%a %-d %b").to_string();
    let words = match &courier.same_day {
        Some(_) => format!("Diagnosed faulty. {} comes today by courier, for the one-off fee", courier.goods),
        None => format!(
            "Diagnosed faulty. {} goes out on {} by courier; we aim to have it with you by {}",
            courier.goods,
            day(courier.dispatch_on),
            day(courier.expected_on)
        ),
    };
    record(&held, (Track::Courier, id), "planned", (TicketEventKind::Hardware, &words)).await?;
    held.finish("hardware.courier.plan", words, Seen::ByAll).await
}
