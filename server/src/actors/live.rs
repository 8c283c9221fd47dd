//! The live hub: reads committed events in order and hands them to every open stream.

use std::sync::Arc;

use actix::{Actor, AsyncContext, Context, Handler, Message};
use app::api::live::{LiveChange, LiveEvent, ServiceChange};
use domain::{id::CustomerId, observation::Status};
use tokio::{runtime::Handle, sync::broadcast};

use crate::store::{Db, events};

/// Events a slow reader may lag behind before it is told to load its page again.
pub const BROADCAST_CAPACITY: usize = 1_024;
/// Events read at once.
const BATCH: u64 = 500;
/// Old events are forgotten each time this many were sent.
const PRUNE_EVERY: i64 = 2_000;

/// An event in both versions, written once for all readers.
#[derive(Debug)]
pub struct Published {
    pub seq: i64,
    pub customer: CustomerId,
    pub staff_json: String,
    pub customer_json: String,
    /// Faults of our own and what staff settle between themselves are no news for customers.
    pub for_customers: bool,
}

impl Published {
    /// Both versions of a stored event. Fails only when the event cannot be written as JSON.
    pub fn new(stored: &events::StoredEvent) -> Result<Self, serde_json::Error> {
        let event = LiveEvent { seq: stored.seq, at: stored.at, change: stored.change.clone() };
        let staff_json = serde_json::to_string(&event)?;
        let reduced = LiveEvent { change: for_customer(event.change), ..event };
        let customer_json = serde_json::to_string(&reduced)?;
        let for_customers = match &stored.change {
            LiveChange::Fault { row } => row.status != Status::Unknown,
            LiveChange::TicketForStaff { .. } => false,
            _ => true,
        };
        Ok(Self { seq: stored.seq, customer: stored.customer, staff_json, customer_json, for_customers })
    }
}

/// A change without what only staff may know.
pub fn for_customer(change: LiveChange) -> LiveChange {
    match change {
        LiveChange::Fault { mut row } => {
            crate::desk::board::blank_for_customer(&mut row);
            LiveChange::Fault { row }
        }
        LiveChange::Host { host, customer, mut tile, service } => {
            // Whether a colleague of ours has it in hand is not shown on the customer's marks, nor what a probe saw.
            tile.acknowledged = false;
            let service = service.map(|service| ServiceChange { text: String::new(), ..service });
            LiveChange::Host { host, customer, tile, service }
        }
        other => other,
    }
}

/// Events were committed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Wake;

/// A read ended; the batch is empty when it failed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Loaded {
    events: Vec<events::StoredEvent>,
    failed: bool,
}

#[derive(Debug)]
pub struct Live {
    db: Db,
    io: Handle,
    broadcast: broadcast::Sender<Arc<Published>>,
    /// Number of the last event sent on.
    seq: i64,
    pruned_at: i64,
    reading: bool,
    /// More was committed while a read was under way.
    again: bool,
}

impl Live {
    /// Sends on everything after event number `seq`.
    pub fn new(db: Db, io: Handle, broadcast: broadcast::Sender<Arc<Published>>, seq: i64) -> Self {
        Self { db, io, broadcast, seq, pruned_at: seq, reading: false, again: false }
    }

    fn read(&mut self, ctx: &mut Context<Self>) {
        if self.reading {
            self.again = true;
            return;
        }
        self.reading = true;
        let (db, seq, hub) = (self.db.clone(), self.seq, ctx.address());
        self.io.spawn(async move {
            let message = match events::after(db.read(), seq, BATCH).await {
                Ok(events) => Loaded { events, failed: false },
                Err(error) => {
                    tracing::warn!(%error, "the live hub could not read events");
                    Loaded { events: Vec::new(), failed: true }
                }
            };
            hub.do_send(message);
        });
    }

    fn prune(&mut self) {
        if self.seq < self.pruned_at + PRUNE_EVERY {
            return;
        }
        self.pruned_at = self.seq;
        let db = self.db.clone();
        self.io.spawn(async move {
            let pruned = async {
                let tx = db.begin().await?;
                events::prune(&tx).await?;
                tx.commit().await
            };
            if let Err(error) = pruned.await {
                tracing::warn!(%error, "old events could not be removed");
            }
        });
    }
}

impl Actor for Live {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // A hint can be lost (another process wrote, a read failed): look anyway.
        ctx.run_interval(std::time::Duration::from_secs(2), Self::look);
    }
}

impl Live {
    fn look(&mut self, ctx: &mut Context<Self>) {
        self.read(ctx);
    }
}

impl Handler<Wake> for Live {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.read(ctx);
    }
}

impl Handler<Loaded> for Live {
    type Result = ();

    fn handle(&mut self, msg: Loaded, ctx: &mut Self::Context) {
        self.reading = false;
        let full = msg.events.len() as u64 == BATCH;
        for stored in &msg.events {
            self.seq = stored.seq;
            match Published::new(stored) {
                // Nobody listening is no error.
                Ok(published) => drop(self.broadcast.send(Arc::new(published))),
                Err(error) => tracing::error!(seq = stored.seq, %error, "an event could not be written"),
            }
        }
        self.prune();
        if (self.again || full) && !msg.failed {
            self.again = false;
            self.read(ctx);
        }
    }
}
