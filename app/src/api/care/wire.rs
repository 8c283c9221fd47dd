//! What a ticket's page knows of its life, and what is typed about it.

use domain::{
    id::UserId,
    ticket::{Channel, LinkKind, Move, Outcome, Priority, Queue, TicketKind},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::api::tickets::TicketEventRow;

/// How a ticket stands beside its clocks, as its reader may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Care {
    pub kind: TicketKind,
    pub channel: Channel,
    /// Empty: nobody in particular.
    pub raised_by: String,
    /// Who works on it; empty: nobody yet.
    pub assignee: String,
    /// Of a closed ticket.
    pub outcome: Option<Outcome>,
    /// When it closes by itself, while it waits for the customer.
    pub closes_at: Option<Timestamp>,
    /// The ticket that goes on with this one: what is written here goes there.
    pub merged_into: Option<i64>,
    pub links: Vec<LinkRow>,
    pub rating: Option<RatingRow>,
    /// The key of the next form.
    pub form: String,
    /// None for customers.
    pub staff: Option<StaffCare>,
}

/// What only staff see of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StaffCare {
    pub priority: Priority,
    pub queue: Queue,
    pub assignee: Option<UserId>,
    /// Whether it is the reader.
    pub mine: bool,
    /// Everybody who could have it.
    pub people: Vec<PersonName>,
    pub tags: Vec<String>,
    pub watchers: Vec<String>,
    pub watching: bool,
    pub snoozed_until: Option<Timestamp>,
    /// Tomorrow morning in the customer's zone, `2026-11-25T09:00`.
    pub tomorrow: String,
    /// What may become of it, each with the reason why not yet.
    pub moves: Vec<MoveRow>,
    /// Replies that are about to be sent.
    pub held: Vec<HeldRow>,
    /// What the reader wrote and did not send.
    pub unsent: Option<Unsent>,
    /// Where the person who raised it is called back; may be empty.
    pub phone: String,
    /// A new ticket of this customer is an incident that is charged.
    pub charged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub id: UserId,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveRow {
    pub wanted: Move,
    /// Why it is not allowed yet; None: it is.
    pub withheld: Option<String>,
}

/// Another ticket that this one refers to, or that refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRow {
    pub number: i64,
    pub subject: String,
    pub kind: LinkKind,
    /// The other ticket is the one that refers.
    pub backwards: bool,
    pub open: bool,
}

impl LinkRow {
    /// What the other ticket is to this one.
    pub fn words(&self) -> &'static str {
        match (self.kind, self.backwards) {
            (LinkKind::Related, _) => "Related",
            (LinkKind::MergedFrom, false) => "Merged into this",
            (LinkKind::MergedFrom, true) => "Goes on there",
            (LinkKind::SplitFrom, false) => "Split from",
            (LinkKind::SplitFrom, true) => "Split off",
            (LinkKind::Follows, false) => "Follows",
            (LinkKind::Follows, true) => "Followed by",
        }
    }
}

/// How the customer found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingRow {
    pub satisfied: bool,
    pub words: String,
    pub by: String,
    pub at: Timestamp,
}

/// A reply in the moments in which it can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRow {
    pub key: String,
    pub by: String,
    pub text: String,
    pub mine: bool,
    pub written_at: Timestamp,
    pub sends_at: Timestamp,
}

/// A text that was taken back, or that crossed with another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    pub key: String,
    pub text: String,
    /// What others wrote while it was being typed; empty: it was taken back.
    pub crossed: Vec<TicketEventRow>,
}

/// Another of our staff on the same ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Here {
    pub name: String,
    /// Types a reply; false: reads.
    pub typing: bool,
}

/// What a merge would do, before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergePreview {
    pub number: i64,
    pub subject: String,
    /// What happens, a sentence each.
    pub steps: Vec<String>,
    /// Why it cannot be done; None: it can.
    pub refusal: Option<String>,
}

/// What the link of a closing mail shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLink {
    pub now: Timestamp,
    pub number: i64,
    pub subject: String,
    pub customer: String,
    pub closed_at: Option<Timestamp>,
    pub recipient: String,
    /// What was answered, by whomever.
    pub rating: Option<RatingRow>,
}

/// How a ticket is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SortInput {
    pub subject: String,
    /// The words of a [`TicketKind`], [`Priority`] and [`Queue`].
    pub kind: String,
    pub priority: String,
    pub queue: String,
    pub version: String,
}

/// What goes into a ticket of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SplitInput {
    pub subject: String,
    /// The word of a [`TicketKind`].
    pub kind: String,
    /// Numbers of the customer's messages.
    pub messages: Vec<String>,
    /// Who agreed to a further charge and when, where there is one.
    pub consent: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RateInput {
    /// `yes` or `no`.
    pub satisfied: String,
    /// May be empty.
    pub words: String,
}
