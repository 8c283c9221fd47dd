//! Training: staff decide that a customer needs it, courses are scheduled and run, attendance starts the clocks that wait.
//!
//! What concerns one customer goes one at a time, by the customer's row: a ticket is never left waiting for an attendance
//! that was recorded meanwhile.

mod acts;
mod page;
mod tickets;

#[cfg(test)]
mod tests;

use app::api::{
    error::ApiError,
    principal::Principal,
    training::{AttendanceInput, ConditionInput, CourseInput, TicketTraining, TrainingDesk, TrainingPage},
};
use domain::id::{ConditionId, CourseId};

pub(super) use tickets::hold_by_tags;

/// Implements [`TrainingDesk`].
#[derive(Clone)]
pub struct Desk {
    pub tickets: super::tickets::Desk,
}

#[async_trait::async_trait]
impl TrainingDesk for Desk {
    async fn page(&self, who: &Principal) -> Result<TrainingPage, ApiError> {
        page::page(&self.tickets, who).await
    }

    async fn decide(&self, who: &Principal, input: ConditionInput) -> Result<(), ApiError> {
        acts::decide(&self.tickets, who, &input).await
    }

    async fn schedule(&self, who: &Principal, input: CourseInput) -> Result<(), ApiError> {
        acts::schedule(&self.tickets, who, &input).await
    }

    async fn settle(&self, who: &Principal, id: CourseId, version: i64, run: bool) -> Result<(), ApiError> {
        acts::settle(&self.tickets, who, id, version, run).await
    }

    async fn attend(&self, who: &Principal, id: CourseId, input: AttendanceInput) -> Result<(), ApiError> {
        acts::attend(&self.tickets, who, id, &input).await
    }

    async fn waive(&self, who: &Principal, id: ConditionId, version: i64, reason: String) -> Result<(), ApiError> {
        acts::waive(&self.tickets, who, id, version, &reason).await
    }

    async fn of_ticket(&self, who: &Principal, number: i64) -> Result<TicketTraining, ApiError> {
        tickets::of_ticket(&self.tickets, who, number).await
    }

    async fn hold(&self, who: &Principal, number: i64, condition: ConditionId) -> Result<(), ApiError> {
        tickets::hold(&self.tickets, who, number, condition).await
    }
}
