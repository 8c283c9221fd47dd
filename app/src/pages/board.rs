//! The staff board: every open fault by who has it, the estate beside it, and the fault sheet over it.

mod keys;
pub(crate) mod model;
mod store;
mod tools;

use std::time::Duration;

use domain::access::Side;
use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_query_map};

use self::{
    keys::listen_to_keys,
    model::{Filter, View},
    store::BoardStore,
    tools::{Filters, ViewTabs, unknown_parameters},
};
use crate::{
    api::board::{Board, load_staff_board},
    components::{
        ack_button::use_acknowledging,
        estate::{EstateLegend, EstateMap},
        fault_list::{FaultEntry, FaultList, FaultListHead},
        held_pill::HeldPill,
        icon::Icon,
        live_feed::{follow_live, refresh_now_and_then, use_connection},
        page::{Loaded, PageHead},
        reading::focus_row,
        session::use_me,
        shell::use_announcer,
        status::Mark,
        time::{At, provide_now, use_age, use_clock},
    },
};

/// More than this under the list would be a list of its own.
const RECOVERED_MAX: usize = 8;

/// `/board`. The sheet of one fault is the `Outlet`, at `/board/f/1042`.
#[component]
pub fn BoardPage() -> impl IntoView {
    let board = Resource::new_blocking(|| (), |()| load_staff_board());
    view! {
        <Loaded
            resource=board
            view=|board: Board| {
                provide_now(board.now);
                view! { <BoardView board /> }
            }
        />
        <Outlet />
    }
}

/// The filter in the address. What it does not understand counts as absent.
fn use_filter() -> Memo<Filter> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| Filter {
            view: query.get_str("view").and_then(View::parse).unwrap_or_default(),
            customer: query.get_str("customer").and_then(|id| id.parse().ok()),
        })
    })
}

#[component]
fn BoardView(board: Board) -> impl IntoView {
    let filter = use_filter();
    let me = use_me().map(|me| me.name).unwrap_or_default();
    let store = BoardStore::new(board, filter.get_untracked(), me);
    keep_up(store, filter);
    let query = Signal::derive(move || filter.get().query());
    view! {
        <BoardHead store />
        <ViewTabs store filter />
        <div class="split">
            <div class="stack stack--s">
                <Filters store filter />
                <UnknownParameters />
                <Faults store query />
                <Recovered store />
            </div>
            <aside class="stack" aria-label="Estate">
                <Estate store filter />
            </aside>
        </div>
    }
}

/// Follows the stream, the filter, the reader's own acknowledgements, the keyboard, and the reader's absence.
fn keep_up(store: BoardStore, filter: Memo<Filter>) {
    let announcer = use_announcer();
    let changed = use_acknowledging().changed;
    follow_live(store.seq(), move |event| store.take(&event));
    refresh_now_and_then(move || store.reload());
    Effect::new(move |_| store.set_filter(filter.get()));
    Effect::new(move |_| announcer.count_lit(store.counts.get().needs));
    Effect::new(move |_| {
        if let Some(row) = changed.get() {
            store.take_row(&row);
        }
    });
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(move || store.look(), Duration::from_secs(2)) {
            on_cleanup(move || handle.clear());
        }
    });
    listen_to_keys(move || {
        store.release();
    });
}

/// Shows what was held. Pressed with a key, the focus goes on to the first row that came.
fn show_held(store: BoardStore, by_key: bool) {
    let arrived = store.release();
    let first = store.needs.with_untracked(|entries| entries.first().map(|entry| entry.number));
    if let Some(number) = arrived.or(first).filter(|_| by_key) {
        focus_row(number);
    }
}

#[component]
fn BoardHead(store: BoardStore) -> impl IntoView {
    let connection = use_connection();
    let lost_since = Signal::derive(move || match connection.get() {
        crate::components::live_feed::Connection::Lost { since } => since,
        _ => domain::time::Timestamp::EPOCH,
    });
    let clock = use_clock(lost_since);
    let lede = move || {
        Some(match connection.get().is_lost() {
            true => format!("As it was at {}.", clock.get()),
            false => store.counts.get().sentence(),
        })
    };
    view! {
        <PageHead
            title="Fault board"
            tab=Signal::derive(move || Some(store.counts.get().tab()))
            lede=Signal::derive(lede)
        >
            <a class="btn btn--primary" href="/tickets/new">
                <Icon name="plus" small=true />
                "New ticket"
            </a>
            <a class="btn not-s" href="/wall" rel="external">
                <Icon name="monitor" small=true />
                "Wallboard"
            </a>
        </PageHead>
    }
}

/// Names parameters of the address that this page does not know.
#[component]
fn UnknownParameters() -> impl IntoView {
    let query = use_query_map();
    let unknown = Memo::new(move |_| query.with(unknown_parameters));
    move || unknown.get().map(|words| view! { <p class="note">{words}</p> })
}

#[component]
fn Faults(store: BoardStore, query: Signal<String>) -> impl IntoView {
    let is_lit = |entry: &FaultEntry| entry.row.with(|row| row.is_lit(Side::Staff));
    let lit = move || {
        let count = store.needs.with(|entries| entries.iter().filter(|entry| is_lit(entry)).count());
        format!("{count}, lit until acknowledged")
    };
    let in_hand = move || store.in_hand.with(Vec::len).to_string();
    let none = Memo::new(move |_| store.needs.with(Vec::is_empty) && store.in_hand.with(Vec::is_empty));
    view! {
        <div
            class="faults"
            on:pointerleave=move |_| store.reader.pointer_left()
            on:pointermove=move |event| {
                if store.reader.pointer_moved(&event) {
                    store.touch();
                }
            }
            on:keydown=move |_| store.touch()
            on:focusin=move |_| {
                store.reader.set_focus(true);
                store.touch();
            }
            on:focusout=move |_| store.reader.set_focus(false)
        >
            <HeldPill words=store.held reader=store.reader on_press=move |by_key| show_held(store, by_key) key="." />
            {move || (!none.get()).then(|| view! { <FaultListHead /> })}
            <FaultList
                title="Needs somebody"
                note=Signal::derive(lit)
                rows=store.needs
                side=Side::Staff
                query
            />
            <FaultList title="In hand" note=Signal::derive(in_hand) rows=store.in_hand side=Side::Staff query />
            <Empty store none query />
        </div>
        <LeftOut store />
    }
}

/// What stands there when no row does: nothing is wrong, or nothing that this view shows.
#[component]
fn Empty(store: BoardStore, none: Memo<bool>, query: Signal<String>) -> impl IntoView {
    let any_open = Memo::new(move |_| 0 < store.counts.get().needs + store.counts.get().in_hand);
    move || match (none.get(), any_open.get()) {
        (false, _) => None,
        (true, false) => Some(view! { <NothingWrong store /> }.into_any()),
        (true, true) => Some(
            view! {
                <div class="empty">
                    <h2>"No fault in this view"</h2>
                    <p>"There are open faults, but none of them is one that you chose to see."</p>
                    {move || (!query.get().is_empty()).then(|| view! { <a class="btn" href="/board">"Show all"</a> })}
                </div>
            }
            .into_any(),
        ),
    }
}

#[component]
fn NothingWrong(store: BoardStore) -> impl IntoView {
    let counts = store.counts;
    let last = Memo::new(move |_| store.recovered.with(|rows| rows.first().and_then(|row| row.cleared_at)));
    let tile = crate::api::board::Tile { state: crate::api::board::TileState::Ok, acknowledged: false };
    view! {
        <div class="empty">
            <Mark tile large=true />
            <h2>"Nothing is wrong"</h2>
            <p>
                {move || format!("{} of {} hosts are well. ", counts.get().well, counts.get().hosts)}
                {move || last.get().map(|at| view! { "The last fault ended at " <At at /> "." })}
            </p>
        </div>
    }
}

/// When there are more faults than the page holds.
#[component]
fn LeftOut(store: BoardStore) -> impl IntoView {
    move || {
        Some(store.left_out.get()).filter(|count| 0 < *count).map(|count| {
            view! { <p class="note">{format!("And {count} more open faults, less urgent than these.")}</p> }
        })
    }
}

#[component]
fn Recovered(store: BoardStore) -> impl IntoView {
    let some = Memo::new(move |_| store.recovered.with(|rows| !rows.is_empty()));
    let rows = move || store.recovered.with(|rows| rows.iter().take(RECOVERED_MAX).cloned().collect::<Vec<_>>());
    move || {
        some.get().then(|| {
            view! {
                <p class="small muted">
                    "Recovered in the last hour: "
                    <For each=rows key=|row| (row.number, row.cleared_at) let:row>
                        <RecoveredLink row />
                    </For>
                </p>
            }
        })
    }
}

#[component]
fn RecoveredLink(row: crate::api::faults::FaultRow) -> impl IntoView {
    let after = model::recovered_after(&row);
    let words = if row.host_name.is_empty() { row.headline } else { format!("{}: {}", row.host_name, row.headline) };
    view! {
        <a href=format!("/board/f/{}", row.number) data-noscroll="true">
            {words}
        </a>
        ", "
        {row.cleared_at.map(|at| view! { <At at /> })}
        {after}
        ". "
    }
}

#[component]
fn Estate(store: BoardStore, filter: Memo<Filter>) -> impl IntoView {
    let href = Callback::new(move |customer| {
        let query = Filter { customer: Some(customer), ..filter.get() }.query();
        format!("/board{query}")
    });
    view! {
        <section class="card">
            <div class="card-head">
                <h2>"Every host, by customer"</h2>
                <a class="small" href="/hosts">
                    {move || match store.counts.get().hosts {
                        1 => "1 host".to_owned(),
                        count => format!("{count} hosts"),
                    }}
                </a>
            </div>
            <EstateMap customers=store.estate customer_href=href />
            <EstateLegend />
            <LastResult store />
        </section>
    }
}

#[component]
fn LastResult(store: BoardStore) -> impl IntoView {
    let last = Memo::new(move |_| store.last_observed_at.get().unwrap_or(domain::time::Timestamp::EPOCH));
    let age = use_age(last.into());
    move || {
        store
            .last_observed_at
            .get()
            .is_some()
            .then(|| view! { <p class="card-foot small">"Last result " {age} " ago"</p> })
    }
}
