//! The reader's secret address for calendar programs.

use leptos::prelude::*;

use crate::{
    api::calendars::{FeedInfo, MakeFeed, RevokeFeed},
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{busy, refusal},
    },
};

#[component]
pub(super) fn FeedCard(
    feed: Option<FeedInfo>,
    make: ServerAction<MakeFeed>,
    revoke: ServerAction<RevokeFeed>,
) -> impl IntoView {
    let body = match feed {
        Some(feed) => view! { <Own feed revoke/> }.into_any(),
        None => view! { <Make make/> }.into_any(),
    };
    view! {
        <section class="card" aria-labelledby="feed">
            <div class="card-head">
                <h2 id="feed">"In your own calendar"</h2>
            </div>
            <div class="card-body stack stack--s">
                <FormErrors error=refusal(make)/>
                {body}
            </div>
        </section>
    }
}

#[component]
fn Own(feed: FeedInfo, revoke: ServerAction<RevokeFeed>) -> impl IntoView {
    let whose = if feed.everyone { "Everybody's shifts" } else { "Your shifts" };
    view! {
        <p class="note">
            {format!("{whose}, bank holidays and announced days. Whoever has this address can read them: keep it to yourself.")}
        </p>
        <input class="input mono" readonly aria-label="Address to subscribe to" value=feed.url/>
        <Confirm label="Take the address back" question="Calendars that use it stop being updated.">
            <ActionForm action=revoke>
                <button class="btn btn--danger" type="submit">
                    "Take it back"
                </button>
            </ActionForm>
        </Confirm>
    }
}

#[component]
fn Make(make: ServerAction<MakeFeed>) -> impl IntoView {
    view! {
        <p class="note">"A secret address that your calendar program can subscribe to."</p>
        <ActionForm action=make attr:class="stack stack--s">
            <label class="field">
                <span class="label">"Shifts of"</span>
                <select class="select" name="everyone">
                    <option value="no">"me only"</option>
                    <option value="yes">"everybody"</option>
                </select>
            </label>
            <button class="btn" type="submit" aria-busy=busy(make)>
                "Make an address"
            </button>
        </ActionForm>
    }
}
