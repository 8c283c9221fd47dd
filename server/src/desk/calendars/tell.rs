//! Mails about announced days, queued with the announcement.

use app::api::{error::ApiError, principal::Principal};
use domain::{
    access::Side,
    id::NoticeId,
    message_id,
    notice::{AnnouncedFacts, MailFacts},
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::{
    effect::{self, Effect},
    order::{About, Order},
};
use crate::{
    desk::{internal, new_id},
    store::{
        announcements,
        contacts::Contact,
        outbox::{self, NewNotice},
    },
};

/// Tells every contact of the customers concerned once, and remembers how many customers that were.
#[expect(clippy::too_many_arguments, reason = "each is a different part of one announcement; called once")]
pub(super) async fn customers(
    db: &impl ConnectionTrait,
    mail_domain: &str,
    order: &Order,
    about: &About,
    effect: &Effect,
    applied: bool,
    who: &Principal,
    now: Timestamp,
) -> Result<(), ApiError> {
    let count = u32::try_from(effect::customers(&effect.audience)).unwrap_or(u32::MAX);
    for change in &order.changes {
        if let Some(before) = &change.before {
            let done = announcements::insert(db, before.calendar, now, Some(who.user), count).await;
            done.map_err(internal)?;
        }
    }
    let zone = order.changes.first().map_or("UTC", |change| change.calendar.zone().name());
    let mut moved = if applied { effect.moved_by_customer() } else { Default::default() };
    // Contacts of one customer follow each other; all of them read the same list.
    moved.retain(|_, targets| !targets.is_empty());
    let mut notices = Vec::with_capacity(effect.audience.len());
    for contact in &effect.audience {
        let facts = AnnouncedFacts {
            customer: contact.customer_name.clone(),
            name: contact.name.clone(),
            first_on: about.first_on,
            last_on: about.last_on,
            hours: about.hours.clone(),
            text: about.text.clone(),
            taken_back: about.taken_back,
            moved: moved.get(&contact.customer).cloned().unwrap_or_default(),
            at: now,
            zone: zone.to_owned(),
        };
        notices.push(notice(contact, facts, mail_domain, now)?);
    }
    outbox::enqueue(db, notices).await.map(drop).map_err(internal)
}

fn notice(contact: &Contact, facts: AnnouncedFacts, mail_domain: &str, now: Timestamp) -> Result<NewNotice, ApiError> {
    let id = NoticeId(new_id(now)?);
    Ok(NewNotice {
        id,
        fault: None,
        customer: Some(contact.customer),
        kind: "announced".to_owned(),
        step: 0,
        who_side: Side::Customer,
        recipient_id: contact.id.0,
        name: contact.name.clone(),
        email: contact.email.clone(),
        rule: format!("contact of {}", contact.customer_name),
        subject: facts.subject(),
        facts: MailFacts::Announced(facts),
        message_id: message_id::follow_up(id, mail_domain),
        in_reply_to: None,
        queued_at: now,
        withheld: None,
    })
}
