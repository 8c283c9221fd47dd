//! The queue of staff: one page of it, acts on several tickets at once, and saved views.

mod query;
mod wire;

use domain::id::{BulkId, ViewId};
use leptos::prelude::*;

use super::error::ApiError;

pub use query::*;
pub use wire::*;

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait QueueDesk: Send + Sync {
    async fn queue(&self, who: &super::principal::Principal, query: QueueQuery) -> Result<QueueList, ApiError>;
    /// The whole filtered list as a file of comma-separated values.
    async fn csv(&self, who: &super::principal::Principal, query: QueueQuery) -> Result<String, ApiError>;
    /// One transaction for each ticket: what one refuses is done for the others.
    async fn bulk(&self, who: &super::principal::Principal, input: BulkInput) -> Result<BulkDone, ApiError>;
    /// Takes back what an act of the same person did, where nobody has changed the ticket since.
    async fn undo(&self, who: &super::principal::Principal, id: BulkId) -> Result<BulkDone, ApiError>;
    async fn results(&self, who: &super::principal::Principal, id: BulkId) -> Result<BulkPage, ApiError>;
    /// Assigns the top unassigned ticket to the caller, and answers its number.
    async fn take(&self, who: &super::principal::Principal) -> Result<i64, ApiError>;
    async fn views(&self, who: &super::principal::Principal) -> Result<Views, ApiError>;
    async fn save_view(&self, who: &super::principal::Principal, input: ViewInput) -> Result<SavedView, ApiError>;
    async fn remove_view(&self, who: &super::principal::Principal, id: ViewId) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn QueueDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn QueueDesk>()?))
}

/// `query` is that of the page's address.
#[server(endpoint = "queue/list", input = server_fn::codec::GetUrl)]
pub async fn load_queue(#[server(default)] query: String) -> Result<QueueList, ApiError> {
    let (who, desk) = desk()?;
    desk.queue(&who, QueueQuery::parse(&query)).await
}

#[server(endpoint = "queue/bulk")]
pub async fn bulk_act(#[server(default)] input: BulkInput) -> Result<BulkDone, ApiError> {
    let (who, desk) = desk()?;
    let stay = input.stay == "yes";
    let done = desk.bulk(&who, input).await?;
    if !stay || 0 < done.refused {
        leptos_axum::redirect(&format!("/tickets/done/{}", done.id));
    }
    Ok(done)
}

#[server(endpoint = "queue/undo")]
pub async fn undo_bulk(id: BulkId, #[server(default)] stay: String) -> Result<BulkDone, ApiError> {
    let (who, desk) = desk()?;
    let done = desk.undo(&who, id).await?;
    if stay != "yes" || 0 < done.refused {
        leptos_axum::redirect(&format!("/tickets/done/{}", done.id));
    }
    Ok(done)
}

#[server(endpoint = "queue/results", input = server_fn::codec::GetUrl)]
pub async fn load_results(id: BulkId) -> Result<BulkPage, ApiError> {
    let (who, desk) = desk()?;
    desk.results(&who, id).await
}

#[server(endpoint = "queue/take")]
pub async fn take_next() -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    let number = desk.take(&who).await?;
    leptos_axum::redirect(&format!("/t/{number}"));
    Ok(number)
}

#[server(endpoint = "queue/views", input = server_fn::codec::GetUrl)]
pub async fn load_views() -> Result<Views, ApiError> {
    let (who, desk) = desk()?;
    desk.views(&who).await
}

/// Saves a new view and goes there, or changes one of the caller's own.
#[server(endpoint = "queue/save-view")]
pub async fn save_view(#[server(default)] input: ViewInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    let new = input.id.is_empty();
    let view = desk.save_view(&who, input).await?;
    let path = if new { view.href() } else { "/tickets/views".to_owned() };
    leptos_axum::redirect(&path);
    Ok(())
}

#[server(endpoint = "queue/remove-view")]
pub async fn remove_view(id: ViewId) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.remove_view(&who, id).await?;
    leptos_axum::redirect("/tickets/views");
    Ok(())
}
