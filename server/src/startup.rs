//! Puts the parts together: database, engine, desks, web. And takes them apart again in order.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Arc, RwLock},
    time::Duration,
};

use actix::Actor;
use domain::flapping::FlapLimits;
use tokio::{
    net::TcpListener,
    runtime::Handle,
    sync::{Semaphore, broadcast, oneshot},
};

use crate::{
    actors::{
        host::{ProbeFn, Shared},
        ledger::{Announce, Ledger},
        live::{BROADCAST_CAPACITY, Live},
        mailer::{self, Mailer},
        monitor::{self, Monitor},
        recorder::{self, Recorder},
        steward::Steward,
        supervisor,
        supervisors::Supervisors,
    },
    clock::Clock,
    config::Config,
    engine::{Engine, Observed, Stats},
    http::{
        self,
        site::{Site, SiteError},
    },
    lab::{Lab, LabError},
    post::Post,
    probes::Prober,
    secrets::{SecretsError, Signer},
    seed::{self, SeedError},
    store::{ConnectError, Db, events, outbox, seeds},
    vault::Vault,
};

mod inbound;
mod outbound;
mod web;

pub use inbound::WayIn;

/// Everything must have ended within this time after a stop was asked for.
const STOP_WITHIN: Duration = Duration::from_secs(9);
/// Time for mails in hand when stopping; a mail that takes longer goes out again after the next start.
const DRAIN_WITHIN: Duration = Duration::from_secs(4);

/// What this process does.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    pub demo: bool,
    pub web: bool,
    pub monitor: bool,
    pub escalation: bool,
    pub mail: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("the database failed: {0}")]
    Db(#[from] sea_orm::DbErr),
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error("mail: {0}")]
    Mail(String),
    #[error("cannot listen on {listen}: {source}; set server.listen to another address and port")]
    Listen { listen: SocketAddr, source: std::io::Error },
    #[error("cannot take mail on {listen}: {source}; set mail.inbound to another address and port")]
    Inbound { listen: SocketAddr, source: std::io::Error },
    #[error("the demonstration's lab could not start: {0}")]
    Lab(#[from] LabError),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error("the engine's thread could not start: {0}")]
    Engine(String),
    #[error("the web server failed: {0}")]
    Web(std::io::Error),
}

/// Serves until the process is asked to stop (SIGTERM, Ctrl-C). Prints the addresses.
pub async fn serve(config: Config, options: ServeOptions) -> Result<(), StartError> {
    let app = Application::build(config, options, Clock::system()).await?;
    app.print_welcome();
    let stop = async {
        stop_signal().await;
        tracing::info!("stopping");
    };
    app.run_until(stop).await
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be heard; only Ctrl-C stops this process in order");
            // Without either signal there is nothing to wait for but the end of the process.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// A server that is put together and bound, but not serving yet.
pub struct Application {
    pub address: Option<SocketAddr>,
    pub base_url: String,
    pub db: Db,
    pub engine: Engine,
    pub lab: Option<Lab>,
    /// How mail comes in, if it does.
    pub inbound: Option<WayIn>,
    listener: Option<TcpListener>,
    router: Option<axum::Router>,
    recorder: actix::Addr<Recorder>,
    system: actix::System,
    thread: std::thread::JoinHandle<()>,
}

impl Application {
    pub async fn build(mut config: Config, options: ServeOptions, clock: Clock) -> Result<Self, StartError> {
        if options.demo && config.mail.support_address.is_none() {
            config.mail.support_address = Some(seed::support_address()?);
        }
        let db = Db::connect(&config.database.url).await?;
        db.migrate().await?;
        seeds::plant(&db, clock.now()).await?;
        let signer = Signer::load(&config.secret_key_file)?;
        let listener = match options.web {
            true => Some(listen(config.server.listen).await?),
            false => None,
        };
        let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
        let base_url = address.map_or_else(|| config.server.base_url.clone(), |bound| config.server.base_url_at(bound));
        let base_url = base_url.as_str().trim_end_matches('/').to_owned();
        let lab = match options.demo {
            true => Some(Lab::start(seed::lab_plan(), Some(SocketAddr::from(([127, 0, 0, 1], 0)))).await?),
            false => None,
        };
        if let Some(lab) = &lab {
            seed::prepare_demo(&db, &clock, lab, &config.data_dir).await?;
        }
        let post = Arc::new(outbound::post(&config, clock, signer.clone(), &base_url)?);
        if options.mail && post.readers() == outbox::Readers::StaffOnly {
            tracing::warn!("no mail goes to customers until mail.support_address is set; theirs waits in the queue");
        }
        let prober = Prober::denying(clock, config.monitor.deny_networks.clone());
        let parts = Parts {
            db: db.clone(),
            io: Handle::current(),
            clock,
            vault: Vault::new(&signer),
            probe: probe_fn(prober.clone()),
            prober,
            max_in_flight: config.monitor.max_in_flight as usize,
            flap_limits: config.monitor.flap_limits,
            post: post.clone(),
            return_address: config.hardware.return_address.clone(),
            monitors: options.monitor,
            escalates: options.escalation,
            mails: options.mail,
        };
        let Running { engine, recorder, system, thread } = start_engine(parts).await?;
        let receiver = inbound::receiver(&config, &db, clock, &engine, &signer, &post);
        let inbound = match options.mail {
            true => inbound::open(&config, &post, &receiver).await?,
            false => None,
        };
        let router = match options.web {
            true => {
                let site = Site::open(&config.site_dir)?;
                Some(http::router(web::web(
                    &config,
                    &db,
                    clock,
                    &engine,
                    &signer,
                    &post,
                    &receiver,
                    lab.clone(),
                    site,
                    options,
                )))
            }
            false => None,
        };
        Ok(Self { address, base_url, db, engine, lab, inbound, listener, router, recorder, system, thread })
    }

    fn print_welcome(&self) {
        // Whoever started us may not listen to the end; that stops no server.
        if let Err(error) = self.welcome(&mut std::io::stdout().lock()) {
            tracing::warn!(%error, address = self.base_url, "the addresses could not be printed");
        }
    }

    fn welcome(&self, out: &mut impl std::io::Write) -> std::io::Result<()> {
        writeln!(out, "Faultdesk is running.")?;
        if self.address.is_some() {
            writeln!(out, "  address    {}", self.base_url)?;
        }
        if let Some(lab) = &self.lab {
            writeln!(out, "  demonstration: invented customers, watched for real on this machine")?;
            for (who, email, password) in seed::demo_accounts() {
                writeln!(out, "  sign in    {email:<28} {password:<18} {who}")?;
            }
            if let Some(control) = lab.control_addr() {
                writeln!(out, "  lab        http://{control}/targets (break and mend targets; also on the Lab page)")?;
            }
        }
        out.flush()
    }

    /// Serves until `stop` is done, then stops in order.
    pub async fn run_until(self, stop: impl Future<Output = ()>) -> Result<(), StartError> {
        let (end, ended) = oneshot::channel::<()>();
        let serving = match (self.listener, self.router) {
            (Some(listener), Some(router)) => {
                let service = router.into_make_service_with_connect_info::<SocketAddr>();
                let graceful = axum::serve(listener, service).with_graceful_shutdown(async {
                    // The sender going away means the same.
                    let _ = ended.await;
                });
                Some(tokio::spawn(graceful.into_future()))
            }
            _ => None,
        };
        stop.await;
        // Whoever is bringing a mail keeps it and comes again.
        drop(self.inbound);
        let _ = end.send(());
        let engine = self.engine.clone();
        let stopping = async {
            stop_engine(&engine, &self.recorder).await;
            if let Some(lab) = &self.lab {
                lab.shutdown().await;
            }
        };
        if tokio::time::timeout(STOP_WITHIN, stopping).await.is_err() {
            tracing::warn!("stopping took too long; what was in hand goes on after the next start");
        }
        self.system.stop();
        // The thread ends with its system; a panic in it was logged by then.
        let _ = tokio::task::spawn_blocking(move || self.thread.join()).await;
        if let Some(serving) = serving {
            // Streams have no end of their own.
            serving.abort();
        }
        self.db.close().await?;
        Ok(())
    }
}

async fn stop_engine(engine: &Engine, recorder: &actix::Addr<Recorder>) {
    if let Some(monitor) = &engine.monitor {
        match monitor.send(monitor::StopAll).await {
            Ok(hosts) => tracing::debug!(hosts, "host actors stopped"),
            Err(error) => tracing::warn!(%error, "the monitor could not be stopped in order"),
        }
    }
    if let Err(error) = recorder.send(recorder::Flush).await {
        tracing::warn!(%error, "the last samples could not be stored");
    }
    if let Some(mailer) = &engine.mailer {
        match tokio::time::timeout(DRAIN_WITHIN, mailer.send(mailer::Drain)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => tracing::warn!("mails in hand were left for the next start"),
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { listen: address, source })
}

fn probe_fn(prober: Prober) -> ProbeFn {
    Arc::new(move |spec, timeout| {
        let prober = prober.clone();
        Box::pin(async move { prober.run(&spec, timeout).await })
    })
}

/// What the engine is made of.
pub struct Parts {
    pub db: Db,
    /// The runtime on which all IO runs.
    pub io: Handle,
    pub clock: Clock,
    pub vault: Vault,
    pub probe: ProbeFn,
    /// Tests ways in; hosts' services are probed by `probe`.
    pub prober: Prober,
    pub max_in_flight: usize,
    pub flap_limits: FlapLimits,
    pub post: Arc<Post>,
    /// Where loan units come back to.
    pub return_address: String,
    pub monitors: bool,
    pub escalates: bool,
    pub mails: bool,
}

/// A running engine and what is needed to stop it.
pub struct Running {
    pub engine: Engine,
    pub recorder: actix::Addr<Recorder>,
    pub system: actix::System,
    pub thread: std::thread::JoinHandle<()>,
}

/// Starts the actor system on threads of its own: one for the engine's own actors, one for each core for hosts.
pub async fn start_engine(parts: Parts) -> Result<Running, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Engine(error.to_string());
    // What a crash left in a mailer's hands goes out again under its old Message-ID.
    let tx = parts.db.begin().await?;
    let requeued = outbox::requeue_claimed(&tx).await?;
    tx.commit().await?;
    if 0 < requeued {
        tracing::info!(requeued, "mails that were in hand at the last stop are sent again");
    }
    let seq = events::last(parts.db.read()).await?;
    let (ready, started) = oneshot::channel();
    let thread = std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            let runner = actix::System::new();
            let made = runner.block_on(async move { make_actors(parts, seq) });
            // Nobody waits any more when the start was given up.
            let _ = ready.send((made, actix::System::current()));
            if let Err(error) = runner.run() {
                tracing::error!(%error, "the actor system ended with an error");
            }
        })
        .map_err(|error| failed(&error))?;
    let ((engine, recorder), system) = started.await.map_err(|error| failed(&error))?;
    Ok(Running { engine, recorder, system, thread })
}

/// Runs on the engine's thread.
fn make_actors(parts: Parts, seq: i64) -> (Engine, actix::Addr<Recorder>) {
    let Parts {
        db,
        io,
        clock,
        vault,
        probe,
        prober,
        max_in_flight,
        flap_limits,
        post,
        return_address,
        monitors,
        escalates,
        mails,
    } = parts;
    let (observed, stats) = (Arc::new(Observed::default()), Arc::new(Stats::default()));
    let stale = Arc::new(RwLock::new(HashSet::new()));
    let (sender, _) = broadcast::channel(BROADCAST_CAPACITY);
    let live = Live::new(db.clone(), io.clone(), sender.clone(), seq).start();
    let mail_domain = post.mail_domain().to_owned();
    let mailer = mails.then(|| Mailer::new(db.clone(), io.clone(), clock, post, stats.clone()).start());
    let recorder = Recorder::new(db.clone(), io.clone(), stats.clone()).start();
    let announce = Announce { live: live.clone(), mailer: mailer.clone(), supervisors: None };
    let supervisors = escalates.then(|| {
        let shared = supervisor::Shared {
            db: db.clone(),
            io: io.clone(),
            clock,
            mail_domain: mail_domain.clone(),
            return_address,
            announce: announce.clone(),
        };
        let shared = Arc::new(shared);
        Steward::new(shared.clone(), prober).start();
        Supervisors::new(shared).start()
    });
    let announce = Announce { supervisors: supervisors.clone(), ..announce };
    let ledger = Ledger::new(db.clone(), io.clone(), clock, mail_domain, stats.clone(), announce).start();
    let monitor = monitors.then(|| {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let arbiters = (0..cores).map(|_| actix::Arbiter::new().handle()).collect();
        let shared = Arc::new(Shared {
            clock,
            io,
            probe,
            permits: Arc::new(Semaphore::new(max_in_flight)),
            flap_limits,
            ledger: ledger.clone().recipient(),
            recorder: recorder.clone().recipient(),
            observed: observed.clone(),
            stats: stats.clone(),
        });
        Monitor::new(db, vault, shared, live.clone(), arbiters, stale.clone()).start()
    });
    let engine = Engine { monitor, mailer, supervisors, live, broadcast: sender, observed, stale, stats };
    (engine, recorder)
}

#[cfg(test)]
mod tests;
