//! `/sign-in`: address and password; in the demonstration, accounts to choose from.

use leptos::{html::Input, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::components::title::Title;
use crate::{
    api::{
        error::ApiError,
        session::{SignIn, Welcome, load_welcome},
    },
    components::{
        banner::focus,
        icon::Icon,
        page::Loaded,
        shell::{BrandSign, DemoBar},
    },
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let welcome = Resource::new_blocking(|| (), |()| load_welcome());
    view! {
        <Title text="Sign in" />
        <Loaded resource=welcome view=|welcome: Welcome| view! { <SignInView welcome /> } />
    }
}

#[component]
fn SignInView(welcome: Welcome) -> impl IntoView {
    let Welcome { demo, accounts, support_phone } = welcome;
    view! {
        {demo.then(|| view! { <DemoBar /> })}
        <div class="signin">
            <aside class="signin-side" aria-label="About">
                <p class="brand">
                    <BrandSign />
                </p>
                <p class="say">"What is wrong, since when, and what happens next."</p>
                <Art />
                {(!support_phone.is_empty())
                    .then(|| {
                        view! {
                            <p class="small">
                                "Phones down and cannot sign in? Call "
                                {support_phone}
                                ", or your 24 hour number if you have Cat4 cover."
                            </p>
                        }
                    })}
            </aside>
            <main class="signin-main" id="main" tabindex="-1">
                <SignInForm accounts />
                <p class="small signin-more">
                    <a href="/prices">"Levels of cover and guide prices"</a>
                </p>
            </main>
        </div>
    }
}

#[component]
fn SignInForm(accounts: Vec<(String, String, String)>) -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let error = Signal::derive(move || action.value().get().and_then(Result::err));
    let query = use_query_map();
    let next = query.with_untracked(|query| query.get("next").unwrap_or_default());
    let (email, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let demo = (!accounts.is_empty()).then(|| {
        let next = next.clone();
        view! { <DemoAccounts accounts next email password /> }
    });
    view! {
        <div class="stack">
            <ActionForm action attr:class="stack" attr:aria-label="Sign in">
                <h1>"Sign in"</h1>
                {move || error.get().map(|error| view! { <Refused error /> })}
                <input type="hidden" name="next" value=next />
                <div class="field">
                    <label for="f-email">"Email address"</label>
                    <input
                        class="input"
                        id="f-email"
                        name="email"
                        type="email"
                        autocomplete="username"
                        required
                        node_ref=email
                    />
                </div>
                <div class="field">
                    <span class="row row--between">
                        <label class="label" for="f-password">
                            "Password"
                        </label>
                        <a class="small" href="/forgot">
                            "Forgotten it?"
                        </a>
                    </span>
                    <input
                        class="input"
                        id="f-password"
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                        node_ref=password
                    />
                </div>
                <button
                    class="btn btn--primary btn--big btn--block"
                    id="sign-in"
                    type="submit"
                    aria-busy=move || action.pending().get().then_some("true")
                >
                    "Sign in"
                </button>
            </ActionForm>
            {demo}
        </div>
    }
}

/// Why nobody was signed in. The same words whatever was wrong.
#[component]
fn Refused(error: ApiError) -> impl IntoView {
    view! {
        <div class="form__errors" role="alert">
            <h2>
                <Icon name="late" />
                {refusal_words(&error)}
            </h2>
        </div>
    }
}

fn refusal_words(error: &ApiError) -> String {
    match error {
        ApiError::Invalid(fields) => {
            let message = fields.first().map(|field| field.message.as_str()).unwrap_or_default();
            let mut chars = message.trim_end_matches('.').chars();
            chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

/// The demonstration's accounts. A press fills the form in; without the browser half it signs in at once.
#[component]
fn DemoAccounts(
    accounts: Vec<(String, String, String)>,
    next: String,
    email: NodeRef<Input>,
    password: NodeRef<Input>,
) -> impl IntoView {
    let forms = accounts
        .into_iter()
        .map(|(words, address, secret)| {
            let (fill_address, fill_secret) = (address.clone(), secret.clone());
            let fill = move |event: leptos::ev::SubmitEvent| {
                event.prevent_default();
                for (field, value) in [(email, &fill_address), (password, &fill_secret)] {
                    if let Some(field) = field.get_untracked() {
                        field.set_value(value);
                    }
                }
                focus("sign-in");
            };
            view! {
                <form action=SignIn::url() method="post" on:submit=fill>
                    <input type="hidden" name="email" value=address />
                    <input type="hidden" name="password" value=secret />
                    <input type="hidden" name="next" value=next.clone() />
                    <button class="btn btn--block" type="submit">
                        {words}
                    </button>
                </form>
            }
        })
        .collect_view();
    view! {
        <section class="stack stack--s" aria-labelledby="demo-accounts">
            <h2 class="or" id="demo-accounts">
                "or try it as"
            </h2>
            {forms}
        </section>
    }
}

#[component]
fn Art() -> impl IntoView {
    view! {
        <svg
            class="art"
            viewBox="0 0 560 110"
            fill="none"
            stroke="currentColor"
            stroke-width="2.5"
            stroke-linecap="round"
            aria-hidden="true"
        >
            <path d="M0 84h112M118 75l72-58M248 84h104M384 84h104M520 84h40" />
            <circle cx="112" cy="84" r="13" fill="currentColor" stroke="none" />
            <circle cx="234" cy="84" r="13" />
            <circle cx="368" cy="84" r="15" />
            <circle cx="504" cy="84" r="15" />
            <path d="m361.5 84.5 4.5 4.5 8.500-9.500M497.5 84.500l4.5 4.5 8.500-9.500" />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_sentence() {
        let error = ApiError::invalid("password", "the mail address or the password is wrong");
        assert_eq!(refusal_words(&error), "The mail address or the password is wrong.");
    }
}
