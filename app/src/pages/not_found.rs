//! Any other address.

use leptos::prelude::*;

use crate::components::shell::Nowhere;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! { <Nowhere /> }
}
