//! `ping`: loss and round trips.

use super::{LatencyLimits, reader::Reader};
use crate::{probe::ProbeKind, text::Address};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PingSpec {
    pub host: Address,
    pub count: u8,
    /// Percent.
    pub loss_warning: u8,
    pub loss_critical: u8,
    pub rtt: LatencyLimits,
}

impl Reader<'_> {
    pub(super) fn ping(&mut self, target: &str) -> Option<PingSpec> {
        let host = Address::parse(target)
            .map_err(|_| self.fail("target", format!("must be {}, not {target:?}", ProbeKind::Ping.target_shape())));
        let count = self.number("count", 1, 20).unwrap_or(3);
        let loss_warning = self.number("loss_warning", 1, 100).unwrap_or(34);
        let loss_critical = self.number("loss_critical", 1, 100).unwrap_or(100);
        if loss_critical < loss_warning {
            self.fail("loss_critical", format!("must not be below loss_warning ({loss_warning})"));
        }
        let rtt = self.limits("rtt_warning_ms", "rtt_critical_ms");
        Some(PingSpec { host: host.ok()?, count, loss_warning, loss_critical, rtt })
    }
}
