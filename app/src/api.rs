//! What browser and server say to each other, by area: wire types, the desk's trait (server only), server functions.
//!
//! A server function asks who is calling, parses, and hands over to its desk; nothing else.

pub mod billing;
pub mod board;
pub mod calendars;
pub mod care;
pub mod contracts;
pub mod downtimes;
pub mod equipment;
pub mod error;
pub mod escalation;
pub mod faults;
pub mod hardware;
pub mod hosts;
pub mod incidents;
pub mod incoming;
pub mod intake;
pub mod lab;
pub mod levels;
pub mod library;
pub mod live;
pub mod mail;
pub mod people;
pub mod prices;
#[cfg(feature = "ssr")]
pub mod principal;
pub mod queue;
pub mod rotas;
pub mod search;
pub mod session;
pub mod tickets;
pub mod training;
pub mod worktime;

/// Whether the answer is shown by the browser itself.
#[cfg(feature = "ssr")]
fn asks_for_page() -> bool {
    let accepts = |parts: http::request::Parts| {
        let accepted = parts.headers.get(http::header::ACCEPT).and_then(|accept| accept.to_str().ok());
        accepted.is_some_and(|accepted| accepted.contains("text/html"))
    };
    leptos::prelude::use_context::<http::request::Parts>().is_some_and(accepts)
}
