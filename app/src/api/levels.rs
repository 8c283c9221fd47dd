//! What each cover level promises, in versions.

use domain::{cover::CoverLevel, id::LevelId, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{error::ApiError, prices::GuidePrices};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelList {
    pub levels: Vec<LevelRow>,
    pub guide: GuidePrices,
    pub may_edit: bool,
}

/// A level in its latest version, in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelRow {
    pub id: LevelId,
    pub level: CoverLevel,
    pub name: String,
    pub version: u32,
    /// "4 h inside Extended hours"; empty: none.
    pub target: String,
    pub action: String,
    pub paging: String,
    pub replacement: String,
    pub portal_tickets: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelFormPage {
    /// None: a new custom level.
    pub id: Option<LevelId>,
    pub now: Timestamp,
    pub input: LevelInput,
    /// Key and name of each calendar.
    pub calendars: Vec<(String, String)>,
    /// The latest first.
    pub versions: Vec<LevelVersionRow>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LevelVersionRow {
    pub row: LevelRow,
    pub at: Timestamp,
    /// Who made it; empty: the program itself.
    pub by: String,
}

/// A level's form as typed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LevelInput {
    pub name: String,
    /// Whole minutes; empty: no target.
    pub target_minutes: String,
    /// "always" or the key of a calendar; empty without a target.
    pub target_hours: String,
    pub action: String,
    /// "never", "always" or the key of a calendar.
    pub paging: String,
    pub replacement: String,
    /// "yes" or empty.
    pub portal_tickets: String,
    /// The version that the form was loaded with.
    pub version: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait LevelDesk: Send + Sync {
    async fn list(&self, who: &super::principal::Principal) -> Result<LevelList, ApiError>;
    async fn form(&self, who: &super::principal::Principal, id: Option<LevelId>) -> Result<LevelFormPage, ApiError>;
    /// Makes the next version, or a custom level when `id` is `None`.
    async fn save(
        &self,
        who: &super::principal::Principal,
        id: Option<LevelId>,
        input: LevelInput,
    ) -> Result<LevelId, ApiError>;
}

#[server(endpoint = "levels/list", input = server_fn::codec::GetUrl)]
pub async fn load_levels() -> Result<LevelList, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn LevelDesk>()?.list(&who).await
}

#[server(endpoint = "levels/form", input = server_fn::codec::GetUrl)]
pub async fn load_level_form(id: Option<LevelId>) -> Result<LevelFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn LevelDesk>()?.form(&who, id).await
}

#[server(endpoint = "levels/save")]
pub async fn save_level(id: Option<LevelId>, input: LevelInput) -> Result<LevelId, ApiError> {
    let who = super::principal::principal()?;
    let id = super::principal::desk::<dyn LevelDesk>()?.save(&who, id, input).await?;
    leptos_axum::redirect("/levels");
    Ok(id)
}
