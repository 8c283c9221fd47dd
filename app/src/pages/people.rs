//! People and access: accounts with their roles, invitations, and the contacts who only get mail.

use domain::access::Role;
use leptos::{ev, prelude::*};

use super::{
    host::live::use_asked,
    host_form::{busy, wrong},
};
use crate::{
    api::{
        error::ApiError,
        people::{DisableUser, Invite, People, SetReceivesFaults, SetRole, UserRow, UserState, load_people},
    },
    components::{
        banner::FormErrors,
        field::{SelectField, TextField},
        icon::Icon,
        page::{Loaded, PageHead},
        time::{Ago, provide_now},
    },
};

mod contacts;

use contacts::Contacts;

/// The two halves of the page. One form each, so that no two fields share a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Accounts,
    Contacts,
}

impl Half {
    fn parse(text: &str) -> Self {
        if text == "contacts" { Self::Contacts } else { Self::Accounts }
    }

    fn href(self) -> &'static str {
        match self {
            Self::Accounts => "/people",
            Self::Contacts => "/people?show=contacts",
        }
    }
}

/// What can be done on this page; each success loads the list again.
#[derive(Clone, Copy)]
struct Actions {
    invite: ServerAction<Invite>,
    disable: ServerAction<DisableUser>,
    role: ServerAction<SetRole>,
    receives: ServerAction<SetReceivesFaults>,
    contacts: contacts::Actions,
}

impl Actions {
    fn new() -> Self {
        Self {
            invite: ServerAction::new(),
            disable: ServerAction::new(),
            role: ServerAction::new(),
            receives: ServerAction::new(),
            contacts: contacts::Actions::new(),
        }
    }

    /// Counts everything that may have changed the list.
    fn version(self) -> usize {
        self.invite.version().get()
            + self.disable.version().get()
            + self.role.version().get()
            + self.receives.version().get()
            + self.contacts.version()
    }

    /// The last refusal of a row's form.
    fn row_error(self) -> Signal<Option<ApiError>> {
        let (disable, role, receives) = (self.disable.value(), self.role.value(), self.receives.value());
        Signal::derive(move || {
            disable
                .get()
                .and_then(Result::err)
                .or(role.get().and_then(Result::err))
                .or(receives.get().and_then(Result::err))
        })
    }
}

/// `/people?show=contacts`.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let half = use_asked(is_own, |_, query| Half::parse(&query.get("show").unwrap_or_default()));
    let actions = Actions::new();
    let people = Resource::new_blocking(move || actions.version(), |_| load_people());
    view! { <Loaded resource=people view=move |people| view! { <Page people half actions/> }.into_any()/> }
}

fn is_own(path: &str) -> bool {
    path.trim_end_matches('/') == "/people"
}

#[component]
fn Page(people: People, half: Memo<Half>, actions: Actions) -> impl IntoView {
    provide_now(people.now);
    let lede = lede_words(&people);
    let counts = (people.users.len(), people.contacts.len());
    let people = StoredValue::new(people);
    view! {
        <PageHead title="People and access" lede/>
        <nav class="views" aria-label="Kinds of people">
            <HalfLink which=Half::Accounts half words="Accounts" count=counts.0/>
            <HalfLink which=Half::Contacts half words="Told by mail only" count=counts.1/>
        </nav>
        {move || match half.get() {
            Half::Accounts => view! { <Accounts people=people.get_value() actions/> }.into_any(),
            Half::Contacts => view! { <Contacts people=people.get_value() actions=actions.contacts/> }.into_any(),
        }}
    }
    .into_any()
}

#[component]
fn HalfLink(which: Half, half: Memo<Half>, words: &'static str, count: usize) -> impl IntoView {
    view! {
        <a href=which.href() aria-current=move || (half.get() == which).then_some("true") data-noscroll>
            {words}
            " "
            <span class="n">{count}</span>
        </a>
    }
}

fn lede_words(people: &People) -> String {
    let of = |state: UserState| people.users.iter().filter(|user| user.state == state).count();
    let refused = people.contacts.iter().filter(|contact| contact.refused.is_some()).count();
    let mut parts = vec![format!("{} can sign in", of(UserState::Active))];
    for (count, words) in [
        (of(UserState::Invited), "invited"),
        (of(UserState::Disabled), "switched off"),
        (refused, "whose address refuses mail"),
    ] {
        if 0 < count {
            parts.push(format!("{count} {words}"));
        }
    }
    format!("{}.", parts.join(", "))
}

#[component]
fn Accounts(people: People, actions: Actions) -> impl IntoView {
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

/// Invites a person by mail; the link is shown too, for those who sit beside each other.
#[component]
fn InviteForm(
    customers: Vec<(domain::id::CustomerId, String)>,
    roles: Vec<Role>,
    action: ServerAction<Invite>,
) -> impl IntoView {
    let value = action.value();
    let error = Signal::derive(move || value.get().and_then(Result::err));
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
            <section class="form__section" aria-labelledby="invite">
                <div>
                    <h2 id="invite">"Invite somebody"</h2>
                    <p class="note">"They get a mail with a link to choose a password."</p>
                </div>
                <div class="form__grid">
                    <TextField label="Name" name="input[name]" error=wrong(error, "name") autocomplete="off" required=true/>
                    <TextField
                        label="Mail address"
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
            </section>
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

/// Customers to choose from, with a first line for none.
fn customer_options(customers: &[(domain::id::CustomerId, String)], none: &str) -> Vec<(String, String)> {
    let first = std::iter::once((String::new(), none.to_owned()));
    first.chain(customers.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect()
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

#[cfg(test)]
mod tests {
    use domain::{id::UserId, time::Timestamp};
    use uuid::Uuid;

    use super::*;

    fn user(state: UserState) -> UserRow {
        UserRow {
            id: UserId(Uuid::nil()),
            name: "Ellie Marsh".to_owned(),
            email: String::new(),
            role: Role::Agent,
            customer: String::new(),
            state,
            last_seen_at: None,
            receives_faults: false,
            is_self: false,
            may_edit: true,
        }
    }

    #[test]
    fn a_person_has_two_letters() {
        assert_eq!(initials("Ellie Marsh"), "EM");
        assert_eq!(initials("Jo van der Berg"), "JB");
        assert_eq!(initials("ruth"), "R");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn the_head_counts_only_what_there_is() {
        let mut people = People {
            now: Timestamp::EPOCH,
            users: vec![user(UserState::Active), user(UserState::Active)],
            contacts: Vec::new(),
            customers: Vec::new(),
            roles: Vec::new(),
            may_manage: true,
        };
        assert_eq!(lede_words(&people), "2 can sign in.");
        people.users.push(user(UserState::Invited));
        assert_eq!(lede_words(&people), "2 can sign in, 1 invited.");
    }

    #[test]
    fn the_halves_have_addresses() {
        assert_eq!(Half::parse("contacts"), Half::Contacts);
        assert_eq!(Half::parse("else"), Half::Accounts);
    }
}
