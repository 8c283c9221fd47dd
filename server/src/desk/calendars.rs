//! Calendars: a year of one, changes with a preview of every due time that would move, bank holidays, feeds.
//!
//! A change makes new versions. Open tickets keep theirs unless the change is applied to those that the preview listed;
//! what was previewed is proved when it is saved.

mod effect;
pub mod feed;
mod holidays;
mod order;
mod tell;
pub mod words;

#[cfg(test)]
mod tests;

use app::api::{
    calendars::{CalendarDesk, ChangeForm, Choice, DayBox, FeedInfo, HolidaysPage, Month, What, YearPage},
    error::ApiError,
    principal::Principal,
};
use domain::{
    access::Permission,
    calendar::{Calendar, DAY_NAMES},
    level::WORKING_HOURS,
};
use jiff::civil::{Date, date};

use super::{account_links::WakeMailer, act, dates, internal, new_id, typed::Typed};
use crate::{
    clock::Clock,
    secrets::Signer,
    store::{
        Db, announcements, audit,
        calendars::{self, CalendarVersion},
    },
};

/// What a year's page may be asked for.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;
const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAY_WORDS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// What the desk works with.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub signer: Signer,
    /// Without a slash at the end.
    pub base_url: String,
    pub mail_domain: String,
    pub wake_mailer: WakeMailer,
}

/// Implements [`CalendarDesk`].
#[derive(Clone)]
pub struct Desk {
    parts: Parts,
}

impl Desk {
    pub fn new(parts: Parts) -> Self {
        Self { parts }
    }

    fn db(&self) -> &Db {
        &self.parts.db
    }
}

/// A stored version, ready to be counted by.
fn checked(version: &CalendarVersion) -> Result<Calendar, ApiError> {
    version.draft.clone().check().map_err(|_| internal(format!("calendar {} cannot be read", version.key)))
}

fn choices(all: &[CalendarVersion]) -> Vec<Choice> {
    all.iter().map(|one| Choice { key: one.key.clone(), name: one.name.clone() }).collect()
}

/// "Mon to Fri: 09:00 to 17:00", days in a row that are alike as one.
fn hours_words(calendar: &Calendar) -> Vec<String> {
    let mut runs: Vec<(usize, usize, String)> = Vec::new();
    for (place, weekday) in jiff::civil::Weekday::Monday.cycle_forward().take(7).enumerate() {
        let hours = dates::hours(calendar.weekly(weekday));
        match runs.last_mut() {
            Some(run) if run.2 == hours => run.1 = place,
            _ => runs.push((place, place, hours)),
        }
    }
    let name = |place: usize| DAY_WORDS.get(place).copied().unwrap_or_default();
    let line = |(from, to, hours): (usize, usize, String)| match from == to {
        true => format!("{}: {hours}", name(from)),
        false => format!("{} to {}: {hours}", name(from), name(to)),
    };
    runs.into_iter().map(line).collect()
}

fn month_box(calendar: &Calendar, first: Date, today: Date, levels: &[String]) -> Month {
    let mut weeks: Vec<[Option<DayBox>; 7]> = Vec::new();
    for date in first.series(jiff::ToSpan::day(1)).take_while(|date| date.month() == first.month()) {
        let place = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        if place == 0 || weeks.is_empty() {
            weeks.push(Default::default());
        }
        let change = calendar.zone().clock_change_min(date);
        let day = DayBox {
            day: date.day(),
            mark: calendar.mark(date),
            words: words::of_day(calendar, date, levels),
            clocks_change: change.is_some(),
            today: date == today,
        };
        if let Some(slot) = weeks.last_mut().and_then(|week| week.get_mut(place)) {
            *slot = Some(day);
        }
    }
    let name = usize::try_from(first.month() - 1).ok().and_then(|month| MONTH_NAMES.get(month)).copied();
    Month { name: name.unwrap_or_default().to_owned(), weeks }
}

#[async_trait::async_trait]
impl CalendarDesk for Desk {
    async fn year(&self, who: &Principal, key: &str, year: &str) -> Result<YearPage, ApiError> {
        who.require(Permission::SeeRotas)?;
        let (db, now) = (self.db().read(), self.parts.clock.now());
        let all = calendars::latest(db).await.map_err(internal)?;
        let wanted = if key.is_empty() { WORKING_HOURS } else { key };
        let found = all.iter().find(|one| one.key == wanted).or(all.first().filter(|_| key.is_empty()));
        let found = found.ok_or(ApiError::NotFound)?;
        let calendar = checked(found)?;
        let today = calendar.zone().date_at(now);
        let year = match year {
            "" => today.year(),
            text => text.parse().ok().filter(|year| YEARS.contains(year)).ok_or(ApiError::NotFound)?,
        };
        let levels = announcements::levels_by(db, &found.key).await.map_err(internal)?;
        let told = announcements::told(db, found.calendar).await.map_err(internal)?;
        let may_edit = who.role.may(Permission::EditCalendars);
        let special = words::Special { key: &found.key, calendar: &calendar, levels: &levels, told: &told };
        let months = (1..=12).map(|month| month_box(&calendar, date(year, month, 1), today, &levels)).collect();
        Ok(YearPage {
            now,
            year,
            key: found.key.clone(),
            name: found.name.clone(),
            zone: calendar.zone().name().to_owned(),
            version: found.version,
            hours: hours_words(&calendar),
            observes_holidays: found.draft.holidays.is_some(),
            months,
            days: special.lines(date(year, 1, 1), date(year, 12, 31), may_edit),
            calendars: choices(&all),
            may_edit,
        })
    }

    async fn form(&self, who: &Principal, what: What, key: &str, query: &str) -> Result<ChangeForm, ApiError> {
        who.require(Permission::EditCalendars)?;
        let (db, now) = (self.db().read(), self.parts.clock.now());
        let mut typed = Typed::parse(query);
        let latest = calendars::latest(db).await.map_err(internal)?;
        if what == What::Edit {
            order::fill(&mut typed, key, &latest)?;
        }
        let mut form = ChangeForm {
            now,
            typed: Default::default(),
            calendars: choices(&latest),
            errors: Vec::new(),
            preview: None,
            form: typed.form(),
        };
        if typed.asked() || what == What::Renew {
            match order::read(db, what, key, &typed, &latest, now).await? {
                Ok(order) => form.preview = Some(effect::of(db, who, &order, &form.form, now).await?.preview(&order)),
                Err(errors) => form.errors = errors,
            }
        }
        form.typed = typed.into_texts();
        Ok(form)
    }

    async fn save(
        &self,
        who: &Principal,
        what: What,
        key: &str,
        form: &str,
        seen: &str,
        apply: bool,
    ) -> Result<(), ApiError> {
        who.require(Permission::EditCalendars)?;
        let now = self.parts.clock.now();
        let typed = Typed::parse(form);
        let tx = self.db().begin().await.map_err(internal)?;
        let latest = calendars::latest(&tx).await.map_err(internal)?;
        let order = order::read(&tx, what, key, &typed, &latest, now).await?.map_err(ApiError::Invalid)?;
        let effect = effect::of(&tx, who, &order, &typed.form(), now).await?;
        if effect.seen != seen {
            return Err(stale());
        }
        effect::save(&tx, who, &order, &effect, apply, now).await?;
        if let Some(about) = &order.about {
            tell::customers(&tx, &self.parts.mail_domain, &order, about, &effect, apply, who, now).await?;
        }
        let applied = if apply { format!(", applied to {} clocks", effect.listed()) } else { String::new() };
        for change in &order.changes {
            let detail = format!("{}{applied}", order.detail);
            let act = act(who, what.action(), &change.key, detail);
            audit::write(&tx, new_id(now)?, now, act).await.map_err(internal)?;
        }
        tx.commit().await.map_err(internal)?;
        if order.about.is_some() {
            (self.parts.wake_mailer)();
        }
        Ok(())
    }

    async fn holidays(&self, who: &Principal, year: &str, import: &str) -> Result<HolidaysPage, ApiError> {
        holidays::page(&self.parts, who, year, import).await
    }

    async fn add_holiday(&self, who: &Principal, day: &str, name: &str) -> Result<(), ApiError> {
        holidays::add(&self.parts, who, day, name).await
    }

    async fn rename_holiday(&self, who: &Principal, day: &str, version: i64, name: &str) -> Result<(), ApiError> {
        holidays::rename(&self.parts, who, day, version, name).await
    }

    async fn remove_holiday(&self, who: &Principal, day: &str, version: i64) -> Result<(), ApiError> {
        holidays::remove(&self.parts, who, day, version).await
    }

    async fn read_holidays(&self, who: &Principal, text: &str) -> Result<String, ApiError> {
        holidays::read(&self.parts, who, text).await
    }

    async fn import_holidays(&self, who: &Principal, id: &str) -> Result<(), ApiError> {
        holidays::import(&self.parts, who, id).await
    }

    async fn feed(&self, who: &Principal) -> Result<Option<FeedInfo>, ApiError> {
        feed::own(&self.parts, who).await
    }

    async fn make_feed(&self, who: &Principal, everyone: bool) -> Result<(), ApiError> {
        feed::make(&self.parts, who, everyone).await
    }

    async fn revoke_feed(&self, who: &Principal) -> Result<(), ApiError> {
        feed::revoke(&self.parts, who).await
    }
}

/// Verbs of the audit log.
trait Action {
    fn action(self) -> &'static str;
}

impl Action for What {
    fn action(self) -> &'static str {
        match self {
            Self::Announce => "calendar.announce",
            Self::Withdraw => "calendar.withdraw",
            Self::Edit => "calendar.edit",
            Self::Renew => "calendar.renew_holidays",
        }
    }
}

fn stale() -> ApiError {
    let words = "Something changed since you looked at the preview, so nothing was saved. The preview below is as it is \
                 now: look at it, then decide.";
    ApiError::Conflict(words.to_owned())
}

/// The field of a form for each day of the week.
fn weekly_fields() -> impl Iterator<Item = String> {
    DAY_NAMES.iter().map(|day| format!("weekly.{day}"))
}
