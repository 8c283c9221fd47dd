//! What a customer bought, from draft to end. Source: contract page; `rules` sections 1, 5, 6, 8 and 11.
//!
//! A contract is what people agreed and did; how it stands at an instant follows from that and is never stored.

mod change;
mod decision;
// Reads zones by name, and the browser has no zone data.
#[cfg(not(target_arch = "wasm32"))]
mod draft;
mod earlier;
mod equipment;
mod precedence;
#[cfg(test)]
mod samples;
mod start;
mod term;
mod trouble;
mod words;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use decision::{CoverDecision, CoverQuestion, IncidentStanding, NotCovered, Offer, Prices};
#[cfg(not(target_arch = "wasm32"))]
pub use draft::ContractDraft;
pub use earlier::Earlier;
pub use equipment::{Equipment, EquipmentClass, Listed, Supply};
pub use precedence::Precedence;
pub use start::{Inspection, LocationApproval};
pub use term::{NOTICE_DAYS, NOTICE_MIN, Term, TermNotice, TermNoticeKind};
pub use trouble::Trouble;

use crate::{
    calendar::Zone,
    cover::CoverLevel,
    id::{ContractId, SiteId},
    time::Timestamp,
};

/// A contract and what has happened to it.
#[derive(Debug, Clone)]
pub struct Contract {
    pub id: ContractId,
    pub terms: ContractTerms,
    /// Cat4 only: that an engineer can be there in time.
    pub location: Option<LocationApproval>,
    /// When staff put it in force; None: a draft.
    pub activated_at: Option<Timestamp>,
    pub inspection: Inspection,
    /// The customer's other contracts that cover something, for what was covered before without a gap.
    pub earlier: Vec<Earlier>,
}

/// What was agreed; from `ContractDraft`, which says what is wrong with it.
#[derive(Debug, Clone)]
pub struct ContractTerms {
    pub kind: ContractKind,
    /// A custom level's own terms are the level row's.
    pub level: CoverLevel,
    pub site: Option<SiteId>,
    pub ports: u32,
    pub covered: Vec<Listed>,
    pub access: Access,
    /// In which its days begin and end.
    pub zone: Zone,
    pub starts_on: Date,
    /// The last day of the first year, or of what was agreed instead of a year.
    pub first_term_ends_on: Date,
    /// The last day of all; None: it renews year by year.
    pub ends_on: Option<Date>,
    pub cat4_response: Cat4Response,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractKind {
    Paid,
    /// The month of Cat1 that comes with an installation at no charge.
    IncludedMonth,
}

/// Whose response target a Cat4 contract has. The contract page is silent, so it is a setting of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cat4Response {
    /// 8 working hours.
    AsCat1,
    /// "At least Cat2": 4 hours of its cover.
    AsCat2,
}

/// How staff get in: a condition of support. Source: contract page, "direct IP access".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    pub mode: AccessMode,
    pub paths: Vec<AccessPath>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessMode {
    /// Always open to our published addresses; tested by probe.
    Standing,
    /// Given when an issue needs it; the wait does not count.
    OnRequest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessPath {
    Ssh,
    Http,
    Mitel,
    Other,
}

/// How a contract stands at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractState {
    Draft,
    /// In force on paper; nothing is covered before the chargeable inspection is done.
    PendingInspection,
    /// Agreed, and its first day has not come.
    NotBegun,
    Active,
    Ended,
}

impl ContractState {
    pub const ALL: [Self; 5] = [Self::Draft, Self::PendingInspection, Self::NotBegun, Self::Active, Self::Ended];

    /// The stored and scripted word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::PendingInspection => "pending_inspection",
            Self::NotBegun => "not_begun",
            Self::Active => "active",
            Self::Ended => "ended",
        }
    }

    /// The word on screens.
    pub fn label(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::PendingInspection => "Waiting for inspection",
            Self::NotBegun => "Begins later",
            Self::Active => "Active",
            Self::Ended => "Ended",
        }
    }
}

/// A contract's number as people see it: "C-0204".
pub fn number_words(number: i64) -> String {
    format!("C-{number:04}")
}

impl Contract {
    pub fn state_at(&self, at: Timestamp) -> ContractState {
        let ended = self.terms.ends_at().is_some_and(|end| end <= at);
        match () {
            // A site that moved after the approval needs a new one.
            () if self.activated_at.is_none() || !self.location_approved() => ContractState::Draft,
            () if ended => ContractState::Ended,
            () if self.inspection.is_pending() => ContractState::PendingInspection,
            () if at < self.terms.begins_at() => ContractState::NotBegun,
            () => ContractState::Active,
        }
    }

    /// Whose target starts this contract's response clocks.
    pub fn response_level(&self) -> CoverLevel {
        match (self.terms.level, self.terms.cat4_response) {
            (CoverLevel::Cat4, Cat4Response::AsCat2) => CoverLevel::Cat2,
            (level, _) => level,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::samples::at,
        contract::samples::{active, draft},
        id::UserId,
    };

    fn check(contract: &Contract, states: &[(&str, ContractState)]) {
        for (instant, state) in states {
            assert_eq!(contract.state_at(at(instant)), *state, "{instant}");
        }
    }

    #[test]
    fn a_contract_begins_and_ends_at_midnight_of_its_zone() {
        let mut draft = draft(CoverLevel::Cat2);
        draft.ends_on = Some("2027-03-31".to_owned());
        let contract = active(&draft);
        check(
            &contract,
            &[
                ("2026-03-31T22:59:59Z", ContractState::NotBegun),
                ("2026-03-31T23:00:00Z", ContractState::Active),
                ("2027-03-31T22:59:59Z", ContractState::Active),
                ("2027-03-31T23:00:00Z", ContractState::Ended),
            ],
        );
    }

    #[test]
    fn a_contract_without_an_end_renews() {
        check(&active(&draft(CoverLevel::Cat1)), &[("2035-01-01T00:00:00Z", ContractState::Active)]);
    }

    #[test]
    fn a_draft_stays_a_draft() {
        let contract = Contract { activated_at: None, ..active(&draft(CoverLevel::Cat1)) };
        check(&contract, &[("2026-06-01T00:00:00Z", ContractState::Draft)]);
    }

    #[test]
    fn a_pending_inspection_is_shown_until_it_is_settled() {
        let pending = Inspection::Pending { because: Vec::new() };
        let mut contract = Contract { inspection: pending, ..active(&draft(CoverLevel::Cat1)) };
        check(&contract, &[("2026-06-01T00:00:00Z", ContractState::PendingInspection)]);
        let by = UserId(uuid::Uuid::from_u128(1));
        contract.inspection = Inspection::Settled { at: at("2026-05-01T00:00:00Z"), by, note: String::new() };
        check(&contract, &[("2026-06-01T00:00:00Z", ContractState::Active)]);
    }

    #[test]
    fn a_cat4_contract_whose_site_is_not_approved_is_a_draft() {
        let mut contract = active(&draft(CoverLevel::Cat4));
        check(&contract, &[("2026-06-01T00:00:00Z", ContractState::Active)]);
        contract.terms.site = Some(SiteId(uuid::Uuid::from_u128(999)));
        check(&contract, &[("2026-06-01T00:00:00Z", ContractState::Draft)]);
    }

    #[test]
    fn a_cat4_contract_may_have_the_target_of_cat2() {
        let mut contract = active(&draft(CoverLevel::Cat4));
        assert_eq!(contract.response_level(), CoverLevel::Cat4);
        contract.terms.cat4_response = Cat4Response::AsCat2;
        assert_eq!(contract.response_level(), CoverLevel::Cat2);
        contract.terms.level = CoverLevel::Cat1;
        assert_eq!(contract.response_level(), CoverLevel::Cat1);
    }
}
