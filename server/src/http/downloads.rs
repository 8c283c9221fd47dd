//! Files of strangers: downloads under keys that nobody can guess, and mails as they came. Never run, never framed but
//! by us, never of another type than the bytes are.

use app::api::principal::Principal;
use axum::{
    Extension,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use uuid::Uuid;

use super::Desks;

/// A file does nothing, wherever it is opened.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
const KEY_CHARS: usize = 32;

/// `/files/KEY`. Always a download; a raster picture has its own type, so that a page of ours may show it.
pub async fn file(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(key): Path<String>,
) -> Response {
    let Some(who) = who else { return signed_out() };
    if key.len() != KEY_CHARS {
        return not_found();
    }
    match desks.incoming_files.file(&who, &key).await {
        Ok(file) => download(&file.name, file.kind.as_str(), file.bytes),
        Err(_) => not_found(),
    }
}

/// `/mail-in/ID/raw`.
pub async fn raw(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(id): Path<Uuid>,
) -> Response {
    let Some(who) = who else { return signed_out() };
    match desks.incoming_files.raw(&who, id.into()).await {
        Ok(bytes) => download("mail.eml", "application/octet-stream", bytes),
        Err(_) => not_found(),
    }
}

/// `/mail-in/ID/html`, for the sandboxed frame of the staff page.
pub async fn html(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(id): Path<Uuid>,
) -> Response {
    let Some(who) = who else { return signed_out() };
    match desks.incoming_files.html(&who, id.into()).await {
        Ok(page) => Html(page).into_response(),
        Err(_) => not_found(),
    }
}

fn signed_out() -> Response {
    (StatusCode::UNAUTHORIZED, "Please sign in.\n").into_response()
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}

fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let disposition = HeaderValue::from_str(&disposition(name)).unwrap_or(HeaderValue::from_static("attachment"));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    ];
    (headers, bytes).into_response()
}

/// RFC 6266: a plain name for old browsers, the whole one for the others.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "._- ".contains(c) { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        for name in ["a\"; evil=\"b", "a\r\nX: y", "ä.png", "%0d%0a"] {
            let value = disposition(name);
            assert!(HeaderValue::from_str(&value).is_ok() && value.matches('"').count() == 2, "{value}");
        }
        assert_eq!(disposition("rack.png"), "attachment; filename=\"rack.png\"; filename*=UTF-8''rack.png");
    }

    #[test]
    fn a_file_is_a_download_that_does_nothing() {
        let response = download("x.svg", "application/octet-stream", b"<svg onload=alert(1)>".to_vec());
        let value = |name: header::HeaderName| response.headers()[name].to_str().unwrap().to_owned();
        assert!(value(header::CONTENT_DISPOSITION).starts_with("attachment"));
        assert!(value(header::CONTENT_SECURITY_POLICY).ends_with("sandbox"));
        assert_eq!(value(header::CONTENT_TYPE), "application/octet-stream");
    }
}
