//! One ticket, as its reader may see it.

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{ClockCard, FaceState, LinkedFault, May, TicketEventRow, TicketFile, TicketPage, Waiting},
};
use domain::{
    access::{Permission, Side},
    clock::{ClockKind, PauseReason},
    observation::Status,
    ticket::{Outcome, TicketEventKind, TicketState},
    time::Timestamp,
};

use super::{
    Desk, changes, explain, internal,
    local::Local,
    rate,
    stands::{self, Loaded},
};
use crate::store::{
    attachments::{self, FileRow},
    clocks::{self, StoredClock},
    contacts,
    cover::Levels,
    customers, events, faults, hosts,
    tickets::{self, Ticket, TicketEvent},
};

pub(super) async fn page(desk: &Desk, who: &Principal, number: i64) -> Result<TicketPage, ApiError> {
    let (db, scope, side) = (desk.db.read(), who.scope(), who.side());
    let seq = events::last(db).await.map_err(internal)?;
    let ticket = tickets::find(db, scope, number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let customer = customers::find(db, scope, ticket.customer).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let now = desk.clock.now();
    let local = Local::named(&customer.zone);
    let stored = clocks::of_ticket(db, scope, ticket.id).await.map_err(internal)?;
    let entries = tickets::events(db, scope, ticket.id).await.map_err(internal)?;
    let files = attachments::of_ticket(db, scope, ticket.id).await.map_err(internal)?;
    let host = match ticket.host {
        Some(host) => hosts::find_by_id(db, scope, host).await.map_err(internal)?,
        None => None,
    };
    let mailed = match side {
        Side::Staff => contacts::list_of(db, ticket.customer).await.map_err(internal)?,
        Side::Customer => Vec::new(),
    };
    let loaded = Loaded { ticket: &ticket, clocks: &stored, entries: &entries, local: &local, now };
    let care = stands::care(desk, who, loaded).await?;
    let waiting = waiting(&stored, &entries);
    let clocks: Vec<_> = stored.iter().map(|clock| explain::card(clock, &local, side, now)).collect();
    let (next, next_at) = next(&ticket, &clocks, waiting.as_ref(), side, now);
    let level = match &ticket.terms {
        Some(terms) => terms.level.level,
        None => Levels::of_customers(db, &[ticket.customer]).await.map_err(internal)?.of_customer(ticket.customer, now),
    };
    let site = host.as_ref().map(|host| host.site_name.clone()).unwrap_or_default();
    Ok(TicketPage {
        now,
        seq,
        number,
        state: ticket.state,
        customer: customer.name,
        site,
        system: host.as_ref().map(|host| host.system.clone()).unwrap_or_default(),
        host: host.map(|host| host.name).filter(|_| side == Side::Staff).unwrap_or_default(),
        level,
        opened_at: ticket.opened_at,
        closed_at: ticket.closed_at,
        version: ticket.version,
        next,
        next_at,
        may: may(who, &ticket, waiting.is_some(), care.rating.is_some()),
        care,
        waiting,
        clocks,
        events: entries.into_iter().map(event_row).collect(),
        files: files.into_iter().map(file_row).collect(),
        fault: linked(desk, &ticket, side).await?,
        mailed: mailed.into_iter().map(|contact| contact.name).collect(),
        now_local: local.field(now),
        zone: local.name,
        support_phone: desk.support.phone_for(level).to_owned(),
        open: tickets::open_count(db, scope).await.map_err(internal)?,
        subject: ticket.subject,
        cover: ticket.cover,
    })
}

pub(super) fn event_row(event: TicketEvent) -> TicketEventRow {
    TicketEventRow { seq: event.seq, at: event.at, kind: event.kind, by: event.by, text: event.detail }
}

fn file_row(file: FileRow) -> TicketFile {
    let FileRow { key, event_seq, name, kind, size, .. } = file;
    TicketFile { seq: event_seq, key, name, picture: kind.is_picture(), bytes: size }
}

/// The open pause that began first, in the words of whoever asked.
fn waiting(clocks: &[StoredClock], entries: &[TicketEvent]) -> Option<Waiting> {
    let open = clocks.iter().filter(|clock| clock.kept.closed_at.is_none());
    let pauses = open.flat_map(|clock| clock.clock.pauses()).filter(|pause| pause.end.is_none());
    let pause = pauses.min_by_key(|pause| pause.from)?;
    let asked = entries.iter().rfind(|entry| entry.kind == TicketEventKind::Paused && entry.at == pause.from);
    Some(Waiting {
        reason: pause.reason,
        since: pause.from,
        by: asked.map(|entry| entry.by.clone()).unwrap_or_default(),
        evidence: pause.asked_evidence.clone(),
    })
}

fn may(who: &Principal, ticket: &Ticket, waiting: bool, rated: bool) -> May {
    let open = ticket.state.is_open();
    let staff = who.side() == Side::Staff;
    let writes = who.role.may(Permission::WriteToTickets);
    let work = who.role.may(Permission::WorkTickets);
    May {
        write: writes,
        work,
        excuse: who.role.may(Permission::ExcuseClocks),
        agree: work && open && changes::is_pre_existing(&ticket.cover),
        give_access: !staff && writes && waiting,
        close: !staff && writes && open && ticket.state != TicketState::Asked,
        rate: !staff && writes && !rated && rate::is_asked(ticket),
    }
}

/// The fault that opened the ticket. Faults of our own are not shown to customers.
async fn linked(desk: &Desk, ticket: &Ticket, side: Side) -> Result<Option<LinkedFault>, ApiError> {
    let Some(id) = ticket.fault else { return Ok(None) };
    let fault = faults::find_by_id(desk.db.read(), id).await.map_err(internal)?;
    let fault = fault.filter(|fault| side == Side::Staff || fault.status.0 != Status::Unknown);
    Ok(fault.map(|fault| LinkedFault {
        number: fault.number,
        headline: fault.headline,
        status: fault.status.0,
        started_at: fault.started_at.into(),
        cleared_at: fault.cleared_at.map(Timestamp::from),
    }))
}

/// What happens next, and when it is due.
fn next(
    ticket: &Ticket,
    clocks: &[ClockCard],
    waiting: Option<&Waiting>,
    side: Side,
    now: Timestamp,
) -> (String, Option<Timestamp>) {
    let due = clocks.iter().filter_map(|card| match card.face.state {
        FaceState::Running { due_at, .. } => Some((due_at, card.face.kind)),
        _ => None,
    });
    let due = due.min_by_key(|(due_at, _)| *due_at);
    match (ticket.state, waiting, due) {
        (TicketState::Closed, _, _) => (closed_words(ticket.care.outcome, side).to_owned(), None),
        (TicketState::Asked, _, _) => (asked_words(side).to_owned(), None),
        (_, Some(waiting), _) => (waiting_words(waiting.reason, side), None),
        (_, None, Some((due_at, kind))) => (due_words(kind, due_at < now, side).to_owned(), Some(due_at)),
        (TicketState::WaitingCustomer, _, _) => (customer_words(side).to_owned(), None),
        (TicketState::WaitingMaker, _, _) => (MAKER.to_owned(), None),
        (_, None, None) if !ticket.cover.is_covered() => (uncovered_words(side).to_owned(), None),
        (_, None, None) => (answered_words(side).to_owned(), None),
    }
}

/// What we wait for from a manufacturer, for whom no time is promised.
const MAKER: &str = "It is with the manufacturer, who names no time. We ask and tell you what we hear.";

fn asked_words(side: Side) -> &'static str {
    match side {
        Side::Staff => "Accept or decline this incident. No clock runs, and nothing is charged before.",
        Side::Customer => "We tell you whether we take this on. Nothing is charged before.",
    }
}

fn customer_words(side: Side) -> &'static str {
    match side {
        Side::Staff => "The customer answers. Nothing is due from us.",
        Side::Customer => "Please answer below, or say that it is fixed.",
    }
}

fn closed_words(outcome: Option<Outcome>, side: Side) -> &'static str {
    match (outcome, side) {
        (Some(Outcome::Merged), _) => "This went on in another ticket, where everything more happens.",
        (Some(Outcome::Declined), Side::Customer) => "We did not take this on. Write to us here about anything else.",
        (_, Side::Staff) => "Nothing more is due.",
        (_, Side::Customer) => "Nothing more is due. If it comes back, write to us here within 30 days.",
    }
}

fn waiting_words(reason: PauseReason, side: Side) -> String {
    match side {
        Side::Staff => format!("We are {}. The clock runs again when that is over.", reason.label()),
        Side::Customer => format!("We are {}. Tell us when it is there, and we carry on.", reason.label()),
    }
}

fn due_words(kind: ClockKind, over: bool, side: Side) -> &'static str {
    match (kind, over, side) {
        (ClockKind::Response, false, Side::Staff) => {
            "Reply to the customer, or log the call: either meets the response target."
        }
        (ClockKind::Response, true, Side::Staff) => "The response is over its target. Reply, or call and log it, now.",
        (ClockKind::Response, false, Side::Customer) => "We aim to respond by the time below.",
        (ClockKind::Response, true, Side::Customer) => {
            "We are later than we aimed to be. Somebody answers as soon as they can."
        }
        (ClockKind::NextReply, ..) => {
            "The customer waits for the next reply. This goal is our own; nothing was promised."
        }
        (ClockKind::Arrival, _, Side::Staff) => "An engineer arrives on site and checks in.",
        (ClockKind::Arrival, _, Side::Customer) => "We aim to be on site by the time below.",
    }
}

fn uncovered_words(side: Side) -> &'static str {
    match side {
        Side::Staff => "No clock runs. Nobody starts work before the customer has chosen what they want instead.",
        Side::Customer => "Please choose what we should do; it stands under Cover.",
    }
}

fn answered_words(side: Side) -> &'static str {
    match side {
        Side::Staff => "Answered; nothing is due. Close it when the fault has recovered and the customer agrees.",
        Side::Customer => "We have answered. Write to us here if anything has changed.",
    }
}
