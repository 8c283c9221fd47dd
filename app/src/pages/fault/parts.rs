//! What, since, next; the title; and what happened so far.

use domain::{access::Side, cover::CoverLevel, fault::reference, time::span_words};
use leptos::prelude::*;

use super::so_far::{Entry, Sign, so_far};
use crate::{
    api::faults::{FaultPage, FaultRow, NextStep},
    components::{
        cover_badge::CoverBadge,
        fault_list::{detail_words, next_words},
        icon::Icon,
        page::PageHead,
        status::{Mark, StatusWord, fault_tile},
        time::{Ago, At},
    },
};

/// The heading of the page with the state under it.
#[component]
pub(super) fn Head(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    let title = Signal::derive(move || page.with(|page| page.row.headline.clone()));
    view! {
        <PageHead title />
        <p class="row small ink2 mb">
            <Labels page side />
        </p>
    }
}

/// The title of the sheet; it has the focus when the sheet opens.
#[component]
pub(super) fn SheetTitle(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    let tile = Memo::new(move |_| page.with(|page| fault_tile(&page.row, side)));
    view! {
        <Mark tile large=true />
        <div>
            <h1 id="sh" tabindex="-1">
                {move || page.with(|page| page.row.headline.clone())}
            </h1>
            <p class="row small ink2">
                <Labels page side />
            </p>
        </div>
    }
}

/// State, reference, customer, cover.
#[component]
fn Labels(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    let tile = Memo::new(move |_| page.with(|page| fault_tile(&page.row, side)));
    let FaultRow { number, customer, site, cover, .. } = page.with_untracked(|page| page.row.clone());
    view! {
        <strong>
            <StatusWord tile side bare=true />
        </strong>
        <span>{reference(number)}</span>
        <span>{customer} {(!site.is_empty()).then(|| format!(", {site}"))}</span>
        <CoverBadge level=cover bare=true />
    }
}

/// Where the cover alone promises nothing: the reminder or step that comes all the same.
fn still_due(page: &FaultPage) -> Option<NextStep> {
    let row = &page.row;
    let silent = row.is_lit(Side::Staff) && matches!(row.cover, CoverLevel::None | CoverLevel::CatS);
    page.escalation.next.clone().filter(|_| silent)
}

/// What, since, next, and for staff where and how to get in.
#[component]
pub(super) fn Facts(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    let staff = side == Side::Staff;
    let words = move |staff_word: &'static str, customer_word: &'static str| {
        if staff { staff_word } else { customer_word }
    };
    let what = move || {
        page.with(|page| {
            let row = &page.row;
            let host = if row.host_name.is_empty() { &row.system } else { &row.host_name };
            format!("{} on {host}", row.service_name)
        })
    };
    let quiet = Memo::new(move |_| page.with(|page| page.row.quiet_until.filter(|_| page.row.is_open())));
    let next = move || {
        staff.then(|| {
            let words = match page.with(still_due) {
                Some(NextStep { at, words, .. }) => view! {
                    <strong>{words} ", "</strong>
                    <At at />
                    "."
                }
                .into_any(),
                None => view! { <strong>{page.with(|page| next_words(&page.row, side))} "."</strong> }.into_any(),
            };
            view! {
                {words}
                " To the customer: "
            }
        })
    };
    view! {
        <dl class="wsn">
            <dt>{words("What", "What happened")}</dt>
            <dd>
                <strong>{what} ":"</strong>
                " "
                {move || page.with(|page| detail_words(&page.row))}
            </dd>
            <dt>"Since"</dt>
            <dd>
                <SinceWords page />
            </dd>
            <dt>{words("Next", "What happens next")}</dt>
            <dd>
                {next} {move || page.with(|page| page.next.clone())}
                {move || quiet.get().map(|at| view! { " Until " <At at /> "." })}
            </dd>
            {staff.then(|| view! { <StaffFacts page /> })}
        </dl>
    }
}

#[component]
fn SinceWords(page: RwSignal<FaultPage>) -> impl IntoView {
    let started_at = Signal::derive(move || page.with(|page| page.row.started_at));
    let cleared_at = Memo::new(move |_| page.with(|page| page.row.cleared_at));
    view! {
        <strong>
            <At at=started_at />
        </strong>
        ", "
        {move || match cleared_at.get() {
            None => view! { <Ago at=started_at /> " ago" }.into_any(),
            Some(at) => {
                let length = span_words(at.seconds_since(started_at.get_untracked()).max(1));
                view! { "recovered " <At at /> " after " {length} }.into_any()
            }
        }}
    }
}

/// Where the host answers and how to get in.
#[component]
fn StaffFacts(page: RwSignal<FaultPage>) -> impl IntoView {
    let FaultPage { row, address, access_note, .. } = page.get_untracked();
    let host = row.host_name;
    view! {
        <dt>"Where"</dt>
        <dd>
            <a class="mono" href=format!("/hosts/{host}")>
                {host.clone()}
            </a>
            {(!address.is_empty()).then(|| view! { ", " <span class="mono">{address}</span> })}
        </dd>
        {(!access_note.is_empty())
            .then(|| {
                view! {
                    <dt>"Access"</dt>
                    <dd>{access_note}</dd>
                }
            })}
    }
}

/// Every event and every mail, newest first.
#[component]
pub(super) fn SoFar(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    view! {
        <ol class="tl">
            <For
                each=move || page.with(|page| so_far(page, side))
                key=|entry| (entry.at, entry.text.clone(), entry.sub.clone())
                let:entry
            >
                <SoFarEntry entry />
            </For>
        </ol>
    }
}

#[component]
fn SoFarEntry(entry: Entry) -> impl IntoView {
    let Entry { at, sign, text, sub } = entry;
    let sign = match sign {
        Sign::Mark(tile) => view! { <Mark tile /> }.into_any(),
        Sign::Icon(name) => view! { <Icon name /> }.into_any(),
    };
    view! {
        <li>
            <At at />
            {sign}
            <p>{text} {sub.map(|sub| view! { <span class="sub">{sub}</span> })}</p>
        </li>
    }
}
