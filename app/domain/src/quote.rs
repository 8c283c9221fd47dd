//! Guide prices of yearly cover, and the month that comes with an installation. Source: contract page; `rules` section 8.

mod draft;

pub use draft::PriceDraft;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    contract::EquipmentClass,
    cover::CoverLevel,
    money::{Total, VatRate},
};

/// What no guide price is for.
pub const EXACT_QUOTE_FOR: [&str; 2] = ["handsets", "servers"];

/// Net prices in pence for a year of one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearlyPrice {
    pub base_pence: u64,
    pub port_pence: u64,
    /// For each port from the second year on.
    pub port_later_pence: u64,
}

/// One version of the price list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceList {
    pub cat1: YearlyPrice,
    pub cat2: YearlyPrice,
    pub cat4: YearlyPrice,
}

impl PriceList {
    /// None: the level has no yearly price.
    pub fn of(&self, level: CoverLevel) -> Option<YearlyPrice> {
        match level {
            CoverLevel::Cat1 => Some(self.cat1),
            CoverLevel::Cat2 => Some(self.cat2),
            CoverLevel::Cat4 => Some(self.cat4),
            CoverLevel::None | CoverLevel::CatS | CoverLevel::Custom => None,
        }
    }

    /// The prices on the contract page.
    pub const GUIDE: Self = Self {
        cat1: YearlyPrice { base_pence: 17_500, port_pence: 1_000, port_later_pence: 1_000 },
        cat2: YearlyPrice { base_pence: 25_000, port_pence: 1_750, port_later_pence: 2_250 },
        cat4: YearlyPrice { base_pence: 40_000, port_pence: 2_500, port_later_pence: 3_000 },
    };
}

/// What a quote is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuoteRequest {
    pub level: CoverLevel,
    pub ports: u32,
    /// Of the contract, counted from 1.
    pub year: u32,
}

/// A guide price as scripts read it. It is "guide" until staff issue an exact one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quote {
    pub level: CoverLevel,
    pub ports: u32,
    pub year: u32,
    pub base_pence: u64,
    /// All ports together.
    pub ports_pence: u64,
    #[serde(flatten)]
    pub total: Total,
    pub vat_percent: f64,
    /// "guide".
    pub kind: &'static str,
    /// What people read below the price.
    pub note: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    #[error("without a contract there is no yearly price: equipment is repaired on return to base")]
    NoCover,
    #[error("CatS has no yearly price: each incident is charged by itself")]
    ByIncident,
    #[error("a custom level has no guide price: ask for an exact quote")]
    AskForExact,
    #[error("the year is counted from 1")]
    YearZero,
}

impl QuoteRequest {
    pub fn quote(self, prices: &PriceList, vat: VatRate) -> Result<Quote, QuoteError> {
        let price = match self.level {
            CoverLevel::None => return Err(QuoteError::NoCover),
            CoverLevel::CatS => return Err(QuoteError::ByIncident),
            CoverLevel::Custom => return Err(QuoteError::AskForExact),
            CoverLevel::Cat1 => prices.cat1,
            CoverLevel::Cat2 => prices.cat2,
            CoverLevel::Cat4 => prices.cat4,
        };
        let port_pence = match self.year {
            0 => return Err(QuoteError::YearZero),
            1 => price.port_pence,
            _ => price.port_later_pence,
        };
        let ports_pence = u64::from(self.ports).saturating_mul(port_pence);
        Ok(Quote {
            level: self.level,
            ports: self.ports,
            year: self.year,
            base_pence: price.base_pence,
            ports_pence,
            total: Total::of(price.base_pence.saturating_add(ports_pence), vat),
            vat_percent: vat.percent(),
            kind: "guide",
            note: format!("guide price; for {} ask for an exact quote", EXACT_QUOTE_FOR.join(" and ")),
        })
    }
}

/// Why a form starts with Cat2. Source: contract page, "we recommend that for phone systems".
pub const PHONE_SYSTEM_ADVICE: &str = "For a phone system we recommend at least Cat2: without it, a phone system that \
                                       fails in the evening waits until the next working day.";

/// The level a form starts with for a customer who has equipment of these classes.
pub fn recommended(classes: impl IntoIterator<Item = EquipmentClass>) -> CoverLevel {
    match classes.into_iter().any(|class| class == EquipmentClass::PhoneSystem) {
        true => CoverLevel::Cat2,
        false => CoverLevel::Cat1,
    }
}

/// Whether choosing `level` needs one confirmation: there is a phone system, and less than Cat2 was chosen. A custom
/// level was agreed for the contract, which is confirmation enough.
pub fn needs_confirmation(level: CoverLevel, classes: impl IntoIterator<Item = EquipmentClass>) -> bool {
    recommended(classes) == CoverLevel::Cat2 && level < CoverLevel::Cat2
}

/// The last day of the month of Cat1 that comes with an installation on `start`: the day before the same day of the next
/// month, or that month's last day where it has no such day. 5 October gives 4 November, 31 January 28 February.
///
/// None beyond the year 9999.
pub fn included_month_end(start: Date) -> Option<Date> {
    let next = start.last_of_month().tomorrow().ok()?;
    match next.with().day(start.day()).build() {
        Ok(same_day) => same_day.yesterday().ok(),
        Err(_) => Some(next.last_of_month()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::money::pounds;

    fn quote(level: CoverLevel, ports: u32, year: u32) -> Result<Quote, QuoteError> {
        QuoteRequest { level, ports, year }.quote(&PriceList::GUIDE, VatRate::STANDARD)
    }

    /// Net and gross for 12 ports.
    fn check(level: CoverLevel, year: u32, net: &str, gross: &str) {
        let total = quote(level, 12, year).unwrap().total;
        assert_eq!(
            (pounds(total.net_pence), pounds(total.gross_pence)),
            (net.to_owned(), gross.to_owned()),
            "{level:?}"
        );
    }

    #[test]
    fn guide_prices_are_those_of_the_contract_page() {
        check(CoverLevel::Cat1, 1, "£295.00", "£354.00");
        check(CoverLevel::Cat1, 2, "£295.00", "£354.00");
        check(CoverLevel::Cat2, 1, "£460.00", "£552.00");
        check(CoverLevel::Cat2, 2, "£520.00", "£624.00");
        check(CoverLevel::Cat2, 9, "£520.00", "£624.00");
        check(CoverLevel::Cat4, 1, "£700.00", "£840.00");
        check(CoverLevel::Cat4, 2, "£760.00", "£912.00");
    }

    #[test]
    fn levels_without_a_yearly_price_say_why() {
        assert_eq!(quote(CoverLevel::None, 12, 1), Err(QuoteError::NoCover));
        assert_eq!(quote(CoverLevel::CatS, 12, 1), Err(QuoteError::ByIncident));
        assert_eq!(quote(CoverLevel::Custom, 12, 1), Err(QuoteError::AskForExact));
        assert_eq!(quote(CoverLevel::Cat1, 12, 0), Err(QuoteError::YearZero));
    }

    #[test]
    fn scripts_read_pence_and_people_read_that_it_is_a_guide() {
        let json = serde_json::to_value(quote(CoverLevel::Cat2, 3, 1).unwrap()).unwrap();
        let expected = serde_json::json!({
            "level": "cat2", "ports": 3, "year": 1, "base_pence": 25_000, "ports_pence": 5_250, "net_pence": 30_250,
            "vat_pence": 6_050, "gross_pence": 36_300, "vat_percent": 20.0, "kind": "guide",
            "note": "guide price; for handsets and servers ask for an exact quote",
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn absurd_port_counts_do_not_overflow() {
        assert_eq!(quote(CoverLevel::Cat4, u32::MAX, 2).unwrap().ports_pence, 3_000 * u64::from(u32::MAX));
    }

    #[test]
    fn a_phone_system_asks_for_cat2_and_less_needs_a_confirmation() {
        use EquipmentClass::{Network, PhoneSystem};
        assert_eq!(recommended([Network, PhoneSystem]), CoverLevel::Cat2);
        assert_eq!(recommended([Network]), CoverLevel::Cat1);
        let needs = |level| needs_confirmation(level, [PhoneSystem]);
        let asked: Vec<_> = CoverLevel::ALL.into_iter().filter(|level| needs(*level)).collect();
        assert_eq!(asked, [CoverLevel::None, CoverLevel::CatS, CoverLevel::Cat1]);
        assert!(!needs_confirmation(CoverLevel::None, [Network]));
    }

    #[test]
    fn the_included_month_ends_the_day_before_or_on_the_last_day() {
        for (start, end) in [
            (date(2026, 10, 5), date(2026, 11, 4)),
            (date(2026, 10, 1), date(2026, 10, 31)),
            (date(2027, 1, 28), date(2027, 2, 27)),
            (date(2027, 1, 29), date(2027, 2, 28)),
            (date(2027, 1, 31), date(2027, 2, 28)),
            (date(2028, 1, 30), date(2028, 2, 29)),
            (date(2026, 8, 31), date(2026, 9, 30)),
            (date(2026, 12, 31), date(2027, 1, 30)),
        ] {
            assert_eq!(included_month_end(start), Some(end), "{start}");
        }
        assert_eq!(included_month_end(Date::MAX), None);
    }
}
