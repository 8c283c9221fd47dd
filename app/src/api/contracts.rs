//! Contracts: what customers bought, how each stands, and what customers see of theirs.

use std::collections::BTreeMap;

use domain::{
    contract::{AccessMode, AccessPath, ContractState, CoverDecision, EquipmentClass},
    cover::CoverLevel,
    id::{AccessTargetId, ContractId, CustomerId, EquipmentId, LevelId},
    observation::Status,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{error::ApiError, prices::GuidePrices};

/// Every customer with its contracts, also those without one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractList {
    pub now: Timestamp,
    pub customers: Vec<CustomerContracts>,
    pub may_manage: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerContracts {
    pub id: CustomerId,
    pub name: String,
    /// The latest first.
    pub contracts: Vec<ContractRow>,
}

/// One contract in a few words. Days are written out, in the contract's own zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractRow {
    pub id: ContractId,
    /// "C-0204".
    pub number: String,
    pub level: CoverLevel,
    /// A custom level's own name.
    pub level_name: String,
    pub state: ContractState,
    /// Empty: all sites.
    pub site: String,
    pub ports: u32,
    /// "1 Apr 2026".
    pub begins: String,
    /// The last day of the current term; of the first one before it begins.
    pub term_ends: String,
    /// The last day of all; empty: it renews.
    pub ends: String,
    pub included_month: bool,
    /// What is wrong, in words.
    pub troubles: Vec<String>,
}

/// What a contract's page shows to staff; a customer's manager sees the same about their own cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractDetails {
    pub row: ContractRow,
    /// Of the current term, counted from 1.
    pub year: u32,
    /// What is covered, in words: "Phone systems", "Mitel 3300".
    pub covered: Vec<String>,
    pub zone: String,
    /// "We aim to respond within 8 working hours": the settings in force, by name.
    pub settings: Vec<(String, String)>,
    pub access: AccessShown,
    pub price: Option<PriceShown>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccessShown {
    pub mode: AccessMode,
    pub paths: Vec<AccessPath>,
    pub targets: Vec<TargetRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRow {
    pub id: AccessTargetId,
    pub path: AccessPath,
    /// Empty for customers.
    pub address: String,
    /// None: never tested.
    pub last: Option<(Status, Timestamp)>,
    /// What the test saw; empty for customers.
    pub detail: String,
}

/// A guide price for the contract's ports and current year, net and with VAT, in pence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PriceShown {
    pub net_pence: u64,
    pub gross_pence: u64,
    pub list_version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractPage {
    pub now: Timestamp,
    pub customer: CustomerId,
    pub customer_name: String,
    pub details: ContractDetails,
    /// Version of the level that it was agreed under.
    pub level_version: u32,
    /// The usual one when empty.
    pub policy: String,
    pub activated_at: Option<Timestamp>,
    /// Cat4 only: who approved the location and when. None: nobody, or another site.
    pub location: Option<(String, Timestamp)>,
    pub inspection: InspectionShown,
    pub notices: Vec<NoticeShown>,
    pub equipment: Vec<CoveredPiece>,
    /// The contract whose place it takes when it is activated.
    pub follows: Option<(ContractId, String)>,
    pub history: Vec<HistoryRow>,
    pub may_manage: bool,
    pub may_test: bool,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InspectionShown {
    NotNeeded,
    /// Names of the pieces.
    Pending(Vec<String>),
    Settled {
        by: String,
        at: Timestamp,
        note: String,
    },
}

/// A mail before the end of a term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NoticeShown {
    pub year: u32,
    /// Before the last day.
    pub days: i32,
    pub at: Timestamp,
    /// "Mailed", "Passed over" or "To be mailed".
    pub words: String,
}

/// A piece of the customer and whether a fault of it that began now would be covered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoveredPiece {
    pub id: EquipmentId,
    pub name: String,
    pub class: EquipmentClass,
    pub decision: CoverDecision,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow {
    pub at: Timestamp,
    pub actor: String,
    pub what: String,
    pub detail: String,
}

/// What a contract form offers to choose from, and what stands in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContractFormPage {
    pub id: Option<ContractId>,
    pub number: String,
    pub customer_name: String,
    pub input: ContractInput,
    pub sites: Vec<(String, String)>,
    pub levels: Vec<(LevelId, String)>,
    pub policies: Vec<(String, String)>,
    pub pieces: Vec<PieceChoice>,
    /// In force: level, place and days stay.
    pub in_force: bool,
    /// Why Cat2 is chosen; empty without a phone system.
    pub advice: String,
    /// The contract that it takes the place of.
    pub follows: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PieceChoice {
    pub id: EquipmentId,
    pub name: String,
    pub class: EquipmentClass,
    /// Why it cannot be listed, if it cannot.
    pub refused: String,
}

/// A contract form as typed. Checked boxes are in the maps by their word or id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContractInput {
    pub customer: String,
    /// A contract's id, for an upgrade.
    pub follows: String,
    /// "paid" or "included_month".
    pub kind: String,
    /// A level's id.
    pub level: String,
    /// "yes": less than is recommended was meant.
    pub lower_confirmed: String,
    /// A site's id; empty: all sites.
    pub site: String,
    pub ports: String,
    pub classes: BTreeMap<String, String>,
    pub pieces: BTreeMap<String, String>,
    pub access_mode: String,
    pub paths: BTreeMap<String, String>,
    pub zone: String,
    pub starts_on: String,
    pub first_term_ends_on: String,
    pub ends_on: String,
    pub cat4_response: String,
    /// A policy's id; empty: the usual one.
    pub policy: String,
    pub version: String,
}

/// What a customer reads about their cover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoverPage {
    pub now: Timestamp,
    /// Of the contract asked first; no cover without one.
    pub level: CoverLevel,
    pub level_name: String,
    pub phone: String,
    pub has_contract: bool,
    /// Managers only.
    pub contracts: Vec<ContractDetails>,
    /// Names of what no contract in force covers: managers only.
    pub not_covered: Vec<String>,
    /// Whether remote access worked at the last test; None: not tested, or only on request.
    pub access: Option<(bool, Timestamp)>,
    pub on_request: bool,
    /// What the level means for them.
    pub promises: Vec<String>,
    /// What each level costs today.
    pub guide: GuidePrices,
}

/// Use cases around contracts.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ContractDesk: Send + Sync {
    async fn list(&self, who: &super::principal::Principal) -> Result<ContractList, ApiError>;
    async fn page(&self, who: &super::principal::Principal, id: ContractId) -> Result<ContractPage, ApiError>;
    /// A new contract of `customer`, one that takes the place of `follows`, or `id` to be changed.
    async fn form(
        &self,
        who: &super::principal::Principal,
        id: Option<ContractId>,
        customer: Option<CustomerId>,
        follows: Option<ContractId>,
    ) -> Result<ContractFormPage, ApiError>;
    async fn save(
        &self,
        who: &super::principal::Principal,
        id: Option<ContractId>,
        input: ContractInput,
    ) -> Result<ContractId, ApiError>;
    async fn act(
        &self,
        who: &super::principal::Principal,
        id: ContractId,
        version: i64,
        act: ContractAct,
    ) -> Result<(), ApiError>;
    async fn add_target(
        &self,
        who: &super::principal::Principal,
        id: ContractId,
        path: String,
        address: String,
    ) -> Result<(), ApiError>;
    async fn remove_target(&self, who: &super::principal::Principal, id: AccessTargetId) -> Result<(), ApiError>;
    /// Runs the probe now and keeps what it saw.
    async fn test_access(&self, who: &super::principal::Principal, id: AccessTargetId) -> Result<(), ApiError>;
    async fn cover(&self, who: &super::principal::Principal) -> Result<CoverPage, ApiError>;
}

/// What staff do to a contract.
#[cfg(feature = "ssr")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContractAct {
    Activate,
    ApproveLocation,
    SettleInspection {
        note: String,
    },
    /// The last day as typed; empty: it renews.
    EndOn {
        last_on: String,
    },
}

#[server(endpoint = "contracts/list", input = server_fn::codec::GetUrl)]
pub async fn load_contracts() -> Result<ContractList, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.list(&who).await
}

#[server(endpoint = "contracts/page", input = server_fn::codec::GetUrl)]
pub async fn load_contract(id: ContractId) -> Result<ContractPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.page(&who, id).await
}

#[server(endpoint = "contracts/form", input = server_fn::codec::GetUrl)]
pub async fn load_contract_form(
    id: Option<ContractId>,
    customer: Option<CustomerId>,
    follows: Option<ContractId>,
) -> Result<ContractFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.form(&who, id, customer, follows).await
}

/// Creates or changes a contract and goes to its page.
#[server(endpoint = "contracts/save")]
pub async fn save_contract(id: Option<ContractId>, input: ContractInput) -> Result<ContractId, ApiError> {
    let who = super::principal::principal()?;
    let id = super::principal::desk::<dyn ContractDesk>()?.save(&who, id, input).await?;
    leptos_axum::redirect(&format!("/contracts/{id}"));
    Ok(id)
}

#[server(endpoint = "contracts/activate")]
pub async fn activate_contract(id: ContractId, version: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.act(&who, id, version, ContractAct::Activate).await
}

#[server(endpoint = "contracts/approve-location")]
pub async fn approve_location(id: ContractId, version: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.act(&who, id, version, ContractAct::ApproveLocation).await
}

#[server(endpoint = "contracts/settle-inspection")]
pub async fn settle_inspection(id: ContractId, version: i64, note: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.act(&who, id, version, ContractAct::SettleInspection { note }).await
}

/// `ends_on` is the last day; empty lets the contract renew again.
#[server(endpoint = "contracts/end-on")]
pub async fn end_contract(id: ContractId, version: i64, ends_on: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.act(&who, id, version, ContractAct::EndOn { last_on: ends_on }).await
}

/// `path` is ssh, http, mitel or other; `address` host:port, or a URL for http.
#[server(endpoint = "contracts/add-access")]
pub async fn add_access(id: ContractId, path: String, address: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.add_target(&who, id, path, address).await
}

#[server(endpoint = "contracts/remove-access")]
pub async fn remove_access(id: AccessTargetId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.remove_target(&who, id).await
}

#[server(endpoint = "contracts/test-access")]
pub async fn test_access(id: AccessTargetId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.test_access(&who, id).await
}

#[server(endpoint = "contracts/cover", input = server_fn::codec::GetUrl)]
pub async fn load_cover() -> Result<CoverPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn ContractDesk>()?.cover(&who).await
}
