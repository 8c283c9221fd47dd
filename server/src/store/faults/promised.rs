//! What the contract makes of a fault: its ticket, the response clock, the escalation. Written with the fault.

use app::api::live::LiveChange;
use domain::{
    escalation,
    fault::reference,
    id::{ClockId, CustomerId, EquipmentId, FaultId, HostId, ServiceId, SiteId, TicketId},
    observation::Status,
    ticket::{Channel, TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};
use entity::{fault, host};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, TransactionTrait};

use super::{Context, new_id};
use crate::store::{
    alarms,
    cover::{self, Promises, Standing},
    escalations::{self, NewEscalation},
    events,
    tickets::{self, NewTicket, NewTicketEvent, Origin},
};

/// Who opens tickets and appends recoveries, on timelines.
const MONITORING: &str = "Monitoring";

/// Opens what the contract promises for a fault that was confirmed at `at`, unless it was opened before. A fault of our
/// own promises nothing: nobody at the customer's is without anything.
///
/// A fault is stored and told whatever the state of its contract's rows: what cannot be read is left out, and staff get
/// an alarm.
pub(super) async fn open(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    host: &host::Model,
    at: Timestamp,
) -> Result<(), DbErr> {
    if fault.status.0 == Status::Unknown {
        return Ok(());
    }
    let apart = tx.begin().await?;
    match open_all(&apart, context, fault, host, at).await {
        Ok(()) => apart.commit().await,
        Err(error) if is_unreadable(&error) => {
            apart.rollback().await?;
            let number = reference(fault.number);
            tracing::error!(%error, fault = number, "what the contract promises for a fault could not be opened");
            let text = format!(
                "{number} was told to everybody, but its ticket, clock and escalation were not opened: {error}"
            );
            alarms::raise(tx, &context.mail_domain, "Contract rows cannot be read", &text, context.now).await
        }
        Err(error) => Err(error),
    }
}

/// Whether the database answered and its answer made no sense.
pub(super) fn is_unreadable(error: &DbErr) -> bool {
    matches!(error, DbErr::Type(_) | DbErr::Json(_) | DbErr::Custom(_))
}

async fn open_all(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    host: &host::Model,
    at: Timestamp,
) -> Result<(), DbErr> {
    let promises = context.promises(tx).await?;
    let standing = cover::of_host(tx, promises, HostId(fault.host_id), fault.started_at.into(), at).await?;
    if standing.opens_ticket() {
        open_ticket(tx, context, promises, (fault, host), &standing, at).await?;
    }
    if let Some(paging) = standing.paging(promises)? {
        let new = NewEscalation {
            fault: FaultId(fault.id),
            customer: CustomerId(fault.customer_id),
            contract: standing.contract.as_ref().map(|one| one.contract.id),
            policy: paging.policy,
            cover: paging.cover,
            paging: paging.paging,
            opened_at: at,
        };
        escalations::open_with(tx, new, paging.terms).await?;
    }
    Ok(())
}

async fn open_ticket(
    tx: &DatabaseTransaction,
    context: &Context,
    promises: &Promises,
    (fault, host): (&fault::Model, &host::Model),
    standing: &Standing,
    at: Timestamp,
) -> Result<(), DbErr> {
    let id = TicketId(new_id(context.now)?);
    let new = NewTicket {
        id,
        kind: TicketKind::Fault,
        customer: CustomerId(fault.customer_id),
        site: Some(SiteId(host.site_id)),
        host: Some(HostId(fault.host_id)),
        service: Some(ServiceId(fault.service_id)),
        fault: Some(FaultId(fault.id)),
        contract: standing.contract.as_ref().map(|one| one.contract.id),
        equipment: standing.piece.as_ref().map(|piece| EquipmentId(piece.equipment.id.0)),
        subject: format!("{}: {}", host.system, fault.headline),
        cover: standing.decision.clone(),
        terms: Some(standing.ticket_terms(promises)),
        opened_at: at,
        created_at: context.now,
        origin: Origin::of(Channel::Monitoring, MONITORING),
        state: TicketState::Open,
    };
    // None: the fault has its ticket already, for a decision that was carried out twice or a fault that got worse.
    let Some(number) = tickets::insert(tx, new).await? else { return Ok(()) };
    let opened = format!("{}: {}", reference(fault.number), fault.headline);
    add_entry(tx, id, TicketEventKind::Opened, at, context.now, &opened).await?;
    if let Some(terms) = standing.response_terms(promises)? {
        tickets::start_response(tx, ClockId(new_id(context.now)?), id, terms, at, context.now).await?;
    }
    let customer = CustomerId(fault.customer_id);
    events::append(tx, context.now, &[(customer, LiveChange::Ticket { number, customer })]).await
}

/// Appends the recovery to the fault's ticket, which stays open until a person closes it, and ends the escalation.
pub(super) async fn end(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    at: Timestamp,
    words: &str,
) -> Result<(), DbErr> {
    let id = FaultId(fault.id);
    escalations::append(tx, id, &escalation::Event::Ended { at }).await?;
    if let Some(ticket) = tickets::of_fault(tx, domain::access::Scope::Everything, id).await? {
        // Where it was merged away, the news belongs where it goes on.
        let ticket = tickets::survivor(tx, ticket).await?;
        add_entry(tx, ticket.id, TicketEventKind::Recovered, at, context.now, words).await?;
        let change = LiveChange::Ticket { number: ticket.number, customer: ticket.customer };
        events::append(tx, context.now, &[(ticket.customer, change)]).await?;
    }
    Ok(())
}

async fn add_entry(
    tx: &impl ConnectionTrait,
    ticket: TicketId,
    kind: TicketEventKind,
    at: Timestamp,
    entered_at: Timestamp,
    detail: &str,
) -> Result<(), DbErr> {
    let entry = NewTicketEvent { ticket, at, entered_at, kind, user: None, by: MONITORING, detail };
    tickets::add_event(tx, entry).await.map(drop)
}
