//! The traits that server functions call, method by method.

use app::api::{
    care::{CareDesk, Here, MergePreview, RateInput, RateLink, SortInput, SplitInput},
    error::ApiError,
    principal::Principal,
    queue::{BulkDone, BulkInput, BulkPage, QueueDesk, QueueList, QueueQuery, SavedView, ViewInput, Views},
    tickets::{CallInput, LevelInput, LevelPreview, PauseInput, ReplyInput, Show, TicketDesk, TicketList, TicketPage},
};
use domain::{
    access::Permission,
    id::{BulkId, ClockId, ViewId},
    ticket::TicketState,
};

use super::{
    Desk, acts, bulk, care, changes, internal, level, merge, page, queue, rate, require, split, staff_queue, views,
    writing,
};
use crate::store::tickets;

#[async_trait::async_trait]
impl TicketDesk for Desk {
    async fn list(&self, who: &Principal, show: Show, system: String) -> Result<TicketList, ApiError> {
        queue::list(self, who, show, &system).await
    }

    async fn page(&self, who: &Principal, number: i64) -> Result<TicketPage, ApiError> {
        page::page(self, who, number).await
    }

    async fn reply(&self, who: &Principal, number: i64, input: ReplyInput) -> Result<i64, ApiError> {
        writing::reply(self, who, number, &input).await
    }

    async fn call(&self, who: &Principal, number: i64, input: CallInput) -> Result<(), ApiError> {
        acts::call(self, who, number, &input).await
    }

    async fn pause(&self, who: &Principal, number: i64, input: PauseInput) -> Result<(), ApiError> {
        acts::pause(self, who, number, &input).await
    }

    async fn resume(&self, who: &Principal, number: i64, input: PauseInput) -> Result<(), ApiError> {
        acts::resume(self, who, number, &input).await
    }

    async fn give_access(&self, who: &Principal, number: i64) -> Result<(), ApiError> {
        acts::give_access(self, who, number).await
    }

    async fn set_state(&self, who: &Principal, number: i64, version: i64, state: TicketState) -> Result<(), ApiError> {
        changes::set_state(self, who, number, version, state).await
    }

    async fn level_preview(&self, who: &Principal, number: i64, input: LevelInput) -> Result<LevelPreview, ApiError> {
        level::preview(self, who, number, &input).await
    }

    async fn change_level(&self, who: &Principal, number: i64, input: LevelInput) -> Result<(), ApiError> {
        level::change(self, who, number, &input).await
    }

    async fn excuse(&self, who: &Principal, number: i64, clock: ClockId, reason: String) -> Result<(), ApiError> {
        changes::excuse(self, who, number, clock, &reason).await
    }

    async fn void(&self, who: &Principal, number: i64, clock: ClockId, reason: String) -> Result<(), ApiError> {
        changes::void(self, who, number, clock, &reason).await
    }

    async fn agree(&self, who: &Principal, number: i64, version: i64, reason: String) -> Result<(), ApiError> {
        changes::agree(self, who, number, version, &reason).await
    }
}

#[async_trait::async_trait]
impl CareDesk for Desk {
    async fn assign(&self, who: &Principal, number: i64, version: i64, to: String) -> Result<(), ApiError> {
        care::assign(self, who, number, version, &to).await
    }

    async fn sort(&self, who: &Principal, number: i64, input: SortInput) -> Result<(), ApiError> {
        care::sort(self, who, number, &input).await
    }

    async fn tag(&self, who: &Principal, number: i64, version: i64, tags: String) -> Result<(), ApiError> {
        care::tag(self, who, number, version, &tags).await
    }

    async fn watch(&self, who: &Principal, number: i64, watching: bool) -> Result<(), ApiError> {
        care::watch(self, who, number, watching).await
    }

    async fn snooze(&self, who: &Principal, number: i64, version: i64, until: String) -> Result<(), ApiError> {
        care::snooze(self, who, number, version, &until).await
    }

    async fn link(&self, who: &Principal, number: i64, other: String) -> Result<(), ApiError> {
        care::link(self, who, number, &other).await
    }

    async fn unlink(&self, who: &Principal, number: i64, other: i64) -> Result<(), ApiError> {
        care::unlink(self, who, number, other).await
    }

    async fn decline(&self, who: &Principal, number: i64, version: i64, reason: String) -> Result<(), ApiError> {
        care::decline(self, who, number, version, &reason).await
    }

    async fn merge_preview(&self, who: &Principal, number: i64, into: String) -> Result<MergePreview, ApiError> {
        merge::preview(self, who, number, &into).await
    }

    async fn merge(&self, who: &Principal, number: i64, version: i64, into: String) -> Result<i64, ApiError> {
        merge::merge(self, who, number, version, &into).await
    }

    async fn split(&self, who: &Principal, number: i64, input: SplitInput) -> Result<i64, ApiError> {
        split::split(self, who, number, &input).await
    }

    async fn take_back(&self, who: &Principal, number: i64, key: String) -> Result<(), ApiError> {
        writing::take_back(self, who, number, &key).await
    }

    async fn rate(&self, who: &Principal, number: i64, input: RateInput) -> Result<(), ApiError> {
        rate::rate(self, who, number, &input).await
    }

    async fn rate_link(&self, token: &str) -> Result<RateLink, ApiError> {
        rate::link(self, token).await
    }

    async fn rate_by_link(&self, token: &str, input: RateInput) -> Result<RateLink, ApiError> {
        rate::by_link(self, token, &input).await
    }

    async fn here(&self, who: &Principal, number: i64, typing: bool) -> Result<Vec<Here>, ApiError> {
        let found = tickets::find(self.db.read(), who.scope(), number).await.map_err(internal)?;
        require(found, who, Permission::WorkTickets)?;
        Ok(self.here.note(number, who.user, &who.name, typing, self.clock.now()))
    }
}

#[async_trait::async_trait]
impl QueueDesk for Desk {
    async fn queue(&self, who: &Principal, query: QueueQuery) -> Result<QueueList, ApiError> {
        staff_queue::queue(self, who, query).await
    }

    async fn csv(&self, who: &Principal, query: QueueQuery) -> Result<String, ApiError> {
        staff_queue::csv(self, who, query).await
    }

    async fn bulk(&self, who: &Principal, input: BulkInput) -> Result<BulkDone, ApiError> {
        bulk::bulk(self, who, input).await
    }

    async fn undo(&self, who: &Principal, id: BulkId) -> Result<BulkDone, ApiError> {
        bulk::undo(self, who, id).await
    }

    async fn results(&self, who: &Principal, id: BulkId) -> Result<BulkPage, ApiError> {
        bulk::results(self, who, id).await
    }

    async fn take(&self, who: &Principal) -> Result<i64, ApiError> {
        bulk::take(self, who).await
    }

    async fn views(&self, who: &Principal) -> Result<Views, ApiError> {
        views::list(self, who).await
    }

    async fn save_view(&self, who: &Principal, input: ViewInput) -> Result<SavedView, ApiError> {
        views::save(self, who, input).await
    }

    async fn remove_view(&self, who: &Principal, id: ViewId) -> Result<(), ApiError> {
        views::remove(self, who, id).await
    }
}
