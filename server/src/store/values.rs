//! Domain values in columns: JSON, dates, zones and small numbers. What is stored and cannot be read is an error with
//! its column's name, never a default.

use std::fmt::Display;

use domain::{calendar::Zone, id::UserId, time::Timestamp};
use jiff::civil::Date;
use sea_orm::{
    DbErr,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use serde::{Serialize, de::DeserializeOwned};

/// When and by whom a version was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub at: Timestamp,
    /// None: seeded.
    pub by: Option<UserId>,
}

impl Made {
    /// By the program itself.
    pub fn seeded(at: Timestamp) -> Self {
        Self { at, by: None }
    }
}

/// What a claimer has in hand until its transaction ends.
#[derive(Debug)]
pub struct Claimed<T, I> {
    pub due: Vec<T>,
    /// Rows that cannot be read, with the reason. They are due no more, so that they hold up no others; somebody must
    /// be told.
    pub set_aside: Vec<(I, DbErr)>,
}

pub(super) fn to_json(value: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|error| DbErr::Json(error.to_string()))
}

pub(super) fn from_json<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, DbErr> {
    serde_json::from_str(text).map_err(|error| unreadable(column, error))
}

/// A date such as "2026-12-24"; in text they sort as they follow each other.
pub(super) fn date(column: &str, text: &str) -> Result<Date, DbErr> {
    text.parse().map_err(|error| unreadable(column, error))
}

pub(super) fn date_null(column: &str, text: Option<&str>) -> Result<Option<Date>, DbErr> {
    text.map(|text| date(column, text)).transpose()
}

pub(super) fn zone(column: &str, name: &str) -> Result<Zone, DbErr> {
    Zone::parse(name).map_err(|error| unreadable(column, error))
}

pub(super) fn number<T: TryFrom<i64, Error: Display>>(column: &str, value: i64) -> Result<T, DbErr> {
    T::try_from(value).map_err(|error| unreadable(column, error))
}

/// Pence, places and the like: beyond what BIGINT holds there is nothing to store.
pub(super) fn stored<T: TryInto<i64, Error: Display>>(column: &str, value: T) -> Result<i64, DbErr> {
    value.try_into().map_err(|error| DbErr::Type(format!("{column} cannot be stored: {error}")))
}

pub(super) fn unreadable(column: &str, why: impl Display) -> DbErr {
    DbErr::Type(format!("{column} cannot be read: {why}"))
}

/// `column` holds `text` somewhere, without regard to case.
pub(super) fn contains(column: Expr, text: &str) -> Expr {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(column)).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_names_its_column() {
        let wrong = [
            date("contract.starts_on", "2026-13-01").unwrap_err(),
            zone("contract.starts_on", "Europe/Londres").map(drop).unwrap_err(),
            number::<u32>("contract.starts_on", -1).unwrap_err(),
            from_json::<u32>("contract.starts_on", "{").unwrap_err(),
            stored("contract.starts_on", u64::MAX).unwrap_err(),
        ];
        for error in wrong {
            assert!(error.to_string().contains("contract.starts_on cannot be "), "{error}");
        }
        assert_eq!(date_null("ends_on", None).unwrap(), None);
        assert_eq!(date("ends_on", "2026-12-24").unwrap().to_string(), "2026-12-24");
    }
}
