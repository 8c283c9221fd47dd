//! Saved views: a name and a query, private or shared.

use app::api::{
    error::ApiError,
    principal::Principal,
    queue::{QueueQuery, SavedView, VIEW_CHARS_MAX, ViewInput, Views},
};
use domain::{access::Permission, id::ViewId};
use sea_orm::{ConnectionTrait, DbErr};

use super::{Desk, internal};
use crate::{
    desk::{act, is_unique_violation, new_id},
    store::{
        audit,
        views::{self, Fields, View},
    },
};

/// What a reader may use: their own, then what colleagues share.
pub(super) async fn offered(db: &impl ConnectionTrait, who: &Principal) -> Result<Vec<SavedView>, DbErr> {
    let usual = views::default_of(db, who.user).await?;
    let view = |view: View| SavedView {
        is_default: usual == Some(view.id),
        own: view.user == who.user,
        id: view.id,
        name: view.name,
        query: view.query,
        shared: view.shared,
        by: view.by,
        version: view.version,
    };
    Ok(views::list(db, who.user).await?.into_iter().map(view).collect())
}

/// An address that asks for nothing gets the reader's default view.
pub(super) fn effective(query: QueueQuery, views: &[SavedView]) -> QueueQuery {
    let bare = QueueQuery { unknown: Vec::new(), ..query.clone() } == QueueQuery::default();
    match views.iter().find(|view| bare && view.is_default) {
        Some(view) => QueueQuery { saved: Some(view.id), unknown: query.unknown, ..QueueQuery::parse(&view.query) },
        None => query,
    }
}

pub(super) async fn list(desk: &Desk, who: &Principal) -> Result<Views, ApiError> {
    who.require(Permission::WorkTickets)?;
    Ok(Views { views: offered(desk.db.read(), who).await.map_err(internal)? })
}

pub(super) async fn save(desk: &Desk, who: &Principal, input: ViewInput) -> Result<SavedView, ApiError> {
    who.require(Permission::WorkTickets)?;
    let name = named(&input.name)?;
    // Only what the queue understands is kept.
    let query = QueueQuery { after: String::new(), ..QueueQuery::parse(&input.query) }.kept();
    let fields = Fields { name: &name, query: &query, shared: input.shared == "yes" };
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let taken = |error: DbErr| match is_unique_violation(&error) {
        true => ApiError::invalid("name", "is the name of another of your views"),
        false => internal(error),
    };
    let id = match input.id.is_empty() {
        true => {
            if views::OWN_MAX <= views::own_count(&tx, who.user).await.map_err(internal)? {
                let words = format!("You have {} views, which is as many as there can be.", views::OWN_MAX);
                return Err(ApiError::Conflict(words));
            }
            let id = ViewId(new_id(now)?);
            views::insert(&tx, id, who.user, fields, now).await.map_err(taken)?;
            id
        }
        false => {
            let id: ViewId = input.id.parse().map_err(|_| ApiError::NotFound)?;
            let own = views::find(&tx, who.user, id).await.map_err(internal)?.filter(|view| view.user == who.user);
            let own = own.ok_or(ApiError::NotFound)?;
            // A form without a query renames; what the view shows stays.
            let fields = Fields { query: if input.query.is_empty() { &own.query } else { fields.query }, ..fields };
            let version = input.version.parse().map_err(|_| ApiError::invalid("version", "must be a whole number"))?;
            if views::update(&tx, id, who.user, version, fields).await.map_err(taken)? == 0 {
                let words = "This view was changed in the meantime, in another window. Look at it again.";
                return Err(ApiError::Conflict(words.to_owned()));
            }
            if !fields.shared {
                views::take_back(&tx, id, who.user).await.map_err(internal)?;
            }
            id
        }
    };
    let was = views::default_of(&tx, who.user).await.map_err(internal)?;
    let default = match input.default.as_str() {
        "yes" => Some(id),
        _ => was.filter(|was| *was != id),
    };
    if default != was {
        views::set_default(&tx, who.user, default).await.map_err(internal)?;
    }
    audit::write(&tx, new_id(now)?, now, act(who, "view.save", &name, query.as_str())).await.map_err(internal)?;
    let saved = offered(&tx, who).await.map_err(internal)?.into_iter().find(|view| view.id == id);
    tx.commit().await.map_err(internal)?;
    saved.ok_or(ApiError::NotFound)
}

fn named(text: &str) -> Result<String, ApiError> {
    let name = text.trim();
    let wrong = |words: String| Err(ApiError::invalid("name", words));
    match name.chars().count() {
        0 => wrong("must not be empty".to_owned()),
        chars if VIEW_CHARS_MAX < chars => {
            wrong(format!("may have {VIEW_CHARS_MAX} characters at most, this one has {chars}"))
        }
        _ if name.contains(char::is_control) => wrong("must not contain control characters or line breaks".to_owned()),
        _ => Ok(name.to_owned()),
    }
}

/// Somebody else's view is not found, also a shared one.
pub(super) async fn remove(desk: &Desk, who: &Principal, id: ViewId) -> Result<(), ApiError> {
    who.require(Permission::WorkTickets)?;
    let now = desk.clock.now();
    let tx = desk.db.begin().await.map_err(internal)?;
    let view = views::find(&tx, who.user, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if views::remove(&tx, id, who.user).await.map_err(internal)? == 0 {
        return Err(ApiError::NotFound);
    }
    audit::write(&tx, new_id(now)?, now, act(who, "view.remove", &view.name, "")).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}
