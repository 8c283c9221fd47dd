//! Hardware on one ticket, as its reader may see it.

use app::api::{
    error::ApiError,
    hardware::{TicketHardware, Undetermined},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    hardware::{RepairBasis, UnitState, Visit},
    time::span_words,
};

use super::{Desk, cards, internal, offer, visit_card, visits::remote_access_missing, zone_of};
use crate::{
    desk::dates,
    store::{
        clocks,
        hardware::{couriers, loans, rmas, units, visits},
        tickets, users,
    },
};

pub(super) async fn ticket(desk: &Desk, who: &Principal, number: i64) -> Result<TicketHardware, ApiError> {
    let (db, scope, now) = (desk.tickets.db.read(), who.scope(), desk.tickets.clock.now());
    let ticket = tickets::find(db, scope, number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let zone = zone_of(db, &ticket).await?;
    let open = ticket.state.is_open();
    let (work, staff) = (who.role.may(Permission::WorkTickets) && open, who.side() == Side::Staff);
    let visits = visits::of_ticket(db, scope, ticket.id).await.map_err(internal)?;
    let visit_open = visits.iter().any(|row| row.closed_at.is_none());
    let clocks = clocks::of_ticket(db, scope, ticket.id).await.map_err(internal)?;
    let offered = offer(&ticket);
    let look = cards::Look { zone: &zone, now, staff };
    let all_units = if staff { units(db).await.map_err(internal)? } else { Vec::new() };
    let mut found = Vec::new();
    for row in rmas::of_ticket(db, scope, ticket.id).await.map_err(internal)? {
        found.push((row.opened_at, cards::rma(row, &look)));
    }
    for row in couriers::of_ticket(db, scope, ticket.id).await.map_err(internal)? {
        found.push((row.opened_at, cards::courier(row, &look)));
    }
    for row in loans::of_ticket(db, scope, ticket.id).await.map_err(internal)? {
        let unit = match all_units.iter().find(|unit| unit.id == row.extra) {
            Some(unit) => Some(unit.clone()),
            None => crate::store::hardware::find_unit(db, row.extra).await.map_err(internal)?,
        };
        found.push((row.opened_at, cards::loan(row, unit.as_ref(), &look)));
    }
    found.sort_by_key(|(opened_at, _)| *opened_at);
    let refused = Visit::determine(
        offered.visit(),
        remote_access_missing(&clocks),
        visit_open,
        (String::new(), String::new()),
        now,
    );
    let undetermined = (offered.visit() && !visit_open && open && staff).then(|| Undetermined {
        since: format!(
            "Logged {}, {} ago",
            dates::moment(&zone, ticket.opened_at),
            span_words(now.seconds_since(ticket.opened_at))
        ),
        refused: refused.err().map(|refusal| refusal.to_string()),
    });
    let last = visits.into_iter().next_back();
    Ok(TicketHardware {
        number,
        now,
        work,
        supervise: work && who.role.may(Permission::SettleHardware),
        visit: last.map(|row| visit_card::card(row, &ticket, &clocks, &look)),
        undetermined,
        cards: found.into_iter().map(|(_, card)| card).collect(),
        courier_refused: offered.courier(visit_open).err().map(|refusal| refusal.to_string()),
        engineers: if work { engineers(desk).await? } else { Vec::new() },
        units: match work {
            true => all_units
                .into_iter()
                .filter(|unit| unit.state == UnitState::InStock)
                .map(|unit| (unit.id.to_string(), format!("{}: {}", unit.name, unit.model)))
                .collect(),
            false => Vec::new(),
        },
        repair_covered: offered.repair(false) == RepairBasis::Cover,
        zone: zone.name().to_owned(),
    })
}

/// Staff who may be booked, by name.
async fn engineers(desk: &Desk) -> Result<Vec<(String, String)>, ApiError> {
    let all = users::list(desk.tickets.db.read(), Scope::Everything).await.map_err(internal)?;
    let staff = all.into_iter().filter(|person| person.role.is_staff() && person.disabled_at.is_none());
    Ok(staff.map(|person| (person.id.to_string(), person.name)).collect())
}
