//! Rotas: a month of one, swaps, and the form that makes or changes one. Forms are as in `calendars`.

use std::collections::BTreeMap;

use domain::{
    id::{RotaId, UserId},
    probe::FieldError,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{calendars::DayLine, error::ApiError};

/// A month of one rota.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotaPage {
    pub now: Timestamp,
    /// "December 2026".
    pub title: String,
    /// "2026-11", "2027-01".
    pub before: String,
    pub after: String,
    pub rotas: Vec<(RotaId, String)>,
    pub may_swap: bool,
    pub may_edit: bool,
    /// None: there is no rota yet.
    pub rota: Option<RotaMonth>,
    pub special: Vec<DayLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotaMonth {
    pub id: RotaId,
    pub name: String,
    pub zone: String,
    pub version: i64,
    /// "Hand-over is Monday 09:00. 2 swaps."
    pub lede: String,
    pub weeks: Vec<Week>,
    pub layers: Vec<LayerNow>,
    /// Hours in which nobody has a layer, critical where nobody has any.
    pub gaps: Vec<GapLine>,
    pub shifts: Vec<ShiftLine>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Week {
    pub days: Vec<WeekDay>,
    /// One list for each layer.
    pub lanes: Vec<Vec<Bar>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeekDay {
    pub day: i8,
    pub in_month: bool,
    pub today: bool,
    /// "wkend", "hol", "red" or nothing.
    pub look: String,
    pub tag: String,
}

/// Who has a layer for some days of a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    pub days: u8,
    /// "Nobody" in a gap.
    pub person: String,
    pub kind: BarKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarKind {
    Rotation,
    Temporary,
    Swap,
    Nobody,
}

/// Who has a layer now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerNow {
    pub layer: String,
    pub person: Option<String>,
    /// "Until Mon 30 Nov, 09:00 (5 d 16 h)".
    pub until: String,
    pub own: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapLine {
    /// "Nobody is on call from Mon 14 Dec, 09:00 to Tue 15 Dec, 09:00 (24 h)."
    pub words: String,
    pub critical: bool,
}

/// One shift in words, for lists and phones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShiftLine {
    pub layer: String,
    pub when: String,
    pub person: String,
    pub kind: BarKind,
    /// Why it is a swap.
    pub why: String,
    /// Layer and place of a swap that can be taken back.
    pub swap: Option<(usize, usize)>,
}

/// A rota, or a swap, before it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotaForm {
    pub now: Timestamp,
    /// What stands in the fields, by their names.
    pub typed: BTreeMap<String, Vec<String>>,
    /// Staff to choose from.
    pub people: Vec<(UserId, String)>,
    /// Names of the layers there are.
    pub layers: Vec<String>,
    /// How many rotations and temporary schedules each layer's form shows.
    pub shown: Vec<(usize, usize)>,
    pub name: String,
    pub zone: String,
    pub errors: Vec<FieldError>,
    pub preview: Option<RotaPreview>,
    /// The fields as one string, to be saved.
    pub form: String,
}

impl RotaForm {
    /// What stands in a field.
    pub fn text(&self, name: &str) -> String {
        self.typed.get(name).and_then(|texts| texts.first()).cloned().unwrap_or_default()
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RotaPreview {
    /// Proves which version of the rota was looked at.
    pub seen: String,
    pub shifts: Vec<ShiftLine>,
    pub gaps: Vec<GapLine>,
    /// Clock changes in the period.
    pub notes: Vec<String>,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait RotaDesk: Send + Sync {
    /// The rota and the month ("2026-12") named; without them the first rota and this month.
    async fn month(&self, who: &super::principal::Principal, rota: &str, month: &str) -> Result<RotaPage, ApiError>;
    async fn swap_form(
        &self,
        who: &super::principal::Principal,
        rota: RotaId,
        query: &str,
    ) -> Result<RotaForm, ApiError>;
    async fn swap(
        &self,
        who: &super::principal::Principal,
        rota: RotaId,
        form: &str,
        seen: &str,
    ) -> Result<(), ApiError>;
    async fn unswap(
        &self,
        who: &super::principal::Principal,
        rota: RotaId,
        version: i64,
        layer: usize,
        place: usize,
    ) -> Result<(), ApiError>;
    /// `rota` empty: a new one.
    async fn form(&self, who: &super::principal::Principal, rota: &str, query: &str) -> Result<RotaForm, ApiError>;
    async fn save(&self, who: &super::principal::Principal, rota: &str, form: &str, seen: &str)
    -> Result<(), ApiError>;
    /// Refused while a policy tells whoever is on call in it.
    async fn remove(&self, who: &super::principal::Principal, rota: RotaId, version: i64) -> Result<(), ApiError>;
}

#[server(endpoint = "rotas/month", input = server_fn::codec::GetUrl)]
pub async fn load_rota_month(
    #[server(default)] rota: String,
    #[server(default)] month: String,
) -> Result<RotaPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.month(&who, &rota, &month).await
}

#[server(endpoint = "rotas/swap-form", input = server_fn::codec::GetUrl)]
pub async fn load_swap(rota: RotaId, #[server(default)] query: String) -> Result<RotaForm, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.swap_form(&who, rota, &query).await
}

#[server(endpoint = "rotas/swap")]
pub async fn swap_shift(
    rota: RotaId,
    #[server(default)] form: String,
    #[server(default)] seen: String,
) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.swap(&who, rota, &form, &seen).await?;
    leptos_axum::redirect(&format!("/rota?rota={rota}"));
    Ok(())
}

#[server(endpoint = "rotas/unswap")]
pub async fn unswap_shift(rota: RotaId, version: i64, layer: usize, place: usize) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.unswap(&who, rota, version, layer, place).await
}

#[server(endpoint = "rotas/form", input = server_fn::codec::GetUrl)]
pub async fn load_rota_form(
    #[server(default)] rota: String,
    #[server(default)] query: String,
) -> Result<RotaForm, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.form(&who, &rota, &query).await
}

#[server(endpoint = "rotas/save")]
pub async fn save_rota(
    #[server(default)] rota: String,
    #[server(default)] form: String,
    #[server(default)] seen: String,
) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.save(&who, &rota, &form, &seen).await?;
    leptos_axum::redirect("/rota");
    Ok(())
}

#[server(endpoint = "rotas/remove")]
pub async fn remove_rota(rota: RotaId, version: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn RotaDesk>()?.remove(&who, rota, version).await?;
    leptos_axum::redirect("/rota");
    Ok(())
}
