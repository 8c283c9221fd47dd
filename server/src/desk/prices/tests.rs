use domain::{access::Role, cover::CoverLevel, quote::QuoteRequest};

use super::*;
use crate::{
    desk::levels::tests::{now, person},
    store::{levels, seeds, tickets::promise},
    testing::databases,
};

/// Net pence of 12 ports of Cat2 in year 2, as the calculator has it.
async fn calculated(desk: &Desk) -> u64 {
    let guide = desk.guide().await.unwrap();
    let request = QuoteRequest { level: CoverLevel::Cat2, ports: 12, year: 2 };
    request.quote(&guide.list, guide.prices.vat).unwrap().total.net_pence
}

#[tokio::test]
async fn an_edit_changes_the_calculator_and_a_ticket_keeps_the_version_it_was_logged_under() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let administrator = person(&test.db, Role::Administrator).await;
        let cat2 = levels::find_by_cover(test.db.read(), CoverLevel::Cat2).await.unwrap().unwrap();
        let before = promise(test.db.read(), cat2.terms.clone()).await.unwrap();
        assert_eq!(calculated(&desk).await, 52_000, "{}", test.name);

        let mut input = desk.form(&administrator).await.unwrap().input;
        assert_eq!((input.cat2_port_later.as_str(), input.vat.as_str()), ("22.50", "20"), "{}", test.name);
        input.cat2_port_later = "23.75".to_owned();
        desk.save(&administrator, input.clone()).await.unwrap();
        assert_eq!(calculated(&desk).await, 53_500, "{}", test.name);
        let after = promise(test.db.read(), cat2.terms).await.unwrap();
        assert_eq!((before.terms.price_list_version, after.terms.price_list_version), (1, 2), "{}", test.name);

        let stale = desk.save(&administrator, input).await.unwrap_err();
        assert!(matches!(stale, ApiError::Conflict(_)), "{}", test.name);
        let form = desk.form(&administrator).await.unwrap();
        let versions: Vec<_> = form.versions.iter().map(|one| (one.prices.version, one.by.as_str())).collect();
        assert_eq!(versions, [(2, "administrator"), (1, "")], "{}", test.name);
    }
}

#[tokio::test]
async fn wrong_amounts_are_named_and_only_an_administrator_edits() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let administrator = person(&test.db, Role::Administrator).await;
        let good = desk.form(&administrator).await.unwrap().input;
        let wrong = PriceInput { cat1_base: "free".to_owned(), vat: "101".to_owned(), ..good.clone() };
        let ApiError::Invalid(wrong) = desk.save(&administrator, wrong).await.unwrap_err() else { panic!() };
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["cat1_base", "vat"], "{}", test.name);
        let supervisor = person(&test.db, Role::Supervisor).await;
        let refused = desk.save(&supervisor, good).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}", test.name);
        assert_eq!(desk.guide().await.unwrap().version, 1, "{}", test.name);
    }
}
