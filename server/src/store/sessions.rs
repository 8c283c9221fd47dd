//! Signed-in browsers. Only the SHA-256 of a token is kept.

use domain::{
    id::{SessionId, UserId},
    time::Timestamp,
};
use entity::{columns::Micros, session, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef,
    sea_query::Expr,
};

use super::users::Identity;

/// A session to be made.
#[derive(Debug, Clone)]
pub struct NewSession {
    pub id: SessionId,
    pub user: UserId,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// A session with the person as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: SessionId,
    pub identity: Identity,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

fn its_user() -> RelationDef {
    session::Entity::belongs_to(user::Entity).from(session::Column::UserId).to(user::Column::Id).into()
}

pub async fn create(db: &impl ConnectionTrait, new: NewSession) -> Result<(), DbErr> {
    let row = session::ActiveModel {
        id: Set(new.id.0),
        user_id: Set(new.user.0),
        token_hash: Set(new.token_hash.to_vec()),
        created_at: Set(new.at.into()),
        last_seen_at: Set(new.at.into()),
        expires_at: Set(new.expires_at.into()),
    };
    session::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The session of a token and its person, in one query. Whether it is still good is for the caller to judge.
pub async fn find_by_token(db: &impl ConnectionTrait, token_hash: &[u8; 32]) -> Result<Option<Found>, DbErr> {
    let row = session::Entity::find()
        .filter(session::Column::TokenHash.eq(token_hash.to_vec()))
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .one(db)
        .await?;
    Ok(row.and_then(|(session, user)| {
        Some(Found {
            id: SessionId(session.id),
            identity: user?.into(),
            last_seen_at: session.last_seen_at.into(),
            expires_at: session.expires_at.into(),
        })
    }))
}

/// Notes that the session was used, unless that was noted after `unless_after` already.
pub async fn touch(
    db: &impl ConnectionTrait,
    id: SessionId,
    now: Timestamp,
    unless_after: Timestamp,
) -> Result<u64, DbErr> {
    let done = session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, Expr::value(Micros::from(now)))
        .filter(session::Column::Id.eq(id.0))
        .filter(session::Column::LastSeenAt.lte(Micros::from(unless_after)))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Ends one session. Returns 0 when it had ended already.
pub async fn end(db: &impl ConnectionTrait, id: SessionId) -> Result<u64, DbErr> {
    Ok(session::Entity::delete_by_id(id.0).exec(db).await?.rows_affected)
}

/// Ends all sessions of an account and returns how many there were.
pub async fn end_all(db: &impl ConnectionTrait, user: UserId) -> Result<u64, DbErr> {
    let done = session::Entity::delete_many().filter(session::Column::UserId.eq(user.0)).exec(db).await?;
    Ok(done.rows_affected)
}

/// Removes sessions that ended by themselves: past `now`, or not used since `idle_since`.
pub async fn end_stale(db: &impl ConnectionTrait, now: Timestamp, idle_since: Timestamp) -> Result<u64, DbErr> {
    let stale = Condition::any()
        .add(session::Column::ExpiresAt.lte(Micros::from(now)))
        .add(session::Column::LastSeenAt.lte(Micros::from(idle_since)));
    Ok(session::Entity::delete_many().filter(stale).exec(db).await?.rows_affected)
}

/// Keeps the `kept` newest sessions of an account.
pub async fn keep_newest(db: &impl ConnectionTrait, user: UserId, kept: u64) -> Result<u64, DbErr> {
    let newest = session::Entity::find()
        .select_only()
        .column(session::Column::Id)
        .filter(session::Column::UserId.eq(user.0))
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(kept)
        .into_query();
    let done = session::Entity::delete_many()
        .filter(session::Column::UserId.eq(user.0))
        .filter(session::Column::Id.not_in_subquery(newest))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
