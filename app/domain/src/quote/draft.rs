//! A price list as an administrator types it.

use super::{PriceList, YearlyPrice};
use crate::{
    contract::Prices,
    money::{VatRate, pounds, typed_pounds},
    probe::FieldError,
};

/// £100,000.00: more than any price here, less than a slip of the finger.
const PENCE_MAX: u64 = 10_000_000;

/// Amounts in pounds as typed, "22.50" or "250". Of each level: the base, a port in year 1, a port from year 2 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceDraft<'a> {
    pub cat1: [&'a str; 3],
    pub cat2: [&'a str; 3],
    pub cat4: [&'a str; 3],
    /// Of one CatS incident.
    pub incident: &'a str,
    /// Per cent, "20" or "17.5".
    pub vat: &'a str,
}

impl PriceDraft<'_> {
    /// The list, or every field that is wrong: "cat2_port_later", "incident", "vat" and so on.
    pub fn check(&self) -> Result<(PriceList, Prices), Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut pence = |field: &str, text: &str| {
            typed_pounds(text).filter(|pence| *pence <= PENCE_MAX).unwrap_or_else(|| {
                let most = pounds(PENCE_MAX);
                wrong.push(FieldError::new(
                    field,
                    format!("must be pounds and pence such as 22.50, up to {most}, not {:?}", text.trim()),
                ));
                0
            })
        };
        let mut year = |level: &str, [base, port, later]: [&str; 3]| YearlyPrice {
            base_pence: pence(&format!("{level}_base"), base),
            port_pence: pence(&format!("{level}_port"), port),
            port_later_pence: pence(&format!("{level}_port_later"), later),
        };
        let list =
            PriceList { cat1: year("cat1", self.cat1), cat2: year("cat2", self.cat2), cat4: year("cat4", self.cat4) };
        let incident_pence = pence("incident", self.incident);
        let vat = VatRate::parse(self.vat).unwrap_or_else(|| {
            let text = self.vat.trim();
            wrong.push(FieldError::new("vat", format!("must be a per cent from 0 to 100 such as 17.5, not {text:?}")));
            VatRate::STANDARD
        });
        if wrong.is_empty() { Ok((list, Prices { incident_pence, vat })) } else { Err(wrong) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: PriceDraft<'_> = PriceDraft {
        cat1: ["175", "10", "10.00"],
        cat2: ["250.00", "17.50", " £22.50 "],
        cat4: ["400", "25", "30"],
        incident: "70",
        vat: "20",
    };

    #[test]
    fn pounds_become_pence() {
        assert_eq!(GUIDE.check(), Ok((PriceList::GUIDE, Prices::STANDARD)));
    }

    #[test]
    fn every_wrong_amount_is_named_with_what_is_allowed() {
        let draft = PriceDraft { cat1: ["", "10", "-1"], cat4: ["100000.01", "25", "2.5"], vat: "120", ..GUIDE };
        let wrong = draft.check().unwrap_err();
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["cat1_base", "cat1_port_later", "cat4_base", "cat4_port_later", "vat"]);
        let last = wrong.get(3).unwrap();
        assert_eq!(last.message, "must be pounds and pence such as 22.50, up to £100,000.00, not \"2.5\"");
    }
}
