//! What is verified about a mail before the rules decide.

use domain::{
    incoming::{Bounced, Facts, Party, ticket_numbers},
    text::EmailAddress,
};
use sea_orm::DbErr;

use super::{Envelope, Incoming};
use crate::{links::open_message_id, store::incoming::known};

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
    let bounced = match &mail.report {
        Some(report) => {
            let mut notice = None;
            for (kept, origin) in mail.returned.iter().filter_map(|id| open(id)) {
                if let Some(noticed) = known::noticed(tx, &kept, origin).await? {
                    notice = noticed.notice;
                    break;
                }
            }
            Some(Bounced { notice, permanent: report.permanent })
        }
        None => None,
    };
    let key = mail.sender.as_ref().map(EmailAddress::key);
    let from_us = key.is_some_and(|key| parts.own.iter().any(|own| own.key() == key));
    let own_list = mail.list_id.contains(&format!("<faults.{}>", parts.mail_domain));
    Ok(Facts {
        bounced,
        own: from_us || own_list || open(&mail.message_id).is_some(),
        automatic: mail.automatic || null_sender,
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
