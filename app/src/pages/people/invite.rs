//! The form that invites somebody, and the link it makes.

use domain::{access::Role, id::CustomerId};
use leptos::{ev, prelude::*};

use super::customer_options;
use crate::{
    api::people::Invite,
    components::{
        banner::FormErrors,
        edit_form::{FormSection, busy, refusal, wrong},
        field::{SelectField, TextField},
        icon::Icon,
    },
};

/// Invites a person by mail; the link is shown too, for those who sit beside each other.
#[component]
pub(super) fn InviteForm(
    customers: Vec<(CustomerId, String)>,
    roles: Vec<Role>,
    action: ServerAction<Invite>,
) -> impl IntoView {
    let (error, value) = (refusal(action), action.value());
    let link = Signal::derive(move || value.get().and_then(Result::ok));
    let roles = roles.into_iter().map(|role| (role.as_str().to_owned(), role_words(role))).collect::<Vec<_>>();
    let customer = (!customers.is_empty()).then(|| {
        view! {
            <SelectField
                label="Customer"
                name="input[customer]"
                options=customer_options(&customers, "None: one of our staff")
                hint="Whose systems they see."
                error=wrong(error, "customer")
            />
        }
    });
    view! {
        <ActionForm action attr:class="form" attr:aria-label="Invite somebody" attr:novalidate="">
            <FormErrors error/>
            <InvitedLink link/>
            <FormSection id="invite" title="Invite somebody" note="They get a mail with a link to choose a password.">
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
                    <SelectField label="Role" name="input[role]" options=roles error=wrong(error, "role")/>
                    {customer}
                </div>
                <div class="form__actions">
                    <button class="btn btn--primary" type="submit" aria-busy=busy(action)>
                        <Icon name="mail" small=true/>
                        "Invite"
                    </button>
                </div>
            </FormSection>
        </ActionForm>
    }
    .into_any()
}

/// What each role may do, in the list itself.
fn role_words(role: Role) -> String {
    let may = match role {
        Role::Viewer => "sees their systems",
        Role::Contact => "also acknowledges faults",
        Role::Manager => "also manages their people",
        Role::Agent => "works the board",
        Role::Engineer => "also edits hosts",
        Role::Supervisor => "also manages customers' people",
        Role::Administrator => "everything",
    };
    format!("{}: {may}", role.label())
}

/// The link of the invitation just made, ready to be copied.
#[component]
fn InvitedLink(link: Signal<Option<String>>) -> impl IntoView {
    let select = |event: ev::FocusEvent| event_target::<leptos::web_sys::HtmlInputElement>(&event).select();
    move || {
        link.get().map(|link| {
            view! {
                <div class="banner banner--ok" role="status">
                    <Icon name="check"/>
                    <p>
                        <strong>"Invited."</strong>
                        " "
                        <span class="note">"The mail is on its way. The same link, to hand over yourself:"</span>
                    </p>
                    <input class="input mono" readonly aria-label="Link of the invitation" value=link on:focus=select/>
                </div>
            }
        })
    }
}
