//! Photos and files for a ticket, in a plain form: browsers send files in no other way without scripts, and list what was
//! chosen themselves.

use domain::{access::Side, ticket::UNDO_S, upload::LIMITS};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{actions::Acts, composer::last_seen};
use crate::{
    api::{error::ApiError, tickets::TicketPage},
    components::{
        edit_form::{refusal, wrong},
        field::TextArea,
        icon::Icon,
    },
};

/// Pictures first, so that phones offer their camera; anything else may be sent too.
const ACCEPT: &str = "image/*,*/*";

#[component]
pub(super) fn AddFiles(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let number = page.with_untracked(|page| page.number);
    // A refused form comes back by the address, with its words. Browsers keep no files.
    let (words, note) = use_query_map().with_untracked(|query| {
        (query.get("words").unwrap_or_default(), query.get("note").is_some_and(|note| note == "yes"))
    });
    let refused = refusal(acts.reply);
    let error = about_files(refused);
    let open = !words.is_empty() || error.with_untracked(Option::is_some);
    let key = move || page.with(|page| page.care.form.clone());
    let (seen, filling) = (RwSignal::new(page.with_untracked(last_seen)), RwSignal::new(false));
    // Until something is chosen or typed here, what the page shows has been seen.
    Effect::new(move |_| {
        let last = page.with(last_seen);
        if !filling.get() {
            seen.set(last);
        }
    });
    view! {
        <details class="addfiles no-print" id="add-files" open=open>
            <summary>
                <Icon name="clip" small=true />
                "Add photos or files"
            </summary>
            <form
                class="addfiles__form stack stack--s"
                method="post"
                action=format!("/t/{number}/files")
                enctype="multipart/form-data"
                aria-label="Add photos or files"
                on:input=move |_| filling.set(true)
            >
                <input type="hidden" name="key" value=key />
                <input type="hidden" name="seen" value=move || seen.get().to_string() />
                {(side == Side::Staff).then(|| view! { <Kinds note /> })}
                <Chooser error />
                <TextArea
                    label="Words to go with them"
                    name="text"
                    id="f-words"
                    value=words
                    hint="May be empty."
                    rows=2
                    error=wrong(refused, "words")
                />
                <div class="composer-foot">
                    <p class="note">{destination(side)}</p>
                    <button class="btn btn--primary" type="submit">
                        "Add to the ticket"
                    </button>
                </div>
            </form>
        </details>
    }
}

/// All that is wrong with the files.
fn about_files(refused: Signal<Option<ApiError>>) -> Signal<Option<String>> {
    let of_files = |error: ApiError| match error {
        ApiError::Invalid(wrong) => {
            let all: Vec<_> = wrong.into_iter().filter(|one| one.field == "files").map(|one| one.message).collect();
            (!all.is_empty()).then(|| all.join("; "))
        }
        _ => None,
    };
    Signal::derive(move || refused.get().and_then(of_files))
}

#[component]
fn Kinds(note: bool) -> impl IntoView {
    view! {
        <fieldset>
            <legend class="vh">"Who sees them"</legend>
            <div class="seg">
                <label>
                    <input type="radio" name="note" value="no" checked=!note />
                    "Send to the customer"
                </label>
                <label>
                    <input type="radio" name="note" value="yes" checked=note />
                    "For staff only"
                </label>
            </div>
        </fieldset>
    }
}

#[component]
fn Chooser(error: Signal<Option<String>>) -> impl IntoView {
    let described = move || match error.with(Option::is_some) {
        true => "f-files-hint f-files-error",
        false => "f-files-hint",
    };
    view! {
        <div class="field" data-error=move || error.with(Option::is_some).then_some("")>
            <label for="f-files">"Photos or files"</label>
            <span class="hint" id="f-files-hint">
                {LIMITS}
            </span>
            <input
                class="input"
                id="f-files"
                name="files"
                type="file"
                multiple
                required
                accept=ACCEPT
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
            {move || {
                error
                    .get()
                    .map(|words| {
                        view! {
                            <span class="error" id="f-files-error">
                                <Icon name="late" small=true />
                                {words}
                            </span>
                        }
                    })
            }}
        </div>
    }
}

/// Where they go.
fn destination(side: Side) -> String {
    match side {
        Side::Customer => "They are sent to our support at once.".to_owned(),
        Side::Staff => format!("A reply with files is sent at once, without the {UNDO_S} s to take it back."),
    }
}
