//! Signed-in browsers. Only the SHA-256 of a token is kept.

use domain::{
    id::{SessionId, UserId},
    time::Timestamp,
};
use entity::{columns::Micros, session, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};

use super::{tokens, users::Identity};

/// A session that nobody uses ends after half a day: whoever works a shift stays signed in through it, and a browser
/// that was left open is shut by the next morning.
pub const IDLE_S: i64 = 12 * 3_600;
/// A session ends after a month whatever happens, so that a stolen one does too.
pub const ABSOLUTE_S: i64 = 30 * 24 * 3_600;

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

impl Found {
    /// Whether it still opens anything: neither over by time nor its person disabled.
    pub fn is_live(&self, now: Timestamp) -> bool {
        now < self.expires_at && now < self.last_seen_at.plus_seconds(IDLE_S) && !self.identity.disabled
    }
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
    Ok(found(row))
}

fn found(row: Option<(session::Model, Option<user::Model>)>) -> Option<Found> {
    let (session, user) = row?;
    Some(Found {
        id: SessionId(session.id),
        identity: user?.into(),
        last_seen_at: session.last_seen_at.into(),
        expires_at: session.expires_at.into(),
    })
}

/// Whether an open stream may go on: its session, or the bearer token whose id stands for one, was not ended by hand, is
/// not past its absolute end, and its person is not disabled. A board that only watches is not idle, so that limit does
/// not count here.
pub async fn is_alive(db: &impl ConnectionTrait, id: SessionId, now: Timestamp) -> Result<bool, DbErr> {
    let row = session::Entity::find_by_id(id.0)
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .one(db)
        .await?;
    match found(row) {
        Some(session) => Ok(now < session.expires_at && !session.identity.disabled),
        None => Ok(tokens::find_by_id(db, id.0).await?.is_some_and(|token| token.is_live())),
    }
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

/// Removes sessions that ended by themselves, of all people.
pub async fn end_stale(db: &impl ConnectionTrait, now: Timestamp) -> Result<u64, DbErr> {
    let stale = Condition::any()
        .add(session::Column::ExpiresAt.lte(Micros::from(now)))
        .add(session::Column::LastSeenAt.lte(Micros::from(now.plus_seconds(-IDLE_S))));
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
