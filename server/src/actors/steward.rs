//! The steward: what is looked at every minute, however little happens. Each job stands alone: one that fails is logged
//! and tried again a minute later, and holds up no other.

use std::{collections::HashSet, future::Future, sync::Arc, time::Duration};

use actix::{Actor, AsyncContext, Context, Handler, Message};
use domain::id::{ClockId, FaultId};
use sea_orm::DbErr;

use super::supervisor::Shared;
use crate::{
    desk::{contracts::test_due_access, tickets, worktime},
    duty,
    probes::Prober,
    store::{alarms, clocks, escalations, hardware, term_notices},
};

const EVERY: Duration = Duration::from_secs(60);
/// Replies are held for seconds, not minutes.
const EVERY_HELD: Duration = Duration::from_secs(2);
/// Clocks and escalations counted anew in one minute; after the last it begins with the first.
const RECOUNTED: u64 = 500;

#[derive(Message)]
#[rtype(result = "()")]
struct Done(Recount);

/// How far the proof of stored instants has come, and what staff were told of since the start.
#[derive(Debug, Default)]
struct Recount {
    clock: Option<ClockId>,
    escalation: Option<FaultId>,
    told: HashSet<String>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Tested;

#[derive(Message)]
#[rtype(result = "()")]
struct Sent;

pub struct Steward {
    shared: Arc<Shared>,
    prober: Prober,
    /// None while the jobs run.
    recount: Option<Recount>,
    /// Ways in that do not answer take minutes to test, and hold up no mail.
    testing: bool,
    /// Held replies are being sent.
    sending: bool,
}

impl Steward {
    pub fn new(shared: Arc<Shared>, prober: Prober) -> Self {
        Self { shared, prober, recount: Some(Recount::default()), testing: false, sending: false }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        self.work(ctx);
        if !std::mem::replace(&mut self.testing, true) {
            let (shared, prober, steward) = (self.shared.clone(), self.prober.clone(), ctx.address());
            self.shared.io.spawn(async move {
                let tested = test_due_access(&shared.db, &prober, shared.clock.now());
                if 0 < job("tests of standing access", tested).await.unwrap_or(0) {
                    shared.announce.committed();
                }
                steward.do_send(Tested);
            });
        }
    }

    fn send_held(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.sending, true) {
            return;
        }
        let (shared, steward) = (self.shared.clone(), ctx.address());
        self.shared.io.spawn(async move {
            let sent = tickets::send_due(&shared.db, shared.clock.now(), &shared.mail_domain);
            if 0 < job("replies that were held", sent).await.unwrap_or(0) {
                shared.announce.committed();
            }
            steward.do_send(Sent);
        });
    }

    fn work(&mut self, ctx: &mut Context<Self>) {
        let Some(mut recount) = self.recount.take() else { return };
        let (shared, steward) = (self.shared.clone(), ctx.address());
        self.shared.io.spawn(async move {
            let (db, now, domain) = (&shared.db, shared.clock.now(), shared.mail_domain.as_str());
            let ending = job("notices before a term ends", term_notices::run_due(db, now, domain)).await;
            let duty = job("hand-over mails", duty::run_due(db, now, domain)).await;
            let moved = job("tickets that time moves on", tickets::run_due(db, now, domain)).await;
            let chased = hardware::run_due(db, now, domain, &shared.return_address);
            let chased = job("reminders of loans", chased).await;
            let used_up = job("stopwatches that have run out", worktime::run_due(db, now, domain)).await;
            let wrong = job("the proof of stored instants", recount.go_on(&shared)).await;
            if [ending, duty, moved, chased, used_up, wrong].into_iter().flatten().any(|count| 0 < count) {
                shared.announce.committed();
            }
            steward.do_send(Done(recount));
        });
    }
}

async fn job<T>(name: &str, work: impl Future<Output = Result<T, DbErr>>) -> Option<T> {
    work.await.inspect_err(|error| tracing::error!(%error, "{name}: failed; trying again soon")).ok()
}

impl Recount {
    /// Counts the next clocks and escalations anew. How many alarms were raised: what is stored must be what the events
    /// add up to, so a difference is a fault of ours.
    async fn go_on(&mut self, shared: &Shared) -> Result<u64, DbErr> {
        let (clocks, clock) = clocks::recompute(shared.db.read(), self.clock, RECOUNTED).await?;
        let (escalations, escalation) = escalations::recompute(shared.db.read(), self.escalation, RECOUNTED).await?;
        let clocks = clocks.into_iter().map(|one| (format!("clock {}", one.clock), format!("{one:?}")));
        let escalations =
            escalations.into_iter().map(|one| (format!("escalation of fault {}", one.fault), format!("{one:?}")));
        let mut raised = 0;
        for (what, difference) in clocks.chain(escalations) {
            if self.told.insert(what.clone()) {
                tracing::error!(what, difference, "what is stored is not what its events add up to");
                let tx = shared.db.begin().await?;
                let text = format!("The {what} says something else than its events: {difference}");
                let now = shared.clock.now();
                alarms::raise(&tx, &shared.mail_domain, "A stored instant is wrong", &text, now).await?;
                tx.commit().await?;
                raised += 1;
            }
        }
        (self.clock, self.escalation) = (clock, escalation);
        Ok(raised)
    }
}

impl Actor for Steward {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.look(ctx);
        ctx.run_interval(EVERY, Self::look);
        ctx.run_interval(EVERY_HELD, Self::send_held);
    }
}

impl Handler<Tested> for Steward {
    type Result = ();

    fn handle(&mut self, _: Tested, _: &mut Self::Context) {
        self.testing = false;
    }
}

impl Handler<Sent> for Steward {
    type Result = ();

    fn handle(&mut self, _: Sent, _: &mut Self::Context) {
        self.sending = false;
    }
}

impl Handler<Done> for Steward {
    type Result = ();

    fn handle(&mut self, msg: Done, _: &mut Self::Context) {
        self.recount = Some(msg.0);
    }
}
