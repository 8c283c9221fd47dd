//! Use cases, one file for each api area: authorise, load, decide, save. A row outside the caller's scope is not found.

pub mod account_links;
pub mod billing;
pub mod board;
pub mod calendars;
pub mod contracts;
pub mod dates;
pub mod downtimes;
pub mod equipment;
pub mod escalation;
pub mod faults;
pub mod hardware;
pub mod hosts;
pub mod incidents;
pub mod incoming;
pub mod lab;
pub mod levels;
pub mod library;
pub mod mail;
pub mod people;
pub mod prices;
pub mod rotas;
pub mod search;
pub mod session;
pub mod tickets;
pub mod training;
pub mod typed;
pub mod worktime;

use std::collections::HashMap;

use app::api::{error::ApiError, principal::Principal};
use domain::{access::Scope, id::UserId, time::Timestamp};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::{
    entropy,
    store::{audit::Act, users, values::Made},
};

/// Logs a failure once, under a reference that the person can quote.
pub fn internal(error: impl std::fmt::Display) -> ApiError {
    let reference =
        entropy::bytes::<4>().map_or_else(|_| "none".to_owned(), |bytes| format!("{:08x}", u32::from_be_bytes(bytes)));
    tracing::error!(reference, %error, "a request failed");
    ApiError::Internal { reference }
}

/// Whether a write failed because a unique key was already there.
pub fn is_unique_violation(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}

/// A fresh id, or an answer for the person when the machine has no randomness.
pub fn new_id(now: Timestamp) -> Result<Uuid, ApiError> {
    entropy::id(now).map_err(internal)
}

/// An act of a signed-in person, for the audit log.
pub fn act<'a>(who: &'a Principal, action: &'a str, subject: &'a str, detail: impl Into<String>) -> Act<'a> {
    Act { user: Some(who.user.0), actor: &who.name, action, subject, customer: who.customer, detail: detail.into() }
}

/// Names of the people who made versions.
async fn makers(
    db: &impl ConnectionTrait,
    made: impl Iterator<Item = Made>,
) -> Result<HashMap<UserId, String>, ApiError> {
    let mut names = HashMap::new();
    for id in made.filter_map(|made| made.by) {
        if !names.contains_key(&id)
            && let Some(account) = users::find(db, Scope::Everything, id).await.map_err(internal)?
        {
            names.insert(id, account.name);
        }
    }
    Ok(names)
}
