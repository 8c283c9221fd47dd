//! The web half: desks over the store and the engine, and what the router needs.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::ServeOptions;
use crate::{
    clock::Clock,
    config::Config,
    desk::{
        account_links::{self, AccountLinks},
        billing,
        board::Boards,
        calendars, contracts, downtimes, equipment, escalation,
        faults::Faults,
        hardware, hosts, incidents,
        incoming::{self, Receiver},
        lab, levels, library, mail, people, prices, rotas, search,
        session::{self, DemoInfo, cookie::SessionCookie, gate::Gate},
        tickets, training, worktime,
    },
    engine::Engine,
    http::{
        Desks, Web,
        csrf::OwnOrigin,
        headers::Transport,
        health::Health,
        live::{LiveState, STREAMS_MAX},
        session::{Identify, TrustedProxies},
        site::Site,
    },
    lab::Lab,
    passwords::Passwords,
    post::Post,
    probes::Prober,
    secrets::Signer,
    seed,
    store::Db,
    vault::Vault,
};

#[expect(clippy::too_many_arguments, reason = "called once, by the builder that made each of these")]
pub(super) fn web(
    config: &Config,
    db: &Db,
    clock: Clock,
    engine: &Engine,
    signer: &Signer,
    post: &Arc<Post>,
    receiver: &Receiver,
    lab: Option<Lab>,
    site: Site,
    options: ServeOptions,
) -> Web {
    let base_url = post.base_url.clone();
    let cookie = SessionCookie::new(&base_url);
    let support = config.support.clone();
    let waker = engine.clone();
    let links = AccountLinks::new(account_links::Parts {
        signer: signer.clone(),
        base_url: base_url.clone(),
        mail_domain: post.mail_domain().to_owned(),
        zone: config.support.zone.clone(),
        wake_mailer: Arc::new(move || waker.wake_mailer()),
    });
    let waker = engine.clone();
    let dates = Arc::new(calendars::Desk::new(calendars::Parts {
        db: db.clone(),
        clock,
        signer: signer.clone(),
        base_url: base_url.clone(),
        mail_domain: post.mail_domain().to_owned(),
        wake_mailer: Arc::new(move || waker.wake_mailer()),
    }));
    let mails = Arc::new(mail::Desk::new(db.clone(), clock, engine.clone(), post.clone()));
    let arrived = Arc::new(incoming::page::Desk::new(receiver.clone()));
    let cases = tickets::Desk::new(tickets::Parts {
        db: db.clone(),
        clock,
        engine: engine.clone(),
        support: support.clone(),
        signer: signer.clone(),
        mail_domain: post.mail_domain().to_owned(),
    });
    let bills = Arc::new(billing::Desk { tickets: cases.clone() });
    let (work, incidents) = (worktime::Desk { tickets: cases.clone() }, incidents::Desk { tickets: cases.clone() });
    let training = training::Desk { tickets: cases.clone() };
    let cases = Arc::new(cases);
    let desks = Desks {
        board: Arc::new(Boards { db: db.clone(), clock, engine: engine.clone(), support: support.clone() }),
        escalation: Arc::new(escalation::Desk::new(db.clone(), clock)),
        calendars: dates.clone(),
        feeds: dates,
        contracts: Arc::new(contracts::Desk {
            db: db.clone(),
            clock,
            support: support.clone(),
            prober: Prober::denying(clock, config.monitor.deny_networks.clone()),
        }),
        downtimes: Arc::new(downtimes::Desk { db: db.clone(), clock, engine: engine.clone() }),
        equipment: Arc::new(equipment::Desk { db: db.clone(), clock }),
        levels: Arc::new(levels::Desk { db: db.clone(), clock }),
        faults: Arc::new(Faults {
            db: db.clone(),
            clock,
            engine: engine.clone(),
            signer: signer.clone(),
            support: support.clone(),
        }),
        hardware: Arc::new(hardware::Desk::new(cases.clone(), config.hardware.clone())),
        hosts: Arc::new(hosts::Desk::new(
            db.clone(),
            clock,
            engine.clone(),
            Vault::new(signer),
            post.mail_domain().to_owned(),
        )),
        incoming: arrived.clone(),
        incoming_files: arrived,
        lab: Arc::new(lab::Desk::new(db.clone(), clock, engine.clone(), lab)),
        mail: mails.clone(),
        mail_pages: mails,
        people: Arc::new(people::Desk::new(db.clone(), clock, links.clone())),
        tickets: cases.clone(),
        ticket_files: cases.clone(),
        care: cases.clone(),
        intake: cases.clone(),
        helps: cases.clone(),
        queue: cases,
        work: Arc::new(work),
        incidents: Arc::new(incidents),
        training: Arc::new(training),
        billing: bills.clone(),
        billing_files: bills,
        search: Arc::new(search::Desk { db: db.clone(), clock }),
        library: Arc::new(library::Desk { db: db.clone(), clock }),
        prices: Arc::new(prices::Desk { db: db.clone(), clock }),
        rotas: Arc::new(rotas::Desk::new(db.clone(), clock)),
        session: Arc::new(session::Desk::new(session::Parts {
            db: db.clone(),
            clock,
            passwords: Passwords::new(),
            links,
            cookie,
            demo: options.demo.then(|| DemoInfo { accounts: seed::demo_accounts() }),
            support,
        })),
    };
    Web {
        desks,
        identify: Identify {
            gate: Gate::new(db.clone(), clock),
            cookie,
            proxies: Arc::new(TrustedProxies(config.server.trusted_proxies.clone())),
        },
        own_origin: OwnOrigin::new(&base_url),
        transport: Transport::of(&base_url),
        live: LiveState { db: db.clone(), clock, engine: engine.clone(), open: Arc::new(Semaphore::new(STREAMS_MAX)) },
        site,
        health: Health {
            db: db.clone(),
            clock,
            engine: engine.clone(),
            monitors: options.monitor,
            readers: post.readers(),
        },
    }
}
