//! What may be done to whom, as pure decisions over what the desk has loaded and locked.

use app::api::{
    error::ApiError,
    people::{ContactInput, InviteInput},
    principal::Principal,
};
use domain::{
    access::{Permission, Role},
    id::{ContactId, CustomerId},
    observation::Status,
    phone::PhoneNumber,
    probe::FieldError,
    text::{EmailAddress, Name},
};

use crate::store::{
    contacts::Contact,
    users::{Account, StaffMember},
};

/// An invitation that can be carried out.
#[derive(Debug)]
pub(super) struct InviteForm {
    pub(super) name: Name,
    pub(super) email: EmailAddress,
    pub(super) role: Role,
    /// As named in the form.
    pub(super) customer: Option<CustomerId>,
}

/// A contact that can be added.
#[derive(Debug)]
pub(super) struct ContactForm {
    pub(super) name: Name,
    pub(super) email: EmailAddress,
    pub(super) severity_min: Status,
    pub(super) phone: Option<PhoneNumber>,
    pub(super) customer: Option<CustomerId>,
}

/// Collects what is wrong with a form, so that a person reads all of it at once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn note<T, E: std::fmt::Display>(&mut self, field: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.0.push(FieldError::new(field, error))).ok()
    }

    fn customer(&mut self, text: &str) -> Option<CustomerId> {
        match text.trim() {
            "" => None,
            id => self.note("customer", id.parse().map_err(|_| "must be one of the customers")),
        }
    }
}

/// The roles that `role` may give, mildest first.
pub(super) fn grantable(role: Role) -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(move |other| role.may_grant(*other))
}

/// `text` as one of `roles`, or what would be right.
fn one_of(text: &str, roles: impl Iterator<Item = Role>) -> Result<Role, String> {
    let roles: Vec<_> = roles.collect();
    let words = || roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    Role::parse(text.trim()).filter(|role| roles.contains(role)).ok_or_else(|| format!("must be one of {}", words()))
}

impl InviteForm {
    /// Parses the form of somebody in the role `inviter`.
    pub(super) fn parse(inviter: Role, input: &InviteInput) -> Result<Self, ApiError> {
        let mut wrong = Wrong::default();
        let name = wrong.note("name", Name::parse(&input.name));
        let email = wrong.note("email", EmailAddress::parse(&input.email));
        let role = wrong.note("role", one_of(&input.role, grantable(inviter)));
        let customer = wrong.customer(&input.customer);
        if role.is_some_and(Role::is_staff) && !input.customer.trim().is_empty() {
            wrong.0.push(FieldError::new("customer", "must be empty for staff"));
        }
        match (name, email, role) {
            (Some(name), Some(email), Some(role)) if wrong.0.is_empty() => Ok(Self { name, email, role, customer }),
            _ => Err(ApiError::Invalid(wrong.0)),
        }
    }
}

impl ContactForm {
    pub(super) fn parse(input: &ContactInput) -> Result<Self, ApiError> {
        let mut wrong = Wrong::default();
        let name = wrong.note("name", Name::parse(&input.name));
        let email = wrong.note("email", EmailAddress::parse(&input.email));
        let severity_min = wrong.note(
            "severity_min",
            match input.severity_min.trim() {
                "warning" | "" => Ok(Status::Warning),
                "critical" => Ok(Status::Critical),
                _ => Err("must be warning or critical"),
            },
        );
        let phone = match input.phone.trim() {
            "" => None,
            number => wrong.note("phone", PhoneNumber::parse(number)),
        };
        let customer = wrong.customer(&input.customer);
        match (name, email, severity_min) {
            (Some(name), Some(email), Some(severity_min)) if wrong.0.is_empty() => {
                Ok(Self { name, email, severity_min, phone, customer })
            }
            _ => Err(ApiError::Invalid(wrong.0)),
        }
    }
}

/// Whether the caller may change somebody in `role`.
pub(super) fn require_over(who: &Principal, role: Role) -> Result<(), ApiError> {
    match who.role.may_grant(role) {
        true => Ok(()),
        false if role.is_staff() => who.require(Permission::ManageStaff),
        false => who.require(Permission::ManageCustomersPeople),
    }
}

pub(super) fn may_disable(who: &Principal, account: &Account, staff: &[StaffMember]) -> Result<(), ApiError> {
    if account.id == who.user {
        return Err(ApiError::Conflict("You cannot disable your own account. Somebody else must do it.".to_owned()));
    }
    keeps_an_administrator(account, staff)?;
    keeps_a_recipient(account, staff)
}

/// The role a form asks for: one that the caller may give, on the side where the person stands.
pub(super) fn new_role(who: Role, account: &Account, text: &str) -> Result<Role, ApiError> {
    let side = account.role.is_staff();
    one_of(text, grantable(who).filter(|role| role.is_staff() == side))
        .map_err(|error| ApiError::invalid("role", error))
}

pub(super) fn may_become(account: &Account, role: Role, staff: &[StaffMember]) -> Result<(), ApiError> {
    match role {
        Role::Administrator => Ok(()),
        _ => keeps_an_administrator(account, staff),
    }
}

pub(super) fn may_set_receives(account: &Account, receives: bool, staff: &[StaffMember]) -> Result<(), ApiError> {
    match (account.role.is_staff(), receives) {
        (false, true) => {
            let message = "Accounts of a customer get no mail about faults. Add the person as a contact instead.";
            Err(ApiError::Conflict(message.to_owned()))
        }
        (_, true) => Ok(()),
        (_, false) => keeps_a_recipient(account, staff),
    }
}

/// Refuses to take the last administrator who can sign in.
fn keeps_an_administrator(account: &Account, staff: &[StaffMember]) -> Result<(), ApiError> {
    let counts = |member: &&StaffMember| member.role == Role::Administrator && member.activated;
    let is_one = staff.iter().filter(counts).any(|member| member.id == account.id);
    match is_one && !staff.iter().filter(counts).any(|member| member.id != account.id) {
        true => Err(ApiError::Conflict(format!(
            "{} is the last administrator. Make somebody else an administrator first.",
            account.name
        ))),
        false => Ok(()),
    }
}

/// Refuses to take the last of the staff whom mail about faults reaches.
fn keeps_a_recipient(account: &Account, staff: &[StaffMember]) -> Result<(), ApiError> {
    let counts = |member: &&StaffMember| member.receives_faults && !member.refused;
    let is_one = staff.iter().any(|member| member.id == account.id && member.receives_faults);
    match is_one && !staff.iter().filter(counts).any(|member| member.id != account.id) {
        true => Err(ApiError::Conflict(format!(
            "{} is the last of the staff who is told of faults, and every fault is told to one of us at least. \
             Let somebody else be told first.",
            account.name
        ))),
        false => Ok(()),
    }
}

pub(super) fn may_add_contact(email: &EmailAddress, there: &[Contact]) -> Result<(), ApiError> {
    match there.iter().any(|contact| contact.email.eq_ignore_ascii_case(email.as_str())) {
        true => Err(ApiError::invalid("email", "is a contact already")),
        false => Ok(()),
    }
}

/// Refuses to take the last contact whom mail reaches while `hosts` of the customer are watched.
pub(super) fn may_remove_contact(
    contact: ContactId,
    customer: &str,
    there: &[Contact],
    hosts: u64,
) -> Result<(), ApiError> {
    let others = there.iter().filter(|other| other.id != contact && other.refused.is_none());
    match 0 < hosts && others.count() == 0 {
        true => Err(ApiError::Conflict(format!(
            "This is the last contact of {customer} whom mail reaches, and every fault is told to one at least. \
             Add another contact first."
        ))),
        false => Ok(()),
    }
}
