//! Equipment of a customer: what contracts cover or leave out.

use domain::{
    contract::{EquipmentClass, Supply},
    id::{CustomerId, EquipmentId},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EquipmentPage {
    pub customer: CustomerId,
    pub customer_name: String,
    pub pieces: Vec<PieceRow>,
    /// Ids and names to choose from.
    pub sites: Vec<(String, String)>,
    pub hosts: Vec<(String, String)>,
    /// The piece in the form, if one is edited.
    pub editing: Option<EquipmentId>,
    pub input: PieceInput,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PieceRow {
    pub id: EquipmentId,
    pub name: String,
    pub class: EquipmentClass,
    pub supply: Supply,
    /// "31 Dec 2030"; empty: not known.
    pub warranty_ends: String,
    pub site: String,
    /// Technical name of the watched host that it is.
    pub host: String,
    /// A contract may list it.
    pub may_be_listed: bool,
    pub version: i64,
}

/// A piece's form as typed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PieceInput {
    pub customer: String,
    pub name: String,
    pub class: String,
    pub supply: String,
    /// A date such as 2030-12-31; empty: not known.
    pub warranty_ends_on: String,
    pub site: String,
    pub host: String,
    pub version: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait EquipmentDesk: Send + Sync {
    async fn page(
        &self,
        who: &super::principal::Principal,
        customer: CustomerId,
        edit: Option<EquipmentId>,
    ) -> Result<EquipmentPage, ApiError>;
    /// Creates when `id` is `None`. Answers the customer.
    async fn save(
        &self,
        who: &super::principal::Principal,
        id: Option<EquipmentId>,
        input: PieceInput,
    ) -> Result<CustomerId, ApiError>;
    async fn remove(&self, who: &super::principal::Principal, id: EquipmentId, version: i64) -> Result<(), ApiError>;
}

#[server(endpoint = "equipment/page", input = server_fn::codec::GetUrl)]
pub async fn load_equipment(customer: CustomerId, edit: Option<EquipmentId>) -> Result<EquipmentPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EquipmentDesk>()?.page(&who, customer, edit).await
}

/// Adds or changes a piece and goes to the customer's equipment.
#[server(endpoint = "equipment/save")]
pub async fn save_piece(id: Option<EquipmentId>, input: PieceInput) -> Result<CustomerId, ApiError> {
    let who = super::principal::principal()?;
    let customer = super::principal::desk::<dyn EquipmentDesk>()?.save(&who, id, input).await?;
    leptos_axum::redirect(&format!("/customers/{customer}/equipment"));
    Ok(customer)
}

#[server(endpoint = "equipment/remove")]
pub async fn remove_piece(id: EquipmentId, version: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn EquipmentDesk>()?.remove(&who, id, version).await
}
