//! The stock of units that are lent. It is ours: no customer's query comes here.

use domain::{hardware::UnitState, id::LoanUnitId, time::Timestamp};
use entity::{columns::Word, loan_unit};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

/// More units than a support company lends.
const UNITS_MAX: u64 = 1_000;

/// What a form says about a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUnit {
    /// On its label: "LN-0031".
    pub name: String,
    pub model: String,
    pub serial: String,
    /// What it can do, to compare with what it stands in for.
    pub facilities: String,
    pub state: UnitState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoanUnit {
    pub id: LoanUnitId,
    pub name: String,
    pub model: String,
    pub serial: String,
    pub facilities: String,
    pub state: UnitState,
    pub version: i64,
}

impl From<loan_unit::Model> for LoanUnit {
    fn from(row: loan_unit::Model) -> Self {
        Self {
            id: LoanUnitId(row.id),
            name: row.name,
            model: row.model,
            serial: row.serial,
            facilities: row.facilities,
            state: row.state.0,
            version: row.version,
        }
    }
}

/// All units by name.
pub async fn units(db: &impl ConnectionTrait) -> Result<Vec<LoanUnit>, DbErr> {
    let rows = loan_unit::Entity::find().order_by_asc(loan_unit::Column::Name).limit(UNITS_MAX).all(db).await?;
    Ok(rows.into_iter().map(LoanUnit::from).collect())
}

pub async fn find_unit(db: &impl ConnectionTrait, id: LoanUnitId) -> Result<Option<LoanUnit>, DbErr> {
    Ok(loan_unit::Entity::find_by_id(id.0).one(db).await?.map(LoanUnit::from))
}

/// Holds a unit for this transaction: it is on one ticket at a time.
pub async fn lock_unit(db: &impl ConnectionTrait, id: LoanUnitId) -> Result<Option<LoanUnit>, DbErr> {
    Ok(loan_unit::Entity::find_by_id(id.0).lock_exclusive().one(db).await?.map(LoanUnit::from))
}

pub async fn insert_unit(db: &impl ConnectionTrait, id: LoanUnitId, new: &NewUnit, at: Timestamp) -> Result<(), DbErr> {
    let row = loan_unit::ActiveModel {
        id: Set(id.0),
        name: Set(new.name.clone()),
        model: Set(new.model.clone()),
        serial: Set(new.serial.clone()),
        facilities: Set(new.facilities.clone()),
        state: Set(Word(new.state)),
        version: Set(1),
        created_at: Set(at.into()),
    };
    loan_unit::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Changes a unit that is still at `version`. 0: it is not.
pub async fn update_unit(db: &impl ConnectionTrait, id: LoanUnitId, version: i64, new: &NewUnit) -> Result<u64, DbErr> {
    use loan_unit::Column as C;
    let done = loan_unit::Entity::update_many()
        .col_expr(C::Name, Expr::value(new.name.as_str()))
        .col_expr(C::Model, Expr::value(new.model.as_str()))
        .col_expr(C::Serial, Expr::value(new.serial.as_str()))
        .col_expr(C::Facilities, Expr::value(new.facilities.as_str()))
        .col_expr(C::State, Expr::value(new.state.as_str()))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id.0))
        .filter(C::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Where a unit goes with its loan. The version goes up, so that a form that was open before is refused.
pub async fn set_unit_state(db: &impl ConnectionTrait, id: LoanUnitId, state: UnitState) -> Result<(), DbErr> {
    loan_unit::Entity::update_many()
        .col_expr(loan_unit::Column::State, Expr::value(state.as_str()))
        .col_expr(loan_unit::Column::Version, Expr::col(loan_unit::Column::Version).add(1))
        .filter(loan_unit::Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}
