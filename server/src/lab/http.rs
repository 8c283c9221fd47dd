//! The `http` target: a small page, and JSON at `/status.json`.

use std::convert::Infallible;

use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// Bytes of a request's head that are read; hyper refuses more. 8 KiB is the least that it allows.
const HEAD_BYTES_MAX: usize = 8_192;

const HTML: &str = "<!doctype html><title>Faultdesk lab</title><h1>It works</h1>";
const JSON: &str = r#"{"status":"ok","queue":3}"#;

/// A whole answer, for targets that say it byte by byte.
pub(super) const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\nIt works";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Good,
    Unavailable,
}

/// Answers the requests of one connection until the client is done.
pub(super) async fn serve<S>(stream: S, mood: Mood)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| async move { Ok::<_, Infallible>(answer(&request, mood)) });
    let connection = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).serve_connection(TokioIo::new(stream), service);
    // Whatever a client does wrong, hyper has answered it.
    let _ = connection.await;
}

fn answer(request: &Request<Incoming>, mood: Mood) -> Response<Full<Bytes>> {
    let (status, kind, body) = match (mood, request.uri().path()) {
        (Mood::Unavailable, _) => (StatusCode::SERVICE_UNAVAILABLE, "text/plain", "broken in the lab"),
        (Mood::Good, "/status.json") => (StatusCode::OK, "application/json", JSON),
        (Mood::Good, _) => (StatusCode::OK, "text/html", HTML),
    };
    let mut response = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response
}
