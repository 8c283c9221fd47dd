//! Mails about a ticket, queued in the transaction of their cause: to the customer's contacts, and of the customer's own
//! words to our staff.
//!
//! What a customer writes goes to whoever has the ticket and to those who watch it. While nobody has it, it goes to the
//! staff who receive faults instead of the one who has it: somebody is always told.

use std::collections::BTreeSet;

use domain::{
    access::{Scope, Side},
    id::{NoticeId, UserId},
    message_id,
    notice::{MailFacts, TicketFacts, TicketNews},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::store::{
    contacts,
    cover::Levels,
    customers,
    faults::new_id,
    outbox::{self, NewNotice},
    tickets::{self, Ticket},
    users,
};

/// Somebody who is told.
struct To {
    id: Uuid,
    name: String,
    email: String,
    /// The answer of the mail server that refused the address.
    refused: Option<String>,
    rule: String,
    because: &'static str,
}

/// What a mail says, and of which entry of the timeline.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct Telling<'a> {
    pub(in crate::desk) ticket: &'a Ticket,
    /// Who wrote or acted.
    pub(in crate::desk) by: &'a str,
    pub(in crate::desk) news: &'a TicketNews,
    pub(in crate::desk) step: i64,
    pub(in crate::desk) now: Timestamp,
}

/// Tells every contact of the ticket's customer.
pub(in crate::desk) async fn contacts(
    db: &impl ConnectionTrait,
    mail_domain: &str,
    told: Telling<'_>,
) -> Result<(), DbErr> {
    let people = contacts::list_of(db, told.ticket.customer).await?;
    let to = people.into_iter().map(|contact| To {
        id: contact.id.0,
        name: contact.name,
        email: contact.email,
        refused: contact.refused,
        rule: String::new(),
        because: "",
    });
    queue(db, mail_domain, to.collect(), told).await
}

/// What a customer wrote, for our staff.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct Wrote<'a> {
    pub(in crate::desk) ticket: &'a Ticket,
    pub(in crate::desk) by: &'a str,
    pub(in crate::desk) text: &'a str,
    /// Of the entry.
    pub(in crate::desk) seq: i64,
    pub(in crate::desk) now: Timestamp,
}

/// Tells those of our staff whom a message of the customer concerns.
pub(in crate::desk) async fn staff(
    db: &impl ConnectionTrait,
    mail_domain: &str,
    wrote: Wrote<'_>,
) -> Result<(), DbErr> {
    let Wrote { ticket, by, text, seq, now } = wrote;
    let mut seen = BTreeSet::new();
    let mut to = Vec::new();
    for (user, because) in concerned(db, ticket).await? {
        let Some(account) = users::find(db, Scope::Everything, user).await? else { continue };
        if account.disabled_at.is_some() || account.customer.is_some() || !seen.insert(user) {
            continue;
        }
        to.push(To {
            id: user.0,
            name: account.name,
            email: account.email,
            refused: account.refused_reply,
            rule: because.to_owned(),
            because,
        });
    }
    let news = TicketNews::Message { text: text.to_owned() };
    queue(db, mail_domain, to, Telling { ticket, by, news: &news, step: seq, now }).await
}

/// Who has it, or who receives faults while nobody has; then who watches it.
async fn concerned(db: &impl ConnectionTrait, ticket: &Ticket) -> Result<Vec<(UserId, &'static str)>, DbErr> {
    let assignee = match ticket.care.assignee {
        Some(user) => users::find(db, Scope::Everything, user).await?.filter(|user| user.disabled_at.is_none()),
        None => None,
    };
    let mut people = Vec::new();
    match assignee {
        Some(account) => people.push((account.id, "you have this ticket")),
        None => {
            let all = users::list(db, Scope::Everything).await?.into_iter();
            let all = all.filter(|user| user.customer.is_none() && user.receives_faults);
            people.extend(all.map(|user| (user.id, "nobody has this ticket yet, and you receive faults")));
        }
    }
    let watchers = tickets::watchers(db, ticket.id).await?;
    people.extend(watchers.into_iter().map(|user| (user, "you watch this ticket")));
    Ok(people)
}

async fn queue(db: &impl ConnectionTrait, mail_domain: &str, to: Vec<To>, told: Telling<'_>) -> Result<(), DbErr> {
    let Telling { ticket, by, news, step, now } = told;
    let customer = customers::find(db, Scope::Everything, ticket.customer).await?;
    let Some(customer) = customer else { return Ok(()) };
    let cover = Levels::of_customers(db, &[ticket.customer]).await?.of_customer(ticket.customer, now);
    let mut notices = Vec::with_capacity(to.len());
    for person in to {
        let root = message_id::ticket_root(ticket.id, person.id, mail_domain);
        let begun = outbox::has_message(db, &root).await?;
        let id = NoticeId(new_id(now)?);
        let (message_id, in_reply_to) = match begun {
            false => (root, None),
            true => (message_id::follow_up(id, mail_domain), Some(root)),
        };
        let facts = TicketFacts {
            id: ticket.id,
            number: ticket.number,
            subject: ticket.subject.clone(),
            customer: customer.name.clone(),
            by: by.to_owned(),
            news: news.clone(),
            at: now,
            cover,
            zone: customer.zone.clone(),
            recipient_name: person.name.clone(),
            because: person.because.to_owned(),
        };
        let contact = || format!("contact of {}", customer.name);
        notices.push(NewNotice {
            id,
            fault: None,
            customer: Some(ticket.customer),
            kind: news.as_str().to_owned(),
            step,
            who_side: news.side(),
            recipient_id: person.id,
            name: person.name,
            email: person.email,
            rule: if news.side() == Side::Staff { person.rule } else { contact() },
            subject: facts.mail_subject(),
            facts: MailFacts::Ticket(Box::new(facts)),
            message_id,
            in_reply_to,
            queued_at: now,
            withheld: person.refused.map(|reply| format!("The mail server refused this address before: {reply}")),
        });
    }
    outbox::enqueue(db, notices).await.map(drop)
}
