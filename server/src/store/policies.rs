//! Escalation policies and their versions. A fault keeps the version that was in force when it opened.

use std::collections::{BTreeSet, HashMap};

use domain::{
    escalation::Policy,
    id::{PolicyId, PolicyVersionId},
};
use entity::{escalation_policy, escalation_policy_version};
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
    values::{Made, from_json, to_json},
};

/// More policies than anybody can keep apart.
const POLICIES_MAX: u64 = 1_000;

/// A policy in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub id: PolicyVersionId,
    pub of: PolicyId,
    pub policy: Policy,
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
