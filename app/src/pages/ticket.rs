//! One ticket: how it stands, what happens next, its clocks explained, what was said, and what can be done.

mod actions;
mod aside;
mod clocks;
mod composer;
mod conversation;

use domain::{
    access::Side,
    ticket::{TicketState, parse_reference, reference},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{
    actions::{Actions, Acts},
    aside::Aside,
    clocks::Clocks,
    conversation::Conversation,
};
use super::host::live::use_reload;
use crate::{
    api::{
        error::ApiError,
        live::LiveChange,
        tickets::{LevelPreview, TicketPage, load_ticket, preview_level},
    },
    components::{
        banner::FormErrors,
        cover_badge::CoverBadge,
        icon::Icon,
        live_feed::follow_live,
        page::{Loaded, PageHead},
        session::use_me,
        shell::use_announcer,
        time::{Ago, At, provide_now},
    },
};

/// What the address asks to be shown before it is saved: a level and a mode.
#[derive(Debug, Clone, Default, PartialEq)]
struct Asked {
    level: String,
    mode: String,
}

/// `/t/2314`, and `/t/2314?level=cat2&mode=exception` to see what that would do.
#[component]
pub fn TicketPageView() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let number = Memo::new(move |_| params.with(|params| params.get_str("number").and_then(parse_reference)));
    let asked = Memo::new(move |_| {
        query.with(|query| Asked {
            level: query.get("level").unwrap_or_default(),
            mode: query.get("mode").unwrap_or_default(),
        })
    });
    let ticket = Resource::new_blocking(
        move || (number.get(), asked.get()),
        |(number, asked)| async move {
            let number = number.ok_or(ApiError::NotFound)?;
            let page = load_ticket(number).await?;
            let preview = match asked.mode.is_empty() {
                true => None,
                // What is wrong with the question stands beside it; the ticket is shown all the same.
                false => Some(preview_level(number, asked.level, asked.mode).await),
            };
            Ok((page, preview))
        },
    );
    view! {
        <Loaded
            resource=ticket
            view=|(page, preview): (TicketPage, Option<Result<LevelPreview, ApiError>>)| {
                provide_now(page.now);
                view! { <Ticket page preview /> }.into_any()
            }
        />
    }
}

#[component]
fn Ticket(page: TicketPage, preview: Option<Result<LevelPreview, ApiError>>) -> impl IntoView {
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let (number, seq) = (page.number, page.seq);
    let page = RwSignal::new(page);
    let acts = Acts::new();
    keep_fresh(page, number, seq, acts);
    let title = Signal::derive(move || page.with(|page| page.subject.clone()));
    let tab = Signal::derive(move || Some(page.with(|page| format!("{} {}", reference(number), page.subject))));
    view! {
        <p class="crumbs">
            <a href="/tickets">"Tickets"</a>
            " / "
            <span class="mono">{reference(number)}</span>
        </p>
        <PageHead title tab />
        <p class="row small ink2 mb">
            <Labels page side />
        </p>
        <FormErrors error=acts.error() />
        <Next page side acts />
        <div class="split split--wide">
            <div class="stack">
                <Clocks page side acts />
                <Conversation page side acts />
            </div>
            <aside class="stack" aria-label="Ticket details">
                <Actions page side acts preview />
                <Aside page side />
            </aside>
        </div>
    }
    .into_any()
}

/// Loads again on news of this ticket and after the reader's own acts.
fn keep_fresh(page: RwSignal<TicketPage>, number: i64, seq: i64, acts: Acts) {
    let announcer = use_announcer();
    Effect::new(move |_| announcer.count_tickets(page.with(|page| page.open)));
    let reload = use_reload(move || load_ticket(number), move |fresh| drop(page.try_set(fresh)));
    follow_live(seq, move |event| match event.change {
        LiveChange::Ticket { number: changed, .. } | LiveChange::TicketForStaff { number: changed, .. }
            if changed == number =>
        {
            reload.run(());
        }
        LiveChange::Resync => reload.run(()),
        _ => {}
    });
    Effect::new(move |ran_before: Option<()>| {
        acts.version();
        if ran_before.is_some() {
            reload.run(());
        }
    });
}

/// State, customer, cover, age.
#[component]
fn Labels(page: RwSignal<TicketPage>, side: Side) -> impl IntoView {
    let state = Memo::new(move |_| page.with(|page| page.state));
    let level = Memo::new(move |_| page.with(|page| page.level));
    let place = page.with_untracked(|page| {
        let parts = [page.customer.as_str(), page.site.as_str()].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(", ")
    });
    let opened_at = page.with_untracked(|page| page.opened_at);
    let closed_at = Memo::new(move |_| page.with(|page| page.closed_at));
    let pill = move || {
        let state = state.get();
        let (class, icon) = match state {
            TicketState::Asked => ("st st--warn st--pill", "info"),
            TicketState::Open => ("st st--mnt st--pill", "ticket"),
            TicketState::WaitingCustomer | TicketState::WaitingMaker => ("st st--unk st--pill", "clock"),
            TicketState::Closed => ("st st--ok st--pill", "check"),
        };
        let words = match (state, side) {
            (TicketState::Asked, Side::Customer) => "We are deciding",
            (TicketState::WaitingCustomer, Side::Customer) => "Waiting for you",
            _ => state.label(),
        };
        view! {
            <span class=class>
                <Icon name=icon small=true />
                {words}
            </span>
        }
    };
    view! {
        {pill}
        {(side == Side::Staff).then(|| view! { <span>{place}</span> })}
        {move || view! { <CoverBadge level=level.get() bare=true /> }}
        <span>"opened " <Ago at=opened_at /> " ago"</span>
        {move || closed_at.get().map(|at| view! { <span>"closed " <At at /></span> })}
    }
}

/// What happens next, or what we wait for.
#[component]
fn Next(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let next = Memo::new(move |_| {
        page.with(|page| {
            let over = page.next_at.is_some_and(|at| at < page.now);
            (page.next.clone(), page.next_at, page.waiting.is_some(), over)
        })
    });
    move || {
        let (words, at, waits, over) = next.get();
        let (class, icon) = match (waits, over) {
            (true, _) => ("banner banner--warn mb", "pause"),
            (false, true) => ("banner banner--warn mb", "late"),
            (false, false) => ("banner mb", "right"),
        };
        let lead = match (waits, side) {
            (true, Side::Customer) => "We are waiting for you. ",
            _ => "What happens next: ",
        };
        let due = if over { " Was due " } else { " Due " };
        let give = page.with_untracked(|page| page.may.give_access).then(|| {
            let number = page.with_untracked(|page| page.number);
            view! {
                <ActionForm action=acts.give_access>
                    <input type="hidden" name="number" value=number.to_string() />
                    <button class="btn btn--primary" type="submit">
                        "We have given access"
                    </button>
                </ActionForm>
            }
        });
        view! {
            <div class=class role="status">
                <Icon name=icon />
                <p>
                    <strong>{lead}</strong>
                    <span class="note">
                        {words} {at.map(|at| view! { {due} <At at /> "." })}
                    </span>
                </p>
                {give}
            </div>
        }
    }
}
