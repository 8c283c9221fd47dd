//! "Why was I told, why was I not?": what became of each step of a policy for one fault.

use super::{Delay, DueKind, Escalation, Held, Step, Taken};
use crate::{notice::Who, time::Timestamp};

/// What became of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepOutcome {
    /// Counted from 1.
    pub number: usize,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It told people then.
    Told { due_at: Timestamp, told: Vec<Who>, missed: Vec<Who> },
    /// It comes at this instant if nobody acts.
    Due { at: Timestamp, delay: Option<Delay> },
    /// It did not come, or does not come for now.
    Held(Held),
    /// Nobody is paged on this level, or cover never comes again.
    NobodyIsPaged,
}

impl Outcome {
    /// Whether `who` heard by it.
    pub fn told(&self, who: Who) -> bool {
        matches!(self, Self::Told { told, .. } if told.contains(&who))
    }

    /// Why `who` heard by it or did not, as a sentence without its time.
    pub fn sentence(&self, who: Who) -> &'static str {
        match self {
            Self::Told { .. } if self.told(who) => "You were told.",
            Self::Told { missed, .. } if missed.contains(&who) => {
                "You were to be told, but your mail address does not work."
            }
            Self::Told { .. } => "Others were told: you were not one of those this step names at that time.",
            Self::Due { delay: None, .. } => "It is not due yet.",
            Self::Due { delay: Some(Delay::PagingHours { .. }), .. } => {
                "It waits: at this hour nobody is paged on this level of cover."
            }
            Self::Due { delay: Some(Delay::StepBefore), .. } => {
                "It keeps its distance from the step before, which was late."
            }
            Self::Due { delay: Some(Delay::Resumed), .. } => {
                "It comes because an acknowledgement or planned work ended."
            }
            Self::Held(Held::Acknowledged { .. }) => "Nobody is told: the fault was acknowledged first.",
            Self::Held(Held::Downtime { .. }) => "Nobody is told: work is planned at this time.",
            Self::Held(Held::Ended { .. }) => "Nobody was told: the fault was over first.",
            Self::NobodyIsPaged => "Nobody is paged on this level of cover.",
        }
    }
}

impl Escalation {
    /// What became of each step, in the order of the policy.
    pub fn outcomes(&self) -> Vec<StepOutcome> {
        let plan = self.plan();
        let outcome = |(place, step): (usize, &Step)| {
            let kind = DueKind::Step(place);
            let told = self.taken().iter().find(|taken| taken.kind == kind);
            let due = plan.iter().find(|due| due.kind == kind);
            let outcome = match (told, due, self.held(step.side())) {
                (Some(Taken { due_at, told, missed, .. }), _, _) => {
                    Outcome::Told { due_at: *due_at, told: told.clone(), missed: missed.clone() }
                }
                (None, Some(due), _) => Outcome::Due { at: due.at, delay: due.delay },
                (None, None, Some(held)) => Outcome::Held(held),
                (None, None, None) => Outcome::NobodyIsPaged,
            };
            StepOutcome { number: place + 1, outcome }
        };
        self.terms().policy.steps.iter().enumerate().map(outcome).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Side,
        calendar::samples::at,
        cover::CoverLevel,
        escalation::{
            Event,
            samples::{policy, terms, user},
        },
    };

    const PRIYA: Who = Who::User(user_id());

    const fn user_id() -> crate::id::UserId {
        crate::id::UserId(uuid::Uuid::from_u128(1))
    }

    /// What each step of a Cat2 fault at 22:00 says to Priya.
    fn check(level: CoverLevel, events: &[Event], expected: [&str; 3]) {
        let escalation = Escalation::fold(terms(policy(), level), at("2026-10-07T21:00:00Z"), events);
        let sentences: Vec<_> = escalation.outcomes().iter().map(|step| step.outcome.sentence(PRIYA)).collect();
        for (sentence, start) in sentences.iter().zip(expected) {
            assert!(sentence.starts_with(start), "{sentence} / {start}");
        }
    }

    fn told(place: usize, due_at: &str, who: Who) -> Event {
        Event::Told(Taken {
            side: Side::Staff,
            kind: DueKind::Step(place),
            due_at: at(due_at),
            told: vec![who],
            missed: Vec::new(),
        })
    }

    #[test]
    fn each_step_says_what_became_of_it() {
        let first = told(0, "2026-10-07T21:00:00Z", PRIYA);
        let other = told(0, "2026-10-07T21:00:00Z", Who::User(user(2)));
        let ten_past = at("2026-10-07T21:10:00Z");
        let acknowledged = Event::Acknowledged { at: ten_past, side: Side::Staff, by: PRIYA, sticky: false };
        let lapsed = Event::AcknowledgementEnded { at: at("2026-10-07T21:40:00Z"), side: Side::Staff };
        let cat2 = CoverLevel::Cat2;
        check(cat2, &[], ["It is not due", "It is not due", "It waits"]);
        check(cat2, std::slice::from_ref(&first), ["You were told", "It is not due", "It waits"]);
        let Event::Told(unreached) = other.clone() else { panic!("it was told") };
        let unreached = Event::Told(Taken { missed: vec![PRIYA], ..unreached });
        check(cat2, &[unreached], ["You were to be told, but", "It is not due", "It waits"]);
        check(cat2, &[other], ["Others were told", "It is not due", "It waits"]);
        check(cat2, &[first.clone(), acknowledged.clone()], ["You were", "Nobody is told: the fault was", "Nobody is"]);
        check(cat2, &[first.clone(), acknowledged, lapsed], ["You were told", "It comes because", "It waits"]);
        check(
            cat2,
            &[first.clone(), Event::DowntimeStarted { at: ten_past }],
            ["You", "Nobody is told: work", "Nobody is"],
        );
        check(cat2, &[first, Event::Ended { at: ten_past }], ["You", "Nobody was told", "Nobody was told"]);
        check(CoverLevel::None, &[], ["Nobody is paged", "Nobody is paged", "Nobody is paged"]);
    }
}
