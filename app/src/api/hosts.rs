//! Hosts and services: lists, the page of one host, forms.

use std::collections::BTreeMap;

use domain::{
    availability::Totals,
    cover::CoverLevel,
    id::{CustomerId, HostId, ServiceId, SiteId},
    probe::ProbeKind,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{board::Tile, downtimes::DowntimeNote, error::ApiError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostKind {
    Server,
    Asterisk,
    Mitel3300,
    MitelSx2000,
    Router,
    Other,
}

impl HostKind {
    pub const ALL: [Self; 6] =
        [Self::Server, Self::Asterisk, Self::Mitel3300, Self::MitelSx2000, Self::Router, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Asterisk => "asterisk",
            Self::Mitel3300 => "mitel_3300",
            Self::MitelSx2000 => "mitel_sx2000",
            Self::Router => "router",
            Self::Other => "other",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Asterisk => "Asterisk phone system",
            Self::Mitel3300 => "Mitel 3300 phone system",
            Self::MitelSx2000 => "Mitel SX2000 phone system",
            Self::Router => "Router",
            Self::Other => "Other",
        }
    }
}

/// A page of hosts, 200 at most, by customer and name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostList {
    pub now: Timestamp,
    pub seq: i64,
    pub hosts: Vec<HostListRow>,
    pub total: u64,
    /// Name to pass as `after` for the next page.
    pub next_after: Option<String>,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostListRow {
    pub id: HostId,
    pub name: String,
    pub system: String,
    pub kind: HostKind,
    /// Empty for customers.
    pub address: String,
    pub customer: String,
    pub cover: CoverLevel,
    pub site: String,
    pub tile: Tile,
    pub services: u32,
    pub last_observed_at: Option<Timestamp>,
}

/// The page of one host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostPage {
    pub now: Timestamp,
    pub seq: i64,
    pub id: HostId,
    /// Technical name; customers see it only as part of the address of the page.
    pub name: String,
    pub system: String,
    pub kind: HostKind,
    /// Staff only, else empty.
    pub address: String,
    pub access_note: String,
    pub customer: String,
    pub site: String,
    pub cover: CoverLevel,
    pub paused: bool,
    pub tile: Tile,
    pub services: Vec<ServiceRow>,
    /// The service whose chart and bars are shown: the one asked for, else the first.
    pub chart: Option<Chart>,
    pub range: ChartRange,
    /// Newest first, 50 at most.
    pub timeline: Vec<TimelineRow>,
    /// Names of hosts this one depends on.
    pub parents: Vec<String>,
    /// Running and coming downtimes of the host or of one of its services.
    pub downtimes: Vec<DowntimeNote>,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceRow {
    pub id: ServiceId,
    pub name: String,
    pub kind: ProbeKind,
    /// What is probed, with the host's address filled in; empty for customers.
    pub target: String,
    pub tile: Tile,
    /// A soft problem being looked at again: attempt and attempts needed.
    pub checking: Option<(u8, u8)>,
    /// What the last probe saw.
    pub text: String,
    pub latency_us: Option<u32>,
    pub last_observed_at: Option<Timestamp>,
    pub interval_s: u32,
    pub paused: bool,
    /// Number of the open fault.
    pub fault: Option<i64>,
    /// The last 48 latencies in microseconds, oldest first; `None` where nothing answered.
    pub spark: Vec<Option<u32>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChartRange {
    #[serde(rename = "1h")]
    Hour,
    #[serde(rename = "24h")]
    Day,
    #[serde(rename = "7d")]
    Week,
    #[serde(rename = "30d")]
    Month,
}

impl ChartRange {
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|range| range.as_str() == text)
    }

    pub fn seconds(self) -> i64 {
        match self {
            Self::Hour => 3_600,
            Self::Day => 24 * 3_600,
            Self::Week => 7 * 24 * 3_600,
            Self::Month => 30 * 24 * 3_600,
        }
    }

    /// Uptime bars in this range.
    pub fn bars(self) -> u16 {
        match self {
            Self::Hour => 60,
            Self::Day => 48,
            Self::Week => 56,
            Self::Month => 60,
        }
    }
}

/// Latency and availability of one service over a range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub service: ServiceId,
    pub service_name: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Equal buckets over the range, oldest first, 300 at most; `None` where there is no data.
    pub points: Vec<Option<ChartPoint>>,
    /// From which latency (ms) the probe warns, if it does.
    pub limit_ms: Option<u32>,
    /// Spans in which a fault was open.
    pub faults: Vec<(Timestamp, Timestamp)>,
    pub bars: Vec<Totals>,
    pub totals: Totals,
}

/// Latencies of one bucket in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartPoint {
    pub p05_us: u32,
    pub median_us: u32,
    pub p95_us: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    pub at: Timestamp,
    pub service: String,
    pub tile: Tile,
    pub hard: bool,
    pub text: String,
    pub fault: Option<i64>,
}

/// What a host form offers to choose from, and the stored values when editing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HostFormPage {
    pub id: Option<HostId>,
    pub input: HostInput,
    pub customers: Vec<CustomerChoice>,
    /// Names of hosts that can be parents.
    pub parents: Vec<String>,
    /// Sends back with the form: a write to a row that changed meanwhile is refused.
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerChoice {
    pub id: CustomerId,
    pub name: String,
    pub sites: Vec<(SiteId, String)>,
}

/// A host form as typed. Parsed by the desk, which names every wrong field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostInput {
    pub name: String,
    pub system: String,
    pub kind: String,
    pub address: String,
    /// A site's id.
    pub site: String,
    pub access_note: String,
    /// Host names, separated by commas or spaces.
    pub parents: String,
    pub version: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceFormPage {
    pub host: HostId,
    pub host_name: String,
    pub address: String,
    pub id: Option<ServiceId>,
    pub input: ServiceInput,
    /// Names of secret parameters that have a stored value; leaving them empty keeps it.
    pub stored_secrets: Vec<String>,
}

/// A service form as typed. `params` by parameter name; a repeatable one has one value a line.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceInput {
    pub name: String,
    pub kind: String,
    pub target: String,
    pub params: BTreeMap<String, String>,
    pub interval_s: String,
    pub retry_interval_s: String,
    pub timeout_ms: String,
    pub attempts_max: String,
    pub version: String,
}

/// Use cases around hosts and services.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HostDesk: Send + Sync {
    async fn list(
        &self,
        who: &super::principal::Principal,
        after: Option<String>,
        find: String,
    ) -> Result<HostList, ApiError>;
    /// `name` is the host's technical name.
    async fn page(
        &self,
        who: &super::principal::Principal,
        name: &str,
        range: ChartRange,
        service: Option<ServiceId>,
    ) -> Result<HostPage, ApiError>;
    async fn host_form(&self, who: &super::principal::Principal, name: Option<&str>) -> Result<HostFormPage, ApiError>;
    /// Creates when `id` is `None`. Answers the host's name.
    async fn save_host(
        &self,
        who: &super::principal::Principal,
        id: Option<HostId>,
        input: HostInput,
    ) -> Result<String, ApiError>;
    async fn pause_host(&self, who: &super::principal::Principal, id: HostId, paused: bool) -> Result<(), ApiError>;
    async fn remove_host(&self, who: &super::principal::Principal, id: HostId) -> Result<(), ApiError>;
    async fn service_form(
        &self,
        who: &super::principal::Principal,
        host_name: &str,
        service: Option<ServiceId>,
    ) -> Result<ServiceFormPage, ApiError>;
    /// Creates when `id` is `None`. Answers the host's name.
    async fn save_service(
        &self,
        who: &super::principal::Principal,
        host: HostId,
        id: Option<ServiceId>,
        input: ServiceInput,
    ) -> Result<String, ApiError>;
    async fn pause_service(
        &self,
        who: &super::principal::Principal,
        id: ServiceId,
        paused: bool,
    ) -> Result<(), ApiError>;
    async fn remove_service(&self, who: &super::principal::Principal, id: ServiceId) -> Result<(), ApiError>;
    /// Asks for a probe at once.
    async fn probe_now(&self, who: &super::principal::Principal, id: ServiceId) -> Result<(), ApiError>;
}

#[server(endpoint = "hosts/list", input = server_fn::codec::GetUrl)]
pub async fn load_hosts(after: Option<String>, #[server(default)] find: String) -> Result<HostList, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.list(&who, after, find).await
}

/// `range` is 1h, 24h, 7d or 30d; anything else is 24h.
#[server(endpoint = "hosts/page", input = server_fn::codec::GetUrl)]
pub async fn load_host(
    name: String,
    #[server(default)] range: String,
    service: Option<ServiceId>,
) -> Result<HostPage, ApiError> {
    let who = super::principal::principal()?;
    let range = ChartRange::parse(&range).unwrap_or(ChartRange::Day);
    super::principal::desk::<dyn HostDesk>()?.page(&who, &name, range, service).await
}

#[server(endpoint = "hosts/form", input = server_fn::codec::GetUrl)]
pub async fn load_host_form(name: Option<String>) -> Result<HostFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.host_form(&who, name.as_deref()).await
}

/// Creates or changes a host and goes to its page.
#[server(endpoint = "hosts/save")]
pub async fn save_host(id: Option<HostId>, input: HostInput) -> Result<String, ApiError> {
    let who = super::principal::principal()?;
    let name = super::principal::desk::<dyn HostDesk>()?.save_host(&who, id, input).await?;
    leptos_axum::redirect(&format!("/hosts/{name}"));
    Ok(name)
}

/// `paused` is `yes` or `no`.
#[server(endpoint = "hosts/pause")]
pub async fn pause_host(id: HostId, paused: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.pause_host(&who, id, paused == "yes").await
}

#[server(endpoint = "hosts/remove")]
pub async fn remove_host(id: HostId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.remove_host(&who, id).await?;
    leptos_axum::redirect("/hosts");
    Ok(())
}

#[server(endpoint = "services/form", input = server_fn::codec::GetUrl)]
pub async fn load_service_form(host_name: String, service: Option<ServiceId>) -> Result<ServiceFormPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.service_form(&who, &host_name, service).await
}

#[server(endpoint = "services/save")]
pub async fn save_service(host: HostId, id: Option<ServiceId>, input: ServiceInput) -> Result<String, ApiError> {
    let who = super::principal::principal()?;
    let name = super::principal::desk::<dyn HostDesk>()?.save_service(&who, host, id, input).await?;
    leptos_axum::redirect(&format!("/hosts/{name}"));
    Ok(name)
}

/// `paused` is `yes` or `no`.
#[server(endpoint = "services/pause")]
pub async fn pause_service(id: ServiceId, paused: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.pause_service(&who, id, paused == "yes").await
}

#[server(endpoint = "services/remove")]
pub async fn remove_service(id: ServiceId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.remove_service(&who, id).await
}

#[server(endpoint = "services/probe-now")]
pub async fn probe_now(id: ServiceId) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HostDesk>()?.probe_now(&who, id).await
}
