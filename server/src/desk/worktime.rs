//! Time worked on tickets. Every act holds the ticket's row for its transaction, so that two people never use up the same
//! approved second; a person's own row is held too, since nobody works twice at once.

pub(in crate::desk) mod budget;
mod card;
mod entries;
mod input;
mod stopwatch;

#[cfg(test)]
pub(in crate::desk) mod tests;

use app::api::{
    error::ApiError,
    principal::Principal,
    worktime::{ToldInput, WorkCard, WorkDesk, WorkInput},
};
use domain::{access::Permission, id::TimeEntryId, incident::ConsentHow, notice::TicketNews, ticket::TicketEventKind};

pub(in crate::desk) use entries::local;
pub use stopwatch::run_due;
pub(in crate::desk) use stopwatch::{approval_needed, stop_all};

use self::budget::Budget;
use super::{
    internal,
    tickets::{
        self,
        acts::{Held, Seen},
    },
};
use crate::store::worked::{self, Told};

/// Implements [`WorkDesk`].
#[derive(Clone)]
pub struct Desk {
    pub tickets: tickets::Desk,
}

#[async_trait::async_trait]
impl WorkDesk for Desk {
    async fn card(&self, who: &Principal, number: i64) -> Result<WorkCard, ApiError> {
        card::card(&self.tickets, who, number).await
    }

    async fn start(&self, who: &Principal, number: i64) -> Result<(), ApiError> {
        stopwatch::start(&self.tickets, who, number).await
    }

    async fn stop(&self, who: &Principal, number: i64, what: String) -> Result<(), ApiError> {
        stopwatch::stop(&self.tickets, who, number, &what).await
    }

    async fn add(&self, who: &Principal, number: i64, input: WorkInput) -> Result<(), ApiError> {
        entries::add(&self.tickets, who, number, &input).await
    }

    async fn correct(
        &self,
        who: &Principal,
        number: i64,
        entry: TimeEntryId,
        version: i64,
        input: WorkInput,
    ) -> Result<(), ApiError> {
        entries::correct(&self.tickets, who, number, (entry, version), &input).await
    }

    async fn tell(&self, who: &Principal, number: i64, input: ToldInput) -> Result<(), ApiError> {
        tell(&self.tickets, who, number, &input).await
    }
}

/// A ticket whose stopwatches show what they should: those that have run out are stopped first, whatever was asked.
pub(in crate::desk) async fn take<'a>(
    desk: &'a tickets::Desk,
    who: &'a Principal,
    number: i64,
    permission: Permission,
) -> Result<(Held<'a>, Budget), ApiError> {
    let held = Held::take(desk, who, number, permission).await?;
    stopwatch::settle(&held.tx, &desk.mail_domain, &held.ticket, held.now).await?;
    let budget = Budget::load(&held.tx, &held.ticket).await?;
    Ok((held, budget))
}

async fn tell(desk: &tickets::Desk, who: &Principal, number: i64, input: &ToldInput) -> Result<(), ApiError> {
    let (held, budget) = take(desk, who, number, Permission::WorkTickets).await?;
    let told = input::told(input)?;
    if !budget.is_task() {
        return Err(ApiError::Conflict(
            "Only a change request under Cat1, Cat2 or Cat4 has an end of cover.".to_owned(),
        ));
    }
    if worked::told(&held.tx, held.ticket.id).await.map_err(internal)?.is_some() {
        return Err(ApiError::Conflict("The customer was told already.".to_owned()));
    }
    let row = Told { at: held.now, by: who.name.clone(), how: told.how, note: told.note.clone() };
    worked::tell(&held.tx, held.ticket.id, &row).await.map_err(internal)?;
    let detail = format!("told the customer {} that more is outside cover: {}", told.how.label(), told.note);
    let seq = held.add(TicketEventKind::OutsideCover, held.now, &detail).await?;
    if told.how == ConsentHow::Mail {
        held.mail(&TicketNews::OutsideCover { text: told.note }, seq).await?;
    }
    held.finish("ticket.outside-cover", detail, Seen::ByAll).await
}
