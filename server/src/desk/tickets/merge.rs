//! Two tickets that become one: what happens, seen before it is done.

use app::api::{care::MergePreview, error::ApiError, live::LiveChange, principal::Principal};
use domain::{
    access::{Permission, Scope},
    clock::ClockKind,
    ticket::{
        LinkKind, MergeRefusal, Merging, Move, OpenResponse, TicketEventKind, TicketState, parse_reference, reference,
    },
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{
    Desk,
    acts::{Held, Seen, is_open},
    care::typed,
    changes, internal,
    local::Local,
    require,
};
use crate::store::{
    clocks::{self, StoredClock},
    customers, events, incidents,
    tickets::{self, Change, NewTicketEvent, Ticket},
};

/// What decides about a merge, of one of the two.
async fn merging(
    db: &impl ConnectionTrait,
    ticket: &Ticket,
    clocks: &[StoredClock],
    now: Timestamp,
) -> Result<Merging, ApiError> {
    let life = tickets::life(db, ticket, clocks).await.map_err(internal)?;
    let response = clocks.iter().find(|clock| is_open(clock) && clock.clock.kind() == ClockKind::Response);
    Ok(Merging {
        id: ticket.id,
        customer: ticket.customer,
        state: ticket.state,
        response: response
            .map(|clock| OpenResponse { due_at: clock.kept.due_at, earliest_at: clock.clock.due_if_resumed(now) }),
        busy: life.visit_owed || life.hardware_out,
        ordered: ticket.state == TicketState::Asked || is_ordered(db, ticket).await?,
    })
}

async fn is_ordered(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<bool, ApiError> {
    let found = incidents::find(db, Scope::Customer(ticket.customer), ticket.id).await.map_err(internal)?;
    Ok(found.is_some())
}

async fn clocks_of(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<Vec<StoredClock>, ApiError> {
    clocks::of_ticket(db, Scope::Everything, ticket.id).await.map_err(internal)
}

async fn check(
    db: &impl ConnectionTrait,
    from: &Ticket,
    into: &Ticket,
    now: Timestamp,
) -> Result<Result<(), MergeRefusal>, ApiError> {
    let ending = merging(db, from, &clocks_of(db, from).await?, now).await?;
    let surviving = merging(db, into, &clocks_of(db, into).await?, now).await?;
    Ok(ending.check_into(surviving))
}

pub(super) async fn preview(desk: &Desk, who: &Principal, number: i64, into: &str) -> Result<MergePreview, ApiError> {
    let db = desk.db.read();
    let found = tickets::find(db, who.scope(), number).await.map_err(internal)?;
    let from = require(found, who, Permission::WorkTickets)?;
    let other = parse_reference(into).ok_or_else(|| ApiError::invalid("into", "must be a ticket such as T-2001"))?;
    let into = tickets::find(db, who.scope(), other).await.map_err(internal)?;
    let into = into.ok_or_else(|| ApiError::invalid("into", format!("there is no ticket {}", reference(other))))?;
    let customer = customers::find(db, who.scope(), from.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    let refusal = check(db, &from, &into, desk.clock.now()).await?.err().map(|refusal| refusal.to_string());
    let (here, there) = (reference(from.number), reference(into.number));
    let mut steps = vec![
        format!("{here} is closed as merged, and stays to be read. {there} goes on."),
        format!("What anybody writes to {here} from then on goes to {there}."),
    ];
    for clock in clocks_of(db, &from).await?.iter().filter(|clock| is_open(clock)) {
        let name = clock.clock.kind().label().to_lowercase();
        let due = clock.kept.due_at.map_or_else(String::new, |due| format!(", due {},", local.full(due)));
        steps.push(format!("The open {name} clock of {here}{due} is taken back: merged into {there}."));
    }
    for clock in clocks_of(db, &into).await?.iter().filter(|clock| is_open(clock)) {
        let name = clock.clock.kind().label().to_lowercase();
        let due = clock.kept.due_at.map_or_else(|| "paused".to_owned(), |due| format!("due {}", local.full(due)));
        steps.push(format!("The {name} clock of {there} runs on, {due}."));
    }
    Ok(MergePreview { number: into.number, subject: into.subject, steps, refusal })
}

/// Answers the number of the ticket that goes on.
pub(super) async fn merge(
    desk: &Desk,
    who: &Principal,
    number: i64,
    version: i64,
    into: &str,
) -> Result<i64, ApiError> {
    let held = take_both(desk, who, number, into).await?;
    let into = typed(&held, "into", into).await?;
    held.send_held().await?;
    if let Err(refusal) = check(&held.tx, &held.ticket, &into, held.now).await? {
        return Err(ApiError::Conflict(refusal.to_string()));
    }
    let (here, there) = (reference(held.ticket.number), reference(into.number));
    changes::make(&held, version, Move::MergeAway, &there).await?;
    held.change(version + 1, &[Change::MergedInto(into.id)]).await?;
    tickets::link(&held.tx, into.id, held.ticket.id, LinkKind::MergedFrom, held.now).await.map_err(internal)?;
    for user in tickets::watchers(&held.tx, held.ticket.id).await.map_err(internal)? {
        tickets::watch(&held.tx, into.id, user, held.now).await.map_err(internal)?;
    }
    let detail = format!("{here}, {}", held.ticket.subject);
    let entry = NewTicketEvent {
        ticket: into.id,
        at: held.now,
        entered_at: held.now,
        kind: TicketEventKind::TookOver,
        user: Some(who.user),
        by: &who.name,
        detail: &detail,
    };
    tickets::add_event(&held.tx, entry).await.map_err(internal)?;
    let change = LiveChange::Ticket { number: into.number, customer: into.customer };
    events::append(&held.tx, held.now, &[(into.customer, change)]).await.map_err(internal)?;
    let number = into.number;
    let engine = desk.engine.clone();
    held.finish("ticket.merge", format!("into {there}"), Seen::ByAll).await?;
    engine.wake_supervisors();
    Ok(number)
}

/// Holds both tickets, always the lower number first: two people who merge them both ways wait for each other.
async fn take_both<'a>(desk: &'a Desk, who: &'a Principal, number: i64, into: &str) -> Result<Held<'a>, ApiError> {
    let found = tickets::find(desk.db.read(), who.scope(), number).await.map_err(internal)?;
    require(found, who, Permission::WorkTickets)?;
    let other = parse_reference(into).filter(|other| *other < number);
    let first = other.unwrap_or(number);
    let mut held = Held::take(desk, who, first, Permission::WorkTickets).await.map_err(|error| match error {
        ApiError::NotFound => ApiError::invalid("into", format!("there is no ticket {}", reference(first))),
        error => error,
    })?;
    let second = if first == number { parse_reference(into) } else { Some(number) };
    let locked = match second {
        Some(second) => tickets::lock(&held.tx, who.scope(), second).await.map_err(internal)?,
        None => None,
    };
    if first != number {
        held.ticket = locked.ok_or(ApiError::NotFound)?;
    }
    Ok(held)
}
