//! What mails about calendars and rotas say.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Tells a customer of announced days, or that they are taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnouncedFacts {
    pub customer: String,
    /// Who reads it.
    pub name: String,
    pub first_on: Date,
    pub last_on: Date,
    /// "closed" or "open 09:00 to 12:00"; empty when taken back.
    pub hours: String,
    /// What happens, in the words of who announced it: "Christmas shutdown".
    pub text: String,
    /// The days count as usual again.
    pub taken_back: bool,
    /// Targets of this customer's open tickets that move with it.
    pub moved: Vec<MovedTarget>,
    pub at: Timestamp,
    /// IANA zone of the calendar.
    pub zone: String,
}

/// The due instant of an open ticket, before and after; None: nothing is due without cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedTarget {
    pub ticket: i64,
    pub old: Option<Timestamp>,
    pub new: Option<Timestamp>,
}

/// Tells somebody that they come on call or go off it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOverFacts {
    pub name: String,
    pub rota: String,
    /// "First".
    pub layer: String,
    pub at: Timestamp,
    pub direction: Direction,
    /// Who hands over or takes over; None: nobody.
    pub other: Option<String>,
    pub faults_open: u64,
    pub tickets_open: u64,
    pub zone: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// On call until the end of their shift; `None` when it has none.
    On {
        until: Option<Timestamp>,
    },
    Off,
}

impl AnnouncedFacts {
    /// `Thu 24 Dec 2026: Christmas shutdown`.
    pub fn subject(&self) -> String {
        let when = days_words(self.first_on, self.last_on);
        match self.taken_back {
            true => format!("Taken back: {} on {when}", self.text),
            false => format!("{when}: {}", self.text),
        }
    }
}

impl HandOverFacts {
    pub fn subject(&self) -> String {
        match self.direction {
            Direction::On { .. } => format!("You are on call: {}, {}", self.rota, self.layer),
            Direction::Off => format!("You are off call: {}, {}", self.rota, self.layer),
        }
    }
}

/// `Thu 24 Dec 2026`, or `Tue 29 to Thu 31 Dec 2026`, with months and years where they differ.
pub fn days_words(first_on: Date, last_on: Date) -> String {
    let last = last_on.strftime("%a %-d %b %Y");
    let first = match () {
        () if first_on == last_on => return last.to_string(),
        () if (first_on.year(), first_on.month()) == (last_on.year(), last_on.month()) => first_on.strftime("%a %-d"),
        () if first_on.year() == last_on.year() => first_on.strftime("%a %-d %b"),
        () => first_on.strftime("%a %-d %b %Y"),
    };
    format!("{first} to {last}")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_written_without_repeating_themselves() {
        for (first, last, words) in [
            (date(2026, 12, 24), date(2026, 12, 24), "Thu 24 Dec 2026"),
            (date(2026, 12, 29), date(2026, 12, 31), "Tue 29 to Thu 31 Dec 2026"),
            (date(2026, 11, 30), date(2026, 12, 1), "Mon 30 Nov to Tue 1 Dec 2026"),
            (date(2026, 12, 29), date(2027, 1, 2), "Tue 29 Dec 2026 to Sat 2 Jan 2027"),
        ] {
            assert_eq!(days_words(first, last), words);
        }
    }
}
