//! The demonstration's stock of loan units.

use domain::{hardware::UnitState, id::LoanUnitId, time::Timestamp};
use sea_orm::DatabaseTransaction;

use super::{SeedError, fixed_id};
use crate::store::hardware::{self, NewUnit};

/// Label, model, serial number, facilities.
const UNITS: &[(&str, &str, &str, &str)] = &[
    ("LN-0031", "MiVoice Business 3300 CXi", "3300-77120418", "48 extensions, 2 ISDN30, voicemail"),
    ("LN-0032", "Asterisk appliance, 1 HE", "AX-20940117", "60 extensions, SIP trunks, voicemail to email"),
    ("LN-0035", "8-port PoE switch", "PS8-551204", "8 ports, 120 W"),
];

pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    for (name, model, serial, facilities) in UNITS {
        let unit = NewUnit {
            name: (*name).to_owned(),
            model: (*model).to_owned(),
            serial: (*serial).to_owned(),
            facilities: (*facilities).to_owned(),
            state: UnitState::InStock,
        };
        hardware::insert_unit(tx, LoanUnitId(fixed_id(&format!("demo unit {name}"))), &unit, now).await?;
    }
    Ok(())
}
