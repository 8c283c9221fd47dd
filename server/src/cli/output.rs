//! What commands leave behind: a result on standard output, a remark on standard error, an exit code.

use std::io::{self, Write};

use app::api::error::ApiError;
use domain::probe::FieldError;
use sea_orm::DbErr;
use serde::Serialize;

/// What a command printed and how it exits.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// For standard output: what a script wants, nothing else.
    pub text: String,
    /// For standard error: what a person wants to know besides.
    pub remark: String,
    pub code: u8,
}

impl Done {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn remark(remark: impl Into<String>) -> Self {
        Self { remark: remark.into(), ..Self::default() }
    }
}

/// Why a command did not do what it was asked, in words that say what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Asked for something that cannot be: exit 2.
    Misuse(String),
    /// Could not be done: exit 1.
    Failed(String),
}

impl Failure {
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Misuse(_) => 2,
            Self::Failed(_) => 1,
        }
    }

    pub(super) fn message(&self) -> &str {
        match self {
            Self::Misuse(message) | Self::Failed(message) => message,
        }
    }

    pub(super) fn failed(message: impl ToString) -> Self {
        Self::Failed(message.to_string())
    }

    /// An error with everything that caused it, in one line.
    pub(super) fn caused(error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        let mut words: Vec<String> = Vec::new();
        for cause in causes {
            let cause = cause.to_string();
            // Some messages hold their cause already.
            if !words.iter().any(|word| word.contains(&cause)) {
                words.push(cause);
            }
        }
        Self::Failed(words.join(": "))
    }

    /// Wrong flags, by the names they are typed with.
    pub(super) fn fields(wrong: &[FieldError]) -> Self {
        let lines = wrong.iter().map(|wrong| format!("--{}: {}", wrong.field.replace('_', "-"), wrong.message));
        Self::Misuse(lines.collect::<Vec<_>>().join("\n"))
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Failed(format!("the database refused: {error}"))
    }
}

impl From<crate::entropy::EntropyError> for Failure {
    fn from(error: crate::entropy::EntropyError) -> Self {
        Self::failed(error)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Invalid(wrong) => Self::fields(&wrong),
            other => Self::failed(other),
        }
    }
}

/// `value` as indented JSON with a line break at its end.
pub(super) fn json<T: Serialize>(value: &T) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map(|text| text + "\n").map_err(Failure::failed)
}

/// Columns as wide as their widest cell, two spaces apart; the last one is not padded.
pub(super) fn table<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        let line = padded.collect::<Vec<_>>().join("  ");
        format!("{}\n", line.trim_end())
    };
    let mut out = line(head);
    for row in rows {
        out.push_str(&line(row.each_ref().map(String::as_str)));
    }
    out
}

/// Writes to standard output. A reader that has gone (`| head`) is no failure.
pub(super) fn print(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
}

/// Writes to standard error, with a line break at the end.
pub(super) fn remark(text: &str) {
    if !text.is_empty() {
        let _ = writeln!(io::stderr(), "{}", text.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [["a".to_owned(), "b".to_owned()], ["äöü".to_owned(), String::new()]];
        assert_eq!(table(["X", "Y"], &rows), "X    Y\na    b\näöü\n");
    }

    #[test]
    fn wrong_fields_are_told_as_the_flags_that_were_typed() {
        let failure = Failure::fields(&[FieldError::new("email", "is odd"), FieldError::new("site_name", "is empty")]);
        assert_eq!(failure.message(), "--email: is odd\n--site-name: is empty");
        assert_eq!(failure.code(), 2);
    }
}
