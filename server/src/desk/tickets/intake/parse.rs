//! What is typed into the form of a new ticket, as a ticket that can be opened. Everything wrong is named together.

use app::api::{error::ApiError, intake::NewTicketInput, principal::Principal};
use domain::{
    access::{Scope, Side},
    id::{CustomerId, SiteId, UserId},
    intake::{CallKind, Impact},
    phone::PhoneNumber,
    probe::FieldError,
    text::{Name, Note},
    ticket::{Channel, Priority, Queue, TicketKind},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::super::{input::local_time, internal, local::Local};
use crate::store::{
    contacts::{self, Contact},
    customers::{self, Customer},
    equipment::{self, Piece},
    hosts::{self, Host},
    users::{self, Person},
};

/// A customer with everything that a ticket can name.
pub(super) struct Known {
    pub(super) customer: Customer,
    pub(super) contacts: Vec<Contact>,
    pub(super) hosts: Vec<Host>,
    pub(super) pieces: Vec<Piece>,
}

impl Known {
    /// A customer's user knows their own; staff the one that they chose. None: none was chosen, or it does not exist.
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        who: &Principal,
        input: &NewTicketInput,
    ) -> Result<Option<Self>, ApiError> {
        let customer = match who.side() {
            Side::Customer => who.customer,
            Side::Staff => input.customer.trim().parse::<CustomerId>().ok(),
        };
        let Some(customer) = customer else { return Ok(None) };
        let scope = who.scope();
        let Some(customer) = customers::find(db, scope, customer).await.map_err(internal)? else { return Ok(None) };
        Ok(Some(Self {
            contacts: contacts::list_of(db, customer.id).await.map_err(internal)?,
            hosts: hosts::of_customer(db, scope, customer.id).await.map_err(internal)?,
            pieces: equipment::of_customer(db, scope, customer.id).await.map_err(internal)?,
            customer,
        }))
    }

    /// What a choice names; None: nothing of this customer's.
    pub(super) fn about(&self, system: &str) -> Option<About> {
        match system.trim().split_once(':') {
            None if system.trim().is_empty() => Some(About::default()),
            Some(("host", id)) => {
                let host = self.hosts.iter().find(|host| host.id.to_string() == id || host.name == id)?;
                Some(About { site: Some(host.site), host: Some(host.clone()), piece: None })
            }
            Some(("piece", id)) => {
                let piece = self.pieces.iter().find(|piece| piece.equipment.id.to_string() == id)?;
                let host = piece.host.and_then(|id| self.hosts.iter().find(|host| host.id == id)).cloned();
                Some(About { site: piece.site, host, piece: Some(piece.clone()) })
            }
            _ => None,
        }
    }
}

/// What a ticket is about.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) site: Option<SiteId>,
    pub(super) host: Option<Host>,
    pub(super) piece: Option<Piece>,
}

/// A ticket that can be opened.
pub(super) struct Draft {
    pub(super) about: About,
    pub(super) subject: Name,
    pub(super) text: String,
    pub(super) kind: TicketKind,
    pub(super) priority: Priority,
    pub(super) queue: Queue,
    pub(super) channel: Channel,
    /// Of what came by phone.
    pub(super) call: Option<CallKind>,
    pub(super) contact: Option<Contact>,
    pub(super) phone: Option<PhoneNumber>,
    pub(super) assignee: Option<(UserId, String)>,
    pub(super) opened_at: Timestamp,
    pub(super) key: Option<Uuid>,
}

#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn note<T, E: std::fmt::Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error))).ok()
    }

    /// One of a few words.
    fn word<T: Copy>(&mut self, field: &str, text: &str, allowed: &[T], word: fn(T) -> &'static str) -> Option<T> {
        let found = allowed.iter().copied().find(|one| word(*one) == text);
        if found.is_none() {
            let words = allowed.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", ");
            self.0.push(FieldError::new(field, format!("must be one of {words}, not {text:?}")));
        }
        found
    }
}

const STAFF_CHANNELS: [Channel; 3] = [Channel::Phone, Channel::Mail, Channel::Staff];

/// How it came, as staff enter it.
struct Arrival {
    channel: Channel,
    call: Option<CallKind>,
    at: Timestamp,
}

/// Reads a form. `people` are the staff who can have the ticket.
pub(super) fn draft(
    who: &Principal,
    known: &Known,
    people: &[Person],
    input: &NewTicketInput,
    now: Timestamp,
) -> Result<Draft, ApiError> {
    let mut wrong = Wrong::default();
    let about = wrong.note("system", known.about(&input.system).ok_or("must be one of the systems listed"));
    let subject = wrong.note("subject", Name::parse(&input.subject));
    let text = wrong.note("text", said(&input.text));
    let phone = match input.phone.trim() {
        "" => None,
        number => wrong.note("phone", PhoneNumber::parse(number)),
    };
    let key = match input.key.trim() {
        "" => None,
        key => wrong.note("key", key.parse::<Uuid>().map_err(|_| "must be the key that came with the form")),
    };
    let sorted = match who.side() {
        Side::Customer => {
            let impact = wrong.word("impact", &input.impact, &Impact::ALL, Impact::as_str);
            let arrival = Arrival { channel: Channel::Portal, call: None, at: now };
            impact.map(|impact| (impact.kind(), impact.priority(), Queue::Support, arrival))
        }
        Side::Staff => sorted(&mut wrong, known, input, now),
    };
    let (contact, assignee) = match who.side() {
        Side::Customer => (None, None),
        Side::Staff => (contact(&mut wrong, known, input), assignee(&mut wrong, who, people, input)),
    };
    match (about, subject, text, sorted) {
        (Some(about), Some(subject), Some(text), Some((kind, priority, queue, arrival))) if wrong.0.is_empty() => {
            let Arrival { channel, call, at } = arrival;
            let text = if who.side() == Side::Customer { with_access(text, &input.access) } else { text };
            Ok(Draft {
                about,
                subject,
                text,
                kind,
                priority,
                queue,
                channel,
                call,
                contact,
                phone,
                assignee,
                opened_at: at,
                key,
            })
        }
        _ => Err(ApiError::Invalid(wrong.0)),
    }
}

fn said(text: &str) -> Result<String, String> {
    match Note::parse(text) {
        Ok(note) if note.is_empty() => Err("must not be empty".to_owned()),
        Ok(note) => Ok(note.into()),
        Err(error) => Err(error.to_string()),
    }
}

/// What they said about getting in belongs to what they told us.
fn with_access(text: String, access: &str) -> String {
    match access {
        "yes" => format!("{text}\n\nRemote access: you may use what you have."),
        _ => format!("{text}\n\nRemote access: please ask us first."),
    }
}

fn sorted(
    wrong: &mut Wrong,
    known: &Known,
    input: &NewTicketInput,
    now: Timestamp,
) -> Option<(TicketKind, Priority, Queue, Arrival)> {
    let kind = wrong.word("kind", &input.kind, &TicketKind::CHOSEN, TicketKind::as_str);
    let priority = wrong.word("priority", &input.priority, Priority::ALL, Priority::as_str);
    let queue = wrong.word("queue", &input.queue, Queue::ALL, Queue::as_str);
    let channel = wrong.word("channel", &input.channel, &STAFF_CHANNELS, Channel::as_str);
    let call = match channel {
        // What they did not bring us was no call of theirs.
        Some(Channel::Phone) => {
            let theirs: Vec<_> =
                CallKind::ALL.into_iter().filter(|kind| kind.is_response() || kind.is_theirs()).collect();
            Some(wrong.word("call", &input.call, &theirs, CallKind::as_str))
        }
        _ => None,
    };
    let at = match (channel, input.at.trim()) {
        (Some(Channel::Staff), _) | (_, "") => Some(now),
        (_, at) => {
            let local = Local::named(&known.customer.zone);
            let at =
                local_time(at, &local).ok_or_else(|| "must be a date and time such as 2026-11-24T16:05".to_owned());
            let future = || format!("must not be in the future; it is {} now", local.full(now));
            wrong.note("at", at.and_then(|at| if now < at { Err(future()) } else { Ok(at) }))
        }
    };
    let call = match call {
        None => None,
        Some(call) => Some(call?),
    };
    Some((kind?, priority?, queue?, Arrival { channel: channel?, call, at: at? }))
}

fn contact(wrong: &mut Wrong, known: &Known, input: &NewTicketInput) -> Option<Contact> {
    let id = input.contact.trim();
    if id.is_empty() {
        return None;
    }
    let found = known.contacts.iter().find(|contact| contact.id.to_string() == id).cloned();
    wrong.note("contact", found.ok_or_else(|| format!("must be a contact of {}", known.customer.name)))
}

fn assignee(wrong: &mut Wrong, who: &Principal, people: &[Person], input: &NewTicketInput) -> Option<(UserId, String)> {
    match input.assignee.trim() {
        "" => None,
        "me" => Some((who.user, who.name.clone())),
        id => {
            let found = people.iter().find(|person| person.id.to_string() == id);
            let found = found.map(|person| (person.id, person.name.clone()));
            wrong.note("assignee", found.ok_or("must be one of our staff, me, or nobody"))
        }
    }
}

/// The staff who can have a ticket.
pub(super) async fn people(db: &impl ConnectionTrait, who: &Principal) -> Result<Vec<Person>, ApiError> {
    if who.side() == Side::Customer {
        return Ok(Vec::new());
    }
    let mut people = users::list(db, Scope::Everything).await.map_err(internal)?;
    people.retain(|person| person.customer.is_none() && person.disabled_at.is_none());
    Ok(people)
}
