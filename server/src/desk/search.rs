//! Looking for things by what people know of them. Whatever is typed is words; whoever asks finds their own alone.

use app::api::{
    error::ApiError,
    principal::Principal,
    search::{PAGE, SearchDesk, SearchPage, SearchRow, Sort, equipment_href},
};
use domain::{
    access::{Permission, Scope, Side},
    search,
    ticket::{TicketEventKind, parse_reference, reference},
};
use sea_orm::DbErr;

use super::internal;
use crate::{
    clock::Clock,
    store::{
        Db, customers, equipment,
        hosts::{self, Find},
        tickets::{self, Ticket, TicketEvent},
    },
};

/// Pages of results; who has not found it by then asks for something narrower.
const PAGES_MAX: u64 = 100;
/// Characters of an excerpt.
const EXCERPT_CHARS_MAX: usize = 120;
/// Characters of a query that are kept.
const QUERY_CHARS_MAX: usize = 200;

#[cfg(test)]
mod tests;

/// Implements [`SearchDesk`].
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
}

/// What is looked for, and by whom.
struct Asked<'a> {
    who: &'a Principal,
    scope: Scope,
    /// As it was typed, without what cannot be stored.
    text: String,
    terms: Vec<String>,
    /// The text is the number of a ticket.
    exact: Option<i64>,
}

impl<'a> Asked<'a> {
    fn new(who: &'a Principal, query: &str) -> Self {
        let text: String = query.chars().filter(|c| !c.is_control()).take(QUERY_CHARS_MAX).collect();
        let text = text.trim().to_owned();
        Self { who, scope: who.scope(), terms: search::terms(&text), exact: parse_reference(&text), text }
    }

    /// Customers look for the systems they know, not for addresses.
    fn find(&self) -> Find {
        Find { text: self.text.clone(), addresses: self.who.side() == Side::Staff }
    }
}

#[async_trait::async_trait]
impl SearchDesk for Desk {
    async fn search(
        &self,
        who: &Principal,
        query: String,
        sort: Option<Sort>,
        page: u64,
    ) -> Result<SearchPage, ApiError> {
        let asked = Asked::new(who, &query);
        let counts = self.counts(&asked).await.map_err(internal)?;
        let first = Sort::ALL.into_iter().zip(counts).find(|(_, count)| 0 < *count).map(|(sort, _)| sort);
        let sort = sort.or(first).unwrap_or_default();
        let page = page.clamp(1, PAGES_MAX);
        let rows = self.rows(&asked, sort, (page - 1) * PAGE).await.map_err(internal)?;
        Ok(SearchPage { now: self.clock.now(), query: asked.text, sort, counts, page, rows })
    }
}

impl Desk {
    async fn counts(&self, asked: &Asked<'_>) -> Result<[u64; 4], DbErr> {
        if asked.terms.is_empty() {
            return Ok([0; 4]);
        }
        let db = self.db.read();
        let found = tickets::search(db, asked.scope, &asked.terms, asked.exact, (0, 1)).await?;
        Ok([
            found.total,
            hosts::count(db, asked.scope, &asked.find()).await?,
            match sees_equipment(asked.who) {
                true => equipment::find_count(db, asked.scope, &asked.text).await?,
                false => 0,
            },
            match asked.who.side() {
                Side::Staff => customers::find_count(db, asked.scope, &asked.text).await?,
                Side::Customer => 0,
            },
        ])
    }

    async fn rows(&self, asked: &Asked<'_>, sort: Sort, skip: u64) -> Result<Vec<SearchRow>, DbErr> {
        if asked.terms.is_empty() {
            return Ok(Vec::new());
        }
        match sort {
            Sort::Tickets => self.tickets(asked, skip).await,
            Sort::Hosts => self.hosts(asked, skip).await,
            Sort::Equipment => self.equipment(asked, skip).await,
            Sort::Customers => self.customers(asked, skip).await,
        }
    }

    async fn tickets(&self, asked: &Asked<'_>, skip: u64) -> Result<Vec<SearchRow>, DbErr> {
        let db = self.db.read();
        let found = tickets::search(db, asked.scope, &asked.terms, asked.exact, (skip, PAGE)).await?;
        let names = customers::names(db, asked.scope).await?;
        let mut rows = Vec::new();
        for ticket in tickets::by_numbers(db, asked.scope, &found.numbers).await? {
            let name = names.iter().find(|(id, _)| *id == ticket.customer).map(|(_, name)| name.clone());
            // Twenty at most: one query each for what they say.
            let events = tickets::events(db, asked.scope, ticket.id).await?;
            rows.push(SearchRow {
                href: format!("/t/{}", ticket.number),
                reference: reference(ticket.number),
                whose: name.filter(|_| asked.who.side() == Side::Staff).unwrap_or_default(),
                state: Some(ticket.state),
                matched: matched(asked, &ticket, &events),
                title: ticket.subject,
            });
        }
        Ok(rows)
    }

    async fn hosts(&self, asked: &Asked<'_>, skip: u64) -> Result<Vec<SearchRow>, DbErr> {
        let hosts = hosts::found(self.db.read(), asked.scope, &asked.find(), skip, PAGE).await?;
        let staff = asked.who.side() == Side::Staff;
        let row = |host: hosts::Host| SearchRow {
            href: format!("/hosts/{}", host.name),
            whose: if staff { format!("{}, {}", host.customer_name, host.site_name) } else { host.site_name },
            matched: if staff { host.address } else { String::new() },
            reference: if staff { host.name } else { String::new() },
            title: host.system,
            state: None,
        };
        Ok(hosts.into_iter().map(row).collect())
    }

    async fn equipment(&self, asked: &Asked<'_>, skip: u64) -> Result<Vec<SearchRow>, DbErr> {
        if !sees_equipment(asked.who) {
            return Ok(Vec::new());
        }
        let db = self.db.read();
        let names = customers::names(db, asked.scope).await?;
        let pieces = equipment::found(db, asked.scope, &asked.text, skip, PAGE).await?;
        let staff = asked.who.side() == Side::Staff;
        let row = |piece: equipment::Piece| SearchRow {
            href: if staff { equipment_href(piece.customer) } else { "/cover".to_owned() },
            whose: names
                .iter()
                .find(|(id, _)| staff && *id == piece.customer)
                .map(|(_, name)| name.clone())
                .unwrap_or_default(),
            reference: String::new(),
            title: piece.name,
            state: None,
            matched: String::new(),
        };
        Ok(pieces.into_iter().map(row).collect())
    }

    async fn customers(&self, asked: &Asked<'_>, skip: u64) -> Result<Vec<SearchRow>, DbErr> {
        if asked.who.side() == Side::Customer {
            return Ok(Vec::new());
        }
        let found = customers::found(self.db.read(), asked.scope, &asked.text, skip, PAGE).await?;
        let row = |(id, name)| SearchRow {
            href: format!("/tickets?view=time&customer={id}"),
            reference: String::new(),
            title: name,
            whose: String::new(),
            state: None,
            matched: String::new(),
        };
        Ok(found.into_iter().map(row).collect())
    }
}

/// What a contract covers is for those who may see the contract.
fn sees_equipment(who: &Principal) -> bool {
    who.role.may(Permission::SeeContracts)
}

/// Where the words are: in the number, the subject, an entry, or the person who brought it.
fn matched(asked: &Asked<'_>, ticket: &Ticket, events: &[TicketEvent]) -> String {
    if asked.exact == Some(ticket.number) {
        return "This number".to_owned();
    }
    let whole = |text: &str| {
        let words = search::words(text);
        asked.terms.iter().all(|term| words.iter().any(|word| word.starts_with(term.as_str())))
    };
    if whole(&ticket.subject) {
        return "In the subject".to_owned();
    }
    for event in events.iter().filter(|event| whole(&event.detail)) {
        let what = match event.kind {
            TicketEventKind::Note => "Note",
            TicketEventKind::Call => "Call",
            TicketEventKind::Response => "Reply",
            TicketEventKind::Message | TicketEventKind::Opened => "Message",
            _ => continue,
        };
        if let Some(words) = search::excerpt(&event.detail, &asked.terms, EXCERPT_CHARS_MAX) {
            return format!("{what} of {}: \u{201c}{words}\u{201d}", event.by);
        }
        return format!("{what} of {}", event.by);
    }
    match ticket.origin.raised_by.is_empty() {
        true => String::new(),
        false => format!("Brought by {} {}", ticket.origin.raised_by, ticket.origin.phone).trim_end().to_owned(),
    }
}
