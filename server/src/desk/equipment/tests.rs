use domain::{
    access::Role,
    id::{SessionId, UserId},
    time::Timestamp,
};

use super::*;
use crate::{
    store::hosts::fixtures::{host, owner},
    testing::databases,
};

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn who(role: Role, customer: Option<CustomerId>) -> Principal {
    let user = UserId(new_id(now()).unwrap());
    Principal { user, session: SessionId(user.0), name: "x".to_owned(), role, customer }
}

fn fields(error: ApiError) -> Vec<String> {
    match error {
        ApiError::Invalid(wrong) => wrong.into_iter().map(|error| error.field).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_piece_belongs_to_a_site_and_a_host_of_its_own_customer() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let (own, other) = (host(&test.db, bath, "pbx-1").await, host(&test.db, avon, "pbx-2").await);
        let engineer = who(Role::Engineer, None);
        let input = |site: SiteId, host: HostId| PieceInput {
            customer: bath.customer.to_string(),
            name: "Mitel 3300".to_owned(),
            class: "phone_system".to_owned(),
            supply: "by_us".to_owned(),
            warranty_ends_on: "2030-12-31".to_owned(),
            site: site.to_string(),
            host: host.to_string(),
            version: String::new(),
        };
        let wrong = desk.save(&engineer, None, input(avon.site, other)).await.unwrap_err();
        assert_eq!(fields(wrong), ["site", "host"], "{}", test.name);
        let wrong = PieceInput {
            class: "toaster".to_owned(),
            supply: String::new(),
            name: String::new(),
            ..input(bath.site, own)
        };
        assert_eq!(fields(desk.save(&engineer, None, wrong).await.unwrap_err()), ["name", "class", "supply"]);
        desk.save(&engineer, None, input(bath.site, own)).await.unwrap();
        let page = desk.page(&engineer, bath.customer, None).await.unwrap();
        let piece = page.pieces.first().unwrap();
        assert_eq!((piece.host.as_str(), piece.warranty_ends.as_str()), ("pbx-1", "31 Dec 2030"), "{}", test.name);
        let agent = who(Role::Agent, None);
        let refused = desk.remove(&agent, piece.id, piece.version).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}", test.name);
        let foreign = who(Role::Manager, Some(avon.customer));
        assert_eq!(desk.remove(&foreign, piece.id, piece.version).await, Err(ApiError::NotFound), "{}", test.name);
        assert_eq!(desk.page(&foreign, bath.customer, None).await, Err(ApiError::NotFound), "{}", test.name);
        desk.remove(&engineer, piece.id, piece.version).await.unwrap();
        assert!(matches!(desk.remove(&engineer, piece.id, piece.version).await, Err(ApiError::NotFound)));
    }
}
