//! Saved views: rename, share, show first, remove.

use leptos::prelude::*;

use crate::{
    api::queue::{RemoveView, SaveView, SavedView, VIEW_CHARS_MAX, Views, load_views},
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{done, sum_of},
        icon::Icon,
        page::{Loaded, PageHead},
    },
};

#[derive(Clone, Copy)]
struct Actions {
    save: ServerAction<SaveView>,
    remove: ServerAction<RemoveView>,
}

/// `/tickets/views`.
#[component]
pub fn ViewsPage() -> impl IntoView {
    let actions = Actions { save: ServerAction::new(), remove: ServerAction::new() };
    let done = sum_of([done(actions.save), done(actions.remove)]);
    let views = Resource::new_blocking(move || done.get(), |_| load_views());
    view! { <Loaded resource=views view=move |views| view! { <Page views actions /> }.into_any() /> }
}

#[component]
fn Page(views: Views, actions: Actions) -> impl IntoView {
    let (save, remove) = (actions.save.value(), actions.remove.value());
    let error = Signal::derive(move || save.get().and_then(Result::err).or(remove.get().and_then(Result::err)));
    let (own, others): (Vec<_>, Vec<_>) = views.views.into_iter().partition(|view| view.own);
    let none = own.is_empty().then(|| {
        view! {
            <div class="empty">
                <Icon name="filter" />
                <h3>"You have none yet"</h3>
                <p>"Set filters in the queue, then press Save view."</p>
            </div>
        }
    });
    let shared = (!others.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="shared-views">
                <div class="card-head">
                    <h2 id="shared-views">"Shared by colleagues"</h2>
                </div>
                <ul class="linklist">
                    {others
                        .into_iter()
                        .map(|view| {
                            view! {
                                <li>
                                    <a href=view.href()>
                                        <strong>{view.name.clone()}</strong>
                                        <span class="sub">{format!("By {}", view.by)}</span>
                                    </a>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </section>
        }
    });
    view! {
        <p class="crumbs">
            <a href="/tickets?view=time">"Tickets"</a>
            " / Saved views"
        </p>
        <PageHead title="Saved views" lede="A view is a name for what an address of the queue shows." />
        <FormErrors error />
        <div class="stack">
            <section class="card" aria-labelledby="own-views">
                <div class="card-head">
                    <h2 id="own-views">"Yours"</h2>
                </div>
                {none}
                {own.into_iter().map(|view| view! { <Own view actions /> }).collect_view()}
            </section>
            {shared}
        </div>
    }
    .into_any()
}

#[component]
fn Own(view: SavedView, actions: Actions) -> impl IntoView {
    let (id, removed) = (view.id.to_string(), view.id.to_string());
    let field = format!("view-{id}");
    let (question, said) = (format!("Remove {}", view.name), format!("View {}", view.name));
    let (version, shared, is_default) = (view.version, view.shared, view.is_default);
    view! {
        <div class="card-body saved-view">
            <ActionForm action=actions.save attr:class="row" attr:aria-label=said>
                <input type="hidden" name="input[id]" value=id />
                <input type="hidden" name="input[version]" value=version.to_string() />
                <label class="vh" for=field.clone()>
                    "Name"
                </label>
                <input
                    class="input"
                    id=field
                    name="input[name]"
                    value=view.name.clone()
                    required
                    maxlength=VIEW_CHARS_MAX.to_string()
                    autocomplete="off"
                />
                <label class="row">
                    <input type="checkbox" name="input[shared]" value="yes" checked=shared />
                    "Shared"
                </label>
                <label class="row">
                    <input type="checkbox" name="input[default]" value="yes" checked=is_default />
                    "Shown first"
                </label>
                <button class="btn" type="submit">
                    "Save"
                </button>
                <a class="btn btn--quiet" href=view.href()>
                    "Open"
                </a>
            </ActionForm>
            <Confirm label=question question="The view goes; no ticket changes." compact=true>
                <ActionForm action=actions.remove>
                    <input type="hidden" name="id" value=removed />
                    <button class="btn btn--danger" type="submit">
                        "Remove"
                    </button>
                </ActionForm>
            </Confirm>
        </div>
    }
    .into_any()
}
