//! Price lists in versions: a contract keeps the one it was agreed under, a ticket the one it was logged under.

use domain::{
    contract::Prices,
    id::{PriceListId, UserId},
    money::VatRate,
    quote::{PriceList, YearlyPrice},
};
use entity::price_list;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::values::{Made, number, stored, unreadable};

/// One version, as an administrator edits it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceListVersion {
    pub id: PriceListId,
    /// Counted from 1.
    pub version: u32,
    pub list: PriceList,
    pub prices: Prices,
}

/// Adds the version after the latest. False: it is not, someone was faster.
pub async fn insert(db: &impl ConnectionTrait, new: &PriceListVersion, made: Made) -> Result<bool, DbErr> {
    if latest(db).await?.map_or(0, |latest| latest.version) + 1 != new.version {
        return Ok(false);
    }
    let pence = |pence: u64| stored("price_list", pence).map(Set);
    let PriceList { cat1, cat2, cat4 } = new.list;
    let row = price_list::ActiveModel {
        id: Set(new.id.0),
        version: Set(new.version.into()),
        cat1_base_pence: pence(cat1.base_pence)?,
        cat1_port_pence: pence(cat1.port_pence)?,
        cat1_port_later_pence: pence(cat1.port_later_pence)?,
        cat2_base_pence: pence(cat2.base_pence)?,
        cat2_port_pence: pence(cat2.port_pence)?,
        cat2_port_later_pence: pence(cat2.port_later_pence)?,
        cat4_base_pence: pence(cat4.base_pence)?,
        cat4_port_pence: pence(cat4.port_pence)?,
        cat4_port_later_pence: pence(cat4.port_later_pence)?,
        incident_pence: pence(new.prices.incident_pence)?,
        vat_hundredths: Set(new.prices.vat.hundredths().into()),
        created_at: Set(made.at.into()),
        created_by: Set(made.by.map(|user| user.0)),
    };
    let added = price_list::Entity::insert_many([row])
        .on_conflict(OnConflict::column(price_list::Column::Version).do_nothing().to_owned())
        .exec_without_returning(db)
        .await?;
    Ok(added == 1)
}

/// Versions there will ever be, and some.
const VERSIONS_MAX: u64 = 1_000;

/// Every version with who made it when, the latest first.
pub async fn all_versions(db: &impl ConnectionTrait) -> Result<Vec<(PriceListVersion, Made)>, DbErr> {
    let rows =
        price_list::Entity::find().order_by_desc(price_list::Column::Version).limit(VERSIONS_MAX).all(db).await?;
    let made = |row: &price_list::Model| Made { at: row.created_at.into(), by: row.created_by.map(UserId) };
    rows.into_iter().map(|row| (made(&row), row)).map(|(made, row)| Ok((version(row)?, made))).collect()
}

/// The prices of today; None before the first start.
pub async fn latest(db: &impl ConnectionTrait) -> Result<Option<PriceListVersion>, DbErr> {
    let row = price_list::Entity::find().order_by_desc(price_list::Column::Version).limit(1).one(db).await?;
    row.map(version).transpose()
}

pub async fn find_version(db: &impl ConnectionTrait, number: u32) -> Result<Option<PriceListVersion>, DbErr> {
    let row = price_list::Entity::find().filter(price_list::Column::Version.eq(i64::from(number))).one(db).await?;
    row.map(version).transpose()
}

fn version(row: price_list::Model) -> Result<PriceListVersion, DbErr> {
    let pence = |pence: i64| number("price_list", pence);
    let year = |base, port, later| {
        Ok::<_, DbErr>(YearlyPrice {
            base_pence: pence(base)?,
            port_pence: pence(port)?,
            port_later_pence: pence(later)?,
        })
    };
    let list = PriceList {
        cat1: year(row.cat1_base_pence, row.cat1_port_pence, row.cat1_port_later_pence)?,
        cat2: year(row.cat2_base_pence, row.cat2_port_pence, row.cat2_port_later_pence)?,
        cat4: year(row.cat4_base_pence, row.cat4_port_pence, row.cat4_port_later_pence)?,
    };
    let vat = number("price_list.vat_hundredths", row.vat_hundredths)?;
    let vat = VatRate::from_hundredths(vat).ok_or_else(|| unreadable("price_list.vat_hundredths", vat))?;
    let prices = Prices { incident_pence: pence(row.incident_pence)?, vat };
    Ok(PriceListVersion { id: PriceListId(row.id), version: number("price_list.version", row.version)?, list, prices })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        store::{faults::new_id, hosts::fixtures::now},
        testing::databases,
    };

    #[tokio::test]
    async fn prices_come_back_to_the_penny_and_the_latest_version_counts() {
        for test in databases().await {
            let (db, made) = (test.db.writer(), Made::seeded(now()));
            assert_eq!(latest(db).await.unwrap(), None, "{}", test.name);
            let first = PriceListVersion {
                id: PriceListId(new_id(now()).unwrap()),
                version: 1,
                list: PriceList::GUIDE,
                prices: Prices::STANDARD,
            };
            assert!(insert(db, &first, made).await.unwrap(), "{}", test.name);
            let twice = PriceListVersion { id: PriceListId(new_id(now()).unwrap()), ..first };
            assert!(!insert(db, &twice, made).await.unwrap(), "{}", test.name);
            let skipping = PriceListVersion { version: 3, ..twice };
            assert!(!insert(db, &skipping, made).await.unwrap(), "{}", test.name);
            let mut second = PriceListVersion { version: 2, ..twice };
            second.list.cat2.port_later_pence = 2_375;
            second.prices = Prices { incident_pence: 7_501, vat: VatRate::from_hundredths(1_750).unwrap() };
            assert!(insert(db, &second, made).await.unwrap(), "{}", test.name);
            assert_eq!(latest(db).await.unwrap(), Some(second), "{}", test.name);
            assert_eq!(find_version(db, 1).await.unwrap(), Some(first), "{}", test.name);
            assert_eq!(all_versions(db).await.unwrap(), [(second, made), (first, made)], "{}", test.name);
            assert_eq!(find_version(db, 3).await.unwrap(), None);
        }
    }
}
