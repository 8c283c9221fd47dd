//! `faultdesk seed`: invented data, the same at every run.

use std::io::{self, IsTerminal, Write};

use clap::{Args, Subcommand, builder::PossibleValuesParser};
use domain::{access::Scope, probe::ProbeKind};

use super::{
    output::{self, Done, Failure},
    settings,
};
use crate::{
    clock::Clock,
    config::Config,
    desk::is_unique_violation,
    seed::{self, LoadPlan, SeedError},
    store::{Db, customers},
};

#[derive(Debug, Subcommand)]
pub enum SeedCommand {
    /// The demonstration's customers, sites, hosts and people
    #[command(after_help = "\
Without --demo, `serve` does not run the lab that the demonstration's hosts live on; they will be down.

Examples:
  faultdesk seed demo
  faultdesk seed demo --data-dir /tmp/try")]
    Demo {
        #[command(flatten)]
        force: ForceArgs,
    },
    /// Many hosts and services, for measuring
    #[command(after_help = "\
Examples:
  faultdesk seed load --hosts 1000 --services-per-host 3 --interval 60
  faultdesk seed load --hosts 1000 --services-per-host 1 --interval 10 --kind tcp --attempts 1 --port 8099
  faultdesk seed load --hosts 20000 --services-per-host 1 --interval 10 --force --data-dir /tmp/big")]
    Load {
        /// Hosts, 1 to 1000000
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        hosts: u32,
        /// Services on each host, 1 to 100
        #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=100))]
        services_per_host: u32,
        /// Seconds between the probes of a service, 1 to 86400
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
        interval: u32,
        /// Probe kinds, in turn
        #[arg(long = "kind", value_name = "KIND", value_parser = PossibleValuesParser::new(LOAD_KINDS), default_values = LOAD_KINDS)]
        kinds: Vec<String>,
        /// Looks before a fault is confirmed, 1 to 10
        #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=10))]
        attempts: u8,
        /// Open tickets beside the hosts, 0 to 100000
        #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=100_000))]
        tickets: u32,
        /// Where the hosts answer to http and tcp, each on its own loopback address
        #[arg(long, value_name = "PORT", default_value_t = 18_099)]
        port: u16,
        #[command(flatten)]
        force: ForceArgs,
    },
}

/// Kinds that a machine made for measuring answers to on one port.
const LOAD_KINDS: [&str; 3] = ["http", "ping", "tcp"];

#[derive(Debug, Args)]
pub struct ForceArgs {
    /// Also when the database has customers already
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(command: SeedCommand, config: &Config) -> Result<Done, Failure> {
    let db = settings::connect_ready(config).await?;
    let clock = Clock::system();
    let done = match command {
        SeedCommand::Demo { force } => {
            require_empty(&db, &force).await?;
            let summary = seed::demo(&db, &clock).await.map_err(failure)?;
            let row = |(who, email, password)| [email, password, who];
            let accounts: Vec<_> = seed::demo_accounts().into_iter().map(row).collect();
            let accounts = output::table(["SIGN IN", "PASSWORD", "AS"], &accounts);
            Ok(Done::text(format!("{summary}\n\n{accounts}")))
        }
        SeedCommand::Load { hosts, services_per_host, interval, kinds, attempts, tickets, port, force } => {
            require_empty(&db, &force).await?;
            let kinds = kinds.iter().filter_map(|kind| ProbeKind::parse(kind)).collect();
            let interval_s = interval;
            let plan = LoadPlan { hosts, services_per_host, interval_s, kinds, attempts_max: attempts, tickets, port };
            let mut progress = Progress::new("seeding");
            let loaded = seed::load(&db, &clock, &plan, &mut |done, all| progress.show(done, all)).await;
            progress.end();
            let summary = loaded.map_err(failure)?;
            Ok(Done::text(format!("{summary}\n")))
        }
    };
    db.close().await?;
    done
}

fn failure(error: SeedError) -> Failure {
    match error {
        SeedError::Db(db) if is_unique_violation(&db) => {
            Failure::Failed("some of this data is in the database already: it is the same at every run".to_owned())
        }
        other => Failure::caused(&other),
    }
}

async fn require_empty(db: &Db, force: &ForceArgs) -> Result<(), Failure> {
    let customers = customers::names(db.read(), Scope::Everything).await?.len();
    match (customers, force.force) {
        (0, _) | (_, true) => Ok(()),
        (customers, false) => Err(Failure::Failed(format!(
            "the database has {customers} customers already; to add invented ones to them, give --force"
        ))),
    }
}

/// A line on standard error that is written over again, when that is a terminal; otherwise nothing.
struct Progress {
    title: &'static str,
    terminal: bool,
    percent: Option<u64>,
}

impl Progress {
    fn new(title: &'static str) -> Self {
        Self { title, terminal: io::stderr().is_terminal(), percent: None }
    }

    fn show(&mut self, done: u64, all: u64) {
        let percent = done.saturating_mul(100).checked_div(all).unwrap_or(100);
        if !self.terminal || self.percent == Some(percent) {
            return;
        }
        self.percent = Some(percent);
        let filled = usize::try_from(percent / 4).unwrap_or(0).min(25);
        let bar = format!("{}{}", "#".repeat(filled), "-".repeat(25 - filled));
        let _ = write!(io::stderr(), "\r{} [{bar}] {percent:3} % ({done} of {all})", self.title);
    }

    fn end(&mut self) {
        if self.terminal && self.percent.is_some() {
            let _ = writeln!(io::stderr());
        }
    }
}
