//! Misuse and neglect: the only things that make a covered repair cost something.
//!
//! Source: contract page, "No repair costs apply unless damage/failure is due to misuse or neglect"; `rules` section 9.

use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DamageKind {
    Misuse,
    Neglect,
}

impl DamageKind {
    pub const ALL: &[Self] = &[Self::Misuse, Self::Neglect];

    /// The stored word, which people read too.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Misuse => "misuse",
            Self::Neglect => "neglect",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }
}

/// What somebody found, in words that the customer reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub kind: DamageKind,
    pub text: String,
    /// Which file of the ticket shows it; empty for none.
    pub photo: String,
    /// The author's name.
    pub by: String,
    pub at: Timestamp,
    /// When the customer was told.
    pub told_at: Option<Timestamp>,
}

impl Finding {
    /// The finding, once the customer is told of it.
    pub(super) fn told(found: Option<&Self>, now: Timestamp) -> Result<Self, Refusal> {
        match found {
            None => Err(Refusal::NoFinding),
            Some(finding) if finding.told_at.is_some() => Err(Refusal::ToldAlready),
            Some(finding) => Ok(Self { told_at: Some(now), ..finding.clone() }),
        }
    }

    /// Whether something may be charged because of it.
    pub(super) fn allows_charge(found: Option<&Self>) -> Result<(), Refusal> {
        match found {
            None => Err(Refusal::NoFinding),
            Some(finding) if finding.told_at.is_none() => Err(Refusal::CustomerNotTold),
            Some(_) => Ok(()),
        }
    }
}
