//! "A fault on this host at this time: who hears what when?", from the same fold that runs the real thing.

use super::{After, Delay, Directory, Due, DueKind, Escalation, EscalationTerms, Reached};
use crate::{access::Side, level::LevelTerms, time::Timestamp};

/// Which fault is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub opened_at: Timestamp,
    /// When one of the staff says "seen, mine"; None: nobody does.
    pub acknowledged_at: Option<Timestamp>,
    /// Who is mailed as it opens, see `notice::audience`.
    pub opening: Reached,
}

/// What one fault would set off.
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
    /// Steps that the acknowledgement forestalls, counted from 1.
    pub forestalled_steps: Vec<usize>,
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

/// What the fault of `question` sets off. Reminders are left out: they repeat what the steps said.
pub fn what_if(terms: EscalationTerms, level: &LevelTerms, question: Question, directory: &Directory<'_>) -> WhatIf {
    let Question { opened_at, acknowledged_at, opening } = question;
    let escalation = Escalation::open(terms, opened_at);
    let steps = &escalation.terms().policy.steps;
    let forestalled =
        |due: &Due| due.side == Side::Staff && acknowledged_at.is_some_and(|acknowledged_at| acknowledged_at <= due.at);
    let mut lines = vec![Line { at: opened_at, what: Happening::Opening, reached: opening }];
    let (mut silent_steps, mut forestalled_steps): (Vec<_>, _) = ((1..=steps.len()).collect(), Vec::new());
    for due in escalation.plan() {
        let DueKind::Step(place) = due.kind else { continue };
        let Some(step) = steps.get(place) else { continue };
        let number = place + 1;
        silent_steps.retain(|silent| *silent != number);
        if forestalled(&due) {
            forestalled_steps.push(number);
            continue;
        }
        let what = Happening::Step { number, after: step.after, delay: due.delay };
        lines.push(Line { at: due.at, what, reached: directory.reach(&due.whom, due.at) });
    }
    let (opens_ticket, next_step) = (level.action.opens_ticket(), level.level.next_step());
    WhatIf { opens_ticket, next_step, lines, silent_steps, forestalled_steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        calendar::samples::at,
        cover::CoverLevel,
        escalation::{
            Counted, Whom,
            samples::{Desk, policy, step, terms},
        },
    };

    /// Of the contacts and the supervisor.
    fn question(desk: &Desk, opened: &str) -> Question {
        let told = [Whom::CustomerContacts, Whom::Role(Role::Supervisor)];
        let opening = desk.directory().reach(&told, at(opened));
        Question { opened_at: at(opened), acknowledged_at: None, opening }
    }

    /// Lines as "instant name what", with "*" where something was late.
    fn check(level: CoverLevel, opened: &str, opens_ticket: bool, expected: &[&str]) -> WhatIf {
        let desk = Desk::new();
        let seeded = LevelTerms::seeded(level).unwrap();
        let found = what_if(terms(policy(), level), &seeded, question(&desk, opened), &desk.directory());
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
                "2026-10-23T21:00:00Z Ruth+Ellie mail",
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
                "2026-10-07T21:00:00Z Ruth+Ellie mail",
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
                "2026-10-10T02:00:00Z Ruth+Ellie mail",
                "2026-10-10T02:00:00Z Priya step 1",
                "2026-10-10T02:15:00Z Priya step 2",
                "2026-10-10T03:15:00Z Ellie step 3",
            ],
        );
    }

    #[test]
    fn without_cover_the_mail_makes_the_offer_and_there_is_no_ticket() {
        for level in [CoverLevel::None, CoverLevel::CatS] {
            let found = check(level, "2026-10-07T12:00:00Z", false, &["2026-10-07T12:00:00Z Ruth+Ellie mail"]);
            assert!(found.next_step.contains("£70 + VAT"), "{}", found.next_step);
            assert_eq!(found.silent_steps, [1, 2, 3]);
        }
    }
    #[test]
    fn an_acknowledgement_forestalls_staff_and_not_the_contacts() {
        let desk = Desk::new();
        let mut policy = policy();
        policy.steps.push(step(90, Counted::Elapsed, Whom::CustomerContacts));
        let seeded = LevelTerms::seeded(CoverLevel::Cat4).unwrap();
        let opened = question(&desk, "2026-10-07T21:00:00Z");
        let asked = Question { acknowledged_at: Some(at("2026-10-07T21:15:00Z")), ..opened };
        let found = what_if(terms(policy, CoverLevel::Cat4), &seeded, asked, &desk.directory());
        let instants: Vec<_> = found.lines.iter().map(|line| line.at.to_string()).collect();
        assert_eq!(instants, ["2026-10-07T21:00:00Z", "2026-10-07T21:00:00Z", "2026-10-07T22:30:00Z"]);
        assert_eq!((found.forestalled_steps, found.silent_steps), (vec![2, 3], Vec::new()));
    }
}
