//! The ticket queue: for staff by time to breach, for customers a list of their own.

mod customer;
mod queue;

use std::time::Duration;

use domain::access::Side;
use leptos::prelude::*;

use self::{customer::CustomerTickets, queue::Queue};
use super::host::live::{Rows, merged, reload_every, use_asked, use_reload};
use crate::{
    api::{
        live::LiveChange,
        tickets::{QueueGroup, Show, TicketList, TicketRow, load_tickets},
    },
    components::{
        live_feed::follow_live,
        page::{Loaded, PageHead},
        reading::Presence,
        session::use_me,
        shell::use_announcer,
        time::provide_now,
    },
};

/// Groups and order follow the clocks this often, in seconds; countdowns tick by themselves.
const ARRANGE_EVERY_S: u64 = 60;
/// What was held while somebody read is shown soon after they left.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// `/tickets?show=closed`.
#[component]
pub fn TicketsPage() -> impl IntoView {
    let show = use_asked(is_own, |_, query| Show::parse(&query.get("show").unwrap_or_default()));
    let tickets = Resource::new_blocking(move || show.get(), |show| load_tickets(show.as_str().to_owned()));
    view! { <Loaded resource=tickets view=move |list| view! { <Page list /> }.into_any() /> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/tickets"
}

/// What is shown, and what waits until nobody reads.
#[derive(Clone, Copy)]
struct Shown {
    rows: RwSignal<Rows<i64, TicketRow>>,
    open: RwSignal<u64>,
    held: StoredValue<Option<TicketList>>,
    waits: RwSignal<bool>,
    reader: Presence,
}

impl Shown {
    fn new(list: TicketList) -> Self {
        Self {
            open: RwSignal::new(list.open),
            rows: RwSignal::new(merged(&Vec::new(), list.rows, |row| row.number)),
            held: StoredValue::new(None),
            waits: RwSignal::new(false),
            reader: Presence::new(),
        }
    }

    /// Takes fresh data over: all of it, or while somebody reads only what changes in place.
    fn take(self, fresh: TicketList) {
        let stays = self.rows.with_untracked(|rows| same_places(rows, &fresh.rows));
        if stays || self.reader.lets_move() {
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
        self.waits.set(true);
    }

    fn show(self, fresh: TicketList) {
        self.open.set(fresh.open);
        self.rows.update(|rows| *rows = merged(rows, fresh.rows, |row| row.number));
        self.held.set_value(None);
        self.waits.set(false);
    }

    fn release(self) {
        if let Some(fresh) = self.held.try_update_value(Option::take).flatten() {
            self.show(fresh);
        }
    }
}

/// Whether every row is where it is already.
fn same_places(rows: &Rows<i64, TicketRow>, fresh: &[TicketRow]) -> bool {
    let place = |row: &TicketRow| (row.number, row.group);
    rows.len() == fresh.len()
        && rows.iter().zip(fresh).all(|((_, old), new)| old.with_untracked(|old| place(old) == place(new)))
}

#[component]
fn Page(list: TicketList) -> impl IntoView {
    provide_now(list.now);
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let (seq, show) = (list.seq, list.show);
    let shown = Shown::new(list);
    keep_fresh(shown, seq, show);
    let announcer = use_announcer();
    Effect::new(move |_| announcer.count_tickets(shown.open.get()));
    let lede = Signal::derive(move || shown.rows.with(|rows| lede(rows, shown.open.get(), show)));
    let list = match side {
        Side::Staff => view! { <Queue shown show /> }.into_any(),
        Side::Customer => view! { <CustomerTickets shown show /> }.into_any(),
    };
    view! {
        <PageHead title="Tickets" lede />
        <nav class="views" aria-label="Kinds of tickets">
            <a href="/tickets" aria-current=(show == Show::Open).then_some("true")>
                {if side == Side::Staff { "By time to breach " } else { "Open " }}
                <span class="n">{move || shown.open.get()}</span>
            </a>
            <a href="/tickets?show=closed" aria-current=(show == Show::Closed).then_some("true")>
                "Closed"
            </a>
        </nav>
        {list}
    }
    .into_any()
}

fn keep_fresh(shown: Shown, seq: i64, show: Show) {
    let reload = use_reload(move || load_tickets(show.as_str().to_owned()), move |fresh| shown.take(fresh));
    follow_live(seq, move |event| match event.change {
        LiveChange::Ticket { .. } | LiveChange::TicketForStaff { .. } | LiveChange::Resync => reload.run(()),
        _ => {}
    });
    reload_every(ARRANGE_EVERY_S, reload);
    Effect::new(move |_| {
        let look = move || {
            if shown.waits.get_untracked() && shown.reader.lets_move() {
                shown.release();
            }
        };
        if let Ok(handle) = set_interval_with_handle(look, LOOK_EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// "1 has breached. 3 are due within the hour."
fn lede(rows: &Rows<i64, TicketRow>, open: u64, show: Show) -> Option<String> {
    if show == Show::Closed {
        return Some("Closed tickets, the latest first.".to_owned());
    }
    let of = |group| rows.iter().filter(|(_, row)| row.with(|row| row.group == group)).count();
    let mut said = Vec::new();
    match of(QueueGroup::Breached) {
        0 => {}
        1 => said.push("1 is over its target.".to_owned()),
        count => said.push(format!("{count} are over their target.")),
    }
    match of(QueueGroup::WithinTheHour) {
        0 => {}
        1 => said.push("1 is due within the hour.".to_owned()),
        count => said.push(format!("{count} are due within the hour.")),
    }
    if said.is_empty() {
        said.push("Nothing is due within the hour.".to_owned());
    }
    let shown = u64::try_from(rows.len()).unwrap_or(open);
    if shown < open {
        said.push(format!("The {shown} oldest of {open} are shown."));
    }
    Some(said.join(" "))
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
        }
    }

    fn rows(groups: &[QueueGroup]) -> Rows<i64, TicketRow> {
        merged(&Vec::new(), groups.iter().zip(1..).map(|(group, number)| row(number, *group)).collect(), |row| {
            row.number
        })
    }

    #[test]
    fn the_head_says_what_is_urgent_and_what_does_not_fit() {
        let owner = Owner::new();
        owner.set();
        let groups = [QueueGroup::Breached, QueueGroup::WithinTheHour, QueueGroup::WithinTheHour, QueueGroup::Later];
        let said = lede(&rows(&groups), 4, Show::Open).unwrap();
        assert_eq!(said, "1 is over its target. 2 are due within the hour.");
        let said = lede(&rows(&[QueueGroup::Later]), 501, Show::Open).unwrap();
        assert_eq!(said, "Nothing is due within the hour. The 1 oldest of 501 are shown.");
    }

    #[test]
    fn a_row_that_changes_its_group_has_moved() {
        let owner = Owner::new();
        owner.set();
        let shown = rows(&[QueueGroup::Later, QueueGroup::Later]);
        let fresh = |first| vec![row(1, first), row(2, QueueGroup::Later)];
        assert!(same_places(&shown, &fresh(QueueGroup::Later)));
        assert!(!same_places(&shown, &fresh(QueueGroup::Breached)));
        assert!(!same_places(&shown, &[row(1, QueueGroup::Later)]));
    }
}
