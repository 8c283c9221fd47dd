//! What people read about a cover decision. Plain words, no blame.

use super::{CoverDecision, NotCovered, Offer};
use crate::money::pounds;

impl CoverDecision {
    pub fn is_covered(&self) -> bool {
        *self == Self::Covered
    }

    /// For the ticket's staff view.
    pub fn for_staff(&self) -> String {
        match self {
            Self::Covered => "Covered by the contract.".to_owned(),
            Self::NotCovered { reason, .. } => format!("Not covered: {}.", reason.for_staff()),
        }
    }

    /// The same without "covered" and "not covered", for beside a mark that says it.
    pub fn reason_for_staff(&self) -> String {
        let Self::NotCovered { reason, .. } = self else { return "By the contract.".to_owned() };
        let words = reason.for_staff();
        let mut letters = words.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        first.chain(letters).chain(std::iter::once('.')).collect()
    }

    /// For the customer, with what they can have instead.
    pub fn for_customer(&self) -> String {
        let offers = match self {
            Self::Covered => &[][..],
            Self::NotCovered { offers, .. } => offers,
        };
        let sentences = std::iter::once(self.reason_for_customer()).chain(offers.iter().map(|one| one.for_customer()));
        sentences.collect::<Vec<_>>().join(" ")
    }

    /// The same without the offers, which a page lists by themselves.
    pub fn reason_for_customer(&self) -> String {
        match self {
            Self::Covered => "Your contract covers this.".to_owned(),
            Self::NotCovered { reason, .. } => reason.for_customer(),
        }
    }
}

impl NotCovered {
    /// The stored and scripted word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoContract => "no_contract",
            Self::ContractEnded => "contract_ended",
            Self::ContractNotBegun => "contract_not_begun",
            Self::PendingInspection => "pending_inspection",
            Self::HandsetNotListed => "handset_not_listed",
            Self::EquipmentNotListed => "equipment_not_listed",
            Self::PreExisting => "pre_existing",
            Self::IncidentDeclined => "incident_declined",
            Self::IncidentNotAccepted => "incident_not_accepted",
            Self::TrainingUnmet { .. } => "training_unmet",
        }
    }

    fn for_staff(&self) -> String {
        let words = match self {
            Self::NoContract => "no contract",
            Self::ContractEnded => "contract ended",
            Self::ContractNotBegun => "contract not begun",
            Self::PendingInspection => "the inspection of equipment that is out of warranty or not ours is pending",
            Self::HandsetNotListed => "handset not listed",
            Self::EquipmentNotListed => "equipment not listed",
            Self::PreExisting => "pre-existing, first seen before the contract began; link an agreement to take it on",
            Self::IncidentDeclined => "CatS incident declined",
            Self::IncidentNotAccepted => "CatS incident not accepted yet",
            Self::TrainingUnmet { topic } => {
                return format!("support conditional, training on {topic} not attended; the clock starts with it");
            }
        };
        words.to_owned()
    }

    fn for_customer(&self) -> String {
        let words = match self {
            Self::NoContract => "You have no support contract for this.",
            Self::ContractEnded => "Your support contract has ended.",
            Self::ContractNotBegun => "Your support contract has not begun yet.",
            Self::PendingInspection => {
                "Your contract covers nothing until we have inspected equipment that is out of warranty or came from \
                 somebody else."
            }
            Self::HandsetNotListed => "Your contract does not list this handset.",
            Self::EquipmentNotListed => "Your contract does not list this equipment.",
            Self::PreExisting => "This fault was there before your contract began, so the contract does not cover it.",
            Self::IncidentDeclined => "We cannot take this on as a CatS incident. There is no charge.",
            Self::IncidentNotAccepted => {
                "On CatS cover work begins once you have ordered an incident and we have accepted it."
            }
            Self::TrainingUnmet { topic } => {
                return format!(
                    "Support on {topic} continues once somebody of yours has attended the training course on it."
                );
            }
        };
        words.to_owned()
    }
}

impl Offer {
    /// A sentence for the customer.
    pub fn for_customer(self) -> String {
        match self {
            Self::ReturnToBase => "You can send the equipment back to us for repair.".to_owned(),
            Self::Incident { net_pence, gross_pence } => format!(
                "You can order a CatS incident: {} + VAT ({} in all) for up to 2 hours, plus parts and shipping.",
                pounds(net_pence),
                pounds(gross_pence)
            ),
            Self::Quote => "You can ask for an exact quote.".to_owned(),
            Self::Inspection => "You can order the inspection, which is chargeable.".to_owned(),
            Self::Training => "You can book the next training course.".to_owned(),
        }
    }
}
