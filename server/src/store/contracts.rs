//! Contracts: what was agreed, what has happened to them, and which one is asked about a host.

use std::cmp::Reverse;

use domain::{
    access::Scope,
    contract::{Contract, ContractState, ContractTerms},
    id::{ContractId, CustomerId, HostId, LevelId, PolicyId, PriceListId, SiteId},
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    contract, cover_level,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, SelectTwo, sea_query::Expr,
};

use super::{
    counters::{self, Counter},
    hosts, levels,
    states::IDS_PER_STATEMENT,
    values::to_json,
};

mod rows;

/// Every change of a contract may change which notices are due.
const LOOK_AT_ONCE: Micros = Micros(0);
/// Contracts of all customers on one page.
const ALL_MAX: u64 = 10_000;
/// Contracts of one customer; more than a century of yearly ones for each of several sites.
const CONTRACTS_MAX: u64 = 1_000;

/// Whose contract it is, and the versions it was agreed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    pub customer: CustomerId,
    pub level: LevelId,
    /// Of the level, on the day. New tickets take the level's latest version.
    pub level_version: u32,
    /// None: at an exact price.
    pub price_list: Option<PriceListId>,
    /// Who is told when nobody reacts; None: the usual one.
    pub policy: Option<PolicyId>,
    /// The contract that this one takes the place of once it is activated.
    pub follows: Option<ContractId>,
}

/// A contract with its row's version, which an edit proves.
#[derive(Debug, Clone)]
pub struct StoredContract {
    pub contract: Contract,
    /// As people see it, see [`domain::contract::number_words`].
    pub number: i64,
    pub agreed: Agreed,
    pub version: i64,
    pub created_at: Timestamp,
}

/// Adds a contract and answers its number. Its level must be the kind that its terms name.
pub async fn insert(
    db: &impl ConnectionTrait,
    contract: &Contract,
    agreed: &Agreed,
    at: Timestamp,
) -> Result<i64, DbErr> {
    prove_level(db, contract, agreed).await?;
    let number = counters::take(db, Counter::Contract, 1).await?;
    let ContractTerms { site, ports, access, zone, starts_on, first_term_ends_on, ends_on, .. } = &contract.terms;
    let row = contract::ActiveModel {
        id: Set(contract.id.0),
        customer_id: Set(agreed.customer.0),
        site_id: Set(site.map(|site| site.0)),
        level_id: Set(agreed.level.0),
        level_version: Set(agreed.level_version.into()),
        price_list_id: Set(agreed.price_list.map(|list| list.0)),
        policy_id: Set(agreed.policy.map(|policy| policy.0)),
        kind: Set(Word(contract.terms.kind)),
        ports: Set((*ports).into()),
        access_mode: Set(Word(access.mode)),
        access_paths: Set(to_json(&access.paths)?),
        zone: Set(zone.name().to_owned()),
        starts_on: Set(starts_on.to_string()),
        first_term_ends_on: Set(first_term_ends_on.to_string()),
        ends_on: Set(ends_on.map(|day| day.to_string())),
        begins_at: Set(contract.terms.begins_at().into()),
        ends_at: Set(contract.terms.ends_at().map(Micros::from)),
        cat4_response: Set(Word(contract.terms.cat4_response)),
        location: Set(contract.location.as_ref().map(to_json).transpose()?),
        activated_at: Set(contract.activated_at.map(Micros::from)),
        inspection: Set(to_json(&contract.inspection)?),
        version: Set(1),
        created_at: Set(at.into()),
        number: Set(number),
        follows_id: Set(agreed.follows.map(|before| before.0)),
        notice_due_at: Set(Some(LOOK_AT_ONCE)),
    };
    contract::Entity::insert(row).exec_without_returning(db).await?;
    rows::insert_covered(db, contract.id, &contract.terms.covered).await?;
    Ok(number)
}

/// Makes a contract that is still at `version` what is given: terms, location, activation, inspection. 0: it is not.
/// The customer of a contract stays.
pub async fn update(
    db: &impl ConnectionTrait,
    contract: &Contract,
    agreed: &Agreed,
    version: i64,
) -> Result<u64, DbErr> {
    use contract::Column;
    prove_level(db, contract, agreed).await?;
    let ContractTerms { site, ports, access, zone, starts_on, first_term_ends_on, ends_on, .. } = &contract.terms;
    let done = contract::Entity::update_many()
        .col_expr(Column::SiteId, Expr::value(site.map(|site| site.0)))
        .col_expr(Column::LevelId, Expr::value(agreed.level.0))
        .col_expr(Column::LevelVersion, Expr::value(i64::from(agreed.level_version)))
        .col_expr(Column::PriceListId, Expr::value(agreed.price_list.map(|list| list.0)))
        .col_expr(Column::PolicyId, Expr::value(agreed.policy.map(|policy| policy.0)))
        .col_expr(Column::Kind, Expr::value(Word(contract.terms.kind)))
        .col_expr(Column::Ports, Expr::value(i64::from(*ports)))
        .col_expr(Column::AccessMode, Expr::value(Word(access.mode)))
        .col_expr(Column::AccessPaths, Expr::value(to_json(&access.paths)?))
        .col_expr(Column::Zone, Expr::value(zone.name()))
        .col_expr(Column::StartsOn, Expr::value(starts_on.to_string()))
        .col_expr(Column::FirstTermEndsOn, Expr::value(first_term_ends_on.to_string()))
        .col_expr(Column::EndsOn, Expr::value(ends_on.map(|day| day.to_string())))
        .col_expr(Column::BeginsAt, Expr::value(contract.terms.begins_at().as_micros()))
        .col_expr(Column::EndsAt, Expr::value(contract.terms.ends_at().map(Timestamp::as_micros)))
        .col_expr(Column::Cat4Response, Expr::value(Word(contract.terms.cat4_response)))
        .col_expr(Column::Location, Expr::value(contract.location.as_ref().map(to_json).transpose()?))
        .col_expr(Column::ActivatedAt, Expr::value(contract.activated_at.map(Timestamp::as_micros)))
        .col_expr(Column::Inspection, Expr::value(to_json(&contract.inspection)?))
        .col_expr(Column::FollowsId, Expr::value(agreed.follows.map(|before| before.0)))
        .col_expr(Column::NoticeDueAt, Expr::value(LOOK_AT_ONCE.0))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(contract.id.0))
        .filter(Column::CustomerId.eq(agreed.customer.0))
        .filter(Column::Version.eq(version))
        .exec(db)
        .await?;
    if done.rows_affected == 1 {
        rows::replace_covered(db, contract.id, &contract.terms.covered).await?;
    }
    Ok(done.rows_affected)
}

async fn prove_level(db: &impl ConnectionTrait, contract: &Contract, agreed: &Agreed) -> Result<(), DbErr> {
    let level = levels::find_version(db, agreed.level, agreed.level_version).await?;
    match level {
        Some(level) if level.terms.level == contract.terms.level => Ok(()),
        _ => Err(DbErr::Custom(format!("contract.level_id is no {}", contract.terms.level.as_str()))),
    }
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: ContractId) -> Result<Option<StoredContract>, DbErr> {
    let rows = scoped(scope).filter(contract::Column::Id.eq(id.0)).all(db).await?;
    Ok(rows::read(db, rows).await?.pop())
}

/// Contracts of a customer, the latest first; 1,000 at most.
pub async fn of_customer(
    db: &impl ConnectionTrait,
    scope: Scope,
    customer: CustomerId,
) -> Result<Vec<StoredContract>, DbErr> {
    let rows = scoped(scope)
        .filter(contract::Column::CustomerId.eq(customer.0))
        .order_by_desc(contract::Column::BeginsAt)
        .order_by_desc(contract::Column::Id)
        .limit(CONTRACTS_MAX)
        .all(db)
        .await?;
    rows::read(db, rows).await
}

/// All contracts of some customers, for those who show many at once; 1,000 for each of them at most.
pub async fn of_customers(db: &impl ConnectionTrait, customers: &[CustomerId]) -> Result<Vec<StoredContract>, DbErr> {
    let mut all = Vec::new();
    for piece in customers.chunks(IDS_PER_STATEMENT) {
        let rows = scoped(Scope::Everything)
            .filter(contract::Column::CustomerId.is_in(piece.iter().map(|customer| customer.0)))
            .limit(CONTRACTS_MAX * piece.len() as u64)
            .all(db)
            .await?;
        all.extend(rows::read(db, rows).await?);
    }
    Ok(all)
}

/// Contracts of everybody in the scope, the latest first; 10,000 at most.
pub async fn all(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<StoredContract>, DbErr> {
    let rows = scoped(scope)
        .order_by_desc(contract::Column::BeginsAt)
        .order_by_desc(contract::Column::Id)
        .limit(ALL_MAX)
        .all(db)
        .await?;
    rows::read(db, rows).await
}

/// Contracts of a customer that are in force at an instant, those that wait for an inspection included; the one to ask
/// first in front.
pub async fn in_force(
    db: &impl ConnectionTrait,
    scope: Scope,
    customer: CustomerId,
    at: Timestamp,
) -> Result<Vec<StoredContract>, DbErr> {
    let micros = Micros::from(at);
    let rows = scoped(scope)
        .filter(contract::Column::CustomerId.eq(customer.0))
        .filter(contract::Column::ActivatedAt.is_not_null())
        .filter(contract::Column::BeginsAt.lte(micros))
        .filter(contract::Column::EndsAt.is_null().or(contract::Column::EndsAt.gt(micros)))
        .limit(CONTRACTS_MAX)
        .all(db)
        .await?;
    let mut contracts = rows::read(db, rows).await?;
    // The query narrows, the rules decide: a Cat4 contract whose site moved is a draft again.
    let in_force = [ContractState::Active, ContractState::PendingInspection];
    contracts.retain(|one| in_force.contains(&one.contract.state_at(at)));
    Ok(by_precedence(contracts, at))
}

/// Contracts that are about a host at an instant, the one to ask first in front: also those that have ended or not
/// begun, which are the reason why nothing is covered. Empty for a host outside the scope.
pub async fn of_host(
    db: &impl ConnectionTrait,
    scope: Scope,
    host: HostId,
    at: Timestamp,
) -> Result<Vec<StoredContract>, DbErr> {
    let Some(host) = hosts::find_by_id(db, scope, host).await? else { return Ok(Vec::new()) };
    of_place(db, host.customer, Some(host.site), at).await
}

/// Contracts of a customer that are about a site, or all of theirs, the one to ask first in front; as [`of_host`].
pub async fn of_place(
    db: &impl ConnectionTrait,
    customer: CustomerId,
    site: Option<SiteId>,
    at: Timestamp,
) -> Result<Vec<StoredContract>, DbErr> {
    let mut all = of_customer(db, Scope::Everything, customer).await?;
    all.retain(|one| site.is_none_or(|site| one.contract.concerns(Some(site))));
    Ok(by_precedence(all, at))
}

fn by_precedence(mut contracts: Vec<StoredContract>, at: Timestamp) -> Vec<StoredContract> {
    contracts.sort_by_cached_key(|one| Reverse(one.contract.precedence(at)));
    contracts
}

fn scoped(scope: Scope) -> SelectTwo<contract::Entity, cover_level::Entity> {
    let level =
        contract::Entity::belongs_to(cover_level::Entity).from(contract::Column::LevelId).to(cover_level::Column::Id);
    let query = contract::Entity::find().join(JoinType::InnerJoin, level.into()).select_also(cover_level::Entity);
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(contract::Column::CustomerId.eq(customer.0)),
    }
}

#[cfg(test)]
pub(crate) mod tests;
