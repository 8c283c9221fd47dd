//! The record of who did what.

use domain::{id::CustomerId, time::Timestamp};
use entity::audit;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// One act, in the words of the log: `actor` did `action` to `subject`.
#[derive(Debug, Clone)]
pub struct Act<'a> {
    pub user: Option<Uuid>,
    /// A person's name, or the part of the system that acted.
    pub actor: &'a str,
    /// A dotted verb: `host.create`, `fault.acknowledge`, `user.disable`.
    pub action: &'a str,
    /// What it was done to: `F-1042`, `pbx-bath-1`, a mail address.
    pub subject: &'a str,
    pub customer: Option<CustomerId>,
    pub detail: String,
}

/// Acts shown of one subject.
const HISTORY_MAX: u64 = 200;

/// One act as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub detail: String,
}

/// What was done to `subject` of `customer`, the latest first; 200 at most.
pub async fn history(db: &impl ConnectionTrait, customer: CustomerId, subject: &str) -> Result<Vec<Past>, DbErr> {
    let rows = audit::Entity::find()
        .filter(audit::Column::CustomerId.eq(customer.0))
        .filter(audit::Column::Subject.eq(subject))
        .order_by_desc(audit::Column::At)
        .order_by_desc(audit::Column::Id)
        .limit(HISTORY_MAX)
        .all(db)
        .await?;
    let past = |row: audit::Model| Past { at: row.at.into(), actor: row.actor, action: row.action, detail: row.detail };
    Ok(rows.into_iter().map(past).collect())
}

/// Writes an act in the transaction of the change it describes. `id` is a fresh id.
pub async fn write(db: &impl ConnectionTrait, id: Uuid, at: Timestamp, act: Act<'_>) -> Result<(), DbErr> {
    let row = audit::ActiveModel {
        id: Set(id),
        at: Set(at.into()),
        user_id: Set(act.user),
        customer_id: Set(act.customer.map(|customer| customer.0)),
        actor: Set(act.actor.to_owned()),
        action: Set(act.action.to_owned()),
        subject: Set(act.subject.to_owned()),
        detail: Set(act.detail),
    };
    audit::Entity::insert(row).exec(db).await.map(drop)
}
