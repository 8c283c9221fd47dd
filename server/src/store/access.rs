//! Where we get in under a contract, and what the last test of it saw. Only standing access is tested by itself.

use domain::{
    access::Scope,
    contract::{AccessMode, AccessPath},
    id::{AccessTargetId, ContractId},
    observation::{Observation, Status},
    time::Timestamp,
};
use entity::{
    access_target,
    columns::{Micros, Word},
    contract,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};

/// Targets of one contract: a path or two for each machine that matters.
pub const TARGETS_MAX: u64 = 50;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTarget {
    pub id: AccessTargetId,
    pub contract: ContractId,
    pub path: AccessPath,
    /// `host:port`, or a URL for the web.
    pub address: String,
    /// None: never tested.
    pub last: Option<LastTest>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastTest {
    pub status: Status,
    pub detail: String,
    pub at: Timestamp,
}

fn its_contract() -> RelationDef {
    access_target::Entity::belongs_to(contract::Entity)
        .from(access_target::Column::ContractId)
        .to(contract::Column::Id)
        .into()
}

fn target(row: access_target::Model) -> AccessTarget {
    let last = row.status.zip(row.tested_at).map(|(status, at)| LastTest {
        status: status.0,
        detail: row.detail,
        at: at.into(),
    });
    AccessTarget {
        id: AccessTargetId(row.id),
        contract: ContractId(row.contract_id),
        path: row.path.0,
        address: row.address,
        last,
    }
}

/// Adds a target that is due to be tested at once. One that the contract has already is a unique violation.
pub async fn insert(db: &impl ConnectionTrait, new: &AccessTarget, at: Timestamp) -> Result<(), DbErr> {
    let row = access_target::ActiveModel {
        id: Set(new.id.0),
        contract_id: Set(new.contract.0),
        path: Set(Word(new.path)),
        address: Set(new.address.clone()),
        status: Set(None),
        detail: Set(String::new()),
        tested_at: Set(None),
        next_test_at: Set(at.into()),
        created_at: Set(at.into()),
    };
    access_target::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

pub async fn remove(db: &impl ConnectionTrait, id: AccessTargetId) -> Result<u64, DbErr> {
    Ok(access_target::Entity::delete_by_id(id.0).exec(db).await?.rows_affected)
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: AccessTargetId) -> Result<Option<AccessTarget>, DbErr> {
    let row = access_target::Entity::find_by_id(id.0)
        .join(JoinType::InnerJoin, its_contract())
        .apply_if(scope.customer(), |query, own| query.filter(contract::Column::CustomerId.eq(own.0)))
        .one(db)
        .await?;
    Ok(row.map(target))
}

/// The targets of a contract in the order in which they were entered. The caller has found the contract in its scope.
pub async fn of_contract(db: &impl ConnectionTrait, contract: ContractId) -> Result<Vec<AccessTarget>, DbErr> {
    let rows = access_target::Entity::find()
        .filter(access_target::Column::ContractId.eq(contract.0))
        .order_by_asc(access_target::Column::Id)
        .limit(TARGETS_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(target).collect())
}

/// Takes up to `limit` targets of standing access that are due, and makes each due again at `next_at`: whoever else
/// asks does not get them, and one whose test is lost in a crash is tested then.
pub async fn claim_due(
    db: &impl ConnectionTrait,
    now: Timestamp,
    next_at: Timestamp,
    limit: u64,
) -> Result<Vec<AccessTarget>, DbErr> {
    let in_force = contract::Column::EndsAt.is_null().or(contract::Column::EndsAt.gt(Micros::from(now)));
    let rows = access_target::Entity::find()
        .join(JoinType::InnerJoin, its_contract())
        .filter(access_target::Column::NextTestAt.lte(Micros::from(now)))
        .filter(contract::Column::AccessMode.eq(Word(AccessMode::Standing)))
        .filter(contract::Column::ActivatedAt.is_not_null())
        .filter(in_force)
        .order_by_asc(access_target::Column::NextTestAt)
        .limit(limit)
        .lock_exclusive()
        .all(db)
        .await?;
    if !rows.is_empty() {
        access_target::Entity::update_many()
            .col_expr(access_target::Column::NextTestAt, Expr::value(next_at.as_micros()))
            .filter(access_target::Column::Id.is_in(rows.iter().map(|row| row.id)))
            .exec(db)
            .await?;
    }
    Ok(rows.into_iter().map(target).collect())
}

/// Keeps what a test saw. 0: the target was removed meanwhile.
pub async fn record(
    db: &impl ConnectionTrait,
    id: AccessTargetId,
    seen: &Observation,
    next_at: Timestamp,
) -> Result<u64, DbErr> {
    let done = access_target::Entity::update_many()
        .col_expr(access_target::Column::Status, Expr::value(Word(seen.status)))
        .col_expr(access_target::Column::Detail, Expr::value(seen.text.as_str()))
        .col_expr(access_target::Column::TestedAt, Expr::value(seen.at.as_micros()))
        .col_expr(access_target::Column::NextTestAt, Expr::value(next_at.as_micros()))
        .filter(access_target::Column::Id.eq(id.0))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
