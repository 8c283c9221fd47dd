//! Small estates for tests.

use domain::{
    access::Role,
    id::{ContactId, CustomerId, FaultId, HostId, ServiceId, SiteId, UserId},
    observation::Status,
    probe::{Params, ProbeKind, ProbePolicy},
    text::{Address, EmailAddress, HostName, Name, Note},
    time::Timestamp,
};
use entity::{audit, columns::Word, customer, fault, site};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{HostFields, insert};
use crate::{
    desk::new_id,
    store::{
        Db,
        contacts::{self, NewContact},
        services::{self, ServiceFields},
        users::{self, NewUser},
    },
};

/// Tue 24 Nov 2026 16:41:44 UTC.
pub(crate) const NOW: i64 = 1_795_538_504;

pub(crate) fn now() -> Timestamp {
    Timestamp::EPOCH.plus_seconds(NOW)
}

/// A customer with one site called "Head office".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) customer: CustomerId,
    pub(crate) site: SiteId,
}

pub(crate) async fn owner(db: &Db, name: &str) -> Owner {
    let owner = Owner { customer: CustomerId(new_id(now()).unwrap()), site: SiteId(new_id(now()).unwrap()) };
    let row = customer::ActiveModel {
        id: Set(owner.customer.0),
        name: Set(name.to_owned()),
        zone: Set("Europe/London".to_owned()),
        created_at: Set(now().into()),
        phone: Set(String::new()),
    };
    customer::Entity::insert(row).exec_without_returning(db.writer()).await.unwrap();
    let row = site::ActiveModel {
        id: Set(owner.site.0),
        customer_id: Set(owner.customer.0),
        name: Set("Head office".to_owned()),
        created_at: Set(now().into()),
        phone: Set(String::new()),
    };
    site::Entity::insert(row).exec_without_returning(db.writer()).await.unwrap();
    owner
}

pub(crate) fn host_fields(owner: Owner, name: &str) -> HostFields {
    HostFields {
        customer: owner.customer,
        site: owner.site,
        name: HostName::parse(name).unwrap(),
        system: Name::parse(&format!("{name} phone system")).unwrap(),
        kind: "asterisk",
        address: Address::parse("192.0.2.10").unwrap(),
        access_note: Note::parse("jump host").unwrap(),
    }
}

pub(crate) async fn host(db: &Db, owner: Owner, name: &str) -> HostId {
    let id = HostId(new_id(now()).unwrap());
    insert(db.writer(), id, &host_fields(owner, name), now()).await.unwrap();
    id
}

pub(crate) async fn contact(db: &Db, customer: CustomerId, name: &str, severity_min: Status) -> ContactId {
    let id = ContactId(new_id(now()).unwrap());
    let email = EmailAddress::parse(&format!("{name}@bath.example")).unwrap();
    let new = NewContact { id, customer, name: Name::parse(name).unwrap(), email, severity_min, at: now() };
    contacts::create(db.writer(), new).await.unwrap();
    id
}

pub(crate) async fn staff(db: &Db, name: &str) -> UserId {
    let id = UserId(new_id(now()).unwrap());
    let new = NewUser {
        id,
        name: Name::parse(name).unwrap(),
        email: EmailAddress::parse(&format!("{name}@desk.example")).unwrap(),
        role: Role::Engineer,
        customer: None,
        receives_faults: true,
        password_hash: None,
        at: now(),
    };
    users::create(db.writer(), new).await.unwrap();
    id
}

pub(crate) fn service_fields(name: &str) -> ServiceFields {
    ServiceFields {
        name: Name::parse(name).unwrap(),
        kind: ProbeKind::Http,
        target: "http://{address}/status".to_owned(),
        params: Params::default(),
        policy: ProbePolicy::default(),
    }
}

pub(crate) async fn service(db: &Db, owner: Owner, host: HostId, name: &str) -> ServiceId {
    let id = ServiceId(new_id(now()).unwrap());
    services::insert(db.writer(), id, host, owner.customer, &service_fields(name), now()).await.unwrap();
    id
}

pub(crate) async fn open_fault(
    db: &Db,
    owner: Owner,
    host: HostId,
    service: ServiceId,
    number: i64,
    status: Status,
) -> FaultId {
    let id = FaultId(new_id(now()).unwrap());
    let row = fault::ActiveModel {
        id: Set(id.0),
        number: Set(number),
        service_id: Set(service.0),
        host_id: Set(host.0),
        customer_id: Set(owner.customer.0),
        status: Set(Word(status)),
        headline: Set("It is down".to_owned()),
        detail: Set("connection refused".to_owned()),
        changes: Set(0),
        started_at: Set(now().plus_seconds(-600).into()),
        confirmed_at: Set(now().plus_seconds(-570).into()),
        cleared_at: Set(None),
        flapping: Set(false),
        customer_told_at: Set(None),
        held_until: Set(None),
        held_status: Set(None),
    };
    fault::Entity::insert(row).exec_without_returning(db.writer()).await.unwrap();
    id
}

/// Action, subject and detail of every act, oldest first.
pub(crate) async fn acts(db: &Db) -> Vec<(String, String, String)> {
    use sea_orm::QueryOrder;
    let rows = audit::Entity::find().order_by_asc(audit::Column::At).order_by_asc(audit::Column::Id);
    let rows = rows.all(db.read()).await.unwrap();
    rows.into_iter().map(|row| (row.action, row.subject, row.detail)).collect()
}

/// Marks the address of one of the staff as refused for good.
pub(crate) async fn refuse(db: &Db, name: &str) {
    use entity::user;
    use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};
    user::Entity::update_many()
        .col_expr(user::Column::RefusedAt, Expr::value(Some(now().as_micros())))
        .filter(user::Column::Name.eq(name))
        .exec(db.writer())
        .await
        .unwrap();
}

/// Marks the address of a contact as refused for good.
pub(crate) async fn refuse_contact(db: &Db, name: &str) {
    use entity::contact;
    use sea_orm::{ColumnTrait, QueryFilter, sea_query::Expr};
    contact::Entity::update_many()
        .col_expr(contact::Column::RefusedAt, Expr::value(Some(now().as_micros())))
        .col_expr(contact::Column::RefusedReply, Expr::value("550 no such user"))
        .filter(contact::Column::Name.eq(name))
        .exec(db.writer())
        .await
        .unwrap();
}
