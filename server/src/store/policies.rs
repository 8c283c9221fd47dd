//! Escalation policies and their versions. A fault keeps the version that was in force when it opened.

use std::collections::{BTreeSet, HashMap};

use domain::{
    cover::CoverLevel,
    escalation::Policy,
    id::{ContractId, PolicyId, PolicyVersionId},
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    contract, cover_level, customer, escalation_policy,
    escalation_policy_version::{self, Column},
    user,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    Select,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    faults::new_id,
    states::IDS_PER_STATEMENT,
    values::{Made, from_json, number, to_json},
};

/// More policies than anybody can keep apart.
const POLICIES_MAX: u64 = 1_000;
const USES_MAX: u64 = 10_000;

/// A policy in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub id: PolicyVersionId,
    pub of: PolicyId,
    pub policy: Policy,
}

/// When and by whom a version of a policy was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    pub of: PolicyId,
    /// Counted from 1.
    pub version: u32,
    pub at: Timestamp,
    /// None: seeded.
    pub by: Option<String>,
}

/// A contract that has not ended, by whose policy staff are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// None: the usual one.
    pub policy: Option<PolicyId>,
    pub contract: ContractId,
    pub customer: String,
    pub level: CoverLevel,
}

/// Adds a policy in version 1. None: there is one of this name.
pub async fn insert(
    db: &impl ConnectionTrait,
    id: PolicyId,
    policy: &Policy,
    made: Made,
) -> Result<Option<PolicyVersionId>, DbErr> {
    let row = escalation_policy::ActiveModel {
        id: Set(id.0),
        name: Set(policy.name.clone()),
        version: Set(1),
        usual: Set(false),
        created_at: Set(made.at.into()),
    };
    let added = escalation_policy::Entity::insert_many([row])
        .on_conflict(OnConflict::column(escalation_policy::Column::Name).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    match added {
        0 => Ok(None),
        _ => insert_version(db, id, &Policy { version: 1, ..policy.clone() }, made).await.map(Some),
    }
}

/// Makes `policy` the latest version, the one after the version it was edited from; it may have another name. None:
/// someone was faster. A name that another policy has is a unique violation.
pub async fn publish(
    db: &impl ConnectionTrait,
    id: PolicyId,
    policy: &Policy,
    made: Made,
) -> Result<Option<PolicyVersionId>, DbErr> {
    let version = i64::from(policy.version);
    let done = escalation_policy::Entity::update_many()
        .col_expr(escalation_policy::Column::Version, Expr::value(version))
        .col_expr(escalation_policy::Column::Name, Expr::value(policy.name.as_str()))
        .filter(escalation_policy::Column::Id.eq(id.0))
        .filter(escalation_policy::Column::Version.eq(version - 1))
        .exec(db)
        .await?;
    match done.rows_affected {
        0 => Ok(None),
        _ => insert_version(db, id, policy, made).await.map(Some),
    }
}

async fn insert_version(
    db: &impl ConnectionTrait,
    of: PolicyId,
    policy: &Policy,
    made: Made,
) -> Result<PolicyVersionId, DbErr> {
    let id = new_id(made.at)?;
    let row = escalation_policy_version::ActiveModel {
        id: Set(id),
        policy_id: Set(of.0),
        version: Set(policy.version.into()),
        policy: Set(to_json(policy)?),
        created_at: Set(made.at.into()),
        created_by: Set(made.by.map(|user| user.0)),
    };
    escalation_policy_version::Entity::insert(row).exec_without_returning(db).await?;
    Ok(PolicyVersionId(id))
}

/// Each policy in its latest version, by name.
pub async fn current(db: &impl ConnectionTrait) -> Result<Vec<PolicyVersion>, DbErr> {
    let rows = latest().order_by_asc(escalation_policy::Column::Name).limit(POLICIES_MAX).all(db).await?;
    rows.into_iter().map(version).collect()
}

/// A policy in its latest version.
pub async fn find(db: &impl ConnectionTrait, id: PolicyId) -> Result<Option<PolicyVersion>, DbErr> {
    latest().filter(escalation_policy::Column::Id.eq(id.0)).one(db).await?.map(version).transpose()
}

/// The policy of contracts that name none, in its latest version. None: nothing was planted yet.
pub async fn usual(db: &impl ConnectionTrait) -> Result<Option<PolicyVersion>, DbErr> {
    latest().filter(escalation_policy::Column::Usual.eq(true)).one(db).await?.map(version).transpose()
}

/// Makes a policy the usual one instead of the one that was. 0: there is no such policy. Two at the same moment are a
/// unique violation for the second.
pub async fn make_usual(db: &impl ConnectionTrait, id: PolicyId) -> Result<u64, DbErr> {
    escalation_policy::Entity::update_many()
        .col_expr(escalation_policy::Column::Usual, Expr::value(false))
        .filter(escalation_policy::Column::Usual.eq(true))
        .exec(db)
        .await?;
    let done = escalation_policy::Entity::update_many()
        .col_expr(escalation_policy::Column::Usual, Expr::value(true))
        .filter(escalation_policy::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// The versions with the given ids. One that cannot be read is left out.
pub async fn by_ids(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = PolicyVersionId>,
) -> Result<HashMap<PolicyVersionId, Policy>, DbErr> {
    let wanted: BTreeSet<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let wanted: Vec<Uuid> = wanted.into_iter().collect();
    let mut found = HashMap::with_capacity(wanted.len());
    for piece in wanted.chunks(IDS_PER_STATEMENT) {
        let query = escalation_policy_version::Entity::find();
        let query = query.filter(escalation_policy_version::Column::Id.is_in(piece.iter().copied()));
        for row in query.limit(IDS_PER_STATEMENT as u64).all(db).await? {
            if let Ok(PolicyVersion { id, policy, .. }) = version(row) {
                found.insert(id, policy);
            }
        }
    }
    Ok(found)
}

/// Every version of every policy, the latest first; 1,000 at most.
pub async fn versions(db: &impl ConnectionTrait) -> Result<Vec<VersionRow>, DbErr> {
    let by = escalation_policy_version::Entity::belongs_to(user::Entity).from(Column::CreatedBy).to(user::Column::Id);
    let rows: Vec<(Uuid, i64, Micros, Option<String>)> = escalation_policy_version::Entity::find()
        .join(JoinType::LeftJoin, by.into())
        .select_only()
        .columns([Column::PolicyId, Column::Version, Column::CreatedAt])
        .column(user::Column::Name)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Version)
        .limit(POLICIES_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let row = |(of, version, at, by): (Uuid, i64, Micros, Option<String>)| {
        let version = number("escalation_policy_version.version", version)?;
        Ok(VersionRow { of: PolicyId(of), version, at: at.into(), by })
    };
    rows.into_iter().map(row).collect()
}

/// The contracts of all customers that have not ended at an instant, by customer; 10,000 at most.
pub async fn uses(db: &impl ConnectionTrait, at: Timestamp) -> Result<Vec<Use>, DbErr> {
    let whose =
        contract::Entity::belongs_to(customer::Entity).from(contract::Column::CustomerId).to(customer::Column::Id);
    let level =
        contract::Entity::belongs_to(cover_level::Entity).from(contract::Column::LevelId).to(cover_level::Column::Id);
    let rows: Vec<(Uuid, Option<Uuid>, String, Word<CoverLevel>)> = contract::Entity::find()
        .join(JoinType::InnerJoin, whose.into())
        .join(JoinType::InnerJoin, level.into())
        .select_only()
        .columns([contract::Column::Id, contract::Column::PolicyId])
        .column(customer::Column::Name)
        .column(cover_level::Column::Cover)
        .filter(contract::Column::EndsAt.is_null().or(contract::Column::EndsAt.gt(Micros::from(at))))
        .order_by_asc(customer::Column::Name)
        .order_by_asc(contract::Column::BeginsAt)
        .order_by_asc(contract::Column::Id)
        .limit(USES_MAX)
        .into_tuple()
        .all(db)
        .await?;
    let row = |(contract, policy, customer, level): (Uuid, Option<Uuid>, String, Word<CoverLevel>)| Use {
        policy: policy.map(PolicyId),
        contract: ContractId(contract),
        customer,
        level: level.0,
    };
    Ok(rows.into_iter().map(row).collect())
}

fn latest() -> Select<escalation_policy_version::Entity> {
    let of = escalation_policy_version::Entity::belongs_to(escalation_policy::Entity)
        .from(escalation_policy_version::Column::PolicyId)
        .to(escalation_policy::Column::Id);
    let version = Expr::col((escalation_policy_version::Entity, escalation_policy_version::Column::Version));
    escalation_policy_version::Entity::find()
        .join(JoinType::InnerJoin, of.into())
        .filter(version.equals((escalation_policy::Entity, escalation_policy::Column::Version)))
}

fn version(row: escalation_policy_version::Model) -> Result<PolicyVersion, DbErr> {
    let policy = from_json("escalation_policy_version.policy", &row.policy)?;
    Ok(PolicyVersion { id: PolicyVersionId(row.id), of: PolicyId(row.policy_id), policy })
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::{
        access::Role,
        escalation::{After, Counted, Step, Whom},
    };

    use super::*;
    use crate::{desk::is_unique_violation, store::hosts::fixtures::now, testing::databases};

    fn made() -> Made {
        Made::seeded(now())
    }

    fn id() -> PolicyId {
        PolicyId(new_id(now()).unwrap())
    }

    /// Engineers at once, supervisors after 15 min of cover; reminders every 4 h.
    pub(crate) fn policy(name: &str) -> Policy {
        let step = |seconds, counted, role| Step { after: After { seconds, counted }, whom: vec![Whom::Role(role)] };
        let steps = vec![step(0, Counted::Elapsed, Role::Engineer), step(900, Counted::Cover, Role::Supervisor)];
        Policy { name: name.to_owned(), version: 1, steps, reminder_s: Some(14_400) }
    }

    #[tokio::test]
    async fn an_edit_makes_a_version_and_leaves_the_one_before() {
        for test in databases().await {
            let (db, id) = (test.db.writer(), id());
            let first = policy("Standard");
            let first_id = insert(db, id, &first, made()).await.unwrap().unwrap();
            let second = Policy { version: 2, reminder_s: None, name: "Usual".to_owned(), ..first.clone() };
            let second_id = publish(db, id, &second, made()).await.unwrap().unwrap();
            assert_eq!(publish(db, id, &second, made()).await.unwrap(), None, "someone was faster: {}", test.name);
            let expected: Vec<_> = [2, 1].map(|version| VersionRow { of: id, version, at: now(), by: None }).into();
            assert_eq!(versions(db).await.unwrap(), expected, "{}", test.name);
            let expected = PolicyVersion { id: second_id, of: id, policy: second };
            assert_eq!(find(db, id).await.unwrap().as_ref(), Some(&expected), "{}", test.name);
            assert_eq!(current(db).await.unwrap(), [expected], "{}", test.name);
            assert_eq!(by_ids(db, [first_id, first_id]).await.unwrap()[&first_id], first, "{}", test.name);
            let missing = PolicyVersionId(Uuid::from_u128(7));
            escalation_policy_version::Entity::update_many()
                .col_expr(escalation_policy_version::Column::Policy, Expr::value("{"))
                .filter(escalation_policy_version::Column::Id.eq(first_id.0))
                .exec(db)
                .await
                .unwrap();
            let found = by_ids(db, [missing, first_id, second_id]).await.unwrap();
            assert_eq!(found.keys().collect::<Vec<_>>(), [&second_id], "{}", test.name);
        }
    }

    #[tokio::test]
    async fn one_policy_at_most_is_the_usual_one() {
        for test in databases().await {
            let (db, one, other) = (test.db.writer(), id(), id());
            assert_eq!(usual(db).await.unwrap(), None, "{}", test.name);
            insert(db, one, &policy("Standard"), made()).await.unwrap();
            insert(db, other, &policy("Nights"), made()).await.unwrap();
            for id in [one, other, other] {
                assert_eq!(make_usual(db, id).await.unwrap(), 1, "{}", test.name);
                assert_eq!(usual(db).await.unwrap().map(|found| found.of), Some(id), "{}", test.name);
            }
            assert_eq!(make_usual(db, id()).await.unwrap(), 0, "{}", test.name);
        }
    }

    #[tokio::test]
    async fn a_name_is_taken_once() {
        for test in databases().await {
            let (db, other) = (test.db.writer(), id());
            assert!(insert(db, id(), &policy("Standard"), made()).await.unwrap().is_some());
            assert_eq!(insert(db, id(), &policy("Standard"), made()).await.unwrap(), None, "{}", test.name);
            insert(db, other, &policy("Nights"), made()).await.unwrap();
            let renamed = Policy { version: 2, ..policy("Standard") };
            let error = publish(db, other, &renamed, made()).await.unwrap_err();
            assert!(is_unique_violation(&error), "{} {error}", test.name);
            let names: Vec<_> = current(db).await.unwrap().into_iter().map(|one| one.policy.name).collect();
            assert_eq!(names, ["Nights", "Standard"], "{}", test.name);
        }
    }
}
