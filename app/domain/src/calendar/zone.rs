//! Time zones: from wall-clock times to instants and back.

use std::fmt;

use jiff::{
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, Offset, TimeZone},
};

use crate::time::{Span, Timestamp};

const MINUTES_PER_DAY: u16 = 1_440;
const MINUTES_PER_HOUR: u16 = 60;

/// An IANA time zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a known time zone; an IANA name such as \"Europe/London\" is meant")]
pub struct ZoneError(pub String);

impl Zone {
    /// The zone called `name`, capitals or not.
    ///
    /// From the zone data in this binary, never the machine's: every node must reproduce every stored due instant.
    /// The browser has no zone data, so this does not exist there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).map_err(|_| ZoneError(name.to_owned()))?;
        if zone.is_unknown() { Err(ZoneError(name.to_owned())) } else { Ok(Self(zone)) }
    }

    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The local date at an instant.
    pub fn date_at(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at.as_jiff()).date()
    }

    /// What the clock on the wall shows at an instant.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.0.to_datetime(at.as_jiff())
    }

    /// By how many minutes the clocks go forward on `date`, negative when back; None on ordinary days.
    pub fn clock_change_min(&self, date: Date) -> Option<i64> {
        let day = Span { from: self.opening(date, 0)?, until: self.opening(date, MINUTES_PER_DAY)? };
        let offset = |at: Timestamp| i64::from(self.0.to_offset(at.as_jiff()).seconds());
        let seconds = offset(day.until) - offset(day.from);
        (seconds != 0).then_some(seconds / 60)
    }

    /// When a window opens that opens `minutes` after midnight of `date`: in the repeated hour the first time, in a gap
    /// the end of the gap. None beyond the years -9999 to 9999.
    pub fn opening(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        self.instant(date, minutes, |first, _second| first)
    }

    /// When a window closes that closes `minutes` after midnight of `date`: in the repeated hour the second time, in a
    /// gap the end of the gap. None beyond the years -9999 to 9999.
    pub fn closing(&self, date: Date, minutes: u16) -> Option<Timestamp> {
        self.instant(date, minutes, |_first, second| second)
    }

    fn instant(&self, date: Date, minutes: u16, repeated: fn(Offset, Offset) -> Offset) -> Option<Timestamp> {
        let local = wall_clock(date, minutes)?;
        let offset = match self.0.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Fold { before, after } => repeated(before, after),
            AmbiguousOffset::Gap { after, .. } => return self.gap_end(local, after),
        };
        offset.to_timestamp(local).ok().map(Timestamp::from)
    }

    /// The instant at which the clocks were put forward over `local`; `after` is the offset from then on.
    fn gap_end(&self, local: DateTime, after: Offset) -> Option<Timestamp> {
        // Read with the later offset, a time in the gap lies before the change, by less than the gap.
        let before_change = after.to_timestamp(local).ok()?;
        let change = self.0.following(before_change).find(|change| change.offset() == after)?;
        Some(change.timestamp().into())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the clock on the wall shows; from 24:00 on it is the next day's, 48:00 the midnight after that.
fn wall_clock(date: Date, minutes: u16) -> Option<DateTime> {
    let mut date = date;
    for _ in 0..minutes / MINUTES_PER_DAY {
        date = date.tomorrow().ok()?;
    }
    let minutes = minutes % MINUTES_PER_DAY;
    let hour = i8::try_from(minutes / MINUTES_PER_HOUR).ok()?;
    let minute = i8::try_from(minutes % MINUTES_PER_HOUR).ok()?;
    Some(date.at(hour, minute, 0, 0))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// The instants at which a window edge falls, opening and closing.
    fn check(zone: &str, on: Date, minutes: u16, opening: &str, closing: &str) {
        let zone = Zone::parse(zone).unwrap();
        assert_eq!(zone.opening(on, minutes).unwrap().to_string(), opening, "{zone:?} {on} {minutes} opening");
        assert_eq!(zone.closing(on, minutes).unwrap().to_string(), closing, "{zone:?} {on} {minutes} closing");
    }

    #[test]
    fn an_ordinary_edge_is_one_instant() {
        check("Europe/London", date(2026, 10, 6), 540, "2026-10-06T08:00:00Z", "2026-10-06T08:00:00Z");
        check("Europe/London", date(2026, 10, 6), 1_440, "2026-10-06T23:00:00Z", "2026-10-06T23:00:00Z");
        check("Europe/London", date(2026, 10, 6), 2_880, "2026-10-07T23:00:00Z", "2026-10-07T23:00:00Z");
    }

    #[test]
    fn an_edge_in_the_spring_gap_moves_to_its_end() {
        for minutes in [60, 61, 90, 119, 120] {
            check("Europe/London", date(2026, 3, 29), minutes, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z");
        }
        check("Europe/London", date(2026, 3, 28), 1_530, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z");
        check("Australia/Lord_Howe", date(2026, 10, 4), 135, "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z");
    }

    #[test]
    fn in_the_repeated_hour_a_window_opens_the_first_time_and_closes_the_second() {
        check("Europe/London", date(2026, 10, 25), 59, "2026-10-24T23:59:00Z", "2026-10-24T23:59:00Z");
        check("Europe/London", date(2026, 10, 25), 60, "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z");
        check("Europe/London", date(2026, 10, 25), 90, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
        check("Europe/London", date(2026, 10, 25), 120, "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z");
        check("Australia/Lord_Howe", date(2026, 4, 5), 105, "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z");
    }

    #[test]
    fn midnight_may_be_repeated() {
        check("America/Havana", date(2027, 11, 5), 2_880, "2027-11-07T04:00:00Z", "2027-11-07T05:00:00Z");
    }

    #[test]
    fn a_day_that_never_was_is_one_instant() {
        for minutes in [0, 720, 1_439, 1_440] {
            check("Pacific/Apia", date(2011, 12, 30), minutes, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z");
        }
    }

    #[test]
    fn clock_changes_far_ahead_follow_the_same_rules() {
        check("Europe/London", date(2060, 3, 28), 90, "2060-03-28T01:00:00Z", "2060-03-28T01:00:00Z");
        check("Europe/London", date(2060, 10, 31), 90, "2060-10-31T00:30:00Z", "2060-10-31T01:30:00Z");
    }

    #[test]
    fn the_days_on_which_clocks_change_are_known() {
        for (zone, on, expected) in [
            ("Europe/London", date(2026, 3, 29), Some(60)),
            ("Europe/London", date(2026, 3, 28), None),
            ("Europe/London", date(2026, 3, 30), None),
            ("Europe/London", date(2026, 10, 25), Some(-60)),
            ("Australia/Lord_Howe", date(2026, 4, 5), Some(-30)),
            ("UTC", date(2026, 3, 29), None),
        ] {
            assert_eq!(Zone::parse(zone).unwrap().clock_change_min(on), expected, "{zone} {on}");
        }
    }

    #[test]
    fn the_wall_clock_is_local() {
        let zone = Zone::parse("Europe/London").unwrap();
        let at: Timestamp = "2026-07-01T08:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(zone.local(at), date(2026, 7, 1).at(9, 0, 0, 0));
    }

    #[test]
    fn only_names_of_the_zone_database_are_zones() {
        assert_eq!(Zone::parse("europe/london").unwrap().name(), "Europe/London");
        assert_eq!(Zone::parse("UTC").unwrap().name(), "UTC");
        for name in ["", "Europe/Londres", "+01:00", "Etc/Unknown", "GMT0BST,M3.5.0/1,M10.5.0"] {
            assert!(Zone::parse(name).is_err(), "{name}");
        }
    }
}
