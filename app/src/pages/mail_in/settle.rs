//! Where a doubtful mail goes: to a ticket, or nowhere.

use leptos::prelude::*;

use crate::{
    api::incoming::{DiscardMail, MailInPage, ReleaseMail},
    components::{
        banner::FormErrors,
        field::{SelectField, TextArea, TextField},
    },
};

#[component]
pub(super) fn Settle(
    mail: MailInPage,
    release: ServerAction<ReleaseMail>,
    discard: ServerAction<DiscardMail>,
) -> impl IntoView {
    let (released, discarded) = (release.value(), discard.value());
    let wrong = move |field: &'static str| {
        Signal::derive(move || released.get().and_then(Result::err).and_then(|error| error.field(field)))
    };
    let reason = Signal::derive(move || discarded.get().and_then(Result::err).and_then(|error| error.field("reason")));
    let error =
        Signal::derive(move || released.get().and_then(Result::err).or_else(|| discarded.get().and_then(Result::err)));
    let id = mail.row.id;
    let mut options = vec![(String::new(), "Choose a customer".to_owned())];
    options.extend(mail.customers.into_iter().map(|(id, name)| (id.to_string(), name)));
    let (releasing, discarding) = (release.pending(), discard.pending());
    view! {
        <section class="card" aria-labelledby="settle">
            <div class="card-head">
                <h2 id="settle">"Put it where it belongs"</h2>
            </div>
            <div class="card-body stack">
                <FormErrors error/>
                <ActionForm action=release attr:class="form" attr:novalidate="">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <SelectField label="Customer" name="input[customer]" options error=wrong("customer")/>
                    <TextField
                        label="Ticket"
                        name="input[ticket]"
                        hint="Such as T-2314. Empty opens a new one; the customer sees the mail there."
                        error=wrong("ticket")
                    />
                    <div class="form__actions">
                        <button
                            class="btn btn--primary"
                            type="submit"
                            aria-busy=move || releasing.get().then_some("true")
                        >
                            "Release"
                        </button>
                    </div>
                </ActionForm>
                <ActionForm action=discard attr:class="form" attr:novalidate="">
                    <input type="hidden" name="id" value=id.to_string()/>
                    <TextArea label="Why it belongs nowhere" name="reason" rows=2 error=reason/>
                    <div class="form__actions">
                        <button class="btn" type="submit" aria-busy=move || discarding.get().then_some("true")>
                            "Discard"
                        </button>
                    </div>
                </ActionForm>
            </div>
        </section>
    }
}
