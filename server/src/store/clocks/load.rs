//! Clocks from their rows: a fixed number of queries for any number of clocks.

use std::collections::HashMap;

use domain::{
    clock::{Clock, ClockEvent, FoldError},
    id::{CalendarVersionId, ClockId, TicketId},
};
use entity::{clock, clock_event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Fact, Kept, StoredClock};
use crate::store::{
    calendars::{self, Checked},
    states::IDS_PER_STATEMENT,
    values::{from_json, number, unreadable},
};

/// The clocks of the rows, in the same order. One whose events contradict each other is an error that names them.
pub(super) async fn load(db: &impl ConnectionTrait, rows: Vec<clock::Model>) -> Result<Vec<StoredClock>, DbErr> {
    load_each(db, &rows).await?.into_iter().collect()
}

/// The same, where one that cannot be read leaves the others.
pub(super) async fn load_each(
    db: &impl ConnectionTrait,
    rows: &[clock::Model],
) -> Result<Vec<Result<StoredClock, DbErr>>, DbErr> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<Uuid, Vec<clock_event::Model>> = HashMap::with_capacity(ids.len());
    let mut versions = Vec::new();
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let query = clock_event::Entity::find()
            .filter(clock_event::Column::ClockId.is_in(piece.iter().copied()))
            .order_by_asc(clock_event::Column::Seq);
        for row in query.all(db).await? {
            versions.extend(row.calendar_version_id.map(CalendarVersionId));
            events.entry(row.clock_id).or_default().push(row);
        }
    }
    let calendars = calendars::by_ids(db, versions).await?;
    Ok(rows.iter().map(|row| stored(row, events.remove(&row.id).unwrap_or_default(), &calendars)).collect())
}

fn stored(row: &clock::Model, events: Vec<clock_event::Model>, calendars: &Checked) -> Result<StoredClock, DbErr> {
    let id = ClockId(row.id);
    let mut terms = None;
    let mut happened = Vec::with_capacity(events.len());
    for event in events {
        let fact: Fact = from_json("clock_event.fact", &event.fact)?;
        happened.push(fact.event(row.kind.0, event.at.into(), calendars)?);
        terms = fact.terms().or(terms);
    }
    let clock = fold(id, &happened)?;
    Ok(StoredClock {
        id,
        ticket: TicketId(row.ticket_id),
        cycle: number("clock.cycle", row.cycle)?,
        events: row.events,
        terms: terms.ok_or_else(|| unreadable("clock_event", format!("{id} has not started")))?,
        clock,
        kept: Kept::read(row)?,
    })
}

pub(super) fn fold<'a>(id: ClockId, events: impl IntoIterator<Item = &'a ClockEvent>) -> Result<Clock, DbErr> {
    Clock::fold(events).map_err(|error| match error {
        FoldError::Refused { ref refusal, .. } => unreadable("clock_event", format!("{id}: {error}: {refusal}")),
        FoldError::Empty => unreadable("clock_event", format!("{id}: {error}")),
    })
}
