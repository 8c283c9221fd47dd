//! Bank holidays: the list, its edits, and files that somebody looks at first. No edit changes a calendar's version.

use app::api::{
    calendars::{HolidayRow, HolidaysPage, ImportPreview},
    error::ApiError,
    principal::Principal,
};
use domain::{access::Permission, ical, probe::FieldError, text::Name};
use jiff::civil::Date;
use uuid::Uuid;

use super::Parts;
use crate::{
    desk::{act, dates, internal, new_id},
    store::{audit, bank_holidays, calendars, holiday_imports},
};

fn row(day: Date, name: &str, version: i64) -> HolidayRow {
    HolidayRow { day: day.to_string(), words: dates::day(day), name: name.to_owned(), version }
}

fn parsed(day: &str, name: &str) -> Result<(Date, Name), ApiError> {
    let mut wrong = Vec::new();
    let day = day.parse::<Date>().ok().filter(|_| day.len() == "2026-12-24".len());
    if day.is_none() {
        wrong.push(FieldError::new("day", "must be a date such as 2026-12-24"));
    }
    let name = Name::parse(name).map_err(|error| wrong.push(FieldError::new("name", error))).ok();
    day.zip(name).ok_or(ApiError::Invalid(wrong))
}

fn only_day(day: &str) -> Result<Date, ApiError> {
    day.parse().map_err(|_| ApiError::NotFound)
}

fn changed_meanwhile() -> ApiError {
    ApiError::Conflict("Somebody changed or removed this day meanwhile. Nothing was saved.".to_owned())
}

pub(super) async fn page(parts: &Parts, who: &Principal, year: &str, import: &str) -> Result<HolidaysPage, ApiError> {
    who.require(Permission::SeeRotas)?;
    let (db, now) = (parts.db.read(), parts.clock.now());
    let all = bank_holidays::list(db).await.map_err(internal)?;
    let table = bank_holidays::table(db).await.map_err(internal)?;
    let this = domain::calendar::Zone::utc().date_at(now).year();
    let year = if year.is_empty() { this } else { year.parse().map_err(|_| ApiError::NotFound)? };
    let mut years: Vec<i16> = all.iter().map(|one| one.day.year()).chain([year]).collect();
    years.sort_unstable();
    years.dedup();
    let import = match import.parse::<Uuid>() {
        Ok(id) => holiday_imports::find(db, id).await.map_err(internal)?.map(|days| preview(id, &days, &all)),
        Err(_) => None,
    };
    let latest = calendars::latest(db).await.map_err(internal)?;
    let behind = latest.into_iter().filter(|one| one.draft.holidays.as_deref().is_some_and(|held| *held != table));
    Ok(HolidaysPage {
        now,
        year,
        years,
        days: all.iter().filter(|one| one.day.year() == year).map(|one| row(one.day, &one.name, one.version)).collect(),
        import,
        behind: behind.map(|one| one.name).collect(),
        may_edit: who.role.may(Permission::EditCalendars),
    })
}

fn preview(id: Uuid, days: &[(Date, String)], all: &[bank_holidays::BankHoliday]) -> ImportPreview {
    let mut found = ImportPreview { id: id.to_string(), new: Vec::new(), changed: Vec::new(), same: 0 };
    let row = |day: Date, name: &str| HolidayRow {
        words: format!("{} {}", dates::day(day), day.year()),
        ..row(day, name, 0)
    };
    for (day, name) in days {
        match all.iter().find(|one| one.day == *day) {
            None => found.new.push(row(*day, name)),
            Some(one) if one.name == *name => found.same += 1,
            Some(one) => found.changed.push((row(*day, name), one.name.clone())),
        }
    }
    found
}

pub(super) async fn add(parts: &Parts, who: &Principal, day: &str, name: &str) -> Result<(), ApiError> {
    who.require(Permission::EditCalendars)?;
    let (day, name) = parsed(day, name)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    let subject = day.to_string();
    let act = act(who, "bank_holiday.add", &subject, name.as_str());
    audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
    if !bank_holidays::add(&tx, day, name, now).await.map_err(internal)? {
        return Err(ApiError::invalid("day", format!("{subject} is in the list already")));
    }
    tx.commit().await.map_err(internal)
}

pub(super) async fn rename(
    parts: &Parts,
    who: &Principal,
    day: &str,
    version: i64,
    name: &str,
) -> Result<(), ApiError> {
    who.require(Permission::EditCalendars)?;
    let (day, name) = parsed(day, name)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    let subject = day.to_string();
    let act = act(who, "bank_holiday.rename", &subject, name.as_str());
    audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
    if bank_holidays::rename(&tx, day, version, name).await.map_err(internal)? == 0 {
        return Err(changed_meanwhile());
    }
    tx.commit().await.map_err(internal)
}

pub(super) async fn remove(parts: &Parts, who: &Principal, day: &str, version: i64) -> Result<(), ApiError> {
    who.require(Permission::EditCalendars)?;
    let day = only_day(day)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    if bank_holidays::remove(&tx, day, version, now).await.map_err(internal)? == 0 {
        return Err(changed_meanwhile());
    }
    let subject = day.to_string();
    let act = act(who, "bank_holiday.remove", &subject, "");
    audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}

/// Keeps the days of a file for the preview; every line that is wrong is named.
pub(super) async fn read(parts: &Parts, who: &Principal, text: &str) -> Result<String, ApiError> {
    who.require(Permission::EditCalendars)?;
    let events = ical::read(text.as_bytes())
        .map_err(|lines| ApiError::Invalid(lines.into_iter().map(|line| FieldError::new("text", line)).collect()))?;
    let days: std::collections::BTreeMap<Date, String> = ical::as_holidays(&events).collect();
    if days.is_empty() {
        return Err(ApiError::invalid("text", "must hold at least one event of whole days"));
    }
    let (now, days) = (parts.clock.now(), days.into_iter().collect::<Vec<_>>());
    let id = new_id(now)?;
    let tx = parts.db.begin().await.map_err(internal)?;
    holiday_imports::insert(&tx, id, &days, who.user, now).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(id.to_string())
}

/// Adds the new days of an import and renames the changed ones; nothing is removed.
pub(super) async fn import(parts: &Parts, who: &Principal, id: &str) -> Result<(), ApiError> {
    who.require(Permission::EditCalendars)?;
    let id: Uuid = id.parse().map_err(|_| ApiError::NotFound)?;
    let now = parts.clock.now();
    let tx = parts.db.begin().await.map_err(internal)?;
    let days = holiday_imports::find(&tx, id).await.map_err(internal)?.ok_or(ApiError::NotFound)?;
    if holiday_imports::mark_saved(&tx, id, now).await.map_err(internal)? == 0 {
        return Err(ApiError::NotFound);
    }
    let all = bank_holidays::list(&tx).await.map_err(internal)?;
    let (mut new, mut changed) = (0, 0);
    for (day, name) in days {
        let name = Name::parse(&name).map_err(|error| ApiError::invalid("text", error))?;
        match all.iter().find(|one| one.day == day) {
            None => {
                bank_holidays::add(&tx, day, name, now).await.map_err(internal)?;
                new += 1;
            }
            Some(one) if one.name == name.as_str() => {}
            Some(one) => {
                if bank_holidays::rename(&tx, day, one.version, name).await.map_err(internal)? == 0 {
                    return Err(changed_meanwhile());
                }
                changed += 1;
            }
        }
    }
    let act = act(who, "bank_holiday.import", "iCalendar file", format!("{new} new, {changed} changed"));
    audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
    tx.commit().await.map_err(internal)
}
