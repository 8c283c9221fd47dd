//! Cover levels and the versions of what each promises. A version never changes: an edit makes the next one.

use domain::{
    cover::CoverLevel,
    id::{LevelId, UserId},
    level::{Hours, LevelTerms, Target},
};
use entity::{columns::Word, cover_level, level_version};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    SelectTwo,
    sea_query::{Expr, OnConflict},
};

use super::values::{Made, number, unreadable};

/// More custom levels than there will ever be contracts that need one.
const LEVELS_MAX: u64 = 1_000;
/// Of hours: day and night.
const ALWAYS: &str = "always";

/// A level in one of its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub id: LevelId,
    pub terms: LevelTerms,
}

/// One version of a level, and who made it when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelVersion {
    pub terms: LevelTerms,
    pub made: Made,
}

/// Adds a level in version 1. False: it is one of those of which there is only one, and it is there.
pub async fn insert(db: &impl ConnectionTrait, id: LevelId, terms: &LevelTerms, made: Made) -> Result<bool, DbErr> {
    let terms = LevelTerms { version: 1, ..terms.clone() };
    let row = cover_level::ActiveModel {
        id: Set(id.0),
        cover: Set(Word(terms.level)),
        version: Set(1),
        created_at: Set(made.at.into()),
    };
    let added = cover_level::Entity::insert_many([row])
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if added == 1 {
        insert_version(db, id, &terms, made).await?;
    }
    Ok(added == 1)
}

/// Makes `terms` the latest version, the one after the version they were edited from. 0: someone was faster, or the
/// level is another.
pub async fn publish(db: &impl ConnectionTrait, id: LevelId, terms: &LevelTerms, made: Made) -> Result<u64, DbErr> {
    let version = i64::from(terms.version);
    let done = cover_level::Entity::update_many()
        .col_expr(cover_level::Column::Version, Expr::value(version))
        .filter(cover_level::Column::Id.eq(id.0))
        .filter(cover_level::Column::Cover.eq(terms.level.as_str()))
        .filter(cover_level::Column::Version.eq(version - 1))
        .exec(db)
        .await?;
    if done.rows_affected == 1 {
        insert_version(db, id, terms, made).await?;
    }
    Ok(done.rows_affected)
}

async fn insert_version(db: &impl ConnectionTrait, id: LevelId, terms: &LevelTerms, made: Made) -> Result<(), DbErr> {
    let row = level_version::ActiveModel {
        level_id: Set(id.0),
        version: Set(terms.version.into()),
        name: Set(terms.name.clone()),
        target_s: Set(terms.response.as_ref().map(|target| target.target_s.into())),
        target_hours: Set(terms.response.as_ref().map(|target| hours_word(&target.hours))),
        action: Set(Word(terms.action)),
        paging: Set(terms.paging.as_ref().map(hours_word)),
        replacement: Set(Word(terms.replacement)),
        portal_tickets: Set(terms.portal_tickets),
        created_at: Set(made.at.into()),
        created_by: Set(made.by.map(|user| user.0)),
    };
    level_version::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Each level in its latest version, from no cover upwards, custom ones by name. For staff: a custom level is named
/// for its contract.
pub async fn current(db: &impl ConnectionTrait) -> Result<Vec<Level>, DbErr> {
    let rows = versions().filter(is_latest()).limit(LEVELS_MAX).all(db).await?;
    let mut levels = rows.into_iter().map(level).collect::<Result<Vec<_>, _>>()?;
    levels.sort_by(|one, other| (one.terms.level, &one.terms.name).cmp(&(other.terms.level, &other.terms.name)));
    Ok(levels)
}

/// A level in its latest version.
pub async fn find(db: &impl ConnectionTrait, id: LevelId) -> Result<Option<Level>, DbErr> {
    let row = versions().filter(cover_level::Column::Id.eq(id.0)).filter(is_latest()).one(db).await?;
    row.map(level).transpose()
}

/// The latest version of the level of which there is only one; None for custom levels.
pub async fn find_by_cover(db: &impl ConnectionTrait, cover: CoverLevel) -> Result<Option<Level>, DbErr> {
    if cover == CoverLevel::Custom {
        return Ok(None);
    }
    let row = versions().filter(cover_level::Column::Cover.eq(cover.as_str())).filter(is_latest()).one(db).await?;
    row.map(level).transpose()
}

/// A level as it was in one of its versions.
pub async fn find_version(db: &impl ConnectionTrait, id: LevelId, version: u32) -> Result<Option<Level>, DbErr> {
    let row = versions()
        .filter(cover_level::Column::Id.eq(id.0))
        .filter(level_version::Column::Version.eq(i64::from(version)))
        .one(db)
        .await?;
    row.map(level).transpose()
}

/// All versions of a level, the latest first; 1,000 at most. Empty when there is no such level.
pub async fn all_versions(db: &impl ConnectionTrait, id: LevelId) -> Result<Vec<LevelVersion>, DbErr> {
    let rows = versions()
        .filter(cover_level::Column::Id.eq(id.0))
        .order_by_desc(level_version::Column::Version)
        .limit(LEVELS_MAX)
        .all(db)
        .await?;
    let made = |row: &level_version::Model| Made { at: row.created_at.into(), by: row.created_by.map(UserId) };
    rows.into_iter().map(|row| Ok(LevelVersion { made: made(&row.0), terms: level(row)?.terms })).collect()
}

fn versions() -> SelectTwo<level_version::Entity, cover_level::Entity> {
    let of = level_version::Entity::belongs_to(cover_level::Entity)
        .from(level_version::Column::LevelId)
        .to(cover_level::Column::Id);
    level_version::Entity::find().join(JoinType::InnerJoin, of.into()).select_also(cover_level::Entity)
}

fn is_latest() -> Expr {
    Expr::col((level_version::Entity, level_version::Column::Version))
        .equals((cover_level::Entity, cover_level::Column::Version))
}

fn level((row, owner): (level_version::Model, Option<cover_level::Model>)) -> Result<Level, DbErr> {
    let owner = owner.ok_or_else(|| unreadable("level_version.level_id", "there is no such level"))?;
    let response = match (row.target_s, row.target_hours) {
        (Some(target_s), Some(word)) => {
            Some(Target { target_s: number("level_version.target_s", target_s)?, hours: hours(word) })
        }
        _ => None,
    };
    let terms = LevelTerms {
        level: owner.cover.0,
        name: row.name,
        version: number("level_version.version", row.version)?,
        response,
        action: row.action.0,
        paging: row.paging.map(hours),
        replacement: row.replacement.0,
        portal_tickets: row.portal_tickets,
    };
    Ok(Level { id: LevelId(owner.id), terms })
}

fn hours_word(hours: &Hours) -> String {
    match hours {
        Hours::Always => ALWAYS.to_owned(),
        Hours::Inside(key) => key.clone(),
    }
}

fn hours(word: String) -> Hours {
    if word == ALWAYS { Hours::Always } else { Hours::Inside(word) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{faults::new_id, hosts::fixtures::now},
        testing::databases,
    };

    fn made() -> Made {
        Made::seeded(now())
    }

    fn id() -> LevelId {
        LevelId(new_id(now()).unwrap())
    }

    #[tokio::test]
    async fn every_level_comes_back_as_it_was_stored() {
        for test in databases().await {
            let db = test.db.writer();
            let mut expected = Vec::new();
            for terms in CoverLevel::ALL.into_iter().filter_map(LevelTerms::seeded) {
                let id = id();
                assert!(insert(db, id, &terms, made()).await.unwrap(), "{}", test.name);
                expected.push(Level { id, terms });
            }
            assert_eq!(current(db).await.unwrap(), expected, "{}", test.name);
            assert_eq!(find_by_cover(db, CoverLevel::Cat2).await.unwrap().as_ref(), Some(&expected[3]));
            assert_eq!(find(db, id()).await.unwrap(), None, "{}", test.name);
        }
    }

    #[tokio::test]
    async fn there_is_one_level_of_a_kind_and_any_number_of_custom_ones() {
        for test in databases().await {
            let db = test.db.writer();
            let cat1 = LevelTerms::seeded(CoverLevel::Cat1).unwrap();
            assert!(insert(db, id(), &cat1, made()).await.unwrap());
            assert!(!insert(db, id(), &cat1, made()).await.unwrap(), "{}", test.name);
            let custom = |name: &str| LevelTerms { level: CoverLevel::Custom, name: name.to_owned(), ..cat1.clone() };
            assert!(insert(db, id(), &custom("Quay nights"), made()).await.unwrap());
            assert!(insert(db, id(), &custom("Harbour nights"), made()).await.unwrap(), "{}", test.name);
            let names: Vec<_> = current(db).await.unwrap().into_iter().map(|level| level.terms.name).collect();
            assert_eq!(names, ["Cat1", "Harbour nights", "Quay nights"], "{}", test.name);
            assert_eq!(find_by_cover(db, CoverLevel::Custom).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn an_edit_makes_a_version_and_leaves_the_one_before() {
        for test in databases().await {
            let (db, id) = (test.db.writer(), id());
            let first = LevelTerms::seeded(CoverLevel::Cat2).unwrap();
            insert(db, id, &first, made()).await.unwrap();
            let second = LevelTerms { version: 2, response: None, paging: Some(Hours::Always), ..first.clone() };
            assert_eq!(publish(db, id, &second, made()).await.unwrap(), 1, "{}", test.name);
            assert_eq!(publish(db, id, &second, made()).await.unwrap(), 0, "someone was faster: {}", test.name);
            let skipping = LevelTerms { version: 4, ..second.clone() };
            assert_eq!(publish(db, id, &skipping, made()).await.unwrap(), 0, "{}", test.name);
            let other = LevelTerms { level: CoverLevel::Cat4, version: 3, ..second.clone() };
            assert_eq!(publish(db, id, &other, made()).await.unwrap(), 0, "a level stays what it is: {}", test.name);
            assert_eq!(find(db, id).await.unwrap().unwrap().terms, second, "{}", test.name);
            assert_eq!(find_version(db, id, 1).await.unwrap().unwrap().terms, first, "{}", test.name);
            assert_eq!(find_version(db, id, 3).await.unwrap(), None);
        }
    }
}
