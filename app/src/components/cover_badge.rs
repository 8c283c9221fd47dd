//! The cover level and what it means, beside every fault.

use domain::cover::CoverLevel;
use leptos::prelude::*;

fn class(level: CoverLevel) -> &'static str {
    match level {
        CoverLevel::None => "cover cover--none",
        CoverLevel::CatS => "cover cover--s",
        CoverLevel::Cat1 => "cover cover--1",
        CoverLevel::Cat2 | CoverLevel::Custom => "cover cover--2",
        CoverLevel::Cat4 => "cover cover--4",
    }
}

/// Dashed for no cover and CatS, outlined for Cat1 and Cat2, solid for Cat4; then its hours in words.
#[component]
pub fn CoverBadge(
    /// The host's or customer's level.
    level: CoverLevel,
    /// The level's name alone, where its hours are said elsewhere.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    view! {
        <span class=class(level)>
            <b>{level.label()}</b>
            {(!bare).then(|| level.hours())}
        </span>
    }
}
