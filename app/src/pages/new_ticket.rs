//! `/tickets/new`: a new ticket of a customer, or of staff for one. What to expect stands beside the form before it is
//! sent; without the browser half a button asks for it.

mod card;
mod staff;

use domain::{
    access::Side,
    intake::{Door, Impact},
    probe::FieldError,
};
use leptos::{html, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use self::{
    card::{Known, PriceCard, WhatToExpect},
    staff::{StaffSorting, StaffWho},
};
use crate::{
    api::{
        error::ApiError,
        intake::{Expect, NewTicketInput, NewTicketPage, OpenTicket, SystemChoice, load_new_ticket},
    },
    components::{
        banner::{Banner, BannerKind, FormErrors},
        edit_form::about,
        field::{Choices, TextArea, TextField},
        page::{Loaded, PageHead},
        session::use_me,
        time::provide_now,
    },
};

#[component]
pub fn NewTicketView() -> impl IntoView {
    let query = use_query_map();
    let typed = Memo::new(move |_| {
        query.with(|query| (NewTicketInput::from_address(|key| query.get(key)), query.get("check").unwrap_or_default()))
    });
    let page = Resource::new_blocking(move || typed.get(), |(input, check)| load_new_ticket(input, check));
    view! { <Loaded resource=page view=|page| view! { <Page page /> }.into_any() /> }
}

#[component]
fn Page(page: NewTicketPage) -> impl IntoView {
    provide_now(page.now);
    let side = use_me().map_or(Side::Customer, |me| me.side());
    let phone = page.support_phone.clone();
    let head = match side {
        Side::Staff => {
            view! { <PageHead title="New ticket" lede="For a customer who wrote, called, or should know." /> }
                .into_any()
        }
        Side::Customer => view! {
            <PageHead title="Tell us what is wrong" />
            {(!phone.is_empty()).then(|| view! { <CallFirst phone=phone.clone() /> })}
        }
        .into_any(),
    };
    let expect = RwSignal::new(page.expect.clone());
    let price = page.expect.clone().and_then(|expect| expect.price.is_some().then_some(expect));
    let price = price.filter(|_| side == Side::Customer).map(|expect| view! { <PriceCard expect /> });
    let known = page.known.clone();
    let form = page.open.then(|| view! { <Form page=page.clone() side expect /> });
    view! {
        <p class="crumbs">
            <a href="/tickets">"Tickets"</a>
            " / New"
        </p>
        {head}
        <div class="split">
            <div class="stack">{price} {form}</div>
            <aside class="stack" aria-label="What to expect">
                {move || expect.get().map(|expect| view! { <WhatToExpect expect side /> })}
                {(!known.is_empty()).then(|| view! { <Known known side /> })}
            </aside>
        </div>
    }
    .into_any()
}

#[component]
fn CallFirst(phone: String) -> impl IntoView {
    view! {
        <p class="lede mb">
            "If phones are down now, calling " <a href=format!("tel:{}", phone.replace(' ', ""))>{phone.clone()}</a>
            " is quickest."
        </p>
    }
}

#[component]
fn Form(page: NewTicketPage, side: Side, expect: RwSignal<Option<Expect>>) -> impl IntoView {
    let NewTicketPage { input, wrong, conflict, staff, systems, .. } = page;
    let errors = (!wrong.is_empty()).then(|| ApiError::Invalid(wrong.clone()));
    let form = NodeRef::<html::Form>::new();
    follow(form, expect);
    let who = staff.clone().map(|choices| view! { <StaffWho choices input=input.clone() wrong=wrong.clone() /> });
    let sorting = staff.map(|choices| view! { <StaffSorting choices input=input.clone() wrong=wrong.clone() /> });
    let chosen = side == Side::Customer || !systems.is_empty();
    let customer = (side == Side::Customer).then(|| {
        let effects = Impact::ALL.map(|one| (one.as_str().to_owned(), one.label().to_owned(), one.hint().to_owned()));
        view! {
            <Choices
                label="How bad is it?"
                name="input[impact]"
                options=effects.to_vec()
                value=input.impact.clone()
                error=about(&wrong, "impact")
            />
        }
    });
    let access = (side == Side::Customer).then(|| view! { <Access input=input.clone() expect /> });
    let send = move || match (side, expect.with(|expect| expect.as_ref().map(|expect| expect.door))) {
        (Side::Staff, _) => "Open the ticket",
        (Side::Customer, Some(Door::Incident)) => "Ask for an incident",
        (Side::Customer, _) => "Send to support",
    };
    view! {
        <form
            class="stack"
            method="post"
            action=OpenTicket::url()
            aria-label="New ticket"
            novalidate
            node_ref=form
        >
            // What Enter presses: the first button of a form, and another one only asks.
            <button class="vh" type="submit" tabindex="-1" aria-hidden="true">
                "Send"
            </button>
            {conflict.map(|words| view! { <Refused words /> })}
            <FormErrors error=Signal::stored(errors) />
            <input type="hidden" name="input[key]" value=input.key.clone() />
            <section class="card">
                <div class="card-body stack">
                    {who} {chosen.then(|| view! { <Systems systems input=input.clone() error=about(&wrong, "system") /> })}
                    <Words input=input.clone() wrong=wrong.clone() />
                    {customer}
                    <TextField
                        label=if side == Side::Customer { "Best number to reach you on" } else { "Number to call back" }
                        name="input[phone]"
                        value=input.phone.clone()
                        input_type="tel"
                        error=about(&wrong, "phone")
                        autocomplete="tel"
                        inputmode="tel"
                    /> {access} {sorting}
                    <p class="hint">"Photos and files can be added on the next page, once this is sent."</p>
                    <div class="row">
                        <button class="btn btn--primary btn--big" type="submit">
                            {send}
                        </button>
                        <button class="btn btn--big" type="submit" formmethod="get" formaction="/tickets/new">
                            {if side == Side::Customer { "Show what to expect" } else { "Show cover and due time" }}
                        </button>
                    </div>
                </div>
            </section>
        </form>
    }
    .into_any()
}

/// What it is about, briefly and at length.
#[component]
fn Words(input: NewTicketInput, wrong: Vec<FieldError>) -> impl IntoView {
    view! {
        <TextField
            label="In a few words"
            name="input[subject]"
            value=input.subject.clone()
            error=about(&wrong, "subject")
            autocomplete="off"
            required=true
        />
        <TextArea
            label="What happens, and since when?"
            name="input[text]"
            value=input.text.clone()
            hint="Say which extensions, and what you were doing when it started."
            error=about(&wrong, "text")
            rows=4
        />
    }
    .into_any()
}

/// Why a form came back although nothing in it is wrong.
#[component]
fn Refused(words: String) -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Warn>
            <p>
                <strong>"Nothing was sent. "</strong>
                <span class="note">{words}</span>
            </p>
        </Banner>
    }
}

#[component]
fn Systems(systems: Vec<SystemChoice>, input: NewTicketInput, error: Signal<Option<String>>) -> impl IntoView {
    let options = systems.into_iter().map(|one| (one.value, one.name, one.hint)).collect();
    view! { <Choices label="Which system?" name="input[system]" options value=input.system error columns=true /> }
}

/// Whether we may come in, with what the last test of it saw.
#[component]
fn Access(input: NewTicketInput, expect: RwSignal<Option<Expect>>) -> impl IntoView {
    let checked = input.access == "yes";
    let tested = move || expect.with(|expect| expect.as_ref().map(|expect| expect.access.clone()).unwrap_or_default());
    view! {
        <fieldset class="stack stack--s">
            <legend class="label mb-s">"Can we get in from here?"</legend>
            <label class="opt">
                <input type="checkbox" name="input[access]" value="yes" checked=checked />
                <span>"Yes, use the remote access we already have"</span>
                <span class="hint">{tested}</span>
            </label>
            <p class="hint">
                "If we cannot get in, the time spent waiting for access does not count towards our target."
            </p>
        </fieldset>
    }
}

/// Asks the server again whenever a choice or text was changed, and shows its answer.
fn follow(form: NodeRef<html::Form>, expect: RwSignal<Option<Expect>>) {
    #[cfg(feature = "hydrate")]
    {
        use crate::api::intake::load_expect;

        let ask = Action::new(|input: &NewTicketInput| load_expect(input.clone()));
        let answer = ask.value();
        Effect::new(move |_| {
            if let Some(Ok(fresh)) = answer.get() {
                expect.set(Some(fresh));
            }
        });
        Effect::new(move |_| {
            let Some(form) = form.get() else { return };
            let typed = form.clone();
            let handle = leptos::leptos_dom::helpers::window_event_listener(leptos::ev::change, move |event| {
                let inside = event
                    .target()
                    .and_then(|target| wasm_bindgen::JsCast::dyn_into::<leptos::web_sys::Node>(target).ok())
                    .is_some_and(|node| typed.contains(Some(&node)));
                let data = inside.then(|| leptos::web_sys::FormData::new_with_form(&typed).ok()).flatten();
                let read = |data: leptos::web_sys::FormData| {
                    NewTicketInput::from_address(move |name| data.get(name).as_string())
                };
                if let Some(input) = data.and_then(read) {
                    ask.dispatch(input);
                }
            });
            on_cleanup(move || handle.remove());
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (form, expect);
}
