//! How the customer found it: asked once after a ticket was closed, on its page and by the link of the closing mail.

use app::api::{
    care::{RateInput, RateLink, RatingRow},
    error::ApiError,
    live::LiveChange,
    principal::Principal,
};
use domain::{
    access::{Permission, Scope, Side},
    id::UserId,
    probe::FieldError,
    text::Note,
    ticket::{Outcome, TicketEventKind, TicketState, reference},
    time::Timestamp,
};

use super::{Desk, acts::Held, internal};
use crate::{
    desk::new_id,
    links::RatePass,
    store::{
        audit::{self, Act},
        contacts::{self, Contact},
        customers, events,
        tickets::{self, NewTicketEvent, Rating, Ticket},
    },
};

/// What was answered.
struct Answer {
    satisfied: bool,
    words: Note,
}

fn parse(input: &RateInput) -> Result<Answer, ApiError> {
    let mut wrong = Vec::new();
    let satisfied = match input.satisfied.as_str() {
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            wrong.push(FieldError::new("satisfied", "must be yes or no"));
            None
        }
    };
    let words = Note::parse(&input.words).map_err(|error| wrong.push(FieldError::new("words", error))).ok();
    match (satisfied, words) {
        (Some(satisfied), Some(words)) => Ok(Answer { satisfied, words }),
        _ => Err(ApiError::Invalid(wrong)),
    }
}

/// Whether it is asked at all: what was merged or declined was not worked on.
pub(super) fn is_asked(ticket: &Ticket) -> bool {
    let ended = matches!(ticket.care.outcome, Some(Outcome::Done | Outcome::Unanswered));
    ticket.state == TicketState::Closed && ended
}

pub(super) fn row(rating: Rating) -> RatingRow {
    RatingRow { satisfied: rating.satisfied, words: rating.words, by: rating.by, at: rating.at }
}

pub(super) async fn rate(desk: &Desk, who: &Principal, number: i64, input: &RateInput) -> Result<(), ApiError> {
    let held = Held::take(desk, who, number, Permission::WriteToTickets).await?;
    if who.side() == Side::Staff {
        return Err(ApiError::Conflict("Only the customer can say how it was.".to_owned()));
    }
    let answer = parse(input)?;
    let by = By { user: Some(who.user), name: &who.name, action: "ticket.rate" };
    store(&held.tx, &held.ticket, &answer, by, held.now).await?;
    held.tx.commit().await.map_err(internal)?;
    desk.engine.published();
    Ok(())
}

struct By<'a> {
    user: Option<UserId>,
    name: &'a str,
    action: &'a str,
}

async fn store(
    tx: &sea_orm::DatabaseTransaction,
    ticket: &Ticket,
    answer: &Answer,
    by: By<'_>,
    now: Timestamp,
) -> Result<(), ApiError> {
    if !is_asked(ticket) {
        return Err(ApiError::Conflict("This is asked once the ticket is closed.".to_owned()));
    }
    let Answer { satisfied, words } = answer;
    let rating = Rating { satisfied: *satisfied, words: words.as_str().to_owned(), by: by.name.to_owned(), at: now };
    if !tickets::rate(tx, ticket.id, &rating).await.map_err(internal)? {
        return Err(ApiError::Conflict("This was answered already. Thank you.".to_owned()));
    }
    let said = if *satisfied { "it was solved well" } else { "it was not solved well" };
    let detail = if words.is_empty() { said.to_owned() } else { format!("{said}. {words}") };
    let entry = NewTicketEvent {
        ticket: ticket.id,
        at: now,
        entered_at: now,
        kind: TicketEventKind::Rated,
        user: by.user,
        by: by.name,
        detail: &detail,
    };
    tickets::add_event(tx, entry).await.map_err(internal)?;
    let record = Act {
        user: by.user.map(|user| user.0),
        actor: by.name,
        action: by.action,
        subject: &reference(ticket.number),
        customer: Some(ticket.customer),
        detail,
    };
    audit::write(tx, new_id(now)?, now, record).await.map_err(internal)?;
    let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
    events::append(tx, now, &[(ticket.customer, change)]).await.map(drop).map_err(internal)
}

/// What a link is good for: its contact and its ticket, which is of the contact's customer.
async fn open(desk: &Desk, token: &str) -> Result<(Contact, Ticket), ApiError> {
    let wrong = || ApiError::invalid("token", "this link has expired or was altered; please sign in instead");
    let pass = RatePass::open(&desk.signer, token).ok_or_else(wrong)?;
    if pass.expires_at <= desk.clock.now() {
        return Err(wrong());
    }
    let gone = || ApiError::invalid("token", "this link is no longer good; please sign in instead");
    // The signed link is the proof: it names its customer by naming the contact.
    let contact = contacts::find(desk.db.read(), Scope::Everything, pass.contact).await.map_err(internal)?;
    let contact = contact.ok_or_else(gone)?;
    let scope = Scope::Customer(contact.customer);
    let ticket = tickets::find_by_id(desk.db.read(), scope, pass.ticket).await.map_err(internal)?;
    Ok((contact, ticket.ok_or_else(gone)?))
}

pub(super) async fn link(desk: &Desk, token: &str) -> Result<RateLink, ApiError> {
    let (contact, ticket) = open(desk, token).await?;
    let customer = customers::find(desk.db.read(), Scope::Everything, ticket.customer).await.map_err(internal)?;
    let rating = tickets::rating(desk.db.read(), ticket.id).await.map_err(internal)?;
    Ok(RateLink {
        now: desk.clock.now(),
        number: ticket.number,
        subject: ticket.subject,
        customer: customer.ok_or(ApiError::NotFound)?.name,
        closed_at: ticket.closed_at,
        recipient: contact.name,
        rating: rating.map(row),
    })
}

pub(super) async fn by_link(desk: &Desk, token: &str, input: &RateInput) -> Result<RateLink, ApiError> {
    let (contact, ticket) = open(desk, token).await?;
    let answer = parse(input)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let scope = Scope::Customer(contact.customer);
    let ticket = tickets::lock(&tx, scope, ticket.number).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    let by = By { user: None, name: &contact.name, action: "ticket.rate-by-link" };
    store(&tx, &ticket, &answer, by, now).await?;
    tx.commit().await.map_err(internal)?;
    desk.engine.published();
    link(desk, token).await
}
