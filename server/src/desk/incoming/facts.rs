//! What is verified about a mail before the rules decide.

use domain::{
    id::NoticeId,
    incoming::{Bounced, Facts, Hand, Party, ticket_numbers},
    text::EmailAddress,
};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{Envelope, Incoming};
use crate::{
    links::open_message_id,
    store::{incoming::known, outbox},
};

/// Ids with our signature that are followed.
const THREAD_MAX: usize = 10;

pub(super) async fn gather(
    incoming: &Incoming<'_>,
    envelope: &Envelope,
    parties: Vec<Party>,
    (sender_last_hour, strangers_last_hour): (u64, u64),
) -> Result<Facts, DbErr> {
    let Incoming { parts, tx, mail, now, .. } = *incoming;
    let open = |id: &str| open_message_id(&parts.signer, id, &parts.mail_domain);
    let mut thread = Vec::new();
    for (kept, origin) in mail.thread.iter().filter_map(|id| open(id)).take(THREAD_MAX) {
        thread.extend(known::noticed(tx, &kept, origin).await?);
    }
    let numbered = known::numbered(tx, &ticket_numbers(&mail.subject)).await?;
    let null_sender = envelope.from.as_deref() == Some("") || (envelope.from.is_none() && mail.null_sender);
    let mut returned = None;
    for (kept, origin) in mail.returned.iter().filter_map(|id| open(id)) {
        if let Some(noticed) = known::noticed(tx, &kept, origin).await? {
            returned = noticed.notice;
            break;
        }
    }
    let bounced = match (&mail.report, returned) {
        (Some(report), notice) => {
            let proved = null_sender && report.permanent && is_recipient(tx, notice, &report.recipient).await?;
            Some(Bounced { notice, failed: report.failed, marks: proved })
        }
        // A server's own words about a mail of ours, in a form of its own.
        (None, notice @ Some(_)) => Some(Bounced { notice, failed: true, marks: false }),
        (None, None) => None,
    };
    let key = mail.sender.as_ref().map(EmailAddress::key);
    let from_us = key.is_some_and(|key| parts.own.iter().any(|own| own.key() == key));
    let own_list = mail.list_id.contains(&format!("<faults.{}>", parts.mail_domain));
    Ok(Facts {
        bounced,
        own: from_us || own_list || open(&mail.message_id).is_some(),
        hand: if null_sender { Hand::Reply } else { mail.hand },
        hops: mail.hops,
        has_sender: mail.sender.is_some(),
        parties,
        thread,
        numbered,
        sender_last_hour,
        strangers_last_hour,
        ..Facts::at(now)
    })
}

/// Whether a mail of ours went to `address`: a report about another, behind a forwarder, says nothing of the one we have.
async fn is_recipient(tx: &DatabaseTransaction, notice: Option<NoticeId>, address: &str) -> Result<bool, DbErr> {
    let Some(notice) = notice else { return Ok(false) };
    let sent = outbox::find_sent(tx, notice).await?;
    Ok(sent.is_some_and(|sent| sent.email.to_lowercase() == address))
}
