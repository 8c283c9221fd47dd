//! Parts that pages are made of. Pages load, components draw: no component here reads data of its own, apart from the
//! frame's reader and the live stream.

pub mod ack_button;
pub mod banner;
pub mod chart;
pub mod clock;
pub mod confirm;
pub mod cover_badge;
pub mod cover_decision;
pub mod edit_form;
pub mod estate;
pub mod fault_list;
pub mod field;
pub mod held_pill;
pub mod icon;
pub mod known_fault;
pub mod levels;
pub mod live_feed;
pub mod page;
pub mod price_calculator;
pub mod probe_form;
pub mod raw;
pub mod reading;
pub mod row_keys;
pub mod session;
pub mod shell;
pub mod shortcuts;
pub mod sparkline;
pub mod status;
pub mod time;
pub mod timeline;
pub mod title;
pub mod toast;
pub mod uptime;
