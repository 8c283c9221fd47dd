//! The stock of loan units, and what is out.

use app::api::{
    error::ApiError,
    hardware::{HardwarePage, OutRow, UnitInput, UnitRow},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    calendar::Zone,
    hardware::{Track, UnitState, rma_reference},
    id::{CustomerId, LoanUnitId, TicketId},
};
use std::collections::HashMap;

use super::{CHANGED, Desk, cards::capital, input, internal, saved};
use crate::{
    desk::{act, dates, is_unique_violation, new_id},
    store::{
        audit, customers,
        hardware::{
            LoanUnit, NewHardwareEvent, add_event, insert_unit, loans, lock_unit, rmas, ticket_numbers, units,
            update_unit,
        },
    },
};

pub(super) async fn list(desk: &Desk, who: &Principal, edit: &str) -> Result<HardwarePage, ApiError> {
    who.require(Permission::WorkTickets)?;
    let (db, now) = (desk.tickets.db.read(), desk.tickets.clock.now());
    let units = units(db).await.map_err(internal)?;
    let loans = loans::open(db, Scope::Everything).await.map_err(internal)?;
    let returns = rmas::open(db, Scope::Everything).await.map_err(internal)?;
    let ids: Vec<_> = loans.iter().map(|row| row.ticket).chain(returns.iter().map(|row| row.ticket)).collect();
    let numbers: HashMap<TicketId, i64> =
        ticket_numbers(db, Scope::Everything, &ids).await.map_err(internal)?.into_iter().collect();
    let names: HashMap<CustomerId, String> =
        customers::names(db, Scope::Everything).await.map_err(internal)?.into_iter().collect();
    let today = Zone::parse("Europe/London").unwrap_or_else(|_| Zone::utc()).date_at(now);
    let customer = |id| names.get(&id).cloned().unwrap_or_default();
    let ticket = |id| numbers.get(&id).copied().unwrap_or_default();
    let mut loans = loans;
    // Overdue first: no day sorts last.
    loans.sort_by_key(|row| (row.value.due_on.is_none(), row.value.due_on));
    let out = loans.into_iter().map(|row| {
        let unit = units.iter().find(|unit| unit.id == row.extra);
        OutRow {
            ticket: ticket(row.ticket),
            customer: customer(row.customer),
            title: unit.map(|unit| unit.name.clone()).unwrap_or_default(),
            thing: unit.map(|unit| unit.model.clone()).unwrap_or_default(),
            label: capital(row.value.state.label()),
            due: row.value.due_on.map(|day| format!("Due back {}", dates::day(day))).unwrap_or_default(),
            late: row.value.state.is_chased() && row.value.due_on.is_some_and(|day| day < today),
        }
    });
    let out: Vec<_> = out.collect();
    let returns = returns.into_iter().map(|row| OutRow {
        ticket: ticket(row.ticket),
        customer: customer(row.customer),
        title: rma_reference(row.extra),
        thing: row.value.item,
        label: capital(row.value.state.label()),
        due: String::new(),
        late: false,
    });
    let returns = returns.collect();
    let editing = units.iter().find(|unit| unit.id.to_string() == edit);
    let (editing, input) = (editing.map(|unit| unit.id.to_string()), editing.map(typed).unwrap_or_default());
    Ok(HardwarePage { now, units: units.into_iter().map(row).collect(), loans: out, returns, editing, input })
}

fn row(unit: LoanUnit) -> UnitRow {
    UnitRow {
        id: unit.id.to_string(),
        name: unit.name,
        model: unit.model,
        serial: unit.serial,
        facilities: unit.facilities,
        state: unit.state,
    }
}

fn typed(unit: &LoanUnit) -> UnitInput {
    UnitInput {
        name: unit.name.clone(),
        model: unit.model.clone(),
        serial: unit.serial.clone(),
        facilities: unit.facilities.clone(),
        state: unit.state.as_str().to_owned(),
        version: unit.version.to_string(),
    }
}

pub(super) async fn save(desk: &Desk, who: &Principal, id: &str, input: &UnitInput) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let now = desk.tickets.clock.now();
    let tx = desk.tickets.db.begin().await.map_err(internal)?;
    let old = match id.trim() {
        "" => None,
        id => {
            let id = LoanUnitId(input::id(id)?);
            Some(lock_unit(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?)
        }
    };
    let state = old.as_ref().map_or(UnitState::InStock, |unit| unit.state);
    let new = input::unit(input, state)?;
    if state == UnitState::OnLoan && new.state != state {
        return Err(ApiError::Conflict("This unit is on loan. Its loan decides where it goes.".to_owned()));
    }
    let taken = |error: sea_orm::DbErr| match is_unique_violation(&error) {
        true => ApiError::invalid("name", "is on another unit's label already"),
        false => internal(error),
    };
    let (id, kind) = match &old {
        None => {
            let id = LoanUnitId(new_id(now)?);
            insert_unit(&tx, id, &new, now).await.map_err(taken)?;
            (id, "added")
        }
        Some(unit) => {
            let version = input::version(&input.version);
            if version != unit.version {
                return Err(ApiError::Conflict(CHANGED.to_owned()));
            }
            saved(update_unit(&tx, unit.id, version, &new).await.map_err(taken)?)?;
            (unit.id, "edited")
        }
    };
    let detail = format!("{}, {}, serial {}: {}", new.name, new.model, new.serial, new.state.label());
    let event = NewHardwareEvent {
        subject: id.0,
        track: Track::Unit,
        ticket: None,
        at: now,
        kind,
        user: Some(who.user),
        by: &who.name,
        detail: &detail,
    };
    add_event(&tx, event).await.map_err(internal)?;
    let record =
        act(who, if old.is_some() { "hardware.unit.edit" } else { "hardware.unit.add" }, &new.name, detail.clone());
    audit::write(&tx, new_id(now)?, now, record).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}
