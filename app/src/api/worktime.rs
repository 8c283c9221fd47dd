//! Time worked on a ticket and its CatS incident: one card for the ticket's page, and what staff do about time.

use domain::{
    id::{ExtraId, TimeEntryId},
    incident::IncidentState,
    time::Timestamp,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

/// What a reader sees of a ticket's work. Customers see the incident only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkCard {
    pub now: Timestamp,
    pub number: i64,
    pub time: Option<TimeCard>,
    pub incident: Option<IncidentCard>,
    /// "£70.00 + VAT (£84.00 in all) for up to 2 hours": what an incident would cost that may be ordered here.
    pub order: Option<String>,
}

/// Time, for staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimeCard {
    /// Whole seconds of all entries.
    pub booked_s: u64,
    /// Seconds beside those until work must stop; None: nothing stops it.
    pub left_s: Option<u64>,
    /// In the order in which they began.
    pub running: Vec<Running>,
    /// The reader's own stopwatch runs on this other ticket.
    pub elsewhere: Option<i64>,
    /// Why nothing can be booked; None: it can.
    pub refused: Option<String>,
    pub task: Option<TaskCard>,
    pub entries: Vec<EntryRow>,
    pub may_start: bool,
    /// In which times are entered, and the present there, `2026-11-24T16:05`.
    pub zone: String,
    pub now_local: String,
}

/// A stopwatch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    pub by: String,
    pub started_at: Timestamp,
    /// It is the reader's.
    pub mine: bool,
}

/// A minor reconfiguration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskCard {
    /// "Outside cover: quote".
    pub outside_cover: bool,
    /// The included time is used up, and the customer was not told yet.
    pub blocked: bool,
    /// "Priya Nair, by phone, Tue 24 Nov 2026, 16:05"; empty: nobody has told them.
    pub told: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntryRow {
    pub id: TimeEntryId,
    pub version: i64,
    pub by: String,
    /// "Tue 24 Nov, 16:05 to 16:45".
    pub when: String,
    /// "40 min".
    pub length: String,
    pub what: String,
    pub stopwatch: bool,
    pub may_correct: bool,
    /// As a form has them.
    pub at_local: String,
    pub minutes: String,
    /// What it was before, the latest last: "Was 35 min from 16:05, restored the trunk. Priya Nair, Tue …: mistyped".
    pub corrections: Vec<String>,
}

/// A CatS incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentCard {
    pub state: IncidentState,
    pub version: i64,
    /// Units approved.
    pub units: u32,
    /// Whole seconds of approved time that are left.
    pub left_s: u64,
    /// "1 h 40 min".
    pub worked: String,
    /// Approval needed: work has stopped.
    pub blocked: bool,
    pub charges: Vec<ChargeRow>,
    pub net: String,
    pub vat: String,
    pub gross: String,
    /// "£70.00 + VAT (£84.00 in all) for up to 2 hours".
    pub unit: String,
    /// "Unit 1: Jo Bell, on the ticket's page, Tue 24 Nov 2026, 16:05".
    pub consents: Vec<String>,
    /// Who accepted or declined, and why.
    pub decided: String,
    pub may: IncidentMay,
    pub now_local: String,
    pub zone: String,
}

/// What the reader may do about the incident as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentMay {
    /// Accept or decline.
    pub decide: bool,
    /// Approve a further unit themselves.
    pub approve: bool,
    /// Record an approval that was given by phone or mail.
    pub record: bool,
    /// Ask the customer by mail.
    pub ask: bool,
    pub extras: bool,
    pub split: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChargeRow {
    /// "Unit 1", "Part: battery".
    pub what: String,
    /// "£70.00", "£0.00, under warranty".
    pub net: String,
    /// A line of parts or shipping that staff may take back.
    pub extra: Option<ExtraId>,
}

/// A stretch of work as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkInput {
    /// Local date and time, `2026-11-24T16:05`.
    pub began: String,
    /// Minutes, `100`, or hours and minutes, `1:40`.
    pub minutes: String,
    pub what: String,
    /// Why it is corrected; of corrections only.
    pub reason: String,
}

/// That the customer was told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToldInput {
    /// `mail`, which sends one now, or `phone`.
    pub how: String,
    pub note: String,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait WorkDesk: Send + Sync {
    async fn card(&self, who: &super::principal::Principal, number: i64) -> Result<WorkCard, ApiError>;
    /// Starts the caller's stopwatch, of which there is one.
    async fn start(&self, who: &super::principal::Principal, number: i64) -> Result<(), ApiError>;
    /// Stops the caller's stopwatch and books its time.
    async fn stop(&self, who: &super::principal::Principal, number: i64, what: String) -> Result<(), ApiError>;
    async fn add(&self, who: &super::principal::Principal, number: i64, input: WorkInput) -> Result<(), ApiError>;
    /// Corrects an entry that is still at `version`; what it was is kept. Others' time only by supervisors.
    async fn correct(
        &self,
        who: &super::principal::Principal,
        number: i64,
        entry: TimeEntryId,
        version: i64,
        input: WorkInput,
    ) -> Result<(), ApiError>;
    /// Tells the customer that more is outside cover, or records that they were told.
    async fn tell(&self, who: &super::principal::Principal, number: i64, input: ToldInput) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn WorkDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn WorkDesk>()?))
}

#[server(endpoint = "work/card", input = server_fn::codec::GetUrl)]
pub async fn load_work(number: i64) -> Result<WorkCard, ApiError> {
    let (who, desk) = desk()?;
    desk.card(&who, number).await
}

#[server(endpoint = "work/start")]
pub async fn start_stopwatch(number: i64) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.start(&who, number).await
}

#[server(endpoint = "work/stop")]
pub async fn stop_stopwatch(number: i64, #[server(default)] what: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.stop(&who, number, what).await
}

#[server(endpoint = "work/add")]
pub async fn add_work(number: i64, #[server(default)] input: WorkInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.add(&who, number, input).await
}

#[server(endpoint = "work/correct")]
pub async fn correct_work(
    number: i64,
    entry: TimeEntryId,
    version: i64,
    #[server(default)] input: WorkInput,
) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.correct(&who, number, entry, version, input).await
}

#[server(endpoint = "work/tell")]
pub async fn tell_outside_cover(number: i64, #[server(default)] input: ToldInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.tell(&who, number, input).await
}
