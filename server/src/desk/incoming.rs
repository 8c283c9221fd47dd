//! Mail that arrives: found out about, decided by the rules, and stored with all that follows, in one transaction. Only
//! then is it taken from whoever brought it.

mod bounce;
mod facts;
mod land;
mod open;
pub mod page;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use domain::{
    id::IncomingId,
    incoming::{Ignored, Landing, Outcome, Quarantined, land as decide},
    text::EmailAddress,
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr, TransactionTrait};
use tokio::sync::Semaphore;

use crate::{
    clock::Clock,
    engine::Engine,
    entropy,
    mail::inbound::parse::{self, Parsed},
    secrets::Signer,
    store::{
        Db, alarms,
        incoming::{self, Fate, NewMail},
    },
};

/// Mails that are read at the same time: each costs a few times its size.
const READING_MAX: usize = 2;
/// A mail that takes longer to read is one for a person.
const READ_WITHIN: Duration = Duration::from_secs(60);
/// A mail waits this long for its turn to be read; then its sender must bring it again.
const TURN_WITHIN: Duration = Duration::from_secs(60);
/// Of the thread that reads: mails inside each other are put away one inside the other.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// The alarms about storms and mails that cannot be read come once in this time.
const ALARM_EVERY_S: i64 = 3_600;
const HOUR_S: i64 = 3_600;

/// What came with a mail besides the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// `lmtp`, `smtp` or `imap`.
    pub via: &'static str,
    /// Who is told when it does not arrive; empty for the null sender. None: a mailbox does not say.
    pub from: Option<String>,
    /// Why the mail is not whole; a person must look.
    pub cut: Option<String>,
}

/// What the receiver is made of.
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
    pub signer: Signer,
    pub mail_domain: String,
    /// The addresses that mails of ours come from or ask answers to.
    pub own: Vec<EmailAddress>,
}

/// Takes mail in. Cheap to clone.
#[derive(Clone)]
pub struct Receiver(Arc<Parts>, Arc<Semaphore>);

/// A mail on its way in.
struct Incoming<'a> {
    parts: &'a Parts,
    tx: &'a DatabaseTransaction,
    id: IncomingId,
    mail: &'a Parsed,
    /// When it came to us: what is promised counts from here.
    at: Timestamp,
    now: Timestamp,
}

impl Receiver {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::new(Semaphore::new(READING_MAX)))
    }

    /// The addresses that mail is taken for.
    pub fn own(&self) -> &[EmailAddress] {
        &self.0.own
    }

    /// Stores a mail and does what it asks for.
    ///
    /// # Errors
    /// The database failed: nothing is stored, and the mail must be brought again.
    pub async fn receive(&self, raw: Vec<u8>, envelope: Envelope) -> Result<Outcome, DbErr> {
        let parts = &*self.0;
        let now = parts.clock.now();
        let (raw, read) = self.read(raw).await?;
        let id = IncomingId(entropy::id(now).map_err(|error| DbErr::Custom(error.to_string()))?);
        let (mail, trouble) = match read {
            Ok(mail) => (mail, None),
            Err(why) => (Parsed::default(), Some(why)),
        };
        let trouble = envelope.cut.clone().or(trouble);
        let digest = parse::digest(&raw);
        let sender_key = mail.sender.as_ref().map(EmailAddress::key).unwrap_or_default();
        let tx = parts.db.begin().await?;
        let rates = incoming::rates(&tx, &sender_key, now.plus_seconds(-HOUR_S)).await?;
        let known = match sender_key.is_empty() {
            true => Vec::new(),
            false => incoming::known::parties(&tx, &sender_key).await?,
        };
        let new = NewMail {
            id,
            received_at: now,
            via: envelope.via,
            digest,
            message_id: mail.message_id.clone(),
            sender_key,
            sender_name: mail.sender_name.clone(),
            known: !known.is_empty(),
            envelope_from: envelope.from.as_deref().map(domain::text::visible_line).unwrap_or_default(),
            subject: mail.subject.clone(),
            raw,
        };
        if !incoming::keep(&tx, new).await? {
            tx.commit().await?;
            return Ok(Outcome::Ignored);
        }
        let incoming = Incoming { parts, tx: &tx, id, mail: &mail, at: now, now };
        let fate = match trouble {
            Some(why) => incoming.unreadable(&why).await?,
            None => incoming.settle(&envelope, known, rates).await?,
        };
        incoming::settle(&tx, id, Outcome::Quarantine, &fate, None).await?;
        tx.commit().await?;
        parts.engine.published();
        parts.engine.wake_mailer();
        parts.engine.wake_supervisors();
        tracing::info!(mail = %id, outcome = fate.outcome.as_str(), reason = fate.reason, "a mail arrived");
        Ok(fate.outcome)
    }

    /// Tells staff what stands in the way of mail; once in an hour.
    ///
    /// # Errors
    /// The database failed.
    pub async fn alarm(&self, title: &str, text: &str) -> Result<(), DbErr> {
        let parts = &*self.0;
        let tx = parts.db.begin().await?;
        alarm_once(&tx, &parts.mail_domain, (title, text), parts.clock.now()).await?;
        tx.commit().await?;
        parts.engine.wake_mailer();
        Ok(())
    }

    /// Reads a mail on a thread of its own; a panic or an endless search in there costs one mail its reading.
    async fn read(&self, raw: Vec<u8>) -> Result<(Vec<u8>, Result<Parsed, String>), DbErr> {
        let busy = || DbErr::Custom("too many mails are being read".to_owned());
        let turn = tokio::time::timeout(TURN_WITHIN, self.1.clone().acquire_owned());
        let permit = turn.await.ok().and_then(Result::ok).ok_or_else(busy)?;
        let raw = Arc::new(raw);
        let bytes = raw.clone();
        let (done, reading) = tokio::sync::oneshot::channel();
        let read = move || {
            let read = parse::parse(&bytes).map_err(|error| error.to_string());
            drop((bytes, permit));
            // Nobody waits any more: it took too long.
            let _ = done.send(read);
        };
        let thread = std::thread::Builder::new().name("mail".to_owned()).stack_size(STACK_BYTES);
        thread.spawn(read).map_err(|error| DbErr::Custom(format!("no thread to read a mail: {error}")))?;
        let read = match tokio::time::timeout(READ_WITHIN, reading).await {
            Ok(Ok(read)) => read,
            Ok(Err(_)) => Err("reading it failed".to_owned()),
            Err(_) => Err("reading it takes too long".to_owned()),
        };
        let raw = Arc::try_unwrap(raw).unwrap_or_else(|held| held.to_vec());
        Ok((raw, read))
    }
}

/// One alarm with a title in an hour; what it stands for is on the page Mail in.
async fn alarm_once(
    tx: &DatabaseTransaction,
    mail_domain: &str,
    (title, text): (&str, &str),
    now: Timestamp,
) -> Result<(), DbErr> {
    match alarms::was_raised(tx, title, now.plus_seconds(-ALARM_EVERY_S)).await? {
        true => Ok(()),
        false => alarms::raise(tx, mail_domain, title, text, now).await,
    }
}

impl Incoming<'_> {
    async fn unreadable(&self, why: &str) -> Result<Fate, DbErr> {
        let text = format!("A mail arrived that cannot be read: {why}. It is kept whole on the page Mail in.");
        self.alarm_once("A mail cannot be read", &text).await?;
        Ok(Fate::apart(Outcome::Unreadable, why))
    }

    async fn alarm_once(&self, title: &str, text: &str) -> Result<(), DbErr> {
        alarm_once(self.tx, &self.parts.mail_domain, (title, text), self.now).await
    }

    /// Decides and does. What cannot be done because rows make no sense is undone, and the mail waits for staff: it
    /// must not come again and again.
    async fn settle(
        &self,
        envelope: &Envelope,
        known: Vec<domain::incoming::Party>,
        rates: (u64, u64),
    ) -> Result<Fate, DbErr> {
        let apart = self.tx.begin().await?;
        let inner = Incoming { tx: &apart, ..*self };
        match inner.try_settle(envelope, known, rates).await {
            Ok(fate) => apart.commit().await.map(|()| fate),
            Err(error @ (DbErr::Type(_) | DbErr::Json(_) | DbErr::Custom(_))) => {
                apart.rollback().await?;
                tracing::error!(%error, mail = %self.id, "a mail could not be put where it belongs");
                Ok(Fate::apart(Outcome::Quarantine, format!("it could not be put where it belongs: {error}")))
            }
            Err(error) => Err(error),
        }
    }

    async fn try_settle(
        &self,
        envelope: &Envelope,
        known: Vec<domain::incoming::Party>,
        rates: (u64, u64),
    ) -> Result<Fate, DbErr> {
        let facts = facts::gather(self, envelope, known, rates).await?;
        match decide(&facts) {
            Landing::Append { ticket, as_party } => land::message(self, ticket, as_party).await,
            Landing::Note { ticket, user } => land::note(self, ticket, user).await,
            Landing::NewTicket { customer, as_party, follows } => open::ticket(self, customer, as_party, follows).await,
            Landing::Bounce { notice, marks } => bounce::bounced(self, notice, marks).await,
            Landing::Quarantine(why) => Ok(Fate::apart(Outcome::Quarantine, Quarantined::words(why))),
            Landing::Ignore(why) => Ok(Fate::apart(Outcome::Ignored, Ignored::words(why))),
            Landing::Storm => {
                let sender = self.mail.sender.as_ref().map_or("strangers", EmailAddress::as_str);
                let text = format!(
                    "Mail of {sender} comes faster than people write. It is kept on the page Mail in and goes no \
                     further until it is slower."
                );
                self.alarm_once("Too much mail", &text).await?;
                Ok(Fate::apart(Outcome::Storm, domain::incoming::HELD_RATE))
            }
        }
    }
}
