//! The lab page of the demonstration: break a target, mend it, watch what happens.

use domain::{id::HostId, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{board::Tile, error::ApiError};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabPage {
    pub now: Timestamp,
    pub seq: i64,
    pub targets: Vec<LabTarget>,
    /// The lab's own control address, for scripts.
    pub control: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabTarget {
    pub id: String,
    pub kind: String,
    pub address: String,
    /// "up" or the way it is broken.
    pub state: String,
    /// Ways in which it can be broken.
    pub modes: Vec<String>,
    /// The host that watches it.
    pub host: Option<LabHost>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabHost {
    pub id: HostId,
    pub name: String,
    pub system: String,
    pub customer: String,
    pub tile: Tile,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait LabDesk: Send + Sync {
    async fn page(&self, who: &super::principal::Principal) -> Result<LabPage, ApiError>;
    async fn break_target(&self, who: &super::principal::Principal, id: &str, how: &str) -> Result<(), ApiError>;
    async fn mend(&self, who: &super::principal::Principal, id: &str) -> Result<(), ApiError>;
}

#[server(endpoint = "lab/page", input = server_fn::codec::GetUrl)]
pub async fn load_lab() -> Result<LabPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn LabDesk>()?.page(&who).await
}

#[server(endpoint = "lab/break")]
pub async fn break_target(id: String, how: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn LabDesk>()?.break_target(&who, &id, &how).await
}

#[server(endpoint = "lab/mend")]
pub async fn mend_target(id: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn LabDesk>()?.mend(&who, &id).await
}
