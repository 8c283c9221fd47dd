//! The form of a saved reply, a macro or a note, with its versions. It needs no script: a refusal brings everything back.

use domain::{
    id::LibraryId,
    library::{LibraryKind, Placeholder, Visibility, Wait},
    probe::FieldError,
    ticket::{Priority, Queue},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::{
    api::{
        error::ApiError,
        library::{LibraryForm, LibraryInput, SaveLibrary, VersionLine, list_path, load_library_form},
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        edit_form::{FormSection, about},
        field::{SelectField, TextArea, TextField},
        page::{Loaded, PageHead},
        time::{At, provide_now},
    },
};

fn use_typed() -> Memo<(Option<LibraryInput>, String)> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| (LibraryInput::from_address(|key| query.get(key)), query.get("check").unwrap_or_default()))
    })
}

/// `/library/new?input[kind]=reply`.
#[component]
pub fn NewItemPage() -> impl IntoView {
    let typed = use_typed();
    let form = Resource::new_blocking(move || typed.get(), |(input, check)| load_library_form(None, input, check));
    view! { <Loaded resource=form view=|form| view! { <Form form /> }.into_any() /> }
}

/// `/library/:id/edit`.
#[component]
pub fn EditItemPage() -> impl IntoView {
    let (params, typed) = (use_params_map(), use_typed());
    let id = Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse::<LibraryId>().ok())));
    let form = Resource::new_blocking(
        move || (id.get(), typed.get()),
        |(id, (input, check))| async move {
            match id {
                Some(id) => load_library_form(Some(id), input, check).await,
                None => Err(ApiError::NotFound),
            }
        },
    );
    view! { <Loaded resource=form view=|form| view! { <Form form /> }.into_any() /> }
}

#[component]
fn Form(form: LibraryForm) -> impl IntoView {
    provide_now(form.now);
    let LibraryForm { kind, id, input, wrong, conflict, replies, versions, disabled, .. } = form;
    let word = kind.label().to_lowercase();
    let title = match id {
        None => format!("New {word}"),
        Some(_) => format!("Edit {}", input.name),
    };
    let errors = (!wrong.is_empty()).then(|| ApiError::Invalid(wrong.clone()));
    let back = list_path(kind);
    let parts = match kind {
        LibraryKind::Reply => view! { <ReplyFields input=input.clone() wrong=wrong.clone() /> }.into_any(),
        LibraryKind::Macro => view! { <MacroFields input=input.clone() wrong=wrong.clone() replies /> }.into_any(),
        LibraryKind::Note => view! { <NoteFields input=input.clone() wrong=wrong.clone() /> }.into_any(),
    };
    view! {
        <p class="crumbs">
            <a href=back>"Library"</a>
            " / "
            {title.clone()}
        </p>
        <PageHead title=title.clone() lede=disabled.then(|| "Switched off: it is offered nowhere.".to_owned()) />
        {conflict
            .map(|words| {
                view! {
                    <Banner kind=BannerKind::Warn>
                        <p>
                            <strong>"Nothing was saved. "</strong>
                            <span class="note">{words}</span>
                        </p>
                    </Banner>
                }
            })}
        <form class="form" method="post" action=SaveLibrary::url() aria-label=title novalidate>
            <FormErrors error=Signal::stored(errors) />
            {id.map(|id| view! { <input type="hidden" name="id" value=id.to_string() /> })}
            <input type="hidden" name="input[kind]" value=kind.as_str() />
            <input type="hidden" name="input[version]" value=input.version.clone() />
            <FormSection id="what" title=kind.label() note=note(kind)>
                <TextField
                    label="Name"
                    name="input[name]"
                    value=input.name.clone()
                    error=about(&wrong, "name")
                    autocomplete="off"
                    required=true
                />
                {parts}
            </FormSection>
            <div class="form__actions">
                <button class="btn btn--primary" type="submit">
                    {if id.is_some() { "Save as a new version".to_owned() } else { format!("Add {word}") }}
                </button>
                <a class="btn" href=back>
                    "Cancel"
                </a>
            </div>
        </form>
        {(!versions.is_empty()).then(|| view! { <Versions versions /> })}
    }
    .into_any()
}

fn note(kind: LibraryKind) -> &'static str {
    match kind {
        LibraryKind::Reply => "A text that staff put into their reply, filled for the ticket, and may still change.",
        LibraryKind::Macro => "Several changes of a ticket, made together or not at all, after a preview.",
        LibraryKind::Note => "What is known. It is suggested wherever the words of a ticket fit it.",
    }
}

#[component]
fn ReplyFields(input: LibraryInput, wrong: Vec<FieldError>) -> impl IntoView {
    let all = Placeholder::ALL.map(|one| {
        view! {
            <dt class="mono">{format!("{{{}}}", one.as_str())}</dt>
            <dd>{one.meaning()}</dd>
        }
    });
    view! {
        <TextArea label="Text" name="input[text]" value=input.text error=about(&wrong, "text") rows=10 />
        <div>
            <p class="note mb-s">"In braces, filled when it is used:"</p>
            <dl class="kv kv--s">{all.collect_view()}</dl>
        </div>
    }
    .into_any()
}

#[component]
fn NoteFields(input: LibraryInput, wrong: Vec<FieldError>) -> impl IntoView {
    let readers = Visibility::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    view! {
        <div class="form__grid">
            <SelectField
                label="Who reads it"
                name="input[visibility]"
                options=readers
                value=input.visibility
                error=about(&wrong, "visibility")
            />
            <TextField
                label="Tags"
                name="input[tags]"
                value=input.tags
                hint="Words between commas."
                error=about(&wrong, "tags")
                autocomplete="off"
            />
        </div>
        <TextArea
            label="Text"
            name="input[text]"
            value=input.text
            hint="# makes a heading, - or 1. a list, **bold**, `code`, [words](https://address)."
            error=about(&wrong, "text")
            rows=14
        />
    }
    .into_any()
}

#[component]
fn MacroFields(input: LibraryInput, wrong: Vec<FieldError>, replies: Vec<(String, String)>) -> impl IntoView {
    let or_none = |words: &str, rest: Vec<(String, String)>| {
        std::iter::once((String::new(), words.to_owned())).chain(rest).collect::<Vec<_>>()
    };
    let queues = Queue::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let priorities = Priority::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let ends = Wait::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    let assign = input.assign_me == "yes";
    view! {
        <div class="form__grid">
            <label class="opt form__wide">
                <input type="checkbox" name="input[assign_me]" value="yes" checked=assign />
                <span>"Assign it to whoever runs it"</span>
            </label>
            <SelectField
                label="Queue"
                name="input[queue]"
                options=or_none("Leave it", queues)
                value=input.queue
                error=about(&wrong, "queue")
            />
            <SelectField
                label="Priority"
                name="input[priority]"
                options=or_none("Leave it", priorities)
                value=input.priority
                error=about(&wrong, "priority")
            />
            <TextField
                label="Add tags"
                name="input[tags]"
                value=input.tags
                hint="Words between commas."
                error=about(&wrong, "tags")
                autocomplete="off"
            />
            <SelectField
                label="Send a saved reply"
                name="input[reply]"
                options=or_none("None", replies)
                value=input.reply
                error=about(&wrong, "reply")
            />
            <SelectField
                label="Then"
                name="input[then]"
                options=or_none("Leave it as it is", ends)
                value=input.then
                error=about(&wrong, "then")
            />
        </div>
    }
    .into_any()
}

#[component]
fn Versions(versions: Vec<VersionLine>) -> impl IntoView {
    let rows = versions
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <strong>{format!("Version {}: {}", one.version, one.name)}</strong>
                    <span class="sub">{one.made_by} ", " <At at=one.made_at /></span>
                    <span class="sub">{one.summary}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card mt" aria-labelledby="versions">
            <div class="card-head">
                <h2 id="versions">"Versions"</h2>
            </div>
            <ul class="linklist linklist--plain">{rows}</ul>
        </section>
    }
    .into_any()
}
