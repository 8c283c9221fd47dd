//! Notes of what is known: for staff, or for customers too.

use serde::{Deserialize, Serialize};

use crate::{access::Side, probe::FieldError, ticket::parse_tags};

/// Who may read a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    Staff,
    Everybody,
}

impl Visibility {
    pub const ALL: [Self; 2] = [Self::Staff, Self::Everybody];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Everybody => "everybody",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Staff => "Staff only",
            Self::Everybody => "Customers too",
        }
    }
}

/// One version of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub visibility: Visibility,
    /// See [`crate::markup`].
    pub text: String,
    pub tags: Vec<String>,
}

impl Note {
    pub fn is_for(&self, side: Side) -> bool {
        side == Side::Staff || self.visibility == Visibility::Everybody
    }
}

/// What is typed into the form of a note.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoteDraft<'a> {
    pub visibility: &'a str,
    pub text: &'a str,
    /// Separated by commas.
    pub tags: &'a str,
}

impl NoteDraft<'_> {
    /// The note, or everything that is wrong with it.
    pub fn check(&self) -> Result<Note, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let visibility = Visibility::parse(self.visibility);
        if visibility.is_none() {
            let words = Visibility::ALL.map(Visibility::as_str).join(" or ");
            wrong.push(FieldError::new("visibility", format!("must be {words}, not {:?}", self.visibility)));
        }
        let text = super::body(self.text).map_err(|error| wrong.push(FieldError::new("text", error)));
        let tags = parse_tags(self.tags).map_err(|error| wrong.push(FieldError::new("tags", error)));
        match (visibility, text, tags) {
            (Some(visibility), Ok(text), Ok(tags)) => Ok(Note { visibility, text, tags }),
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customers_read_what_is_for_everybody() {
        for (word, customer) in [("staff", false), ("everybody", true)] {
            let note = NoteDraft { visibility: word, text: "x", tags: "" }.check().unwrap();
            assert_eq!((note.is_for(Side::Customer), note.is_for(Side::Staff)), (customer, true), "{word}");
        }
    }

    #[test]
    fn everything_wrong_is_named_together() {
        let wrong = NoteDraft { visibility: "", text: " ", tags: "a/b" }.check().unwrap_err();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["visibility", "text", "tags"]);
    }
}
