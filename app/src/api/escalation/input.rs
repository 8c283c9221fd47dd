//! What is typed about escalation, as it travels in forms and addresses. Pure.

use domain::id::PolicyId;
use serde::{Deserialize, Serialize};

/// More than a policy may have, so that one too many is refused and not lost.
const STEPS_READ_MAX: usize = 11;
const WHOM_READ_MAX: usize = 11;

/// A policy's form as typed. Parsed by the desk, which names every wrong field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyInput {
    pub name: String,
    /// Empty for none.
    pub reminder_minutes: String,
    /// Of the policy as it was loaded; empty for a new one.
    pub version: String,
    pub steps: Vec<StepInput>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepInput {
    pub after_minutes: String,
    /// "elapsed" or "cover".
    pub counted: String,
    /// "role:engineer", "person:<id>", "rota:<id>:0" or "contacts"; empty for nobody.
    pub whom: Vec<String>,
}

/// "A fault on this host at this time" as typed; everything may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhatIfInput {
    /// "host:<name>" or "customer:<id>".
    pub place: String,
    /// A cover level's word; empty for the contract's.
    pub level: String,
    /// A policy's id; empty for the contract's.
    pub policy: String,
    /// "2026-11-27", local to the customer.
    pub date: String,
    /// "22:00".
    pub time: String,
    /// "warning", "critical" or "unknown".
    pub status: String,
    /// Minutes until one of the staff acknowledges; empty for never.
    pub acknowledged_after: String,
}

/// What a button of the form does before it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// Says what is wrong.
    Check,
    Add,
    /// Places are counted from 0.
    Remove(usize),
    Up(usize),
    Down(usize),
    /// Makes room for one more person: those who are there stay.
    MoreWhom,
}

impl Edit {
    pub fn parse(text: &str) -> Option<Self> {
        let (verb, place) = text.split_once('-').unwrap_or((text, "0"));
        let place = place.parse().ok()?;
        match verb {
            "check" => Some(Self::Check),
            "add" => Some(Self::Add),
            "remove" => Some(Self::Remove(place)),
            "up" => Some(Self::Up(place)),
            "down" => Some(Self::Down(place)),
            "more" => Some(Self::MoreWhom),
            _ => None,
        }
    }

    /// The word in the address.
    pub fn word(self) -> String {
        match self {
            Self::Check => "check".to_owned(),
            Self::Add => "add".to_owned(),
            Self::Remove(place) => format!("remove-{place}"),
            Self::Up(place) => format!("up-{place}"),
            Self::Down(place) => format!("down-{place}"),
            Self::MoreWhom => "more".to_owned(),
        }
    }
}

impl PolicyInput {
    /// What an address holds, by the names of the form's fields. None: it holds no form.
    pub fn from_address(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let name = get("input[name]")?;
        let field = |key: &str| get(key).unwrap_or_default();
        let step = |place: usize| {
            let after_minutes = get(&format!("input[steps][{place}][after_minutes]"))?;
            let counted = field(&format!("input[steps][{place}][counted]"));
            let whom = (0..WHOM_READ_MAX).filter_map(|one| get(&format!("input[steps][{place}][whom][{one}]")));
            Some(StepInput { after_minutes, counted, whom: whom.filter(|word| !word.is_empty()).collect() })
        };
        Some(Self {
            name,
            reminder_minutes: field("input[reminder_minutes]"),
            version: field("input[version]"),
            steps: (0..STEPS_READ_MAX).map_while(step).collect(),
        })
    }

    /// The address of the form with everything that was typed.
    pub fn address(&self, id: Option<PolicyId>, edit: Edit) -> String {
        let mut pairs = vec![
            ("do".to_owned(), edit.word()),
            ("input[name]".to_owned(), self.name.clone()),
            ("input[reminder_minutes]".to_owned(), self.reminder_minutes.clone()),
            ("input[version]".to_owned(), self.version.clone()),
        ];
        for (place, step) in self.steps.iter().enumerate().take(STEPS_READ_MAX) {
            pairs.push((format!("input[steps][{place}][after_minutes]"), step.after_minutes.clone()));
            pairs.push((format!("input[steps][{place}][counted]"), step.counted.clone()));
            let whom = step.whom.iter().filter(|word| !word.is_empty()).enumerate().take(WHOM_READ_MAX);
            pairs.extend(whom.map(|(one, word)| (format!("input[steps][{place}][whom][{one}]"), word.clone())));
        }
        let query: Vec<_> = pairs.iter().map(|(key, value)| format!("{}={}", escaped(key), escaped(value))).collect();
        format!("{}?{}", Self::path(id), query.join("&"))
    }

    /// The address of the empty or stored form.
    pub fn path(id: Option<PolicyId>) -> String {
        match id {
            None => "/escalation/new".to_owned(),
            Some(id) => format!("/escalation/{id}/edit"),
        }
    }

    /// What stands in the form after a button.
    #[must_use]
    pub fn edited(mut self, edit: Edit) -> Self {
        match edit {
            Edit::Check | Edit::MoreWhom => {}
            Edit::Add => {
                let after_minutes = self.steps.last().map(|step| step.after_minutes.clone()).unwrap_or_default();
                self.steps.push(StepInput { after_minutes, counted: "elapsed".to_owned(), whom: Vec::new() });
            }
            Edit::Remove(place) => {
                if place < self.steps.len() {
                    self.steps.remove(place);
                }
            }
            Edit::Up(place) => self.swap_whom(place, place.wrapping_sub(1)),
            Edit::Down(place) => self.swap_whom(place, place.saturating_add(1)),
        }
        self
    }

    /// Steps are in order of time, so what moves is whom they tell; when stays where it is.
    fn swap_whom(&mut self, one: usize, other: usize) {
        let whom =
            |steps: &mut Vec<StepInput>, place: usize| steps.get_mut(place).map(|step| std::mem::take(&mut step.whom));
        if one.max(other) < self.steps.len()
            && let (Some(first), Some(second)) = (whom(&mut self.steps, one), whom(&mut self.steps, other))
        {
            for (place, whom) in [(one, second), (other, first)] {
                if let Some(step) = self.steps.get_mut(place) {
                    step.whom = whom;
                }
            }
        }
    }
}

impl WhatIfInput {
    /// What an address asks, by the names of the form's fields.
    pub fn from_address(get: impl Fn(&str) -> Option<String>) -> Self {
        let field = |key: &str| get(key).unwrap_or_default();
        Self {
            place: field("place"),
            level: field("level"),
            policy: field("policy"),
            date: field("date"),
            time: field("time"),
            status: field("status"),
            acknowledged_after: field("acknowledged_after"),
        }
    }
}

/// For a query: everything but the letters and digits that are always safe is written as bytes.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> PolicyInput {
        let step = |after: &str, whom: &[&str]| StepInput {
            after_minutes: after.to_owned(),
            counted: "elapsed".to_owned(),
            whom: whom.iter().map(|word| (*word).to_owned()).collect(),
        };
        PolicyInput {
            name: "Nights & days".to_owned(),
            reminder_minutes: "240".to_owned(),
            version: "3".to_owned(),
            steps: vec![step("0", &["role:engineer", "contacts"]), step("15 min", &[])],
        }
    }

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            let hex = |byte: Option<u8>| char::from(byte.unwrap()).to_digit(16).unwrap() as u8;
            bytes.push(if byte == b'%' { hex(rest.next()) * 16 + hex(rest.next()) } else { byte });
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_was_typed_survives_the_address() {
        let address = input().address(None, Edit::Check);
        let (path, query) = address.split_once('?').unwrap();
        assert_eq!(path, "/escalation/new");
        let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let get = |key: &str| pairs.iter().find(|(name, _)| decoded(name) == key).map(|(_, value)| decoded(value));
        assert_eq!(PolicyInput::from_address(get), Some(input()));
        assert_eq!(get("do").as_deref().and_then(Edit::parse), Some(Edit::Check));
        assert_eq!(PolicyInput::from_address(|_| None), None);
    }

    #[test]
    fn buttons_change_the_steps_and_keep_the_rest() {
        let whom = |input: &PolicyInput| input.steps.iter().map(|step| step.whom.len()).collect::<Vec<_>>();
        let added = input().edited(Edit::Add);
        assert_eq!((whom(&added), added.steps[2].after_minutes.as_str()), (vec![2, 0, 0], "15 min"));
        assert_eq!(whom(&input().edited(Edit::Remove(0))), [0]);
        assert_eq!(whom(&input().edited(Edit::Remove(7))), [2, 0]);
        let moved = input().edited(Edit::Down(0));
        assert_eq!((whom(&moved), moved.steps[0].after_minutes.as_str()), (vec![0, 2], "0"));
        assert_eq!(whom(&input().edited(Edit::Up(1))), [0, 2]);
        for nowhere in [Edit::Up(0), Edit::Down(1), Edit::Check, Edit::MoreWhom] {
            assert_eq!(input().edited(nowhere), input(), "{nowhere:?}");
        }
    }

    #[test]
    fn buttons_have_words() {
        for edit in [Edit::Check, Edit::Add, Edit::Remove(3), Edit::Up(1), Edit::Down(0), Edit::MoreWhom] {
            assert_eq!(Edit::parse(&edit.word()), Some(edit));
        }
        assert_eq!((Edit::parse("explode"), Edit::parse("up-x")), (None, None));
    }
}
