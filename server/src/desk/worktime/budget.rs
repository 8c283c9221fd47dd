//! How much work a ticket allows, and how much was done.

use app::api::error::ApiError;
use domain::{
    access::Scope,
    contract::{CoverDecision, NotCovered},
    cover::CoverLevel,
    incident::{Incident, IncidentCharge, Standing},
    ticket::TicketKind,
    time::Timestamp,
    worked::{self as rules, Allowance, Reading, WorkRefusal},
};
use sea_orm::ConnectionTrait;

use crate::{
    desk::internal,
    store::{
        incidents::{self, Consent, StoredExtra, StoredIncident},
        tickets::Ticket,
        worked::{self, Entry, Stopwatch, Told},
    },
};

/// Everything about a ticket's work and money.
pub(in crate::desk) struct Budget {
    pub(in crate::desk) allowance: Allowance,
    /// By their beginning.
    pub(in crate::desk) entries: Vec<Entry>,
    /// By their beginning.
    pub(in crate::desk) running: Vec<Stopwatch>,
    pub(in crate::desk) told: Option<Told>,
    pub(in crate::desk) order: Option<Order>,
}

/// A CatS incident with what hangs on it.
pub(in crate::desk) struct Order {
    pub(in crate::desk) incident: StoredIncident,
    pub(in crate::desk) consents: Vec<Consent>,
    pub(in crate::desk) extras: Vec<StoredExtra>,
}

impl Order {
    pub(in crate::desk) fn units(&self) -> u32 {
        u32::try_from(self.consents.len()).unwrap_or(u32::MAX)
    }
}

impl Budget {
    /// The caller has found the ticket within its scope.
    pub(in crate::desk) async fn load(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<Self, ApiError> {
        let id = ticket.id;
        let order = match incidents::find(db, Scope::Everything, id).await.map_err(internal)? {
            None => None,
            Some(incident) => Some(Order {
                incident,
                consents: incidents::consents(db, id).await.map_err(internal)?,
                extras: incidents::extras(db, id).await.map_err(internal)?,
            }),
        };
        let told = worked::told(db, id).await.map_err(internal)?;
        Ok(Self {
            allowance: allowance(ticket, order.as_ref(), told.is_some()),
            entries: worked::of_ticket(db, Scope::Everything, id).await.map_err(internal)?,
            running: worked::running_on(db, id).await.map_err(internal)?,
            told,
            order,
        })
    }

    /// Whole seconds of all entries.
    pub(in crate::desk) fn booked_s(&self) -> u64 {
        self.entries.iter().map(|entry| u64::from(entry.work.seconds)).sum()
    }

    /// Seconds beside the entries until work must stop; None: nothing stops it.
    pub(in crate::desk) fn left_s(&self) -> Option<u64> {
        self.allowance.left_s(self.booked_s())
    }

    /// What the stopwatches show at `now`.
    pub(in crate::desk) fn reading(&self, now: Timestamp) -> Reading {
        let started: Vec<_> = self.running.iter().map(|one| one.started_at).collect();
        rules::read(&started, self.left_s(), now)
    }

    /// Work done by `now`, that of running stopwatches included.
    pub(in crate::desk) fn worked_s(&self, now: Timestamp) -> u64 {
        self.booked_s() + self.reading(now).seconds.into_iter().map(u64::from).sum::<u64>()
    }

    /// Why not so many seconds more may be booked at `now`.
    pub(in crate::desk) fn book(&self, seconds: u32, now: Timestamp) -> Result<(), WorkRefusal> {
        self.allowance.book(self.worked_s(now), seconds)
    }

    pub(in crate::desk) fn is_task(&self) -> bool {
        matches!(self.allowance, Allowance::Task { .. })
    }

    /// How the incident stands, if there is one.
    pub(in crate::desk) fn standing(&self, now: Timestamp) -> Option<Standing> {
        let order = self.order.as_ref()?;
        Some(Standing { state: order.incident.state, units: order.units(), worked_s: self.worked_s(now) })
    }

    /// What the incident charges at `now`, if there is one. What is not accepted charges nothing.
    pub(in crate::desk) fn charge(&self, now: Timestamp) -> Option<IncidentCharge> {
        let order = self.order.as_ref()?;
        let prices = order.incident.prices;
        let units_approved = match order.incident.state {
            domain::incident::IncidentState::Accepted => order.units(),
            _ => 0,
        };
        let extras_pence = incidents::charged_pence(&order.extras);
        let incident = Incident { worked_s: self.worked_s(now), units_approved, extras_pence };
        Some(incident.charge(prices.incident_pence, prices.vat))
    }
}

fn allowance(ticket: &Ticket, order: Option<&Order>, told: bool) -> Allowance {
    if let Some(order) = order {
        return Allowance::Incident { state: order.incident.state, units: order.units() };
    }
    let needs_order = matches!(
        ticket.cover,
        CoverDecision::NotCovered { reason: NotCovered::IncidentNotAccepted | NotCovered::IncidentDeclined, .. }
    );
    match ticket.kind {
        TicketKind::Incident => Allowance::NotOrdered,
        _ if needs_order => Allowance::NotOrdered,
        TicketKind::Change if includes_tasks(ticket) => Allowance::Task { told },
        _ => Allowance::Open,
    }
}

/// Whether the ticket's terms include minor reconfiguration.
fn includes_tasks(ticket: &Ticket) -> bool {
    let level = ticket.terms.as_ref().map(|terms| terms.level.level);
    ticket.cover.is_covered() && matches!(level, Some(CoverLevel::Cat1 | CoverLevel::Cat2 | CoverLevel::Cat4))
}
