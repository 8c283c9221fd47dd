//! What was covered before, without a gap: a fault of that time is not pre-existing. Source: `rules` section 6.
//!
//! An upgrade ends one contract and begins another the day after, and a paid contract follows the included month.

use super::{Contract, ContractTerms, Equipment, Listed};
use crate::{cover::CoverLevel, id::SiteId, time::Timestamp};

/// Another contract of the same customer that was or will be in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earlier {
    pub site: Option<SiteId>,
    pub begins_at: Timestamp,
    /// None: it renews.
    pub ends_at: Option<Timestamp>,
    pub covered: Vec<Listed>,
}

impl Earlier {
    /// Of a contract that was put in force on a level that covers equipment; None for any other.
    pub fn of(contract: &Contract) -> Option<Self> {
        let ContractTerms { level, site, covered, .. } = &contract.terms;
        let covers = !matches!(level, CoverLevel::None | CoverLevel::CatS);
        let in_force = contract.activated_at.is_some() && !contract.inspection.is_pending();
        (covers && in_force && contract.location_approved()).then(|| Self {
            site: *site,
            begins_at: contract.terms.begins_at(),
            ends_at: contract.terms.ends_at(),
            covered: covered.clone(),
        })
    }

    /// Whether it covered `equipment` at the site of `contract` up to `since` and began before.
    fn leads_to(&self, since: Timestamp, contract: &ContractTerms, equipment: &Equipment) -> bool {
        let same_place = self.site.is_none() || self.site == contract.site;
        let listed = self.covered.iter().any(|listed| listed.names(equipment));
        same_place && listed && self.begins_at < since && self.ends_at.is_none_or(|end| since <= end)
    }
}

impl Contract {
    /// Since when `equipment` has been covered without a gap: the first midnight of this contract, or of the first of
    /// those that followed each other up to it and listed the same piece.
    pub fn covers_since(&self, equipment: &Equipment) -> Timestamp {
        let mut since = self.terms.begins_at();
        // Each step goes to an earlier beginning, of which there are only so many.
        while let Some(before) = self.earlier.iter().find(|earlier| earlier.leads_to(since, &self.terms, equipment)) {
            since = before.begins_at;
        }
        since
    }

    /// Whether another contract goes on where this one ends, so that its end takes no cover away.
    pub fn is_followed(&self) -> bool {
        let Some(end) = self.terms.ends_at() else { return false };
        self.earlier.iter().any(|other| {
            let same_place = other.site.is_none() || other.site == self.terms.site;
            same_place && other.begins_at <= end && other.ends_at.is_none_or(|other_end| end < other_end)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calendar::samples::at,
        contract::{
            CoverDecision, CoverQuestion, EquipmentClass, IncidentStanding, Inspection, NotCovered, Prices,
            samples::{SITE, active, draft, pbx, piece},
        },
    };

    /// Cat1 for phone systems from 1 January to the last of March, everywhere.
    fn before(edit: impl FnOnce(&mut Contract)) -> Earlier {
        let mut draft = draft(CoverLevel::Cat1);
        (draft.starts_on, draft.ends_on) = ("2026-01-01".to_owned(), Some("2026-03-31".to_owned()));
        let mut contract = active(&draft);
        contract.terms.site = None;
        edit(&mut contract);
        Earlier::of(&contract).unwrap()
    }

    /// Cat4 for one site from 1 April on, after `earlier`.
    fn upgraded(earlier: Vec<Earlier>) -> Contract {
        Contract { earlier, ..active(&draft(CoverLevel::Cat4)) }
    }

    fn check(earlier: Vec<Earlier>, equipment: &Equipment, since: &str) {
        assert_eq!(upgraded(earlier.clone()).covers_since(equipment), at(since), "{earlier:?}");
    }

    const APRIL: &str = "2026-03-31T23:00:00Z";
    const JANUARY: &str = "2026-01-01T00:00:00Z";

    #[test]
    fn cover_goes_back_over_contracts_without_a_gap() {
        let pbx = pbx();
        check(Vec::new(), &pbx, APRIL);
        check(vec![before(|_| {})], &pbx, JANUARY);
        let december = before(|contract| {
            contract.terms.starts_on = jiff::civil::date(2025, 12, 1);
            contract.terms.ends_on = Some(jiff::civil::date(2025, 12, 31));
        });
        check(vec![before(|_| {}), december.clone()], &pbx, "2025-12-01T00:00:00Z");
        check(vec![december], &pbx, APRIL);
    }

    #[test]
    fn a_gap_another_site_or_another_piece_begins_anew() {
        let pbx = pbx();
        check(vec![before(|one| one.terms.ends_on = Some(jiff::civil::date(2026, 3, 30)))], &pbx, APRIL);
        check(vec![before(|one| one.terms.site = Some(SiteId(uuid::Uuid::from_u128(9))))], &pbx, APRIL);
        check(vec![before(|one| one.terms.site = Some(SITE))], &pbx, JANUARY);
        check(vec![before(|_| {})], &piece(7, EquipmentClass::Network), APRIL);
    }

    #[test]
    fn an_end_that_another_contract_takes_over_takes_no_cover_away() {
        let ending = |last_on, earlier| {
            let mut contract = Contract { earlier, ..active(&draft(CoverLevel::Cat1)) };
            contract.terms.ends_on = last_on;
            contract
        };
        let last_on = Some(jiff::civil::date(2026, 6, 30));
        let next = |first_on: &str, site| {
            let mut draft = draft(CoverLevel::Cat2);
            draft.starts_on = first_on.to_owned();
            let mut contract = active(&draft);
            contract.terms.site = site;
            vec![Earlier::of(&contract).unwrap()]
        };
        assert!(ending(last_on, next("2026-07-01", None)).is_followed());
        assert!(!ending(last_on, next("2026-07-02", None)).is_followed(), "a day is missing");
        assert!(!ending(last_on, next("2026-07-01", Some(SiteId(uuid::Uuid::from_u128(9))))).is_followed());
        assert!(!ending(None, next("2026-07-01", None)).is_followed(), "it does not end");
        let mut no_longer = active(&draft(CoverLevel::Cat2));
        no_longer.terms.ends_on = last_on;
        let no_longer = vec![Earlier::of(&no_longer).unwrap()];
        assert!(!ending(last_on, no_longer).is_followed(), "it ends on the same day");
        assert!(!ending(last_on, Vec::new()).is_followed());
    }

    #[test]
    fn what_covered_nothing_does_not_count() {
        let of = |edit: fn(&mut Contract)| {
            let mut contract = active(&draft(CoverLevel::Cat1));
            edit(&mut contract);
            Earlier::of(&contract)
        };
        assert_eq!(of(|one| one.activated_at = None), None);
        assert_eq!(of(|one| one.terms.level = CoverLevel::CatS), None);
        assert_eq!(of(|one| one.inspection = Inspection::Pending { because: Vec::new() }), None);
        assert!(of(|_| {}).is_some());
    }

    #[test]
    fn a_fault_of_the_contract_before_is_not_pre_existing() {
        let (pbx, contract, alone) = (pbx(), upgraded(vec![before(|_| {})]), upgraded(Vec::new()));
        let decide = |contract: &Contract, first_seen: &str| {
            CoverQuestion {
                contract: Some(contract),
                equipment: Some(&pbx),
                first_seen_at: at(first_seen),
                agreed: false,
                incident: IncidentStanding::NotAccepted,
                training_unmet: None,
                at: at("2026-06-01T00:00:00Z"),
            }
            .decide(Prices::STANDARD)
        };
        let pre_existing =
            |decision| matches!(decision, CoverDecision::NotCovered { reason: NotCovered::PreExisting, .. });
        assert!(decide(&contract, "2026-02-01T00:00:00Z").is_covered());
        assert!(pre_existing(decide(&alone, "2026-02-01T00:00:00Z")));
        assert!(pre_existing(decide(&contract, "2025-12-31T23:59:59Z")));
    }
}
