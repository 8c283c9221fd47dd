//! `tls`: the certificate of a server.

use super::reader::{Reader, TEXT_CHARS_MAX};
use crate::{probe::ProbeKind, text::Address};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsSpec {
    pub host: Address,
    pub port: u16,
    pub server_name: Option<Address>,
    pub ca_file: Option<String>,
}

impl Reader<'_> {
    pub(super) fn tls(&mut self, target: &str) -> Option<TlsSpec> {
        let place = self.host_and_port(ProbeKind::Tls, target);
        let server_name = self.server_name();
        let ca_file = self.text("ca_file", TEXT_CHARS_MAX);
        let (host, port) = place?;
        Some(TlsSpec { host, port, server_name, ca_file })
    }
}
