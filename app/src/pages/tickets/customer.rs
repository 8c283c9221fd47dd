//! A customer's own tickets: sentences, not columns.

use domain::ticket::{TicketState, reference};
use leptos::prelude::*;

use super::{ARRANGE_EVERY_S, is_own, new::NewWays, row::LastWords};
use crate::{
    api::{
        live::LiveChange,
        tickets::{Show, TicketList, TicketRow, load_tickets},
    },
    components::{
        clock::{ClockSub, ClockWord},
        icon::Icon,
        live_feed::follow_live,
        page::{Loaded, PageHead, query_value},
        shell::use_announcer,
        time::provide_now,
    },
    pages::host::live::{Rows, merged, reload_every, use_asked, use_reload},
};

/// `/tickets?show=closed&system=kch-pbx-frome`.
#[component]
pub(super) fn OwnTickets() -> impl IntoView {
    let asked = use_asked(is_own, |_, query| {
        (Show::parse(&query.get("show").unwrap_or_default()), query.get("system").unwrap_or_default())
    });
    let tickets =
        Resource::new_blocking(move || asked.get(), |(show, system)| load_tickets(show.as_str().to_owned(), system));
    view! { <Loaded resource=tickets view=move |list| view! { <Page list /> }.into_any() /> }
}

fn href(show: Show, system: &str) -> String {
    let show = (show != Show::All).then(|| format!("show={}", show.as_str()));
    let system = (!system.is_empty()).then(|| format!("system={}", query_value(system)));
    let query = show.into_iter().chain(system).collect::<Vec<_>>().join("&");
    if query.is_empty() { "/tickets".to_owned() } else { format!("/tickets?{query}") }
}

#[component]
fn Page(list: TicketList) -> impl IntoView {
    provide_now(list.now);
    let TicketList { seq, show, systems, system, rows, open, .. } = list;
    let rows: RwSignal<Rows<i64, TicketRow>> = RwSignal::new(merged(&Vec::new(), rows, |row| row.number));
    let open = RwSignal::new(open);
    let again = system.clone();
    let reload = use_reload(
        move || load_tickets(show.as_str().to_owned(), again.clone()),
        move |fresh: TicketList| {
            open.try_set(fresh.open);
            rows.try_update(|rows| *rows = merged(rows, fresh.rows, |row| row.number));
        },
    );
    follow_live(seq, move |event| match event.change {
        LiveChange::Ticket { .. } | LiveChange::Resync => reload.run(()),
        _ => {}
    });
    reload_every(ARRANGE_EVERY_S, reload);
    let announcer = use_announcer();
    Effect::new(move |_| announcer.count_tickets(open.get()));
    let lede = Signal::derive(move || Some(lede(open.get())));
    let tab = {
        let system = system.clone();
        move |one: Show, words: &'static str| {
            view! {
                <a href=href(one, &system) aria-current=(show == one).then_some("true")>
                    {words}
                    {(one == Show::Open).then(|| view! { " " <span class="n">{move || open.get()}</span> })}
                </a>
            }
        }
    };
    view! {
        <PageHead title="Tickets" lede>
            <NewWays />
        </PageHead>
        <nav class="views" aria-label="Kinds of tickets">
            {tab(Show::All, "All")} {tab(Show::Open, "Open")} {tab(Show::Closed, "Closed")}
        </nav>
        <Systems show systems system />
        <Own rows show />
    }
    .into_any()
}

fn lede(open: u64) -> String {
    match open {
        0 => "None of your tickets is open.".to_owned(),
        1 => "1 of your tickets is open.".to_owned(),
        open => format!("{open} of your tickets are open."),
    }
}

/// Narrows the list to one system.
#[component]
fn Systems(show: Show, systems: Vec<(String, String)>, system: String) -> impl IntoView {
    if systems.len() < 2 {
        return ().into_any();
    }
    let set = systems.iter().find(|(name, _)| *name == system).map(|(_, words)| {
        view! {
            <a class="filter filter--on" href=href(show, "")>
                {format!("System: {words}")}
                <Icon name="x" small=true />
                <span class="vh">"Remove filter"</span>
            </a>
        }
    });
    let links = systems
        .iter()
        .filter(|(name, _)| *name != system)
        .map(|(name, words)| view! { <a href=href(show, name)>{words.clone()}</a> })
        .collect_view();
    view! {
        <div class="filters">
            {set}
            <details class="menu">
                <summary class="filter">
                    <Icon name="plus" small=true />
                    "System"
                </summary>
                <div class="menu__body menu__links">{links}</div>
            </details>
        </div>
    }
    .into_any()
}

#[component]
fn Own(rows: RwSignal<Rows<i64, TicketRow>>, show: Show) -> impl IntoView {
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let words = match show {
        Show::All | Show::Open => "When one of your covered systems has a fault, a ticket opens here by itself.",
        Show::Closed => "Tickets stay here after they are closed.",
    };
    view! {
        <section class="card" aria-labelledby="own-tickets">
            <h2 class="vh" id="own-tickets">
                "Your tickets"
            </h2>
            {move || {
                empty
                    .get()
                    .then(|| {
                        view! {
                            <div class="empty">
                                <Icon name="ticket" />
                                <h3>"There are none"</h3>
                                <p>{words}</p>
                            </div>
                        }
                    })
            }}
            <ul class="linklist">
                <For each=move || rows.get() key=|(number, _)| *number children=move |(_, row)| view! { <One row /> } />
            </ul>
        </section>
    }
}

#[component]
fn One(row: ArcRwSignal<TicketRow>) -> impl IntoView {
    let row: RwSignal<TicketRow> = row.into();
    let TicketRow { number, subject, system, .. } = row.get_untracked();
    let open = Memo::new(move |_| row.with(|row| row.state.is_open()));
    let clock = move || {
        row.with(|row| row.face.clone().filter(|_| row.state.is_open())).map(|face| {
            view! {
                <span class="row small">
                    <ClockWord face=face.clone() />
                    <span class="ink2">
                        <ClockSub face />
                    </span>
                </span>
            }
        })
    };
    let about = if system.is_empty() { reference(number) } else { format!("{}, {system}", reference(number)) };
    let waits = move || {
        row.with(|row| row.state == TicketState::WaitingCustomer)
            .then(|| view! { <span class="chip">"Waiting for your answer"</span> })
    };
    view! {
        <li>
            <a href=format!("/t/{number}")>
                <strong class:muted=move || !open.get()>{subject}</strong>
                <span class="sub">{about} ". " {move || view! { <LastWords row=row.get() /> }}</span>
                {waits}
                {clock}
            </a>
        </li>
    }
    .into_any()
}
