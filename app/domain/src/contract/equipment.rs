//! Equipment, and how a contract lists it. Source: contract page, "specific equipment is covered"; `rules` section 6.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::EquipmentId;

/// One piece at a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equipment {
    pub id: EquipmentId,
    pub class: EquipmentClass,
    pub supply: Supply,
    /// The last day of the normal warranty; None: not known, which counts as out of warranty.
    pub warranty_ends_on: Option<Date>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EquipmentClass {
    /// Asterisk, Mitel 3300, Mitel SX2000: the system, not the server it may run on.
    PhoneSystem,
    /// Server hardware.
    Server,
    Handset,
    /// Routers and switches.
    Network,
    Adaptor,
    Other,
}

/// Where a piece came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Supply {
    /// From us, built by a recognised server supplier.
    ByUsRecognised,
    ByUs,
    ByOthers,
}

/// One entry of what a contract covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    Equipment(EquipmentId),
    /// Everything of a class at the customer, now and later.
    Class(EquipmentClass),
}

impl Listed {
    pub fn names(self, equipment: &Equipment) -> bool {
        match self {
            Self::Equipment(id) => id == equipment.id,
            Self::Class(class) => class == equipment.class,
        }
    }
}

impl Equipment {
    /// Server hardware only if it came from us and a recognised supplier.
    pub fn may_be_listed(&self) -> bool {
        self.class != EquipmentClass::Server || self.supply == Supply::ByUsRecognised
    }

    /// Whether a contract from `starts_on` needs an inspection because of it.
    pub fn needs_inspection(&self, starts_on: Date) -> bool {
        self.supply == Supply::ByOthers || self.warranty_ends_on.is_none_or(|last_on| last_on < starts_on)
    }
}
