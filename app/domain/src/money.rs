//! Money: integer pence, and VAT. Source: `rules` section 7.

/// "£1,234.50".
pub fn pounds(pence: u64) -> String {
    format!("£{}.{:02}", thousands(pence / 100), pence % 100)
}

/// "£1,234.50", and "£1,234" where there are no pence.
pub fn pounds_brief(pence: u64) -> String {
    if pence.is_multiple_of(100) { format!("£{}", thousands(pence / 100)) } else { pounds(pence) }
}

/// "1,234,567".
fn thousands(number: u64) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        above => format!("{},{:03}", thousands(above), number % 1_000),
    }
}

/// A rate of value added tax in hundredths of a per cent: 2000 is 20 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VatRate(u16);

impl VatRate {
    /// 20 %, unless an administrator says otherwise.
    pub const STANDARD: Self = Self(2_000);

    /// The rate, up to 100 %.
    pub fn from_hundredths(hundredths: u16) -> Option<Self> {
        (hundredths <= 10_000).then_some(Self(hundredths))
    }

    pub fn hundredths(self) -> u16 {
        self.0
    }

    /// Per cent, for showing only: 20 or 17.5.
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// VAT on a net total, rounded half up. To be called once for each total, never for each line.
    pub fn on(self, net_pence: u64) -> u64 {
        let exact = u128::from(net_pence) * u128::from(self.0);
        u64::try_from((exact + 5_000) / 10_000).unwrap_or(u64::MAX)
    }
}

/// A net total with its VAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Total {
    pub net_pence: u64,
    pub vat_pence: u64,
    pub gross_pence: u64,
}

impl Total {
    pub fn of(net_pence: u64, vat: VatRate) -> Self {
        let vat_pence = vat.on(net_pence);
        Self { net_pence, vat_pence, gross_pence: net_pence.saturating_add(vat_pence) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        for (pence, full, brief) in [
            (0, "£0.00", "£0"),
            (7, "£0.07", "£0.07"),
            (1_750, "£17.50", "£17.50"),
            (99_900, "£999.00", "£999"),
            (100_000, "£1,000.00", "£1,000"),
            (123_456_705, "£1,234,567.05", "£1,234,567.05"),
        ] {
            assert_eq!((pounds(pence).as_str(), pounds_brief(pence).as_str()), (full, brief));
        }
    }

    #[test]
    fn vat_is_rounded_half_up_on_the_total() {
        let rate = VatRate::from_hundredths;
        for (net, hundredths, vat) in [
            (29_500, 2_000, 5_900),
            (2, 2_000, 0),
            (3, 2_000, 1),
            (5, 1_000, 1),
            (4, 1_000, 0),
            (100, 1_750, 18),
            (7, 0, 0),
        ] {
            assert_eq!(rate(hundredths).unwrap().on(net), vat, "{net} at {hundredths}");
        }
        assert_eq!(rate(10_001), None);
    }

    #[test]
    fn a_rate_is_written_as_people_write_it() {
        let words = [2_000, 1_750, 525, 0].map(|rate| VatRate::from_hundredths(rate).unwrap().percent().to_string());
        assert_eq!(words, ["20", "17.5", "5.25", "0"]);
    }
}
