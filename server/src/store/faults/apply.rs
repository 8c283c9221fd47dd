//! A decision of the engine, carried out: transition, state, fault, events and notices in the caller's transaction.

use app::api::{
    board::{Tile, TileState},
    live::{LiveChange, ServiceChange},
};
use domain::{
    access::{self, Scope},
    escalation,
    fault::{FaultEventKind, ends_acknowledgement},
    flapping::Watch,
    id::{CustomerId, FaultId, HostId, ServiceId},
    notice::{NoticeKind, headline},
    observation::Status,
    service::FaultChange,
    time::Timestamp,
};
use entity::{columns::Word, fault, host, service};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr,
};
use tokio::sync::OnceCell;

use super::{
    NewEvent, acknowledgements, add_event, end_acknowledgement, new_id, open_of_services, promised, quiet,
    rows::{row, with_places},
    tell,
};
use crate::store::{
    board::is_quiet,
    counters::{self, Counter},
    cover::Promises,
    downtimes::{Downtimes, QuietTime},
    escalations, events,
    states::{self, NewTransition},
};

/// What the mails of this installation need beside the fault.
#[derive(Debug)]
pub struct Context {
    pub now: Timestamp,
    /// Domain of our Message-IDs.
    pub mail_domain: String,
    promises: OnceCell<Promises>,
}

impl Context {
    /// For one transaction.
    pub fn new(now: Timestamp, mail_domain: String) -> Self {
        Self { now, mail_domain, promises: OnceCell::new() }
    }

    /// What is promised in general, read once however many faults open together.
    pub(super) async fn promises(&self, tx: &impl ConnectionTrait) -> Result<&Promises, DbErr> {
        self.promises.get_or_try_init(|| Promises::load(tx)).await
    }
}

/// A service's new state and what it does to its fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub transition: NewTransition,
    pub customer: CustomerId,
    pub fault: Option<FaultChange>,
}

/// What became of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    Done,
    /// It was stored before; its confirmation must have been lost.
    Already,
    /// The service was paused or removed meanwhile: the decision is void.
    Obsolete,
}

#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Carries a decision out. Everything it writes belongs to the caller's transaction.
pub async fn apply(tx: &DatabaseTransaction, context: &Context, decision: &Decision) -> Result<Applied, ApplyError> {
    let new = &decision.transition;
    let Some((service, host)) = watched(tx, new.service).await? else { return Ok(Applied::Obsolete) };
    if states::is_stored(tx, new.service, new.seq).await? {
        return Ok(Applied::Already);
    }
    let fault = match decision.fault {
        Some(FaultChange::Open { status, started_at }) => {
            let opening = Opening { status, started_at, flapping: false };
            Some(open(tx, context, decision, (&service, &host), opening).await?)
        }
        Some(FaultChange::Change { from, to }) => change(tx, context, decision, &host, from, to).await?,
        Some(FaultChange::Clear) => clear(tx, context, decision).await?,
        Some(FaultChange::Flap { status, started_at }) => {
            Some(flap(tx, context, decision, (&service, &host), status, started_at).await?)
        }
        Some(FaultChange::Settle { status }) => settle(tx, context, decision, &host, status).await?,
        None => None,
    };
    states::store(tx, new, fault.as_ref().map(|fault| fault.number)).await?;
    publish(tx, decision, &host, fault).await?;
    Ok(Applied::Done)
}

/// The service and its host, unless either was paused or removed.
async fn watched(tx: &impl ConnectionTrait, id: ServiceId) -> Result<Option<(service::Model, host::Model)>, DbErr> {
    let service = service::Entity::find_by_id(id.0).one(tx).await?;
    let Some(service) = service.filter(|row| row.paused_at.is_none() && row.removed_at.is_none()) else {
        return Ok(None);
    };
    let host = host::Entity::find_by_id(service.host_id).one(tx).await?;
    Ok(host.filter(|row| row.paused_at.is_none() && row.removed_at.is_none()).map(|host| (service, host)))
}

/// How a fault begins.
struct Opening {
    status: Status,
    started_at: Timestamp,
    flapping: bool,
}

async fn open(
    tx: &DatabaseTransaction,
    context: &Context,
    decision: &Decision,
    (service, host): (&service::Model, &host::Model),
    Opening { status, started_at, flapping }: Opening,
) -> Result<fault::Model, DbErr> {
    let new = &decision.transition;
    let place = quiet::place(new.service, host);
    let around = quiet::around_problem(tx, context, decision.customer, place, (started_at, new.at)).await?;
    let number = counters::take(tx, Counter::Fault, 1).await?;
    // What flaps may be well at this very look, and a good answer says nothing of the fault.
    let detail = if new.status.is_ok() { "Keeps failing and coming back".to_owned() } else { new.detail.clone() };
    let mut fault = fault::Model {
        id: new_id(new.at)?,
        number,
        service_id: new.service.0,
        host_id: new.host.0,
        customer_id: decision.customer.0,
        status: Word(status),
        headline: headline(&service.name, status),
        detail,
        changes: 0,
        flapping,
        started_at: started_at.into(),
        confirmed_at: new.at.into(),
        cleared_at: None,
        customer_told_at: None,
        held_until: None,
        held_status: None,
    };
    let row: fault::ActiveModel = fault.clone().into();
    fault::Entity::insert(sea_orm::ActiveModelTrait::reset_all(row)).exec_without_returning(tx).await?;
    event(tx, &fault, new.at, FaultEventKind::Opened, Some(status), &fault.detail).await?;
    if flapping {
        event(tx, &fault, new.at, FaultEventKind::Flapping, None, "").await?;
    }
    match around {
        Some(around) => quiet::hold(tx, context, &mut fault, &around, None).await?,
        None => {
            promised::open(tx, context, &fault, host, new.at).await?;
            quiet::tell_as(tx, context, &fault, NoticeKind::Opened, new.at).await?;
        }
    }
    Ok(fault)
}

/// It keeps coming and going: its fault, or a new one where none is open, is told of once and stays open until it has
/// settled.
async fn flap(
    tx: &DatabaseTransaction,
    context: &Context,
    decision: &Decision,
    place: (&service::Model, &host::Model),
    status: Status,
    started_at: Timestamp,
) -> Result<fault::Model, DbErr> {
    let new = &decision.transition;
    let Some(mut fault) = open_of_services(tx, &[new.service]).await?.into_iter().next() else {
        return open(tx, context, decision, place, Opening { status, started_at, flapping: true }).await;
    };
    let around = still_quiet(tx, context, &mut fault, new.at).await?;
    let known = fault.status.0;
    // It was worse between the turns than anybody was told.
    if known < status {
        let detail = fault.detail.clone();
        alter(tx, context, &mut fault, place.1, Alteration { to: status, at: new.at, detail, held: around.is_some() })
            .await?;
    }
    mark_flapping(tx, &mut fault, true).await?;
    event(tx, &fault, new.at, FaultEventKind::Flapping, None, "").await?;
    match around {
        Some(around) => quiet::hold(tx, context, &mut fault, &around, Some(known)).await?,
        None => quiet::tell_as(tx, context, &fault, NoticeKind::Changed, new.at).await?,
    }
    Ok(fault)
}

/// It stays bad: told as it stands, whether or not that differs from what was told before.
async fn settle(
    tx: &DatabaseTransaction,
    context: &Context,
    decision: &Decision,
    host: &host::Model,
    status: Status,
) -> Result<Option<fault::Model>, DbErr> {
    let new = &decision.transition;
    let Some(mut fault) = open_of_services(tx, &[new.service]).await?.into_iter().next() else { return Ok(None) };
    let from = fault.status.0;
    mark_flapping(tx, &mut fault, false).await?;
    event(tx, &fault, new.at, FaultEventKind::Settled, None, "").await?;
    escalations::append(tx, FaultId(fault.id), &escalation::Event::FlappingEnded { at: new.at }).await?;
    change(tx, context, decision, host, from, status).await
}

async fn mark_flapping(tx: &DatabaseTransaction, fault: &mut fault::Model, flapping: bool) -> Result<(), DbErr> {
    fault.flapping = flapping;
    fault::Entity::update_many()
        .col_expr(fault::Column::Flapping, Expr::value(flapping))
        .filter(fault::Column::Id.eq(fault.id))
        .exec(tx)
        .await
        .map(drop)
}

async fn change(
    tx: &DatabaseTransaction,
    context: &Context,
    decision: &Decision,
    host: &host::Model,
    from: Status,
    to: Status,
) -> Result<Option<fault::Model>, DbErr> {
    let new = &decision.transition;
    let Some(mut fault) = open_of_services(tx, &[new.service]).await?.into_iter().next() else { return Ok(None) };
    let around = still_quiet(tx, context, &mut fault, new.at).await?;
    let detail = new.detail.clone();
    alter(tx, context, &mut fault, host, Alteration { to, at: new.at, detail, held: around.is_some() }).await?;
    match around {
        Some(around) => quiet::hold(tx, context, &mut fault, &around, Some(from)).await?,
        None => tell::everyone(tx, context, &fault, NoticeKind::Changed).await?,
    }
    Ok(Some(fault))
}

/// Another status of an open fault.
struct Alteration {
    to: Status,
    at: Timestamp,
    detail: String,
    /// Inside a downtime: what the contract promises begins at its end.
    held: bool,
}

/// Stores another status with all that follows from it, and tells nobody.
async fn alter(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &mut fault::Model,
    host: &host::Model,
    Alteration { to, at, detail, held }: Alteration,
) -> Result<(), DbErr> {
    let from = fault.status.0;
    fault::Entity::update_many()
        .col_expr(fault::Column::Status, Expr::value(to.as_str()))
        .col_expr(fault::Column::Detail, Expr::value(detail.as_str()))
        .col_expr(fault::Column::Changes, Expr::col(fault::Column::Changes).add(1))
        .filter(fault::Column::Id.eq(fault.id))
        .exec(tx)
        .await?;
    fault.status = Word(to);
    fault.changes += 1;
    event(tx, fault, at, FaultEventKind::Changed, Some(to), &detail).await?;
    fault.detail = detail;
    end_lapsed(tx, fault, from, to, at).await?;
    if !held {
        promised::open(tx, context, fault, host, at).await?;
    }
    escalations::append(tx, FaultId(fault.id), &escalation::Event::Changed { at, from, to }).await.map(drop)
}

/// The quiet time around what happens to an open fault at `at`. Outside any, what was held and has outlived a downtime is
/// told first.
async fn still_quiet(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &mut fault::Model,
    at: Timestamp,
) -> Result<Option<QuietTime>, DbErr> {
    let around = quiet::around(tx, context, fault, at).await?;
    if around.is_none() {
        quiet::lift(tx, context, fault).await?;
    }
    Ok(around)
}

/// An acknowledgement was for the fault as it was: one that got worse needs somebody again.
async fn end_lapsed(
    tx: &DatabaseTransaction,
    fault: &fault::Model,
    from: Status,
    to: Status,
    at: Timestamp,
) -> Result<(), DbErr> {
    for ack in acknowledgements(tx, &[fault.id]).await? {
        if ends_acknowledgement(from, to, ack.sticky) {
            end_acknowledgement(tx, FaultId(fault.id), Some(ack.side.0), at).await?;
            let text = format!("It got worse, so the acknowledgement of {} no longer stands", ack.by);
            let entry = NewEvent {
                fault: FaultId(fault.id),
                at,
                kind: FaultEventKind::AcknowledgementEnded,
                side: Some(ack.side.0),
                by: None,
                status: None,
                detail: &text,
            };
            add_event(tx, entry).await?;
        }
    }
    Ok(())
}

async fn clear(
    tx: &DatabaseTransaction,
    context: &Context,
    decision: &Decision,
) -> Result<Option<fault::Model>, DbErr> {
    let new = &decision.transition;
    let Some(mut fault) = open_of_services(tx, &[new.service]).await?.into_iter().next() else { return Ok(None) };
    let around = still_quiet(tx, context, &mut fault, new.at).await?;
    if fault.flapping {
        mark_flapping(tx, &mut fault, false).await?;
        event(tx, &fault, new.at, FaultEventKind::Settled, None, "").await?;
    }
    close(tx, &mut fault, new.at).await?;
    event(tx, &fault, new.at, FaultEventKind::Cleared, Some(Status::Ok), &new.detail).await?;
    promised::end(tx, context, &fault, new.at, "The fault cleared.").await?;
    tell_end(tx, context, &mut fault, around, NoticeKind::Recovered).await?;
    end_acknowledgement(tx, FaultId(fault.id), None, new.at).await?;
    Ok(Some(fault))
}

/// Inside quiet time those who know of the fault hear of its end when that is over, and nobody else does.
async fn tell_end(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &mut fault::Model,
    around: Option<QuietTime>,
    kind: NoticeKind,
) -> Result<(), DbErr> {
    let Some(around) = around else { return tell::everyone(tx, context, fault, kind).await };
    let known = fault.status.0;
    quiet::hold(tx, context, fault, &around, Some(known)).await?;
    quiet::settle(tx, fault).await
}

async fn close(tx: &DatabaseTransaction, fault: &mut fault::Model, at: Timestamp) -> Result<(), DbErr> {
    fault.cleared_at = Some(at.into());
    fault::Entity::update_many()
        .col_expr(fault::Column::ClearedAt, Expr::value(at.as_micros()))
        .filter(fault::Column::Id.eq(fault.id))
        .filter(fault::Column::ClearedAt.is_null())
        .exec(tx)
        .await
        .map(drop)
}

async fn event(
    tx: &DatabaseTransaction,
    fault: &fault::Model,
    at: Timestamp,
    kind: FaultEventKind,
    status: Option<Status>,
    detail: &str,
) -> Result<(), DbErr> {
    add_event(tx, NewEvent { fault: FaultId(fault.id), at, kind, side: None, by: None, status, detail }).await
}

/// Numbers the change for the live boards: the host's tile always, the fault's row when there is one.
async fn publish(
    tx: &DatabaseTransaction,
    decision: &Decision,
    host: &host::Model,
    fault: Option<fault::Model>,
) -> Result<(), DbErr> {
    let new = &decision.transition;
    let mut changes = Vec::with_capacity(2);
    if let Some(fault) = fault {
        let acks = acknowledgements(tx, &[fault.id]).await?;
        for placed in with_places(tx, vec![fault]).await? {
            let change = LiveChange::Fault { row: Box::new(row(&placed, &acks)) };
            changes.push((decision.customer, change));
        }
    }
    let downtimes = Downtimes::load(tx, Scope::Customer(decision.customer), new.at).await?;
    let tile = tile(tx, host, &downtimes, new.at).await?;
    let state = match downtimes.quiet(decision.customer, quiet::place(new.service, host), new.at) {
        Some(_) => TileState::Maintenance,
        None => shown(new.watch),
    };
    let service =
        ServiceChange { id: new.service, tile: Tile { state, acknowledged: false }, text: new.detail.clone() };
    let change = LiveChange::Host { host: new.host, customer: decision.customer, tile, service: Some(service) };
    changes.push((decision.customer, change));
    events::append(tx, new.at, &changes).await
}

fn shown(watch: Watch) -> TileState {
    match watch.flap.worst() {
        Some(worst) if watch.flap.is_flapping() => TileState::of_fault(worst, true),
        _ => watch.state.shown().into(),
    }
}

/// The worst open fault of a host that is not held back; then whether it is in downtime; well when there is none.
/// Acknowledged when every fault of that status is.
pub async fn host_tile(tx: &impl ConnectionTrait, id: HostId, now: Timestamp) -> Result<Tile, DbErr> {
    let host = host::Entity::find_by_id(id.0).one(tx).await?;
    let host = host.ok_or_else(|| DbErr::RecordNotFound(format!("host {id}")))?;
    let downtimes = Downtimes::load(tx, Scope::Customer(CustomerId(host.customer_id)), now).await?;
    tile(tx, &host, &downtimes, now).await
}

async fn tile(
    tx: &impl ConnectionTrait,
    host: &host::Model,
    downtimes: &Downtimes,
    now: Timestamp,
) -> Result<Tile, DbErr> {
    let faults = fault::Entity::find()
        .filter(fault::Column::HostId.eq(host.id))
        .filter(fault::Column::ClearedAt.is_null())
        .all(tx)
        .await?;
    let (held, faults): (Vec<_>, Vec<_>) = faults.into_iter().partition(|fault| fault.held_until.is_some());
    let ids: Vec<_> = faults.iter().map(|fault| fault.id).collect();
    let acks = acknowledgements(tx, &ids).await?;
    let taken =
        |fault: &fault::Model| acks.iter().any(|ack| ack.fault_id == fault.id && ack.side.0 == access::Side::Staff);
    let state = |fault: &fault::Model| TileState::of_fault(fault.status.0, fault.flapping);
    let Some(worst) = faults.iter().map(state).max() else {
        let quiet = !held.is_empty() || is_quiet(downtimes, host, now);
        let state = if quiet { TileState::Maintenance } else { TileState::Ok };
        return Ok(Tile { state, acknowledged: false });
    };
    let acknowledged = faults.iter().filter(|fault| state(fault) == worst).all(taken);
    Ok(Tile { state: worst, acknowledged })
}

/// Closes the open faults of services that are paused or removed: nobody would hear of a recovery, so those who were
/// told learn that nobody looks any more. Returns how many faults were closed.
pub async fn abandon(
    tx: &DatabaseTransaction,
    context: &Context,
    services: &[ServiceId],
    by: &str,
) -> Result<u64, ApplyError> {
    let faults = open_of_services(tx, services).await?;
    let count = faults.len() as u64;
    for mut fault in faults {
        let around = still_quiet(tx, context, &mut fault, context.now).await?;
        close(tx, &mut fault, context.now).await?;
        let entry = NewEvent {
            fault: FaultId(fault.id),
            at: context.now,
            kind: FaultEventKind::Abandoned,
            side: None,
            by: Some(by),
            status: None,
            detail: "The service is no longer watched",
        };
        add_event(tx, entry).await?;
        promised::end(tx, context, &fault, context.now, "The service is no longer watched.").await?;
        tell_end(tx, context, &mut fault, around, NoticeKind::Abandoned).await?;
        end_acknowledgement(tx, FaultId(fault.id), None, context.now).await?;
        let customer = CustomerId(fault.customer_id);
        for placed in with_places(tx, vec![fault]).await? {
            let change = LiveChange::Fault { row: Box::new(row(&placed, &[])) };
            events::append(tx, context.now, &[(customer, change)]).await?;
        }
    }
    for (id, state) in states::load(tx, services).await? {
        // Watching begins anew when the service is resumed; the numbering goes on.
        states::put(tx, id, &Watch::pending(), state.seq, context.now, "").await?;
    }
    Ok(count)
}
