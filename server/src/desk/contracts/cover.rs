//! What a customer reads about their own cover: everybody the level and what it means, managers the contracts too.

use app::api::{
    contracts::{ContractDetails, CoverPage},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::Permission,
    contract::{AccessMode, ContractState, Equipment},
    cover::CoverLevel,
    level::{LevelTerms, Replacement},
    observation::Status,
    time::Timestamp,
};

use super::{Desk, Names, customer_of, page, words};
use crate::{
    desk::{internal, prices::guide},
    store::{
        access, calendars,
        contracts::{self, StoredContract},
        equipment::{self, Piece},
        levels,
    },
};

impl Desk {
    pub(super) async fn load_cover(&self, who: &Principal) -> Result<CoverPage, ApiError> {
        // Staff have no cover of their own: they look at contracts.
        let own = who.customer.filter(|_| !who.role.is_staff()).ok_or(ApiError::NotFound)?;
        let (db, now) = (self.db.read(), self.clock.now());
        let customer = customer_of(db, who, own).await?;
        let mut all = contracts::of_customer(db, who.scope(), own).await.map_err(internal)?;
        all.sort_by_cached_key(|one| std::cmp::Reverse(one.contract.precedence(now)));
        let shown =
            |one: &StoredContract| !matches!(one.contract.state_at(now), ContractState::Draft | ContractState::Ended);
        all.retain(shown);
        let first = all.first();
        let level = match first {
            Some(first) => levels::find(db, first.agreed.level).await,
            None => levels::find_by_cover(db, CoverLevel::None).await,
        };
        let level = level.map_err(internal)?.ok_or(ApiError::NotFound)?.terms;
        let response = first.map_or(level.level, |first| first.contract.response_level());
        let response = levels::find_by_cover(db, response).await.map_err(internal)?;
        let response = response.map_or_else(|| level.clone(), |response| response.terms);
        let calendars = calendars::latest(db).await.map_err(internal)?;
        let mut shown = Vec::new();
        let mut pieces = Vec::new();
        if who.role.may(Permission::SeeContracts) {
            let names = Names::load(db, std::slice::from_ref(&customer)).await?;
            pieces = equipment::of_customer(db, who.scope(), own).await.map_err(internal)?;
            for stored in &all {
                shown.push(for_customer(page::details(db, &names, stored, &pieces, now).await?));
            }
        }
        let (tested, on_request) = match first {
            Some(first) => (
                tested(&access::of_contract(db, first.contract.id).await.map_err(internal)?),
                first.contract.terms.access.mode == AccessMode::OnRequest,
            ),
            None => (None, false),
        };
        Ok(CoverPage {
            now,
            level: level.level,
            phone: self.support.phone_for(level.level).to_owned(),
            has_contract: first.is_some(),
            contracts: shown,
            not_covered: not_covered(&all, &pieces, now),
            access: tested.filter(|_| !on_request),
            on_request,
            guide: guide(db).await?,
            promises: promises(&level, &response, &calendars),
            level_name: level.name,
        })
    }
}

/// Addresses and what a probe said are for staff.
fn for_customer(mut details: ContractDetails) -> ContractDetails {
    for target in &mut details.access.targets {
        target.address.clear();
        target.detail.clear();
    }
    details.row.troubles.clear();
    details
}

/// Whether all ways in worked at their last test, and the earliest of those; None while one was never tested.
fn tested(targets: &[access::AccessTarget]) -> Option<(bool, Timestamp)> {
    let last: Option<Vec<_>> = targets.iter().map(|target| target.last.as_ref()).collect();
    let last = last?;
    let at = last.iter().map(|test| test.at).min()?;
    // A fault of our own says nothing about theirs.
    Some((last.iter().all(|test| matches!(test.status, Status::Ok | Status::Warning | Status::Unknown)), at))
}

/// Names of pieces that no contract in force lists.
fn not_covered(contracts: &[StoredContract], pieces: &[Piece], now: Timestamp) -> Vec<String> {
    let in_force: Vec<_> = contracts.iter().filter(|one| one.contract.state_at(now) == ContractState::Active).collect();
    let listed = |piece: &Equipment| in_force.iter().any(|one| one.contract.terms.lists(piece));
    pieces.iter().filter(|piece| !listed(&piece.equipment)).map(|piece| piece.name.clone()).collect()
}

/// "We aim to", never more.
fn promises(level: &LevelTerms, response: &LevelTerms, calendars: &[calendars::CalendarVersion]) -> Vec<String> {
    let mut said = vec!["We watch your systems day and night and email you when one fails.".to_owned()];
    if let Some(target) = &response.response {
        let (length, hours) = (words::length(target.target_s), words::hours(&target.hours, calendars));
        said.push(format!("We aim to respond to a ticket within {length}, counted {hours}."));
    }
    match level.level {
        CoverLevel::None => said.push("You can send equipment back to us for repair.".to_owned()),
        CoverLevel::CatS => said.push("We help with one problem at a time; we may decline an incident.".to_owned()),
        _ => {}
    }
    if let Some(paging) = &level.paging {
        said.push(format!("Our staff are told of a fault: {}.", words::hours(paging, calendars)));
    }
    match level.replacement {
        Replacement::ReturnToBase => {}
        Replacement::NextWorkingDayCourier => {
            said.push("We send replacement equipment by courier for the next working day.".to_owned());
        }
        Replacement::OnSite => said.push(
            "We aim to bring replacement equipment within 24 hours of finding that a visit is needed.".to_owned(),
        ),
    }
    said
}
