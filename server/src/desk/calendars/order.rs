//! From a form to the versions it would make, or every mistake in it.

use std::sync::Arc;

use app::api::{calendars::What, error::ApiError};
use domain::{
    calendar::{Calendar, CalendarDraft, Holidays, OverrideDraft, Window, WindowText, Zone},
    probe::FieldError,
    text::Name,
    time::Timestamp,
};
use jiff::civil::Date;
use sea_orm::ConnectionTrait;

use super::{checked, weekly_fields};
use crate::{
    desk::{internal, typed::Typed},
    store::{bank_holidays, calendars::CalendarVersion},
};

/// An announcement longer than a year is another calendar.
const ANNOUNCED_DAYS_MAX: i32 = 366;
const KEY_CHARS: std::ops::RangeInclusive<usize> = 2..=40;
/// Words of levels that are no calendars.
const RESERVED_KEYS: [&str; 2] = ["always", "never"];

/// What would be saved.
pub(super) struct Order {
    pub(super) what: What,
    pub(super) changes: Vec<Change>,
    /// Days that customers are told of.
    pub(super) about: Option<About>,
    pub(super) at: Timestamp,
    /// For the audit log.
    pub(super) detail: String,
}

/// One calendar in its next version.
pub(super) struct Change {
    /// None: a new calendar.
    pub(super) before: Option<CalendarVersion>,
    pub(super) key: String,
    pub(super) name: String,
    pub(super) draft: CalendarDraft,
    pub(super) calendar: Arc<Calendar>,
}

#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) first_on: Date,
    pub(super) last_on: Date,
    pub(super) text: String,
    /// Empty when taken back.
    pub(super) hours: String,
    pub(super) taken_back: bool,
}

type Read<T> = Result<T, Vec<FieldError>>;

/// Reads the form of `what`. The outer error is ours or says that there is no such calendar.
pub(super) async fn read(
    db: &impl ConnectionTrait,
    what: What,
    key: &str,
    typed: &Typed,
    latest: &[CalendarVersion],
    now: Timestamp,
) -> Result<Read<Order>, ApiError> {
    match what {
        What::Announce => Ok(announce(typed, latest, now)),
        What::Withdraw => Ok(withdraw(typed, latest, now)),
        What::Edit => {
            let table = bank_holidays::table(db).await.map_err(internal)?;
            Ok(edit(key, typed, latest, table, now))
        }
        What::Renew => {
            let table = bank_holidays::table(db).await.map_err(internal)?;
            renew(latest, &table, now).map(Ok)
        }
    }
}

/// Puts what is stored into the fields of an edit that were left out.
pub(super) fn fill(typed: &mut Typed, key: &str, latest: &[CalendarVersion]) -> Result<(), ApiError> {
    if typed.asked() {
        return Ok(());
    }
    if key.is_empty() {
        typed.set_missing("tz", "Europe/London");
        return Ok(());
    }
    let version = latest.iter().find(|one| one.key == key).ok_or(ApiError::NotFound)?;
    typed.set_missing("name", version.name.as_str());
    typed.set_missing("tz", version.draft.tz.as_str());
    for (field, windows) in weekly_fields().zip(&version.draft.weekly) {
        let texts: Vec<String> = windows.iter().map(|(opens, closes)| format!("{opens}-{closes}")).collect();
        typed.set_missing(&field, texts.join(", "));
    }
    typed.set_missing("holidays", if version.draft.holidays.is_some() { "yes" } else { "no" });
    Ok(())
}

fn change(before: &CalendarVersion, draft: CalendarDraft) -> Read<Change> {
    let calendar = Arc::new(draft.clone().check()?);
    Ok(Change { key: before.key.clone(), name: before.name.clone(), before: Some(before.clone()), draft, calendar })
}

fn date(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> Option<Date> {
    // The parser takes dates with times and without hyphens too.
    let found = text.parse().ok().filter(|_| text.len() == "2026-12-24".len());
    if found.is_none() {
        wrong.push(FieldError::new(field, format!("must be a date such as 2026-12-24, not {text:?}")));
    }
    found
}

fn windows(field: &str, text: &str, wrong: &mut Vec<FieldError>) -> Vec<WindowText> {
    Window::split_text(text).unwrap_or_else(|part| {
        let said = format!("must be windows such as \"09:00-17:00, 18:00-30:00\", or empty; not {part:?}");
        wrong.push(FieldError::new(field, said));
        Vec::new()
    })
}

/// Dates of a range, both ends included; the last is the first when it was left empty.
fn range(typed: &Typed, wrong: &mut Vec<FieldError>) -> Option<(Date, Date)> {
    let first_on = date("first_on", typed.text("first_on"), wrong);
    let last_on = match typed.text("last_on") {
        "" => first_on,
        text => date("last_on", text, wrong),
    };
    let (first_on, last_on) = (first_on?, last_on?);
    if last_on < first_on {
        wrong.push(FieldError::new("last_on", format!("must not be before the first day, {first_on}")));
        return None;
    }
    if ANNOUNCED_DAYS_MAX <= (last_on - first_on).get_days() {
        let said = format!("must be within {ANNOUNCED_DAYS_MAX} days of the first day");
        wrong.push(FieldError::new("last_on", said));
        return None;
    }
    Some((first_on, last_on))
}

fn chosen<'a>(typed: &Typed, latest: &'a [CalendarVersion], wrong: &mut Vec<FieldError>) -> Vec<&'a CalendarVersion> {
    let keys = typed.all("calendar");
    let found: Vec<_> = latest.iter().filter(|one| keys.contains(&one.key)).collect();
    if found.is_empty() || found.len() < keys.iter().collect::<std::collections::BTreeSet<_>>().len() {
        wrong.push(FieldError::new("calendar", "must be one or more of the calendars"));
    }
    found
}

fn announce(typed: &Typed, latest: &[CalendarVersion], now: Timestamp) -> Read<Order> {
    let mut wrong = Vec::new();
    let before = chosen(typed, latest, &mut wrong);
    let range = range(typed, &mut wrong);
    let hours = windows("hours", typed.text("hours"), &mut wrong);
    for (opens, closes) in &hours {
        wrong.extend(Window::parse(opens, closes).err().map(|error| FieldError::new("hours", error)));
    }
    if let (Some((first_on, _)), Some(version)) = (range, before.first().copied().or(latest.first())) {
        wrong.extend(past(version, first_on, now));
    }
    let text = Name::parse(typed.text("text")).map_err(|error| wrong.push(FieldError::new("text", error))).ok();
    let (Some((first_on, last_on)), Some(text), true) = (range, text, wrong.is_empty()) else { return Err(wrong) };
    let mut changes = Vec::new();
    for version in before {
        match announced(version, (first_on, last_on), &hours, text.as_str(), now) {
            Ok(change) => changes.push(change),
            Err(errors) => wrong.extend(errors),
        }
    }
    let Some(first) = changes.first().filter(|_| wrong.is_empty()) else {
        wrong.dedup();
        return Err(wrong);
    };
    let open = first.calendar.overrides().range(first_on..=last_on).next().map(|(_, one)| one.windows.clone());
    let hours = match open.filter(|windows| !windows.is_empty()) {
        Some(windows) => format!("open {}", crate::desk::dates::hours(&windows)),
        None => "closed".to_owned(),
    };
    let text = text.as_str().to_owned();
    let detail = format!("{first_on} to {last_on}: {hours}, {text}");
    let about = Some(About { first_on, last_on, text, hours, taken_back: false });
    Ok(Order { what: What::Announce, changes, about, at: now, detail })
}

/// What is over in the zone of the calendar cannot be announced.
fn past(version: &CalendarVersion, first_on: Date, now: Timestamp) -> Option<FieldError> {
    let zone = Zone::parse(&version.draft.tz).ok()?;
    let over = first_on < zone.date_at(now);
    over.then(|| FieldError::new("first_on", "must be today or later: what is over cannot be announced"))
}

fn announced(
    version: &CalendarVersion,
    (first_on, last_on): (Date, Date),
    hours: &[WindowText],
    text: &str,
    now: Timestamp,
) -> Read<Change> {
    let old = checked(version).map_err(|error| vec![FieldError::new("calendar", error)])?;
    if let Some(error) = past(version, first_on, now) {
        return Err(vec![error]);
    }
    let one = OverrideDraft { windows: hours.to_vec(), text: text.to_owned(), announced_at: Some(now) };
    let mut draft = version.draft.clone();
    let mut days = 0;
    for day in first_on.series(jiff::ToSpan::day(1)).take_while(|day| *day <= last_on) {
        // In a range, weekends and holidays stay what they are; a single day is meant as it is.
        if first_on == last_on || !old.day(day).windows.is_empty() || draft.overrides.contains_key(&day) {
            draft.overrides.insert(day, one.clone());
            days += 1;
        }
    }
    if days == 0 {
        let said = format!("{}: is closed on all of these days already", version.name);
        return Err(vec![FieldError::new("first_on", said)]);
    }
    change(version, draft).map_err(|errors| errors.into_iter().map(announced_field).collect())
}

/// `overrides.2026-12-24[1]` is a mistake in the hours, `overrides.2026-12-24` one of their edges.
fn announced_field(error: FieldError) -> FieldError {
    let field = if error.field.ends_with(".text") { "text" } else { "hours" };
    let day = error.field.trim_start_matches("overrides.").split(['.', '[']).next().unwrap_or_default();
    FieldError::new(field, format!("{day}: {}", error.message))
}

fn withdraw(typed: &Typed, latest: &[CalendarVersion], now: Timestamp) -> Read<Order> {
    let mut wrong = Vec::new();
    let before = chosen(typed, latest, &mut wrong);
    let range = range(typed, &mut wrong);
    let (Some((first_on, last_on)), true) = (range, wrong.is_empty()) else { return Err(wrong) };
    let (mut changes, mut texts) = (Vec::new(), Vec::new());
    for version in before {
        let mut draft = version.draft.clone();
        let days: Vec<Date> = draft.overrides.range(first_on..=last_on).map(|(day, _)| *day).collect();
        if days.is_empty() {
            wrong.push(FieldError::new("first_on", format!("{}: nothing is announced for these days", version.name)));
            continue;
        }
        texts.extend(days.iter().filter_map(|day| draft.overrides.remove(day)).map(|one| one.text));
        changes.push(change(version, draft).map_err(|errors| {
            errors.into_iter().map(|error| FieldError::new("first_on", error)).collect::<Vec<_>>()
        })?);
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    texts.dedup();
    let text = texts.join(", ");
    let detail = format!("{first_on} to {last_on}: {text}");
    let about = Some(About { first_on, last_on, text, hours: String::new(), taken_back: true });
    Ok(Order { what: What::Withdraw, changes, about, at: now, detail })
}

fn edit(key: &str, typed: &Typed, latest: &[CalendarVersion], table: Holidays, now: Timestamp) -> Read<Order> {
    let mut wrong = Vec::new();
    let before = latest.iter().find(|one| one.key == key);
    let key = match before {
        Some(before) => before.key.clone(),
        None if key.is_empty() => new_key(typed.text("key"), latest, &mut wrong),
        None => return Err(vec![FieldError::new("key", "is no calendar")]),
    };
    let name = Name::parse(typed.text("name")).map_err(|error| wrong.push(FieldError::new("name", error))).ok();
    let mut draft = before.map(|before| before.draft.clone()).unwrap_or_default();
    draft.tz = typed.text("tz").to_owned();
    for (field, day) in weekly_fields().zip(&mut draft.weekly) {
        *day = windows(&field, typed.text(&field), &mut wrong);
    }
    // The list as it is now, as every new version takes it.
    draft.holidays = typed.is_on("holidays").then(|| Arc::new(table));
    let calendar = draft.clone().check().map_err(|errors| wrong.extend(errors.into_iter().map(edit_field))).ok();
    let (Some(name), Some(calendar), true) = (name, calendar, wrong.is_empty()) else { return Err(wrong) };
    let detail = format!("version {}", before.map_or(1, |before| before.version + 1));
    let (name, calendar) = (name.as_str().to_owned(), Arc::new(calendar));
    let changes = vec![Change { before: before.cloned(), key, name, draft, calendar }];
    Ok(Order { what: What::Edit, changes, about: None, at: now, detail })
}

/// `weekly.mon[0]` is a part of the field `weekly.mon`; an announced day that no longer fits is a matter of the hours.
fn edit_field(error: FieldError) -> FieldError {
    let (field, part) = error.field.split_once('[').unwrap_or((error.field.as_str(), ""));
    let place = part.trim_end_matches(']').parse::<usize>().map(|place| format!("window {}: ", place + 1));
    match field.strip_prefix("overrides.") {
        Some(day) => FieldError::new("weekly.mon", format!("the announced day {day} {}", error.message)),
        None => FieldError::new(field, format!("{}{}", place.unwrap_or_default(), error.message)),
    }
}

fn new_key(text: &str, latest: &[CalendarVersion], wrong: &mut Vec<FieldError>) -> String {
    let plain = |text: &str| text.chars().all(|letter| matches!(letter, 'a'..='z' | '0'..='9' | '-'));
    let said = match () {
        () if RESERVED_KEYS.contains(&text) => Some("must not be always or never: levels use these words".to_owned()),
        () if !KEY_CHARS.contains(&text.len()) || !plain(text) => {
            Some("must be 2 to 40 of a to z, 0 to 9 and hyphens, such as working-hours".to_owned())
        }
        () if latest.iter().any(|one| one.key == text) => Some(format!("{text} is there already")),
        () => None,
    };
    wrong.extend(said.map(|said| FieldError::new("key", said)));
    text.to_owned()
}

fn renew(latest: &[CalendarVersion], table: &Holidays, now: Timestamp) -> Result<Order, ApiError> {
    let behind = latest.iter().filter(|one| one.draft.holidays.as_deref().is_some_and(|held| held != table));
    let mut changes = Vec::new();
    for version in behind {
        let draft = CalendarDraft { holidays: Some(Arc::new(table.clone())), ..version.draft.clone() };
        changes.push(change(version, draft).map_err(ApiError::Invalid)?);
    }
    Ok(Order {
        what: What::Renew,
        changes,
        about: None,
        at: now,
        detail: "the bank holidays as they are now".to_owned(),
    })
}
