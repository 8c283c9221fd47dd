//! Equipment of customers: what contracts cover or leave out.

use domain::{
    access::Scope,
    contract::{Equipment, EquipmentClass, Supply},
    id::{CustomerId, EquipmentId, HostId, SiteId},
    text::Name,
    time::Timestamp,
};
use entity::{columns::Word, equipment};
use jiff::civil::Date;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, sea_query::Expr,
};

use super::values::{contains, date_null};

/// More pieces than a contract can list.
const PIECES_MAX: u64 = 10_000;

/// What a form says about a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PieceFields {
    pub site: Option<SiteId>,
    /// The watched machine that it is.
    pub host: Option<HostId>,
    pub name: Name,
    pub class: EquipmentClass,
    pub supply: Supply,
    pub warranty_ends_on: Option<Date>,
}

/// A piece that was not removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub equipment: Equipment,
    pub customer: CustomerId,
    pub site: Option<SiteId>,
    pub host: Option<HostId>,
    pub name: String,
    pub version: i64,
}

pub async fn insert(
    db: &impl ConnectionTrait,
    id: EquipmentId,
    customer: CustomerId,
    fields: &PieceFields,
    at: Timestamp,
) -> Result<(), DbErr> {
    let row = equipment::ActiveModel {
        id: Set(id.0),
        customer_id: Set(customer.0),
        site_id: Set(fields.site.map(|site| site.0)),
        host_id: Set(fields.host.map(|host| host.0)),
        name: Set(fields.name.as_str().to_owned()),
        class: Set(Word(fields.class)),
        supply: Set(Word(fields.supply)),
        warranty_ends_on: Set(fields.warranty_ends_on.map(|day| day.to_string())),
        version: Set(1),
        created_at: Set(at.into()),
        removed_at: Set(None),
    };
    equipment::Entity::insert(row).exec_without_returning(db).await.map(drop)
}

/// Changes a piece that is still at `version`. 0: it is not, or it was removed. The customer of a piece stays.
pub async fn update(
    db: &impl ConnectionTrait,
    id: EquipmentId,
    version: i64,
    fields: &PieceFields,
) -> Result<u64, DbErr> {
    let done = equipment::Entity::update_many()
        .col_expr(equipment::Column::SiteId, Expr::value(fields.site.map(|site| site.0)))
        .col_expr(equipment::Column::HostId, Expr::value(fields.host.map(|host| host.0)))
        .col_expr(equipment::Column::Name, Expr::value(fields.name.as_str()))
        .col_expr(equipment::Column::Class, Expr::value(Word(fields.class)))
        .col_expr(equipment::Column::Supply, Expr::value(Word(fields.supply)))
        .col_expr(equipment::Column::WarrantyEndsOn, Expr::value(fields.warranty_ends_on.map(|day| day.to_string())))
        .col_expr(equipment::Column::Version, Expr::col(equipment::Column::Version).add(1))
        .filter(equipment::Column::Id.eq(id.0))
        .filter(equipment::Column::Version.eq(version))
        .filter(equipment::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Tickets and contracts that name it keep it. 0: it is not at `version`, or it was removed already.
pub async fn remove(db: &impl ConnectionTrait, id: EquipmentId, version: i64, at: Timestamp) -> Result<u64, DbErr> {
    let done = equipment::Entity::update_many()
        .col_expr(equipment::Column::RemovedAt, Expr::value(at.as_micros()))
        .filter(equipment::Column::Id.eq(id.0))
        .filter(equipment::Column::Version.eq(version))
        .filter(equipment::Column::RemovedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

pub async fn find(db: &impl ConnectionTrait, scope: Scope, id: EquipmentId) -> Result<Option<Piece>, DbErr> {
    scoped(scope).filter(equipment::Column::Id.eq(id.0)).one(db).await?.map(piece).transpose()
}

/// Part of the pieces whose name holds `text`, by name.
pub async fn found(
    db: &impl ConnectionTrait,
    scope: Scope,
    text: &str,
    skip: u64,
    take: u64,
) -> Result<Vec<Piece>, DbErr> {
    let query = scoped(scope).filter(contains(Expr::col((equipment::Entity, equipment::Column::Name)), text));
    let query = query.order_by_asc(equipment::Column::Name).order_by_asc(equipment::Column::Id);
    query.offset(skip).limit(take).all(db).await?.into_iter().map(piece).collect()
}

pub async fn find_count(db: &impl ConnectionTrait, scope: Scope, text: &str) -> Result<u64, DbErr> {
    scoped(scope).filter(contains(Expr::col((equipment::Entity, equipment::Column::Name)), text)).count(db).await
}

/// Everything of a customer, by name; 10,000 at most.
pub async fn of_customer(db: &impl ConnectionTrait, scope: Scope, customer: CustomerId) -> Result<Vec<Piece>, DbErr> {
    let rows = scoped(scope)
        .filter(equipment::Column::CustomerId.eq(customer.0))
        .order_by_asc(equipment::Column::Name)
        .order_by_asc(equipment::Column::Id)
        .limit(PIECES_MAX)
        .all(db)
        .await?;
    rows.into_iter().map(piece).collect()
}

/// The piece that a watched host is; of several the one that was entered first.
pub async fn of_host(db: &impl ConnectionTrait, scope: Scope, host: HostId) -> Result<Option<Piece>, DbErr> {
    let query = scoped(scope).filter(equipment::Column::HostId.eq(host.0));
    let row = query.order_by_asc(equipment::Column::Id).limit(1).one(db).await?;
    row.map(piece).transpose()
}

fn scoped(scope: Scope) -> Select<equipment::Entity> {
    let query = equipment::Entity::find().filter(equipment::Column::RemovedAt.is_null());
    match scope.customer() {
        None => query,
        Some(customer) => query.filter(equipment::Column::CustomerId.eq(customer.0)),
    }
}

fn piece(row: equipment::Model) -> Result<Piece, DbErr> {
    Ok(Piece {
        equipment: Equipment {
            id: EquipmentId(row.id),
            class: row.class.0,
            supply: row.supply.0,
            warranty_ends_on: date_null("equipment.warranty_ends_on", row.warranty_ends_on.as_deref())?,
        },
        customer: CustomerId(row.customer_id),
        site: row.site_id.map(SiteId),
        host: row.host_id.map(HostId),
        name: row.name,
        version: row.version,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{
        store::{
            faults::new_id,
            hosts::fixtures::{host, now, owner},
        },
        testing::databases,
    };

    pub(crate) fn fields(name: &str, class: EquipmentClass) -> PieceFields {
        let warranty_ends_on = Some(jiff::civil::date(2030, 12, 31));
        let name = Name::parse(name).unwrap();
        PieceFields { site: None, host: None, name, class, supply: Supply::ByUs, warranty_ends_on }
    }

    pub(crate) async fn piece(db: &impl ConnectionTrait, customer: CustomerId, fields: &PieceFields) -> EquipmentId {
        let id = EquipmentId(new_id(now()).unwrap());
        insert(db, id, customer, fields, now()).await.unwrap();
        id
    }

    #[tokio::test]
    async fn a_piece_comes_back_within_its_customers_scope_only() {
        for test in databases().await {
            let db = test.db.writer();
            let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
            let pbx = host(&test.db, bath, "pbx-1").await;
            let mut fields = fields("Mitel 3300", EquipmentClass::PhoneSystem);
            (fields.site, fields.host) = (Some(bath.site), Some(pbx));
            let id = piece(db, bath.customer, &fields).await;
            let (own, other) = (Scope::Customer(bath.customer), Scope::Customer(avon.customer));
            let found = find(db, own, id).await.unwrap().unwrap();
            assert_eq!((found.name.as_str(), found.version, found.site), ("Mitel 3300", 1, Some(bath.site)));
            assert_eq!(found.equipment.class, EquipmentClass::PhoneSystem, "{}", test.name);
            assert_eq!(found.equipment.warranty_ends_on, fields.warranty_ends_on, "{}", test.name);
            assert_eq!(of_host(db, own, pbx).await.unwrap().as_ref(), Some(&found), "{}", test.name);
            assert_eq!(of_customer(db, Scope::Everything, bath.customer).await.unwrap(), [found], "{}", test.name);
            assert_eq!(find(db, other, id).await.unwrap(), None, "{}", test.name);
            assert_eq!(of_host(db, other, pbx).await.unwrap(), None, "{}", test.name);
            assert_eq!(of_customer(db, other, bath.customer).await.unwrap(), [], "{}", test.name);
        }
    }

    #[tokio::test]
    async fn an_edit_or_removal_proves_its_version() {
        for test in databases().await {
            let db = test.db.writer();
            let bath = owner(&test.db, "Bath").await;
            let id = piece(db, bath.customer, &fields("Server", EquipmentClass::Server)).await;
            let bought = PieceFields {
                supply: Supply::ByUsRecognised,
                warranty_ends_on: None,
                ..fields("Server", EquipmentClass::Server)
            };
            assert_eq!(update(db, id, 1, &bought).await.unwrap(), 1, "{}", test.name);
            assert_eq!(update(db, id, 1, &bought).await.unwrap(), 0, "{}", test.name);
            let found = find(db, Scope::Everything, id).await.unwrap().unwrap();
            assert_eq!((found.version, found.equipment.warranty_ends_on), (2, None), "{}", test.name);
            assert!(found.equipment.may_be_listed(), "{}", test.name);
            assert_eq!(remove(db, id, 1, now()).await.unwrap(), 0, "{}", test.name);
            assert_eq!(remove(db, id, 2, now()).await.unwrap(), 1);
            assert_eq!(remove(db, id, 2, now()).await.unwrap(), 0, "{}", test.name);
            assert_eq!(find(db, Scope::Everything, id).await.unwrap(), None, "{}", test.name);
        }
    }
}
