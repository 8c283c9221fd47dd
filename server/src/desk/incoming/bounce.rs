//! A mail of ours came back.

use domain::{
    id::{CustomerId, NoticeId},
    incoming::Outcome,
};
use sea_orm::DbErr;

use super::Incoming;
use crate::store::{alarms, incoming::Fate, outbox};

/// Marks the address and tells staff. Without a proof of which mail it was nothing is marked: a report is easily made
/// up.
pub(super) async fn bounced(incoming: &Incoming<'_>, notice: Option<NoticeId>) -> Result<Fate, DbErr> {
    let (tx, now, domain) = (incoming.tx, incoming.now, incoming.parts.mail_domain.as_str());
    let words = incoming.mail.report.as_ref().map(|report| report.words.clone()).unwrap_or_default();
    let sent = match notice {
        Some(id) => outbox::find_sent(tx, id).await?,
        None => None,
    };
    let Some(sent) = sent else {
        let text =
            format!("A mail came back, and nothing in it says which of ours it was. The server's words: {words}");
        incoming.alarm_once(Outcome::Bounce, "A mail came back", &text).await?;
        return Ok(Fate::apart(Outcome::Bounce, words));
    };
    if outbox::bounced(tx, &sent, &words, now).await? {
        alarms::tell_staff(tx, domain, &sent, &words, now).await?;
    }
    let customer = sent.customer.map(|customer| CustomerId(customer.0));
    Ok(Fate { customer, notice: Some(sent.id), ..Fate::apart(Outcome::Bounce, words) })
}
