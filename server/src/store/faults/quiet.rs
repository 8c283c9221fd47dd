//! Faults inside planned quiet time: recorded and shown, and told when it ends.

use std::collections::HashMap;

use app::api::live::LiveChange;
use domain::{
    access::Scope,
    downtime::{Hold, Place, Tell},
    escalation,
    fault::FaultEventKind,
    id::{ContactId, CustomerId, FaultId, HostId, ServiceId, SiteId, UserId},
    notice::{NoticeKind, Who},
    observation::Status,
    time::Timestamp,
};
use entity::{acknowledgement, columns::Micros, fault, fault_event, host};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    Context, NewEvent, acknowledgements, add_event,
    apply::host_tile,
    find_by_id, promised,
    rows::{row, with_places},
    tell,
};
use crate::store::{
    downtimes::{Downtimes, QuietTime},
    escalations, events,
};

/// Faults told in one transaction; the rest follow in the next.
const LIFTS_MAX: u64 = 100;

pub(super) fn place(service: ServiceId, host: &host::Model) -> Place {
    Place { site: SiteId(host.site_id), host: HostId(host.id), service: Some(service) }
}

fn hold_of(fault: &fault::Model) -> Option<Hold> {
    let told = fault.held_status.map(|status| status.0);
    fault.held_until.map(|until| Hold { until: until.into(), told })
}

/// The quiet time around what happened to a fault at `at`; around this moment where that lay outside any: nothing is told
/// inside, however late it is stored.
pub(super) async fn around(
    tx: &impl ConnectionTrait,
    context: &Context,
    fault: &fault::Model,
    at: Timestamp,
) -> Result<Option<QuietTime>, DbErr> {
    let customer = CustomerId(fault.customer_id);
    let downtimes = Downtimes::load(tx, Scope::Customer(customer), at.min(context.now)).await?;
    if downtimes.is_empty() {
        return Ok(None);
    }
    let Some(host) = host::Entity::find_by_id(fault.host_id).one(tx).await? else { return Ok(None) };
    let place = place(ServiceId(fault.service_id), &host);
    Ok(in_either(&downtimes, customer, place, (at, context.now)))
}

fn in_either(
    downtimes: &Downtimes,
    customer: CustomerId,
    place: Place,
    (at, now): (Timestamp, Timestamp),
) -> Option<QuietTime> {
    downtimes.quiet(customer, place, at).or_else(|| downtimes.quiet(customer, place, now))
}

/// The same for a problem that is confirmed at `at`: flexible downtimes that wait for one begin.
pub(super) async fn around_problem(
    tx: &impl ConnectionTrait,
    context: &Context,
    customer: CustomerId,
    place: Place,
    (started_at, at): (Timestamp, Timestamp),
) -> Result<Option<QuietTime>, DbErr> {
    let mut downtimes = Downtimes::load(tx, Scope::Customer(customer), started_at.min(context.now)).await?;
    downtimes.problem(tx, customer, place, started_at, at).await?;
    Ok(in_either(&downtimes, customer, place, (at, context.now)))
}

/// Holds a fault back; one that is held already stays held for as long as it is quiet. `told` is its status as those know
/// it who were told of it before; None: nobody was.
pub(super) async fn hold(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &mut fault::Model,
    quiet: &QuietTime,
    told: Option<Status>,
) -> Result<(), DbErr> {
    if let Some(hold) = hold_of(fault) {
        let until = hold.until.max(quiet.until);
        return store(tx, fault, Some(Hold { until, ..hold })).await;
    }
    store(tx, fault, Some(Hold { until: quiet.until, told })).await?;
    note(tx, context, fault, FaultEventKind::DowntimeBegan, &quiet.reason).await?;
    escalate(tx, fault, &escalation::Event::DowntimeStarted { at: quiet.since }).await
}

/// Tells the escalation. One that cannot be read holds back nothing else: staff have an alarm when a step of it is due.
async fn escalate(tx: &DatabaseTransaction, fault: &fault::Model, event: &escalation::Event) -> Result<(), DbErr> {
    match escalations::append(tx, FaultId(fault.id), event).await {
        Err(error) if promised::is_unreadable(&error) => {
            tracing::error!(%error, fault = fault.number, "an escalation cannot be read");
            Ok(())
        }
        told => told.map(drop),
    }
}

/// A fault that ended inside has nothing left to be held unless somebody was told of it.
pub(super) async fn settle(tx: &impl ConnectionTrait, fault: &mut fault::Model) -> Result<(), DbErr> {
    match hold_of(fault) {
        Some(hold) if !hold.outlasts_fault() => store(tx, fault, None).await,
        _ => Ok(()),
    }
}

/// Ends the hold of a fault, if it has one, as of the instant until which it was held: what outlived the downtime is told,
/// with its true start, and its ticket, clock and escalation begin then.
pub(super) async fn lift(tx: &DatabaseTransaction, context: &Context, fault: &mut fault::Model) -> Result<(), DbErr> {
    let Some(hold) = hold_of(fault) else { return Ok(()) };
    store(tx, fault, None).await?;
    let (id, over) = (FaultId(fault.id), fault.cleared_at.is_some());
    let at = hold.until.max(fault.confirmed_at.into());
    if !over {
        let ended = NewEvent { detail: "", ..entry(fault, at, FaultEventKind::DowntimeEnded) };
        add_event(tx, ended).await?;
        escalate(tx, fault, &escalation::Event::DowntimeEnded { at }).await?;
    }
    match hold.told_at_end(fault.status.0, over) {
        Some(Tell::Over) => tell::everyone(tx, context, fault, ending(tx, id).await?).await,
        Some(Tell::Opened) => {
            promise(tx, context, fault, at).await?;
            tell_as(tx, context, fault, NoticeKind::Opened, at).await
        }
        Some(Tell::Changed) => {
            promise(tx, context, fault, at).await?;
            tell_as(tx, context, fault, NoticeKind::Changed, at).await
        }
        // Who has heard that it flaps hears it once, and what it came to.
        None if !over && (fault.flapping || settled_inside(tx, id).await?) => {
            tell_as(tx, context, fault, NoticeKind::Changed, at).await
        }
        None => Ok(()),
    }
}

/// Tells `news` of an open fault; of one that flaps, that it does: from then on nobody is reminded of it.
pub(super) async fn tell_as(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    news: NoticeKind,
    at: Timestamp,
) -> Result<(), DbErr> {
    if !fault.flapping {
        return tell::everyone(tx, context, fault, news).await;
    }
    escalate(tx, fault, &escalation::Event::FlappingStarted { at }).await?;
    tell::everyone(tx, context, fault, NoticeKind::Flapping).await
}

/// Whether a fault stopped flapping while it was held.
async fn settled_inside(tx: &impl ConnectionTrait, id: FaultId) -> Result<bool, DbErr> {
    let kinds = [FaultEventKind::Settled, FaultEventKind::DowntimeBegan].map(FaultEventKind::as_str);
    let last = fault_event::Entity::find()
        .filter(fault_event::Column::FaultId.eq(id.0))
        .filter(fault_event::Column::Kind.is_in(kinds))
        .order_by_desc(fault_event::Column::At)
        .order_by_desc(fault_event::Column::Id)
        .one(tx)
        .await?;
    Ok(last.is_some_and(|event| event.kind.0 == FaultEventKind::Settled))
}

/// What the contract promises from `at` on. Those who have taken the fault meanwhile are not called about it.
async fn promise(
    tx: &DatabaseTransaction,
    context: &Context,
    fault: &fault::Model,
    at: Timestamp,
) -> Result<(), DbErr> {
    let Some(host) = host::Entity::find_by_id(fault.host_id).one(tx).await? else { return Ok(()) };
    let id = FaultId(fault.id);
    let known = match escalations::find(tx, Scope::Everything, id).await {
        Err(error) if promised::is_unreadable(&error) => true,
        found => found?.is_some(),
    };
    promised::open(tx, context, fault, &host, at).await?;
    if known {
        return Ok(());
    }
    for ack in acknowledgements(tx, &[fault.id]).await? {
        let Some(by) = who(&ack) else { continue };
        let taken = escalation::Event::Acknowledged { at: ack.at.into(), side: ack.side.0, by, sticky: ack.sticky };
        escalate(tx, fault, &taken).await?;
    }
    Ok(())
}

fn who(ack: &acknowledgement::Model) -> Option<Who> {
    let user = ack.user_id.map(|id| Who::User(UserId(id)));
    user.or(ack.contact_id.map(|id| Who::Contact(ContactId(id))))
}

/// How a fault that is over ended.
async fn ending(tx: &impl ConnectionTrait, id: FaultId) -> Result<NoticeKind, DbErr> {
    let abandoned = fault_event::Entity::find()
        .filter(fault_event::Column::FaultId.eq(id.0))
        .filter(fault_event::Column::Kind.eq(FaultEventKind::Abandoned.as_str()))
        .count(tx)
        .await?;
    Ok(if 0 < abandoned { NoticeKind::Abandoned } else { NoticeKind::Recovered })
}

async fn store(tx: &impl ConnectionTrait, fault: &mut fault::Model, hold: Option<Hold>) -> Result<(), DbErr> {
    fault.held_until = hold.map(|hold| hold.until.into());
    fault.held_status = hold.and_then(|hold| hold.told).map(entity::columns::Word);
    fault::Entity::update_many()
        .col_expr(fault::Column::HeldUntil, Expr::value(hold.map(|hold| hold.until.as_micros())))
        .col_expr(fault::Column::HeldStatus, Expr::value(hold.and_then(|hold| hold.told).map(Status::as_str)))
        .filter(fault::Column::Id.eq(fault.id))
        .exec(tx)
        .await
        .map(drop)
}

fn entry(fault: &fault::Model, at: Timestamp, kind: FaultEventKind) -> NewEvent<'static> {
    NewEvent { fault: FaultId(fault.id), at, kind, side: None, by: None, status: None, detail: "" }
}

async fn note(
    tx: &impl ConnectionTrait,
    context: &Context,
    fault: &fault::Model,
    kind: FaultEventKind,
    detail: &str,
) -> Result<(), DbErr> {
    add_event(tx, NewEvent { detail, ..entry(fault, context.now, kind) }).await
}

/// Holds the open faults of a customer that are inside a downtime now.
pub(in crate::store) async fn hold_open(
    tx: &DatabaseTransaction,
    context: &Context,
    customer: CustomerId,
) -> Result<(), DbErr> {
    let now = context.now;
    let faults = fault::Entity::find()
        .filter(fault::Column::CustomerId.eq(customer.0))
        .filter(fault::Column::ClearedAt.is_null())
        .order_by_asc(fault::Column::Id)
        .all(tx)
        .await?;
    let downtimes = Downtimes::load(tx, Scope::Customer(customer), now).await?;
    let hosts = host::Entity::find().filter(host::Column::Id.is_in(faults.iter().map(|fault| fault.host_id)));
    let hosts: HashMap<Uuid, host::Model> = hosts.all(tx).await?.into_iter().map(|host| (host.id, host)).collect();
    for mut fault in faults {
        let Some(host) = hosts.get(&fault.host_id) else { continue };
        let quiet = downtimes.quiet(customer, place(ServiceId(fault.service_id), host), now);
        // One whose hold has run out is told, or held again, with what is due.
        let held = |until: Timestamp| fault.held_until.is_some_and(|held| until <= held.into() || held <= now.into());
        if let Some(quiet) = quiet.filter(|quiet| !held(quiet.until)) {
            let known = fault.status.0;
            hold(tx, context, &mut fault, &quiet, Some(known)).await?;
            publish(tx, context, fault).await?;
        }
    }
    Ok(())
}

/// Holds a fault of which something is due, if it is inside a downtime now. Whether it is.
pub(in crate::store) async fn hold_if_quiet(
    tx: &DatabaseTransaction,
    context: &Context,
    id: FaultId,
) -> Result<bool, DbErr> {
    let Some(mut fault) = find_by_id(tx, id).await? else { return Ok(false) };
    let Some(quiet) = around(tx, context, &fault, context.now).await? else { return Ok(false) };
    let known = fault.status.0;
    hold(tx, context, &mut fault, &quiet, Some(known)).await?;
    publish(tx, context, fault).await?;
    Ok(true)
}

/// A downtime of the customer was cancelled at `at`, or a host left the place of one: what is held for longer is looked at
/// again.
pub async fn look_again(tx: &impl ConnectionTrait, customer: CustomerId, at: Timestamp) -> Result<(), DbErr> {
    fault::Entity::update_many()
        .col_expr(fault::Column::HeldUntil, Expr::value(at.as_micros()))
        .filter(fault::Column::CustomerId.eq(customer.0))
        .filter(fault::Column::HeldUntil.gt(Micros::from(at)))
        .exec(tx)
        .await
        .map(drop)
}

/// Tells what is not inside a downtime any more. Returns how many faults were looked at.
pub(in crate::store) async fn lift_due(tx: &DatabaseTransaction, context: &Context) -> Result<u64, DbErr> {
    let due = fault::Entity::find()
        .filter(fault::Column::HeldUntil.lte(Micros::from(context.now)))
        .order_by_asc(fault::Column::HeldUntil)
        .order_by_asc(fault::Column::Id)
        .limit(LIFTS_MAX)
        // SQLite has no locks of rows: there the transaction itself keeps others out.
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx)
        .await?;
    let count = due.len() as u64;
    for mut fault in due {
        match around(tx, context, &fault, context.now).await? {
            Some(quiet) => hold(tx, context, &mut fault, &quiet, None).await?,
            None => lift(tx, context, &mut fault).await?,
        }
        publish(tx, context, fault).await?;
    }
    Ok(count)
}

async fn publish(tx: &DatabaseTransaction, context: &Context, fault: fault::Model) -> Result<(), DbErr> {
    let (customer, host) = (CustomerId(fault.customer_id), HostId(fault.host_id));
    let tile = host_tile(tx, host, context.now).await?;
    let mut changes = vec![(customer, LiveChange::Host { host, customer, tile, service: None })];
    let acks = acknowledgements(tx, &[fault.id]).await?;
    for placed in with_places(tx, vec![fault]).await? {
        changes.push((customer, LiveChange::Fault { row: Box::new(row(&placed, &acks)) }));
    }
    events::append(tx, context.now, &changes).await
}
