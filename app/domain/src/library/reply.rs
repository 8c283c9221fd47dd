//! Saved replies: a text with placeholders, which are checked when it is saved and filled when it is used.

use serde::{Deserialize, Serialize};

/// What a reply can say of the ticket that it is used on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Placeholder {
    Contact,
    Ticket,
    System,
    Due,
    Me,
    SupportPhone,
}

impl Placeholder {
    pub const ALL: [Self; 6] = [Self::Contact, Self::Ticket, Self::System, Self::Due, Self::Me, Self::SupportPhone];

    /// What stands between the braces.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Ticket => "ticket",
            Self::System => "system",
            Self::Due => "due",
            Self::Me => "me",
            Self::SupportPhone => "support_phone",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }

    /// What it becomes, for people who write replies.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Contact => "who raised the ticket",
            Self::Ticket => "its number, T-2314",
            Self::System => "the system that it is about",
            Self::Due => "when we aim to reply",
            Self::Me => "who sends the reply",
            Self::SupportPhone => "our number for this customer",
        }
    }
}

/// What is wrong with a reply, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    #[error("{0}")]
    Text(String),
    #[error("line {line}, character {column}: there is no {{{name}}}. Allowed are {allowed}")]
    Unknown { line: usize, column: usize, name: String, allowed: String },
    #[error("line {line}, character {column}: this brace has no partner. Braces are for placeholders only: {allowed}")]
    Brace { line: usize, column: usize, allowed: String },
}

/// A checked text: every brace in it belongs to a placeholder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Reply {
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    text: String,
}

impl TryFrom<Stored> for Reply {
    type Error = ReplyError;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::parse(&stored.text)
    }
}

impl From<Reply> for Stored {
    fn from(reply: Reply) -> Self {
        Self { text: reply.text }
    }
}

/// What the placeholders of one ticket become, in the order of [`Placeholder::ALL`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    pub contact: String,
    pub ticket: String,
    pub system: String,
    pub due: String,
    pub me: String,
    pub support_phone: String,
}

impl Values {
    fn of(&self, placeholder: Placeholder) -> &str {
        match placeholder {
            Placeholder::Contact => &self.contact,
            Placeholder::Ticket => &self.ticket,
            Placeholder::System => &self.system,
            Placeholder::Due => &self.due,
            Placeholder::Me => &self.me,
            Placeholder::SupportPhone => &self.support_phone,
        }
    }
}

impl Reply {
    /// Reads a text; its first mistake is named with its place.
    pub fn parse(text: &str) -> Result<Self, ReplyError> {
        let text = super::body(text).map_err(ReplyError::Text)?;
        for part in parts(&text) {
            match part {
                Part::Plain(_) | Part::Filled(_) => {}
                Part::Wrong { at, name } => {
                    let (line, column) = place(&text, at);
                    return Err(match name {
                        Some(name) => ReplyError::Unknown { line, column, name: name.to_owned(), allowed: allowed() },
                        None => ReplyError::Brace { line, column, allowed: allowed() },
                    });
                }
            }
        }
        Ok(Self { text })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text for one ticket. What a placeholder becomes is not looked through again.
    pub fn fill(&self, values: &Values) -> String {
        parts(&self.text)
            .map(|part| match part {
                Part::Plain(text) => text,
                Part::Filled(placeholder) => values.of(placeholder),
                Part::Wrong { .. } => "",
            })
            .collect()
    }
}

fn allowed() -> String {
    Placeholder::ALL.map(|one| format!("{{{}}}", one.as_str())).join(", ")
}

enum Part<'a> {
    Plain(&'a str),
    Filled(Placeholder),
    /// `at` is the byte of the brace; without a name it has no partner.
    Wrong {
        at: usize,
        name: Option<&'a str>,
    },
}

fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = text.len() - rest.len();
        match rest.find(['{', '}']) {
            None => Some(Part::Plain(std::mem::take(&mut rest))),
            Some(0) => {
                let name = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
                match name.filter(|(name, _)| !name.contains(['{', '\n'])) {
                    Some((name, after)) => {
                        rest = after;
                        let known = Placeholder::parse(name);
                        Some(known.map_or(Part::Wrong { at, name: Some(name) }, Part::Filled))
                    }
                    None => {
                        rest = rest.get(1..).unwrap_or_default();
                        Some(Part::Wrong { at, name: None })
                    }
                }
            }
            Some(length) => {
                let (plain, after) = rest.split_at(length);
                rest = after;
                Some(Part::Plain(plain))
            }
        }
    })
}

/// Line and character of a byte, both counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        Values {
            contact: "Jo {me} Bell".to_owned(),
            ticket: "T-2314".to_owned(),
            system: "Bath phones".to_owned(),
            due: "Fri 20 Nov 2026, 16:42".to_owned(),
            me: "Priya Nair".to_owned(),
            support_phone: "0808 157 0142".to_owned(),
        }
    }

    #[test]
    fn every_placeholder_is_filled_and_what_it_becomes_is_left_alone() {
        let reply = Reply::parse("Dear {contact},\n{ticket} is about {system}, due {due}.\n{me}, {support_phone}");
        let filled = reply.unwrap().fill(&values());
        let expected = "Dear Jo {me} Bell,\nT-2314 is about Bath phones, due Fri 20 Nov 2026, 16:42.\nPriya Nair, \
                        0808 157 0142";
        assert_eq!(filled, expected);
    }

    #[test]
    fn a_mistake_is_named_with_its_place_and_what_is_allowed() {
        let check = |text: &str| Reply::parse(text).unwrap_err().to_string();
        let unknown = check("Dear\nJö {name}");
        assert!(
            unknown.starts_with("line 2, character 4: there is no {name}. Allowed are {contact}, {ticket}"),
            "{unknown}"
        );
        assert!(check("a {contact").starts_with("line 1, character 3: this brace"), "{}", check("a {contact"));
        assert!(check("a } b").starts_with("line 1, character 3: this brace"));
        assert!(check("{a{contact}").starts_with("line 1, character 1: this brace"));
        assert!(check("{Contact}").contains("no {Contact}"), "names are in small letters");
        assert_eq!(check(" "), "must not be empty");
    }

    #[test]
    fn a_stored_text_is_checked_when_it_is_read() {
        assert!(serde_json::from_str::<Reply>(r#"{"text":"{nobody}"}"#).is_err());
        assert!(Placeholder::ALL.into_iter().all(|one| Placeholder::parse(one.as_str()) == Some(one)));
    }
}
