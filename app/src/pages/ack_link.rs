//! `/a/TOKEN`: what the link in a mail leads to. Looking changes nothing, because mail scanners follow links; one press
//! acknowledges. No sign-in: the link is the proof.

use domain::{
    access::Side,
    fault::reference,
    time::{Timestamp, span_words},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::components::title::Title;
use crate::{
    api::{
        board::{Tile, TileState},
        faults::{AckLink, AcknowledgeByLink, load_ack_link},
        session::load_welcome,
    },
    components::{
        banner::FormErrors,
        icon::Icon,
        shell::{BareCard, BareLoaded, DemoIf},
        status::{Mark, state_word, tile_words},
        time::{Ago, At, provide_now},
    },
};

#[component]
pub fn AckLinkPage() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    let link = Resource::new_blocking(move || token.get(), load_ack_link);
    view! {
        <Title text="Acknowledge" />
        <DemoIf welcome />
        <BareCard>
            <BareLoaded
                resource=link
                gone="This link does not work"
                gone_words="It was changed on its way, or the fault ended too long ago. Sign in to see what is going on."
                gone_href="/sign-in"
                gone_button="Sign in"
                view=move |link: AckLink| {
                    provide_now(link.now);
                    view! { <AckLinkView link token=token.get_untracked() /> }
                }
            />
        </BareCard>
    }
}

/// What to show of a link.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    Open,
    /// The link's own recipient has acknowledged.
    Done {
        at: Timestamp,
    },
    /// Somebody else of the same side was faster.
    Taken {
        by: String,
        at: Timestamp,
    },
    Recovered {
        at: Timestamp,
    },
}

fn standing(link: &AckLink) -> Standing {
    match (&link.ack, link.cleared_at) {
        (_, Some(at)) => Standing::Recovered { at },
        (Some(ack), None) if ack.by == link.recipient => Standing::Done { at: ack.at },
        (Some(ack), None) => Standing::Taken { by: ack.by.clone(), at: ack.at },
        (None, None) => Standing::Open,
    }
}

#[component]
fn AckLinkView(link: AckLink, token: String) -> impl IntoView {
    let action = ServerAction::<AcknowledgeByLink>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    // What the press answers replaces what the page came with.
    let link = Memo::new(move |_| match action.value().get() {
        Some(Ok(answer)) => answer,
        _ => link.clone(),
    });
    let rest = move || {
        let link = link.get();
        match standing(&link) {
            Standing::Open => view! { <Press link action error token=token.clone() /> }.into_any(),
            Standing::Done { at } => view! { <Done link at /> }.into_any(),
            Standing::Taken { by, at } => view! {
                <p role="status">
                    <strong>{by} " acknowledged this already"</strong>
                    ", at "
                    <At at />
                    ". There is nothing more for you to do."
                </p>
                <SeeMore link />
            }
            .into_any(),
            Standing::Recovered { at } => {
                let length = span_words(at.seconds_since(link.started_at).max(1));
                view! {
                    <p role="status">
                        <strong>"This fault has recovered"</strong>
                        ", at "
                        <At at />
                        " after "
                        {length}
                        ". There is nothing to acknowledge."
                    </p>
                    <SeeMore link />
                }
                .into_any()
            }
        }
    };
    view! {
        <LinkHead link />
        {rest}
    }
}

#[component]
fn LinkHead(link: Memo<AckLink>) -> impl IntoView {
    let tile = Memo::new(move |_| link.with(link_tile));
    let words = move || link.with(|link| tile_words(link_tile(link), link.side));
    let started_at = Signal::derive(move || link.with(|link| link.started_at));
    view! {
        <div class="ack__head">
            <Mark tile large=true />
            <h1>{move || link.with(|link| link.headline.clone())}</h1>
            <p class="row small ink2">
                <strong>{words}</strong>
                <span>{move || link.with(|link| reference(link.number))}</span>
                <span>{move || link.with(|link| link.customer.clone())}</span>
            </p>
        </div>
        <dl class="wsn">
            <dt>"What"</dt>
            <dd>{move || link.with(|link| link.system.clone())}</dd>
            <dt>"Since"</dt>
            <dd>
                <strong>
                    <At at=started_at />
                </strong>
                {move || {
                    link.with(|link| link.cleared_at.is_none())
                        .then(|| view! { ", " <Ago at=started_at /> " ago" })
                }}
            </dd>
        </dl>
    }
}

fn link_tile(link: &AckLink) -> Tile {
    let open = link.cleared_at.is_none();
    let state = if open { TileState::from(Some(link.status)) } else { TileState::Ok };
    Tile { state, acknowledged: open && link.ack.is_some() }
}

#[component]
fn Press(
    link: AckLink,
    action: ServerAction<AcknowledgeByLink>,
    error: Signal<Option<crate::api::error::ApiError>>,
    token: String,
) -> impl IntoView {
    let explanation = match link.side {
        Side::Customer => {
            "This tells us you have seen it and stops our emails to you about it. Our engineers carry on."
        }
        Side::Staff => "This tells your colleagues that you have it. No further reminders are sent.",
    };
    view! {
        <ActionForm action attr:class="ack__form">
            <FormErrors error />
            <input type="hidden" name="token" value=token />
            <button
                class="btn btn--primary ack__button"
                type="submit"
                aria-busy=move || action.pending().get().then_some("true")
            >
                <Icon name="ack" />
                "Acknowledge as "
                {link.recipient}
            </button>
        </ActionForm>
        <p class="ack__note">{explanation}</p>
    }
}

#[component]
fn Done(link: AckLink, at: Timestamp) -> impl IntoView {
    let state = state_word(TileState::from(Some(link.status)), link.side).to_lowercase();
    view! {
        <p role="status">
            <strong>"Acknowledged by you"</strong>
            ", "
            {link.recipient.clone()}
            ", at "
            <At at />
            ". It is still "
            {state}
            "; you are told when it recovers."
        </p>
        <SeeMore link />
    }
}

#[component]
fn SeeMore(link: AckLink) -> impl IntoView {
    view! {
        <p class="ack__note">
            <a href=format!("/f/{}", link.number)>"See everything about " {reference(link.number)}</a>
            " (needs a sign-in)."
        </p>
    }
}

#[cfg(test)]
mod tests {
    use domain::{fault::Acknowledgement, observation::Status};

    use super::*;

    fn link(by: Option<&str>, cleared: bool) -> AckLink {
        let ack = by.map(|by| Acknowledgement {
            side: Side::Customer,
            by: by.to_owned(),
            at: Timestamp::EPOCH,
            note: String::new(),
            expires_at: None,
            sticky: false,
        });
        AckLink {
            now: Timestamp::EPOCH,
            number: 1042,
            headline: String::new(),
            system: String::new(),
            customer: String::new(),
            status: Status::Critical,
            started_at: Timestamp::EPOCH,
            cleared_at: cleared.then_some(Timestamp::EPOCH),
            recipient: "Ruth Ashdown".to_owned(),
            side: Side::Customer,
            ack,
        }
    }

    #[test]
    fn a_second_press_says_who_did_it_already() {
        let at = Timestamp::EPOCH;
        assert_eq!(standing(&link(None, false)), Standing::Open);
        assert_eq!(standing(&link(Some("Ruth Ashdown"), false)), Standing::Done { at });
        assert_eq!(standing(&link(Some("Jo Bell"), false)), Standing::Taken { by: "Jo Bell".to_owned(), at });
        assert_eq!(standing(&link(Some("Jo Bell"), true)), Standing::Recovered { at });
        assert_eq!(standing(&link(None, true)), Standing::Recovered { at });
    }
}
