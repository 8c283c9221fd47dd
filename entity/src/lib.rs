//! One table a file. Rows only: what they mean is in `domain`, how they are asked for is in `server/src/store`.

pub mod account_link;
pub mod acknowledgement;
pub mod api_token;
pub mod audit;
pub mod columns;
pub mod contact;
pub mod counter;
pub mod customer;
pub mod delivery_attempt;
pub mod event_log;
pub mod fault;
pub mod fault_event;
pub mod host;
pub mod host_parent;
pub mod notice;
pub mod observation_chunk;
pub mod service;
pub mod service_state;
pub mod session;
pub mod site;
pub mod transition;
pub mod user;
