//! The supervisor of one contract with something open: takes its steps, reminders, warnings and breaches at their
//! stored instants. What is due stands in the database; the actor only knows when to look.

use std::{sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message, SpawnHandle};
use domain::time::Timestamp;
use sea_orm::DbErr;
use tokio::runtime::Handle;

use super::ledger::Announce;
use crate::{
    clock::Clock,
    store::{
        Db, faults,
        supervise::{self, Supervised},
    },
};

/// A timer further ahead than this is set anew: the wall clock may be set in between.
const AHEAD_MAX: Duration = Duration::from_secs(60);
/// After an error of the database.
const RETRY: Duration = Duration::from_secs(1);

/// What all supervisors share.
pub struct Shared {
    pub db: Db,
    pub io: Handle,
    pub clock: Clock,
    pub mail_domain: String,
    /// Where loan units come back to.
    pub return_address: String,
    pub announce: Announce,
}

/// Something of this contract is due then; None: nothing is foreseeable.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct NextAt(pub Option<Timestamp>);

#[derive(Message)]
#[rtype(result = "()")]
struct Worked(Result<(), DbErr>);

pub struct Supervisor {
    of: Supervised,
    shared: Arc<Shared>,
    next_at: Option<Timestamp>,
    working: bool,
    timer: Option<SpawnHandle>,
}

impl Supervisor {
    pub fn new(of: Supervised, shared: Arc<Shared>) -> Self {
        Self { of, shared, next_at: None, working: false, timer: None }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let Some(next_at) = self.next_at.filter(|_| !self.working) else { return };
        let ahead_us = next_at.as_micros().saturating_sub(self.shared.clock.now().as_micros());
        match u64::try_from(ahead_us) {
            Ok(ahead_us) if 0 < ahead_us => {
                let ahead = Duration::from_micros(ahead_us).min(AHEAD_MAX);
                self.timer = Some(ctx.run_later(ahead, Self::look));
            }
            _ => self.work(ctx),
        }
    }

    fn work(&mut self, ctx: &mut Context<Self>) {
        self.working = true;
        let (of, shared, supervisor) = (self.of, self.shared.clone(), ctx.address());
        self.shared.io.spawn(async move { supervisor.do_send(Worked(carry_out(of, &shared).await)) });
    }
}

/// Until nothing more is due.
async fn carry_out(of: Supervised, shared: &Shared) -> Result<(), DbErr> {
    loop {
        let context = faults::Context::new(shared.clock.now(), shared.mail_domain.clone());
        let tx = shared.db.begin().await?;
        let carried = supervise::carry_out(&tx, &context, of).await?;
        tx.commit().await?;
        if 0 < carried.told {
            tracing::debug!(told = carried.told, ?of, "carried out what was due");
            shared.announce.committed();
        }
        if !carried.full {
            return Ok(());
        }
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;
}

impl Handler<NextAt> for Supervisor {
    type Result = ();

    fn handle(&mut self, msg: NextAt, ctx: &mut Self::Context) {
        self.next_at = msg.0;
        self.look(ctx);
    }
}

impl Handler<Worked> for Supervisor {
    type Result = ();

    fn handle(&mut self, msg: Worked, ctx: &mut Self::Context) {
        self.working = false;
        match msg.0 {
            // What is due next is read by `Supervisors`, who looks each second.
            Ok(()) => self.next_at = None,
            Err(error) => {
                tracing::warn!(%error, of = ?self.of, "what is due could not be carried out; trying again");
                self.timer = Some(ctx.run_later(RETRY, Self::look));
            }
        }
    }
}
