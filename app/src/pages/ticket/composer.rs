//! Writing: a reply or a note of staff, a message of a customer. What was typed is kept until it was sent.

use domain::{
    access::Side,
    ticket::{TicketState, reference},
};
use leptos::{html::Textarea, prelude::*};

use super::actions::Acts;
use crate::{
    api::tickets::TicketPage,
    components::{
        edit_form::{busy, refusal, wrong},
        field::field_id,
        icon::Icon,
    },
};

#[component]
pub(super) fn Composer(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let may = Memo::new(move |_| page.with(|page| page.may.write));
    move || match may.get() {
        true => view! { <Form page side acts /> }.into_any(),
        false => view! { <p class="card-body note">{may_not(&page.read_untracked())}</p> }.into_any(),
    }
}

fn may_not(page: &TicketPage) -> &'static str {
    match page.state {
        TicketState::Closed => "This ticket is closed. Please call us about anything new.",
        _ => "Your account may only look. Ask the person at your company who manages your users.",
    }
}

#[component]
fn Form(page: RwSignal<TicketPage>, side: Side, acts: Acts) -> impl IntoView {
    let action = acts.reply;
    let error = wrong(refusal(action), "text");
    let number = page.with_untracked(|page| page.number);
    let area = NodeRef::<Textarea>::new();
    keep_draft(area, number, acts);
    let id = field_id("text");
    let label = match side {
        Side::Staff => "Reply to the customer, or a note for staff",
        Side::Customer => "Your reply",
    };
    let kinds = (side == Side::Staff).then(|| {
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
    });
    view! {
        <ActionForm action attr:class="composer" attr:id="reply" attr:aria-label="Reply" attr:novalidate="">
            <input type="hidden" name="number" value=number.to_string() />
            <div class="stack stack--s">
                {kinds}
                <div class="field" data-error=move || error.with(Option::is_some).then_some("")>
                    <label for=id.clone()>{label}</label>
                    <textarea
                        class="textarea"
                        id=id
                        name="input[text]"
                        rows="4"
                        maxlength="2000"
                        node_ref=area
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                    ></textarea>
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
            </div>
            <div class="composer-foot">
                <p class="note">{note(&page.read_untracked(), side)}</p>
                <button class="btn btn--primary composer__send" type="submit" aria-busy=busy(action)>
                    <Icon name="send" small=true />
                    {if side == Side::Staff { "Send reply" } else { "Send" }}
                </button>
                {(side == Side::Staff)
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

/// Where it goes, and what it does.
fn note(page: &TicketPage, side: Side) -> String {
    match (side, page.state, page.mailed.as_slice()) {
        (Side::Customer, TicketState::Closed, _) => "Sending this opens the ticket again.".to_owned(),
        (Side::Customer, ..) => String::new(),
        (Side::Staff, _, []) => "The customer has no contact whom mail reaches; they read it here.".to_owned(),
        (Side::Staff, _, names) => format!("A reply is mailed to {}. A note is mailed to nobody.", names.join(", ")),
    }
}

/// Keeps what is typed in this browser, for each ticket, until it was sent.
fn keep_draft(area: NodeRef<Textarea>, number: i64, acts: Acts) {
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
            let key = kept.clone();
            let typed = area.clone();
            let handle = leptos::leptos_dom::helpers::window_event_listener(leptos::ev::input, move |_| {
                if let Some(storage) = storage() {
                    // A browser that keeps nothing has no drafts.
                    let _ = storage.set_item(&key, &typed.value());
                }
            });
            on_cleanup(move || handle.remove());
        });
        Effect::new(move |_| {
            if acts.reply.value().with(|value| matches!(value, Some(Ok(())))) {
                if let Some(storage) = storage() {
                    let _ = storage.remove_item(&key);
                }
                if let Some(area) = area.get_untracked() {
                    area.set_value("");
                }
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (area, key, acts);
}
