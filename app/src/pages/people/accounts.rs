//! Accounts: who can sign in, as what, and whether they are told of faults.

use domain::access::Role;
use leptos::prelude::*;

use super::{Actions, invite::InviteForm};
use crate::{
    api::people::{DisableUser, People, SetReceivesFaults, SetRole, UserRow, UserState},
    components::{banner::FormErrors, time::Ago},
};

#[component]
pub(super) fn Accounts(people: People, actions: Actions) -> impl IntoView {
    let People { users, customers, roles, may_manage, .. } = people;
    let (staff, others): (Vec<_>, Vec<_>) = users.into_iter().partition(|user| user.role.is_staff());
    let invite = may_manage.then(|| view! { <InviteForm customers roles=roles.clone() action=actions.invite/> });
    view! {
        <div class="stack">
            <FormErrors error=actions.row_error()/>
            <div class="table-wrap">
                <table class="table people" role="table" aria-label="People with an account">
                    <Head/>
                    <Group title="Our staff" users=staff roles=roles.clone() actions/>
                    <Group title="Customers" users=others roles actions/>
                </table>
            </div>
            {invite}
        </div>
    }
    .into_any()
}

#[component]
fn Head() -> impl IntoView {
    let head = |words: &'static str| {
        view! {
            <th role="columnheader" scope="col">
                {words}
            </th>
        }
    };
    view! {
        <thead role="rowgroup">
            <tr role="row">
                {head("Person")}
                {head("Role")}
                {head("Sign-in")}
                <th role="columnheader" scope="col">
                    <span class="vh">"Actions"</span>
                </th>
            </tr>
        </thead>
    }
}

#[component]
fn Group(title: &'static str, users: Vec<UserRow>, roles: Vec<Role>, actions: Actions) -> impl IntoView {
    let count = users.len();
    let users = StoredValue::new(users);
    (0 < count).then(|| {
        view! {
            <tbody role="rowgroup">
                <tr class="grp" role="row">
                    <th colspan="4" role="rowheader" scope="rowgroup">
                        {title}
                        <span>{count}</span>
                    </th>
                </tr>
                <For
                    each=move || users.get_value()
                    key=|user| user.id
                    children=move |user| view! { <Person user roles=roles.clone() actions/> }.into_any()
                />
            </tbody>
        }
    })
}

#[component]
fn Person(user: UserRow, roles: Vec<Role>, actions: Actions) -> impl IntoView {
    let avatar = if user.role.is_staff() { "av av--staff" } else { "av" };
    let off = (user.state == UserState::Disabled).then_some("");
    let own = user.is_self.then(|| view! { " " <span class="chip">"You"</span> });
    let place = if user.customer.is_empty() { "All customers".to_owned() } else { user.customer.clone() };
    view! {
        <tr role="row" data-off=off>
            <td role="cell" class="people__who">
                <div class="people__name">
                    <span class=avatar aria-hidden="true">
                        {initials(&user.name)}
                    </span>
                    <div>
                        <strong>{user.name.clone()}</strong>
                        {own}
                        <span class="sub">{user.email.clone()}</span>
                    </div>
                </div>
            </td>
            <td role="cell" class="people__role">
                <RoleCell user=user.clone() roles action=actions.role/>
                <span class="sub">{place}</span>
            </td>
            <td role="cell" class="people__state">
                <SignIn user=user.clone()/>
                <Receives user=user.clone() action=actions.receives/>
            </td>
            <td role="cell" class="people__act">
                <Disable user action=actions.disable/>
            </td>
        </tr>
    }
    .into_any()
}

/// Two letters for the round mark.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let letters = [words.next(), words.next_back()].into_iter().flatten().filter_map(|word| word.chars().next());
    letters.flat_map(char::to_uppercase).collect()
}

/// The role; for those who may, a list and a button that also work before the page is alive.
#[component]
fn RoleCell(user: UserRow, roles: Vec<Role>, action: ServerAction<SetRole>) -> impl IntoView {
    // A person moves between the roles of their own side only.
    let choices: Vec<Role> = roles.into_iter().filter(|role| role.is_staff() == user.role.is_staff()).collect();
    if !user.may_edit || user.is_self || !choices.contains(&user.role) {
        return view! { <span>{user.role.label()}</span> }.into_any();
    }
    let current = user.role;
    let option = move |role: Role| {
        view! {
            <option value=role.as_str() selected=role == current>
                {role.label()}
            </option>
        }
    };
    let label = format!("Role of {}", user.name);
    view! {
        <ActionForm action attr:class="row">
            <input type="hidden" name="user" value=user.id.to_string()/>
            <select class="select people__select" name="role" aria-label=label.clone()>
                {choices.into_iter().map(option).collect_view()}
            </select>
            <button class="btn btn--quiet" type="submit" aria-label=format!("Save {}", label.to_lowercase())>
                "Save"
            </button>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn SignIn(user: UserRow) -> impl IntoView {
    let seen = user.last_seen_at.map(|at| view! { <span class="sub">"Seen " <Ago at/> " ago"</span> });
    view! {
        {state_words(user.state)}
        {seen}
    }
}

fn state_words(state: UserState) -> &'static str {
    match state {
        UserState::Invited => "Invited, has not signed in",
        UserState::Active => "Can sign in",
        UserState::Disabled => "Switched off",
    }
}

/// Whether one of the staff gets a mail for every fault. Customers' people are told through their contacts.
#[component]
fn Receives(user: UserRow, action: ServerAction<SetReceivesFaults>) -> impl IntoView {
    user.role.is_staff().then(|| {
        let words = if user.receives_faults { "Is told of every fault" } else { "Is not told of faults" };
        let form = user.may_edit.then(|| {
            let (value, verb) = if user.receives_faults { ("no", "Stop") } else { ("yes", "Tell of faults") };
            let label = match user.receives_faults {
                true => format!("Stop telling {} of faults", user.name),
                false => format!("Tell of faults: {}", user.name),
            };
            view! {
                <ActionForm action>
                    <input type="hidden" name="user" value=user.id.to_string()/>
                    <input type="hidden" name="receives" value=value/>
                    <button class="btn btn--quiet" type="submit" aria-label=label>
                        {verb}
                    </button>
                </ActionForm>
            }
        });
        view! {
            <span class="row sub">
                {words}
                {form}
            </span>
        }
    })
}

#[component]
fn Disable(user: UserRow, action: ServerAction<DisableUser>) -> impl IntoView {
    (user.may_edit && !user.is_self).then(|| {
        let (value, verb) = if user.state == UserState::Disabled { ("no", "Switch on") } else { ("yes", "Switch off") };
        view! {
            <ActionForm action>
                <input type="hidden" name="user" value=user.id.to_string()/>
                <input type="hidden" name="disabled" value=value/>
                <button class="btn" type="submit" aria-label=format!("{verb} the account of {}", user.name)>
                    {verb}
                </button>
            </ActionForm>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_two_letters() {
        assert_eq!(initials("Ellie Marsh"), "EM");
        assert_eq!(initials("Jo van der Berg"), "JB");
        assert_eq!(initials("ruth"), "R");
        assert_eq!(initials(""), "");
    }
}
