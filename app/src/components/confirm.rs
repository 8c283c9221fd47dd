//! Asking before something is removed. A `<details>`, so that it also asks before the page is alive.

use leptos::{ev, html, prelude::*, wasm_bindgen::JsCast, web_sys};

use super::icon::Icon;

/// A control that opens a question; the question holds the form that does it. Escape, or going on to something else with
/// the focus, closes it.
#[component]
pub fn Confirm(
    /// The verb and what it is about: "Remove SIP trunk".
    #[prop(into)]
    label: String,
    /// What will happen, in a sentence or two.
    #[prop(into)]
    question: String,
    /// Show the icon alone; the label becomes the control's name.
    #[prop(optional)]
    compact: bool,
    /// The form with the button that does it.
    children: Children,
) -> impl IntoView {
    let details = NodeRef::<html::Details>::new();
    let control = NodeRef::<html::Summary>::new();
    let on_key = move |event: ev::KeyboardEvent| {
        let open = details.get_untracked().filter(|details| event.key() == "Escape" && details.open());
        if let Some(details) = open {
            details.set_open(false);
            let _ = control.get_untracked().map(|control| control.focus());
        }
    };
    let on_leave = move |event: ev::FocusEvent| {
        // A press on the question's own words takes the focus nowhere: that is not leaving.
        let Some(to) = event.related_target() else { return };
        if let Some(details) = details.get_untracked()
            && !details.contains(to.dyn_ref::<web_sys::Node>())
        {
            details.set_open(false);
        }
    };
    let summary = if compact {
        view! {
            <summary class="btn btn--icon btn--quiet" aria-label=label node_ref=control>
                <Icon name="x" small=true/>
            </summary>
        }
        .into_any()
    } else {
        view! {
            <summary class="btn btn--danger" node_ref=control>
                {label}
            </summary>
        }
        .into_any()
    };
    view! {
        <details class="confirm" node_ref=details on:keydown=on_key on:focusout=on_leave>
            {summary} <div class="confirm__ask">
                <p>{question}</p>
                {children()}
            </div>
        </details>
    }
}
