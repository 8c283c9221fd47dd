//! Escalations from their rows: a fixed number of queries for any number of them.

use std::collections::HashMap;

use domain::{
    access::Side,
    escalation::{Escalation, EscalationTerms, Event, Held, Policy},
    id::{CalendarVersionId, ContractId, CustomerId, FaultId, PolicyVersionId},
    time::Timestamp,
};
use entity::{escalation, escalation_event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{HoursRef, NewEscalation, StoredEscalation};
use crate::store::{
    calendars::{self, Checked},
    policies,
    states::IDS_PER_STATEMENT,
    values::{from_json, unreadable},
};

const ALWAYS: &str = "always";
const NEVER: &str = "never";
const INSIDE: &str = "inside";

pub(super) fn calendar(hours: HoursRef) -> Option<CalendarVersionId> {
    match hours {
        HoursRef::Always => None,
        HoursRef::Inside(version) => Some(version),
    }
}

pub(super) fn paging_words(paging: Option<HoursRef>) -> (&'static str, Option<CalendarVersionId>) {
    match paging {
        None => (NEVER, None),
        Some(HoursRef::Always) => (ALWAYS, None),
        Some(HoursRef::Inside(version)) => (INSIDE, Some(version)),
    }
}

/// What an escalation is about to be opened with.
pub(super) async fn terms(db: &impl ConnectionTrait, kept: &NewEscalation) -> Result<EscalationTerms, DbErr> {
    let policies = policies::by_ids(db, [kept.policy]).await?;
    let calendars = calendars::by_ids(db, versions(kept)).await?;
    terms_from(kept, &policies, &calendars)
}

fn versions(kept: &NewEscalation) -> impl Iterator<Item = CalendarVersionId> {
    let hours = [Some(kept.cover), kept.paging];
    hours.into_iter().flatten().filter_map(calendar)
}

fn terms_from(
    kept: &NewEscalation,
    policies: &HashMap<PolicyVersionId, Policy>,
    calendars: &Checked,
) -> Result<EscalationTerms, DbErr> {
    let policy = policies.get(&kept.policy).cloned();
    Ok(EscalationTerms {
        policy: policy.ok_or_else(|| {
            unreadable("escalation.policy_version_id", format!("no policy can be read from {}", kept.policy))
        })?,
        cover: calendars.cover(calendar(kept.cover))?,
        paging: kept.paging.map(|hours| calendars.cover(calendar(hours))).transpose()?,
    })
}

/// When the fault ended for the escalation.
pub(super) fn ended_at(escalation: &Escalation) -> Option<Timestamp> {
    // An end holds back both sides, before anything else does.
    match escalation.held(Side::Staff) {
        Some(Held::Ended { at }) => Some(at),
        _ => None,
    }
}

/// The escalations of the rows, in the same order.
pub(super) async fn load(
    db: &impl ConnectionTrait,
    rows: Vec<escalation::Model>,
) -> Result<Vec<StoredEscalation>, DbErr> {
    load_each(db, &rows).await?.into_iter().collect()
}

/// The same, where one that cannot be read leaves the others.
pub(super) async fn load_each(
    db: &impl ConnectionTrait,
    rows: &[escalation::Model],
) -> Result<Vec<Result<StoredEscalation, DbErr>>, DbErr> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.fault_id).collect();
    let mut events: HashMap<Uuid, Vec<String>> = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let query = escalation_event::Entity::find()
            .filter(escalation_event::Column::FaultId.is_in(piece.iter().copied()))
            .order_by_asc(escalation_event::Column::Seq);
        for row in query.all(db).await? {
            events.entry(row.fault_id).or_default().push(row.event);
        }
    }
    let kept: Vec<_> = rows.iter().map(read).collect();
    let readable = || kept.iter().filter_map(|one| one.as_ref().ok());
    let policies = policies::by_ids(db, readable().map(|one| one.policy)).await?;
    let calendars = calendars::by_ids(db, readable().flat_map(versions)).await?;
    let stored = |(row, kept): (&escalation::Model, Result<NewEscalation, DbErr>)| {
        let kept = kept?;
        let terms = terms_from(&kept, &policies, &calendars)?;
        let texts = events.remove(&row.fault_id).unwrap_or_default();
        let parse = |text: &String| from_json("escalation_event.event", text);
        let events: Vec<Event> = texts.iter().map(parse).collect::<Result<_, _>>()?;
        Ok(StoredEscalation {
            kept,
            escalation: Escalation::fold(terms, kept.opened_at, &events),
            next_at: row.next_at.map(Timestamp::from),
            ended_at: row.ended_at.map(Timestamp::from),
            events: row.events,
        })
    };
    Ok(rows.iter().zip(kept).map(stored).collect())
}

fn read(row: &escalation::Model) -> Result<NewEscalation, DbErr> {
    let hours = |version: Option<Uuid>| {
        version.map_or(HoursRef::Always, |version| HoursRef::Inside(CalendarVersionId(version)))
    };
    let paging = match row.paging.as_str() {
        NEVER => None,
        ALWAYS | INSIDE => Some(hours(row.paging_calendar_id)),
        other => return Err(unreadable("escalation.paging", format!("{other:?}"))),
    };
    Ok(NewEscalation {
        fault: FaultId(row.fault_id),
        customer: CustomerId(row.customer_id),
        contract: row.contract_id.map(ContractId),
        policy: PolicyVersionId(row.policy_version_id),
        cover: hours(row.cover_calendar_id),
        paging,
        opened_at: row.opened_at.into(),
    })
}
