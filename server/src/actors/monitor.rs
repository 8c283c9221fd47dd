//! The monitor: a reconciler. Compares what is to be watched with the actors that live, and starts, stops, updates. It
//! takes no hint about what changed, and it is the recovery from a panic: a host actor that is gone starts again from
//! its row.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, atomic::Ordering::Relaxed},
    time::Duration,
};

use actix::{Actor, Addr, ArbiterHandle, AsyncContext, Context, Handler, Message, MessageResult};
use app::api::live::LiveChange;
use domain::{
    id::{CustomerId, HostId, ServiceId},
    service::is_stale,
    time::Timestamp,
};

use super::{
    host::{Configure, Gone, HostActor, HostSetup, ProbeNow, Shared, Stop},
    live,
};
use crate::{
    engine::stats::count,
    store::{Db, events},
    vault::Vault,
};

mod wanted;

/// Changes take effect within this time even when nobody says that something changed.
const TICK: Duration = Duration::from_secs(1);
/// Everything is compared now and then, whatever the counter says.
const FULL_EVERY_S: i64 = 60;
const STALE_EVERY_S: i64 = 5;
/// Wait before an actor that panicked starts again: doubles up to the longest.
const RESTART_FIRST_MS: u64 = 100;
const RESTART_LONGEST_MS: u64 = 60_000;
/// An actor that lived this long has earned a clean slate.
const RESTART_FORGET_S: i64 = 600;

/// Compare now.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Reconcile;

/// Hand a message to a host's actor, if it lives.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ToHost {
    pub host: HostId,
    pub message: ProbeNow,
}

/// Stop all host actors; answered with their number.
#[derive(Debug, Message)]
#[rtype(result = "usize")]
pub struct StopAll;

/// Host actors alive now.
#[derive(Debug, Message)]
#[rtype(result = "usize")]
pub struct CountHosts;

/// What the database wants, or nothing when it could not be asked or nothing changed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct Wanted {
    setups: Option<wanted::All>,
}

/// One host's row, read again after its actor was gone.
#[derive(Debug, Message)]
#[rtype(result = "()")]
struct WantedOne {
    host: HostId,
    setup: Option<wanted::One>,
}

struct Alive {
    addr: Addr<HostActor>,
    fingerprint: u64,
    setup: Arc<HostSetup>,
    since: Timestamp,
}

#[derive(Debug, Default, Clone, Copy)]
struct Restarts {
    count: u32,
    last: Option<Timestamp>,
}

pub struct Monitor {
    db: Db,
    vault: Vault,
    shared: Arc<Shared>,
    live: Addr<live::Live>,
    /// Threads for host actors; none means: on the monitor's own.
    arbiters: Vec<ArbiterHandle>,
    hosts: HashMap<HostId, Alive>,
    restarts: HashMap<HostId, Restarts>,
    stale: Arc<RwLock<HashSet<ServiceId>>>,
    generation: Option<i64>,
    full_at: Option<Timestamp>,
    stale_at: Option<Timestamp>,
    loading: bool,
    /// Asked to compare while a comparison was under way.
    again: bool,
    stopping: bool,
}

impl Monitor {
    pub fn new(
        db: Db,
        vault: Vault,
        shared: Arc<Shared>,
        live: Addr<live::Live>,
        arbiters: Vec<ArbiterHandle>,
        stale: Arc<RwLock<HashSet<ServiceId>>>,
    ) -> Self {
        Self {
            db,
            vault,
            shared,
            live,
            arbiters,
            hosts: HashMap::new(),
            restarts: HashMap::new(),
            stale,
            generation: None,
            full_at: None,
            stale_at: None,
            loading: false,
            again: false,
            stopping: false,
        }
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        let now = self.shared.clock.now();
        self.shared.stats.monitor_tick_ms.store(now.as_millis().unsigned_abs(), Relaxed);
        self.compare(ctx);
        if self.stale_at.is_none_or(|at| STALE_EVERY_S <= now.seconds_since(at)) {
            self.stale_at = Some(now);
            self.mark_stale(now);
        }
    }

    fn compare(&mut self, ctx: &mut Context<Self>) {
        if self.stopping {
            return;
        }
        if self.loading {
            self.again = true;
            return;
        }
        self.loading = true;
        let now = self.shared.clock.now();
        let known = match self.full_at {
            Some(at) if now.seconds_since(at) < FULL_EVERY_S => self.generation,
            _ => None,
        };
        let (db, vault, monitor) = (self.db.clone(), self.vault.clone(), ctx.address());
        self.shared.io.spawn(async move {
            let setups = wanted::all(&db, &vault, known).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the monitor could not read what is to be watched");
                None
            });
            monitor.do_send(Wanted { setups });
        });
    }

    fn apply(&mut self, all: wanted::All, ctx: &mut Context<Self>) {
        let now = self.shared.clock.now();
        self.generation = Some(all.generation);
        self.full_at = Some(now);
        let wanted: HashSet<_> = all.hosts.iter().map(|one| one.setup.host).collect();
        self.hosts.retain(|host, alive| {
            let keep = wanted.contains(host);
            if !keep {
                alive.addr.do_send(Stop);
                for service in &alive.setup.services {
                    self.shared.observed.forget(service.id);
                }
            }
            keep
        });
        for one in all.hosts {
            let waits = self.waits_for_restart(one.setup.host, now);
            match self.hosts.get_mut(&one.setup.host) {
                Some(alive) if alive.fingerprint == one.fingerprint => {}
                Some(alive) => {
                    alive.fingerprint = one.fingerprint;
                    alive.setup = Arc::new(one.setup.clone());
                    alive.addr.do_send(Configure(one.setup));
                }
                // One that panicked waits for its turn in `Gone`.
                None if waits => {}
                None => self.start_host(one, ctx),
            }
        }
        self.shared.stats.hosts.store(self.hosts.len() as u64, Relaxed);
        let services: usize = self.hosts.values().map(|alive| alive.setup.services.len()).sum();
        self.shared.stats.services.store(services as u64, Relaxed);
    }

    fn start_host(&mut self, one: wanted::One, ctx: &mut Context<Self>) {
        let host = one.setup.host;
        let setup = Arc::new(one.setup.clone());
        let (shared, on_gone) = (self.shared.clone(), ctx.address().recipient());
        let addr = match self.arbiter(host) {
            Some(arbiter) => HostActor::start_in_arbiter(&arbiter, move |_| HostActor::new(shared, one.setup, on_gone)),
            None => HostActor::new(shared, one.setup, on_gone).start(),
        };
        let since = self.shared.clock.now();
        self.hosts.insert(host, Alive { addr, fingerprint: one.fingerprint, setup, since });
    }

    /// The same thread for a host each time.
    fn arbiter(&self, host: HostId) -> Option<ArbiterHandle> {
        let index = host.0.as_bytes().iter().fold(0_usize, |hash, byte| hash.wrapping_mul(31) ^ usize::from(*byte));
        let count = self.arbiters.len().max(1);
        self.arbiters.get(index % count).cloned()
    }

    fn waits_for_restart(&self, host: HostId, now: Timestamp) -> bool {
        self.restarts.get(&host).is_some_and(|restarts| {
            let wait = i64::try_from(restart_wait(restarts.count).as_millis()).unwrap_or(i64::MAX);
            restarts.last.is_some_and(|last| now.millis_since(last) < wait)
        })
    }

    /// Services whose last observation is too old. A change is told to the boards: a stuck scheduler must not look well.
    fn mark_stale(&mut self, now: Timestamp) {
        let mut stale = HashSet::new();
        let mut customers: HashMap<ServiceId, CustomerId> = HashMap::new();
        for alive in self.hosts.values() {
            for service in &alive.setup.services {
                let last = self.shared.observed.at(service.id);
                customers.insert(service.id, alive.setup.customer);
                if is_stale(last, alive.since, &service.policy, now) {
                    stale.insert(service.id);
                }
            }
        }
        let mut known = self.stale.write().unwrap_or_else(PoisonError::into_inner);
        let changed: HashSet<_> =
            known.symmetric_difference(&stale).filter_map(|service| customers.get(service).copied()).collect();
        self.shared.stats.stale.store(stale.len() as u64, Relaxed);
        *known = stale;
        drop(known);
        if !changed.is_empty() {
            self.announce(changed, now);
        }
    }

    fn announce(&self, customers: HashSet<CustomerId>, now: Timestamp) {
        let (db, live) = (self.db.clone(), self.live.clone());
        let changes: Vec<_> =
            customers.into_iter().map(|customer| (customer, LiveChange::Estate { customer })).collect();
        self.shared.io.spawn(async move {
            let stored = async {
                let tx = db.begin().await?;
                events::append(&tx, now, &changes).await?;
                tx.commit().await
            };
            match stored.await {
                Ok(()) => live.do_send(live::Wake),
                Err(error) => tracing::warn!(%error, "a change of staleness could not be told"),
            }
        });
    }
}

fn restart_wait(count: u32) -> Duration {
    let doublings = count.saturating_sub(1).min(16);
    Duration::from_millis((RESTART_FIRST_MS << doublings).min(RESTART_LONGEST_MS))
}

impl Actor for Monitor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // `Gone` of a large estate arrives at once when everything stops.
        ctx.set_mailbox_capacity(1_024);
        self.compare(ctx);
        ctx.run_interval(TICK, Self::tick);
    }
}

impl Handler<Reconcile> for Monitor {
    type Result = ();

    fn handle(&mut self, _: Reconcile, ctx: &mut Self::Context) {
        self.compare(ctx);
    }
}

impl Handler<Wanted> for Monitor {
    type Result = ();

    fn handle(&mut self, msg: Wanted, ctx: &mut Self::Context) {
        self.loading = false;
        if let Some(all) = msg.setups
            && !self.stopping
        {
            self.apply(all, ctx);
        }
        if std::mem::take(&mut self.again) {
            self.compare(ctx);
        }
    }
}

impl Handler<Gone> for Monitor {
    type Result = ();

    fn handle(&mut self, msg: Gone, ctx: &mut Self::Context) {
        if msg.clean || self.stopping {
            return; // Stopped on order: it was taken off the list then.
        }
        let now = self.shared.clock.now();
        count(&self.shared.stats.panics);
        let lived = self.hosts.remove(&msg.host).map(|alive| now.seconds_since(alive.since));
        let restarts = self.restarts.entry(msg.host).or_default();
        if lived.is_some_and(|seconds| RESTART_FORGET_S <= seconds) {
            restarts.count = 0;
        }
        restarts.count += 1;
        restarts.last = Some(now);
        let wait = restart_wait(restarts.count);
        tracing::error!(host.id = %msg.host, restart = restarts.count, wait_ms = wait.as_millis() as u64, "a host actor panicked; it starts again");
        let host = msg.host;
        ctx.run_later(wait, move |monitor, ctx| {
            let (db, vault, addr) = (monitor.db.clone(), monitor.vault.clone(), ctx.address());
            monitor.shared.io.spawn(async move {
                let setup = wanted::one(&db, &vault, host).await.unwrap_or_else(|error| {
                    // No retry here: the next full comparison is the retry.
                    tracing::warn!(%error, host.id = %host, "a host's row could not be read");
                    None
                });
                addr.do_send(WantedOne { host, setup });
            });
        });
    }
}

impl Handler<WantedOne> for Monitor {
    type Result = ();

    fn handle(&mut self, msg: WantedOne, ctx: &mut Self::Context) {
        if let Some(setup) = msg.setup
            && !self.stopping
            && !self.hosts.contains_key(&msg.host)
        {
            self.start_host(setup, ctx);
        }
    }
}

impl Handler<ToHost> for Monitor {
    type Result = ();

    fn handle(&mut self, msg: ToHost, _: &mut Self::Context) {
        if let Some(alive) = self.hosts.get(&msg.host) {
            alive.addr.do_send(msg.message);
        }
    }
}

impl Handler<CountHosts> for Monitor {
    type Result = MessageResult<CountHosts>;

    fn handle(&mut self, _: CountHosts, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.hosts.len())
    }
}

impl Handler<StopAll> for Monitor {
    type Result = actix::ResponseFuture<usize>;

    fn handle(&mut self, _: StopAll, _: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let addresses: Vec<_> = self.hosts.drain().map(|(_, alive)| alive.addr).collect();
        Box::pin(async move {
            let count = addresses.len();
            for addr in addresses {
                // An actor that is gone already has handed over what it had, or panicked.
                let _ = addr.send(Stop).await;
            }
            count
        })
    }
}
