//! One host actor on a clock that stands still until everybody waits: hours pass in no time, and always the same way.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use domain::{
    probe::{Params, ProbeKind},
    service::FaultChange,
};
use uuid::Uuid;

use super::*;
use crate::actors::ledger::NotStored;

const T0_S: i64 = 1_795_538_504;

fn t0() -> Timestamp {
    Timestamp::EPOCH.plus_seconds(T0_S)
}

/// What the probes of a test see and what the actor did.
#[derive(Default)]
struct Log {
    /// Service by the port of its target.
    starts: HashMap<u16, Vec<Timestamp>>,
    in_flight: HashMap<u16, usize>,
    in_flight_max: usize,
    decisions: Vec<(Timestamp, Decision)>,
    /// Answers of the ledger that are failures, before it stores anything.
    refusals: usize,
    samples: Vec<(ServiceId, usize)>,
    gone: Vec<bool>,
}

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Log>>);

impl Seen {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap()
    }
}

/// In place of ledger, recorder and monitor.
struct Others {
    seen: Seen,
    clock: Clock,
}

impl Actor for Others {
    type Context = Context<Self>;
}

impl Handler<Record> for Others {
    type Result = Result<Applied, NotStored>;

    fn handle(&mut self, msg: Record, _: &mut Self::Context) -> Self::Result {
        let mut log = self.seen.log();
        if 0 < log.refusals {
            log.refusals -= 1;
            return Err(NotStored("the database is away".to_owned()));
        }
        log.decisions.push((self.clock.now(), msg.0));
        Ok(Applied::Done)
    }
}

impl Handler<Keep> for Others {
    type Result = ();

    fn handle(&mut self, msg: Keep, _: &mut Self::Context) {
        self.seen.log().samples.push((msg.service, msg.samples.len()));
    }
}

impl Handler<Gone> for Others {
    type Result = ();

    fn handle(&mut self, msg: Gone, _: &mut Self::Context) {
        self.seen.log().gone.push(msg.clean);
    }
}

/// What the target at `port` shows at an instant, and how long it takes to show it.
type Show = fn(port: u16, at: Timestamp) -> (Status, Duration);

struct Bench {
    seen: Seen,
    addr: actix::Addr<HostActor>,
    clock: Clock,
}

fn service(port: u16, policy: ProbePolicy) -> ServiceSetup {
    let spec = ProbeSpec::parse(ProbeKind::Tcp, &format!("192.0.2.1:{port}"), &Params::default()).unwrap();
    let id = ServiceId(Uuid::from_u128(u128::from(port)));
    ServiceSetup { id, version: 1, spec: Ok(Arc::new(spec)), policy, stored: StoredState::pending() }
}

fn id(port: u16) -> ServiceId {
    ServiceId(Uuid::from_u128(u128::from(port)))
}

fn every(interval_s: u32) -> ProbePolicy {
    ProbePolicy { interval_s, retry_interval_s: 15.min(interval_s), attempts_max: 3, ..ProbePolicy::default() }
}

fn setup(services: Vec<ServiceSetup>) -> HostSetup {
    HostSetup { host: HostId(Uuid::from_u128(1)), customer: CustomerId(Uuid::from_u128(2)), services }
}

fn port(spec: &ProbeSpec) -> u16 {
    match spec {
        ProbeSpec::Tcp(tcp) => tcp.port,
        other => panic!("{other:?} is not of these tests"),
    }
}

/// Starts a host actor over targets that look like `show` says. Time stands still from here on.
fn bench(services: Vec<ServiceSetup>, show: Show) -> Bench {
    tokio::time::pause();
    let (seen, clock) = (Seen::default(), Clock::from(t0()));
    let others = Others { seen: seen.clone(), clock }.start();
    let log = seen.clone();
    let probe: ProbeFn = Arc::new(move |spec, _| {
        let (port, log) = (port(&spec), log.clone());
        {
            let mut log = log.log();
            log.starts.entry(port).or_default().push(clock.now());
            let running = log.in_flight.entry(port).or_default();
            *running += 1;
            let running = *running;
            log.in_flight_max = log.in_flight_max.max(running);
        }
        let (status, takes) = show(port, clock.now());
        Box::pin(async move {
            tokio::time::sleep(takes).await;
            *log.log().in_flight.entry(port).or_default() -= 1;
            Observation::new(status, status.as_str(), Some(1_000), clock.now())
        })
    });
    let shared = Arc::new(Shared {
        clock,
        io: Handle::current(),
        probe,
        permits: Arc::new(Semaphore::new(10)),
        flap_limits: FlapLimits::default(),
        ledger: others.clone().recipient(),
        recorder: others.clone().recipient(),
        observed: Arc::default(),
        stats: Arc::default(),
    });
    let addr = HostActor::new(shared, setup(services), others.recipient()).start();
    Bench { seen, addr, clock }
}

impl Bench {
    async fn pass(&self, seconds: u64) {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
    }

    fn starts(&self, port: u16) -> Vec<Timestamp> {
        self.seen.log().starts.get(&port).cloned().unwrap_or_default()
    }

    /// Seconds from the first decision, its status, whether it is hard, and what it does to the fault.
    fn decisions(&self) -> Vec<(i64, Status, bool, Option<FaultChange>)> {
        let log = self.seen.log();
        let first = log.decisions.first().map_or(t0(), |(at, _)| *at);
        let row = |(at, decision): &(Timestamp, Decision)| {
            let new = &decision.transition;
            ((at.millis_since(first) + 500) / 1_000, new.status, new.hard, decision.fault)
        };
        log.decisions.iter().map(row).collect()
    }
}

fn well(_: u16, _: Timestamp) -> (Status, Duration) {
    (Status::Ok, Duration::from_millis(20))
}

/// Well for five minutes, then down for good.
fn dies(_: u16, at: Timestamp) -> (Status, Duration) {
    let status = if at.seconds_since(t0()) < 300 { Status::Ok } else { Status::Critical };
    (status, Duration::from_millis(20))
}

#[actix_rt::test]
async fn runs_keep_their_place_in_the_interval_however_long_they_take() {
    let bench = bench(vec![service(1, every(60)), service(2, every(60))], |port, _| {
        (Status::Ok, Duration::from_millis(if port == 1 { 20 } else { 31_000 }))
    });
    bench.pass(3_600).await;
    for port in [1, 2] {
        let starts = bench.starts(port);
        assert_eq!(starts.len(), 60, "service {port}");
        let phase = schedule::phase_ms(id(port).0, 60_000);
        for at in starts {
            let late_ms = (at.as_millis() - phase).rem_euclid(60_000);
            assert!(late_ms <= 50, "service {port} started {late_ms} ms late");
        }
    }
}

#[actix_rt::test]
async fn a_problem_is_confirmed_at_the_retry_interval_and_told_with_its_first_bad_look() {
    let bench = bench(vec![service(1, every(60))], dies);
    bench.pass(900).await;
    let rows = bench.decisions();
    let [(_, Status::Ok, true, None), (soft, Status::Critical, false, None), hard] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!((hard.0 - soft, hard.1, hard.2), (30, Status::Critical, true), "two more looks, 15 s apart");
    let starts = bench.starts(1);
    let first_bad = starts.iter().find(|at| 300 <= at.seconds_since(t0())).unwrap();
    let Some(FaultChange::Open { status: Status::Critical, started_at }) = hard.3 else { panic!("{rows:?}") };
    assert!((20..25).contains(&started_at.millis_since(*first_bad)), "{started_at}");
    let last_gap = starts.windows(2).next_back().map(|pair| pair[1].millis_since(pair[0]));
    assert_eq!(last_gap, Some(60_000), "afterwards at the regular interval again");
}

#[actix_rt::test]
async fn a_slow_target_delays_no_other_and_is_never_probed_twice_at_once() {
    let bench = bench(vec![service(1, every(10)), service(2, every(10))], |port, _| {
        (Status::Ok, Duration::from_secs(if port == 1 { 55 } else { 0 }))
    });
    bench.pass(600).await;
    assert_eq!(bench.seen.log().in_flight_max, 1);
    assert_eq!(bench.starts(2).len(), 60);
    assert_eq!(bench.starts(1).len(), 10, "a run of 55 s takes the place of six of 10 s");
}

#[actix_rt::test]
async fn decisions_that_were_not_stored_are_sent_again_in_their_order() {
    let bench = bench(vec![service(1, every(60))], dies);
    bench.pass(120).await;
    bench.seen.log().refusals = 200;
    bench.pass(900).await;
    let log = bench.seen.log();
    let seqs: Vec<_> = log.decisions.iter().map(|(_, decision)| decision.transition.seq).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(log.refusals, 0);
    let (stored_at, last) = log.decisions.last().unwrap();
    assert!(
        100 < stored_at.seconds_since(last.transition.at),
        "stored late ({stored_at}), with the time of what was seen: {last:?}"
    );
}

#[actix_rt::test]
async fn an_edit_voids_the_run_in_flight_and_shows_at_once() {
    let bench = bench(vec![service(1, every(3_600))], |port, _| match port {
        1 => (Status::Critical, Duration::from_secs(30)),
        _ => (Status::Ok, Duration::from_millis(20)),
    });
    bench.addr.send(ProbeNow { service: id(1) }).await.unwrap();
    bench.pass(1).await;
    let mut edited = service(7, every(3_600));
    (edited.id, edited.version) = (id(1), 2);
    bench.addr.send(Configure(setup(vec![edited]))).await.unwrap();
    bench.pass(60).await;
    assert_eq!((bench.starts(1).len(), bench.starts(7).len()), (1, 1));
    let rows = bench.decisions();
    assert!(matches!(rows.as_slice(), [(_, Status::Ok, true, None)]), "the old target's word is void: {rows:?}");
}

#[actix_rt::test]
async fn a_removed_service_is_probed_no_more_and_its_samples_are_kept() {
    let bench = bench(vec![service(1, every(10)), service(2, every(10))], well);
    bench.pass(60).await;
    bench.addr.send(Configure(setup(vec![service(2, every(10))]))).await.unwrap();
    let before = bench.starts(1).len();
    bench.pass(60).await;
    assert_eq!(bench.starts(1).len(), before);
    assert_eq!(bench.starts(2).len(), 12);
    // The first sample of a service goes out with its first change of state; the rest must follow.
    let kept = |log: &Log, service| log.samples.iter().filter(|(id, _)| *id == service).map(|(_, n)| n).sum::<usize>();
    assert_eq!(kept(&bench.seen.log(), id(1)), before);
}

#[actix_rt::test]
async fn a_stop_hands_over_every_sample_and_is_no_crash() {
    let bench = bench(vec![service(1, every(10))], well);
    bench.pass(65).await;
    bench.addr.send(Stop).await.unwrap();
    bench.pass(1).await;
    let count = bench.starts(1).len();
    let log = bench.seen.log();
    assert_eq!(log.samples.iter().map(|(_, count)| count).sum::<usize>(), count);
    assert_eq!(log.gone, [true]);
}

#[actix_rt::test]
async fn a_probe_that_panics_is_our_fault_and_costs_nobody_else() {
    let bench = bench(vec![service(1, every(10)), service(2, every(10))], |port, _| {
        // The panic is the probe's own, on its task.
        (Status::Ok, if port == 1 { Duration::MAX } else { Duration::ZERO })
    });
    bench.pass(600).await;
    assert_eq!(bench.starts(2).len(), 60);
    assert!(bench.seen.log().gone.is_empty());
}

#[actix_rt::test]
async fn an_actor_that_panics_says_so_as_it_goes() {
    let bench = bench(vec![service(1, every(10)), service(2, every(10))], |port, at| {
        assert!(port == 1 || at.seconds_since(t0()) < 30, "poison");
        well(port, at)
    });
    bench.pass(600).await;
    assert_eq!(bench.seen.log().gone, [false], "told once, as a crash");
    assert!(bench.starts(1).len() <= 4, "and nothing goes on half alive");
    assert!(!bench.addr.connected());
    assert!(t0() < bench.clock.now());
}
