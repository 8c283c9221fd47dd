//! Beside the conversation: the fault, the cover, the details.

use domain::{access::Side, fault::reference};
use leptos::prelude::*;

use crate::{
    api::{
        board::{Tile, TileState},
        tickets::{LinkedFault, TicketPage},
    },
    components::{
        cover_badge::CoverBadge,
        cover_decision::CoverDecisionNote,
        status::{Mark, state_word},
        time::{Ago, At},
    },
};

#[component]
pub(super) fn Aside(page: RwSignal<TicketPage>, side: Side) -> impl IntoView {
    let fault = Memo::new(move |_| page.with(|page| page.fault.clone()));
    let cover = Memo::new(move |_| page.with(|page| (page.cover.clone(), page.level)));
    let TicketPage { system, host, support_phone, zone, .. } = page.get_untracked();
    let cover_card = move || {
        let (decision, level) = cover.get();
        view! {
            <div class="card-head">
                <h2 id="cover">"Cover"</h2>
                <CoverBadge level bare=true />
            </div>
            <div class="card-body">
                <CoverDecisionNote decision side />
            </div>
        }
    };
    let host = (!host.is_empty()).then(|| {
        view! {
            <dt>"Host"</dt>
            <dd>
                <a class="mono" href=format!("/hosts/{host}")>
                    {host.clone()}
                </a>
            </dd>
        }
    });
    let system = (!system.is_empty()).then(|| view! { <dt>"System"</dt> <dd>{system}</dd> });
    let phone = (!support_phone.is_empty()).then(|| {
        let href = format!("tel:{}", support_phone.replace(' ', ""));
        view! {
            <dt>{if side == Side::Staff { "Their number" } else { "Call us" }}</dt>
            <dd>
                <a href=href>{support_phone}</a>
            </dd>
        }
    });
    let engineer = Memo::new(move |_| page.with(|page| page.care.assignee.clone()));
    let engineer = move || {
        let name = engineer.get();
        (side == Side::Customer && !name.is_empty()).then(|| view! { <dt>"Engineer"</dt> <dd>{name}</dd> })
    };
    view! {
        {move || fault.get().map(|fault| view! { <Fault fault side /> })}
        <section class="card" aria-labelledby="cover">
            {cover_card}
        </section>
        <section class="card" aria-labelledby="details">
            <div class="card-head">
                <h2 id="details">"Details"</h2>
            </div>
            <div class="card-body">
                <dl class="kv kv--s">
                    {system} {host} {engineer} {phone} <dt>"Clocks in"</dt> <dd>{zone}</dd>
                </dl>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Fault(fault: LinkedFault, side: Side) -> impl IntoView {
    let LinkedFault { number, headline, status, started_at, cleared_at } = fault;
    let state = if cleared_at.is_some() { TileState::Ok } else { TileState::from(Some(status)) };
    let when = match cleared_at {
        Some(at) => view! { "Recovered " <At at /> }.into_any(),
        None => view! { "Since " <At at=started_at /> ", " <Ago at=started_at /> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="linked">
            <div class="card-head">
                <h2 id="linked">"Linked fault"</h2>
                <a class="small" href=format!("/f/{number}")>
                    {reference(number)}
                </a>
            </div>
            <div class="card-body stack stack--s">
                <p class="row">
                    <Mark tile=Tile { state, acknowledged: false } />
                    <strong>{if cleared_at.is_some() { "Recovered" } else { state_word(state, side) }}</strong>
                    <span class="small ink2">{headline}</span>
                </p>
                <p class="small ink2">{when}</p>
            </div>
        </section>
    }
}
