//! One ticket: how it stands, what happens next, its clocks explained, what was said, and what can be done.

mod actions;
mod add_files;
mod aside;
mod care;
mod clocks;
mod composer;
mod conversation;
mod hardware;
mod helps;
mod here;
mod join;
mod stands;
mod work;

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
    hardware::Hardware,
    helps::{Filled, Helpers},
    join::Links,
    stands::{Sorted, Stands},
    work::Work,
};
use super::host::live::use_reload;
use crate::{
    api::{
        care::{MergePreview, preview_merge},
        error::ApiError,
        library::{Helps, load_helps},
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

/// What the address asks to be shown before it is saved: a level and a mode, or a merge.
#[derive(Debug, Clone, Default, PartialEq)]
struct Asked {
    level: String,
    mode: String,
    /// The ticket that this one would go on in.
    merge: String,
    /// A saved reply to be filled, and a macro to be shown.
    reply: String,
    run: String,
}

/// What was asked to be seen, or what is wrong with the question.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Previews {
    level: Option<Result<LevelPreview, ApiError>>,
    merge: Option<Result<MergePreview, ApiError>>,
    helps: Helps,
}

/// `/t/2314`, and `/t/2314?level=cat2&mode=exception` or `/t/2314?merge=T-2001` to see what that would do.
#[component]
pub fn TicketPageView() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let number = Memo::new(move |_| params.with(|params| params.get_str("number").and_then(parse_reference)));
    let asked = Memo::new(move |_| {
        query.with(|query| Asked {
            level: query.get("level").unwrap_or_default(),
            mode: query.get("mode").unwrap_or_default(),
            merge: query.get("merge").unwrap_or_default(),
            reply: query.get("reply").unwrap_or_default(),
            run: query.get("macro").unwrap_or_default(),
        })
    });
    let ticket = Resource::new_blocking(
        move || (number.get(), asked.get()),
        |(number, asked)| async move {
            let number = number.ok_or(ApiError::NotFound)?;
            let page = load_ticket(number).await?;
            // What is wrong with a question stands beside it; the ticket is shown all the same.
            let level = match asked.mode.is_empty() {
                true => None,
                false => Some(preview_level(number, asked.level, asked.mode).await),
            };
            let merge = match asked.merge.trim().is_empty() {
                true => None,
                false => Some(preview_merge(number, asked.merge).await),
            };
            // Without its helpers a ticket can be worked all the same.
            let helps = load_helps(number, asked.reply, asked.run).await.unwrap_or_default();
            Ok((page, Previews { level, merge, helps }))
        },
    );
    view! {
        <Loaded
            resource=ticket
            view=|(page, previews): (TicketPage, Previews)| {
                provide_now(page.now);
                view! { <Ticket page previews /> }.into_any()
            }
        />
    }
}

#[component]
fn Ticket(page: TicketPage, previews: Previews) -> impl IntoView {
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let (number, seq) = (page.number, page.seq);
    let page = RwSignal::new(page);
    let acts = Acts::new();
    if let Some(text) = previews.helps.filled.clone() {
        provide_context(Filled(text));
    }
    keep_fresh(page, number, seq, acts);
    let title = Signal::derive(move || page.with(|page| page.subject.clone()));
    let tab = Signal::derive(move || Some(page.with(|page| format!("{} {}", reference(number), page.subject))));
    let printed = move || {
        page.with(|page| {
            let at = page.now_local.replace('T', " ");
            format!("{}, {}, as it stood on {at}, {}", reference(number), page.customer, page.zone)
        })
    };
    view! {
        <p class="crumbs">
            <a href="/tickets">"Tickets"</a>
            " / "
            <span class="mono">{reference(number)}</span>
        </p>
        <p class="print-only small">{printed}</p>
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
                <Work page side />
            </div>
            <aside class="stack" aria-label="Ticket details">
                <Stands page side acts />
                <Actions page side acts preview=previews.level />
                <Helpers page helps=previews.helps />
                <Hardware number seq side />
                <Aside page side />
                <Sorted page side acts merge=previews.merge />
                <Links page acts />
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
    let raised = page.with_untracked(|page| match page.care.raised_by.as_str() {
        by if by.is_empty() || side == Side::Customer => String::new(),
        by => format!("raised by {by} {}, ", page.care.channel.words()),
    });
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
        <span>{raised} "opened " <Ago at=opened_at /> " ago"</span>
        {move || closed_at.get().map(|at| view! { <span>"closed " <At at /></span> })}
    }
}

/// What happens next, or what we wait for.
#[component]
fn Next(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let next = Memo::new(move |_| {
        page.with(|page| {
            let over = page.next_at.is_some_and(|at| at < page.now);
            let asked = side == Side::Customer && page.state == TicketState::WaitingCustomer;
            (
                page.next.clone(),
                page.next_at,
                page.waiting.is_some() || asked,
                over,
                page.care.merged_into,
                page.care.closes_at,
            )
        })
    });
    move || {
        let (words, at, waits, over, merged_into, closes_at) = next.get();
        let merged = merged_into.map(|number| {
            let there = reference(number);
            view! { " " <a href=format!("/t/{number}")>{there}</a> " goes on with it." }
        });
        let closes = closes_at.map(|at| view! { " It closes itself " <At at /> " if nobody answers." });
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
                        {words} {merged} {closes} {at.map(|at| view! { {due} <At at /> "." })}
                    </span>
                </p>
                {give}
            </div>
        }
    }
}
