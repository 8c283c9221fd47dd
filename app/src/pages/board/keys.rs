//! Single keys on the board: `j` and `k` move, `a` acknowledges, `.` shows what is held. `Enter` opens because the
//! focus is on a link. Off while typing, in a dialog, and for readers who switched them off.

#[cfg(feature = "hydrate")]
use leptos::prelude::*;

/// Listens until the calling component is gone. `release` shows held changes.
pub(super) fn listen_to_keys(release: impl Fn() + Clone + 'static) {
    #[cfg(feature = "hydrate")]
    {
        let release = StoredValue::new_local(release);
        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::keydown, move |event| {
                release.try_with_value(|release| browser::press(&event, release));
            });
            on_cleanup(move || handle.remove());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = release;
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use web_sys::KeyboardEvent;

    use crate::components::{
        row_keys::{is_plain, is_typing, press_button, row_of_focus, step},
        shortcuts::shortcuts_on,
    };

    const LINKS: &str = ".fault-name";

    pub(super) fn press(event: &KeyboardEvent, release: &impl Fn()) {
        let key = event.key();
        if !is_plain(event) || !matches!(key.as_str(), "j" | "k" | "a" | ".") || is_typing() || !shortcuts_on() {
            return;
        }
        let dialog = document().query_selector("dialog[open]").ok().flatten();
        match (key.as_str(), dialog) {
            ("a", Some(dialog)) => press_button(&dialog, ".sheet-foot .btn--primary"),
            ("a", None) => {
                if let Some(row) = row_of_focus() {
                    press_button(&row, ".fault-act button[type=submit]");
                }
            }
            ("j", None) => step(LINKS, 1),
            ("k", None) => step(LINKS, -1),
            (".", None) => release(),
            _ => return,
        }
        event.prevent_default();
    }
}
