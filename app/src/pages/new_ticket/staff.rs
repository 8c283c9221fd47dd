//! What only staff choose on a new ticket: for whom, how and when it came, how it is sorted, who has it.

use domain::{
    intake::CallKind,
    probe::FieldError,
    ticket::{Channel, Priority, Queue, TicketKind},
};
use leptos::prelude::*;

use crate::{
    api::intake::{NewTicketInput, StaffChoices},
    components::{
        edit_form::about,
        field::{SelectField, TextField},
    },
};

/// Customer and contact. Another customer has other systems and contacts, so choosing one loads the form again with
/// everything that was typed.
#[component]
pub(super) fn StaffWho(choices: StaffChoices, input: NewTicketInput, wrong: Vec<FieldError>) -> impl IntoView {
    let StaffChoices { customers, contacts, zone, .. } = choices;
    let first = |words: &str| (String::new(), words.to_owned());
    let customers: Vec<_> = std::iter::once(first("Choose a customer"))
        .chain(customers.into_iter().map(|(id, name)| (id.to_string(), name)))
        .collect();
    let contacts: Vec<_> = std::iter::once(first("Somebody else"))
        .chain(contacts.into_iter().map(|(id, name)| (id.to_string(), name)))
        .collect();
    let channels = [(Channel::Phone, "By phone"), (Channel::Mail, "By mail"), (Channel::Staff, "Our own")];
    let channels = channels.map(|(one, words)| (one.as_str().to_owned(), words.to_owned())).to_vec();
    let calls = [CallKind::TheyCalled, CallKind::TheirVoicemail, CallKind::WeCalled];
    let calls = calls.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    view! {
        <div class="form__grid">
            <SelectField
                label="Customer"
                name="input[customer]"
                options=customers
                value=input.customer
                error=about(&wrong, "customer")
            />
            <SelectField
                label="Who brings it"
                name="input[contact]"
                options=contacts
                value=input.contact
                error=about(&wrong, "contact")
            />
            <div class="form__wide">
                <button class="btn" type="submit" formmethod="get" formaction="/tickets/new">
                    "Show this customer's systems"
                </button>
            </div>
            <SelectField
                label="How it came"
                name="input[channel]"
                options=channels
                value=input.channel
                error=about(&wrong, "channel")
            />
            <SelectField
                label="The call"
                name="input[call]"
                options=calls
                value=input.call
                hint="Only where it came by phone. A voicemail is no response: somebody calls back."
                error=about(&wrong, "call")
            />
            <TextField
                label="When it came"
                name="input[at]"
                input_type="datetime-local"
                value=input.at
                hint=format!("In {zone}. The clock counts from then.")
                error=about(&wrong, "at")
            />
        </div>
    }
    .into_any()
}

/// Kind, priority, queue, and who has it.
#[component]
pub(super) fn StaffSorting(choices: StaffChoices, input: NewTicketInput, wrong: Vec<FieldError>) -> impl IntoView {
    let kinds = TicketKind::CHOSEN.map(|one| (one.as_str().to_owned(), one.label().to_owned())).to_vec();
    let priorities = Priority::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let queues = Queue::ALL.iter().map(|one| (one.as_str().to_owned(), one.label().to_owned())).collect();
    let people: Vec<_> = [(String::new(), "Nobody yet".to_owned()), ("me".to_owned(), "You".to_owned())]
        .into_iter()
        .chain(choices.people)
        .collect();
    view! {
        <div class="form__grid">
            <SelectField
                label="Kind"
                name="input[kind]"
                options=kinds
                value=input.kind
                error=about(&wrong, "kind")
            />
            <SelectField
                label="Priority"
                name="input[priority]"
                options=priorities
                value=input.priority
                error=about(&wrong, "priority")
            />
            <SelectField
                label="Queue"
                name="input[queue]"
                options=queues
                value=input.queue
                error=about(&wrong, "queue")
            />
            <SelectField
                label="Who has it"
                name="input[assignee]"
                options=people
                value=input.assignee
                error=about(&wrong, "assignee")
            />
        </div>
    }
    .into_any()
}
