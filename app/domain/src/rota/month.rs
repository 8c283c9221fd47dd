//! Who has a layer day by day, for a month's page: a page has room for one name a day.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Rota, Shift, Source};
use crate::{id::UserId, time::Timestamp};

const NOON_MIN: u16 = 12 * 60;

/// Who a day shows; None: nobody is on call.
pub type DayDuty = Option<(UserId, Source)>;

impl Rota {
    /// One entry for each of `count` days from `first_on` on.
    ///
    /// A day shows whoever has the layer at noon; a swap or temporary schedule that holds no noon at all is shown on the
    /// day on which it begins, so that none is left out.
    pub fn days(&self, layer: usize, first_on: Date, count: u16) -> Vec<DayDuty> {
        let dates: Vec<Date> = first_on.series(jiff::ToSpan::day(1)).take(usize::from(count)).collect();
        let noon = |date: Date| self.zone.opening(date, NOON_MIN).unwrap_or(Timestamp::MAX);
        let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return Vec::new() };
        // A day before and after: what holds no noon may begin or end there.
        let (from, until) = (noon(*first).plus_seconds(-86_400), noon(*last).plus_seconds(86_400));
        let shifts: Vec<Shift> =
            self.shifts(from, until).shifts.into_iter().filter(|shift| shift.layer == layer).collect();
        let mut short: BTreeMap<Date, &Shift> = BTreeMap::new();
        for shift in shifts.iter().filter(|shift| shift.source != Source::Rotation) {
            let begins = self.zone.date_at(shift.span.from);
            let noons = [Some(begins), begins.tomorrow().ok()].into_iter().flatten().map(noon);
            if !noons.into_iter().any(|noon| shift.span.from <= noon && noon < shift.span.until) {
                short.insert(begins, shift);
            }
        }
        let on = |date: &Date| {
            let noon = noon(*date);
            let at_noon = || shifts.iter().find(|shift| shift.span.from <= noon && noon < shift.span.until);
            short.get(date).copied().or_else(at_noon).map(|shift| (shift.person, shift.source.clone()))
        };
        dates.iter().map(on).collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::rota::samples::{person, rota, rotation, swap, weekly};

    /// "1122s.": people by number, `s` for a swap, `.` for nobody.
    fn check(draft: &crate::rota::RotaDraft, first_on: Date, expected: &str) {
        let days = draft.check().unwrap().days(0, first_on, u16::try_from(expected.len()).unwrap());
        let letter = |day: &DayDuty| match day {
            None => '.',
            Some((_, Source::Swap { .. })) => 's',
            Some((who, _)) => (1..9).find(|number| *who == person(*number)).map_or('?', |n| char::from(b'0' + n as u8)),
        };
        assert_eq!(days.iter().map(letter).collect::<String>(), expected);
    }

    #[test]
    fn a_day_is_whoever_has_its_noon() {
        check(&rota("Europe/London", weekly(2)), date(2026, 10, 5), "111111122222221");
        check(
            &rota("Europe/London", rotation(&[1], "2026-10-12", Some("2026-10-19"))),
            date(2026, 10, 10),
            "..1111111.",
        );
    }

    #[test]
    fn a_night_is_shown_on_the_day_it_begins() {
        let mut draft = rota("Europe/London", weekly(1));
        draft.layers[0].swaps =
            vec![swap(2, "2026-10-07T18:00", "2026-10-08T09:00"), swap(2, "2026-10-10T09:00", "2026-10-12T09:00")];
        check(&draft, date(2026, 10, 5), "11s11ss1");
    }

    #[test]
    fn clock_changes_move_no_day() {
        check(&rota("Europe/London", weekly(2)), date(2026, 10, 24), "11222222");
    }
}
