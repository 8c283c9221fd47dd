//! The list: for staff by time to breach, for customers the latest first.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap, HashSet},
};

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{LastEvent, Show, TicketList, TicketRow},
};
use domain::{
    access::Side,
    id::{CustomerId, FaultId, TicketId},
    time::Timestamp,
};

use super::{Desk, face, internal};
use crate::store::{
    clocks::{self, StoredClock},
    cover::Levels,
    customers, events,
    tickets::{self, Ticket, TicketEvent},
};

/// Closed tickets on one page: the latest.
const CLOSED_MAX: u64 = 100;

pub(super) async fn list(desk: &Desk, who: &Principal, show: Show) -> Result<TicketList, ApiError> {
    let (db, scope, side) = (desk.db.read(), who.scope(), who.side());
    let seq = events::last(db).await.map_err(internal)?;
    let found = match show {
        Show::Open => tickets::open(db, scope).await,
        Show::Closed => tickets::closed(db, scope, CLOSED_MAX).await,
    };
    let found = found.map_err(internal)?;
    let ids: Vec<TicketId> = found.iter().map(|ticket| ticket.id).collect();
    let owners: Vec<_> = found.iter().map(|ticket| ticket.customer).collect::<BTreeSet<_>>().into_iter().collect();
    let around = Around {
        levels: Levels::of_customers(db, &owners).await.map_err(internal)?,
        clocks: clocks::of_tickets(db, scope, &ids).await.map_err(internal)?,
        last: tickets::last_public(db, &ids).await.map_err(internal)?,
        answered: tickets::answered(db, &ids).await.map_err(internal)?,
        customers: customers::list_with_sites(db, scope)
            .await
            .map_err(internal)?
            .into_iter()
            .map(|one| (one.customer.id, one.customer.name))
            .collect(),
        faults: tickets::fault_numbers(db, found.iter().filter_map(|ticket| ticket.fault)).await.map_err(internal)?,
    };
    let now = desk.clock.now();
    let mut rows: Vec<TicketRow> = found.into_iter().map(|ticket| around.row(ticket, now)).collect();
    match (side, show) {
        (_, Show::Closed) => {}
        (Side::Staff, Show::Open) => {
            rows.sort_by_key(|row| face::sort_key(row.face.as_ref(), row.group, row.opened_at))
        }
        (Side::Customer, Show::Open) => rows.sort_by_key(|row| Reverse(row.number)),
    }
    let open = tickets::open_count(db, scope).await.map_err(internal)?;
    Ok(TicketList { now, seq, show, rows, open })
}

/// What is known about the tickets of a page.
struct Around {
    clocks: HashMap<TicketId, Vec<StoredClock>>,
    last: HashMap<TicketId, TicketEvent>,
    answered: HashSet<TicketId>,
    customers: HashMap<CustomerId, String>,
    levels: Levels,
    faults: HashMap<FaultId, i64>,
}

impl Around {
    fn row(&self, ticket: Ticket, now: Timestamp) -> TicketRow {
        let customer = self.customers.get(&ticket.customer).cloned().unwrap_or_default();
        let cover = || self.levels.of_customer(ticket.customer, now);
        let leading = self.clocks.get(&ticket.id).and_then(|clocks| face::leading(clocks));
        let face = leading.map(|clock| face::face(clock, now));
        let group = face::group(face.as_ref(), self.answered.contains(&ticket.id), now);
        let last = self.last.get(&ticket.id);
        TicketRow {
            number: ticket.number,
            customer,
            level: ticket.terms.as_ref().map_or_else(cover, |terms| terms.level.level),
            covered: ticket.cover.is_covered(),
            state: ticket.state,
            group,
            face,
            opened_at: ticket.opened_at,
            closed_at: ticket.closed_at,
            fault: ticket.fault.and_then(|fault| self.faults.get(&fault).copied()),
            last: last.map(|event| LastEvent { kind: event.kind, at: event.at, by: event.by.clone() }),
            subject: ticket.subject,
        }
    }
}
