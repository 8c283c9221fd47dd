//! What of the library helps with one ticket: replies filled for it, notes that fit it, macros made in one act.

use app::api::{
    error::ApiError,
    intake::NoteLink,
    library::{HelpDesk, Helps, MacroPreview},
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    id::LibraryId,
    library::{Body, LibraryKind, Macro, Values, Wait},
    ticket::{Move, TicketEventKind, TicketState, reference},
};
use sea_orm::ConnectionTrait;

use super::{
    Desk,
    acts::{self, Held, Seen},
    changes::{self, changed},
    held, internal,
    local::Local,
    writing,
};
use crate::{
    desk::{library::fitting, training},
    store::{
        clocks,
        cover::Levels,
        customers, hosts,
        library::{self, Item},
        tickets::{self, Change, Ticket},
    },
};

/// Notes beside a ticket: more than a few would be read by nobody.
const NOTES_MAX: usize = 4;
/// The words of a long conversation that are looked at; its subject and beginning say what it is about.
const ASKED_CHARS_MAX: usize = 4_000;

#[async_trait::async_trait]
impl HelpDesk for Desk {
    async fn helps(
        &self,
        who: &Principal,
        number: i64,
        reply: Option<LibraryId>,
        run: Option<LibraryId>,
    ) -> Result<Helps, ApiError> {
        let db = self.db.read();
        let ticket = tickets::find(db, who.scope(), number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        if who.side() == Side::Customer {
            return Ok(Helps::default());
        }
        who.require(Permission::UseLibrary)?;
        let (replies, macros) = (in_use(db, LibraryKind::Reply).await?, in_use(db, LibraryKind::Macro).await?);
        let notes = fitting(db, Side::Staff, &asked(db, &ticket).await?, NOTES_MAX).await?;
        let values = values(self, db, who, &ticket).await?;
        let fill = |id: Option<LibraryId>| filled(&replies, id?, &values).map(|(_, text)| text);
        let preview = run.and_then(|id| macros.iter().find(|item| item.id == id));
        let preview = preview.and_then(|item| {
            let Body::Macro(one) = &item.body else { return None };
            let sent = one.reply.and_then(|id| filled(&replies, id, &values));
            Some(MacroPreview {
                id: item.id,
                name: item.name.clone(),
                version: item.version,
                steps: one.steps(sent.as_ref().map(|(name, _)| name.as_str())),
                reply: sent.map(|(_, text)| text),
            })
        });
        let named = |items: &[Item]| items.iter().map(|item| (item.id, item.name.clone())).collect();
        Ok(Helps {
            filled: fill(reply),
            preview,
            replies: named(&replies),
            macros: named(&macros),
            notes: notes.into_iter().map(|item| NoteLink { id: item.id, title: item.name }).collect(),
        })
    }

    async fn run(&self, who: &Principal, number: i64, id: LibraryId, version: i64, seen: i64) -> Result<(), ApiError> {
        let held = Held::take(self, who, number, Permission::WorkTickets).await?;
        let item = library::find(&held.tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let Body::Macro(one) = &item.body else { return Err(ApiError::NotFound) };
        if item.version != seen || item.disabled_at.is_some() {
            return Err(ApiError::Conflict(
                "The macro was changed or switched off since you looked at it. Look at what it does now.".to_owned(),
            ));
        }
        let reply = match one.reply {
            None => None,
            Some(id) => {
                let replies = in_use(&held.tx, LibraryKind::Reply).await?;
                let values = values(self, &held.tx, who, &held.ticket).await?;
                let gone =
                    || ApiError::Conflict("The reply of this macro is switched off, so nothing was done.".to_owned());
                Some(filled(&replies, id, &values).ok_or_else(gone)?.1)
            }
        };
        held.send_held().await?;
        run(&held, one, version, reply.as_deref()).await?;
        held.finish("ticket.macro", item.name, Seen::ByAll).await
    }
}

async fn in_use(db: &impl ConnectionTrait, kind: LibraryKind) -> Result<Vec<Item>, ApiError> {
    let mut items = library::list(db, kind).await.map_err(internal)?;
    items.retain(|item| item.disabled_at.is_none());
    Ok(items)
}

/// Name and text of a reply for one ticket.
fn filled(replies: &[Item], id: LibraryId, values: &Values) -> Option<(String, String)> {
    let item = replies.iter().find(|item| item.id == id)?;
    match &item.body {
        Body::Reply(reply) => Some((item.name.clone(), reply.fill(values))),
        _ => None,
    }
}

/// The words that a ticket is about: its subject and what the customer said.
async fn asked(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<String, ApiError> {
    let entries = tickets::events(db, Scope::Everything, ticket.id).await.map_err(internal)?;
    let said = entries.into_iter().filter(|one| one.kind == TicketEventKind::Message).map(|one| one.detail);
    let all = std::iter::once(ticket.subject.clone()).chain(said).collect::<Vec<_>>().join("\n");
    Ok(all.chars().take(ASKED_CHARS_MAX).collect())
}

async fn values(desk: &Desk, db: &impl ConnectionTrait, who: &Principal, ticket: &Ticket) -> Result<Values, ApiError> {
    let customer = customers::find(db, Scope::Everything, ticket.customer).await.map_err(internal)?;
    let customer = customer.ok_or(ApiError::NotFound)?;
    let local = Local::named(&customer.zone);
    let host = match ticket.host {
        Some(host) => hosts::find_by_id(db, Scope::Everything, host).await.map_err(internal)?,
        None => None,
    };
    let clocks = clocks::of_ticket(db, Scope::Everything, ticket.id).await.map_err(internal)?;
    let due = clocks.iter().filter(|clock| !clock.clock.kind().is_internal() && acts::is_open(clock));
    let due = due.filter_map(|clock| clock.kept.due_at).min();
    let levels = Levels::of_customers(db, &[ticket.customer]).await.map_err(internal)?;
    let level = levels.of_customer(ticket.customer, desk.clock.now());
    let contact = match ticket.origin.raised_by.as_str() {
        "" => customer.name,
        name => name.to_owned(),
    };
    Ok(Values {
        contact,
        ticket: reference(ticket.number),
        system: host.map_or_else(|| "your system".to_owned(), |host| host.system),
        due: due.map_or_else(|| "as soon as we can".to_owned(), |due| local.full(due)),
        me: who.name.clone(),
        support_phone: desk.support.phone_for(level).to_owned(),
    })
}

/// Makes the changes in their order. Any refusal undoes all of them: the transaction is dropped.
async fn run(held: &Held<'_>, one: &Macro, version: i64, reply: Option<&str>) -> Result<(), ApiError> {
    let mut version = version;
    let ticket = &held.ticket;
    let mut changes = Vec::new();
    let mut sorted = Vec::new();
    let assigns = one.assign_me && ticket.care.assignee != Some(held.who.user);
    if assigns {
        changes.push(Change::Assignee(Some(held.who.user)));
    }
    if let Some(queue) = one.queue.filter(|queue| *queue != ticket.origin.queue) {
        changes.push(Change::Queue(queue));
        sorted.push(format!("the queue to {}", queue.label()));
    }
    if let Some(priority) = one.priority.filter(|priority| *priority != ticket.origin.priority) {
        changes.push(Change::Priority(priority));
        sorted.push(format!("the priority to {}", priority.label()));
    }
    // Also without a change: it proves that nobody else changed the ticket since the preview.
    if tickets::change(&held.tx, ticket.id, version, &changes).await.map_err(internal)? == 0 {
        return Err(changed());
    }
    version += 1;
    if assigns {
        held.add(TicketEventKind::Assigned, held.now, "").await?;
    }
    if !sorted.is_empty() {
        held.add(TicketEventKind::Sorted, held.now, &sorted.join(", ")).await?;
    }
    version = tag(held, version, &one.tags).await?;
    if let Some(text) = reply {
        writing::answer(held, text, text.to_owned()).await?;
        held::put_off(&held.tx, ticket, held.now).await.map_err(internal)?;
    }
    let wanted = match one.then {
        None => return Ok(()),
        Some(Wait::Customer) if ticket.state == TicketState::WaitingCustomer => return Ok(()),
        Some(Wait::Maker) if ticket.state == TicketState::WaitingMaker => return Ok(()),
        Some(Wait::Customer) => Move::WaitForCustomer,
        Some(Wait::Maker) => Move::WaitForMaker,
        Some(Wait::Close) => Move::Close,
    };
    changes::make(held, version, wanted, "").await.map(drop)
}

/// Answers the ticket's version afterwards.
async fn tag(held: &Held<'_>, version: i64, added: &[String]) -> Result<i64, ApiError> {
    let mut tags = tickets::tags(&held.tx, held.ticket.id).await.map_err(internal)?;
    let before = tags.len();
    tags.extend(added.iter().filter(|tag| !tags.contains(tag)).cloned().collect::<Vec<_>>());
    if tags.len() == before {
        return Ok(version);
    }
    tags.sort_unstable();
    let most = domain::ticket::TAGS_MAX;
    if most < tags.len() {
        return Err(ApiError::Conflict(format!("A ticket may have {most} tags at most, so nothing was done.")));
    }
    tickets::set_tags(&held.tx, held.ticket.id, &tags, held.now).await.map_err(internal)?;
    held.add(TicketEventKind::Tagged, held.now, &tags.join(", ")).await?;
    Ok(version + i64::from(training::hold_by_tags(held, version, &tags).await?))
}
