//! Forms that opened a ticket, by the key that was made with each: sent again, it opens no other.

use domain::{id::UserId, time::Timestamp};
use entity::sent_form;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};
use uuid::Uuid;

/// Stores that the form `key` of a person opened a ticket. False: it was sent before, and its ticket stands.
pub async fn insert(
    db: &impl ConnectionTrait,
    key: Uuid,
    user: UserId,
    ticket: i64,
    at: Timestamp,
) -> Result<bool, DbErr> {
    let row = sent_form::ActiveModel {
        id: Set(key),
        user_id: Set(user.0),
        ticket_number: Set(ticket),
        sent_at: Set(at.into()),
    };
    let once = OnConflict::column(sent_form::Column::Id).do_nothing().to_owned();
    Ok(sent_form::Entity::insert_many([row]).on_conflict(once).exec_without_returning(db).await? == 1)
}

/// The ticket that the form opened; None: it was not sent, or by somebody else.
pub async fn ticket_of(db: &impl ConnectionTrait, key: Uuid, user: UserId) -> Result<Option<i64>, DbErr> {
    let row = sent_form::Entity::find_by_id(key).one(db).await?;
    Ok(row.filter(|row| row.user_id == user.0).map(|row| row.ticket_number))
}
