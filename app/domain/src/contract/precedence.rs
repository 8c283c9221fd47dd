//! Which of a customer's contracts is asked first. A customer may have several: the included month beside a paid one,
//! Cat4 for one site and Cat1 for all.

use super::{Contract, ContractState};
use crate::{cover::CoverLevel, id::SiteId, time::Timestamp};

/// The greater goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Precedence {
    standing: u8,
    /// A contract for one site before one for all.
    for_one_site: bool,
    level: CoverLevel,
    begins_at: Timestamp,
}

impl Contract {
    /// Whether it is about `site`: one without a site is about all of them.
    pub fn concerns(&self, site: Option<SiteId>) -> bool {
        self.terms.site.is_none() || self.terms.site == site
    }

    /// In force before pending, and both before one that ended, whose end is a better answer than one that will begin.
    pub fn precedence(&self, at: Timestamp) -> Precedence {
        let standing = match self.state_at(at) {
            ContractState::Draft => 0,
            ContractState::NotBegun => 1,
            ContractState::Ended => 2,
            ContractState::PendingInspection => 3,
            ContractState::Active => 4,
        };
        let for_one_site = self.terms.site.is_some();
        Precedence { standing, for_one_site, level: self.terms.level, begins_at: self.terms.begins_at() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::samples::at,
        contract::{
            Inspection,
            samples::{SITE, active, draft},
        },
    };

    const NOW: &str = "2026-06-01T00:00:00Z";

    fn contract(level: CoverLevel, starts_on: &str, ends_on: Option<&str>, site: Option<SiteId>) -> Contract {
        let mut draft = draft(level);
        (draft.starts_on, draft.ends_on) = (starts_on.to_owned(), ends_on.map(str::to_owned));
        let mut contract = active(&draft);
        contract.terms.site = site;
        contract
    }

    fn goes_before(first: &Contract, second: &Contract) {
        assert!(second.precedence(at(NOW)) < first.precedence(at(NOW)), "{first:?} before {second:?}");
    }

    #[test]
    fn what_is_in_force_goes_before_what_is_not() {
        let active = contract(CoverLevel::Cat1, "2026-04-01", None, None);
        let pending = Contract { inspection: Inspection::Pending { because: Vec::new() }, ..active.clone() };
        let ended = contract(CoverLevel::Cat4, "2025-04-01", Some("2026-03-31"), Some(SITE));
        let later = contract(CoverLevel::Cat4, "2026-07-01", None, Some(SITE));
        let draft = Contract { activated_at: None, ..active.clone() };
        for pair in [active, pending, ended, later, draft].windows(2) {
            goes_before(&pair[0], &pair[1]);
        }
    }

    #[test]
    fn of_those_in_force_the_nearest_and_then_the_higher_goes_first() {
        let (cat1, cat2) = (CoverLevel::Cat1, CoverLevel::Cat2);
        goes_before(&contract(cat1, "2026-04-01", None, Some(SITE)), &contract(cat2, "2026-04-01", None, None));
        goes_before(&contract(cat2, "2026-04-01", None, None), &contract(cat1, "2026-05-01", None, None));
        goes_before(&contract(cat1, "2026-05-01", None, None), &contract(cat1, "2026-04-01", None, None));
    }

    #[test]
    fn a_contract_without_a_site_is_about_all_of_them() {
        let (all, one) = (contract(CoverLevel::Cat1, "2026-04-01", None, None), active(&draft(CoverLevel::Cat4)));
        let other = SiteId(uuid::Uuid::from_u128(999));
        assert!(all.concerns(Some(SITE)) && all.concerns(None));
        assert!(one.concerns(Some(SITE)) && !one.concerns(Some(other)) && !one.concerns(None));
    }
}
