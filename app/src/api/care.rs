//! What becomes of a ticket: who has it, what it waits for, how it is sorted, merged and split, how the customer found it.

mod wire;

use domain::ticket::Move;
use leptos::prelude::*;

use super::error::ApiError;

pub use wire::*;

/// Acts on one ticket by its number. `version` is the one that the form was made for: a stale one is refused.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait CareDesk: Send + Sync {
    /// `to` is an account's id, `me`, or empty for nobody.
    async fn assign(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        to: String,
    ) -> Result<(), ApiError>;
    /// Subject, kind, priority and queue.
    async fn sort(&self, who: &super::principal::Principal, number: i64, input: SortInput) -> Result<(), ApiError>;
    /// Replaces all tags.
    async fn tag(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        tags: String,
    ) -> Result<(), ApiError>;
    /// Who asks is told of every message, or no longer.
    async fn watch(&self, who: &super::principal::Principal, number: i64, watching: bool) -> Result<(), ApiError>;
    /// Puts it aside until a local time of the customer's zone; empty brings it back.
    async fn snooze(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        until: String,
    ) -> Result<(), ApiError>;
    async fn link(&self, who: &super::principal::Principal, number: i64, other: String) -> Result<(), ApiError>;
    async fn unlink(&self, who: &super::principal::Principal, number: i64, other: i64) -> Result<(), ApiError>;
    /// Declines a change request and mails the reason.
    async fn decline(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        reason: String,
    ) -> Result<(), ApiError>;
    /// What merging into `into` would do; changes nothing.
    async fn merge_preview(
        &self,
        who: &super::principal::Principal,
        number: i64,
        into: String,
    ) -> Result<MergePreview, ApiError>;
    /// Ends this ticket and goes on in another of the same customer. Answers the other's number.
    async fn merge(
        &self,
        who: &super::principal::Principal,
        number: i64,
        version: i64,
        into: String,
    ) -> Result<i64, ApiError>;
    /// Opens a new ticket with some of the customer's messages. Answers its number.
    async fn split(&self, who: &super::principal::Principal, number: i64, input: SplitInput) -> Result<i64, ApiError>;
    /// Takes a reply back that is still held.
    async fn take_back(&self, who: &super::principal::Principal, number: i64, key: String) -> Result<(), ApiError>;
    /// The customer says how it was.
    async fn rate(&self, who: &super::principal::Principal, number: i64, input: RateInput) -> Result<(), ApiError>;
    /// What the link of a closing mail asks; changes nothing.
    async fn rate_link(&self, token: &str) -> Result<RateLink, ApiError>;
    async fn rate_by_link(&self, token: &str, input: RateInput) -> Result<RateLink, ApiError>;
    /// Says that who asks reads the ticket, or types a reply, and answers who else does.
    async fn here(&self, who: &super::principal::Principal, number: i64, typing: bool) -> Result<Vec<Here>, ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn CareDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn CareDesk>()?))
}

#[server(endpoint = "tickets/assign")]
pub async fn assign_ticket(number: i64, version: i64, #[server(default)] to: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.assign(&who, number, version, to).await
}

#[server(endpoint = "tickets/sort")]
pub async fn sort_ticket(number: i64, #[server(default)] input: SortInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.sort(&who, number, input).await
}

#[server(endpoint = "tickets/tag")]
pub async fn tag_ticket(number: i64, version: i64, #[server(default)] tags: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.tag(&who, number, version, tags).await
}

/// `watching` is `yes` or `no`.
#[server(endpoint = "tickets/watch")]
pub async fn watch_ticket(number: i64, watching: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.watch(&who, number, watching == "yes").await
}

#[server(endpoint = "tickets/snooze")]
pub async fn snooze_ticket(number: i64, version: i64, #[server(default)] until: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.snooze(&who, number, version, until).await
}

#[server(endpoint = "tickets/link")]
pub async fn link_ticket(number: i64, #[server(default)] other: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.link(&who, number, other).await
}

#[server(endpoint = "tickets/unlink")]
pub async fn unlink_ticket(number: i64, other: i64) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.unlink(&who, number, other).await
}

#[server(endpoint = "tickets/decline-change")]
pub async fn decline_change(number: i64, version: i64, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.decline(&who, number, version, reason).await
}

#[server(endpoint = "tickets/merge-preview", input = server_fn::codec::GetUrl)]
pub async fn preview_merge(number: i64, into: String) -> Result<MergePreview, ApiError> {
    let (who, desk) = desk()?;
    desk.merge_preview(&who, number, into).await
}

/// Merges and goes to the ticket that goes on.
#[server(endpoint = "tickets/merge")]
pub async fn merge_ticket(number: i64, version: i64, #[server(default)] into: String) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    let to = desk.merge(&who, number, version, into).await?;
    leptos_axum::redirect(&format!("/t/{to}"));
    Ok(to)
}

/// Splits and goes to the new ticket.
#[server(endpoint = "tickets/split")]
pub async fn split_ticket(number: i64, #[server(default)] split: SplitInput) -> Result<i64, ApiError> {
    let (who, desk) = desk()?;
    let to = desk.split(&who, number, split).await?;
    leptos_axum::redirect(&format!("/t/{to}"));
    Ok(to)
}

#[server(endpoint = "tickets/take-back")]
pub async fn take_back_reply(number: i64, key: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.take_back(&who, number, key).await
}

#[server(endpoint = "tickets/rate")]
pub async fn rate_ticket(number: i64, #[server(default)] input: RateInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.rate(&who, number, input).await
}

/// For the page behind a closing mail's link; needs no sign-in, the token is the proof.
#[server(endpoint = "tickets/rate-link", input = server_fn::codec::GetUrl)]
pub async fn load_rate_link(token: String) -> Result<RateLink, ApiError> {
    super::principal::desk::<dyn CareDesk>()?.rate_link(&token).await
}

#[server(endpoint = "tickets/rate-by-link")]
pub async fn rate_by_link(token: String, #[server(default)] input: RateInput) -> Result<RateLink, ApiError> {
    super::principal::desk::<dyn CareDesk>()?.rate_by_link(&token, input).await
}

/// `typing` is `yes` or `no`.
#[server(endpoint = "tickets/here")]
pub async fn tell_here(number: i64, #[server(default)] typing: String) -> Result<Vec<Here>, ApiError> {
    let (who, desk) = desk()?;
    desk.here(&who, number, typing == "yes").await
}

/// A move as a button says it.
pub fn move_words(wanted: Move) -> &'static str {
    match wanted {
        Move::Accept => "Accept it",
        Move::Decline => "Decline it",
        Move::WaitForCustomer => "Wait for the customer",
        Move::WaitForMaker => "Wait for the manufacturer",
        Move::GoOn => "Go on with it",
        Move::Close | Move::CloseUnanswered => "Close the ticket",
        Move::Reopen => "Open it again",
        Move::MergeAway => "Merge into another ticket",
    }
}
