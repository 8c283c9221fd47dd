//! Events of escalations as rows. Steps and reminders taken have a unique key.

use domain::{
    access::Side,
    escalation::{DueKind, Event, Taken},
    id::FaultId,
    time::Timestamp,
};
use entity::{columns::Word, escalation_event};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};

use crate::store::values::{stored, to_json};

/// In the place of a step: a reminder, which repeats.
const REMINDER: i64 = -1;

/// Appends an event. False: it is a step or reminder that was taken before.
pub(super) async fn insert(db: &impl ConnectionTrait, fault: FaultId, seq: i64, event: &Event) -> Result<bool, DbErr> {
    let (at, kind) = words(event);
    let key = match event {
        Event::Told(taken) => Some(key(taken)?),
        _ => None,
    };
    let row = escalation_event::ActiveModel {
        fault_id: Set(fault.0),
        seq: Set(seq),
        at: Set(at.into()),
        kind: Set(kind.to_owned()),
        side: Set(key.map(|(side, _, _)| Word(side))),
        step: Set(key.map(|(_, step, _)| step)),
        repeat: Set(key.map(|(_, _, repeat)| repeat)),
        event: Set(to_json(event)?),
    };
    let taken_before = OnConflict::columns([
        escalation_event::Column::FaultId,
        escalation_event::Column::Side,
        escalation_event::Column::Step,
        escalation_event::Column::Repeat,
    ])
    .do_nothing()
    .to_owned();
    let insert = escalation_event::Entity::insert_many([row]).on_conflict(taken_before);
    Ok(insert.exec_without_returning(db).await? == 1)
}

/// Side, step and repeat: a step is taken once, reminders are counted on each side.
fn key(taken: &Taken) -> Result<(Side, i64, i64), DbErr> {
    Ok(match taken.kind {
        DueKind::Step(place) => (taken.side, stored("escalation_event.step", place)?, 0),
        DueKind::Reminder(number) => (taken.side, REMINDER, number.into()),
    })
}

fn words(event: &Event) -> (Timestamp, &'static str) {
    match event {
        Event::Changed { at, .. } => (*at, "changed"),
        Event::Acknowledged { at, .. } => (*at, "acknowledged"),
        Event::AcknowledgementEnded { at, .. } => (*at, "acknowledgement_ended"),
        Event::DowntimeStarted { at } => (*at, "downtime_started"),
        Event::DowntimeEnded { at } => (*at, "downtime_ended"),
        Event::FlappingStarted { at } => (*at, "flapping_started"),
        Event::FlappingEnded { at } => (*at, "flapping_ended"),
        Event::Ended { at } => (*at, "ended"),
        Event::Told(taken) => (taken.due_at, "told"),
    }
}
