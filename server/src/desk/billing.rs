//! What a month charges: units of CatS incidents that began in it, and parts and shipping that were added in it.
//!
//! Only booked work counts: what a stopwatch shows is charged once it is stopped. Work beyond consent is in no line.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use app::api::{
    billing::{BillingDesk, BillingPage, BillingRow},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::{Permission, Scope},
    billing::{BillingLine, Month, csv, sum},
    calendar::Zone,
    id::{CustomerId, TicketId},
    incident::{Account, Line, What},
    money::{Total, pounds},
    time::{Span, Timestamp},
};
use sea_orm::ConnectionTrait;

use super::{contracts::day, internal, tickets};
use crate::store::{
    customers,
    incidents::{self, Billed},
    worked,
};

/// Implements [`BillingDesk`] and [`BillingFiles`].
#[derive(Clone)]
pub struct Desk {
    pub tickets: tickets::Desk,
}

/// Files of months, for the address beside the page.
#[async_trait::async_trait]
pub trait BillingFiles: Send + Sync {
    /// The lines of a month such as `2026-11` as CSV.
    async fn csv(&self, who: &Principal, month: &str) -> Result<String, ApiError>;
}

#[async_trait::async_trait]
impl BillingFiles for Desk {
    async fn csv(&self, who: &Principal, month: &str) -> Result<String, ApiError> {
        who.require(Permission::SeeBilling)?;
        let month = Month::parse(month).ok_or(ApiError::NotFound)?;
        let zone = self.zone()?;
        Ok(csv(&lines(self.tickets.db.read(), month.span(&zone).ok_or(ApiError::NotFound)?, &zone).await?))
    }
}

#[async_trait::async_trait]
impl BillingDesk for Desk {
    async fn page(&self, who: &Principal, month: &str) -> Result<BillingPage, ApiError> {
        who.require(Permission::SeeBilling)?;
        let (zone, now) = (self.zone()?, self.tickets.clock.now());
        let month = match month.is_empty() {
            true => Month::of(now, &zone),
            false => Month::parse(month).ok_or(ApiError::NotFound)?,
        };
        let span = month.span(&zone).ok_or(ApiError::NotFound)?;
        let lines = lines(self.tickets.db.read(), span, &zone).await?;
        let (units, total) = sum(&lines);
        Ok(BillingPage {
            month: month.to_string(),
            words: month.words(),
            before: month.before().to_string(),
            after: month.after().to_string(),
            running: now < span.until,
            lines: lines.into_iter().map(row).collect(),
            units,
            net: pounds(total.net_pence),
            vat: pounds(total.vat_pence),
            gross: pounds(total.gross_pence),
            zone: zone.name().to_owned(),
        })
    }
}

impl Desk {
    fn zone(&self) -> Result<Zone, ApiError> {
        Zone::parse(&self.tickets.support.zone).map_err(internal)
    }
}

fn row(line: BillingLine) -> BillingRow {
    let Total { net_pence, vat_pence, gross_pence } = line.total;
    BillingRow {
        on: day(line.on),
        customer: line.customer,
        ticket: line.ticket,
        subject: line.subject,
        what: line.what,
        units: line.units,
        net: pounds(net_pence),
        vat: pounds(vat_pence),
        gross: pounds(gross_pence),
        price_list_version: line.price_list_version,
    }
}

/// The lines of a month by customer, ticket and instant: the same at every call while nothing is entered or corrected.
async fn lines(db: &impl ConnectionTrait, span: Span, zone: &Zone) -> Result<Vec<BillingLine>, ApiError> {
    let billed = incidents::active_in(db, span).await.map_err(internal)?;
    let of: Vec<TicketId> = billed.iter().map(|one| one.incident.ticket).collect();
    let work = worked::of_tickets(db, &of).await.map_err(internal)?;
    let units = incidents::units(db, &of).await.map_err(internal)?;
    let extras = incidents::extras_of(db, &of).await.map_err(internal)?;
    let customers = customers::list_with_sites(db, Scope::Everything).await.map_err(internal)?;
    let names: HashMap<CustomerId, String> =
        customers.into_iter().map(|one| (one.customer.id, one.customer.name)).collect();
    let mut lines: Vec<(Timestamp, BillingLine)> = Vec::new();
    for one in &billed {
        let ticket = one.incident.ticket;
        let prices = one.incident.prices;
        let account = Account {
            work: work.get(&ticket).map_or(&[][..], Vec::as_slice),
            units_approved: units.get(&ticket).copied().unwrap_or(0),
            unit_pence: prices.incident_pence,
            vat: prices.vat,
            extras: extras.get(&ticket).map_or(&[][..], Vec::as_slice),
        };
        let name = names.get(&one.customer).cloned().unwrap_or_default();
        let within = account.lines().into_iter().filter(|line| span.from <= line.at && line.at < span.until);
        lines.extend(within.map(|line| (line.at, billing_line(one, &name, line, zone))));
    }
    // Stable: lines of one instant stay in the order of the account.
    lines.sort_by(|(at, one), (other_at, other)| {
        (&one.customer, one.ticket, at).cmp(&(&other.customer, other.ticket, other_at))
    });
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}

fn billing_line(one: &Billed, customer: &str, line: Line, zone: &Zone) -> BillingLine {
    let (what, units) = match line.what {
        What::Unit(unit) => (format!("CatS unit {unit}"), 1),
        What::Extra { kind, what } => (incidents::words(kind, &what), 0),
    };
    BillingLine {
        on: zone.date_at(line.at),
        customer: customer.to_owned(),
        ticket: one.number,
        subject: one.subject.clone(),
        what,
        units,
        total: line.total,
        price_list_version: one.incident.price_list_version,
    }
}
