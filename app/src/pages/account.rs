//! `/account`: who the reader is, how the pages look to them, and the ways out.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::session::{Me, SignOut, SignOutEverywhere},
    components::{
        confirm::Confirm, icon::Icon, page::PageHead, session::use_me, shell::use_theme, shortcuts::ShortcutsSwitch,
    },
};

#[component]
pub fn AccountPage() -> impl IntoView {
    use_me().map(|me| view! { <AccountView me /> })
}

#[component]
fn AccountView(me: Me) -> impl IntoView {
    let staff = me.role.is_staff();
    let Me { name, email, role, customer, support_phone, .. } = me;
    view! {
        <PageHead title="Account" lede="Who you are here, and how it looks." />
        <div class="cols-2">
            <section class="card" aria-labelledby="you">
                <div class="card-head">
                    <h2 id="you">"You"</h2>
                </div>
                <div class="card-body stack">
                    <dl class="kv">
                        <dt>"Name"</dt>
                        <dd>{name}</dd>
                        <dt>"Email"</dt>
                        <dd>{email}</dd>
                        <dt>"Role"</dt>
                        <dd>{role.label()}</dd>
                        {(!staff)
                            .then(|| {
                                view! {
                                    <dt>"Company"</dt>
                                    <dd>{customer}</dd>
                                    <dt>"Support"</dt>
                                    <dd>
                                        <a href=format!("tel:{}", support_phone.replace(' ', ""))>
                                            {support_phone.clone()}
                                        </a>
                                    </dd>
                                }
                            })}
                    </dl>
                    <SignOuts />
                </div>
            </section>
            <section class="card" aria-labelledby="look">
                <div class="card-head">
                    <h2 id="look">"How it looks"</h2>
                </div>
                <div class="card-body stack">
                    <ThemeForm />
                    {staff.then(|| view! { <Shortcuts /> })}
                </div>
            </section>
        </div>
    }
}

#[component]
fn SignOuts() -> impl IntoView {
    view! {
        <div class="row">
            <form action=SignOut::url() method="post">
                <button class="btn" type="submit">
                    "Sign out"
                </button>
            </form>
            <Confirm
                label="Sign out everywhere"
                question="Every browser that is signed in as you, this one included, has to sign in again."
            >
                <form action=SignOutEverywhere::url() method="post">
                    <button class="btn btn--danger" type="submit">
                        "Sign out everywhere"
                    </button>
                </form>
            </Confirm>
        </div>
    }
}

/// Light, dark, or what the system says. A cookie, so that the page is right from the first byte.
#[component]
fn ThemeForm() -> impl IntoView {
    let theme = use_theme();
    let choice = move |value: &'static str, words: &'static str| {
        view! {
            <label>
                <input type="radio" name="theme" value=value checked=theme.is(value) />
                {words}
            </label>
        }
    };
    view! {
        <form class="stack stack--s" action="/theme" method="post">
            <input type="hidden" name="next" value="/account" />
            <fieldset>
                <legend class="label mb-s">"Colours"</legend>
                <div class="seg">
                    {choice("system", "As the system")} {choice("light", "Light")} {choice("dark", "Dark")}
                </div>
            </fieldset>
            <div class="row">
                <button class="btn" type="submit">
                    <Icon name="check" small=true />
                    "Use these colours"
                </button>
            </div>
        </form>
    }
}

#[component]
fn Shortcuts() -> impl IntoView {
    view! {
        // Not on a phone, which has no keys to press.
        <section class="stack stack--s not-s" aria-labelledby="keys">
            <h3 id="keys">"Keys on the fault board"</h3>
            <ul class="stack stack--s small">
                <li class="row">
                    <kbd>"j"</kbd>
                    <kbd>"k"</kbd>
                    "Next and previous fault"
                </li>
                <li class="row">
                    <kbd>"Enter"</kbd>
                    "Open the fault"
                </li>
                <li class="row">
                    <kbd>"a"</kbd>
                    "Acknowledge it"
                </li>
                <li class="row">
                    <kbd>"."</kbd>
                    "Show what was held back"
                </li>
            </ul>
            <h3>"Keys in the ticket queue"</h3>
            <ul class="stack stack--s small">
                <li class="row">
                    <kbd>"j"</kbd>
                    <kbd>"k"</kbd>
                    "Next and previous ticket"
                </li>
                <li class="row">
                    <kbd>"Enter"</kbd>
                    "Open the ticket"
                </li>
                <li class="row">
                    <kbd>"x"</kbd>
                    <kbd>"Space"</kbd>
                    "Tick it"
                </li>
                <li class="row">
                    <kbd>"Shift"</kbd>
                    <kbd>"↓"</kbd>
                    "Tick this one and the next"
                </li>
                <li class="row">
                    <kbd>"i"</kbd>
                    "Assign it to me"
                </li>
                <li class="row">
                    <kbd>"N"</kbd>
                    "Take the next that nobody has"
                </li>
                <li class="row">
                    <kbd>"."</kbd>
                    "Show what was held back"
                </li>
            </ul>
            <ShortcutsSwitch />
        </section>
    }
}
