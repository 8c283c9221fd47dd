//! The browser half: takes over the page that the server sent.

// Types of views nest; the default limit is for simpler ones.
#![recursion_limit = "512"]

/// Called by the start script of the page once this module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    // For tests and scripts: from here on presses act without a new page.
    if let Some(html) = leptos::prelude::document().document_element() {
        let _ = html.set_attribute("data-hydrated", "");
    }
}
