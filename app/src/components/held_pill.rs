//! The pill that says that changes wait, because somebody is reading where they would go.

use leptos::prelude::*;

use super::{icon::Icon, reading::Presence};

/// Nothing while `words` is `None`. Stands inside the list, so that a reader on the pill is still in the list, and takes
/// no room, so that nothing moves when it comes or goes.
#[component]
pub fn HeldPill(
    /// What waits, and that a press shows it.
    #[prop(into)]
    words: Signal<Option<String>>,
    /// Whether pointer or focus is in the list.
    reader: Presence,
    /// Shows what waits. Told whether it was pressed with a key: the focus must then go somewhere.
    #[prop(into)]
    on_press: Callback<bool>,
    /// The single key that does the same.
    #[prop(optional)]
    key: Option<&'static str>,
) -> impl IntoView {
    let press = move |event: leptos::ev::MouseEvent| {
        // The pill goes from under pointer and focus, and no event tells that they have left it.
        reader.pointer_left();
        reader.set_focus(false);
        on_press.run(event.detail() == 0);
    };
    let pill = move |words: String| {
        view! {
            <button
                type="button"
                on:click=press
            >
                <Icon name="up" small=true />
                {words}
                {key.map(|key| view! { " " <kbd>{key}</kbd> })}
            </button>
        }
    };
    view! { <div class="held">{move || words.get().map(pill)}</div> }
}
