//! What staff write once and use often: saved replies with placeholders, macros, and notes of what is known.

mod macros;
mod note;
mod reply;

use serde::{Deserialize, Serialize};

pub use macros::{Macro, MacroDraft, Wait};
pub use note::{Note, NoteDraft, Visibility};
pub use reply::{Placeholder, Reply, ReplyError, Values};

/// A text of a library may have as many characters: a page or two.
pub const BODY_CHARS_MAX: usize = 8_000;

/// What is kept, by its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LibraryKind {
    Reply,
    Macro,
    Note,
}

impl LibraryKind {
    pub const ALL: [Self; 3] = [Self::Reply, Self::Macro, Self::Note];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Macro => "macro",
            Self::Note => "note",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Reply => "Saved reply",
            Self::Macro => "Macro",
            Self::Note => "Knowledge note",
        }
    }
}

/// What one version says. Its name stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Body {
    Reply(Reply),
    Macro(Macro),
    Note(Note),
}

impl Body {
    pub fn kind(&self) -> LibraryKind {
        match self {
            Self::Reply(_) => LibraryKind::Reply,
            Self::Macro(_) => LibraryKind::Macro,
            Self::Note(_) => LibraryKind::Note,
        }
    }
}

/// A text of several lines that must say something, or what is wrong with it.
fn body(text: &str) -> Result<String, String> {
    let text = text.trim().replace("\r\n", "\n");
    let chars = text.chars().count();
    match () {
        () if text.is_empty() => Err("must not be empty".to_owned()),
        () if BODY_CHARS_MAX < chars => {
            Err(format!("may have {BODY_CHARS_MAX} characters at most, this one has {chars}"))
        }
        () if text.chars().any(|sign| sign.is_control() && sign != '\n' && sign != '\t') => {
            Err("must not contain control characters".to_owned())
        }
        () => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_words() {
        for kind in LibraryKind::ALL {
            assert_eq!(LibraryKind::parse(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn a_body_survives_storage_under_its_kind() {
        let body = Body::Reply(Reply::parse("Dear {contact}").unwrap());
        let json = serde_json::to_string(&body).unwrap();
        assert!(json.contains("\"kind\":\"reply\""), "{json}");
        assert_eq!(serde_json::from_str::<Body>(&json).unwrap(), body);
    }

    #[test]
    fn a_text_says_what_is_wrong_with_it() {
        assert_eq!(body(" a\r\nb "), Ok("a\nb".to_owned()));
        assert!(body("\u{7}").unwrap_err().contains("control"));
        assert!(body(&"x".repeat(8_001)).unwrap_err().contains("8000"));
    }
}
