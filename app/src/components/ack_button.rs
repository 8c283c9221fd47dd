//! Acknowledging a fault from anywhere: one action for all rows, so that a refusal is told once.

use domain::{
    access::{Permission, Side},
    fault::reference,
};
use leptos::{prelude::*, task::spawn_local};

use super::{
    icon::Icon,
    live_feed::use_connection,
    session::use_me,
    time::{At, civil},
    toast::{Toasts, use_toasts},
};
use crate::api::{
    error::ApiError,
    faults::{AcknowledgeFault, FaultRow, unacknowledge_fault},
};

/// The action behind every Acknowledge button of the page.
#[derive(Clone, Copy)]
pub struct Acknowledging {
    pub action: ServerAction<AcknowledgeFault>,
    /// The row as the server answered last; boards take it over without waiting for the stream.
    pub changed: RwSignal<Option<FaultRow>>,
    /// A refusal that came with the page itself, from a form posted without the browser half.
    pub refused: Signal<Option<ApiError>>,
}

/// Makes the action, once for the frame around all pages.
pub fn provide_acknowledging() {
    let action = ServerAction::<AcknowledgeFault>::new();
    let changed = RwSignal::new(None);
    let toasts = use_toasts();
    let refused = action.value().with_untracked(|value| match value {
        Some(Err(error)) => Some(error.clone()),
        _ => None,
    });
    Effect::new(move |ran_before: Option<()>| {
        let value = action.value().get();
        if ran_before.is_some() {
            match value {
                Some(Ok(row)) => {
                    say_acknowledged(toasts, changed, &row);
                    changed.set(Some(row));
                }
                Some(Err(error)) => toasts.say(error.to_string()),
                None => {}
            }
        }
    });
    provide_context(Acknowledging { action, changed, refused: Signal::stored(refused) });
}

/// The action; a fresh one outside the frame.
pub fn use_acknowledging() -> Acknowledging {
    use_context::<Acknowledging>().unwrap_or_else(|| Acknowledging {
        action: ServerAction::new(),
        changed: RwSignal::new(None),
        refused: Signal::stored(None),
    })
}

fn say_acknowledged(toasts: Toasts, changed: RwSignal<Option<FaultRow>>, row: &FaultRow) {
    let number = row.number;
    let undo = Callback::new(move |()| {
        spawn_local(async move {
            match unacknowledge_fault(number).await {
                Ok(row) => {
                    toasts.say(format!("{} is not acknowledged any more.", reference(number)));
                    changed.set(Some(row));
                }
                Err(error) => toasts.say(error.to_string()),
            }
        });
    });
    toasts.say_with_undo(format!("{} acknowledged.", reference(number)), undo);
}

/// Refuses a press while the connection is lost: a late acknowledgement could hide a newer fault.
pub fn refuse_offline(toasts: Toasts, event: &leptos::ev::MouseEvent, connection: super::live_feed::Connection) {
    if let super::live_feed::Connection::Lost { since } = connection {
        event.prevent_default();
        toasts.say(format!("Not sent: there is no connection since {}. Nothing was changed.", civil(since).clock()));
    }
}

/// The last column of a fault row: the button, or who has the fault, or when it recovered.
#[component]
pub fn AcknowledgeButton(
    /// The fault; later changes are followed.
    #[prop(into)]
    row: Signal<FaultRow>,
    /// The reader's side, whose acknowledgement counts here.
    side: Side,
) -> impl IntoView {
    let may = use_me().is_none_or(|me| me.may(Permission::AcknowledgeFault));
    // Only a change of these rebuilds the column; the detail of a fault changes with every probe.
    let shown = Memo::new(move |_| row.with(|row| (row.cleared_at, row.ack(side).map(|ack| (ack.by.clone(), ack.at)))));
    move || match shown.get() {
        (Some(cleared_at), ack) => view! { <Recovered cleared_at button=ack.is_none() /> }.into_any(),
        (None, Some((by, at))) => view! { <WhoAcknowledged by at /> }.into_any(),
        (None, None) if may => view! { <AcknowledgeForm number=row.with_untracked(|row| row.number) /> }.into_any(),
        (None, None) => view! { <span class="sub">"Nobody has it yet"</span> }.into_any(),
    }
}

#[component]
fn Recovered(
    cleared_at: domain::time::Timestamp,
    /// Whether a button stood here, which stays, out of use.
    button: bool,
) -> impl IntoView {
    view! {
        {if button {
            view! {
                <button class="btn" type="button" aria-disabled="true">
                    "Recovered "
                    <At at=cleared_at />
                </button>
            }
                .into_any()
        } else {
            view! { <span class="sub">"Recovered " <At at=cleared_at /></span> }.into_any()
        }}
    }
}

/// Somebody's name and when they took the fault.
#[component]
fn WhoAcknowledged(
    /// Their name.
    by: String,
    /// When.
    at: domain::time::Timestamp,
) -> impl IntoView {
    view! {
        <span class="who-ack">
            <Icon name="ack" small=true />
            <span>
                <span class="vh">"Acknowledged by "</span>
                {by}
                <span class="sub">
                    <At at />
                </span>
            </span>
        </span>
    }
}

#[component]
fn AcknowledgeForm(number: i64) -> impl IntoView {
    let Acknowledging { action, .. } = use_acknowledging();
    let (toasts, connection) = (use_toasts(), use_connection());
    let busy = move || action.input().with(|input| input.as_ref().is_some_and(|input| input.number == number));
    let press = move |event: leptos::ev::MouseEvent| {
        if busy() {
            event.prevent_default();
        }
        refuse_offline(toasts, &event, connection.get_untracked());
    };
    view! {
        <ActionForm action>
            <input type="hidden" name="number" value=number.to_string() />
            <button
                class="btn"
                type="submit"
                aria-describedby=reference(number)
                aria-busy=move || busy().then_some("true")
                aria-disabled=move || connection.get().is_lost().then_some("true")
                on:click=press
            >
                "Acknowledge"
            </button>
        </ActionForm>
    }
}
