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

fn set_shortcuts(on: bool) {
    #[cfg(feature = "hydrate")]
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(KEY, if on { "on" } else { "off" });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = on;
}
