//! The record of who did what.

use domain::{id::CustomerId, time::Timestamp};
use entity::audit;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};
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
