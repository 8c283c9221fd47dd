//! Contracts for tests.

use jiff::civil::date;
use uuid::Uuid;

use super::{
    Access, AccessMode, AccessPath, Cat4Response, Contract, ContractDraft, ContractKind, Equipment, EquipmentClass,
    Inspection, Listed, LocationApproval, Supply,
};
use crate::{
    calendar::samples::at,
    cover::CoverLevel,
    id::{ContractId, EquipmentId, SiteId, UserId},
};

pub(crate) const SITE: SiteId = SiteId(Uuid::from_u128(20));

pub(crate) fn piece(number: u128, class: EquipmentClass) -> Equipment {
    let warranty_ends_on = Some(date(2030, 12, 31));
    Equipment { id: EquipmentId(Uuid::from_u128(number)), class, supply: Supply::ByUs, warranty_ends_on }
}

pub(crate) fn pbx() -> Equipment {
    piece(1, EquipmentClass::PhoneSystem)
}

/// From 1 April 2026 on, renewing: phone systems, 12 ports, standing access.
pub(crate) fn draft(level: CoverLevel) -> ContractDraft {
    ContractDraft {
        kind: ContractKind::Paid,
        level: level.as_str().to_owned(),
        site: Some(SITE),
        ports: 12,
        covered: vec![Listed::Class(EquipmentClass::PhoneSystem)],
        access: Access { mode: AccessMode::Standing, paths: vec![AccessPath::Ssh] },
        zone: "Europe/London".to_owned(),
        starts_on: "2026-04-01".to_owned(),
        first_term_ends_on: None,
        ends_on: None,
        cat4_response: Cat4Response::AsCat1,
    }
}

/// Activated a month before 1 April 2026, with its location approved.
pub(crate) fn active(draft: &ContractDraft) -> Contract {
    let terms = draft.check(&[pbx()]).unwrap();
    let approved_at = at("2026-02-28T00:00:00Z");
    Contract {
        id: ContractId(Uuid::from_u128(30)),
        terms,
        location: Some(LocationApproval { site: SITE, by: UserId(Uuid::from_u128(3)), at: approved_at }),
        activated_at: Some(at("2026-03-01T00:00:00Z")),
        inspection: Inspection::NotNeeded,
        earlier: Vec::new(),
    }
}
