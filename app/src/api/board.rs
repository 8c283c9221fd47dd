//! The boards: staff, wallboard, customer.

use domain::{
    availability::Totals,
    cover::CoverLevel,
    id::{CustomerId, HostId},
    observation::Status,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{error::ApiError, faults::FaultRow, hosts::HostKind};

/// What a tile or a mark shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TileState {
    /// Observed well within two intervals.
    Ok,
    /// In downtime: watched and recorded, nobody told.
    Maintenance,
    /// Switched off by a person: not watched, nobody told.
    Paused,
    /// Not observed yet.
    Pending,
    /// Observed, but too long ago to be true.
    Stale,
    Unknown,
    Degraded,
    /// Keeps failing and coming back.
    Flapping,
    Critical,
}

impl From<Option<Status>> for TileState {
    fn from(status: Option<Status>) -> Self {
        match status {
            None => Self::Pending,
            Some(Status::Ok) => Self::Ok,
            Some(Status::Unknown) => Self::Unknown,
            Some(Status::Warning) => Self::Degraded,
            Some(Status::Critical) => Self::Critical,
        }
    }
}

impl TileState {
    /// What an open fault shows. That we can see it only now and then is no flapping of theirs.
    pub fn of_fault(status: Status, flapping: bool) -> Self {
        if flapping && status != Status::Unknown { Self::Flapping } else { Self::from(Some(status)) }
    }
}

/// A state and whether somebody on the reader's side has it in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tile {
    pub state: TileState,
    pub acknowledged: bool,
}

/// The staff board. `faults` holds open faults, worst and oldest first; `recovered` those of the last hour, newest
/// first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    pub now: Timestamp,
    /// Number of the last event that this page includes: the stream resumes from here.
    pub seq: i64,
    pub faults: Vec<FaultRow>,
    /// Open faults in all; more than `faults` holds when there are very many.
    pub open_count: u64,
    pub recovered: Vec<FaultRow>,
    pub estate: Vec<EstateCustomer>,
    pub last_observed_at: Option<Timestamp>,
}

/// One customer's hosts as a row of marks, worst first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateCustomer {
    pub id: CustomerId,
    pub name: String,
    pub cover: CoverLevel,
    pub hosts: Vec<EstateHost>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EstateHost {
    pub id: HostId,
    pub name: String,
    pub tile: Tile,
}

/// A customer's own board: "Your systems".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomerBoard {
    pub now: Timestamp,
    pub seq: i64,
    pub customer: String,
    pub cover: CoverLevel,
    pub faults: Vec<FaultRow>,
    pub sites: Vec<SiteSystems>,
    /// Faults that recovered in the last 30 days, newest first, 20 at most.
    pub recent: Vec<FaultRow>,
    pub last_observed_at: Option<Timestamp>,
    pub support_phone: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteSystems {
    pub name: String,
    pub systems: Vec<SystemRow>,
}

/// One of a customer's systems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SystemRow {
    pub id: HostId,
    /// Name for people: "Bath phone system".
    pub system: String,
    pub kind: HostKind,
    pub tile: Tile,
    /// Start of the state shown.
    pub since: Option<Timestamp>,
    pub last_observed_at: Option<Timestamp>,
    /// The last 30 days, one entry a day, oldest first.
    pub days: Vec<Totals>,
    /// Number of the open fault, if there is one.
    pub fault: Option<i64>,
}

/// Reads of the boards. Every method answers within the principal's scope.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait BoardDesk: Send + Sync {
    async fn staff(&self, who: &super::principal::Principal) -> Result<Board, ApiError>;
    async fn customer(&self, who: &super::principal::Principal) -> Result<CustomerBoard, ApiError>;
}

/// The staff board and the wallboard; a customer's user is refused.
#[server(endpoint = "board/staff", input = server_fn::codec::GetUrl)]
pub async fn load_staff_board() -> Result<Board, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn BoardDesk>()?.staff(&who).await
}

/// A customer user's own systems; staff are refused (they have the staff board).
#[server(endpoint = "board/customer", input = server_fn::codec::GetUrl)]
pub async fn load_customer_board() -> Result<CustomerBoard, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn BoardDesk>()?.customer(&who).await
}
