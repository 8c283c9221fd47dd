//! "Why was I told, why was I not?": what became of each step for one fault, for its reader.

use app::api::{
    error::ApiError,
    faults::{EscalationStep, FaultEscalation, NextStep, StepState},
    principal::Principal,
};
use domain::{
    access::{Scope, Side},
    escalation::{Due, DueKind, Escalation, Outcome, Step, StepOutcome, Whom},
    id::{CustomerId, FaultId, HostId},
    notice::Who,
    observation::Status,
    text::EmailAddress,
    time::Timestamp,
};
use sea_orm::ConnectionTrait;

use super::words::whom_words;
use crate::{
    desk::internal,
    store::{
        contacts,
        cover::{self, Promises},
        directory::{self, People},
        escalations, users,
    },
};

/// Which fault is asked about.
#[derive(Debug, Clone, Copy)]
pub(in crate::desk) struct About {
    pub(in crate::desk) fault: FaultId,
    pub(in crate::desk) host: HostId,
    pub(in crate::desk) customer: CustomerId,
    pub(in crate::desk) status: Status,
    pub(in crate::desk) started_at: Timestamp,
    pub(in crate::desk) confirmed_at: Timestamp,
}

/// The escalation of a fault as `who` may see it: staff all of it, a customer's people their own side up to the next
/// step. The fault is one that they may see.
pub(in crate::desk) async fn of_fault(
    db: &impl ConnectionTrait,
    who: &Principal,
    about: About,
) -> Result<FaultEscalation, ApiError> {
    let stored = escalations::find(db, who.scope(), about.fault).await.map_err(internal)?;
    let Some(stored) = stored else {
        let note = match who.side() {
            Side::Staff => Some(none_words(db, about).await?),
            Side::Customer => None,
        };
        return Ok(FaultEscalation { note, ..FaultEscalation::default() });
    };
    let people = directory::load(db, Some(about.customer)).await.map_err(internal)?;
    let reader = reader(db, who, about.customer).await?;
    let policy = &stored.escalation.terms().policy;
    let side = who.side();
    let note = (side == Side::Staff && stored.escalation.terms().paging.is_none()).then(|| {
        let why =
            if stored.kept.contract.is_none() { "No contract was in force" } else { "The contract has no paging" };
        format!("{why} when the fault opened: none of our staff is paged about it.")
    });
    Ok(FaultEscalation {
        note,
        policy: match side {
            Side::Staff => format!("{}, version {}", policy.name, policy.version),
            Side::Customer => String::new(),
        },
        steps: steps(&stored.escalation, side, reader, &people),
        next: next(&stored.escalation, side, &people),
    })
}

/// Why a fault has no escalation at all.
async fn none_words(db: &impl ConnectionTrait, about: About) -> Result<String, ApiError> {
    if about.status == Status::Unknown {
        return Ok("This may be a fault of our own watching: it follows no escalation policy.".to_owned());
    }
    let promises = Promises::load(db).await.map_err(internal)?;
    let standing = cover::of_host(db, &promises, about.host, about.started_at, about.confirmed_at);
    let standing = standing.await.map_err(internal)?;
    Ok(match standing.is_covered() {
        true => "It opened before it could follow an escalation policy: nobody is paged about it.".to_owned(),
        false => format!("{} Nobody is paged on this level.", standing.decision.for_staff()),
    })
}

/// Whom the reader is as somebody who is told: staff themselves, a customer's user as the contact of the same address.
async fn reader(db: &impl ConnectionTrait, who: &Principal, customer: CustomerId) -> Result<Who, ApiError> {
    let user = Who::User(who.user);
    if who.side() == Side::Staff {
        return Ok(user);
    }
    let Some(account) = users::find(db, Scope::Customer(customer), who.user).await.map_err(internal)? else {
        return Ok(user);
    };
    let key = |email: &str| EmailAddress::parse(email).ok().map(|email| email.key());
    let own = key(&account.email);
    let contacts = contacts::list_of(db, customer).await.map_err(internal)?;
    let same = contacts.into_iter().find(|contact| own.is_some() && key(&contact.email) == own);
    Ok(same.map_or(user, |contact| Who::Contact(contact.id)))
}

fn steps(escalation: &Escalation, side: Side, reader: Who, people: &People) -> Vec<EscalationStep> {
    let outcomes = escalation.outcomes();
    let all = escalation.terms().policy.steps.iter().zip(&outcomes);
    let row = |(step, outcome): (&Step, &StepOutcome)| step_row(step, outcome, side, reader, people);
    match side {
        Side::Staff => all.map(row).collect(),
        Side::Customer => {
            let own = all.filter(|(step, _)| step.side() == Side::Customer);
            let mut shown = Vec::new();
            for (step, outcome) in own {
                shown.push(row((step, outcome)));
                if matches!(outcome.outcome, Outcome::Due { .. }) {
                    break;
                }
            }
            shown
        }
    }
}

fn step_row(step: &Step, outcome: &StepOutcome, side: Side, reader: Who, people: &People) -> EscalationStep {
    let name = |who: &Who| match people.recipient(*who) {
        Some(recipient) => recipient.name.clone(),
        None => "somebody who is no longer here".to_owned(),
    };
    let names = |all: &[Who]| all.iter().map(name).collect::<Vec<_>>();
    let (mut told, mut missed, mut late) = (Vec::new(), Vec::new(), None);
    let (state, at) = match &outcome.outcome {
        Outcome::Told { due_at, told: heard, missed: not } => {
            (told, missed) = (names(heard), names(not));
            (StepState::Told, Some(*due_at))
        }
        Outcome::Due { at, delay } => {
            late = delay.map(|delay| delay.to_string());
            (StepState::Due, Some(*at))
        }
        Outcome::Held(_) => (StepState::Held, None),
        Outcome::NobodyIsPaged => (StepState::Silent, None),
    };
    EscalationStep {
        number: outcome.number,
        after: step.after.to_string(),
        whom: whom_for(side, &step.whom, people),
        state,
        sentence: outcome.outcome.sentence(reader).to_owned(),
        at,
        late,
        told,
        missed,
    }
}

/// What comes next if nobody acts, on the reader's side for customers.
fn next(escalation: &Escalation, side: Side, people: &People) -> Option<NextStep> {
    let seen = |due: &Due| side == Side::Staff || due.side == Side::Customer;
    let due = escalation.next_due().filter(seen).or_else(|| escalation.plan().into_iter().find(seen))?;
    let whom = whom_for(side, &due.whom, people).join(", ");
    let words = match due.kind {
        DueKind::Step(place) => format!("Step {} tells {whom}", place + 1),
        DueKind::Reminder(number) => format!("Reminder {number} goes to {whom}"),
    };
    Some(NextStep { at: due.at, words, late: due.delay.map(|delay| delay.to_string()) })
}

/// Whom a step tells, as the reader's side says it.
fn whom_for(side: Side, whom: &[Whom], people: &People) -> Vec<String> {
    let words = |whom: &Whom| match (side, whom) {
        (Side::Customer, Whom::CustomerContacts) => "your contacts".to_owned(),
        (_, whom) => whom_words(*whom, &people.directory()),
    };
    whom.iter().map(words).collect()
}
