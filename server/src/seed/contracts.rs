//! The demonstration's equipment and contracts: every level once, and every state that somebody has to see to.

use domain::{
    access::{Role, Scope},
    calendar::Zone,
    contract::{
        Access, AccessMode, AccessPath, Cat4Response, Contract, ContractDraft, ContractKind, Equipment, EquipmentClass,
        Inspection, Listed, LocationApproval, Supply,
    },
    cover::CoverLevel,
    id::{AccessTargetId, ContractId, CustomerId, EquipmentId, LevelId, SiteId, UserId},
    level::{Hours, LevelTerms, Target, WORKING_HOURS},
    text::Name,
    time::Timestamp,
};
use jiff::{ToSpan, civil::Date};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{SeedError, estate, fixed_id};
use crate::store::{
    access::{self, AccessTarget},
    contracts::{self, Agreed},
    equipment::{self, PieceFields},
    hosts::{self, Host},
    levels, price_lists,
    values::Made,
};

/// The contract whose access is tested against the lab.
const TESTED: &str = "Kelston Care Homes";
/// The lab target that stands for the way in there.
pub(super) const WAY_IN: &str = "kch-voicemail";
const ZONE: &str = "Europe/London";

/// A contract with days counted from today.
struct Plan {
    customer: &'static str,
    level: CoverLevel,
    kind: ContractKind,
    one_site: bool,
    ports: u32,
    starts_in_days: i32,
    ends_in_days: Option<i32>,
    state: PlanState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum PlanState {
    Active,
    /// A draft that takes the place of the contract before it in the list.
    Upgrade,
}

const fn plan(customer: &'static str, level: CoverLevel, ports: u32, starts_in_days: i32) -> Plan {
    Plan {
        customer,
        level,
        kind: ContractKind::Paid,
        one_site: matches!(level, CoverLevel::Cat4),
        ports,
        starts_in_days,
        ends_in_days: None,
        state: PlanState::Active,
    }
}

/// Bottom up: the included month ends by itself, and the paid contract follows it.
fn plans(today: Date) -> Result<Vec<Plan>, SeedError> {
    let month_first = today.checked_sub(15.days()).map_err(|error| DbErr::Custom(error.to_string()))?;
    let month_end = domain::quote::included_month_end(month_first).unwrap_or(today);
    let after_month = (month_end - today).get_days() + 1;
    Ok(vec![
        plan("Kelston Care Homes", CoverLevel::Cat4, 24, -240),
        plan("Bramley & Stone", CoverLevel::Cat4, 40, -400),
        plan("Harbour Dental Group", CoverLevel::Cat2, 16, -150),
        Plan { state: PlanState::Upgrade, ..plan("Harbour Dental Group", CoverLevel::Cat4, 16, 14) },
        Plan { ends_in_days: Some(25), ..plan("Saltford Motors", CoverLevel::Cat2, 12, -339) },
        Plan { kind: ContractKind::IncludedMonth, ..plan("Tamar Outdoor", CoverLevel::Cat1, 8, -15) },
        plan("Tamar Outdoor", CoverLevel::Cat1, 8, after_month),
        plan("Wells Housing Trust", CoverLevel::Cat1, 10, -60),
        plan("Copperfield Primary", CoverLevel::CatS, 0, -90),
        plan("Avon Freight", CoverLevel::Custom, 30, -200),
    ])
}

/// Writes equipment for every host and some more, and the contracts. The levels must be there.
pub(super) async fn write(tx: &DatabaseTransaction, now: Timestamp) -> Result<(), SeedError> {
    let zone = Zone::parse(ZONE).map_err(|error| DbErr::Custom(error.to_string()))?;
    let today = zone.date_at(now);
    for name in estate::customer_names() {
        write_equipment(tx, estate::customer_id(name), name, today, now).await?;
    }
    let nights = write_custom_level(tx, now).await?;
    let mut before: Option<ContractId> = None;
    for (place, plan) in plans(today)?.iter().enumerate() {
        let follows = before.filter(|_| plan.state == PlanState::Upgrade);
        let id = ContractId(fixed_id(&format!("demo contract {place}")));
        write_contract(tx, plan, id, follows, nights, today, now).await?;
        before = Some(id);
    }
    Ok(())
}

fn class_of(host: &Host) -> EquipmentClass {
    match host.kind.as_str() {
        "asterisk" | "mitel_3300" | "mitel_sx2000" => EquipmentClass::PhoneSystem,
        "router" | "switch" => EquipmentClass::Network,
        "server" => EquipmentClass::Server,
        _ => EquipmentClass::Other,
    }
}

async fn write_equipment(
    tx: &DatabaseTransaction,
    customer: CustomerId,
    name: &str,
    today: Date,
    now: Timestamp,
) -> Result<(), SeedError> {
    let warranty = today.checked_add(2.years()).ok();
    // Out of warranty: a contract that lists it waits for its inspection.
    let old = name == "Wells Housing Trust";
    let mut pieces = Vec::new();
    for host in hosts::of_customer(tx, Scope::Everything, customer).await? {
        let class = class_of(&host);
        let supply = if class == EquipmentClass::Server { Supply::ByUsRecognised } else { Supply::ByUs };
        let warranty_ends_on = if old { today.checked_sub(1.year()).ok() } else { warranty };
        pieces.push(PieceFields {
            site: Some(host.site),
            host: Some(host.id),
            name: Name::parse(&host.system)?,
            class,
            supply,
            warranty_ends_on,
        });
    }
    let extra = |name: &str, class, supply, warranty_ends_on| {
        Ok::<_, SeedError>(PieceFields {
            site: None,
            host: None,
            name: Name::parse(name)?,
            class,
            supply,
            warranty_ends_on,
        })
    };
    match name {
        TESTED => pieces.push(extra("Handsets, 136", EquipmentClass::Handset, Supply::ByUs, warranty)?),
        "Saltford Motors" => {
            pieces.push(extra("Old file server", EquipmentClass::Server, Supply::ByOthers, None)?);
        }
        _ => {}
    }
    for (place, piece) in pieces.iter().enumerate() {
        let id = EquipmentId(fixed_id(&format!("demo equipment {name} {place}")));
        equipment::insert(tx, id, customer, piece, now).await?;
    }
    Ok(())
}

async fn write_custom_level(tx: &DatabaseTransaction, now: Timestamp) -> Result<LevelId, SeedError> {
    let id = LevelId(fixed_id("demo level depot nights"));
    let cat2 = LevelTerms::seeded(CoverLevel::Cat2)
        .ok_or_else(|| DbErr::Custom("Cat2 is one of the seeded levels".to_owned()))?;
    let terms = LevelTerms {
        level: CoverLevel::Custom,
        name: "Depot nights".to_owned(),
        response: Some(Target { target_s: 2 * 3_600, hours: Hours::Inside(WORKING_HOURS.to_owned()) }),
        paging: Some(Hours::Always),
        ..cat2
    };
    levels::insert(tx, id, &terms, Made::seeded(now)).await?;
    Ok(id)
}

async fn write_contract(
    tx: &DatabaseTransaction,
    plan: &Plan,
    id: ContractId,
    follows: Option<ContractId>,
    nights: LevelId,
    today: Date,
    now: Timestamp,
) -> Result<(), SeedError> {
    let customer = estate::customer_id(plan.customer);
    let in_days = |days: i32| today.checked_add(days.days()).map_err(|error| DbErr::Custom(error.to_string()));
    let pieces = equipment::of_customer(tx, Scope::Everything, customer).await?;
    let pieces: Vec<Equipment> = pieces.into_iter().map(|piece| piece.equipment).collect();
    let servers = pieces.iter().filter(|one| one.class == EquipmentClass::Server && one.may_be_listed());
    let classes = [EquipmentClass::PhoneSystem, EquipmentClass::Network, EquipmentClass::Adaptor];
    let site = SiteId(fixed_id(&format!("demo site {}", plan.customer)));
    let draft = ContractDraft {
        kind: plan.kind,
        level: plan.level.as_str().to_owned(),
        site: plan.one_site.then_some(site),
        ports: plan.ports,
        covered: classes.map(Listed::Class).into_iter().chain(servers.map(|one| Listed::Equipment(one.id))).collect(),
        access: Access { mode: AccessMode::Standing, paths: vec![AccessPath::Ssh] },
        zone: ZONE.to_owned(),
        starts_on: in_days(plan.starts_in_days)?.to_string(),
        first_term_ends_on: None,
        ends_on: plan.ends_in_days.map(in_days).transpose()?.map(|date| date.to_string()),
        cat4_response: Cat4Response::AsCat1,
    };
    let terms =
        draft.check(&pieces).map_err(|wrong| DbErr::Custom(format!("contract of {}: {wrong:?}", plan.customer)))?;
    let entered_at = terms.begins_at().plus_seconds(-3 * 86_400).min(now);
    let approval = LocationApproval::give(site, approver(), Role::Administrator, entered_at);
    let mut contract = Contract {
        id,
        terms,
        location: approval.ok().filter(|_| plan.one_site && plan.state == PlanState::Active),
        activated_at: None,
        inspection: Inspection::NotNeeded,
        earlier: Vec::new(),
    };
    if plan.state == PlanState::Active {
        contract = contract
            .activate(&pieces, entered_at)
            .map_err(|wrong| DbErr::Custom(format!("contract of {}: {wrong:?}", plan.customer)))?;
    }
    let level = match plan.level {
        CoverLevel::Custom => levels::find(tx, nights).await?,
        cover => levels::find_by_cover(tx, cover).await?,
    };
    let level = level.ok_or_else(|| DbErr::Custom("the levels are planted first".to_owned()))?;
    let price_list = price_lists::latest(tx).await?.map(|list| list.id);
    let agreed =
        Agreed { customer, level: level.id, level_version: level.terms.version, price_list, policy: None, follows };
    contracts::insert(tx, &contract, &agreed, entered_at).await?;
    Ok(())
}

fn approver() -> UserId {
    UserId(fixed_id("demo user ellie.marsh@faultdesk.example"))
}

/// Points the tested access at the port that the lab has got this time.
pub(super) async fn point_access(tx: &DatabaseTransaction, address: &str, now: Timestamp) -> Result<(), SeedError> {
    let customer = estate::customer_id(TESTED);
    let Some(contract) = contracts::of_customer(tx, Scope::Everything, customer).await?.pop() else { return Ok(()) };
    let id = AccessTargetId(fixed_id("demo access"));
    access::remove(tx, id).await?;
    let target = AccessTarget {
        id,
        contract: contract.contract.id,
        path: AccessPath::Ssh,
        address: address.to_owned(),
        last: None,
    };
    Ok(access::insert(tx, &target, now).await?)
}
