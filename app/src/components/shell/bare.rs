//! Pages without the frame: a card in the middle, for what needs no sign-in.

use leptos::{either::EitherOf3, prelude::*};

use super::{BrandSign, DemoBar};
use crate::{
    api::{error::ApiError, session::Welcome},
    components::{
        icon::Icon,
        page::{Skeleton, set_status},
    },
};

/// The demonstration bar, if this is one.
#[component]
pub fn DemoIf(
    /// From `load_welcome`.
    welcome: Resource<Result<Welcome, ApiError>>,
) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                matches!(welcome.await, Ok(welcome) if welcome.demo).then(|| view! { <DemoBar /> })
            })}
        </Suspense>
    }
}

/// Brand and card.
#[component]
pub fn BareCard(children: Children) -> impl IntoView {
    view! {
        <main class="ack" id="main" tabindex="-1">
            <p class="brand ack__brand">
                <BrandSign />
            </p>
            <div class="ack__card">{children()}</div>
        </main>
    }
}

/// Like `Loaded`, for pages that a link in a mail leads to: a link that is not known says so and shows a way on.
#[component]
pub fn BareLoaded<T, F, V>(
    /// What the link stands for.
    resource: Resource<Result<T, ApiError>>,
    /// Heading for a link that does not work.
    gone: &'static str,
    /// Why that can be.
    gone_words: &'static str,
    /// Where to go then.
    gone_href: &'static str,
    /// Words on the way there.
    gone_button: &'static str,
    /// Draws the card's content.
    view: F,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=Skeleton>
            {move || {
                let view = view.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(data) => EitherOf3::A(view(data)),
                        Err(error) if is_gone(&error) => {
                            set_status(404);
                            EitherOf3::B(view! { <Gone gone gone_words gone_href gone_button /> })
                        }
                        Err(error) => {
                            set_status(500);
                            EitherOf3::C(view! { <Failed error /> })
                        }
                    }
                })
            }}
        </Transition>
    }
}

fn is_gone(error: &ApiError) -> bool {
    matches!(error, ApiError::NotFound | ApiError::Forbidden { .. } | ApiError::Invalid(_) | ApiError::SignedOut)
}

#[component]
fn Gone(
    gone: &'static str,
    gone_words: &'static str,
    gone_href: &'static str,
    gone_button: &'static str,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="unlink" />
            <h1>{gone}</h1>
            <p>{gone_words}</p>
            <a class="btn" href=gone_href>
                {gone_button}
            </a>
        </div>
    }
}

#[component]
fn Failed(error: ApiError) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon name="late" />
            <h1>"This page did not load"</h1>
            <p>{error.to_string()} " Reload the page to try again."</p>
        </div>
    }
}
