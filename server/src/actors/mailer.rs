//! The mailer: claims due notices, sends them, records the server's answer. A hung or dead server holds up nothing else.

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message, ResponseFuture};
use domain::{
    outbox::{Attempt, Next, after_attempt},
    time::Timestamp,
};
use sea_orm::DbErr;
use tokio::runtime::Handle;

use crate::{
    clock::Clock,
    engine::{Stats, stats::count},
    entropy,
    post::Post,
    store::{
        Db, alarms,
        outbox::{self, Claimed, Readers},
    },
};

/// Mails in hand at the same time: as many as the transport keeps connections.
const IN_HAND_MAX: usize = 8;
/// The queue is looked at this often even when nobody says that something is due.
const POLL: Duration = Duration::from_secs(2);
/// A database error while recording is tried again after this long; the notice stays claimed meanwhile.
const RECORD_RETRY: Duration = Duration::from_secs(1);

/// Notices were committed, or time has passed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Wake;

/// Finish the mails in hand and take no more. Answered when they are done.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Drain;

#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Taken(Vec<Claimed>);

#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Done {
    reached: bool,
}

pub struct Mailer {
    db: Db,
    io: Handle,
    clock: Clock,
    post: Arc<Post>,
    stats: Arc<Stats>,
    in_hand: usize,
    claiming: bool,
    again: bool,
    draining: bool,
    /// The last attempt did not reach the server: its return is good news for everything that waits.
    server_down: bool,
    drained: Vec<tokio::sync::oneshot::Sender<()>>,
}

impl Mailer {
    pub fn new(db: Db, io: Handle, clock: Clock, post: Arc<Post>, stats: Arc<Stats>) -> Self {
        Self {
            db,
            io,
            clock,
            post,
            stats,
            in_hand: 0,
            claiming: false,
            again: false,
            draining: false,
            server_down: false,
            drained: Vec::new(),
        }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        let room = IN_HAND_MAX.saturating_sub(self.in_hand);
        if self.draining || room == 0 {
            return;
        }
        if self.claiming {
            self.again = true;
            return;
        }
        self.claiming = true;
        let (db, now, mailer, to) = (self.db.clone(), self.clock.now(), ctx.address(), self.post.readers());
        self.io.spawn(async move {
            let taken = claim(&db, now, room as u64, to).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the outbox could not be read");
                Vec::new()
            });
            mailer.do_send(Taken(taken));
        });
    }

    fn send(&mut self, mail: Claimed, ctx: &mut Context<Self>) {
        self.in_hand += 1;
        let (db, clock, post, stats, mailer) =
            (self.db.clone(), self.clock, self.post.clone(), self.stats.clone(), ctx.address());
        self.io.spawn(async move {
            let started = clock.now();
            let attempt = post.deliver(&mail).await;
            count(if matches!(attempt, Attempt::Accepted { .. }) { &stats.mails_sent } else { &stats.mails_failed });
            let reached = !matches!(attempt, Attempt::Unreachable { .. });
            record(&db, &clock, &post, &mail, started, &attempt).await;
            mailer.do_send(Done { reached });
        });
    }

    fn settle(&mut self) {
        if self.draining && self.in_hand == 0 && !self.claiming {
            for done in self.drained.drain(..) {
                // Who asked may have given up waiting.
                let _ = done.send(());
            }
        }
    }
}

/// Looks without the write lock first: an idle mailer costs a read.
async fn claim(db: &Db, now: Timestamp, limit: u64, to: Readers) -> Result<Vec<Claimed>, DbErr> {
    match outbox::next_due(db.read(), to).await? {
        Some(due) if due <= now => {
            let tx = db.begin().await?;
            let taken = outbox::claim(&tx, now, limit, to).await?;
            tx.commit().await?;
            Ok(taken)
        }
        _ => Ok(Vec::new()),
    }
}

/// Stores what became of a mail, however long the database takes to come back: only a crash makes a mail go twice.
async fn record(db: &Db, clock: &Clock, post: &Post, mail: &Claimed, started: Timestamp, attempt: &Attempt) {
    loop {
        match record_once(db, clock, post, mail, started, attempt).await {
            Ok(()) => return,
            Err(error) => {
                tracing::error!(%error, notice.id = %mail.id, "what became of a mail could not be stored; trying again");
                tokio::time::sleep(RECORD_RETRY).await;
            }
        }
    }
}

async fn record_once(
    db: &Db,
    clock: &Clock,
    post: &Post,
    mail: &Claimed,
    started: Timestamp,
    attempt: &Attempt,
) -> Result<(), DbErr> {
    let now = clock.now();
    let next = after_attempt(attempt, mail.attempts + 1, mail.queued_at, now);
    let id = entropy::id(now).map_err(|error| DbErr::Custom(error.to_string()))?;
    let tx = db.begin().await?;
    outbox::record(&tx, id, mail, started, attempt, next, now).await?;
    if let (Next::Fail { .. }, Some(reply)) = (next, failure(attempt)) {
        alarms::tell_staff(&tx, post.mail_domain(), mail, reply, now).await?;
    }
    tx.commit().await
}

/// The words of a failure; `None` when the mail arrived.
fn failure(attempt: &Attempt) -> Option<&str> {
    match attempt {
        Attempt::Accepted { .. } => None,
        Attempt::Unreachable { reason } => Some(reason),
        Attempt::Deferred { reply } | Attempt::Refused { reply } => Some(reply),
    }
}

impl Actor for Mailer {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.look(ctx);
        ctx.run_interval(POLL, Self::look);
    }
}

impl Handler<Wake> for Mailer {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

impl Handler<Taken> for Mailer {
    type Result = ();

    fn handle(&mut self, msg: Taken, ctx: &mut Self::Context) {
        self.claiming = false;
        for mail in msg.0 {
            self.send(mail, ctx);
        }
        if std::mem::take(&mut self.again) {
            self.look(ctx);
        }
        self.settle();
    }
}

impl Handler<Done> for Mailer {
    type Result = ();

    fn handle(&mut self, msg: Done, ctx: &mut Self::Context) {
        self.in_hand = self.in_hand.saturating_sub(1);
        let returned = msg.reached && self.server_down;
        self.server_down = !msg.reached;
        if returned {
            let (db, now, mailer) = (self.db.clone(), self.clock.now(), ctx.address());
            self.io.spawn(async move {
                let released = async {
                    let tx = db.begin().await?;
                    outbox::release_waiting(&tx, now).await?;
                    tx.commit().await
                };
                if let Err(error) = released.await {
                    // Their own next attempt is the retry.
                    tracing::warn!(%error, "waiting mails could not be released");
                }
                mailer.do_send(Wake);
            });
        }
        self.look(ctx);
        self.settle();
    }
}

impl Handler<Drain> for Mailer {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        self.draining = true;
        let (done, wait) = tokio::sync::oneshot::channel();
        self.drained.push(done);
        self.settle();
        Box::pin(async move {
            // The mailer ending is the same answer.
            let _ = wait.await;
        })
    }
}
