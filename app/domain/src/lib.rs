//! Every rule of the product, pure: no clock, no randomness, no IO, no async, no database, no web.
//!
//! State changes have one shape: (state, event, now) -> (state, effects). Callers load, call, and save.

pub mod access;
pub mod availability;
// Asks for months of a zone, which the browser has not.
#[cfg(not(target_arch = "wasm32"))]
pub mod billing;
pub mod calendar;
pub mod clock;
// Reads zones by name, and the browser has no zone data.
#[cfg(not(target_arch = "wasm32"))]
pub mod clock_file;
pub mod contract;
pub mod cover;
pub mod downtime;
// Asks rotas, which the browser has not: it gets instants and words.
#[cfg(not(target_arch = "wasm32"))]
pub mod escalation;
// Reads zones, and the browser has no zone data.
#[cfg(not(target_arch = "wasm32"))]
pub mod expect;
pub mod fault;
pub mod flapping;
mod form;
pub mod hardware;
// For drafts of calendars and for rotas, which the browser has not.
#[cfg(not(target_arch = "wasm32"))]
pub mod ical;
pub mod id;
pub mod incident;
pub mod incoming;
pub mod intake;
pub mod level;
pub mod library;
pub mod markup;
pub mod message_id;
pub mod money;
pub mod notice;
pub mod observation;
pub mod outbox;
pub mod phone;
pub mod probe;
pub mod quote;
// Reads zones by name, and the browser has no zone data: it gets shifts as instants.
#[cfg(not(target_arch = "wasm32"))]
pub mod rota;
pub mod schedule;
pub mod search;
pub mod service;
pub mod suggest;
pub mod text;
pub mod ticket;
pub mod time;
pub mod training;
pub mod upload;
pub mod worked;
