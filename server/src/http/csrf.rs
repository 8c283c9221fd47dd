//! Refuses what another site's page makes a signed-in browser send.
//!
//! Browsers say where a request comes from in `Sec-Fetch-Site`, which no page can forge; those too old for it send
//! `Origin` with every unsafe request. A request with neither comes from no browser, and so with no cookie that somebody
//! else could misuse. The check asks for no session: it also keeps others from signing a visitor in as somebody else.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use super::session::bearer;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where people reach us. Cheap to clone.
#[derive(Debug, Clone)]
pub struct OwnOrigin(Option<Url>);

impl OwnOrigin {
    /// `base_url` as configured; one that cannot be parsed leaves only the request's own host to compare with.
    pub fn new(base_url: &str) -> Self {
        Self(Url::parse(base_url).ok())
    }

    /// Whether a page at `origin` is ours. The host that the request itself names counts as well, since people may
    /// reach us under several names; but behind https a page without it is not ours.
    fn is(&self, origin: &str, host: Option<&str>) -> bool {
        let Ok(origin) = Url::parse(origin) else {
            return false;
        };
        let Some(own) = &self.0 else {
            return names(&origin, host);
        };
        if origin.origin() == own.origin() && origin.origin().is_tuple() {
            return true;
        }
        (own.scheme() != "https" || origin.scheme() == "https") && names(&origin, host)
    }
}

/// Whether `host`, a `Host` header, names the host and port of `origin`.
fn names(origin: &Url, host: Option<&str>) -> bool {
    let Some(host) = host else {
        return false;
    };
    let named = Url::parse(&format!("{}://{host}", origin.scheme()));
    matches!(origin.scheme(), "http" | "https") && named.is_ok_and(|named| named.origin() == origin.origin())
}

/// The middleware: `axum::middleware::from_fn_with_state(OwnOrigin::new(base_url), csrf::guard)`.
pub async fn guard(State(own): State<OwnOrigin>, request: Request, next: Next) -> Response {
    match verdict(&own, request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(reason) => {
            tracing::warn!(path = request.uri().path(), reason, "a request from another site was refused");
            (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], reason).into_response()
        }
    }
}

fn verdict(own: &OwnOrigin, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), &'static str> {
    if method.is_safe() || bearer(headers).is_some() {
        return Ok(());
    }
    if let Some(site) = headers.get(FETCH_SITE) {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Ok(()),
            _ => {
                Err("Refused: your browser says that another site's page sent this. Open the page here and try again.")
            }
        };
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| uri.authority().map(|authority| authority.as_str()));
    match origin.to_str().is_ok_and(|origin| own.is(origin, host)) {
        true => Ok(()),
        false => Err("Refused: this was sent from a page at another address. Open the page here and try again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::{Router, body::Body, middleware::from_fn_with_state, routing::any};
    use tower::ServiceExt;

    /// Sends a request with `headers` to a desk at `base_url`; the host is `desk.example` unless named.
    async fn check(base_url: &str, method: &str, headers: &[(&str, &str)], passes: bool) {
        let app = Router::new()
            .route("/x", any(|| async { "done" }))
            .layer(from_fn_with_state(OwnOrigin::new(base_url), guard));
        let mut request = Request::builder().method(method).uri("/x");
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "desk.example");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let expected = if passes { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(response.status(), expected, "{base_url} {method} {headers:?}");
        if !passes {
            assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
        }
    }

    const BASE: &str = "https://desk.example";

    #[tokio::test]
    async fn fetch_metadata_decides_when_it_is_there() {
        for (site, passes) in [
            ("same-origin", true),
            ("none", true),
            ("same-site", false),
            ("cross-site", false),
            ("", false),
            ("Same-Origin", false),
        ] {
            for method in ["POST", "PUT", "PATCH", "DELETE", "ODD"] {
                check(BASE, method, &[("sec-fetch-site", site)], passes).await;
            }
            check(BASE, "POST", &[("sec-fetch-site", site), ("origin", "https://evil.example")], passes).await;
            check(BASE, "POST", &[("sec-fetch-site", site), ("origin", "https://desk.example")], passes).await;
        }
    }

    #[tokio::test]
    async fn without_it_the_origin_decides() {
        for (origin, passes) in [
            ("https://desk.example", true),
            ("https://desk.example:443", true),
            ("https://DESK.example", true),
            ("https://desk.example:8443", false),
            ("https://evil.example", false),
            ("https://desk.example.evil.example", false),
            ("https://evil.example/desk.example", false),
            ("http://desk.example", false),
            ("null", false),
            ("", false),
            ("file://", false),
            ("desk.example", false),
        ] {
            check(BASE, "POST", &[("origin", origin)], passes).await;
        }
    }

    #[tokio::test]
    async fn the_requests_own_host_counts_as_well() {
        let local = "http://127.0.0.1:3000";
        check(local, "POST", &[("host", "localhost:3000"), ("origin", "http://localhost:3000")], true).await;
        check(local, "POST", &[("host", "desk.lan"), ("origin", "https://desk.lan")], true).await;
        check(local, "POST", &[("host", "localhost:3000"), ("origin", "http://localhost:3001")], false).await;
        check(BASE, "POST", &[("host", "other.example"), ("origin", "https://other.example")], true).await;
        check(BASE, "POST", &[("host", "other.example"), ("origin", "http://other.example")], false).await;
        check("odd", "POST", &[("origin", "http://desk.example")], true).await;
        check("odd", "POST", &[("origin", "http://evil.example")], false).await;
    }

    #[tokio::test]
    async fn reading_and_what_is_no_browser_pass() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")];
            check(BASE, method, &headers, true).await;
        }
        check(BASE, "POST", &[], true).await;
    }

    #[tokio::test]
    async fn a_bearer_token_passes_and_another_scheme_does_not() {
        let cross = ("sec-fetch-site", "cross-site");
        check(BASE, "POST", &[cross, ("authorization", "Bearer fdk_x")], true).await;
        check(BASE, "POST", &[cross, ("authorization", "Basic eDp5")], false).await;
        check(BASE, "POST", &[cross, ("authorization", "Bearerish x")], false).await;
    }
}
