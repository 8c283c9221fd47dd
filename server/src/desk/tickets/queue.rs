//! Rows of tickets: a customer's own list, and what every list shows of a ticket.

use std::collections::{BTreeSet, HashMap, HashSet};

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{LastEvent, Show, Sorted, TicketList, TicketRow},
};
use domain::{
    access::{Scope, Side},
    id::{CustomerId, FaultId, HostId, TicketId, UserId},
    ticket::TicketEventKind,
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{Desk, face, internal};
use crate::store::{
    clocks::{self, StoredClock},
    cover::Levels,
    customers, events, hosts,
    tickets::{self, Ticket, TicketEvent},
    users,
};

/// Closed tickets on one page: the latest.
const CLOSED_MAX: u64 = 100;
/// Characters of what a customer wrote that a row shows.
const WORDS_CHARS_MAX: usize = 70;

pub(super) async fn list(desk: &Desk, who: &Principal, show: Show, system: &str) -> Result<TicketList, ApiError> {
    let (db, scope) = (desk.db.read(), who.scope());
    let seq = events::last(db).await.map_err(internal)?;
    let systems = systems(db, who).await.map_err(internal)?;
    // One that is not theirs narrows to nothing that they could not see: it is left out.
    let host = systems.iter().find(|(_, name, _)| !system.is_empty() && name == system);
    let (host, system) = (host.map(|(id, ..)| *id), host.map(|(_, name, _)| name.clone()).unwrap_or_default());
    let mut found = Vec::new();
    if show != Show::Closed {
        found.extend(tickets::own(db, scope, host, false, tickets::OPEN_MAX).await.map_err(internal)?);
    }
    if show != Show::Open {
        found.extend(tickets::own(db, scope, host, true, CLOSED_MAX).await.map_err(internal)?);
    }
    let names = customers::names(db, scope).await.map_err(internal)?;
    let around = Around::load(db, who, &found, &names, &[]).await.map_err(internal)?;
    let now = desk.clock.now();
    let rows = found.into_iter().map(|ticket| around.row(ticket, now)).collect();
    let open = tickets::open_count(db, scope).await.map_err(internal)?;
    let systems = systems.into_iter().map(|(_, name, system)| (name, system)).collect();
    Ok(TicketList { now, seq, show, rows, open, systems, system })
}

/// Id, technical and people's name of each of a customer's systems.
async fn systems(db: &impl ConnectionTrait, who: &Principal) -> Result<Vec<(HostId, String, String)>, DbErr> {
    let Some(customer) = who.scope().customer() else { return Ok(Vec::new()) };
    let hosts = hosts::of_customer(db, who.scope(), customer).await?;
    Ok(hosts.into_iter().map(|host| (host.id, host.name, host.system)).collect())
}

/// What is known about the tickets of a page: a fixed number of queries for any number of tickets.
pub(super) struct Around {
    side: Side,
    clocks: HashMap<TicketId, Vec<StoredClock>>,
    last: HashMap<TicketId, TicketEvent>,
    answered: HashSet<TicketId>,
    customers: HashMap<CustomerId, String>,
    staff: HashMap<UserId, String>,
    levels: Levels,
    faults: HashMap<FaultId, i64>,
    tags: HashMap<TicketId, Vec<String>>,
    systems: HashMap<HostId, String>,
}

impl Around {
    /// `names` are of customers, `staff` of those who can be assigned.
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        who: &Principal,
        found: &[Ticket],
        names: &[(CustomerId, String)],
        staff: &[(UserId, String)],
    ) -> Result<Self, DbErr> {
        let (scope, side) = (who.scope(), who.side());
        let ids: Vec<TicketId> = found.iter().map(|ticket| ticket.id).collect();
        let owners: Vec<_> = found.iter().map(|ticket| ticket.customer).collect::<BTreeSet<_>>().into_iter().collect();
        let machines: Vec<HostId> = match side {
            Side::Staff => Vec::new(),
            Side::Customer => found.iter().filter_map(|ticket| ticket.host).collect(),
        };
        let tags = match side {
            Side::Staff => tickets::tags_of(db, &ids).await?,
            Side::Customer => HashMap::new(),
        };
        let mut staff: HashMap<UserId, String> = staff.iter().cloned().collect();
        if side == Side::Staff {
            former(db, found, &mut staff).await?;
        }
        Ok(Self {
            side,
            levels: Levels::of_customers(db, &owners).await?,
            clocks: clocks::of_tickets(db, scope, &ids).await?,
            last: tickets::last_public(db, &ids).await?,
            answered: tickets::answered(db, &ids).await?,
            customers: names.iter().cloned().collect(),
            staff,
            faults: tickets::fault_numbers(db, found.iter().filter_map(|ticket| ticket.fault)).await?,
            tags,
            systems: hosts::find_many(db, scope, &machines)
                .await?
                .into_iter()
                .map(|one| (one.id, one.system))
                .collect(),
        })
    }

    pub(super) fn row(&self, ticket: Ticket, now: Timestamp) -> TicketRow {
        let customer = self.customers.get(&ticket.customer).cloned().unwrap_or_default();
        let cover = || self.levels.of_customer(ticket.customer, now);
        let leading = self.clocks.get(&ticket.id).and_then(|clocks| clocks::leading(clocks));
        let face = leading.map(|clock| face::face(clock, now));
        let group = face::group(face.as_ref(), self.answered.contains(&ticket.id), now);
        let system = ticket.host.and_then(|host| self.systems.get(&host).cloned()).unwrap_or_default();
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
            last: self.last.get(&ticket.id).map(last_event),
            system,
            sorted: (self.side == Side::Staff).then(|| self.sorted(&ticket)),
            subject: ticket.subject,
        }
    }

    fn sorted(&self, ticket: &Ticket) -> Sorted {
        let assignee = ticket.care.assignee;
        Sorted {
            version: ticket.version,
            kind: ticket.kind,
            priority: ticket.origin.priority,
            queue: ticket.origin.queue,
            assignee,
            assigned_to: assignee.and_then(|user| self.staff.get(&user).cloned()).unwrap_or_default(),
            tags: self.tags.get(&ticket.id).cloned().unwrap_or_default(),
            snoozed_until: ticket.care.snoozed_until,
        }
    }
}

/// Names of those who have tickets still and can sign in no more.
async fn former(db: &impl ConnectionTrait, found: &[Ticket], known: &mut HashMap<UserId, String>) -> Result<(), DbErr> {
    let missing: BTreeSet<UserId> =
        found.iter().filter_map(|ticket| ticket.care.assignee).filter(|user| !known.contains_key(user)).collect();
    for user in missing {
        if let Some(account) = users::find(db, Scope::Everything, user).await? {
            known.insert(user, account.name);
        }
    }
    Ok(())
}

fn last_event(event: &TicketEvent) -> LastEvent {
    let text = match event.kind {
        TicketEventKind::Message => beginning(&event.detail),
        _ => String::new(),
    };
    LastEvent { kind: event.kind, at: event.at, by: event.by.clone(), again: 1 < event.seq, text }
}

/// The first words of a text, in one line.
fn beginning(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match flat.char_indices().nth(WORDS_CHARS_MAX) {
        None => flat,
        Some((at, _)) => {
            let cut = flat.get(..at).unwrap_or_default();
            let whole = cut.rsplit_once(' ').map_or(cut, |(whole, _)| whole);
            format!("{whole}\u{2026}")
        }
    }
}
