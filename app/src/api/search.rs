//! Looking for tickets, hosts, customers and equipment by what people know of them.

use domain::{id::CustomerId, ticket::TicketState, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// Results on one page.
pub const PAGE: u64 = 20;

/// What is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    #[default]
    Tickets,
    Hosts,
    Equipment,
    /// Staff only.
    Customers,
}

impl Sort {
    pub const ALL: [Self; 4] = [Self::Tickets, Self::Hosts, Self::Equipment, Self::Customers];

    /// The word in the address.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tickets => "tickets",
            Self::Hosts => "hosts",
            Self::Equipment => "equipment",
            Self::Customers => "customers",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == text)
    }
}

/// A page of results of one sort, and how many there are of each, within what the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchPage {
    pub now: Timestamp,
    pub query: String,
    pub sort: Sort,
    /// In the order of [`Sort::ALL`].
    pub counts: [u64; 4],
    /// Counted from 1.
    pub page: u64,
    pub rows: Vec<SearchRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRow {
    pub href: String,
    /// `T-2314`, a host's name; empty for customers.
    pub reference: String,
    pub title: String,
    /// Customer and site; empty on customers' own pages.
    pub whose: String,
    /// Of a ticket.
    pub state: Option<TicketState>,
    /// Where the words were found, and the words around them: "Message of Jo Bell: …".
    pub matched: String,
}

/// Equipment has no page of its own.
pub fn equipment_href(customer: CustomerId) -> String {
    format!("/customers/{customer}/equipment")
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait SearchDesk: Send + Sync {
    /// `sort` None: the first with a result. Never an error for what is typed.
    async fn search(
        &self,
        who: &super::principal::Principal,
        query: String,
        sort: Option<Sort>,
        page: u64,
    ) -> Result<SearchPage, ApiError>;
}

/// `sort` is a word of [`Sort`] or empty, `page` counts from 1.
#[server(endpoint = "search/find", input = server_fn::codec::GetUrl)]
pub async fn search(
    #[server(default)] query: String,
    #[server(default)] sort: String,
    #[server(default)] page: String,
) -> Result<SearchPage, ApiError> {
    let who = super::principal::principal()?;
    let page = page.parse().unwrap_or(1).max(1);
    super::principal::desk::<dyn SearchDesk>()?.search(&who, query, Sort::parse(&sort), page).await
}
