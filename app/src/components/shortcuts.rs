//! Single-key shortcuts can be switched off (WCAG 2.1.4). The choice is kept in the browser, which alone uses it.

use leptos::prelude::*;

/// A switch for the shortcuts of this browser. Out of use until the browser half runs.
#[component]
pub fn ShortcutsSwitch() -> impl IntoView {
    let on = RwSignal::new(None);
    Effect::new(move |_| on.set(Some(shortcuts_on())));
    let change = move |event: leptos::ev::Event| {
        let checked = event_target_checked(&event);
        set_shortcuts(checked);
        on.set(Some(checked));
    };
    view! {
        <label class="row">
            <input
                type="checkbox"
                disabled=move || on.get().is_none()
                prop:checked=move || on.get().unwrap_or(true)
                on:change=change
            />
            " Use single-key shortcuts in this browser"
        </label>
    }
}

#[cfg(feature = "hydrate")]
const KEY: &str = "faultdesk-shortcuts";

/// Whether single keys act.
pub fn shortcuts_on() -> bool {
    #[cfg(feature = "hydrate")]
    {
        let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten());
        stored.as_deref() != Some("off")
    }
    #[cfg(not(feature = "hydrate"))]
    true
}

/// Presses the first link or button that fits `selector` when `key` is pressed, until the calling component is gone. Off
/// while typing, in a dialog, and for readers who switched shortcuts off.
pub fn press_on(key: &'static str, selector: &'static str) {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            let held = event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat();
            if event.key() != key || held || event.default_prevented() || is_typing() || !shortcuts_on() {
                return;
            }
            let found = document().query_selector(selector).ok().flatten();
            if let Some(control) =
                found.and_then(|one| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(one).ok())
            {
                event.prevent_default();
                control.click();
            }
        });
        on_cleanup(move || handle.remove());
    });
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, selector);
}

/// Whether the focus is where letters are text.
#[cfg(feature = "hydrate")]
pub fn is_typing() -> bool {
    let typing = "input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";
    document().active_element().is_some_and(|element| element.matches(typing).unwrap_or(false))
}

fn set_shortcuts(on: bool) {
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, if on { "on" } else { "off" });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = on;
}
