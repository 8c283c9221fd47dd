//! The actors, one file each, their messages on top. They hold state and decide; all IO runs as tasks on the main
//! runtime and comes back as messages.

pub mod host;
pub mod ledger;
pub mod live;
pub mod mailer;
pub mod monitor;
pub mod recorder;
pub mod steward;
pub mod supervisor;
pub mod supervisors;
