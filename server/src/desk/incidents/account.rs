//! The account of an incident, as the rules for its charges want it.

use domain::{
    incident::{Account, Extra},
    time::Timestamp,
    worked::Work,
};

use crate::desk::worktime::budget::{Budget, Order};

/// Stretches of work until `now`, those of running stopwatches included.
pub(in crate::desk) fn work(budget: &Budget, now: Timestamp) -> Vec<Work> {
    let booked = budget.entries.iter().map(|entry| entry.work);
    let seconds = budget.reading(now).seconds;
    let running = budget.running.iter().zip(seconds);
    let running = running.map(|(watch, seconds)| Work { started_at: watch.started_at, seconds });
    booked.chain(running).collect()
}

pub(in crate::desk) fn of<'a>(order: &Order, work: &'a [Work], extras: &'a [Extra]) -> Account<'a> {
    let accepted = order.incident.state == domain::incident::IncidentState::Accepted;
    Account {
        work,
        units_approved: if accepted { order.units() } else { 0 },
        unit_pence: order.incident.prices.incident_pence,
        vat: order.incident.prices.vat,
        extras,
    }
}
