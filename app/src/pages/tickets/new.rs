//! The ways to a new ticket, at the head of every list of them.

use domain::access::{Permission, Side};
use leptos::prelude::*;

use crate::components::{icon::Icon, session::use_me};

/// Ways to a new ticket, and for staff to a call.
#[component]
pub(super) fn NewWays() -> impl IntoView {
    let me = use_me();
    let call = me.as_ref().is_some_and(|me| me.side() == Side::Staff).then(|| {
        view! {
            <a class="btn" href="/calls/new">
                <Icon name="phone" small=true />
                "Log a call"
            </a>
        }
    });
    let new = me.is_some_and(|me| me.may(Permission::WriteToTickets)).then(|| {
        view! {
            <a class="btn btn--primary" href="/tickets/new">
                <Icon name="plus" small=true />
                "New ticket"
            </a>
        }
    });
    view! {
        {call}
        {new}
    }
}
