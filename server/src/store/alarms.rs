//! A mail that will not arrive is told to staff: somebody counts on hearing of faults and does not.

use domain::{
    access::Side,
    id::{CustomerId, NoticeId},
    message_id,
    notice::{AlarmFacts, MailFacts, RefusedFacts},
    time::Timestamp,
};
use entity::{customer, notice, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::outbox::{self, Claimed, NewNotice};
use crate::entropy;

/// Staff who are told; more would be a mistake in the address book.
const STAFF_MAX: u64 = 50;

/// Tells the staff who receive faults of something that only a person can put right.
pub async fn raise(
    tx: &impl ConnectionTrait,
    mail_domain: &str,
    title: &str,
    text: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    let facts =
        AlarmFacts { title: title.to_owned(), text: text.to_owned(), at: now, zone: "Europe/London".to_owned() };
    let mut notices = Vec::new();
    for person in staff(tx, None).await? {
        notices.push(to_staff(
            person,
            mail_domain,
            "alarm",
            None,
            subject(title),
            MailFacts::Alarm(facts.clone()),
            now,
        )?);
    }
    outbox::enqueue(tx, notices).await.map(drop)
}

/// Whether the alarm with this title was raised after `since`.
pub async fn was_raised(db: &impl ConnectionTrait, title: &str, since: Timestamp) -> Result<bool, DbErr> {
    let raised = notice::Entity::find()
        .filter(notice::Column::Kind.eq("alarm"))
        .filter(notice::Column::Subject.eq(subject(title)))
        .filter(notice::Column::QueuedAt.gt(since.as_micros()))
        .count(db)
        .await?;
    Ok(0 < raised)
}

fn subject(title: &str) -> String {
    format!("Faultdesk needs you: {title}")
}

/// Those who receive faults and whose address works.
pub(super) async fn staff(tx: &impl ConnectionTrait, but: Option<Uuid>) -> Result<Vec<user::Model>, DbErr> {
    let mut query = user::Entity::find()
        .filter(user::Column::CustomerId.is_null())
        .filter(user::Column::ReceivesFaults.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .filter(user::Column::RefusedAt.is_null())
        .limit(STAFF_MAX);
    if let Some(but) = but {
        query = query.filter(user::Column::Id.ne(but));
    }
    query.all(tx).await
}

fn to_staff(
    person: user::Model,
    mail_domain: &str,
    kind: &str,
    customer: Option<CustomerId>,
    subject: String,
    facts: MailFacts,
    now: Timestamp,
) -> Result<NewNotice, DbErr> {
    let id = NoticeId(entropy::id(now).map_err(|error| DbErr::Custom(error.to_string()))?);
    Ok(NewNotice {
        id,
        fault: None,
        customer,
        kind: kind.to_owned(),
        step: 0,
        who_side: Side::Staff,
        recipient_id: person.id,
        name: person.name,
        email: person.email,
        rule: "staff who receive faults".to_owned(),
        subject,
        facts,
        message_id: message_id::follow_up(id, mail_domain),
        in_reply_to: None,
        queued_at: now,
        withheld: None,
    })
}

/// Queues the alarm, except about an alarm: that one is in the mail log.
pub async fn tell_staff(
    tx: &impl ConnectionTrait,
    mail_domain: &str,
    mail: &Claimed,
    reply: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    if matches!(mail.facts, MailFacts::Refused(_)) {
        return Ok(());
    }
    let customer = match mail.customer {
        Some(id) => customer::Entity::find_by_id(id.0).one(tx).await?,
        None => None,
    };
    let facts = RefusedFacts {
        name: mail.name.clone(),
        email: mail.email.clone(),
        customer: customer.as_ref().map(|row| row.name.clone()).unwrap_or_default(),
        subject: mail.subject.clone(),
        reply: reply.to_owned(),
        at: now,
        zone: customer.map_or_else(|| "Europe/London".to_owned(), |row| row.zone),
    };
    let mut notices = Vec::new();
    for person in staff(tx, Some(mail.recipient_id)).await? {
        let subject = format!("Mail to {} was not delivered", mail.email);
        let facts = MailFacts::Refused(facts.clone());
        notices.push(to_staff(person, mail_domain, "refused", mail.customer, subject, facts, now)?);
    }
    outbox::enqueue(tx, notices).await.map(drop)
}
