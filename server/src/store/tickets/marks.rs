//! Tags, watchers, and what the customer thought of it.

use domain::{
    id::{TicketId, UserId},
    time::Timestamp,
};
use entity::{ticket_rating, ticket_tag, ticket_watcher};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};
use uuid::Uuid;

/// Whether the customer was satisfied, said once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    pub satisfied: bool,
    pub words: String,
    pub by: String,
    pub at: Timestamp,
}

/// In the order of the alphabet.
pub async fn tags(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<String>, DbErr> {
    let query = ticket_tag::Entity::find().select_only().column(ticket_tag::Column::Tag);
    let query = query.filter(ticket_tag::Column::TicketId.eq(id.0)).order_by_asc(ticket_tag::Column::Tag);
    query.into_tuple().all(db).await
}

/// Leaves exactly `tags`; those that stay keep the time they were added at.
pub async fn set_tags(db: &impl ConnectionTrait, id: TicketId, tags: &[String], at: Timestamp) -> Result<(), DbErr> {
    use ticket_tag::Column as C;
    let gone = ticket_tag::Entity::delete_many().filter(C::TicketId.eq(id.0));
    gone.filter(C::Tag.is_not_in(tags.iter().map(String::as_str))).exec(db).await?;
    if tags.is_empty() {
        return Ok(());
    }
    let rows = tags.iter().map(|tag| ticket_tag::ActiveModel {
        ticket_id: Set(id.0),
        tag: Set(tag.clone()),
        added_at: Set(at.into()),
    });
    let known = OnConflict::columns([C::TicketId, C::Tag]).do_nothing().to_owned();
    ticket_tag::Entity::insert_many(rows).on_conflict(known).exec_without_returning(db).await.map(drop)
}

/// Who is told of every step.
pub async fn watchers(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<UserId>, DbErr> {
    use ticket_watcher::Column as C;
    let query = ticket_watcher::Entity::find().select_only().column(C::UserId);
    let ids: Vec<Uuid> = query.filter(C::TicketId.eq(id.0)).order_by_asc(C::Since).into_tuple().all(db).await?;
    Ok(ids.into_iter().map(UserId).collect())
}

pub async fn watch(db: &impl ConnectionTrait, id: TicketId, user: UserId, since: Timestamp) -> Result<(), DbErr> {
    use ticket_watcher::Column as C;
    let row = ticket_watcher::ActiveModel { ticket_id: Set(id.0), user_id: Set(user.0), since: Set(since.into()) };
    let known = OnConflict::columns([C::TicketId, C::UserId]).do_nothing().to_owned();
    ticket_watcher::Entity::insert_many([row]).on_conflict(known).exec_without_returning(db).await.map(drop)
}

pub async fn unwatch(db: &impl ConnectionTrait, id: TicketId, user: UserId) -> Result<(), DbErr> {
    ticket_watcher::Entity::delete_by_id((id.0, user.0)).exec(db).await.map(drop)
}

/// None: the customer has not said.
pub async fn rating(db: &impl ConnectionTrait, id: TicketId) -> Result<Option<Rating>, DbErr> {
    let row = ticket_rating::Entity::find_by_id(id.0).one(db).await?;
    Ok(row.map(|row| Rating { satisfied: row.satisfied, words: row.words, by: row.by, at: row.at.into() }))
}

/// Stores the customer's answer. False: there is one already, which stays.
pub async fn rate(db: &impl ConnectionTrait, id: TicketId, rating: &Rating) -> Result<bool, DbErr> {
    let row = ticket_rating::ActiveModel {
        ticket_id: Set(id.0),
        satisfied: Set(rating.satisfied),
        words: Set(rating.words.clone()),
        by: Set(rating.by.clone()),
        at: Set(rating.at.into()),
    };
    let once = OnConflict::column(ticket_rating::Column::TicketId).do_nothing().to_owned();
    let added = ticket_rating::Entity::insert_many([row]).on_conflict(once).exec_without_returning(db).await?;
    Ok(added == 1)
}
