//! Customers and their sites.

use domain::{
    access::Scope,
    id::{CustomerId, SiteId},
    text::Name,
    time::Timestamp,
};
use entity::{customer, host, site};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};

use super::values::contains;

/// Rows of a list of customers with their sites.
const ROWS_MAX: u64 = 10_000;

/// A customer to be made.
#[derive(Debug, Clone)]
pub struct NewCustomer {
    pub id: CustomerId,
    pub name: Name,
    /// IANA zone: `Europe/London`.
    pub zone: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub id: CustomerId,
    pub name: String,
    pub zone: String,
}

/// A customer with their sites, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerSites {
    pub customer: Customer,
    pub sites: Vec<(SiteId, String)>,
}

impl From<customer::Model> for Customer {
    fn from(row: customer::Model) -> Self {
        Self { id: CustomerId(row.id), name: row.name, zone: row.zone }
    }
}

fn its_sites() -> RelationDef {
    let owner: RelationDef =
        site::Entity::belongs_to(customer::Entity).from(site::Column::CustomerId).to(customer::Column::Id).into();
    owner.rev()
}

/// Adds a customer. A taken name is a unique violation ([`crate::desk::is_unique_violation`]).
pub async fn create(db: &impl ConnectionTrait, new: NewCustomer) -> Result<(), DbErr> {
    let row = customer::ActiveModel {
        id: Set(new.id.0),
        name: Set(new.name.into()),
        zone: Set(new.zone),
        created_at: Set(new.at.into()),
        phone: Set(String::new()),
    };
    customer::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Adds a site. A name that the customer has already is a unique violation.
pub async fn create_site(
    db: &impl ConnectionTrait,
    id: SiteId,
    customer: CustomerId,
    name: Name,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = site::ActiveModel {
        id: Set(id.0),
        customer_id: Set(customer.0),
        name: Set(name.into()),
        created_at: Set(at.into()),
        phone: Set(String::new()),
    };
    site::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// A customer that `scope` may see.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: CustomerId) -> Result<Option<Customer>, DbErr> {
    let row = customer::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .one(db)
        .await?;
    Ok(row.map(Customer::from))
}

/// A customer locked until the transaction ends: whoever changes who is told of its faults goes one at a time.
pub async fn lock(db: &impl ConnectionTrait, scope: Scope, id: CustomerId) -> Result<Option<Customer>, DbErr> {
    let row = customer::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .lock_exclusive()
        .one(db)
        .await?;
    Ok(row.map(Customer::from))
}

/// Customers that `scope` may see with their sites, by name; 10,000 sites at most.
pub async fn list_with_sites(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<CustomerSites>, DbErr> {
    let rows = customer::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .join(JoinType::LeftJoin, its_sites())
        .select_also(site::Entity)
        .order_by_asc(customer::Column::Name)
        .order_by_asc(customer::Column::Id)
        .order_by_asc(site::Column::Name)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    let mut list: Vec<CustomerSites> = Vec::new();
    for (customer, site) in rows {
        let site = site.map(|site| (SiteId(site.id), site.name));
        match list.last_mut() {
            Some(last) if last.customer.id.0 == customer.id => last.sites.extend(site),
            _ => list.push(CustomerSites { customer: customer.into(), sites: site.into_iter().collect() }),
        }
    }
    Ok(list)
}

/// Names of the customers that `scope` may see, sorted; 10,000 at most.
pub async fn names(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<(CustomerId, String)>, DbErr> {
    let rows = customer::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .order_by_asc(customer::Column::Name)
        .limit(ROWS_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (CustomerId(row.id), row.name)).collect())
}

fn called(scope: Scope, text: &str) -> sea_orm::Select<customer::Entity> {
    customer::Entity::find()
        .apply_if(scope.customer(), |query, own| query.filter(customer::Column::Id.eq(own.0)))
        .filter(contains(Expr::col((customer::Entity, customer::Column::Name)), text))
}

/// Part of the customers whose name holds `text`, by name.
pub async fn found(
    db: &impl ConnectionTrait,
    scope: Scope,
    text: &str,
    skip: u64,
    take: u64,
) -> Result<Vec<(CustomerId, String)>, DbErr> {
    let query = called(scope, text).order_by_asc(customer::Column::Name).offset(skip).limit(take);
    Ok(query.all(db).await?.into_iter().map(|row| (CustomerId(row.id), row.name)).collect())
}

pub async fn find_count(db: &impl ConnectionTrait, scope: Scope, text: &str) -> Result<u64, DbErr> {
    called(scope, text).count(db).await
}

/// How many hosts of a customer are watched or paused.
pub async fn hosts(db: &impl ConnectionTrait, id: CustomerId) -> Result<u64, DbErr> {
    host::Entity::find()
        .filter(host::Column::CustomerId.eq(id.0))
        .filter(host::Column::RemovedAt.is_null())
        .count(db)
        .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::is_unique_violation, entropy, testing::databases};

    fn now() -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }

    fn customer(name: &str) -> NewCustomer {
        NewCustomer {
            id: CustomerId(entropy::id(now()).unwrap()),
            name: Name::parse(name).unwrap(),
            zone: "Europe/London".to_owned(),
            at: now(),
        }
    }

    #[tokio::test]
    async fn customers_come_with_their_sites_by_name() {
        for test_db in databases().await {
            let (ouse, avon) = (customer("Ouse Books"), customer("Avon Dental"));
            let (ouse_id, avon_id) = (ouse.id, avon.id);
            let tx = test_db.db.begin().await.unwrap();
            create(&tx, ouse).await.unwrap();
            create(&tx, avon).await.unwrap();
            for (owner, site) in [(avon_id, "Wells"), (avon_id, "Bath")] {
                let (id, name) = (SiteId(entropy::id(now()).unwrap()), Name::parse(site).unwrap());
                create_site(&tx, id, owner, name, now()).await.unwrap();
            }
            tx.commit().await.unwrap();
            let seen = async |scope| {
                let list = list_with_sites(test_db.db.read(), scope).await.unwrap();
                let row = |row: CustomerSites| {
                    let sites: Vec<_> = row.sites.into_iter().map(|(_, name)| name).collect();
                    format!("{}: {}", row.customer.name, sites.join(", "))
                };
                list.into_iter().map(row).collect::<Vec<_>>()
            };
            assert_eq!(seen(Scope::Everything).await, ["Avon Dental: Bath, Wells", "Ouse Books: "], "{}", test_db.name);
            assert_eq!(seen(Scope::Customer(ouse_id)).await, ["Ouse Books: "]);
            let (own, db) = (Scope::Customer(ouse_id), test_db.db.read());
            assert!(find(db, own, avon_id).await.unwrap().is_none());
            assert_eq!(find(db, own, ouse_id).await.unwrap().unwrap().zone, "Europe/London");
            assert_eq!(names(db, own).await.unwrap(), [(ouse_id, "Ouse Books".to_owned())]);
            assert_eq!(hosts(db, avon_id).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn names_are_taken_once() {
        for test_db in databases().await {
            let tx = test_db.db.begin().await.unwrap();
            create(&tx, customer("Avon Dental")).await.unwrap();
            let error = create(&tx, customer("Avon Dental")).await.unwrap_err();
            assert!(is_unique_violation(&error), "{}: {error}", test_db.name);
        }
    }
}
