//! What people type about time, as things that can be done. Everything wrong is named together.

use app::api::{
    error::ApiError,
    worktime::{ToldInput, WorkInput},
};
use domain::{
    incident::ConsentHow,
    time::Timestamp,
    worked::{Work, parse_length},
};

use crate::desk::tickets::{
    input::{SHAPE, Wrong, local_time},
    local::Local,
};

pub(super) struct Typed {
    pub(super) work: Work,
    pub(super) what: String,
    /// Of corrections.
    pub(super) reason: String,
}

/// Whether why is asked too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Add,
    Correct,
}

/// A stretch of work that is over by `now` and began after the ticket was logged, to the minute. A correction may be of
/// no length: it takes the entry back.
pub(super) fn work(
    input: &WorkInput,
    form: Form,
    local: &Local,
    (opened_at, now): (Timestamp, Timestamp),
) -> Result<Typed, ApiError> {
    let mut wrong = Wrong::default();
    let what = wrong.text("what", &input.what);
    let reason = if form == Form::Correct { wrong.text("reason", &input.reason) } else { String::new() };
    let nothing = form == Form::Correct && input.minutes.trim() == "0";
    let seconds = if nothing { Some(0) } else { parse_length(&input.minutes) };
    if seconds.is_none() {
        wrong.add("minutes", "must be minutes such as 40, or hours and minutes such as 1:40, up to 24 hours");
    }
    let started_at = local_time(&input.began, local);
    let ends_at = started_at.zip(seconds).map(|(started_at, seconds)| Work { started_at, seconds }.ends_at());
    match (started_at, ends_at) {
        (None, _) => wrong.add("began", format!("must be a date and time such as {SHAPE}")),
        (Some(at), _) if at.plus_seconds(60) <= opened_at => {
            wrong.add("began", format!("must not be before the ticket was logged, {}", local.full(opened_at)));
        }
        (Some(_), Some(ends_at)) if now < ends_at => {
            wrong.add("minutes", format!("must end by now; it is {}", local.full(now)));
        }
        _ => {}
    }
    let work = started_at.zip(seconds).map(|(started_at, seconds)| Work { started_at, seconds });
    wrong.done(work.map(|work| Typed { work, what, reason }))
}

pub(super) struct ToldHow {
    pub(super) how: ConsentHow,
    pub(super) note: String,
}

pub(super) fn told(input: &ToldInput) -> Result<ToldHow, ApiError> {
    let mut wrong = Wrong::default();
    let note = wrong.text("note", &input.note);
    let how = ConsentHow::parse(&input.how).filter(|how| *how != ConsentHow::Page);
    if how.is_none() {
        wrong.add("how", "must be mail or phone");
    }
    wrong.done(how.map(|how| ToldHow { how, note }))
}
