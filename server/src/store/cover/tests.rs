use domain::{
    contract::{Cat4Response, Contract},
    id::PolicyId,
};

use super::*;
use crate::{
    store::{
        contracts::tests::{agreed, contract, store},
        faults::new_id,
        hosts::fixtures::{Owner, host, now, owner},
        seeds,
        values::Made,
    },
    testing::databases,
};

/// A contract on Cat4 for a site, with the response target of Cat2.
fn cat4_as_cat2(owner: Owner) -> Contract {
    let mut contract = contract(CoverLevel::Cat4, Some(owner.site), "2026-04-01");
    contract.terms.cat4_response = Cat4Response::AsCat2;
    contract
}

#[tokio::test]
async fn a_host_has_the_level_of_its_contract_until_that_ends() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let mut new = cat4_as_cat2(bath);
        new.terms.ends_on = Some(jiff::civil::date(2027, 3, 31));
        store(db, bath, &new).await;
        let promises = Promises::load(db).await.unwrap();
        let standing = of_host(db, &promises, pbx, now(), now()).await.unwrap();
        let levels = (standing.level.level, standing.response.level);
        assert_eq!(levels, (CoverLevel::Cat4, CoverLevel::Cat2), "{}", test.name);
        let after = now().plus_seconds(365 * 86_400);
        let standing = of_host(db, &promises, pbx, after, after).await.unwrap();
        let levels = (standing.level.level, standing.response.level, standing.is_covered());
        assert_eq!(levels, (CoverLevel::None, CoverLevel::None, false), "{}", test.name);
        assert!(standing.contract.is_some(), "its end is the reason: {}", test.name);
    }
}

#[tokio::test]
async fn a_fault_escalates_by_the_policy_of_its_contract_or_the_usual_one() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let id = PolicyId(new_id(now()).unwrap());
        let nights = policies::tests::policy("Nights");
        let version = policies::insert(db, id, &nights, Made::seeded(now())).await.unwrap().unwrap();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let agreed = agreed(db, bath.customer, CoverLevel::Cat1).await;
        let agreed = contracts::Agreed { policy: Some(id), ..agreed };
        contracts::insert(db, &contract(CoverLevel::Cat1, None, "2026-04-01"), &agreed, now()).await.unwrap();
        store(db, avon, &contract(CoverLevel::Cat1, None, "2026-04-01")).await;
        let promises = Promises::load(db).await.unwrap();
        let usual = policies::usual(db).await.unwrap().unwrap().id;
        for (owner, name, expected) in [(bath, "bath-pbx", version), (avon, "avon-pbx", usual)] {
            let pbx = host(&test.db, owner, name).await;
            let standing = of_host(db, &promises, pbx, now(), now()).await.unwrap();
            let paging = standing.paging(&promises).unwrap().unwrap();
            assert_eq!(paging.policy, expected, "{}", test.name);
            assert_eq!(paging.paging, None, "nothing is listed, so nobody is paged: {}", test.name);
        }
    }
}

#[tokio::test]
async fn a_site_has_its_own_level_and_a_customer_the_best_of_them() {
    for test in databases().await {
        let db = test.db.writer();
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        store(db, bath, &contract(CoverLevel::Cat4, Some(bath.site), "2026-04-01")).await;
        store(db, bath, &contract(CoverLevel::Cat1, None, "2026-04-01")).await;
        let levels = Levels::of_customers(db, &[bath.customer, avon.customer]).await.unwrap();
        let at_site = |site| levels.at_site(bath.customer, site, now());
        assert_eq!(at_site(bath.site), CoverLevel::Cat4, "{}", test.name);
        assert_eq!(at_site(avon.site), CoverLevel::Cat1, "{}: a site without one of its own", test.name);
        assert_eq!(levels.of_customer(bath.customer, now()), CoverLevel::Cat4, "{}", test.name);
        assert_eq!(levels.of_customer(avon.customer, now()), CoverLevel::None, "{}", test.name);
    }
}
