//! What of the library helps with this ticket: saved replies, macros with a preview, notes that fit. Links, so that they
//! work without the browser half.

use leptos::prelude::*;

use crate::{
    api::{
        library::{Helps, MacroPreview, RunMacro},
        tickets::TicketPage,
    },
    components::{
        banner::FormErrors,
        edit_form::{busy, refusal},
        icon::Icon,
    },
};

/// The text of a saved reply that the address asks for, for the composer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled(pub(super) String);

#[component]
pub(super) fn Helpers(page: RwSignal<TicketPage>, helps: Helps) -> impl IntoView {
    let Helps { replies, macros, notes, preview, .. } = helps;
    let number = page.with_untracked(|page| page.number);
    if replies.is_empty() && macros.is_empty() && notes.is_empty() {
        return ().into_any();
    }
    let replies: Vec<_> =
        replies.into_iter().map(|(id, name)| (format!("/t/{number}?reply={id}#reply"), name)).collect();
    let macros: Vec<_> = macros.into_iter().map(|(id, name)| (format!("/t/{number}?macro={id}#macro"), name)).collect();
    let notes: Vec<_> = notes.into_iter().map(|note| (format!("/knowledge/{}", note.id), note.title)).collect();
    view! {
        {preview.map(|preview| view! { <Preview page preview /> })}
        <section class="card" aria-labelledby="helps">
            <div class="card-head">
                <h2 id="helps">"What may help"</h2>
            </div>
            <div class="acts">
                <Group title="Saved replies" icon="send" rows=replies />
                <Group title="Macros" icon="go" rows=macros />
                <Group title="Notes that fit" icon="info" rows=notes open=true />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Group(
    title: &'static str,
    icon: &'static str,
    rows: Vec<(String, String)>,
    #[prop(optional)] open: bool,
) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let rows = rows.into_iter().map(|(href, name)| {
            view! {
                <li>
                    // The page's own address with another question: loaded as a whole, so that the composer is filled.
                    <a href=href rel="external">
                        {name}
                    </a>
                </li>
            }
        });
        let rows = rows.collect_view();
        view! {
            <details class="act" open=open>
                <summary>
                    <Icon name=icon small=true />
                    {title}
                </summary>
                <ul class="linklist">{rows}</ul>
            </details>
        }
    })
}

#[component]
fn Preview(page: RwSignal<TicketPage>, preview: MacroPreview) -> impl IntoView {
    let MacroPreview { id, name, version, steps, reply } = preview;
    let action = ServerAction::<RunMacro>::new();
    let number = page.with_untracked(|page| page.number);
    let steps = steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view();
    let reply = reply.map(|text| {
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        let lines = lines.into_iter().map(|line| view! { {line} <br /> }).collect_view();
        view! { <blockquote class="helps__reply">{lines}</blockquote> }
    });
    view! {
        <section class="card" aria-labelledby="macro">
            <div class="card-head">
                <h2 id="macro">{format!("{name} would")}</h2>
            </div>
            <div class="card-body stack stack--s">
                <FormErrors error=refusal(action) />
                <ul class="bullets">{steps}</ul>
                {reply}
                <p class="note">"All of it or nothing."</p>
                <ActionForm action attr:class="row">
                    <input type="hidden" name="number" value=number.to_string() />
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="version" value=move || page.with(|page| page.version.to_string()) />
                    <input type="hidden" name="seen" value=version.to_string() />
                    <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                        "Do it"
                    </button>
                    <a class="btn" href=format!("/t/{number}")>
                        "Cancel"
                    </a>
                </ActionForm>
            </div>
        </section>
    }
    .into_any()
}
