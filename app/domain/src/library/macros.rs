//! Macros: several changes of a ticket under one name, made together or not at all.

use serde::{Deserialize, Serialize};

use super::LibraryKind;
use crate::{
    id::LibraryId,
    probe::FieldError,
    ticket::{Priority, Queue, parse_tags},
};

/// What a ticket waits for afterwards, or its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    Customer,
    Maker,
    Close,
}

impl Wait {
    pub const ALL: [Self; 3] = [Self::Customer, Self::Maker, Self::Close];

    /// The scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Maker => "maker",
            Self::Close => "close",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wait| wait.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Customer => "Wait for the customer's answer",
            Self::Maker => "Wait for the manufacturer",
            Self::Close => "Close the ticket",
        }
    }
}

/// Several changes, in the order in which they are made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Macro {
    /// Whoever runs it has the ticket.
    pub assign_me: bool,
    pub queue: Option<Queue>,
    pub priority: Option<Priority>,
    /// Added to those that the ticket has.
    pub tags: Vec<String>,
    /// Sent to the customer, filled for the ticket.
    pub reply: Option<LibraryId>,
    /// Last, so that the reply is part of what was done before.
    pub then: Option<Wait>,
}

impl Macro {
    /// What it does, a sentence for each change. `reply` is the saved reply's name.
    pub fn steps(&self, reply: Option<&str>) -> Vec<String> {
        let mut steps = Vec::new();
        if self.assign_me {
            steps.push("Assign it to you".to_owned());
        }
        steps.extend(self.queue.map(|queue| format!("Move it to the queue {}", queue.label())));
        steps.extend(self.priority.map(|priority| format!("Set the priority {}", priority.label())));
        if !self.tags.is_empty() {
            steps.push(format!("Tag it {}", self.tags.join(", ")));
        }
        if self.reply.is_some() {
            steps.push(match reply {
                Some(name) => format!("Send the reply “{name}”"),
                None => format!("Send a {} that is switched off, which cannot be done", reply_words()),
            });
        }
        steps.extend(self.then.map(|wait| wait.label().to_owned()));
        steps
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn reply_words() -> String {
    LibraryKind::Reply.label().to_lowercase()
}

/// What is typed into the form of a macro.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MacroDraft<'a> {
    /// `yes`.
    pub assign_me: &'a str,
    pub queue: &'a str,
    pub priority: &'a str,
    /// Separated by commas.
    pub tags: &'a str,
    /// The id of a saved reply.
    pub reply: &'a str,
    pub then: &'a str,
}

impl MacroDraft<'_> {
    /// The macro, or everything that is wrong with it.
    pub fn check(&self) -> Result<Macro, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let queue = optional("queue", self.queue, Queue::parse, Queue::ALL.iter().map(|one| one.as_str()), &mut wrong);
        let words = Priority::ALL.iter().map(|one| one.as_str());
        let priority = optional("priority", self.priority, Priority::parse, words, &mut wrong);
        let words = Wait::ALL.iter().map(|one| one.as_str());
        let then = optional("then", self.then, Wait::parse, words, &mut wrong);
        let tags =
            parse_tags(self.tags).map_err(|error| wrong.push(FieldError::new("tags", error))).unwrap_or_default();
        let reply = match self.reply.trim() {
            "" => None,
            id => {
                let found = id.parse().ok();
                if found.is_none() {
                    wrong.push(FieldError::new("reply", "must be one of the saved replies"));
                }
                found
            }
        };
        let made = Macro { assign_me: self.assign_me == "yes", queue, priority, tags, reply, then };
        if made.is_empty() && wrong.is_empty() {
            wrong.push(FieldError::new("form", "a macro must change something: choose one change at least"));
        }
        if wrong.is_empty() { Ok(made) } else { Err(wrong) }
    }
}

fn optional<T>(
    field: &str,
    text: &str,
    parse: fn(&str) -> Option<T>,
    words: impl Iterator<Item = &'static str>,
    wrong: &mut Vec<FieldError>,
) -> Option<T> {
    let found = parse(text);
    if found.is_none() && !text.is_empty() {
        let words = words.collect::<Vec<_>>().join(", ");
        wrong.push(FieldError::new(field, format!("must be empty or one of {words}, not {text:?}")));
    }
    found
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_macro_says_what_it_does_in_order() {
        let draft = MacroDraft {
            assign_me: "yes",
            queue: "field",
            priority: "high",
            tags: "Visit, carrier,visit",
            reply: "01900000-0000-7000-8000-000000000000",
            then: "customer",
        };
        let made = draft.check().unwrap();
        assert_eq!(made.tags, ["carrier", "visit"]);
        let steps = made.steps(Some("On our way"));
        let expected = [
            "Assign it to you",
            "Move it to the queue Field",
            "Set the priority High",
            "Tag it carrier, visit",
            "Send the reply “On our way”",
            "Wait for the customer's answer",
        ];
        assert_eq!(steps, expected);
        assert!(made.steps(None).iter().any(|step| step.contains("cannot be done")));
        let json = serde_json::to_string(&made).unwrap();
        assert_eq!(serde_json::from_str::<Macro>(&json).unwrap(), made);
    }

    #[test]
    fn everything_wrong_is_named_together() {
        let draft = MacroDraft {
            queue: "shed",
            priority: "soon",
            tags: "a/b",
            reply: "x",
            then: "sleep",
            ..MacroDraft::default()
        };
        let fields: Vec<_> = draft.check().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["queue", "priority", "then", "tags", "reply"]);
        let fields: Vec<_> = MacroDraft::default().check().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["form"], "a macro that changes nothing is none");
    }

    #[test]
    fn what_follows_has_words() {
        assert!(Wait::ALL.into_iter().all(|wait| Wait::parse(wait.as_str()) == Some(wait)));
        assert_eq!(Macro { reply: Some(LibraryId(Uuid::nil())), ..Macro::default() }.steps(Some("x")).len(), 1);
    }
}
