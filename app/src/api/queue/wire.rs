//! What the queue says to the browser, and what is sent about several tickets at once.

use std::collections::BTreeMap;

use domain::{
    id::{BulkId, CustomerId, UserId, ViewId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use super::QueueQuery;
use crate::api::tickets::TicketRow;

/// Tickets on one page of the queue.
pub const PAGE: u64 = 200;
/// Characters of a view's name.
pub const VIEW_CHARS_MAX: usize = 40;

/// One page of the queue with everything around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QueueList {
    pub now: Timestamp,
    /// Number of the last live event that this includes.
    pub seq: i64,
    /// What was asked for, or the reader's default view.
    pub query: QueueQuery,
    pub rows: Vec<TicketRow>,
    /// Rows of each group on all pages, in the order of the groups.
    pub groups: [u64; 5],
    /// Rows on all pages.
    pub total: u64,
    pub tabs: Tabs,
    /// Pass as `after` for the next page.
    pub next: Option<String>,
    /// "1 has breached. 3 breach within the hour."
    pub lede: String,
    pub choices: Choices,
}

/// Exact counts for the tabs; `open` is all that is not closed and not put off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tabs {
    pub open: u64,
    pub unassigned: u64,
    pub mine: u64,
    pub waiting: u64,
    pub field: u64,
    pub snoozed: u64,
}

/// What filters and acts choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    pub me: Option<UserId>,
    pub customers: Vec<(CustomerId, String)>,
    /// Staff who can sign in.
    pub staff: Vec<(UserId, String)>,
    pub tags: Vec<String>,
    pub views: Vec<SavedView>,
    /// Words of [`SNOOZES`] with the instant each stands for.
    pub snoozes: Vec<(String, String)>,
}

/// A named query: the reader's own, or one that a colleague shares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub id: ViewId,
    pub name: String,
    /// `view=mine&cover=cat2`.
    pub query: String,
    pub shared: bool,
    pub own: bool,
    /// Whose it is.
    pub by: String,
    /// Stands in for the reader where the address asks for nothing.
    pub is_default: bool,
    pub version: i64,
}

impl SavedView {
    pub fn href(&self) -> String {
        let query = if self.query.is_empty() { "view=time" } else { self.query.as_str() };
        format!("/tickets?{query}&saved={}", self.id)
    }
}

/// How long a ticket is put off, in words of the form.
pub const SNOOZES: [&str; 4] = ["hour", "tomorrow", "monday", "week"];

/// One act on the tickets that were picked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkInput {
    /// Versions by number.
    pub picked: BTreeMap<String, String>,
    /// `assign`, `queue`, `priority`, `tag`, `untag`, `snooze`, `wake` or `close`.
    pub act: String,
    pub assignee: String,
    pub queue: String,
    pub priority: String,
    pub tag: String,
    /// One of [`SNOOZES`].
    pub until: String,
    /// `yes`: answer without going to the page of the results.
    pub stay: String,
}

/// What came of an act on several tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkDone {
    pub id: BulkId,
    /// "3 tickets assigned to Priya Nair. 1 was refused."
    pub words: String,
    pub done: u32,
    pub refused: u32,
    pub can_undo: bool,
}

/// The results of an act, one for each ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPage {
    pub now: Timestamp,
    pub at: Timestamp,
    pub done: BulkDone,
    pub rows: Vec<BulkRow>,
    pub undone_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkRow {
    pub number: i64,
    pub subject: String,
    /// Why it was not done; None: it was.
    pub refused: Option<String>,
}

/// The saved views that a reader may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Views {
    pub views: Vec<SavedView>,
}

/// What is typed into the form of a view.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ViewInput {
    /// Empty: a new one.
    pub id: String,
    pub version: String,
    pub name: String,
    pub query: String,
    /// `yes`: colleagues see it too.
    pub shared: String,
    /// `yes`: it stands in where the address asks for nothing.
    pub default: String,
}
