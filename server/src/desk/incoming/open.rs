//! A new ticket out of a mail, and the receipt for it.

use app::api::live::LiveChange;
use domain::{
    access::{Scope, Side},
    cover::CoverLevel,
    id::{ClockId, CustomerId, NoticeId, TicketId, UserId},
    incoming::{Outcome, Party, clean_subject},
    message_id,
    notice::{MailFacts, TicketFacts, TicketNews},
    ticket::{Channel, LinkKind, TicketKind},
    time::Timestamp,
};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Incoming,
    land::{Files, attach, author, failed, fate, text_of},
};
use crate::{
    desk::tickets::mails,
    entropy,
    store::{
        contacts,
        cover::{Levels, Promises},
        customers, events,
        incoming::{Fate, known},
        outbox::{self, NewNotice},
        tickets::{self, Logged, Opening, Origin, Ticket},
        users,
    },
};

/// Receipts to one address within an hour.
const RECEIPTS_HOUR_MAX: u64 = 5;
/// Words of the receipt in place of the mail's subject, which anybody can have written.
const RECEIVED: &str = "We have your message";

/// Opens a ticket; its clock starts with our receipt. `follows` is the closed ticket that the mail was about.
pub(super) async fn ticket(
    incoming: &Incoming<'_>,
    customer: CustomerId,
    party: Party,
    follows: Option<i64>,
) -> Result<Fate, DbErr> {
    let by = author(incoming, party).await?;
    let contact = if let Party::Contact { contact, .. } = party { Some(contact.0) } else { None };
    let opened = opened(incoming, customer, (by.clone(), contact), follows, Files::ForAll).await?;
    let Opened { ticket, seq, fate, respond_by } = opened;
    let (id, number, text) = (ticket.id, ticket.number, text_of(incoming.mail));
    let wrote = mails::Wrote { ticket: &ticket, by: &by.0, text: &text, seq, now: incoming.now };
    mails::staff(incoming.tx, &incoming.parts.mail_domain, wrote).await?;
    receipt(incoming, (customer, id, number), party, respond_by).await?;
    Ok(fate)
}

/// A ticket that was opened.
pub(super) struct Opened {
    pub(super) ticket: Ticket,
    /// Of the entry with the words.
    seq: i64,
    pub(super) fate: Fate,
    /// None: no response is promised.
    respond_by: Option<Timestamp>,
}

/// The same without a receipt, in the name of somebody with or without an account, who may be a contact.
pub(super) async fn opened(
    incoming: &Incoming<'_>,
    customer: CustomerId,
    ((name, user), contact): ((String, Option<UserId>), Option<Uuid>),
    follows: Option<i64>,
    files: Files,
) -> Result<Opened, DbErr> {
    let Incoming { tx, now, at, mail, .. } = *incoming;
    let id = TicketId(entropy::id(now).map_err(failed)?);
    let opening = Opening {
        id,
        clock: ClockId(entropy::id(now).map_err(failed)?),
        kind: TicketKind::Logged,
        customer,
        site: None,
        host: None,
        subject: &clean_subject(&mail.subject),
        text: &text_of(mail),
        origin: Origin { contact, ..Origin::of(Channel::Mail, name.as_str()) },
        user,
        opened_at: at,
        now,
    };
    let promises = Promises::load(tx).await?;
    let Logged { number, clock, seq, .. } = tickets::log(tx, &promises, opening).await?;
    if let Some(earlier) = follows
        && let Some(earlier) = tickets::find(tx, Scope::Customer(customer), earlier).await?
    {
        tickets::link(tx, id, earlier.id, LinkKind::Follows, now).await?;
    }
    attach(incoming, id, seq, files).await?;
    events::append(tx, now, &[(customer, LiveChange::Ticket { number, customer })]).await?;
    let ticket = tickets::find(tx, Scope::Customer(customer), number).await?;
    let ticket = ticket.ok_or_else(|| failed("the ticket was not opened"))?;
    let respond_by = clock.and_then(|clock| clock.kept.due_at);
    Ok(Opened { fate: fate(Outcome::Opened, &ticket, seq), ticket, seq, respond_by })
}

/// Tells the sender that their mail has come: by the address that we have, in our own words, and not too often.
async fn receipt(
    incoming: &Incoming<'_>,
    (customer, ticket, number): (CustomerId, TicketId, i64),
    party: Party,
    respond_by: Option<Timestamp>,
) -> Result<(), DbErr> {
    let (tx, now) = (incoming.tx, incoming.now);
    let (Some((name, email)), Some(owner)) =
        (known::name(tx, party).await?, customers::find(tx, Scope::Customer(customer), customer).await?)
    else {
        return Ok(());
    };
    let news = TicketNews::Received { respond_by };
    if RECEIPTS_HOUR_MAX <= outbox::count_since(tx, news.as_str(), &email, now.plus_seconds(-3_600)).await? {
        return Ok(());
    }
    let scope = Scope::Customer(customer);
    let (recipient_id, refused) = match party {
        Party::Contact { contact, .. } => {
            (contact.0, contacts::find(tx, scope, contact).await?.and_then(|contact| contact.refused))
        }
        Party::User { user, .. } | Party::Staff { user } => {
            (user.0, users::find(tx, scope, user).await?.and_then(|user| user.refused_reply))
        }
    };
    let facts = TicketFacts {
        id: ticket,
        number,
        subject: RECEIVED.to_owned(),
        customer: owner.name,
        by: "Support".to_owned(),
        at: now,
        cover: level(incoming, customer).await?,
        zone: owner.zone,
        recipient_name: name.clone(),
        because: String::new(),
        news,
    };
    let notice = NewNotice {
        id: NoticeId(entropy::id(now).map_err(failed)?),
        fault: None,
        customer: Some(customer),
        kind: facts.news.as_str().to_owned(),
        step: 1,
        who_side: Side::Customer,
        recipient_id,
        name,
        email,
        rule: "their mail opened a ticket".to_owned(),
        subject: facts.mail_subject(),
        facts: MailFacts::Ticket(Box::new(facts)),
        message_id: message_id::ticket_root(ticket, recipient_id, &incoming.parts.mail_domain),
        in_reply_to: None,
        queued_at: now,
        withheld: refused.map(|reply| format!("The mail server refused this address before: {reply}")),
    };
    outbox::enqueue(tx, vec![notice]).await.map(drop)
}

async fn level(incoming: &Incoming<'_>, customer: CustomerId) -> Result<CoverLevel, DbErr> {
    Ok(Levels::of_customers(incoming.tx, &[customer]).await?.of_customer(customer, incoming.now))
}
