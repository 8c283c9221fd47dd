//! Training: what the system suggests, courses, conditions of customers, attendance.

use domain::{
    id::{ConditionId, CourseId, CustomerId},
    training::{ConditionStanding, CourseState},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::ApiError;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingPage {
    pub suggestions: Vec<SuggestionRow>,
    pub conditions: Vec<ConditionRow>,
    pub courses: Vec<CourseRow>,
    /// Ids and names to choose from.
    pub customers: Vec<(String, String)>,
    pub may_waive: bool,
    /// In which courses are scheduled.
    pub zone: String,
}

/// A customer whose tickets point at training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuggestionRow {
    pub customer: CustomerId,
    pub customer_name: String,
    /// Numbers of the tagged tickets of the last 90 days.
    pub tickets: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConditionRow {
    pub id: ConditionId,
    pub version: i64,
    pub customer_name: String,
    pub topic: String,
    pub reason: String,
    /// "Priya Nair, Tue 24 Nov 2026, 16:05".
    pub decided: String,
    pub standing: ConditionStanding,
    /// "Course on Mon 30 Nov 2026, 09:30", "Course run Mon …, nobody attended": what the standing means.
    pub words: String,
    /// Numbers of the tickets whose clocks wait.
    pub waiting: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CourseRow {
    pub id: CourseId,
    pub version: i64,
    pub topic: String,
    pub when: String,
    pub place: String,
    pub state: CourseState,
    /// It has begun, so it may be marked as run.
    pub begun: bool,
    /// "Jo Bell, Kelston Care Homes".
    pub attended: Vec<String>,
}

/// That staff decided on training.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConditionInput {
    pub customer: String,
    pub topic: String,
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CourseInput {
    pub topic: String,
    /// Local date and time, `2026-11-30T09:30`.
    pub at: String,
    pub place: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AttendanceInput {
    pub customer: String,
    pub person: String,
}

/// What a ticket's page says about training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TicketTraining {
    pub number: i64,
    /// The topic that its clock waits for.
    pub waits_for: Option<String>,
    /// Conditions under which staff may mark it support conditional.
    pub may_hold: Vec<(String, String)>,
}

#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait TrainingDesk: Send + Sync {
    async fn page(&self, who: &super::principal::Principal) -> Result<TrainingPage, ApiError>;
    async fn decide(&self, who: &super::principal::Principal, input: ConditionInput) -> Result<(), ApiError>;
    async fn schedule(&self, who: &super::principal::Principal, input: CourseInput) -> Result<(), ApiError>;
    /// Marks a course as run, from when on conditions on its topic hold; or cancels it.
    async fn settle(
        &self,
        who: &super::principal::Principal,
        id: CourseId,
        version: i64,
        run: bool,
    ) -> Result<(), ApiError>;
    /// Records who attended a course that was run, and starts the clocks that waited for it.
    async fn attend(
        &self,
        who: &super::principal::Principal,
        id: CourseId,
        input: AttendanceInput,
    ) -> Result<(), ApiError>;
    async fn waive(
        &self,
        who: &super::principal::Principal,
        id: ConditionId,
        version: i64,
        reason: String,
    ) -> Result<(), ApiError>;
    async fn of_ticket(&self, who: &super::principal::Principal, number: i64) -> Result<TicketTraining, ApiError>;
    /// Marks a ticket support conditional: its clock waits for the attendance.
    async fn hold(
        &self,
        who: &super::principal::Principal,
        number: i64,
        condition: ConditionId,
    ) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn TrainingDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn TrainingDesk>()?))
}

#[server(endpoint = "training/page", input = server_fn::codec::GetUrl)]
pub async fn load_training() -> Result<TrainingPage, ApiError> {
    let (who, desk) = desk()?;
    desk.page(&who).await
}

#[server(endpoint = "training/decide")]
pub async fn decide_training(#[server(default)] input: ConditionInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.decide(&who, input).await
}

#[server(endpoint = "training/schedule")]
pub async fn schedule_course(#[server(default)] input: CourseInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.schedule(&who, input).await
}

/// `run` is `yes` or `no`, which cancels it.
#[server(endpoint = "training/settle")]
pub async fn settle_course(id: CourseId, version: i64, run: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.settle(&who, id, version, run == "yes").await
}

#[server(endpoint = "training/attend")]
pub async fn record_attendance(id: CourseId, #[server(default)] input: AttendanceInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.attend(&who, id, input).await
}

#[server(endpoint = "training/waive")]
pub async fn waive_condition(id: ConditionId, version: i64, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.waive(&who, id, version, reason).await
}

#[server(endpoint = "training/of-ticket", input = server_fn::codec::GetUrl)]
pub async fn load_ticket_training(number: i64) -> Result<TicketTraining, ApiError> {
    let (who, desk) = desk()?;
    desk.of_ticket(&who, number).await
}

#[server(endpoint = "training/hold")]
pub async fn hold_ticket(number: i64, condition: ConditionId) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.hold(&who, number, condition).await
}
