//! What is typed about a ticket.

use serde::{Deserialize, Serialize};

/// What is typed into the form of a reply, a note or a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplyInput {
    pub text: String,
    /// `yes`: for staff only. Customers' messages are never notes.
    pub note: String,
    /// The key of the form: the same one twice is sent once. Empty: no form sent it.
    pub key: String,
    /// Number of the last entry that the writer had seen. Empty: all of them.
    pub seen: String,
    /// `yes`: send it although somebody else wrote meanwhile.
    pub anyway: String,
}

/// A call that was answered or made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallInput {
    /// Local date and time of the customer's zone, `2026-11-24T16:05`.
    pub at: String,
    pub text: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PauseInput {
    /// The word of a [`domain::clock::PauseReason`].
    pub reason: String,
    pub evidence: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LevelInput {
    /// The word of a level.
    pub level: String,
    /// The word of a [`super::LevelMode`].
    pub mode: String,
    pub version: String,
}
