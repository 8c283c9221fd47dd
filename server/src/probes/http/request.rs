//! What is asked of whom, hop by hop.

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::probe::{HttpAuth, HttpMethod, HttpSpec};
use http::{
    HeaderName, HeaderValue, Method, Request, StatusCode,
    header::{ACCEPT, AUTHORIZATION, CONNECTION, HOST, LOCATION, USER_AGENT},
};
use http_body_util::Full;
use hyper::body::Bytes;
use url::Url;

use super::{Answer, BODY_BYTES_MAX};
use crate::probes::Trouble;

/// Named so that an administrator who reads an access log knows whom to ask.
const AGENT: &str = concat!("faultdesk/", env!("CARGO_PKG_VERSION"));

/// One request of a chain of redirects.
pub(super) struct Hop<'a> {
    url: Url,
    method: Method,
    body: Option<&'a str>,
    /// True until the chain leaves the origin of the target. What may hold a secret goes no further, and does not come
    /// back either: the stranger in between chose where the chain leads.
    at_home: bool,
    redirects: u8,
}

/// Redirects that may be followed. 300 and 304 to 306 are answers.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

impl<'a> Hop<'a> {
    pub(super) fn first(spec: &'a HttpSpec) -> Self {
        let method = match spec.method {
            HttpMethod::Get => Method::GET,
            HttpMethod::Head => Method::HEAD,
            HttpMethod::Post => Method::POST,
            HttpMethod::Put => Method::PUT,
            HttpMethod::Delete => Method::DELETE,
            HttpMethod::Options => Method::OPTIONS,
            HttpMethod::Patch => Method::PATCH,
        };
        Self { url: spec.url.clone(), method, body: spec.body.as_deref(), at_home: true, redirects: 0 }
    }

    /// The hop that `answer` sends us to; none when it is to be judged. With `redirects_max` 0 a redirect is judged as
    /// it stands; a chain that is longer than allowed is a fault.
    pub(super) fn next(&self, spec: &'a HttpSpec, answer: &Answer) -> Result<Option<Self>, Trouble> {
        let location = match answer.headers.get(LOCATION) {
            Some(location) if is_redirect(answer.status) && 0 < spec.redirects_max => location,
            _ => return Ok(None),
        };
        let status = answer.status.as_u16();
        let shown = String::from_utf8_lossy(location.as_bytes());
        let url = self.url.join(&shown).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(url) = url else {
            let shown = crate::probes::first_line(location.as_bytes());
            return Err(Trouble::Theirs(format!("answered {status} to {shown}, which is no web address")));
        };
        if spec.redirects_max <= self.redirects {
            let max = spec.redirects_max;
            let last = place(&url);
            return Err(Trouble::Theirs(format!("redirects over {max} times, at last to {last}; is it a circle?")));
        }
        let keeps = match status {
            307 | 308 => true,
            303 => self.method == Method::HEAD,
            // Browsers made GET of POST long before RFC 9110, 15.4.2 allowed it.
            _ => self.method != Method::POST,
        };
        let (method, body) = if keeps { (self.method.clone(), self.body) } else { (Method::GET, None) };
        let at_home = self.at_home && url.origin() == spec.url.origin();
        Ok(Some(Self { url, method, body, at_home, redirects: self.redirects + 1 }))
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Host for the resolver and the certificate: an IPv6 address has no brackets here.
    pub(super) fn host(&self) -> Result<String, Trouble> {
        match self.url.host() {
            Some(url::Host::Domain(name)) => Ok(name.to_owned()),
            Some(url::Host::Ipv4(ip)) => Ok(ip.to_string()),
            Some(url::Host::Ipv6(ip)) => Ok(ip.to_string()),
            None => Err(Trouble::Ours("the web address names no host".to_owned())),
        }
    }

    pub(super) fn port(&self) -> Result<u16, Trouble> {
        let port = self.url.port_or_known_default();
        port.ok_or_else(|| Trouble::Ours("the web address names no port".to_owned()))
    }

    pub(super) fn request(&self, spec: &HttpSpec) -> Result<Request<Full<Bytes>>, Trouble> {
        let ours = |what: String| Trouble::Ours(format!("the request cannot be sent: {what}"));
        let path = match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        };
        let host = match (self.url.host_str(), self.url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (host, _) => host.unwrap_or_default().to_owned(),
        };
        let body = Full::new(Bytes::from(self.body.unwrap_or_default().to_owned()));
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = path.parse().map_err(|error| ours(format!("its path: {error}")))?;
        let headers = request.headers_mut();
        headers.insert(HOST, value(&host).ok_or_else(|| ours("its host name".to_owned()))?);
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        if self.at_home {
            self.add_own(spec, headers).map_err(ours)?;
        }
        // Last, so that no header of the specification keeps the connection open.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        Ok(request)
    }

    /// What was configured for the target itself.
    fn add_own(&self, spec: &HttpSpec, headers: &mut http::HeaderMap) -> Result<(), String> {
        for (index, (name, text)) in spec.headers.iter().enumerate() {
            let wrong = || format!("header {name}");
            let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            let text = value(text).ok_or_else(wrong)?;
            // The first of a name replaces ours, such as Host or Accept; its repetitions are added.
            let earlier = spec.headers.iter().take(index).any(|(known, _)| known.eq_ignore_ascii_case(name));
            match earlier {
                true => drop(headers.append(parsed, text)),
                false => drop(headers.insert(parsed, text)),
            }
        }
        let credentials = match &spec.auth {
            HttpAuth::None => return Ok(()),
            HttpAuth::Basic { username, password } => {
                format!("Basic {}", BASE64_STANDARD.encode(format!("{username}:{password}")))
            }
            HttpAuth::Bearer(token) => format!("Bearer {token}"),
        };
        let mut credentials = value(&credentials).ok_or("its bearer token holds a line break")?;
        credentials.set_sensitive(true);
        headers.insert(AUTHORIZATION, credentials);
        Ok(())
    }

    /// The good answer in a sentence.
    pub(super) fn story(&self, answer: &Answer, took: &str) -> String {
        let cut = match answer.cut {
            true => format!(", its body cut at {BODY_BYTES_MAX} bytes"),
            false => String::new(),
        };
        format!("answered {} in {took}{cut}{}", answer.status.as_u16(), self.detour())
    }

    /// Where redirects led, if there were any. Without the query, which may hold a token.
    pub(super) fn detour(&self) -> String {
        match self.redirects {
            0 => String::new(),
            1 => format!(" (redirected to {})", place(&self.url)),
            many => format!(" (redirected {many} times, to {})", place(&self.url)),
        }
    }
}

/// An address without query and fragment, short enough to be read.
fn place(url: &Url) -> String {
    const CHARS_MAX: usize = 200;
    let (host, path) = (url.host_str().unwrap_or_default(), url.path());
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{path}", url.scheme()).chars().take(CHARS_MAX).collect()
}

/// A header's value from UTF-8, which many servers accept.
fn value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_bytes(text.as_bytes()).ok()
}
