//! A desk of four people and one contact for tests, and policies for it.

use std::{collections::BTreeMap, sync::Arc};

use uuid::Uuid;

use super::{After, Contact, Counted, Directory, EscalationTerms, Policy, StaffMember, Step, Whom};
use crate::{
    access::Role,
    cover::CoverLevel,
    id::{ContactId, RotaId, UserId},
    level::{LevelTerms, calendar_drafts},
    rota::{Rota, samples},
};

pub(crate) struct Desk {
    pub(crate) rotas: BTreeMap<RotaId, Rota>,
    pub(crate) staff: Vec<StaffMember>,
    pub(crate) contacts: Vec<Contact>,
}

pub(crate) const ROTA: RotaId = RotaId(Uuid::from_u128(1));

pub(crate) fn user(number: u128) -> UserId {
    samples::person(number)
}

/// First on call.
pub(crate) fn duty() -> Whom {
    Whom::Rota { rota: ROTA, layer: 0 }
}

impl Desk {
    /// Priya and Tom take turns by weeks from Monday 5 October 2026; Priya has even weeks from then.
    pub(crate) fn new() -> Self {
        let rota = samples::rota("Europe/London", samples::weekly(2)).check().unwrap();
        let member = |(number, name, role): (u128, &str, Role)| StaffMember {
            user: user(number),
            name: name.to_owned(),
            role,
            address_works: true,
        };
        let staff = [
            (1, "Priya", Role::Engineer),
            (2, "Tom", Role::Engineer),
            (3, "Ellie", Role::Supervisor),
            (4, "Sam", Role::Administrator),
        ];
        let ruth = Contact { contact: ContactId(Uuid::from_u128(50)), name: "Ruth".to_owned(), address_works: true };
        Self { rotas: [(ROTA, rota)].into(), staff: staff.map(member).into(), contacts: vec![ruth] }
    }

    pub(crate) fn directory(&self) -> Directory<'_> {
        Directory { rotas: &self.rotas, staff: &self.staff, contacts: &self.contacts }
    }
}

pub(crate) fn step(minutes: u32, counted: Counted, whom: Whom) -> Step {
    Step { after: After { seconds: minutes * 60, counted }, whom: vec![whom] }
}

/// Duty at once, duty after 15 min, the supervisor after 75 min, elapsed; reminders every 4 h.
pub(crate) fn policy() -> Policy {
    let steps = vec![
        step(0, Counted::Elapsed, duty()),
        step(15, Counted::Elapsed, duty()),
        step(75, Counted::Elapsed, Whom::Role(Role::Supervisor)),
    ];
    Policy { name: "Standard".to_owned(), version: 1, steps, reminder_s: Some(super::REMINDER_S) }
}

pub(crate) fn terms(policy: Policy, level: CoverLevel) -> EscalationTerms {
    let calendars = calendar_drafts();
    let calendars =
        calendars.into_iter().map(|(key, draft)| (key.to_owned(), Arc::new(draft.check().unwrap()))).collect();
    EscalationTerms::new(policy, &LevelTerms::seeded(level).unwrap(), &calendars).unwrap()
}
