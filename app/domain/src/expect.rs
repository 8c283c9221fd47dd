//! What somebody can expect who writes now: when we aim to reply, and which of the hours until then count. Source:
//! `rules` sections 1 to 3; `interface` section 6, "New ticket".

use jiff::{
    ToSpan,
    civil::{Time, Weekday},
};

use crate::{
    calendar::{Calendar, Cover, Window, Zone},
    clock::{Count, Pauses, Terms},
    time::{Timestamp, span_words},
};

/// What would happen to a response clock that started now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// None: no cover within 400 days.
    pub due: Option<Timestamp>,
    /// When the clock would begin to count; None: it counts at once, or never.
    pub opens_at: Option<Timestamp>,
    /// Whole seconds that count before the next midnight of the cover's zone.
    pub today_s: i64,
}

/// Counts from `now`. `zone` says when the day ends where no calendar does.
pub fn expect(terms: &Terms, zone: &Zone, now: Timestamp) -> Expected {
    let count = Count { cover: terms.cover.clone(), start: now, target_s: terms.target_s };
    let none = Pauses::default();
    let zone = match &terms.cover {
        Cover::Hours(calendar) => calendar.zone(),
        Cover::Elapsed => zone,
    };
    let tomorrow = zone.date_at(now).saturating_add(1.day());
    let midnight = zone.opening(tomorrow, 0).unwrap_or(now);
    let first = terms.cover.spans(now).next().map(|span| span.from);
    Expected {
        due: count.used_up_at(&none).ok(),
        opens_at: first.filter(|opens_at| now < *opens_at),
        today_s: count.worked_s(&none, midnight),
    }
}

/// "8 working hours from now. Working hours are Monday to Friday, 09:00 to 17:00, so 18 min count today."
pub fn sentence(terms: &Terms, expected: &Expected) -> String {
    let target = hours_words(terms.target_s.into());
    let Cover::Hours(calendar) = &terms.cover else {
        return format!("{target} from now, day and night.");
    };
    let hours = weekly_words(calendar);
    let today = match expected.today_s {
        i64::MIN..=0 => "so nothing counts today any more".to_owned(),
        seconds if i64::from(terms.target_s) <= seconds => "so all of it is today".to_owned(),
        seconds => format!("so {} count today", span_words(seconds)),
    };
    format!("{} from now. Working hours are {hours}, {today}.", target.replacen("hour", "working hour", 1))
}

/// "8 hours", "1 hour", "90 min".
fn hours_words(seconds: i64) -> String {
    match (seconds / 3_600, seconds % 3_600) {
        (1, 0) => "1 hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        _ => span_words(seconds),
    }
}

/// "Monday to Friday, 09:00 to 17:00"; days with the same hours stand together.
pub fn weekly_words(calendar: &Calendar) -> String {
    let mut runs: Vec<(Weekday, Weekday, &[Window])> = Vec::new();
    for day in Weekday::Monday.cycle_forward().take(7) {
        let windows = calendar.weekly(day);
        match runs.last_mut() {
            Some((_, last, hours)) if *hours == windows => *last = day,
            _ => runs.push((day, day, windows)),
        }
    }
    let run = |(first, last, windows): &(Weekday, Weekday, &[Window])| {
        let days = match (*first, *last) {
            (Weekday::Monday, Weekday::Sunday) => "every day".to_owned(),
            (first, last) if first == last => format!("{first:?}"),
            (first, last) => format!("{first:?} to {last:?}"),
        };
        let hours: Vec<_> = windows.iter().map(Window::to_string).collect();
        format!("{days}, {}", hours.join(" and "))
    };
    let open: Vec<_> = runs.iter().filter(|(_, _, windows)| !windows.is_empty()).map(run).collect();
    if open.is_empty() { "on announced days only".to_owned() } else { open.join("; ") }
}

/// "Fri 20 Nov, 16:42".
pub fn moment(zone: &Zone, at: Timestamp) -> String {
    let local = zone.local(at);
    let midnight = local.time() == Time::midnight();
    match midnight {
        // The day that ends then is meant.
        true => format!("{}, 24:00", local.date().saturating_sub(1.day()).strftime("%a %-d %b")),
        false => local.strftime("%a %-d %b, %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::samples::{at, cat1_draft, cat2_draft, cover};

    fn cat1() -> Terms {
        Terms { cover: cover(cat1_draft()), target_s: 8 * 3_600 }
    }

    fn london() -> Zone {
        Zone::parse("Europe/London").unwrap()
    }

    /// Due and when it begins to count, in London.
    fn check(terms: &Terms, now: &str) -> (String, Option<String>, String) {
        let expected = expect(terms, &london(), at(now));
        let due = moment(&london(), expected.due.unwrap());
        (due, expected.opens_at.map(|opens| moment(&london(), opens)), sentence(terms, &expected))
    }

    #[test]
    fn eighteen_minutes_before_closing_the_rest_is_tomorrow() {
        let (due, opens, words) = check(&cat1(), "2026-11-19T16:42:00Z");
        assert_eq!((due.as_str(), opens), ("Fri 20 Nov, 16:42", None));
        let expected = "8 working hours from now. Working hours are Monday to Friday, 09:00 to 17:00, so 18 min count \
                        today.";
        assert_eq!(words, expected);
    }

    #[test]
    fn out_of_hours_it_says_when_the_clock_begins() {
        let (due, opens, words) = check(&cat1(), "2026-11-07T11:00:00Z");
        assert_eq!((due.as_str(), opens.as_deref()), ("Mon 9 Nov, 17:00", Some("Mon 9 Nov, 09:00")));
        assert!(words.ends_with("so nothing counts today any more."), "{words}");
    }

    #[test]
    fn all_of_a_short_target_may_be_today() {
        let everyday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let cat2 = Terms { cover: cover(cat2_draft(&everyday)), target_s: 4 * 3_600 };
        let (due, opens, words) = check(&cat2, "2026-11-19T16:42:00Z");
        assert_eq!((due.as_str(), opens), ("Thu 19 Nov, 20:42", None));
        assert_eq!(
            words,
            "4 working hours from now. Working hours are every day, 07:00 to 23:00, so all of it is today."
        );
        let always = Terms { cover: Cover::Elapsed, target_s: 24 * 3_600 };
        assert_eq!(check(&always, "2026-11-19T16:42:00Z").2, "24 hours from now, day and night.");
    }
}
