//! From what was typed to a policy, and back.

use app::api::escalation::{PolicyInput, StepInput};
use domain::{
    access::Role,
    escalation::{Counted, Directory, Policy, PolicyDraft, REMINDER_S, StepDraft, Whom},
    probe::FieldError,
};

const CONTACTS: &str = "contacts";

/// The word of a form's list: "role:engineer", "person:<id>", "rota:<id>:<layer>", "contacts".
pub(super) fn word(whom: Whom) -> String {
    match whom {
        Whom::Rota { rota, layer } => format!("rota:{rota}:{layer}"),
        Whom::Person(user) => format!("person:{user}"),
        Whom::Role(role) => format!("role:{}", role.as_str()),
        Whom::CustomerContacts => CONTACTS.to_owned(),
    }
}

pub(super) fn parse(word: &str) -> Option<Whom> {
    if word == CONTACTS {
        return Some(Whom::CustomerContacts);
    }
    match word.split_once(':')? {
        ("role", role) => Role::parse(role).map(Whom::Role),
        ("person", user) => user.parse().ok().map(Whom::Person),
        ("rota", rest) => {
            let (rota, layer) = rest.split_once(':')?;
            Some(Whom::Rota { rota: rota.parse().ok()?, layer: layer.parse().ok()? })
        }
        _ => None,
    }
}

/// Empty choices say nobody; places in messages are counted without them.
pub(super) fn without_gaps(mut input: PolicyInput) -> PolicyInput {
    for step in &mut input.steps {
        step.whom.retain(|word| !word.trim().is_empty());
    }
    input
}

/// What stands in the form of a policy; of a new one when there is none.
pub(super) fn of_policy(policy: Option<&Policy>) -> PolicyInput {
    let Some(policy) = policy else {
        let first = StepInput {
            after_minutes: "0".to_owned(),
            counted: Counted::Elapsed.as_str().to_owned(),
            whom: Vec::new(),
        };
        return PolicyInput { reminder_minutes: minutes(REMINDER_S), steps: vec![first], ..PolicyInput::default() };
    };
    let steps = policy.steps.iter().map(|step| StepInput {
        after_minutes: minutes(step.after.seconds),
        counted: step.after.counted.as_str().to_owned(),
        whom: step.whom.iter().copied().map(word).collect(),
    });
    PolicyInput {
        name: policy.name.clone(),
        reminder_minutes: policy.reminder_s.map(minutes).unwrap_or_default(),
        version: policy.version.to_string(),
        steps: steps.collect(),
    }
}

fn minutes(seconds: u32) -> String {
    (seconds / 60).to_string()
}

/// The policy as version `version`, or every mistake by field.
pub(super) fn check(input: &PolicyInput, version: u32, directory: &Directory<'_>) -> Result<Policy, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut steps = Vec::with_capacity(input.steps.len());
    let mut before = 0;
    for (place, step) in input.steps.iter().enumerate() {
        let field = format!("steps[{place}]");
        let typed = number(&format!("{field}.after_minutes"), &step.after_minutes, &mut wrong);
        // What is no number is in order for the others.
        before = typed.unwrap_or(before);
        steps.push(StepDraft {
            after_minutes: before,
            counted: step.counted.clone(),
            whom: whom(&field, step, &mut wrong),
        });
    }
    let reminder_minutes = match input.reminder_minutes.trim() {
        "" => None,
        typed => number("reminder_minutes", typed, &mut wrong),
    };
    let draft = PolicyDraft { name: input.name.clone(), steps, reminder_minutes };
    match draft.check(version, directory) {
        Ok(policy) if wrong.is_empty() => Ok(policy),
        Ok(_) => Err(wrong),
        Err(more) => {
            let known: Vec<_> = wrong.iter().map(|error| error.field.clone()).collect();
            wrong.extend(more.into_iter().filter(|error| !known.contains(&error.field)));
            Err(wrong)
        }
    }
}

fn number(field: &str, typed: &str, wrong: &mut Vec<FieldError>) -> Option<u32> {
    let found = typed.trim().parse().ok();
    if found.is_none() {
        wrong.push(FieldError::new(field, format!("must be a whole number of minutes, not {typed:?}")));
    }
    found
}

fn whom(field: &str, step: &StepInput, wrong: &mut Vec<FieldError>) -> Vec<Whom> {
    let mut found = Vec::with_capacity(step.whom.len());
    for (place, word) in step.whom.iter().filter(|word| !word.trim().is_empty()).enumerate() {
        match parse(word) {
            Some(whom) => found.push(whom),
            None => {
                let said = "must be a rota, a person, a role of staff or the contacts, as the list offers them";
                wrong.push(FieldError::new(&format!("{field}.whom[{place}]"), said));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use domain::id::{RotaId, UserId};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn everybody_who_can_be_told_has_a_word() {
        let id = Uuid::from_u128(7);
        for whom in [
            Whom::CustomerContacts,
            Whom::Role(Role::Supervisor),
            Whom::Person(UserId(id)),
            Whom::Rota { rota: RotaId(id), layer: 1 },
        ] {
            assert_eq!(parse(&word(whom)), Some(whom));
        }
        for wrong in ["", "role:king", "person:Tom", "rota:1", "rota:00000000-0000-0000-0000-000000000007:x", "all:1"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_number_is_named_once_and_hides_no_other_mistake() {
        let step = |after: &str, whom: &[&str]| StepInput {
            after_minutes: after.to_owned(),
            counted: "hours".to_owned(),
            whom: whom.iter().map(|word| (*word).to_owned()).collect(),
        };
        let input = PolicyInput {
            reminder_minutes: "often".to_owned(),
            steps: vec![step("soon", &["all"]), step("15", &[])],
            ..PolicyInput::default()
        };
        let (rotas, staff, contacts) = Default::default();
        let directory = Directory { rotas: &rotas, staff, contacts };
        let wrong = check(&input, 1, &directory).unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        let expected = [
            "steps[0].after_minutes",
            "steps[0].whom[0]",
            "reminder_minutes",
            "name",
            "steps[0].counted",
            "steps[0].whom",
            "steps[1].counted",
            "steps[1].whom",
        ];
        assert_eq!(fields, expected);
    }
}
