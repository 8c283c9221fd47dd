//! The ledger: the only writer of faults. Takes decisions, stores as many as wait in one transaction, confirms each.

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message, ResponseFuture};
use tokio::{runtime::Handle, sync::oneshot};

use super::{live, mailer, supervisors};
use crate::{
    clock::Clock,
    engine::{Stats, stats::count},
    store::{
        Db,
        faults::{self, Applied, Decision},
    },
};

/// Decisions stored in one transaction: a storm is written in few commits, and none is held for long.
const BATCH: usize = 200;
/// Mailbox: every host of a large estate may decide in the same second.
const MAILBOX: usize = 100_000;
/// A transaction that takes longer than this is given up and its decisions are sent again.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// Store a decision. Answered when it is committed; an error means: send it again later.
#[derive(Debug, Message)]
#[rtype(result = "Result<Applied, NotStored>")]
pub struct Record(pub Decision);

/// The decision was not stored. It may be sent again: a decision that was stored after all is recognised.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the decision was not stored: {0}")]
pub struct NotStored(pub String);

#[derive(Message)]
#[rtype(result = "()")]
struct Written;

struct Waiting {
    decision: Decision,
    answer: oneshot::Sender<Result<Applied, NotStored>>,
}

/// Where committed work is announced.
#[derive(Clone)]
pub struct Announce {
    pub live: actix::Addr<live::Live>,
    pub mailer: Option<actix::Addr<mailer::Mailer>>,
    pub supervisors: Option<actix::Addr<supervisors::Supervisors>>,
}

impl Announce {
    pub(super) fn committed(&self) {
        self.live.do_send(live::Wake);
        if let Some(supervisors) = &self.supervisors {
            supervisors.do_send(supervisors::Wake);
        }
        if let Some(mailer) = &self.mailer {
            mailer.do_send(mailer::Wake);
        }
    }
}

pub struct Ledger {
    db: Db,
    io: Handle,
    clock: Clock,
    mail_domain: String,
    stats: Arc<Stats>,
    announce: Announce,
    waiting: Vec<Waiting>,
    writing: bool,
}

impl Ledger {
    pub fn new(db: Db, io: Handle, clock: Clock, mail_domain: String, stats: Arc<Stats>, announce: Announce) -> Self {
        Self { db, io, clock, mail_domain, stats, announce, waiting: Vec::new(), writing: false }
    }

    fn write(&mut self, ctx: &mut Context<Self>) {
        if self.writing || self.waiting.is_empty() {
            return;
        }
        self.writing = true;
        let rest = self.waiting.split_off(self.waiting.len().min(BATCH));
        let batch = std::mem::replace(&mut self.waiting, rest);
        let context = faults::Context::new(self.clock.now(), self.mail_domain.clone());
        let (db, ledger, announce, stats) = (self.db.clone(), ctx.address(), self.announce.clone(), self.stats.clone());
        self.io.spawn(async move {
            let (decisions, answers): (Vec<_>, Vec<_>) =
                batch.into_iter().map(|waiting| (waiting.decision, waiting.answer)).unzip();
            let results = store_bounded(&db, &context, &decisions).await;
            announce.committed();
            for (answer, result) in answers.into_iter().zip(results) {
                count(if result.is_ok() { &stats.decisions } else { &stats.decisions_failed });
                // A host actor that ended meanwhile sends its decision again after its restart, from its row.
                let _ = answer.send(result);
            }
            ledger.do_send(Written);
        });
    }
}

async fn store_bounded(db: &Db, context: &faults::Context, decisions: &[Decision]) -> Vec<Result<Applied, NotStored>> {
    match tokio::time::timeout(WRITE_TIMEOUT, store(db, context, decisions)).await {
        Ok(results) => results,
        Err(_) => {
            tracing::error!(seconds = WRITE_TIMEOUT.as_secs(), "storing decisions took too long");
            decisions.iter().map(|_| Err(NotStored("the database took too long".to_owned()))).collect()
        }
    }
}

/// All in one transaction; when that fails, one by one, so that a single bad decision holds up no other.
async fn store(db: &Db, context: &faults::Context, decisions: &[Decision]) -> Vec<Result<Applied, NotStored>> {
    match store_together(db, context, decisions).await {
        Ok(applied) => applied.into_iter().map(Ok).collect(),
        Err(error) if decisions.len() == 1 => {
            tracing::error!(%error, "a decision could not be stored");
            vec![Err(NotStored(error.to_string()))]
        }
        Err(error) => {
            tracing::warn!(%error, count = decisions.len(), "storing decisions together failed; trying one by one");
            let mut results = Vec::with_capacity(decisions.len());
            for decision in decisions {
                let alone = store_together(db, context, std::slice::from_ref(decision)).await;
                results.push(match alone {
                    Ok(applied) => Ok(applied.first().copied().unwrap_or(Applied::Done)),
                    Err(error) => {
                        tracing::error!(%error, service = %decision.transition.service, "a decision could not be stored");
                        Err(NotStored(error.to_string()))
                    }
                });
            }
            results
        }
    }
}

async fn store_together(
    db: &Db,
    context: &faults::Context,
    decisions: &[Decision],
) -> Result<Vec<Applied>, faults::ApplyError> {
    let tx = db.begin().await?;
    let mut applied = Vec::with_capacity(decisions.len());
    for decision in decisions {
        applied.push(faults::apply(&tx, context, decision).await?);
    }
    tx.commit().await?;
    Ok(applied)
}

impl Actor for Ledger {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

impl Handler<Record> for Ledger {
    type Result = ResponseFuture<Result<Applied, NotStored>>;

    fn handle(&mut self, msg: Record, ctx: &mut Self::Context) -> Self::Result {
        let (answer, wait) = oneshot::channel();
        self.waiting.push(Waiting { decision: msg.0, answer });
        self.write(ctx);
        Box::pin(async move { wait.await.unwrap_or_else(|_| Err(NotStored("the ledger ended".to_owned()))) })
    }
}

impl Handler<Written> for Ledger {
    type Result = ();

    fn handle(&mut self, _: Written, ctx: &mut Self::Context) {
        self.writing = false;
        self.write(ctx);
    }
}
