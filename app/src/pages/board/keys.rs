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
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    use crate::components::shortcuts::shortcuts_on;

    pub(super) fn press(event: &KeyboardEvent, release: &impl Fn()) {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat() {
            return;
        }
        let key = event.key();
        if !matches!(key.as_str(), "j" | "k" | "a" | ".") || is_typing() || !shortcuts_on() {
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
            ("j", None) => step(1),
            ("k", None) => step(-1),
            (".", None) => release(),
            _ => return,
        }
        event.prevent_default();
    }

    fn is_typing() -> bool {
        let typing = "input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";
        document().active_element().is_some_and(|element| element.matches(typing).unwrap_or(false))
    }

    fn row_of_focus() -> Option<Element> {
        document().active_element()?.closest("[data-number]").ok().flatten()
    }

    fn press_button(inside: &Element, selector: &str) {
        let button = inside.query_selector(selector).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            button.click();
        }
    }

    /// Moves the focus one row down or up; from outside the list, to its first row.
    fn step(by: i32) {
        let Ok(links) = document().query_selector_all(".fault-name") else { return };
        let here = row_of_focus().and_then(|row| row.get_attribute("data-number"));
        let number_at = |index: u32| {
            let row = links.get(index)?.dyn_into::<Element>().ok()?.closest("[data-number]").ok().flatten()?;
            row.get_attribute("data-number")
        };
        let at = here.and_then(|here| (0..links.length()).find(|index| number_at(*index).as_ref() == Some(&here)));
        let to = match at {
            Some(at) => at.saturating_add_signed(by).min(links.length().saturating_sub(1)),
            None => 0,
        };
        if let Some(link) = links.get(to).and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
            let _ = link.focus();
        }
    }
}
