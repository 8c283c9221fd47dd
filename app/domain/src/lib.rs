//! Every rule of the product, pure: no clock, no randomness, no IO, no async, no database, no web.
//!
//! State changes have one shape: (state, event, now) -> (state, effects). Callers load, call, and save.

pub mod access;
pub mod availability;
pub mod calendar;
pub mod clock;
// Reads zones by name, and the browser has no zone data.
#[cfg(not(target_arch = "wasm32"))]
pub mod clock_file;
pub mod contract;
pub mod cover;
// Asks rotas, which the browser has not: it gets instants and words.
#[cfg(not(target_arch = "wasm32"))]
pub mod escalation;
pub mod fault;
mod form;
// For drafts of calendars and for rotas, which the browser has not.
#[cfg(not(target_arch = "wasm32"))]
pub mod ical;
pub mod id;
pub mod incident;
pub mod level;
pub mod message_id;
pub mod money;
pub mod notice;
pub mod observation;
pub mod outbox;
pub mod probe;
pub mod quote;
// Reads zones by name, and the browser has no zone data: it gets shifts as instants.
#[cfg(not(target_arch = "wasm32"))]
pub mod rota;
pub mod schedule;
pub mod service;
pub mod text;
pub mod ticket;
pub mod time;
