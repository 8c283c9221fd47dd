//! The queue of staff: one page as the address asks for it, and the whole of it as a file.

use app::api::{
    error::ApiError,
    principal::Principal,
    queue::{Assignee, Choices, PAGE, QueueList, QueueQuery, SNOOZES, Tab, Tabs},
    tickets::{FaceState, TicketRow},
};
use domain::{
    access::Permission,
    id::{CustomerId, UserId},
    ticket::{QueueGroup, TicketState, reference},
    time::{Timestamp, span_words},
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{Desk, bulk, internal, local::Local, queue::Around, views};
use crate::store::{
    cover::Levels,
    customers, events,
    tickets::{self, Assigned, Cursor, Narrowed, Part, Queued},
    users,
};

/// Tags that a filter offers.
const TAGS_MAX: u64 = 200;
/// Rows of one file.
const CSV_ROWS_MAX: usize = 20_000;
/// Rows read at once for it.
const CSV_PAGE: u64 = 1_000;
/// Within this the end of cover hours is said.
const STOPS_WITHIN_S: i64 = 3_600;

pub(super) async fn queue(desk: &Desk, who: &Principal, query: QueueQuery) -> Result<QueueList, ApiError> {
    who.require(Permission::WorkTickets)?;
    let (db, scope, now) = (desk.db.read(), who.scope(), desk.clock.now());
    let seq = events::last(db).await.map_err(internal)?;
    let views = views::offered(db, who).await.map_err(internal)?;
    let query = views::effective(query, &views);
    let asked = narrowed(db, who, &query, now).await.map_err(internal)?;
    let after = cursor(&query.after);
    let page = tickets::queue(db, scope, &asked, now, after, PAGE).await.map_err(internal)?;
    let groups = match asked.part {
        Part::Closed => [0; 5],
        Part::Open | Part::Snoozed => tickets::group_counts(db, scope, &asked, now).await.map_err(internal)?,
    };
    let total = match asked.part {
        Part::Closed => tickets::narrowed_count(db, scope, &asked, now).await.map_err(internal)?,
        Part::Open | Part::Snoozed => groups.iter().sum(),
    };
    let names = customers::names(db, scope).await.map_err(internal)?;
    let staff = users::staff_names(db).await.map_err(internal)?;
    let found: Vec<_> = page.rows.into_iter().map(|row| row.ticket).collect();
    let around = Around::load(db, who, &found, &names, &staff).await.map_err(internal)?;
    let rows: Vec<TicketRow> = found.into_iter().map(|ticket| around.row(ticket, now)).collect();
    let local = Local::named(&desk.support.zone);
    let lede = lede(&query, &groups, &rows, &local, now);
    let snoozes = SNOOZES.iter().filter_map(|word| Some(((*word).to_owned(), bulk::wakes(word, &local, now)?)));
    let choices = Choices {
        me: Some(who.user),
        customers: names,
        staff,
        tags: tickets::all_tags(db, TAGS_MAX).await.map_err(internal)?,
        views,
        snoozes: snoozes.map(|(word, at)| (word, local.soon(at))).collect(),
    };
    let tabs = tabs(db, who, now).await.map_err(internal)?;
    let next = page.next.map(written);
    Ok(QueueList { now, seq, query, rows, groups, total, tabs, next, lede, choices })
}

async fn tabs(db: &impl ConnectionTrait, who: &Principal, now: Timestamp) -> Result<Tabs, DbErr> {
    let counts = tickets::tab_counts(db, who.scope(), who.user, now).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Tabs {
        open: number(counts.open),
        unassigned: number(counts.unassigned),
        mine: number(counts.mine),
        waiting: number(counts.waiting),
        field: number(counts.field),
        snoozed: number(counts.snoozed),
    })
}

/// The tab and the filters of an address, for the store.
async fn narrowed(
    db: &impl ConnectionTrait,
    who: &Principal,
    query: &QueueQuery,
    now: Timestamp,
) -> Result<Narrowed, DbErr> {
    let covered_customers = match query.covers.is_empty() {
        true => Vec::new(),
        false => {
            let all: Vec<CustomerId> = customers::names(db, who.scope()).await?.into_iter().map(|(id, _)| id).collect();
            let levels = Levels::of_customers(db, &all).await?;
            all.into_iter().filter(|one| query.covers.contains(&levels.of_customer(*one, now))).collect()
        }
    };
    let mut asked = Narrowed {
        part: Part::Open,
        states: query.states.clone(),
        customer: query.customer,
        covers: query.covers.clone(),
        covered_customers,
        groups: query.clocks.clone(),
        queues: query.queues.clone(),
        priorities: query.priorities.clone(),
        kinds: query.kinds.clone(),
        tag: Some(query.tag.clone()).filter(|tag| !tag.is_empty()),
        assigned: query.assignee.map(|one| assigned(one, who.user)),
        text: query.find.clone(),
    };
    match query.tab() {
        Tab::Time => {}
        Tab::Unassigned => asked.assigned = Some(Assigned::Nobody),
        Tab::Mine => asked.assigned = Some(Assigned::To(who.user)),
        Tab::Waiting => asked.states = vec![TicketState::WaitingCustomer],
        Tab::Field => asked.queues = vec![domain::ticket::Queue::Field],
        Tab::Snoozed => asked.part = Part::Snoozed,
        Tab::Closed => asked.part = Part::Closed,
    }
    Ok(asked)
}

fn assigned(asked: Assignee, me: UserId) -> Assigned {
    match asked {
        Assignee::Me => Assigned::To(me),
        Assignee::Nobody => Assigned::Nobody,
        Assignee::To(user) => Assigned::To(user),
    }
}

/// `soon.1795106520000000.2314`; what is no cursor begins at the top.
fn cursor(text: &str) -> Option<Cursor> {
    let mut parts = text.split('.');
    let (group, at, number) = (parts.next()?, parts.next()?, parts.next()?);
    let group = match group {
        "closed" => None,
        word => Some(QueueGroup::parse(word)?),
    };
    Some(Cursor { group, at: Timestamp::from_micros(at.parse().ok()?), number: number.parse().ok()? })
}

fn written(cursor: Cursor) -> String {
    let group = cursor.group.map_or("closed", QueueGroup::as_str);
    format!("{group}.{}.{}", cursor.at.as_micros(), cursor.number)
}

/// "1 has breached. 3 breach within the hour. Cat1 clocks stop at 17:00, in 18 minutes."
fn lede(query: &QueueQuery, groups: &[u64; 5], rows: &[TicketRow], local: &Local, now: Timestamp) -> String {
    match query.tab() {
        Tab::Closed => return "Closed tickets, the latest first.".to_owned(),
        Tab::Snoozed => return "Put off until they wake, or until the customer writes.".to_owned(),
        _ => {}
    }
    let [breached, soon, ..] = *groups;
    let mut said = match (breached, soon) {
        (0, 0) => vec!["Nothing is due within the hour.".to_owned()],
        _ => Vec::new(),
    };
    match breached {
        0 => {}
        1 => said.push("1 has breached.".to_owned()),
        count => said.push(format!("{count} have breached.")),
    }
    match soon {
        0 => {}
        1 => said.push("1 breaches within the hour.".to_owned()),
        count => said.push(format!("{count} breach within the hour.")),
    }
    said.extend(stops(rows, local, now));
    said.join(" ")
}

/// When clocks that run now stop for the day, if that is soon.
fn stops(rows: &[TicketRow], local: &Local, now: Timestamp) -> Option<String> {
    let stop = |row: &TicketRow| match &row.face.as_ref()?.state {
        FaceState::Running { due_at, ahead } => {
            let running = ahead.first().filter(|stretch| stretch.from <= now && stretch.until < *due_at)?;
            (running.until.seconds_since(now) <= STOPS_WITHIN_S).then_some((running.until, row.level))
        }
        _ => None,
    };
    let (at, level) = rows.iter().filter_map(stop).min_by_key(|(at, _)| *at)?;
    let left = span_words(at.seconds_since(now).max(60));
    Some(format!("{} clocks stop at {}, in {left}.", level.label(), local.clock(at)))
}

/// The filtered list, a line for each ticket. Spreadsheets run what begins like a formula, so that is defused.
pub(super) async fn csv(desk: &Desk, who: &Principal, query: QueueQuery) -> Result<String, ApiError> {
    who.require(Permission::WorkTickets)?;
    let (db, now) = (desk.db.read(), desk.clock.now());
    let asked = narrowed(db, who, &query, now).await.map_err(internal)?;
    let names = customers::names(db, who.scope()).await.map_err(internal)?;
    let staff = users::staff_names(db).await.map_err(internal)?;
    let local = Local::named(&desk.support.zone);
    let mut text = String::from(
        "Ticket,Subject,Customer,Cover,Kind,State,Priority,Queue,Assigned to,Clock,Due or since,Opened,Closed\r\n",
    );
    let (mut after, mut rows) = (None, 0);
    loop {
        let page = tickets::queue(db, who.scope(), &asked, now, after, CSV_PAGE).await.map_err(internal)?;
        rows += page.rows.len();
        for row in &page.rows {
            text.push_str(&line(row, &names, &staff, &local));
        }
        match page.next {
            Some(next) if rows < CSV_ROWS_MAX => after = Some(next),
            _ => return Ok(text),
        }
    }
}

fn line(row: &Queued, customers: &[(CustomerId, String)], staff: &[(UserId, String)], local: &Local) -> String {
    let ticket = &row.ticket;
    let customer = customers.iter().find(|(id, _)| *id == ticket.customer).map(|(_, name)| name.as_str());
    let assigned = staff.iter().find(|(id, _)| Some(*id) == ticket.care.assignee).map(|(_, name)| name.as_str());
    let open = ticket.closed_at.is_none();
    let due = open && row.group != QueueGroup::NoClock;
    let cells = [
        reference(ticket.number),
        ticket.subject.clone(),
        customer.unwrap_or_default().to_owned(),
        ticket.terms.as_ref().map(|terms| terms.level.level.label().to_owned()).unwrap_or_default(),
        ticket.kind.label().to_owned(),
        ticket.state.label().to_owned(),
        ticket.origin.priority.label().to_owned(),
        ticket.origin.queue.label().to_owned(),
        assigned.unwrap_or_default().to_owned(),
        if open { row.group.label().to_owned() } else { String::new() },
        if due { local.stamp(row.at) } else { String::new() },
        local.stamp(ticket.opened_at),
        ticket.closed_at.map(|at| local.stamp(at)).unwrap_or_default(),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| defused(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A cell in quotes where it needs them; one that a spreadsheet would run begins with an apostrophe.
pub(super) fn defused(cell: &str) -> String {
    let runs = cell.trim_start().starts_with(['=', '+', '-', '@']) || cell.starts_with(['\t', '\r', '\n']);
    let cell = if runs { format!("'{cell}") } else { cell.to_owned() };
    match cell.contains([',', '"', '\n', '\r', '\'']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}
