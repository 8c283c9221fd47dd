//! Whole-day events of a file, or every line that is wrong.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};

use super::lines::{Property, property, unescape, unfold};
use crate::{calendar::OverrideDraft, text::Name, time::Timestamp};

/// A file of holidays has kilobytes.
pub const BYTES_MAX: usize = 1 << 20;
pub const EVENTS_MAX: usize = 2_000;
/// Days of one event: no closure lasts longer than a year.
pub const EVENT_DAYS_MAX: i32 = 366;
/// Enough to see what is wrong with a file.
const ERRORS_MAX: usize = 20;

/// One event of whole days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEvent {
    /// The line of the file on which it begins.
    pub line: usize,
    pub first_on: Date,
    pub last_on: Date,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct LineError {
    /// Counted from 1.
    pub line: usize,
    pub message: String,
}

impl DayEvent {
    pub fn dates(&self) -> impl Iterator<Item = Date> {
        self.first_on.series(1.day()).take_while(|date| *date <= self.last_on)
    }
}

/// Each day of `events` as a holiday, to be added to a table of holidays.
pub fn as_holidays(events: &[DayEvent]) -> impl Iterator<Item = (Date, String)> {
    events.iter().flat_map(|event| event.dates().map(|date| (date, event.name.clone())))
}

/// Overrides that close each day of `events`, to be added to a calendar's draft.
pub fn as_closures(events: &[DayEvent], announced_at: Option<Timestamp>) -> BTreeMap<Date, OverrideDraft> {
    let closed = |event: &DayEvent| OverrideDraft { windows: Vec::new(), text: event.name.clone(), announced_at };
    events.iter().flat_map(|event| event.dates().map(move |date| (date, closed(event)))).collect()
}

/// The events of a file in their order, cancelled ones left out, or at most 20 mistakes by line.
///
/// Times of day and repeating events are mistakes rather than passed over: a day that is missed stops no clock.
pub fn read(file: &[u8]) -> Result<Vec<DayEvent>, Vec<LineError>> {
    if BYTES_MAX < file.len() {
        let message = format!("the file may have {BYTES_MAX} bytes at most, not {}", file.len());
        return Err(vec![LineError { line: 1, message }]);
    }
    let mut reader = Reader::default();
    for line in unfold(file) {
        let read = match std::str::from_utf8(&line.octets) {
            Err(_) => Err("is not UTF-8".to_owned()),
            Ok(text) => match property(text) {
                None => Err(format!("{:?} is no property such as SUMMARY:Christmas Day", start_of(text))),
                Some(property) => reader.read(line.number, &property),
            },
        };
        reader.line = line.number;
        if let Err(message) = read {
            reader.wrong.push(LineError { line: line.number, message });
        }
        if ERRORS_MAX <= reader.wrong.len() {
            break;
        }
    }
    reader.finish()
}

/// What a file is read into.
#[derive(Debug, Default)]
struct Reader {
    /// Components that are open, outermost first.
    open: Vec<String>,
    /// The last line read.
    line: usize,
    calendars: usize,
    event: Option<Draft>,
    events: Vec<DayEvent>,
    wrong: Vec<LineError>,
}

/// An event while it is read. Its mistakes count only if it is not cancelled.
#[derive(Debug, Default)]
struct Draft {
    line: usize,
    first_on: Option<Date>,
    end: Option<End>,
    name: Option<String>,
    cancelled: bool,
    wrong: Vec<LineError>,
}

/// Where an event says it ends, with its line.
#[derive(Debug, Clone, Copy)]
enum End {
    /// The day after its last.
    Before(Date, usize),
    Days(i32, usize),
}

impl Reader {
    fn read(&mut self, line: usize, property: &Property<'_>) -> Result<(), String> {
        match (property.name.as_str(), self.open.as_slice()) {
            ("BEGIN", _) => self.begin(line, &property.value.trim().to_ascii_uppercase()),
            ("END", _) => self.end(line, &property.value.trim().to_ascii_uppercase()),
            (_, []) => Err("stands outside of BEGIN:VCALENDAR and END:VCALENDAR".to_owned()),
            // What is inside an event's alarm is not the event's.
            (_, [_, _]) => match &mut self.event {
                Some(event) => {
                    event.read(line, property);
                    Ok(())
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, line: usize, component: &str) -> Result<(), String> {
        /// A calendar's event's alarm has three.
        const DEPTH_MAX: usize = 8;
        match (component, self.open.len()) {
            ("VCALENDAR", 0) => self.calendars += 1,
            ("VCALENDAR", _) | (_, 0) => return Err(format!("BEGIN:{component} stands in the wrong place")),
            (_, DEPTH_MAX..) => return Err(format!("components may lie {DEPTH_MAX} deep at most")),
            ("VEVENT", 1) => self.event = Some(Draft { line, ..Draft::default() }),
            _ => {}
        }
        self.open.push(component.to_owned());
        Ok(())
    }

    fn end(&mut self, line: usize, component: &str) -> Result<(), String> {
        match self.open.last() {
            Some(open) if open == component => self.open.pop(),
            Some(open) => return Err(format!("END:{component} while {open} is open")),
            None => return Err(format!("END:{component} without its BEGIN")),
        };
        if self.open.len() != 1 {
            return Ok(());
        }
        let Some(event) = self.event.take().filter(|event| !event.cancelled) else { return Ok(()) };
        if self.events.len() == EVENTS_MAX {
            return Err(format!("the file may have {EVENTS_MAX} events at most; line {line} ends one more"));
        }
        match event.finish() {
            Ok(event) => self.events.push(event),
            Err(mut wrong) => self.wrong.append(&mut wrong),
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<DayEvent>, Vec<LineError>> {
        if self.wrong.is_empty() {
            let line = self.line.max(1);
            if let Some(open) = self.open.last() {
                self.wrong.push(LineError { line, message: format!("END:{open} is missing") });
            } else if self.calendars == 0 {
                self.wrong.push(LineError { line, message: "the file has no BEGIN:VCALENDAR".to_owned() });
            }
        }
        self.wrong.sort_by_key(|error| error.line);
        self.wrong.truncate(ERRORS_MAX);
        if self.wrong.is_empty() { Ok(self.events) } else { Err(self.wrong) }
    }
}

impl Draft {
    fn read(&mut self, line: usize, property: &Property<'_>) {
        let read = match property.name.as_str() {
            "DTSTART" => date(property).map(|date| self.first_on = Some(date)),
            "DTEND" => date(property).map(|date| self.end = Some(End::Before(date, line))),
            "DURATION" => days(property.value).map(|days| self.end = Some(End::Days(days, line))),
            "SUMMARY" => Name::parse(&unescape(property.value).replace('\n', " "))
                .map(|name| self.name = Some(name.into()))
                .map_err(|error| format!("SUMMARY {error}")),
            "STATUS" => {
                self.cancelled = property.value.trim().eq_ignore_ascii_case("CANCELLED");
                Ok(())
            }
            repeats @ ("RRULE" | "RDATE") => Err(format!("{repeats}: list each day of a repeating event by itself")),
            _ => Ok(()),
        };
        if let Err(message) = read {
            self.wrong.push(LineError { line, message });
        }
    }

    fn finish(mut self) -> Result<DayEvent, Vec<LineError>> {
        if !self.wrong.is_empty() {
            return Err(self.wrong);
        }
        let mut wrong = |line, message: &str| self.wrong.push(LineError { line, message: message.to_owned() });
        if self.name.is_none() {
            wrong(self.line, "the event has no SUMMARY");
        }
        let Some(first_on) = self.first_on else {
            wrong(self.line, "the event has no DTSTART");
            return Err(self.wrong);
        };
        let (last_on, line) = match self.end {
            None => (Some(first_on), self.line),
            Some(End::Before(end, line)) => (end.yesterday().ok(), line),
            Some(End::Days(days, line)) => (first_on.checked_add((days - 1).days()).ok(), line),
        };
        let latest = first_on.checked_add((EVENT_DAYS_MAX - 1).days()).unwrap_or(Date::MAX);
        match last_on {
            Some(last_on) if last_on < first_on => {
                wrong(line, "the event ends before it begins: DTEND is the day after")
            }
            Some(last_on) if latest < last_on => wrong(line, "the event may last 366 days at most"),
            None => wrong(line, "the event ends beyond the year 9999"),
            Some(_) => {}
        }
        match (self.name, last_on) {
            (Some(name), Some(last_on)) if self.wrong.is_empty() => {
                Ok(DayEvent { line: self.line, first_on, last_on, name })
            }
            _ => Err(self.wrong),
        }
    }
}

/// A whole day: eight digits.
fn date(property: &Property<'_>) -> Result<Date, String> {
    let wrong = || {
        let name = &property.name;
        format!("must be a whole day such as {name};VALUE=DATE:20261225, not {:?}", start_of(property.value))
    };
    let value = property.value.trim();
    let digits = value.len() == 8 && value.bytes().all(|octet| octet.is_ascii_digit());
    if !digits || property.param("VALUE").is_some_and(|kind| !kind.eq_ignore_ascii_case("DATE")) {
        return Err(wrong());
    }
    let number = |from: usize, until: usize| value.get(from..until).and_then(|part| part.parse::<i16>().ok());
    let date = || {
        let (month, day) = (i8::try_from(number(4, 6)?).ok()?, i8::try_from(number(6, 8)?).ok()?);
        Date::new(number(0, 4)?, month, day).ok()
    };
    date().ok_or_else(wrong)
}

/// Whole days or weeks: P3D, P1W.
fn days(value: &str) -> Result<i32, String> {
    let wrong = || format!("DURATION must be whole days or weeks such as P3D or P1W, not {:?}", start_of(value));
    let body = value.trim().trim_start_matches('+').strip_prefix('P').ok_or_else(wrong)?;
    let (number, factor) = match (body.strip_suffix('D'), body.strip_suffix('W')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 7),
        _ => return Err(wrong()),
    };
    let number = number.parse::<u16>().ok().filter(|number| 0 < *number).ok_or_else(wrong)?;
    Ok(i32::from(number) * factor)
}

/// Enough of a wrong text to find it.
fn start_of(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
