//! Guide prices in versions: what everybody reads, and what an administrator edits.

use domain::{
    contract::Prices,
    quote::{PriceList, YearlyPrice},
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// The latest version, for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuidePrices {
    pub version: u32,
    pub list: PriceList,
    pub prices: Prices,
}

/// The prices of the contract page, as tests of what shows them need them.
#[cfg(test)]
impl GuidePrices {
    pub const STANDARD: Self = Self { version: 1, list: PriceList::GUIDE, prices: Prices::STANDARD };
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceFormPage {
    pub now: Timestamp,
    pub input: PriceInput,
    /// The latest first.
    pub versions: Vec<PriceVersionRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceVersionRow {
    pub prices: GuidePrices,
    pub at: Timestamp,
    /// Who made it; empty: the program itself.
    pub by: String,
}

/// A price list as typed: pounds such as "22.50", VAT in per cent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PriceInput {
    pub cat1_base: String,
    pub cat1_port: String,
    pub cat1_port_later: String,
    pub cat2_base: String,
    pub cat2_port: String,
    pub cat2_port_later: String,
    pub cat4_base: String,
    pub cat4_port: String,
    pub cat4_port_later: String,
    pub incident: String,
    pub vat: String,
    /// The version that the form was loaded with.
    pub version: String,
}

impl From<&GuidePrices> for PriceInput {
    fn from(guide: &GuidePrices) -> Self {
        use domain::money::plain_pounds;
        let year = |price: YearlyPrice| [price.base_pence, price.port_pence, price.port_later_pence].map(plain_pounds);
        let [cat1_base, cat1_port, cat1_port_later] = year(guide.list.cat1);
        let [cat2_base, cat2_port, cat2_port_later] = year(guide.list.cat2);
        let [cat4_base, cat4_port, cat4_port_later] = year(guide.list.cat4);
        Self {
            cat1_base,
            cat1_port,
            cat1_port_later,
            cat2_base,
            cat2_port,
            cat2_port_later,
            cat4_base,
            cat4_port,
            cat4_port_later,
            incident: plain_pounds(guide.prices.incident_pence),
            vat: guide.prices.vat.percent().to_string(),
            version: guide.version.to_string(),
        }
    }
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait PriceDesk: Send + Sync {
    /// For everybody, signed in or not.
    async fn guide(&self) -> Result<GuidePrices, ApiError>;
    async fn form(&self, who: &super::principal::Principal) -> Result<PriceFormPage, ApiError>;
    /// Makes the next version.
    async fn save(&self, who: &super::principal::Principal, input: PriceInput) -> Result<(), ApiError>;
}

#[server(endpoint = "prices/guide", input = server_fn::codec::GetUrl)]
pub async fn load_guide_prices() -> Result<GuidePrices, ApiError> {
    super::principal::desk::<dyn PriceDesk>()?.guide().await
}

#[server(endpoint = "prices/form", input = server_fn::codec::GetUrl)]
pub async fn load_price_form() -> Result<PriceFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PriceDesk>()?.form(&who).await
}

#[server(endpoint = "prices/save")]
pub async fn save_prices(input: PriceInput) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn PriceDesk>()?.save(&who, input).await?;
    leptos_axum::redirect("/levels");
    Ok(())
}
