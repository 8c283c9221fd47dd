//! From rows to contracts, and the list of what each covers.

use std::collections::{BTreeSet, HashMap, HashSet};

use domain::{
    access::Scope,
    contract::{Access, Contract, ContractTerms, Earlier, Listed},
    id::{ContractId, CustomerId, EquipmentId, LevelId, PolicyId, PriceListId, SiteId},
    time::Timestamp,
};
use entity::{columns::Word, contract, contract_cover, cover_level};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{Agreed, StoredContract};
use crate::store::{
    bulk::insert_all,
    states::IDS_PER_STATEMENT,
    values::{date, date_null, from_json, number, unreadable, zone},
};

/// Listed twice is listed once; the order stays.
pub(super) async fn insert_covered(
    db: &impl ConnectionTrait,
    contract: ContractId,
    covered: &[Listed],
) -> Result<(), DbErr> {
    let mut seen = HashSet::new();
    let rows: Vec<_> =
        covered.iter().filter(|listed| seen.insert(words(**listed))).zip(0..).map(row(contract)).collect();
    insert_all(db, rows).await
}

pub(super) async fn replace_covered(
    db: &impl ConnectionTrait,
    contract: ContractId,
    covered: &[Listed],
) -> Result<(), DbErr> {
    contract_cover::Entity::delete_many().filter(contract_cover::Column::ContractId.eq(contract.0)).exec(db).await?;
    insert_covered(db, contract, covered).await
}

type Words = (Option<Uuid>, Option<&'static str>);

/// What tells entries apart.
fn words(listed: Listed) -> Words {
    match listed {
        Listed::Equipment(id) => (Some(id.0), None),
        Listed::Class(class) => (None, Some(class.as_str())),
    }
}

fn row(contract: ContractId) -> impl Fn((&Listed, i64)) -> contract_cover::ActiveModel {
    move |(listed, place)| {
        let (equipment, class) = match *listed {
            Listed::Equipment(id) => (Some(id.0), None),
            Listed::Class(class) => (None, Some(Word(class))),
        };
        contract_cover::ActiveModel {
            contract_id: Set(contract.0),
            place: Set(place),
            equipment_id: Set(equipment),
            class: Set(class),
        }
    }
}

type Row = (contract::Model, Option<cover_level::Model>);

/// The contracts of the rows, in the same order, each with what its customer's others covered.
pub(super) async fn read(db: &impl ConnectionTrait, rows: Vec<Row>) -> Result<Vec<StoredContract>, DbErr> {
    let others = activated(db, &rows).await?;
    let ids: BTreeSet<Uuid> = rows.iter().chain(&others).map(|(row, _)| row.id).collect();
    let covered = covered(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let stored = |(row, level): Row| stored(row, level, &covered);
    let mut contracts = rows.into_iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    let mut earlier: HashMap<CustomerId, Vec<(ContractId, Earlier)>> = HashMap::new();
    for other in others {
        let StoredContract { contract, agreed, .. } = stored(other)?;
        earlier.entry(agreed.customer).or_default().extend(Earlier::of(&contract).map(|one| (contract.id, one)));
    }
    for one in &mut contracts {
        let of_customer = earlier.get(&one.agreed.customer).into_iter().flatten();
        let others = of_customer.filter(|(id, _)| *id != one.contract.id);
        one.contract.earlier = others.map(|(_, earlier)| earlier.clone()).collect();
    }
    Ok(contracts)
}

/// All contracts of the rows' customers that were put in force.
async fn activated(db: &impl ConnectionTrait, rows: &[Row]) -> Result<Vec<Row>, DbErr> {
    let customers: BTreeSet<Uuid> = rows.iter().map(|(row, _)| row.customer_id).collect();
    let customers: Vec<Uuid> = customers.into_iter().collect();
    let mut found = Vec::new();
    for piece in customers.chunks(IDS_PER_STATEMENT) {
        let query = super::scoped(Scope::Everything)
            .filter(contract::Column::CustomerId.is_in(piece.iter().copied()))
            .filter(contract::Column::ActivatedAt.is_not_null())
            .limit(super::ALL_MAX);
        found.extend(query.all(db).await?);
    }
    Ok(found)
}

async fn covered(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Listed>>, DbErr> {
    let mut covered: HashMap<Uuid, Vec<Listed>> = HashMap::new();
    for piece in ids.chunks(IDS_PER_STATEMENT) {
        let listed = contract_cover::Entity::find()
            .filter(contract_cover::Column::ContractId.is_in(piece.iter().copied()))
            .order_by_asc(contract_cover::Column::Place);
        for row in listed.all(db).await? {
            let listed = match (row.equipment_id, row.class) {
                (Some(id), None) => Listed::Equipment(EquipmentId(id)),
                (None, Some(class)) => Listed::Class(class.0),
                _ => return Err(unreadable("contract_cover", "it is neither a piece nor a class")),
            };
            covered.entry(row.contract_id).or_default().push(listed);
        }
    }
    Ok(covered)
}

fn stored(
    row: contract::Model,
    level: Option<cover_level::Model>,
    covered: &HashMap<Uuid, Vec<Listed>>,
) -> Result<StoredContract, DbErr> {
    let level = level.ok_or_else(|| unreadable("contract.level_id", "there is no such level"))?;
    let covered = covered.get(&row.id).cloned().unwrap_or_default();
    let terms = ContractTerms {
        kind: row.kind.0,
        level: level.cover.0,
        site: row.site_id.map(SiteId),
        ports: number("contract.ports", row.ports)?,
        covered,
        access: Access { mode: row.access_mode.0, paths: from_json("contract.access_paths", &row.access_paths)? },
        zone: zone("contract.zone", &row.zone)?,
        starts_on: date("contract.starts_on", &row.starts_on)?,
        first_term_ends_on: date("contract.first_term_ends_on", &row.first_term_ends_on)?,
        ends_on: date_null("contract.ends_on", row.ends_on.as_deref())?,
        cat4_response: row.cat4_response.0,
    };
    let location = row.location.as_deref().map(|text| from_json("contract.location", text)).transpose()?;
    let contract = Contract {
        id: ContractId(row.id),
        terms,
        location,
        activated_at: row.activated_at.map(Timestamp::from),
        inspection: from_json("contract.inspection", &row.inspection)?,
        earlier: Vec::new(),
    };
    let agreed = Agreed {
        customer: CustomerId(row.customer_id),
        level: LevelId(row.level_id),
        level_version: number("contract.level_version", row.level_version)?,
        price_list: row.price_list_id.map(PriceListId),
        policy: row.policy_id.map(PolicyId),
        follows: row.follows_id.map(ContractId),
    };
    let number = row.number;
    Ok(StoredContract { contract, number, agreed, version: row.version, created_at: row.created_at.into() })
}
