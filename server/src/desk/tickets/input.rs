//! What people type, as things that can be done. Everything wrong is named together.

use app::api::{
    error::ApiError,
    tickets::{CallInput, PauseInput, ReplyInput},
};
use domain::{clock::PauseReason, probe::FieldError, text::Note, time::Timestamp};
use jiff::civil::DateTime;

use super::local::Local;

/// Collects what is wrong with a form, so that a person reads all of it at once.
#[derive(Default)]
struct Wrong(Vec<FieldError>);

impl Wrong {
    fn add(&mut self, field: &str, message: impl ToString) {
        self.0.push(FieldError::new(field, message));
    }

    /// A text that must say something.
    fn text(&mut self, field: &str, text: &str) -> String {
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

    fn done<T>(self, value: Option<T>) -> Result<T, ApiError> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(ApiError::Invalid(self.0)),
        }
    }
}

pub(super) struct Reply {
    pub(super) text: String,
    pub(super) note: bool,
}

pub(super) fn reply(input: &ReplyInput) -> Result<Reply, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.text("text", &input.text);
    wrong.done(Some(Reply { text, note: input.note == "yes" }))
}

/// When somebody called, and what was said.
pub(super) struct Call {
    pub(super) at: Timestamp,
    pub(super) text: String,
}

/// `opened_at` is when the ticket was logged: an earlier call belongs to no clock of it.
pub(super) fn call(input: &CallInput, local: &Local, opened_at: Timestamp, now: Timestamp) -> Result<Call, ApiError> {
    const SHAPE: &str = "2026-11-24T16:05";
    let mut wrong = Wrong::default();
    let text = wrong.text("text", &input.text);
    let typed = input.at.trim();
    let at = typed.parse::<DateTime>().ok().filter(|_| typed.len() == SHAPE.len()).and_then(|at| local.instant(at));
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
pub(super) fn reason(text: &str) -> Result<String, ApiError> {
    let mut wrong = Wrong::default();
    let text = wrong.text("reason", text);
    wrong.done(Some(text))
}
