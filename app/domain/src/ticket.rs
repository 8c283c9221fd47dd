//! Words of tickets, and what a customer's message does to a closed one.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stored and scripted word.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }
    };
}

words! {
    /// Why a ticket is there.
    TicketKind {
        /// A confirmed fault of a watched host opened it.
        Fault = "fault",
        /// A person asked.
        Request = "request",
        /// One paid ad hoc job (CatS).
        Incident = "incident",
    }
}

words! {
    TicketState {
        Open = "open",
        Closed = "closed",
    }
}

words! {
    /// One entry of a timeline.
    TicketEventKind {
        Opened = "opened",
        /// A public reply of a person on our side.
        Response = "response",
        /// A call with the customer, answered or logged; a response too.
        Call = "call",
        /// The customer's own words, which are no response.
        Message = "message",
        /// For staff only.
        Note = "note",
        Paused = "paused",
        Resumed = "resumed",
        /// How a level change was settled.
        Level = "level",
        /// A missed clock has an excuse.
        Excused = "excused",
        Voided = "voided",
        /// A fault that is not covered was taken on.
        Agreed = "agreed",
        /// The fault cleared; that closes no ticket.
        Recovered = "recovered",
        Closed = "closed",
        Reopened = "reopened",
    }
}

impl TicketEventKind {
    /// Whether the customer sees it. What staff write to each other, or settle about a clock between themselves, is not
    /// for customers: what became of their own clock is said on the clock.
    pub fn is_public(self) -> bool {
        !matches!(self, Self::Note | Self::Level | Self::Excused | Self::Voided)
    }

    /// Whether it meets a target. Source: `rules` section 4, "A response".
    pub fn is_response(self) -> bool {
        matches!(self, Self::Response | Self::Call)
    }
}

/// How a ticket's number is written: `T-2314`.
pub fn reference(number: i64) -> String {
    format!("T-{number}")
}

/// The number in `T-2314`, `t-2314` or `2314`.
pub fn parse_reference(text: &str) -> Option<i64> {
    let digits = text.trim().trim_start_matches(['t', 'T']).trim_start_matches('-');
    digits.parse().ok().filter(|number| 0 < *number)
}

/// Days after closing in which a customer's message opens the ticket again; later it is another matter.
pub const REOPEN_DAYS: i64 = 30;

/// Whether a customer's message may still open a ticket that was closed at `closed_at`.
pub fn may_reopen(closed_at: Timestamp, now: Timestamp) -> bool {
    now <= closed_at.plus_seconds(REOPEN_DAYS * 24 * 3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_words_are_the_scripted_ones() {
        fn check<T: Copy + PartialEq + std::fmt::Debug + Serialize>(
            all: &[T],
            word: fn(T) -> &'static str,
            parse: fn(&str) -> Option<T>,
        ) {
            for one in all {
                assert_eq!(serde_json::to_value(one).unwrap(), word(*one));
                assert_eq!(parse(word(*one)), Some(*one));
            }
        }
        check(TicketKind::ALL, TicketKind::as_str, TicketKind::parse);
        check(TicketState::ALL, TicketState::as_str, TicketState::parse);
        check(TicketEventKind::ALL, TicketEventKind::as_str, TicketEventKind::parse);
        assert_eq!(TicketState::parse("new"), None);
    }

    #[test]
    fn what_staff_settle_between_themselves_is_for_staff_alone() {
        use TicketEventKind as K;
        let hidden: Vec<_> = K::ALL.iter().copied().filter(|kind| !kind.is_public()).collect();
        assert_eq!(hidden, [K::Note, K::Level, K::Excused, K::Voided]);
    }

    #[test]
    fn only_a_persons_reply_or_call_is_a_response() {
        use TicketEventKind as K;
        let responses: Vec<_> = K::ALL.iter().copied().filter(|kind| kind.is_response()).collect();
        assert_eq!(responses, [K::Response, K::Call]);
    }

    #[test]
    fn references_are_read_as_people_write_them() {
        assert_eq!(reference(2_314), "T-2314");
        for good in ["T-2314", " t2314 ", "2314"] {
            assert_eq!(parse_reference(good), Some(2_314), "{good}");
        }
        for bad in ["", "T-", "T-0", "F-3", "T-1 or 1=1"] {
            assert_eq!(parse_reference(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_message_opens_a_ticket_again_for_thirty_days() {
        let closed = Timestamp::EPOCH;
        assert!(may_reopen(closed, closed.plus_seconds(30 * 86_400)));
        assert!(!may_reopen(closed, closed.plus_seconds(30 * 86_400 + 1)));
    }
}
