//! Saved replies, macros and knowledge notes.
//!
//! Staff read all of it; supervisors write replies and macros, all staff write notes. A customer's user sees the notes
//! that are for customers: any other answers as if it did not exist.

mod form;

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    library::{LibraryDesk, LibraryForm, LibraryInput, LibraryList, LibraryRow, NotePage},
    principal::Principal,
};
use domain::{
    access::{Permission, Side},
    id::LibraryId,
    library::{Body, LibraryKind},
    markup,
    suggest::{self, Weighed},
};
use sea_orm::ConnectionTrait;

use super::{act, internal, new_id};
use crate::{
    clock::Clock,
    store::{
        Db, audit,
        library::{self, Item},
    },
};

/// Characters of a text that a list shows.
const SUMMARY_CHARS_MAX: usize = 140;
/// What a search finds.
const FOUND_MAX: usize = 50;

/// Implements [`LibraryDesk`].
#[derive(Clone)]
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
}

/// What is needed to read a kind, and to write it.
fn reading(kind: LibraryKind) -> Permission {
    match kind {
        LibraryKind::Note => Permission::ReadKnowledge,
        LibraryKind::Reply | LibraryKind::Macro => Permission::UseLibrary,
    }
}

fn writing(kind: LibraryKind) -> Permission {
    match kind {
        LibraryKind::Note => Permission::UseLibrary,
        LibraryKind::Reply | LibraryKind::Macro => Permission::EditLibrary,
    }
}

/// Whether a reader on `side` may read it. What is switched off is read by staff only.
fn is_for(item: &Item, side: Side) -> bool {
    match (&item.body, side) {
        (_, Side::Staff) => true,
        (Body::Note(note), Side::Customer) => note.is_for(side) && item.disabled_at.is_none(),
        (_, Side::Customer) => false,
    }
}

/// Notes that fit what somebody wrote, the best first: those in use that the reader may read.
pub(super) async fn fitting(
    db: &impl ConnectionTrait,
    side: Side,
    asked: &str,
    most: usize,
) -> Result<Vec<Item>, ApiError> {
    let mut notes = library::list(db, LibraryKind::Note).await.map_err(internal)?;
    notes.retain(|item| {
        let (title, text) = words(item);
        is_for(item, side) && item.disabled_at.is_none() && suggest::fits(asked, Weighed { title: &title, text: &text })
    });
    Ok(best(notes, asked, most))
}

fn best(items: Vec<Item>, asked: &str, most: usize) -> Vec<Item> {
    let texts: Vec<_> = items.iter().map(words).collect();
    let weighed: Vec<_> = texts.iter().map(|(title, text)| Weighed { title, text }).collect();
    let places = suggest::best(asked, &weighed, most);
    places.into_iter().filter_map(|place| items.get(place).cloned()).collect()
}

/// Name with tags, and text: the first says more.
fn words(item: &Item) -> (String, String) {
    let (tags, text) = match &item.body {
        Body::Reply(reply) => (String::new(), reply.text().to_owned()),
        Body::Note(note) => (note.tags.join(" "), note.text.clone()),
        Body::Macro(one) => (one.tags.join(" "), String::new()),
    };
    (format!("{} {tags}", item.name), text)
}

/// `replies` name what macros send.
fn summary(body: &Body, replies: &[Item]) -> String {
    let text = match body {
        Body::Reply(reply) => reply.text().to_owned(),
        Body::Note(note) => note.text.replace(['#', '*', '`'], ""),
        Body::Macro(one) => {
            let reply =
                one.reply.and_then(|id| replies.iter().find(|item| item.id == id && item.disabled_at.is_none()));
            return one.steps(reply.map(|item| item.name.as_str())).join(". ");
        }
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() <= SUMMARY_CHARS_MAX {
        true => line,
        false => format!("{}…", line.chars().take(SUMMARY_CHARS_MAX).collect::<String>().trim_end()),
    }
}

fn row(item: Item, replies: &[Item], side: Side) -> LibraryRow {
    let (tags, visibility) = match &item.body {
        Body::Note(note) => (note.tags.clone(), Some(note.visibility)),
        Body::Macro(one) => (one.tags.clone(), None),
        Body::Reply(_) => (Vec::new(), None),
    };
    LibraryRow {
        id: item.id,
        summary: summary(&item.body, replies),
        name: item.name,
        tags,
        visibility,
        version: item.version,
        changed_at: item.changed_at,
        changed_by: if side == Side::Staff { item.changed_by } else { String::new() },
        disabled: item.disabled_at.is_some(),
    }
}

impl Desk {
    async fn replies(&self) -> Result<Vec<Item>, ApiError> {
        library::list(self.db.read(), LibraryKind::Reply).await.map_err(internal)
    }

    /// An item that the reader may read. What they may not is not found.
    async fn find(&self, who: &Principal, id: LibraryId) -> Result<Item, ApiError> {
        let item = library::find(self.db.read(), id).await.map_err(internal)?;
        item.filter(|item| is_for(item, who.side())).ok_or(ApiError::NotFound)
    }
}

#[async_trait::async_trait]
impl LibraryDesk for Desk {
    async fn list(&self, who: &Principal, kind: LibraryKind, find: String) -> Result<LibraryList, ApiError> {
        who.require(reading(kind))?;
        let replies = if kind == LibraryKind::Macro { self.replies().await? } else { Vec::new() };
        let mut items = library::list(self.db.read(), kind).await.map_err(internal)?;
        items.retain(|item| is_for(item, who.side()));
        let find = find.trim().to_owned();
        if !find.is_empty() {
            items = best(items, &find, FOUND_MAX);
        }
        Ok(LibraryList {
            now: self.clock.now(),
            kind,
            find,
            rows: items.into_iter().map(|item| row(item, &replies, who.side())).collect(),
            may_edit: who.role.may(writing(kind)),
        })
    }

    async fn note(&self, who: &Principal, id: LibraryId) -> Result<NotePage, ApiError> {
        let item = self.find(who, id).await?;
        who.require(Permission::ReadKnowledge)?;
        let Body::Note(note) = &item.body else { return Err(ApiError::NotFound) };
        Ok(NotePage {
            now: self.clock.now(),
            blocks: markup::read(&note.text),
            may_edit: who.role.may(writing(LibraryKind::Note)),
            row: row(item, &[], who.side()),
        })
    }

    async fn form(
        &self,
        who: &Principal,
        id: Option<LibraryId>,
        input: Option<LibraryInput>,
        check: bool,
    ) -> Result<LibraryForm, ApiError> {
        form::form(self, who, id, input, check).await
    }

    async fn save(&self, who: &Principal, id: Option<LibraryId>, input: LibraryInput) -> Result<LibraryKind, ApiError> {
        form::save(self, who, id, &input).await
    }

    async fn set_disabled(
        &self,
        who: &Principal,
        id: LibraryId,
        version: i64,
        disabled: bool,
    ) -> Result<LibraryKind, ApiError> {
        let item = self.find(who, id).await?;
        let kind = item.body.kind();
        who.require(writing(kind))?;
        let now = self.clock.now();
        let tx = self.db.begin().await.map_err(internal)?;
        if library::set_disabled(&tx, id, version, disabled.then_some(now)).await.map_err(internal)? == 0 {
            return Err(form::overtaken());
        }
        let action = format!("{}.{}", kind.as_str(), if disabled { "disable" } else { "enable" });
        audit::write(&tx, new_id(now)?, now, act(who, &action, &item.name, "")).await.map_err(internal)?;
        tx.commit().await.map_err(internal)?;
        Ok(kind)
    }
}
