//! Acts on several tickets at once, kept so that their results can be read and taken back.

use domain::{
    id::{BulkId, UserId},
    ticket::{Priority, Queue},
    time::Timestamp,
};
use entity::bulk_act;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};

use super::values::{from_json, to_json};

/// Results are forgotten after this long.
const KEPT_S: i64 = 7 * 24 * 3_600;

/// What became of one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkResult {
    pub number: i64,
    pub subject: String,
    /// Of the row afterwards; taking back proves it.
    pub version: i64,
    /// Why nothing was done.
    pub refused: Option<String>,
    /// What was there; None: it cannot be taken back.
    pub before: Option<Before>,
}

/// What an act changed, as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Before {
    Assignee(Option<UserId>),
    Queue(Queue),
    Priority(Priority),
    Tags(Vec<String>),
    Snoozed(Option<Timestamp>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkAct {
    pub id: BulkId,
    pub at: Timestamp,
    /// "3 tickets assigned to Priya Nair."
    pub words: String,
    pub results: Vec<BulkResult>,
    pub undone_at: Option<Timestamp>,
}

/// Keeps an act, and forgets old ones of the same person.
pub async fn insert(db: &impl ConnectionTrait, user: UserId, act: &BulkAct) -> Result<(), DbErr> {
    let row = bulk_act::ActiveModel {
        id: Set(act.id.0),
        user_id: Set(user.0),
        at: Set(act.at.into()),
        words: Set(act.words.clone()),
        results: Set(to_json(&act.results)?),
        undone_at: Set(None),
    };
    bulk_act::Entity::insert(row).exec_without_returning(db).await?;
    let old = act.at.plus_seconds(-KEPT_S).as_micros();
    let gone = bulk_act::Entity::delete_many().filter(bulk_act::Column::UserId.eq(user.0));
    gone.filter(bulk_act::Column::At.lt(old)).exec(db).await.map(drop)
}

/// An act of this person, held until the transaction ends.
pub async fn lock(db: &impl ConnectionTrait, user: UserId, id: BulkId) -> Result<Option<BulkAct>, DbErr> {
    let query = bulk_act::Entity::find_by_id(id.0).filter(bulk_act::Column::UserId.eq(user.0));
    let row = query.lock_exclusive().one(db).await?;
    row.map(read).transpose()
}

/// An act of this person.
pub async fn find(db: &impl ConnectionTrait, user: UserId, id: BulkId) -> Result<Option<BulkAct>, DbErr> {
    let query = bulk_act::Entity::find_by_id(id.0).filter(bulk_act::Column::UserId.eq(user.0));
    query.one(db).await?.map(read).transpose()
}

pub async fn set_undone(db: &impl ConnectionTrait, id: BulkId, at: Timestamp) -> Result<(), DbErr> {
    let query = bulk_act::Entity::update_many().col_expr(bulk_act::Column::UndoneAt, Expr::value(at.as_micros()));
    query.filter(bulk_act::Column::Id.eq(id.0)).exec(db).await.map(drop)
}

fn read(row: bulk_act::Model) -> Result<BulkAct, DbErr> {
    Ok(BulkAct {
        id: BulkId(row.id),
        at: row.at.into(),
        words: row.words,
        results: from_json("bulk_act.results", &row.results)?,
        undone_at: row.undone_at.map(Timestamp::from),
    })
}
