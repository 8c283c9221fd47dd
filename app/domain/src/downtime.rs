//! Downtimes: planned quiet time, in which nothing is told. Source: `monitoring` section 2.
//!
//! A downtime is quiet from its first instant until just before its last: at the end what outlived it is told.

// Reads zones by name, and the browser has no zone data: it gets instants and words.
#[cfg(not(target_arch = "wasm32"))]
mod draft;
mod hold;
#[cfg(not(target_arch = "wasm32"))]
mod plan;
#[cfg(not(target_arch = "wasm32"))]
mod quiet;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

#[cfg(not(target_arch = "wasm32"))]
pub use draft::DowntimeDraft;
pub use hold::{Hold, Tell};
#[cfg(not(target_arch = "wasm32"))]
pub use plan::{Downtime, Effect, Event, Plan, Weekly};
#[cfg(not(target_arch = "wasm32"))]
pub use quiet::{Quiet, quiet_at, quiet_spans};

use crate::{
    id::{HostId, ServiceId, SiteId},
    ticket::words,
    time::Timestamp,
};

words! {
    DowntimeKind {
        /// From one instant until another.
        Fixed = "fixed",
        /// Begins with the first problem inside a window.
        Flexible = "flexible",
        /// On days of the week.
        Recurring = "recurring",
    }
}

impl DowntimeKind {
    /// The words of a choice.
    pub fn label(self) -> &'static str {
        match self {
            Self::Fixed => "Fixed: from one time until another",
            Self::Flexible => "Flexible: begins with the first problem inside a window",
            Self::Recurring => "Recurring: every week",
        }
    }
}

/// What of a customer is quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Customer,
    Site(SiteId),
    Host(HostId),
    Service(ServiceId),
}

/// Where something happens within its customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub site: SiteId,
    pub host: HostId,
    /// None: the host as a whole.
    pub service: Option<ServiceId>,
}

impl Target {
    /// Whether a downtime on this is one of `place`. A host as a whole is not quiet while one of its services is.
    pub fn covers(self, place: Place) -> bool {
        match self {
            Self::Customer => true,
            Self::Site(site) => site == place.site,
            Self::Host(host) => host == place.host,
            Self::Service(service) => Some(service) == place.service,
        }
    }
}

/// Where a downtime stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Quiet, or open for its first problem, from then on.
    Planned {
        from: Timestamp,
    },
    /// Flexible: it begins with the first problem before that instant.
    Waiting {
        until: Timestamp,
    },
    Running {
        until: Timestamp,
    },
    Over {
        at: Timestamp,
    },
    Cancelled {
        at: Timestamp,
    },
}

impl Standing {
    /// Nothing of it is to come.
    pub fn is_past(self) -> bool {
        matches!(self, Self::Over { .. } | Self::Cancelled { .. })
    }
}
