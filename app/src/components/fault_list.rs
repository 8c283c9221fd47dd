//! Faults as rows: what happened, to whom, since when, what happens next, and who has it.

use domain::{access::Side, cover::CoverLevel, fault::reference, observation::Status, time::span_words};
use leptos::prelude::*;

use super::{
    ack_button::AcknowledgeButton,
    cover_badge::CoverBadge,
    status::{Mark, fault_tile, state_class, tile_words},
    time::{At, AtAgo},
};
use crate::api::faults::FaultRow;

/// One fault in a list: its number and its changing row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultEntry {
    pub number: i64,
    pub row: RwSignal<FaultRow>,
    /// Came while the reader was looking: tinted for a moment.
    pub arriving: RwSignal<bool>,
}

impl FaultEntry {
    pub fn new(row: FaultRow) -> Self {
        Self { number: row.number, row: RwSignal::new(row), arriving: RwSignal::new(false) }
    }
}

/// A group of a board: its head and its rows, in the order given. Nothing at all when it is empty.
#[component]
pub fn FaultList(
    /// Words of the head.
    #[prop(into)]
    title: String,
    /// Beside the title: how many, and what that means.
    #[prop(into)]
    note: Signal<String>,
    /// The rows; only what differs between two values is touched.
    #[prop(into)]
    rows: Signal<Vec<FaultEntry>>,
    /// The reader's side.
    side: Side,
    /// What follows `/board/f/1042` in the links: the query of the board.
    #[prop(into, optional)]
    query: Signal<String>,
) -> impl IntoView {
    let some = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    view! {
        {move || {
            let title = title.clone();
            some.get()
                .then(|| {
                    view! {
                        <div class="faults-group">
                            <h2>{title}</h2>
                            <span>{note}</span>
                        </div>
                    }
                })
        }}
        <ol>
            <For each=move || rows.get() key=|entry| entry.number let:entry>
                <li>
                    <FaultRowView
                        row=entry.row
                        side
                        href=Signal::derive(move || fault_href(entry.number, side, &query.get()))
                        arriving=entry.arriving
                    />
                </li>
            </For>
        </ol>
    }
}

/// Staff open a fault over their board, customers on its own page.
pub fn fault_href(number: i64, side: Side, query: &str) -> String {
    match side {
        Side::Staff => format!("/board/f/{number}{query}"),
        Side::Customer => format!("/f/{number}"),
    }
}

/// The heads of a row's columns, for eyes: the rows name their parts themselves.
#[component]
pub fn FaultListHead() -> impl IntoView {
    view! {
        <div class="faults-head" aria-hidden="true">
            <span></span>
            <span>"What happened"</span>
            <span>"Customer and cover"</span>
            <span>"Since"</span>
            <span>"What happens next"</span>
            <span></span>
        </div>
    }
}

/// One fault.
#[component]
pub fn FaultRowView(
    /// The fault; later changes are shown in place.
    #[prop(into)]
    row: Signal<FaultRow>,
    /// The reader's side.
    side: Side,
    /// Where the title leads.
    #[prop(into)]
    href: Signal<String>,
    /// Tints the row for a moment.
    #[prop(into, optional)]
    arriving: Signal<bool>,
) -> impl IntoView {
    let tile = Memo::new(move |_| row.with(|row| fault_tile(row, side)));
    let lit = move || row.with(|row| row.is_lit(side)).then(|| state_class(tile.get().state));
    let state = move || match row.with(FaultRow::is_open) {
        true => tile_words(tile.get(), side),
        false => "Recovered".to_owned(),
    };
    let number = row.with_untracked(|row| row.number);
    let id = reference(number);
    let labelled = id.clone();
    view! {
        <article
            class="fault"
            data-lit=lit
            data-new=move || arriving.get().then_some("")
            aria-labelledby=labelled
            data-number=number.to_string()
        >
            <Mark tile />
            <div class="fault-what">
                <h3 id=id>
                    <span class="vh">{state} ": "</span>
                    <a class="fault-name" href=href data-noscroll="true">
                        {move || row.with(|row| row.headline.clone())}
                    </a>
                </h3>
                <p>
                    <span class=if side == Side::Staff { "mono" } else { "" }>{move || row.with(where_words)}</span>
                    " "
                    {move || row.with(|row| row.detail.clone())}
                </p>
            </div>
            <div class="fault-who">
                <span>{move || row.with(|row| row.customer.clone())}</span>
                {row.with_untracked(|row| view! { <CoverBadge level=row.cover /> })}
            </div>
            <div class="fault-since">
                <AtAgo at=Signal::derive(move || row.with(|row| row.started_at)) />
            </div>
            <div class="fault-next">
                <FaultNext row side />
            </div>
            <div class="fault-act">
                <AcknowledgeButton row side />
            </div>
        </article>
    }
}

/// The host's name where the reader may see it, else the system's.
fn where_words(row: &FaultRow) -> String {
    if row.host_name.is_empty() { row.system.clone() } else { row.host_name.clone() }
}

/// What the probe saw; where the reader may not see that, what it means.
pub fn detail_words(row: &FaultRow) -> String {
    if !row.detail.is_empty() {
        return row.detail.clone();
    }
    match row.status {
        Status::Critical => "does not answer as it should, and checking again said the same.",
        Status::Warning => "works, but outside its limits.",
        Status::Unknown => "cannot be checked at the moment.",
        Status::Ok => "is well again.",
    }
    .to_owned()
}

/// What happens next in a few words, and what the customer was told.
#[component]
fn FaultNext(#[prop(into)] row: Signal<FaultRow>, side: Side) -> impl IntoView {
    let next = Memo::new(move |_| row.with(|row| next_words(row, side)));
    let told = Memo::new(move |_| row.with(|row| row.customer_told_at));
    let quiet = Memo::new(move |_| row.with(|row| row.quiet_until.filter(|_| row.is_open())));
    view! {
        <span>
            {move || next.get()} {move || quiet.get().map(|at| view! { ", until " <At at /> })}
        </span>
        " "
        <span class="sub">
            {move || match told.get() {
                Some(at) => view! { "customer emailed " <At at /> }.into_any(),
                None => view! { "customer not emailed" }.into_any(),
            }}
        </span>
    }
}

/// The next step by the contract, short enough for a column. Targets are aims.
pub fn next_words(row: &FaultRow, side: Side) -> String {
    if let Some(cleared_at) = row.cleared_at {
        return format!("Recovered after {}", span_words(cleared_at.seconds_since(row.started_at).max(1)));
    }
    if row.quiet_until.is_some() {
        return "Planned work, nobody is told".to_owned();
    }
    match (row.ack(side).is_some(), row.cover) {
        (false, _) if row.flapping => "It comes and goes: told again when it settles",
        (true, _) => "In hand, nobody else is told",
        (false, CoverLevel::None) => "Nothing more is due",
        (false, CoverLevel::CatS) => "Nothing, unless they open an incident",
        (false, CoverLevel::Cat1) => "Answer within 8 working hours",
        (false, CoverLevel::Cat2) => "Answer within 4 h of cover time",
        (false, CoverLevel::Cat4) => "Duty engineer, at any hour",
        (false, CoverLevel::Custom) => "As agreed in the contract",
    }
    .to_owned()
}
