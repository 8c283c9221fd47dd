//! Sets of answer codes.

use std::{fmt, ops::RangeInclusive, str::FromStr};

/// Accepted answer codes, as codes and ranges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSet(Vec<RangeInclusive<u16>>);

impl StatusSet {
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }

    /// The set that `text` writes down, if all of it lies `within`.
    pub(super) fn parse_within(text: &str, within: RangeInclusive<u16>) -> Result<Self, String> {
        let wrong = || {
            let (first, last) = (within.start(), within.end());
            format!("must be codes {first} to {last} or ranges, as in 200,204,300-399, not {text:?}")
        };
        let code = |text: &str| text.trim().parse::<u16>().ok().filter(|code| within.contains(code));
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (code(first)?, code(last)?);
            (first <= last).then_some(first..=last)
        };
        text.split(',').map(range).collect::<Option<Vec<_>>>().map(Self).ok_or_else(wrong)
    }
}

/// Codes of HTTP: 100 to 599.
impl FromStr for StatusSet {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_within(text, 100..=599)
    }
}

impl fmt::Display for StatusSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match range.start() == range.end() {
                true => write!(f, "{comma}{}", range.start())?,
                false => write!(f, "{comma}{}-{}", range.start(), range.end())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_sets_print_as_they_were_written() {
        assert_eq!("200,300-399".parse::<StatusSet>().unwrap().to_string(), "200,300-399");
    }
}
