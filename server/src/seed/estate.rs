//! The demonstration's customers, sites, hosts and services. Every name is invented.

use domain::{
    id::{CustomerId, SiteId},
    observation::Status,
    text::{Address, HostName, Name, Note},
    time::Timestamp,
};
use sea_orm::DatabaseTransaction;

use super::{Place, SeedError, Summary, days_ago, demo_policy, fixed_id, host_id, probe_of, service_id};
use crate::{
    lab::TargetKind,
    store::{
        customers::{self, NewCustomer},
        hosts, invented, services,
    },
};

struct DemoCustomer {
    name: &'static str,
    site: &'static str,
    hosts: &'static [DemoHost],
}

struct DemoHost {
    name: &'static str,
    system: &'static str,
    kind: &'static str,
    access: &'static str,
    /// Service name, lab target, its kind.
    services: &'static [(&'static str, &'static str, TargetKind)],
    parent: Option<&'static str>,
}

const fn host(
    name: &'static str,
    system: &'static str,
    kind: &'static str,
    services: &'static [(&'static str, &'static str, TargetKind)],
) -> DemoHost {
    DemoHost { name, system, kind, access: "", services, parent: None }
}

const fn behind(parent: &'static str, host: DemoHost) -> DemoHost {
    DemoHost { parent: Some(parent), ..host }
}

use TargetKind::{Http, Ping, Sip, Smtp, Tcp, Tls};

const CUSTOMERS: &[DemoCustomer] = &[
    DemoCustomer {
        name: "Kelston Care Homes",
        site: "Frome",
        hosts: &[
            DemoHost {
                access: "Router password is in the safe. Ask for Jo on site to power cycle it.",
                ..host("kch-rtr-frome", "Frome internet line", "router", &[("Internet line", "kch-line", Ping)])
            },
            behind(
                "kch-rtr-frome",
                host(
                    "kch-pbx-frome",
                    "Frome phone system",
                    "asterisk",
                    &[("SIP trunk", "kch-sip", Sip), ("Voicemail page", "kch-voicemail", Http)],
                ),
            ),
        ],
    },
    DemoCustomer {
        name: "Bramley & Stone",
        site: "Bath",
        hosts: &[host(
            "bss-mitel-01",
            "Front office phones",
            "mitel_3300",
            &[("Phone system page", "bss-web", Http), ("Line card", "bss-card", Tcp)],
        )],
    },
    DemoCustomer {
        name: "Harbour Dental Group",
        site: "Portishead",
        hosts: &[
            host(
                "hdg-pbx-01",
                "Reception phones",
                "asterisk",
                &[("SIP trunk", "hdg-sip", Sip), ("Handset page", "hdg-handsets", Http)],
            ),
            host("hdg-mail-01", "Mail server", "server", &[("Incoming mail", "hdg-mail", Smtp)]),
        ],
    },
    DemoCustomer {
        name: "Saltford Motors",
        site: "Saltford",
        hosts: &[
            host("slm-pbx-01", "Showroom phones", "asterisk", &[("SIP trunk", "slm-sip", Sip)]),
            host(
                "slm-web-01",
                "Booking site",
                "server",
                &[("Booking page", "slm-booking", Http), ("Secure payments", "slm-pay", Tls)],
            ),
        ],
    },
    DemoCustomer {
        name: "Tamar Outdoor",
        site: "Plymouth",
        hosts: &[host(
            "tam-web-01",
            "Web shop",
            "server",
            &[("Shop page", "tam-shop", Http), ("Secure checkout", "tam-pay", Tls)],
        )],
    },
    DemoCustomer {
        name: "Wells Housing Trust",
        site: "Wells",
        hosts: &[host(
            "wht-db-01",
            "Tenancy database",
            "server",
            &[("Database port", "wht-db", Tcp), ("Network", "wht-net", Ping)],
        )],
    },
    DemoCustomer {
        name: "Copperfield Primary",
        site: "Radstock",
        hosts: &[host("cps-web-01", "School website", "server", &[("Home page", "cps-home", Http)])],
    },
    DemoCustomer {
        name: "Meridian Print",
        site: "Trowbridge",
        hosts: &[
            host("mer-mail-01", "Mail server", "server", &[("Incoming mail", "mer-mail", Smtp)]),
            host("mer-rtr-01", "Office internet line", "router", &[("Internet line", "mer-line", Ping)]),
        ],
    },
    DemoCustomer {
        name: "Avon Freight",
        site: "Avonmouth",
        hosts: &[
            host("avf-web-01", "Consignment site", "server", &[("Consignment page", "avf-web", Http)]),
            host("avf-pbx-01", "Depot phones", "mitel_sx2000", &[("Phone system port", "avf-pbx", Tcp)]),
        ],
    },
];

pub(super) fn customer_id(name: &str) -> CustomerId {
    CustomerId(fixed_id(&format!("demo customer {name}")))
}

/// Names of the customers.
pub(super) fn customer_names() -> impl Iterator<Item = &'static str> {
    CUSTOMERS.iter().map(|customer| customer.name)
}

/// The lab's targets: id and kind.
pub(super) fn targets() -> impl Iterator<Item = (&'static str, TargetKind)> {
    let hosts = CUSTOMERS.iter().flat_map(|customer| customer.hosts);
    hosts.flat_map(|host| host.services).map(|(_, target, kind)| (*target, *kind))
}

/// Writes the estate with an invented past. Without `pings` the services that need echo requests are left out.
pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp, pings: bool) -> Result<Summary, SeedError> {
    let mut summary = Summary::default();
    for customer in CUSTOMERS {
        let id = customer_id(customer.name);
        let new = NewCustomer { id, name: Name::parse(customer.name)?, zone: "Europe/London".to_owned(), at: now };
        customers::create(tx, new).await?;
        let site = SiteId(fixed_id(&format!("demo site {}", customer.name)));
        customers::create_site(tx, site, id, Name::parse(customer.site)?, now).await?;
        summary.customers += 1;
        for host in customer.hosts {
            summary.services += write_host(tx, id, site, host, now, pings).await?;
            summary.hosts += 1;
        }
    }
    Ok(summary)
}

async fn write_host(
    tx: &DatabaseTransaction,
    customer: CustomerId,
    site: SiteId,
    host: &DemoHost,
    now: Timestamp,
    pings: bool,
) -> Result<u32, SeedError> {
    let id = host_id(host.name);
    let fields = hosts::HostFields {
        customer,
        site,
        name: HostName::parse(host.name)?,
        system: Name::parse(host.system)?,
        kind: host.kind,
        address: Address::parse("127.0.0.1")?,
        access_note: Note::parse(host.access)?,
    };
    hosts::insert(tx, id, &fields, now).await?;
    if let Some(parent) = host.parent {
        hosts::set_parents(tx, id, &[host_id(parent)]).await?;
    }
    let mut count = 0;
    for (name, target, kind) in host.services {
        if *kind == TargetKind::Ping && !pings {
            continue;
        }
        let service = service_id(target);
        let (kind, address, params) = probe_of(&Place { kind: *kind, address: "127.0.0.1:9", ca_file: "lab-ca.pem" });
        let address = if *name == "Network" || *name == "Internet line" { "127.0.0.1".to_owned() } else { address };
        let fields =
            services::ServiceFields { name: Name::parse(name)?, kind, target: address, params, policy: demo_policy() };
        services::insert(tx, service, id, customer, &fields, days_ago(now, 31, 0)).await?;
        let watched = invented::Watched { customer, host: id, service, service_name: name };
        let faults = past_faults(target, now);
        invented::past(tx, &watched, days_ago(now, 31, 0), &faults).await?;
        count += 1;
    }
    Ok(count)
}

/// A quiet month with a few bad moments.
fn past_faults(target: &str, now: Timestamp) -> Vec<(Timestamp, Timestamp, Status, &'static str)> {
    let fault = |days, minutes, length: i64, status, text| {
        let from = days_ago(now, days, minutes);
        (from, from.plus_seconds(length * 60), status, text)
    };
    match target {
        "kch-line" => vec![
            fault(19, 400, 47, Status::Critical, "No reply to 1 of 1 packets"),
            fault(3, 95, 12, Status::Critical, "No reply to 1 of 1 packets"),
        ],
        "hdg-sip" => vec![fault(12, 610, 95, Status::Critical, "Connection refused")],
        "slm-booking" => vec![
            fault(24, 200, 30, Status::Warning, "Answered in 2.4 s, more than 2 s"),
            fault(8, 30, 18, Status::Critical, "Answered 503, expected 200"),
        ],
        "tam-shop" => vec![fault(0, 75, 41, Status::Critical, "Answered 502, expected 200")],
        "mer-mail" => vec![fault(5, 700, 260, Status::Critical, "Greeted with 451 instead of 220")],
        "avf-web" => vec![fault(0, 52, 9, Status::Warning, "Answered in 2.1 s, more than 2 s")],
        _ => Vec::new(),
    }
}
