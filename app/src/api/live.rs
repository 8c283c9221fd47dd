//! Events of the live stream (Server-Sent Events at `/api/v1/live`). Numbers are gapless; a browser that was cut off
//! resumes from its last one.

use serde::{Deserialize, Serialize};

use super::{board::Tile, faults::FaultRow};
use domain::{
    id::{CustomerId, HostId, ServiceId},
    time::Timestamp,
};

/// One numbered change, already cut to what its reader may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveEvent {
    pub seq: i64,
    pub at: Timestamp,
    pub change: LiveChange,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveChange {
    /// A fault is new, changed, was acknowledged, or recovered (`cleared_at` is set).
    Fault { row: Box<FaultRow> },
    /// A host's tile or a service's state changed.
    Host { host: HostId, customer: CustomerId, tile: Tile, service: Option<ServiceChange> },
    /// Hosts or services were added, edited or removed: load the page's data again.
    Estate { customer: CustomerId },
    /// A ticket was opened, written to, paused, closed or settled otherwise: load it again.
    Ticket { number: i64, customer: CustomerId },
    /// Something on a ticket changed that only staff see.
    TicketForStaff { number: i64, customer: CustomerId },
    /// More was missed than the server keeps: load everything again.
    Resync,
}

/// A service's new state, for the host page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceChange {
    pub id: ServiceId,
    pub tile: Tile,
    pub text: String,
}
