//! How a ticket stands beside its clocks, as its reader may see it.

use app::api::{
    care::{Care, HeldRow, LinkRow, MoveRow, PersonName, StaffCare, Unsent},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::{Scope, Side},
    id::UserId,
    ticket::{Move, ReplyState},
    time::Timestamp,
};

use super::{Desk, internal, local::Local, page::event_row, rate, split, writing};
use crate::{
    desk::new_id,
    store::{
        clocks::StoredClock,
        tickets::{self, Ticket, TicketEvent},
        users::{self, Person},
    },
};

/// What the page has loaded of a ticket already.
pub(super) struct Loaded<'a> {
    pub(super) ticket: &'a Ticket,
    pub(super) clocks: &'a [StoredClock],
    pub(super) entries: &'a [TicketEvent],
    pub(super) local: &'a Local,
    pub(super) now: Timestamp,
}

pub(super) async fn care(desk: &Desk, who: &Principal, loaded: Loaded<'_>) -> Result<Care, ApiError> {
    let (db, ticket) = (desk.db.read(), loaded.ticket);
    let assignee = match ticket.care.assignee {
        Some(user) => users::find(db, Scope::Everything, user).await.map_err(internal)?,
        None => None,
    };
    let merged_into = match ticket.care.merged_into {
        Some(id) => tickets::find_by_id(db, who.scope(), id).await.map_err(internal)?.map(|one| one.number),
        None => None,
    };
    let links = tickets::links(db, who.scope(), ticket.id).await.map_err(internal)?;
    let staff = match who.side() {
        Side::Staff => Some(staff_care(desk, who, &loaded).await?),
        Side::Customer => None,
    };
    Ok(Care {
        kind: ticket.kind,
        channel: ticket.origin.channel,
        raised_by: ticket.origin.raised_by.clone(),
        assignee: assignee.map(|account| account.name).unwrap_or_default(),
        outcome: ticket.care.outcome,
        closes_at: ticket.care.closes_at,
        merged_into,
        links: links.into_iter().map(link_row).collect(),
        rating: tickets::rating(db, ticket.id).await.map_err(internal)?.map(rate::row),
        form: new_id(loaded.now)?.to_string(),
        staff,
    })
}

fn link_row(link: tickets::Link) -> LinkRow {
    LinkRow {
        number: link.other.number,
        open: link.other.state.is_open(),
        subject: link.other.subject,
        kind: link.kind,
        backwards: link.backwards,
    }
}

async fn staff_care(desk: &Desk, who: &Principal, loaded: &Loaded<'_>) -> Result<StaffCare, ApiError> {
    let Loaded { ticket, clocks, entries, local, now } = *loaded;
    let db = desk.db.read();
    let people = users::list(db, Scope::Everything).await.map_err(internal)?;
    let watchers = tickets::watchers(db, ticket.id).await.map_err(internal)?;
    let held = tickets::held_by_ticket(db, ticket.id).await.map_err(internal)?;
    let mut life = tickets::life(db, ticket, clocks).await.map_err(internal)?;
    // Closing sends what is held first, so that nothing is owed then.
    life.response_owed &= held.is_empty();
    let moves = life.moves(now).into_iter();
    let unsent = tickets::draft_of(db, ticket.id, who.user, now).await.map_err(internal)?;
    Ok(StaffCare {
        priority: ticket.origin.priority,
        queue: ticket.origin.queue,
        assignee: ticket.care.assignee,
        mine: ticket.care.assignee == Some(who.user),
        tags: tickets::tags(db, ticket.id).await.map_err(internal)?,
        watching: watchers.contains(&who.user),
        watchers: names(&people, &watchers),
        people: people.into_iter().filter(is_staff).map(|one| PersonName { id: one.id, name: one.name }).collect(),
        snoozed_until: ticket.care.snoozed_until,
        tomorrow: local.tomorrow(now),
        // An incident is accepted, and its unit agreed to, where its time is booked.
        moves: moves
            .filter(|(wanted, _)| *wanted != Move::Accept)
            .map(|(wanted, refusal)| MoveRow { wanted, withheld: refusal.map(|refusal| refusal.to_string()) })
            .collect(),
        held: held.into_iter().map(|one| held_row(one, who.user)).collect(),
        unsent: unsent.map(|draft| Unsent {
            crossed: match draft.state {
                ReplyState::Crossed => {
                    writing::spoken_since(entries, draft.seen, who).cloned().map(event_row).collect()
                }
                _ => Vec::new(),
            },
            key: draft.id.to_string(),
            text: draft.text,
        }),
        phone: ticket.origin.phone.clone(),
        charged: split::is_charged(db, ticket, now).await?,
    })
}

fn is_staff(person: &Person) -> bool {
    person.customer.is_none() && person.disabled_at.is_none()
}

fn names(people: &[Person], users: &[UserId]) -> Vec<String> {
    let found = users.iter().filter_map(|user| people.iter().find(|person| person.id == *user));
    found.map(|person| person.name.clone()).collect()
}

fn held_row(written: tickets::Written, reader: UserId) -> HeldRow {
    HeldRow {
        key: written.id.to_string(),
        mine: written.user == reader,
        by: written.by,
        text: written.text,
        written_at: written.written_at,
        sends_at: written.sends_at,
    }
}
