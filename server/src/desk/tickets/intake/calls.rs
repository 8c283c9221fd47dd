//! Calls: who has this number, what is open there, and what a call does to a ticket.

use app::api::{
    error::ApiError,
    intake::{CallLogInput, CallPage, CallTicket, CallerRow},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    id::{ContactId, CustomerId},
    intake::CallKind,
    phone::PhoneNumber,
    probe::FieldError,
    text::{Name, Note},
    ticket::{Move, TicketEventKind, TicketState},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::super::{
    Desk,
    acts::{self, Held, Seen},
    changes,
    input::local_time,
    internal,
    local::Local,
    mails,
};
use crate::store::{
    callers::{self, Caller, Whose},
    cover::Levels,
    customers, faults,
    tickets::{self, NewTicketEvent},
};

pub(super) async fn page(
    desk: &Desk,
    who: &Principal,
    mut input: CallLogInput,
    check: bool,
) -> Result<CallPage, ApiError> {
    who.require(Permission::WorkTickets)?;
    let (db, now) = (desk.db.read(), desk.clock.now());
    let (wrong, conflict) = if check { refusals(desk, who, &input).await? } else { (Vec::new(), None) };
    let mut wrong = wrong;
    let number = match input.number.trim() {
        "" => None,
        text => match PhoneNumber::parse(text) {
            Ok(number) => Some(number),
            Err(error) => {
                wrong.push(FieldError::new("number", error));
                None
            }
        },
    };
    let found = match &number {
        Some(number) => callers::by_phone(db, number).await.map_err(internal)?,
        None => Vec::new(),
    };
    let chosen = input.customer.trim().parse::<CustomerId>().ok();
    let rows = rows(db, found, chosen, now).await?;
    let zone = match rows.first() {
        Some(row) => customers::find(db, Scope::Everything, row.customer).await.map_err(internal)?.map(|one| one.zone),
        None => None,
    };
    let local = Local::named(zone.as_deref().unwrap_or(&desk.support.zone));
    let now_local = local.field(now);
    if input.at.is_empty() {
        input.at.clone_from(&now_local);
    }
    if let ("", [row]) = (input.who.as_str(), rows.as_slice())
        && row.contact.is_some()
        && let Some(name) = row.people.first()
    {
        input.who.clone_from(name);
    }
    if input.call.is_empty() {
        CallKind::TheyCalled.as_str().clone_into(&mut input.call);
    }
    Ok(CallPage {
        now,
        wrong,
        conflict,
        shown: number.map(|number| number.shown()),
        callers: rows,
        customers: customers::names(db, Scope::Everything).await.map_err(internal)?,
        zone: local.name,
        now_local,
        input,
    })
}

async fn refusals(
    desk: &Desk,
    who: &Principal,
    input: &CallLogInput,
) -> Result<(Vec<FieldError>, Option<String>), ApiError> {
    let ticket = match input.ticket.trim().parse() {
        Ok(number) => tickets::find(desk.db.read(), who.scope(), number).await.map_err(internal)?,
        Err(_) => None,
    };
    let Some(ticket) = ticket else { return Ok((vec![FieldError::new("ticket", CHOOSE)], None)) };
    let customer = customers::find(desk.db.read(), Scope::Everything, ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    match parse(input, &local, ticket.opened_at, desk.clock.now()) {
        Err(ApiError::Invalid(wrong)) => Ok((wrong, None)),
        Err(error) => Err(error),
        Ok(_) if !ticket.state.is_open() => Ok((Vec::new(), Some(CLOSED.to_owned()))),
        Ok(_) => Ok((Vec::new(), None)),
    }
}

const CHOOSE: &str = "must be one of the open tickets; or open a new ticket instead";
const CLOSED: &str = "This ticket is closed. Open it again first, or open a new one.";

/// One row for each customer: of the number, then the one that was chosen.
async fn rows(
    db: &impl ConnectionTrait,
    found: Vec<Caller>,
    chosen: Option<CustomerId>,
    now: Timestamp,
) -> Result<Vec<CallerRow>, ApiError> {
    let mut ids: Vec<CustomerId> = Vec::new();
    for id in found.iter().map(|caller| caller.customer).chain(chosen) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let levels = Levels::of_customers(db, &ids).await.map_err(internal)?;
    let mut rows = Vec::new();
    for id in ids {
        let Some(customer) = customers::find(db, Scope::Everything, id).await.map_err(internal)? else { continue };
        let own: Vec<_> = found.iter().filter(|caller| caller.customer == id).collect();
        let open = tickets::open(db, Scope::Customer(id)).await.map_err(internal)?.into_iter();
        let tickets = open.map(|ticket| CallTicket {
            number: ticket.number,
            subject: ticket.subject,
            state: ticket.state.label().to_owned(),
        });
        rows.push(CallerRow {
            customer: id,
            name: customer.name,
            contact: one_contact(&own),
            people: own.iter().filter_map(|caller| said(&caller.who)).collect(),
            level: levels.of_customer(id, now),
            tickets: tickets.collect(),
            lit: lit(db, id).await?,
        });
    }
    Ok(rows)
}

fn said(who: &Whose) -> Option<String> {
    match who {
        Whose::Contact { name, .. } => Some(name.clone()),
        Whose::Site { name, .. } => Some(format!("the site {name}")),
        Whose::Customer => None,
    }
}

/// The number is one person's only where one person has it.
fn one_contact(own: &[&Caller]) -> Option<ContactId> {
    let mut contacts = own.iter().filter_map(|caller| match caller.who {
        Whose::Contact { id, .. } => Some(id),
        _ => None,
    });
    let first = contacts.next();
    first.filter(|_| contacts.next().is_none())
}

/// Open faults that nobody on our side has taken.
async fn lit(db: &impl ConnectionTrait, customer: CustomerId) -> Result<Vec<app::api::intake::KnownFault>, ApiError> {
    let found = faults::open(db, Scope::Customer(customer)).await.map_err(internal)?;
    let taken: Vec<_> = faults::rows(db, found).await.map_err(internal)?;
    let taken: Vec<_> = taken.into_iter().filter(|row| row.staff_ack.is_some()).map(|row| row.number).collect();
    let all = super::open_faults(db, customer, Side::Staff).await?;
    Ok(all.into_iter().map(|(_, fault)| fault).filter(|fault| !taken.contains(&fault.number)).collect())
}

/// A call that can be logged.
struct Call {
    who: String,
    kind: CallKind,
    at: Timestamp,
    text: String,
}

fn parse(input: &CallLogInput, local: &Local, opened_at: Timestamp, now: Timestamp) -> Result<Call, ApiError> {
    let mut wrong = Vec::new();
    let kind = CallKind::parse(&input.call);
    if kind.is_none() {
        let words = CallKind::ALL.map(CallKind::as_str).join(", ");
        wrong.push(FieldError::new("call", format!("must be one of {words}, not {:?}", input.call)));
    }
    let who = Name::parse(&input.who).map_err(|error| wrong.push(FieldError::new("who", error))).ok();
    let text = Note::parse(&input.text).map_err(|error| wrong.push(FieldError::new("text", error))).ok();
    let said = text.as_ref().is_some_and(|text| !text.is_empty());
    if !said && kind.is_some_and(|kind| kind.is_response() || kind.is_theirs()) && text.is_some() {
        wrong.push(FieldError::new("text", "must not be empty: write down what was said"));
    }
    let at = local_time(&input.at, local);
    match at {
        None => wrong.push(FieldError::new("at", "must be a date and time such as 2026-11-24T16:05")),
        Some(at) if now < at => {
            wrong.push(FieldError::new("at", format!("must not be in the future; it is {} now", local.full(now))));
        }
        // The field holds whole minutes.
        Some(at) if at.plus_seconds(60) <= opened_at => {
            let words = format!("must not be before the ticket was logged, {}", local.full(opened_at));
            wrong.push(FieldError::new("at", words));
        }
        Some(_) => {}
    }
    match (kind, who, at, text) {
        (Some(kind), Some(who), Some(at), Some(text)) if wrong.is_empty() => {
            Ok(Call { who: who.into(), kind, at: at.max(opened_at), text: text.into() })
        }
        _ => Err(ApiError::Invalid(wrong)),
    }
}

impl Call {
    /// What the timeline says of it.
    fn words(&self) -> String {
        let Self { who, text, .. } = self;
        let head = match self.kind {
            CallKind::TheyCalled => format!("{who} called."),
            CallKind::TheirVoicemail => "Voicemail.".to_owned(),
            CallKind::WeCalled => format!("Spoke with {who}."),
            CallKind::OurVoicemail => format!("Left a voicemail for {who}."),
            CallKind::NoAnswer => format!("{who} did not answer."),
        };
        if text.is_empty() { head } else { format!("{head} {text}") }
    }
}

/// Whether the same call stands in the timeline: a form that is sent twice logs it once.
async fn is_logged(held: &Held<'_>, call: &Call) -> Result<bool, ApiError> {
    let entries = tickets::events(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    let (kind, words) = (call.kind.entry(), call.words());
    Ok(entries.iter().any(|one| one.kind == kind && one.at == call.at && one.detail == words))
}

/// A person who spoke meets the response clock at the time of the call; a voicemail of ours is an attempt, and one of
/// theirs a message.
pub(super) async fn log(desk: &Desk, who: &Principal, input: &CallLogInput) -> Result<i64, ApiError> {
    who.require(Permission::WorkTickets)?;
    let number = input.ticket.trim().parse().map_err(|_| ApiError::invalid("ticket", CHOOSE))?;
    let held = Held::take(desk, who, number, Permission::WorkTickets).await?;
    if !held.ticket.state.is_open() {
        return Err(ApiError::Conflict(CLOSED.to_owned()));
    }
    let customer = customers::find(&held.tx, who.scope(), held.ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    let call = parse(input, &local, held.ticket.opened_at, held.now)?;
    if is_logged(&held, &call).await? {
        return Ok(number);
    }
    held.send_held().await?;
    if call.kind.is_theirs() && held.ticket.state == TicketState::WaitingCustomer {
        changes::make(&held, held.ticket.version, Move::GoOn, "").await?;
    }
    let words = call.words();
    match call.kind.entry() {
        TicketEventKind::Message => {
            let entry = NewTicketEvent {
                ticket: held.ticket.id,
                at: call.at,
                entered_at: held.now,
                kind: TicketEventKind::Message,
                user: None,
                by: &call.who,
                detail: &words,
            };
            let seq = tickets::add_event(&held.tx, entry).await.map_err(internal)?;
            let wrote = mails::Wrote { ticket: &held.ticket, by: &call.who, text: &words, seq, now: held.now };
            mails::staff(&held.tx, &desk.mail_domain, wrote).await.map_err(internal)?;
        }
        kind => {
            held.add(kind, call.at, &words).await?;
        }
    }
    if call.kind.is_response() {
        acts::meet(&held.tx, held.ticket.id, call.at, held.now).await.map_err(acts::refused)?;
    }
    let detail = format!("{} at {}", call.kind.as_str(), call.at);
    held.finish("ticket.call", detail, Seen::ByAll).await?;
    Ok(number)
}
