//! The server half: HTTP, desks, store, actors, probes, mail. `docs/architecture.md` has the map.

#![recursion_limit = "512"]

pub mod actors;
pub mod chunk;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod duty;
pub mod engine;
pub mod entropy;
pub mod http;
pub mod lab;
pub mod links;
pub mod mail;
pub mod passwords;
pub mod post;
pub mod probes;
pub mod rate_limit;
pub mod secrets;
pub mod seed;
pub mod startup;
pub mod store;
pub mod telemetry;
pub mod testing;
pub mod vault;
