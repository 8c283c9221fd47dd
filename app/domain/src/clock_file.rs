//! The file of `faultdesk clock`: calendars and cases in, one answer for each case out. Source: `interfaces` section 4.
//!
//! The command reads JSON text into `Json`, parses that into a `ClockFile` with every mistake named at once, and prints
//! the answers. Beyond the promised input a case may say `"calendar": null` for elapsed time, and a pause its `reason`.

mod answer;
mod fields;
mod json;
mod read;

use crate::{
    clock::{Count, Pauses},
    probe::FieldError,
    time::Timestamp,
};

pub use answer::{CaseAnswer, CountedAnswer, ExplanationAnswer, InstantAnswer, SkippedAnswer, VerdictAnswer};
pub use json::Json;

/// A file without mistakes.
#[derive(Debug)]
pub struct ClockFile {
    cases: Vec<Case>,
}

#[derive(Debug)]
struct Case {
    id: String,
    count: Count,
    pauses: Pauses,
    responses: Vec<Timestamp>,
    at: Vec<Timestamp>,
}

/// How much an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Plain,
    /// With counted and skipped spans.
    Explained,
}

impl ClockFile {
    /// The cases of a file, or every mistake in it by place: `calendar "office" weekly.mon[0]`,
    /// `case "c7" input.pauses[1].to`.
    pub fn parse(json: &Json) -> Result<Self, Vec<FieldError>> {
        read::file(json).map(|cases| Self { cases })
    }

    /// One answer for each case, in the order of the file.
    pub fn answers(&self, detail: Detail) -> impl Iterator<Item = CaseAnswer> {
        self.cases.iter().map(move |case| answer::to(case, detail))
    }
}

#[cfg(test)]
mod tests;
