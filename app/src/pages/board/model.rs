//! The board as data: what an event does to it, how it is grouped, counted and put into words. Pure.

use domain::{
    access::Side,
    cover::CoverLevel,
    id::CustomerId,
    time::{Timestamp, span_words},
};

use crate::{
    api::{
        board::{Board, EstateHost},
        faults::FaultRow,
        live::{LiveChange, LiveEvent},
    },
    components::estate::not_well,
};

/// Faults stay under "Recovered in the last hour" this long.
const RECOVERED_SHOWN_S: i64 = 3_600;

/// What an event did to the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It was known already, or is about nothing on this board.
    Nothing,
    /// A row changed where it stands.
    InPlace { number: i64 },
    /// A fault came.
    Arrived { number: i64 },
    /// A fault changed its place: somebody took it, let it go, or it got worse or better.
    Moved { number: i64 },
    /// A fault left the open ones.
    Recovered { number: i64 },
    /// A host's mark changed.
    Tile,
    /// The page's data must be loaded again.
    Reload,
}

/// Applies one numbered event. Events that the board includes already do nothing.
pub fn apply(board: &mut Board, event: &LiveEvent) -> Applied {
    if event.seq <= board.seq {
        return Applied::Nothing;
    }
    board.seq = event.seq;
    board.last_observed_at = board.last_observed_at.max(Some(event.at));
    board.recovered.retain(|row| recovered_lately(row, event.at));
    match &event.change {
        LiveChange::Fault { row } => apply_fault(board, row),
        LiveChange::Host { host, tile, .. } => {
            let hosts = board.estate.iter_mut().flat_map(|customer| customer.hosts.iter_mut());
            let shown: Option<&mut EstateHost> = hosts.into_iter().find(|shown| shown.id == *host);
            match shown {
                Some(shown) if shown.tile != *tile => {
                    shown.tile = *tile;
                    Applied::Tile
                }
                _ => Applied::Nothing,
            }
        }
        LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } => Applied::Nothing,
        LiveChange::Estate { .. } | LiveChange::Resync => Applied::Reload,
    }
}

/// Applies a fault's new row: also the answer to the reader's own acknowledgement, which comes before its event.
pub fn apply_fault(board: &mut Board, row: &FaultRow) -> Applied {
    let number = row.number;
    let before = board.faults.iter().position(|shown| shown.number == number).map(|at| board.faults.remove(at));
    match (before, row.is_open()) {
        (Some(before), true) => {
            board.faults.push(row.clone());
            sort_faults(&mut board.faults);
            let place = |row: &FaultRow| (row.is_lit(Side::Staff), row.status, row.started_at);
            if place(&before) == place(row) { Applied::InPlace { number } } else { Applied::Moved { number } }
        }
        (None, true) => {
            board.recovered.retain(|shown| shown.number != number);
            board.faults.push(row.clone());
            sort_faults(&mut board.faults);
            board.open_count += 1;
            Applied::Arrived { number }
        }
        (Some(_), false) => {
            board.open_count = board.open_count.saturating_sub(1);
            board.recovered.insert(0, row.clone());
            Applied::Recovered { number }
        }
        (None, false) => match board.recovered.iter_mut().find(|shown| shown.number == number) {
            Some(shown) => {
                shown.clone_from(row);
                Applied::InPlace { number }
            }
            None => {
                board.recovered.insert(0, row.clone());
                Applied::Recovered { number }
            }
        },
    }
}

fn recovered_lately(row: &FaultRow, now: Timestamp) -> bool {
    row.cleared_at.is_some_and(|cleared_at| now.seconds_since(cleared_at) <= RECOVERED_SHOWN_S)
}

/// Worst first, then the longest first, then by number.
pub fn sort_faults(faults: &mut [FaultRow]) {
    faults.sort_by(|a, b| b.status.cmp(&a.status).then(a.started_at.cmp(&b.started_at)).then(a.number.cmp(&b.number)));
}

/// The tabs above the board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    All,
    Needs,
    Mine,
    Cat,
}

impl View {
    pub const ALL: [Self; 4] = [Self::All, Self::Needs, Self::Mine, Self::Cat];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Needs => "needs",
            Self::Mine => "mine",
            Self::Cat => "cat",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All open",
            Self::Needs => "Needs somebody",
            Self::Mine => "Mine",
            Self::Cat => "Cat2 and Cat4",
        }
    }
}

/// Which faults the reader wants to see.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filter {
    pub view: View,
    pub customer: Option<CustomerId>,
}

impl Filter {
    /// `me` is the reader's name, as acknowledgements carry it.
    pub fn shows(self, row: &FaultRow, me: &str) -> bool {
        let customer = self.customer.is_none_or(|customer| customer == row.customer_id);
        customer
            && match self.view {
                View::All => true,
                View::Needs => row.is_lit(Side::Staff),
                View::Mine => row.staff_ack.as_ref().is_some_and(|ack| ack.by == me),
                View::Cat => matches!(row.cover, CoverLevel::Cat2 | CoverLevel::Cat4),
            }
    }

    /// The query string of this filter, with its question mark; empty for everything.
    pub fn query(self) -> String {
        let mut parts = Vec::new();
        if self.view != View::All {
            parts.push(format!("view={}", self.view.as_str()));
        }
        if let Some(customer) = self.customer {
            parts.push(format!("customer={customer}"));
        }
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

/// Numbers of the faults shown, by group and in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    pub needs: Vec<i64>,
    /// Somebody has them, or work is planned.
    pub in_hand: Vec<i64>,
}

impl Layout {
    /// The groups of sorted rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a FaultRow>, filter: Filter, me: &str) -> Self {
        let mut layout = Self::default();
        for row in rows.into_iter().filter(|row| filter.shows(row, me)) {
            let group = if row.is_lit(Side::Staff) { &mut layout.needs } else { &mut layout.in_hand };
            group.push(row.number);
        }
        layout
    }

    fn numbers(&self) -> impl Iterator<Item = i64> {
        self.needs.iter().chain(&self.in_hand).copied()
    }

    /// Numbers in `self` that `other` does not show.
    pub fn beyond(&self, other: &Self) -> Vec<i64> {
        let shown: Vec<_> = other.numbers().collect();
        self.numbers().filter(|number| !shown.contains(number)).collect()
    }
}

/// What the pill says about changes held back; `None` when nothing is.
pub fn held_words(shown: &Layout, wanted: &Layout) -> Option<String> {
    let new = wanted.beyond(shown).len();
    let gone = shown.beyond(wanted).len();
    match (new, gone) {
        _ if shown == wanted => None,
        (0, 0 | 1) => Some("1 change since you started reading. Show it".to_owned()),
        (0, gone) => Some(format!("{gone} changes since you started reading. Show them")),
        (1, _) => Some("1 new fault since you started reading. Show it".to_owned()),
        (new, _) => Some(format!("{new} new faults since you started reading. Show them")),
    }
}

/// The numbers in the sentence under the title and beside the tabs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub needs: usize,
    pub in_hand: usize,
    pub hosts: usize,
    pub well: usize,
    /// Faults shown by each of `View::ALL`, in that order.
    pub views: [usize; 4],
}

impl Counts {
    pub fn of(board: &Board, customer: Option<CustomerId>, me: &str) -> Self {
        let needs = board.faults.iter().filter(|row| row.is_lit(Side::Staff)).count();
        let hosts = board.estate.iter().map(|customer| customer.hosts.len()).sum();
        let ill: usize = board.estate.iter().map(not_well).sum();
        let views = View::ALL.map(|view| {
            let filter = Filter { view, customer };
            board.faults.iter().filter(|row| filter.shows(row, me)).count()
        });
        Self { needs, in_hand: board.faults.len() - needs, hosts, well: hosts - ill.min(hosts), views }
    }

    pub fn of_view(&self, view: View) -> usize {
        View::ALL.into_iter().zip(self.views).find(|(other, _)| *other == view).map_or(0, |(_, count)| count)
    }

    /// "3 faults need somebody. 5 are in hand. 71 of 84 hosts are well."
    pub fn sentence(&self) -> String {
        let hosts = format!("{} of {} hosts are well.", self.well, self.hosts);
        let needs = match self.needs {
            0 => "No fault needs anybody.".to_owned(),
            1 => "1 fault needs somebody.".to_owned(),
            count => format!("{count} faults need somebody."),
        };
        match self.in_hand {
            0 => format!("{needs} {hosts}"),
            1 => format!("{needs} 1 is in hand. {hosts}"),
            count => format!("{needs} {count} are in hand. {hosts}"),
        }
    }

    /// "(3) Fault board"; no number when nobody is needed.
    pub fn tab(&self) -> String {
        if self.needs == 0 { "Fault board".to_owned() } else { format!("({}) Fault board", self.needs) }
    }
}

/// " after 9 min" for a fault that recovered.
pub fn recovered_after(row: &FaultRow) -> Option<String> {
    let cleared_at = row.cleared_at?;
    Some(format!(" after {}", span_words(cleared_at.seconds_since(row.started_at).max(1))))
}

/// What the live region says about a new lit fault. `recent` are the customers of the new faults of the last ten
/// seconds, this one included: more than three become one sentence.
pub fn announcement(row: &FaultRow, state: &str, recent: &[String]) -> String {
    if recent.len() <= 3 {
        return format!("New {} fault: {}, {}.", state.to_lowercase(), row.customer, row.headline);
    }
    let count = |customer: &String| recent.iter().filter(|other| *other == customer).count();
    let most = recent.iter().max_by_key(|customer| count(customer)).map_or("", String::as_str);
    format!("{} new faults, most at {most}.", recent.len())
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
