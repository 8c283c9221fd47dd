//! `/tickets`: for staff the queue by time to breach, for customers a list of their own.

mod acts;
mod customer;
mod filters;
mod keys;
mod new;
mod queue;
mod results;
mod row;
mod tabs;
mod views;

use std::time::Duration;

use domain::{access::Side, ticket::QueueGroup};
use leptos::prelude::*;

use self::{
    acts::use_acts,
    customer::OwnTickets,
    filters::Filters,
    keys::listen_to_keys,
    queue::Queue,
    tabs::{QueueHead, TabLinks},
};
use super::host::live::{Rows, merged, reload_every, use_asked, use_reload};
use crate::{
    api::{
        live::LiveChange,
        queue::{QueueList, QueueQuery, Tabs, load_queue},
        tickets::TicketRow,
    },
    components::{
        live_feed::follow_live, page::Loaded, reading::Presence, session::use_me, shell::use_announcer,
        time::provide_now,
    },
};

pub use self::{results::ResultsPage, views::ViewsPage};

/// Groups and order follow the clocks this often, in seconds; countdowns tick by themselves.
const ARRANGE_EVERY_S: u64 = 60;
/// What was held while somebody read is shown soon after they left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// `/tickets?view=mine&cover=cat2,cat4` for staff, `/tickets?show=closed` for customers.
#[component]
pub fn TicketsPage() -> impl IntoView {
    match use_me().map_or(Side::Customer, |me| me.side()) {
        Side::Staff => view! { <StaffQueue /> }.into_any(),
        Side::Customer => view! { <OwnTickets /> }.into_any(),
    }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/tickets"
}

#[component]
fn StaffQueue() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| query.to_query_string().trim_start_matches('?').to_owned());
    let queue = Resource::new_blocking(move || asked.get(), load_queue);
    view! {
        <Loaded resource=queue view=move |list| view! { <Page list asked=asked.get_untracked() /> }.into_any() />
    }
}

/// What stands around the rows.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    lede: String,
    groups: [u64; 5],
    total: u64,
    tabs: Tabs,
    next: Option<String>,
}

impl Frame {
    fn of(list: &QueueList) -> Self {
        Self {
            lede: list.lede.clone(),
            groups: list.groups,
            total: list.total,
            tabs: list.tabs,
            next: list.next.clone(),
        }
    }
}

/// What is shown, and what waits until nobody reads.
#[derive(Clone, Copy)]
struct Shown {
    rows: RwSignal<Rows<i64, TicketRow>>,
    frame: RwSignal<Frame>,
    held: StoredValue<Option<QueueList>>,
    /// Rows that came, went or moved in what is held.
    waits: RwSignal<usize>,
    reader: Presence,
}

impl Shown {
    fn new(list: &QueueList) -> Self {
        Self {
            frame: RwSignal::new(Frame::of(list)),
            rows: RwSignal::new(merged(&Vec::new(), list.rows.clone(), |row| row.number)),
            held: StoredValue::new(None),
            waits: RwSignal::new(0),
            reader: Presence::new(),
        }
    }

    /// Takes fresh data over: all of it, or while somebody reads only what changes in place.
    fn take(self, fresh: QueueList) {
        let moved = self.rows.with_untracked(|rows| changes(rows, &fresh.rows));
        if moved == 0 || self.reader.lets_move() {
            self.show(fresh);
            return;
        }
        self.rows.with_untracked(|rows| {
            for (number, row) in rows {
                if let Some(new) = fresh.rows.iter().find(|new| new.number == *number) {
                    row.update(|row| *row = TicketRow { group: row.group, ..new.clone() });
                }
            }
        });
        self.held.set_value(Some(fresh));
        self.waits.set(moved);
    }

    fn show(self, fresh: QueueList) {
        self.frame.set(Frame::of(&fresh));
        self.rows.update(|rows| *rows = merged(rows, fresh.rows, |row| row.number));
        self.held.set_value(None);
        self.waits.set(0);
    }

    fn release(self) {
        if let Some(fresh) = self.held.try_update_value(Option::take).flatten() {
            self.show(fresh);
        }
    }
}

/// How many rows came, went, or stand in another group.
fn changes(rows: &Rows<i64, TicketRow>, fresh: &[TicketRow]) -> usize {
    let place = |row: &TicketRow| (row.number, row.group);
    let shown: Vec<(i64, QueueGroup)> = rows.iter().map(|(_, row)| row.with_untracked(place)).collect();
    let now: Vec<(i64, QueueGroup)> = fresh.iter().map(place).collect();
    let came = now.iter().filter(|row| !shown.contains(row)).count();
    let went = shown.iter().filter(|(number, _)| !now.iter().any(|(other, _)| other == number)).count();
    match (came + went, shown == now) {
        // The same rows in another order.
        (0, false) => 1,
        (count, _) => count,
    }
}

#[component]
fn Page(list: QueueList, asked: String) -> impl IntoView {
    provide_now(list.now);
    let shown = Shown::new(&list);
    let QueueList { seq, query, choices, .. } = list;
    let reload = keep_fresh(shown, seq, asked);
    let acts = use_acts(reload);
    let announcer = use_announcer();
    Effect::new(move |_| announcer.count_tickets(shown.frame.with(|frame| frame.tabs.open)));
    listen_to_keys(shown, acts);
    view! {
        <QueueHead shown query=query.clone() acts />
        <TabLinks shown query=query.clone() choices=choices.clone() />
        <Filters query=query.clone() choices=choices.clone() />
        <Unknown query=query.clone() />
        <Queue shown query choices acts />
    }
    .into_any()
}

/// Names what of the address nobody understands.
#[component]
fn Unknown(query: QueueQuery) -> impl IntoView {
    (!query.unknown.is_empty()).then(|| {
        let names = query.unknown.join(", ");
        view! { <p class="note mb-s">{format!("Not understood in the address, and left out: {names}.")}</p> }
    })
}

fn keep_fresh(shown: Shown, seq: i64, asked: String) -> Callback<()> {
    let reload = use_reload(move || load_queue(asked.clone()), move |fresh| shown.take(fresh));
    follow_live(seq, move |event| match event.change {
        LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } | LiveChange::Resync => reload.run(()),
        _ => {}
    });
    reload_every(ARRANGE_EVERY_S, reload);
    Effect::new(move |_| {
        let look = move || {
            if 0 < shown.waits.get_untracked() && shown.reader.lets_move() {
                shown.release();
            }
        };
        if let Ok(handle) = set_interval_with_handle(look, LOOK_EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    reload
}

#[cfg(test)]
mod tests {
    use domain::{cover::CoverLevel, ticket::TicketState, time::Timestamp};

    use super::*;

    fn row(number: i64, group: QueueGroup) -> TicketRow {
        TicketRow {
            number,
            subject: String::new(),
            customer: String::new(),
            level: CoverLevel::Cat2,
            covered: true,
            state: TicketState::Open,
            group,
            face: None,
            opened_at: Timestamp::EPOCH,
            closed_at: None,
            fault: None,
            last: None,
            system: String::new(),
            sorted: None,
        }
    }

    #[test]
    fn rows_that_come_go_or_move_are_counted() {
        let owner = Owner::new();
        owner.set();
        use QueueGroup as G;
        let shown = merged(&Vec::new(), vec![row(1, G::Later), row(2, G::Later)], |row| row.number);
        let count = |fresh: &[(i64, QueueGroup)]| {
            let fresh: Vec<_> = fresh.iter().map(|(number, group)| row(*number, *group)).collect();
            changes(&shown, &fresh)
        };
        assert_eq!(count(&[(1, G::Later), (2, G::Later)]), 0);
        assert_eq!(count(&[(1, G::Breached), (2, G::Later)]), 1);
        assert_eq!(count(&[(2, G::Later), (1, G::Later)]), 1);
        assert_eq!(count(&[(3, G::Breached), (1, G::Later)]), 2);
    }
}
