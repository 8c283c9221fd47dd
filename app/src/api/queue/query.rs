//! What the address of the queue asks for. The same text is a saved view.

use domain::{
    cover::CoverLevel,
    id::{CustomerId, UserId, ViewId},
    ticket::{Priority, Queue, QueueGroup, TicketKind, TicketState},
};
use serde::{Deserialize, Serialize};

use crate::components::page::query_value;

/// Longer text is cut: nobody looks for so much.
const TEXT_CHARS_MAX: usize = 100;

/// The tabs above the queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    #[default]
    Time,
    Unassigned,
    Mine,
    Waiting,
    Field,
    Snoozed,
    Closed,
}

impl Tab {
    pub const ALL: [Self; 7] =
        [Self::Time, Self::Unassigned, Self::Mine, Self::Waiting, Self::Field, Self::Snoozed, Self::Closed];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Unassigned => "unassigned",
            Self::Mine => "mine",
            Self::Waiting => "waiting",
            Self::Field => "field",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Time => "By time to breach",
            Self::Unassigned => "Unassigned",
            Self::Mine => "Mine",
            Self::Waiting => "Waiting on customer",
            Self::Field => "Visits and couriers",
            Self::Snoozed => "Snoozed",
            Self::Closed => "Closed",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    Me,
    Nobody,
    To(UserId),
}

impl Assignee {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "me" => Some(Self::Me),
            "nobody" => Some(Self::Nobody),
            id => id.parse().ok().map(Self::To),
        }
    }

    pub fn word(self) -> String {
        match self {
            Self::Me => "me".to_owned(),
            Self::Nobody => "nobody".to_owned(),
            Self::To(user) => user.to_string(),
        }
    }
}

/// Names of the parameters that narrow the queue, in the order of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    State,
    Customer,
    Cover,
    Clock,
    Queue,
    Priority,
    Kind,
    Tag,
    Assignee,
    Find,
}

impl Filter {
    pub const ALL: [Self; 10] = [
        Self::State,
        Self::Customer,
        Self::Cover,
        Self::Clock,
        Self::Assignee,
        Self::Queue,
        Self::Priority,
        Self::Kind,
        Self::Tag,
        Self::Find,
    ];

    /// The name in the address.
    pub fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Customer => "customer",
            Self::Cover => "cover",
            Self::Clock => "clock",
            Self::Queue => "queue",
            Self::Priority => "priority",
            Self::Kind => "kind",
            Self::Tag => "tag",
            Self::Assignee => "assignee",
            Self::Find => "find",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::Customer => "Customer",
            Self::Cover => "Cover",
            Self::Clock => "Clock",
            Self::Queue => "Queue",
            Self::Priority => "Priority",
            Self::Kind => "Kind",
            Self::Tag => "Tag",
            Self::Assignee => "Assigned to",
            Self::Find => "Text",
        }
    }
}

/// Empty lists and words narrow nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueQuery {
    /// None: the address names none, so that a person's own default view may stand in.
    pub tab: Option<Tab>,
    pub states: Vec<TicketState>,
    pub customer: Option<CustomerId>,
    pub covers: Vec<CoverLevel>,
    pub clocks: Vec<QueueGroup>,
    pub queues: Vec<Queue>,
    pub priorities: Vec<Priority>,
    pub kinds: Vec<TicketKind>,
    pub tag: String,
    pub assignee: Option<Assignee>,
    pub find: String,
    /// Where the page begins; empty: at the top.
    pub after: String,
    /// The saved view that the address was made from.
    pub saved: Option<ViewId>,
    /// What of the address nobody understands, by name.
    pub unknown: Vec<String>,
}

impl QueueQuery {
    pub fn tab(&self) -> Tab {
        self.tab.unwrap_or_default()
    }

    /// Reads `view=mine&cover=cat2,cat4`. What it does not understand is left out and named.
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs(text) {
            if !value.is_empty() && !query.take(&name, &value) && !query.unknown.contains(&name) {
                query.unknown.push(name);
            }
        }
        query
    }

    fn take(&mut self, name: &str, value: &str) -> bool {
        let text = || value.trim().chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect::<String>();
        match name {
            "view" => set(&mut self.tab, Tab::parse(value)),
            "state" => add(&mut self.states, value, TicketState::parse),
            "customer" => set(&mut self.customer, value.parse().ok()),
            "cover" => add(&mut self.covers, value, CoverLevel::parse),
            "clock" => add(&mut self.clocks, value, QueueGroup::parse),
            "queue" => add(&mut self.queues, value, Queue::parse),
            "priority" => add(&mut self.priorities, value, Priority::parse),
            "kind" => add(&mut self.kinds, value, TicketKind::parse),
            "assignee" => set(&mut self.assignee, Assignee::parse(value)),
            "saved" => set(&mut self.saved, value.parse().ok()),
            "tag" => {
                self.tag = text();
                true
            }
            "find" => {
                self.find = text();
                true
            }
            "after" => {
                self.after = text();
                true
            }
            _ => false,
        }
    }

    /// The value of one filter, as it stands in the address; empty: it is not set.
    pub fn value(&self, filter: Filter) -> String {
        match filter {
            Filter::State => words(&self.states, TicketState::as_str),
            Filter::Customer => self.customer.map(|id| id.to_string()).unwrap_or_default(),
            Filter::Cover => words(&self.covers, CoverLevel::as_str),
            Filter::Clock => words(&self.clocks, QueueGroup::as_str),
            Filter::Queue => words(&self.queues, Queue::as_str),
            Filter::Priority => words(&self.priorities, Priority::as_str),
            Filter::Kind => words(&self.kinds, TicketKind::as_str),
            Filter::Tag => self.tag.clone(),
            Filter::Assignee => self.assignee.map(Assignee::word).unwrap_or_default(),
            Filter::Find => self.find.clone(),
        }
    }

    /// Parameters but those of `without` and the page, for links and hidden fields.
    pub fn parameters(&self, without: Option<Filter>) -> Vec<(&'static str, String)> {
        let tab = self.tab.map(|tab| ("view", tab.as_str().to_owned()));
        let filters = Filter::ALL.into_iter().filter(|filter| Some(*filter) != without);
        let filters = filters.map(|filter| (filter.name(), self.value(filter))).filter(|(_, value)| !value.is_empty());
        let saved = self.saved.map(|id| ("saved", id.to_string()));
        tab.into_iter().chain(filters).chain(saved).collect()
    }

    /// `view=mine&cover=cat2,cat4`, at the top of the list.
    pub fn to_text(&self) -> String {
        joined(&self.parameters(None))
    }

    /// The list at its top, without a filter.
    pub fn href_without(&self, filter: Filter) -> String {
        // Without any parameter the default view would stand in.
        let bare = Self { tab: Some(self.tab()), ..self.clone() };
        format!("/tickets?{}", joined(&bare.parameters(Some(filter))))
    }

    /// The list from `after` on; None: at its top.
    pub fn href_after(&self, after: Option<&str>) -> String {
        let bare = Self { tab: Some(self.tab()), ..self.clone() };
        let after = after.map(|after| ("after", after.to_owned()));
        format!("/tickets?{}", joined(&bare.parameters(None).into_iter().chain(after).collect::<Vec<_>>()))
    }

    /// Whether anything narrows the list beside its tab.
    pub fn is_narrowed(&self) -> bool {
        Filter::ALL.into_iter().any(|filter| !self.value(filter).is_empty())
    }

    /// What a saved view keeps.
    pub fn kept(&self) -> String {
        Self { saved: None, ..self.clone() }.to_text()
    }
}

fn set<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let understood = value.is_some();
    *place = value.or(place.take());
    understood
}

/// All of `cat2,cat4`; false when one of them is no word of the set.
fn add<T: PartialEq>(list: &mut Vec<T>, value: &str, parse: fn(&str) -> Option<T>) -> bool {
    let mut understood = true;
    for word in value.split(',').filter(|word| !word.is_empty()) {
        match parse(word) {
            Some(one) if list.contains(&one) => {}
            Some(one) => list.push(one),
            None => understood = false,
        }
    }
    understood
}

fn words<T: Copy>(list: &[T], word: fn(T) -> &'static str) -> String {
    list.iter().map(|one| word(*one)).collect::<Vec<_>>().join(",")
}

fn joined(parameters: &[(&'static str, String)]) -> String {
    let one = |(name, value): &(&'static str, String)| format!("{name}={}", query_value(value).replace("%2C", ","));
    parameters.iter().map(one).collect::<Vec<_>>().join("&")
}

/// Names and values of a query string, decoded.
fn pairs(text: &str) -> impl Iterator<Item = (String, String)> + '_ {
    let text = text.trim_start_matches('?');
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    })
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (*first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_alike() {
        for text in [
            "",
            "view=mine",
            "view=time&state=open,waiting_maker&cover=cat2,cat4&clock=soon&assignee=nobody&queue=field",
            "priority=high,urgent&kind=question&tag=vip&find=lift%20%26%20door",
            "customer=00000000-0000-0000-0000-000000000007&saved=00000000-0000-0000-0000-000000000009",
        ] {
            let query = QueueQuery::parse(text);
            assert_eq!(query.to_text(), text);
            assert!(query.unknown.is_empty(), "{query:?}");
        }
        // As a form's boxes send it.
        assert_eq!(QueueQuery::parse("cover=cat2&cover=cat4&find=a+b").to_text(), "cover=cat2,cat4&find=a%20b");
    }

    #[test]
    fn what_is_not_understood_is_named_and_left_out() {
        let query = QueueQuery::parse("cover=cat2,cat9&colour=red&view=none&customer=x&find=%zz%");
        assert_eq!(query.unknown, ["cover", "colour", "view", "customer"]);
        assert_eq!(query.to_text(), "cover=cat2&find=%25zz%25");
    }

    #[test]
    fn a_press_on_a_filter_takes_it_away_and_goes_to_the_top() {
        let query = QueueQuery::parse("view=mine&cover=cat2&tag=vip&after=2.5.7");
        assert_eq!(query.href_without(Filter::Tag), "/tickets?view=mine&cover=cat2");
        assert_eq!(query.href_after(Some("2.9.8")), "/tickets?view=mine&cover=cat2&tag=vip&after=2.9.8");
        assert_eq!(QueueQuery::default().href_after(None), "/tickets?view=time");
        assert!(query.is_narrowed() && !QueueQuery::parse("view=mine").is_narrowed());
    }
}
