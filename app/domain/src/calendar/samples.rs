//! Calendars for tests.

use std::sync::Arc;

use super::{CalendarDraft, Cover, DAY_NAMES, Holidays, WindowText};
use crate::time::Timestamp;

/// The instant an RFC 3339 text means.
pub(crate) fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// "09:00-12:00 13:00-17:00" as texts.
pub(crate) fn texts(windows: &str) -> Vec<WindowText> {
    let pair = |window: &str| {
        let (opens, closes) = window.split_once('-').unwrap();
        (opens.to_owned(), closes.to_owned())
    };
    windows.split_whitespace().map(pair).collect()
}

/// A draft from "mon 09:00-12:00 13:00-17:00, sat 10:00-12:00".
pub(crate) fn draft(tz: &str, weekly: &str) -> CalendarDraft {
    let mut draft = CalendarDraft { tz: tz.to_owned(), ..CalendarDraft::default() };
    for day in weekly.split(',').map(str::trim).filter(|day| !day.is_empty()) {
        let (name, windows) = day.split_once(' ').unwrap();
        let place = DAY_NAMES.iter().position(|day| *day == name).unwrap();
        draft.weekly[place] = texts(windows);
    }
    draft
}

/// Cat1 of `rules` section 1: working hours, not on bank holidays.
pub(crate) fn cat1_draft() -> CalendarDraft {
    let weekly = ["mon", "tue", "wed", "thu", "fri"].map(|day| format!("{day} 09:00-17:00")).join(", ");
    CalendarDraft { holidays: Some(Arc::new(Holidays::england_and_wales())), ..draft("Europe/London", &weekly) }
}

/// Cat2 of `rules` section 1 on the days named: 07:00 to 23:00, bank holidays included.
pub(crate) fn cat2_draft(days: &[&str]) -> CalendarDraft {
    let weekly: Vec<_> = days.iter().map(|day| format!("{day} 07:00-23:00")).collect();
    draft("Europe/London", &weekly.join(", "))
}

pub(crate) fn cover(draft: CalendarDraft) -> Cover {
    Cover::Hours(Arc::new(draft.check().unwrap()))
}
