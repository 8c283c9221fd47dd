//! Time that is entered by hand, and its corrections.

use app::api::{error::ApiError, principal::Principal, worktime::WorkInput};
use domain::{
    access::{Permission, Scope},
    id::{TimeEntryId, UserId},
    ticket::{TicketEventKind, reference},
    time::{Span, Timestamp},
    worked::{Work, WorkRefusal},
};
use sea_orm::DatabaseTransaction;

use super::{
    input::{self, Form},
    take,
};
use crate::{
    desk::{
        internal, new_id,
        tickets::{
            self,
            acts::{Held, Seen},
            local::{Local, exact},
        },
    },
    store::{
        customers, tickets as ticket_store, users,
        worked::{self, Entry},
    },
};

pub(super) async fn add(desk: &tickets::Desk, who: &Principal, number: i64, input: &WorkInput) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let local = local(&held).await?;
    let typed = input::work(input, Form::Add, &local, (held.ticket.opened_at, held.now))?;
    hold_person(&held.tx, who.user).await?;
    refuse_twice(&held, &local, (who.user, None), typed.work).await?;
    budget.book(typed.work.seconds, held.now).map_err(refused)?;
    let entry = Entry {
        id: TimeEntryId(new_id(held.now)?),
        ticket: held.ticket.id,
        user: who.user,
        by: who.name.clone(),
        work: typed.work,
        what: typed.what,
        stopwatch: false,
        version: 1,
    };
    worked::insert(&held.tx, &entry, held.now).await.map_err(internal)?;
    let detail = format!("booked {}: {}", exact(i64::from(entry.work.seconds)), entry.what);
    held.add(TicketEventKind::Worked, entry.work.started_at, &detail).await?;
    // Customers see what it charges.
    held.finish("ticket.work", detail, Seen::ByAll).await
}

pub(super) async fn correct(
    desk: &tickets::Desk,
    who: &Principal,
    number: i64,
    (id, version): (TimeEntryId, i64),
    input: &WorkInput,
) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    // An entry of another ticket is not found.
    let old = budget.entries.iter().find(|entry| entry.id == id).ok_or(ApiError::NotFound)?;
    if old.user != who.user {
        who.require(Permission::CorrectEverybodysTime)?;
    }
    let local = local(&held).await?;
    let typed = input::work(input, Form::Correct, &local, (held.ticket.opened_at, held.now))?;
    hold_person(&held.tx, old.user).await?;
    refuse_twice(&held, &local, (old.user, Some(id)), typed.work).await?;
    let worked_s = budget.worked_s(held.now);
    budget.allowance.correct(worked_s, old.work.seconds, typed.work.seconds).map_err(refused)?;
    let stamp = (held.now, who.user, who.name.as_str(), typed.reason.as_str());
    let done = worked::correct(&held.tx, old, version, (typed.work, &typed.what), stamp).await.map_err(internal)?;
    if done == 0 {
        return Err(ApiError::Conflict(
            "Somebody else corrected this entry in the meantime. Look at it again, then decide.".to_owned(),
        ));
    }
    let words = |work: Work| format!("{} from {}", exact(i64::from(work.seconds)), local.full(work.started_at));
    let (was, now_is) = (words(old.work), words(typed.work));
    let detail = format!("corrected the time of {}: {was}, now {now_is}. {}", old.by, typed.reason);
    held.add(TicketEventKind::Worked, held.now, &detail).await?;
    held.finish("ticket.work.correct", detail, Seen::ByAll).await
}

pub(in crate::desk) async fn local(held: &Held<'_>) -> Result<Local, ApiError> {
    let customer = customers::find(&held.tx, Scope::Everything, held.ticket.customer).await.map_err(internal)?;
    Ok(Local::named(&customer.ok_or(ApiError::NotFound)?.zone))
}

/// Everything that books time of one person goes one at a time.
pub(super) async fn hold_person(tx: &DatabaseTransaction, user: UserId) -> Result<(), ApiError> {
    users::lock(tx, Scope::Everything, user).await.map_err(internal)?.ok_or(ApiError::NotFound).map(drop)
}

/// Nobody works twice at once, on whatever tickets; `but` is the entry that is corrected.
async fn refuse_twice(
    held: &Held<'_>,
    local: &Local,
    (user, but): (UserId, Option<TimeEntryId>),
    work: Work,
) -> Result<(), ApiError> {
    if work.seconds == 0 {
        return Ok(());
    }
    let span = Span { from: work.started_at, until: work.ends_at() };
    let entries = worked::of_person(&held.tx, user, span).await.map_err(internal)?;
    let mut others = entries.iter().filter(|entry| Some(entry.id) != but);
    if let Some(other) = others.find(|entry| entry.work.overlaps(work)) {
        let when = local.period(other.work.started_at, other.work.ends_at());
        return Err(overlap(held, other.ticket, &when).await?);
    }
    let watch = worked::running(&held.tx, user).await.map_err(internal)?;
    match watch.filter(|watch| watch.started_at < work.ends_at()) {
        Some(watch) => Err(overlap(held, watch.ticket, &running_since(local, watch.started_at)).await?),
        None => Ok(()),
    }
}

fn running_since(local: &Local, at: Timestamp) -> String {
    format!("the stopwatch, {}", local.from(at))
}

async fn overlap(held: &Held<'_>, other: domain::id::TicketId, when: &str) -> Result<ApiError, ApiError> {
    let ticket = ticket_store::find_by_id(&held.tx, Scope::Everything, other).await.map_err(internal)?;
    let on = ticket.map(|ticket| reference(ticket.number)).unwrap_or_default();
    Ok(ApiError::invalid("began", format!("overlaps time that is booked already on {on}: {when}")))
}

/// What the rules refuse, in their words.
pub(in crate::desk) fn refused(refusal: WorkRefusal) -> ApiError {
    ApiError::Conflict(refusal.to_string())
}
