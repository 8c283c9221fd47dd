//! Tickets: what was decided when each was logged, how it stands, and its timeline.

use domain::{
    access::Scope,
    contract::CoverDecision,
    id::{ContractId, CustomerId, EquipmentId, FaultId, HostId, ServiceId, SiteId, TicketId, UserId},
    level::TicketTerms,
    ticket::{PlaceKind, TicketKind, TicketState},
    time::Timestamp,
};
use entity::{columns::Word, ticket};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Select, TryIntoModel,
    sea_query::{Expr, OnConflict},
};

use super::{
    counters::{self, Counter},
    values::{from_json, to_json},
};

mod around;
mod care;
mod events;
mod links;
mod marks;
mod open;
mod place;
mod queue;
mod replies;
mod terms;
mod words;

pub use around::{answered, fault_numbers, last_public, open_of_contract};
pub use care::{Care, Change, Origin, change, close_due, close_soon, life, wait_until, wake_due};
pub use events::{NewTicketEvent, TicketEvent, add_event, events};
pub use links::{Link, link, links, survivor, unlink};
pub use marks::{Rating, rate, rating, set_tags, tags, unwatch, watch, watchers};
pub use open::{Logged, Opening, Subject, log, log_about, standing, start_response};
pub use place::{catch_up, hold, keep_place};
pub use queue::{
    Assigned, Cursor, Narrowed, Part, QueuePage, Queued, TabCounts, all_tags, by_numbers, group_counts, narrowed_count,
    own, queue, tab_counts, tags_of,
};
pub use replies::{Written, draft_of, held, held_by_ticket, keep, set_reply_state};
pub use terms::{Promise, promise, promise_under};
pub use words::{Matches, search};

/// Open tickets on one page; the count beside them is exact.
pub const OPEN_MAX: u64 = 500;

/// A ticket to be opened.
#[derive(Debug, Clone)]
pub struct NewTicket {
    pub id: TicketId,
    pub kind: TicketKind,
    pub customer: CustomerId,
    pub site: Option<SiteId>,
    pub host: Option<HostId>,
    pub service: Option<ServiceId>,
    /// What opened it; a fault has one ticket.
    pub fault: Option<FaultId>,
    pub contract: Option<ContractId>,
    pub equipment: Option<EquipmentId>,
    pub subject: String,
    /// Decided before staff begin; shown wherever work could begin.
    pub cover: CoverDecision,
    /// What was promised that day. None: nothing was.
    pub terms: Option<TicketTerms>,
    /// When it counts as logged: see `rules` section 4, "Start".
    pub opened_at: Timestamp,
    /// When it was stored.
    pub created_at: Timestamp,
    pub origin: Origin,
    /// [`TicketState::Asked`] for an incident, else [`TicketState::Open`].
    pub state: TicketState,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub id: TicketId,
    /// As people see it: 2314.
    pub number: i64,
    pub kind: TicketKind,
    pub customer: CustomerId,
    pub site: Option<SiteId>,
    pub host: Option<HostId>,
    pub service: Option<ServiceId>,
    pub fault: Option<FaultId>,
    pub contract: Option<ContractId>,
    pub equipment: Option<EquipmentId>,
    pub subject: String,
    pub cover: CoverDecision,
    pub terms: Option<TicketTerms>,
    pub state: TicketState,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub origin: Origin,
    pub care: Care,
}

/// Opens a ticket and returns its number. None: its fault has one already, which stays as it is.
pub async fn insert(db: &impl ConnectionTrait, new: NewTicket) -> Result<Option<i64>, DbErr> {
    if let Some(fault) = new.fault
        && of_fault(db, Scope::Everything, fault).await?.is_some()
    {
        return Ok(None);
    }
    let number = counters::take(db, Counter::Ticket, 1).await?;
    let row = ticket::ActiveModel {
        id: Set(new.id.0),
        number: Set(number),
        kind: Set(Word(new.kind)),
        customer_id: Set(new.customer.0),
        site_id: Set(new.site.map(|id| id.0)),
        host_id: Set(new.host.map(|id| id.0)),
        service_id: Set(new.service.map(|id| id.0)),
        fault_id: Set(new.fault.map(|id| id.0)),
        contract_id: Set(new.contract.map(|id| id.0)),
        equipment_id: Set(new.equipment.map(|id| id.0)),
        subject: Set(new.subject),
        cover: Set(to_json(&new.cover)?),
        terms: Set(new.terms.as_ref().map(to_json).transpose()?),
        state: Set(Word(new.state)),
        opened_at: Set(new.opened_at.into()),
        closed_at: Set(None),
        version: Set(1),
        created_at: Set(new.created_at.into()),
        priority: Set(Word(new.origin.priority)),
        queue: Set(Word(new.origin.queue)),
        channel: Set(Word(new.origin.channel)),
        raised_by: Set(new.origin.raised_by),
        raised_contact_id: Set(new.origin.contact),
        phone: Set(new.origin.phone),
        assignee_id: Set(None),
        outcome: Set(None),
        closes_at: Set(None),
        snoozed_until: Set(None),
        merged_into_id: Set(None),
        close_told_at: Set(None),
        // Nothing is counted yet; each clock that starts changes it.
        place: Set(Some(Word(PlaceKind::Quiet))),
        place_at: Set(Some(new.opened_at.into())),
        place_soon_at: Set(None),
        cover_level: Set(new.terms.as_ref().map(|terms| Word(terms.level.level))),
    };
    let stored = row.clone().try_into_model()?;
    // Another node may have opened one since we looked: its number is then left out, and its ticket stands.
    let added = ticket::Entity::insert_many([row])
        .on_conflict(OnConflict::column(ticket::Column::FaultId).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    if added == 1 {
        words::index_ticket(db, &stored).await?;
    }
    Ok((added == 1).then_some(number))
}

/// The ticket with a number, within a scope.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, number: i64) -> Result<Option<Ticket>, DbErr> {
    scoped(scope).filter(ticket::Column::Number.eq(number)).one(db).await?.map(read).transpose()
}

pub async fn find_by_id(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Option<Ticket>, DbErr> {
    scoped(scope).filter(ticket::Column::Id.eq(id.0)).one(db).await?.map(read).transpose()
}

/// The one ticket of a fault, open or closed.
pub async fn of_fault(db: &impl ConnectionTrait, scope: Scope, fault: FaultId) -> Result<Option<Ticket>, DbErr> {
    scoped(scope).filter(ticket::Column::FaultId.eq(fault.0)).one(db).await?.map(read).transpose()
}

/// Open tickets, oldest first.
pub async fn open(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Ticket>, DbErr> {
    let rows = scoped(scope)
        .filter(ticket::Column::State.ne(TicketState::Closed.as_str()))
        .order_by_asc(ticket::Column::OpenedAt)
        .order_by_asc(ticket::Column::Number)
        .limit(OPEN_MAX)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Tickets that were closed, the latest first; `limit` at most.
pub async fn closed(db: &impl ConnectionTrait, scope: Scope, limit: u64) -> Result<Vec<Ticket>, DbErr> {
    let rows = scoped(scope)
        .filter(ticket::Column::State.eq(TicketState::Closed.as_str()))
        .order_by_desc(ticket::Column::ClosedAt)
        .order_by_desc(ticket::Column::Number)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Holds the ticket of a number for this transaction: acts on one ticket wait for each other.
pub async fn lock(db: &impl ConnectionTrait, scope: Scope, number: i64) -> Result<Option<Ticket>, DbErr> {
    scoped(scope).filter(ticket::Column::Number.eq(number)).lock_exclusive().one(db).await?.map(read).transpose()
}

pub async fn open_count(db: &impl ConnectionTrait, scope: Scope) -> Result<u64, DbErr> {
    scoped(scope).filter(ticket::Column::State.ne(TicketState::Closed.as_str())).count(db).await
}

/// Replaces the cover decision and what is promised with it on a ticket that is still at `version`: staff learnt which
/// piece it is, or took a pre-existing fault on. 0: it is not.
pub async fn decide_cover(
    db: &impl ConnectionTrait,
    id: TicketId,
    version: i64,
    contract: Option<ContractId>,
    cover: &CoverDecision,
    terms: Option<&TicketTerms>,
) -> Result<u64, DbErr> {
    let done = ticket::Entity::update_many()
        .col_expr(ticket::Column::ContractId, Expr::value(contract.map(|contract| contract.0)))
        .col_expr(ticket::Column::Cover, Expr::value(to_json(cover)?))
        .col_expr(ticket::Column::Terms, Expr::value(terms.map(to_json).transpose()?))
        .col_expr(ticket::Column::CoverLevel, Expr::value(terms.map(|terms| terms.level.level.as_str())))
        .col_expr(ticket::Column::Version, Expr::col(ticket::Column::Version).add(1))
        .filter(ticket::Column::Id.eq(id.0))
        .filter(ticket::Column::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

fn scoped(scope: Scope) -> Select<ticket::Entity> {
    let query = ticket::Entity::find();
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(ticket::Column::CustomerId.eq(customer.0)),
    }
}

fn read(row: ticket::Model) -> Result<Ticket, DbErr> {
    Ok(Ticket {
        id: TicketId(row.id),
        number: row.number,
        kind: row.kind.0,
        customer: CustomerId(row.customer_id),
        site: row.site_id.map(SiteId),
        host: row.host_id.map(HostId),
        service: row.service_id.map(ServiceId),
        fault: row.fault_id.map(FaultId),
        contract: row.contract_id.map(ContractId),
        equipment: row.equipment_id.map(EquipmentId),
        subject: row.subject,
        cover: from_json("ticket.cover", &row.cover)?,
        terms: row.terms.as_deref().map(|text| from_json("ticket.terms", text)).transpose()?,
        state: row.state.0,
        opened_at: row.opened_at.into(),
        closed_at: row.closed_at.map(Timestamp::from),
        version: row.version,
        created_at: row.created_at.into(),
        origin: Origin {
            channel: row.channel.0,
            raised_by: row.raised_by,
            contact: row.raised_contact_id,
            phone: row.phone,
            priority: row.priority.0,
            queue: row.queue.0,
        },
        care: Care {
            assignee: row.assignee_id.map(UserId),
            outcome: row.outcome.map(|word| word.0),
            closes_at: row.closes_at.map(Timestamp::from),
            snoozed_until: row.snoozed_until.map(Timestamp::from),
            merged_into: row.merged_into_id.map(TicketId),
        },
    })
}

#[cfg(test)]
pub(crate) mod tests;
