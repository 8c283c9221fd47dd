//! Files that somebody chooses in a form. Without WASM a browser can send them in no other way.

use app::api::{calendars::ReadHolidays, error::ApiError, principal::Principal};
use axum::{
    Extension,
    extract::{Multipart, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use domain::{ical, probe::FieldError};
use leptos::server_fn::{ServerFn, error::ServerFnUrlError};

use super::Desks;

/// The largest file, and what a browser writes around it.
pub const FILE_FORM_BYTES_MAX: usize = ical::BYTES_MAX + 16 * 1024;
const FIELD: &str = "file";
/// Any address is good enough: only path and query are sent.
const HERE: &str = "http://localhost/calendar/holidays";

/// `POST /calendar/holidays/file`: an iCalendar file for the preview. What is wrong with it comes back on the page.
pub async fn holidays(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    form: Multipart,
) -> Response {
    let Some(who) = who else { return Redirect::to("/sign-in?next=/calendar/holidays").into_response() };
    let read = async { desks.calendars.read_holidays(&who, &text(form).await?).await };
    match read.await {
        Ok(id) => Redirect::to(&format!("/calendar/holidays?import={id}")).into_response(),
        Err(error) => refused(error),
    }
}

/// The file as text.
async fn text(mut form: Multipart) -> Result<String, ApiError> {
    let too_large = |_| ApiError::invalid(FIELD, "must be an iCalendar file of 1 MB at most");
    while let Some(field) = form.next_field().await.map_err(too_large)? {
        if field.name() == Some(FIELD) {
            let bytes = field.bytes().await.map_err(too_large)?;
            return String::from_utf8(bytes.to_vec()).map_err(|_| ApiError::invalid(FIELD, "must be text in UTF-8"));
        }
    }
    Err(ApiError::invalid(FIELD, "must be chosen"))
}

/// Back to the page with the refusal beside the field, as a server function's is.
fn refused(error: ApiError) -> Response {
    let error = match error {
        ApiError::Invalid(wrong) => {
            ApiError::Invalid(wrong.into_iter().map(|one| FieldError::new(FIELD, one.message)).collect())
        }
        other => other,
    };
    match ServerFnUrlError::new(ReadHolidays::url(), error).to_url(HERE) {
        Ok(url) => Redirect::to(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
