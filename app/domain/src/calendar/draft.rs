//! Calendars as people and files write them, and every mistake in one.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;

use super::{Calendar, DAY_NAMES, Holidays, Override, Window, Zone};
use crate::{probe::FieldError, time::Timestamp};

/// Opening and closing time: ("09:00", "17:00"), ("22:00", "30:00").
pub type WindowText = (String, String);

/// A calendar before it is checked.
#[derive(Debug, Clone, Default)]
pub struct CalendarDraft {
    /// IANA name.
    pub tz: String,
    /// Monday first; a day may have several windows, or none.
    pub weekly: [Vec<WindowText>; 7],
    /// None: bank holidays are days like others.
    pub holidays: Option<Arc<Holidays>>,
    pub overrides: BTreeMap<Date, OverrideDraft>,
}

#[derive(Debug, Clone, Default)]
pub struct OverrideDraft {
    /// Empty: closed.
    pub windows: Vec<WindowText>,
    pub text: String,
    pub announced_at: Option<Timestamp>,
}

impl CalendarDraft {
    /// The calendar, or every mistake in the draft by field: `tz`, `weekly.mon[0]`, `overrides.2026-12-24[1]`,
    /// `overrides.2026-12-24.text`.
    pub fn check(self) -> Result<Calendar, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let zone = Zone::parse(&self.tz).map_err(|error| wrong.push(FieldError::new("tz", error))).ok();
        let mut weekly: [Vec<Window>; 7] = Default::default();
        for ((day, name), texts) in weekly.iter_mut().zip(DAY_NAMES).zip(&self.weekly) {
            *day = windows(&format!("weekly.{name}"), texts, &mut wrong);
        }
        let mut overrides = BTreeMap::new();
        for (date, draft) in self.overrides {
            let field = format!("overrides.{date}");
            if draft.text.trim().is_empty() {
                wrong.push(FieldError::new(&format!("{field}.text"), "must say what customers read, as in \"Closed\""));
            }
            let windows = windows(&field, &draft.windows, &mut wrong);
            overrides.insert(date, Override { windows, text: draft.text, announced_at: draft.announced_at });
        }
        match zone {
            Some(zone) if wrong.is_empty() => {
                let calendar = Calendar { zone, weekly, holidays: self.holidays, overrides };
                let wrong = overlaps_at_midnight(&calendar);
                if wrong.is_empty() { Ok(calendar) } else { Err(wrong) }
            }
            _ => Err(wrong),
        }
    }
}

/// The windows of one day, sorted; mistakes are added by `field` and place in the list.
fn windows(field: &str, texts: &[WindowText], wrong: &mut Vec<FieldError>) -> Vec<Window> {
    let mut good = Vec::new();
    for (place, (opens, closes)) in texts.iter().enumerate() {
        match Window::parse(opens, closes) {
            Ok(window) => good.push((window, place)),
            Err(error) => wrong.push(FieldError::new(&format!("{field}[{place}]"), error)),
        }
    }
    good.sort_unstable();
    for ((before, _), (after, place)) in good.iter().zip(good.iter().skip(1)) {
        if after.opens_min < before.closes_min {
            wrong.push(FieldError::new(&format!("{field}[{place}]"), format!("overlaps {before}")));
        }
    }
    good.into_iter().map(|(window, _)| window).collect()
}

/// Windows that are still open when the next day's first one opens.
///
/// Weekdays are compared as they follow each other in an ordinary week, overrides with the days around them as they
/// are, holidays included.
fn overlaps_at_midnight(calendar: &Calendar) -> Vec<FieldError> {
    const DAY_MIN: u16 = 1_440;
    let meet = |before: &[Window], after: &[Window]| {
        let closes = before.last().map_or(0, |window| window.closes_min.saturating_sub(DAY_MIN));
        after.first().is_some_and(|window| window.opens_min < closes)
    };
    let mut wrong = Vec::new();
    let following = calendar.weekly.iter().zip(DAY_NAMES).cycle().skip(1);
    for ((before, name), (after, next)) in calendar.weekly.iter().zip(DAY_NAMES).zip(following) {
        if meet(before, after) {
            wrong.push(FieldError::new(&format!("weekly.{name}"), format!("is still open when weekly.{next} opens")));
        }
    }
    for (date, one) in &calendar.overrides {
        let field = format!("overrides.{date}");
        if let Ok(before) = date.yesterday()
            && meet(calendar.day(before).windows, &one.windows)
        {
            wrong.push(FieldError::new(&field, format!("opens while the window of {before} is still open")));
        }
        // Two overrides in a row are told of once, by the later one.
        if let Ok(after) = date.tomorrow()
            && !calendar.overrides.contains_key(&after)
            && meet(&one.windows, calendar.day(after).windows)
        {
            wrong.push(FieldError::new(&field, format!("is still open when the window of {after} opens")));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::samples::{draft, texts};

    /// Fields of the mistakes in a draft, in order.
    fn check(draft: CalendarDraft, fields: &[&str]) {
        let wrong = draft.check().err().unwrap_or_default();
        let found: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(found, fields, "{wrong:?}");
    }

    fn closed(text: &str) -> OverrideDraft {
        OverrideDraft { text: text.to_owned(), ..OverrideDraft::default() }
    }

    fn open(windows: &str) -> OverrideDraft {
        OverrideDraft { windows: texts(windows), text: "Other hours".to_owned(), announced_at: None }
    }

    #[test]
    fn a_right_draft_is_a_calendar() {
        let mut draft = draft("Europe/London", "mon 09:00-12:00 13:00-17:00, fri 22:00-30:00, sun 22:00-30:00");
        draft.overrides.insert(date(2026, 12, 24), open("13:00-17:00 09:00-12:00"));
        let calendar = draft.check().unwrap();
        let opens = |date| calendar.day(date).windows.iter().map(|window| window.opens_min).collect::<Vec<_>>();
        assert_eq!(opens(date(2026, 10, 5)), [540, 780]);
        assert_eq!(opens(date(2026, 10, 6)), Vec::<u16>::new());
        assert_eq!(opens(date(2026, 12, 24)), [540, 780], "sorted");
    }

    #[test]
    fn every_mistake_is_named_by_its_field() {
        let mut draft = draft("Europe/Londres", "tue 09:00-25:61 17:00-09:00, sat 24:00-30:00");
        draft.overrides.insert(date(2026, 12, 24), OverrideDraft { windows: texts("9-17"), ..closed(" ") });
        check(
            draft,
            &[
                "tz",
                "weekly.tue[0]",
                "weekly.tue[1]",
                "weekly.sat[0]",
                "overrides.2026-12-24.text",
                "overrides.2026-12-24[0]",
            ],
        );
    }

    #[test]
    fn windows_of_a_day_may_touch_and_not_overlap() {
        check(draft("UTC", "mon 09:00-12:00 12:00-17:00"), &[]);
        check(draft("UTC", "mon 09:00-12:01 12:00-17:00"), &["weekly.mon[1]"]);
        check(draft("UTC", "mon 12:00-17:00 09:00-12:01"), &["weekly.mon[0]"]);
        check(draft("UTC", "mon 09:00-17:00 09:00-17:00"), &["weekly.mon[1]"]);
    }

    #[test]
    fn a_night_may_touch_the_next_day_and_not_overlap() {
        check(draft("UTC", "mon 22:00-30:00, tue 06:00-12:00"), &[]);
        check(draft("UTC", "mon 22:00-30:01, tue 06:00-12:00"), &["weekly.mon"]);
        check(draft("UTC", "sun 22:00-30:01, mon 06:00-12:00"), &["weekly.sun"]);
        check(draft("UTC", "mon 00:00-48:00, wed 00:00-24:00"), &[]);
    }

    #[test]
    fn overrides_may_not_overlap_the_days_around_them() {
        let night = || draft("UTC", "mon 22:00-30:00, tue 22:00-30:00, wed 22:00-30:00");
        let with = |day, one| CalendarDraft { overrides: [(date(2026, 10, day), one)].into(), ..night() };
        check(with(6, open("06:00-12:00")), &[]);
        check(with(6, open("05:59-12:00")), &["overrides.2026-10-06"]);
        check(with(5, open("22:00-46:00")), &[]);
        check(with(5, open("22:00-46:01")), &["overrides.2026-10-05"]);
        let mut both = with(6, open("22:00-47:00"));
        both.overrides.insert(date(2026, 10, 7), open("22:59-23:30"));
        check(both, &["overrides.2026-10-07"]);
    }

    #[test]
    fn a_holiday_leaves_no_night_to_overlap() {
        // Easter Monday, 6 April 2026: its night does not exist.
        let mut draft = draft("UTC", "mon 22:00-30:00");
        draft.overrides.insert(date(2026, 4, 7), open("05:00-12:00"));
        check(draft.clone(), &["overrides.2026-04-07"]);
        draft.holidays = Some(Arc::new(Holidays::england_and_wales()));
        check(draft, &[]);
    }
}
