//! Steps, reminders, warnings and breaches that are due, carried out: each in the transaction that claims it.

use std::collections::BTreeMap;

use app::api::live::LiveChange;
use domain::{
    access::{Role, Scope, Side},
    cover::CoverLevel,
    escalation::{Reached, Whom},
    fault::reference,
    id::{ContractId, CustomerId, NoticeId},
    message_id,
    notice::{ClockFacts, MailFacts},
    time::Timestamp,
};
use entity::{clock, columns::Micros, customer, escalation, ticket};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, JoinType, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::{
    alarms,
    clocks::{self, BREACH, ClockNotice, StoredClock},
    directory::{self, People},
    escalations::{self, StoredEscalation},
    events,
    faults::{self, Context, new_id},
    outbox::{self, NewNotice},
    policies,
    tickets::{self, Ticket},
};

/// Escalations and clocks carried out in one transaction; the rest follow in the next.
const CLAIM_MAX: u64 = 50;

/// Whose faults and tickets belong together: a contract's, or those that no contract covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Supervised {
    Contract(ContractId),
    NoContract,
}

impl Supervised {
    fn of(contract: Option<Uuid>) -> Self {
        contract.map_or(Self::NoContract, |id| Self::Contract(ContractId(id)))
    }

    /// Rows whose `column` names it.
    pub(super) fn condition(self, column: impl ColumnTrait) -> Condition {
        Condition::all().add(match self {
            Self::Contract(id) => column.eq(id.0),
            Self::NoContract => column.is_null(),
        })
    }
}

/// Everything that has an open escalation or clock, and when something of it is due next; None: nothing is foreseeable.
pub async fn open(db: &impl ConnectionTrait) -> Result<BTreeMap<Supervised, Option<Timestamp>>, DbErr> {
    let escalations: Vec<(Option<Uuid>, Option<Micros>)> = escalation::Entity::find()
        .select_only()
        .column(escalation::Column::ContractId)
        .column_as(escalation::Column::NextAt.min(), "next_at")
        .filter(escalation::Column::EndedAt.is_null())
        .group_by(escalation::Column::ContractId)
        .into_tuple()
        .all(db)
        .await?;
    let of = clock::Entity::belongs_to(ticket::Entity).from(clock::Column::TicketId).to(ticket::Column::Id);
    let clocks: Vec<(Option<Uuid>, Option<Micros>)> = clock::Entity::find()
        .select_only()
        .column(ticket::Column::ContractId)
        .column_as(clock::Column::NextAt.min(), "next_at")
        .join(JoinType::InnerJoin, of.into())
        .filter(clock::Column::ClosedAt.is_null())
        .group_by(ticket::Column::ContractId)
        .into_tuple()
        .all(db)
        .await?;
    let mut open: BTreeMap<Supervised, Option<Timestamp>> = BTreeMap::new();
    for (contract, next_at) in escalations.into_iter().chain(clocks) {
        let earliest = open.entry(Supervised::of(contract)).or_default();
        *earliest = [*earliest, next_at.map(Timestamp::from)].into_iter().flatten().min();
    }
    Ok(open)
}

/// What one transaction carried out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Steps, reminders, warnings and breaches that were new.
    pub told: u64,
    /// As many were claimed as may be: there may be more.
    pub full: bool,
}

/// Carries out what is due at `context.now`. Everything it writes belongs to the caller's transaction.
pub async fn carry_out(tx: &DatabaseTransaction, context: &Context, of: Supervised) -> Result<Carried, DbErr> {
    let mut people = Loaded::default();
    let mut carried = Carried::default();
    let due = escalations::claim_due(tx, of, context.now, CLAIM_MAX).await?;
    carried.full |= due.due.len() as u64 == CLAIM_MAX;
    for stored in due.due {
        carried.told += steps(tx, context, stored, &mut people).await?;
    }
    for (fault, error) in due.set_aside {
        let number =
            faults::find_by_id(tx, fault).await?.map_or_else(|| fault.to_string(), |row| reference(row.number));
        let text = format!("The escalation of {number} cannot be read, so nobody is called about it: {error}");
        set_aside(tx, context, "An escalation has stopped", &text).await?;
    }
    let due = clocks::claim_due(tx, of, context.now, CLAIM_MAX).await?;
    carried.full |= due.due.len() as u64 == CLAIM_MAX;
    for stored in due.due {
        carried.told += thresholds(tx, context, &stored, &mut people).await?;
    }
    for (clock, error) in due.set_aside {
        let text = format!("The clock {clock} cannot be read, so nobody is warned of its target: {error}");
        set_aside(tx, context, "A clock has stopped warning", &text).await?;
    }
    Ok(carried)
}

async fn set_aside(tx: &DatabaseTransaction, context: &Context, title: &str, text: &str) -> Result<(), DbErr> {
    tracing::error!("{text}");
    alarms::raise(tx, &context.mail_domain, title, text, context.now).await
}

/// Directories that this transaction has loaded, by customer.
#[derive(Default)]
struct Loaded(BTreeMap<Option<CustomerId>, People>);

impl Loaded {
    async fn of(&mut self, tx: &DatabaseTransaction, customer: Option<CustomerId>) -> Result<&People, DbErr> {
        use std::collections::btree_map::Entry;
        match self.0.entry(customer) {
            Entry::Occupied(people) => Ok(people.into_mut()),
            Entry::Vacant(place) => Ok(place.insert(directory::load(tx, customer).await?)),
        }
    }
}

/// Every step and reminder of one fault that is due; several after a time in which nothing ran.
async fn steps(
    tx: &DatabaseTransaction,
    context: &Context,
    mut stored: StoredEscalation,
    people: &mut Loaded,
) -> Result<u64, DbErr> {
    let fault = stored.kept.fault;
    let mut told = 0;
    // It may have begun a moment ago.
    if faults::hold_if_quiet(tx, context, fault).await? {
        return Ok(0);
    }
    while let Some(due) = stored.escalation.next_due().filter(|due| due.at <= context.now) {
        let people = people.of(tx, Some(stored.kept.customer)).await?;
        let reached = people.directory().reach(&due.whom, due.at);
        let taken = domain::escalation::Event::Told(due.carried_out(&reached));
        // Somebody else took it meanwhile, or the fault ended.
        let Some(next) = escalations::append(tx, fault, &taken).await? else { break };
        faults::by_policy(tx, context, fault, &due, &reached, people).await?;
        if reached.told.is_empty() {
            let text = format!(
                "A step of the escalation of fault {fault} reached nobody: no supervisor and no \
                administrator has a mail address that works."
            );
            set_aside(tx, context, "Nobody can be called", &text).await?;
        }
        told += 1;
        stored = next;
    }
    Ok(told)
}

/// Every warning and the breach of one clock that are due.
async fn thresholds(
    tx: &DatabaseTransaction,
    context: &Context,
    stored: &StoredClock,
    people: &mut Loaded,
) -> Result<u64, DbErr> {
    let Some(ticket) = tickets::find_by_id(tx, Scope::Everything, stored.ticket).await? else { return Ok(0) };
    let warnings = stored.kept.warnings.iter().copied().chain([(BREACH, stored.kept.used_up_at)]);
    let mut told = 0;
    for (threshold, at) in warnings {
        let Some(due_at) = at.filter(|at| *at <= context.now) else { continue };
        let notice = ClockNotice { clock: stored.id, threshold, due_at, written_at: context.now };
        if clocks::add_notice(tx, notice).await? {
            let people = people.of(tx, None).await?;
            let reached = people.directory().reach(&answerable(tx, &ticket, threshold).await?, due_at);
            warn(tx, context, &ticket, stored, (threshold, due_at), people, &reached).await?;
            let change = LiveChange::TicketForStaff { number: ticket.number, customer: ticket.customer };
            events::append(tx, context.now, &[(ticket.customer, change)]).await?;
            told += 1;
        }
    }
    Ok(told)
}

/// Who has to answer for a ticket: those whom its fault's escalation would tell first, or the usual one's; of a missed
/// target the supervisors hear too.
async fn answerable(tx: &DatabaseTransaction, ticket: &Ticket, threshold: u8) -> Result<Vec<Whom>, DbErr> {
    let kept = match ticket.fault {
        Some(fault) => escalations::find(tx, Scope::Everything, fault).await?,
        None => None,
    };
    let policy = match kept {
        Some(stored) => Some(stored.escalation.terms().policy.clone()),
        None => policies::usual(tx).await?.map(|usual| usual.policy),
    };
    let steps = policy.map(|policy| policy.steps).unwrap_or_default();
    let mut whom = steps.into_iter().find(|step| step.side() == Side::Staff).map(|step| step.whom).unwrap_or_default();
    if threshold == BREACH {
        whom.push(Whom::Role(Role::Supervisor));
    }
    Ok(whom)
}

async fn warn(
    tx: &DatabaseTransaction,
    context: &Context,
    ticket: &Ticket,
    stored: &StoredClock,
    (threshold, at): (u8, Timestamp),
    people: &People,
    reached: &Reached,
) -> Result<(), DbErr> {
    let customer = customer::Entity::find_by_id(ticket.customer.0).one(tx).await?;
    let (name, zone) = customer.map(|row| (row.name, row.zone)).unwrap_or_default();
    let mut notices = Vec::with_capacity(reached.told.len());
    for one in &reached.told {
        let Some(recipient) = people.recipient(one.who) else { continue };
        let facts = ClockFacts {
            ticket: ticket.number,
            subject: ticket.subject.clone(),
            customer: name.clone(),
            kind: stored.clock.kind(),
            threshold,
            due_at: stored.kept.used_up_at.unwrap_or(at),
            remaining_s: u32::try_from(stored.clock.remaining_s(at)).unwrap_or(0),
            cover: ticket.terms.as_ref().map_or(CoverLevel::None, |terms| terms.level.level),
            at,
            zone: zone.clone(),
            because: one.because.to_string(),
        };
        let id = NoticeId(new_id(context.now)?);
        notices.push(NewNotice {
            id,
            // A warning is about the ticket: who gets one has not been told of the fault by it.
            fault: None,
            customer: Some(ticket.customer),
            kind: if threshold == BREACH { "target_missed" } else { "target_warning" }.to_owned(),
            step: i64::from(threshold),
            who_side: one.who.side(),
            recipient_id: one.who.id(),
            name: recipient.name.clone(),
            email: recipient.email.as_str().to_owned(),
            rule: one.because.to_string(),
            subject: facts.headline(),
            facts: MailFacts::Clock(facts),
            message_id: message_id::follow_up(id, &context.mail_domain),
            in_reply_to: None,
            queued_at: context.now,
            withheld: None,
        });
    }
    outbox::enqueue(tx, notices).await.map(drop)
}

#[cfg(test)]
mod tests;
