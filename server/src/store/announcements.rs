//! Who counts by a calendar and is told of its announced days, and how many were told.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    access::Scope,
    contract::Cat4Response,
    cover::CoverLevel,
    id::{CalendarId, CustomerId, UserId},
    level::{Hours, LevelTerms},
    time::Timestamp,
};
use entity::{announcement, columns::Micros, contract};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QuerySelect,
};
use uuid::Uuid;

use super::{
    contacts::{self, Contact},
    levels::{self, Level},
};

/// Contracts and customers looked at.
const ROWS_MAX: u64 = 100_000;
/// Announcements of one calendar: a century of them.
const ANNOUNCEMENTS_MAX: u64 = 2_000;

/// Names of the levels whose response target counts by the calendar of a key, mildest first.
pub async fn levels_by(db: &impl ConnectionTrait, key: &str) -> Result<Vec<String>, DbErr> {
    let levels = levels::current(db).await?;
    Ok(levels.into_iter().filter(|level| counts_by(&level.terms, key)).map(|level| level.terms.name).collect())
}

fn counts_by(terms: &LevelTerms, key: &str) -> bool {
    matches!(&terms.response, Some(target) if target.hours == Hours::Inside(key.to_owned()))
}

/// Contacts of the customers who count by one of the calendars at `at`: by a contract that is in force, and of
/// those named in `also`. Each address once, those that refuse mail left out.
pub async fn audience(
    db: &impl ConnectionTrait,
    keys: &[String],
    also: impl IntoIterator<Item = CustomerId>,
    at: Timestamp,
) -> Result<Vec<Contact>, DbErr> {
    let mut customers = customers_by(db, keys, at).await?;
    customers.extend(also);
    let mut told = BTreeSet::new();
    let mut contacts = contacts::list(db, Scope::Everything).await?;
    contacts.retain(|contact| {
        customers.contains(&contact.customer)
            && contact.refused.is_none()
            && told.insert((contact.customer, contact.email.to_lowercase()))
    });
    Ok(contacts)
}

async fn customers_by(
    db: &impl ConnectionTrait,
    keys: &[String],
    at: Timestamp,
) -> Result<BTreeSet<CustomerId>, DbErr> {
    let levels = levels::current(db).await?;
    let by_id: HashMap<Uuid, &Level> = levels.iter().map(|level| (level.id.0, level)).collect();
    let wanted = |terms: &LevelTerms| keys.iter().any(|key| counts_by(terms, key));
    let by_cover = |cover: CoverLevel| {
        levels.iter().any(|level| level.terms.level == cover && cover != CoverLevel::Custom && wanted(&level.terms))
    };
    let micros = Micros::from(at);
    let rows = contract::Entity::find()
        .filter(contract::Column::ActivatedAt.is_not_null())
        .filter(contract::Column::BeginsAt.lte(micros))
        .filter(contract::Column::EndsAt.is_null().or(contract::Column::EndsAt.gt(micros)))
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let mut contracted: BTreeMap<Uuid, bool> = BTreeMap::new();
    for row in rows {
        let counts = by_id.get(&row.level_id).is_some_and(|level| match (level.terms.level, row.cat4_response.0) {
            (CoverLevel::Cat4, Cat4Response::AsCat2) => by_cover(CoverLevel::Cat2),
            _ => wanted(&level.terms),
        });
        *contracted.entry(row.customer_id).or_default() |= counts;
    }
    Ok(contracted.into_iter().filter(|(_, counts)| *counts).map(|(customer, _)| CustomerId(customer)).collect())
}

/// Remembers that days of a calendar were announced to so many customers.
pub async fn insert(
    db: &impl ConnectionTrait,
    calendar: CalendarId,
    at: Timestamp,
    by: Option<UserId>,
    customers: u32,
) -> Result<(), DbErr> {
    let row = announcement::ActiveModel {
        calendar_id: Set(calendar.0),
        announced_at: Set(at.into()),
        announced_by: Set(by.map(|user| user.0)),
        customers: Set(customers.into()),
    };
    announcement::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// How many customers were told, by the instants of the announcements of a calendar.
pub async fn told(db: &impl ConnectionTrait, calendar: CalendarId) -> Result<BTreeMap<Timestamp, i64>, DbErr> {
    let rows = announcement::Entity::find()
        .filter(announcement::Column::CalendarId.eq(calendar.0))
        .limit(ANNOUNCEMENTS_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.announced_at.into(), row.customers)).collect())
}
