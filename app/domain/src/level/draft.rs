//! A level as an administrator types it, and every mistake in it.

use serde::{Deserialize, Serialize};

use super::{Action, Hours, LevelTerms, Replacement, Target};
use crate::{cover::CoverLevel, form::word, probe::FieldError, text::Name};

/// Longer than any promise: 30 days. A typing mistake of a few zeros is refused.
const TARGET_MINUTES_MAX: u32 = 30 * 24 * 60;
/// Of hours: day and night.
const ALWAYS: &str = "always";
/// Of paging: at no hour.
const NEVER: &str = "never";

/// The next version of a level before it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LevelDraft {
    /// "none", "cats", "cat1", "cat2", "cat4" or "custom".
    pub level: String,
    pub name: String,
    /// None: no response is promised.
    pub target_minutes: Option<u32>,
    /// "always" or the key of a calendar; empty without a target.
    pub target_hours: String,
    /// "nobody", "accepted_incident", "queue" or "duty_engineer".
    pub action: String,
    /// "never", "always" or the key of a calendar.
    pub paging: String,
    /// "return_to_base", "next_working_day_courier" or "on_site".
    pub replacement: String,
    pub portal_tickets: bool,
}

impl LevelDraft {
    /// The terms as version `version`, or every mistake by field. `calendars` are the keys of those that exist.
    pub fn check(&self, version: u32, calendars: &[&str]) -> Result<LevelTerms, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let level = word("level", &self.level, CoverLevel::parse, CoverLevel::ALL.map(CoverLevel::as_str), &mut wrong);
        let name = Name::parse(&self.name).map_err(|error| wrong.push(FieldError::new("name", error))).ok();
        let response = self.response(calendars, &mut wrong);
        let action = word("action", &self.action, Action::parse, Action::ALL.map(Action::as_str), &mut wrong);
        let paging = match self.paging.as_str() {
            NEVER => None,
            text => hours("paging", text, &[NEVER], calendars, &mut wrong),
        };
        let replacements = Replacement::ALL.map(Replacement::as_str);
        let replacement = word("replacement", &self.replacement, Replacement::parse, replacements, &mut wrong);
        let (Some(level), Some(name), Some(action), Some(replacement)) = (level, name, action, replacement) else {
            return Err(wrong);
        };
        let portal_tickets = self.portal_tickets;
        let name = name.as_str().to_owned();
        let terms = LevelTerms { level, name, version, response, action, paging, replacement, portal_tickets };
        // What was not understood cannot contradict anything.
        if wrong.is_empty() {
            wrong = contradictions(&terms);
        }
        if wrong.is_empty() { Ok(terms) } else { Err(wrong) }
    }

    fn response(&self, calendars: &[&str], wrong: &mut Vec<FieldError>) -> Option<Target> {
        let Some(minutes) = self.target_minutes else {
            if !self.target_hours.is_empty() {
                wrong.push(FieldError::new("target_hours", "must be empty when no response is promised"));
            }
            return None;
        };
        if !(1..=TARGET_MINUTES_MAX).contains(&minutes) {
            let said = format!("must be 1 to {TARGET_MINUTES_MAX} minutes, or empty for no target, not {minutes}");
            wrong.push(FieldError::new("target_minutes", said));
        }
        let hours = hours("target_hours", &self.target_hours, &[], calendars, wrong)?;
        Some(Target { target_s: minutes.saturating_mul(60), hours })
    }
}

fn hours(field: &str, text: &str, others: &[&str], calendars: &[&str], wrong: &mut Vec<FieldError>) -> Option<Hours> {
    match text {
        ALWAYS => Some(Hours::Always),
        key if calendars.contains(&key) => Some(Hours::Inside(key.to_owned())),
        _ => {
            let allowed = [others, &[ALWAYS], calendars].concat().join(", ");
            wrong.push(FieldError::new(field, format!("must be one of {allowed}, not {text:?}")));
            None
        }
    }
}

/// What no level may be: without a contract, and by incident, nothing happens by itself; who is paged needs a ticket.
fn contradictions(terms: &LevelTerms) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut unless = |fine: bool, field: &str, said: &str| {
        if !fine {
            wrong.push(FieldError::new(field, said));
        }
    };
    let fixed = match terms.level {
        CoverLevel::None => Some(Action::Nobody),
        CoverLevel::CatS => Some(Action::AcceptedIncident),
        _ => None,
    };
    if let Some(action) = fixed {
        let name = terms.level.label();
        unless(terms.action == action, "action", &format!("must be {} on {name}", action.as_str()));
        unless(terms.response.is_none(), "target_minutes", &format!("must be empty: {name} promises no response"));
        unless(!terms.portal_tickets, "portal_tickets", &format!("must be off: {name} has no portal tickets"));
    }
    let acts = terms.action.opens_ticket();
    unless(acts || terms.paging.is_none(), "paging", "must be never when nobody acts on a fault");
    unless(
        terms.action != Action::DutyEngineer || terms.paging.is_some(),
        "paging",
        "must say when the duty engineer is paged: always, or the key of a calendar",
    );
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALENDARS: [&str; 2] = ["working-hours", "extended-hours"];

    fn custom() -> LevelDraft {
        LevelDraft {
            level: "custom".to_owned(),
            name: "Harbour nights".to_owned(),
            target_minutes: Some(90),
            target_hours: "always".to_owned(),
            action: "duty_engineer".to_owned(),
            paging: "extended-hours".to_owned(),
            replacement: "on_site".to_owned(),
            portal_tickets: true,
        }
    }

    /// Fields of the mistakes, in order.
    fn check(edit: impl FnOnce(&mut LevelDraft), fields: &[&str]) {
        let mut draft = custom();
        edit(&mut draft);
        let wrong = draft.check(2, &CALENDARS).err().unwrap_or_default();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{wrong:?}");
    }

    #[test]
    fn a_custom_level_has_any_terms() {
        let terms = custom().check(2, &CALENDARS).unwrap();
        assert_eq!(terms.response, Some(Target { target_s: 5_400, hours: Hours::Always }));
        assert_eq!(terms.paging, Some(Hours::Inside("extended-hours".to_owned())));
        assert_eq!((terms.version, terms.name.as_str()), (2, "Harbour nights"));
        check(|draft| (draft.target_minutes, draft.target_hours) = (None, String::new()), &[]);
        check(|draft| (draft.action, draft.paging) = ("queue".to_owned(), "never".to_owned()), &[]);
    }

    #[test]
    fn every_mistake_is_named_with_what_is_allowed() {
        check(|draft| draft.level = "cat3".to_owned(), &["level"]);
        check(|draft| draft.name = " ".to_owned(), &["name"]);
        check(|draft| draft.target_minutes = Some(0), &["target_minutes"]);
        check(|draft| draft.target_minutes = Some(TARGET_MINUTES_MAX + 1), &["target_minutes"]);
        check(|draft| draft.target_hours = "office".to_owned(), &["target_hours"]);
        check(|draft| draft.target_minutes = None, &["target_hours"]);
        check(|draft| draft.paging = String::new(), &["paging"]);
        check(|draft| draft.paging = "never".to_owned(), &["paging"]);
        check(|draft| draft.action = "nobody".to_owned(), &["paging"]);
        check(
            |draft| {
                draft.level = "gold".to_owned();
                draft.action = "all".to_owned();
                draft.replacement = "drone".to_owned();
            },
            &["level", "action", "replacement"],
        );
        let wrong = LevelDraft { paging: "office".to_owned(), ..custom() }.check(1, &CALENDARS).unwrap_err();
        assert_eq!(wrong[0].message, "must be one of never, always, working-hours, extended-hours, not \"office\"");
    }

    #[test]
    fn levels_on_which_nothing_happens_by_itself_stay_so() {
        check(|draft| draft.level = "none".to_owned(), &["action", "target_minutes", "portal_tickets"]);
        check(
            |draft| {
                draft.level = "cats".to_owned();
                draft.action = "accepted_incident".to_owned();
                draft.paging = "never".to_owned();
                (draft.target_minutes, draft.target_hours) = (None, String::new());
                draft.portal_tickets = false;
            },
            &[],
        );
    }
}
