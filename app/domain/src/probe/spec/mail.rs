//! `smtp` and `imap`: the greeting and the first words of a mail server.

use super::reader::{Reader, TEXT_CHARS_MAX};
use crate::{probe::ProbeKind, text::Address};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailSpec {
    pub host: Address,
    pub port: u16,
    pub starttls: StartTls,
    pub server_name: Option<Address>,
    pub ca_file: Option<String>,
}

/// When to upgrade a connection to TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTls {
    /// Where the server offers it.
    Offered,
    /// Always: a server that does not offer it is at fault.
    Required,
    Never,
}

impl Reader<'_> {
    pub(super) fn mail(&mut self, kind: ProbeKind, target: &str) -> Option<MailSpec> {
        let place = self.host_and_port(kind, target);
        let starttls = match self.params.first("starttls") {
            None | Some("offered") => StartTls::Offered,
            Some("required") => StartTls::Required,
            Some("none") => StartTls::Never,
            Some(other) => {
                self.fail("starttls", format!("must be offered, required or none, not {other:?}"));
                StartTls::Offered
            }
        };
        let server_name = self.server_name();
        let ca_file = self.text("ca_file", TEXT_CHARS_MAX);
        let (host, port) = place?;
        Some(MailSpec { host, port, starttls, server_name, ca_file })
    }
}
