//! The calendars that the seeded levels count by.

use std::sync::Arc;

use super::{EXTENDED_HOURS, WORKING_HOURS};
use crate::calendar::{CalendarDraft, Holidays, WindowText};

/// Key and first version of each seeded calendar. Source: `rules` section 1.
pub fn calendar_drafts() -> [(&'static str, CalendarDraft); 2] {
    let draft = |windows: fn(usize) -> Vec<WindowText>, holidays| CalendarDraft {
        tz: "Europe/London".to_owned(),
        weekly: std::array::from_fn(windows),
        holidays,
        ..CalendarDraft::default()
    };
    let holidays = Some(Arc::new(Holidays::england_and_wales()));
    [(WORKING_HOURS, draft(working_day, holidays)), (EXTENDED_HOURS, draft(|_weekday| window("07:00", "23:00"), None))]
}

/// Monday is 0.
fn working_day(weekday: usize) -> Vec<WindowText> {
    if weekday < 5 { window("09:00", "17:00") } else { Vec::new() }
}

fn window(opens: &str, closes: &str) -> Vec<WindowText> {
    vec![(opens.to_owned(), closes.to_owned())]
}
