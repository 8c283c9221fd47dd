//! What was two matters in one ticket: some of the customer's messages go into a ticket of their own.

use app::api::{care::SplitInput, error::ApiError, live::LiveChange, principal::Principal};
use domain::{
    access::{Permission, Scope},
    cover::CoverLevel,
    id::{ClockId, CustomerId, TicketId},
    probe::FieldError,
    text::{Name, Note},
    ticket::{LinkKind, TicketEventKind, TicketKind, reference},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{
    Desk,
    acts::{Held, Seen},
    internal,
};
use crate::{
    desk::new_id,
    store::{
        cover::{Levels, Promises},
        events,
        tickets::{self, NewTicketEvent, Opening, Ticket, TicketEvent},
    },
};

struct Splitting {
    subject: Name,
    kind: TicketKind,
    messages: Vec<TicketEvent>,
    consent: Note,
}

/// Whether a new ticket of the customer is an incident that is charged.
pub(super) async fn is_charged(db: &impl ConnectionTrait, ticket: &Ticket, now: Timestamp) -> Result<bool, ApiError> {
    let level = level(db, ticket.customer, now).await?;
    Ok(ticket.kind == TicketKind::Incident || level == CoverLevel::CatS)
}

async fn level(db: &impl ConnectionTrait, customer: CustomerId, now: Timestamp) -> Result<CoverLevel, ApiError> {
    Ok(Levels::of_customers(db, &[customer]).await.map_err(internal)?.of_customer(customer, now))
}

/// `entries` are all of the ticket.
fn parse(input: &SplitInput, entries: Vec<TicketEvent>, charged: bool) -> Result<Splitting, ApiError> {
    let mut wrong = Vec::new();
    let subject = Name::parse(&input.subject).map_err(|error| wrong.push(FieldError::new("subject", error))).ok();
    let kind = TicketKind::parse(&input.kind).filter(|kind| TicketKind::CHOSEN.contains(kind));
    if kind.is_none() {
        let words: Vec<_> = TicketKind::CHOSEN.into_iter().map(TicketKind::as_str).collect();
        wrong.push(FieldError::new("kind", format!("must be one of {}", words.join(", "))));
    }
    let chosen: Vec<i64> = input.messages.iter().filter_map(|number| number.trim().parse().ok()).collect();
    let is_chosen = |entry: &TicketEvent| entry.kind == TicketEventKind::Message && chosen.contains(&entry.seq);
    let messages: Vec<_> = entries.into_iter().filter(is_chosen).collect();
    if messages.is_empty() || messages.len() != input.messages.len() {
        wrong.push(FieldError::new("messages", "must be one or more of the customer's messages on this ticket"));
    }
    let consent = Note::parse(&input.consent).map_err(|error| wrong.push(FieldError::new("consent", error))).ok();
    if charged && consent.as_ref().is_some_and(Note::is_empty) {
        let why = "a further incident is charged: write down who at the customer agreed to that, and when";
        wrong.push(FieldError::new("consent", why));
    }
    match (subject, kind, consent) {
        (Some(subject), Some(kind), Some(consent)) if wrong.is_empty() => {
            Ok(Splitting { subject, kind, messages, consent })
        }
        _ => Err(ApiError::Invalid(wrong)),
    }
}

/// Answers the number of the new ticket.
pub(super) async fn split(desk: &Desk, who: &Principal, number: i64, input: &SplitInput) -> Result<i64, ApiError> {
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    if !held.ticket.state.is_open() {
        return Err(ApiError::Conflict("This ticket is closed. Open it again first.".to_owned()));
    }
    let charged = is_charged(&held.tx, &held.ticket, held.now).await?;
    let entries = tickets::events(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    let answered = entries.iter().filter(|one| one.kind.is_response()).map(|one| one.at).max();
    let Splitting { subject, kind, messages, consent } = parse(input, entries, charged)?;
    let id = TicketId(new_id(held.now)?);
    open(&held, id, &subject, kind, &messages, answered).await?;
    tickets::link(&held.tx, id, held.ticket.id, LinkKind::SplitFrom, held.now).await.map_err(internal)?;
    let new = tickets::find_by_id(&held.tx, Scope::Everything, id).await.map_err(internal)?;
    let new = new.ok_or(ApiError::NotFound)?;
    let there = reference(new.number);
    if !consent.is_empty() {
        let words = format!("Agreed to a further charge for {there}: {consent}");
        held.add(TicketEventKind::Note, held.now, &words).await?;
    }
    let words = format!("{there}, {subject}, is a ticket of its own now");
    held.add(TicketEventKind::Split, held.now, &words).await?;
    let change = LiveChange::Ticket { number: new.number, customer: new.customer };
    events::append(&held.tx, held.now, &[(new.customer, change)]).await.map_err(internal)?;
    let detail = if consent.is_empty() { there } else { format!("{there}, agreed: {consent}") };
    held.finish("ticket.split", detail, Seen::ByAll).await?;
    desk.engine.wake_supervisors();
    Ok(new.number)
}

/// Logs the new ticket with the messages. It counts from the first of them, unless a person has answered since: then
/// nobody has waited for us, and it counts from now.
async fn open(
    held: &Held<'_>,
    id: TicketId,
    subject: &Name,
    kind: TicketKind,
    messages: &[TicketEvent],
    answered: Option<Timestamp>,
) -> Result<(), ApiError> {
    let Some((first, rest)) = messages.split_first() else { return Ok(()) };
    let waits = answered.is_none_or(|answered| answered < first.at);
    let promises = Promises::load(&held.tx).await.map_err(internal)?;
    let old = &held.ticket;
    let mut origin = old.origin.clone();
    origin.raised_by.clone_from(&first.by);
    let opening = Opening {
        id,
        clock: ClockId(new_id(held.now)?),
        kind,
        customer: old.customer,
        site: old.site,
        host: old.host,
        subject: subject.as_str(),
        text: &first.detail,
        origin,
        user: first.user,
        opened_at: if waits { first.at } else { held.now },
        now: held.now,
    };
    tickets::log(&held.tx, &promises, opening).await.map_err(internal)?;
    for message in rest {
        let entry = NewTicketEvent {
            ticket: id,
            at: message.at,
            entered_at: held.now,
            kind: TicketEventKind::Message,
            user: message.user,
            by: &message.by,
            detail: &message.detail,
        };
        tickets::add_event(&held.tx, entry).await.map_err(internal)?;
    }
    Ok(())
}
