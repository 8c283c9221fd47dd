//! Escalations of faults: the policy and hours each keeps from the instant it opened, append-only events, and when
//! something is due next, so that a supervisor finds it.

use domain::{
    access::Scope,
    escalation::{Escalation, EscalationTerms, Event},
    id::{CalendarVersionId, ContractId, CustomerId, FaultId, PolicyVersionId},
    time::Timestamp,
};
use entity::{columns::Micros, escalation};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};

use super::{supervise::Supervised, values::Claimed};

mod events;
mod load;

/// When something counts or may happen, by the id of a calendar's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoursRef {
    /// Day and night.
    Always,
    Inside(CalendarVersionId),
}

/// What a fault keeps of the instant it opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewEscalation {
    pub fault: FaultId,
    pub customer: CustomerId,
    /// The one whose level it follows; None: there is none.
    pub contract: Option<ContractId>,
    pub policy: PolicyVersionId,
    /// What a policy's cover time counts by.
    pub cover: HoursRef,
    /// When staff may be paged; None: nobody ever is.
    pub paging: Option<HoursRef>,
    pub opened_at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct StoredEscalation {
    pub kept: NewEscalation,
    pub escalation: Escalation,
    /// The next step or reminder; None: nothing unless something happens.
    pub next_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The number of its last event.
    pub events: i64,
}

/// Opens the escalation of a fault. None: it has one already, which stays as it is.
pub async fn open(db: &impl ConnectionTrait, new: NewEscalation) -> Result<Option<StoredEscalation>, DbErr> {
    let terms = load::terms(db, &new).await?;
    open_with(db, new, terms).await
}

/// The same with the terms at hand that `new` names.
pub async fn open_with(
    db: &impl ConnectionTrait,
    new: NewEscalation,
    terms: EscalationTerms,
) -> Result<Option<StoredEscalation>, DbErr> {
    let escalation = Escalation::open(terms, new.opened_at);
    let next_at = escalation.next_due().map(|due| due.at);
    let (paging, paging_calendar) = load::paging_words(new.paging);
    let row = escalation::ActiveModel {
        fault_id: Set(new.fault.0),
        customer_id: Set(new.customer.0),
        contract_id: Set(new.contract.map(|contract| contract.0)),
        policy_version_id: Set(new.policy.0),
        cover_calendar_id: Set(load::calendar(new.cover).map(|version| version.0)),
        paging: Set(paging.to_owned()),
        paging_calendar_id: Set(paging_calendar.map(|version| version.0)),
        opened_at: Set(new.opened_at.into()),
        next_at: Set(next_at.map(Micros::from)),
        ended_at: Set(None),
        events: Set(0),
    };
    let added = escalation::Entity::insert_many([row])
        .on_conflict(OnConflict::column(escalation::Column::FaultId).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok((added == 1).then_some(StoredEscalation { kept: new, escalation, next_at, ended_at: None, events: 0 }))
}

/// Appends what happened and stores when something is due next. None: the fault has no escalation, it has ended, or
/// the step or a later one was taken before; nothing was appended, so no mail may go out.
///
/// Events of one fault wait for each other's transactions.
pub async fn append(
    db: &impl ConnectionTrait,
    fault: FaultId,
    event: &Event,
) -> Result<Option<StoredEscalation>, DbErr> {
    let row = escalation::Entity::find_by_id(fault.0).lock_exclusive().one(db).await?;
    let Some(before) = load::load(db, row.into_iter().collect()).await?.pop() else { return Ok(None) };
    let seq = before.events + 1;
    let escalation = before.escalation.clone().follow(event);
    // The rules know a step that comes after later ones; the unique key knows one that another node took meanwhile.
    let taken = escalation.taken().len() - before.escalation.taken().len();
    let stale = before.ended_at.is_some() || (matches!(event, Event::Told(_)) && taken == 0);
    if stale || !events::insert(db, fault, seq, event).await? {
        return Ok(None);
    }
    let next_at = escalation.next_due().map(|due| due.at);
    let ended_at = load::ended_at(&escalation);
    escalation::Entity::update_many()
        .col_expr(escalation::Column::NextAt, Expr::value(next_at.map(Timestamp::as_micros)))
        .col_expr(escalation::Column::EndedAt, Expr::value(ended_at.map(Timestamp::as_micros)))
        .col_expr(escalation::Column::Events, Expr::value(seq))
        .filter(escalation::Column::FaultId.eq(fault.0))
        .exec(db)
        .await?;
    Ok(Some(StoredEscalation { kept: before.kept, escalation, next_at, ended_at, events: seq }))
}

/// The escalation of a fault, within a scope.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, fault: FaultId) -> Result<Option<StoredEscalation>, DbErr> {
    let mut query = escalation::Entity::find_by_id(fault.0);
    if let Some(customer) = scope.customer() {
        query = query.filter(escalation::Column::CustomerId.eq(customer.0));
    }
    let row = query.one(db).await?;
    Ok(load::load(db, row.into_iter().collect()).await?.pop())
}

/// Takes up to `limit` escalations of `of` with a step or reminder that is due, the longest waiting first. They belong to this
/// transaction until it ends: another claimer passes over them, and after a crash they are due again.
pub async fn claim_due(
    db: &impl ConnectionTrait,
    of: Supervised,
    now: Timestamp,
    limit: u64,
) -> Result<Claimed<StoredEscalation, FaultId>, DbErr> {
    let rows = escalation::Entity::find()
        .filter(of.condition(escalation::Column::ContractId))
        .filter(escalation::Column::NextAt.lte(Micros::from(now)))
        .order_by_asc(escalation::Column::NextAt)
        .order_by_asc(escalation::Column::FaultId)
        .limit(limit)
        // SQLite has no locks of rows: there the transaction itself keeps others out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(db)
        .await?;
    let mut claimed = Claimed { due: Vec::with_capacity(rows.len()), set_aside: Vec::new() };
    for (row, loaded) in rows.iter().zip(load::load_each(db, &rows).await?) {
        match loaded {
            Ok(escalation) => claimed.due.push(escalation),
            Err(error) => {
                escalation::Entity::update_many()
                    .col_expr(escalation::Column::NextAt, Expr::value(None::<i64>))
                    .filter(escalation::Column::FaultId.eq(row.fault_id))
                    .exec(db)
                    .await?;
                claimed.set_aside.push((FaultId(row.fault_id), error));
            }
        }
    }
    Ok(claimed)
}

/// An escalation whose row does not say what its events add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub fault: FaultId,
    pub stored: NextAndEnd,
    /// Or why it cannot be counted.
    pub counted: Result<NextAndEnd, String>,
}

/// When something is due next, and when the fault ended.
pub type NextAndEnd = (Option<Timestamp>, Option<Timestamp>);

/// Counts up to `limit` escalations anew, by fault from the one behind `after` on: those that differ from their rows,
/// and the last one looked at, None at the end. To be called until then; nothing is repaired, a difference is a bug.
pub async fn recompute(
    db: &impl ConnectionTrait,
    after: Option<FaultId>,
    limit: u64,
) -> Result<(Vec<Difference>, Option<FaultId>), DbErr> {
    let mut query = escalation::Entity::find().order_by_asc(escalation::Column::FaultId).limit(limit);
    if let Some(after) = after {
        query = query.filter(escalation::Column::FaultId.gt(after.0));
    }
    let rows = query.all(db).await?;
    let last = rows.last().map(|row| FaultId(row.fault_id));
    let mut differences = Vec::new();
    for (row, loaded) in rows.iter().zip(load::load_each(db, &rows).await?) {
        let stored = (row.next_at.map(Timestamp::from), row.ended_at.map(Timestamp::from));
        let counted = loaded.map(|one| (one.escalation.next_due().map(|due| due.at), load::ended_at(&one.escalation)));
        let counted = counted.map_err(|error| error.to_string());
        if counted != Ok(stored) {
            differences.push(Difference { fault: FaultId(row.fault_id), stored, counted });
        }
    }
    Ok((differences, last))
}

#[cfg(test)]
mod tests;
