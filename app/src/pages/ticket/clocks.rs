//! The clocks of a ticket: state, tape, and the arithmetic as a list.

use domain::{access::Side, clock::ClockKind, id::ClockId};
use leptos::prelude::*;

use super::actions::{Acts, Settle};
use crate::{
    api::tickets::{ClockCard, ExplainLine, FaceState, LineKind, TicketPage},
    components::clock::{ClockWord, TapeBand, TapeKey},
};

#[component]
pub(super) fn Clocks(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let ids = Memo::new(move |_| page.with(|page| page.clocks.iter().map(|card| card.id).collect::<Vec<_>>()));
    let zone = page.with_untracked(|page| page.zone.clone());
    let none = move || {
        ids.with(Vec::is_empty).then(|| {
            view! { <p class="note">"No clock runs on this ticket: nothing was promised for it."</p> }
        })
    };
    view! {
        <section class="card" aria-label="Clocks">
            <div class="card-body stack">
                {none}
                <For each=move || ids.get() key=|id| *id children=move |id| view! { <One page side id acts /> } />
                {move || (!ids.with(Vec::is_empty)).then(|| view! { <TapeKey zone=zone.clone() /> })}
            </div>
        </section>
    }
}

#[component]
fn One(page: RwSignal<TicketPage>, side: Side, id: ClockId, acts: Acts) -> impl IntoView {
    let card = Memo::new(move |_| page.with(|page| page.clocks.iter().find(|card| card.id == id).cloned()));
    let Some(first) = card.get_untracked() else { return ().into_any() };
    let open = !is_closed(&first.face.state);
    let title = title(&first);
    let shown = move || card.get();
    let face = Signal::derive(move || shown().map_or_else(|| first.face.clone(), |card| card.face));
    let heading = format!("clock-{id}");
    let labelled = heading.clone();
    view! {
        <div class="tape" role="group" aria-labelledby=labelled>
            <div class="tape-head">
                <h2 id=heading>{title}</h2>
                <ClockWord face />
                {move || shown().map(|card| view! { <span class="small ink2">{head_words(&card)}</span> })}
            </div>
            {move || shown().map(|card| view! { <TapeBand tape=card.tape face=card.face /> })}
            {move || shown().map(|card| view! { <Facts card /> })}
            <details class="explain" open=open>
                <summary>"Explain this clock"</summary>
                {move || shown().map(|card| view! { <Lines lines=card.lines sum=card.sum /> })}
            </details>
            {move || shown().map(|card| view! { <Settle page card side acts /> })}
        </div>
    }
    .into_any()
}

fn title(card: &ClockCard) -> String {
    match (card.face.kind, card.cycle) {
        (ClockKind::NextReply, 1) => "Next reply, internal goal".to_owned(),
        (ClockKind::NextReply, cycle) => format!("Next reply {cycle}, internal goal"),
        (kind, _) => kind.label().to_owned(),
    }
}

fn is_closed(state: &FaceState) -> bool {
    matches!(state, FaceState::Met { .. } | FaceState::Missed { .. } | FaceState::Voided { .. })
}

fn head_words(card: &ClockCard) -> String {
    match (&card.face.state, &card.due) {
        (FaceState::Running { ahead, .. }, Some(due)) if !ahead.is_empty() => format!("due {due}"),
        (FaceState::Running { .. } | FaceState::Missed { .. }, Some(due)) => format!("was due {due}"),
        _ => format!("target {}", card.target),
    }
}

/// Start and target, and every pause with who ended it.
#[component]
fn Facts(card: ClockCard) -> impl IntoView {
    let pauses = card
        .pauses
        .into_iter()
        .map(|pause| view! { <li><span class="when">{pause.when}</span><span>{pause.words}</span></li> });
    let reason = card.reason.map(|reason| view! { <li><span class="when">"Why"</span><span>{reason}</span></li> });
    view! {
        <ol class="tape-log">
            <li>
                <span class="when">{card.started}</span>
                <span>"Started. We aim for " {card.target} "."</span>
            </li>
            {pauses.collect_view()}
            {reason}
        </ol>
    }
}

/// Every stretch that counted or did not, with a running sum.
#[component]
fn Lines(lines: Vec<ExplainLine>, sum: String) -> impl IntoView {
    let lines = lines.into_iter().map(|line| {
        let class = match line.kind {
            LineKind::Counted => "explain__counted",
            LineKind::Ahead => "explain__ahead",
            LineKind::Skipped => "explain__skipped",
        };
        view! {
            <li class=class>
                <span class="when">{line.when}</span>
                <span>{line.words}</span>
                <span class="explain__total">{line.total}</span>
            </li>
        }
    });
    view! {
        <ol class="explain__lines">{lines.collect_view()}</ol>
        <p class="explain__sum">{sum}</p>
    }
}
