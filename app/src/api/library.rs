//! Saved replies, macros and knowledge notes: lists, forms with versions, and what of it helps with one ticket.

use domain::{
    id::LibraryId,
    library::{LibraryKind, Visibility},
    markup::Block,
    probe::FieldError,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{error::ApiError, intake::NoteLink};
use crate::components::page::query_value;

/// All of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryList {
    pub now: Timestamp,
    pub kind: LibraryKind,
    /// What was looked for; empty: everything.
    pub find: String,
    pub rows: Vec<LibraryRow>,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryRow {
    pub id: LibraryId,
    pub name: String,
    /// The first words of a text, or what a macro does.
    pub summary: String,
    pub tags: Vec<String>,
    /// Of a note; None for replies and macros.
    pub visibility: Option<Visibility>,
    pub version: i64,
    pub changed_at: Timestamp,
    /// Empty for customers.
    pub changed_by: String,
    pub disabled: bool,
}

/// One note, to be read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotePage {
    pub now: Timestamp,
    pub row: LibraryRow,
    pub blocks: Vec<Block>,
    pub may_edit: bool,
}

/// The form of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LibraryForm {
    pub now: Timestamp,
    pub kind: LibraryKind,
    /// None: it is new.
    pub id: Option<LibraryId>,
    pub input: LibraryInput,
    pub wrong: Vec<FieldError>,
    pub conflict: Option<String>,
    /// Saved replies that a macro can send.
    pub replies: Vec<(String, String)>,
    /// The latest first.
    pub versions: Vec<VersionLine>,
    pub disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionLine {
    pub version: i64,
    pub name: String,
    pub summary: String,
    pub made_at: Timestamp,
    pub made_by: String,
}

/// What is typed about an item; each kind uses its own part.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LibraryInput {
    pub kind: String,
    pub name: String,
    /// Of replies and notes.
    pub text: String,
    /// Of notes.
    pub visibility: String,
    /// Of notes and macros.
    pub tags: String,
    /// Of macros, as are the following: `yes`.
    pub assign_me: String,
    pub queue: String,
    pub priority: String,
    /// Id of the saved reply.
    pub reply: String,
    pub then: String,
    /// That the form was loaded with; empty for a new item.
    pub version: String,
}

impl LibraryInput {
    fn fields(&mut self) -> [(&'static str, &mut String); 11] {
        [
            ("kind", &mut self.kind),
            ("name", &mut self.name),
            ("text", &mut self.text),
            ("visibility", &mut self.visibility),
            ("tags", &mut self.tags),
            ("assign_me", &mut self.assign_me),
            ("queue", &mut self.queue),
            ("priority", &mut self.priority),
            ("reply", &mut self.reply),
            ("then", &mut self.then),
            ("version", &mut self.version),
        ]
    }

    /// What an address holds, by the names of the form's fields. None: it holds no form.
    pub fn from_address(get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let mut input = Self::default();
        let mut found = false;
        for (name, field) in input.fields() {
            if let Some(text) = get(&format!("input[{name}]")) {
                *field = text;
                found = true;
            }
        }
        found.then_some(input)
    }

    /// The address of the form with everything that was typed.
    pub fn address(&self, id: Option<LibraryId>) -> String {
        let mut input = self.clone();
        let fields = input.fields().into_iter().filter(|(_, text)| !text.is_empty());
        let pairs: Vec<_> = fields.map(|(name, text)| format!("input%5B{name}%5D={}", query_value(text))).collect();
        let path = id.map_or_else(|| "/library/new".to_owned(), |id| format!("/library/{id}/edit"));
        format!("{path}?{}&check=yes", pairs.join("&"))
    }
}

/// What helps staff with one ticket. Empty for customers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Helps {
    pub replies: Vec<(LibraryId, String)>,
    pub macros: Vec<(LibraryId, String)>,
    /// Notes that fit the words of the ticket.
    pub notes: Vec<NoteLink>,
    /// The text of the reply that was asked for, filled.
    pub filled: Option<String>,
    pub preview: Option<MacroPreview>,
}

/// What a macro would do, before it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacroPreview {
    pub id: LibraryId,
    pub name: String,
    pub version: i64,
    pub steps: Vec<String>,
    /// The reply as it would be sent.
    pub reply: Option<String>,
}

/// Use cases of the library itself.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait LibraryDesk: Send + Sync {
    async fn list(
        &self,
        who: &super::principal::Principal,
        kind: LibraryKind,
        find: String,
    ) -> Result<LibraryList, ApiError>;
    /// A note that the reader may read.
    async fn note(&self, who: &super::principal::Principal, id: LibraryId) -> Result<NotePage, ApiError>;
    async fn form(
        &self,
        who: &super::principal::Principal,
        id: Option<LibraryId>,
        input: Option<LibraryInput>,
        check: bool,
    ) -> Result<LibraryForm, ApiError>;
    /// Adds an item when `id` is None, else makes its next version.
    async fn save(
        &self,
        who: &super::principal::Principal,
        id: Option<LibraryId>,
        input: LibraryInput,
    ) -> Result<LibraryKind, ApiError>;
    async fn set_disabled(
        &self,
        who: &super::principal::Principal,
        id: LibraryId,
        version: i64,
        disabled: bool,
    ) -> Result<LibraryKind, ApiError>;
}

/// What of it is used on a ticket.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HelpDesk: Send + Sync {
    /// `reply` and `run` are the ids of what is asked to be filled and previewed.
    async fn helps(
        &self,
        who: &super::principal::Principal,
        number: i64,
        reply: Option<LibraryId>,
        run: Option<LibraryId>,
    ) -> Result<Helps, ApiError>;
    /// Makes all changes of a macro, or none. `version` is the ticket's, `seen` the macro's that was previewed.
    async fn run(
        &self,
        who: &super::principal::Principal,
        number: i64,
        id: LibraryId,
        version: i64,
        seen: i64,
    ) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn LibraryDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn LibraryDesk>()?))
}

#[cfg(feature = "ssr")]
fn kind_of(text: &str) -> LibraryKind {
    LibraryKind::parse(text).unwrap_or(LibraryKind::Reply)
}

/// Where the items of a kind are listed.
pub fn list_path(kind: LibraryKind) -> &'static str {
    match kind {
        LibraryKind::Reply => "/library",
        LibraryKind::Macro => "/library?show=macro",
        LibraryKind::Note => "/knowledge",
    }
}

/// `kind` is `reply`, `macro` or `note`.
#[server(endpoint = "library/list", input = server_fn::codec::GetUrl)]
pub async fn load_library(
    #[server(default)] kind: String,
    #[server(default)] find: String,
) -> Result<LibraryList, ApiError> {
    let (who, desk) = desk()?;
    desk.list(&who, kind_of(&kind), find).await
}

#[server(endpoint = "library/note", input = server_fn::codec::GetUrl)]
pub async fn load_note(id: LibraryId) -> Result<NotePage, ApiError> {
    let (who, desk) = desk()?;
    desk.note(&who, id).await
}

/// `check` is `yes` to hear what is wrong with `input`.
#[server(endpoint = "library/form", input = server_fn::codec::GetUrl)]
pub async fn load_library_form(
    id: Option<LibraryId>,
    input: Option<LibraryInput>,
    #[server(default)] check: String,
) -> Result<LibraryForm, ApiError> {
    let (who, desk) = desk()?;
    desk.form(&who, id, input, check == "yes").await
}

#[server(endpoint = "library/save")]
pub async fn save_library(id: Option<LibraryId>, #[server(default)] input: LibraryInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    match desk.save(&who, id, input.clone()).await {
        Ok(kind) => {
            leptos_axum::redirect(list_path(kind));
            Ok(())
        }
        Err(ApiError::Invalid(_) | ApiError::Conflict(_)) if super::asks_for_page() => {
            leptos_axum::redirect(&input.address(id));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// `disabled` is `yes` or `no`.
#[server(endpoint = "library/disable")]
pub async fn disable_library(id: LibraryId, version: i64, disabled: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    let kind = desk.set_disabled(&who, id, version, disabled == "yes").await?;
    leptos_axum::redirect(list_path(kind));
    Ok(())
}

/// `reply` and `run` are ids, or empty.
#[server(endpoint = "tickets/helps", input = server_fn::codec::GetUrl)]
pub async fn load_helps(
    number: i64,
    #[server(default)] reply: String,
    #[server(default)] run: String,
) -> Result<Helps, ApiError> {
    let who = super::principal::principal()?;
    let desk = super::principal::desk::<dyn HelpDesk>()?;
    desk.helps(&who, number, reply.parse().ok(), run.parse().ok()).await
}

#[server(endpoint = "tickets/run-macro")]
pub async fn run_macro(number: i64, id: LibraryId, version: i64, seen: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn HelpDesk>()?.run(&who, number, id, version, seen).await?;
    leptos_axum::redirect(&format!("/t/{number}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_survives_the_address() {
        let typed = LibraryInput {
            kind: "reply".to_owned(),
            text: "Dear {contact}".to_owned(),
            version: "3".to_owned(),
            ..LibraryInput::default()
        };
        assert_eq!(
            typed.address(None),
            "/library/new?input%5Bkind%5D=reply&input%5Btext%5D=Dear%20%7Bcontact%7D&input%5Bversion%5D=3&check=yes"
        );
        let get = |name: &str| match name {
            "input[kind]" => Some("reply".to_owned()),
            "input[text]" => Some("Dear {contact}".to_owned()),
            "input[version]" => Some("3".to_owned()),
            _ => None,
        };
        assert_eq!(LibraryInput::from_address(get), Some(typed));
        assert_eq!(LibraryInput::from_address(|_| None), None);
    }
}
