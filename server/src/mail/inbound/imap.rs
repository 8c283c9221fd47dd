//! Fetches mail from a mailbox: what nobody has seen, one after the other, and marks it as seen once it is stored.
//!
//! A crash between the two brings a mail again, which is then recognised. Nothing is deleted there.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_imap::{Client, Session};
use futures::TryStreamExt;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_rustls::TlsConnector;

use super::{
    MAIL_BYTES_MAX,
    settings::{ImapSecurity, Mailbox},
};
use crate::desk::incoming::{Envelope, Receiver};

/// Mails of one round; the rest comes with the next, at once.
const ROUND_MAX: usize = 50;
/// Each step of the conversation, and the fetching of one mail.
const STEP_WITHIN: Duration = Duration::from_secs(60);
const MAIL_WITHIN: Duration = Duration::from_secs(300);
/// After a failure the next try waits this long, doubled up to the longest.
const RETRY_FIRST: Duration = Duration::from_secs(5);
const RETRY_LONGEST: Duration = Duration::from_secs(300);
/// Staff are told when no round was good for this long.
const ALARM_AFTER: Duration = Duration::from_secs(15 * 60);
/// A mail is tried this often before its header has to do.
const TRIES: u32 = 3;

/// What goes wrong with a mailbox. Never holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    #[error("the mailbox was not reached: {0}")]
    Connect(#[from] std::io::Error),
    #[error("TLS: {0}")]
    Tls(String),
    #[error("the server refused: {0}")]
    Imap(#[from] async_imap::error::Error),
    #[error("the server took too long")]
    Slow(#[from] tokio::time::error::Elapsed),
    #[error("the server ended the conversation")]
    Ended,
    #[error("a mail could not be stored: {0}")]
    Store(#[from] sea_orm::DbErr),
}

trait Wire: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + std::fmt::Debug> Wire for T {}

/// Looks into a mailbox again and again. Dropping it stops it.
#[derive(Debug)]
pub struct Poller {
    task: JoinHandle<()>,
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Poller {
    pub fn start(mailbox: Mailbox, receiver: Receiver) -> Self {
        Self { task: tokio::spawn(run(mailbox, receiver)) }
    }
}

async fn run(mailbox: Mailbox, receiver: Receiver) {
    let mut retry = RETRY_FIRST;
    let mut trouble = Trouble::default();
    let mut good = Instant::now();
    loop {
        let wait = match round(&mailbox, &receiver, &mut trouble).await {
            Ok(taken) => {
                (retry, good) = (RETRY_FIRST, Instant::now());
                if taken < ROUND_MAX { mailbox.every } else { Duration::ZERO }
            }
            Err(error) => {
                tracing::warn!(%error, %mailbox, "mail could not be fetched; trying again");
                if ALARM_AFTER < good.elapsed() {
                    alarm(&mailbox, &receiver, &error).await;
                }
                let wait = retry;
                retry = (retry * 2).min(RETRY_LONGEST);
                wait
            }
        };
        tokio::time::sleep(wait).await;
    }
}

async fn alarm(mailbox: &Mailbox, receiver: &Receiver, error: &ImapError) {
    let text = format!("Mail has not been fetched from {mailbox} for more than a quarter of an hour: {error}.");
    if let Err(error) = receiver.alarm("Mail cannot be fetched", &text).await {
        tracing::error!(%error, %mailbox, "nobody could be told that mail cannot be fetched");
    }
}

/// How often a mail could not be taken, by its UID: the others go first.
pub type Trouble = HashMap<u32, u32>;

/// Fetches up to 50 mails that nobody has seen. Answers how many there were. Of one that failed again and again only the
/// header is taken.
pub async fn round(mailbox: &Mailbox, receiver: &Receiver, trouble: &mut Trouble) -> Result<usize, ImapError> {
    let stream = timeout(STEP_WITHIN, TcpStream::connect((mailbox.host.as_str(), mailbox.port))).await??;
    stream.set_nodelay(true)?;
    let wire: Box<dyn Wire> = match mailbox.security {
        ImapSecurity::None => Box::new(stream),
        ImapSecurity::Implicit => {
            let name = ServerName::try_from(mailbox.host.clone()).map_err(|error| ImapError::Tls(error.to_string()))?;
            Box::new(timeout(STEP_WITHIN, connector()?.connect(name, stream)).await??)
        }
    };
    let mut client = Client::new(wire);
    timeout(STEP_WITHIN, client.read_response()).await??.ok_or(ImapError::Ended)?;
    let login = client.login(&mailbox.user, &mailbox.password);
    let mut session = timeout(STEP_WITHIN, login).await?.map_err(|(error, _)| error)?;
    timeout(STEP_WITHIN, session.select(&mailbox.folder)).await??;
    let mut unseen: Vec<u32> = timeout(STEP_WITHIN, session.uid_search("UNSEEN")).await??.into_iter().collect();
    trouble.retain(|uid, _| unseen.contains(uid));
    unseen.sort_unstable_by_key(|uid| (trouble.get(uid).copied().unwrap_or(0), *uid));
    unseen.truncate(ROUND_MAX);
    for uid in &unseen {
        let failures = trouble.entry(*uid).or_default();
        let taken = take(&mut session, *uid, receiver, TRIES <= *failures).await;
        match &taken {
            Ok(()) => drop(trouble.remove(uid)),
            // The database's trouble is no mail's.
            Err(ImapError::Store(_)) => {}
            Err(_) => *failures += 1,
        }
        taken?;
    }
    // What was fetched is stored and marked; a server that is gone by now changes nothing.
    let _ = timeout(STEP_WITHIN, session.logout()).await;
    Ok(unseen.len())
}

fn connector() -> Result<TlsConnector, ImapError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ImapError::Tls(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Fetches one mail, stores it, and only then marks it. Of one that is too large, or could not be taken whole
/// (`header_only`), the header comes, and the mail stays where it is.
async fn take(
    session: &mut Session<Box<dyn Wire>>,
    uid: u32,
    receiver: &Receiver,
    header_only: bool,
) -> Result<(), ImapError> {
    let size = timeout(STEP_WITHIN, fetch(session, uid, "RFC822.SIZE")).await??.1.unwrap_or(0);
    let cut = match (header_only, MAIL_BYTES_MAX as u64 <= u64::from(size)) {
        (_, true) => Some(format!("it has {size} bytes")),
        (true, _) => Some(format!("it could not be fetched {TRIES} times")),
        (false, false) => None,
    };
    let what = if cut.is_some() { "BODY.PEEK[HEADER]<0.65536>" } else { "BODY.PEEK[]" };
    let Some(raw) = timeout(MAIL_WITHIN, fetch(session, uid, what)).await??.0 else {
        // Somebody took it away in the meantime.
        tracing::info!(uid, "a mail in the mailbox is gone");
        return Ok(());
    };
    let cut = cut.map(|why| format!("{why}, so only its header was fetched; the mail is still in the mailbox"));
    receiver.receive(raw, Envelope { via: "imap", from: None, cut }).await?;
    let marked = session.uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)");
    timeout(STEP_WITHIN, marked).await??.try_collect::<Vec<_>>().await?;
    Ok(())
}

/// The bytes and the size that the server gives for `what`.
async fn fetch(
    session: &mut Session<Box<dyn Wire>>,
    uid: u32,
    what: &str,
) -> Result<(Option<Vec<u8>>, Option<u32>), ImapError> {
    let answers: Vec<_> = session.uid_fetch(uid.to_string(), format!("({what})")).await?.try_collect().await?;
    let mut found = (None, None);
    for answer in answers {
        found.0 = answer.body().or(answer.header()).map(<[u8]>::to_vec).or(found.0);
        found.1 = answer.size.or(found.1);
    }
    Ok(found)
}
