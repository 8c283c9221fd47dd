//! Days of a file that somebody looks at before they become bank holidays.

use domain::{id::UserId, time::Timestamp};
use entity::holiday_import;
use jiff::civil::Date;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::values::{date, from_json, to_json};

/// Days with their names, in order.
pub type Days = Vec<(Date, String)>;

pub async fn insert(
    db: &impl ConnectionTrait,
    id: Uuid,
    days: &[(Date, String)],
    by: UserId,
    at: Timestamp,
) -> Result<(), DbErr> {
    let days: Vec<(String, &str)> = days.iter().map(|(day, name)| (day.to_string(), name.as_str())).collect();
    let row = holiday_import::ActiveModel {
        id: Set(id),
        days: Set(to_json(&days)?),
        created_at: Set(at.into()),
        created_by: Set(by.0),
        saved_at: Set(None),
    };
    holiday_import::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The days of an import that was not saved yet.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Days>, DbErr> {
    let row = holiday_import::Entity::find_by_id(id).filter(holiday_import::Column::SavedAt.is_null()).one(db).await?;
    let Some(row) = row else { return Ok(None) };
    let column = "holiday_import.days";
    let days: Vec<(String, String)> = from_json(column, &row.days)?;
    days.into_iter().map(|(day, name)| Ok((date(column, &day)?, name))).collect::<Result<Days, DbErr>>().map(Some)
}

/// 0: somebody saved it already.
pub async fn mark_saved(db: &impl ConnectionTrait, id: Uuid, at: Timestamp) -> Result<u64, DbErr> {
    let done = holiday_import::Entity::update_many()
        .col_expr(holiday_import::Column::SavedAt, Expr::value(at.as_micros()))
        .filter(holiday_import::Column::Id.eq(id))
        .filter(holiday_import::Column::SavedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
