//! How the days of a calendar look: what is special about each, and announced days that belong together.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Calendar, DayKind, Override};

/// What a day is, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayMark {
    Open,
    /// Closed as every week, such as on a Sunday.
    Closed,
    BankHoliday,
    /// Announced: closed.
    AnnouncedClosed,
    /// Announced: other hours.
    OtherHours,
}

/// Announced days in a row that are alike.
#[derive(Debug, Clone, Copy)]
pub struct Announced<'a> {
    pub first_on: Date,
    pub last_on: Date,
    pub day: &'a Override,
}

impl Calendar {
    pub fn mark(&self, date: Date) -> DayMark {
        let day = self.day(date);
        match (day.kind, day.windows.is_empty()) {
            (DayKind::Weekly, false) => DayMark::Open,
            (DayKind::Weekly, true) => DayMark::Closed,
            (DayKind::Holiday(_), _) => DayMark::BankHoliday,
            (DayKind::Override(_), true) => DayMark::AnnouncedClosed,
            (DayKind::Override(_), false) => DayMark::OtherHours,
        }
    }

    /// The announced days between two dates, both included, those in a row that are alike as one.
    pub fn announced(&self, first_on: Date, last_on: Date) -> Vec<Announced<'_>> {
        let mut runs: Vec<Announced<'_>> = Vec::new();
        for (date, day) in self.overrides.iter().filter(|(date, _)| (first_on..=last_on).contains(*date)) {
            match runs.last_mut() {
                Some(run) if run.last_on.tomorrow().ok() == Some(*date) && run.day == day => run.last_on = *date,
                _ => runs.push(Announced { first_on: *date, last_on: *date, day }),
            }
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::{
        OverrideDraft,
        samples::{cat1_draft, texts},
    };

    /// Cat1 with Christmas 2026: a half day on the 24th, closed from the 29th to the 31st.
    fn christmas() -> Calendar {
        let mut draft = cat1_draft();
        for (day, windows, text) in
            [(24, "09:00-12:00", "Closes at noon"), (29, "", "Shutdown"), (30, "", "Shutdown"), (31, "", "Shutdown")]
        {
            let one = OverrideDraft { windows: texts(windows), text: text.to_owned(), announced_at: None };
            draft.overrides.insert(date(2026, 12, day), one);
        }
        draft.check().unwrap()
    }

    #[test]
    fn every_day_has_a_mark() {
        for (day, mark) in [
            (23, DayMark::Open),
            (24, DayMark::OtherHours),
            (25, DayMark::BankHoliday),
            (26, DayMark::Closed),
            (28, DayMark::BankHoliday),
            (29, DayMark::AnnouncedClosed),
        ] {
            assert_eq!(christmas().mark(date(2026, 12, day)), mark, "{day}");
        }
    }

    #[test]
    fn announced_days_in_a_row_are_one() {
        let calendar = christmas();
        let runs = |first, last| {
            let runs = calendar.announced(date(2026, 12, first), date(2026, 12, last));
            runs.iter().map(|run| (run.first_on.day(), run.last_on.day(), run.day.text.as_str())).collect::<Vec<_>>()
        };
        assert_eq!(runs(1, 31), [(24, 24, "Closes at noon"), (29, 31, "Shutdown")]);
        assert_eq!(runs(30, 30), [(30, 30, "Shutdown")]);
        assert_eq!(runs(1, 23), []);
    }
}
