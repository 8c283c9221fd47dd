//! Calendars: a year of one, changes that are previewed before they are saved, bank holidays, and the feed.
//!
//! A change is a form of flat names, kept as the query string that a browser makes of it. The same string asks for the
//! preview and is saved, so a page also works before it is alive.

use std::collections::BTreeMap;

use domain::{calendar::DayMark, probe::FieldError, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// One year of one calendar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearPage {
    pub now: Timestamp,
    pub year: i16,
    pub key: String,
    pub name: String,
    pub zone: String,
    pub version: u32,
    /// "Mon to Fri 09:00 to 17:00", one line for days that are alike.
    pub hours: Vec<String>,
    pub observes_holidays: bool,
    pub calendars: Vec<Choice>,
    pub months: Vec<Month>,
    pub days: Vec<DayLine>,
    pub may_edit: bool,
}

/// One of several, by what names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Month {
    pub name: String,
    /// Monday first; None outside the month.
    pub weeks: Vec<[Option<DayBox>; 7]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DayBox {
    pub day: i8,
    pub mark: DayMark,
    /// What is special, for those who cannot see the sign: "Christmas Day, clocks stop". Empty on ordinary days.
    pub words: String,
    pub clocks_change: bool,
    pub today: bool,
}

/// A special day, or several in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLine {
    /// "Thu 24 Dec", "Tue 29 to Thu 31 Dec".
    pub when: String,
    pub what: String,
    /// Which clocks it stops.
    pub sub: String,
    pub mark: Option<DayMark>,
    /// Where an announced day is taken back; administrators only.
    pub withdraw: Option<String>,
}

/// What is changed by a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Days with other hours.
    Announce,
    Withdraw,
    /// An existing calendar, or a new one.
    Edit,
    /// Calendars take over the bank holidays as they are now.
    Renew,
}

/// A change before it is saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeForm {
    pub now: Timestamp,
    /// What stands in the fields, by their names.
    pub typed: BTreeMap<String, Vec<String>>,
    pub calendars: Vec<Choice>,
    /// Empty unless a preview was asked for.
    pub errors: Vec<FieldError>,
    pub preview: Option<Preview>,
    /// The fields as one string, to be saved.
    pub form: String,
}

impl ChangeForm {
    /// What stands in a field.
    pub fn text(&self, name: &str) -> String {
        self.typed.get(name).and_then(|texts| texts.first()).cloned().unwrap_or_default()
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.typed.get(name).is_some_and(|texts| texts.iter().any(|text| text == value))
    }
}

/// What saving would do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    /// Proves what was looked at; saving is refused when it is something else by then.
    pub seen: String,
    pub days: Vec<DayLine>,
    /// Due times that would move if the change were applied to open tickets.
    pub moved: Vec<MovedRow>,
    pub paused: Vec<PausedRow>,
    /// Customers who are told by mail.
    pub customers: usize,
    pub mails: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedRow {
    pub ticket: i64,
    pub customer: String,
    /// "First response".
    pub clock: String,
    pub old: String,
    pub new: String,
}

/// A clock without a due time: it has an open pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PausedRow {
    pub ticket: i64,
    pub customer: String,
    pub clock: String,
}

/// Bank holidays of one year, and a file that waits to be saved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HolidaysPage {
    pub now: Timestamp,
    pub year: i16,
    /// Years that have any.
    pub years: Vec<i16>,
    pub days: Vec<HolidayRow>,
    pub import: Option<ImportPreview>,
    /// Calendars that observe bank holidays and have another list.
    pub behind: Vec<String>,
    pub may_edit: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolidayRow {
    /// "2026-12-28".
    pub day: String,
    /// "Mon 28 Dec".
    pub words: String,
    pub name: String,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    pub id: String,
    pub new: Vec<HolidayRow>,
    /// With the name as it is now.
    pub changed: Vec<(HolidayRow, String)>,
    pub same: usize,
}

/// The reader's secret address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedInfo {
    pub url: String,
    pub everyone: bool,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait CalendarDesk: Send + Sync {
    /// The calendar and the year named; without them the working hours and this year.
    async fn year(&self, who: &super::principal::Principal, key: &str, year: &str) -> Result<YearPage, ApiError>;
    async fn form(
        &self,
        who: &super::principal::Principal,
        what: What,
        key: &str,
        query: &str,
    ) -> Result<ChangeForm, ApiError>;
    /// Saves what was previewed; `apply`: to the open tickets listed too.
    async fn save(
        &self,
        who: &super::principal::Principal,
        what: What,
        key: &str,
        form: &str,
        seen: &str,
        apply: bool,
    ) -> Result<(), ApiError>;
    async fn holidays(
        &self,
        who: &super::principal::Principal,
        year: &str,
        import: &str,
    ) -> Result<HolidaysPage, ApiError>;
    async fn add_holiday(&self, who: &super::principal::Principal, day: &str, name: &str) -> Result<(), ApiError>;
    async fn rename_holiday(
        &self,
        who: &super::principal::Principal,
        day: &str,
        version: i64,
        name: &str,
    ) -> Result<(), ApiError>;
    async fn remove_holiday(&self, who: &super::principal::Principal, day: &str, version: i64) -> Result<(), ApiError>;
    /// Reads a file and keeps it for the preview: its id.
    async fn read_holidays(&self, who: &super::principal::Principal, text: &str) -> Result<String, ApiError>;
    async fn import_holidays(&self, who: &super::principal::Principal, id: &str) -> Result<(), ApiError>;
    async fn feed(&self, who: &super::principal::Principal) -> Result<Option<FeedInfo>, ApiError>;
    /// A new address; an earlier one stops working.
    async fn make_feed(&self, who: &super::principal::Principal, everyone: bool) -> Result<(), ApiError>;
    async fn revoke_feed(&self, who: &super::principal::Principal) -> Result<(), ApiError>;
}

#[server(endpoint = "calendars/year", input = server_fn::codec::GetUrl)]
pub async fn load_year(
    #[server(default)] calendar: String,
    #[server(default)] year: String,
) -> Result<YearPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.year(&who, &calendar, &year).await
}

#[server(endpoint = "calendars/form", input = server_fn::codec::GetUrl)]
pub async fn load_change(
    what: What,
    #[server(default)] calendar: String,
    #[server(default)] query: String,
) -> Result<ChangeForm, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.form(&who, what, &calendar, &query).await
}

/// `apply` is `yes` or `no`.
#[server(endpoint = "calendars/save")]
pub async fn save_change(
    what: What,
    #[server(default)] calendar: String,
    #[server(default)] form: String,
    #[server(default)] seen: String,
    #[server(default)] apply: String,
) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.save(&who, what, &calendar, &form, &seen, apply == "yes").await?;
    leptos_axum::redirect(match what {
        What::Announce | What::Withdraw | What::Edit => "/calendar",
        What::Renew => "/calendar/holidays",
    });
    Ok(())
}

#[server(endpoint = "holidays/list", input = server_fn::codec::GetUrl)]
pub async fn load_holidays(
    #[server(default)] year: String,
    #[server(default)] import: String,
) -> Result<HolidaysPage, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.holidays(&who, &year, &import).await
}

#[server(endpoint = "holidays/add")]
pub async fn add_holiday(#[server(default)] day: String, #[server(default)] name: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.add_holiday(&who, &day, &name).await
}

#[server(endpoint = "holidays/rename")]
pub async fn rename_holiday(day: String, version: i64, #[server(default)] name: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.rename_holiday(&who, &day, version, &name).await
}

#[server(endpoint = "holidays/remove")]
pub async fn remove_holiday(day: String, version: i64) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.remove_holiday(&who, &day, version).await
}

#[server(endpoint = "holidays/read")]
pub async fn read_holidays(#[server(default)] text: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    let id = super::principal::desk::<dyn CalendarDesk>()?.read_holidays(&who, &text).await?;
    leptos_axum::redirect(&format!("/calendar/holidays?import={id}"));
    Ok(())
}

#[server(endpoint = "holidays/import")]
pub async fn import_holidays(#[server(default)] id: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.import_holidays(&who, &id).await?;
    leptos_axum::redirect("/calendar/holidays");
    Ok(())
}

#[server(endpoint = "feed/own", input = server_fn::codec::GetUrl)]
pub async fn load_feed() -> Result<Option<FeedInfo>, ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.feed(&who).await
}

/// `everyone` is `yes` or `no`.
#[server(endpoint = "feed/make")]
pub async fn make_feed(#[server(default)] everyone: String) -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.make_feed(&who, everyone == "yes").await
}

#[server(endpoint = "feed/revoke")]
pub async fn revoke_feed() -> Result<(), ApiError> {
    let who = super::principal::principal()?;
    super::principal::desk::<dyn CalendarDesk>()?.revoke_feed(&who).await
}
