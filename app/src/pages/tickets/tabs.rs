//! The head of the queue, and the tabs above it: those that everybody has, then saved views.

use leptos::prelude::*;

use super::{
    Shown,
    acts::{Acts, TakeButton},
    new::NewWays,
};
use crate::{
    api::queue::{Choices, QueueQuery, Tab},
    components::{icon::Icon, page::PageHead},
};

#[component]
pub(super) fn QueueHead(shown: Shown, query: QueueQuery, acts: Acts) -> impl IntoView {
    let lede = Signal::derive(move || Some(shown.frame.with(|frame| frame.lede.clone())));
    let unassigned = Signal::derive(move || shown.frame.with(|frame| frame.tabs.unassigned));
    let file = QueueQuery { tab: Some(query.tab()), saved: None, ..query }.to_text();
    view! {
        <PageHead title="Tickets" lede>
            <a class="btn not-s" href=format!("/tickets.csv?{file}") rel="external" download="tickets.csv">
                <Icon name="download" small=true />
                "CSV"
            </a>
            <TakeButton acts unassigned />
            <NewWays />
        </PageHead>
    }
}

#[component]
pub(super) fn TabLinks(shown: Shown, query: QueueQuery, choices: Choices) -> impl IntoView {
    let current = query.tab();
    let saved = query.saved.filter(|id| choices.views.iter().any(|view| view.id == *id));
    let tab = move |tab: Tab| {
        let count = move || {
            let tabs = shown.frame.with(|frame| frame.tabs);
            let count = match tab {
                Tab::Time => Some(tabs.open),
                Tab::Unassigned => Some(tabs.unassigned),
                Tab::Mine => Some(tabs.mine),
                Tab::Waiting => Some(tabs.waiting),
                Tab::Field => Some(tabs.field),
                Tab::Snoozed => Some(tabs.snoozed),
                Tab::Closed => None,
            };
            count.map(|count| view! { <span class="n">{count}</span> })
        };
        view! {
            <a
                href=format!("/tickets?view={}", tab.as_str())
                aria-current=(saved.is_none() && tab == current).then_some("true")
            >
                {tab.label()}
                " "
                {count}
            </a>
        }
    };
    let views = choices
        .views
        .iter()
        .map(|view| {
            let whose = (!view.own).then(|| view! { <span class="vh">{format!(" of {}", view.by)}</span> });
            view! {
                <a href=view.href() aria-current=(saved == Some(view.id)).then_some("true") class="views__saved">
                    {view.name.clone()}
                    {whose}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="views" aria-label="Views">
            {Tab::ALL.map(tab).into_iter().collect_view()}
            {views}
        </nav>
    }
    .into_any()
}
