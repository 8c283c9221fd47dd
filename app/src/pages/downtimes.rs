//! `/downtimes`: what is planned, running and past.

mod form;

use domain::downtime::Standing;
use leptos::prelude::*;

use crate::{
    api::downtimes::{CancelDowntime, DowntimePage, DowntimeRow, load_downtimes},
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{busy, done, refusal},
        icon::Icon,
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

pub use form::NewDowntimePage;

#[component]
pub fn DowntimesPage() -> impl IntoView {
    let cancel = ServerAction::<CancelDowntime>::new();
    let cancelled = done(cancel);
    let page = Resource::new_blocking(move || cancelled.get(), |_| load_downtimes());
    view! { <Loaded resource=page view=move |page| view! { <Page page cancel /> }.into_any() /> }
}

#[component]
fn Page(page: DowntimePage, cancel: ServerAction<CancelDowntime>) -> impl IntoView {
    provide_now(page.now);
    let DowntimePage { running, planned, past, may_plan, .. } = page;
    let error = refusal(cancel);
    let plan = may_plan.then(|| {
        view! {
            <a class="btn btn--primary" href="/downtimes/new">
                <Icon name="plus" small=true />
                "Plan a downtime"
            </a>
        }
    });
    let lede = "While work is planned nobody is told of faults. What outlives it is told when it ends.";
    view! {
        <PageHead title="Downtimes" lede>
            {plan}
        </PageHead>
        <FormErrors error />
        <div class="stack">
            <Rows id="running" title="Running" empty="No work is under way." rows=running cancel />
            <Rows id="planned" title="Planned" empty="Nothing is planned." rows=planned cancel />
            <Rows id="past" title="Past" empty="There was none yet." rows=past cancel />
        </div>
    }
    .into_any()
}

#[component]
fn Rows(
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    rows: Vec<DowntimeRow>,
    cancel: ServerAction<CancelDowntime>,
) -> impl IntoView {
    let none = rows.is_empty().then(|| view! { <p class="card-body note">{empty}</p> });
    let rows = rows.into_iter().map(|row| view! { <Row row cancel /> }).collect_view();
    view! {
        <section class="card" aria-labelledby=id>
            <div class="card-head">
                <h2 id=id>{title}</h2>
            </div>
            {none}
            <ul class="work__list">{rows}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Row(row: DowntimeRow, cancel: ServerAction<CancelDowntime>) -> impl IntoView {
    let DowntimeRow { id, customer, what, host, when, standing, reason, by, may_cancel } = row;
    let said = what.clone();
    let name = match host {
        Some(host) => view! { <a href=format!("/hosts/{host}")>{what}</a> }.into_any(),
        None => what.into_any(),
    };
    let (label, question, button) = match standing {
        Standing::Running { .. } => {
            ("End now", "What is still not well is told at once, with its true start.", "End it now")
        }
        _ => ("Cancel", "It will not begin, and faults are told as always.", "Cancel it"),
    };
    let act = may_cancel.then(|| {
        view! {
            <Confirm label=format!("{label}: {said}") question>
                <ActionForm action=cancel>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="btn btn--danger" type="submit" aria-busy=busy(cancel)>
                        {button}
                    </button>
                </ActionForm>
            </Confirm>
        }
    });
    view! {
        <li>
            <div>
                <strong>{name} ", " {customer}</strong>
                <Stands standing />
                <span class="sub">{when}</span>
                <span class="sub">{reason} ". " {by} "."</span>
            </div>
            {act}
        </li>
    }
    .into_any()
}

/// Shape, word, and until when.
#[component]
fn Stands(standing: Standing) -> impl IntoView {
    let (class, icon, words, at) = match standing {
        Standing::Planned { from } => ("st st--unk", "clock", "begins ", from),
        Standing::Waiting { until } => ("st st--unk", "clock", "waits for the first problem until ", until),
        Standing::Running { until } => ("st st--mnt", "wrench", "in downtime until ", until),
        Standing::Over { at } => ("st st--ok", "check", "ended ", at),
        Standing::Cancelled { at } => ("st st--unk", "x", "cancelled ", at),
    };
    view! {
        <span class=class>
            <Icon name=icon small=true />
            {words}
            <At at />
        </span>
    }
}
