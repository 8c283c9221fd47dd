//! What a ticket keeps of the day it is logged.

use domain::level::{Hours, LevelTerms, TicketTerms};
use sea_orm::{ConnectionTrait, DbErr};

use crate::store::{
    calendars::{self, TermsRef},
    contracts::StoredContract,
    levels, price_lists,
    values::unreadable,
};

/// What a level promises on this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// For the ticket to keep.
    pub terms: TicketTerms,
    /// What its response clock counts by; None: no response is promised.
    pub clock: Option<TermsRef>,
}

/// What new tickets under a contract are promised; None: its level is gone.
pub async fn promise_under(db: &impl ConnectionTrait, contract: &StoredContract) -> Result<Option<Promise>, DbErr> {
    let Some(level) = levels::find(db, contract.agreed.level).await? else { return Ok(None) };
    let response = contract.contract.response_level();
    let mut terms = level.terms;
    if response != terms.level
        && let Some(other) = levels::find_by_cover(db, response).await?
    {
        terms.response = other.terms.response;
    }
    promise(db, terms).await.map(Some)
}

/// `level` with the calendar and the price list that are in force now.
pub async fn promise(db: &impl ConnectionTrait, level: LevelTerms) -> Result<Promise, DbErr> {
    let in_force = calendars::in_force(db).await?;
    let prices = price_lists::latest(db).await?;
    let version = match level.response.as_ref().map(|target| &target.hours) {
        Some(Hours::Inside(key)) => {
            let missing = || unreadable("level_version.target_hours", format!("there is no calendar {key}"));
            Some(in_force.versions.get(key).copied().ok_or_else(missing)?)
        }
        _ => None,
    };
    let target = level.response.as_ref();
    let clock = target.map(|target| TermsRef { calendar: version.map(|(id, _)| id), target_s: target.target_s });
    let terms = TicketTerms {
        calendar_version: version.map(|(_, number)| number),
        price_list_version: prices.map_or(1, |list| list.version),
        level,
    };
    Ok(Promise { terms, clock })
}
