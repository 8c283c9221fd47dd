//! Suggestions, conditions and courses. For staff.

use std::collections::BTreeMap;

use app::api::{
    error::ApiError,
    principal::Principal,
    training::{ConditionRow, CourseRow, SuggestionRow, TrainingPage},
};
use domain::{
    access::{Permission, Scope},
    id::CustomerId,
    time::Timestamp,
    training::{ConditionStanding, CourseState, is_suggested, suggested_since},
};

use crate::{
    desk::{
        internal,
        tickets::{self, local::Local},
    },
    store::{
        customers,
        training::{self, StoredCondition, StoredCourse, Training},
    },
};

type Names = BTreeMap<CustomerId, String>;

pub(super) async fn page(desk: &tickets::Desk, who: &Principal) -> Result<TrainingPage, ApiError> {
    who.require(Permission::WorkTickets)?;
    let (db, now) = (desk.db.read(), desk.clock.now());
    let local = Local::named(&desk.support.zone);
    let all = customers::list_with_sites(db, Scope::Everything).await.map_err(internal)?;
    let list: Vec<_> = all.into_iter().map(|one| (one.customer.id, one.customer.name)).collect();
    let names: Names = list.iter().cloned().collect();
    let stored = training::load(db, Scope::Everything).await.map_err(internal)?;
    let held = training::held(db).await.map_err(internal)?;
    let tagged = training::tagged(db, suggested_since(now)).await.map_err(internal)?;
    let condition = |one: &StoredCondition| {
        let waiting = held.iter().filter(|(condition, _)| *condition == one.id).map(|(_, number)| *number).collect();
        condition_row(one, &stored, &names, &local, waiting)
    };
    Ok(TrainingPage {
        suggestions: suggestions(&tagged, &stored, &names, now),
        conditions: stored.conditions.iter().map(condition).collect(),
        courses: stored.courses.iter().map(|course| course_row(course, &stored, &names, &local, now)).collect(),
        customers: list.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        may_waive: who.role.may(Permission::WaiveTraining),
        zone: local.name.clone(),
    })
}

fn suggestions(
    tagged: &[(CustomerId, i64, Timestamp)],
    stored: &Training,
    names: &Names,
    now: Timestamp,
) -> Vec<SuggestionRow> {
    let row = |(id, name): (&CustomerId, &String)| {
        let theirs: Vec<_> = tagged.iter().filter(|(customer, ..)| customer == id).collect();
        let at: Vec<_> = theirs.iter().map(|(_, _, at)| *at).collect();
        let decided = stored.conditions.iter().filter(|one| one.customer == *id).map(|one| one.decided_at).max();
        is_suggested(&at, decided, now).then(|| SuggestionRow {
            customer: *id,
            customer_name: name.clone(),
            tickets: theirs.iter().map(|(_, number, _)| *number).collect(),
        })
    };
    let mut rows: Vec<_> = names.iter().filter_map(row).collect();
    rows.sort_by(|one, other| one.customer_name.cmp(&other.customer_name));
    rows
}

fn condition_row(
    one: &StoredCondition,
    stored: &Training,
    names: &Names,
    local: &Local,
    waiting: Vec<i64>,
) -> ConditionRow {
    let standing = stored.standing(one);
    let words = match standing {
        ConditionStanding::Waived => match &one.waived {
            Some(waived) => format!("Waived by {}, {}: {}", waived.by, local.full(waived.at), waived.because),
            None => "Waived".to_owned(),
        },
        ConditionStanding::Attended => "Attended. Support continues.".to_owned(),
        ConditionStanding::NoCourse => "No course is scheduled, so there is no condition yet.".to_owned(),
        ConditionStanding::Scheduled { starts_at } => {
            format!("Course on {}. A condition once it has been run.", local.full(starts_at))
        }
        ConditionStanding::Unmet { since } => {
            format!("Course run {}, nobody attended. Later tickets on it are conditional.", local.full(since))
        }
    };
    ConditionRow {
        id: one.id,
        version: one.version,
        customer_name: names.get(&one.customer).cloned().unwrap_or_default(),
        topic: one.topic.clone(),
        reason: one.reason.clone(),
        decided: format!("{}, {}", one.decided_by, local.full(one.decided_at)),
        standing,
        words,
        waiting,
    }
}

fn course_row(course: &StoredCourse, stored: &Training, names: &Names, local: &Local, now: Timestamp) -> CourseRow {
    let there = stored.attendances.iter().filter(|one| one.course == course.id);
    let attended = there.map(|one| {
        let customer = names.get(&one.customer).cloned().unwrap_or_default();
        format!("{}, {customer}", one.person)
    });
    CourseRow {
        id: course.id,
        version: course.version,
        topic: course.topic.clone(),
        when: local.full(course.starts_at),
        place: course.place.clone(),
        state: course.state,
        begun: course.state == CourseState::Scheduled && course.starts_at <= now,
        attended: attended.collect(),
    }
}
