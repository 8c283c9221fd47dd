//! Bank holidays as administrators keep them. A calendar takes them over when a version of it is made; no version that
//! is there changes with them.

use domain::{calendar::Holidays, text::Name, time::Timestamp};
use entity::bank_holiday;
use jiff::civil::Date;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

use super::values::date;

/// A century of them.
const DAYS_MAX: u64 = 1_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankHoliday {
    pub day: Date,
    pub name: String,
    pub version: i64,
}

/// Adds the days that were never there. A day that somebody removed stays removed. Returns how many are new.
pub async fn seed(db: &impl ConnectionTrait, days: &Holidays, at: Timestamp) -> Result<u64, DbErr> {
    let rows = days.iter().map(|(day, name)| row(day, name.to_owned(), at));
    bank_holiday::Entity::insert_many(rows)
        .on_conflict(OnConflict::column(bank_holiday::Column::Day).do_nothing().to_owned())
        .exec_without_returning(db)
        .await
}

/// Adds a day, also one that was removed. False: it is there.
pub async fn add(db: &impl ConnectionTrait, day: Date, name: Name, at: Timestamp) -> Result<bool, DbErr> {
    let name = String::from(name);
    let back = bank_holiday::Entity::update_many()
        .col_expr(bank_holiday::Column::Name, Expr::value(name.as_str()))
        .col_expr(bank_holiday::Column::Version, Expr::col(bank_holiday::Column::Version).add(1))
        .col_expr(bank_holiday::Column::RemovedAt, Expr::value(None::<i64>))
        .filter(bank_holiday::Column::Day.eq(day.to_string()))
        .filter(bank_holiday::Column::RemovedAt.is_not_null())
        .exec(db)
        .await?;
    if back.rows_affected == 1 {
        return Ok(true);
    }
    let added = bank_holiday::Entity::insert_many([row(day, name, at)])
        .on_conflict(OnConflict::column(bank_holiday::Column::Day).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(added == 1)
}

fn row(day: Date, name: String, at: Timestamp) -> bank_holiday::ActiveModel {
    bank_holiday::ActiveModel {
        day: Set(day.to_string()),
        name: Set(name),
        version: Set(1),
        created_at: Set(at.into()),
        removed_at: Set(None),
    }
}

/// All days in order, 1,000 at most.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<BankHoliday>, DbErr> {
    let rows = bank_holiday::Entity::find()
        .filter(bank_holiday::Column::RemovedAt.is_null())
        .order_by_asc(bank_holiday::Column::Day)
        .limit(DAYS_MAX)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| Ok(BankHoliday { day: date("bank_holiday.day", &row.day)?, name: row.name, version: row.version }))
        .collect()
}

/// All days, as a new version of a calendar takes them over.
pub async fn table(db: &impl ConnectionTrait) -> Result<Holidays, DbErr> {
    Ok(list(db).await?.into_iter().map(|one| (one.day, one.name)).collect())
}

/// Renames a day that is still at `version`. 0: it is not, or it was removed.
pub async fn rename(db: &impl ConnectionTrait, day: Date, version: i64, name: Name) -> Result<u64, DbErr> {
    set(db, day, version, bank_holiday::Column::Name, Expr::value(name.as_str())).await
}

/// Removes a day that is still at `version`. 0: it is not, or it was removed.
pub async fn remove(db: &impl ConnectionTrait, day: Date, version: i64, at: Timestamp) -> Result<u64, DbErr> {
    set(db, day, version, bank_holiday::Column::RemovedAt, Expr::value(at.as_micros())).await
}

/// Sets one column of a day that is still at `version` and counts the version up. Returns how many rows changed.
async fn set(
    db: &impl ConnectionTrait,
    day: Date,
    version: i64,
    column: bank_holiday::Column,
    value: Expr,
) -> Result<u64, DbErr> {
    let done = bank_holiday::Entity::update_many()
        .col_expr(column, value)
        .col_expr(bank_holiday::Column::Version, Expr::col(bank_holiday::Column::Version).add(1))
        .filter(bank_holiday::Column::Day.eq(day.to_string()))
        .filter(bank_holiday::Column::Version.eq(version))
        .filter(bank_holiday::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::hosts::fixtures::now, testing::databases};

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    #[tokio::test]
    async fn seeding_again_adds_nothing_and_brings_nothing_back() {
        for test in databases().await {
            let (db, all) = (test.db.writer(), Holidays::england_and_wales());
            assert_eq!(seed(db, &all, now()).await.unwrap(), 24, "{}", test.name);
            assert_eq!(table(db).await.unwrap(), all, "{}", test.name);
            let good_friday = jiff::civil::date(2026, 4, 3);
            assert_eq!(remove(db, good_friday, 1, now()).await.unwrap(), 1);
            assert_eq!(remove(db, good_friday, 2, now()).await.unwrap(), 0, "{}", test.name);
            assert_eq!(seed(db, &all, now()).await.unwrap(), 0, "{}", test.name);
            assert_eq!(table(db).await.unwrap().name(good_friday), None, "{}", test.name);
            assert!(add(db, good_friday, name("Good Friday"), now()).await.unwrap());
            assert!(!add(db, good_friday, name("Again"), now()).await.unwrap(), "{}", test.name);
            assert_eq!(table(db).await.unwrap(), all, "{}", test.name);
        }
    }

    #[tokio::test]
    async fn a_day_that_changed_meanwhile_is_left_alone() {
        for test in databases().await {
            let (db, day) = (test.db.writer(), jiff::civil::date(2029, 5, 7));
            assert!(add(db, day, name("Early May"), now()).await.unwrap(), "{}", test.name);
            assert_eq!(rename(db, day, 1, name("Early May bank holiday")).await.unwrap(), 1);
            assert_eq!(rename(db, day, 1, name("Other")).await.unwrap(), 0, "{}", test.name);
            assert_eq!(remove(db, day, 1, now()).await.unwrap(), 0, "{}", test.name);
            let expected = BankHoliday { day, name: "Early May bank holiday".to_owned(), version: 2 };
            assert_eq!(list(db).await.unwrap(), [expected], "{}", test.name);
        }
    }
}
