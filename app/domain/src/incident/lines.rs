//! What an incident charges, line by line: each unit when it begins, parts and shipping when they are added.

use super::{ExtraKind, UNIT_S};
use crate::{
    money::{Total, VatRate},
    time::Timestamp,
    worked::Work,
};

/// Parts or shipping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub at: Timestamp,
    pub kind: ExtraKind,
    pub what: String,
    pub net_pence: u64,
    /// Nothing is charged for it.
    pub under_warranty: bool,
}

impl Extra {
    /// What is charged, net.
    pub fn charged_pence(&self) -> u64 {
        if self.under_warranty { 0 } else { self.net_pence }
    }
}

/// An accepted incident with everything that is charged for it.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    /// In any order.
    pub work: &'a [Work],
    pub units_approved: u32,
    pub unit_pence: u64,
    pub vat: VatRate,
    pub extras: &'a [Extra],
}

/// One charge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it was begun or added: the month of this instant charges it.
    pub at: Timestamp,
    pub what: What,
    pub total: Total,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A unit, counted from 1.
    Unit(u32),
    /// What nobody pays has no line here.
    Extra { kind: ExtraKind, what: String },
}

impl Account<'_> {
    /// Every charge in the order in which they arose.
    ///
    /// VAT is rounded on the total of the incident only: each line carries what the total grows by, so that lines add up
    /// to what the customer was told.
    pub fn lines(&self) -> Vec<Line> {
        let mut items: Vec<(Timestamp, What, u64)> = self.units_begun();
        let paid = self.extras.iter().filter(|extra| 0 < extra.charged_pence());
        items.extend(paid.map(|extra| {
            (extra.at, What::Extra { kind: extra.kind, what: extra.what.clone() }, extra.charged_pence())
        }));
        items.sort_by_key(|(at, ..)| *at);
        let mut so_far = Total::of(0, self.vat);
        let lines = items.into_iter().map(|(at, what, net_pence)| {
            let now = Total::of(so_far.net_pence.saturating_add(net_pence), self.vat);
            let vat_pence = now.vat_pence - so_far.vat_pence;
            so_far = now;
            Line { at, what, total: Total { net_pence, vat_pence, gross_pence: net_pence.saturating_add(vat_pence) } }
        });
        lines.collect()
    }

    /// When the first second of each approved unit was worked.
    fn units_begun(&self) -> Vec<(Timestamp, What, u64)> {
        let mut work: Vec<Work> = self.work.iter().copied().filter(|one| 0 < one.seconds).collect();
        work.sort_by_key(|one| (one.started_at, one.seconds));
        let (mut begun, mut worked_s) = (Vec::new(), 0_u64);
        for one in work {
            let ends_s = worked_s + u64::from(one.seconds);
            while begun.len() < usize::try_from(self.units_approved).unwrap_or(usize::MAX) {
                let unit = u32::try_from(begun.len()).unwrap_or(u32::MAX);
                let starts_s = u64::from(unit) * UNIT_S;
                if ends_s <= starts_s {
                    break;
                }
                let into = i64::try_from(starts_s.saturating_sub(worked_s)).unwrap_or(0);
                begun.push((one.started_at.plus_seconds(into), What::Unit(unit + 1), self.unit_pence));
            }
            worked_s = ends_s;
        }
        begun
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::incident::{Incident, UNIT_PENCE};

    fn at(second: i64) -> Timestamp {
        Timestamp::EPOCH.plus_seconds(second)
    }

    fn part(second: i64, net_pence: u64) -> Extra {
        Extra { at: at(second), kind: ExtraKind::Part, what: "Battery".to_owned(), net_pence, under_warranty: false }
    }

    fn account<'a>(work: &'a [Work], units_approved: u32, extras: &'a [Extra]) -> Account<'a> {
        Account { work, units_approved, unit_pence: UNIT_PENCE, vat: VatRate::STANDARD, extras }
    }

    #[test]
    fn a_unit_is_charged_when_its_first_second_is_worked() {
        let work = [Work { started_at: at(100_000), seconds: 1_800 }, Work { started_at: at(0), seconds: 6_000 }];
        let gross = |units| account(&work, units, &[]).lines().iter().map(|line| line.total.gross_pence).sum::<u64>();
        assert_eq!((gross(0), gross(1), gross(2), gross(3)), (0, 8_400, 16_800, 16_800));
        let lines = account(&work, 2, &[]).lines();
        let begun: Vec<_> = lines.iter().map(|line| (line.at, line.what.clone())).collect();
        assert_eq!(begun, [(at(0), What::Unit(1)), (at(101_200), What::Unit(2))], "6,000 s + 1,200 s make a unit");
    }

    #[test]
    fn lines_add_up_to_what_the_customer_was_told() {
        let work = [Work { started_at: at(0), seconds: 9_000 }];
        for pence in 1..40 {
            let extras = [part(10, pence), part(20, 1_253), part(30, pence)];
            let lines = account(&work, 2, &extras).lines();
            let incident = Incident { worked_s: 9_000, units_approved: 2, extras_pence: 2 * pence + 1_253 };
            let told = incident.charge(UNIT_PENCE, VatRate::STANDARD).total;
            let sum = |of: fn(&Total) -> u64| lines.iter().map(|line| of(&line.total)).sum::<u64>();
            assert_eq!(sum(|total| total.net_pence), told.net_pence);
            assert_eq!(sum(|total| total.vat_pence), told.vat_pence);
            assert_eq!(sum(|total| total.gross_pence), told.gross_pence);
        }
    }

    #[test]
    fn what_a_warranty_pays_has_no_line() {
        let extras = [Extra { under_warranty: true, ..part(10, 9_900) }];
        assert_eq!(account(&[], 1, &extras).lines(), []);
    }
}
