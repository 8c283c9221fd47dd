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
    let unlike = |_| FieldError::new(field, format!("must be a date such as 2026-12-24, not {text:?}"));
    text.parse().map_err(|error| wrong.push(unlike(error))).ok()
}

/// A local date and time in whole minutes, such as "2026-12-24T18:00".
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn local_time(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> Option<DateTime> {
    let whole = |local: &DateTime| local.second() == 0 && local.subsec_nanosecond() == 0;
    let found = text.parse().ok().filter(whole);
    if found.is_none() {
        let said = format!("must be a local date and time in whole minutes such as 2026-12-24T18:00, not {text:?}");
        wrong.push(FieldError::new(field, said));
    }
    found
}
