//! Small routes beside the pages, and the request log.

use app::api::{error::ApiError, principal::Principal, queue::QueueQuery};
use axum::{
    Extension, Form,
    body::Body,
    extract::{Path, RawQuery, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use uuid::Uuid;

use super::Desks;

/// A year: a choice of colours does not go stale.
const THEME_COOKIE_S: u32 = 365 * 24 * 3_600;

/// An error of a server function is a few sentences.
const ERROR_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Deserialize)]
pub struct ThemeForm {
    theme: String,
    #[serde(default)]
    next: String,
}

/// Stores the reader's choice of colours in a cookie, so that the first byte of the next page has it.
pub async fn theme(Form(form): Form<ThemeForm>) -> Response {
    let cookie = match form.theme.as_str() {
        "light" | "dark" => format!("theme={}; Path=/; Max-Age={THEME_COOKIE_S}; SameSite=Lax", form.theme),
        "system" => "theme=; Path=/; Max-Age=0; SameSite=Lax".to_owned(),
        _ => return (StatusCode::UNPROCESSABLE_ENTITY, "theme must be light, dark or system.\n").into_response(),
    };
    let own = form.next.starts_with('/') && !form.next.starts_with("//") && !form.next.contains(['\\', '\r', '\n']);
    let next = if own { form.next.as_str() } else { "/account" };
    ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}

/// A mail as it looks, for the sandboxed frame of the mail log.
pub async fn mail_html(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(id): Path<Uuid>,
) -> Response {
    let Some(who) = who else { return (StatusCode::UNAUTHORIZED, "Please sign in.\n").into_response() };
    match desks.mail_pages.html(&who, id.into()).await {
        Ok(html) => Html(html).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, format!("{error}\n")).into_response(),
    }
}

/// The queue as its address narrows it, as a file.
pub async fn tickets_csv(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(who) = who else { return (StatusCode::UNAUTHORIZED, "Please sign in.\n").into_response() };
    csv("tickets.csv", desks.queue.csv(&who, QueueQuery::parse(&query.unwrap_or_default())).await)
}

/// `/billing/2026-11.csv`: what a month charges, as a file to keep.
pub async fn billing(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(file): Path<String>,
) -> Response {
    let Some(who) = who else { return (StatusCode::UNAUTHORIZED, "Please sign in.\n").into_response() };
    let Some(month) = file.strip_suffix(".csv") else {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    };
    csv(&format!("billing-{month}.csv"), desks.billing_files.csv(&who, month).await)
}

/// A table to keep under `name`, which nobody else's cache holds.
fn csv(name: &str, table: Result<String, ApiError>) -> Response {
    match table {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "private, no-store".to_owned()),
            ];
            (headers, text).into_response()
        }
        Err(error) => (status(&error), format!("{error}\n")).into_response(),
    }
}

/// A page that sends its reader on answers 302 to everybody, also to a reader who did not ask for HTML by name.
pub async fn redirect_status(request: Request, next: Next) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    if is_page && response.status() == StatusCode::OK && response.headers().contains_key(header::LOCATION) {
        *response.status_mut() = StatusCode::FOUND;
    }
    response
}

/// Lets an act run to its end when the browser has gone meanwhile: who pressed a button and left has pressed it.
pub async fn finish(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request)).await {
        Ok(response) => response,
        Err(ended) => match ended.try_into_panic() {
            // Caught further out, where every request's panic is.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// Server functions answer every error with 500. The error says what it is, so the status can say so too.
pub async fn api_status(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    if !is_api || response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, ERROR_BYTES_MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<ApiError>(&bytes) {
        parts.status = status(&error);
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn status(error: &ApiError) -> StatusCode {
    match error {
        ApiError::NotFound => StatusCode::NOT_FOUND,
        ApiError::Forbidden { .. } => StatusCode::FORBIDDEN,
        ApiError::SignedOut => StatusCode::UNAUTHORIZED,
        ApiError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ApiError::Conflict(_) => StatusCode::CONFLICT,
        ApiError::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Internal { .. } | ApiError::Unreachable { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// One line for each request that failed on our side; the others only at debug level.
pub async fn log(request: Request, next: Next) -> Response {
    let method = request.method().clone();
    // The path alone: a query may hold a token.
    let path = loggable(request.uri().path());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    match response.status().is_server_error() {
        true => tracing::warn!(%method, path, status, "a request failed"),
        false => tracing::debug!(%method, path, status, "request"),
    }
    response
}

/// Signed links are secrets: their tokens stay out of the log.
fn loggable(path: &str) -> String {
    if path.starts_with("/calendar/") && path.ends_with(".ics") {
        return "/calendar/(token).ics".to_owned();
    }
    match path.get(..3) {
        Some(prefix @ ("/a/" | "/p/" | "/r/")) => format!("{prefix}(token)"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_act_is_finished_though_nobody_waits_for_its_answer() {
        use std::sync::Arc;

        use axum::{Router, middleware::from_fn, routing::post};
        use tokio::sync::Notify;
        use tower::ServiceExt;

        let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (waits, tells) = (go.clone(), done.clone());
        let handler = async move || {
            waits.notified().await;
            tells.notify_one();
        };
        let router = Router::new().route("/", post(handler)).layer(from_fn(finish));
        let mut answer = Box::pin(router.oneshot(Request::post("/").body(Body::empty()).unwrap()));
        assert!(futures::poll!(&mut answer).is_pending());
        // The browser has gone.
        drop(answer);
        go.notify_one();
        tokio::time::timeout(std::time::Duration::from_secs(30), done.notified()).await.unwrap();
    }

    #[test]
    fn tokens_stay_out_of_the_log() {
        assert_eq!(loggable("/a/secret"), "/a/(token)");
        assert_eq!(loggable("/r/secret"), "/r/(token)");
        assert_eq!(loggable("/p/secret"), "/p/(token)");
        assert_eq!(loggable("/calendar/secret.ics"), "/calendar/(token).ics");
        assert_eq!(loggable("/calendar/holidays"), "/calendar/holidays");
        assert_eq!(loggable("/board"), "/board");
    }
}
