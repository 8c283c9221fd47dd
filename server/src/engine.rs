//! The engine as the rest of the server sees it: a handle to its actors and to what they saw last.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use actix::Addr;
use domain::{
    id::{HostId, ServiceId},
    observation::Status,
    time::Timestamp,
};

use crate::actors::{
    host,
    live::{Live, Published},
    mailer::{self, Mailer},
    monitor::{self, Monitor},
    supervisors::{self, Supervisors},
};

pub mod stats;

pub use stats::Stats;

/// Latencies kept in memory for the sparkline of a service.
pub const SPARK_POINTS: usize = 48;
/// Keeps host actors on different threads from waiting for one lock.
const SHARDS: usize = 16;

/// The last observation of a service.
#[derive(Debug, Clone)]
pub struct Seen {
    pub at: Timestamp,
    pub status: Status,
    pub text: Arc<str>,
    pub latency_us: Option<u32>,
    /// A soft problem that is being looked at again: attempt and attempts needed.
    pub attempt: Option<(u8, u8)>,
    /// Latencies in microseconds, oldest first; `None` where nothing answered.
    pub spark: Vec<Option<u32>>,
}

/// Last observations of all services, written by host actors, read by pages.
#[derive(Debug, Default)]
pub struct Observed {
    shards: [Mutex<HashMap<ServiceId, Kept>>; SHARDS],
}

#[derive(Debug)]
struct Kept {
    at: Timestamp,
    status: Status,
    text: Arc<str>,
    latency_us: Option<u32>,
    attempt: Option<(u8, u8)>,
    spark: VecDeque<u32>,
}

/// In a sparkline: nothing answered.
const NO_LATENCY: u32 = u32::MAX;

impl Observed {
    fn shard(&self, id: ServiceId) -> Option<MutexGuard<'_, HashMap<ServiceId, Kept>>> {
        let index = usize::from(id.0.as_bytes().last().copied().unwrap_or(0)) % SHARDS;
        // A panic while the lock was held leaves a map that is still whole: each write is one insertion.
        self.shards.get(index).map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Remembers an observation; an equal text is shared with the one before.
    pub fn put(&self, id: ServiceId, seen: &domain::observation::Observation, attempt: Option<(u8, u8)>) {
        let Some(mut shard) = self.shard(id) else { return };
        let kept = shard.entry(id).or_insert_with(|| Kept {
            at: seen.at,
            status: seen.status,
            text: Arc::from(""),
            latency_us: None,
            attempt: None,
            spark: VecDeque::new(),
        });
        if *kept.text != *seen.text {
            kept.text = Arc::from(seen.text.as_str());
        }
        kept.at = seen.at;
        kept.status = seen.status;
        kept.latency_us = seen.latency_us;
        kept.attempt = attempt;
        if kept.spark.len() == SPARK_POINTS {
            kept.spark.pop_front();
        }
        kept.spark.push_back(seen.latency_us.unwrap_or(NO_LATENCY));
    }

    pub fn get(&self, id: ServiceId) -> Option<Seen> {
        let shard = self.shard(id)?;
        shard.get(&id).map(|kept| Seen {
            at: kept.at,
            status: kept.status,
            text: kept.text.clone(),
            latency_us: kept.latency_us,
            attempt: kept.attempt,
            spark: kept.spark.iter().map(|us| (*us != NO_LATENCY).then_some(*us)).collect(),
        })
    }

    /// When a service was last observed.
    pub fn at(&self, id: ServiceId) -> Option<Timestamp> {
        self.shard(id)?.get(&id).map(|kept| kept.at)
    }

    pub fn forget(&self, id: ServiceId) {
        if let Some(mut shard) = self.shard(id) {
            shard.remove(&id);
        }
    }

    /// The latest observation of any service.
    pub fn latest(&self) -> Option<Timestamp> {
        let latest = |shard: &Mutex<HashMap<ServiceId, Kept>>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.values().map(|kept| kept.at).max()
        };
        self.shards.iter().filter_map(latest).max()
    }
}

/// Addresses of the engine's actors and what they share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) monitor: Option<Addr<Monitor>>,
    pub(crate) mailer: Option<Addr<Mailer>>,
    pub(crate) supervisors: Option<Addr<Supervisors>>,
    pub(crate) live: Addr<Live>,
    pub(crate) broadcast: tokio::sync::broadcast::Sender<Arc<Published>>,
    pub(crate) observed: Arc<Observed>,
    pub(crate) stale: Arc<RwLock<HashSet<ServiceId>>>,
    pub(crate) stats: Arc<Stats>,
}

impl Engine {
    /// What is watched changed: the monitor compares at once instead of at its next tick.
    pub fn wake_monitor(&self) {
        if let Some(monitor) = &self.monitor {
            monitor.do_send(monitor::Reconcile);
        }
    }

    /// Events were committed: the live hub reads and sends them on.
    pub fn published(&self) {
        self.live.do_send(crate::actors::live::Wake);
    }

    /// Notices were committed: the mailer looks at once.
    pub fn wake_mailer(&self) {
        if let Some(mailer) = &self.mailer {
            mailer.do_send(mailer::Wake);
        }
    }

    /// Something was committed that may be due at once, or no longer.
    pub fn wake_supervisors(&self) {
        if let Some(supervisors) = &self.supervisors {
            supervisors.do_send(supervisors::Wake);
        }
    }

    pub fn observed(&self, service: ServiceId) -> Option<Seen> {
        self.observed.get(service)
    }

    pub fn observed_at(&self, service: ServiceId) -> Option<Timestamp> {
        self.observed.at(service)
    }

    pub fn last_observed_at(&self) -> Option<Timestamp> {
        self.observed.latest()
    }

    /// Whether the last observation of a service is too old to be shown as true.
    pub fn is_stale(&self, service: ServiceId) -> bool {
        self.stale.read().unwrap_or_else(PoisonError::into_inner).contains(&service)
    }

    /// Asks for a probe at once, without disturbing the schedule.
    pub fn probe_now(&self, host: HostId, service: ServiceId) {
        if let Some(monitor) = &self.monitor {
            monitor.do_send(monitor::ToHost { host, message: host::ProbeNow { service } });
        }
    }

    /// Numbered events from now on.
    pub fn subscribe(&self) -> tokio::sync::broadcast::Receiver<Arc<Published>> {
        self.broadcast.subscribe()
    }

    pub fn stats(&self) -> &Stats {
        &self.stats
    }
}
