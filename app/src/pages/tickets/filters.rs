//! Filters in the address: dashed ones can be set, solid ones go with one press. All of it is forms and links.

use domain::{
    cover::CoverLevel,
    ticket::{Priority, Queue, QueueGroup, TAG_CHARS_MAX, TicketKind, TicketState},
};
use leptos::prelude::*;
use leptos_router::components::Form;

use crate::{
    api::queue::{Choices, Filter, QueueQuery, SaveView, VIEW_CHARS_MAX},
    components::icon::Icon,
};

/// Values with their words, of a filter with a fixed set.
fn fixed(filter: Filter) -> Vec<(&'static str, &'static str)> {
    match filter {
        Filter::State => {
            let open = TicketState::ALL.iter().filter(|state| state.is_open());
            open.map(|one| (one.as_str(), one.label())).collect()
        }
        Filter::Cover => CoverLevel::ALL.iter().map(|one| (one.as_str(), one.label())).collect(),
        Filter::Clock => QueueGroup::ALL.iter().map(|one| (one.as_str(), one.label())).collect(),
        Filter::Queue => Queue::ALL.iter().map(|one| (one.as_str(), one.label())).collect(),
        Filter::Priority => Priority::ALL.iter().rev().map(|one| (one.as_str(), one.label())).collect(),
        Filter::Kind => TicketKind::ALL.iter().map(|one| (one.as_str(), one.label())).collect(),
        Filter::Customer | Filter::Tag | Filter::Assignee | Filter::Find => Vec::new(),
    }
}

/// What a filter is set to, in words; None: it is not set.
fn set_words(query: &QueueQuery, choices: &Choices, filter: Filter) -> Option<String> {
    let value = Some(query.value(filter)).filter(|value| !value.is_empty())?;
    let named = |list: &[(String, String)]| {
        list.iter().find(|(id, _)| *id == value).map_or_else(|| "somebody else".to_owned(), |(_, name)| name.clone())
    };
    let words = match filter {
        Filter::Customer => named(&customers(choices)),
        Filter::Assignee => named(&people(choices)),
        Filter::Tag => value,
        Filter::Find => format!("\u{201c}{value}\u{201d}"),
        _ => {
            let fixed = fixed(filter);
            let word = |word: &str| fixed.iter().find(|(one, _)| *one == word).map_or("", |(_, label)| *label);
            value.split(',').map(word).collect::<Vec<_>>().join(", ")
        }
    };
    Some(format!("{}: {words}", filter.label()))
}

fn customers(choices: &Choices) -> Vec<(String, String)> {
    choices.customers.iter().map(|(id, name)| (id.to_string(), name.clone())).collect()
}

fn people(choices: &Choices) -> Vec<(String, String)> {
    let first = [("nobody".to_owned(), "Nobody".to_owned()), ("me".to_owned(), "Me".to_owned())];
    first.into_iter().chain(choices.staff.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect()
}

#[component]
pub(super) fn Filters(query: QueueQuery, choices: Choices) -> impl IntoView {
    let set: Vec<_> = Filter::ALL
        .into_iter()
        .filter_map(|filter| Some((filter, set_words(&query, &choices, filter)?)))
        .map(|(filter, words)| {
            view! {
                <a class="filter filter--on" href=query.href_without(filter)>
                    {words}
                    <Icon name="x" small=true />
                    <span class="vh">"Remove filter"</span>
                </a>
            }
        })
        .collect();
    let menus = Filter::ALL
        .into_iter()
        .filter(|filter| query.value(*filter).is_empty())
        .map(|filter| view! { <Menu filter query=query.clone() choices=choices.clone() /> })
        .collect_view();
    view! {
        <div class="filters" role="group" aria-label="Filters">
            {set}
            // A box that the style sheet reads: one button shows all filters on a phone, also before the page is alive.
            <input class="vh only-s filters__switch" type="checkbox" id="show-filters" />
            <label class="filter only-s" for="show-filters">
                <Icon name="filter" small=true />
                "Filters"
            </label>
            <div class="filters__all">{menus} <SaveMenu query /></div>
        </div>
    }
    .into_any()
}

/// The rest of the address, so that a form keeps it.
fn hidden(query: &QueueQuery, without: Filter) -> AnyView {
    let bare = QueueQuery { tab: Some(query.tab()), saved: None, ..query.clone() };
    let fields = bare.parameters(Some(without));
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
        .into_any()
}

#[component]
fn Menu(filter: Filter, query: QueueQuery, choices: Choices) -> impl IntoView {
    let name = filter.name();
    let choice = match filter {
        Filter::Customer => view! { <Select name label="Customer" options=customers(&choices) /> }.into_any(),
        Filter::Assignee => view! { <Select name label="Assigned to" options=people(&choices) /> }.into_any(),
        Filter::Tag => {
            let tags = choices.tags.iter().map(|tag| (tag.clone(), tag.clone())).collect::<Vec<_>>();
            match tags.is_empty() {
                true => view! {
                    <input class="input" name=name aria-label="Tag" maxlength=TAG_CHARS_MAX.to_string() />
                }
                .into_any(),
                false => view! { <Select name label="Tag" options=tags /> }.into_any(),
            }
        }
        Filter::Find => view! {
            <input
                class="input"
                type="search"
                name=name
                aria-label="In subject, customer or number"
                placeholder="Subject, customer or number"
                maxlength="100"
            />
        }
        .into_any(),
        _ => fixed(filter)
            .into_iter()
            .map(|(value, words)| {
                view! {
                    <label class="row">
                        <input type="checkbox" name=name value=value />
                        {words}
                    </label>
                }
            })
            .collect_view()
            .into_any(),
    };
    view! {
        <details class="menu">
            <summary class="filter">
                <Icon name="plus" small=true />
                {filter.label()}
            </summary>
            <div class="menu__body">
                <Form method="GET" action="/tickets" replace=true attr:class="stack stack--s">
                    {hidden(&query, filter)}
                    <fieldset class="stack stack--s">
                        <legend class="vh">{filter.label()}</legend>
                        {choice}
                    </fieldset>
                    <button class="btn" type="submit">
                        "Show these"
                    </button>
                </Form>
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn Select(name: &'static str, label: &'static str, options: Vec<(String, String)>) -> impl IntoView {
    let options =
        options.into_iter().map(|(value, words)| view! { <option value=value>{words}</option> }).collect_view();
    view! {
        <select class="select" name=name aria-label=label>
            {options}
        </select>
    }
}

/// What the address asks for, under a name of one's own.
#[component]
fn SaveMenu(query: QueueQuery) -> impl IntoView {
    let action = ServerAction::<SaveView>::new();
    let value = action.value();
    let refused =
        move || value.get().and_then(Result::err).map(|error| view! { <p class="error">{error.to_string()}</p> });
    view! {
        <details class="menu">
            <summary class="filter">
                <Icon name="check" small=true />
                "Save view"
            </summary>
            <div class="menu__body">
                <ActionForm action attr:class="stack stack--s">
                    {refused}
                    <input type="hidden" name="input[query]" value=query.kept() />
                    <div class="field">
                        <label for="view-name">"Name of the view"</label>
                        <input
                            class="input"
                            id="view-name"
                            name="input[name]"
                            required
                            maxlength=VIEW_CHARS_MAX.to_string()
                            autocomplete="off"
                        />
                    </div>
                    <label class="row">
                        <input type="checkbox" name="input[shared]" value="yes" />
                        "Colleagues see it too"
                    </label>
                    <label class="row">
                        <input type="checkbox" name="input[default]" value="yes" />
                        "Show it to me first"
                    </label>
                    <button class="btn" type="submit">
                        "Save view"
                    </button>
                    <a class="small" href="/tickets/views">
                        "All saved views"
                    </a>
                </ActionForm>
            </div>
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_filter_says_what_it_is_set_to() {
        let query = QueueQuery::parse("cover=cat2,cat4&assignee=nobody&find=lift&clock=soon&queue=field");
        let choices = Choices::default();
        let said: Vec<_> = Filter::ALL.into_iter().filter_map(|one| set_words(&query, &choices, one)).collect();
        let expected = [
            "Cover: Cat2, Cat4",
            "Clock: Due within the hour",
            "Assigned to: Nobody",
            "Queue: Field",
            "Text: \u{201c}lift\u{201d}",
        ];
        assert_eq!(said, expected);
    }
}
