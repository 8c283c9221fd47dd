//! One-time links: invitations and password resets. A link's token is signed from its id and stored nowhere.

use domain::{id::UserId, time::Timestamp};
use entity::{account_link, columns::Micros, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter,
    QuerySelect, RelationDef, sea_query::Expr,
};
use uuid::Uuid;

use super::users::Account;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    Invitation,
    Reset,
}

impl LinkPurpose {
    /// The stored word, which is also the kind of the notice that carries the link.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    fn parse(word: &str) -> Result<Self, DbErr> {
        let found = [Self::Invitation, Self::Reset].into_iter().find(|purpose| purpose.as_str() == word);
        found.ok_or_else(|| DbErr::Type(format!("{word:?} is no purpose of a link")))
    }
}

/// A link to be made.
#[derive(Debug, Clone)]
pub struct NewLink {
    pub id: Uuid,
    pub user: UserId,
    pub purpose: LinkPurpose,
    pub at: Timestamp,
    pub expires_at: Timestamp,
}

/// A link with its account as it is now.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub account: Account,
    pub purpose: LinkPurpose,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

fn its_user() -> RelationDef {
    account_link::Entity::belongs_to(user::Entity).from(account_link::Column::UserId).to(user::Column::Id).into()
}

pub async fn create(db: &impl ConnectionTrait, new: NewLink) -> Result<(), DbErr> {
    let row = account_link::ActiveModel {
        id: Set(new.id),
        user_id: Set(new.user.0),
        purpose: Set(new.purpose.as_str().to_owned()),
        created_at: Set(new.at.into()),
        expires_at: Set(new.expires_at.into()),
        used_at: Set(None),
    };
    account_link::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// A link by its id. Whether it is still good is for the caller to judge.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Link>, DbErr> {
    let row = account_link::Entity::find_by_id(id)
        .join(JoinType::InnerJoin, its_user())
        .select_also(user::Entity)
        .one(db)
        .await?;
    let Some((link, Some(user))) = row else {
        return Ok(None);
    };
    Ok(Some(Link {
        id: link.id,
        account: user.into(),
        purpose: LinkPurpose::parse(&link.purpose)?,
        expires_at: link.expires_at.into(),
        used_at: link.used_at.map(Timestamp::from),
    }))
}

/// How many links for `purpose` an account got after `since`.
pub async fn count_made_since(
    db: &impl ConnectionTrait,
    user: UserId,
    purpose: LinkPurpose,
    since: Timestamp,
) -> Result<u64, DbErr> {
    account_link::Entity::find()
        .filter(account_link::Column::UserId.eq(user.0))
        .filter(account_link::Column::Purpose.eq(purpose.as_str()))
        .filter(account_link::Column::CreatedAt.gt(Micros::from(since)))
        .count(db)
        .await
}

/// Uses a link up. Returns 0 when it was used or has expired: somebody was faster, or too late.
pub async fn consume(db: &impl ConnectionTrait, id: Uuid, now: Timestamp) -> Result<u64, DbErr> {
    let done = account_link::Entity::update_many()
        .col_expr(account_link::Column::UsedAt, Expr::value(Micros::from(now)))
        .filter(account_link::Column::Id.eq(id))
        .filter(account_link::Column::UsedAt.is_null())
        .filter(account_link::Column::ExpiresAt.gt(Micros::from(now)))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Uses up all open links of an account.
pub async fn void_open(db: &impl ConnectionTrait, user: UserId, now: Timestamp) -> Result<u64, DbErr> {
    let done = account_link::Entity::update_many()
        .col_expr(account_link::Column::UsedAt, Expr::value(Micros::from(now)))
        .filter(account_link::Column::UserId.eq(user.0))
        .filter(account_link::Column::UsedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
