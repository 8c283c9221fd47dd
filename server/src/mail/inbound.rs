//! Mail that arrives: its bytes made into facts with limits (`parse`), and the ways in (`listener`, `imap`).

pub mod html;
pub mod imap;
pub mod listener;
pub mod parse;
mod report;
mod scan;
pub mod settings;

/// Largest mail that is taken. RFC 5321's 64 KiB is not enough for photographs; more belongs on a file share.
pub const MAIL_BYTES_MAX: usize = 32 * 1024 * 1024;
