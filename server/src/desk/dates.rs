//! Dates, hours and instants in the words of screens, in a calendar's or a rota's own zone.

use domain::{
    calendar::{Window, Zone},
    time::Timestamp,
};
use jiff::civil::Date;

/// "Thu 24 Dec".
pub fn day(date: Date) -> String {
    date.strftime("%a %-d %b").to_string()
}

/// "Thu 24 Dec", "Tue 29 to Thu 31 Dec", "Wed 30 Dec to Sat 2 Jan".
pub fn days(first_on: Date, last_on: Date) -> String {
    match () {
        () if first_on == last_on => day(first_on),
        () if first_on.month() == last_on.month() => format!("{} to {}", first_on.strftime("%a %-d"), day(last_on)),
        () => format!("{} to {}", day(first_on), day(last_on)),
    }
}

/// "Mon 30 Nov, 09:00".
pub fn moment(zone: &Zone, at: Timestamp) -> String {
    zone.local(at).strftime("%a %-d %b, %H:%M").to_string()
}

/// "Mon 09:00" within six days, "Mon 30 Nov, 09:00" after that.
pub fn soon(zone: &Zone, at: Timestamp, now: Timestamp) -> String {
    const SIX_DAYS_S: i64 = 6 * 86_400;
    match at.seconds_since(now) < SIX_DAYS_S {
        true => zone.local(at).strftime("%a %H:%M").to_string(),
        false => moment(zone, at),
    }
}

/// "Mon 30 Nov 2026, 09:00".
pub fn moment_and_year(zone: &Zone, at: Timestamp) -> String {
    zone.local(at).strftime("%a %-d %b %Y, %H:%M").to_string()
}

/// "09:00 to 12:00 and 13:00 to 17:00"; "closed".
pub fn hours(windows: &[Window]) -> String {
    let words: Vec<String> = windows.iter().map(Window::to_string).collect();
    if words.is_empty() { "closed".to_owned() } else { listed(&words) }
}

/// "a, b and c".
pub fn listed(words: &[String]) -> String {
    match words.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// "1 customer", "12 customers".
pub fn many(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// "Clocks go back by 1 h".
pub fn clock_change(minutes: i64) -> String {
    let length = domain::time::span_words(minutes.abs() * 60);
    if 0 < minutes { format!("Clocks go forward by {length}") } else { format!("Clocks go back by {length}") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_and_hours_are_words() {
        assert_eq!(days(date(2026, 12, 24), date(2026, 12, 24)), "Thu 24 Dec");
        assert_eq!(days(date(2026, 12, 29), date(2026, 12, 31)), "Tue 29 to Thu 31 Dec");
        assert_eq!(days(date(2026, 12, 30), date(2027, 1, 2)), "Wed 30 Dec to Sat 2 Jan");
        let window = |opens, closes| Window::parse(opens, closes).unwrap();
        assert_eq!(hours(&[]), "closed");
        assert_eq!(hours(&[window("09:00", "12:00"), window("13:00", "17:00")]), "09:00 to 12:00 and 13:00 to 17:00");
        assert_eq!(clock_change(-60), "Clocks go back by 1 h");
        let london = Zone::parse("Europe/London").unwrap();
        let at = "2026-11-30T09:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
        assert_eq!(moment(&london, at), "Mon 30 Nov, 09:00");
        assert_eq!(soon(&london, at, at.plus_seconds(-5 * 86_400)), "Mon 09:00");
        assert_eq!(soon(&london, at, at.plus_seconds(-7 * 86_400)), "Mon 30 Nov, 09:00");
    }
}
