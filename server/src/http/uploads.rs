//! Photos and files that somebody adds to a ticket. Without WASM a browser can send them in no other way.

use std::time::Duration;

use app::api::{
    error::ApiError,
    principal::Principal,
    tickets::{ReplyInput, ReplyToTicket},
};
use axum::{
    Extension,
    body::Bytes,
    extract::{
        Multipart, Path, State,
        multipart::{Field, MultipartError},
    },
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    probe::FieldError,
    ticket::parse_reference,
    upload::{FILES_MAX, Tally},
};
use leptos::server_fn::{ServerFn, error::ServerFnUrlError};
use tokio::sync::Semaphore;

use super::Desks;
use crate::desk::tickets::uploads::{Upload, check};

/// Much more than is taken: who sends a film learns that it is too large, instead of losing the connection half way.
pub const BODY_BYTES_MAX: usize = 256 * 1024 * 1024;
/// All that is taken, over a line that carries 0.7 Mbit/s from the site.
pub const TIMEOUT: Duration = Duration::from_secs(300);
/// Forms in memory at the same time; each holds 25 MB at most. Others wait.
const FORMS_MAX: usize = 8;
/// More than a form may say; what is longer is refused by its length.
const WORDS_BYTES_MAX: usize = 32 * 1024;
/// Longer words may not fit into an address, where each byte becomes three, so they do not come back with a refusal.
const ADDRESS_BYTES_MAX: usize = 16 * 1024;

static FORMS: Semaphore = Semaphore::const_new(FORMS_MAX);

/// `POST /t/{number}/files`. What is wrong comes back on the ticket's page, with the words that were typed.
pub async fn add(
    State(desks): State<Desks>,
    Extension(who): Extension<Option<Principal>>,
    Path(number): Path<String>,
    form: Multipart,
) -> Response {
    let Some(number) = parse_reference(&number) else { return not_found() };
    let Some(who) = who else { return Redirect::to(&format!("/sign-in?next=/t/{number}")).into_response() };
    let mut input = ReplyInput::default();
    let done = async {
        let _turn = FORMS.acquire().await.map_err(|_| cut())?;
        let files = read(form, &mut input).await?;
        desks.ticket_files.add(&who, number, &input, files).await
    };
    match done.await {
        Ok(to) => Redirect::to(&format!("/t/{to}")).into_response(),
        Err(ApiError::NotFound) => not_found(),
        Err(error) => refused(number, error, &input),
    }
}

fn not_found() -> Response {
    (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response()
}

fn cut() -> ApiError {
    ApiError::invalid("files", "did not arrive whole; check the connection and send them again")
}

/// The files; the other fields go into `input`. Of what will be refused nothing is held.
async fn read(mut form: Multipart, input: &mut ReplyInput) -> Result<Vec<Upload>, ApiError> {
    let (mut files, mut tally) = (Vec::new(), Tally::default());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let place = match name.as_str() {
            "files" => {
                file(field, &mut tally, &mut files).await?;
                continue;
            }
            "text" => &mut input.text,
            "note" => &mut input.note,
            "key" => &mut input.key,
            "seen" => &mut input.seen,
            _ => continue,
        };
        *place = words(field).await?;
    }
    check(&tally)?;
    Ok(files)
}

async fn file(mut field: Field<'_>, tally: &mut Tally, files: &mut Vec<Upload>) -> Result<(), ApiError> {
    let declared = field.file_name().unwrap_or_default().to_owned();
    let mut next = more(&mut field).await?;
    if declared.is_empty() && next.is_none() {
        return Ok(()); // An empty field: nothing was chosen.
    }
    let mut upload = Upload::named(&declared);
    tally.begin(upload.name());
    while let Some(chunk) = next {
        match tally.add(chunk.len() as u64) {
            true => upload.bytes.extend_from_slice(&chunk),
            false => upload.bytes = Vec::new(),
        }
        next = more(&mut field).await?;
    }
    if files.len() < FILES_MAX {
        files.push(upload);
    }
    Ok(())
}

/// The next bytes of a field. None: it has ended.
async fn more(field: &mut Field<'_>) -> Result<Option<Bytes>, ApiError> {
    loop {
        match field.chunk().await.map_err(broken)? {
            Some(chunk) if chunk.is_empty() => {}
            next => return Ok(next),
        }
    }
}

async fn words(mut field: Field<'_>) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = more(&mut field).await? {
        if bytes.len() <= WORDS_BYTES_MAX {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn broken(error: MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::invalid("files", "together they are far too large: 25 MB at most"),
        _ => cut(),
    }
}

/// Back to the page with the refusal, as a server function's is, and with what was typed.
fn refused(number: i64, error: ApiError, input: &ReplyInput) -> Response {
    let error = match error {
        ApiError::Invalid(wrong) => ApiError::Invalid(wrong.into_iter().map(of_this_form).collect()),
        other => other,
    };
    // Any address is good enough: only path and query are sent.
    let here = format!("http://localhost/t/{number}");
    let Ok(mut url) = ServerFnUrlError::new(ReplyToTicket::url(), error).to_url(&here) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let words = if input.text.len() <= ADDRESS_BYTES_MAX { input.text.as_str() } else { "" };
    let note = if input.note == "yes" { "yes" } else { "" };
    url.query_pairs_mut().append_pair("words", words).append_pair("note", note);
    Redirect::to(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).into_response()
}

/// The page has another field of that name, in the form beside this.
fn of_this_form(wrong: FieldError) -> FieldError {
    match wrong.field.as_str() {
        "text" => FieldError::new("words", wrong.message),
        _ => wrong,
    }
}
