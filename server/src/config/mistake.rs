//! What is wrong, and where it was written.

use std::{fmt, path::PathBuf};

use super::keys;

/// Something wrong, where it was written, and what would be right. Never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// `faultdesk.toml:12`, `environment FAULTDESK_X` or `flag --listen`.
    pub source: String,
    /// The dotted name, as written; empty when it is about the whole source.
    pub key: String,
    pub message: String,
    /// Sorts mistakes as a person would go through them.
    rank: (u8, usize),
}

impl Mistake {
    pub(super) fn new(origin: &Origin, key: &str, message: impl Into<String>) -> Self {
        let rank = match origin {
            Origin::Default => (0, 0),
            Origin::File { line, .. } => (1, *line),
            Origin::Variable(_) => (2, 0),
            Origin::Flag(_) => (3, 0),
        };
        Self { source: origin.to_string(), key: key.to_owned(), message: message.into(), rank }
    }

    pub(super) fn rank(&self) -> (u8, usize) {
        self.rank
    }

    pub(super) fn unknown(origin: &Origin, key: &str) -> Self {
        let message = match keys::nearest(key) {
            Some(near) => format!("is not a setting; did you mean {}?", near.name),
            None => "is not a setting; `faultdesk check-config --help` lists them".to_owned(),
        };
        Self::new(origin, key, message)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.is_empty() {
            true => write!(f, "{}: {}", self.source, self.message),
            false => write!(f, "{}: {}: {}", self.source, self.key, self.message),
        }
    }
}

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// Line 0 stands for the file as a whole.
    File {
        path: PathBuf,
        line: usize,
    },
    Variable(String),
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0 } => path.display().fmt(f),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Variable(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}
