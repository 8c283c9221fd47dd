//! `/wall`: the board for a screen on the wall, read from four metres. Always dark; on a screen nothing scrolls. Drawn
//! for 1920 by 1080, it grows and shrinks with the screen; on a phone it is a plain list.

pub(crate) mod fit;

use std::time::Duration;

use domain::{access::Side, observation::Status, time::Timestamp};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

use self::fit::{Fit, customer_px, fit, fit_customers, hand_px, initials, lit_px};
use crate::components::title::Title;
use crate::{
    api::{
        board::{Board, EstateCustomer, Tile, TileState, load_staff_board},
        faults::FaultRow,
    },
    components::{
        estate::{not_well, sort_estate, worst},
        fault_list::next_words,
        live_feed::{Connection, follow_live, refresh_now_and_then, use_connection},
        page::Loaded,
        shell::LiveState,
        status::{Mark, fault_tile, state_class, tile_words},
        time::{Ago, provide_now, use_age, use_clock, use_now, use_now_to_the_second},
    },
    pages::board::model::{Applied, Counts, apply, sort_faults},
};

/// After this long without the stream the board is dimmed: from four metres nobody reads a banner.
const STALE_AFTER_S: i64 = 60;
/// Nothing burns in that moves by two pixels now and then.
const SHIFT_EVERY: Duration = Duration::from_secs(600);

#[component]
pub fn WallPage() -> impl IntoView {
    let board = Resource::new_blocking(|| (), |()| load_staff_board());
    view! {
        <Loaded
            resource=board
            view=|board: Board| {
                provide_now(board.now);
                view! { <Wall board /> }
            }
        />
    }
}

fn sorted(mut board: Board) -> Board {
    sort_faults(&mut board.faults);
    sort_estate(&mut board.estate);
    board
}

/// The board, kept up to date; nobody points at it, so everything moves at once.
fn use_board(board: Board) -> RwSignal<Board> {
    let board = RwSignal::new(sorted(board));
    let reload = move || {
        spawn_local(async move {
            if let Ok(fresh) = load_staff_board().await {
                board.try_set(sorted(fresh));
            }
        });
    };
    follow_live(board.with_untracked(|board| board.seq), move |event| {
        let applied = board.try_update(|board| {
            let applied = apply(board, &event);
            sort_estate(&mut board.estate);
            applied
        });
        if applied == Some(Applied::Reload) {
            reload();
        }
    });
    refresh_now_and_then(reload);
    board
}

/// Since when the board is too old to be trusted.
fn use_stale() -> Memo<Option<Timestamp>> {
    let (connection, now) = (use_connection(), use_now_to_the_second());
    Memo::new(move |_| match connection.get() {
        Connection::Lost { since } if STALE_AFTER_S <= now.get().seconds_since(since) => Some(since),
        _ => None,
    })
}

#[component]
fn Wall(board: Board) -> impl IntoView {
    let board = use_board(board);
    let stale = use_stale();
    let main = NodeRef::<html::Main>::new();
    shift_now_and_then(main);
    let counts = Memo::new(move |_| board.with(|board| Counts::of(board, None, "")));
    view! {
        <Title text=move || counts.get().tab() />
        <main class="wall" class:is-stale=move || stale.get().is_some() id="main" tabindex="-1" node_ref=main>
            <WallHead counts stale />
            <WallList board />
            <WallEstate board />
            <WallFoot board />
        </main>
    }
}

#[component]
fn WallHead(counts: Memo<Counts>, stale: Memo<Option<Timestamp>>) -> impl IntoView {
    let now = use_now();
    let clock = use_clock(now);
    let since = use_clock(Signal::derive(move || stale.get().unwrap_or(Timestamp::EPOCH)));
    view! {
        <header class="wall-head">
            <h1 class="vh">"Fault wallboard"</h1>
            <p class:hot=move || 0 < counts.get().needs>
                <span class="n">{move || counts.get().needs}</span>
                {move || if counts.get().needs == 1 { "needs somebody" } else { "need somebody" }}
            </p>
            <p>
                <span class="n">{move || counts.get().in_hand}</span>
                "in hand"
            </p>
            <p>
                <span class="n">{move || counts.get().well}</span>
                {move || format!("of {} well", counts.get().hosts)}
            </p>
            <p class="clk">
                {move || match stale.get() {
                    None => view! { <time datetime=now.get_untracked().to_string()>{clock}</time> }.into_any(),
                    Some(_) => view! { "Not live since " {since} }.into_any(),
                }}
            </p>
        </header>
    }
}

/// What nobody has, large; what somebody has, small; what does not fit, as a number.
#[component]
fn WallList(board: RwSignal<Board>) -> impl IntoView {
    let open = move |taken: bool| {
        board.with(|board| {
            let rows = board.faults.iter().filter(|row| row.is_lit(Side::Staff) != taken);
            rows.cloned().collect::<Vec<_>>()
        })
    };
    let (lit, hand) = (Memo::new(move |_| open(false)), Memo::new(move |_| open(true)));
    let name = use_customer_name();
    let lit_px = move |row: &FaultRow| lit_px(&row.headline, &lit_words(row, &name(&row.customer)));
    let hand_px = move |row: &FaultRow| hand_px(&hand_words(row, &name(&row.customer)));
    let fits = Memo::new(move |_| {
        let heights = |rows: Memo<Vec<FaultRow>>, px: &dyn Fn(&FaultRow) -> usize| {
            rows.with(|rows| rows.iter().map(px).collect::<Vec<_>>())
        };
        fit(&heights(lit, &lit_px), &heights(hand, &hand_px))
    });
    let shown = |rows: Memo<Vec<FaultRow>>, count: usize| rows.get().into_iter().take(count).collect::<Vec<_>>();
    let key = |row: &FaultRow| {
        let by = row.staff_ack.as_ref().map(|ack| ack.by.clone());
        (row.number, row.status, row.headline.clone(), by, row.quiet_until)
    };
    view! {
        <ol class="wall-list">
            <For each=move || shown(lit, fits.get().lit) key=key let:row>
                <WallLit row />
            </For>
            <More count=Signal::derive(move || lit.with(Vec::len) - fits.get().lit.min(lit.with(Vec::len))) />
            <For each=move || shown(hand, fits.get().hand) key=key let:row>
                <WallInHand row />
            </For>
            <More count=Signal::derive(move || hand.with(Vec::len) - fits.get().hand.min(hand.with(Vec::len))) />
            <Calm fits />
        </ol>
    }
}

#[component]
fn More(count: Signal<usize>) -> impl IntoView {
    move || {
        Some(count.get()).filter(|count| 0 < *count).map(|count| {
            view! {
                <li class="wall-f q">
                    <span></span>
                    <h2>{format!("and {count} more")}</h2>
                </li>
            }
        })
    }
}

#[component]
fn Calm(fits: Memo<Fit>) -> impl IntoView {
    let tile = Tile { state: TileState::Ok, acknowledged: false };
    move || {
        (fits.get() == Fit { lit: 0, hand: 0 }).then(|| {
            view! {
                <li class="wall-f">
                    <Mark tile />
                    <h2>"Nothing is wrong"</h2>
                </li>
            }
        })
    }
}

/// Customers' names, or their initials while visitors are in the room: `/wall?names=initials`.
fn use_customer_name() -> impl Fn(&str) -> String + Copy + Send + Sync {
    let short = use_query_map().with_untracked(|query| query.get_str("names") == Some("initials"));
    move |name: &str| if short { initials(name) } else { name.to_owned() }
}

/// Who has the fault, how they are covered, and what happens next.
fn lit_words(row: &FaultRow, customer: &str) -> String {
    format!("{customer}, {}. {}.", row.cover.label(), next_words(row, Side::Staff))
}

fn hand_words(row: &FaultRow, customer: &str) -> String {
    format!("{}, {customer}", row.headline)
}

#[component]
fn WallLit(row: FaultRow) -> impl IntoView {
    let tile = fault_tile(&row, Side::Staff);
    let age = use_age(Signal::stored(row.started_at));
    let words = lit_words(&row, &use_customer_name()(&row.customer));
    view! {
        <li class="wall-f" data-lit=state_class(tile.state)>
            <Mark tile />
            <h2>
                <span class="vh">{tile_words(tile, Side::Staff)} ": "</span>
                {row.headline}
            </h2>
            <p class="t">{age}</p>
            <p class="wall-what">{words}</p>
        </li>
    }
}

#[component]
fn WallInHand(row: FaultRow) -> impl IntoView {
    let tile = fault_tile(&row, Side::Staff);
    let words = hand_words(&row, &use_customer_name()(&row.customer));
    let by = match row.staff_ack {
        Some(ack) => ack.by,
        None => "Planned work".to_owned(),
    };
    view! {
        <li class="wall-f q">
            <Mark tile />
            <h2>
                <span class="vh">{tile_words(tile, Side::Staff)} ": "</span>
                {words}
            </h2>
            <p class="t">
                {by}
                ", "
                <Ago at=row.started_at />
            </p>
        </li>
    }
}

/// Every customer, worst first.
#[component]
fn WallEstate(board: RwSignal<Board>) -> impl IntoView {
    let customers = Memo::new(move |_| board.with(|board| board.estate.clone()));
    let name = use_customer_name();
    let fits = Memo::new(move |_| {
        let heights = |customers: &Vec<EstateCustomer>| {
            customers.iter().map(|customer| customer_px(&name(&customer.name))).collect::<Vec<_>>()
        };
        fit_customers(&customers.with(heights))
    });
    let shown = move || customers.get().into_iter().take(fits.get()).collect::<Vec<_>>();
    let key = |customer: &EstateCustomer| (customer.id, customer.hosts.len(), not_well(customer), worst(customer));
    let more = move || customers.with(|customers| customers.len() - fits.get().min(customers.len()));
    view! {
        <ul class="wall-est" aria-label="Customers">
            <For each=shown key=key let:customer>
                <WallCustomer customer />
            </For>
            {move || Some(more()).filter(|count| 0 < *count).map(|count| view! { <li>{format!("and {count} more")}</li> })}
        </ul>
    }
}

#[component]
fn WallCustomer(customer: EstateCustomer) -> impl IntoView {
    let tile = worst(&customer).unwrap_or(Tile { state: TileState::Pending, acknowledged: false });
    let hosts = customer.hosts.len();
    let (class, words) = match not_well(&customer) {
        0 => ("ok", format!("{hosts} OK")),
        count => ("", format!("{count} of {hosts}")),
    };
    view! {
        <li>
            {use_customer_name()(&customer.name)}
            <span class=class>{words}</span>
            <Mark tile ring=true />
        </li>
    }
}

#[component]
fn WallFoot(board: RwSignal<Board>) -> impl IntoView {
    let worst_open = move || {
        let critical = board.with(|board| board.faults.iter().filter(|row| row.status == Status::Critical).count());
        critical.to_string()
    };
    let last = Memo::new(move |_| board.with(|board| board.last_observed_at));
    view! {
        <footer class="wall-foot">
            <span>"Open " <strong>{move || board.with(|board| board.open_count)}</strong></span>
            <span>"Critical " <strong>{worst_open}</strong></span>
            <span>
                "Recovered in the last hour " <strong>{move || board.with(|board| board.recovered.len())}</strong>
            </span>
            {move || last.get().map(|at| view! { <span>"Last result " <strong><Ago at /></strong> " ago"</span> })}
            <LiveState />
        </footer>
    }
}

fn shift_now_and_then(main: NodeRef<html::Main>) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let shifted = StoredValue::new(false);
        let shift = move || {
            shifted.update_value(|shifted| *shifted = !*shifted);
            if let Some(main) = main.get_untracked() {
                let by = if shifted.get_value() { "2px 2px" } else { "0 0" };
                let _ = web_sys::HtmlElement::style(&main).set_property("translate", by);
            }
        };
        if let Ok(handle) = set_interval_with_handle(shift, SHIFT_EVERY) {
            on_cleanup(move || handle.clear());
        }
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (main, SHIFT_EVERY);
}
