//! Mails: what they say (`render`), how they are built (`message`), how they leave (`transport`),
//! and what arrives (`inbound`).
//!
//! A mail is `mail/templates/<notice>/{subject.txt,body.txt,body.html}`. Source: `monitoring` section 3.

pub mod inbound;
pub mod invitation;
pub mod message;
pub mod render;
pub mod transport;

mod hardware_view;
mod term;
mod ticket_view;
mod tone;
mod view;
mod words;
