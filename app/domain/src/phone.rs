//! Telephone numbers: read as people type them, kept in one form so that a caller is found. Source: `interface` section 6,
//! "New ticket"; E.164; Ofcom's numbering plan.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a number was refused. The message says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    #[error("must not be empty. Enter the whole number, such as 01632 960184")]
    Empty,
    #[error("may hold digits, spaces, hyphens, brackets and a leading + only, not {given:?}")]
    Sign { given: char },
    #[error("must begin with 0, or with + and the country, such as 01632 960184 or +44 1632 960184")]
    Beginning,
    #[error("is too short. Enter the whole number, such as 01632 960184")]
    TooShort,
    #[error("is too long. Enter one number, such as 01632 960184")]
    TooLong,
}

/// A number in the form of E.164: `+441632960184`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PhoneNumber(String);

/// E.164 bounds the digits behind the +; the shortest numbers in use abroad have 7.
const ABROAD_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;
/// Digits of a British number behind its 0. A few older ones in areas that begin with 1 have 9.
const BRITISH_DIGITS: usize = 10;

impl PhoneNumber {
    /// Reads `01632 960184`, `(01632) 960-184`, `+44 (0)1632 960184` and `0044 1632 960184` as one number.
    pub fn parse(text: &str) -> Result<Self, PhoneError> {
        let text = text.trim().replace("(0)", "");
        if text.is_empty() {
            return Err(PhoneError::Empty);
        }
        let mut plain = String::with_capacity(text.len());
        for (place, sign) in text.chars().enumerate() {
            match sign {
                '0'..='9' => plain.push(sign),
                '+' if place == 0 => plain.push(sign),
                ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' => {}
                given => return Err(PhoneError::Sign { given }),
            }
        }
        let abroad = plain.strip_prefix('+').or_else(|| plain.strip_prefix("00"));
        match (abroad, plain.strip_prefix('0')) {
            (Some(number), _) => match number.strip_prefix("44") {
                Some(national) => british(national.strip_prefix('0').unwrap_or(national)),
                None => foreign(number),
            },
            (None, Some(national)) => british(national),
            (None, None) => Err(PhoneError::Beginning),
        }
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is written at home: `01632 960184`, `020 7946 0018`, `0808 157 0142`.
    pub fn shown(&self) -> String {
        let Some(national) = self.0.strip_prefix("+44") else { return self.0.clone() };
        let area = match national.as_bytes() {
            [b'2', ..] => 2,
            [b'3' | b'5' | b'8' | b'9', ..] | [b'1', b'1', ..] | [b'1', _, b'1', ..] => 3,
            _ => 4,
        };
        let (area, rest) = national.split_at_checked(area).unwrap_or((national, ""));
        // Numbers behind a short area are said in two parts.
        let cut = if area.len() == 4 { 0 } else { rest.len().saturating_sub(4) };
        match rest.split_at_checked(cut) {
            Some((first, last)) if !first.is_empty() => format!("0{area} {first} {last}"),
            _ => format!("0{area} {rest}"),
        }
    }
}

fn british(national: &str) -> Result<PhoneNumber, PhoneError> {
    let least = if national.starts_with('1') { BRITISH_DIGITS - 1 } else { BRITISH_DIGITS };
    match national.len() {
        _ if national.starts_with('0') => Err(PhoneError::Beginning),
        digits if digits < least => Err(PhoneError::TooShort),
        digits if BRITISH_DIGITS < digits => Err(PhoneError::TooLong),
        _ => Ok(PhoneNumber(format!("+44{national}"))),
    }
}

fn foreign(number: &str) -> Result<PhoneNumber, PhoneError> {
    match number.len() {
        _ if number.starts_with('0') => Err(PhoneError::Beginning),
        digits if digits < *ABROAD_DIGITS.start() => Err(PhoneError::TooShort),
        digits if *ABROAD_DIGITS.end() < digits => Err(PhoneError::TooLong),
        _ => Ok(PhoneNumber(format!("+{number}"))),
    }
}

impl TryFrom<String> for PhoneNumber {
    type Error = PhoneError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<PhoneNumber> for String {
    fn from(number: PhoneNumber) -> Self {
        number.0
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_found_however_it_is_typed() {
        for text in [
            "01632 960184",
            "01632960184",
            "(01632) 960-184",
            "+44 1632 960184",
            "+44 (0)1632 960184",
            "+4401632960184",
            "0044 1632 960 184",
            " 01632\u{a0}960184 ",
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "+441632960184", "{text}");
        }
    }

    #[test]
    fn numbers_are_shown_as_they_are_said_at_home() {
        for (text, shown) in [
            ("+441632960184", "01632 960184"),
            ("02079460018", "020 7946 0018"),
            ("01174960100", "0117 496 0100"),
            ("01214960123", "0121 496 0123"),
            ("08081570142", "0808 157 0142"),
            ("07700900123", "07700 900123"),
            ("016977 2345", "01697 72345"),
            ("+31 20 123 4567", "+31201234567"),
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().shown(), shown, "{text}");
        }
    }

    #[test]
    fn a_wrong_number_says_what_would_be_right() {
        let check = |text: &str| PhoneNumber::parse(text).unwrap_err();
        assert_eq!(check("01632 9601"), PhoneError::TooShort);
        assert_eq!(check("0207 946 001"), PhoneError::TooShort);
        assert_eq!(check("01632 960184 22"), PhoneError::TooLong);
        assert_eq!(check("1632 960184"), PhoneError::Beginning);
        assert_eq!(check("+0 1632"), PhoneError::Beginning);
        assert_eq!(check("0000 1632 960184"), PhoneError::Beginning);
        assert_eq!(check("01632 96O184"), PhoneError::Sign { given: 'O' });
        assert_eq!(check("  "), PhoneError::Empty);
        assert!(check("01632 9601").to_string().contains("01632 960184"));
    }

    #[test]
    fn a_number_survives_the_wire() {
        let number = PhoneNumber::parse("020 7946 0018").unwrap();
        let json = serde_json::to_string(&number).unwrap();
        assert_eq!(json, "\"+442079460018\"");
        assert_eq!(serde_json::from_str::<PhoneNumber>(&json).unwrap(), number);
    }
}
