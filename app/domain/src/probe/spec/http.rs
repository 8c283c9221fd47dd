//! `http`: a web address, what is asked of it and what must come back.

use std::fmt;

use regex::Regex;
use url::Url;

use super::{
    LatencyLimits, StatusSet,
    reader::{Reader, TEXT_CHARS_MAX},
};
use crate::probe::ProbeKind;

/// Longest request body.
const BODY_CHARS_MAX: usize = 16_384;
const HEADERS_MAX: usize = 20;

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

impl Reader<'_> {
    pub(super) fn http(&mut self, target: &str) -> Option<HttpSpec> {
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
