//! The recorder: writes compressed samples in batches. Samples may be dropped under pressure, and are counted then.

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message, ResponseFuture};
use domain::id::ServiceId;
use tokio::{runtime::Handle, sync::oneshot};

use crate::{
    chunk::Sample,
    engine::Stats,
    store::{Db, history},
};

/// Chunks written in one transaction.
const BATCH: usize = 500;
/// Chunks that may wait; beyond this the newest are dropped and counted.
pub const QUEUE_MAX: usize = 50_000;
/// Writes are gathered for this long.
const EVERY: Duration = Duration::from_millis(250);

/// The samples of one service since its chunk began. Replaces the chunk as stored before.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Keep {
    pub service: ServiceId,
    pub samples: Vec<Sample>,
}

/// Asks for everything that waits to be written; answered when it is.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Flush;

#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Written;

#[derive(Debug)]
pub struct Recorder {
    db: Db,
    io: Handle,
    stats: Arc<Stats>,
    waiting: Vec<Keep>,
    writing: bool,
    flushed: Vec<oneshot::Sender<()>>,
}

impl Recorder {
    pub fn new(db: Db, io: Handle, stats: Arc<Stats>) -> Self {
        Self { db, io, stats, waiting: Vec::new(), writing: false, flushed: Vec::new() }
    }

    fn write(&mut self, ctx: &mut Context<Self>) {
        if self.writing {
            return;
        }
        if self.waiting.is_empty() {
            for done in self.flushed.drain(..) {
                // Who asked may have given up waiting.
                let _ = done.send(());
            }
            return;
        }
        self.writing = true;
        let rest = self.waiting.split_off(self.waiting.len().min(BATCH));
        let batch = std::mem::replace(&mut self.waiting, rest);
        let (db, recorder, stats) = (self.db.clone(), ctx.address(), self.stats.clone());
        self.io.spawn(async move {
            if let Err(error) = store(&db, &batch).await {
                let dropped: usize = batch.iter().map(|keep| keep.samples.len()).sum();
                stats.samples_dropped.fetch_add(dropped as u64, std::sync::atomic::Ordering::Relaxed);
                tracing::warn!(%error, dropped, "samples could not be stored");
            }
            recorder.do_send(Written);
        });
    }
}

async fn store(db: &Db, batch: &[Keep]) -> Result<(), history::HistoryError> {
    let tx = db.begin().await?;
    for keep in batch {
        history::upsert_chunk(&tx, keep.service, &keep.samples).await?;
    }
    tx.commit().await?;
    Ok(())
}

impl Actor for Recorder {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(QUEUE_MAX);
        ctx.run_interval(EVERY, |recorder, ctx| recorder.write(ctx));
    }
}

impl Handler<Keep> for Recorder {
    type Result = ();

    fn handle(&mut self, msg: Keep, _: &mut Self::Context) {
        if self.waiting.len() < QUEUE_MAX {
            self.waiting.push(msg);
        } else {
            self.stats.samples_dropped.fetch_add(msg.samples.len() as u64, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

impl Handler<Written> for Recorder {
    type Result = ();

    fn handle(&mut self, _: Written, ctx: &mut Self::Context) {
        self.writing = false;
        if BATCH <= self.waiting.len() || !self.flushed.is_empty() {
            self.write(ctx);
        }
    }
}

impl Handler<Flush> for Recorder {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Flush, ctx: &mut Self::Context) -> Self::Result {
        let (done, wait) = oneshot::channel();
        self.flushed.push(done);
        self.write(ctx);
        Box::pin(async move {
            // The recorder ending is the same answer: nothing more will be written.
            let _ = wait.await;
        })
    }
}
