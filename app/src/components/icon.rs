//! Line icons from the symbol sheet that the shell puts into every page.

use leptos::prelude::*;

/// An icon, for eyes only: the words beside it or the control's name say what it means.
#[component]
pub fn Icon(
    /// Name in `symbols.svg`, without `i-`.
    name: &'static str,
    /// 16 px instead of 20.
    #[prop(optional)]
    small: bool,
) -> impl IntoView {
    let class = if small { "i i--s" } else { "i" };
    view! {
        <svg class=class aria-hidden="true">
            <use href=format!("#i-{name}") />
        </svg>
    }
}
