//! Money: integer pence, and VAT. Source: `rules` section 7.

use serde::{Deserialize, Serialize};

/// "£1,234.50".
pub fn pounds(pence: u64) -> String {
    format!("£{}.{:02}", thousands(pence / 100), pence % 100)
}

/// "£1,234.50", and "£1,234" where there are no pence.
pub fn pounds_brief(pence: u64) -> String {
    if pence.is_multiple_of(100) { format!("£{}", thousands(pence / 100)) } else { pounds(pence) }
}

/// Pence of pounds as people type them: "22.50", "£22.50" or "22". None: something else, a sign and half pennies too.
pub fn typed_pounds(text: &str) -> Option<u64> {
    let text = text.trim();
    let (whole, pence) = match text.strip_prefix('£').unwrap_or(text).split_once('.') {
        None => (text.strip_prefix('£').unwrap_or(text), "00"),
        Some((whole, pence)) => (whole, pence),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(pence) || pence.len() != 2 {
        return None;
    }
    whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(pence.parse().ok()?)
}

/// Pence as a person would type them: "22.50".
pub fn plain_pounds(pence: u64) -> String {
    format!("{}.{:02}", pence / 100, pence % 100)
}

/// "1,234,567".
fn thousands(number: u64) -> String {
    match number / 1_000 {
        0 => number.to_string(),
        above => format!("{},{:03}", thousands(above), number % 1_000),
    }
}

/// A rate of value added tax in hundredths of a per cent: 2000 is 20 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct VatRate(u16);

/// More than 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate of VAT is at most 10000 hundredths of a per cent")]
pub struct VatTooHigh;

impl TryFrom<u16> for VatRate {
    type Error = VatTooHigh;

    fn try_from(hundredths: u16) -> Result<Self, VatTooHigh> {
        Self::from_hundredths(hundredths).ok_or(VatTooHigh)
    }
}

impl From<VatRate> for u16 {
    fn from(rate: VatRate) -> Self {
        rate.0
    }
}

impl VatRate {
    /// 20 %, unless an administrator says otherwise.
    pub const STANDARD: Self = Self(2_000);

    /// The rate, up to 100 %.
    pub fn from_hundredths(hundredths: u16) -> Option<Self> {
        (hundredths <= 10_000).then_some(Self(hundredths))
    }

    /// A rate as typed: "20", "17.5" or "5.25", with or without "%".
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_suffix('%').map_or(text, str::trim_end);
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(part) || 2 < part.len() {
            return None;
        }
        let part: u16 = format!("{part:0<2}").parse().ok()?;
        Self::from_hundredths(whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(part)?)
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    fn pounds_are_read_as_they_are_typed() {
        for (text, pence) in [("22.50", 2_250), (" £22.50", 2_250), ("22", 2_200), ("0.07", 7), ("0", 0)] {
            assert_eq!(typed_pounds(text), Some(pence), "{text}");
        }
        for text in ["", "£", ".50", "22.", "22.5", "22.505", "-1", "+1", "1,000", "1e3", "184467440737095516.16"] {
            assert_eq!(typed_pounds(text), None, "{text}");
        }
        assert_eq!(typed_pounds(&plain_pounds(123_405)), Some(123_405));
    }

    #[test]
    fn rates_are_read_as_they_are_typed() {
        for (text, hundredths) in [("20", 2_000), ("17.5", 1_750), ("5.25 %", 525), ("0", 0), ("100", 10_000)] {
            assert_eq!(VatRate::parse(text).map(VatRate::hundredths), Some(hundredths), "{text}");
        }
        for text in ["", "%", "100.01", "-5", "17.555", "655.37", "x"] {
            assert_eq!(VatRate::parse(text), None, "{text}");
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
