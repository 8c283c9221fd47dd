//! Downtimes: what is planned, running and past; planning and cancelling.

use std::collections::BTreeMap;

use domain::{
    downtime::Standing,
    id::{CustomerId, DowntimeId},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DowntimePage {
    pub now: Timestamp,
    pub running: Vec<DowntimeRow>,
    /// Planned and waiting for their first problem, the next first.
    pub planned: Vec<DowntimeRow>,
    /// Over and cancelled, newest first, 50 at most.
    pub past: Vec<DowntimeRow>,
    pub may_plan: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DowntimeRow {
    pub id: DowntimeId,
    pub customer: String,
    /// "SIP trunk on pbx-bath-1", "All systems".
    pub what: String,
    /// The technical name of its host, for its page.
    pub host: Option<String>,
    /// "Fri 6 Nov, 22:00 to 23:00", in the customer's zone.
    pub when: String,
    pub standing: Standing,
    pub reason: String,
    /// "Planned by Priya Nair", "Cancelled by Ellie Marsh".
    pub by: String,
    pub may_cancel: bool,
}

/// A downtime on the page of a host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DowntimeNote {
    /// "In downtime until Fri 6 Nov 2026, 23:00".
    pub words: String,
    pub reason: String,
    pub running: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DowntimeFormPage {
    /// What can be quiet: words to send back, and names. Empty: nothing was asked for that is known.
    pub targets: Vec<(String, String)>,
    pub input: DowntimeInput,
    /// Of the customer, in which times are typed.
    pub zone: String,
    pub customer: String,
    /// Ids and names to choose from first.
    pub customers: Vec<(String, String)>,
}

/// A downtime as typed. Parsed by the desk, which names every wrong field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DowntimeInput {
    /// `host:ID`, `service:ID`, `site:ID` or `customer:ID`.
    pub target: String,
    pub kind: String,
    /// Local date and time, `2026-11-30T22:00`.
    pub from: String,
    pub until: String,
    pub minutes: String,
    /// `yes` by the names of days: `mon`.
    pub days: BTreeMap<String, String>,
    /// `22:00`.
    pub at: String,
    pub first_on: String,
    pub last_on: String,
    pub reason: String,
}

/// Use cases around downtimes.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DowntimeDesk: Send + Sync {
    async fn list(&self, who: &super::principal::Principal) -> Result<DowntimePage, ApiError>;
    /// For a host by its technical name, or a customer.
    async fn form(
        &self,
        who: &super::principal::Principal,
        host: &str,
        customer: Option<CustomerId>,
    ) -> Result<DowntimeFormPage, ApiError>;
    async fn plan(&self, who: &super::principal::Principal, input: DowntimeInput) -> Result<(), ApiError>;
    /// Ends a running one now; one that has not begun never begins.
    async fn cancel(&self, who: &super::principal::Principal, id: DowntimeId) -> Result<(), ApiError>;
}

#[server(endpoint = "downtimes/list", input = server_fn::codec::GetUrl)]
pub async fn load_downtimes() -> Result<DowntimePage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn DowntimeDesk>()?.list(&who).await
}

#[server(endpoint = "downtimes/form", input = server_fn::codec::GetUrl)]
pub async fn load_downtime_form(
    #[server(default)] host: String,
    customer: Option<CustomerId>,
) -> Result<DowntimeFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn DowntimeDesk>()?.form(&who, &host, customer).await
}

/// Plans a downtime and goes to the list.
#[server(endpoint = "downtimes/plan")]
pub async fn plan_downtime(#[server(default)] input: DowntimeInput) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn DowntimeDesk>()?.plan(&who, input).await?;
    leptos_axum::redirect("/downtimes");
    Ok(())
}

#[server(endpoint = "downtimes/cancel")]
pub async fn cancel_downtime(id: DowntimeId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn DowntimeDesk>()?.cancel(&who, id).await
}
