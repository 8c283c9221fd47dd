//! The cover decision: whether a contract covers a fault, why not, and what is offered instead. Source: contract page;
//! `rules` sections 5, 6 and 10. Shown wherever work could begin.

mod words;

use serde::{Deserialize, Serialize};

use super::{Contract, ContractState, Equipment, EquipmentClass};
use crate::{
    cover::CoverLevel,
    incident::UNIT_PENCE,
    money::{Total, VatRate},
    time::Timestamp,
};

/// Everything the decision depends on.
#[derive(Debug, Clone, Copy)]
pub struct CoverQuestion<'a> {
    /// None: the customer has none.
    pub contract: Option<&'a Contract>,
    /// None: nobody knows which piece it is.
    pub equipment: Option<&'a Equipment>,
    /// The first bad observation, or when a person says that it began.
    pub first_seen_at: Timestamp,
    /// Staff agreed to take this pre-existing fault on.
    pub agreed: bool,
    /// On CatS only.
    pub incident: IncidentStanding,
    /// The topic of a course that was run and not attended, unless a supervisor waived it.
    pub training_unmet: Option<&'a str>,
    /// Now, or when the ticket was logged: what was covered then stays covered.
    pub at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentStanding {
    NotAccepted,
    Accepted,
    Declined,
}

/// What an offer costs, as the administrator has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// Net, for one CatS incident.
    pub incident_pence: u64,
    pub vat: VatRate,
}

impl Prices {
    /// The prices of the contract page.
    pub const STANDARD: Self = Self { incident_pence: UNIT_PENCE, vat: VatRate::STANDARD };
}

/// Stored with the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "cover", rename_all = "snake_case")]
pub enum CoverDecision {
    Covered,
    /// No clock starts.
    NotCovered {
        reason: NotCovered,
        /// The first is what happens if the customer says nothing.
        offers: Vec<Offer>,
    },
}

/// Why not. Where several are true the first of this list is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotCovered {
    NoContract,
    ContractEnded,
    /// A draft has not begun either.
    ContractNotBegun,
    PendingInspection,
    HandsetNotListed,
    EquipmentNotListed,
    PreExisting,
    IncidentDeclined,
    IncidentNotAccepted,
    /// The ticket is taken on "support conditional" and its clock starts with the attendance.
    TrainingUnmet {
        topic: String,
    },
}

/// What the customer can have instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offer {
    ReturnToBase,
    Incident {
        net_pence: u64,
        gross_pence: u64,
    },
    /// An exact quote for cover, or for taking this fault on.
    Quote,
    Inspection,
    Training,
}

impl CoverDecision {
    /// Not covered for this reason, with what is offered instead.
    pub fn not_covered(reason: NotCovered, prices: Prices) -> Self {
        let offers = reason.offers(prices);
        Self::NotCovered { reason, offers }
    }

    /// Whether the customer may order a CatS incident instead.
    pub fn offers_incident(&self) -> bool {
        match self {
            Self::Covered => false,
            Self::NotCovered { offers, .. } => offers.iter().any(|offer| matches!(offer, Offer::Incident { .. })),
        }
    }
}

impl CoverQuestion<'_> {
    pub fn decide(&self, prices: Prices) -> CoverDecision {
        match self.reason() {
            None => CoverDecision::Covered,
            Some(reason) => CoverDecision::not_covered(reason, prices),
        }
    }

    /// The decision about a question, a change, or a fault of which nobody has said yet which piece it is: the contract
    /// alone decides, and a piece that is named later is decided about again.
    pub fn decide_in_general(&self, prices: Prices) -> CoverDecision {
        match self.reason_in_general() {
            None => CoverDecision::Covered,
            Some(reason) => CoverDecision::not_covered(reason, prices),
        }
    }

    fn reason_in_general(&self) -> Option<NotCovered> {
        match self.reason()? {
            NotCovered::EquipmentNotListed | NotCovered::PreExisting => {
                self.training_unmet.map(|topic| NotCovered::TrainingUnmet { topic: topic.to_owned() })
            }
            other => Some(other),
        }
    }

    fn reason(&self) -> Option<NotCovered> {
        let Some(contract) = self.contract.filter(|contract| contract.terms.level != CoverLevel::None) else {
            return Some(NotCovered::NoContract);
        };
        match contract.state_at(self.at) {
            ContractState::Ended => Some(NotCovered::ContractEnded),
            ContractState::Draft | ContractState::NotBegun => Some(NotCovered::ContractNotBegun),
            ContractState::PendingInspection => Some(NotCovered::PendingInspection),
            ContractState::Active if contract.terms.level == CoverLevel::CatS => self.reason_on_cats(contract),
            ContractState::Active => self.reason_on_cover(contract),
        }
    }

    fn reason_on_cover(&self, contract: &Contract) -> Option<NotCovered> {
        let training = || self.training_unmet.map(|topic| NotCovered::TrainingUnmet { topic: topic.to_owned() });
        match () {
            () if self.is_unlisted_handset(contract) => Some(NotCovered::HandsetNotListed),
            () if !self.is_listed(contract) => Some(NotCovered::EquipmentNotListed),
            () if self.is_pre_existing(contract) && !self.agreed => Some(NotCovered::PreExisting),
            () => training(),
        }
    }

    /// An incident is one issue, taken on by itself: it may be about anything but unlisted handsets, and however old.
    fn reason_on_cats(&self, contract: &Contract) -> Option<NotCovered> {
        match self.incident {
            _ if self.is_unlisted_handset(contract) => Some(NotCovered::HandsetNotListed),
            IncidentStanding::Declined => Some(NotCovered::IncidentDeclined),
            IncidentStanding::NotAccepted => Some(NotCovered::IncidentNotAccepted),
            IncidentStanding::Accepted => None,
        }
    }

    fn is_listed(&self, contract: &Contract) -> bool {
        self.equipment.is_some_and(|equipment| contract.terms.lists(equipment))
    }

    fn is_pre_existing(&self, contract: &Contract) -> bool {
        self.equipment.is_some_and(|equipment| self.first_seen_at < contract.covers_since(equipment))
    }

    fn is_unlisted_handset(&self, contract: &Contract) -> bool {
        let handset = self.equipment.is_some_and(|equipment| equipment.class == EquipmentClass::Handset);
        handset && !self.is_listed(contract)
    }
}

impl NotCovered {
    fn offers(&self, Prices { incident_pence, vat }: Prices) -> Vec<Offer> {
        let Total { net_pence, gross_pence, .. } = Total::of(incident_pence, vat);
        let incident = Offer::Incident { net_pence, gross_pence };
        match self {
            Self::NoContract | Self::ContractEnded | Self::EquipmentNotListed | Self::PreExisting => {
                vec![Offer::ReturnToBase, incident, Offer::Quote]
            }
            Self::ContractNotBegun => vec![Offer::ReturnToBase, incident],
            // Contract page: faults of handsets "will be handled on a return to base basis".
            Self::HandsetNotListed => vec![Offer::ReturnToBase, Offer::Quote],
            Self::PendingInspection => vec![Offer::Inspection, Offer::ReturnToBase, incident],
            Self::IncidentNotAccepted => vec![incident, Offer::ReturnToBase],
            Self::IncidentDeclined => vec![Offer::ReturnToBase, Offer::Quote],
            Self::TrainingUnmet { .. } => vec![Offer::Training, incident],
        }
    }
}

#[cfg(test)]
mod tests;
