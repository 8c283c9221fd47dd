//! What browser and server say to each other, by area: wire types, the desk's trait (server only), server functions.
//!
//! A server function asks who is calling, parses, and hands over to its desk; nothing else.

pub mod board;
pub mod calendars;
pub mod contracts;
pub mod equipment;
pub mod error;
pub mod escalation;
pub mod faults;
pub mod hosts;
pub mod lab;
pub mod levels;
pub mod live;
pub mod mail;
pub mod people;
pub mod prices;
#[cfg(feature = "ssr")]
pub mod principal;
pub mod rotas;
pub mod session;
pub mod tickets;
