//! Writing: a reply or a note of staff, a message of a customer. What was typed is kept until it was sent.

use domain::{
    access::Side,
    ticket::{Outcome, TicketState, UNDO_S, may_reopen, reference},
};
use leptos::{html::Textarea, prelude::*};

use super::{actions::Acts, add_files::AddFiles, helps::Filled, here::OthersHere};
use crate::{
    api::{
        care::Unsent,
        tickets::{TicketEventRow, TicketPage},
    },
    components::{
        edit_form::{busy, refusal, wrong},
        icon::Icon,
        raw::raw_text,
    },
};

#[component]
pub(super) fn Composer(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let may = Memo::new(move |_| page.with(|page| page.may.write));
    move || match may.get() {
        true => view! {
            <Form page side acts />
            <AddFiles page side acts />
        }
        .into_any(),
        false => view! {
            <p class="card-body note">
                "Your account may only look. Ask the person at your company who manages your users."
            </p>
        }
        .into_any(),
    }
}

/// What travels with the text: the form's key, the last entry that its writer has seen, what it crossed with.
#[derive(Clone, Copy)]
struct Sending {
    key: RwSignal<String>,
    seen: RwSignal<i64>,
    unsent: Memo<Option<Unsent>>,
    /// Something stands in the field.
    typing: RwSignal<bool>,
}

pub(super) fn last_seen(page: &TicketPage) -> i64 {
    page.events.last().map_or(0, |event| event.seq)
}

impl Sending {
    fn new(page: RwSignal<TicketPage>) -> Self {
        let unsent =
            Memo::new(move |_| page.with(|page| page.care.staff.as_ref().and_then(|care| care.unsent.clone())));
        let first = unsent.get_untracked();
        let key = match &first {
            Some(unsent) => unsent.key.clone(),
            None => page.with_untracked(|page| page.care.form.clone()),
        };
        Self {
            key: RwSignal::new(key),
            seen: RwSignal::new(page.with_untracked(last_seen)),
            unsent,
            typing: RwSignal::new(first.is_some()),
        }
    }

    /// What others wrote meanwhile.
    fn crossed(self) -> Vec<TicketEventRow> {
        self.unsent.with(|unsent| unsent.as_ref().map(|unsent| unsent.crossed.clone()).unwrap_or_default())
    }
}

#[component]
fn Form(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let action = acts.reply;
    let number = page.with_untracked(|page| page.number);
    let area = NodeRef::<Textarea>::new();
    let sending = Sending::new(page);
    keep_draft(area, number, acts, sending);
    follow(area, page, acts, sending);
    let label = match side {
        Side::Staff => "Reply to the customer, or a note for staff",
        Side::Customer => "Your reply",
    };
    let staff = side == Side::Staff;
    let crossed = Memo::new(move |_| !sending.crossed().is_empty());
    let send = move || match (staff, crossed.get()) {
        (true, true) => "Send anyway",
        (true, false) => "Send reply",
        (false, _) => "Send",
    };
    view! {
        {staff.then(|| view! { <OthersHere number typing=sending.typing.into() /> })}
        <ActionForm action attr:class="composer" attr:id="reply" attr:aria-label="Reply" attr:novalidate="">
            <input type="hidden" name="number" value=number.to_string() />
            <input type="hidden" name="input[key]" value=move || sending.key.get() />
            <input type="hidden" name="input[seen]" value=move || sending.seen.get().to_string() />
            {move || crossed.get().then(|| view! { <input type="hidden" name="input[anyway]" value="yes" /> })}
            <div class="stack stack--s">
                {staff.then(|| view! { <Kinds /> })} <Crossed sending />
                <Field area label error=wrong(refusal(action), "text") sending />
            </div>
            <div class="composer-foot">
                <p class="note">{move || page.with(|page| note(page, side))}</p>
                <button class="btn btn--primary composer__send" type="submit" aria-busy=busy(action)>
                    <Icon name="send" small=true />
                    {send}
                </button>
                {staff
                    .then(|| {
                        view! {
                            <button class="btn composer__note" type="submit" aria-busy=busy(action)>
                                "Save note"
                            </button>
                        }
                    })}
            </div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Kinds() -> impl IntoView {
    view! {
        <fieldset>
            <legend class="vh">"Kind of entry"</legend>
            <div class="seg">
                <label>
                    <input type="radio" name="input[note]" value="no" checked />
                    "Reply to customer"
                </label>
                <label>
                    <input type="radio" name="input[note]" value="yes" />
                    "Note for staff"
                </label>
            </div>
        </fieldset>
    }
}

/// What others wrote while this was being typed.
#[component]
fn Crossed(sending: Sending) -> impl IntoView {
    move || {
        let rows = sending.crossed().into_iter().map(|event| {
            let id = format!("#m{}", event.seq);
            view! {
                <li>
                    <strong>{event.by}</strong>
                    " wrote while you were typing: "
                    <a href=id>{event.text}</a>
                </li>
            }
        });
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| {
            view! {
                <div class="banner banner--warn" role="status">
                    <Icon name="info" />
                    <ul class="stack stack--s">{rows}</ul>
                </div>
            }
        })
    }
}

#[component]
fn Field(
    area: NodeRef<Textarea>,
    label: &'static str,
    error: Signal<Option<String>>,
    sending: Sending,
) -> impl IntoView {
    let id = "reply-text";
    let text = sending.unsent.with_untracked(|unsent| unsent.as_ref().map(|unsent| unsent.text.clone()));
    let text = text.or_else(|| use_context::<Filled>().map(|filled| filled.0));
    view! {
        <div class="field" data-error=move || error.with(Option::is_some).then_some("")>
            <label for=id>{label}</label>
            <textarea
                class="textarea"
                id=id
                name="input[text]"
                rows="4"
                maxlength="2000"
                node_ref=area
                aria-invalid=move || error.with(Option::is_some).then_some("true")
            >
                {raw_text(text.unwrap_or_default())}
            </textarea>
            {move || {
                error
                    .get()
                    .map(|words| {
                        view! {
                            <span class="error">
                                <Icon name="late" small=true />
                                {words}
                            </span>
                        }
                    })
            }}
        </div>
    }
}

/// Where it goes, and what it does.
fn note(page: &TicketPage, side: Side) -> String {
    if let Some(number) = page.care.merged_into {
        return format!("This went on in {}: what you write goes there.", reference(number));
    }
    match (side, page.state, page.mailed.as_slice()) {
        (Side::Customer, TicketState::Closed, _) => {
            let late = page.closed_at.is_some_and(|closed_at| !may_reopen(closed_at, page.now));
            match late || page.care.outcome == Some(Outcome::Declined) {
                true => "Sending this opens a new ticket that follows this one.".to_owned(),
                false => "Sending this opens the ticket again.".to_owned(),
            }
        }
        (Side::Customer, ..) => String::new(),
        (Side::Staff, _, []) => "The customer has no contact whom mail reaches; they read it here.".to_owned(),
        (Side::Staff, _, names) => {
            format!("A reply is mailed to {} after {UNDO_S} s. A note is mailed to nobody.", names.join(", "))
        }
    }
}

/// Keeps what travels with the text true, and never touches a text that is being written.
fn follow(area: NodeRef<Textarea>, page: RwSignal<TicketPage>, acts: Acts, sending: Sending) {
    // While nothing is typed, what the page shows has been seen.
    Effect::new(move |_| {
        let last = page.with(last_seen);
        if !sending.typing.get() {
            sending.seen.set(last);
        }
    });
    // What was taken back comes into an empty field; what crossed has now been read.
    Effect::new(move |_| {
        let Some(unsent) = sending.unsent.get() else { return };
        if !unsent.crossed.is_empty() {
            sending.seen.set(page.with_untracked(last_seen));
        }
        sending.key.set(unsent.key);
        if let Some(area) = area.get().filter(|area| area.value().is_empty()) {
            area.set_value(&unsent.text);
            sending.typing.set(true);
        }
    });
    // The next form has a key of its own.
    Effect::new(move |_| {
        if acts.reply.value().with(|value| matches!(value, Some(Ok(_)))) {
            let fresh = page.with(|page| page.care.form.clone());
            if sending.unsent.with_untracked(Option::is_none) {
                sending.key.set(fresh);
            }
        }
    });
}

/// Keeps what is typed in this browser, for each ticket, until it was sent.
fn keep_draft(area: NodeRef<Textarea>, number: i64, acts: Acts, sending: Sending) {
    let key = format!("faultdesk.draft.{}", reference(number));
    #[cfg(feature = "hydrate")]
    {
        let storage = || window().local_storage().ok().flatten();
        let kept = key.clone();
        Effect::new(move |ran_before: Option<()>| {
            let Some(area) = area.get() else { return };
            if ran_before.is_none()
                && area.value().is_empty()
                && let Some(draft) = storage().and_then(|storage| storage.get_item(&kept).ok().flatten())
            {
                area.set_value(&draft);
            }
            sending.typing.set(!area.value().is_empty());
            let key = kept.clone();
            let typed = area.clone();
            let handle = leptos::leptos_dom::helpers::window_event_listener(leptos::ev::input, move |_| {
                sending.typing.set(!typed.value().is_empty());
                if let Some(storage) = storage() {
                    // A browser that keeps nothing has no drafts.
                    let _ = storage.set_item(&key, &typed.value());
                }
            });
            on_cleanup(move || handle.remove());
        });
        Effect::new(move |_| {
            if acts.reply.value().with(|value| matches!(value, Some(Ok(_)))) {
                if let Some(storage) = storage() {
                    let _ = storage.remove_item(&key);
                }
                if let Some(area) = area.get_untracked() {
                    area.set_value("");
                }
                sending.typing.set(false);
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (area, key, acts, sending);
}
