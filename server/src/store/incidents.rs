//! CatS incidents: the order with its prices, consents for units, parts and shipping.

use std::collections::HashMap;

use domain::{
    access::Scope,
    contract::Prices,
    id::{CustomerId, ExtraId, TicketId, UserId},
    incident::{ConsentHow, Extra, ExtraKind, IncidentState},
    money::VatRate,
    time::{Span, Timestamp},
    worked::ENTRY_SECONDS_MAX,
};
use entity::{columns::Word, extra_line, incident, incident_consent, ticket, time_entry};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationDef, Select, sea_query::Expr,
};
use uuid::Uuid;

use super::values::{number, stored, unreadable};

/// Consents and extra lines of one incident.
const LINES_MAX: u64 = 500;
/// Incidents that are looked through for one month's charges.
const INCIDENTS_MAX: u64 = 20_000;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIncident {
    pub ticket: TicketId,
    pub state: IncidentState,
    pub asked_at: Timestamp,
    pub asked_by: String,
    /// As they were when it was ordered.
    pub prices: Prices,
    pub price_list_version: u32,
    pub decided: Option<Decided>,
    /// The ticket that it was part of.
    pub split_from: Option<TicketId>,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub at: Timestamp,
    pub by: String,
    /// Of declining; empty otherwise.
    pub reason: String,
}

/// The customer's yes to one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Counted from 1.
    pub unit: u32,
    pub at: Timestamp,
    pub entered_at: Timestamp,
    pub how: ConsentHow,
    /// Who at the customer said it.
    pub given_by: String,
    /// Who entered it.
    pub user: UserId,
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredExtra {
    pub id: ExtraId,
    pub extra: Extra,
    pub by: String,
    /// Why it was taken back; it charges nothing then.
    pub withdrawn: Option<String>,
}

/// An incident with what a list of charges says about its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed {
    pub incident: StoredIncident,
    pub number: i64,
    pub subject: String,
    pub customer: CustomerId,
}

fn its_ticket() -> RelationDef {
    incident::Entity::belongs_to(ticket::Entity).from(incident::Column::TicketId).to(ticket::Column::Id).into()
}

fn scoped(scope: Scope) -> Select<incident::Entity> {
    let query = incident::Entity::find();
    match scope.customer() {
        None => query,
        Some(customer) => {
            query.join(JoinType::InnerJoin, its_ticket()).filter(ticket::Column::CustomerId.eq(customer.0))
        }
    }
}

/// Stores an order. The caller holds the ticket and knows that it has none.
pub async fn insert(db: &impl ConnectionTrait, new: &StoredIncident) -> Result<(), DbErr> {
    let decided = new.decided.as_ref();
    let row = incident::ActiveModel {
        ticket_id: Set(new.ticket.0),
        state: Set(Word(new.state)),
        asked_at: Set(new.asked_at.into()),
        asked_by: Set(new.asked_by.clone()),
        unit_pence: Set(stored("incident.unit_pence", new.prices.incident_pence)?),
        vat_hundredths: Set(new.prices.vat.hundredths().into()),
        price_list_version: Set(new.price_list_version.into()),
        decided_at: Set(decided.map(|decided| decided.at.into())),
        decided_by: Set(decided.map(|decided| decided.by.clone()).unwrap_or_default()),
        reason: Set(decided.map(|decided| decided.reason.clone()).unwrap_or_default()),
        split_from: Set(new.split_from.map(|ticket| ticket.0)),
        version: Set(new.version),
    };
    incident::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: TicketId) -> Result<Option<StoredIncident>, DbErr> {
    scoped(scope).filter(incident::Column::TicketId.eq(id.0)).one(db).await?.map(read).transpose()
}

/// Accepts or declines an order that is still at `version`. 0: it is not.
pub async fn decide(
    db: &impl ConnectionTrait,
    id: TicketId,
    version: i64,
    state: IncidentState,
    decided: &Decided,
) -> Result<u64, DbErr> {
    let done = incident::Entity::update_many()
        .col_expr(incident::Column::State, Expr::value(Word(state)))
        .col_expr(incident::Column::DecidedAt, Expr::value(decided.at.as_micros()))
        .col_expr(incident::Column::DecidedBy, Expr::value(decided.by.as_str()))
        .col_expr(incident::Column::Reason, Expr::value(decided.reason.as_str()))
        .col_expr(incident::Column::Version, Expr::col(incident::Column::Version).add(1))
        .filter(incident::Column::TicketId.eq(id.0))
        .filter(incident::Column::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// A unit has one consent: a second is a unique violation.
pub async fn consent(db: &impl ConnectionTrait, id: TicketId, new: &Consent) -> Result<(), DbErr> {
    let row = incident_consent::ActiveModel {
        ticket_id: Set(id.0),
        unit: Set(new.unit.into()),
        at: Set(new.at.into()),
        entered_at: Set(new.entered_at.into()),
        how: Set(Word(new.how)),
        given_by: Set(new.given_by.clone()),
        user_id: Set(new.user.0),
        by: Set(new.by.clone()),
    };
    incident_consent::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Consents of an incident by unit. The caller has found the ticket within its scope.
pub async fn consents(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<Consent>, DbErr> {
    let rows = incident_consent::Entity::find()
        .filter(incident_consent::Column::TicketId.eq(id.0))
        .order_by_asc(incident_consent::Column::Unit)
        .limit(LINES_MAX)
        .all(db)
        .await?;
    let read = |row: incident_consent::Model| {
        Ok(Consent {
            unit: number("incident_consent.unit", row.unit)?,
            at: row.at.into(),
            entered_at: row.entered_at.into(),
            how: row.how.0,
            given_by: row.given_by,
            user: UserId(row.user_id),
            by: row.by,
        })
    };
    rows.into_iter().map(read).collect()
}

pub async fn add_extra(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    (id, extra): (ExtraId, &Extra),
    (user, by): (UserId, &str),
) -> Result<(), DbErr> {
    let row = extra_line::ActiveModel {
        id: Set(id.0),
        ticket_id: Set(ticket.0),
        at: Set(extra.at.into()),
        kind: Set(Word(extra.kind)),
        what: Set(extra.what.clone()),
        net_pence: Set(stored("extra_line.net_pence", extra.net_pence)?),
        under_warranty: Set(extra.under_warranty),
        user_id: Set(user.0),
        by: Set(by.to_owned()),
        withdrawn_at: Set(None),
        withdrawn_because: Set(String::new()),
    };
    extra_line::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Parts and shipping of an incident as they were added, withdrawn ones too. The caller has found the ticket within its
/// scope.
pub async fn extras(db: &impl ConnectionTrait, id: TicketId) -> Result<Vec<StoredExtra>, DbErr> {
    let rows = extra_line::Entity::find()
        .filter(extra_line::Column::TicketId.eq(id.0))
        .order_by_asc(extra_line::Column::At)
        .order_by_asc(extra_line::Column::Id)
        .limit(LINES_MAX)
        .all(db)
        .await?;
    rows.into_iter().map(extra).collect()
}

/// Takes a line back. 0: it is no line of the ticket, or it was taken back already.
pub async fn withdraw_extra(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    id: ExtraId,
    (at, because): (Timestamp, &str),
) -> Result<u64, DbErr> {
    let done = extra_line::Entity::update_many()
        .col_expr(extra_line::Column::WithdrawnAt, Expr::value(at.as_micros()))
        .col_expr(extra_line::Column::WithdrawnBecause, Expr::value(because))
        .filter(extra_line::Column::Id.eq(id.0))
        .filter(extra_line::Column::TicketId.eq(ticket.0))
        .filter(extra_line::Column::WithdrawnAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Accepted incidents on which somebody worked in `span`, or to which something was added then, by ticket number. Units may
/// have begun earlier: the lines of each say when.
pub async fn active_in(db: &impl ConnectionTrait, span: Span) -> Result<Vec<Billed>, DbErr> {
    // No entry is longer than a day, so what began earlier had ended.
    let from = span.from.plus_seconds(-i64::from(ENTRY_SECONDS_MAX));
    let worked = time_entry::Entity::find()
        .select_only()
        .column(time_entry::Column::TicketId)
        .filter(time_entry::Column::StartedAt.gt(from.as_micros()))
        .filter(time_entry::Column::StartedAt.lt(span.until.as_micros()));
    let added = extra_line::Entity::find()
        .select_only()
        .column(extra_line::Column::TicketId)
        .filter(extra_line::Column::At.gte(span.from.as_micros()))
        .filter(extra_line::Column::At.lt(span.until.as_micros()));
    let any = Condition::any()
        .add(incident::Column::TicketId.in_subquery(worked.into_query()))
        .add(incident::Column::TicketId.in_subquery(added.into_query()));
    let rows = incident::Entity::find()
        .join(JoinType::InnerJoin, its_ticket())
        .select_also(ticket::Entity)
        .filter(incident::Column::State.eq(IncidentState::Accepted.as_str()))
        .filter(any)
        .order_by_asc(ticket::Column::Number)
        .limit(INCIDENTS_MAX)
        .all(db)
        .await?;
    let mut billed = Vec::new();
    for (incident, ticket) in rows {
        let Some(ticket) = ticket else { continue };
        billed.push(Billed {
            incident: read(incident)?,
            number: ticket.number,
            subject: ticket.subject,
            customer: CustomerId(ticket.customer_id),
        });
    }
    Ok(billed)
}

/// How many units of each of these tickets are approved.
pub async fn units(db: &impl ConnectionTrait, of: &[TicketId]) -> Result<HashMap<TicketId, u32>, DbErr> {
    let rows: Vec<(Uuid, i64)> = incident_consent::Entity::find()
        .select_only()
        .column(incident_consent::Column::TicketId)
        .column_as(incident_consent::Column::Unit.count(), "units")
        .filter(incident_consent::Column::TicketId.is_in(of.iter().map(|id| id.0)))
        .group_by(incident_consent::Column::TicketId)
        .into_tuple()
        .all(db)
        .await?;
    rows.into_iter().map(|(id, units)| Ok((TicketId(id), number("incident_consent.unit", units)?))).collect()
}

/// What counts of the extra lines of these tickets.
pub async fn extras_of(db: &impl ConnectionTrait, of: &[TicketId]) -> Result<HashMap<TicketId, Vec<Extra>>, DbErr> {
    let rows = extra_line::Entity::find()
        .filter(extra_line::Column::TicketId.is_in(of.iter().map(|id| id.0)))
        .filter(extra_line::Column::WithdrawnAt.is_null())
        .order_by_asc(extra_line::Column::At)
        .order_by_asc(extra_line::Column::Id)
        .all(db)
        .await?;
    let mut all: HashMap<TicketId, Vec<Extra>> = HashMap::new();
    for row in rows {
        all.entry(TicketId(row.ticket_id)).or_default().push(extra(row)?.extra);
    }
    Ok(all)
}

fn read(row: incident::Model) -> Result<StoredIncident, DbErr> {
    let vat = number("incident.vat_hundredths", row.vat_hundredths)?;
    let vat = VatRate::from_hundredths(vat).ok_or_else(|| unreadable("incident.vat_hundredths", vat))?;
    Ok(StoredIncident {
        ticket: TicketId(row.ticket_id),
        state: row.state.0,
        asked_at: row.asked_at.into(),
        asked_by: row.asked_by,
        prices: Prices { incident_pence: number("incident.unit_pence", row.unit_pence)?, vat },
        price_list_version: number("incident.price_list_version", row.price_list_version)?,
        decided: row.decided_at.map(|at| Decided { at: at.into(), by: row.decided_by, reason: row.reason }),
        split_from: row.split_from.map(TicketId),
        version: row.version,
    })
}

fn extra(row: extra_line::Model) -> Result<StoredExtra, DbErr> {
    Ok(StoredExtra {
        id: ExtraId(row.id),
        extra: Extra {
            at: row.at.into(),
            kind: row.kind.0,
            what: row.what,
            net_pence: number("extra_line.net_pence", row.net_pence)?,
            under_warranty: row.under_warranty,
        },
        by: row.by,
        withdrawn: row.withdrawn_at.map(|_| row.withdrawn_because),
    })
}

/// What counts of some extra lines.
pub fn counting(extras: &[StoredExtra]) -> Vec<Extra> {
    extras.iter().filter(|one| one.withdrawn.is_none()).map(|one| one.extra.clone()).collect()
}

/// What extra lines add to a charge, net.
pub fn charged_pence(extras: &[StoredExtra]) -> u64 {
    counting(extras).iter().map(Extra::charged_pence).fold(0, u64::saturating_add)
}

/// The word of an extra line in lists: "Part: battery".
pub fn words(kind: ExtraKind, what: &str) -> String {
    format!("{}: {what}", kind.label())
}
