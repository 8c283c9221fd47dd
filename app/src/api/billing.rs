//! What a month charges. The same lines as CSV stand at `/billing/2026-11.csv`.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingPage {
    /// `2026-11`.
    pub month: String,
    /// "November 2026".
    pub words: String,
    pub before: String,
    pub after: String,
    /// The month is not over: more may come.
    pub running: bool,
    pub lines: Vec<BillingRow>,
    pub units: u64,
    pub net: String,
    pub vat: String,
    pub gross: String,
    pub zone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BillingRow {
    /// "5 Nov 2026".
    pub on: String,
    pub customer: String,
    pub ticket: i64,
    pub subject: String,
    pub what: String,
    pub units: u32,
    pub net: String,
    pub vat: String,
    pub gross: String,
    pub price_list_version: u32,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait BillingDesk: Send + Sync {
    /// `month` is such as `2026-11`; empty means the present one.
    async fn page(&self, who: &super::principal::Principal, month: &str) -> Result<BillingPage, ApiError>;
}

#[server(endpoint = "billing/month", input = server_fn::codec::GetUrl)]
pub async fn load_billing(#[server(default)] month: String) -> Result<BillingPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn BillingDesk>()?.page(&who, &month).await
}
