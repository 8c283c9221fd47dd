//! Words of tickets. What a ticket may become and who may do what to it is not here yet.

use serde::{Deserialize, Serialize};

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
        /// A person's public reply, or an answered or logged call.
        Response = "response",
        /// For staff only.
        Note = "note",
        /// The fault cleared; that closes no ticket.
        Recovered = "recovered",
        Closed = "closed",
        Reopened = "reopened",
    }
}

impl TicketEventKind {
    /// Whether the customer sees it. A note is text that only staff see.
    pub fn is_public(self) -> bool {
        self != Self::Note
    }
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
    fn only_notes_are_for_staff_alone() {
        let hidden: Vec<_> = TicketEventKind::ALL.iter().filter(|kind| !kind.is_public()).collect();
        assert_eq!(hidden, [&TicketEventKind::Note]);
    }
}
