//! What the reader is doing, so that pages can leave alone what is being read. On the server: nothing.

use leptos::{prelude::*, web_sys};

/// Where the reader's pointer and focus are. Kept apart: a press can take the focus away while the pointer stays.
#[derive(Debug, Clone, Copy)]
pub struct Presence {
    pointer: RwSignal<bool>,
    focus: RwSignal<bool>,
}

impl Presence {
    pub fn new() -> Self {
        Self { pointer: RwSignal::new(false), focus: RwSignal::new(false) }
    }

    /// The pointer moved inside. One that lay there before the list did, as after a sign-in, reads nothing: browsers
    /// report it too, with no movement. Answers whether it moved.
    pub fn pointer_moved(self, event: &web_sys::PointerEvent) -> bool {
        let moved = event.movement_x() != 0 || event.movement_y() != 0;
        if moved && !self.pointer.get_untracked() {
            self.pointer.set(true);
        }
        moved
    }

    pub fn pointer_left(self) {
        self.pointer.set(false);
    }

    pub fn set_focus(self, inside: bool) {
        self.focus.set(inside);
    }

    /// Whether one of the two is inside. Tracks both.
    pub fn is_inside(self) -> bool {
        let (pointer, focus) = (self.pointer.get(), self.focus.get());
        pointer || focus
    }

    /// Whether rows may come, go and move: nobody is inside, and the page is not scrolled away from its top.
    pub fn lets_move(self) -> bool {
        !untrack(|| self.is_inside()) && at_top()
    }
}

#[cfg(feature = "hydrate")]
pub use browser::{after, at_top, browser_now, focus_row, keep_focus};

#[cfg(not(feature = "hydrate"))]
pub use server::{after, at_top, browser_now, focus_row, keep_focus};

#[cfg(feature = "hydrate")]
mod browser {
    use std::time::Duration;

    use domain::time::Timestamp;
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;

    /// The list counts as scrolled once its head has left the window.
    const TOP_PX: f64 = 160.0;

    /// Acts later.
    pub fn after(ms: u64, act: impl FnOnce() + 'static) {
        set_timeout(act, Duration::from_millis(ms));
    }

    /// Whether the window is scrolled to its top.
    pub fn at_top() -> bool {
        window().scroll_y().is_ok_and(|y| y <= TOP_PX)
    }

    /// The browser's clock.
    #[expect(clippy::cast_possible_truncation, reason = "the browser's milliseconds are whole and far from the limit")]
    pub fn browser_now() -> Timestamp {
        Timestamp::from_millis(js_sys::Date::now() as i64)
    }

    /// Rearranges the list; a row that had the focus and was moved by that has it again afterwards.
    pub fn keep_focus(rearrange: impl FnOnce()) {
        let focused = document()
            .active_element()
            .and_then(|element| element.closest("[data-number]").ok().flatten())
            .and_then(|row| row.get_attribute("data-number"));
        rearrange();
        let Some(number) = focused else { return };
        request_animation_frame(move || {
            if document().active_element().is_none_or(|element| element.tag_name() == "BODY") {
                focus_link(&number);
            }
        });
    }

    /// Moves the focus to the fault of this number, once it is in the page.
    pub fn focus_row(number: i64) {
        request_animation_frame(move || focus_link(&number.to_string()));
    }

    fn focus_link(number: &str) {
        let link = document().query_selector(&format!("[data-number='{number}'] .fault-name")).ok().flatten();
        if let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = link.focus();
        }
    }
}

/// The server renders once and follows nothing.
#[cfg(not(feature = "hydrate"))]
mod server {
    use domain::time::Timestamp;

    pub fn after(_ms: u64, _act: impl FnOnce() + 'static) {}

    pub fn at_top() -> bool {
        true
    }

    pub fn browser_now() -> Timestamp {
        Timestamp::EPOCH
    }

    pub fn keep_focus(rearrange: impl FnOnce()) {
        rearrange();
    }

    pub fn focus_row(_number: i64) {}
}
