//! The engine with its real ledger, monitor and databases; only what probes see is made up.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use domain::{
    access::Scope,
    id::ServiceId,
    observation::{Observation, Status},
    probe::{ProbePolicy, ProbeSpec},
};

use super::*;
use crate::{
    mail::{
        message::Sender,
        transport::{Sent, Transport},
    },
    store::{
        counters::{self, Counter},
        faults,
        hosts::fixtures::{Owner, contact, host, now, owner, service_fields, staff},
        seeds, services,
    },
    testing::{TestDb, databases},
};

/// For what must happen; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("{what}: not within a minute"))
}

/// A customer with one host and one service that is probed each second.
async fn add_service(test: &TestDb, name: &str) -> (ServiceId, Owner) {
    let (id, customer) = (ServiceId(crate::desk::new_id(now()).unwrap()), owner(&test.db, name).await);
    let host = host(&test.db, customer, &name.to_lowercase()).await;
    let mut fields = service_fields(name);
    fields.target = format!("http://192.0.2.1/{name}");
    fields.policy = ProbePolicy { interval_s: 1, retry_interval_s: 1, attempts_max: 1, ..ProbePolicy::default() };
    let tx = test.db.begin().await.unwrap();
    services::insert(&tx, id, host, customer.customer, &fields, now()).await.unwrap();
    counters::take(&tx, Counter::Configuration, 1).await.unwrap();
    tx.commit().await.unwrap();
    (id, customer)
}

fn path(spec: &ProbeSpec) -> String {
    match spec {
        ProbeSpec::Http(http) => http.url.to_string(),
        other => panic!("{other:?} is not of these tests"),
    }
}

async fn engine(test: &TestDb, probe: ProbeFn) -> (Running, Arc<std::sync::Mutex<Vec<Sent>>>) {
    let (transport, sent) = Transport::memory();
    let (clock, signer) = (Clock::system(), Signer::new(&[7; 32]));
    let post = Post {
        clock,
        transport,
        sender: Sender::parse("Faultdesk <faults@desk.example>").unwrap(),
        signer: signer.clone(),
        base_url: "https://desk.example".to_owned(),
        support: crate::config::Support::default(),
        support_address: None,
    };
    let parts = Parts {
        db: test.db.clone(),
        io: Handle::current(),
        clock,
        vault: Vault::new(&signer),
        probe,
        prober: Prober::denying(clock, Vec::new()),
        max_in_flight: 10,
        flap_limits: FlapLimits::default(),
        return_address: String::new(),
        post: Arc::new(post),
        monitors: true,
        escalates: true,
        mails: true,
    };
    (start_engine(parts).await.unwrap(), sent)
}

async fn stop(running: Running) {
    stop_engine(&running.engine, &running.recorder).await;
    running.system.stop();
    tokio::task::spawn_blocking(move || running.thread.join()).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_actor_that_panics_is_replaced_and_others_do_not_notice() {
    for test in databases().await {
        let (poisoned, _) = add_service(&test, "Poison").await;
        add_service(&test, "Other").await;
        let looks = Arc::new(AtomicUsize::new(0));
        let (mine, clock) = (looks.clone(), Clock::system());
        let probe: ProbeFn = Arc::new(move |spec, _| {
            // On the host actor's own thread: the first two looks take the actor down with them.
            if path(&spec).ends_with("Poison") {
                assert!(2 <= mine.fetch_add(1, SeqCst), "poison");
                return Box::pin(async move { Observation::new(Status::Critical, "seen", None, clock.now()) });
            }
            Box::pin(async move { Observation::new(Status::Ok, "well", Some(1), clock.now()) })
        });
        let (running, _) = engine(&test, probe).await;
        let fault = until("the replaced actor finds the fault", async || {
            faults::open_of_services(test.db.read(), &[poisoned]).await.unwrap().into_iter().next()
        });
        assert_eq!(fault.await.status.0, Status::Critical, "{}", test.name);
        let panics = running.engine.stats().panics.load(SeqCst);
        assert_eq!((panics, running.engine.stats().hosts.load(SeqCst)), (2, 2), "{}", test.name);
        assert_eq!(faults::open_count(test.db.read(), Scope::Everything).await.unwrap(), 1);
        stop(running).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_added_and_paused_by_somebody_else_takes_effect() {
    for test in databases().await {
        let clock = Clock::system();
        let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
        let log = seen.clone();
        let probe: ProbeFn = Arc::new(move |spec, _| {
            log.lock().unwrap().push(path(&spec));
            Box::pin(async move { Observation::new(Status::Ok, "well", Some(1), clock.now()) })
        });
        add_service(&test, "First").await;
        let (running, _) = engine(&test, probe).await;
        let stats = running.engine.stats.clone();
        until("the first is watched", async || (stats.services.load(SeqCst) == 1).then_some(())).await;
        // Nobody wakes the monitor: another process wrote this.
        let (added, _) = add_service(&test, "Second").await;
        let second = || seen.lock().unwrap().iter().filter(|path| path.ends_with("Second")).count();
        until("the second is probed", async || (0 < second()).then_some(())).await;
        let tx = test.db.begin().await.unwrap();
        services::pause(&tx, added, now()).await.unwrap();
        counters::take(&tx, Counter::Configuration, 1).await.unwrap();
        tx.commit().await.unwrap();
        until("the second is left alone", async || (stats.services.load(SeqCst) == 1).then_some(())).await;
        stop(running).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_hear_nothing_until_they_have_an_address_to_answer_to() {
    use crate::store::{maillog, outbox::Readers};
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let (_, bath) = add_service(&test, "Down").await;
        contact(&test.db, bath.customer, "Jo", Status::Warning).await;
        staff(&test.db, "Priya").await;
        let clock = Clock::system();
        let probe: ProbeFn = Arc::new(move |_, _| {
            Box::pin(async move { Observation::new(Status::Critical, "refused", None, clock.now()) })
        });
        let (running, sent) = engine(&test, probe).await;
        until("staff are told", async || (!sent.lock().unwrap().is_empty()).then_some(())).await;
        until("only the customer's mail is left", async || {
            let all = maillog::waiting(test.db.read(), Readers::Everybody).await.unwrap().0;
            let staff = maillog::waiting(test.db.read(), Readers::StaffOnly).await.unwrap().0;
            ((all, staff) == (1, 0)).then_some(())
        })
        .await;
        stop(running).await;
        assert_eq!(sent.lock().unwrap().len(), 1, "{}", test.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_has_its_levels_calendars_and_prices() {
    use crate::store::{calendars, levels, price_lists};
    for test in databases().await {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(folder.path()).unwrap();
        config.database.url.clone_from(&test.url);
        let options = ServeOptions { demo: false, web: false, monitor: false, escalation: false, mail: false };
        let app = Application::build(config, options, Clock::from(now())).await.unwrap();
        assert_eq!(levels::current(app.db.read()).await.unwrap().len(), 5, "{}", test.name);
        assert_eq!(calendars::in_force(app.db.read()).await.unwrap().calendars.len(), 2, "{}", test.name);
        assert!(price_lists::latest(app.db.read()).await.unwrap().is_some(), "{}", test.name);
        app.run_until(std::future::ready(())).await.unwrap();
    }
}
