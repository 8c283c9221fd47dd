//! What browser and server share: pages, components, wire types, server functions.

#![recursion_limit = "512"]

pub mod api;
mod components;
mod pages;

use leptos::prelude::*;
use leptos_meta::provide_meta_context;

pub use components::shell::{Assets, ShellOptions, shell};
use components::{
    live_feed::provide_live_feed,
    shell::{LiveRegion, Symbols, provide_announcer},
    title::provide_titles,
    toast::{ToastList, provide_toasts},
};

/// Everything inside `<body>`, on the server and in the browser alike.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_titles();
    provide_live_feed();
    provide_toasts();
    provide_announcer();
    view! {
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
