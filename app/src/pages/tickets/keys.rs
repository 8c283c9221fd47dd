//! Single keys in the queue: `j` and `k` move, `x` or Space ticks, Shift with arrows ticks on, `i` takes the row, `N` the
//! next unassigned, `.` shows what is held. `Enter` opens because the focus is on a link. Off while typing, in a dialog,
//! and for readers who switched them off.

use super::{Shown, acts::Acts};

/// Listens until the calling component is gone.
pub(super) fn listen_to_keys(shown: Shown, acts: Acts) {
    #[cfg(feature = "hydrate")]
    {
        use leptos::prelude::*;

        Effect::new(move |_| {
            let handle = window_event_listener(leptos::ev::keydown, move |event| browser::press(&event, shown, acts));
            on_cleanup(move || handle.remove());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (shown, acts);
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{HtmlInputElement, KeyboardEvent};

    use super::super::{Shown, acts::Acts};
    use crate::components::{
        row_keys::{is_plain, is_typing, press_button, row_of_focus, step},
        shortcuts::shortcuts_on,
    };

    const LINKS: &str = ".queue a.title";

    pub(super) fn press(event: &KeyboardEvent, shown: Shown, acts: Acts) {
        let dialog = document().query_selector("dialog[open]").ok().flatten();
        if !is_plain(event) || is_typing() || dialog.is_some() || !shortcuts_on() {
            return;
        }
        let on_link = document().active_element().is_some_and(|element| element.matches(LINKS).unwrap_or(false));
        match (event.key().as_str(), event.shift_key()) {
            ("j", false) => step(LINKS, 1),
            ("k", false) => step(LINKS, -1),
            ("x", false) => tick(None),
            // On a box Space ticks by itself, and elsewhere it scrolls.
            (" ", false) if on_link => tick(None),
            ("ArrowDown", true) if on_link => tick_on(1),
            ("ArrowUp", true) if on_link => tick_on(-1),
            ("i", false) => take_row(shown, acts),
            ("N", true) => {
                if let Some(main) = document().query_selector("main").ok().flatten() {
                    press_button(&main, ".take button:not([disabled])");
                }
            }
            (".", false) => shown.release(),
            _ => return,
        }
        event.prevent_default();
    }

    /// Ticks the row's box, or with None turns it over.
    fn tick(on: Option<bool>) {
        let Some(row) = row_of_focus() else { return };
        let found = row.query_selector(".q-pick input").ok().flatten();
        if let Some(tick) = found.and_then(|found| found.dyn_into::<HtmlInputElement>().ok())
            && on != Some(tick.checked())
        {
            tick.click();
        }
    }

    fn tick_on(by: i32) {
        tick(Some(true));
        step(LINKS, by);
        tick(Some(true));
    }

    fn take_row(shown: Shown, acts: Acts) {
        let number = row_of_focus().and_then(|row| row.get_attribute("data-number")?.parse::<i64>().ok());
        let row = shown.rows.with_untracked(|rows| rows.iter().find(|(one, _)| Some(*one) == number).cloned());
        if let Some((number, row)) = row
            && let Some(version) = row.with_untracked(|row| row.sorted.as_ref().map(|sorted| sorted.version))
        {
            acts.assign_to_me(number, version);
        }
    }
}
