//! What goes into a feed: holidays, announced days, shifts.

use super::write::{FeedEvent, When, day, instant};
use crate::{
    calendar::{Calendar, Holidays, Window},
    id::{RotaId, UserId},
    rota::{Rota, Shift},
};

/// One event for each bank holiday. `host` is the installation's name, which makes ids unique in the world.
pub fn holidays(holidays: &Holidays, host: &str) -> Vec<FeedEvent> {
    let event = |(date, name): (jiff::civil::Date, &str)| FeedEvent {
        uid: format!("holiday-{}@{host}", day(date)),
        when: When::Days { first_on: date, last_on: date },
        summary: name.to_owned(),
    };
    holidays.iter().map(event).collect()
}

/// One event for each announced day of the calendar called `key`, with its hours.
pub fn closures(key: &str, calendar: &Calendar, host: &str) -> Vec<FeedEvent> {
    let event = |(date, one): (&jiff::civil::Date, &crate::calendar::Override)| {
        let hours: Vec<_> = one.windows.iter().map(Window::to_string).collect();
        let hours = if hours.is_empty() { "closed".to_owned() } else { format!("open {}", hours.join(", ")) };
        FeedEvent {
            uid: format!("closure-{key}-{}@{host}", day(*date)),
            when: When::Days { first_on: *date, last_on: *date },
            summary: format!("{} ({hours})", one.text),
        }
    };
    calendar.overrides().iter().map(event).collect()
}

/// One event for each shift, such as "Priya Nair, First (Duty engineers)". `name` knows people.
pub fn shifts(
    rota: RotaId,
    of: &Rota,
    shifts: &[Shift],
    name: impl Fn(UserId) -> Option<String>,
    host: &str,
) -> Vec<FeedEvent> {
    let event = |shift: &Shift| {
        let layer = of.layers().nth(shift.layer).unwrap_or_default();
        let person = name(shift.person).unwrap_or_else(|| "Somebody".to_owned());
        FeedEvent {
            uid: format!("shift-{rota}-{}-{}@{host}", shift.layer, instant(shift.span.from)),
            when: When::Span(shift.span),
            summary: format!("{person}, {layer} ({})", of.name()),
        }
    };
    shifts.iter().map(event).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        calendar::{
            OverrideDraft,
            samples::{at, cat1_draft, texts},
        },
        rota::samples::{person, rota, swap, weekly},
    };

    fn check(events: &[FeedEvent], expected: &[(&str, &str)]) {
        let found: Vec<_> = events.iter().map(|event| (event.uid.as_str(), event.summary.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_holiday_has_an_event() {
        let all = Holidays::england_and_wales();
        let events = holidays(&all, "desk.example");
        assert_eq!(events.len(), all.iter().count());
        check(&events[..1], &[("holiday-20260101@desk.example", "New Year's Day")]);
    }

    #[test]
    fn announced_days_say_their_hours() {
        let mut draft = cat1_draft();
        for (day, windows) in [(24, "09:00-12:00"), (29, ""), (31, "09:00-12:00 22:00-30:00")] {
            let one = OverrideDraft { windows: texts(windows), text: "Christmas".to_owned(), announced_at: None };
            draft.overrides.insert(date(2026, 12, day), one);
        }
        check(
            &closures("working-hours", &draft.check().unwrap(), "desk.example"),
            &[
                ("closure-working-hours-20261224@desk.example", "Christmas (open 09:00 to 12:00)"),
                ("closure-working-hours-20261229@desk.example", "Christmas (closed)"),
                (
                    "closure-working-hours-20261231@desk.example",
                    "Christmas (open 09:00 to 12:00, 22:00 to 06:00 the day after)",
                ),
            ],
        );
    }

    #[test]
    fn shifts_keep_their_ids_in_every_feed() {
        let mut draft = rota("Europe/London", weekly(2));
        draft.layers[0].swaps = vec![swap(2, "2026-10-07T18:00", "2026-10-08T09:00")];
        let checked = draft.check().unwrap();
        let id = RotaId(uuid::Uuid::from_u128(1));
        let name = |user| (user == person(1)).then(|| "Priya Nair".to_owned());
        let feed = |from| {
            let roster = checked.shifts(at(from), at("2026-10-09T00:00:00Z"));
            shifts(id, &checked, &roster.shifts, name, "desk.example")
        };
        let events = feed("2026-10-06T00:00:00Z");
        check(
            &events,
            &[
                (
                    "shift-00000000-0000-0000-0000-000000000001-0-20261005T080000Z@desk.example",
                    "Priya Nair, First (Duty engineers)",
                ),
                (
                    "shift-00000000-0000-0000-0000-000000000001-0-20261007T170000Z@desk.example",
                    "Somebody, First (Duty engineers)",
                ),
                (
                    "shift-00000000-0000-0000-0000-000000000001-0-20261008T080000Z@desk.example",
                    "Priya Nair, First (Duty engineers)",
                ),
            ],
        );
        assert_eq!(feed("2026-10-07T20:00:00Z"), events[1..]);
    }
}
