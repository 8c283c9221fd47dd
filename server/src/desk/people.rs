//! Accounts, invitations and contacts.
//!
//! Staff see all people; who may change whom follows from [`Role::may_grant`]. A customer's manager sees and manages
//! their own company. Some people cannot go: the last administrator, the last of the staff who is told of faults, and
//! the last contact of a customer whose systems are watched (`rules` section 5: every fault mails at least one of each).

mod phones;
mod rules;

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    people::{ContactInput, ContactRow, InviteInput, People, PeopleDesk, UserRow, UserState},
    principal::Principal,
};
use domain::{
    access::Permission,
    id::{ContactId, CustomerId, UserId},
    text::EmailAddress,
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use self::rules::{ContactForm, InviteForm};
use super::{account_links::AccountLinks, act, internal, is_unique_violation, new_id};
use crate::{
    clock::Clock,
    store::{
        Db,
        audit::{self, Act},
        callers,
        contacts::{self, Contact, NewContact},
        customers::{self, Customer},
        links::{self, LinkPurpose},
        sessions,
        users::{self, Account, NewUser, Person},
    },
};

/// Implements [`PeopleDesk`].
#[derive(Clone)]
pub struct Desk {
    db: Db,
    clock: Clock,
    links: AccountLinks,
}

impl Desk {
    pub fn new(db: Db, clock: Clock, links: AccountLinks) -> Self {
        Self { db, clock, links }
    }

    /// An account inside the caller's scope that the caller may change, locked.
    async fn lock_user(&self, db: &impl ConnectionTrait, who: &Principal, id: UserId) -> Result<Account, ApiError> {
        let account = users::lock(db, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        rules::require_over(who, account.role)?;
        Ok(account)
    }

    /// The customer a form names, locked: a manager's own, or the one that staff chose.
    async fn lock_customer(
        &self,
        db: &impl ConnectionTrait,
        who: &Principal,
        named: Option<CustomerId>,
    ) -> Result<Customer, ApiError> {
        let no_such = || ApiError::invalid("customer", "must be one of the customers");
        let id = named.or(who.customer).ok_or_else(no_such)?;
        customers::lock(db, who.scope(), id).await.map_err(internal)?.ok_or_else(no_such)
    }

    /// What stands in the way of an invitation to `email`. Staff may know of every account, a manager of their own
    /// company's only; of the others the answer says nothing.
    async fn require_free(
        &self,
        db: &impl ConnectionTrait,
        who: &Principal,
        email: &EmailAddress,
    ) -> Result<(), ApiError> {
        match users::find_by_email(db, email).await.map_err(internal)? {
            None => Ok(()),
            Some(taken) if who.role.is_staff() || taken.customer == who.customer => Err(taken_address()),
            Some(_) => Err(unusable_address()),
        }
    }
}

fn taken_address() -> ApiError {
    ApiError::invalid("email", "has an account already")
}

fn unusable_address() -> ApiError {
    ApiError::invalid("email", "cannot be invited from here; ask us, or use another address")
}

/// An act on somebody who belongs to `customer`.
fn act_on<'a>(
    who: &'a Principal,
    action: &'a str,
    subject: &'a str,
    customer: Option<CustomerId>,
    detail: impl Into<String>,
) -> Act<'a> {
    Act { customer, ..act(who, action, subject, detail) }
}

async fn record(db: &impl ConnectionTrait, now: Timestamp, act: Act<'_>) -> Result<(), ApiError> {
    audit::write(db, new_id(now)?, now, act).await.map_err(internal)
}

fn user_row(who: &Principal, person: Person) -> UserRow {
    let state = match (person.disabled_at, person.activated) {
        (Some(_), _) => UserState::Disabled,
        (None, false) => UserState::Invited,
        (None, true) => UserState::Active,
    };
    UserRow {
        id: person.id,
        is_self: person.id == who.user,
        may_edit: who.role.may_grant(person.role),
        name: person.name,
        email: person.email,
        role: person.role,
        customer: person.customer_name,
        state,
        last_seen_at: person.last_seen_at,
        receives_faults: person.receives_faults,
    }
}

fn contact_row(contact: Contact, phone: String) -> ContactRow {
    ContactRow {
        phone,
        id: contact.id,
        name: contact.name,
        email: contact.email,
        customer: contact.customer_name,
        severity_min: contact.severity_min.as_str().to_owned(),
        refused: contact.refused,
    }
}

#[async_trait::async_trait]
impl PeopleDesk for Desk {
    async fn list(&self, who: &Principal) -> Result<People, ApiError> {
        let may_manage = who.role.may(Permission::ManageOwnPeople);
        if !who.role.is_staff() {
            who.require(Permission::ManageOwnPeople)?;
        }
        let (db, scope) = (self.db.read(), who.scope());
        let users = users::list(db, scope).await.map_err(internal)?;
        let contacts = contacts::list(db, scope).await.map_err(internal)?;
        let customers = match who.role.may(Permission::ManageCustomersPeople) {
            true => customers::names(db, scope).await.map_err(internal)?,
            false => Vec::new(),
        };
        Ok(People {
            now: self.clock.now(),
            users: users.into_iter().map(|person| user_row(who, person)).collect(),
            contacts: phones::with_contacts(db, scope, contacts).await?,
            places: phones::places(db, scope).await?,
            customers,
            roles: rules::grantable(who.role).collect(),
            may_manage,
        })
    }

    async fn invite(&self, who: &Principal, input: InviteInput) -> Result<String, ApiError> {
        who.require(Permission::ManageOwnPeople)?;
        let form = InviteForm::parse(who.role, &input)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let customer = match form.role.is_staff() {
            true => None,
            false => Some(self.lock_customer(&tx, who, form.customer).await?),
        };
        self.require_free(&tx, who, &form.email).await?;
        let id = UserId(new_id(now)?);
        let new = NewUser {
            id,
            customer: customer.as_ref().map(|customer| customer.id),
            name: form.name,
            email: form.email,
            role: form.role,
            password_hash: None,
            // Customers hear of faults as contacts.
            receives_faults: form.role.is_staff(),
            at: now,
        };
        let (customer, zone) = customer.map_or((None, None), |customer| (Some(customer.id), Some(customer.zone)));
        if let Err(error) = users::create(&tx, new).await {
            // Somebody else invited the same address at the same time.
            return Err(match is_unique_violation(&error) {
                true if who.role.is_staff() => taken_address(),
                true => unusable_address(),
                false => internal(error),
            });
        }
        let account = users::find(&tx, who.scope(), id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        let link = self.links.issue(&tx, &account, LinkPurpose::Invitation, &who.name, zone, now).await?;
        let detail = format!("as {}", account.role.as_str());
        record(&tx, now, act_on(who, "user.invite", &account.email, customer, detail)).await?;
        tx.commit().await.map_err(internal)?;
        self.links.wake_mailer();
        Ok(self.links.url(link))
    }

    async fn set_disabled(&self, who: &Principal, user: UserId, disabled: bool) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let staff = users::lock_staff(&tx).await.map_err(internal)?;
        let account = self.lock_user(&tx, who, user).await?;
        let changed = match disabled {
            true => {
                rules::may_disable(who, &account, &staff)?;
                sessions::end_all(&tx, user).await.map_err(internal)?;
                links::void_open(&tx, user, now).await.map_err(internal)?;
                users::set_disabled(&tx, user, Some(now)).await.map_err(internal)?
            }
            false => users::set_disabled(&tx, user, None).await.map_err(internal)?,
        };
        if 0 < changed {
            let action = if disabled { "user.disable" } else { "user.enable" };
            record(&tx, now, act_on(who, action, &account.email, account.customer, "")).await?;
        }
        tx.commit().await.map_err(internal)
    }

    async fn set_role(&self, who: &Principal, user: UserId, role: String) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let staff = users::lock_staff(&tx).await.map_err(internal)?;
        let account = self.lock_user(&tx, who, user).await?;
        let role = rules::new_role(who.role, &account, &role)?;
        if role == account.role {
            return Ok(());
        }
        rules::may_become(&account, role, &staff)?;
        users::set_role(&tx, user, role).await.map_err(internal)?;
        let detail = format!("from {} to {}", account.role.as_str(), role.as_str());
        record(&tx, now, act_on(who, "user.set_role", &account.email, account.customer, detail)).await?;
        tx.commit().await.map_err(internal)
    }

    async fn set_receives_faults(&self, who: &Principal, user: UserId, receives: bool) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let staff = users::lock_staff(&tx).await.map_err(internal)?;
        let account = self.lock_user(&tx, who, user).await?;
        rules::may_set_receives(&account, receives, &staff)?;
        users::set_receives_faults(&tx, user, receives).await.map_err(internal)?;
        let detail = if receives { "is told of faults" } else { "is no longer told of faults" };
        record(&tx, now, act_on(who, "user.set_receives_faults", &account.email, account.customer, detail)).await?;
        tx.commit().await.map_err(internal)
    }

    async fn add_contact(&self, who: &Principal, input: ContactInput) -> Result<(), ApiError> {
        who.require(Permission::ManageOwnPeople)?;
        let form = ContactForm::parse(&input)?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let customer = self.lock_customer(&tx, who, form.customer).await?;
        let there = contacts::list_of(&tx, customer.id).await.map_err(internal)?;
        rules::may_add_contact(&form.email, &there)?;
        let (email, detail) = (form.email.to_string(), format!("for {}", customer.name));
        let new = NewContact {
            id: ContactId(new_id(now)?),
            customer: customer.id,
            name: form.name,
            email: form.email,
            severity_min: form.severity_min,
            at: now,
        };
        let contact = new.id;
        contacts::create(&tx, new).await.map_err(internal)?;
        if form.phone.is_some() {
            callers::set_contact(&tx, who.scope(), contact, form.phone.as_ref()).await.map_err(internal)?;
        }
        record(&tx, now, act_on(who, "contact.add", &email, Some(customer.id), detail)).await?;
        tx.commit().await.map_err(internal)
    }

    async fn remove_contact(&self, who: &Principal, contact: ContactId) -> Result<(), ApiError> {
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        let found = contacts::find(&tx, who.scope(), contact).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
        who.require(Permission::ManageOwnPeople)?;
        let customer = self.lock_customer(&tx, who, Some(found.customer)).await?;
        let there = contacts::list_of(&tx, customer.id).await.map_err(internal)?;
        let hosts = customers::hosts(&tx, customer.id).await.map_err(internal)?;
        rules::may_remove_contact(contact, &customer.name, &there, hosts)?;
        if contacts::remove(&tx, contact, now).await.map_err(internal)? == 0 {
            return Err(ApiError::NotFound);
        }
        let detail = format!("of {}", customer.name);
        record(&tx, now, act_on(who, "contact.remove", &found.email, Some(customer.id), detail)).await?;
        tx.commit().await.map_err(internal)
    }

    async fn set_phone(&self, who: &Principal, whose: String, phone: String) -> Result<(), ApiError> {
        phones::set(self, who, &whose, &phone).await
    }
}
