//! The people at a customer who are told of faults by mail.

use domain::{
    access::Scope,
    id::{ContactId, CustomerId},
    observation::Status,
    text::{EmailAddress, Name},
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    contact, customer,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, RelationDef, sea_query::Expr,
};

/// Rows of a people page.
const CONTACTS_MAX: u64 = 5_000;

/// A contact to be made.
#[derive(Debug, Clone)]
pub struct NewContact {
    pub id: ContactId,
    pub customer: CustomerId,
    pub name: Name,
    pub email: EmailAddress,
    /// The mildest status they are told of.
    pub severity_min: Status,
    pub at: Timestamp,
}

/// A contact who has not been removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub id: ContactId,
    pub customer: CustomerId,
    pub customer_name: String,
    pub name: String,
    pub email: String,
    pub severity_min: Status,
    /// What the mail server said when it refused the address for good.
    pub refused: Option<String>,
}

fn its_customer() -> RelationDef {
    contact::Entity::belongs_to(customer::Entity).from(contact::Column::CustomerId).to(customer::Column::Id).into()
}

fn contact((row, customer): (contact::Model, Option<customer::Model>)) -> Contact {
    Contact {
        id: ContactId(row.id),
        customer: CustomerId(row.customer_id),
        customer_name: customer.map(|customer| customer.name).unwrap_or_default(),
        name: row.name,
        email: row.email,
        severity_min: row.severity_min.0,
        refused: row.refused_at.map(|_| row.refused_reply.unwrap_or_default()),
    }
}

pub async fn create(db: &impl ConnectionTrait, new: NewContact) -> Result<(), DbErr> {
    let row = contact::ActiveModel {
        id: Set(new.id.0),
        customer_id: Set(new.customer.0),
        name: Set(new.name.into()),
        email: Set(new.email.into()),
        severity_min: Set(Word(new.severity_min)),
        refused_at: Set(None),
        refused_reply: Set(None),
        created_at: Set(new.at.into()),
        removed_at: Set(None),
        phone: Set(String::new()),
    };
    contact::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// A contact that `scope` may see.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: ContactId) -> Result<Option<Contact>, DbErr> {
    let row = contact::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, customer| query.filter(contact::Column::CustomerId.eq(customer.0)))
        .filter(contact::Column::RemovedAt.is_null())
        .join(JoinType::InnerJoin, its_customer())
        .select_also(customer::Entity)
        .one(db)
        .await?;
    Ok(row.map(contact))
}

/// Contacts that `scope` may see, by customer and name; 5,000 at most.
pub async fn list(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Contact>, DbErr> {
    let rows = contact::Entity::find()
        .apply_if(scope.customer(), |query, customer| query.filter(contact::Column::CustomerId.eq(customer.0)))
        .filter(contact::Column::RemovedAt.is_null())
        .join(JoinType::InnerJoin, its_customer())
        .select_also(customer::Entity)
        .order_by_asc(customer::Column::Name)
        .order_by_asc(contact::Column::Name)
        .order_by_asc(contact::Column::Id)
        .limit(CONTACTS_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(contact).collect())
}

/// The contacts of one customer; 5,000 at most.
pub async fn list_of(db: &impl ConnectionTrait, customer: CustomerId) -> Result<Vec<Contact>, DbErr> {
    list(db, Scope::Customer(customer)).await
}

/// Takes a contact off the list; the row stays for the mails that name it. Returns 0 when it was removed before.
pub async fn remove(db: &impl ConnectionTrait, id: ContactId, now: Timestamp) -> Result<u64, DbErr> {
    let done = contact::Entity::update_many()
        .col_expr(contact::Column::RemovedAt, Expr::value(Micros::from(now)))
        .filter(contact::Column::Id.eq(id.0))
        .filter(contact::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
