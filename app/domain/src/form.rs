//! Parts of typed forms that several drafts share. Each adds its mistake by field and says what is allowed.

#[cfg(not(target_arch = "wasm32"))]
use jiff::civil::{Date, DateTime};

use crate::probe::FieldError;

/// One of the words of a closed list.
pub(crate) fn word<T>(
    field: &str,
    text: &str,
    parse: fn(&str) -> Option<T>,
    words: impl AsRef<[&'static str]>,
    wrong: &mut Vec<FieldError>,
) -> Option<T> {
    let found = parse(text);
    if found.is_none() {
        let said = format!("must be one of {}, not {text:?}", words.as_ref().join(", "));
        wrong.push(FieldError::new(field, said));
    }
    found
}

/// A date such as "2026-12-24".
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn date(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> Option<Date> {
    // The parser takes dates with times and without hyphens too.
    let found = text.parse().ok().filter(|_| text.len() == "2026-12-24".len());
    if found.is_none() {
        wrong.push(FieldError::new(field, format!("must be a date such as 2026-12-24, not {text:?}")));
    }
    found
}

/// A local date and time in whole minutes, such as "2026-12-24T18:00".
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn local_time(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> Option<DateTime> {
    // The parser takes seconds, offsets and zones too, and would pass over an offset.
    let found = text.parse().ok().filter(|_| text.len() == "2026-12-24T18:00".len());
    if found.is_none() {
        let said = format!("must be a local date and time in whole minutes such as 2026-12-24T18:00, not {text:?}");
        wrong.push(FieldError::new(field, said));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_in_one_way() {
        for (text, good) in [
            ("2026-12-24", true),
            ("2026-02-29", false),
            ("20261224", false),
            ("2026-12-24T10:00", false),
            ("24/12/2026", false),
            ("", false),
        ] {
            let mut wrong = Vec::new();
            assert_eq!(date("starts_on", text, &mut wrong).is_some(), good, "{text}");
            assert_eq!(wrong.len(), usize::from(!good), "{text}");
        }
    }

    #[test]
    fn local_times_have_whole_minutes_and_no_offset() {
        for (text, good) in [
            ("2026-12-24T18:00", true),
            ("2026-12-24 18:00", true),
            ("2026-12-24", false),
            ("2026-12-24T18:00:00", false),
            ("2026-12-24T18:00Z", false),
            ("2026-12-24T18:00+01:00[Europe/London]", false),
            ("2026-12-24T24:00", false),
        ] {
            let mut wrong = Vec::new();
            assert_eq!(local_time("from", text, &mut wrong).is_some(), good, "{text}");
            assert_eq!(wrong.len(), usize::from(!good), "{text}");
        }
    }
}
