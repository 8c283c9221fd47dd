//! From "the duty engineer" to people: looked up at the instant a step is due.

use std::collections::BTreeMap;

use super::Whom;
use crate::{
    access::Role,
    id::{ContactId, RotaId, UserId},
    notice::Who,
    rota::Rota,
    time::Timestamp,
};

/// Everybody who may be told of one customer's fault.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    pub rotas: &'a BTreeMap<RotaId, Rota>,
    /// Those who may sign in.
    pub staff: &'a [StaffMember],
    pub contacts: &'a [Contact],
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub user: UserId,
    pub name: String,
    pub role: Role,
    /// No mail server has refused it for good.
    pub address_works: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub contact: ContactId,
    pub name: String,
    pub address_works: bool,
}

/// Who is told by one step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reached {
    /// Each person once. Empty only when no supervisor and no administrator has a working address either, which is an
    /// alarm of its own.
    pub told: Vec<Told>,
    pub missed: Vec<NotReached>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub who: Who,
    pub name: String,
    pub because: Because,
}

/// Why a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    OnCall {
        rota: String,
        layer: String,
    },
    Named,
    Role(Role),
    Contact,
    /// One of the staff who hear of every fault as it opens.
    EveryFault,
    /// The step reached nobody else.
    Fallback,
}

/// Why a person or group is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReached {
    #[error("{name} has no working mail address")]
    NoAddress { who: Who, name: String },
    #[error("nobody was on call in {rota}")]
    NobodyOnCall { rota: String },
    #[error("the rota is no longer there")]
    RotaGone,
    #[error("the person is no longer there")]
    PersonGone,
    #[error("nobody has the role {}", .0.label())]
    NobodyInRole(Role),
    #[error("the customer has no contact")]
    NoContact,
}

impl Reached {
    pub fn fell_back(&self) -> bool {
        self.told.iter().any(|told| told.because == Because::Fallback)
    }
}

impl Directory<'_> {
    /// Who hears of a step that is due at `at`; if nobody would, the supervisors, and without any the administrators.
    pub fn reach(&self, whom: &[Whom], at: Timestamp) -> Reached {
        let mut reached = Reached::default();
        for one in whom {
            self.look_up(*one, at, &mut reached);
        }
        for role in [Role::Supervisor, Role::Administrator] {
            if reached.told.is_empty() {
                for member in self.staff.iter().filter(|member| member.role == role) {
                    reached.add_member(member, Because::Fallback);
                }
            }
        }
        reached
    }

    /// Whether anybody may ever be reached by `whom`. Contacts are another customer's for each fault: always.
    pub fn has_address(&self, whom: Whom) -> bool {
        let works = |user: UserId| self.member(user).is_some_and(|member| member.address_works);
        match whom {
            Whom::CustomerContacts => true,
            Whom::Person(user) => works(user),
            Whom::Role(role) => self.staff.iter().any(|member| member.role == role && member.address_works),
            Whom::Rota { rota, layer } => self.rotas.get(&rota).is_some_and(|rota| rota.people(layer).any(works)),
        }
    }

    fn look_up(&self, whom: Whom, at: Timestamp, reached: &mut Reached) {
        match whom {
            Whom::Person(user) => self.add_user(user, Because::Named, reached),
            Whom::Rota { rota, layer } => self.add_on_call(rota, layer, at, reached),
            Whom::Role(role) => {
                let mut members = self.staff.iter().filter(|member| member.role == role).peekable();
                if members.peek().is_none() {
                    reached.missed.push(NotReached::NobodyInRole(role));
                }
                members.for_each(|member| reached.add_member(member, Because::Role(role)));
            }
            Whom::CustomerContacts => {
                if self.contacts.is_empty() {
                    reached.missed.push(NotReached::NoContact);
                }
                for Contact { contact, name, address_works } in self.contacts {
                    reached.add(Who::Contact(*contact), name, *address_works, Because::Contact);
                }
            }
        }
    }

    fn add_on_call(&self, rota: RotaId, layer: usize, at: Timestamp, reached: &mut Reached) {
        let Some(rota) = self.rotas.get(&rota) else {
            return reached.missed.push(NotReached::RotaGone);
        };
        let name = rota.name().to_owned();
        match rota.on_call(layer, at) {
            None => reached.missed.push(NotReached::NobodyOnCall { rota: name }),
            Some(duty) => {
                let layer = rota.layers().nth(layer).unwrap_or_default().to_owned();
                self.add_user(duty.person, Because::OnCall { rota: name, layer }, reached);
            }
        }
    }

    fn add_user(&self, user: UserId, because: Because, reached: &mut Reached) {
        match self.member(user) {
            Some(member) => reached.add_member(member, because),
            None => reached.missed.push(NotReached::PersonGone),
        }
    }

    fn member(&self, user: UserId) -> Option<&StaffMember> {
        self.staff.iter().find(|member| member.user == user)
    }
}

impl Reached {
    fn add_member(&mut self, member: &StaffMember, because: Because) {
        self.add(Who::User(member.user), &member.name, member.address_works, because);
    }

    /// A person in two groups of a step is told once, by the first.
    fn add(&mut self, who: Who, name: &str, address_works: bool, because: Because) {
        if self.told.iter().any(|told| told.who == who) {
            return;
        }
        let name = name.to_owned();
        if address_works {
            self.told.push(Told { who, name, because });
        } else {
            self.missed.push(NotReached::NoAddress { who, name });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Side,
        escalation::{
            Due, DueKind, Taken,
            samples::{Desk, ROTA, duty, user},
        },
    };

    /// Names and reasons of those told.
    fn check(edit: impl FnOnce(&mut Desk), whom: &[Whom], expected: &[(&str, Because)], missed: &[NotReached]) {
        let mut desk = Desk::new();
        edit(&mut desk);
        let reached = desk.directory().reach(whom, crate::calendar::samples::at("2026-10-07T12:00:00Z"));
        let told: Vec<_> = reached.told.iter().map(|told| (told.name.as_str(), told.because.clone())).collect();
        assert_eq!(told, expected);
        assert_eq!(reached.missed, missed);
    }

    fn on_call() -> Because {
        Because::OnCall { rota: "Duty engineers".to_owned(), layer: "First".to_owned() }
    }

    fn no_address(number: u128, name: &str) -> NotReached {
        NotReached::NoAddress { who: Who::User(user(number)), name: name.to_owned() }
    }

    #[test]
    fn groups_become_people_and_each_person_is_told_once() {
        check(|_| {}, &[duty()], &[("Priya", on_call())], &[]);
        check(|_| {}, &[duty(), Whom::Person(user(1))], &[("Priya", on_call())], &[]);
        let role = Whom::Role(Role::Engineer);
        let expected = [("Tom", Because::Named), ("Priya", Because::Role(Role::Engineer))];
        check(|_| {}, &[Whom::Person(user(2)), role], &expected, &[]);
        check(|_| {}, &[Whom::CustomerContacts], &[("Ruth", Because::Contact)], &[]);
    }

    #[test]
    fn a_step_without_a_working_address_falls_back_to_the_supervisor() {
        let fallback = [("Ellie", Because::Fallback)];
        check(|desk| desk.staff[0].address_works = false, &[duty()], &fallback, &[no_address(1, "Priya")]);
        check(|desk| desk.rotas.clear(), &[duty()], &fallback, &[NotReached::RotaGone]);
        check(|desk| desk.contacts.clear(), &[Whom::CustomerContacts], &fallback, &[NotReached::NoContact]);
        check(|_| {}, &[Whom::Person(user(99))], &fallback, &[NotReached::PersonGone]);
        check(|_| {}, &[Whom::Role(Role::Agent)], &fallback, &[NotReached::NobodyInRole(Role::Agent)]);
        let gone = NotReached::NobodyOnCall { rota: "Duty engineers".to_owned() };
        check(|_| {}, &[Whom::Rota { rota: ROTA, layer: 4 }], &fallback, &[gone]);
    }

    #[test]
    fn what_was_carried_out_says_who_was_told_and_who_was_missed() {
        let mut desk = Desk::new();
        desk.staff[0].address_works = false;
        let at = crate::calendar::samples::at("2026-10-07T12:00:00Z");
        let due = Due { side: Side::Staff, kind: DueKind::Step(1), at, whom: vec![duty()], delay: None };
        let taken = due.carried_out(&desk.directory().reach(&due.whom, due.at));
        let (told, missed) = (vec![Who::User(user(3))], vec![Who::User(user(1))]);
        assert_eq!(taken, Taken { side: due.side, kind: due.kind, due_at: at, told, missed });
    }

    #[test]
    fn without_a_supervisor_the_administrator_hears_and_then_nobody() {
        let mute = |desk: &mut Desk, first: usize| {
            desk.staff.iter_mut().skip(first).for_each(|member| member.address_works = false);
        };
        check(
            |desk| desk.staff[2].address_works = false,
            &[Whom::Person(user(99))],
            &[("Sam", Because::Fallback)],
            &[NotReached::PersonGone, no_address(3, "Ellie")],
        );
        check(
            |desk| mute(desk, 2),
            &[Whom::Person(user(99))],
            &[],
            &[NotReached::PersonGone, no_address(3, "Ellie"), no_address(4, "Sam")],
        );
    }
}
