//! Accounts, invitations and the contacts who only get mail.

use domain::{
    access::Role,
    id::{ContactId, CustomerId, UserId},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// The people a principal may see: staff see all, a customer's manager their own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct People {
    pub now: Timestamp,
    pub users: Vec<UserRow>,
    pub contacts: Vec<ContactRow>,
    /// Customers for whom people can be added; empty for a customer's own manager.
    pub customers: Vec<(CustomerId, String)>,
    /// Roles that the caller may give.
    pub roles: Vec<Role>,
    /// Main numbers of customers and those of their sites.
    pub places: Vec<PlaceRow>,
    pub may_manage: bool,
}

/// A place that can be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceRow {
    /// `customer:<id>` or `site:<id>`.
    pub place: String,
    /// "Kelston Care Homes", "Kelston Care Homes, Frome".
    pub name: String,
    /// As it is said; empty when it is not known.
    pub phone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserRow {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Empty for staff.
    pub customer: String,
    pub state: UserState,
    pub last_seen_at: Option<Timestamp>,
    pub receives_faults: bool,
    /// The caller's own row: cannot be disabled by themselves.
    pub is_self: bool,
    pub may_edit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserState {
    /// Has not set a password yet.
    Invited,
    Active,
    Disabled,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: String,
    pub email: String,
    pub customer: String,
    /// As it is said; empty when it is not known.
    pub phone: String,
    /// The mildest status they are told of: "warning" or "critical".
    pub severity_min: String,
    /// Set when the mail server refused the address for good: its words.
    pub refused: Option<String>,
}

/// What an invitation or reset link is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PasswordLink {
    pub name: String,
    pub email: String,
    pub invitation: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteInput {
    pub name: String,
    pub email: String,
    pub role: String,
    /// A customer's id; empty for staff.
    pub customer: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactInput {
    pub name: String,
    pub email: String,
    pub customer: String,
    /// May be empty.
    pub phone: String,
    pub severity_min: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait PeopleDesk: Send + Sync {
    async fn list(&self, who: &super::principal::Principal) -> Result<People, ApiError>;
    /// Makes an account without a password and mails its owner a link to set one. Answers the link for the inviter.
    async fn invite(&self, who: &super::principal::Principal, input: InviteInput) -> Result<String, ApiError>;
    async fn set_disabled(
        &self,
        who: &super::principal::Principal,
        user: UserId,
        disabled: bool,
    ) -> Result<(), ApiError>;
    async fn set_role(&self, who: &super::principal::Principal, user: UserId, role: String) -> Result<(), ApiError>;
    async fn set_receives_faults(
        &self,
        who: &super::principal::Principal,
        user: UserId,
        receives: bool,
    ) -> Result<(), ApiError>;
    async fn add_contact(&self, who: &super::principal::Principal, input: ContactInput) -> Result<(), ApiError>;
    async fn remove_contact(&self, who: &super::principal::Principal, contact: ContactId) -> Result<(), ApiError>;
    /// `whose` is `contact:<id>`, `site:<id>` or `customer:<id>`; an empty number takes it away.
    async fn set_phone(&self, who: &super::principal::Principal, whose: String, phone: String) -> Result<(), ApiError>;
}

#[server(endpoint = "people/list", input = server_fn::codec::GetUrl)]
pub async fn load_people() -> Result<People, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.list(&who).await
}

#[server(endpoint = "people/invite")]
pub async fn invite(input: InviteInput) -> Result<String, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.invite(&who, input).await
}

/// `disabled` is `yes` or `no`.
#[server(endpoint = "people/disable")]
pub async fn disable_user(user: UserId, disabled: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.set_disabled(&who, user, disabled == "yes").await
}

#[server(endpoint = "people/role")]
pub async fn set_role(user: UserId, role: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.set_role(&who, user, role).await
}

/// `receives` is `yes` or `no`.
#[server(endpoint = "people/receives-faults")]
pub async fn set_receives_faults(user: UserId, receives: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.set_receives_faults(&who, user, receives == "yes").await
}

#[server(endpoint = "people/add-contact")]
pub async fn add_contact(input: ContactInput) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.add_contact(&who, input).await
}

#[server(endpoint = "people/remove-contact")]
pub async fn remove_contact(contact: ContactId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.remove_contact(&who, contact).await
}

/// `whose` is `contact:<id>`, `site:<id>` or `customer:<id>`.
#[server(endpoint = "people/set-phone")]
pub async fn set_phone(whose: String, #[server(default)] phone: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PeopleDesk>()?.set_phone(&who, whose, phone).await
}
