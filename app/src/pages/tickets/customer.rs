//! A customer's own tickets: sentences, not columns.

use domain::ticket::reference;
use leptos::prelude::*;

use super::{Shown, queue::LastWords};
use crate::{
    api::tickets::{Show, TicketRow},
    components::{
        clock::{ClockSub, ClockWord},
        icon::Icon,
    },
};

#[component]
pub(super) fn CustomerTickets(shown: Shown, show: Show) -> impl IntoView {
    let empty = Memo::new(move |_| shown.rows.with(Vec::is_empty));
    let title = if show == Show::Open { "Open tickets" } else { "Closed tickets" };
    let words = match show {
        Show::Open => "When one of your covered systems has a fault, a ticket opens here by itself.",
        Show::Closed => "Tickets stay here after they are closed.",
    };
    view! {
        <section class="card" aria-labelledby="own-tickets">
            <div class="card-head">
                <h2 id="own-tickets">{title}</h2>
            </div>
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
                <For
                    each=move || shown.rows.get()
                    key=|(number, _)| *number
                    children=move |(_, row)| view! { <Own row /> }
                />
            </ul>
        </section>
    }
}

#[component]
fn Own(row: ArcRwSignal<TicketRow>) -> impl IntoView {
    let row: RwSignal<TicketRow> = row.into();
    let TicketRow { number, subject, .. } = row.get_untracked();
    let clock = move || {
        row.with(|row| row.face.clone()).map(|face| {
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
    view! {
        <li>
            <a href=format!("/t/{number}")>
                <strong>{subject}</strong>
                <span class="sub">{reference(number)} ". " {move || view! { <LastWords row=row.get() /> }}</span>
                {clock}
            </a>
        </li>
    }
    .into_any()
}
