//! Keeps one [`Supervisor`] for each contract with something open, and tells each when its next step is due.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, Addr, AsyncContext, Context, Handler, Message};
use domain::time::Timestamp;
use sea_orm::DbErr;

use super::supervisor::{NextAt, Shared, Supervisor};
use crate::store::{
    downtimes, faults,
    supervise::{self, Supervised},
};

/// An acknowledgement, a new fault or a clock that was set is noticed within this long.
const LOOK_EVERY: Duration = Duration::from_secs(1);

type Open = BTreeMap<Supervised, Option<Timestamp>>;

/// Something was committed that may be due at once.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "()")]
pub struct Wake;

/// How many supervisors there are.
#[derive(Debug, Clone, Copy, Message)]
#[rtype(result = "usize")]
pub struct Count;

#[derive(Message)]
#[rtype(result = "()")]
struct Seen(Option<Open>);

pub struct Supervisors {
    shared: Arc<Shared>,
    running: HashMap<Supervised, Addr<Supervisor>>,
    looking: bool,
    again: bool,
}

impl Supervisors {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, running: HashMap::new(), looking: false, again: false }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.looking, true) {
            self.again = true;
            return;
        }
        let (shared, supervisors) = (self.shared.clone(), ctx.address());
        self.shared.io.spawn(async move {
            let open = seen(&shared).await;
            let open = open.inspect_err(|error| tracing::warn!(%error, "what is open could not be read; trying again"));
            supervisors.do_send(Seen(open.ok()));
        });
    }

    fn follow(&mut self, open: &Open) {
        // One that panicked is started again from the database, which is all it knew.
        self.running.retain(|of, supervisor| open.contains_key(of) && supervisor.connected());
        for (of, next_at) in open {
            let start = || Supervisor::new(*of, self.shared.clone()).start();
            self.running.entry(*of).or_insert_with(start).do_send(NextAt(*next_at));
        }
    }
}

/// What is open, once acknowledgements that have expired are ended and what has outlived a downtime is told.
async fn seen(shared: &Shared) -> Result<Open, DbErr> {
    let now = shared.clock.now();
    let lapsed = faults::lapse(&shared.db, now).await?;
    // What goes wrong with one customer's downtimes must keep nobody else from being called.
    let settled = downtimes::run_due(&shared.db, now, &shared.mail_domain).await.unwrap_or_else(|error| {
        tracing::error!(%error, "downtimes could not be looked at");
        0
    });
    if 0 < lapsed + settled {
        shared.announce.committed();
    }
    supervise::open(shared.db.read()).await
}

impl Actor for Supervisors {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.look(ctx);
        ctx.run_interval(LOOK_EVERY, Self::look);
    }
}

impl Handler<Wake> for Supervisors {
    type Result = ();

    fn handle(&mut self, _: Wake, ctx: &mut Self::Context) {
        self.look(ctx);
    }
}

impl Handler<Seen> for Supervisors {
    type Result = ();

    fn handle(&mut self, msg: Seen, ctx: &mut Self::Context) {
        self.looking = false;
        if let Some(open) = &msg.0 {
            self.follow(open);
        }
        if std::mem::take(&mut self.again) {
            self.look(ctx);
        }
    }
}

impl Handler<Count> for Supervisors {
    type Result = usize;

    fn handle(&mut self, _: Count, _: &mut Self::Context) -> usize {
        self.running.len()
    }
}
