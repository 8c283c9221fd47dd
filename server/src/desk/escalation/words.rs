//! Policies in words, with whom they mean at this moment.

use app::api::escalation::{ContractUse, PolicyInput, StepRow, VersionRow, WhomRow};
use domain::{
    access::{Role, Side},
    escalation::{Because, Directory, Step, Whom},
    id::PolicyId,
    time::{Timestamp, span_words},
};

use super::input;
use crate::store::{
    directory::People,
    policies::{self, Use},
};

/// "everybody with the role Engineer".
pub(super) fn whom_words(whom: Whom, directory: &Directory<'_>) -> String {
    match whom {
        Whom::CustomerContacts => "the contacts of the customer".to_owned(),
        Whom::Role(role) => format!("everybody with the role {}", role.label()),
        Whom::Person(user) => match directory.staff.iter().find(|member| member.user == user) {
            Some(member) => member.name.clone(),
            None => "somebody who is no longer here".to_owned(),
        },
        Whom::Rota { rota, layer } => match directory.rotas.get(&rota) {
            None => "on call in a rota that is no longer there".to_owned(),
            Some(rota) => match rota.layers().nth(layer) {
                Some(layer) => format!("on call: {layer} of {}", rota.name()),
                None => format!("on call in a layer that {} no longer has", rota.name()),
            },
        },
    }
}

pub(super) fn step_row(step: &Step, people: &People, now: Timestamp) -> StepRow {
    let directory = people.directory();
    let whom: Vec<_> = step.whom.iter().map(|whom| whom_row(*whom, &directory, now)).collect();
    let instead = match step.side() {
        Side::Customer => Vec::new(),
        Side::Staff => {
            let told = directory.reach(&step.whom, now).told;
            told.into_iter().filter(|told| told.because == Because::Fallback).map(|told| told.name).collect()
        }
    };
    StepRow {
        after: step.after.to_string(),
        reaches_nobody: whom.iter().all(|whom| whom.reaches_nobody),
        whom,
        instead,
    }
}

fn whom_row(whom: Whom, directory: &Directory<'_>, now: Timestamp) -> WhomRow {
    let words = whom_words(whom, directory);
    if whom == Whom::CustomerContacts {
        // Other people for each fault.
        return WhomRow { words, now: Vec::new(), missed: Vec::new(), reaches_nobody: false };
    }
    let reached = directory.reach(&[whom], now);
    let told = reached.told.into_iter().filter(|told| told.because != Because::Fallback);
    let names: Vec<_> = told.map(|told| told.name).collect();
    let reaches_nobody = names.is_empty();
    // Where nobody was found the fallback was tried too; its own misses are not this group's.
    let own = if reaches_nobody { 1.max(members(whom, directory)) } else { usize::MAX };
    let missed = reached.missed.iter().take(own).map(ToString::to_string).collect();
    WhomRow { words, now: names, missed, reaches_nobody }
}

/// How many of the staff a role means; of the others there is one at a time.
fn members(whom: Whom, directory: &Directory<'_>) -> usize {
    match whom {
        Whom::Role(role) => directory.staff.iter().filter(|member| member.role == role).count(),
        _ => 1,
    }
}

pub(super) fn reminder(reminder_s: Option<u32>) -> String {
    match reminder_s {
        None => "No reminders.".to_owned(),
        Some(seconds) => {
            format!("Whoever was told is reminded every {} until somebody acknowledges.", span_words(seconds.into()))
        }
    }
}

/// The contracts that follow `policy`, those that name none included when it is the usual one.
pub(super) fn contracts(uses: &[Use], policy: PolicyId, usual: Option<PolicyId>) -> Vec<ContractUse> {
    let follows = |one: &&Use| one.policy.or(usual) == Some(policy);
    let row = |one: &Use| ContractUse { contract: one.contract, customer: one.customer.clone(), level: one.level };
    uses.iter().filter(follows).map(row).collect()
}

pub(super) fn versions(versions: &[policies::VersionRow], of: PolicyId) -> Vec<VersionRow> {
    let row = |row: &policies::VersionRow| VersionRow { version: row.version, at: row.at, by: row.by.clone() };
    versions.iter().filter(|row| row.of == of).map(row).collect()
}

/// Everybody who can be chosen; what stands in the form and is no longer there stays in the list.
pub(super) fn choices(directory: &Directory<'_>, input: &PolicyInput) -> Vec<(String, String)> {
    let mut choices = Vec::new();
    for (id, rota) in directory.rotas {
        for (layer, name) in rota.layers().enumerate() {
            let whom = Whom::Rota { rota: *id, layer };
            choices.push((input::word(whom), format!("On call: {name} of {}", rota.name())));
        }
    }
    for role in Role::ALL.into_iter().filter(|role| role.is_staff()) {
        choices.push((input::word(Whom::Role(role)), format!("Role: {}", role.label())));
    }
    for member in directory.staff {
        choices.push((input::word(Whom::Person(member.user)), format!("Person: {}", member.name)));
    }
    choices.push((input::word(Whom::CustomerContacts), "The customer's contacts".to_owned()));
    for word in input.steps.iter().flat_map(|step| &step.whom).filter(|word| !word.is_empty()) {
        if !choices.iter().any(|(known, _)| known == word) {
            let words = input::parse(word).map_or_else(|| word.clone(), |whom| whom_words(whom, directory));
            choices.push((word.clone(), words));
        }
    }
    choices
}
