//! `/r/TOKEN`: what the link of a closing mail leads to. Looking stores nothing, because mail scanners follow links; one
//! press answers. No sign-in: the link is the proof.

use domain::ticket::reference;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::components::title::Title;
use crate::{
    api::{
        care::{RateByLink, RateLink, RatingRow, load_rate_link},
        session::load_welcome,
    },
    components::{
        banner::FormErrors,
        edit_form::{busy, refusal, wrong},
        field::TextArea,
        icon::Icon,
        shell::{BareCard, BareLoaded, DemoIf},
        time::{At, provide_now},
    },
};

#[component]
pub fn RateLinkPage() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    let link = Resource::new_blocking(move || token.get(), load_rate_link);
    view! {
        <Title text="How was it?" />
        <DemoIf welcome />
        <BareCard>
            <BareLoaded
                resource=link
                gone="This link does not work"
                gone_words="It was changed on its way, or the ticket was closed too long ago. Sign in to see the ticket."
                gone_href="/sign-in"
                gone_button="Sign in"
                view=move |link: RateLink| {
                    provide_now(link.now);
                    view! { <Asked link token=token.get_untracked() /> }
                }
            />
        </BareCard>
    }
}

#[component]
fn Asked(link: RateLink, token: String) -> impl IntoView {
    let action = ServerAction::<RateByLink>::new();
    let error = refusal(action);
    // What the press answers replaces what the page came with.
    let link = Memo::new(move |_| match action.value().get() {
        Some(Ok(answer)) => answer,
        _ => link.clone(),
    });
    let (number, subject, customer) =
        link.with_untracked(|link| (link.number, link.subject.clone(), link.customer.clone()));
    let closed_at = link.with_untracked(|link| link.closed_at);
    let rest = move || {
        let (link, token) = (link.get(), token.clone());
        match (link.rating, link.closed_at) {
            (Some(rating), _) => view! { <Answered rating /> }.into_any(),
            (None, None) => view! {
                <p role="status">
                    <strong>"This ticket is open again"</strong>
                    ", so we ask when it is closed."
                </p>
            }
            .into_any(),
            (None, Some(_)) => view! {
                <ActionForm action attr:class="ack__form" attr:novalidate="">
                    <FormErrors error />
                    <input type="hidden" name="token" value=token />
                    <TextArea
                        label="Anything you want to tell us"
                        name="input[words]"
                        hint="May be left empty."
                        error=wrong(error, "words")
                    />
                    <RateButtons busy=busy(action) />
                </ActionForm>
                <p class="ack__note">"This is stored as the answer of " {link.recipient} ", once."</p>
            }
            .into_any(),
        }
    };
    view! {
        <div class="ack__head">
            <Icon name="ticket" />
            <h1>"Was this solved well?"</h1>
            <p class="row small ink2">
                <strong>{subject}</strong>
                <span>{reference(number)}</span>
                <span>{customer}</span>
                {closed_at.map(|at| view! { <span>"closed " <At at /></span> })}
            </p>
        </div>
        {rest}
    }
}

/// Yes and No: the press is the answer.
#[component]
pub(super) fn RateButtons(busy: impl Fn() -> Option<&'static str> + Copy + Send + Sync + 'static) -> impl IntoView {
    view! {
        <div class="row">
            <button class="btn btn--primary" type="submit" name="input[satisfied]" value="yes" aria-busy=busy>
                <Icon name="check" small=true />
                "Yes, solved well"
            </button>
            <button class="btn" type="submit" name="input[satisfied]" value="no" aria-busy=busy>
                "No, not really"
            </button>
        </div>
    }
}

/// What was answered.
#[component]
pub(super) fn Answered(rating: RatingRow) -> impl IntoView {
    let RatingRow { satisfied, words, by, at } = rating;
    let said = if satisfied { "Solved well" } else { "Not solved well" };
    view! {
        <p role="status">
            <strong>{said}</strong>
            ", said "
            {by}
            ", "
            <At at />
            ". Thank you."
        </p>
        {(!words.is_empty()).then(|| view! { <p class="note">{words}</p> })}
    }
}
