//! Calendars: when a level's clock runs. Zone, windows of each weekday, bank holidays, dated overrides.
//!
//! Source: `rules` section 2. A calendar is one version and never changes: an announced closure makes a new version.

// Reads zones by name, and the browser has no zone data.
#[cfg(not(target_arch = "wasm32"))]
mod draft;
mod holidays;
#[cfg(test)]
pub(crate) mod samples;
mod spans;
mod window;
mod year;
mod zone;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::{Date, Weekday};

#[cfg(not(target_arch = "wasm32"))]
pub use draft::{CalendarDraft, OverrideDraft, WindowText};
pub use holidays::Holidays;
pub use spans::{Cover, CoverSpans, NO_COVER_DAYS};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use window::minutes;
pub use window::{Window, WindowError};
pub use year::{Announced, DayMark};
pub use zone::{Zone, ZoneError};

use crate::time::{Span, Timestamp};

/// Names of the days in drafts, files and errors, Monday first.
pub const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// One version of a calendar. Its windows never overlap on the wall clock: see `CalendarDraft`, the only way to one.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: Zone,
    /// Monday first; sorted by opening time.
    weekly: [Vec<Window>; 7],
    /// None: bank holidays are days like others.
    holidays: Option<Arc<Holidays>>,
    overrides: BTreeMap<Date, Override>,
}

/// What replaces the windows of one date, also on a bank holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Empty: closed. Sorted by opening time.
    pub windows: Vec<Window>,
    /// What customers read: "Christmas shutdown".
    pub text: String,
    /// When customers were told; None in calendars that never had customers, such as a file to try things out.
    pub announced_at: Option<Timestamp>,
}

/// The windows that open on one date, and what decided them.
#[derive(Debug, Clone, Copy)]
pub struct Day<'a> {
    pub windows: &'a [Window],
    pub kind: DayKind<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    Weekly,
    /// An observed bank holiday, by name.
    Holiday(&'a str),
    Override(&'a Override),
}

impl Calendar {
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn overrides(&self) -> &BTreeMap<Date, Override> {
        &self.overrides
    }

    /// The windows of `weekday` when nothing special happens.
    pub fn weekly(&self, weekday: Weekday) -> &[Window] {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|day| self.weekly.get(day))
            .map_or(&[], Vec::as_slice)
    }

    /// What `date` is: an override before a holiday before the weekly windows.
    ///
    /// A window belongs to the date it opens on, so a holiday or override leaves the night that began the day before.
    pub fn day(&self, date: Date) -> Day<'_> {
        if let Some(one) = self.overrides.get(&date) {
            return Day { windows: &one.windows, kind: DayKind::Override(one) };
        }
        match self.holidays.as_ref().and_then(|holidays| holidays.name(date)) {
            Some(name) => Day { windows: &[], kind: DayKind::Holiday(name) },
            None => Day { windows: self.weekly(date.weekday()), kind: DayKind::Weekly },
        }
    }

    /// The instants of `window` on `date`; empty when a clock change swallows it. None beyond the year 9999.
    pub fn span(&self, date: Date, window: Window) -> Option<Span> {
        Some(Span {
            from: self.zone.opening(date, window.opens_min)?,
            until: self.zone.closing(date, window.closes_min)?,
        })
    }
}
