//! Saved replies, macros and knowledge notes: the latest of each, and every version that there was.

use domain::{
    id::LibraryId,
    library::{Body, LibraryKind},
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    library_item, library_version,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};

use super::values::{from_json, to_json};

/// Items of one kind: more than a support company writes, and few enough to be weighed at once.
pub const ITEMS_MAX: u64 = 2_000;
/// Versions of one item on a page, the latest.
const VERSIONS_MAX: u64 = 50;

/// Something in the library, as its latest version has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub id: LibraryId,
    pub name: String,
    pub body: Body,
    /// Counted from 1; an edit proves it.
    pub version: i64,
    pub changed_at: Timestamp,
    pub changed_by: String,
    /// Switched off: it stays, and is offered nowhere.
    pub disabled_at: Option<Timestamp>,
}

/// Who makes a version, and when.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    pub name: &'a str,
    pub at: Timestamp,
}

/// One earlier version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub name: String,
    pub body: Body,
    pub made_at: Timestamp,
    pub made_by: String,
}

fn read(row: library_item::Model) -> Result<Item, DbErr> {
    Ok(Item {
        id: LibraryId(row.id),
        body: from_json("library_item.body", &row.body)?,
        name: row.name,
        version: row.version,
        changed_at: row.changed_at.into(),
        changed_by: row.changed_by,
        disabled_at: row.disabled_at.map(Timestamp::from),
    })
}

/// Adds an item in its first version. A name that its kind has already is a unique violation.
pub async fn insert(
    db: &impl ConnectionTrait,
    id: LibraryId,
    name: &str,
    body: &Body,
    by: Author<'_>,
) -> Result<(), DbErr> {
    let row = library_item::ActiveModel {
        id: Set(id.0),
        kind: Set(Word(body.kind())),
        name: Set(name.to_owned()),
        body: Set(to_json(body)?),
        version: Set(1),
        changed_at: Set(by.at.into()),
        changed_by: Set(by.name.to_owned()),
        disabled_at: Set(None),
    };
    library_item::Entity::insert(row).exec_without_returning(db).await?;
    keep_version(db, id, 1, name, body, by).await
}

/// Makes the next version of an item that is still at `version`. 0: it is not. A taken name is a unique violation.
pub async fn publish(
    db: &impl ConnectionTrait,
    id: LibraryId,
    version: i64,
    name: &str,
    body: &Body,
    by: Author<'_>,
) -> Result<u64, DbErr> {
    use library_item::Column as C;
    let done = library_item::Entity::update_many()
        .col_expr(C::Name, Expr::value(name))
        .col_expr(C::Body, Expr::value(to_json(body)?))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .col_expr(C::ChangedAt, Expr::value(Micros::from(by.at)))
        .col_expr(C::ChangedBy, Expr::value(by.name))
        .filter(C::Id.eq(id.0))
        .filter(C::Kind.eq(Word(body.kind())))
        .filter(C::Version.eq(version))
        .exec(db)
        .await?
        .rows_affected;
    if done == 1 {
        keep_version(db, id, version + 1, name, body, by).await?;
    }
    Ok(done)
}

async fn keep_version(
    db: &impl ConnectionTrait,
    id: LibraryId,
    version: i64,
    name: &str,
    body: &Body,
    by: Author<'_>,
) -> Result<(), DbErr> {
    let row = library_version::ActiveModel {
        item_id: Set(id.0),
        version: Set(version),
        name: Set(name.to_owned()),
        body: Set(to_json(body)?),
        made_at: Set(by.at.into()),
        made_by: Set(by.name.to_owned()),
    };
    library_version::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Switches an item off, or on again with None.
pub async fn set_disabled(
    db: &impl ConnectionTrait,
    id: LibraryId,
    version: i64,
    at: Option<Timestamp>,
) -> Result<u64, DbErr> {
    use library_item::Column as C;
    let done = library_item::Entity::update_many()
        .col_expr(C::DisabledAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(C::Id.eq(id.0))
        .filter(C::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Items of one kind by name, those that are switched off last; 2,000 at most.
pub async fn list(db: &impl ConnectionTrait, kind: LibraryKind) -> Result<Vec<Item>, DbErr> {
    use library_item::Column as C;
    let rows = library_item::Entity::find()
        .filter(C::Kind.eq(Word(kind)))
        .order_by_asc(C::Name)
        .order_by_asc(C::Id)
        .limit(ITEMS_MAX)
        .all(db)
        .await?;
    let mut items: Vec<Item> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    items.sort_by_key(|item| item.disabled_at.is_some());
    Ok(items)
}

pub async fn find(db: &impl ConnectionTrait, id: LibraryId) -> Result<Option<Item>, DbErr> {
    library_item::Entity::find_by_id(id.0).one(db).await?.map(read).transpose()
}

/// The versions of an item, the latest first; 50 at most.
pub async fn versions(db: &impl ConnectionTrait, id: LibraryId) -> Result<Vec<Version>, DbErr> {
    use library_version::Column as C;
    let rows = library_version::Entity::find()
        .filter(C::ItemId.eq(id.0))
        .order_by_desc(C::Version)
        .limit(VERSIONS_MAX)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Version {
                version: row.version,
                body: from_json("library_version.body", &row.body)?,
                name: row.name,
                made_at: row.made_at.into(),
                made_by: row.made_by,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use domain::library::{MacroDraft, Reply};

    use super::*;
    use crate::{
        desk::{is_unique_violation, new_id},
        store::hosts::fixtures::now,
        testing::databases,
    };

    fn reply(text: &str) -> Body {
        Body::Reply(Reply::parse(text).unwrap())
    }

    #[tokio::test]
    async fn an_edit_makes_a_version_and_a_stale_one_makes_none() {
        for test in databases().await {
            let (db, by) = (test.db.writer(), Author { name: "Sam", at: now() });
            let id = LibraryId(new_id(now()).unwrap());
            insert(db, id, "On our way", &reply("Dear {contact}"), by).await.unwrap();
            let later = Author { name: "Ellie", at: now().plus_seconds(60) };
            assert_eq!(publish(db, id, 1, "On the way", &reply("Hello {contact}"), later).await.unwrap(), 1);
            assert_eq!(publish(db, id, 1, "Late", &reply("x"), later).await.unwrap(), 0, "{}", test.name);
            let found = find(db, id).await.unwrap().unwrap();
            assert_eq!((found.name.as_str(), found.version, found.changed_by.as_str()), ("On the way", 2, "Ellie"));
            let versions = versions(db, id).await.unwrap();
            let said: Vec<_> = versions.iter().map(|one| (one.version, one.made_by.as_str())).collect();
            assert_eq!(said, [(2, "Ellie"), (1, "Sam")], "{}", test.name);
            assert_eq!(versions.last().unwrap().body, reply("Dear {contact}"), "{}", test.name);
            let wrong = Body::Macro(MacroDraft { assign_me: "yes", ..MacroDraft::default() }.check().unwrap());
            assert_eq!(publish(db, id, 2, "x", &wrong, later).await.unwrap(), 0, "a reply stays a reply");
        }
    }

    #[tokio::test]
    async fn a_kind_has_each_name_once_and_what_is_off_stands_last() {
        for test in databases().await {
            let (db, by) = (test.db.writer(), Author { name: "Sam", at: now() });
            let [first, second] = [0, 1].map(|_| LibraryId(new_id(now()).unwrap()));
            insert(db, first, "Access", &reply("x"), by).await.unwrap();
            insert(db, second, "Thanks", &reply("x"), by).await.unwrap();
            let again = insert(db, LibraryId(new_id(now()).unwrap()), "Thanks", &reply("x"), by).await.unwrap_err();
            assert!(is_unique_violation(&again), "{}: {again}", test.name);
            assert_eq!(set_disabled(db, first, 1, Some(now())).await.unwrap(), 1);
            assert_eq!(set_disabled(db, first, 9, None).await.unwrap(), 0);
            let names: Vec<_> = list(db, LibraryKind::Reply).await.unwrap().into_iter().map(|item| item.name).collect();
            assert_eq!(names, ["Thanks", "Access"], "{}", test.name);
            assert!(list(db, LibraryKind::Note).await.unwrap().is_empty());
        }
    }
}
