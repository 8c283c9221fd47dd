//! What people type, as things that can be done. Everything wrong is named together.

use app::api::{
    error::ApiError,
    tickets::{CallInput, PauseInput, ReplyInput},
};
use domain::{clock::PauseReason, probe::FieldError, text::Note, time::Timestamp, upload};
use jiff::civil::DateTime;
use uuid::Uuid;

use super::local::Local;
use crate::store::attachments::NewFile;

/// Collects what is wrong with a form, so that a person reads all of it at once.
#[derive(Default)]
pub(in crate::desk) struct Wrong(Vec<FieldError>);

impl Wrong {
    pub(in crate::desk) fn add(&mut self, field: &str, message: impl ToString) {
        self.0.push(FieldError::new(field, message));
    }

    /// A text that must say something.
    pub(in crate::desk) fn text(&mut self, field: &str, text: &str) -> String {
        match Note::parse(text) {
            Ok(note) if note.is_empty() => self.add(field, "must not be empty"),
            Ok(note) => return note.into(),
            Err(error) => self.add(field, error),
        }
        String::new()
    }

    fn reason(&mut self, text: &str) -> Option<PauseReason> {
        let found = PauseReason::parse(text);
        if found.is_none() {
            let words = PauseReason::ALL.map(PauseReason::as_str).join(", ");
            self.add("reason", format!("must be one of {words}"));
        }
        found
    }

    pub(in crate::desk) fn done<T>(self, value: Option<T>) -> Result<T, ApiError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ApiError::Invalid(self.0)),
        }
    }
}

pub(super) struct Reply {
    pub(super) text: String,
    pub(super) note: bool,
    /// Of the form.
    pub(super) key: Option<Uuid>,
    /// The last entry that the writer had seen.
    pub(super) seen: i64,
    pub(super) anyway: bool,
    pub(super) files: Vec<NewFile>,
}

impl Reply {
    /// What the mail about it says.
    pub(super) fn mailed(&self) -> String {
        let names: Vec<_> = self.files.iter().map(|file| file.name.as_str()).collect();
        upload::mailed(&self.text, &names)
    }
}

/// Files may come without words.
pub(super) fn reply(input: &ReplyInput, files: Vec<NewFile>) -> Result<Reply, ApiError> {
    let mut wrong = Wrong::default();
    let text = match (files.len(), input.text.trim()) {
        (1.., "") => upload::wordless(files.len()),
        _ => wrong.text("text", &input.text),
    };
    let (key, seen) = (input.key.trim(), input.seen.trim());
    let parsed = Uuid::parse_str(key).ok();
    if parsed.is_none() && !key.is_empty() {
        wrong.add("key", "must be the key that came with the form");
    }
    let last = if seen.is_empty() { Some(i64::MAX) } else { seen.parse().ok() };
    if last.is_none() {
        wrong.add("seen", "must be the number of an entry, such as 12");
    }
    let (note, anyway) = (input.note == "yes", input.anyway == "yes");
    wrong.done(last.map(|seen| Reply { text, note, key: parsed, seen, anyway, files }))
}

/// How a field has a local date and time, to the minute.
pub(in crate::desk) const SHAPE: &str = "2026-11-24T16:05";

/// The instant of a typed local time; None: it is none.
pub(in crate::desk) fn local_time(text: &str, local: &Local) -> Option<Timestamp> {
    let typed = text.trim();
    typed.parse::<DateTime>().ok().filter(|_| typed.len() == SHAPE.len()).and_then(|at| local.instant(at))
}

/// When somebody called, and what was said.
pub(super) struct Call {
    pub(super) at: Timestamp,
    pub(super) text: String,
}

/// `opened_at` is when the ticket was logged: an earlier call belongs to no clock of it.
pub(super) fn call(input: &CallInput, local: &Local, opened_at: Timestamp, now: Timestamp) -> Result<Call, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.text("text", &input.text);
    let at = local_time(&input.at, local);
    match at {
        None => wrong.add("at", format!("must be a date and time such as {SHAPE}")),
        Some(at) if now < at => wrong.add("at", format!("must not be in the future; it is {} now", local.full(now))),
        // The field holds whole minutes.
        Some(at) if at.plus_seconds(60) <= opened_at => {
            wrong.add("at", format!("must not be before the ticket was logged, {}", local.full(opened_at)));
        }
        Some(_) => {}
    }
    wrong.done(at.map(|at| Call { at: at.max(opened_at), text }))
}

pub(super) struct Pause {
    pub(super) reason: PauseReason,
    pub(super) evidence: String,
}

pub(super) fn pause(input: &PauseInput) -> Result<Pause, ApiError> {
    let mut wrong = Wrong::default();
    let reason = wrong.reason(&input.reason);
    let evidence = wrong.text("evidence", &input.evidence);
    wrong.done(reason.map(|reason| Pause { reason, evidence }))
}

/// A reason that must be given.
pub(in crate::desk) fn reason(text: &str) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.text("reason", text);
    wrong.done(Some(text))
}
