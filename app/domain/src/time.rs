//! Instants and spans. One newtype, so that no other time type reaches a table or the wire.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC with microseconds. On the wire and in both databases: microseconds since 1970 as an integer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

const MICROS_PER_MILLI: i64 = 1_000;
const MICROS_PER_SECOND: i64 = 1_000_000;

impl Timestamp {
    pub const EPOCH: Self = Self(jiff::Timestamp::UNIX_EPOCH);
    /// The last instant there is, at the end of the year 9999.
    pub const MAX: Self = Self(jiff::Timestamp::MAX);

    /// The instant `micros` microseconds after 1970; instants outside the years -9999 to 9999 become the nearest edge.
    pub fn from_micros(micros: i64) -> Self {
        let edge = if micros < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::from_microsecond(micros).unwrap_or(edge))
    }

    pub fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(MICROS_PER_MILLI))
    }

    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }

    pub fn as_jiff(self) -> jiff::Timestamp {
        self.0
    }

    /// This instant moved by `seconds`, which may be negative.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_micros(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    pub fn plus_millis(self, millis: i64) -> Self {
        self.plus_micros(millis.saturating_mul(MICROS_PER_MILLI))
    }

    pub fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.as_micros().saturating_add(micros))
    }

    /// Microseconds from `earlier` until this instant; negative when this one is the earlier.
    pub fn micros_since(self, earlier: Self) -> i64 {
        self.as_micros().saturating_sub(earlier.as_micros())
    }

    pub fn millis_since(self, earlier: Self) -> i64 {
        self.micros_since(earlier) / MICROS_PER_MILLI
    }

    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.micros_since(earlier) / MICROS_PER_SECOND
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(at: jiff::Timestamp) -> Self {
        Self::from_micros(at.as_microsecond())
    }
}

/// RFC 3339 in UTC, as logs, `datetime` attributes and the API show it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_micros())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_micros)
    }
}

/// The instants from `from` until just before `until`. Empty when `until <= from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Span {
    /// Microseconds; 0 when empty.
    pub fn micros(self) -> i64 {
        self.until.micros_since(self.from).max(0)
    }

    /// The part of this span before `until`.
    pub fn up_to(self, until: Timestamp) -> Self {
        Self { until: self.until.min(until), ..self }
    }
}

/// A length of time in words, two units at most: `40 s`, `11 min`, `2 h 44 min`, `3 d 4 h`. Negative becomes `0 s`.
pub fn span_words(seconds: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let pair = |whole: i64, unit: &str, rest: i64, rest_unit: &str| match rest {
        0 => format!("{whole} {unit}"),
        _ => format!("{whole} {unit} {rest} {rest_unit}"),
    };
    match seconds {
        i64::MIN..=0 => "0 s".to_owned(),
        1..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => pair(seconds / HOUR, "h", seconds % HOUR / MINUTE, "min"),
        _ => pair(seconds / DAY, "d", seconds % DAY / HOUR, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_units_at_most() {
        for (seconds, words) in [
            (-5, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (659, "10 min"),
            (9_840, "2 h 44 min"),
            (7_200, "2 h"),
            (273_600, "3 d 4 h"),
        ] {
            assert_eq!(span_words(seconds), words, "{seconds} s");
        }
    }

    #[test]
    fn instants_travel_as_microseconds() {
        let at = Timestamp::from_micros(1_795_497_704_123_456);
        assert_eq!(serde_json::to_string(&at).unwrap(), "1795497704123456");
        assert_eq!(serde_json::from_str::<Timestamp>("1795497704123456").unwrap(), at);
    }

    #[test]
    fn absurd_instants_become_the_nearest_edge() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(last.plus_seconds(1), last);
        assert!(last.plus_seconds(-1) < last);
        assert!(Timestamp::from_micros(i64::MIN) < Timestamp::EPOCH);
    }
}
