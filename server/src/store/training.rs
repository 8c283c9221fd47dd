//! Training: courses, who attended, conditions of customers, and the tickets whose clocks wait for one.

use domain::{
    access::Scope,
    id::{ConditionId, CourseId, CustomerId, TicketId},
    time::Timestamp,
    training::{self, ConditionStanding, CourseState, is_same_topic},
};
use entity::{attendance, columns::Word, conditional_ticket, ticket, ticket_tag, training_condition, training_course};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, SqlErr, sea_query::Expr,
};
use uuid::Uuid;

/// Courses, conditions and attendances on one page: decades of them.
const ROWS_MAX: u64 = 5_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCourse {
    pub id: CourseId,
    pub topic: String,
    pub starts_at: Timestamp,
    pub place: String,
    pub state: CourseState,
    pub ran_at: Option<Timestamp>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCondition {
    pub id: ConditionId,
    pub customer: CustomerId,
    pub topic: String,
    pub reason: String,
    pub decided_at: Timestamp,
    pub decided_by: String,
    pub waived: Option<Waived>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    pub at: Timestamp,
    pub by: String,
    pub because: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    pub course: CourseId,
    pub customer: CustomerId,
    pub person: String,
    pub recorded_at: Timestamp,
    pub by: String,
}

/// Everything that conditions depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Training {
    pub courses: Vec<StoredCourse>,
    pub conditions: Vec<StoredCondition>,
    pub attendances: Vec<Attendance>,
}

impl Training {
    /// The courses on a condition's topic that were not cancelled, as one customer sees them.
    fn courses_for(&self, condition: &StoredCondition) -> Vec<training::Course> {
        let on_topic = |course: &&StoredCourse| {
            course.state != CourseState::Cancelled && is_same_topic(&course.topic, &condition.topic)
        };
        let attended = |course: CourseId| {
            self.attendances.iter().any(|one| one.course == course && one.customer == condition.customer)
        };
        let course = |course: &StoredCourse| training::Course {
            starts_at: course.starts_at,
            ran_at: course.ran_at,
            attended: attended(course.id),
        };
        self.courses.iter().filter(on_topic).map(course).collect()
    }

    pub fn standing(&self, condition: &StoredCondition) -> ConditionStanding {
        condition.rule().standing(&self.courses_for(condition))
    }

    /// Whether a ticket on the condition's topic that is logged at `at` is support conditional.
    pub fn holds(&self, condition: &StoredCondition, at: Timestamp) -> bool {
        condition.rule().holds(&self.courses_for(condition), at)
    }
}

impl StoredCondition {
    fn rule(&self) -> training::Condition {
        training::Condition { decided_at: self.decided_at, waived: self.waived.is_some() }
    }
}

/// All of it, within a scope: customers see their own conditions and attendances.
pub async fn load(db: &impl ConnectionTrait, scope: Scope) -> Result<Training, DbErr> {
    let courses = training_course::Entity::find()
        .order_by_desc(training_course::Column::StartsAt)
        .order_by_asc(training_course::Column::Id)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let conditions = training_condition::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(training_condition::Column::CustomerId.eq(own.0)))
        .order_by_desc(training_condition::Column::DecidedAt)
        .order_by_asc(training_condition::Column::Id)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let attendances = attendance::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(attendance::Column::CustomerId.eq(own.0)))
        .order_by_asc(attendance::Column::RecordedAt)
        .order_by_asc(attendance::Column::Person)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    Ok(Training {
        courses: courses.into_iter().map(course).collect(),
        conditions: conditions.into_iter().map(condition).collect(),
        attendances: attendances
            .into_iter()
            .map(|row| Attendance {
                course: CourseId(row.course_id),
                customer: CustomerId(row.customer_id),
                person: row.person,
                recorded_at: row.recorded_at.into(),
                by: row.by,
            })
            .collect(),
    })
}

/// The condition under which a ticket of `customer` that is logged at `at` is support conditional, if one of `topics`
/// (its tags, say) is the topic of one.
pub async fn unmet(
    db: &impl ConnectionTrait,
    customer: CustomerId,
    topics: &[String],
    at: Timestamp,
) -> Result<Option<StoredCondition>, DbErr> {
    let training = load(db, Scope::Customer(customer)).await?;
    let about = |one: &StoredCondition| topics.iter().any(|topic| is_same_topic(topic, &one.topic));
    let found = training.conditions.iter().find(|one| about(one) && training.holds(one, at)).cloned();
    Ok(found)
}

/// Customer, number and instant of every ticket that was logged since `since` and points at training, oldest first.
pub async fn tagged(db: &impl ConnectionTrait, since: Timestamp) -> Result<Vec<(CustomerId, i64, Timestamp)>, DbErr> {
    let of: RelationDef =
        ticket_tag::Entity::belongs_to(ticket::Entity).from(ticket_tag::Column::TicketId).to(ticket::Column::Id).into();
    let rows: Vec<(Uuid, i64, i64)> = ticket_tag::Entity::find()
        .join(JoinType::InnerJoin, of)
        .select_only()
        .column(ticket::Column::CustomerId)
        .column(ticket::Column::Number)
        .column(ticket::Column::OpenedAt)
        .filter(ticket_tag::Column::Tag.eq(training::TAG))
        .filter(ticket::Column::OpenedAt.gte(since.as_micros()))
        .order_by_asc(ticket::Column::OpenedAt)
        .order_by_asc(ticket::Column::Number)
        .limit(ROWS_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let row = |(customer, number, at)| (CustomerId(customer), number, Timestamp::from_micros(at));
    Ok(rows.into_iter().map(row).collect())
}

pub async fn insert_course(db: &impl ConnectionTrait, new: &StoredCourse, at: Timestamp) -> Result<(), DbErr> {
    let row = training_course::ActiveModel {
        id: Set(new.id.0),
        topic: Set(new.topic.clone()),
        starts_at: Set(new.starts_at.into()),
        place: Set(new.place.clone()),
        state: Set(Word(new.state)),
        ran_at: Set(new.ran_at.map(Into::into)),
        version: Set(new.version),
        created_at: Set(at.into()),
    };
    training_course::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Marks a scheduled course at `version` as run at `ran_at`, or as cancelled without. 0: it is not at that version.
pub async fn settle_course(
    db: &impl ConnectionTrait,
    id: CourseId,
    version: i64,
    ran_at: Option<Timestamp>,
) -> Result<u64, DbErr> {
    let state = if ran_at.is_some() { CourseState::Run } else { CourseState::Cancelled };
    let done = training_course::Entity::update_many()
        .col_expr(training_course::Column::State, Expr::value(Word(state)))
        .col_expr(training_course::Column::RanAt, Expr::value(ran_at.map(Timestamp::as_micros)))
        .col_expr(training_course::Column::Version, Expr::col(training_course::Column::Version).add(1))
        .filter(training_course::Column::Id.eq(id.0))
        .filter(training_course::Column::Version.eq(version))
        .filter(training_course::Column::State.eq(CourseState::Scheduled.as_str()))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

pub async fn insert_condition(db: &impl ConnectionTrait, new: &StoredCondition) -> Result<(), DbErr> {
    let row = training_condition::ActiveModel {
        id: Set(new.id.0),
        customer_id: Set(new.customer.0),
        topic: Set(new.topic.clone()),
        reason: Set(new.reason.clone()),
        decided_at: Set(new.decided_at.into()),
        decided_by: Set(new.decided_by.clone()),
        waived_at: Set(None),
        waived_by: Set(String::new()),
        waived_because: Set(String::new()),
        version: Set(new.version),
    };
    training_condition::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// 0: it is not at `version`, or it was waived already.
pub async fn waive(db: &impl ConnectionTrait, id: ConditionId, version: i64, waived: &Waived) -> Result<u64, DbErr> {
    let done = training_condition::Entity::update_many()
        .col_expr(training_condition::Column::WaivedAt, Expr::value(waived.at.as_micros()))
        .col_expr(training_condition::Column::WaivedBy, Expr::value(waived.by.as_str()))
        .col_expr(training_condition::Column::WaivedBecause, Expr::value(waived.because.as_str()))
        .col_expr(training_condition::Column::Version, Expr::col(training_condition::Column::Version).add(1))
        .filter(training_condition::Column::Id.eq(id.0))
        .filter(training_condition::Column::Version.eq(version))
        .filter(training_condition::Column::WaivedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// False: that person's attendance is recorded already.
pub async fn attend(db: &impl ConnectionTrait, new: &Attendance) -> Result<bool, DbErr> {
    let key = (new.course.0, new.customer.0, new.person.clone());
    if attendance::Entity::find_by_id(key).one(db).await?.is_some() {
        return Ok(false);
    }
    let row = attendance::ActiveModel {
        course_id: Set(new.course.0),
        customer_id: Set(new.customer.0),
        person: Set(new.person.clone()),
        recorded_at: Set(new.recorded_at.into()),
        by: Set(new.by.clone()),
    };
    match attendance::Entity::insert(row).exec_without_returning(db).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Keeps a ticket waiting for a condition. The caller holds the ticket.
pub async fn hold(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    condition: ConditionId,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = conditional_ticket::ActiveModel {
        ticket_id: Set(ticket.0),
        condition_id: Set(condition.0),
        held_at: Set(at.into()),
        released_at: Set(None),
    };
    conditional_ticket::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The condition that a ticket waits for, or waited for until the instant beside it.
pub async fn held_by(
    db: &impl ConnectionTrait,
    ticket: TicketId,
) -> Result<Option<(ConditionId, Option<Timestamp>)>, DbErr> {
    let row = conditional_ticket::Entity::find_by_id(ticket.0).one(db).await?;
    Ok(row.map(|row| (ConditionId(row.condition_id), row.released_at.map(Timestamp::from))))
}

/// Numbers of the tickets that wait for a condition, with the conditions.
pub async fn held(db: &impl ConnectionTrait) -> Result<Vec<(ConditionId, i64)>, DbErr> {
    let of: RelationDef = conditional_ticket::Entity::belongs_to(ticket::Entity)
        .from(conditional_ticket::Column::TicketId)
        .to(ticket::Column::Id)
        .into();
    let rows: Vec<(Uuid, i64)> = conditional_ticket::Entity::find()
        .join(JoinType::InnerJoin, of)
        .select_only()
        .column(conditional_ticket::Column::ConditionId)
        .column(ticket::Column::Number)
        .filter(conditional_ticket::Column::ReleasedAt.is_null())
        .order_by_asc(ticket::Column::Number)
        .limit(ROWS_MAX)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(condition, number)| (ConditionId(condition), number)).collect())
}

/// 0: it was released already.
pub async fn release(db: &impl ConnectionTrait, ticket: TicketId, at: Timestamp) -> Result<u64, DbErr> {
    let done = conditional_ticket::Entity::update_many()
        .col_expr(conditional_ticket::Column::ReleasedAt, Expr::value(at.as_micros()))
        .filter(conditional_ticket::Column::TicketId.eq(ticket.0))
        .filter(conditional_ticket::Column::ReleasedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

fn course(row: training_course::Model) -> StoredCourse {
    StoredCourse {
        id: CourseId(row.id),
        topic: row.topic,
        starts_at: row.starts_at.into(),
        place: row.place,
        state: row.state.0,
        ran_at: row.ran_at.map(Timestamp::from),
        version: row.version,
    }
}

fn condition(row: training_condition::Model) -> StoredCondition {
    StoredCondition {
        id: ConditionId(row.id),
        customer: CustomerId(row.customer_id),
        topic: row.topic,
        reason: row.reason,
        decided_at: row.decided_at.into(),
        decided_by: row.decided_by,
        waived: row.waived_at.map(|at| Waived { at: at.into(), by: row.waived_by, because: row.waived_because }),
        version: row.version,
    }
}
