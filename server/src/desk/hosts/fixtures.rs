//! People and an engine that only listens, for tests of desks. They need an actix system: `#[actix_rt::test]`.

use actix::Actor;
use app::api::principal::Principal;
use domain::{
    access::Role,
    id::{SessionId, UserId},
    observation::{Observation, Status},
};

use super::Desk;
use crate::{
    actors::live::Live,
    clock::Clock,
    engine::Engine,
    secrets::Signer,
    store::{
        Db,
        hosts::fixtures::{Owner, now},
    },
    vault::Vault,
};

pub(crate) fn staff(role: Role) -> Principal {
    assert!(role.is_staff());
    person(role, None)
}

/// A user of a customer.
pub(crate) fn of(owner: Owner, role: Role) -> Principal {
    assert!(!role.is_staff());
    person(role, Some(owner))
}

fn person(role: Role, owner: Option<Owner>) -> Principal {
    Principal {
        user: UserId(uuid::Uuid::from_u128(1)),
        session: SessionId(uuid::Uuid::from_u128(2)),
        name: "Priya Nair".to_owned(),
        role,
        customer: owner.map(|owner| owner.customer),
    }
}

/// An engine that watches nothing and sends nothing.
pub(crate) fn engine(db: &Db) -> Engine {
    let (sender, _) = tokio::sync::broadcast::channel(16);
    let live = Live::new(db.clone(), tokio::runtime::Handle::current(), sender.clone(), 0).start();
    Engine {
        monitor: None,
        mailer: None,
        supervisors: None,
        live,
        broadcast: sender,
        observed: std::sync::Arc::default(),
        stale: std::sync::Arc::default(),
        stats: std::sync::Arc::default(),
    }
}

pub(crate) fn observe(engine: &Engine, service: domain::id::ServiceId, latency_us: Option<u32>) {
    let status = if latency_us.is_some() { Status::Ok } else { Status::Critical };
    engine.observed.put(service, &Observation::new(status, "200 from 192.0.2.10", latency_us, now()), None);
}

pub(crate) fn signer() -> Signer {
    Signer::new(&[7; 32])
}

pub(super) fn desk(db: &Db, engine: &Engine) -> Desk {
    let clock = Clock::from(now());
    Desk::new(db.clone(), clock, engine.clone(), Vault::new(&signer()), "desk.example".to_owned())
}
