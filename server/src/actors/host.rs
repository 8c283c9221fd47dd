//! One actor for each monitored host: finds due services, asks for probes, folds what they saw.

use std::{collections::VecDeque, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, ContextFutureSpawner, Handler, Message, Recipient,
    SpawnHandle, WrapFuture,
};
use domain::{
    flapping::{FlapLimits, Watch},
    id::{CustomerId, HostId, ServiceId},
    observation::{Observation, Status},
    probe::{ProbePolicy, ProbeSpec},
    schedule,
    service::{ServiceState, Step},
    time::Timestamp,
};
use futures::{FutureExt, future::BoxFuture};
use tokio::{runtime::Handle, sync::Semaphore};

use super::{ledger::Record, recorder::Keep};
use crate::{
    chunk::Sample,
    clock::Clock,
    engine::{Observed, Stats, stats::count},
    store::{
        faults::{Applied, Decision},
        states::{NewTransition, StoredState},
    },
};

mod samples;

use samples::OpenChunk;

/// Results waiting for a host: one for each service in flight, and the monitor's orders.
const MAILBOX: usize = 64;
/// Longest sleep: a wall clock that jumps is noticed within this time.
const SLEEP_MAX_MS: i64 = 60_000;
/// How long the ledger may take before a decision is sent again.
const LEDGER_TIMEOUT: Duration = Duration::from_secs(45);
/// Wait before a decision that was not stored is sent again.
const LEDGER_RETRY: Duration = Duration::from_secs(1);
/// Decisions a service may have waiting for the database. Beyond this nothing more is judged, so nothing is lost.
const PENDING_MAX: usize = 64;

/// Runs one probe. A trait object, so that tests can say what is seen.
pub type ProbeFn = Arc<dyn Fn(Arc<ProbeSpec>, Duration) -> BoxFuture<'static, Observation> + Send + Sync>;

/// What all host actors share.
pub struct Shared {
    pub clock: Clock,
    pub io: Handle,
    pub probe: ProbeFn,
    /// Probes in flight in the whole installation.
    pub permits: Arc<Semaphore>,
    pub flap_limits: FlapLimits,
    pub ledger: Recipient<Record>,
    pub recorder: Recipient<Keep>,
    pub observed: Arc<Observed>,
    pub stats: Arc<Stats>,
}

/// A host as it is to be watched.
#[derive(Debug, Clone)]
pub struct HostSetup {
    pub host: HostId,
    pub customer: CustomerId,
    pub services: Vec<ServiceSetup>,
}

#[derive(Debug, Clone)]
pub struct ServiceSetup {
    pub id: ServiceId,
    /// Grows with every edit; results of an older version are void.
    pub version: i64,
    /// What to run, or why it cannot be run.
    pub spec: Result<Arc<ProbeSpec>, String>,
    pub policy: ProbePolicy,
    /// The stored state to go on from; used when the service is new to the actor.
    pub stored: StoredState,
}

/// Watch these services from now on; those that did not change are not disturbed.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Configure(pub HostSetup);

/// Stop watching and hand over what is in memory.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// Probe a service at once, without disturbing its schedule.
#[derive(Debug, Clone, Message)]
#[rtype(result = "()")]
pub struct ProbeNow {
    pub service: ServiceId,
}

/// A probe run ended. Sent by the probe task to its host actor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ProbeFinished {
    pub service: ServiceId,
    pub version: i64,
    pub observation: Observation,
}

/// A host actor ended. Not clean means that it panicked.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Gone {
    pub host: HostId,
    pub clean: bool,
}

pub struct HostActor {
    shared: Arc<Shared>,
    host: HostId,
    customer: CustomerId,
    slots: Vec<Slot>,
    timer: Option<SpawnHandle>,
    on_gone: Recipient<Gone>,
    clean: bool,
}

struct Slot {
    id: ServiceId,
    version: i64,
    spec: Result<Arc<ProbeSpec>, String>,
    policy: ProbePolicy,
    due: Timestamp,
    in_flight: bool,
    watch: Watch,
    seq: i64,
    /// Decisions not confirmed yet, oldest first; the first one may be on its way.
    pending: VecDeque<Decision>,
    sending: bool,
    chunk: OpenChunk,
}

impl Slot {
    fn new(setup: ServiceSetup, now: Timestamp) -> Self {
        let due = first_due(setup.id, &setup.policy, now);
        Self {
            id: setup.id,
            version: setup.version,
            spec: setup.spec,
            policy: setup.policy,
            due,
            in_flight: false,
            watch: setup.stored.watch.resumed(setup.stored.changed_at, setup.policy.interval_s, now),
            seq: setup.stored.seq,
            pending: VecDeque::new(),
            sending: false,
            chunk: OpenChunk::default(),
        }
    }

    fn interval_ms(&self) -> i64 {
        i64::from(self.policy.interval_s) * 1_000
    }

    /// A soft problem is looked at again soon; everything else keeps its place in the interval.
    fn plan_next(&mut self, now: Timestamp) {
        self.due = match self.watch.state {
            ServiceState::Soft { .. } => {
                schedule::after(now, i64::from(self.watch.state.interval_s(&self.policy)) * 1_000)
            }
            _ => {
                let interval = self.interval_ms();
                schedule::next_regular(now, schedule::phase_ms(self.id.0, interval), interval)
            }
        };
    }

    fn attempt(&self) -> Option<(u8, u8)> {
        match self.watch.state {
            ServiceState::Soft { attempt, .. } => Some((attempt, self.policy.attempts_max)),
            _ => None,
        }
    }
}

/// The first run keeps to the service's place in its interval, so that a start does not probe everything at once.
fn first_due(id: ServiceId, policy: &ProbePolicy, now: Timestamp) -> Timestamp {
    let interval = i64::from(policy.interval_s) * 1_000;
    schedule::next_regular(now, schedule::phase_ms(id.0, interval), interval)
}

impl HostActor {
    pub fn new(shared: Arc<Shared>, setup: HostSetup, on_gone: Recipient<Gone>) -> Self {
        let now = shared.clock.now();
        let slots = setup.services.into_iter().map(|service| Slot::new(service, now)).collect();
        Self { shared, host: setup.host, customer: setup.customer, slots, timer: None, on_gone, clean: false }
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        self.timer = None;
        let now = self.shared.clock.now();
        let due: Vec<_> = self
            .slots
            .iter_mut()
            .enumerate()
            .filter_map(|(index, slot)| {
                // After a wall clock was set back, the planned instant lies too far ahead.
                if slot.interval_ms() * 2 < slot.due.millis_since(now) {
                    slot.plan_next(now);
                }
                (!slot.in_flight && slot.due <= now).then_some(index)
            })
            .collect();
        for index in due {
            self.start_probe(index, ctx);
        }
        self.sleep(ctx);
    }

    /// Arms the one timer for the next due service.
    fn sleep(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.timer.take() {
            ctx.cancel_future(timer);
        }
        let Some(next) = self.slots.iter().filter(|slot| !slot.in_flight).map(|slot| slot.due).min() else { return };
        let wait = next.millis_since(self.shared.clock.now()).clamp(0, SLEEP_MAX_MS).unsigned_abs();
        self.timer = Some(ctx.run_later(Duration::from_millis(wait), Self::tick));
    }

    fn start_probe(&mut self, index: usize, ctx: &mut Context<Self>) {
        let shared = self.shared.clone();
        let Some(slot) = self.slots.get_mut(index) else { return };
        let (service, version, due) = (slot.id, slot.version, slot.due);
        let timeout = Duration::from_millis(u64::from(slot.policy.timeout_ms));
        slot.in_flight = true;
        let spec = match &slot.spec {
            Ok(spec) => spec.clone(),
            Err(reason) => {
                let text = format!("The check cannot run: {reason}");
                let observation = Observation::new(Status::Unknown, text, None, shared.clock.now());
                ctx.notify(ProbeFinished { service, version, observation });
                return;
            }
        };
        let run = (shared.probe)(spec, timeout);
        let host = ctx.address();
        self.shared.io.spawn(async move {
            let Ok(permit) = shared.permits.clone().acquire_owned().await else { return };
            shared.stats.started_late(shared.clock.now().millis_since(due));
            let observation = AssertUnwindSafe(run).catch_unwind().await.unwrap_or_else(|_| {
                let text = "The check crashed. This is our fault, not the host's.";
                Observation::new(Status::Unknown, text, None, shared.clock.now())
            });
            drop(permit);
            count(&shared.stats.probes_finished);
            // The result frees the slot, so it must arrive; a host actor holds one for each service at most.
            host.do_send(ProbeFinished { service, version, observation });
        });
    }

    fn fold(&mut self, index: usize, observation: &Observation, ctx: &mut Context<Self>) {
        let (host, customer) = (self.host, self.customer);
        let Some(slot) = self.slots.get_mut(index) else { return };
        if PENDING_MAX <= slot.pending.len() {
            return;
        }
        let limits = self.shared.flap_limits;
        let (watch, Step { state, changed, fault }) =
            slot.watch.observe(observation.status, observation.at, slot.policy.attempts_max, limits);
        slot.watch = watch;
        self.shared.observed.put(slot.id, observation, slot.attempt());
        slot.chunk.push(Sample { at: observation.at, status: observation.status, latency_us: observation.latency_us });
        if changed {
            slot.seq += 1;
            let transition = NewTransition {
                service: slot.id,
                host,
                seq: slot.seq,
                at: observation.at,
                status: observation.status,
                hard: !matches!(state, ServiceState::Soft { .. }),
                watch,
                detail: observation.text.clone(),
            };
            slot.pending.push_back(Decision { transition, customer, fault });
        }
        if let Some(samples) = slot.chunk.take_due(observation.at, changed) {
            keep(&self.shared, slot.id, samples);
        }
        if changed {
            self.send_pending(index, ctx);
        }
    }

    /// Sends the oldest unconfirmed decision of a service, unless one is on its way.
    fn send_pending(&mut self, index: usize, ctx: &mut Context<Self>) {
        let Some(slot) = self.slots.get_mut(index) else { return };
        if slot.sending {
            return;
        }
        let Some(decision) = slot.pending.front().cloned() else { return };
        slot.sending = true;
        let (service, seq) = (slot.id, decision.transition.seq);
        self.shared
            .ledger
            .send(Record(decision))
            .timeout(LEDGER_TIMEOUT)
            .into_actor(self)
            .map(move |answer, actor, ctx| {
                let stored = matches!(answer, Ok(Ok(_)));
                let obsolete = matches!(answer, Ok(Ok(Applied::Obsolete)));
                actor.answered(service, seq, stored, obsolete, ctx);
            })
            .spawn(ctx);
    }

    /// The ledger's answer to the decision numbered `seq`.
    fn answered(&mut self, service: ServiceId, seq: i64, stored: bool, obsolete: bool, ctx: &mut Context<Self>) {
        if !stored {
            // It counts as being sent until the next try, so that newer decisions start no second row of tries.
            ctx.run_later(LEDGER_RETRY, move |actor, ctx| actor.send_next(service, ctx));
            return;
        }
        if let Some(slot) = self.index(service).and_then(|index| self.slots.get_mut(index)) {
            if obsolete {
                // Paused or removed: the monitor's order to forget it is on its way.
                slot.pending.clear();
            } else if slot.pending.front().is_some_and(|first| first.transition.seq == seq) {
                slot.pending.pop_front();
            }
        }
        self.send_next(service, ctx);
    }

    fn send_next(&mut self, service: ServiceId, ctx: &mut Context<Self>) {
        let Some(index) = self.index(service) else { return };
        if let Some(slot) = self.slots.get_mut(index) {
            slot.sending = false;
        }
        self.send_pending(index, ctx);
    }

    fn index(&self, service: ServiceId) -> Option<usize> {
        self.slots.iter().position(|slot| slot.id == service)
    }

    fn hand_over(&mut self) {
        for slot in &mut self.slots {
            if let Some(samples) = slot.chunk.take_all() {
                keep(&self.shared, slot.id, samples);
            }
        }
    }
}

fn keep(shared: &Shared, service: ServiceId, samples: Vec<Sample>) {
    let dropped = samples.len() as u64;
    if shared.recorder.try_send(Keep { service, samples }).is_err() {
        shared.stats.samples_dropped.fetch_add(dropped, std::sync::atomic::Ordering::Relaxed);
    }
}

impl Actor for HostActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.sleep(ctx);
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        // Called after a panic as well: then `clean` was never set.
        self.on_gone.do_send(Gone { host: self.host, clean: self.clean });
    }
}

impl Handler<ProbeFinished> for HostActor {
    type Result = ();

    fn handle(&mut self, msg: ProbeFinished, ctx: &mut Self::Context) {
        let Some(index) = self.index(msg.service) else {
            return; // The service was removed while its probe was running.
        };
        let now = self.shared.clock.now();
        if let Some(slot) = self.slots.get_mut(index) {
            slot.in_flight = false;
            if slot.version != msg.version {
                slot.due = now;
                self.sleep(ctx);
                return;
            }
        }
        self.fold(index, &msg.observation, ctx);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.plan_next(now);
        }
        self.sleep(ctx);
    }
}

impl Handler<ProbeNow> for HostActor {
    type Result = ();

    fn handle(&mut self, msg: ProbeNow, ctx: &mut Self::Context) {
        let Some(index) = self.index(msg.service) else { return };
        let running = self.slots.get(index).is_some_and(|slot| slot.in_flight);
        if !running {
            if let Some(slot) = self.slots.get_mut(index) {
                slot.due = self.shared.clock.now();
            }
            self.start_probe(index, ctx);
            self.sleep(ctx);
        }
    }
}

impl Handler<Configure> for HostActor {
    type Result = ();

    fn handle(&mut self, msg: Configure, ctx: &mut Self::Context) {
        let now = self.shared.clock.now();
        let mut old = std::mem::take(&mut self.slots);
        for setup in msg.0.services {
            let kept = old.iter().position(|slot| slot.id == setup.id).map(|index| old.swap_remove(index));
            self.slots.push(match kept {
                None => Slot::new(setup, now),
                Some(slot) if slot.version == setup.version => slot,
                Some(mut slot) => {
                    slot.version = setup.version;
                    slot.spec = setup.spec;
                    slot.policy = setup.policy;
                    // An edit shows at once.
                    slot.due = now;
                    slot
                }
            });
        }
        for mut slot in old {
            if let Some(samples) = slot.chunk.take_all() {
                keep(&self.shared, slot.id, samples);
            }
            self.shared.observed.forget(slot.id);
        }
        self.sleep(ctx);
    }
}

impl Handler<Stop> for HostActor {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Self::Context) {
        self.hand_over();
        self.clean = true;
        ctx.stop();
    }
}

#[cfg(test)]
mod tests;
