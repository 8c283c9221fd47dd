//! "A fault on this host at this time: who hears what when?", from the same fold that runs the real thing.

use super::{After, Delay, Directory, Due, DueKind, Escalation, EscalationTerms, Reached, Whom};
use crate::{level::LevelTerms, time::Timestamp};

/// What one fault would set off if nobody acted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// A ticket opens and its response clock starts.
    pub opens_ticket: bool,
    /// What every mail says happens next: the offer, on levels on which nobody acts.
    pub next_step: &'static str,
    /// In order of time.
    pub lines: Vec<Line>,
    /// Steps of the policy that nobody is told by, counted from 1: on this level nobody is paged, or cover never comes.
    pub silent_steps: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub what: Happening,
    pub reached: Reached,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// The mail that every confirmed fault sends, at any hour and on every level.
    Opening,
    /// A step of the policy.
    Step {
        /// Counted from 1.
        number: usize,
        after: After,
        delay: Option<Delay>,
    },
}

/// What a fault that opens at `at` sets off. `told` are those who hear of every opening, staff and contacts.
pub fn what_if(
    terms: EscalationTerms,
    level: &LevelTerms,
    told: &[Whom],
    at: Timestamp,
    directory: &Directory<'_>,
) -> WhatIf {
    let escalation = Escalation::open(terms, at);
    let steps = &escalation.terms().policy.steps;
    let opening = told.iter().map(|whom| (at, Happening::Opening, directory.reach(&[*whom], at)));
    let step = |due: Due| {
        let DueKind::Step(place) = due.kind else { return None };
        let after = steps.get(place)?.after;
        let what = Happening::Step { number: place + 1, after, delay: due.delay };
        Some((due.at, what, directory.reach(&due.whom, due.at)))
    };
    let lines: Vec<_> = opening
        .chain(escalation.plan().into_iter().filter_map(step))
        .map(|(at, what, reached)| Line { at, what, reached })
        .collect();
    let heard = |number: &usize| {
        lines.iter().any(|line| matches!(line.what, Happening::Step { number: other, .. } if other == *number))
    };
    let silent_steps = (1..=steps.len()).filter(|number| !heard(number)).collect();
    WhatIf { opens_ticket: level.action.opens_ticket(), next_step: level.level.next_step(), lines, silent_steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        calendar::samples::at,
        cover::CoverLevel,
        escalation::samples::{Desk, policy, terms},
    };

    /// Lines as "instant name what", with "*" where something was late.
    fn check(level: CoverLevel, opened: &str, opens_ticket: bool, expected: &[&str]) -> WhatIf {
        let desk = Desk::new();
        let told = [Whom::CustomerContacts, Whom::Role(Role::Supervisor)];
        let seeded = LevelTerms::seeded(level).unwrap();
        let found = what_if(terms(policy(), level), &seeded, &told, at(opened), &desk.directory());
        let line = |line: &Line| {
            let names: Vec<_> = line.reached.told.iter().map(|told| told.name.as_str()).collect();
            let what = match &line.what {
                Happening::Opening => "mail".to_owned(),
                Happening::Step { number, delay: None, .. } => format!("step {number}"),
                Happening::Step { number, delay: Some(_), .. } => format!("step {number}*"),
            };
            format!("{} {} {what}", line.at, names.join("+"))
        };
        assert_eq!(found.lines.iter().map(line).collect::<Vec<_>>(), expected, "{level:?}");
        assert_eq!(found.opens_ticket, opens_ticket, "{level:?}");
        found
    }

    #[test]
    fn cat1_on_a_friday_night_pages_nobody_before_monday_nine() {
        // Priya has the week until Monday 26 October 09:00, when Tom takes over: he is on call by then.
        check(
            CoverLevel::Cat1,
            "2026-10-23T21:00:00Z",
            true,
            &[
                "2026-10-23T21:00:00Z Ruth mail",
                "2026-10-23T21:00:00Z Ellie mail",
                "2026-10-26T09:00:00Z Tom step 1*",
                "2026-10-26T09:15:00Z Tom step 2*",
                "2026-10-26T10:15:00Z Ellie step 3*",
            ],
        );
    }

    #[test]
    fn cat2_at_ten_at_night_pages_until_eleven_and_then_at_seven() {
        check(
            CoverLevel::Cat2,
            "2026-10-07T21:00:00Z",
            true,
            &[
                "2026-10-07T21:00:00Z Ruth mail",
                "2026-10-07T21:00:00Z Ellie mail",
                "2026-10-07T21:00:00Z Priya step 1",
                "2026-10-07T21:15:00Z Priya step 2",
                "2026-10-08T06:00:00Z Ellie step 3*",
            ],
        );
    }

    #[test]
    fn cat4_pages_at_once_at_any_hour() {
        check(
            CoverLevel::Cat4,
            "2026-10-10T02:00:00Z",
            true,
            &[
                "2026-10-10T02:00:00Z Ruth mail",
                "2026-10-10T02:00:00Z Ellie mail",
                "2026-10-10T02:00:00Z Priya step 1",
                "2026-10-10T02:15:00Z Priya step 2",
                "2026-10-10T03:15:00Z Ellie step 3",
            ],
        );
    }

    #[test]
    fn without_cover_the_mail_makes_the_offer_and_there_is_no_ticket() {
        for level in [CoverLevel::None, CoverLevel::CatS] {
            let found = check(
                level,
                "2026-10-07T12:00:00Z",
                false,
                &["2026-10-07T12:00:00Z Ruth mail", "2026-10-07T12:00:00Z Ellie mail"],
            );
            assert!(found.next_step.contains("£70 + VAT"), "{}", found.next_step);
            assert_eq!(found.silent_steps, [1, 2, 3]);
        }
    }
}
