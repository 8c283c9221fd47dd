//! Typed specifications, parsed from (kind, target, parameters) with every mistake reported at once.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use super::{FieldError, Params, ProbeKind};
use crate::text::Address;

mod http;
mod ping;
mod reader;
mod tcp;

pub use http::{BodyCheck, HeaderMatch, HttpAuth, HttpMethod, HttpSpec};
pub use ping::PingSpec;
use reader::Reader;
pub use tcp::{Dialogue, TcpSpec, TcpTls};

/// Everything one probe run needs to know.
#[derive(Debug, Clone)]
pub enum ProbeSpec {
    Ping(PingSpec),
    Tcp(TcpSpec),
    Http(HttpSpec),
}

/// From how many milliseconds an answer is late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LatencyLimits {
    pub warning_ms: Option<u32>,
    pub critical_ms: Option<u32>,
}

/// Accepted status codes: ranges within 100 to 599.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSet(Vec<RangeInclusive<u16>>);

impl StatusSet {
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl FromStr for StatusSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("must be codes 100 to 599 or ranges, as in 200,204,300-399, not {text:?}");
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| (100..=599).contains(code));
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (code(first)?, code(last)?);
            (first <= last).then_some(first..=last)
        };
        text.split(',').map(range).collect::<Option<Vec<_>>>().map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match range.start() == range.end() {
                true => write!(f, "{comma}{}", range.start())?,
                false => write!(f, "{comma}{}-{}", range.start(), range.end())?,
            }
        }
        Ok(())
    }
}

/// The target with `{address}` replaced by the host's address; an IPv6 address gets brackets where a port may follow.
pub fn expand_target(kind: ProbeKind, target: &str, address: &Address) -> String {
    let plain = address.as_str();
    let bracketed = kind != ProbeKind::Ping && plain.contains(':');
    let shown = if bracketed { format!("[{plain}]") } else { plain.to_owned() };
    target.replace("{address}", &shown)
}

/// A name for a service that was given none: what the probe asks.
pub fn default_name(spec: &ProbeSpec) -> String {
    match spec {
        ProbeSpec::Ping(_) => "Answers ping".to_owned(),
        ProbeSpec::Tcp(tcp) => format!("Port {} accepts", tcp.port),
        ProbeSpec::Http(http) => format!("Web page {}", http.url.path()),
    }
}

impl ProbeSpec {
    pub fn kind(&self) -> ProbeKind {
        match self {
            Self::Ping(_) => ProbeKind::Ping,
            Self::Tcp(_) => ProbeKind::Tcp,
            Self::Http(_) => ProbeKind::Http,
        }
    }

    /// The typed specification, or every mistake by field (`target` or a parameter's name).
    pub fn parse(kind: ProbeKind, target: &str, params: &Params) -> Result<Self, Vec<FieldError>> {
        let mut reader = Reader { params, wrong: Vec::new() };
        reader.refuse_unknown(kind);
        let spec = match kind {
            ProbeKind::Ping => reader.ping(target).map(Self::Ping),
            ProbeKind::Tcp => reader.tcp(target).map(Self::Tcp),
            ProbeKind::Http => reader.http(target).map(Self::Http),
        };
        match (spec, reader.wrong.is_empty()) {
            (Some(spec), true) => Ok(spec),
            _ => Err(reader.wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields found wrong; empty when the specification is accepted.
    fn check(kind: ProbeKind, target: &str, pairs: &[(&str, &str)], wrong: &[&str]) {
        let params: Params = pairs.iter().copied().collect();
        let found = match ProbeSpec::parse(kind, target, &params) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.into_iter().map(|error| error.field).collect(),
        };
        assert_eq!(found, wrong, "{kind:?} {target} {pairs:?}");
    }

    #[test]
    fn ping_targets_are_hosts() {
        check(ProbeKind::Ping, "127.0.0.1", &[], &[]);
        check(ProbeKind::Ping, "::1", &[("count", "20")], &[]);
        check(ProbeKind::Ping, "127.0.0.1:80", &[], &["target"]);
        check(ProbeKind::Ping, "a", &[("count", "21"), ("loss_warning", "0")], &["count", "loss_warning"]);
        check(ProbeKind::Ping, "a", &[("loss_warning", "50"), ("loss_critical", "20")], &["loss_critical"]);
    }

    #[test]
    fn tcp_targets_have_a_port() {
        check(ProbeKind::Tcp, "pbx:5060", &[("send", "QUIT\\r\\n"), ("expect", "220")], &[]);
        check(ProbeKind::Tcp, "[::1]:22", &[], &[]);
        check(ProbeKind::Tcp, "::1:22", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:0", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:65536", &[], &["target"]);
        check(ProbeKind::Tcp, "pbx:25", &[("tls", "yes"), ("starttls", "smtp")], &["starttls"]);
        check(ProbeKind::Tcp, "pbx:25", &[("tls", "perhaps")], &["tls"]);
    }

    #[test]
    fn http_targets_are_web_addresses() {
        check(ProbeKind::Http, "https://a.example/x?y", &[("status", "200,300-399")], &[]);
        check(ProbeKind::Http, "ftp://a.example", &[], &["target"]);
        check(ProbeKind::Http, "http://jo:pw@a.example", &[], &["target"]);
        check(ProbeKind::Http, "http://a", &[("status", "99"), ("method", "BREW")], &["status", "method"]);
        check(ProbeKind::Http, "http://a", &[("matches", "(")], &["matches"]);
        check(ProbeKind::Http, "http://a", &[("json_value", "1")], &["json_value"]);
        check(ProbeKind::Http, "http://a", &[("header", "no colon")], &["header"]);
        check(ProbeKind::Http, "http://a", &[("header", "X: a\r\nY: b")], &["header"]);
        check(ProbeKind::Http, "http://a", &[("password", "x")], &["password"]);
    }

    #[test]
    fn a_parameter_of_another_kind_is_refused_by_name() {
        check(ProbeKind::Ping, "a", &[("status", "200")], &["status"]);
        let params: Params = [("contain", "x")].into_iter().collect();
        let errors = ProbeSpec::parse(ProbeKind::Http, "http://a", &params).unwrap_err();
        assert!(errors[0].message.contains("contains"), "{}", errors[0]);
    }

    #[test]
    fn an_ipv6_address_gets_brackets_where_a_port_may_follow() {
        let address = Address::parse("::1").unwrap();
        assert_eq!(expand_target(ProbeKind::Ping, "{address}", &address), "::1");
        assert_eq!(expand_target(ProbeKind::Http, "http://{address}:81/", &address), "http://[::1]:81/");
    }

    #[test]
    fn secrets_do_not_reach_a_log() {
        let params: Params = [("username", "jo"), ("password", "hunter2")].into_iter().collect();
        let spec = ProbeSpec::parse(ProbeKind::Http, "http://a", &params).unwrap();
        assert!(!format!("{spec:?}").contains("hunter2"));
    }

    #[test]
    fn status_sets_print_as_they_were_written() {
        assert_eq!("200,300-399".parse::<StatusSet>().unwrap().to_string(), "200,300-399");
    }
}
