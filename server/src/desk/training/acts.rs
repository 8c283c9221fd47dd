//! Deciding, scheduling, running, recording attendance, waiving.

use app::api::{
    error::ApiError,
    principal::Principal,
    training::{AttendanceInput, ConditionInput, CourseInput},
};
use domain::{
    access::{Permission, Scope},
    id::{ConditionId, CourseId, CustomerId},
    text::Name,
    time::Timestamp,
    training::{ConditionStanding, CourseState, is_same_topic},
};
use sea_orm::DatabaseTransaction;

use super::tickets::release;
use crate::{
    desk::{
        act, internal, new_id,
        tickets::{
            self,
            input::{SHAPE, Wrong, local_time},
            local::Local,
        },
    },
    store::{
        audit::{self, Act},
        customers,
        training::{self, Attendance, StoredCondition, StoredCourse, Waived},
    },
};

async fn record(
    tx: &DatabaseTransaction,
    who: &Principal,
    now: Timestamp,
    (action, subject, detail): (&str, &str, &str),
    customer: Option<CustomerId>,
) -> Result<(), ApiError> {
    let row = Act { customer, ..act(who, action, subject, detail) };
    audit::write(tx, new_id(now)?, now, row).await.map_err(internal)
}

/// The customer whose id was typed, locked.
async fn customer(tx: &DatabaseTransaction, typed: &str) -> Result<customers::Customer, ApiError> {
    let id = typed.parse::<CustomerId>().map_err(|_| ApiError::invalid("customer", "must be one of the list"))?;
    let found = customers::lock(tx, Scope::Everything, id).await.map_err(internal)?;
    found.ok_or_else(|| ApiError::invalid("customer", "must be one of the list"))
}

pub(super) async fn decide(desk: &tickets::Desk, who: &Principal, input: &ConditionInput) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let mut wrong = Wrong::default();
    let topic = Name::parse(&input.topic).map_err(|error| wrong.add("topic", error)).ok();
    let reason = wrong.text("reason", &input.reason);
    if input.customer.parse::<CustomerId>().is_err() {
        wrong.add("customer", "must be one of the list");
    }
    let topic = wrong.done(topic)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let customer = customer(&tx, &input.customer).await?;
    let stored = training::load(&tx, Scope::Customer(customer.id)).await.map_err(internal)?;
    let pending = |one: &&StoredCondition| {
        let over = matches!(stored.standing(one), ConditionStanding::Waived | ConditionStanding::Attended);
        is_same_topic(&one.topic, topic.as_str()) && !over
    };
    if stored.conditions.iter().any(|one| pending(&one)) {
        return Err(ApiError::invalid("topic", format!("{} is to be trained on this already", customer.name)));
    }
    let new = StoredCondition {
        id: ConditionId(new_id(now)?),
        customer: customer.id,
        topic: topic.into(),
        reason,
        decided_at: now,
        decided_by: who.name.clone(),
        waived: None,
        version: 1,
    };
    training::insert_condition(&tx, &new).await.map_err(internal)?;
    record(&tx, who, now, ("training.decide", &customer.name, &new.topic), Some(customer.id)).await?;
    tx.commit().await.map_err(internal)
}

pub(super) async fn schedule(desk: &tickets::Desk, who: &Principal, input: &CourseInput) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let local = Local::named(&desk.support.zone);
    let now = desk.clock.now();
    let mut wrong = Wrong::default();
    let topic = Name::parse(&input.topic).map_err(|error| wrong.add("topic", error)).ok();
    let place = Name::parse(&input.place).map_err(|error| wrong.add("place", error)).ok();
    let starts_at = local_time(&input.at, &local);
    match starts_at {
        None => wrong.add("at", format!("must be a date and time such as {SHAPE}")),
        Some(at) if at < now => wrong.add("at", format!("must not be in the past; it is {} now", local.full(now))),
        Some(_) => {}
    }
    let ((topic, place), starts_at) = wrong.done(topic.zip(place).zip(starts_at))?;
    let new = StoredCourse {
        id: CourseId(new_id(now)?),
        topic: topic.into(),
        starts_at,
        place: place.into(),
        state: CourseState::Scheduled,
        ran_at: None,
        version: 1,
    };
    let tx = desk.db.begin().await.map_err(internal)?;
    training::insert_course(&tx, &new, now).await.map_err(internal)?;
    record(&tx, who, now, ("training.schedule", &new.topic, &local.full(starts_at)), None).await?;
    tx.commit().await.map_err(internal)
}

pub(super) async fn settle(
    desk: &tickets::Desk,
    who: &Principal,
    id: CourseId,
    version: i64,
    run: bool,
) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let course = find_course(&tx, id).await?;
    if run && now < course.starts_at {
        return Err(ApiError::Conflict("This course has not begun yet, so it was not run.".to_owned()));
    }
    if training::settle_course(&tx, id, version, run.then_some(now)).await.map_err(internal)? == 0 {
        return Err(ApiError::Conflict("Somebody else settled this course in the meantime.".to_owned()));
    }
    let action = if run { "training.run" } else { "training.cancel" };
    record(&tx, who, now, (action, &course.topic, ""), None).await?;
    tx.commit().await.map_err(internal)
}

async fn find_course(tx: &DatabaseTransaction, id: CourseId) -> Result<StoredCourse, ApiError> {
    let stored = training::load(tx, Scope::Everything).await.map_err(internal)?;
    stored.courses.into_iter().find(|course| course.id == id).ok_or(ApiError::NotFound)
}

pub(super) async fn attend(
    desk: &tickets::Desk,
    who: &Principal,
    id: CourseId,
    input: &AttendanceInput,
) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let course = find_course(&tx, id).await?;
    if course.state != CourseState::Run {
        return Err(ApiError::Conflict("Only who was at a course that was run has attended it.".to_owned()));
    }
    let person = Name::parse(&input.person).map_err(|error| ApiError::invalid("person", error))?;
    let customer = customer(&tx, &input.customer).await?;
    let (person, by) = (String::from(person), who.name.clone());
    let new = Attendance { course: id, customer: customer.id, person: person.clone(), recorded_at: now, by };
    if !training::attend(&tx, &new).await.map_err(internal)? {
        return Err(ApiError::invalid("person", "is recorded for this course already"));
    }
    let detail = format!("{person}: {}", course.topic);
    record(&tx, who, now, ("training.attend", &customer.name, &detail), Some(customer.id)).await?;
    let words = format!("recorded that {person} attended the course on {}; the clock runs", course.topic);
    let stored = training::load(&tx, Scope::Customer(customer.id)).await.map_err(internal)?;
    for condition in &stored.conditions {
        let met = stored.standing(condition) == ConditionStanding::Attended;
        if met && is_same_topic(&condition.topic, &course.topic) {
            release(&tx, desk, who, (condition, &words), now).await?;
        }
    }
    tx.commit().await.map_err(internal)?;
    desk.engine.published();
    desk.engine.wake_mailer();
    desk.engine.wake_supervisors();
    Ok(())
}

pub(super) async fn waive(
    desk: &tickets::Desk,
    who: &Principal,
    id: ConditionId,
    version: i64,
    reason: &str,
) -> Result<(), ApiError> {
    who.require(Permission::WaiveTraining)?;
    let because = tickets::input::reason(reason)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let stored = training::load(&tx, Scope::Everything).await.map_err(internal)?;
    let condition = stored.conditions.into_iter().find(|one| one.id == id).ok_or(ApiError::NotFound)?;
    let owner = customers::lock(&tx, Scope::Everything, condition.customer).await.map_err(internal)?;
    let owner = owner.ok_or(ApiError::NotFound)?;
    let waived = Waived { at: now, by: who.name.clone(), because: because.clone() };
    if training::waive(&tx, id, version, &waived).await.map_err(internal)? == 0 {
        return Err(ApiError::Conflict("Somebody else waived this in the meantime.".to_owned()));
    }
    let detail = format!("{}: {because}", condition.topic);
    record(&tx, who, now, ("training.waive", &owner.name, &detail), Some(owner.id)).await?;
    let words = format!("waived the training on {}; the clock runs. {because}", condition.topic);
    release(&tx, desk, who, (&condition, &words), now).await?;
    tx.commit().await.map_err(internal)?;
    desk.engine.published();
    desk.engine.wake_mailer();
    desk.engine.wake_supervisors();
    Ok(())
}
