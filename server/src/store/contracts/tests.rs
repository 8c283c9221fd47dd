use domain::{
    access::Role,
    contract::{
        Access, AccessMode, AccessPath, Cat4Response, ContractDraft, ContractKind, ContractState, EquipmentClass,
        Inspection, Listed, LocationApproval,
    },
    cover::CoverLevel,
    id::{EquipmentId, SiteId, UserId},
};
use uuid::Uuid;

use super::*;
use crate::{
    store::{
        equipment::tests::{fields, piece},
        faults::new_id,
        hosts::fixtures::{Owner, host, now, owner},
        policies, price_lists, seeds,
    },
    testing::databases,
};

/// A contract for phone systems from a day on, put in force a month before now.
pub(crate) fn contract(level: CoverLevel, site: Option<SiteId>, starts_on: &str) -> Contract {
    let draft = ContractDraft {
        kind: ContractKind::Paid,
        level: level.as_str().to_owned(),
        site,
        ports: 12,
        covered: vec![Listed::Class(EquipmentClass::PhoneSystem)],
        access: Access { mode: AccessMode::Standing, paths: vec![AccessPath::Ssh, AccessPath::Mitel] },
        zone: "Europe/London".to_owned(),
        starts_on: starts_on.to_owned(),
        first_term_ends_on: None,
        ends_on: None,
        cat4_response: Cat4Response::AsCat1,
    };
    let by = UserId(Uuid::from_u128(3));
    Contract {
        id: ContractId(new_id(now()).unwrap()),
        terms: draft.check(&[]).unwrap(),
        location: site.map(|site| LocationApproval::give(site, by, Role::Supervisor, now()).unwrap()),
        activated_at: Some(now().plus_seconds(-30 * 86_400)),
        inspection: Inspection::NotNeeded,
        earlier: Vec::new(),
    }
}

/// What a contract of today is agreed under.
pub(crate) async fn agreed(db: &impl ConnectionTrait, customer: CustomerId, level: CoverLevel) -> Agreed {
    let level = levels::find_by_cover(db, level).await.unwrap().unwrap();
    let price_list = price_lists::latest(db).await.unwrap().map(|list| list.id);
    Agreed { customer, level: level.id, level_version: level.terms.version, price_list, policy: None, follows: None }
}

/// Stores `contract` for `owner` and returns its id.
pub(crate) async fn store(db: &impl ConnectionTrait, owner: Owner, contract: &Contract) -> ContractId {
    let agreed = agreed(db, owner.customer, contract.terms.level).await;
    insert(db, contract, &agreed, now()).await.unwrap();
    contract.id
}

fn ids(found: &[StoredContract]) -> Vec<ContractId> {
    found.iter().map(|one| one.contract.id).collect()
}

#[tokio::test]
async fn a_contract_comes_back_as_it_was_agreed() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let server = piece(db, bath.customer, &fields("Server", EquipmentClass::Server)).await;
        let mut new = contract(CoverLevel::Cat4, Some(bath.site), "2026-04-01");
        new.terms.covered.push(Listed::Equipment(server));
        new.terms.ends_on = Some(jiff::civil::date(2028, 3, 31));
        new.inspection = Inspection::Pending { because: vec![server] };
        let policy = domain::id::PolicyId(new_id(now()).unwrap());
        let made = crate::store::values::Made::seeded(now());
        policies::insert(db, policy, &policies::tests::policy("Night shift"), made).await.unwrap();
        let agreed = Agreed { policy: Some(policy), ..agreed(db, bath.customer, CoverLevel::Cat4).await };
        insert(db, &new, &agreed, now()).await.unwrap();
        let found = find(db, Scope::Customer(bath.customer), new.id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", found.contract), format!("{new:?}"), "{}", test.name);
        assert_eq!((found.agreed, found.version, found.created_at), (agreed, 1, now()), "{}", test.name);
        assert!(found.agreed.price_list.is_some(), "{}", test.name);
        let used = policies::Use {
            policy: Some(policy),
            contract: new.id,
            customer: "Bath".to_owned(),
            level: CoverLevel::Cat4,
        };
        assert_eq!(policies::uses(db, now()).await.unwrap(), [used], "{}", test.name);
        let ended = now().plus_seconds(3 * 366 * 86_400);
        assert!(policies::uses(db, ended).await.unwrap().is_empty(), "{}", test.name);
    }
}

#[tokio::test]
async fn another_customers_contract_is_not_found() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let pbx = host(&test.db, bath, "pbx-1").await;
        let id = store(db, bath, &contract(CoverLevel::Cat1, None, "2026-04-01")).await;
        let (own, other) = (Scope::Customer(bath.customer), Scope::Customer(avon.customer));
        for (scope, expected) in [(own, vec![id]), (Scope::Everything, vec![id]), (other, Vec::new())] {
            let found = find(db, scope, id).await.unwrap();
            assert_eq!(ids(found.as_slice()), expected, "{} {scope:?}", test.name);
            assert_eq!(ids(&of_customer(db, scope, bath.customer).await.unwrap()), expected, "{}", test.name);
            assert_eq!(ids(&in_force(db, scope, bath.customer, now()).await.unwrap()), expected, "{}", test.name);
            assert_eq!(ids(&of_host(db, scope, pbx, now()).await.unwrap()), expected, "{}", test.name);
        }
    }
}

#[tokio::test]
async fn an_edit_proves_its_version_and_replaces_what_is_covered() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let mut edited = contract(CoverLevel::Cat1, None, "2026-04-01");
        store(db, bath, &edited).await;
        let pbx = piece(db, bath.customer, &fields("Mitel", EquipmentClass::PhoneSystem)).await;
        let (router, pbx) = (Listed::Class(EquipmentClass::Network), Listed::Equipment(pbx));
        edited.terms.covered = vec![router, pbx, router];
        edited.terms.level = CoverLevel::Cat2;
        edited.terms.ports = 20;
        edited.terms.ends_on = Some(jiff::civil::date(2027, 3, 31));
        let by = UserId(Uuid::from_u128(3));
        edited.inspection = Inspection::Settled { at: now(), by, note: "waived".to_owned() };
        let agreed = agreed(db, bath.customer, CoverLevel::Cat2).await;
        assert_eq!(update(db, &edited, &agreed, 1).await.unwrap(), 1, "{}", test.name);
        assert_eq!(update(db, &edited, &agreed, 1).await.unwrap(), 0, "someone was faster: {}", test.name);
        edited.terms.covered.pop();
        let found = find(db, Scope::Everything, edited.id).await.unwrap().unwrap();
        assert_eq!(format!("{:?}", found.contract), format!("{edited:?}"), "{}", test.name);
        assert_eq!(found.version, 2);
        let stranger = Agreed { customer: owner(&test.db, "Avon").await.customer, ..agreed };
        assert_eq!(update(db, &edited, &stranger, 2).await.unwrap(), 0, "the customer stays: {}", test.name);
    }
}

#[tokio::test]
async fn a_level_that_is_another_is_refused() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let new = contract(CoverLevel::Cat2, None, "2026-04-01");
        let cat1 = agreed(db, bath.customer, CoverLevel::Cat1).await;
        let error = insert(db, &new, &cat1, now()).await.unwrap_err();
        assert!(error.to_string().contains("no cat2"), "{} {error}", test.name);
        let ahead = Agreed { level_version: 2, ..agreed(db, bath.customer, CoverLevel::Cat2).await };
        assert!(insert(db, &new, &ahead, now()).await.is_err(), "{}", test.name);
    }
}

#[tokio::test]
async fn a_contract_is_in_force_from_its_first_to_its_last_instant() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let mut year = contract(CoverLevel::Cat1, None, "2026-04-01");
        year.terms.ends_on = Some(jiff::civil::date(2027, 3, 31));
        let id = store(db, bath, &year).await;
        let mut draft = contract(CoverLevel::Cat4, Some(bath.site), "2026-04-01");
        draft.activated_at = None;
        store(db, bath, &draft).await;
        let mut moved = contract(CoverLevel::Cat4, Some(bath.site), "2026-04-01");
        moved.location = None;
        store(db, bath, &moved).await;
        for (instant, expected) in [
            ("2026-03-31T22:59:59.999999Z", vec![]),
            ("2026-03-31T23:00:00Z", vec![id]),
            ("2027-03-31T22:59:59.999999Z", vec![id]),
            ("2027-03-31T23:00:00Z", vec![]),
        ] {
            let at = instant.parse::<jiff::Timestamp>().unwrap().into();
            let found = in_force(db, Scope::Everything, bath.customer, at).await.unwrap();
            assert_eq!(ids(&found), expected, "{} {instant}", test.name);
        }
    }
}

#[tokio::test]
async fn of_several_contracts_the_one_for_the_site_and_in_force_is_asked_first() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let wells = SiteId(new_id(now()).unwrap());
        let name = domain::text::Name::parse("Wells").unwrap();
        crate::store::customers::create_site(db, wells, bath.customer, name, now()).await.unwrap();
        let mut ended = contract(CoverLevel::Cat4, Some(bath.site), "2025-04-01");
        ended.terms.ends_on = Some(jiff::civil::date(2026, 3, 31));
        let ended = store(db, bath, &ended).await;
        let all = store(db, bath, &contract(CoverLevel::Cat2, None, "2026-04-01")).await;
        let here = store(db, bath, &contract(CoverLevel::Cat1, Some(bath.site), "2026-04-01")).await;
        let there = store(db, bath, &contract(CoverLevel::Cat4, Some(wells), "2026-04-01")).await;
        let found = of_host(db, Scope::Everything, pbx, now()).await.unwrap();
        assert_eq!(ids(&found), [here, all, ended], "{}", test.name);
        assert_eq!(found[2].contract.state_at(now()), ContractState::Ended, "{}", test.name);
        let in_force = in_force(db, Scope::Everything, bath.customer, now()).await.unwrap();
        assert_eq!(ids(&in_force), [there, here, all], "{}", test.name);
        assert_eq!(of_customer(db, Scope::Everything, bath.customer).await.unwrap().len(), 4);
        let nowhere = HostId(Uuid::from_u128(7));
        assert!(of_host(db, Scope::Everything, nowhere, now()).await.unwrap().is_empty(), "{}", test.name);
    }
}

#[tokio::test]
async fn equipment_that_a_contract_lists_cannot_be_deleted() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let id: EquipmentId = piece(db, bath.customer, &fields("Mitel", EquipmentClass::PhoneSystem)).await;
        let mut new = contract(CoverLevel::Cat1, None, "2026-04-01");
        new.terms.covered = vec![Listed::Equipment(id)];
        store(db, bath, &new).await;
        let error = entity::equipment::Entity::delete_by_id(id.0).exec(db).await.unwrap_err();
        let foreign = matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)));
        assert!(foreign, "{} {error}", test.name);
    }
}

#[tokio::test]
async fn contracts_are_numbered_and_know_what_was_covered_before() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let mut first = contract(CoverLevel::Cat1, None, "2026-01-01");
        first.terms.ends_on = Some(jiff::civil::date(2026, 3, 31));
        store(db, bath, &first).await;
        let upgrade = contract(CoverLevel::Cat2, Some(bath.site), "2026-04-01");
        let other = contract(CoverLevel::Cat2, None, "2026-04-01");
        let (upgrade, other) = (store(db, bath, &upgrade).await, store(db, avon, &other).await);
        let pbx = piece(db, bath.customer, &fields("Mitel", EquipmentClass::PhoneSystem)).await;
        let pbx = crate::store::equipment::find(db, Scope::Everything, pbx).await.unwrap().unwrap().equipment;
        let stored = all(db, Scope::Everything).await.unwrap();
        let mut numbers: Vec<_> = stored.iter().map(|one| one.number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, [201, 202, 203], "{}", test.name);
        let since = |id: ContractId| {
            stored.iter().find(|one| one.contract.id == id).unwrap().contract.covers_since(&pbx).to_string()
        };
        assert_eq!(since(upgrade), "2026-01-01T00:00:00Z", "{}", test.name);
        assert_eq!(since(other), "2026-03-31T23:00:00Z", "another customer's contract: {}", test.name);
        assert_eq!(all(db, Scope::Customer(avon.customer)).await.unwrap().len(), 1, "{}", test.name);
    }
}
