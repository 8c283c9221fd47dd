//! What browser and server share: pages, components, wire types, server functions.

#![recursion_limit = "512"]

pub mod api;
mod components;
mod pages;

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};

pub use components::shell::{Assets, ShellOptions, shell};
use components::{
    live_feed::provide_live_feed,
    shell::{LiveRegion, Symbols, provide_announcer},
    toast::{ToastList, provide_toasts},
};

/// Everything inside `<body>`, on the server and in the browser alike.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_live_feed();
    provide_toasts();
    provide_announcer();
    view! {
        <Title formatter=|text: String| if text.is_empty() { "Faultdesk".to_owned() } else { format!("{text} · Faultdesk") } />
        <Symbols />
        // Past the router, which would scroll but not move the focus.
        <a class="skip" href="#main" rel="external">
            "Skip to content"
        </a>
        <pages::Pages />
        <LiveRegion />
        <ToastList />
    }
}
