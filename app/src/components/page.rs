//! What pages have in common: the head with the title, loading, and what stands there when loading fails.

use std::time::Duration;

use domain::access::Side;
use leptos::{either::Either, prelude::*};
use leptos_router::{components::Redirect, hooks::use_location};
use serde::{Serialize, de::DeserializeOwned};

use super::icon::Icon;
use super::title::Title;
use crate::api::error::ApiError;

/// The page's name, a sentence, and actions at the right. Names the tab too.
#[component]
pub fn PageHead(
    /// The heading, and the tab's title unless `tab` says otherwise.
    #[prop(into)]
    title: Signal<String>,
    /// One sentence under it.
    #[prop(into, optional)]
    lede: MaybeProp<String>,
    /// Another title for the tab: with a count, for instance.
    #[prop(into, optional)]
    tab: MaybeProp<String>,
    /// Buttons and links at the right.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let actions = children.map(|children| view! { <div class="actions">{children()}</div> });
    view! {
        <Title text=move || tab.get().unwrap_or_else(|| title.get()) />
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                {move || lede.get().map(|lede| view! { <p class="lede">{lede}</p> })}
            </div>
            {actions}
        </div>
    }
}

/// Shows `view` with the data of `resource`: a skeleton until then, an explanation if it fails.
#[component]
pub fn Loaded<T, F, V>(
    /// The page's data, from `Resource::new_blocking`.
    resource: Resource<Result<T, ApiError>>,
    /// Draws the page.
    view: F,
) -> impl IntoView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let retry = Callback::new(move |()| resource.refetch());
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    let loaded = resource.await;
                    drawn_once().await;
                    match loaded {
                        Ok(data) => Either::Left(view(data)),
                        Err(error) => Either::Right(view! { <Problem error retry /> }),
                    }
                })
            }}
        </Transition>
    }
}

/// For the end of what a `Suspend` waits for. On the server `Suspense` polls its children once or twice only to see what
/// they wait for. Were they ready then, all below them would be made for that and thrown away, and every page inside
/// would load its data twice. So they are not ready until it has looked.
pub async fn drawn_once() {
    #[cfg(feature = "ssr")]
    {
        const LOOKS_MAX: u8 = 4;
        let mut looks = 0;
        std::future::poll_fn(|context| {
            if looks == LOOKS_MAX {
                return std::task::Poll::Ready(());
            }
            looks += 1;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}

/// Placeholder lines; only after 300 ms, so that a quick answer does not flicker.
#[component]
pub fn Skeleton() -> impl IntoView {
    let shown = RwSignal::new(false);
    Effect::new(move |_| {
        let show = move || {
            shown.try_set(true);
        };
        if let Ok(handle) = set_timeout_with_handle(show, Duration::from_millis(300)) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        {move || {
            shown
                .get()
                .then(|| {
                    view! {
                        <section class="card" aria-busy="true" aria-label="Loading">
                            <div class="card-body stack stack--s">
                                <span class="sk sk--w3"></span>
                                <span class="sk sk--w2"></span>
                                <span class="sk sk--w1"></span>
                                <span class="sk sk--w2"></span>
                            </div>
                        </section>
                    }
                })
        }}
    }
}

/// Why there is no page: not found or not allowed, signed out (goes to the sign-in page), or failed.
#[component]
pub fn Problem(
    /// What went wrong.
    error: ApiError,
    /// Loads again, where that can help.
    #[prop(optional)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    set_status(status_of(&error));
    match error {
        ApiError::SignedOut => view! { <Redirect path=sign_in_path() /> }.into_any(),
        ApiError::NotFound => view! { <NotFoundCard /> }.into_any(),
        ApiError::Forbidden { ask } => view! { <ForbiddenCard ask /> }.into_any(),
        other => view! { <FailedCard error=other retry /> }.into_any(),
    }
}

/// Where to sign in so as to come back here.
pub fn sign_in_path() -> String {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let search = location.search.get_untracked();
    let here = if search.is_empty() { path } else { format!("{path}?{search}") };
    format!("/sign-in?next={}", query_value(&here))
}

/// `text` as a value in a query string.
pub fn query_value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// One page for "does not exist" and "is not yours": nobody learns which.
#[component]
pub fn NotFoundCard() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <section class="card">
            <div class="empty">
                <Icon name="lock" />
                <h1>"There is nothing here for you"</h1>
                <p>
                    "This page does not exist, or it belongs to somebody else. If a colleague sent you the address, ask "
                    "them whether your account may see it."
                </p>
                <a class="btn" href="/">
                    "Go to your start page"
                </a>
            </div>
        </section>
    }
}

/// The page a reader starts at.
pub fn home_of(side: Side) -> &'static str {
    match side {
        Side::Staff => "/board",
        Side::Customer => "/systems",
    }
}

#[component]
fn ForbiddenCard(
    /// Whom to ask.
    ask: String,
) -> impl IntoView {
    view! {
        <Title text="Not allowed" />
        <section class="card">
            <div class="empty">
                <Icon name="lock" />
                <h1>"Your account may not do this"</h1>
                <p>"You can see everything in the menu. For this, ask " {ask} "."</p>
                <a class="btn" href="/">
                    "Go to your start page"
                </a>
            </div>
        </section>
    }
}

#[component]
fn FailedCard(error: ApiError, #[prop(into)] retry: Option<Callback<()>>) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let press = move |event: leptos::ev::MouseEvent| {
        if let Some(retry) = retry {
            event.prevent_default();
            retry.run(());
        }
    };
    view! {
        <Title text="Did not load" />
        <section class="card">
            <div class="empty">
                <Icon name="late" />
                <h1>"This page did not load"</h1>
                <p>{error.to_string()} " Checks and emails are not affected."</p>
                <a class="btn" href=here on:click=press>
                    "Try again"
                </a>
            </div>
        </section>
    }
}

/// HTTP status of an answer that is this error.
fn status_of(error: &ApiError) -> u16 {
    match error {
        ApiError::NotFound => 404,
        ApiError::Forbidden { .. } => 403,
        ApiError::SignedOut => 302,
        ApiError::Invalid(_) => 400,
        ApiError::Conflict(_) => 409,
        ApiError::Limited { .. } => 429,
        ApiError::Internal { .. } | ApiError::Unreachable { .. } => 500,
    }
}

/// Sets the status of the answer being rendered. In the browser: nothing.
pub fn set_status(status: u16) {
    #[cfg(feature = "ssr")]
    if let (Some(options), Ok(status)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(status))
    {
        options.set_status(status);
    }
    #[cfg(not(feature = "ssr"))]
    let _ = status;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_in_a_query() {
        assert_eq!(query_value("/board/f/1042"), "/board/f/1042");
        assert_eq!(query_value("/hosts?find=a&b=c d"), "/hosts%3Ffind%3Da%26b%3Dc%20d");
        assert_eq!(query_value("é"), "%C3%A9");
    }

    #[test]
    fn what_is_not_yours_looks_like_what_does_not_exist() {
        assert_eq!(status_of(&ApiError::NotFound), 404);
        assert_eq!(status_of(&ApiError::Forbidden { ask: String::new() }), 403);
    }
}
