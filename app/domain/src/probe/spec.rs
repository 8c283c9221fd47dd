//! Typed specifications, parsed from (kind, target, parameters) with every mistake reported at once.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use regex::Regex;
use url::Url;

use super::{FieldError, Params, ProbeKind};
use crate::text::Address;

/// Longest text to send, expect or match.
const TEXT_CHARS_MAX: usize = 1_024;
/// Longest request body.
const BODY_CHARS_MAX: usize = 16_384;
const HEADERS_MAX: usize = 20;
/// Keeps a pattern from costing more memory than the page it judges.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// Everything one probe run needs to know.
#[derive(Debug, Clone)]
pub enum ProbeSpec {
    Ping(PingSpec),
    Tcp(TcpSpec),
    Http(HttpSpec),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PingSpec {
    pub host: Address,
    pub count: u8,
    /// Percent.
    pub loss_warning: u8,
    pub loss_critical: u8,
    pub rtt: LatencyLimits,
}

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

#[derive(Debug, Clone)]
pub struct HttpSpec {
    pub url: Url,
    pub status: StatusSet,
    pub checks: Vec<BodyCheck>,
    pub redirects_max: u8,
    pub method: HttpMethod,
    /// Name and value, in order.
    pub headers: Vec<(String, String)>,
    pub body: Option<String>,
    pub header_match: Option<HeaderMatch>,
    pub auth: HttpAuth,
    pub ca_file: Option<String>,
    pub latency: LatencyLimits,
}

/// One condition on the answer's body.
#[derive(Debug, Clone)]
pub enum BodyCheck {
    Contains(String),
    Matches(Regex),
    /// The JSON value at `pointer` must satisfy `wanted` (see `json_value`).
    Json {
        pointer: String,
        wanted: Option<String>,
    },
}

#[derive(Debug, Clone)]
pub struct HeaderMatch {
    pub name: String,
    pub pattern: Regex,
}

#[derive(Clone, PartialEq, Eq)]
pub enum HttpAuth {
    None,
    Basic { username: String, password: String },
    Bearer(String),
}

impl fmt::Debug for HttpAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(hidden)",
            Self::Bearer(_) => "Bearer(hidden)",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpMethod {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
    Patch,
}

impl HttpMethod {
    pub const ALL: [Self; 7] = [Self::Get, Self::Head, Self::Post, Self::Put, Self::Delete, Self::Options, Self::Patch];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
        }
    }
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

/// Reads parameters one by one and collects what is wrong with them.
struct Reader<'a> {
    params: &'a Params,
    wrong: Vec<FieldError>,
}

impl Reader<'_> {
    fn fail(&mut self, field: &str, message: impl ToString) {
        self.wrong.push(FieldError::new(field, message));
    }

    fn refuse_unknown(&mut self, kind: ProbeKind) {
        let infos = kind.params();
        for (name, values) in &self.params.0 {
            match infos.iter().find(|info| info.name == name) {
                None => {
                    let known: Vec<_> = infos.iter().map(|info| info.name).collect();
                    let message = format!("is no parameter of {}; it has {}", kind.as_str(), known.join(", "));
                    self.wrong.push(FieldError::new(name, message));
                }
                Some(info) if !info.repeatable && 1 < values.len() => {
                    self.wrong.push(FieldError::new(name, "may be given once"));
                }
                Some(_) => {}
            }
        }
    }

    fn number<T: FromStr + Copy + PartialOrd + fmt::Display>(&mut self, name: &str, min: T, max: T) -> Option<T> {
        let text = self.params.first(name)?;
        match text.trim().parse::<T>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            _ => {
                let message = format!("must be a whole number from {min} to {max}, not {text:?}");
                self.fail(name, message);
                None
            }
        }
    }

    fn text(&mut self, name: &str, chars_max: usize) -> Option<String> {
        let text = self.params.first(name)?;
        let chars = text.chars().count();
        if chars_max < chars {
            self.fail(name, format!("may have {chars_max} characters at most, this one has {chars}"));
            return None;
        }
        Some(text.to_owned())
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.params.first(name).map(str::to_ascii_lowercase).as_deref() {
            None | Some("no" | "false" | "0") => false,
            Some("yes" | "true" | "1") => true,
            Some(other) => {
                let message = format!("must be yes or no, not {other:?}");
                self.fail(name, message);
                false
            }
        }
    }

    fn pattern(&mut self, name: &str, text: &str) -> Option<Regex> {
        match regex::RegexBuilder::new(text).size_limit(PATTERN_BYTES_MAX).build() {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                self.fail(name, format!("is not a regular expression: {error}"));
                None
            }
        }
    }

    fn limits(&mut self, warning: &str, critical: &str) -> LatencyLimits {
        let limits = LatencyLimits {
            warning_ms: self.number(warning, 1, 60_000),
            critical_ms: self.number(critical, 1, 60_000),
        };
        if let (Some(low), Some(high)) = (limits.warning_ms, limits.critical_ms)
            && high < low
        {
            self.fail(critical, format!("must not be below {warning} ({low})"));
        }
        limits
    }

    fn host_and_port(&mut self, kind: ProbeKind, target: &str) -> Option<(Address, u16)> {
        let parsed = target.trim().rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse::<u16>().ok().filter(|port| *port != 0)?;
            // Without brackets the last group of an IPv6 address would pass for a port.
            let bare_ipv6 = host.contains(':') && !host.starts_with('[');
            let host = Address::parse(host).ok()?;
            (!bare_ipv6).then_some((host, port))
        });
        if parsed.is_none() {
            self.fail("target", format!("must be {}, not {target:?}", kind.target_shape()));
        }
        parsed
    }

    fn server_name(&mut self) -> Option<Address> {
        let text = self.text("server_name", TEXT_CHARS_MAX)?;
        Address::parse(&text).map_err(|error| self.fail("server_name", error)).ok()
    }

    fn ping(&mut self, target: &str) -> Option<PingSpec> {
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

    fn tcp(&mut self, target: &str) -> Option<TcpSpec> {
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

    fn http(&mut self, target: &str) -> Option<HttpSpec> {
        let url = self.url(target);
        let status = match self.params.first("status").unwrap_or("200-399").parse() {
            Ok(status) => Some(status),
            Err(message) => {
                self.fail("status", message);
                None
            }
        };
        let method = self.method();
        let checks = self.body_checks();
        let redirects_max = self.number("redirects_max", 0, 10).unwrap_or(5);
        let headers = self.headers();
        let body = self.text("body", BODY_CHARS_MAX);
        let header_match = self.header_match();
        let auth = self.auth();
        let ca_file = self.text("ca_file", TEXT_CHARS_MAX);
        let latency = self.limits("latency_warning_ms", "latency_critical_ms");
        Some(HttpSpec {
            url: url?,
            status: status?,
            checks,
            redirects_max,
            method: method?,
            headers,
            body,
            header_match,
            auth,
            ca_file,
            latency,
        })
    }

    fn url(&mut self, target: &str) -> Option<Url> {
        let parsed = Url::parse(target.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && target.len() <= 2_048);
        match parsed {
            Some(url) if !url.username().is_empty() || url.password().is_some() => {
                self.fail("target", "must not hold a user name or password; use username and password");
                None
            }
            Some(url) => Some(url),
            None => {
                self.fail("target", format!("must be {}, not {target:?}", ProbeKind::Http.target_shape()));
                None
            }
        }
    }

    fn method(&mut self) -> Option<HttpMethod> {
        let text = self.params.first("method").unwrap_or("GET");
        let found = HttpMethod::ALL.into_iter().find(|method| method.as_str().eq_ignore_ascii_case(text));
        if found.is_none() {
            let words: Vec<_> = HttpMethod::ALL.into_iter().map(HttpMethod::as_str).collect();
            self.fail("method", format!("must be one of {}, not {text:?}", words.join(", ")));
        }
        found
    }

    fn body_checks(&mut self) -> Vec<BodyCheck> {
        let mut checks = Vec::new();
        if let Some(text) = self.text("contains", TEXT_CHARS_MAX) {
            checks.push(BodyCheck::Contains(text));
        }
        if let Some(text) = self.text("matches", TEXT_CHARS_MAX)
            && let Some(pattern) = self.pattern("matches", &text)
        {
            checks.push(BodyCheck::Matches(pattern));
        }
        match (self.text("json_pointer", TEXT_CHARS_MAX), self.text("json_value", TEXT_CHARS_MAX)) {
            (Some(pointer), wanted) if pointer.starts_with('/') => checks.push(BodyCheck::Json { pointer, wanted }),
            (Some(pointer), _) => self.fail("json_pointer", format!("must start with /, not {pointer:?}")),
            (None, Some(_)) => self.fail("json_value", "needs json_pointer to say where"),
            (None, None) => {}
        }
        checks
    }

    fn headers(&mut self) -> Vec<(String, String)> {
        let given = self.params.all("header");
        if HEADERS_MAX < given.len() {
            self.fail("header", format!("may be given {HEADERS_MAX} times at most"));
        }
        let mut headers = Vec::new();
        for line in given.iter().take(HEADERS_MAX) {
            match split_header(line) {
                Some(pair) if pair.1.len() <= TEXT_CHARS_MAX => headers.push(pair),
                _ => self.fail("header", format!("must be Name: value on one line, not {line:?}")),
            }
        }
        headers
    }

    fn header_match(&mut self) -> Option<HeaderMatch> {
        let line = self.text("header_match", TEXT_CHARS_MAX)?;
        let Some((name, pattern)) = split_header(&line) else {
            self.fail("header_match", format!("must be Name: regular expression, not {line:?}"));
            return None;
        };
        self.pattern("header_match", &pattern).map(|pattern| HeaderMatch { name, pattern })
    }

    fn auth(&mut self) -> HttpAuth {
        let mut get = |name: &str| self.text(name, TEXT_CHARS_MAX);
        match (get("username"), get("password"), get("bearer")) {
            (None, None, None) => HttpAuth::None,
            (Some(username), password, None) => HttpAuth::Basic { username, password: password.unwrap_or_default() },
            (None, None, Some(token)) => HttpAuth::Bearer(token),
            (None, Some(_), None) => {
                self.fail("password", "needs username");
                HttpAuth::None
            }
            (_, _, Some(_)) => {
                self.fail("bearer", "cannot be used together with username and password");
                HttpAuth::None
            }
        }
    }
}

fn split_header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let (name, value) = (name.trim(), value.trim());
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let good = !name.is_empty() && name.chars().all(token) && !value.chars().any(|c| c.is_control() && c != '\t');
    good.then(|| (name.to_owned(), value.to_owned()))
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
