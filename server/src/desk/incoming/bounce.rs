//! A mail of ours came back.

use domain::{
    id::{CustomerId, NoticeId},
    incoming::{Outcome, Quarantined},
};
use sea_orm::DbErr;

use super::Incoming;
use crate::store::{alarms, incoming::Fate, outbox};

const CAME_BACK: &str = "A mail came back";

/// Tells staff, and marks the address when the report proves enough. Without a proof of which mail it was nothing is
/// marked, and the report waits for a person: one is easily made up.
pub(super) async fn bounced(incoming: &Incoming<'_>, notice: Option<NoticeId>, marks: bool) -> Result<Fate, DbErr> {
    let (tx, now, domain) = (incoming.tx, incoming.now, incoming.parts.mail_domain.as_str());
    let words = match &incoming.mail.report {
        Some(report) => report.words.clone(),
        None => "A mail server returned it.".to_owned(),
    };
    let sent = match notice {
        Some(id) => outbox::find_sent(tx, id).await?,
        None => None,
    };
    let Some(sent) = sent else {
        let text =
            format!("A mail came back, and nothing in it says which of ours it was. The server's words: {words}");
        incoming.alarm_once(CAME_BACK, &text).await?;
        return Ok(Fate::apart(Outcome::Quarantine, Quarantined::UnknownReturn.words()));
    };
    if marks {
        if outbox::bounced(tx, &sent, &words, now).await? {
            alarms::tell_staff(tx, domain, &sent, &words, now).await?;
        }
    } else {
        let text = format!(
            "“{}” to {} <{}> came back. The report does not prove that the address takes no mail, so it is not marked. \
             The server's words: {words}",
            sent.subject, sent.name, sent.email
        );
        incoming.alarm_once(&format!("{CAME_BACK} from {}", sent.email), &text).await?;
    }
    let customer = sent.customer.map(|customer| CustomerId(customer.0));
    Ok(Fate { customer, notice: Some(sent.id), ..Fate::apart(Outcome::Bounce, words) })
}
