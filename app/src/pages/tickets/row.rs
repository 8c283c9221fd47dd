//! One row of the queue.

use domain::ticket::{Priority, TicketEventKind, TicketState, reference};
use leptos::prelude::*;

use crate::{
    api::tickets::{Sorted, TicketRow},
    components::{
        clock::{ClockSub, ClockWord, Runway},
        cover_badge::CoverBadge,
        icon::Icon,
        time::At,
    },
};

#[component]
pub(super) fn Row(
    row: ArcRwSignal<TicketRow>,
    /// Whether it can be picked.
    pick: bool,
) -> impl IntoView {
    let row: RwSignal<TicketRow> = row.into();
    let number = row.with_untracked(|row| row.number);
    let cover = Memo::new(move |_| row.with(|row| (row.level, row.covered)));
    let owner = Memo::new(move |_| row.with(|row| row.sorted.as_ref().map(|one| one.assigned_to.clone())));
    let owner = move || match owner.get().filter(|name| !name.is_empty()) {
        Some(name) => name.into_any(),
        None => view! { <span class="muted">"Nobody"</span> }.into_any(),
    };
    view! {
        <tr role="row" data-number=number.to_string()>
            <td role="cell" class="q-pick">
                {pick.then(|| view! { <Pick row number /> })}
            </td>
            <td role="cell" class="mono q-ref">
                {reference(number)}
            </td>
            <td role="cell" class="q-sub">
                <a class="title" href=format!("/t/{number}")>
                    {move || row.with(|row| row.subject.clone())}
                </a>
                {move || row.with(|row| row.sorted.clone().map(|sorted| view! { <Marks sorted state=row.state /> }))}
                <span class="sub">{move || row.with(|row| view! { <LastWords row=row.clone() /> })}</span>
            </td>
            <td role="cell" class="q-who">
                {move || row.with(|row| row.customer.clone())}
                <span class="sub">{move || view! { <CoverBadge level=cover.get().0 /> }}</span>
            </td>
            <ClockCells row />
            <td role="cell" class="q-own">
                {owner}
            </td>
        </tr>
    }
    .into_any()
}

/// The box that picks a ticket; its value is the version that the reader saw.
#[component]
fn Pick(row: RwSignal<TicketRow>, number: i64) -> impl IntoView {
    let version = Memo::new(move |_| row.with(|row| row.sorted.as_ref().map_or(0, |sorted| sorted.version)));
    view! {
        <input
            type="checkbox"
            name=format!("input[picked][{number}]")
            value=version.get_untracked().to_string()
            prop:value=move || version.get().to_string()
            aria-label=format!("Pick {}", reference(number))
        />
    }
}

#[component]
fn ClockCells(row: RwSignal<TicketRow>) -> impl IntoView {
    let face = Memo::new(move |_| row.with(|row| row.face.clone()));
    let has_face = Memo::new(move |_| face.with(Option::is_some));
    let clock = move || match has_face.get() {
        true => {
            let face = Signal::derive(move || face.get().unwrap_or_else(no_face));
            view! {
                <ClockWord face />
                <span class="sub">
                    <ClockSub face />
                </span>
            }
            .into_any()
        }
        false => view! { <NoClock covered=row.with_untracked(|row| row.covered) /> }.into_any(),
    };
    let run = move || match has_face.get() {
        true => view! { <Runway face=Signal::derive(move || face.get().unwrap_or_else(no_face)) /> }.into_any(),
        false => ().into_any(),
    };
    view! {
        <td role="cell" class="q-clk">
            {clock}
        </td>
        <td role="cell" class="q-run">
            {run}
        </td>
    }
}

/// What is not usual about it: urgency, what it waits for, tags, when it wakes.
#[component]
fn Marks(sorted: Sorted, state: TicketState) -> impl IntoView {
    let urgent = matches!(sorted.priority, Priority::High | Priority::Urgent).then(|| sorted.priority.label());
    let waits = matches!(state, TicketState::Asked | TicketState::WaitingCustomer | TicketState::WaitingMaker);
    let words = urgent.into_iter().chain(waits.then(|| state.label()));
    let chips: Vec<String> = words.map(str::to_owned).chain(sorted.tags.iter().map(|tag| format!("#{tag}"))).collect();
    let wakes = sorted.snoozed_until.map(|at| view! { <span class="chip">"Wakes " <At at /></span> });
    (!chips.is_empty() || wakes.is_some()).then(|| {
        let chips = chips.into_iter().map(|words| view! { <span class="chip">{words}</span> }).collect_view();
        view! { <span class="q-marks">{chips} {wakes}</span> }
    })
}

/// Never shown: what is drawn for the moment in which a row loses its clock.
fn no_face() -> crate::api::tickets::ClockFace {
    crate::api::tickets::ClockFace {
        kind: domain::clock::ClockKind::Response,
        target_s: 0,
        state: crate::api::tickets::FaceState::NoCover,
    }
}

#[component]
fn NoClock(covered: bool) -> impl IntoView {
    let (words, sub) = match covered {
        true => ("No target", "Nothing is due"),
        false => ("Not covered", "No cover, no target time"),
    };
    view! {
        <span class="clock clock--hold">
            <Icon name="info" />
            {words}
        </span>
        <span class="sub">{sub}</span>
    }
}

/// What was said or done last, or where the ticket comes from.
#[component]
pub(super) fn LastWords(row: TicketRow) -> impl IntoView {
    let TicketRow { last, fault, state, closed_at, opened_at, .. } = row;
    if let (TicketState::Closed, Some(at)) = (state, closed_at) {
        return view! { "Closed " <At at /> }.into_any();
    }
    match (last, fault) {
        (Some(last), _) if last.kind == TicketEventKind::Message => {
            let asked = if last.again { "Asked again " } else { "Asked " };
            view! { {asked} <At at=last.at /> {format!(": \u{201c}{}\u{201d}", last.text)} }.into_any()
        }
        (Some(last), _) => view! { {last_words(last.kind, &last.by)} " " <At at=last.at /> }.into_any(),
        (None, Some(fault)) => view! { {format!("Opened from fault F-{fault} ")} <At at=opened_at /> }.into_any(),
        (None, None) => view! { "Logged " <At at=opened_at /> }.into_any(),
    }
}

fn last_words(kind: TicketEventKind, by: &str) -> String {
    match kind {
        TicketEventKind::Response => format!("{by} replied"),
        TicketEventKind::Call => format!("{by} logged a call"),
        TicketEventKind::Message => format!("{by} wrote"),
        TicketEventKind::Recovered => "The fault recovered".to_owned(),
        TicketEventKind::Paused => format!("{by} paused the clock"),
        TicketEventKind::Resumed => format!("{by} ended the pause"),
        TicketEventKind::Closed => format!("{by} closed it"),
        TicketEventKind::Reopened => format!("{by} opened it again"),
        TicketEventKind::Agreed => format!("{by} took it on"),
        TicketEventKind::IncidentAsked => format!("{by} ordered an incident"),
        TicketEventKind::ApprovalNeeded => "Approval needed".to_owned(),
        TicketEventKind::UnitApproved => format!("{by} approved a unit"),
        TicketEventKind::Declined => format!("{by} declined it"),
        TicketEventKind::Accepted => format!("{by} accepted it"),
        TicketEventKind::Hardware => format!("{by} moved hardware on"),
        TicketEventKind::Rated => format!("{by} said how it was"),
        _ => format!("{by} changed it"),
    }
}
