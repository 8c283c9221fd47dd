//! Hardware: returns to base, loan units, couriers and visits on a ticket, and the stock of units.

mod wire;

use leptos::prelude::*;

use super::error::ApiError;

pub use wire::*;

/// Use cases around hardware. Every act leaves an entry in the ticket's timeline; pages load again after it.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait HardwareDesk: Send + Sync {
    /// Stock, loans and returns. `edit`: the id of the unit in the form.
    async fn list(&self, who: &super::principal::Principal, edit: &str) -> Result<HardwarePage, ApiError>;
    async fn ticket(&self, who: &super::principal::Principal, number: i64) -> Result<TicketHardware, ApiError>;
    /// Adds a unit when `id` is empty.
    async fn save_unit(&self, who: &super::principal::Principal, id: &str, input: UnitInput) -> Result<(), ApiError>;
    /// Gives out a number and mails it with the address.
    async fn open_return(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: ReturnInput,
    ) -> Result<(), ApiError>;
    /// Reserves a unit of the stock.
    async fn lend(&self, who: &super::principal::Principal, number: i64, unit: &str) -> Result<(), ApiError>;
    /// Plans a courier for equipment that is diagnosed faulty now.
    async fn send_courier(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: CourierInput,
    ) -> Result<(), ApiError>;
    /// The next step of a return, a loan or a courier.
    async fn step(&self, who: &super::principal::Principal, number: i64, input: StepInput) -> Result<(), ApiError>;
    /// Decides that a visit is needed, which starts the arrival clock.
    async fn determine_visit(
        &self,
        who: &super::principal::Principal,
        number: i64,
        reason: &str,
    ) -> Result<(), ApiError>;
    /// Books the open visit, or books it again, and invites engineer and customer.
    async fn book_visit(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: BookingInput,
    ) -> Result<(), ApiError>;
    /// Arrival, departure, cancellation; a supervisor may take the decision back.
    async fn visit_step(
        &self,
        who: &super::principal::Principal,
        number: i64,
        input: VisitInput,
    ) -> Result<(), ApiError>;
}

#[cfg(feature = "ssr")]
fn desk() -> Result<(super::principal::Principal, std::sync::Arc<dyn HardwareDesk>), ApiError> {
    Ok((super::principal::principal()?, super::principal::desk::<dyn HardwareDesk>()?))
}

/// `edit` is a unit's id, or empty.
#[server(endpoint = "hardware/list", input = server_fn::codec::GetUrl)]
pub async fn load_hardware(#[server(default)] edit: String) -> Result<HardwarePage, ApiError> {
    let (who, desk) = desk()?;
    desk.list(&who, &edit).await
}

#[server(endpoint = "hardware/ticket", input = server_fn::codec::GetUrl)]
pub async fn load_ticket_hardware(number: i64) -> Result<TicketHardware, ApiError> {
    let (who, desk) = desk()?;
    desk.ticket(&who, number).await
}

/// Adds or changes a unit and goes to the stock.
#[server(endpoint = "hardware/save-unit")]
pub async fn save_loan_unit(
    #[server(default)] id: String,
    #[server(default)] input: UnitInput,
) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.save_unit(&who, &id, input).await?;
    leptos_axum::redirect("/hardware");
    Ok(())
}

#[server(endpoint = "hardware/open-return")]
pub async fn open_return(number: i64, #[server(default)] input: ReturnInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.open_return(&who, number, input).await
}

#[server(endpoint = "hardware/lend")]
pub async fn lend_unit(number: i64, #[server(default)] unit: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.lend(&who, number, &unit).await
}

#[server(endpoint = "hardware/send-courier")]
pub async fn send_courier(number: i64, #[server(default)] input: CourierInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.send_courier(&who, number, input).await
}

#[server(endpoint = "hardware/step")]
pub async fn step_hardware(number: i64, #[server(default)] input: StepInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.step(&who, number, input).await
}

#[server(endpoint = "hardware/determine-visit")]
pub async fn determine_visit(number: i64, #[server(default)] reason: String) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.determine_visit(&who, number, &reason).await
}

#[server(endpoint = "hardware/book-visit")]
pub async fn book_visit(number: i64, #[server(default)] input: BookingInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.book_visit(&who, number, input).await
}

#[server(endpoint = "hardware/visit-step")]
pub async fn step_visit(number: i64, #[server(default)] input: VisitInput) -> Result<(), ApiError> {
    let (who, desk) = desk()?;
    desk.visit_step(&who, number, input).await
}
