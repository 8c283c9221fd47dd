//! A few connections to one mail server, kept open between mails.
//!
//! Not lettre's own pool: that opens its sockets itself and leaves Nagle's algorithm on, which costs 40 ms a mail.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use domain::outbox::Attempt;
use rustls::pki_types::CertificateDer;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep_until, timeout},
};

use super::{
    connection::{Connection, Outcome, Stage, Tls},
    settings::SmtpSettings,
};
use crate::mail::message::Built;

/// A connection that rested longer is asked with NOOP before it gets a mail: a firewall may have forgotten it, and
/// then a mail would wait for the whole time limit.
const REST_UNASKED: Duration = Duration::from_secs(5);
/// How long a server may take to answer QUIT.
const QUIT_LIMIT: Duration = Duration::from_secs(1);

/// The limits of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SmtpLimits {
    /// Connections at a time, at least one; further mails wait for a free one.
    pub connections: usize,
    /// Mails over one connection, then it is replaced: servers count them.
    pub mails: u32,
    /// How long an unused connection stays open.
    pub idle: Duration,
    /// For finding and reaching the server.
    pub connect: Duration,
    /// For one attempt as a whole, connecting included; a hung server is cut off then.
    pub send: Duration,
}

impl Default for SmtpLimits {
    fn default() -> Self {
        Self {
            connections: 8,
            mails: 100,
            idle: Duration::from_secs(60),
            connect: Duration::from_secs(10),
            send: Duration::from_secs(60),
        }
    }
}

/// Hands mails to one mail server. Cheap to clone; clones share the connections.
#[derive(Clone)]
pub struct SmtpPool(Arc<Shared>);

struct Shared {
    settings: SmtpSettings,
    limits: SmtpLimits,
    tls: Tls,
    permits: Semaphore,
    idle: Mutex<Idle>,
}

#[derive(Default)]
struct Idle {
    /// The one that rested last is on top, so that those which are not needed grow old.
    resting: Vec<Resting>,
    watched: bool,
}

struct Resting {
    connection: Connection,
    since: Instant,
}

impl SmtpPool {
    /// A pool without connections; the first mail opens one. Reads the machine's trusted certificates. Needs a tokio
    /// runtime only when mails are sent. The error is for people.
    pub fn new(settings: SmtpSettings, limits: SmtpLimits) -> Result<Self, String> {
        Self::trusting(settings, limits, None)
    }

    pub(super) fn trusting(
        settings: SmtpSettings,
        limits: SmtpLimits,
        extra: Option<&CertificateDer<'static>>,
    ) -> Result<Self, String> {
        let tls = Tls::new(&settings, extra)?;
        let permits = Semaphore::new(limits.connections.clamp(1, Semaphore::MAX_PERMITS));
        Ok(Self(Arc::new(Shared { settings, limits, tls, permits, idle: Mutex::default() })))
    }

    pub fn settings(&self) -> &SmtpSettings {
        &self.0.settings
    }

    pub fn limits(&self) -> SmtpLimits {
        self.0.limits
    }

    /// Tries once to hand `mail` over. The time limit runs from when a connection is free.
    pub(super) async fn send(&self, mail: &Built) -> Attempt {
        let shared = &self.0;
        let Ok(_permit) = shared.permits.acquire().await else {
            return Attempt::Unreachable { reason: "the mailer has stopped".to_owned() };
        };
        let mut stage = Stage::Connecting;
        match timeout(shared.limits.send, shared.deliver(mail, &mut stage)).await {
            Ok((attempt, connection)) => {
                if let Some(connection) = connection {
                    shared.put_back(connection).await;
                }
                attempt
            }
            Err(_) => {
                let (settings, limit) = (&shared.settings, shared.limits.send);
                Attempt::Unreachable { reason: format!("{settings} gave no answer within {limit:?} while {stage}") }
            }
        }
    }
}

impl fmt::Debug for SmtpPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpPool").field("settings", &self.0.settings).field("limits", &self.0.limits).finish()
    }
}

impl Shared {
    /// Sends over a connection that rested or a new one, and gives it back if it can take another mail.
    ///
    /// A rested connection that breaks before the mail is begun was closed while it rested: one new one is tried.
    async fn deliver(&self, mail: &Built, stage: &mut Stage) -> (Attempt, Option<Connection>) {
        if let Some(mut connection) = self.rested().await {
            match connection.send(mail, stage).await {
                Outcome::Kept(attempt) => return (attempt, Some(connection)),
                Outcome::Lost(attempt) => return (attempt, None),
                Outcome::NotBegun(_) => {}
            }
        }
        let opened = Connection::open(&self.settings, &self.tls, self.limits.connect, stage).await;
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(reason) => return (Attempt::Unreachable { reason }, None),
        };
        match connection.send(mail, stage).await {
            Outcome::Kept(attempt) => (attempt, Some(connection)),
            Outcome::Lost(attempt) | Outcome::NotBegun(attempt) => (attempt, None),
        }
    }

    /// A resting connection that is fit for a mail.
    async fn rested(&self) -> Option<Connection> {
        loop {
            let Resting { mut connection, since } = self.idle().resting.pop()?;
            let rest = since.elapsed();
            if rest < REST_UNASKED {
                return Some(connection);
            }
            let answers = async { timeout(self.limits.connect, connection.alive()).await.unwrap_or(false) };
            if rest < self.limits.idle && answers.await {
                return Some(connection);
            }
        }
    }

    async fn put_back(self: &Arc<Self>, connection: Connection) {
        if self.limits.mails <= connection.mails {
            // The permit is still held, so there are never more connections than allowed.
            let _ = timeout(QUIT_LIMIT, connection.quit()).await;
            return;
        }
        let mut idle = self.idle();
        idle.resting.push(Resting { connection, since: Instant::now() });
        if !idle.watched {
            idle.watched = true;
            tokio::spawn(close_idle(Arc::downgrade(self)));
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what has rested too long, and says when to look again; `None` when nothing rests any more.
    fn expired(&self) -> (Vec<Connection>, Option<Instant>) {
        let mut idle = self.idle();
        let limit = self.limits.idle;
        let (old, young): (Vec<_>, Vec<_>) =
            idle.resting.drain(..).partition(|resting| limit <= resting.since.elapsed());
        let next = young.iter().map(|resting| resting.since + limit).min();
        idle.resting = young;
        idle.watched = next.is_some();
        (old.into_iter().map(|resting| resting.connection).collect(), next)
    }
}

/// Closes connections that nobody needs; ends with the last of them, or with the pool.
async fn close_idle(pool: Weak<Shared>) {
    loop {
        let Some((old, next)) = pool.upgrade().map(|shared| shared.expired()) else {
            return;
        };
        for connection in old {
            let _ = timeout(QUIT_LIMIT, connection.quit()).await;
        }
        match next {
            Some(at) => sleep_until(at).await,
            None => return,
        }
    }
}
