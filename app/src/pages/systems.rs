//! `/systems`: a customer's own board. One sentence first, then what we know, then every system.

mod cards;
mod days;
pub(crate) mod model;

use domain::{
    access::{Permission, Side},
    time::Timestamp,
};
use leptos::{prelude::*, task::spawn_local};

use self::{
    cards::{Cover, HowItHasBeen, Known, Recent, Sites},
    model::{apply, apply_fault, headline},
};
use crate::components::title::Title;
use crate::{
    api::{
        board::{CustomerBoard, Tile, load_customer_board},
        faults::FaultRow,
        live::LiveEvent,
    },
    components::{
        ack_button::use_acknowledging,
        banner::focus,
        held_pill::HeldPill,
        icon::Icon,
        live_feed::{follow_live, refresh_now_and_then},
        page::Loaded,
        reading::Presence,
        session::use_me,
        shell::use_announcer,
        status::{Mark, state_class, state_word},
        time::{Ago, provide_now, use_short},
    },
    pages::board::model::{Applied, announcement},
};

#[component]
pub fn SystemsPage() -> impl IntoView {
    let board = Resource::new_blocking(|| (), |()| load_customer_board());
    view! {
        <Loaded
            resource=board
            view=|board: CustomerBoard| {
                provide_now(board.now);
                view! { <SystemsView board /> }
            }
        />
    }
}

#[component]
fn SystemsView(board: CustomerBoard) -> impl IntoView {
    let numbers = board.faults.iter().map(|row| row.number).collect::<Vec<_>>();
    let board = RwSignal::new(board);
    let shown = RwSignal::new(numbers);
    let reader = Presence::new();
    keep_up(board, shown, reader);
    let tab = move || match board.with(|board| board.faults.len()) {
        0 => "Your systems".to_owned(),
        count => format!("({count}) Your systems"),
    };
    view! {
        <Title text=tab />
        <Headline board />
        <div class="split">
            <div
                class="stack"
                on:pointerleave=move |_| reader.pointer_left()
                on:pointermove=move |event| {
                    reader.pointer_moved(&event);
                }
                on:focusin=move |_| reader.set_focus(true)
                on:focusout=move |_| reader.set_focus(false)
            >
                <Held board shown reader />
                <For each=move || shown.get() key=|number| *number let:number>
                    <Known board number />
                </For>
                <Sites board />
                <HowItHasBeen board />
            </div>
            <aside class="stack" aria-label="Cover and recent faults">
                <TellUs />
                <Cover board />
                <Recent board />
            </aside>
        </div>
    }
}

/// The way to a new ticket, for those who may write one.
#[component]
fn TellUs() -> impl IntoView {
    let may = use_me().is_some_and(|me| me.may(Permission::WriteToTickets));
    may.then(|| {
        view! {
            <a class="btn btn--primary btn--big btn--block" href="/tickets/new">
                <Icon name="plus" small=true />
                "Tell us what is wrong"
            </a>
        }
    })
}

/// Follows the stream and the reader's own acknowledgements.
fn keep_up(board: RwSignal<CustomerBoard>, shown: RwSignal<Vec<i64>>, reader: Presence) {
    let announcer = use_announcer();
    let changed = use_acknowledging().changed;
    let arrange = move || {
        if reader.lets_move() {
            show_all(board, shown);
        }
    };
    follow_live(board.with_untracked(|board| board.seq), move |event: LiveEvent| {
        let applied = board.try_update(|board| apply(board, &event));
        match applied {
            Some(Applied::Reload) => reload(board, arrange),
            Some(Applied::Arrived { number }) => {
                // Planned work is no news.
                let row = board.with_untracked(|board| find(board, number)).filter(|row| row.quiet_until.is_none());
                if let Some(row) = row {
                    announcer.say(arrival_words(&row));
                }
            }
            _ => {}
        }
        arrange();
    });
    refresh_now_and_then(move || reload(board, arrange));
    Effect::new(move |_| {
        if let Some(row) = changed.get() {
            board.update(|board| {
                apply_fault(board, &row);
            });
        }
    });
    Effect::new(move |_| {
        if !reader.is_inside() {
            arrange();
        }
    });
}

fn arrival_words(row: &FaultRow) -> String {
    let state = state_word(crate::components::status::fault_tile(row, Side::Customer).state, Side::Customer);
    let customer = if row.site.is_empty() { row.system.clone() } else { row.site.clone() };
    announcement(&FaultRow { customer, ..row.clone() }, state, &[])
}

fn find(board: &CustomerBoard, number: i64) -> Option<FaultRow> {
    board.faults.iter().find(|row| row.number == number).cloned()
}

fn show_all(board: RwSignal<CustomerBoard>, shown: RwSignal<Vec<i64>>) {
    let numbers = board.with_untracked(|board| board.faults.iter().map(|row| row.number).collect::<Vec<_>>());
    if shown.with_untracked(|shown| *shown != numbers) {
        shown.set(numbers);
    }
}

/// Loads everything again: systems were added or removed, more was missed than the server keeps, or it is time.
fn reload(board: RwSignal<CustomerBoard>, then: impl Fn() + 'static) {
    spawn_local(async move {
        if let Ok(fresh) = load_customer_board().await {
            let newer = board.try_with_untracked(|board| board.seq <= fresh.seq);
            if newer == Some(true) {
                board.set(fresh);
                then();
            }
        }
    });
}

/// New faults wait while the reader is in the middle of something.
#[component]
fn Held(board: RwSignal<CustomerBoard>, shown: RwSignal<Vec<i64>>, reader: Presence) -> impl IntoView {
    let new = Memo::new(move |_| {
        let shown = shown.get();
        board.with(|board| board.faults.iter().filter(|row| !shown.contains(&row.number)).count())
    });
    let words = Signal::derive(move || match new.get() {
        0 => None,
        1 => Some("1 new fault since you started reading. Show it".to_owned()),
        count => Some(format!("{count} new faults since you started reading. Show them")),
    });
    let press = move |by_key: bool| {
        show_all(board, shown);
        if by_key {
            focus("main");
        }
    };
    view! { <HeldPill words reader on_press=press /> }
}

/// The state of everything in one sentence.
#[component]
fn Headline(board: RwSignal<CustomerBoard>) -> impl IntoView {
    let head = Memo::new(move |_| board.with(headline));
    let tile = Memo::new(move |_| Tile { state: head.get().state, acknowledged: false });
    let class = move || format!("plain plain--{}", state_class(head.get().state));
    let last = Memo::new(move |_| board.with(|board| board.last_observed_at));
    let ended = Memo::new(move |_| head.get().last_ended_at);
    view! {
        <header class=class>
            <Mark tile large=true />
            <div>
                <h1>{move || head.get().title}</h1>
                <p>
                    {move || head.get().sentence}
                    {move || ended.get().map(|at| view! { " " <LastEnded at /> })}
                    {move || last.get().map(|at| view! { " Checked " <Ago at /> " ago." })}
                </p>
            </div>
        </header>
    }
}

#[component]
fn LastEnded(at: Timestamp) -> impl IntoView {
    let at = use_short(Signal::stored(at));
    view! { "The last fault ended at " {at} "." }
}
