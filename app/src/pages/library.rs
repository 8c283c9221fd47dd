//! `/library`: saved replies and macros; `/knowledge`: notes of what is known, for staff and for customers.

mod form;
mod note;

use domain::{access::Side, library::LibraryKind};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

pub use self::{
    form::{EditItemPage, NewItemPage},
    note::NoteView,
};
use crate::{
    api::library::{DisableLibrary, LibraryList, LibraryRow, list_path, load_library},
    components::{
        banner::FormErrors,
        edit_form::refusal,
        icon::Icon,
        page::{Loaded, PageHead},
        session::use_me,
        time::{At, provide_now},
    },
};

/// `/library?show=macro`.
#[component]
pub fn LibraryPage() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| query.with(|query| query.get("show").unwrap_or_default()));
    let find = Memo::new(move |_| query.with(|query| query.get("find").unwrap_or_default()));
    let list = Resource::new_blocking(
        move || (kind.get(), find.get()),
        |(kind, find)| async move {
            let kind = if kind == "macro" { LibraryKind::Macro } else { LibraryKind::Reply };
            load_library(kind.as_str().to_owned(), find).await
        },
    );
    view! { <Loaded resource=list view=|list| view! { <List list /> }.into_any() /> }
}

/// `/knowledge?find=crackle`.
#[component]
pub fn KnowledgePage() -> impl IntoView {
    let query = use_query_map();
    let find = Memo::new(move |_| query.with(|query| query.get("find").unwrap_or_default()));
    let list =
        Resource::new_blocking(move || find.get(), |find| load_library(LibraryKind::Note.as_str().to_owned(), find));
    view! { <Loaded resource=list view=|list| view! { <List list /> }.into_any() /> }
}

fn title(kind: LibraryKind, side: Side) -> &'static str {
    match (kind, side) {
        (LibraryKind::Reply, _) => "Saved replies",
        (LibraryKind::Macro, _) => "Macros",
        (LibraryKind::Note, Side::Staff) => "Knowledge",
        (LibraryKind::Note, Side::Customer) => "Help",
    }
}

#[component]
fn List(list: LibraryList) -> impl IntoView {
    provide_now(list.now);
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let disable = ServerAction::<DisableLibrary>::new();
    let LibraryList { kind, find, rows, may_edit, .. } = list;
    let lede = match (rows.len(), find.is_empty()) {
        (0, true) => "There are none yet.".to_owned(),
        (0, false) => format!("Nothing fits “{find}”."),
        (1, true) => format!("1 {}.", kind.label().to_lowercase()),
        (count, true) => format!("{count} {}.", many(kind)),
        (count, false) => format!("{count} that fit “{find}”, the best first."),
    };
    let new = may_edit.then(|| {
        view! {
            <a class="btn btn--primary" href=format!("/library/new?input%5Bkind%5D={}", kind.as_str())>
                <Icon name="plus" small=true />
                {format!("New {}", kind.label().to_lowercase())}
            </a>
        }
    });
    let tabs = (side == Side::Staff).then(|| view! { <Tabs kind /> });
    let show = if kind == LibraryKind::Macro { "macro" } else { "" };
    let action = list_path(kind).split('?').next().unwrap_or_default();
    let cards = rows.into_iter().map(|row| view! { <Card row kind side may_edit action=disable /> }).collect_view();
    view! {
        <PageHead title=title(kind, side) lede>
            {new}
        </PageHead>
        {tabs}
        <FormErrors error=refusal(disable) />
        <form class="row mb" method="get" action=action role="search" aria-label="Library">
            {(!show.is_empty()).then(|| view! { <input type="hidden" name="show" value=show /> })}
            <label class="vh" for="library-find">
                "Find by words"
            </label>
            <input
                class="input library__find"
                id="library-find"
                name="find"
                value=find
                placeholder="Words, such as crackle or voicemail"
                autocomplete="off"
            />
            <button class="btn" type="submit">
                <Icon name="search" small=true />
                "Find"
            </button>
        </form>
        <ul class="stack">{cards}</ul>
    }
    .into_any()
}

fn many(kind: LibraryKind) -> &'static str {
    match kind {
        LibraryKind::Reply => "saved replies",
        LibraryKind::Macro => "macros",
        LibraryKind::Note => "notes",
    }
}

#[component]
fn Tabs(kind: LibraryKind) -> impl IntoView {
    let tabs = [LibraryKind::Note, LibraryKind::Reply, LibraryKind::Macro]
        .map(|one| {
            view! {
                <a href=list_path(one) aria-current=(one == kind).then_some("true")>
                    {title(one, Side::Staff)}
                </a>
            }
        })
        .collect_view();
    view! {
        <nav class="views" aria-label="Parts of the library">
            {tabs}
        </nav>
    }
}

#[component]
fn Card(
    row: LibraryRow,
    kind: LibraryKind,
    side: Side,
    may_edit: bool,
    action: ServerAction<DisableLibrary>,
) -> impl IntoView {
    let LibraryRow { id, name, summary, tags, visibility, version, changed_at, changed_by, disabled } = row;
    let heading = format!("item-{id}");
    let labelled = heading.clone();
    let link = match kind {
        LibraryKind::Note => Some(format!("/knowledge/{id}")),
        _ if may_edit => Some(format!("/library/{id}/edit")),
        _ => None,
    };
    let title = match link {
        Some(href) => view! { <a href=href>{name.clone()}</a> }.into_any(),
        None => view! { {name.clone()} }.into_any(),
    };
    let staff = side == Side::Staff;
    let marks = staff.then(|| {
        let visible = visibility.map(|visibility| view! { <span class="chip">{visibility.label()}</span> });
        let off = disabled.then(|| view! { <span class="chip">"Switched off"</span> });
        view! { {visible} {off} }
    });
    let tags = tags.into_iter().map(|tag| view! { <span class="chip">{tag}</span> }).collect_view();
    let made = staff.then(|| {
        view! {
            <p class="note">
                {format!("Version {version}, {changed_by}, ")} <At at=changed_at />
            </p>
        }
    });
    let acts = may_edit.then(|| view! { <Acts id=id.to_string() name version disabled action /> });
    view! {
        <li>
            <section class="card" aria-labelledby=labelled>
                <div class="card-head">
                    <h2 id=heading>{title}</h2>
                    <span class="row">{marks} {tags}</span>
                </div>
                <div class="card-body stack stack--s">
                    <p>{summary}</p>
                    {made}
                    {acts}
                </div>
            </section>
        </li>
    }
    .into_any()
}

/// Edit, and switch off or on again. What is off is offered nowhere and stays with its versions.
#[component]
fn Acts(id: String, name: String, version: i64, disabled: bool, action: ServerAction<DisableLibrary>) -> impl IntoView {
    let (word, words) = if disabled { ("no", "Switch on") } else { ("yes", "Switch off") };
    view! {
        <div class="row">
            <a class="btn" href=format!("/library/{id}/edit") aria-label=format!("Edit {name}")>
                "Edit"
            </a>
            <ActionForm action>
                <input type="hidden" name="id" value=id.clone() />
                <input type="hidden" name="version" value=version.to_string() />
                <input type="hidden" name="disabled" value=word />
                <button class="btn btn--quiet" type="submit" aria-label=format!("{words} {name}")>
                    {words}
                </button>
            </ActionForm>
        </div>
    }
}
