//! Bank holidays as a table that rows can extend.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// Dates and the names that explanations show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(BTreeMap<Date, String>);

impl Holidays {
    /// The bank holidays of England and Wales 2026 to 2028 as published on gov.uk/bank-holidays.
    ///
    /// Where a holiday falls on a weekend the list has its substitute day only, as the publication does.
    pub fn england_and_wales() -> Self {
        ENGLAND_AND_WALES
            .iter()
            .filter_map(|(year, month, day, name)| Some((Date::new(*year, *month, *day).ok()?, (*name).to_owned())))
            .collect()
    }

    pub fn name(&self, date: Date) -> Option<&str> {
        self.0.get(&date).map(String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Date, &str)> {
        self.0.iter().map(|(date, name)| (*date, name.as_str()))
    }
}

/// The later name of a date wins, so rows may be chained behind the seeded table.
impl FromIterator<(Date, String)> for Holidays {
    fn from_iter<I: IntoIterator<Item = (Date, String)>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

const ENGLAND_AND_WALES: &[(i16, i8, i8, &str)] = &[
    (2026, 1, 1, "New Year's Day"),
    (2026, 4, 3, "Good Friday"),
    (2026, 4, 6, "Easter Monday"),
    (2026, 5, 4, "Early May bank holiday"),
    (2026, 5, 25, "Spring bank holiday"),
    (2026, 8, 31, "Summer bank holiday"),
    (2026, 12, 25, "Christmas Day"),
    (2026, 12, 28, "Boxing Day (substitute day)"),
    (2027, 1, 1, "New Year's Day"),
    (2027, 3, 26, "Good Friday"),
    (2027, 3, 29, "Easter Monday"),
    (2027, 5, 3, "Early May bank holiday"),
    (2027, 5, 31, "Spring bank holiday"),
    (2027, 8, 30, "Summer bank holiday"),
    (2027, 12, 27, "Christmas Day (substitute day)"),
    (2027, 12, 28, "Boxing Day (substitute day)"),
    (2028, 1, 3, "New Year's Day (substitute day)"),
    (2028, 4, 14, "Good Friday"),
    (2028, 4, 17, "Easter Monday"),
    (2028, 5, 1, "Early May bank holiday"),
    (2028, 5, 29, "Spring bank holiday"),
    (2028, 8, 28, "Summer bank holiday"),
    (2028, 12, 25, "Christmas Day"),
    (2028, 12, 26, "Boxing Day"),
];

#[cfg(test)]
mod tests {
    use jiff::{
        ToSpan,
        civil::{Weekday, date},
    };

    use super::*;

    /// Easter Sunday of the Gregorian calendar (Meeus).
    fn easter(year: i16) -> Date {
        let y = i32::from(year);
        let (a, b, c) = (y % 19, y / 100, y % 100);
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        let m = (a + 11 * h + 22 * l) / 451;
        let n = h + l - 7 * m + 114;
        date(year, i8::try_from(n / 31).unwrap(), i8::try_from(n % 31 + 1).unwrap())
    }

    /// The holidays of a year by the rules they are set by.
    fn by_rule(year: i16) -> Vec<Date> {
        let monday = |nth, month| date(year, month, 1).nth_weekday_of_month(nth, Weekday::Monday).unwrap();
        let mut days =
            vec![easter(year) - 2.days(), easter(year) + 1.day(), monday(1, 5), monday(-1, 5), monday(-1, 8)];
        for fixed in [date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)] {
            let weekend = |day: Date| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            let mut day = fixed;
            while weekend(day) || days.contains(&day) {
                day = day.tomorrow().unwrap();
            }
            days.push(day);
        }
        days.sort_unstable();
        days
    }

    #[test]
    fn the_table_is_what_the_rules_give() {
        let table: Vec<_> = Holidays::england_and_wales().iter().map(|(day, _)| day).collect();
        let rules: Vec<_> = (2026..=2028).flat_map(by_rule).collect();
        assert_eq!(table, rules);
        assert_eq!(table.len(), ENGLAND_AND_WALES.len());
    }

    #[test]
    fn rows_extend_the_table() {
        let seeded = Holidays::england_and_wales();
        let rows = [(date(2026, 6, 12), "Extra bank holiday".to_owned())];
        let all: Holidays = seeded.iter().map(|(day, name)| (day, name.to_owned())).chain(rows).collect();
        assert_eq!(all.name(date(2026, 6, 12)), Some("Extra bank holiday"));
        assert_eq!(all.name(date(2027, 12, 27)), Some("Christmas Day (substitute day)"));
        assert_eq!(all.name(date(2027, 12, 25)), None);
    }
}
