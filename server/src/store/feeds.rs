//! Secret addresses of calendar feeds: one for each person, which they can take back.

use domain::{id::UserId, time::Timestamp};
use entity::{calendar_feed, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QuerySelect,
    RelationDef, sea_query::Expr,
};
use uuid::Uuid;

/// Whose shifts a feed holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    pub id: Uuid,
    pub user: UserId,
    /// Everybody's shifts, or the person's own.
    pub everyone: bool,
    pub created_at: Timestamp,
}

impl From<calendar_feed::Model> for Feed {
    fn from(row: calendar_feed::Model) -> Self {
        Self { id: row.id, user: UserId(row.user_id), everyone: row.everyone, created_at: row.created_at.into() }
    }
}

/// Adds a feed. A person who has one already makes this fail on the unique key.
pub async fn insert(db: &impl ConnectionTrait, feed: &Feed) -> Result<(), DbErr> {
    let row = calendar_feed::ActiveModel {
        id: Set(feed.id),
        user_id: Set(feed.user.0),
        everyone: Set(feed.everyone),
        created_at: Set(feed.created_at.into()),
        revoked_at: Set(None),
    };
    calendar_feed::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Takes a person's address back. 0: they had none.
pub async fn revoke(db: &impl ConnectionTrait, user: UserId, at: Timestamp) -> Result<u64, DbErr> {
    let done = calendar_feed::Entity::update_many()
        .col_expr(calendar_feed::Column::RevokedAt, Expr::value(at.as_micros()))
        .filter(calendar_feed::Column::UserId.eq(user.0))
        .filter(calendar_feed::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

pub async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Option<Feed>, DbErr> {
    let row = calendar_feed::Entity::find()
        .filter(calendar_feed::Column::UserId.eq(user.0))
        .filter(calendar_feed::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(row.map(Feed::from))
}

/// A feed that was not taken back, with the account it belongs to; None when the account is disabled, too.
pub async fn live(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<(Feed, super::users::Identity)>, DbErr> {
    let owner: RelationDef =
        calendar_feed::Entity::belongs_to(user::Entity).from(calendar_feed::Column::UserId).to(user::Column::Id).into();
    let found = calendar_feed::Entity::find_by_id(id)
        .filter(calendar_feed::Column::RevokedAt.is_null())
        .filter(user::Column::DisabledAt.is_null())
        .join(JoinType::InnerJoin, owner)
        .select_also(user::Entity)
        .one(db)
        .await?;
    Ok(found.and_then(|(feed, user)| Some((Feed::from(feed), user?.into()))))
}
