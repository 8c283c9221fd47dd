//! Mail that arrives: where it lands. Everything about a mail is forgeable but our own signature and what we stored, so
//! facts hold what was verified, and a doubt goes to staff. Source: `rules` sections 4 and 13.

mod file;
mod land;
mod subject;
mod text;

pub use file::{FileKind, clean_file_name, sniff};
pub use land::{
    Bounced, Closed, Facts, HELD_RATE, Hand, Ignored, Landing, Noticed, Party, Quarantined, SENDER_HOUR_MAX,
    STRANGERS_HOUR_MAX, ThreadTicket, land,
};
pub use subject::{SUBJECT_CHARS_MAX, clean_subject, ticket_numbers};
pub use text::{TEXT_CHARS_MAX, shown_text, whole_text};

use serde::{Deserialize, Serialize};

/// What became of a mail. Each is kept whole, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Waits for staff.
    Quarantine,
    /// Cannot be parsed; waits for staff.
    Unreadable,
    /// One of too many within an hour; waits for staff.
    Storm,
    /// A customer's message on a ticket.
    Message,
    /// A staff member's note on a ticket.
    Note,
    /// Opened a ticket.
    Opened,
    /// Says that a mail of ours did not arrive.
    Bounce,
    /// Automatic, our own, or in a loop: nobody answers it.
    Ignored,
    /// Staff put it where it belongs.
    Released,
    /// Staff have seen it and want it nowhere.
    Discarded,
}

impl Outcome {
    pub const ALL: [Self; 10] = [
        Self::Quarantine,
        Self::Unreadable,
        Self::Storm,
        Self::Message,
        Self::Note,
        Self::Opened,
        Self::Bounce,
        Self::Ignored,
        Self::Released,
        Self::Discarded,
    ];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quarantine => "quarantine",
            Self::Unreadable => "unreadable",
            Self::Storm => "storm",
            Self::Message => "message",
            Self::Note => "note",
            Self::Opened => "opened",
            Self::Bounce => "bounce",
            Self::Ignored => "ignored",
            Self::Released => "released",
            Self::Discarded => "discarded",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }

    /// Whether somebody must look at it.
    pub fn waits(self) -> bool {
        matches!(self, Self::Quarantine | Self::Unreadable | Self::Storm)
    }

    /// Whether staff may still put it into a ticket or discard it: it is in no ticket.
    pub fn may_be_settled(self) -> bool {
        self.waits() || matches!(self, Self::Ignored | Self::Bounce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_stored_ones() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
        assert_eq!(Outcome::parse("lost"), None);
    }

    #[test]
    fn what_is_in_a_ticket_is_settled() {
        let open: Vec<_> = Outcome::ALL.into_iter().filter(|outcome| outcome.may_be_settled()).collect();
        use Outcome as O;
        assert_eq!(open, [O::Quarantine, O::Unreadable, O::Storm, O::Bounce, O::Ignored]);
    }
}
