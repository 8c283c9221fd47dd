//! A policy as an administrator types it, and every mistake in it.

use serde::{Deserialize, Serialize};

use super::{After, Counted, Directory, Policy, Step, Whom};
use crate::{form::word, probe::FieldError, text::Name};

/// A fault that ten rounds of mail did not move is not moved by an eleventh.
const STEPS_MAX: usize = 10;
const WHOM_MAX: usize = 10;
/// A week.
const AFTER_MINUTES_MAX: u32 = 7 * 24 * 60;
/// More often than every 15 min is noise.
const REMINDER_MINUTES_MIN: u32 = 15;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDraft {
    pub name: String,
    pub steps: Vec<StepDraft>,
    /// None: nobody is reminded.
    pub reminder_minutes: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDraft {
    /// Since the fault opened.
    pub after_minutes: u32,
    /// "elapsed" or "cover".
    pub counted: String,
    pub whom: Vec<Whom>,
}

impl PolicyDraft {
    /// The policy as version `version`, or every mistake by field: `steps[1].after_minutes`, `steps[0].whom[2]`.
    pub fn check(&self, version: u32, directory: &Directory<'_>) -> Result<Policy, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let name = Name::parse(&self.name).map_err(|error| wrong.push(FieldError::new("name", error))).ok();
        if !(1..=STEPS_MAX).contains(&self.steps.len()) {
            let said = format!("must have 1 to {STEPS_MAX} steps, not {}", self.steps.len());
            wrong.push(FieldError::new("steps", said));
        }
        let mut steps = Vec::new();
        let mut before = 0;
        for (place, draft) in self.steps.iter().enumerate().take(STEPS_MAX) {
            let field = format!("steps[{place}]");
            steps.extend(draft.check(&field, before, directory, &mut wrong));
            before = draft.after_minutes;
        }
        if let Some(minutes) = self.reminder_minutes
            && !(REMINDER_MINUTES_MIN..=AFTER_MINUTES_MAX).contains(&minutes)
        {
            let allowed = format!("must be {REMINDER_MINUTES_MIN} to {AFTER_MINUTES_MAX} minutes, or empty for none");
            wrong.push(FieldError::new("reminder_minutes", format!("{allowed}, not {minutes}")));
        }
        let reminder_s = self.reminder_minutes.map(|minutes| minutes.saturating_mul(60));
        match name {
            Some(name) if wrong.is_empty() => Ok(Policy { name: name.into(), version, steps, reminder_s }),
            _ => Err(wrong),
        }
    }
}

impl StepDraft {
    fn check(
        &self,
        field: &str,
        minutes_before: u32,
        directory: &Directory<'_>,
        wrong: &mut Vec<FieldError>,
    ) -> Option<Step> {
        let minutes = self.after_minutes;
        if AFTER_MINUTES_MAX < minutes {
            let said = format!("must be 0 to {AFTER_MINUTES_MAX} minutes, not {minutes}");
            wrong.push(FieldError::new(&format!("{field}.after_minutes"), said));
        }
        if minutes < minutes_before {
            let said = format!("must not be before the step above, which is after {minutes_before} minutes");
            wrong.push(FieldError::new(&format!("{field}.after_minutes"), said));
        }
        let words = Counted::ALL.map(Counted::as_str);
        let counted = word(&format!("{field}.counted"), &self.counted, Counted::parse, words, wrong);
        self.check_whom(&format!("{field}.whom"), directory, wrong);
        let after = After { seconds: minutes.saturating_mul(60), counted: counted? };
        Some(Step { after, whom: self.whom.clone() })
    }

    fn check_whom(&self, field: &str, directory: &Directory<'_>, wrong: &mut Vec<FieldError>) {
        if !(1..=WHOM_MAX).contains(&self.whom.len()) {
            let said = format!("must name 1 to {WHOM_MAX} people or groups, not {}", self.whom.len());
            wrong.push(FieldError::new(field, said));
        }
        for (place, whom) in self.whom.iter().enumerate().take(WHOM_MAX) {
            let field = format!("{field}[{place}]");
            match whom {
                Whom::Role(role) if !role.is_staff() => {
                    wrong.push(FieldError::new(&field, "must be a role of staff; contacts are \"customer_contacts\""));
                }
                whom if self.whom.first().map(|first| first.side()) != Some(whom.side()) => {
                    wrong.push(FieldError::new(
                        &field,
                        "must be staff or contacts like the others: give it its own step",
                    ));
                }
                whom if !directory.has_address(*whom) => {
                    wrong.push(FieldError::new(&field, "reaches nobody with a working mail address"));
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        escalation::samples::{Desk, ROTA, duty, user},
    };

    fn draft() -> PolicyDraft {
        let step = |after_minutes, counted: &str, whom| StepDraft { after_minutes, counted: counted.to_owned(), whom };
        PolicyDraft {
            name: "Standard".to_owned(),
            steps: vec![
                step(0, "elapsed", vec![duty(), Whom::Person(user(2))]),
                step(15, "cover", vec![Whom::Role(Role::Supervisor)]),
                step(15, "elapsed", vec![Whom::CustomerContacts]),
            ],
            reminder_minutes: Some(240),
        }
    }

    /// Fields of the mistakes, in order.
    fn check(edit: impl FnOnce(&mut PolicyDraft, &mut Desk), fields: &[&str]) {
        let (mut draft, mut desk) = (draft(), Desk::new());
        edit(&mut draft, &mut desk);
        let wrong = draft.check(3, &desk.directory()).err().unwrap_or_default();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{wrong:?}");
    }

    #[test]
    fn a_right_policy_is_accepted_and_survives_storage() {
        let policy = draft().check(3, &Desk::new().directory()).unwrap();
        assert_eq!((policy.version, policy.reminder_s), (3, Some(crate::escalation::REMINDER_S)));
        assert_eq!(policy.steps[1].after, After { seconds: 900, counted: Counted::Cover });
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        check(|draft, _| draft.reminder_minutes = None, &[]);
    }

    #[test]
    fn every_mistake_is_named_by_its_field() {
        check(|draft, _| draft.name.clear(), &["name"]);
        check(|draft, _| draft.steps.clear(), &["steps"]);
        check(|draft, _| draft.steps = vec![draft.steps[0].clone(); 11], &["steps"]);
        check(|draft, _| draft.steps[1].after_minutes = 16, &["steps[2].after_minutes"]);
        check(|draft, _| draft.steps[2].after_minutes = 10_081, &["steps[2].after_minutes"]);
        check(|draft, _| draft.steps[1].counted = "hours".to_owned(), &["steps[1].counted"]);
        check(|draft, _| draft.reminder_minutes = Some(14), &["reminder_minutes"]);
        check(|draft, _| draft.steps[0].whom.clear(), &["steps[0].whom"]);
        check(|draft, _| draft.steps[0].whom[1] = Whom::CustomerContacts, &["steps[0].whom[1]"]);
        check(|draft, _| draft.steps[0].whom[1] = Whom::Role(Role::Manager), &["steps[0].whom[1]"]);
    }

    #[test]
    fn a_step_without_an_address_is_flagged() {
        check(|draft, _| draft.steps[0].whom[1] = Whom::Person(user(99)), &["steps[0].whom[1]"]);
        check(|draft, _| draft.steps[0].whom[1] = Whom::Role(Role::Agent), &["steps[0].whom[1]"]);
        check(|draft, _| draft.steps[0].whom[0] = Whom::Rota { rota: ROTA, layer: 1 }, &["steps[0].whom[0]"]);
        check(|_, desk| desk.rotas.clear(), &["steps[0].whom[0]"]);
        check(|_, desk| desk.staff[2].address_works = false, &["steps[1].whom[0]"]);
        check(|_, desk| desk.staff[0].address_works = false, &[]);
        // Nobody of the rota is left.
        let mute = |desk: &mut Desk| desk.staff.iter_mut().take(2).for_each(|one| one.address_works = false);
        check(|_, desk| mute(desk), &["steps[0].whom[0]", "steps[0].whom[1]"]);
        check(|_, desk| desk.contacts.clear(), &[]);
    }
}
