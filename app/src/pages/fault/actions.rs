//! What the reader can do about a fault: acknowledge, take over, withdraw, call.

use domain::{
    access::{Permission, Side},
    fault::{Acknowledgement, reference},
    time::Timestamp,
};
use leptos::prelude::*;

use crate::{
    api::{
        faults::{FaultPage, UnacknowledgeFault},
        intake::NewTicketInput,
    },
    components::{
        ack_button::{refuse_offline, use_acknowledging},
        icon::Icon,
        live_feed::use_connection,
        session::use_me,
        shortcuts::press_on,
        time::At,
        toast::use_toasts,
    },
};

/// Where the acknowledgement of the reader's side stands.
#[derive(Debug, Clone, PartialEq)]
enum Standing {
    Recovered(Timestamp),
    Mine(Acknowledgement),
    Theirs(Acknowledgement),
    Nobody,
}

fn standing(page: &FaultPage, side: Side, me: &str) -> Standing {
    match (page.row.cleared_at, page.row.ack(side)) {
        (Some(at), _) => Standing::Recovered(at),
        (None, Some(ack)) if ack.by == me => Standing::Mine(ack.clone()),
        (None, Some(ack)) => Standing::Theirs(ack.clone()),
        (None, None) => Standing::Nobody,
    }
}

#[component]
pub(super) fn Actions(page: RwSignal<FaultPage>, side: Side) -> impl IntoView {
    let me = use_me();
    let name = me.as_ref().map(|me| me.name.clone()).unwrap_or_default();
    let may = me.is_some_and(|me| me.may(Permission::AcknowledgeFault));
    let (number, phone) = page.with_untracked(|page| (page.row.number, page.support_phone.clone()));
    // Only a change of this rebuilds the form: a half-written note survives news of the fault.
    let standing = Memo::new(move |_| page.with(|page| standing(page, side, &name)));
    let form = move || match standing.get() {
        Standing::Recovered(at) => {
            view! { <p>"Recovered at " <At at /> ". There is nothing to acknowledge."</p> }.into_any()
        }
        Standing::Mine(ack) => view! { <Mine ack number may /> }.into_any(),
        Standing::Theirs(ack) => view! { <Theirs ack number side may /> }.into_any(),
        Standing::Nobody if may => view! { <Take number side take_over=false /> }.into_any(),
        Standing::Nobody => {
            view! { <p class="note">"Nobody has acknowledged this yet. Your account may only look."</p> }.into_any()
        }
    };
    let call = (side == Side::Customer && !phone.is_empty()).then(|| {
        view! {
            <a class="btn btn--block" href=format!("tel:{}", phone.replace(' ', ""))>
                <Icon name="phone" />
                "Call us on "
                {phone.clone()}
            </a>
        }
    });
    let new = open_ticket_link(page);
    view! {
        {form}
        {call}
        {new}
    }
}

/// A new ticket about the system of this fault; `c` presses it.
fn open_ticket_link(page: RwSignal<FaultPage>) -> impl IntoView {
    let me = use_me();
    let may = me.as_ref().is_some_and(|me| me.may(Permission::WriteToTickets));
    let staff = me.is_some_and(|me| me.side() == Side::Staff);
    let href = page.with_untracked(|page| {
        let input = NewTicketInput {
            customer: if staff { page.row.customer_id.to_string() } else { String::new() },
            system: format!("host:{}", page.row.host),
            ..NewTicketInput::default()
        };
        input.address(false)
    });
    press_on("c", "[data-new-ticket]");
    may.then(|| {
        view! {
            <a class="btn btn--block" href=href data-new-ticket="" rel="external">
                <Icon name="plus" />
                "New ticket about this system"
                <kbd>"c"</kbd>
            </a>
        }
    })
}

/// Who has it, since when, for how long, and what they said.
#[component]
fn WhoHasIt(ack: Acknowledgement, words: String) -> impl IntoView {
    let Acknowledgement { at, note, expires_at, .. } = ack;
    view! {
        <p class="row">
            <Icon name="ack" small=true />
            <span>
                {words} " " <At at />
                {expires_at.map(|until| view! { ", until " <At at=until /> })}
            </span>
        </p>
        {(!note.is_empty()).then(|| view! { <p class="note">"“" {note} "”"</p> })}
    }
}

#[component]
fn Mine(ack: Acknowledgement, number: i64, may: bool) -> impl IntoView {
    let action = ServerAction::<UnacknowledgeFault>::new();
    let changed = use_acknowledging().changed;
    let (toasts, connection) = (use_toasts(), use_connection());
    Effect::new(move |_| match action.value().get() {
        Some(Ok(row)) => {
            toasts.say(format!("{} is not acknowledged any more.", reference(number)));
            changed.set(Some(row));
        }
        Some(Err(error)) => toasts.say(error.to_string()),
        None => {}
    });
    let form = may.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="number" value=number.to_string() />
                <button
                    class="btn btn--block"
                    type="submit"
                    aria-busy=move || action.pending().get().then_some("true")
                    on:click=move |event| refuse_offline(toasts, &event, connection.get_untracked())
                >
                    "Withdraw my acknowledgement"
                </button>
            </ActionForm>
        }
    });
    view! {
        <WhoHasIt ack words="Acknowledged by you at".to_owned() />
        {form}
    }
}

#[component]
fn Theirs(ack: Acknowledgement, number: i64, side: Side, may: bool) -> impl IntoView {
    let words = format!("Acknowledged by {} at", ack.by);
    view! {
        <WhoHasIt ack words />
        {may.then(|| view! { <Take number side take_over=true /> })}
    }
}

/// The form that acknowledges, with a note.
#[component]
fn Take(number: i64, side: Side, take_over: bool) -> impl IntoView {
    let action = use_acknowledging().action;
    let (toasts, connection) = (use_toasts(), use_connection());
    let (placeholder, explanation) = match side {
        Side::Staff => ("Say what you are doing (optional)", None),
        Side::Customer => (
            "A note to us (optional)",
            Some(
                "Acknowledge tells us you have seen this and stops our emails to you about it. Our engineers carry on.",
            ),
        ),
    };
    let words = if take_over { "Take over" } else { "Acknowledge" };
    view! {
        <ActionForm action attr:class="stack stack--s">
            <input type="hidden" name="number" value=number.to_string() />
            {take_over.then(|| view! { <input type="hidden" name="take_over" value="yes" /> })}
            <label class="vh" for="acknote">
                "Note"
            </label>
            <input class="input" id="acknote" name="note" maxlength="2000" autocomplete="off" placeholder=placeholder />
            {(side == Side::Staff)
                .then(|| {
                    view! {
                        <label class="vh" for="ackfor">
                            "For how long"
                        </label>
                        <select class="select" id="ackfor" name="minutes">
                            <option value="">"I have it until it is solved"</option>
                            <option value="30">"I have it for 30 min"</option>
                            <option value="60">"I have it for 1 h"</option>
                            <option value="240">"I have it for 4 h"</option>
                        </select>
                    }
                })}
            <button
                class="btn btn--primary btn--big btn--block"
                type="submit"
                aria-busy=move || action.pending().get().then_some("true")
                aria-disabled=move || connection.get().is_lost().then_some("true")
                on:click=move |event| refuse_offline(toasts, &event, connection.get_untracked())
            >
                <Icon name="ack" />
                {words}
            </button>
        </ActionForm>
        {explanation.map(|words| view! { <p class="note">{words}</p> })}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ack(by: &str) -> Acknowledgement {
        Acknowledgement {
            side: Side::Staff,
            by: by.to_owned(),
            at: Timestamp::EPOCH,
            note: String::new(),
            expires_at: None,
            sticky: false,
        }
    }

    #[test]
    fn only_the_readers_own_side_counts() {
        let mut page = crate::pages::fault::sample::page();
        page.row.staff_ack = Some(ack("Ellie Marsh"));
        assert_eq!(standing(&page, Side::Staff, "Ellie Marsh"), Standing::Mine(ack("Ellie Marsh")));
        assert_eq!(standing(&page, Side::Staff, "Tom Okafor"), Standing::Theirs(ack("Ellie Marsh")));
        assert_eq!(standing(&page, Side::Customer, "Ruth Ashdown"), Standing::Nobody);
        page.row.cleared_at = Some(Timestamp::EPOCH);
        assert_eq!(standing(&page, Side::Staff, "Tom Okafor"), Standing::Recovered(Timestamp::EPOCH));
    }
}
