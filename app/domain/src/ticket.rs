//! Tickets: their words, what may become of each kind, and how two of them become one.

mod life;
mod merge;
mod place;
mod tags;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

pub use life::{AUTO_CLOSE_DAYS, AUTO_CLOSE_WARNING_S, Life, LifeRefusal, Move, Moved};
pub use merge::{MergeRefusal, Merging, OpenResponse};
pub use place::{Place, QueueGroup, SOON_S};
pub use tags::{TAG_CHARS_MAX, TAGS_MAX, TagsError, parse_tags};

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

pub(crate) use words;

words! {
    /// Why a ticket is there.
    TicketKind {
        /// A confirmed fault of a watched host opened it.
        Fault = "fault",
        /// A person says that something is broken.
        Logged = "logged",
        Question = "question",
        /// Something is to be set up otherwise.
        Change = "change",
        /// One paid ad hoc job (CatS).
        Incident = "incident",
        /// Something is sent in to be repaired.
        ReturnToBase = "return_to_base",
    }
}

words! {
    TicketState {
        /// An incident that nobody has accepted or declined.
        Asked = "asked",
        Open = "open",
        /// For the customer's answer. Stops no clock.
        WaitingCustomer = "waiting_customer",
        /// For the manufacturer, for whom no time can be promised. Stops no clock.
        WaitingMaker = "waiting_maker",
        Closed = "closed",
    }
}

words! {
    /// How a ticket ended.
    Outcome {
        Done = "done",
        /// We did not take it on.
        Declined = "declined",
        /// Another ticket goes on with it.
        Merged = "merged",
        /// Nobody answered our last reply.
        Unanswered = "unanswered",
    }
}

words! {
    /// What is taken first among tickets that are due alike.
    Priority {
        Low = "low",
        Normal = "normal",
        High = "high",
        /// Nobody can work.
        Urgent = "urgent",
    }
}

words! {
    /// Who works on it, until a person is named.
    Queue {
        /// Remote work: the usual one.
        Support = "support",
        /// Visits, couriers, repairs and loans.
        Field = "field",
        /// Quotes, bills, contracts, training.
        Office = "office",
    }
}

words! {
    /// What its leading clock makes of a ticket's place in the queue.
    PlaceKind {
        /// Due at an instant that is known.
        Running = "running",
        /// The target was missed, and nobody has responded.
        Missed = "missed",
        Paused = "paused",
        /// Nothing is due.
        Quiet = "quiet",
    }
}

words! {
    /// How it reached us.
    Channel {
        Monitoring = "monitoring",
        Portal = "portal",
        Mail = "mail",
        Phone = "phone",
        /// Staff opened it of their own accord.
        Staff = "staff",
    }
}

words! {
    /// How one ticket refers to another.
    LinkKind {
        Related = "related",
        /// Goes on with what was merged into it.
        MergedFrom = "merged_from",
        /// Was part of the other.
        SplitFrom = "split_from",
        /// Takes up what was closed long ago.
        Follows = "follows",
    }
}

impl TicketKind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Fault => "Fault from monitoring",
            Self::Logged => "Fault logged",
            Self::Question => "Question",
            Self::Change => "Change request",
            Self::Incident => "CatS incident",
            Self::ReturnToBase => "Return to base",
        }
    }
}

impl TicketKind {
    /// The kinds that staff may choose. A fault comes from monitoring, and CatS decides what is an incident.
    pub const CHOSEN: [Self; 4] = [Self::Logged, Self::Question, Self::Change, Self::ReturnToBase];

    /// Whether staff may sort it anew as `other`.
    pub fn may_become(self, other: Self) -> bool {
        self == other || (Self::CHOSEN.contains(&self) && Self::CHOSEN.contains(&other))
    }

    /// What a later request about the same matter is.
    pub fn of_follower(self) -> Self {
        if Self::CHOSEN.contains(&self) { self } else { Self::Logged }
    }
}

impl TicketState {
    /// Whether anything may still be done about it.
    pub fn is_open(self) -> bool {
        self != Self::Closed
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Asked => "Accept or decline",
            Self::Open => "Open",
            Self::WaitingCustomer => "Waiting for the customer",
            Self::WaitingMaker => "With the manufacturer",
            Self::Closed => "Closed",
        }
    }
}

impl Priority {
    pub fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Normal => "Normal",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }
}

impl Queue {
    pub fn label(self) -> &'static str {
        match self {
            Self::Support => "Support",
            Self::Field => "Field",
            Self::Office => "Office",
        }
    }
}

impl Channel {
    /// "by phone", as it follows a name.
    pub fn words(self) -> &'static str {
        match self {
            Self::Monitoring => "by monitoring",
            Self::Portal => "on the web",
            Self::Mail => "by mail",
            Self::Phone => "by phone",
            Self::Staff => "by our staff",
        }
    }
}

words! {
    /// How far what somebody wrote with a form has come.
    ReplyState {
        /// Sent in a moment; until then it can be taken back.
        Held = "held",
        Sent = "sent",
        /// Taken back by its writer, who may go on with it.
        TakenBack = "taken_back",
        /// Not sent: somebody else wrote while it was being typed.
        Crossed = "crossed",
    }
}

/// Seconds in which a reply of staff can be taken back.
pub const UNDO_S: i64 = 10;

words! {
    /// One entry of a timeline.
    TicketEventKind {
        Opened = "opened",
        /// A public reply of a person on our side.
        Response = "response",
        /// A call with the customer, answered or logged; a response too.
        Call = "call",
        /// A call that reached nobody, or their voicemail only: no response.
        CallAttempt = "call_attempt",
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
        /// We wait for the customer's answer, or for the manufacturer, or no longer.
        Waiting = "waiting",
        Accepted = "accepted",
        Declined = "declined",
        /// Who works on it, in which queue.
        Assigned = "assigned",
        /// Kind, priority or subject, as staff see them.
        Sorted = "sorted",
        Tagged = "tagged",
        Watched = "watched",
        Snoozed = "snoozed",
        Linked = "linked",
        /// This goes on in another ticket.
        Merged = "merged",
        /// Another ticket goes on here.
        TookOver = "took_over",
        Split = "split",
        /// How the customer found it, after closing.
        Rated = "rated",
        /// A return, loan, courier or visit moved on; the text says how, for customers too.
        Hardware = "hardware",
        /// Time was booked or corrected.
        Worked = "worked",
        /// The customer ordered a CatS incident.
        IncidentAsked = "incident_asked",
        /// The approved time is used up.
        ApprovalNeeded = "approval_needed",
        UnitApproved = "unit_approved",
        /// Parts or shipping.
        ExtraAdded = "extra_added",
        /// The customer was told that more is outside cover.
        OutsideCover = "outside_cover",
        /// Support is conditional on training.
        Conditional = "conditional",
        /// The condition is met or waived.
        ConditionOver = "condition_over",
    }
}

impl TicketEventKind {
    /// Whether the customer sees it. What staff write to each other, or settle about a clock between themselves, is not
    /// for customers: what became of their own clock is said on the clock.
    pub fn is_public(self) -> bool {
        !matches!(
            self,
            Self::Note
                | Self::Level
                | Self::Excused
                | Self::Voided
                | Self::Assigned
                | Self::Sorted
                | Self::Tagged
                | Self::Watched
                | Self::Snoozed
                | Self::Linked
                | Self::Worked
        )
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
        check(Outcome::ALL, Outcome::as_str, Outcome::parse);
        check(Priority::ALL, Priority::as_str, Priority::parse);
        check(Queue::ALL, Queue::as_str, Queue::parse);
        check(PlaceKind::ALL, PlaceKind::as_str, PlaceKind::parse);
        check(Channel::ALL, Channel::as_str, Channel::parse);
        check(LinkKind::ALL, LinkKind::as_str, LinkKind::parse);
        check(ReplyState::ALL, ReplyState::as_str, ReplyState::parse);
        check(TicketEventKind::ALL, TicketEventKind::as_str, TicketEventKind::parse);
        assert_eq!(TicketState::parse("new"), None);
    }

    #[test]
    fn what_staff_settle_between_themselves_is_for_staff_alone() {
        use TicketEventKind as K;
        let hidden: Vec<_> = K::ALL.iter().copied().filter(|kind| !kind.is_public()).collect();
        let sorting = [K::Assigned, K::Sorted, K::Tagged, K::Watched, K::Snoozed, K::Linked, K::Worked];
        assert_eq!(hidden, [&[K::Note, K::Level, K::Excused, K::Voided][..], &sorting].concat());
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
    fn only_what_people_bring_is_sorted_anew() {
        use TicketKind as K;
        assert!(K::Logged.may_become(K::Question) && K::Fault.may_become(K::Fault));
        assert!(!K::Fault.may_become(K::Logged) && !K::Logged.may_become(K::Incident));
        assert_eq!((K::Incident.of_follower(), K::Change.of_follower()), (K::Logged, K::Change));
    }

    #[test]
    fn a_message_opens_a_ticket_again_for_thirty_days() {
        let closed = Timestamp::EPOCH;
        assert!(may_reopen(closed, closed.plus_seconds(30 * 86_400)));
        assert!(!may_reopen(closed, closed.plus_seconds(30 * 86_400 + 1)));
    }
}
