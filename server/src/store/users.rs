//! Accounts.

use domain::{
    access::{Role, Scope},
    id::{CustomerId, UserId},
    text::{EmailAddress, Name},
    time::Timestamp,
};
use entity::{
    columns::{Micros, Word},
    customer, user,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, RelationDef, sea_query::Expr,
};

/// Rows of a people page or of `user list`. A support company with more people than this needs pages.
const USERS_MAX: u64 = 2_000;

/// An account to be made.
pub struct NewUser {
    pub id: UserId,
    /// `None` for staff.
    pub customer: Option<CustomerId>,
    pub name: Name,
    pub email: EmailAddress,
    pub role: Role,
    /// `None` until the invitation is used.
    pub password_hash: Option<String>,
    pub receives_faults: bool,
    pub at: Timestamp,
}

/// An account with what its sign-in needs. Not `Debug`: the hash stays out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    pub id: UserId,
    pub customer: Option<CustomerId>,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password_hash: Option<String>,
    pub receives_faults: bool,
    pub refused_reply: Option<String>,
    pub disabled_at: Option<Timestamp>,
}

/// An account as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: UserId,
    pub customer: Option<CustomerId>,
    /// The customer's name; empty for staff.
    pub customer_name: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Has set a password.
    pub activated: bool,
    pub receives_faults: bool,
    pub disabled_at: Option<Timestamp>,
    pub last_seen_at: Option<Timestamp>,
}

/// What the rules about the last administrator and the last recipient look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffMember {
    pub id: UserId,
    pub role: Role,
    pub activated: bool,
    pub receives_faults: bool,
    /// A mail server refused the address for good.
    pub refused: bool,
}

/// The person behind a session or a token, as it is at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub user: UserId,
    pub customer: Option<CustomerId>,
    pub name: String,
    pub role: Role,
    pub disabled: bool,
}

impl From<user::Model> for Identity {
    fn from(row: user::Model) -> Self {
        Self {
            user: UserId(row.id),
            customer: row.customer_id.map(CustomerId),
            name: row.name,
            role: row.role.0,
            disabled: row.disabled_at.is_some(),
        }
    }
}

impl From<user::Model> for Account {
    fn from(row: user::Model) -> Self {
        Self {
            id: UserId(row.id),
            customer: row.customer_id.map(CustomerId),
            name: row.name,
            email: row.email,
            role: row.role.0,
            password_hash: row.password_hash,
            receives_faults: row.receives_faults,
            refused_reply: row.refused_at.map(|_| row.refused_reply.unwrap_or_default()),
            disabled_at: row.disabled_at.map(Timestamp::from),
        }
    }
}

fn person((row, customer): (user::Model, Option<customer::Model>)) -> Person {
    Person {
        id: UserId(row.id),
        customer: row.customer_id.map(CustomerId),
        customer_name: customer.map(|customer| customer.name).unwrap_or_default(),
        name: row.name,
        email: row.email,
        role: row.role.0,
        activated: row.password_hash.is_some(),
        receives_faults: row.receives_faults,
        disabled_at: row.disabled_at.map(Timestamp::from),
        last_seen_at: row.last_seen_at.map(Timestamp::from),
    }
}

fn its_customer() -> RelationDef {
    user::Entity::belongs_to(customer::Entity).from(user::Column::CustomerId).to(customer::Column::Id).into()
}

/// Adds an account. A taken mail address is a unique violation ([`crate::desk::is_unique_violation`]).
pub async fn create(db: &impl ConnectionTrait, new: NewUser) -> Result<(), DbErr> {
    let row = user::ActiveModel {
        id: Set(new.id.0),
        customer_id: Set(new.customer.map(|customer| customer.0)),
        email_key: Set(new.email.key()),
        email: Set(new.email.into()),
        name: Set(new.name.into()),
        role: Set(Word(new.role)),
        password_hash: Set(new.password_hash),
        receives_faults: Set(new.receives_faults),
        refused_at: Set(None),
        refused_reply: Set(None),
        created_at: Set(new.at.into()),
        disabled_at: Set(None),
        last_seen_at: Set(None),
    };
    user::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// The account of an address, compared without case. For sign-in and the shell, which have no scope.
pub async fn find_by_email(db: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<Account>, DbErr> {
    let row = user::Entity::find().filter(user::Column::EmailKey.eq(email.key())).one(db).await?;
    Ok(row.map(Account::from))
}

/// An account that `scope` may see. Staff are seen by staff only.
pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: UserId) -> Result<Option<Account>, DbErr> {
    let row = user::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, customer| query.filter(user::Column::CustomerId.eq(customer.0)))
        .one(db)
        .await?;
    Ok(row.map(Account::from))
}

/// An account locked until the transaction ends, so that what is decided about it stays true.
pub async fn lock(db: &impl ConnectionTrait, scope: Scope, id: UserId) -> Result<Option<Account>, DbErr> {
    let row = user::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, customer| query.filter(user::Column::CustomerId.eq(customer.0)))
        .lock_exclusive()
        .one(db)
        .await?;
    Ok(row.map(Account::from))
}

/// One account as the shell of the site shows it.
pub async fn find_person(db: &impl ConnectionTrait, scope: Scope, id: UserId) -> Result<Option<Person>, DbErr> {
    let row = user::Entity::find_by_id(id.0)
        .apply_if(scope.customer(), |query, customer| query.filter(user::Column::CustomerId.eq(customer.0)))
        .join(JoinType::LeftJoin, its_customer())
        .select_also(customer::Entity)
        .one(db)
        .await?;
    Ok(row.map(person))
}

/// Accounts that `scope` may see, staff first, then by customer and name; 2,000 at most.
pub async fn list(db: &impl ConnectionTrait, scope: Scope) -> Result<Vec<Person>, DbErr> {
    let rows = user::Entity::find()
        .apply_if(scope.customer(), |query, customer| query.filter(user::Column::CustomerId.eq(customer.0)))
        .join(JoinType::LeftJoin, its_customer())
        .select_also(customer::Entity)
        .order_by_asc(Expr::col((user::Entity, user::Column::CustomerId)).is_not_null())
        .order_by_asc(customer::Column::Name)
        .order_by_asc(user::Column::Name)
        .order_by_asc(user::Column::Id)
        .limit(USERS_MAX)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(person).collect())
}

/// Ids and names of the staff who are not disabled, by name.
pub async fn staff_names(db: &impl ConnectionTrait) -> Result<Vec<(UserId, String)>, DbErr> {
    let staff = Role::ALL.into_iter().filter(|role| role.is_staff()).map(Role::as_str);
    let rows: Vec<(uuid::Uuid, String)> = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .filter(user::Column::Role.is_in(staff))
        .filter(user::Column::DisabledAt.is_null())
        .order_by_asc(user::Column::Name)
        .limit(USERS_MAX)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| (UserId(id), name)).collect())
}

/// All staff who are not disabled, locked until the transaction ends, always in one order: two people who drop the last
/// two administrators at the same time wait for each other.
pub async fn lock_staff(db: &impl ConnectionTrait) -> Result<Vec<StaffMember>, DbErr> {
    let staff = Role::ALL.into_iter().filter(|role| role.is_staff()).map(Role::as_str);
    let rows = user::Entity::find()
        .filter(user::Column::Role.is_in(staff))
        .filter(user::Column::DisabledAt.is_null())
        .order_by_asc(user::Column::Id)
        .limit(USERS_MAX)
        .lock_exclusive()
        .all(db)
        .await?;
    let member = |row: user::Model| StaffMember {
        id: UserId(row.id),
        role: row.role.0,
        activated: row.password_hash.is_some(),
        receives_faults: row.receives_faults,
        refused: row.refused_at.is_some(),
    };
    Ok(rows.into_iter().map(member).collect())
}

/// Returns how many accounts there were: 0 or 1.
pub async fn set_password(db: &impl ConnectionTrait, id: UserId, hash: &str) -> Result<u64, DbErr> {
    set(db, id, user::Column::PasswordHash, Expr::value(hash)).await
}

/// Shuts an account (`Some`, since when) or opens it again. One that is shut already keeps its instant: returns 0.
pub async fn set_disabled(db: &impl ConnectionTrait, id: UserId, at: Option<Timestamp>) -> Result<u64, DbErr> {
    let was = match at {
        Some(_) => user::Column::DisabledAt.is_null(),
        None => user::Column::DisabledAt.is_not_null(),
    };
    let done = user::Entity::update_many()
        .col_expr(user::Column::DisabledAt, Expr::value(at.map(Timestamp::as_micros)))
        .filter(user::Column::Id.eq(id.0))
        .filter(was)
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

pub async fn set_role(db: &impl ConnectionTrait, id: UserId, role: Role) -> Result<u64, DbErr> {
    set(db, id, user::Column::Role, Expr::value(role.as_str())).await
}

pub async fn set_receives_faults(db: &impl ConnectionTrait, id: UserId, receives: bool) -> Result<u64, DbErr> {
    set(db, id, user::Column::ReceivesFaults, Expr::value(receives)).await
}

/// Notes that somebody was here.
pub async fn touch(db: &impl ConnectionTrait, id: UserId, now: Timestamp) -> Result<u64, DbErr> {
    set(db, id, user::Column::LastSeenAt, Expr::value(Micros::from(now))).await
}

async fn set(db: &impl ConnectionTrait, id: UserId, column: user::Column, value: Expr) -> Result<u64, DbErr> {
    let done = user::Entity::update_many().col_expr(column, value).filter(user::Column::Id.eq(id.0)).exec(db).await?;
    Ok(done.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::is_unique_violation, entropy, testing::databases};

    fn now() -> Timestamp {
        Timestamp::from_millis(1_795_000_000_000)
    }

    fn staff(email: &str) -> NewUser {
        NewUser {
            id: UserId(entropy::id(now()).unwrap()),
            customer: None,
            name: Name::parse("Priya Shah").unwrap(),
            email: EmailAddress::parse(email).unwrap(),
            role: Role::Agent,
            password_hash: None,
            receives_faults: true,
            at: now(),
        }
    }

    #[tokio::test]
    async fn an_address_has_one_account_whatever_its_case() {
        for test_db in databases().await {
            let db = &test_db.db;
            let tx = db.begin().await.unwrap();
            create(&tx, staff("Priya@desk.example")).await.unwrap();
            tx.commit().await.unwrap();
            let tx = db.begin().await.unwrap();
            let error = create(&tx, staff("PRIYA@desk.example")).await.unwrap_err();
            assert!(is_unique_violation(&error), "{}: {error}", test_db.name);
            drop(tx);
            let found = find_by_email(db.read(), &EmailAddress::parse("priya@DESK.example").unwrap()).await.unwrap();
            assert_eq!(found.unwrap().email, "Priya@desk.example", "as it was typed");
        }
    }

    #[tokio::test]
    async fn a_change_says_whether_there_was_somebody_to_change() {
        for test_db in databases().await {
            let (new, nobody) = (staff("priya@desk.example"), UserId(uuid::Uuid::from_u128(1)));
            let id = new.id;
            let tx = test_db.db.begin().await.unwrap();
            create(&tx, new).await.unwrap();
            for (id, expected) in [(id, 1), (nobody, 0)] {
                assert_eq!(set_password(&tx, id, "$argon2id$x").await.unwrap(), expected);
                assert_eq!(set_role(&tx, id, Role::Engineer).await.unwrap(), expected);
                assert_eq!(set_receives_faults(&tx, id, false).await.unwrap(), expected);
                assert_eq!(touch(&tx, id, now()).await.unwrap(), expected);
                assert_eq!(set_disabled(&tx, id, Some(now())).await.unwrap(), expected);
                assert_eq!(set_disabled(&tx, id, Some(now().plus_seconds(9))).await.unwrap(), 0, "shut already");
            }
            tx.commit().await.unwrap();
            let account = find(test_db.db.read(), Scope::Everything, id).await.unwrap().unwrap();
            assert_eq!(account.password_hash.as_deref(), Some("$argon2id$x"), "{}", test_db.name);
            assert_eq!((account.role, account.receives_faults), (Role::Engineer, false));
            assert_eq!(account.disabled_at, Some(now()));
            let person = find_person(test_db.db.read(), Scope::Everything, id).await.unwrap().unwrap();
            assert_eq!((person.activated, person.last_seen_at), (true, Some(now())));
        }
    }

    #[tokio::test]
    async fn staff_are_not_in_a_customers_scope() {
        for test_db in databases().await {
            let new = staff("priya@desk.example");
            let (id, own) = (new.id, Scope::Customer(CustomerId(uuid::Uuid::from_u128(1))));
            let tx = test_db.db.begin().await.unwrap();
            create(&tx, new).await.unwrap();
            assert!(lock(&tx, own, id).await.unwrap().is_none(), "{}", test_db.name);
            assert!(find(&tx, own, id).await.unwrap().is_none());
            assert!(find_person(&tx, own, id).await.unwrap().is_none());
            assert!(list(&tx, own).await.unwrap().is_empty());
            assert_eq!(list(&tx, Scope::Everything).await.unwrap().len(), 1);
        }
    }
}
