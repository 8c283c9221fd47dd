//! People and access: accounts with their roles, invitations, and the contacts who only get mail.

mod accounts;
mod contacts;
mod invite;

use leptos::prelude::*;

use self::{accounts::Accounts, contacts::Contacts};
use super::host::live::use_asked;
use crate::{
    api::{
        error::ApiError,
        people::{DisableUser, Invite, People, SetReceivesFaults, SetRole, UserState, load_people},
    },
    components::{
        edit_form::{done, sum_of},
        page::{Loaded, PageHead},
        time::provide_now,
    },
};

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

    /// Counts what was done.
    fn done(self) -> Signal<u32> {
        let accounts = sum_of([done(self.invite), done(self.disable), done(self.role), done(self.receives)]);
        let contacts = sum_of(self.contacts.done());
        Signal::derive(move || accounts.get() + contacts.get())
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
    let done = actions.done();
    let people = Resource::new_blocking(move || done.get(), |_| load_people());
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

/// Customers to choose from, with a first line for none.
fn customer_options(customers: &[(domain::id::CustomerId, String)], none: &str) -> Vec<(String, String)> {
    let first = std::iter::once((String::new(), none.to_owned()));
    first.chain(customers.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use domain::{access::Role, id::UserId, time::Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::api::people::UserRow;

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
    fn the_head_counts_only_what_there_is() {
        let mut people = People {
            now: Timestamp::EPOCH,
            users: vec![user(UserState::Active), user(UserState::Active)],
            contacts: Vec::new(),
            customers: Vec::new(),
            roles: Vec::new(),
            places: Vec::new(),
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
