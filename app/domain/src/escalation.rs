//! Telling more people because time passed: policies, and which step is due when and for whom. Source: `monitoring`
//! section 3, `rules` sections 1 and 5.
//!
//! A fault keeps the policy and the hours that were in force when it opened. Nothing in here reads a clock: the same
//! events give the same instants after every restart, and a step that is sent late keeps the instant it was due at.
//!
//! Escalation is *action*. That a fault is *told* to contacts and staff at any hour, whatever the level, is `notice`.

mod draft;
mod event;
mod fold;
mod reach;
#[cfg(test)]
mod samples;
mod what_if;
mod why;
mod words;

use serde::{Deserialize, Serialize};

pub use draft::{PolicyDraft, StepDraft};
pub use event::{Delay, Due, DueKind, Event, Held, Taken};
pub use fold::Escalation;
pub use reach::{Because, Contact, Directory, NotReached, Reached, StaffMember, Told};
pub use what_if::{Happening, Line, Question, WhatIf, what_if};
pub use why::{Outcome, StepOutcome};

use crate::{
    access::{Role, Side},
    calendar::Cover,
    id::{RotaId, UserId},
    level::{Calendars, LevelTerms, NoSuchCalendar},
};

/// Reminders repeat after so long unless an administrator says otherwise: 4 h. Source: `monitoring` section 3.
pub const REMINDER_S: u32 = 4 * 3_600;

/// One version of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    pub name: String,
    /// Counted from 1; every edit makes the next one.
    pub version: u32,
    /// In the order in which they are due.
    pub steps: Vec<Step>,
    /// None: nobody is reminded.
    pub reminder_s: Option<u32>,
}

/// One rung: after how long, whom. Everybody in a step stands on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub after: After,
    pub whom: Vec<Whom>,
}

/// How long after the fault opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    pub seconds: u32,
    pub counted: Counted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Day and night.
    Elapsed,
    /// Only inside the hours by which the level's response is counted.
    Cover,
}

impl Counted {
    pub const ALL: [Self; 2] = [Self::Elapsed, Self::Cover];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Elapsed => "elapsed",
            Self::Cover => "cover",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counted| counted.as_str() == text)
    }
}

/// Whom a step tells. People are looked up when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Whoever is on call; layers are counted from 0.
    Rota {
        rota: RotaId,
        layer: usize,
    },
    Person(UserId),
    /// Everybody of a staff role.
    Role(Role),
    /// The contacts of the customer whose fault it is.
    CustomerContacts,
}

impl Policy {
    /// Whether a step tells whoever is on call in `rota`.
    pub fn names_rota(&self, rota: RotaId) -> bool {
        let mut whom = self.steps.iter().flat_map(|step| &step.whom);
        whom.any(|whom| matches!(whom, Whom::Rota { rota: named, .. } if *named == rota))
    }
}

impl Whom {
    pub fn side(self) -> Side {
        match self {
            Self::CustomerContacts => Side::Customer,
            Self::Rota { .. } | Self::Person(_) | Self::Role(_) => Side::Staff,
        }
    }
}

impl Step {
    /// The side of the people it tells; a step with nobody in it is refused when the policy is saved.
    pub fn side(&self) -> Side {
        self.whom.first().map_or(Side::Staff, |whom| whom.side())
    }
}

/// What a fault keeps of the instant it opened.
#[derive(Debug, Clone)]
pub struct EscalationTerms {
    pub policy: Policy,
    /// What `Counted::Cover` counts by.
    pub cover: Cover,
    /// When staff may be paged. None: nobody ever is (No cover and CatS).
    pub paging: Option<Cover>,
}

impl EscalationTerms {
    /// The terms of a fault that opens now on `level`. Where no response is promised cover time is elapsed time.
    pub fn new(policy: Policy, level: &LevelTerms, calendars: &Calendars) -> Result<Self, NoSuchCalendar> {
        let cover = level.response_terms(calendars)?.map_or(Cover::Elapsed, |terms| terms.cover);
        Ok(Self { policy, cover, paging: level.paging_cover(calendars)? })
    }
}
