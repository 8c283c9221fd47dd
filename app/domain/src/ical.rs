//! iCalendar (RFC 5545): whole days in as holidays or closures, and holidays, closures and shifts out as a feed.
//!
//! Small on purpose. Libraries for it read the wall clock and make random ids, bring a second library for time, and do
//! not say which line is wrong.

mod feed;
mod invite;
mod lines;
mod read;
mod write;

pub use feed::{closures, holidays, shifts};
pub use invite::{Attendee, Invitation};
pub use read::{BYTES_MAX, DayEvent, EVENT_DAYS_MAX, EVENTS_MAX, LineError, as_closures, as_holidays, read};
pub use write::{Feed, FeedEvent, When};
