//! `/`: on to the reader's own board.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::components::{page::home_of, session::use_me};

#[component]
pub fn HomePage() -> impl IntoView {
    use_me().map(|me| view! { <Redirect path=home_of(me.side()) /> })
}
