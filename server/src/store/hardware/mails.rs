//! Mails about hardware, queued in the transaction of their cause. They thread with the ticket's other mails.

use domain::{
    access::{Scope, Side},
    cover::CoverLevel,
    id::NoticeId,
    message_id,
    notice::{HardwareFacts, HardwareNews, MailFacts},
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::store::{
    alarms, contacts,
    cover::Levels,
    customers,
    faults::new_id,
    outbox::{self, NewNotice},
    tickets::Ticket,
};

/// What a mail is about.
pub struct Cause<'a> {
    pub ticket: &'a Ticket,
    pub news: HardwareNews,
    /// Tells repeats of one kind apart.
    pub step: i64,
    pub now: Timestamp,
    pub mail_domain: &'a str,
}

/// Somebody who gets a mail.
struct Reader {
    side: Side,
    id: Uuid,
    name: String,
    email: String,
    rule: String,
    refused: Option<String>,
}

/// Tells every contact of the ticket's customer. How many mails are new.
pub async fn tell_contacts(db: &impl ConnectionTrait, cause: &Cause<'_>) -> Result<u64, DbErr> {
    let contacts = contacts::list_of(db, cause.ticket.customer).await?;
    let readers = contacts.into_iter().map(|contact| Reader {
        side: Side::Customer,
        id: contact.id.0,
        rule: format!("contact of {}", contact.customer_name),
        name: contact.name,
        email: contact.email,
        refused: contact.refused,
    });
    queue(db, cause, readers.collect()).await
}

/// Tells one of the staff, such as the engineer who is booked.
pub async fn tell_engineer(
    db: &impl ConnectionTrait,
    cause: &Cause<'_>,
    engineer: &crate::store::users::Account,
) -> Result<u64, DbErr> {
    let reader = Reader {
        side: Side::Staff,
        id: engineer.id.0,
        name: engineer.name.clone(),
        email: engineer.email.clone(),
        rule: "engineer of the visit".to_owned(),
        refused: engineer.refused_reply.clone(),
    };
    queue(db, cause, vec![reader]).await
}

/// Tells the staff who receive faults and whose address works.
pub async fn tell_staff(db: &impl ConnectionTrait, cause: &Cause<'_>) -> Result<u64, DbErr> {
    let readers = alarms::staff(db, None).await?.into_iter().map(|user| Reader {
        side: Side::Staff,
        id: user.id,
        name: user.name,
        email: user.email,
        rule: "staff who receive faults".to_owned(),
        refused: None,
    });
    queue(db, cause, readers.collect()).await
}

async fn queue(db: &impl ConnectionTrait, cause: &Cause<'_>, readers: Vec<Reader>) -> Result<u64, DbErr> {
    let Cause { ticket, now, .. } = cause;
    let Some(customer) = customers::find(db, Scope::Everything, ticket.customer).await? else { return Ok(0) };
    let cover: CoverLevel = Levels::of_customers(db, &[ticket.customer]).await?.of_customer(ticket.customer, *now);
    let mut notices = Vec::with_capacity(readers.len());
    for reader in readers {
        let root = message_id::ticket_root(ticket.id, reader.id, cause.mail_domain);
        let id = NoticeId(new_id(*now)?);
        let (message_id, in_reply_to) = match outbox::has_message(db, &root).await? {
            false => (root, None),
            true => (message_id::follow_up(id, cause.mail_domain), Some(root)),
        };
        let facts = HardwareFacts {
            ticket: ticket.number,
            subject: ticket.subject.clone(),
            customer: customer.name.clone(),
            side: reader.side,
            news: cause.news.clone(),
            at: *now,
            cover,
            zone: customer.zone.clone(),
            recipient_name: reader.name.clone(),
        };
        notices.push(NewNotice {
            id,
            fault: None,
            customer: Some(ticket.customer),
            kind: cause.news.as_str().to_owned(),
            step: cause.step,
            who_side: reader.side,
            recipient_id: reader.id,
            name: reader.name,
            email: reader.email,
            rule: reader.rule,
            subject: facts.mail_subject(),
            facts: MailFacts::Hardware(Box::new(facts)),
            message_id,
            in_reply_to,
            queued_at: *now,
            withheld: reader.refused.map(|reply| format!("The mail server refused this address before: {reply}")),
        });
    }
    outbox::enqueue(db, notices).await
}

/// Kinds of all queued mails, in the order of the outbox.
#[cfg(test)]
pub(crate) async fn queued_kinds(db: &impl ConnectionTrait) -> Vec<String> {
    use sea_orm::{EntityTrait, QueryOrder};
    let rows = entity::notice::Entity::find().order_by_asc(entity::notice::Column::Position).all(db).await.unwrap();
    rows.into_iter().map(|row| row.kind).collect()
}
