//! What every answer tells the browser to refuse.
//!
//! A page's `Content-Security-Policy` names a nonce, and only scripts that carry it run. The renderer makes that nonce:
//! `leptos_axum` calls `leptos::nonce::provide_nonce()` for every render, before the closure that adds our context, and
//! `use_nonce()` gives the same one to the hydration scripts and to the `<script>` chunks of streamed resources. So the
//! header cannot be written out here, where the answer has been rendered already; [`provide_page_policy`] belongs into
//! that closure, asks for the nonce and leaves the header in `leptos_axum::ResponseOptions`. The middleware
//! [`secure`] adds everything else, and gives answers without a policy (JSON, files, errors) one that allows nothing.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use leptos::{
    nonce::{provide_nonce, use_nonce},
    prelude::use_context,
};
use leptos_axum::ResponseOptions;

/// For answers that are no pages: nothing in them may run, load, or be framed.
const BARE_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// For a mail shown in our own frame: its inline styles and embedded pictures, no script, no form, an origin of its own.
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox";
/// Nothing here needs the machine's senses.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), \
                           magnetometer=(), microphone=(), midi=(), payment=(), usb=()";
/// A year, as browsers' preload lists ask for at least.
const TRANSPORT_SECURITY: &str = "max-age=31536000; includeSubDomains";
/// A file whose name holds its hash never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const HASHED_FILES: &str = "/pkg/";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Whether browsers are told to come by https only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Plain,
    Https,
}

impl Transport {
    /// By the scheme of `base_url`, where people reach us.
    pub fn of(base_url: &str) -> Self {
        match base_url.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) {
            true => Self::Https,
            false => Self::Plain,
        }
    }
}

/// Gives the page that is being rendered its policy. For the closure that adds context to page routes
/// (`leptos_routes_with_context`); elsewhere it does no harm.
pub fn provide_page_policy() {
    let Some(options) = use_context::<ResponseOptions>() else {
        return;
    };
    if use_nonce().is_none() {
        provide_nonce();
    }
    let policy = use_nonce().and_then(|nonce| HeaderValue::from_str(&page_policy(&nonce)).ok());
    // Without a nonce there is no header, and the middleware's policy lets no script run at all.
    if let Some(policy) = policy {
        options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// `strict-dynamic`: the nonced loader may import the hashed module. `wasm-unsafe-eval`: it compiles the WASM.
fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
}

/// The middleware, outermost so that refusals get the headers too:
/// `axum::middleware::from_fn_with_state(Transport::of(base_url), headers::secure)`.
pub async fn secure(State(transport): State<Transport>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let found = response.status().is_success() || response.status() == axum::http::StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(PERMISSIONS_POLICY, PERMISSIONS);
    set(OPENER_POLICY, "same-origin");
    set(RESOURCE_POLICY, "same-origin");
    if transport == Transport::Https {
        set(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    if is_mail_body(&path) {
        set(header::CONTENT_SECURITY_POLICY, MAIL_POLICY);
    }
    let mut fill = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    fill(header::CONTENT_SECURITY_POLICY, BARE_POLICY);
    // Pages and answers hold people's data; only what is the same for everybody may be kept.
    let keep = if path.starts_with(HASHED_FILES) && found { FOR_EVER } else { "no-store" };
    fill(header::CACHE_CONTROL, keep);
    response
}

/// `/mail/ID/html` and `/mail-in/ID/html`.
fn is_mail_body(path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    matches!((parts.next(), parts.nth(1), parts.next()), (Some("mail" | "mail-in"), Some("html"), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    use axum::{Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use http_body_util::BodyExt;
    use leptos::prelude::*;
    use leptos_axum::render_app_async_with_context;
    use tower::ServiceExt;

    /// A page with a script that carries the renderer's nonce, as the hydration script does.
    fn page() -> impl IntoView {
        view! { <script nonce=use_nonce()>"1"</script> }
    }

    fn app(transport: Transport) -> Router {
        // Starts the executor that renders; the real router lists its routes with it.
        leptos_axum::generate_route_list(self::page);
        let page = render_app_async_with_context(provide_page_policy, page);
        let unnamed = render_app_async_with_context(|| {}, self::page);
        Router::new()
            .route("/page", get(page))
            .route("/unnamed", get(unnamed))
            .route("/api/x", get(|| async { axum::Json(1) }))
            .route("/mail/{id}/html", get(|| async { axum::response::Html("<p>hello") }))
            .route("/pkg/a.123.js", get(|| async { "1" }))
            .route("/own", get(|| async { ([(header::CACHE_CONTROL, "public, max-age=60")], "x") }))
            .layer(from_fn_with_state(transport, secure))
    }

    async fn ask(transport: Transport, path: &str) -> (Response, String) {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        let (parts, body) = app(transport).oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (Response::from_parts(parts, Body::empty()), body)
    }

    fn header_of<'a>(response: &'a Response, name: &str) -> &'a str {
        assert_eq!(response.headers().get_all(name).iter().count(), 1, "{name} is there once");
        response.headers()[name].to_str().unwrap()
    }

    #[tokio::test]
    async fn a_page_names_the_nonce_of_its_own_scripts() {
        let (first, body) = ask(Transport::Plain, "/page").await;
        let policy = header_of(&first, "content-security-policy");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
        assert!(22 <= nonce.len(), "{policy}");
        assert!(body.contains(&format!("nonce=\"{nonce}\"")), "{body} has not {nonce}");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        let (second, _) = ask(Transport::Plain, "/page").await;
        assert_ne!(header_of(&second, "content-security-policy"), policy, "each answer has its own");
    }

    #[tokio::test]
    async fn what_is_no_page_may_run_nothing() {
        for path in ["/api/x", "/pkg/a.123.js", "/missing", "/unnamed", "/own"] {
            let (response, _) = ask(Transport::Plain, path).await;
            assert_eq!(header_of(&response, "content-security-policy"), BARE_POLICY, "{path}");
        }
    }

    #[tokio::test]
    async fn a_mail_is_framed_by_ourselves_in_a_sandbox() {
        let (response, _) = ask(Transport::Plain, "/mail/018f/html").await;
        let policy = header_of(&response, "content-security-policy");
        assert!(policy.contains("frame-ancestors 'self'") && policy.ends_with("sandbox"), "{policy}");
        for other in ["/mail/html", "/mail/a/b/html", "/mail/a/html/b", "/x/a/html", "/mail/a"] {
            assert!(!is_mail_body(other), "{other}");
        }
    }

    #[tokio::test]
    async fn every_answer_has_the_strict_headers() {
        for path in ["/page", "/api/x", "/mail/018f/html", "/pkg/a.123.js", "/missing"] {
            let (response, _) = ask(Transport::Https, path).await;
            assert_eq!(header_of(&response, "x-content-type-options"), "nosniff");
            assert_eq!(header_of(&response, "referrer-policy"), "same-origin");
            assert_eq!(header_of(&response, "cross-origin-opener-policy"), "same-origin");
            assert!(header_of(&response, "permissions-policy").contains("camera=()"));
            assert!(header_of(&response, "strict-transport-security").starts_with("max-age=31536000"));
        }
        let (plain, _) = ask(Transport::Plain, "/page").await;
        assert!(!plain.headers().contains_key("strict-transport-security"), "plain http promises nothing");
    }

    #[tokio::test]
    async fn only_files_with_a_hash_are_kept() {
        for (path, expected) in [
            ("/page", "no-store"),
            ("/api/x", "no-store"),
            ("/mail/018f/html", "no-store"),
            ("/pkg/a.123.js", FOR_EVER),
            ("/pkg/missing.js", "no-store"),
            ("/own", "public, max-age=60"),
        ] {
            let (response, _) = ask(Transport::Plain, path).await;
            assert_eq!(header_of(&response, "cache-control"), expected, "{path}");
        }
        let (missing, _) = ask(Transport::Plain, "/missing").await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn the_scheme_says_which_transport() {
        assert_eq!(Transport::of("https://desk.example"), Transport::Https);
        assert_eq!(Transport::of("HTTPS://desk.example"), Transport::Https);
        assert_eq!(Transport::of("http://https.example"), Transport::Plain);
    }
}
