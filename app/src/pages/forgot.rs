//! `/forgot`: asks for a link to set a new password. The answer is the same whether or not there is such an account.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::components::title::Title;
use crate::{
    api::session::{RequestReset, load_welcome},
    components::{
        banner::FormErrors,
        field::TextField,
        icon::Icon,
        shell::{BareCard, DemoIf},
    },
};

#[component]
pub fn ForgotPage() -> impl IntoView {
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    let action = ServerAction::<RequestReset>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let query = use_query_map();
    // A form posted without the browser half comes back to `/forgot?sent=yes`.
    let sent = Memo::new(move |_| {
        query.with(|query| query.get_str("sent").is_some())
            || action.value().with(|value| matches!(value, Some(Ok(()))))
    });
    view! {
        <Title text="New password" />
        <DemoIf welcome />
        <BareCard>
            {move || match sent.get() {
                true => view! { <Sent /> }.into_any(),
                false => view! { <AskForLink action error /> }.into_any(),
            }}
        </BareCard>
    }
}

#[component]
fn AskForLink(action: ServerAction<RequestReset>, error: Signal<Option<crate::api::error::ApiError>>) -> impl IntoView {
    let email_error = Signal::derive(move || error.get().and_then(|error| error.field("email")));
    view! {
        <h1>"Set a new password"</h1>
        <p class="ink2">"We email you a link. It works once, for a short time."</p>
        <ActionForm action attr:class="ack__form">
            <FormErrors error />
            <TextField
                label="Email address"
                name="email"
                input_type="email"
                autocomplete="username"
                required=true
                error=email_error
            />
            <button
                class="btn btn--primary ack__button"
                type="submit"
                aria-busy=move || action.pending().get().then_some("true")
            >
                <Icon name="mail" />
                "Email me a link"
            </button>
        </ActionForm>
        <p class="ack__note">
            <a href="/sign-in">"Back to signing in"</a>
        </p>
    }
}

#[component]
fn Sent() -> impl IntoView {
    view! {
        <h1>"Look at your email"</h1>
        <p class="ink2" role="status">
            "If there is an account with that address, a link is on its way. It can take a minute."
        </p>
        <p class="ack__note">
            <a href="/sign-in">"Back to signing in"</a>
        </p>
    }
}
