//! Mails to a customer's contacts about a ticket, queued in the transaction of their cause.

use app::api::{error::ApiError, principal::Principal};
use domain::{
    access::{Scope, Side},
    cover::CoverLevel,
    id::NoticeId,
    message_id,
    notice::{MailFacts, TicketFacts, TicketNews},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{Desk, internal};
use crate::{
    desk::new_id,
    store::{
        contacts::{self, Contact},
        cover::Levels,
        customers::{self, Customer},
        outbox::{self, NewNotice},
        tickets::Ticket,
    },
};

/// Tells every contact of the ticket's customer. `step` is the entry of the timeline that it is about.
pub(super) async fn tell(
    desk: &Desk,
    tx: &DatabaseTransaction,
    who: &Principal,
    ticket: &Ticket,
    (news, step): (TicketNews, i64),
    now: Timestamp,
) -> Result<(), ApiError> {
    let customer = customers::find(tx, Scope::Everything, ticket.customer).await.map_err(internal)?;
    let customer = customer.ok_or(ApiError::NotFound)?;
    let levels = Levels::of_customers(tx, &[ticket.customer]).await.map_err(internal)?;
    let cover = levels.of_customer(ticket.customer, now);
    let mut notices = Vec::new();
    for contact in contacts::list_of(tx, ticket.customer).await.map_err(internal)? {
        let root = message_id::ticket_root(ticket.id, contact.id.0, &desk.mail_domain);
        let begun = outbox::has_message(tx, &root).await.map_err(internal)?;
        let id = NoticeId(new_id(now)?);
        let (message_id, in_reply_to) = match begun {
            false => (root, None),
            true => (message_id::follow_up(id, &desk.mail_domain), Some(root)),
        };
        let facts = facts(&customer, &contact, ticket, who, &news, (now, cover));
        notices.push(NewNotice {
            id,
            fault: None,
            customer: Some(ticket.customer),
            kind: news.as_str().to_owned(),
            step,
            who_side: Side::Customer,
            recipient_id: contact.id.0,
            name: contact.name,
            email: contact.email,
            rule: format!("contact of {}", customer.name),
            subject: facts.mail_subject(),
            facts: MailFacts::Ticket(Box::new(facts)),
            message_id,
            in_reply_to,
            queued_at: now,
            withheld: contact.refused.map(|reply| format!("The mail server refused this address before: {reply}")),
        });
    }
    outbox::enqueue(tx, notices).await.map(drop).map_err(internal)
}

fn facts(
    customer: &Customer,
    contact: &Contact,
    ticket: &Ticket,
    who: &Principal,
    news: &TicketNews,
    (at, cover): (Timestamp, CoverLevel),
) -> TicketFacts {
    TicketFacts {
        number: ticket.number,
        subject: ticket.subject.clone(),
        customer: customer.name.clone(),
        by: who.name.clone(),
        news: news.clone(),
        at,
        cover,
        zone: customer.zone.clone(),
        recipient_name: contact.name.clone(),
    }
}
