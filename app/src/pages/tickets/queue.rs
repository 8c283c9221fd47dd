//! The queue of staff: groups and rows with runways.

use domain::ticket::{TicketEventKind, TicketState, reference};
use leptos::prelude::*;

use super::Shown;
use crate::{
    api::tickets::{QueueGroup, Show, TicketRow},
    components::{
        clock::{ClockSub, ClockWord, Runway},
        cover_badge::CoverBadge,
        held_pill::HeldPill,
        icon::Icon,
        status::Mark,
        time::At,
    },
};

const GROUPS: [QueueGroup; 5] =
    [QueueGroup::Breached, QueueGroup::WithinTheHour, QueueGroup::Later, QueueGroup::Paused, QueueGroup::NoClock];

fn title(group: QueueGroup, show: Show) -> &'static str {
    match (group, show) {
        (_, Show::Closed) => "Closed",
        (QueueGroup::Breached, _) => "Breached",
        (QueueGroup::WithinTheHour, _) => "Due within the hour",
        (QueueGroup::Later, _) => "Later",
        (QueueGroup::Paused, _) => "Paused",
        (QueueGroup::NoClock, _) => "No clock",
    }
}

#[component]
pub(super) fn Queue(shown: Shown, show: Show) -> impl IntoView {
    let empty = Memo::new(move |_| shown.rows.with(Vec::is_empty));
    let words = Signal::derive(move || {
        shown.waits.get().then(|| "The list has changed since you started reading. Show it".to_owned())
    });
    let groups = GROUPS.map(|group| view! { <Group shown group show /> }).into_iter().collect_view();
    let reader = shown.reader;
    view! {
        <div
            on:pointermove=move |event| {
                reader.pointer_moved(&event);
            }
            on:pointerleave=move |_| reader.pointer_left()
            on:focusin=move |_| reader.set_focus(true)
            on:focusout=move |_| reader.set_focus(false)
        >
            <HeldPill words reader on_press=Callback::new(move |_| shown.release()) />
            {move || empty.get().then(|| view! { <Empty show /> })}
            <div class="table-wrap" hidden=move || empty.get()>
                <table class="table queue" role="table" aria-label="Tickets, soonest breach first">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">
                                "Ticket"
                            </th>
                            <th role="columnheader" scope="col">
                                "Subject"
                            </th>
                            <th role="columnheader" scope="col">
                                "Customer and cover"
                            </th>
                            <th role="columnheader" scope="col" aria-sort=(show == Show::Open).then_some("ascending")>
                                "Time to breach"
                            </th>
                            <th role="columnheader" scope="col" class="q-run">
                                <span class="vh">"From one hour ago until in three days"</span>
                                <span class="runway-axis" aria-hidden="true">
                                    <span>"−1 h"</span>
                                    <span>"now"</span>
                                    <span>"1 h"</span>
                                    <span>"4 h"</span>
                                    <span>"1 d"</span>
                                    <span>"3 d"</span>
                                </span>
                            </th>
                        </tr>
                    </thead>
                    {groups}
                </table>
            </div>
        </div>
        <p class="note mt" hidden=move || empty.get()>
            "A bar is the time left; the shorter it is, the sooner it breaches. Hatching is time outside the customer’s cover, when the clock does not run."
        </p>
    }
}

#[component]
fn Empty(show: Show) -> impl IntoView {
    let (title, words) = match show {
        Show::Open => ("Nothing is waiting", "A confirmed fault of a covered host opens a ticket by itself."),
        Show::Closed => ("No ticket was closed yet", "Closed tickets are kept here."),
    };
    view! {
        <section class="card">
            <div class="empty">
                <Mark tile=crate::api::board::Tile {
                    state: crate::api::board::TileState::Ok,
                    acknowledged: false,
                } large=true />
                <h3>{title}</h3>
                <p>{words}</p>
            </div>
        </section>
    }
}

#[component]
fn Group(shown: Shown, group: QueueGroup, show: Show) -> impl IntoView {
    // Closed tickets are one list: nothing of theirs is due.
    let belongs = move |row: &TicketRow| match show {
        Show::Open => row.group == group,
        Show::Closed => group == QueueGroup::NoClock,
    };
    let rows = Memo::new(move |_| {
        shown.rows.with(|rows| {
            let inside = rows.iter().filter(|(_, row)| row.with(belongs));
            inside.map(|(number, _)| *number).collect::<Vec<_>>()
        })
    });
    let row = move |number: i64| {
        shown.rows.with_untracked(|rows| rows.iter().find(|(known, _)| *known == number).map(|(_, row)| row.clone()))
    };
    let head = move || {
        let count = rows.with(Vec::len);
        (0 < count).then(|| {
            let words = match group {
                QueueGroup::Paused if show == Show::Open => {
                    format!("{count}, the clock starts again when the reason clears")
                }
                _ => count.to_string(),
            };
            view! {
                <tr class="grp" role="row">
                    <th colspan="5" role="rowheader" scope="rowgroup">
                        {title(group, show)}
                        <span>{words}</span>
                    </th>
                </tr>
            }
        })
    };
    view! {
        <tbody role="rowgroup" hidden=move || rows.with(Vec::is_empty)>
            {head}
            <For
                each=move || rows.get()
                key=|number| *number
                children=move |number| row(number).map(|row| view! { <Row row /> })
            />
        </tbody>
    }
    .into_any()
}

#[component]
fn Row(row: ArcRwSignal<TicketRow>) -> impl IntoView {
    let row: RwSignal<TicketRow> = row.into();
    let TicketRow { number, subject, customer, .. } = row.get_untracked();
    let cover = Memo::new(move |_| row.with(|row| (row.level, row.covered)));
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
        false => view! { <NoClock covered=cover.get_untracked().1 /> }.into_any(),
    };
    let run = move || match has_face.get() {
        true => view! { <Runway face=Signal::derive(move || face.get().unwrap_or_else(no_face)) /> }.into_any(),
        false => ().into_any(),
    };
    view! {
        <tr role="row" data-number=number.to_string()>
            <td role="cell" class="mono q-ref">
                {reference(number)}
            </td>
            <td role="cell" class="q-sub">
                <a class="title" href=format!("/t/{number}")>
                    {subject}
                </a>
                <span class="sub">{move || row.with(|row| view! { <LastWords row=row.clone() /> })}</span>
            </td>
            <td role="cell" class="q-who">
                {customer}
                <span class="sub">{move || view! { <CoverBadge level=cover.get().0 /> }}</span>
            </td>
            <td role="cell" class="q-clk">
                {clock}
            </td>
            <td role="cell" class="q-run">
                {run}
            </td>
        </tr>
    }
    .into_any()
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
        TicketEventKind::Declined => format!("{by} declined it"),
        TicketEventKind::Accepted => format!("{by} accepted it"),
        TicketEventKind::Rated => format!("{by} said how it was"),
        _ => format!("{by} changed it"),
    }
}
