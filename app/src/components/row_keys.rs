//! Moving through a list with single keys: rows are elements with `data-number`, and each holds a link.

#[cfg(feature = "hydrate")]
pub use browser::{is_plain, is_typing, press_button, row_of_focus, step};

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    /// A key for this page: nobody else took it, and it is no shortcut of browser or system.
    pub fn is_plain(event: &KeyboardEvent) -> bool {
        !(event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() || event.repeat())
    }

    pub fn is_typing() -> bool {
        let typing = "input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable]";
        document().active_element().is_some_and(|element| element.matches(typing).unwrap_or(false))
    }

    pub fn row_of_focus() -> Option<Element> {
        document().active_element()?.closest("[data-number]").ok().flatten()
    }

    pub fn press_button(inside: &Element, selector: &str) {
        let button = inside.query_selector(selector).ok().flatten();
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            button.click();
        }
    }

    /// Moves the focus one row down or up, among the links that `links` selects; from outside the list, to its first row.
    pub fn step(links: &str, by: i32) {
        let Ok(links) = document().query_selector_all(links) else { return };
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
