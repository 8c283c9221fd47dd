//! Calendar feeds behind secret addresses. A calendar program has no session: the address is all it has.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

use super::Desks;

/// Asked again each time, and answered in a line when nothing changed.
const CACHE: &str = "private, no-cache";

/// `/calendar/TOKEN.ics`. What is no feed answers like an address that does not exist.
pub async fn feed(State(desks): State<Desks>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let not_found = || (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    let Some(token) = file.strip_suffix(".ics") else { return not_found() };
    let text = match desks.feeds.file(token).await {
        Ok(Some(text)) => text,
        Ok(None) => return not_found(),
        Err(error) => return (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")).into_response(),
    };
    let tag = etag(&text);
    let kept = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if kept.is_some_and(|kept| kept == "*" || kept.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag), (header::CACHE_CONTROL, CACHE.to_owned())])
            .into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, "inline; filename=\"faultdesk.ics\"".to_owned()),
        (header::ETAG, tag),
        (header::CACHE_CONTROL, CACHE.to_owned()),
    ];
    (headers, text).into_response()
}

fn etag(text: &str) -> String {
    let hex: String = Sha256::digest(text.as_bytes()).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}
