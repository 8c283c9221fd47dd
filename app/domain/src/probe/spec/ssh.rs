//! `ssh`: the identification that a server begins with.

use super::reader::Reader;
use crate::{probe::ProbeKind, text::Address};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshSpec {
    pub host: Address,
    pub port: u16,
}

impl Reader<'_> {
    pub(super) fn ssh(&mut self, target: &str) -> Option<SshSpec> {
        let (host, port) = self.host_and_port(ProbeKind::Ssh, target)?;
        Some(SshSpec { host, port })
    }
}
