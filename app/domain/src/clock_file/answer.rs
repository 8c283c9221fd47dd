//! What the command prints for a case. Instants are RFC 3339 in UTC.

use serde::Serialize;

use super::{Case, Detail};
use crate::{
    clock::{Explanation, Skipped, WARNING_PERCENTS},
    time::{Span, Timestamp},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseAnswer {
    pub id: String,
    /// "running", "paused" or "no_cover".
    pub state: &'static str,
    pub due: Option<String>,
    pub warn50: Option<String>,
    pub warn75: Option<String>,
    pub warn90: Option<String>,
    pub at: Vec<InstantAnswer>,
    pub verdicts: Vec<VerdictAnswer>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<ExplanationAnswer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InstantAnswer {
    pub at: String,
    pub worked_s: i64,
    /// Negative when the target is overrun.
    pub remaining_s: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerdictAnswer {
    pub at: String,
    pub verdict: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplanationAnswer {
    pub counted: Vec<CountedAnswer>,
    pub skipped: Vec<SkippedAnswer>,
    pub counted_s: i64,
    pub skipped_s: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CountedAnswer {
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedAnswer {
    pub from: String,
    /// null: to no foreseeable end.
    pub to: Option<String>,
    /// "night", "weekend", a holiday's name, a closure's text, a pause's reason.
    pub reason: String,
}

pub(super) fn to(case: &Case, detail: Detail) -> CaseAnswer {
    let Case { id, count, pauses, responses, at } = case;
    let reading = count.reading(pauses, &WARNING_PERCENTS);
    let warning = |percent| {
        let warning = reading.warnings.iter().find(|warning| warning.percent.get() == percent);
        warning.and_then(|warning| warning.at).map(text)
    };
    let instant = |at: &Timestamp| InstantAnswer {
        at: text(*at),
        worked_s: count.worked_s(pauses, *at),
        remaining_s: count.remaining_s(pauses, *at),
    };
    let verdict = |at: &Timestamp| VerdictAnswer { at: text(*at), verdict: count.judge(pauses, *at).as_str() };
    CaseAnswer {
        id: id.clone(),
        state: reading.state.as_str(),
        due: reading.due.map(text),
        warn50: warning(50),
        warn75: warning(75),
        warn90: warning(90),
        at: at.iter().map(instant).collect(),
        verdicts: responses.iter().map(verdict).collect(),
        explanation: (detail == Detail::Explained).then(|| explained(&count.explain(pauses))),
    }
}

fn explained(explanation: &Explanation) -> ExplanationAnswer {
    let counted = |span: &Span| CountedAnswer { from: text(span.from), to: text(span.until) };
    let skipped = |skipped: &Skipped| SkippedAnswer {
        from: text(skipped.from),
        to: skipped.until.map(text),
        reason: skipped.reason.to_string(),
    };
    ExplanationAnswer {
        counted: explanation.counted.iter().map(counted).collect(),
        skipped: explanation.skipped.iter().map(skipped).collect(),
        counted_s: explanation.counted_s(),
        skipped_s: explanation.skipped_s(),
    }
}

fn text(at: Timestamp) -> String {
    at.to_string()
}
