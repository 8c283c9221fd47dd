//! Open clocks that count by a calendar, with the tickets they belong to: what an edit might move.

use std::collections::{BTreeSet, HashMap};

use domain::{
    clock::Terms,
    id::{CalendarId, CustomerId},
};
use entity::{calendar_version, customer, ticket};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef,
};
use uuid::Uuid;

use super::{
    calendars::TermsRef,
    clocks::{self, StoredClock},
    states::IDS_PER_STATEMENT,
    values::unreadable,
};

/// Clocks read at once.
const PAGE: u64 = 500;
/// More open clocks than a person can look through: beyond this an edit is refused rather than half shown.
pub const CLOCKS_MAX: usize = 5_000;

/// An open clock and whose it is.
#[derive(Debug, Clone)]
pub struct OpenClock {
    pub clock: StoredClock,
    pub ticket: i64,
    pub customer: CustomerId,
    pub customer_name: String,
}

impl OpenClock {
    /// The same target by other hours.
    pub fn terms_under(&self, cover: domain::calendar::Cover) -> Terms {
        Terms { cover, target_s: self.clock.terms.target_s }
    }
}

/// Open clocks that count by any version of a calendar, by the numbers of their tickets. `Err` of their count when there
/// are more than [`CLOCKS_MAX`].
pub async fn open_clocks(
    db: &impl ConnectionTrait,
    calendar: CalendarId,
) -> Result<Result<Vec<OpenClock>, usize>, DbErr> {
    let own = versions_of(db, calendar).await?;
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = clocks::open_by_calendar(db, calendar, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        // Its events name this calendar; it counts by what it was corrected to last.
        found.extend(page.into_iter().filter(|clock| counts_by(&clock.terms, &own)));
        if CLOCKS_MAX < found.len() {
            return Ok(Err(found.len()));
        }
    }
    Ok(Ok(with_tickets(db, found).await?))
}

fn counts_by(terms: &TermsRef, versions: &BTreeSet<Uuid>) -> bool {
    terms.calendar.is_some_and(|version| versions.contains(&version.0))
}

async fn versions_of(db: &impl ConnectionTrait, calendar: CalendarId) -> Result<BTreeSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = calendar_version::Entity::find()
        .select_only()
        .column(calendar_version::Column::Id)
        .filter(calendar_version::Column::CalendarId.eq(calendar.0))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().collect())
}

async fn with_tickets(db: &impl ConnectionTrait, clocks: Vec<StoredClock>) -> Result<Vec<OpenClock>, DbErr> {
    let ids: BTreeSet<Uuid> = clocks.iter().map(|clock| clock.ticket.0).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let owner: RelationDef =
        ticket::Entity::belongs_to(customer::Entity).from(ticket::Column::CustomerId).to(customer::Column::Id).into();
    let mut tickets = HashMap::with_capacity(ids.len());
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let rows: Vec<(Uuid, i64, Uuid, String)> = ticket::Entity::find()
            .select_only()
            .column(ticket::Column::Id)
            .column(ticket::Column::Number)
            .column(ticket::Column::CustomerId)
            .column(customer::Column::Name)
            .join(JoinType::InnerJoin, owner.clone())
            .filter(ticket::Column::Id.is_in(piece.iter().copied()))
            .order_by_asc(ticket::Column::Number)
            .into_tuple()
            .all(db)
            .await?;
        tickets.extend(rows.into_iter().map(|(id, number, customer, name)| (id, (number, customer, name))));
    }
    let with_ticket = |clock: StoredClock| {
        let (ticket, customer, customer_name) = tickets
            .get(&clock.ticket.0)
            .cloned()
            .ok_or_else(|| unreadable("clock.ticket_id", format!("there is no ticket {}", clock.ticket)))?;
        Ok::<_, DbErr>(OpenClock { clock, ticket, customer: CustomerId(customer), customer_name })
    };
    let mut open = clocks.into_iter().map(with_ticket).collect::<Result<Vec<_>, _>>()?;
    open.sort_by_key(|one| (one.ticket, one.clock.id));
    Ok(open)
}
