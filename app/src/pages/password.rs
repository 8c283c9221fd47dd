//! `/p/TOKEN`: sets a password, for an invitation or after it was forgotten. The link is the proof of who it is.

use domain::text::PASSWORD_CHARS_MIN;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use crate::components::title::Title;
use crate::{
    api::{
        people::PasswordLink,
        session::{UsePasswordLink, load_password_link, load_welcome},
    },
    components::{
        banner::FormErrors,
        field::TextField,
        icon::Icon,
        shell::{BareCard, BareLoaded, DemoIf},
    },
};

#[component]
pub fn PasswordPage() -> impl IntoView {
    let params = use_params_map();
    let token = Memo::new(move |_| params.with(|params| params.get("token").unwrap_or_default()));
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    let link = Resource::new_blocking(move || token.get(), load_password_link);
    view! {
        <Title text="Set your password" />
        <DemoIf welcome />
        <BareCard>
            <BareLoaded
                resource=link
                gone="This link no longer works"
                gone_words="It was used already, it is too old, or a newer one was sent. You can ask for a new one."
                gone_href="/forgot"
                gone_button="Email me a new link"
                view=move |link: PasswordLink| view! { <SetPassword link token=token.get_untracked() /> }
            />
        </BareCard>
    }
}

#[component]
fn SetPassword(link: PasswordLink, token: String) -> impl IntoView {
    let action = ServerAction::<UsePasswordLink>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let password_error = Signal::derive(move || error.get().and_then(|error| error.field("password")));
    let PasswordLink { name, email, invitation } = link;
    let shown_email = email.clone();
    let (title, words) = match invitation {
        true => (format!("Welcome, {name}"), "Set a password, and you are in."),
        false => ("Set a new password".to_owned(), "You are signed out everywhere else."),
    };
    view! {
        <h1>{title}</h1>
        <p class="ink2">{words}</p>
        <ActionForm action attr:class="ack__form">
            <FormErrors error />
            <input type="hidden" name="token" value=token />
            // For password managers, which file a password under its account.
            <input type="text" class="vh" name="" autocomplete="username" value=email readonly tabindex="-1" aria-hidden="true" />
            <TextField
                label="New password"
                name="password"
                input_type="password"
                autocomplete="new-password"
                required=true
                hint=format!("{PASSWORD_CHARS_MIN} characters at least. A few words are better than one odd one.")
                error=password_error
            />
            <button
                class="btn btn--primary ack__button"
                type="submit"
                aria-busy=move || action.pending().get().then_some("true")
            >
                <Icon name="key" />
                "Set password and sign in"
            </button>
        </ActionForm>
        <p class="ack__note">"For " {shown_email}</p>
    }
}
