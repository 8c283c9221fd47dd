//! `sip`: OPTIONS to a telephone system.

use super::{
    StatusSet,
    reader::{Reader, TEXT_CHARS_MAX},
};
use crate::{probe::ProbeKind, text::Address};

/// What proves that a telephone system is alive: it may know us or not, and want a password or not.
const ACCEPT: &str = "200,401,404,405,407";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SipSpec {
    pub host: Address,
    pub port: u16,
    pub transport: SipTransport,
    /// Final answers that are good.
    pub accept: StatusSet,
    pub server_name: Option<Address>,
    pub ca_file: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SipTransport {
    Udp,
    Tcp,
    Tls,
}

impl SipTransport {
    pub const ALL: [Self; 3] = [Self::Udp, Self::Tcp, Self::Tls];

    /// As parameters and SIP's URIs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Udp => "udp",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        }
    }
}

impl Reader<'_> {
    pub(super) fn sip(&mut self, target: &str) -> Option<SipSpec> {
        let place = self.host_and_port(ProbeKind::Sip, target);
        let word = self.params.first("transport").unwrap_or("udp");
        let transport = SipTransport::ALL.into_iter().find(|transport| transport.as_str() == word);
        if transport.is_none() {
            self.fail("transport", format!("must be udp, tcp or tls, not {word:?}"));
        }
        let accept = StatusSet::parse_within(self.params.first("accept").unwrap_or(ACCEPT), 200..=699);
        let accept = accept.map_err(|message| self.fail("accept", message));
        let server_name = self.server_name();
        let ca_file = self.text("ca_file", TEXT_CHARS_MAX);
        let (host, port) = place?;
        Some(SipSpec { host, port, transport: transport?, accept: accept.ok()?, server_name, ca_file })
    }
}
