//! What a CatS incident costs. Source: contract page, "Ad hoc (CatS)"; `rules` section 7.

mod life;
mod lines;

use serde::Serialize;

use crate::money::{Total, VatRate};

pub use life::{ConsentHow, ExtraKind, IncidentRefusal, IncidentState, Standing};
pub use lines::{Account, Extra, Line, What};

/// The work one unit pays for, over any number of calls and days.
pub const UNIT_S: u64 = 7_200;
/// £70.00 net, unless an administrator says otherwise.
pub const UNIT_PENCE: u64 = 7_000;

/// An accepted incident so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// Seconds of work.
    pub worked_s: u64,
    /// Units that the customer has approved, the first included.
    pub units_approved: u32,
    /// Parts and shipping that no warranty pays for, net.
    pub extras_pence: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IncidentCharge {
    /// Units begun, of those approved.
    pub units: u32,
    #[serde(flatten)]
    pub total: Total,
    /// Work that is left before somebody must ask again.
    pub left_s: u64,
    /// "Approval needed": the timer has stopped.
    pub blocked: bool,
    /// Work beyond what is approved; never charged.
    pub unpaid_s: u64,
}

impl Incident {
    /// What to charge, and whether work may go on.
    ///
    /// A unit is charged once its first second is worked; one that was approved and not begun is not. Work stops when
    /// the approved units are used up, at 7,200 s and not a second later.
    pub fn charge(self, unit_pence: u64, vat: VatRate) -> IncidentCharge {
        let approved_s = u64::from(self.units_approved) * UNIT_S;
        let begun = self.worked_s.div_ceil(UNIT_S);
        let units = u32::try_from(begun).map_or(self.units_approved, |begun| begun.min(self.units_approved));
        let net_pence = u64::from(units).saturating_mul(unit_pence).saturating_add(self.extras_pence);
        IncidentCharge {
            units,
            total: Total::of(net_pence, vat),
            left_s: approved_s.saturating_sub(self.worked_s),
            blocked: approved_s <= self.worked_s,
            unpaid_s: self.worked_s.saturating_sub(approved_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(worked_min: u64, units_approved: u32, gross_pence: u64, blocked: bool) -> IncidentCharge {
        let incident = Incident { worked_s: worked_min * 60, units_approved, extras_pence: 0 };
        let charge = incident.charge(UNIT_PENCE, VatRate::STANDARD);
        assert_eq!((charge.total.gross_pence, charge.blocked), (gross_pence, blocked), "{incident:?}");
        charge
    }

    #[test]
    fn one_unit_pays_for_two_hours() {
        check(0, 1, 0, false);
        check(1, 1, 8_400, false);
        check(100, 1, 8_400, false);
        assert_eq!(check(119, 1, 8_400, false).left_s, 60);
    }

    #[test]
    fn the_timer_stops_at_the_end_of_the_approved_units() {
        assert_eq!(check(120, 1, 8_400, true).unpaid_s, 0);
        assert_eq!(check(130, 1, 8_400, true).unpaid_s, 600);
        check(10, 0, 0, true);
    }

    #[test]
    fn each_further_unit_is_charged_when_begun() {
        check(120, 2, 8_400, false);
        check(130, 2, 16_800, false);
        check(240, 2, 16_800, true);
        check(130, 3, 16_800, false);
    }

    #[test]
    fn parts_and_shipping_are_extra() {
        let incident = Incident { worked_s: 60, units_approved: 1, extras_pence: 1_253 };
        let total = incident.charge(UNIT_PENCE, VatRate::STANDARD).total;
        assert_eq!((total.net_pence, total.vat_pence, total.gross_pence), (8_253, 1_651, 9_904));
    }
}
