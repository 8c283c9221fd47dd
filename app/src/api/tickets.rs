//! Tickets: the queue, one ticket with its clocks explained, and what can be done about it.

mod input;
mod list;
mod wire;

use domain::id::ClockId;
use leptos::prelude::*;

use super::error::ApiError;

pub use domain::ticket::QueueGroup;
pub use input::*;
pub use list::*;
pub use wire::*;

/// Use cases around tickets. Every act answers the ticket's page as it is afterwards by its number alone: pages load it.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait TicketDesk: Send + Sync {
    /// `system` is a host's technical name, or empty for all.
    async fn list(&self, who: &super::principal::Principal, show: Show, system: String)
    -> Result<TicketList, ApiError>;
    async fn page(&self, who: &super::principal::Principal, number: i64) -> Result<TicketPage, ApiError>;
    /// Staff: a note, or a public reply, which is held for a moment, then meets the response clock and is mailed.
    /// Customers: a message, which is no response; it opens a closed ticket again, or a new one after 30 days. Answers
    /// the number of the ticket that it went to.
    async fn reply(&self, who: &super::principal::Principal, number: i64, input: ReplyInput) -> Result<i64, ApiError>;
    /// Logs a call at the time it was answered or made, which meets the response clock then.
    async fn call(&self, who: &super::principal::Principal, number: i64, input: CallInput) -> Result<(), ApiError>;
    /// Pauses every open clock that may pause for the reason, and mails the customer.
    async fn pause(&self, who: &super::principal::Principal, number: i64, input: PauseInput) -> Result<(), ApiError>;
    /// Ends the pauses of the reason.
    async fn resume(&self, who: &super::principal::Principal, number: i64, input: PauseInput) -> Result<(), ApiError>;
    /// The customer says that what we waited for is there: ends all pauses.
    async fn give_access(&self, who: &super::principal::Principal, number: i64) -> Result<(), ApiError>;
    async fn set_state(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        state: domain::ticket::TicketState,
    ) -> Result<(), ApiError>;
    /// What a level change would do to the response clock; changes nothing.
    async fn level_preview(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: LevelInput,
    ) -> Result<LevelPreview, ApiError>;
    async fn change_level(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: LevelInput,
    ) -> Result<(), ApiError>;
    async fn excuse(
        &self,
        who: &super::principal::Principal,
        number: i64,
        clock: ClockId,
        reason: String,
    ) -> Result<(), ApiError>;
    async fn void(
        &self,
        who: &super::principal::Principal,
        number: i64,
        clock: ClockId,
        reason: String,
    ) -> Result<(), ApiError>;
    /// Takes on a fault that began before the contract: decides its cover again and starts the response clock.
    async fn agree(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        reason: String,
    ) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn TicketDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn TicketDesk>()?))
}

/// `show` is `all`, `open` or `closed`; `system` a host's technical name, or empty for all.
#[server(endpoint = "tickets/list", input = server_fn::codec::GetUrl)]
pub async fn load_tickets(
    #[server(default)] show: String,
    #[server(default)] system: String,
) -> Result<TicketList, ApiError> {
    let (who, desk) = desk()?;
    desk.list(&who, Show::parse(&show), system).await
}

#[server(endpoint = "tickets/page", input = server_fn::codec::GetUrl)]
pub async fn load_ticket(number: i64) -> Result<TicketPage, ApiError> {
    let (who, desk) = desk()?;
    desk.page(&who, number).await
}

/// Answers where it went, and goes there.
#[server(endpoint = "tickets/reply")]
pub async fn reply_to_ticket(number: i64, #[server(default)] input: ReplyInput) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    let to = desk.reply(&who, number, input).await?;
    if to != number {
        leptos_axum::redirect(&format!("/t/{to}"));
    }
    Ok(to)
}

#[server(endpoint = "tickets/call")]
pub async fn log_call(number: i64, #[server(default)] input: CallInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.call(&who, number, input).await
}

#[server(endpoint = "tickets/pause")]
pub async fn pause_ticket(number: i64, #[server(default)] input: PauseInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.pause(&who, number, input).await
}

#[server(endpoint = "tickets/resume")]
pub async fn resume_ticket(number: i64, #[server(default)] input: PauseInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.resume(&who, number, input).await
}

#[server(endpoint = "tickets/give-access")]
pub async fn give_access(number: i64) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.give_access(&who, number).await
}

/// `state` is `open` or `closed`.
#[server(endpoint = "tickets/state")]
pub async fn set_ticket_state(number: i64, version: i64, state: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    let state = domain::ticket::TicketState::parse(&state)
        .ok_or_else(|| ApiError::invalid("state", "must be open or closed"))?;
    desk.set_state(&who, number, version, state).await
}

#[server(endpoint = "tickets/level-preview", input = server_fn::codec::GetUrl)]
pub async fn preview_level(number: i64, level: String, mode: String) -> Result<LevelPreview, ApiError> {
    let (who, desk) = desk()?;
    desk.level_preview(&who, number, LevelInput { level, mode, version: String::new() }).await
}

#[server(endpoint = "tickets/change-level")]
pub async fn change_ticket_level(number: i64, #[server(default)] input: LevelInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.change_level(&who, number, input).await
}

#[server(endpoint = "tickets/excuse")]
pub async fn excuse_clock(number: i64, clock: ClockId, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.excuse(&who, number, clock, reason).await
}

#[server(endpoint = "tickets/void")]
pub async fn void_clock(number: i64, clock: ClockId, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.void(&who, number, clock, reason).await
}

#[server(endpoint = "tickets/agree")]
pub async fn agree_to_ticket(number: i64, version: i64, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.agree(&who, number, version, reason).await
}
