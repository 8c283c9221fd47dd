//! Hosts: lists and single rows within a scope, forms, and what hosts depend on.

use domain::{
    access::Scope,
    id::{CustomerId, HostId, SiteId},
    text::{Address, HostName, Name, Note},
    time::Timestamp,
};
use entity::{audit, columns::Micros, customer, host, site};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{states::IDS_PER_STATEMENT, values::contains};

mod marks;
mod parents;

pub use marks::marks;
pub use parents::{Loop, PARENTS_MAX, find_loop, forget_parents, parents, set_parents};

/// Hosts on one page of a list.
pub const PAGE: u64 = 200;
/// Names offered in a form; whoever has more types them.
pub const NAMES_MAX: u64 = 1_000;

/// A host that was not removed, with the names around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub id: HostId,
    pub customer: CustomerId,
    pub customer_name: String,
    pub site: SiteId,
    pub site_name: String,
    pub name: String,
    pub system: String,
    /// The word of a `HostKind`.
    pub kind: String,
    pub address: String,
    pub access_note: String,
    pub version: i64,
    pub created_at: Timestamp,
    pub paused_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    host: host::Model,
    customer_name: String,
    site_name: String,
}

impl From<Row> for Host {
    fn from(Row { host, customer_name, site_name }: Row) -> Self {
        Self {
            id: HostId(host.id),
            customer: CustomerId(host.customer_id),
            customer_name,
            site: SiteId(host.site_id),
            site_name,
            name: host.name,
            system: host.system,
            kind: host.kind,
            address: host.address,
            access_note: host.access_note,
            version: host.version,
            created_at: host.created_at.into(),
            paused_at: host.paused_at.map(Timestamp::from),
        }
    }
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Find {
    /// Found anywhere in the host's name, its system or its customer, without regard to case; empty finds all.
    pub text: String,
    /// Addresses are searched too: for staff only.
    pub addresses: bool,
}

fn placed(scope: Scope) -> Select<host::Entity> {
    let customer = host::Entity::belongs_to(customer::Entity).from(host::Column::CustomerId).to(customer::Column::Id);
    let site = host::Entity::belongs_to(site::Entity).from(host::Column::SiteId).to(site::Column::Id);
    let query = host::Entity::find()
        .join(JoinType::InnerJoin, customer.into())
        .join(JoinType::InnerJoin, site.into())
        .column_as(customer::Column::Name, "customer_name")
        .column_as(site::Column::Name, "site_name")
        .filter(host::Column::RemovedAt.is_null());
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(host::Column::CustomerId.eq(customer.0)),
    }
}

fn matching(find: &Find) -> Condition {
    if find.text.is_empty() {
        return Condition::all();
    }
    let like = |column: Expr| contains(column, &find.text);
    let mut any = Condition::any()
        .add(like(Expr::col((host::Entity, host::Column::Name))))
        .add(like(Expr::col((host::Entity, host::Column::System))))
        .add(like(Expr::col((customer::Entity, customer::Column::Name))));
    if find.addresses {
        any = any.add(like(Expr::col((host::Entity, host::Column::Address))));
    }
    any
}

/// One page of hosts by customer and name, from the one after (customer name, host name) on, and whether more follow.
pub async fn list(
    db: &impl ConnectionTrait,
    scope: Scope,
    after: Option<(&str, &str)>,
    find: &Find,
) -> Result<(Vec<Host>, bool), DbErr> {
    let mut query = placed(scope).filter(matching(find));
    if let Some((customer_name, name)) = after {
        let same_customer =
            Condition::all().add(customer::Column::Name.eq(customer_name)).add(host::Column::Name.gt(name));
        query = query.filter(Condition::any().add(customer::Column::Name.gt(customer_name)).add(same_customer));
    }
    let mut rows = query
        .order_by_asc(customer::Column::Name)
        .order_by_asc(host::Column::Name)
        .limit(PAGE + 1)
        .into_model::<Row>()
        .all(db)
        .await?;
    let more = PAGE < rows.len() as u64;
    if more {
        rows.pop();
    }
    Ok((rows.into_iter().map(Host::from).collect(), more))
}

/// Part of what a search finds, by name.
pub async fn found(
    db: &impl ConnectionTrait,
    scope: Scope,
    find: &Find,
    skip: u64,
    take: u64,
) -> Result<Vec<Host>, DbErr> {
    let query = placed(scope).filter(matching(find)).order_by_asc(host::Column::Name).offset(skip).limit(take);
    Ok(query.into_model::<Row>().all(db).await?.into_iter().map(Host::from).collect())
}

/// How many hosts a list has in all.
pub async fn count(db: &impl ConnectionTrait, scope: Scope, find: &Find) -> Result<u64, DbErr> {
    placed(scope).filter(matching(find)).count(db).await
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, name: &HostName) -> Result<Option<Host>, DbErr> {
    let row = placed(scope).filter(host::Column::Name.eq(name.as_str())).into_model::<Row>().one(db).await?;
    Ok(row.map(Host::from))
}

pub async fn find_by_id(db: &impl ConnectionTrait, scope: Scope, id: HostId) -> Result<Option<Host>, DbErr> {
    let row = placed(scope).filter(host::Column::Id.eq(id.0)).into_model::<Row>().one(db).await?;
    Ok(row.map(Host::from))
}

/// All hosts of one customer by name; 1,000 at most.
pub async fn of_customer(db: &impl ConnectionTrait, scope: Scope, customer: CustomerId) -> Result<Vec<Host>, DbErr> {
    let query = placed(scope).filter(host::Column::CustomerId.eq(customer.0)).order_by_asc(host::Column::Name);
    Ok(query.limit(NAMES_MAX).into_model::<Row>().all(db).await?.into_iter().map(Host::from).collect())
}

/// The given hosts, in no order.
pub async fn find_many(db: &impl ConnectionTrait, scope: Scope, ids: &[HostId]) -> Result<Vec<Host>, DbErr> {
    let mut hosts = Vec::with_capacity(ids.len());
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let query = placed(scope).filter(host::Column::Id.is_in(piece.iter().map(|id| id.0)));
        hosts.extend(query.into_model::<Row>().all(db).await?.into_iter().map(Host::from));
    }
    Ok(hosts)
}

/// Ids and names of the hosts that have one of the given names.
pub async fn by_names(db: &impl ConnectionTrait, names: &[HostName]) -> Result<Vec<(HostId, String)>, DbErr> {
    let query = host::Entity::find().filter(host::Column::Name.is_in(names.iter().map(HostName::as_str)));
    named(query).all(db).await.map(ids)
}

/// Names of hosts in order, the first [`NAMES_MAX`].
pub async fn names(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<String>, DbErr> {
    let mut query = host::Entity::find().order_by_asc(host::Column::Name).limit(NAMES_MAX);
    if let Some(customer) = scope.customer() {
        query = query.filter(host::Column::CustomerId.eq(customer.0));
    }
    let rows = named(query).all(db).await?;
    Ok(rows.into_iter().map(|row| row.name).collect())
}

#[derive(FromQueryResult)]
struct Named {
    id: Uuid,
    name: String,
}

fn named(query: Select<host::Entity>) -> sea_orm::Selector<sea_orm::SelectModel<Named>> {
    query
        .filter(host::Column::RemovedAt.is_null())
        .select_only()
        .columns([host::Column::Id, host::Column::Name])
        .into_model()
}

fn ids(rows: Vec<Named>) -> Vec<(HostId, String)> {
    rows.into_iter().map(|row| (HostId(row.id), row.name)).collect()
}

/// A site and its customer.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Place {
    pub site_id: Uuid,
    pub site_name: String,
    pub customer_id: Uuid,
    pub customer_name: String,
}

pub async fn find_site(db: &impl ConnectionTrait, id: SiteId) -> Result<Option<Place>, DbErr> {
    let customer = site::Entity::belongs_to(customer::Entity).from(site::Column::CustomerId).to(customer::Column::Id);
    site::Entity::find()
        .join(JoinType::InnerJoin, customer.into())
        .select_only()
        .column_as(site::Column::Id, "site_id")
        .column_as(site::Column::Name, "site_name")
        .column_as(customer::Column::Id, "customer_id")
        .column_as(customer::Column::Name, "customer_name")
        .filter(site::Column::Id.eq(id.0))
        .into_model()
        .one(db)
        .await
}

/// What a form says about a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFields {
    pub customer: CustomerId,
    pub site: SiteId,
    pub name: HostName,
    pub system: Name,
    /// The word of a `HostKind`.
    pub kind: &'static str,
    pub address: Address,
    pub access_note: Note,
}

/// Adds a host. A name that is in use makes this fail on the unique key.
pub async fn insert(
    db: &impl ConnectionTrait,
    id: HostId,
    fields: &HostFields,
    created_at: Timestamp,
) -> Result<(), DbErr> {
    let row = host::ActiveModel {
        id: Set(id.0),
        customer_id: Set(fields.customer.0),
        site_id: Set(fields.site.0),
        name: Set(fields.name.as_str().to_owned()),
        system: Set(fields.system.as_str().to_owned()),
        kind: Set(fields.kind.to_owned()),
        address: Set(fields.address.as_str().to_owned()),
        access_note: Set(fields.access_note.as_str().to_owned()),
        version: Set(1),
        created_at: Set(created_at.into()),
        paused_at: Set(None),
        removed_at: Set(None),
    };
    host::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Changes a host that is still at `version`. 0: it is not, or it was removed. The customer of a host stays.
pub async fn update(db: &impl ConnectionTrait, id: HostId, version: i64, fields: &HostFields) -> Result<u64, DbErr> {
    let done = host::Entity::update_many()
        .col_expr(host::Column::SiteId, Expr::value(fields.site.0))
        .col_expr(host::Column::Name, Expr::value(fields.name.as_str()))
        .col_expr(host::Column::System, Expr::value(fields.system.as_str()))
        .col_expr(host::Column::Kind, Expr::value(fields.kind))
        .col_expr(host::Column::Address, Expr::value(fields.address.as_str()))
        .col_expr(host::Column::AccessNote, Expr::value(fields.access_note.as_str()))
        .col_expr(host::Column::Version, Expr::col(host::Column::Version).add(1))
        .filter(host::Column::Id.eq(id.0))
        .filter(host::Column::Version.eq(version))
        .filter(host::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// 0: it was paused already, or removed.
pub async fn pause(db: &impl ConnectionTrait, id: HostId, at: Timestamp) -> Result<u64, DbErr> {
    let done = host::Entity::update_many()
        .col_expr(host::Column::PausedAt, Expr::value(at.as_micros()))
        .filter(host::Column::Id.eq(id.0))
        .filter(host::Column::PausedAt.is_null())
        .filter(host::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// 0: it was not paused, or it was removed.
pub async fn resume(db: &impl ConnectionTrait, id: HostId) -> Result<u64, DbErr> {
    let done = host::Entity::update_many()
        .col_expr(host::Column::PausedAt, Expr::value(None::<i64>))
        .filter(host::Column::Id.eq(id.0))
        .filter(host::Column::PausedAt.is_not_null())
        .filter(host::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Its history stays, its name is free again. 0: it was removed already.
pub async fn remove(db: &impl ConnectionTrait, id: HostId, at: Timestamp) -> Result<u64, DbErr> {
    let done = host::Entity::update_many()
        .col_expr(host::Column::RemovedAt, Expr::value(at.as_micros()))
        .filter(host::Column::Id.eq(id.0))
        .filter(host::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Who did something to `subject` last, and when.
pub async fn last_act(db: &impl ConnectionTrait, subject: &str) -> Result<Option<(String, Timestamp)>, DbErr> {
    let row = audit::Entity::find()
        .filter(audit::Column::Subject.eq(subject))
        .order_by_desc(audit::Column::At)
        .limit(1)
        .one(db)
        .await?;
    Ok(row.map(|row| (row.actor, Micros::into(row.at))))
}

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;
