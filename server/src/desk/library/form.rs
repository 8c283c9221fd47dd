//! The form of an item: filled, checked, saved as the next version.

use app::api::{
    error::ApiError,
    library::{LibraryForm, LibraryInput, VersionLine},
    principal::Principal,
};
use domain::{
    id::LibraryId,
    library::{Body, LibraryKind, MacroDraft, NoteDraft, Reply},
    probe::FieldError,
    text::Name,
};

use super::{Desk, internal, summary, writing};
use crate::{
    desk::{act, is_unique_violation, new_id},
    store::{
        audit,
        library::{self, Author, Item},
    },
};

pub(super) fn overtaken() -> ApiError {
    ApiError::Conflict(
        "Somebody else changed this meanwhile. Look at theirs under Versions; saving again puts yours after it."
            .to_owned(),
    )
}

/// The kind that a form is about: that of the item, or the one that was chosen for a new one.
fn kind(item: Option<&Item>, input: Option<&LibraryInput>) -> Result<LibraryKind, ApiError> {
    let typed = input.map_or("", |input| input.kind.as_str());
    match item {
        Some(item) => Ok(item.body.kind()),
        None => LibraryKind::parse(typed).ok_or_else(|| ApiError::invalid("kind", "must be reply, macro or note")),
    }
}

pub(super) async fn form(
    desk: &Desk,
    who: &Principal,
    id: Option<LibraryId>,
    input: Option<LibraryInput>,
    check: bool,
) -> Result<LibraryForm, ApiError> {
    let item = match id {
        Some(id) => Some(desk.find(who, id).await?),
        None => None,
    };
    let kind = match kind(item.as_ref(), input.as_ref()) {
        Ok(kind) => kind,
        Err(_) => LibraryKind::Note,
    };
    who.require(writing(kind))?;
    let replies = desk.replies().await?;
    let mut input = match (input, &item) {
        // A link to a new form names its kind only.
        (Some(input), _) => input,
        (None, Some(item)) => filled(item),
        (None, None) => LibraryInput { kind: kind.as_str().to_owned(), ..LibraryInput::default() },
    };
    let wrong = match check {
        true => parse(kind, &input, &replies).err().unwrap_or_default(),
        false => Vec::new(),
    };
    let stale = item.as_ref().is_some_and(|item| item.version.to_string() != input.version);
    let conflict = (check && wrong.is_empty()).then(|| match stale {
        true => overtaken().to_string(),
        false => taken(kind),
    });
    if let (true, Some(item)) = (stale, &item) {
        input.version = item.version.to_string();
    }
    let versions = match id {
        Some(id) => library::versions(desk.db.read(), id).await.map_err(internal)?,
        None => Vec::new(),
    };
    Ok(LibraryForm {
        now: desk.clock.now(),
        kind,
        id,
        input,
        wrong,
        conflict,
        versions: versions
            .into_iter()
            .map(|one| VersionLine {
                version: one.version,
                name: one.name,
                summary: summary(&one.body, &replies),
                made_at: one.made_at,
                made_by: one.made_by,
            })
            .collect(),
        replies: usable(&replies).map(|item| (item.id.to_string(), item.name.clone())).collect(),
        disabled: item.is_some_and(|item| item.disabled_at.is_some()),
    })
}

fn usable(replies: &[Item]) -> impl Iterator<Item = &Item> {
    replies.iter().filter(|item| item.disabled_at.is_none())
}

fn taken(kind: LibraryKind) -> String {
    format!("There is a {} of this name already. Choose another.", kind.label().to_lowercase())
}

fn filled(item: &Item) -> LibraryInput {
    let input = LibraryInput {
        kind: item.body.kind().as_str().to_owned(),
        name: item.name.clone(),
        version: item.version.to_string(),
        ..LibraryInput::default()
    };
    match &item.body {
        Body::Reply(reply) => LibraryInput { text: reply.text().to_owned(), ..input },
        Body::Note(note) => LibraryInput {
            text: note.text.clone(),
            visibility: note.visibility.as_str().to_owned(),
            tags: note.tags.join(", "),
            ..input
        },
        Body::Macro(one) => LibraryInput {
            assign_me: if one.assign_me { "yes".to_owned() } else { String::new() },
            queue: one.queue.map(|queue| queue.as_str().to_owned()).unwrap_or_default(),
            priority: one.priority.map(|priority| priority.as_str().to_owned()).unwrap_or_default(),
            tags: one.tags.join(", "),
            reply: one.reply.map(|reply| reply.to_string()).unwrap_or_default(),
            then: one.then.map(|then| then.as_str().to_owned()).unwrap_or_default(),
            ..input
        },
    }
}

/// Name and body, or everything that is wrong with them.
fn parse(kind: LibraryKind, input: &LibraryInput, replies: &[Item]) -> Result<(Name, Body), Vec<FieldError>> {
    let mut wrong = Vec::new();
    let name = Name::parse(&input.name).map_err(|error| wrong.push(FieldError::new("name", error))).ok();
    let body = match kind {
        LibraryKind::Reply => {
            Reply::parse(&input.text).map(Body::Reply).map_err(|error| vec![FieldError::new("text", error)])
        }
        LibraryKind::Note => {
            let draft = NoteDraft { visibility: &input.visibility, text: &input.text, tags: &input.tags };
            draft.check().map(Body::Note)
        }
        LibraryKind::Macro => {
            let draft = MacroDraft {
                assign_me: &input.assign_me,
                queue: &input.queue,
                priority: &input.priority,
                tags: &input.tags,
                reply: &input.reply,
                then: &input.then,
            };
            draft.check().and_then(|made| match made.reply {
                Some(id) if !usable(replies).any(|item| item.id == id) => {
                    Err(vec![FieldError::new("reply", "must be one of the saved replies that are in use")])
                }
                _ => Ok(Body::Macro(made)),
            })
        }
    };
    match (name, body) {
        (Some(name), Ok(body)) => Ok((name, body)),
        (_, Err(more)) => {
            wrong.extend(more);
            Err(wrong)
        }
        (None, Ok(_)) => Err(wrong),
    }
}

pub(super) async fn save(
    desk: &Desk,
    who: &Principal,
    id: Option<LibraryId>,
    input: &LibraryInput,
) -> Result<LibraryKind, ApiError> {
    let item = match id {
        Some(id) => Some(desk.find(who, id).await?),
        None => None,
    };
    if item.is_none() {
        // Nobody learns from the form's mistakes what they may not do anyway.
        who.require(writing(LibraryKind::parse(&input.kind).unwrap_or(LibraryKind::Reply)))?;
    }
    let kind = kind(item.as_ref(), Some(input))?;
    who.require(writing(kind))?;
    let (name, body) = parse(kind, input, &desk.replies().await?).map_err(ApiError::Invalid)?;
    let now = desk.clock.now();
    let by = Author { name: &who.name, at: now };
    let tx = desk.db.begin().await.map_err(internal)?;
    let saved = match &item {
        None => {
            let new = LibraryId(new_id(now)?);
            library::insert(&tx, new, name.as_str(), &body, by).await.map(|()| 1)
        }
        Some(item) => {
            let version = input.version.trim().parse::<i64>();
            let version = version
                .map_err(|_| ApiError::invalid("version", "must be the number that the form was loaded with"))?;
            library::publish(&tx, item.id, version, name.as_str(), &body, by).await
        }
    };
    match saved {
        Ok(0) => return Err(overtaken()),
        Ok(_) => {}
        Err(error) if is_unique_violation(&error) => return Err(ApiError::Conflict(taken(kind))),
        Err(error) => return Err(internal(error)),
    }
    let action = format!("{}.{}", kind.as_str(), if item.is_some() { "edit" } else { "create" });
    audit::write(&tx, new_id(now)?, now, act(who, &action, name.as_str(), "")).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(kind)
}
