//! Asking before something is removed. A `<details>`, so that it also asks before the page is alive.

use leptos::prelude::*;

use super::icon::Icon;

/// A control that opens a question; the question holds the form that does it.
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
    let summary = if compact {
        view! {
            <summary class="btn btn--icon btn--quiet" aria-label=label>
                <Icon name="x" small=true/>
            </summary>
        }
        .into_any()
    } else {
        view! { <summary class="btn btn--danger">{label}</summary> }.into_any()
    };
    view! {
        <details class="confirm">
            {summary} <div class="confirm__ask">
                <p>{question}</p>
                {children()}
            </div>
        </details>
    }
}
