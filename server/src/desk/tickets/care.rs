//! Who has a ticket, how it is sorted and tagged, who watches it, and when it is looked at again.

use app::api::{care::SortInput, error::ApiError, principal::Principal};
use domain::{
    access::{Permission, Scope},
    id::UserId,
    notice::TicketNews,
    probe::FieldError,
    text::Name,
    ticket::{
        LinkKind, Move, Priority, Queue, TicketEventKind, TicketKind, TicketState, parse_reference, parse_tags,
        reference,
    },
};
use uuid::Uuid;

use super::{
    Desk,
    acts::{Held, Seen},
    changes::{self, changed},
    input, internal,
    local::Local,
};
use crate::{
    desk::{incidents, training},
    store::{
        customers,
        tickets::{self, Change, Ticket},
        users,
    },
};

/// Put aside for longer, and it would be forgotten.
const SNOOZE_DAYS_MAX: i64 = 90;

impl Held<'_> {
    /// Changes the row of a ticket that is still at `version`.
    pub(super) async fn change(&self, version: i64, changes: &[Change<'_>]) -> Result<(), ApiError> {
        match tickets::change(&self.tx, self.ticket.id, version, changes).await.map_err(internal)? {
            0 => Err(changed()),
            _ => Ok(()),
        }
    }
}

async fn take<'a>(desk: &'a Desk, who: &'a Principal, number: i64) -> Result<Held<'a>, ApiError> {
    Held::take(desk, who, number, Permission::WorkTickets).await
}

pub(super) async fn assign(desk: &Desk, who: &Principal, number: i64, version: i64, to: &str) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let (user, words) = match to.trim() {
        "" => (None, "to nobody".to_owned()),
        "me" => (Some(who.user), String::new()),
        id => {
            let wrong = || ApiError::invalid("to", "must be one of our staff, me, or nobody");
            let id = Uuid::parse_str(id).map_err(|_| wrong())?;
            let account = users::find(&held.tx, Scope::Everything, UserId(id)).await.map_err(internal)?;
            let account =
                account.filter(|one| one.customer.is_none() && one.disabled_at.is_none()).ok_or_else(wrong)?;
            let words = if account.id == who.user { String::new() } else { format!("to {}", account.name) };
            (Some(account.id), words)
        }
    };
    if user == held.ticket.care.assignee {
        return Ok(());
    }
    held.change(version, &[Change::Assignee(user)]).await?;
    held.add(TicketEventKind::Assigned, held.now, &words).await?;
    // Customers see who works on it.
    held.finish("ticket.assign", words, Seen::ByAll).await
}

/// What was typed about how a ticket is sorted.
struct Sorting {
    subject: Name,
    kind: TicketKind,
    priority: Priority,
    queue: Queue,
    version: i64,
}

fn sorting(input: &SortInput) -> Result<Sorting, ApiError> {
    fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> String {
        format!("must be one of {}", all.iter().map(|one| word(*one)).collect::<Vec<_>>().join(", "))
    }
    let mut wrong = Vec::new();
    let subject = Name::parse(&input.subject).map_err(|error| wrong.push(FieldError::new("subject", error))).ok();
    let kind = TicketKind::parse(&input.kind);
    let priority = Priority::parse(&input.priority);
    let queue = Queue::parse(&input.queue);
    let version = input.version.trim().parse().ok();
    if kind.is_none() {
        wrong.push(FieldError::new("kind", words(&TicketKind::CHOSEN, TicketKind::as_str)));
    }
    if priority.is_none() {
        wrong.push(FieldError::new("priority", words(Priority::ALL, Priority::as_str)));
    }
    if queue.is_none() {
        wrong.push(FieldError::new("queue", words(Queue::ALL, Queue::as_str)));
    }
    if version.is_none() {
        wrong.push(FieldError::new("version", "must be a whole number"));
    }
    match (subject, kind, priority, queue, version) {
        (Some(subject), Some(kind), Some(priority), Some(queue), Some(version)) => {
            Ok(Sorting { subject, kind, priority, queue, version })
        }
        _ => Err(ApiError::Invalid(wrong)),
    }
}

pub(super) async fn sort(desk: &Desk, who: &Principal, number: i64, input: &SortInput) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let Sorting { subject, kind, priority, queue, version } = sorting(input)?;
    let ticket = &held.ticket;
    let (mut changes, mut words) = (Vec::new(), Vec::new());
    if subject.as_str() != ticket.subject {
        changes.push(Change::Subject(subject.as_str()));
        words.push(format!("the subject to “{subject}”"));
    }
    if kind != ticket.kind {
        check_kind(ticket, kind)?;
        changes.push(Change::Kind(kind));
        words.push(format!("the kind to {}", kind.label()));
    }
    if priority != ticket.origin.priority {
        changes.push(Change::Priority(priority));
        words.push(format!("the priority to {}", priority.label()));
    }
    if queue != ticket.origin.queue {
        changes.push(Change::Queue(queue));
        words.push(format!("the queue to {}", queue.label()));
    }
    if changes.is_empty() {
        return Ok(());
    }
    held.change(version, &changes).await?;
    let words = words.join(", ");
    held.add(TicketEventKind::Sorted, held.now, &words).await?;
    held.finish("ticket.sort", words, Seen::ByAll).await
}

fn check_kind(ticket: &Ticket, kind: TicketKind) -> Result<(), ApiError> {
    if !ticket.kind.may_become(kind) {
        let why = "monitoring opens faults, and CatS decides what is an incident: these kinds stay";
        return Err(ApiError::invalid("kind", why));
    }
    let no_maker = matches!(kind, TicketKind::Question | TicketKind::Change);
    match no_maker && ticket.state == TicketState::WaitingMaker {
        true => {
            Err(ApiError::invalid("kind", "questions and changes do not wait for a manufacturer: go on with it first"))
        }
        false => Ok(()),
    }
}

pub(super) async fn tag(desk: &Desk, who: &Principal, number: i64, version: i64, text: &str) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let tags = parse_tags(text).map_err(|error| ApiError::invalid("tags", error))?;
    if tags == tickets::tags(&held.tx, held.ticket.id).await.map_err(internal)? {
        return Ok(());
    }
    // The row's version proves that nobody else tagged it meanwhile.
    held.change(version, &[]).await?;
    tickets::set_tags(&held.tx, held.ticket.id, &tags, held.now).await.map_err(internal)?;
    let words = tags.join(", ");
    held.add(TicketEventKind::Tagged, held.now, &words).await?;
    let conditional = training::hold_by_tags(&held, version + 1, &tags).await?;
    held.finish("ticket.tag", words, if conditional { Seen::ByAll } else { Seen::ByStaff }).await
}

pub(super) async fn watch(desk: &Desk, who: &Principal, number: i64, watching: bool) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let before = tickets::watchers(&held.tx, held.ticket.id).await.map_err(internal)?.contains(&who.user);
    if before == watching {
        return Ok(());
    }
    let words = match watching {
        true => {
            tickets::watch(&held.tx, held.ticket.id, who.user, held.now).await.map_err(internal)?;
            "watches it"
        }
        false => {
            tickets::unwatch(&held.tx, held.ticket.id, who.user).await.map_err(internal)?;
            "no longer watches it"
        }
    };
    held.add(TicketEventKind::Watched, held.now, words).await?;
    held.finish("ticket.watch", words, Seen::ByStaff).await
}

pub(super) async fn snooze(
    desk: &Desk,
    who: &Principal,
    number: i64,
    version: i64,
    until: &str,
) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let customer = customers::find(&held.tx, Scope::Everything, held.ticket.customer).await.map_err(internal)?;
    let local = Local::named(&customer.ok_or(ApiError::NotFound)?.zone);
    if until.trim().is_empty() {
        if held.ticket.care.snoozed_until.is_none() {
            return Ok(());
        }
        held.change(version, &[Change::Snoozed(None)]).await?;
        held.add(TicketEventKind::Snoozed, held.now, "brought it back").await?;
        return held.finish("ticket.wake", "", Seen::ByStaff).await;
    }
    if !held.ticket.state.is_open() {
        return Err(ApiError::Conflict("This ticket is closed. Open it again first.".to_owned()));
    }
    let latest = held.now.plus_seconds(SNOOZE_DAYS_MAX * 24 * 3_600);
    let at = input::local_time(until, &local)
        .ok_or_else(|| ApiError::invalid("until", "must be a date and time such as 2026-11-25T09:00"))?;
    if at <= held.now || latest < at {
        let words = format!("must be between now and {}", local.full(latest));
        return Err(ApiError::invalid("until", words));
    }
    held.change(version, &[Change::Snoozed(Some(at))]).await?;
    let words = format!("put it aside until {}", local.full(at));
    held.add(TicketEventKind::Snoozed, held.now, &words).await?;
    held.finish("ticket.snooze", words, Seen::ByStaff).await
}

/// Another ticket by what a person typed.
pub(super) async fn typed(held: &Held<'_>, field: &str, text: &str) -> Result<Ticket, ApiError> {
    let number = parse_reference(text).ok_or_else(|| ApiError::invalid(field, "must be a ticket such as T-2001"))?;
    let found = tickets::find(&held.tx, held.who.scope(), number).await.map_err(internal)?;
    let found = found.ok_or_else(|| ApiError::invalid(field, format!("there is no ticket {}", reference(number))))?;
    match found.id == held.ticket.id {
        true => Err(ApiError::invalid(field, "must be another ticket than this one")),
        false => Ok(found),
    }
}

pub(super) async fn link(desk: &Desk, who: &Principal, number: i64, other: &str) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let other = typed(&held, "other", other).await?;
    let known = tickets::links(&held.tx, Scope::Everything, held.ticket.id).await.map_err(internal)?;
    if known.iter().any(|link| link.kind == LinkKind::Related && link.other.id == other.id) {
        return Ok(());
    }
    tickets::link(&held.tx, held.ticket.id, other.id, LinkKind::Related, held.now).await.map_err(internal)?;
    let words = format!("related to {}", reference(other.number));
    held.add(TicketEventKind::Linked, held.now, &words).await?;
    // A customer sees links to tickets of their own.
    held.finish("ticket.link", words, Seen::ByAll).await
}

pub(super) async fn unlink(desk: &Desk, who: &Principal, number: i64, other: i64) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let other = tickets::find(&held.tx, who.scope(), other).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if tickets::unlink(&held.tx, held.ticket.id, other.id).await.map_err(internal)? == 0 {
        return Err(ApiError::Conflict("These tickets are not related any more.".to_owned()));
    }
    let words = format!("no longer related to {}", reference(other.number));
    held.add(TicketEventKind::Linked, held.now, &words).await?;
    held.finish("ticket.unlink", words, Seen::ByAll).await
}

pub(super) async fn decline(
    desk: &Desk,
    who: &Principal,
    number: i64,
    version: i64,
    reason: &str,
) -> Result<(), ApiError> {
    let held = take(desk, who, number).await?;
    let reason = input::reason(reason)?;
    match held.ticket.kind {
        TicketKind::Change => {}
        TicketKind::Incident => return incidents::decline_unordered(held, version, reason).await,
        _ => return Err(ApiError::Conflict("Only a change request or an incident is declined.".to_owned())),
    }
    let seq = changes::make(&held, version, Move::Decline, &reason).await?;
    held.mail(&TicketNews::Declined { reason: reason.clone() }, seq).await?;
    held.finish("ticket.decline", reason, Seen::ByAll).await
}
