//! Invented data, the same at every run: the demonstration, and large estates for measuring.

use std::{fmt, path::Path, time::Duration};

use domain::{
    access::Scope,
    id::{HostId, ServiceId},
    observation::Status,
    probe::{Params, ProbeKind, ProbePolicy, ProbeSpec},
    text::TextError,
    time::Timestamp,
};
use sea_orm::{DatabaseTransaction, DbErr};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    clock::Clock,
    lab::{Lab, TargetKind, TargetPlan},
    passwords::PasswordError,
    probes::Prober,
    store::{
        Db,
        counters::{self, Counter},
        customers, seeds, services,
    },
};

mod calendar;
mod contracts;
mod estate;
mod hardware;
mod library;
mod load;
mod people;
mod policies;
mod tickets;

pub use load::{LoadPlan, load};
pub use people::{demo_accounts, support_address};

/// Asked once, to learn whether this process may send echo requests at all.
const PING_TRIAL: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    #[error("the invented data could not be stored: {0}")]
    Db(#[from] DbErr),
    #[error("the invented data has a mistake: {0}")]
    Text(#[from] TextError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error("the lab's certificate could not be written to {path}: {source}")]
    Certificate { path: String, source: std::io::Error },
    #[error("{hosts} hosts at once are too many: this plan has addresses for {hosts_max}")]
    TooMany { hosts: u32, hosts_max: u32 },
}

/// What was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub customers: u32,
    pub hosts: u32,
    pub services: u32,
    pub tickets: u32,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "made {} customers, {} hosts and {} services", self.customers, self.hosts, self.services)?;
        match self.tickets {
            0 => Ok(()),
            tickets => write!(f, ", and {tickets} tickets"),
        }
    }
}

/// An id that is the same at every run.
pub(crate) fn fixed_id(name: &str) -> Uuid {
    let digest = Sha256::digest(name.as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(digest) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The lab of the demonstration: the targets its services look at.
pub fn lab_plan() -> Vec<TargetPlan> {
    estate::targets().map(|(id, kind)| TargetPlan { id: id.to_owned(), kind }).collect()
}

/// Fills an empty database with the demonstration. Its services look at ports that a lab has to open.
pub async fn demo(db: &Db, clock: &Clock) -> Result<Summary, SeedError> {
    demo_with(db, clock, Pings::Included).await
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pings {
    Included,
    LeftOut,
}

async fn demo_with(db: &Db, clock: &Clock, pings: Pings) -> Result<Summary, SeedError> {
    let now = clock.now();
    let hash = people::password_hash().await?;
    // Contracts name levels, and tickets count by the calendars of those.
    seeds::plant(db, now).await?;
    let tx = db.begin().await?;
    let summary = estate::write(&tx, now, pings == Pings::Included).await?;
    people::write(&tx, now, &hash).await?;
    calendar::write(&tx, now).await?;
    policies::write(&tx, now).await?;
    contracts::write(&tx, now).await?;
    tickets::write(&tx, now).await?;
    library::write(&tx, now).await?;
    hardware::write(&tx, now).await?;
    counters::take(&tx, Counter::Configuration, 1).await?;
    tx.commit().await?;
    Ok(summary)
}

/// Makes the demonstration ready to be served: fills the database when it is empty, and points its services at the
/// ports that the lab has got this time.
pub async fn prepare_demo(db: &Db, clock: &Clock, lab: &Lab, data_dir: &Path) -> Result<(), SeedError> {
    if customers::names(db.read(), Scope::Everything).await?.is_empty() {
        let pings = if may_ping(*clock).await { Pings::Included } else { Pings::LeftOut };
        let summary = demo_with(db, clock, pings).await?;
        tracing::info!("demonstration: {summary}");
    }
    let certificate = data_dir.join("lab-ca.pem");
    let shown = certificate.display().to_string();
    std::fs::create_dir_all(data_dir)
        .and_then(|()| std::fs::write(&certificate, lab.certificate_pem()))
        .map_err(|source| SeedError::Certificate { path: shown.clone(), source })?;
    let tx = db.begin().await?;
    for target in lab.targets() {
        let place = Place { kind: target.kind, address: &target.address, ca_file: &shown };
        repoint(&tx, &target.id, &place).await?;
        if target.id == contracts::WAY_IN {
            contracts::point_access(&tx, &target.address, clock.now()).await?;
        }
    }
    counters::take(&tx, Counter::Configuration, 1).await?;
    tx.commit().await?;
    Ok(())
}

/// A service that cannot run on this machine would only tell people about our own lack of privilege.
async fn may_ping(clock: Clock) -> bool {
    let Ok(spec) = ProbeSpec::parse(ProbeKind::Ping, "127.0.0.1", &Params::default()) else { return false };
    Prober::start(clock).run(&spec, PING_TRIAL).await.status != Status::Unknown
}

/// Where a lab target is this time.
struct Place<'a> {
    kind: TargetKind,
    address: &'a str,
    ca_file: &'a str,
}

async fn repoint(tx: &DatabaseTransaction, target: &str, place: &Place<'_>) -> Result<(), SeedError> {
    let id = service_id(target);
    let Some(service) = services::find(tx, Scope::Everything, id).await? else { return Ok(()) };
    let (kind, target, params) = probe_of(place);
    let fields = services::ServiceFields {
        name: domain::text::Name::parse(&service.name)?,
        kind,
        target,
        params,
        policy: demo_policy(),
    };
    services::update(tx, id, service.version, &fields).await?;
    Ok(())
}

/// How a lab target is probed.
fn probe_of(place: &Place<'_>) -> (ProbeKind, String, Params) {
    let address = place.address;
    match place.kind {
        TargetKind::Ping => (ProbeKind::Ping, address.to_owned(), [("count", "1")].into_iter().collect()),
        TargetKind::Tcp => (ProbeKind::Tcp, address.to_owned(), [("expect", "faultdesk lab")].into_iter().collect()),
        TargetKind::Http => (ProbeKind::Http, format!("http://{address}/"), [("status", "200")].into_iter().collect()),
        TargetKind::Tls => {
            (ProbeKind::Http, format!("https://{address}/"), [("ca_file", place.ca_file)].into_iter().collect())
        }
        TargetKind::Smtp => (ProbeKind::Smtp, address.to_owned(), Params::default()),
        TargetKind::Sip => (ProbeKind::Sip, address.to_owned(), Params::default()),
    }
}

/// Quick enough that a newcomer sees a fault go through within a minute.
fn demo_policy() -> ProbePolicy {
    ProbePolicy { interval_s: 5, retry_interval_s: 2, timeout_ms: 2_000, attempts_max: 2 }
}

fn service_id(target: &str) -> ServiceId {
    ServiceId(fixed_id(&format!("demo service {target}")))
}

fn host_id(name: &str) -> HostId {
    HostId(fixed_id(&format!("demo host {name}")))
}

fn days_ago(now: Timestamp, days: i64, minutes: i64) -> Timestamp {
    now.plus_seconds(-(days * 86_400) - minutes * 60)
}
