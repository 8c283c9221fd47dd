//! `tcp`: a connection, optionally with TLS and a short dialogue.

use super::{
    LatencyLimits,
    reader::{Reader, TEXT_CHARS_MAX},
};
use crate::{probe::ProbeKind, text::Address};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TcpSpec {
    pub host: Address,
    pub port: u16,
    pub dialogue: Dialogue,
    pub tls: TcpTls,
    pub server_name: Option<Address>,
    pub ca_file: Option<String>,
    pub latency: LatencyLimits,
}

/// What to say and what to hear after connecting.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dialogue {
    pub send: Option<String>,
    pub expect: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcpTls {
    None,
    Direct,
    StartSmtp,
    StartImap,
}

impl Reader<'_> {
    pub(super) fn tcp(&mut self, target: &str) -> Option<TcpSpec> {
        let place = self.host_and_port(ProbeKind::Tcp, target);
        let direct = self.flag("tls");
        let tls = match (direct, self.params.first("starttls")) {
            (false, None | Some("none")) => TcpTls::None,
            (true, None | Some("none")) => TcpTls::Direct,
            (false, Some("smtp")) => TcpTls::StartSmtp,
            (false, Some("imap")) => TcpTls::StartImap,
            (true, Some("smtp" | "imap")) => {
                self.fail("starttls", "cannot be used together with tls");
                TcpTls::None
            }
            (_, Some(other)) => {
                self.fail("starttls", format!("must be smtp, imap or none, not {other:?}"));
                TcpTls::None
            }
        };
        let dialogue = Dialogue {
            send: self.text("send", TEXT_CHARS_MAX).map(|text| unescape(&text)),
            expect: self.text("expect", TEXT_CHARS_MAX),
        };
        let server_name = self.server_name();
        let ca_file = self.text("ca_file", TEXT_CHARS_MAX);
        let latency = self.limits("latency_warning_ms", "latency_critical_ms");
        let (host, port) = place?;
        Some(TcpSpec { host, port, dialogue, tls, server_name, ca_file, latency })
    }
}

/// `\r`, `\n`, `\t` and `\\` as people type them in a form or a shell.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('r') => out.push('\r'),
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('\\') | None => out.push('\\'),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}
