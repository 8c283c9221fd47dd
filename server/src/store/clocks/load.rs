//! Clocks from their rows: a fixed number of queries for any number of clocks.

use std::collections::HashMap;

use domain::{
    clock::{Clock, ClockEvent, FoldError},
    id::{CalendarVersionId, ClockId, TicketId},
    time::Timestamp,
};
use entity::{clock, clock_event};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Fact, Kept, StoredClock};
use crate::store::{
    calendars,
    states::IDS_PER_STATEMENT,
    values::{from_json, number, unreadable},
};

/// The clocks of the rows, in the same order. One whose events contradict each other is an error that names them.
pub(super) async fn load(db: &impl ConnectionTrait, rows: Vec<clock::Model>) -> Result<Vec<StoredClock>, DbErr> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<Uuid, Vec<(Timestamp, Fact)>> = HashMap::with_capacity(ids.len());
    let mut versions = Vec::new();
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let query = clock_event::Entity::find()
            .filter(clock_event::Column::ClockId.is_in(piece.iter().copied()))
            .order_by_asc(clock_event::Column::Seq);
        for row in query.all(db).await? {
            versions.extend(row.calendar_version_id.map(CalendarVersionId));
            let fact = from_json("clock_event.fact", &row.fact)?;
            events.entry(row.clock_id).or_default().push((row.at.into(), fact));
        }
    }
    let calendars = calendars::by_ids(db, versions).await?;
    rows.into_iter()
        .map(|row| {
            let facts = events.remove(&row.id).unwrap_or_default();
            let events: Vec<ClockEvent> =
                facts.iter().map(|(at, fact)| fact.event(row.kind.0, *at, &calendars)).collect::<Result<_, _>>()?;
            let id = ClockId(row.id);
            Ok(StoredClock {
                id,
                ticket: TicketId(row.ticket_id),
                cycle: number("clock.cycle", row.cycle)?,
                events: row.events,
                clock: fold(id, &events)?,
                kept: Kept::read(&row)?,
            })
        })
        .collect()
}

pub(super) fn fold<'a>(id: ClockId, events: impl IntoIterator<Item = &'a ClockEvent>) -> Result<Clock, DbErr> {
    Clock::fold(events).map_err(|error| match error {
        FoldError::Refused { ref refusal, .. } => unreadable("clock_event", format!("{id}: {error}: {refusal}")),
        FoldError::Empty => unreadable("clock_event", format!("{id}: {error}")),
    })
}
