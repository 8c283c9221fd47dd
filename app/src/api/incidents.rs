//! CatS incidents: order, accept or decline, approve units, parts and shipping, split.

use domain::id::ExtraId;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// A consent that was given elsewhere, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsentInput {
    /// `phone` or `mail`; nothing on the customer's own page.
    pub how: String,
    /// Who at the customer said it.
    pub given_by: String,
    /// Local date and time, `2026-11-24T16:05`.
    pub approved_at: String,
}

/// Parts or shipping, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExtraInput {
    /// `part` or `shipping`.
    pub kind: String,
    pub item: String,
    /// Net, in pounds: `12.53`.
    pub pounds: String,
    /// `yes`: nothing is charged.
    pub warranty: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait IncidentDesk: Send + Sync {
    /// Orders an incident for a ticket that nothing covers: consent to the first unit.
    async fn order(&self, who: &super::principal::Principal, number: i64, input: ConsentInput) -> Result<(), ApiError>;
    async fn accept(&self, who: &super::principal::Principal, number: i64, version: i64) -> Result<(), ApiError>;
    /// Before work starts: no charge, and the reason is mailed.
    async fn decline(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        reason: String,
    ) -> Result<(), ApiError>;
    /// Consent to the unit after the `seen` ones. Customers give it themselves; staff record who gave it and how.
    async fn approve(
        &self,
        who: &super::principal::Principal,
        number: i64,
        seen: u32,
        input: ConsentInput,
    ) -> Result<(), ApiError>;
    /// Mails the customer's contacts that a further unit needs their approval.
    async fn ask_approval(&self, who: &super::principal::Principal, number: i64) -> Result<(), ApiError>;
    async fn add_extra(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: ExtraInput,
    ) -> Result<(), ApiError>;
    async fn withdraw_extra(
        &self,
        who: &super::principal::Principal,
        number: i64,
        extra: ExtraId,
        reason: String,
    ) -> Result<(), ApiError>;
    /// Makes another issue an incident of its own, which charges nothing before the customer consents. Answers the new
    /// ticket's number.
    async fn split(&self, who: &super::principal::Principal, number: i64, subject: String) -> Result<i64, ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn IncidentDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn IncidentDesk>()?))
}

#[server(endpoint = "incidents/order")]
pub async fn order_incident(number: i64, #[server(default)] input: ConsentInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.order(&who, number, input).await
}

#[server(endpoint = "incidents/accept")]
pub async fn accept_incident(number: i64, version: i64) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.accept(&who, number, version).await
}

#[server(endpoint = "incidents/decline")]
pub async fn decline_incident(number: i64, version: i64, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.decline(&who, number, version, reason).await
}

#[server(endpoint = "incidents/approve")]
pub async fn approve_unit(number: i64, seen: u32, #[server(default)] input: ConsentInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.approve(&who, number, seen, input).await
}

#[server(endpoint = "incidents/ask-approval")]
pub async fn ask_approval(number: i64) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.ask_approval(&who, number).await
}

#[server(endpoint = "incidents/add-extra")]
pub async fn add_extra(number: i64, #[server(default)] input: ExtraInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.add_extra(&who, number, input).await
}

#[server(endpoint = "incidents/withdraw-extra")]
pub async fn withdraw_extra(number: i64, extra: ExtraId, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.withdraw_extra(&who, number, extra, reason).await
}

/// Splits an issue off and goes to its ticket.
#[server(endpoint = "incidents/split")]
pub async fn split_incident(number: i64, #[server(default)] subject: String) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    let other = desk.split(&who, number, subject).await?;
    leptos_axum::redirect(&format!("/t/{other}"));
    Ok(other)
}
