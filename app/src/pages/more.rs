//! `/more`: on a phone, the ways that have no tab.

use leptos::prelude::*;

use crate::{
    api::error::ApiError,
    components::{
        icon::Icon,
        page::{PageHead, Problem},
        session::use_me,
        shell::further,
    },
};

#[component]
pub fn MorePage() -> impl IntoView {
    let ways = use_me().map(|me| further(&me)).unwrap_or_default();
    if ways.is_empty() {
        return view! { <Problem error=ApiError::NotFound/> }.into_any();
    }
    let links = ways
        .into_iter()
        .map(|way| {
            view! {
                <li>
                    <a href=way.href>
                        <Icon name=way.icon/>
                        {way.words}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <PageHead title="More"/>
        <nav class="card" aria-label="More">
            <ul class="ways">{links}</ul>
        </nav>
    }
    .into_any()
}
