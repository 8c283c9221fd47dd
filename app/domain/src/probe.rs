//! Probe kinds, their parameters and limits. The names are the ones used by `faultdesk probe`, forms, imports and
//! stored specifications.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

mod expiry;
mod params;
// Address and pattern parsing is too big for the browser, which never needs it.
#[cfg(not(target_arch = "wasm32"))]
mod spec;

pub use expiry::judge_expiry;
pub use params::ParamInfo;
use params::{DNS_PARAMS, HTTP_PARAMS, MAIL_PARAMS, PING_PARAMS, SIP_PARAMS, SSH_PARAMS, TCP_PARAMS, TLS_PARAMS};
#[cfg(not(target_arch = "wasm32"))]
pub use spec::{
    AnswerPattern, BodyCheck, Dialogue, DnsCode, DnsRecord, DnsSpec, HeaderMatch, HttpAuth, HttpMethod, HttpSpec,
    LatencyLimits, MailSpec, PingSpec, ProbeSpec, SipSpec, SipTransport, SshSpec, StartTls, StatusSet, TcpSpec, TcpTls,
    TlsSpec, default_name, expand_target,
};

/// How a service is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeKind {
    Ping,
    Tcp,
    Http,
    Tls,
    Dns,
    Smtp,
    Imap,
    Ssh,
    Sip,
}

impl ProbeKind {
    pub const ALL: [Self; 9] =
        [Self::Ping, Self::Tcp, Self::Http, Self::Tls, Self::Dns, Self::Smtp, Self::Imap, Self::Ssh, Self::Sip];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::Tcp => "tcp",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Dns => "dns",
            Self::Smtp => "smtp",
            Self::Imap => "imap",
            Self::Ssh => "ssh",
            Self::Sip => "sip",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The word on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ping => "Ping",
            Self::Tcp => "TCP connection",
            Self::Http => "Web address",
            Self::Tls => "TLS certificate",
            Self::Dns => "Name (DNS)",
            Self::Smtp => "Mail server (SMTP)",
            Self::Imap => "Mailboxes (IMAP)",
            Self::Ssh => "SSH",
            Self::Sip => "SIP",
        }
    }

    /// What the target must look like, for hints and errors.
    pub fn target_shape(self) -> &'static str {
        match self {
            Self::Ping => "a host name or IP address, such as {address} or 192.0.2.10",
            Self::Tcp => "host:port, such as {address}:5060",
            Self::Http => "a web address, such as http://{address}/status",
            Self::Tls => "host:port, such as {address}:443",
            Self::Dns => "a name such as example.com, or with type=PTR an IP address such as 192.0.2.10",
            Self::Smtp => "host:port, such as {address}:25",
            Self::Imap => "host:port, such as {address}:143",
            Self::Ssh => "host:port, such as {address}:22",
            Self::Sip => "host:port, such as {address}:5060",
        }
    }

    pub fn default_target(self) -> &'static str {
        match self {
            Self::Ping => "{address}",
            Self::Tcp => "{address}:5060",
            Self::Http => "http://{address}/",
            Self::Tls => "{address}:443",
            // Nobody can guess which name is meant.
            Self::Dns => "",
            Self::Smtp => "{address}:25",
            Self::Imap => "{address}:143",
            Self::Ssh => "{address}:22",
            Self::Sip => "{address}:5060",
        }
    }

    pub fn params(self) -> &'static [ParamInfo] {
        match self {
            Self::Ping => PING_PARAMS,
            Self::Tcp => TCP_PARAMS,
            Self::Http => HTTP_PARAMS,
            Self::Tls => TLS_PARAMS,
            Self::Dns => DNS_PARAMS,
            Self::Smtp | Self::Imap => MAIL_PARAMS,
            Self::Ssh => SSH_PARAMS,
            Self::Sip => SIP_PARAMS,
        }
    }
}

/// Parameters as given: a name may have several values only where the kind says so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Params(pub BTreeMap<String, Vec<String>>);

impl Params {
    /// Adds a value; an empty one is the same as none.
    pub fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }

    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The same without secrets, fit to be shown.
    pub fn without_secrets(&self, kind: ProbeKind) -> Self {
        let secret = |name: &str| kind.params().iter().any(|info| info.secret && info.name == name);
        Self(self.0.iter().filter(|(name, _)| !secret(name)).map(|(name, v)| (name.clone(), v.clone())).collect())
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Params {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let mut params = Self::default();
        for (name, value) in pairs {
            params.add(name, value);
        }
        params
    }
}

/// One wrong field, by the name a person or a script used, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

impl FieldError {
    pub fn new(field: &str, message: impl ToString) -> Self {
        Self { field: field.to_owned(), message: message.to_string() }
    }
}

/// When and how often a service is probed. Source: `monitoring` section 1; every number is a setting of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbePolicy {
    pub interval_s: u32,
    pub retry_interval_s: u32,
    pub timeout_ms: u32,
    /// Bad observations in a row that make the state hard.
    pub attempts_max: u8,
}

pub const INTERVAL_S_MAX: u32 = 86_400;
pub const TIMEOUT_MS_MIN: u32 = 50;
pub const TIMEOUT_MS_MAX: u32 = 60_000;
pub const ATTEMPTS_MAX: u8 = 20;

impl Default for ProbePolicy {
    fn default() -> Self {
        Self { interval_s: 60, retry_interval_s: 15, timeout_ms: 10_000, attempts_max: 3 }
    }
}

impl ProbePolicy {
    /// The policy, if every number is in its range; else every number that is not.
    pub fn checked(self) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut range = |field: &str, value: u32, min: u32, max: u32| {
            if !(min..=max).contains(&value) {
                wrong.push(FieldError::new(field, format!("must be {min} to {max}, not {value}")));
            }
        };
        range("interval_s", self.interval_s, 1, INTERVAL_S_MAX);
        range("retry_interval_s", self.retry_interval_s, 1, INTERVAL_S_MAX);
        range("timeout_ms", self.timeout_ms, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX);
        range("attempts_max", u32::from(self.attempts_max), 1, u32::from(ATTEMPTS_MAX));
        if wrong.is_empty() { Ok(self) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_policy_is_allowed_and_every_wrong_number_is_named() {
        assert!(ProbePolicy::default().checked().is_ok());
        let wrong = ProbePolicy { interval_s: 0, retry_interval_s: 90_000, timeout_ms: 1, attempts_max: 0 };
        let fields: Vec<_> = wrong.checked().unwrap_err().into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["interval_s", "retry_interval_s", "timeout_ms", "attempts_max"]);
    }

    #[test]
    fn secrets_are_never_sent_back() {
        let params: Params = [("username", "jo"), ("password", "x"), ("bearer", "y")].into_iter().collect();
        let shown = params.without_secrets(ProbeKind::Http);
        assert_eq!(shown.0.keys().collect::<Vec<_>>(), ["username"]);
    }

    #[test]
    fn every_kind_has_help_for_every_parameter() {
        for kind in ProbeKind::ALL {
            assert_eq!(ProbeKind::parse(kind.as_str()), Some(kind));
            for info in kind.params() {
                assert!(info.hint.ends_with('.'), "{} {}", kind.as_str(), info.name);
            }
        }
    }
}
