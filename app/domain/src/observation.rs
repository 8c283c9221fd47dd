//! What one probe run saw.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Longest text kept with an observation, in bytes.
pub const TEXT_BYTES_MAX: usize = 4_096;
/// Most numbers kept with one observation.
pub const NUMBERS_MAX: usize = 32;

/// Ordered by how bad it is, for roll-up: unknown is not down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    /// A fault of our own: no privilege, no resolver, a bad configuration. Told to staff only.
    Unknown,
    Warning,
    Critical,
}

impl Status {
    pub const ALL: [Self; 4] = [Self::Ok, Self::Unknown, Self::Warning, Self::Critical];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Nagios plug-in exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warning => 1,
            Self::Critical => 2,
            Self::Unknown => 3,
        }
    }

    pub fn is_ok(self) -> bool {
        self == Self::Ok
    }
}

/// The result of one probe run. `latency_us` is absent when nothing answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    pub status: Status,
    /// What was seen, in a sentence a person can act on; at most 4 KiB.
    pub text: String,
    pub latency_us: Option<u32>,
    pub at: Timestamp,
    /// Further numbers for charts, by name: `loss_percent`, `first_byte_ms`.
    pub numbers: Vec<(String, f64)>,
}

impl Observation {
    /// An observation with its text and numbers cut to their limits.
    pub fn new(status: Status, text: impl Into<String>, latency_us: Option<u32>, at: Timestamp) -> Self {
        Self { status, text: clipped(text.into()), latency_us, at, numbers: Vec::new() }
    }

    pub fn with_number(mut self, name: &str, value: f64) -> Self {
        if self.numbers.len() < NUMBERS_MAX {
            self.numbers.push((name.to_owned(), value));
        }
        self
    }
}

/// At most 4 KiB, cut at a character, without control characters other than line breaks: it is shown and mailed.
fn clipped(mut text: String) -> String {
    if text.chars().any(|c| c.is_control() && c != '\n') {
        text = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    }
    if TEXT_BYTES_MAX < text.len() {
        let end = (0..=TEXT_BYTES_MAX).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let observation = Observation::new(Status::Ok, "é".repeat(5_000), None, Timestamp::EPOCH);
        assert_eq!(observation.text.len(), TEXT_BYTES_MAX);
    }

    #[test]
    fn control_characters_of_a_hostile_banner_become_spaces() {
        let observation = Observation::new(Status::Ok, "220 \u{1b}[31mhi\r\nyo", None, Timestamp::EPOCH);
        assert_eq!(observation.text, "220  [31mhi \nyo");
    }

    #[test]
    fn worse_is_greater() {
        assert!(
            Status::Critical > Status::Warning && Status::Warning > Status::Unknown && Status::Unknown > Status::Ok
        );
    }
}
