//! Saved views of the queue: a person's own, and those that colleagues share.

use domain::{
    id::{UserId, ViewId},
    time::Timestamp,
};
use entity::{default_view, saved_view, user};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};

/// Views of one person; more are no shortcut any more.
pub const OWN_MAX: u64 = 30;
/// Views that one person is offered.
const OFFERED_MAX: u64 = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: ViewId,
    pub user: UserId,
    /// Whose it is.
    pub by: String,
    pub name: String,
    pub query: String,
    pub shared: bool,
    pub version: i64,
}

/// What is stored of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields<'a> {
    pub name: &'a str,
    pub query: &'a str,
    pub shared: bool,
}

fn read((row, owner): (saved_view::Model, Option<user::Model>)) -> View {
    View {
        id: ViewId(row.id),
        user: UserId(row.user_id),
        by: owner.map(|owner| owner.name).unwrap_or_default(),
        name: row.name,
        query: row.query,
        shared: row.shared,
        version: row.version,
    }
}

fn offered(who: UserId) -> sea_orm::SelectTwo<saved_view::Entity, user::Entity> {
    use saved_view::Column as C;
    let owner = saved_view::Entity::belongs_to(user::Entity).from(C::UserId).to(user::Column::Id);
    saved_view::Entity::find()
        .join(JoinType::LeftJoin, owner.into())
        .select_also(user::Entity)
        .filter(Condition::any().add(C::UserId.eq(who.0)).add(C::Shared.eq(true)))
}

/// A person's own views, then those that others share, each by name.
pub async fn list(db: &impl ConnectionTrait, who: UserId) -> Result<Vec<View>, DbErr> {
    let rows = offered(who).order_by_asc(saved_view::Column::Name).limit(OFFERED_MAX).all(db).await?;
    let mut views: Vec<View> = rows.into_iter().map(read).collect();
    views.sort_by_key(|view| view.user != who);
    Ok(views)
}

/// One that the person may use.
pub async fn find(db: &impl ConnectionTrait, who: UserId, id: ViewId) -> Result<Option<View>, DbErr> {
    Ok(offered(who).filter(saved_view::Column::Id.eq(id.0)).one(db).await?.map(read))
}

pub async fn own_count(db: &impl ConnectionTrait, who: UserId) -> Result<u64, DbErr> {
    saved_view::Entity::find().filter(saved_view::Column::UserId.eq(who.0)).count(db).await
}

/// Adds a view. A name that the person has already is a unique violation ([`crate::desk::is_unique_violation`]).
pub async fn insert(
    db: &impl ConnectionTrait,
    id: ViewId,
    who: UserId,
    fields: Fields<'_>,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = saved_view::ActiveModel {
        id: Set(id.0),
        user_id: Set(who.0),
        name: Set(fields.name.to_owned()),
        query: Set(fields.query.to_owned()),
        shared: Set(fields.shared),
        version: Set(1),
        created_at: Set(at.into()),
    };
    saved_view::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Changes a person's own view that is still at `version`. 0: it is not.
pub async fn update(
    db: &impl ConnectionTrait,
    id: ViewId,
    who: UserId,
    version: i64,
    fields: Fields<'_>,
) -> Result<u64, DbErr> {
    use saved_view::Column as C;
    let done = saved_view::Entity::update_many()
        .col_expr(C::Name, Expr::value(fields.name))
        .col_expr(C::Query, Expr::value(fields.query))
        .col_expr(C::Shared, Expr::value(fields.shared))
        .col_expr(C::Version, Expr::col(C::Version).add(1))
        .filter(C::Id.eq(id.0))
        .filter(C::UserId.eq(who.0))
        .filter(C::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// What is private again is nobody else's default.
pub async fn take_back(db: &impl ConnectionTrait, id: ViewId, who: UserId) -> Result<(), DbErr> {
    use default_view::Column as C;
    let others = default_view::Entity::delete_many().filter(C::ViewId.eq(id.0)).filter(C::UserId.ne(who.0));
    others.exec(db).await.map(drop)
}

/// How many of a person's own views went: 0 or 1.
pub async fn remove(db: &impl ConnectionTrait, id: ViewId, who: UserId) -> Result<u64, DbErr> {
    use saved_view::Column as C;
    let gone = saved_view::Entity::delete_many().filter(C::Id.eq(id.0)).filter(C::UserId.eq(who.0));
    Ok(gone.exec(db).await?.rows_affected)
}

pub async fn default_of(db: &impl ConnectionTrait, who: UserId) -> Result<Option<ViewId>, DbErr> {
    Ok(default_view::Entity::find_by_id(who.0).one(db).await?.map(|row| ViewId(row.view_id)))
}

/// None: the queue itself.
pub async fn set_default(db: &impl ConnectionTrait, who: UserId, view: Option<ViewId>) -> Result<(), DbErr> {
    match view {
        None => default_view::Entity::delete_by_id(who.0).exec(db).await.map(drop),
        Some(view) => {
            let row = default_view::ActiveModel { user_id: Set(who.0), view_id: Set(view.0) };
            let known = OnConflict::column(default_view::Column::UserId);
            let known = known.clone().update_column(default_view::Column::ViewId).to_owned();
            default_view::Entity::insert_many([row]).on_conflict(known).exec_without_returning(db).await.map(drop)
        }
    }
}
