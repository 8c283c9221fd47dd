//! Any other address. Outside the frame, so that it also answers somebody who is not signed in: with what it is, and
//! with the way to their own start page.

use domain::access::Side;
use leptos::prelude::*;

use crate::components::title::Title;
use crate::{
    api::session::{Me, load_me},
    components::{
        icon::Icon,
        page::{home_of, set_status},
        shell::BareCard,
    },
};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    set_status(404);
    let me = Resource::new_blocking(|| (), |()| load_me());
    view! {
        <Title text="Not found" />
        <BareCard>
            <Suspense>
                {Suspend::new(async move { view! { <Words me=me.await.ok().flatten() /> } })}
            </Suspense>
        </BareCard>
    }
}

#[component]
fn Words(me: Option<Me>) -> impl IntoView {
    let links = ways_on(me.map(|me| me.side()))
        .into_iter()
        .map(|(href, words)| {
            view! {
                <a class="btn" href=href>
                    {words}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="empty">
            <Icon name="unlink" />
            <h1>"There is no page at this address"</h1>
            <p>
                "Look for a mistyped letter. If a link brought you here, what it led to may have been removed or renamed."
            </p>
            <div class="row">{links}</div>
        </div>
    }
}

/// Where a reader can go from here. Nobody learns of pages that are not theirs.
fn ways_on(side: Option<Side>) -> Vec<(&'static str, &'static str)> {
    match side {
        Some(side @ Side::Staff) => vec![(home_of(side), "Go to the fault board"), ("/hosts", "Find a host")],
        Some(side @ Side::Customer) => vec![(home_of(side), "Go to your systems")],
        None => vec![("/sign-in", "Sign in")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_has_a_way_on_that_is_theirs() {
        let first = |side| ways_on(side).first().map(|(href, _)| *href);
        assert_eq!(first(Some(Side::Staff)), Some("/board"));
        assert_eq!(first(Some(Side::Customer)), Some("/systems"));
        assert_eq!(first(None), Some("/sign-in"));
    }
}
