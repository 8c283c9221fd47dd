//! Contacts: people at a customer who get mails about faults, with or without an account.

use leptos::prelude::*;

use super::customer_options;
use crate::{
    api::people::{AddContact, ContactRow, People, PlaceRow, RemoveContact, SetPhone},
    components::{
        banner::FormErrors,
        confirm::Confirm,
        edit_form::{FormSection, busy, done, refusal, wrong},
        field::{SelectField, TextField},
        icon::Icon,
    },
};

#[derive(Clone, Copy)]
pub(super) struct Actions {
    add: ServerAction<AddContact>,
    remove: ServerAction<RemoveContact>,
    phone: ServerAction<SetPhone>,
}

impl Actions {
    pub(super) fn new() -> Self {
        Self { add: ServerAction::new(), remove: ServerAction::new(), phone: ServerAction::new() }
    }

    pub(super) fn done(self) -> [Memo<u32>; 3] {
        [done(self.add), done(self.remove), done(self.phone)]
    }
}

/// The list and the form to add one.
#[component]
pub(super) fn Contacts(people: People, actions: Actions) -> impl IntoView {
    let People { contacts, customers, places, may_manage, .. } = people;
    let (removal, phone) = (refusal(actions.remove), refusal(actions.phone));
    let error = Signal::derive(move || removal.get().or(phone.get()));
    let places = (may_manage && !places.is_empty()).then(|| view! { <Places places actions/> });
    let list = match contacts.is_empty() {
        true => view! {
            <div class="empty">
                <Icon name="mail"/>
                <h3>"Nobody is told by mail yet"</h3>
                <p>"Add the people who want to know when one of their systems has a fault."</p>
            </div>
        }
        .into_any(),
        false => view! { <List contacts may_manage actions/> }.into_any(),
    };
    let add = may_manage.then(|| view! { <AddForm customers action=actions.add/> });
    view! {
        <div class="stack">
            <FormErrors error/>
            <section class="card" aria-labelledby="contacts">
                <div class="card-head">
                    <h2 id="contacts">"Contacts"</h2>
                    <span class="small muted">"told by mail, no account needed"</span>
                </div>
                {list}
            </section>
            {places}
            {add}
        </div>
    }
    .into_any()
}

#[component]
fn List(contacts: Vec<ContactRow>, may_manage: bool, actions: Actions) -> impl IntoView {
    let contacts = StoredValue::new(contacts);
    view! {
        <ul class="invites">
            <For
                each=move || contacts.get_value()
                key=|contact| contact.id
                children=move |contact| view! { <Contact contact may_manage actions/> }.into_any()
            />
        </ul>
    }
}

#[component]
fn Contact(contact: ContactRow, may_manage: bool, actions: Actions) -> impl IntoView {
    let ContactRow { id, name, email, customer, phone, severity_min, refused } = contact;
    let number = may_manage
        .then(|| view! { <Number whose=format!("contact:{id}") name=name.clone() phone=phone.clone() actions/> });
    let shown = (!may_manage && !phone.is_empty()).then(|| view! { <span class="sub">{phone}</span> });
    let mark = refused.map(|words| {
        view! {
            <span class="sub">
                <strong class="st st--crit">
                    <Icon name="late" small=true/>
                    "Refuses mail"
                </strong>
                {format!(" The mail server said: {words}")}
            </span>
        }
    });
    let removal = format!("Remove {name}");
    let remove = may_manage.then(|| {
        view! {
            <Confirm
                label=removal.clone()
                question=format!("{removal}? No mail about faults goes to {email} any more.")
                compact=true
            >
                <ActionForm action=actions.remove>
                    <input type="hidden" name="contact" value=id.to_string()/>
                    <button class="btn btn--danger" type="submit">
                        {removal.clone()}
                    </button>
                </ActionForm>
            </Confirm>
        }
    });
    let place = if customer.is_empty() { email.clone() } else { format!("{email}, {customer}") };
    view! {
        <li class="invite">
            <Icon name="mail"/>
            <div class="invite__who">
                <strong>{name}</strong>
                <span class="sub">{place}</span>
                {shown}
                {mark}
                {number}
            </div>
            <span class="invite__when">{severity_words(&severity_min)}</span>
            <div class="invite__act">{remove}</div>
        </li>
    }
    .into_any()
}

/// The number by which a caller is found, to be edited where it stands.
#[component]
fn Number(whose: String, name: String, phone: String, actions: Actions) -> impl IntoView {
    let label = format!("Number of {name}");
    view! {
        <ActionForm action=actions.phone attr:class="row number">
            <input type="hidden" name="whose" value=whose/>
            <input
                class="input number__text"
                type="tel"
                inputmode="tel"
                name="phone"
                value=phone
                placeholder="No number"
                autocomplete="off"
                aria-label=label.clone()
            />
            <button class="btn btn--quiet" type="submit" aria-label=format!("Save: {label}")>
                "Save"
            </button>
        </ActionForm>
    }
}

/// Numbers of customers and of their sites.
#[component]
fn Places(places: Vec<PlaceRow>, actions: Actions) -> impl IntoView {
    let rows = places
        .into_iter()
        .map(|PlaceRow { place, name, phone }| {
            view! {
                <li class="invite">
                    <Icon name="phone"/>
                    <div class="invite__who">
                        <strong>{name.clone()}</strong>
                        <Number whose=place name phone actions/>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="card" aria-labelledby="places">
            <div class="card-head">
                <h2 id="places">"Numbers of customers and sites"</h2>
                <span class="small muted">"a caller is found by them"</span>
            </div>
            <ul class="invites">{rows}</ul>
        </section>
    }
    .into_any()
}

fn severity_words(severity_min: &str) -> &'static str {
    match severity_min {
        "warning" => "Told of every fault",
        _ => "Told when something is down",
    }
}

#[component]
fn AddForm(customers: Vec<(domain::id::CustomerId, String)>, action: ServerAction<AddContact>) -> impl IntoView {
    let error = refusal(action);
    let customer = (!customers.is_empty()).then(|| {
        view! {
            <SelectField
                label="Customer"
                name="input[customer]"
                options=customer_options(&customers, "Choose a customer")
                error=wrong(error, "customer")
            />
        }
    });
    let severities = ["warning", "critical"].map(|word| (word.to_owned(), severity_words(word).to_owned())).to_vec();
    view! {
        <ActionForm action attr:class="form" attr:aria-label="Add a contact" attr:novalidate="">
            <FormErrors error/>
            <FormSection
                id="add-contact"
                title="Add a contact"
                note="They get a mail when a fault opens, gets worse or recovers."
            >
                <div class="form__grid">
                    <TextField label="Name" name="input[name]" error=wrong(error, "name") autocomplete="off" required=true/>
                    <TextField
                        label="Email address"
                        name="input[email]"
                        input_type="email"
                        error=wrong(error, "email")
                        autocomplete="off"
                        required=true
                    />
                    {customer}
                    <TextField
                        label="Telephone number"
                        name="input[phone]"
                        input_type="tel"
                        inputmode="tel"
                        error=wrong(error, "phone")
                        autocomplete="off"
                    />
                    <SelectField
                        label="Told of"
                        name="input[severity_min]"
                        options=severities
                        error=wrong(error, "severity_min")
                    />
                </div>
                <div class="form__actions">
                    <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                        <Icon name="plus" small=true/>
                        "Add contact"
                    </button>
                </div>
            </FormSection>
        </ActionForm>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_bad_it_must_be_is_said_in_words() {
        assert_eq!(severity_words("warning"), "Told of every fault");
        assert_eq!(severity_words("critical"), "Told when something is down");
    }
}
