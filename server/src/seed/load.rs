//! Large invented estates for measuring: hosts on loopback addresses, and tickets.

mod tickets;

use domain::{
    id::{CustomerId, HostId, ServiceId, SiteId},
    probe::{Params, ProbeKind, ProbePolicy},
    text::{Address, HostName, Name, Note},
};

use super::{SeedError, Summary, fixed_id};
use crate::{
    clock::Clock,
    store::{
        Db,
        counters::{self, Counter},
        customers::{self, NewCustomer},
        hosts, services,
    },
};

/// Hosts of one invented customer.
pub(super) const HOSTS_PER_CUSTOMER: u32 = 100;
/// Rows written in one transaction.
const HOSTS_PER_COMMIT: u32 = 500;
/// Loopback has addresses 127.1.0.0 to 127.16.255.255 for this.
const HOSTS_MAX: u32 = 16 * 65_536;

/// How much to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadPlan {
    pub hosts: u32,
    pub services_per_host: u32,
    pub interval_s: u32,
    /// The kinds of a host's services, in turn.
    pub kinds: Vec<ProbeKind>,
    pub attempts_max: u8,
    /// Open tickets, spread over the invented customers.
    pub tickets: u32,
    /// Where something serves web pages and accepts connections, on every loopback address.
    pub port: u16,
}

/// Adds invented hosts. `progress` hears (hosts done, hosts).
pub async fn load(
    db: &Db,
    clock: &Clock,
    plan: &LoadPlan,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Summary, SeedError> {
    if HOSTS_MAX < plan.hosts {
        return Err(SeedError::TooMany { hosts: plan.hosts, hosts_max: HOSTS_MAX });
    }
    let mut summary = Summary::default();
    let mut next = 0;
    while next < plan.hosts {
        let end = plan.hosts.min(next + HOSTS_PER_COMMIT);
        let tx = db.begin().await?;
        for index in next..end {
            add_host(&tx, clock, plan, index, &mut summary).await?;
        }
        counters::take(&tx, Counter::Configuration, 1).await?;
        tx.commit().await?;
        next = end;
        progress(u64::from(next), u64::from(plan.hosts));
    }
    tickets::load(db, clock, plan, &mut summary).await?;
    Ok(summary)
}

async fn add_host(
    tx: &sea_orm::DatabaseTransaction,
    clock: &Clock,
    plan: &LoadPlan,
    index: u32,
    summary: &mut Summary,
) -> Result<(), SeedError> {
    let now = clock.now();
    let group = index / HOSTS_PER_CUSTOMER;
    let customer = CustomerId(fixed_id(&format!("load customer {group}")));
    let site = SiteId(fixed_id(&format!("load site {group}")));
    if index.is_multiple_of(HOSTS_PER_CUSTOMER) {
        let new = NewCustomer {
            id: customer,
            name: Name::parse(&format!("Load customer {group:05}"))?,
            zone: "Europe/London".to_owned(),
            at: now,
        };
        customers::create(tx, new).await?;
        customers::create_site(tx, site, customer, Name::parse("Main site")?, now).await?;
        summary.customers += 1;
    }
    let id = HostId(fixed_id(&format!("load host {index}")));
    let [_, second, third, fourth] = (index + 0x0001_0000).to_be_bytes();
    let fields = hosts::HostFields {
        customer,
        site,
        name: HostName::parse(&format!("load-{index:06}"))?,
        system: Name::parse(&format!("Load system {index}"))?,
        kind: "server",
        address: Address::parse(&format!("127.{second}.{third}.{fourth}"))?,
        access_note: Note::parse("")?,
    };
    hosts::insert(tx, id, &fields, now).await?;
    summary.hosts += 1;
    for (number, kind) in (0..plan.services_per_host).zip(plan.kinds.iter().copied().cycle()) {
        let port = plan.port;
        let (target, name) = match kind {
            ProbeKind::Http => (format!("http://{{address}}:{port}/"), "Web page"),
            ProbeKind::Ping => ("{address}".to_owned(), "Network"),
            _ => (format!("{{address}}:{port}"), "Port"),
        };
        let params: Params = match kind {
            ProbeKind::Ping => [("count", "1")].into_iter().collect(),
            _ => Params::default(),
        };
        let policy =
            ProbePolicy { interval_s: plan.interval_s, attempts_max: plan.attempts_max, ..ProbePolicy::default() };
        let policy = ProbePolicy { retry_interval_s: policy.retry_interval_s.min(plan.interval_s), ..policy };
        let fields = services::ServiceFields {
            name: Name::parse(&format!("{name} {}", number + 1))?,
            kind,
            target,
            params,
            policy,
        };
        let service = ServiceId(fixed_id(&format!("load service {index} {number}")));
        services::insert(tx, service, id, customer, &fields, now).await?;
        summary.services += 1;
    }
    Ok(())
}
