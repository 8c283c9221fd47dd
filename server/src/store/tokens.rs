//! Bearer tokens of the HTTP API; each has its person's rights. Only the SHA-256 of a token is kept.

use domain::{id::UserId, text::Name, time::Timestamp};
use entity::{api_token, columns::Micros, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};
use uuid::Uuid;

use super::users::Identity;

/// Rows of `token list`.
const TOKENS_MAX: u64 = 1_000;

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub id: Uuid,
    pub user: UserId,
    /// What it is for, in its owner's words.
    pub name: Name,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    pub at: Timestamp,
}

/// A token with the person as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub id: Uuid,
    pub identity: Identity,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl Found {
    /// Whether it still opens anything: neither revoked nor its person disabled.
    pub fn is_live(&self) -> bool {
        self.revoked_at.is_none() && !self.identity.disabled
    }
}

/// A token as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    pub id: Uuid,
    pub name: String,
    /// The mail address of its person.
    pub email: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

fn its_user() -> RelationDef {
    api_token::Entity::belongs_to(user::Entity).from(api_token::Column::UserId).to(user::Column::Id).into()
}

pub async fn create(db: &impl ConnectionTrait, new: NewToken) -> Result<(), DbErr> {
    let row = api_token::ActiveModel {
        id: Set(new.id),
        user_id: Set(new.user.0),
        name: Set(new.name.into()),
        token_hash: Set(new.token_hash.to_vec()),
        created_at: Set(new.at.into()),
        last_used_at: Set(None),
        revoked_at: Set(None),
    };
    api_token::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The token and its person, in one query. Whether it is still good is for the caller to judge.
pub async fn find(db: &impl ConnectionTrait, token_hash: &[u8; 32]) -> Result<Option<Found>, DbErr> {
    let row = api_token::Entity::find()
        .filter(api_token::Column::TokenHash.eq(token_hash.to_vec()))
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .one(db)
        .await?;
    Ok(found(row))
}

/// The same, for who has been let in with it already.
pub async fn find_by_id(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Found>, DbErr> {
    let row = api_token::Entity::find_by_id(id)
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .one(db)
        .await?;
    Ok(found(row))
}

fn found(row: Option<(api_token::Model, Option<user::Model>)>) -> Option<Found> {
    let (token, user) = row?;
    Some(Found {
        id: token.id,
        identity: user?.into(),
        last_used_at: token.last_used_at.map(Timestamp::from),
        revoked_at: token.revoked_at.map(Timestamp::from),
    })
}

/// Tokens, newest first; of one person, or of all when `user` is `None`; 1,000 at most. For the shell, which has no
/// scope.
pub async fn list(db: &impl ConnectionTrait, user: Option<UserId>) -> Result<Vec<TokenRow>, DbErr> {
    let rows = api_token::Entity::find()
        .apply_if(user, |query, user| query.filter(api_token::Column::UserId.eq(user.0)))
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .order_by_desc(api_token::Column::CreatedAt)
        .limit(TOKENS_MAX)
        .all(db)
        .await?;
    let row = |(token, user): (api_token::Model, Option<user::Model>)| TokenRow {
        id: token.id,
        name: token.name,
        email: user.map(|user| user.email).unwrap_or_default(),
        created_at: token.created_at.into(),
        last_used_at: token.last_used_at.map(Timestamp::from),
        revoked_at: token.revoked_at.map(Timestamp::from),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Ends a token. Returns 0 when there is none, or it was revoked before.
pub async fn revoke(db: &impl ConnectionTrait, id: Uuid, now: Timestamp) -> Result<u64, DbErr> {
    let done = api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, Expr::value(Micros::from(now)))
        .filter(api_token::Column::Id.eq(id))
        .filter(api_token::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Notes that the token was used, unless that was noted after `unless_after` already.
pub async fn touch(db: &impl ConnectionTrait, id: Uuid, now: Timestamp, unless_after: Timestamp) -> Result<u64, DbErr> {
    let old = Condition::any()
        .add(api_token::Column::LastUsedAt.is_null())
        .add(api_token::Column::LastUsedAt.lte(Micros::from(unless_after)));
    let done = api_token::Entity::update_many()
        .col_expr(api_token::Column::LastUsedAt, Expr::value(Micros::from(now)))
        .filter(api_token::Column::Id.eq(id))
        .filter(old)
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
