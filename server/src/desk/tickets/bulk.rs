//! One act on several tickets: a transaction for each, a result for each, and the way back.

use app::api::{
    error::ApiError,
    principal::Principal,
    queue::{Assignee, BulkDone, BulkInput, BulkPage, BulkRow, PAGE},
};
use domain::{
    access::{Permission, Scope},
    id::{BulkId, UserId},
    ticket::{Move, Priority, Queue, TAGS_MAX, TicketEventKind, parse_tags},
    time::Timestamp,
};
use jiff::{ToSpan, civil::Weekday};

use super::{
    Desk,
    acts::{Held, Seen},
    changes, internal,
    local::Local,
};
use crate::{
    desk::{new_id, training},
    store::{
        bulk_acts::{self, Before, BulkAct, BulkResult},
        tickets::{self, Assigned, Change, Narrowed},
        users,
    },
};

/// Tickets that are put off until a day wake when work begins.
const WAKES_AT_HOUR: i8 = 9;

/// What is to be done with each ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Act {
    /// With the person's name.
    Assign(Option<(UserId, String)>),
    Queue(Queue),
    Priority(Priority),
    Tag(String),
    Untag(String),
    Snooze(Timestamp),
    Wake,
    Close,
}

pub(super) async fn bulk(desk: &Desk, who: &Principal, input: BulkInput) -> Result<BulkDone, ApiError> {
    who.require(Permission::WorkTickets)?;
    let picked = picked(&input)?;
    let act = read(desk, who, &input).await?;
    let mut results = Vec::with_capacity(picked.len());
    for (number, version) in picked {
        results.push(one(desk, who, number, version, &act).await?);
    }
    let local = Local::named(&desk.support.zone);
    keep(desk, who, results, |count| said(&act, count, &local)).await
}

/// Numbers and versions; 200 at most, as a page has.
fn picked(input: &BulkInput) -> Result<Vec<(i64, i64)>, ApiError> {
    let pairs = input.picked.iter().map(|(number, version)| Some((number.parse().ok()?, version.parse().ok()?)));
    let pairs: Option<Vec<(i64, i64)>> = pairs.collect();
    match pairs {
        Some(pairs) if pairs.is_empty() => {
            Err(ApiError::invalid("picked", "must be one ticket at least: tick its box"))
        }
        Some(pairs) if pairs.len() as u64 <= PAGE => Ok(pairs),
        Some(_) => Err(ApiError::invalid("picked", format!("may be {PAGE} tickets at most"))),
        None => Err(ApiError::invalid("picked", "must be numbers of tickets with their versions")),
    }
}

async fn read(desk: &Desk, who: &Principal, input: &BulkInput) -> Result<Act, ApiError> {
    let words = |field: &str, words: String| ApiError::invalid(field, format!("must be one of {words}"));
    match input.act.as_str() {
        "assign" => assignee(desk, who, &input.assignee).await.map(Act::Assign),
        "queue" => Queue::parse(&input.queue)
            .map(Act::Queue)
            .ok_or_else(|| words("queue", Queue::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", "))),
        "priority" => Priority::parse(&input.priority).map(Act::Priority).ok_or_else(|| {
            words("priority", Priority::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", "))
        }),
        "tag" => tag(&input.tag).map(Act::Tag),
        "untag" => tag(&input.tag).map(Act::Untag),
        "snooze" => {
            let at = wakes(&input.until, &Local::named(&desk.support.zone), desk.clock.now());
            at.map(Act::Snooze).ok_or_else(|| words("until", app::api::queue::SNOOZES.join(", ")))
        }
        "wake" => Ok(Act::Wake),
        "close" => Ok(Act::Close),
        _ => Err(words("act", "assign, queue, priority, tag, untag, snooze, wake, close".to_owned())),
    }
}

async fn assignee(desk: &Desk, who: &Principal, text: &str) -> Result<Option<(UserId, String)>, ApiError> {
    let user = match Assignee::parse(text) {
        Some(Assignee::Nobody) => return Ok(None),
        Some(Assignee::Me) => who.user,
        Some(Assignee::To(user)) => user,
        None => return Err(ApiError::invalid("assignee", "must be one of the staff, me or nobody")),
    };
    let staff = users::staff_names(desk.db.read()).await.map_err(internal)?;
    let found = staff.into_iter().find(|(id, _)| *id == user);
    found.map(Some).ok_or_else(|| ApiError::invalid("assignee", "must be one of the staff who can sign in"))
}

/// A word of letters, digits and hyphens, in lower case.
fn tag(text: &str) -> Result<String, ApiError> {
    let mut tags = parse_tags(text).map_err(|error| ApiError::invalid("tag", error))?;
    match (tags.pop(), tags.is_empty()) {
        (Some(tag), true) => Ok(tag),
        _ => Err(ApiError::invalid("tag", "must be one word of letters, digits and hyphens")),
    }
}

/// When a ticket that is put off for so long wakes.
pub(super) fn wakes(word: &str, local: &Local, now: Timestamp) -> Option<Timestamp> {
    let today = local.date(now);
    let day = match word {
        "hour" => return Some(now.plus_seconds(3_600)),
        "tomorrow" => today.tomorrow().ok()?,
        "monday" => today.nth_weekday(1, Weekday::Monday).ok()?,
        "week" => today.checked_add(7.days()).ok()?,
        _ => return None,
    };
    local.instant(day.at(WAKES_AT_HOUR, 0, 0, 0))
}

/// What the rules or somebody faster refuse is a result; our own failure ends the act, and what was done stays done.
async fn one(desk: &Desk, who: &Principal, number: i64, version: i64, act: &Act) -> Result<BulkResult, ApiError> {
    let refused = |subject: &str, words: String| BulkResult {
        number,
        subject: subject.to_owned(),
        version,
        refused: Some(words),
        before: None,
    };
    let held = match Held::take(desk, who, number, Permission::WorkTickets).await {
        Ok(held) => held,
        Err(ApiError::NotFound) => return Ok(refused("", "There is no such ticket.".to_owned())),
        Err(error) => return Err(error),
    };
    let subject = held.ticket.subject.clone();
    if !held.ticket.state.is_open() {
        return Ok(refused(&subject, "This ticket is closed. Open it again first.".to_owned()));
    }
    match apply(held, version, act).await {
        Ok((version, before)) => Ok(BulkResult { number, subject, version, refused: None, before }),
        Err(ApiError::Conflict(words)) => Ok(refused(&subject, words)),
        Err(error) => Err(error),
    }
}

/// Does it in the ticket's transaction. Answers the version afterwards and what was there.
async fn apply(held: Held<'_>, version: i64, act: &Act) -> Result<(i64, Option<Before>), ApiError> {
    use TicketEventKind as K;
    let local = Local::named(&held.desk.support.zone);
    let care = held.ticket.care;
    let (change, before, kind, detail) = match act {
        Act::Assign(to) => {
            let name = to.as_ref().map_or("nobody", |(_, name)| name);
            let change = Change::Assignee(to.as_ref().map(|(user, _)| *user));
            (change, Before::Assignee(care.assignee), K::Assigned, format!("to {name}"))
        }
        Act::Queue(queue) => {
            let detail = format!("to the queue {}", queue.label());
            (Change::Queue(*queue), Before::Queue(held.ticket.origin.queue), K::Assigned, detail)
        }
        Act::Priority(priority) => {
            let detail = format!("priority {}", priority.label());
            (Change::Priority(*priority), Before::Priority(held.ticket.origin.priority), K::Sorted, detail)
        }
        Act::Snooze(at) => {
            let detail = format!("until {}", local.full(*at));
            (Change::Snoozed(Some(*at)), Before::Snoozed(care.snoozed_until), K::Snoozed, detail)
        }
        Act::Wake => (Change::Snoozed(None), Before::Snoozed(care.snoozed_until), K::Snoozed, "no longer".to_owned()),
        Act::Tag(_) | Act::Untag(_) => return tagged(held, version, act).await,
        Act::Close => {
            changes::make(&held, version, Move::Close, "").await?;
            held.finish("ticket.closed", "", Seen::ByAll).await?;
            return Ok((version + 1, None));
        }
    };
    changed(&held, version, &[change]).await?;
    held.add(kind, held.now, &detail).await?;
    let action = format!("ticket.{}", kind.as_str());
    held.finish(&action, detail, Seen::ByStaff).await?;
    Ok((version + 1, Some(before)))
}

async fn changed(held: &Held<'_>, version: i64, change: &[Change<'_>]) -> Result<(), ApiError> {
    match tickets::change(&held.tx, held.ticket.id, version, change).await.map_err(internal)? {
        0 => Err(ApiError::Conflict("Somebody changed this ticket in the meantime. Look at it again.".to_owned())),
        _ => Ok(()),
    }
}

async fn tagged(held: Held<'_>, version: i64, act: &Act) -> Result<(i64, Option<Before>), ApiError> {
    let were = tickets::tags(&held.tx, held.ticket.id).await.map_err(internal)?;
    let mut tags = were.clone();
    let detail = match act {
        Act::Tag(tag) if !tags.contains(tag) => {
            if TAGS_MAX <= tags.len() {
                return Err(ApiError::Conflict(format!("This ticket has {TAGS_MAX} tags already.")));
            }
            tags.push(tag.clone());
            format!("+{tag}")
        }
        Act::Untag(tag) if tags.contains(tag) => {
            tags.retain(|one| one != tag);
            format!("\u{2212}{tag}")
        }
        Act::Untag(_) => return Err(ApiError::Conflict("This ticket has no such tag.".to_owned())),
        _ => return Err(ApiError::Conflict("This ticket has the tag already.".to_owned())),
    };
    changed(&held, version, &[]).await?;
    let version = set_tags(held, version + 1, &tags, &detail).await?;
    Ok((version, Some(Before::Tags(were))))
}

/// `version` is the ticket's by now. Answers what it is afterwards.
async fn set_tags(held: Held<'_>, version: i64, tags: &[String], detail: &str) -> Result<i64, ApiError> {
    tickets::set_tags(&held.tx, held.ticket.id, tags, held.now).await.map_err(internal)?;
    held.add(TicketEventKind::Tagged, held.now, detail).await?;
    let conditional = training::hold_by_tags(&held, version, tags).await?;
    held.finish("ticket.tagged", detail, if conditional { Seen::ByAll } else { Seen::ByStaff }).await?;
    Ok(version + i64::from(conditional))
}

/// "3 tickets assigned to Priya Nair"
fn said(act: &Act, count: usize, local: &Local) -> String {
    let tickets = if count == 1 { "1 ticket".to_owned() } else { format!("{count} tickets") };
    match act {
        Act::Assign(None) => format!("{tickets} assigned to nobody"),
        Act::Assign(Some((_, name))) => format!("{tickets} assigned to {name}"),
        Act::Queue(queue) => format!("{tickets} moved to {}", queue.label()),
        Act::Priority(priority) => format!("{tickets} set to {} priority", priority.label().to_lowercase()),
        Act::Tag(tag) => format!("{tickets} tagged {tag}"),
        Act::Untag(tag) => format!("{tickets} no longer tagged {tag}"),
        Act::Snooze(at) => format!("{tickets} snoozed until {}", local.full(*at)),
        Act::Wake => format!("{tickets} woken"),
        Act::Close => format!("{tickets} closed"),
    }
}

/// Stores what came of it, and puts it into words.
async fn keep(
    desk: &Desk,
    who: &Principal,
    results: Vec<BulkResult>,
    said: impl Fn(usize) -> String,
) -> Result<BulkDone, ApiError> {
    let refused = results.iter().filter(|result| result.refused.is_some()).count();
    let mut words = format!("{}.", said(results.len() - refused));
    match refused {
        0 => {}
        1 => words.push_str(" 1 was refused."),
        count => words.push_str(&format!(" {count} were refused.")),
    }
    let now = desk.clock.now();
    let act = BulkAct { id: BulkId(new_id(now)?), at: now, words, results, undone_at: None };
    let tx = desk.db.begin().await.map_err(internal)?;
    bulk_acts::insert(&tx, who.user, &act).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(done(&act))
}

fn done(act: &BulkAct) -> BulkDone {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let refused = act.results.iter().filter(|result| result.refused.is_some()).count();
    BulkDone {
        id: act.id,
        words: act.words.clone(),
        done: count(act.results.len() - refused),
        refused: count(refused),
        can_undo: act.undone_at.is_none() && act.results.iter().any(|result| result.before.is_some()),
    }
}

pub(super) async fn results(desk: &Desk, who: &Principal, id: BulkId) -> Result<BulkPage, ApiError> {
    who.require(Permission::WorkTickets)?;
    let act = bulk_acts::find(desk.db.read(), who.user, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let row = |result: &BulkResult| BulkRow {
        number: result.number,
        subject: result.subject.clone(),
        refused: result.refused.clone(),
    };
    let rows = act.results.iter().map(row).collect();
    Ok(BulkPage { now: desk.clock.now(), at: act.at, done: done(&act), rows, undone_at: act.undone_at })
}

/// Each ticket goes back only if it is as the act left it.
pub(super) async fn undo(desk: &Desk, who: &Principal, id: BulkId) -> Result<BulkDone, ApiError> {
    who.require(Permission::WorkTickets)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let act = bulk_acts::lock(&tx, who.user, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if act.undone_at.is_some() {
        return Err(ApiError::Conflict("This was undone already.".to_owned()));
    }
    bulk_acts::set_undone(&tx, id, now).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    let mut results = Vec::new();
    for result in act.results {
        let Some(before) = result.before.clone() else { continue };
        let held = Held::take(desk, who, result.number, Permission::WorkTickets).await?;
        let refused = match put_back(held, result.version, before).await {
            Ok(()) => None,
            Err(ApiError::Conflict(words)) => Some(words),
            Err(error) => return Err(error),
        };
        results.push(BulkResult { refused, before: None, ..result });
    }
    if results.is_empty() {
        return Err(ApiError::Conflict("Nothing of this can be undone.".to_owned()));
    }
    let said = |count| if count == 1 { "1 ticket as before".to_owned() } else { format!("{count} tickets as before") };
    keep(desk, who, results, said).await
}

async fn put_back(held: Held<'_>, version: i64, before: Before) -> Result<(), ApiError> {
    use TicketEventKind as K;
    let detail = "as before";
    let (change, kind) = match before {
        Before::Assignee(user) => (Change::Assignee(user), K::Assigned),
        Before::Queue(queue) => (Change::Queue(queue), K::Assigned),
        Before::Priority(priority) => (Change::Priority(priority), K::Sorted),
        Before::Snoozed(until) => (Change::Snoozed(until), K::Snoozed),
        Before::Tags(tags) => {
            changed(&held, version, &[]).await?;
            return set_tags(held, version + 1, &tags, detail).await.map(drop);
        }
    };
    changed(&held, version, &[change]).await?;
    held.add(kind, held.now, detail).await?;
    held.finish(&format!("ticket.{}", kind.as_str()), detail, Seen::ByStaff).await
}

/// The ticket that is due first and that nobody has, for the caller.
pub(super) async fn take(desk: &Desk, who: &Principal) -> Result<i64, ApiError> {
    who.require(Permission::WorkTickets)?;
    let asked = Narrowed { assigned: Some(Assigned::Nobody), ..Narrowed::default() };
    // Somebody faster may have the first; then the next is tried.
    let page = tickets::queue(desk.db.read(), Scope::Everything, &asked, desk.clock.now(), None, 10).await;
    for row in page.map_err(internal)?.rows {
        let ticket = row.ticket;
        let act = Act::Assign(Some((who.user, who.name.clone())));
        if one(desk, who, ticket.number, ticket.version, &act).await?.refused.is_none() {
            return Ok(ticket.number);
        }
    }
    Err(ApiError::Conflict("Somebody has every ticket already.".to_owned()))
}
