//! Downtimes: seen by staff and by a customer's managers, planned and cancelled by those who may edit hosts.

mod acts;
mod form;
mod page;
#[cfg(test)]
mod tests;
mod words;

use app::api::{
    downtimes::{DowntimeDesk, DowntimeFormPage, DowntimeInput, DowntimePage},
    error::ApiError,
    principal::Principal,
};
use async_trait::async_trait;
use domain::id::{CustomerId, DowntimeId};

use crate::{clock::Clock, engine::Engine, store::Db};

pub(super) use words::notes;

/// Implements [`DowntimeDesk`].
pub struct Desk {
    pub db: Db,
    pub clock: Clock,
    pub engine: Engine,
}

#[async_trait]
impl DowntimeDesk for Desk {
    async fn list(&self, who: &Principal) -> Result<DowntimePage, ApiError> {
        self.load_page(who).await
    }

    async fn form(
        &self,
        who: &Principal,
        host: &str,
        customer: Option<CustomerId>,
    ) -> Result<DowntimeFormPage, ApiError> {
        self.load_form(who, host, customer).await
    }

    async fn plan(&self, who: &Principal, input: DowntimeInput) -> Result<(), ApiError> {
        self.store(who, input).await
    }

    async fn cancel(&self, who: &Principal, id: DowntimeId) -> Result<(), ApiError> {
        self.end(who, id).await
    }
}
