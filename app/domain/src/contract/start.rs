//! What must be true before a contract covers anything: the location, the inspection. Source: `rules` sections 4 and 6.

use serde::{Deserialize, Serialize};

use super::{Contract, ContractTerms, Equipment};
use crate::{
    access::Role,
    cover::CoverLevel,
    id::{EquipmentId, SiteId, UserId},
    probe::FieldError,
    time::Timestamp,
};

/// A supervisor said that an engineer can be at the site within the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationApproval {
    pub site: SiteId,
    pub by: UserId,
    pub at: Timestamp,
}

/// The chargeable inspection of equipment that is out of warranty or not ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inspection {
    NotNeeded,
    Pending {
        /// The pieces to look at.
        because: Vec<EquipmentId>,
    },
    /// Done, or waived: the note says which.
    Settled {
        at: Timestamp,
        by: UserId,
        note: String,
    },
}

impl Inspection {
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }

    /// What a contract from its first day on needs for the pieces it lists.
    fn of(terms: &ContractTerms, equipment: &[Equipment]) -> Self {
        // Without a contract, and by incident, nothing is taken on.
        if matches!(terms.level, CoverLevel::None | CoverLevel::CatS) {
            return Self::NotNeeded;
        }
        let needed = |one: &&Equipment| terms.lists(one) && one.needs_inspection(terms.starts_on);
        let because: Vec<_> = equipment.iter().filter(needed).map(|one| one.id).collect();
        if because.is_empty() { Self::NotNeeded } else { Self::Pending { because } }
    }
}

impl LocationApproval {
    /// The approval, if `role` may give one.
    pub fn give(site: SiteId, by: UserId, role: Role, at: Timestamp) -> Result<Self, FieldError> {
        match role {
            Role::Supervisor | Role::Administrator => Ok(Self { site, by, at }),
            _ => Err(FieldError::new("location", "must be approved by a supervisor or an administrator")),
        }
    }
}

impl ContractTerms {
    /// Whether `equipment` is among what is covered; not if it turned out that it may not be.
    pub fn lists(&self, equipment: &Equipment) -> bool {
        equipment.may_be_listed() && self.covered.iter().any(|listed| listed.names(equipment))
    }
}

impl Contract {
    /// This contract in force from now on, or why it cannot be. `equipment` is all of the customer's.
    ///
    /// Pieces that need an inspection put it in "pending inspection" rather than stop it. An inspection that is settled
    /// stays so.
    pub fn activate(&self, equipment: &[Equipment], at: Timestamp) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        if self.activated_at.is_some() {
            wrong.push(FieldError::new("activated_at", "is active already"));
        }
        if !self.location_approved() {
            wrong
                .push(FieldError::new("location", "must be approved by a supervisor before a Cat4 contract is active"));
        }
        if self.terms.ends_at().is_some_and(|end| end <= at) {
            wrong.push(FieldError::new("ends_on", "must not be past"));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let inspection = match &self.inspection {
            settled @ Inspection::Settled { .. } => settled.clone(),
            _ => Inspection::of(&self.terms, equipment),
        };
        Ok(Self { activated_at: Some(at), inspection, ..self.clone() })
    }

    /// Whether engineers may be promised there: only Cat4 promises any, and its approval is for one site.
    pub(super) fn location_approved(&self) -> bool {
        let approved = self.location.as_ref().map(|approval| approval.site);
        self.terms.level != CoverLevel::Cat4 || (approved.is_some() && approved == self.terms.site)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        calendar::samples::at,
        contract::{
            EquipmentClass, Supply,
            samples::{SITE, active, draft, pbx, piece},
        },
    };

    const NOW: &str = "2026-03-01T00:00:00Z";

    fn drafted(level: CoverLevel) -> Contract {
        Contract { activated_at: None, location: None, ..active(&draft(level)) }
    }

    /// Fields of what stops an activation.
    fn check(contract: &Contract, instant: &str, fields: &[&str]) {
        let wrong = contract.activate(&[pbx()], at(instant)).err().unwrap_or_default();
        assert_eq!(wrong.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), fields, "{wrong:?}");
    }

    #[test]
    fn a_cat4_contract_waits_for_its_location() {
        let by = UserId(uuid::Uuid::from_u128(3));
        let approval = LocationApproval::give(SITE, by, Role::Supervisor, at(NOW)).unwrap();
        let mut contract = drafted(CoverLevel::Cat4);
        check(&contract, NOW, &["location"]);
        contract.location = Some(LocationApproval { site: SiteId(uuid::Uuid::from_u128(999)), ..approval.clone() });
        check(&contract, NOW, &["location"]);
        contract.location = Some(approval);
        check(&contract, NOW, &[]);
        check(&drafted(CoverLevel::Cat2), NOW, &[]);
        let refused = LocationApproval::give(SITE, by, Role::Engineer, at(NOW)).unwrap_err();
        assert_eq!(refused.field, "location");
    }

    #[test]
    fn a_contract_is_activated_once_and_before_its_end() {
        let contract = drafted(CoverLevel::Cat1);
        let activated = contract.activate(&[pbx()], at(NOW)).unwrap();
        assert_eq!(activated.activated_at, Some(at(NOW)));
        check(&activated, NOW, &["activated_at"]);
        let mut ended = contract;
        ended.terms.ends_on = Some(date(2026, 5, 31));
        check(&ended, "2026-05-31T22:59:59Z", &[]);
        check(&ended, "2026-05-31T23:00:00Z", &["ends_on"]);
    }

    #[test]
    fn old_and_foreign_pieces_need_an_inspection() {
        let because =
            |equipment: &[Equipment], level| match drafted(level).activate(equipment, at(NOW)).unwrap().inspection {
                Inspection::Pending { because } => because,
                Inspection::NotNeeded => Vec::new(),
                Inspection::Settled { .. } => panic!("nobody settled it"),
            };
        let with = |supply, warranty_ends_on| Equipment { supply, warranty_ends_on, ..pbx() };
        let (in_warranty, day_before) = (Some(date(2026, 4, 1)), Some(date(2026, 3, 31)));
        let cat1 = CoverLevel::Cat1;
        assert_eq!(because(&[with(Supply::ByUs, in_warranty)], cat1), []);
        assert_eq!(because(&[with(Supply::ByUs, day_before)], cat1), [pbx().id]);
        assert_eq!(because(&[with(Supply::ByUs, None)], cat1), [pbx().id]);
        assert_eq!(because(&[with(Supply::ByOthers, in_warranty)], cat1), [pbx().id]);
        assert_eq!(because(&[with(Supply::ByOthers, None)], CoverLevel::CatS), []);
        let unlisted = piece(77, EquipmentClass::Handset);
        assert_eq!(because(&[Equipment { supply: Supply::ByOthers, ..unlisted }], cat1), []);
    }

    #[test]
    fn a_settled_inspection_is_not_asked_for_again() {
        let (by, note) = (UserId(uuid::Uuid::from_u128(3)), "waived: seen last week".to_owned());
        let settled = Inspection::Settled { at: at(NOW), by, note };
        let contract = Contract { inspection: settled.clone(), ..drafted(CoverLevel::Cat1) };
        let foreign = Equipment { supply: Supply::ByOthers, ..pbx() };
        assert_eq!(contract.activate(&[foreign], at(NOW)).unwrap().inspection, settled);
    }
}
