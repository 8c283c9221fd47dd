//! A mail that will not arrive is told to staff: somebody counts on hearing of faults and does not.

use domain::{
    access::Side,
    id::NoticeId,
    message_id,
    notice::{MailFacts, RefusedFacts},
    time::Timestamp,
};
use entity::{customer, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::outbox::{self, Claimed, NewNotice};
use crate::entropy;

/// Staff who are told; more would be a mistake in the address book.
const STAFF_MAX: u64 = 50;

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
    let staff = user::Entity::find()
        .filter(user::Column::CustomerId.is_null())
        .filter(user::Column::ReceivesFaults.eq(true))
        .filter(user::Column::DisabledAt.is_null())
        .filter(user::Column::RefusedAt.is_null())
        .filter(user::Column::Id.ne(mail.recipient_id))
        .limit(STAFF_MAX)
        .all(tx)
        .await?;
    let facts = RefusedFacts {
        name: mail.name.clone(),
        email: mail.email.clone(),
        customer: customer.as_ref().map(|row| row.name.clone()).unwrap_or_default(),
        subject: mail.subject.clone(),
        reply: reply.to_owned(),
        at: now,
        zone: customer.map_or_else(|| "Europe/London".to_owned(), |row| row.zone),
    };
    let mut notices = Vec::with_capacity(staff.len());
    for person in staff {
        let id = NoticeId(entropy::id(now).map_err(|error| DbErr::Custom(error.to_string()))?);
        notices.push(NewNotice {
            id,
            fault: None,
            customer: mail.customer,
            kind: "refused".to_owned(),
            step: 0,
            who_side: Side::Staff,
            recipient_id: person.id,
            name: person.name,
            email: person.email,
            rule: "staff who receive faults".to_owned(),
            subject: format!("Mail to {} was not delivered", mail.email),
            facts: MailFacts::Refused(facts.clone()),
            message_id: message_id::follow_up(id, mail_domain),
            in_reply_to: None,
            queued_at: now,
            withheld: None,
        });
    }
    outbox::enqueue(tx, notices).await.map(drop)
}
