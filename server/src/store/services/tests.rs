use domain::text::Address;

use super::*;
use crate::{
    secrets::Signer,
    store::hosts::{self, fixtures::*},
    testing::databases,
};

#[tokio::test]
async fn what_was_stored_comes_back_within_its_scope_only() {
    for test in databases().await {
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let pbx = host(&test.db, bath, "pbx-1").await;
        let id = service(&test.db, bath, pbx, "Status page").await;
        let found = find(test.db.read(), Scope::Customer(bath.customer), id).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.policy, found.version), ("Status page", ProbePolicy::default(), 1));
        let other = Scope::Customer(avon.customer);
        assert_eq!(find(test.db.read(), other, id).await.unwrap(), None, "{}", test.name);
        assert_eq!(of_host(test.db.read(), other, pbx).await.unwrap(), [], "{}", test.name);
        assert_eq!(count_of_host(test.db.read(), pbx).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn an_edit_of_a_row_that_changed_meanwhile_changes_nothing() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let id = service(&test.db, bath, pbx, "Status page").await;
        let fields = ServiceFields { kind: ProbeKind::Ping, target: "{address}".to_owned(), ..service_fields("Ping") };
        assert_eq!(update(test.db.writer(), id, 1, &fields).await.unwrap(), 1, "{}", test.name);
        assert_eq!(update(test.db.writer(), id, 1, &fields).await.unwrap(), 0, "{}", test.name);
        let found = find(test.db.read(), Scope::Everything, id).await.unwrap().unwrap();
        assert_eq!((found.name.as_str(), found.kind, found.version), ("Ping", ProbeKind::Ping, 2));
    }
}

#[tokio::test]
async fn only_what_is_neither_paused_nor_removed_is_watched() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let (pbx, router) = (host(&test.db, bath, "pbx-1").await, host(&test.db, bath, "router-1").await);
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            ids.push(service(&test.db, bath, pbx, name).await);
        }
        let [one, two, three] = ids[..] else { unreachable!() };
        let of_router = service(&test.db, bath, router, "four").await;
        pause(test.db.writer(), two, now()).await.unwrap();
        remove(test.db.writer(), three, now()).await.unwrap();
        let all = watched(test.db.read()).await.unwrap();
        let seen = |id| {
            let host = all.iter().find(|host| host.host == id).unwrap();
            host.services.iter().map(|service| service.id).collect::<Vec<_>>()
        };
        assert_eq!((all.len(), seen(pbx), seen(router)), (2, vec![one], vec![of_router]), "{}", test.name);
        let alone = watched_one(test.db.read(), pbx).await.unwrap();
        assert_eq!(alone.as_ref(), all.iter().find(|host| host.host == pbx), "{}", test.name);
        hosts::pause(test.db.writer(), router, now()).await.unwrap();
        assert_eq!(watched_one(test.db.read(), router).await.unwrap(), None, "{}", test.name);
        assert_eq!(watched(test.db.read()).await.unwrap().len(), 1);
        resume(test.db.writer(), two).await.unwrap();
        assert_eq!(watched_one(test.db.read(), pbx).await.unwrap().unwrap().services.len(), 2);
        assert_eq!(remove_of_host(test.db.writer(), pbx, now()).await.unwrap(), 2);
        assert_eq!(watched_one(test.db.read(), pbx).await.unwrap().unwrap().services.len(), 0);
        assert_eq!(names_of_host(test.db.read(), pbx).await.unwrap().len(), 3, "history keeps the names");
    }
}

#[tokio::test]
async fn the_fingerprint_follows_what_matters_for_watching() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let pbx = host(&test.db, bath, "pbx-1").await;
    let id = service(&test.db, bath, pbx, "one").await;
    let state = async || {
        let host = watched_one(test.db.read(), pbx).await.unwrap().unwrap();
        (host.fingerprint, host.services.iter().find(|service| service.id == id).unwrap().version)
    };
    let first = state().await;
    assert_eq!(state().await, first);
    let mut fields = host_fields(bath, "pbx-1");
    fields.access_note = domain::text::Note::parse("another way in").unwrap();
    hosts::update(test.db.writer(), pbx, 1, &fields).await.unwrap();
    assert_eq!(state().await, first, "a note does not disturb the probes");
    fields.address = Address::parse("192.0.2.11").unwrap();
    hosts::update(test.db.writer(), pbx, 2, &fields).await.unwrap();
    let moved = state().await;
    assert!(moved.0 != first.0 && moved.1 != first.1, "every probe goes to the new address");
    update(test.db.writer(), id, 1, &service_fields("renamed")).await.unwrap();
    let edited = state().await;
    assert!(edited.0 != moved.0 && edited.1 != moved.1);
    service(&test.db, bath, pbx, "two").await;
    let more = state().await;
    assert!(more.0 != edited.0 && more.1 == edited.1, "a new service leaves the others alone");
}

#[tokio::test]
async fn one_damaged_row_does_not_keep_the_rest_from_being_watched() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let pbx = host(&test.db, bath, "pbx-1").await;
    let id = service(&test.db, bath, pbx, "one").await;
    let good = service(&test.db, bath, pbx, "two").await;
    service::Entity::update_many()
        .col_expr(service::Column::Params, Expr::value("{"))
        .filter(service::Column::Id.eq(id.0))
        .exec(test.db.writer())
        .await
        .unwrap();
    let services = watched(test.db.read()).await.unwrap().remove(0).services;
    assert_eq!(services.iter().map(|service| service.id).collect::<Vec<_>>(), [good]);
}

#[tokio::test]
async fn ten_thousand_hosts_are_read_in_two_queries() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let tx = test.db.begin().await.unwrap();
    for number in 0..10_000_u128 {
        let id = HostId(Uuid::from_u128(number + 1));
        let fields = host_fields(bath, &format!("h-{number}"));
        hosts::insert(&tx, id, &fields, now()).await.unwrap();
        insert(&tx, ServiceId(id.0), id, bath.customer, &service_fields("one"), now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let all = watched(test.db.read()).await.unwrap();
    assert_eq!(all.len(), 10_000);
    assert!(all.iter().all(|host| host.services.len() == 1));
    let ids: Vec<_> = all.iter().map(|host| host.host).collect();
    assert_eq!(of_hosts(test.db.read(), Scope::Everything, &ids).await.unwrap().len(), 10_000);
    assert_eq!(hosts::find_many(test.db.read(), Scope::Everything, &ids).await.unwrap().len(), 10_000);
}

#[test]
fn secrets_are_sealed_and_nothing_else_is() {
    let vault = Vault::new(&Signer::new(&[7; 32]));
    let params: Params = [("username", "jo"), ("password", "hunter2"), ("header", "enc:v1:x")].into_iter().collect();
    let sealed = seal(&vault, &params).unwrap();
    assert_eq!((sealed.first("username"), sealed.first("header")), (Some("jo"), Some("enc:v1:x")));
    assert!(!serde_json::to_string(&sealed).unwrap().contains("hunter2"));
    assert_eq!(reveal(&vault, &sealed).unwrap(), params);
    assert_eq!(seal(&vault, &sealed).unwrap(), sealed, "sealing twice changes nothing");
    assert_eq!(
        reveal(&vault, &params).unwrap(),
        params,
        "a secret in the clear, as a seed may hold, is taken as it is"
    );
    let other = Vault::new(&Signer::new(&[8; 32]));
    assert!(reveal(&other, &sealed).unwrap_err().to_string().contains("password"));
}

#[test]
fn a_typed_secret_that_looks_sealed_is_sealed_all_the_same() {
    let vault = Vault::new(&Signer::new(&[7; 32]));
    let params: Params = [("bearer", "enc:v1:AAAA")].into_iter().collect();
    let sealed = seal(&vault, &params).unwrap();
    assert_ne!(sealed, params);
    assert_eq!(reveal(&vault, &sealed).unwrap(), params);
}
