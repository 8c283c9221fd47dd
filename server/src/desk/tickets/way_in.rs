//! A way in that answers again ends what waited for it. Source: `rules` section 3.

use app::api::live::LiveChange;
use domain::{access::Scope, clock::PauseReason, id::ContractId, ticket::TicketEventKind, time::Timestamp};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{SYSTEM, acts::is_open};
use crate::store::{
    Db,
    clocks::{self, AppendError, Ended, Fact},
    events,
    tickets::{self, NewTicketEvent, Ticket},
};

/// Ends the pauses for remote access on the open tickets of a contract, each ticket in a transaction of its own.
/// `evidence` says what was seen at `now`. How many tickets go on.
pub(in crate::desk) async fn answers_again(
    db: &Db,
    contract: ContractId,
    evidence: &str,
    now: Timestamp,
) -> Result<u64, DbErr> {
    let mut gone_on = 0;
    for number in tickets::open_of_contract(db.read(), contract).await? {
        let tx = db.begin().await?;
        let Some(ticket) = tickets::lock(&tx, Scope::Everything, number).await? else { continue };
        if go_on(&tx, &ticket, evidence, now).await? {
            tx.commit().await?;
            gone_on += 1;
        }
    }
    Ok(gone_on)
}

async fn go_on(tx: &DatabaseTransaction, ticket: &Ticket, evidence: &str, now: Timestamp) -> Result<bool, DbErr> {
    let reason = PauseReason::RemoteAccess;
    let mut ended = false;
    for clock in clocks::of_ticket(tx, Scope::Everything, ticket.id).await?.into_iter().filter(is_open) {
        let waits = clock.clock.pauses().iter().any(|pause| pause.end.is_none() && pause.reason == reason);
        if !waits {
            continue;
        }
        let fact = Fact::Resumed { reason, ended: Ended::ProbeSucceeded, evidence: evidence.to_owned() };
        clocks::append(tx, clock.id, now, now, &fact).await.map_err(|error| match error {
            AppendError::Db(error) => error,
            error => DbErr::Custom(error.to_string()),
        })?;
        ended = true;
    }
    if ended {
        let detail = format!("no longer {}: {evidence}", reason.label());
        let new = NewTicketEvent {
            ticket: ticket.id,
            at: now,
            entered_at: now,
            kind: TicketEventKind::Resumed,
            user: None,
            by: SYSTEM,
            detail: &detail,
        };
        tickets::add_event(tx, new).await?;
        let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
        events::append(tx, now, &[(ticket.customer, change)]).await?;
    }
    Ok(ended)
}
