//! Above the list: the tabs of views and the filter by customer. All of it is links, so it works without the browser
//! half and can be sent to a colleague.

use leptos::prelude::*;
use leptos_router::params::ParamsMap;

use super::{
    model::{Filter, View},
    store::BoardStore,
};
use crate::components::icon::Icon;

#[component]
pub(super) fn ViewTabs(store: BoardStore, filter: Memo<Filter>) -> impl IntoView {
    let tabs = View::ALL
        .into_iter()
        .map(|view| {
            let current = move || (filter.get().view == view).then_some("true");
            let href = move || format!("/board{}", Filter { view, ..filter.get() }.query());
            view! {
                <a href=href aria-current=current data-noscroll="true" prop:replace=true>
                    {view.label()}
                    " "
                    <span class="n">{move || store.counts.get().of_view(view)}</span>
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="views" aria-label="Views">
            {tabs}
        </nav>
    }
}

/// The customer shown, with a press to show all again; else a list to choose one from.
#[component]
pub(super) fn Filters(store: BoardStore, filter: Memo<Filter>) -> impl IntoView {
    let chosen = Memo::new(move |_| filter.get().customer);
    let control = move || match chosen.get() {
        Some(customer) => {
            let name = move || {
                store.estate.with(|estate| {
                    let entry = estate.iter().find(|entry| entry.id == customer);
                    entry.map_or_else(
                        || "not known".to_owned(),
                        |entry| entry.customer.with(|customer| customer.name.clone()),
                    )
                })
            };
            let href = move || format!("/board{}", Filter { customer: None, ..filter.get() }.query());
            view! {
                <a class="filter filter--on" href=href data-noscroll="true" prop:replace=true>
                    "Customer: "
                    {name}
                    " "
                    <Icon name="x" small=true />
                    <span class="vh">"Remove filter"</span>
                </a>
            }
            .into_any()
        }
        None => view! { <ChooseCustomer store filter /> }.into_any(),
    };
    view! {
        <div class="filters">
            {control}
            <span class="push small muted not-s">"Worst first, then the longest"</span>
        </div>
    }
}

/// A list over the page, opened by the browser itself.
#[component]
fn ChooseCustomer(store: BoardStore, filter: Memo<Filter>) -> impl IntoView {
    view! {
        <button class="filter" type="button" popovertarget="choose-customer">
            <Icon name="plus" small=true />
            "Customer"
        </button>
        <div class="card" id="choose-customer" popover="auto">
            <div class="card-head">
                <h2>"Show one customer"</h2>
            </div>
            <ul class="linklist">
                <For each=move || store.estate.get() key=|entry| entry.id let:entry>
                    <li>
                        <a
                            href=move || {
                                format!("/board{}", Filter { customer: Some(entry.id), ..filter.get() }.query())
                            }
                            data-noscroll="true"
                            prop:replace=true
                        >
                            <strong>{move || entry.customer.with(|customer| customer.name.clone())}</strong>
                        </a>
                    </li>
                </For>
            </ul>
        </div>
    }
}

/// "Not understood: sort." for parameters that are not the board's; those of failed forms are left out.
pub(super) fn unknown_parameters(query: &ParamsMap) -> Option<String> {
    let known = |name: &str| matches!(name, "view" | "customer" | "__path" | "__err");
    let mut unknown: Vec<_> =
        query.clone().into_iter().map(|(name, _)| name.to_string()).filter(|name| !known(name)).collect();
    if query.get_str("view").is_some_and(|view| View::parse(view).is_none()) {
        unknown.push("view".to_owned());
    }
    if unknown.is_empty() { None } else { Some(format!("Not understood in the address: {}.", unknown.join(", "))) }
}
