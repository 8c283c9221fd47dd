//! Mail in, as staff read and settle it, and the files that came with messages.

use app::api::{
    error::ApiError,
    incoming::{IncomingDesk, MailInList, MailInPage, MailInRow, ReleaseInput, Shown},
    principal::Principal,
};
use async_trait::async_trait;
use domain::{
    access::{Permission, Scope},
    id::{CustomerId, IncomingId, UserId},
    incoming::{Outcome, Party},
    probe::FieldError,
    text::Note,
    ticket::{parse_reference, reference},
    time::Timestamp,
};

use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Incoming, Receiver,
    land::{self, Files},
    open,
};
use crate::{
    desk::{act, internal, new_id, tickets::customer::takes_words},
    mail::inbound::{
        html,
        parse::{self, File, Parsed},
    },
    store::{
        attachments,
        audit::{self, Act},
        customers,
        incoming::{self, Fate, MailRow, PAGE, Show, StoredMail},
        tickets,
    },
};

/// Files of strangers, for routes beside the pages.
#[async_trait]
pub trait IncomingFiles: Send + Sync {
    /// The page of a mail, made harmless.
    async fn html(&self, who: &Principal, id: IncomingId) -> Result<String, ApiError>;
    /// A mail as it came.
    async fn raw(&self, who: &Principal, id: IncomingId) -> Result<Vec<u8>, ApiError>;
    /// A file of a ticket that the reader may see.
    async fn file(&self, who: &Principal, key: &str) -> Result<attachments::File, ApiError>;
}

/// Implements [`IncomingDesk`] and [`IncomingFiles`].
pub struct Desk {
    receiver: Receiver,
}

impl Desk {
    pub fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }

    async fn find(&self, who: &Principal, id: IncomingId) -> Result<StoredMail, ApiError> {
        who.require(Permission::SeeMailLog)?;
        incoming::find(self.receiver.0.db.read(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)
    }

    /// The mail and what can be read of it.
    async fn read(&self, who: &Principal, id: IncomingId) -> Result<(StoredMail, Option<Parsed>), ApiError> {
        let mut stored = self.find(who, id).await?;
        let (raw, read) = self.receiver.read(std::mem::take(&mut stored.raw)).await.map_err(internal)?;
        stored.raw = raw;
        Ok((stored, read.ok()))
    }
}

fn row(row: MailRow) -> MailInRow {
    MailInRow {
        id: row.id,
        at: row.received_at,
        from: if row.sender_key.is_empty() { "(no one sender)".to_owned() } else { row.sender_key },
        name: row.sender_name,
        subject: if row.subject.is_empty() { "(no subject)".to_owned() } else { row.subject },
        outcome: row.outcome,
        reason: row.reason,
        ticket: row.ticket,
        copies: row.copies,
        bytes: row.size,
    }
}

#[async_trait]
impl IncomingDesk for Desk {
    async fn list(&self, who: &Principal, shown: Shown, before: Option<Timestamp>) -> Result<MailInList, ApiError> {
        who.require(Permission::SeeMailLog)?;
        let db = self.receiver.0.db.read();
        let show = match shown {
            Shown::Waiting => Show::Waiting,
            Shown::All => Show::All,
            Shown::Of(outcome) => Show::Of(outcome),
        };
        let rows = incoming::list(db, show, before).await.map_err(internal)?;
        let full = PAGE <= rows.len() as u64;
        Ok(MailInList {
            now: self.receiver.0.clock.now(),
            shown,
            waiting: incoming::count(db, Show::Waiting).await.map_err(internal)?,
            next_before: rows.last().filter(|_| full).map(|row| row.received_at),
            rows: rows.into_iter().map(row).collect(),
        })
    }

    async fn page(&self, who: &Principal, id: IncomingId) -> Result<MailInPage, ApiError> {
        let (stored, read) = self.read(who, id).await?;
        let may_settle = stored.row.outcome.may_be_settled() && who.role.may(Permission::WorkTickets);
        let owners = match may_settle {
            true => customers::list_with_sites(self.receiver.0.db.read(), who.scope()).await.map_err(internal)?,
            false => Vec::new(),
        };
        let mail = read.unwrap_or_default();
        Ok(MailInPage {
            now: self.receiver.0.clock.now(),
            via: stored.via,
            message_id: stored.message_id,
            envelope_from: stored.envelope_from,
            to: mail.to,
            date: mail.date,
            text: domain::incoming::whole_text(&mail.text),
            html_path: mail.html.as_deref().and_then(html::harmless).map(|_| format!("/mail-in/{id}/html")),
            raw_path: format!("/mail-in/{id}/raw"),
            files: mail.files.iter().map(|file| (file.name.clone(), file.bytes.len() as u64)).collect(),
            settled: stored.settled_at.map(|at| (stored.settled_by, at)),
            may_settle,
            customers: owners.into_iter().map(|owner| (owner.customer.id, owner.customer.name)).collect(),
            row: row(stored.row),
        })
    }

    async fn release(&self, who: &Principal, id: IncomingId, input: ReleaseInput) -> Result<i64, ApiError> {
        who.require(Permission::WorkTickets)?;
        let (stored, read) = self.read(who, id).await?;
        let (customer, number) = target(&input)?;
        let was = settleable(&stored)?;
        let parts = &*self.receiver.0;
        let now = parts.clock.now();
        let (mail, files) = match read {
            Some(mail) => (mail, Files::ForAll),
            // What cannot be read goes with the message as it came, for staff: nobody knows what is in it.
            None => (whole(&stored), Files::ForStaff),
        };
        let tx = parts.db.begin().await.map_err(internal)?;
        let incoming = Incoming { parts, tx: &tx, id, mail: &mail, at: stored.row.received_at, now };
        let owner = customers::find(&tx, Scope::Everything, customer).await.map_err(internal)?;
        owner.ok_or_else(|| ApiError::invalid("customer", "must be one of the customers"))?;
        let from = sender(&incoming, &stored, customer).await.map_err(internal)?;
        let landed = match (number, from) {
            (None, From::Colleague(_)) => {
                return Err(ApiError::invalid(
                    "ticket",
                    "must be named: a colleague's mail becomes a note on a ticket",
                ));
            }
            (None, From::Customers(author, contact)) => {
                open::opened(&incoming, customer, (author, contact), None, files)
                    .await
                    .map(|opened| (opened.ticket.number, opened.fate))
            }
            (Some(number), from) => {
                let found = tickets::find(&tx, Scope::Customer(customer), number).await.map_err(internal)?;
                let wrong = || ApiError::invalid("ticket", format!("the customer has no ticket {}", reference(number)));
                let found = tickets::survivor(&tx, found.ok_or_else(wrong)?).await.map_err(internal)?;
                let number = found.number;
                if matches!(from, From::Customers(..)) && !takes_words(&found, now) {
                    return Err(ApiError::invalid(
                        "ticket",
                        format!(
                            "{} was declined or closed long ago; leave it empty for a new ticket",
                            reference(number)
                        ),
                    ));
                }
                let found = incoming::known::thread_ticket(&tx, found).await.map_err(internal)?;
                match from {
                    From::Colleague(user) => land::note(&incoming, found, user).await,
                    From::Customers(author, _) => land::append(&incoming, found, author, files).await,
                }
                .map(|fate| (number, fate))
            }
        };
        let (number, fate) = landed.map_err(internal)?;
        let fate = Fate { outcome: Outcome::Released, reason: stored.row.reason.clone(), ..fate };
        self.settle((who, &stored, was), &fate, &tx, now).await?;
        let subject = reference(number);
        let record = Act { customer: Some(customer), ..act(who, "mail.release", &subject, format!("mail {id}")) };
        audit::write(&tx, new_id(now)?, now, record).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        parts.engine.published();
        parts.engine.wake_mailer();
        parts.engine.wake_supervisors();
        Ok(number)
    }

    async fn discard(&self, who: &Principal, id: IncomingId, reason: String) -> Result<(), ApiError> {
        who.require(Permission::WorkTickets)?;
        let stored = self.find(who, id).await?;
        let reason = match Note::parse(&reason) {
            Ok(note) if note.is_empty() => return Err(ApiError::invalid("reason", "must not be empty")),
            Ok(note) => String::from(note),
            Err(error) => return Err(ApiError::invalid("reason", error)),
        };
        let was = settleable(&stored)?;
        let parts = &*self.receiver.0;
        let now = parts.clock.now();
        let tx = parts.db.begin().await.map_err(internal)?;
        let fate = Fate::apart(Outcome::Discarded, reason.as_str());
        self.settle((who, &stored, was), &fate, &tx, now).await?;
        let subject = id.to_string();
        audit::write(&tx, new_id(now)?, now, act(who, "mail.discard", &subject, reason)).await.map_err(internal)?;
        tx.commit().await.map_err(internal)
    }
}

impl Desk {
    async fn settle(
        &self,
        (who, stored, was): (&Principal, &StoredMail, Outcome),
        fate: &Fate,
        tx: &sea_orm::DatabaseTransaction,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        let done = incoming::settle(tx, stored.row.id, was, fate, Some((&who.name, now))).await.map_err(internal)?;
        match done {
            0 => Err(ApiError::Conflict("Somebody else settled this mail in the meantime.".to_owned())),
            _ => Ok(()),
        }
    }
}

fn settleable(stored: &StoredMail) -> Result<Outcome, ApiError> {
    match stored.row.outcome.may_be_settled() {
        true => Ok(stored.row.outcome),
        false => Err(ApiError::Conflict("This mail is settled already.".to_owned())),
    }
}

/// The customer, and the ticket if there is one. Everything wrong is named together.
fn target(input: &ReleaseInput) -> Result<(CustomerId, Option<i64>), ApiError> {
    let mut wrong = Vec::new();
    let customer = input.customer.trim().parse::<CustomerId>().ok();
    if customer.is_none() {
        wrong.push(FieldError::new("customer", "must be one of the customers"));
    }
    let typed = input.ticket.trim();
    let number = if typed.is_empty() { None } else { parse_reference(typed) };
    if !typed.is_empty() && number.is_none() {
        wrong.push(FieldError::new("ticket", "must be a ticket's number such as T-2314, or empty for a new ticket"));
    }
    match (customer, wrong.is_empty()) {
        (Some(customer), true) => Ok((customer, number)),
        _ => Err(ApiError::Invalid(wrong)),
    }
}

/// Whose words a mail that staff release is taken for.
enum From {
    Colleague(UserId),
    /// Name, account and contact.
    Customers((String, Option<UserId>), Option<Uuid>),
}

/// By the address, which staff have looked at: a colleague's words are for staff whatever the mail says, and somebody
/// whom we know at the customer's goes by the name we have.
async fn sender(incoming: &Incoming<'_>, stored: &StoredMail, customer: CustomerId) -> Result<From, DbErr> {
    let key = &stored.row.sender_key;
    let parties = match key.is_empty() {
        true => Vec::new(),
        false => incoming::known::parties(incoming.tx, key).await?,
    };
    for party in &parties {
        if let Party::Staff { user } = party {
            return Ok(From::Colleague(*user));
        }
    }
    for party in parties {
        let contact = match party {
            Party::Contact { customer: own, contact } if own == customer => Some(contact.0),
            Party::User { customer: own, .. } if own == customer => None,
            _ => continue,
        };
        return Ok(From::Customers(land::author(incoming, party).await?, contact));
    }
    let name = [&stored.row.sender_name, key].into_iter().find(|name| !name.is_empty());
    let name = name.map_or("An unknown sender", |name| name.as_str());
    Ok(From::Customers((name.to_owned(), None), None))
}

/// A mail that cannot be read, as a message that holds it.
fn whole(stored: &StoredMail) -> Parsed {
    Parsed {
        subject: stored.row.subject.clone(),
        text: "A mail came that could not be read. It is kept as it came, for us to look at.".to_owned(),
        files: vec![File { name: "mail.eml".to_owned(), bytes: stored.raw.clone() }],
        ..Parsed::default()
    }
}

#[async_trait]
impl IncomingFiles for Desk {
    async fn html(&self, who: &Principal, id: IncomingId) -> Result<String, ApiError> {
        let (_, read) = self.read(who, id).await?;
        let page = read.and_then(|mail: parse::Parsed| mail.html);
        page.as_deref().and_then(html::harmless).ok_or(ApiError::NotFound)
    }

    async fn raw(&self, who: &Principal, id: IncomingId) -> Result<Vec<u8>, ApiError> {
        self.find(who, id).await.map(|stored| stored.raw)
    }

    async fn file(&self, who: &Principal, key: &str) -> Result<attachments::File, ApiError> {
        let found = attachments::find(self.receiver.0.db.read(), who.scope(), key).await.map_err(internal)?;
        found.ok_or(ApiError::NotFound)
    }
}
