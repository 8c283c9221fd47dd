//! Reading single values of a clock file, each mistake by its place.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Json;
use crate::{probe::FieldError, time::Timestamp};

/// Reads on after a mistake: None stands for a part that has at least one, already listed.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) wrong: Vec<FieldError>,
}

impl Reader {
    pub(super) fn instant(&mut self, json: &Json, place: &str) -> Option<Timestamp> {
        let text = self.text(json, place)?;
        match text.parse::<jiff::Timestamp>() {
            Ok(at) => Some(at.into()),
            Err(_) => self.mistake(place, format!("{text:?} is not an instant such as \"2026-10-06T14:15:00Z\"")),
        }
    }

    pub(super) fn date(&mut self, text: &str, place: &str) -> Option<Date> {
        // Shorter forms that the parser knows would give one date two names.
        match text.parse::<Date>().ok().filter(|date| date.to_string() == text) {
            Some(date) => Some(date),
            None => self.mistake(place, format!("{text:?} is not a date such as \"2026-12-24\"")),
        }
    }

    pub(super) fn text<'a>(&mut self, json: &'a Json, place: &str) -> Option<&'a str> {
        match json {
            Json::Text(text) => Some(text),
            other => self.mistake(place, format!("must be a text, not {}", other.kind())),
        }
    }

    pub(super) fn list<'a>(&mut self, json: &'a Json, place: &str) -> Option<&'a [Json]> {
        match json {
            Json::List(items) => Some(items),
            other => self.mistake(place, format!("must be a list, not {}", other.kind())),
        }
    }

    /// The fields of an object; a name that is not `known` or is there twice is a mistake, and the rest is read on.
    pub(super) fn object<'a>(
        &mut self,
        json: &'a Json,
        place: &str,
        known: &[&str],
    ) -> Option<BTreeMap<&'a str, &'a Json>> {
        let fields = self.entries(json, place)?;
        for name in fields.keys().filter(|name| !known.contains(name)) {
            let message = format!("has no field {name:?}; its fields are {}", known.join(", "));
            self.wrong.push(FieldError::new(place, message));
        }
        Some(fields)
    }

    pub(super) fn entries<'a>(&mut self, json: &'a Json, place: &str) -> Option<BTreeMap<&'a str, &'a Json>> {
        let Json::Object(entries) = json else {
            return self.mistake(place, format!("must be an object, not {}", json.kind()));
        };
        let mut fields = BTreeMap::new();
        for (name, value) in entries {
            if fields.insert(name.as_str(), value).is_some() {
                self.wrong.push(FieldError::new(place, format!("has {name:?} twice")));
            }
        }
        Some(fields)
    }

    pub(super) fn required<'a>(
        &mut self,
        fields: &BTreeMap<&str, &'a Json>,
        place: &str,
        name: &str,
    ) -> Option<&'a Json> {
        match fields.get(name) {
            Some(json) => Some(*json),
            None => self.mistake(place, format!("lacks {name:?}")),
        }
    }

    pub(super) fn mistake<T>(&mut self, place: &str, message: impl ToString) -> Option<T> {
        self.wrong.push(FieldError::new(place, message));
        None
    }
}
