use app::api::board::TileState;
use domain::access::Role;

use super::*;
use crate::{
    desk::hosts::fixtures::{engine, of, staff},
    lab::{TargetKind, TargetPlan},
    store::hosts::fixtures::{self as rows, now},
    testing::sqlite,
};

#[test]
fn an_address_is_found_in_every_kind_of_target() {
    for (kind, target, address, expected) in [
        (ProbeKind::Http, "https://127.0.0.1:4711/status", "127.0.0.1", "127.0.0.1:4711"),
        (ProbeKind::Http, "http://127.0.0.1:4711?x", "127.0.0.1", "127.0.0.1:4711"),
        (ProbeKind::Tcp, "{address}:25", "127.0.0.1", "127.0.0.1:25"),
        (ProbeKind::Http, "http://{address}:81/", "::1", "[::1]:81"),
        (ProbeKind::Ping, "{address}", "127.83.0.1", "127.83.0.1"),
    ] {
        assert_eq!(watched(kind, target, address), expected, "{target}");
    }
}

async fn lab() -> Lab {
    let plan = |id: &str, kind| TargetPlan { id: id.to_owned(), kind };
    Lab::start(vec![plan("web", TargetKind::Http), plan("port", TargetKind::Tcp)], None).await.unwrap()
}

#[actix_rt::test]
async fn without_a_lab_there_is_no_page_and_customers_never_have_one() {
    let test = sqlite().await;
    let bath = rows::owner(&test.db, "Bath").await;
    let desk = |lab| Desk::new(test.db.clone(), Clock::from(now()), engine(&test.db), lab);
    let none = desk(None);
    assert_eq!(none.page(&staff(Role::Agent)).await.err(), Some(ApiError::NotFound));
    assert_eq!(none.mend(&staff(Role::Agent), "web").await, Err(ApiError::NotFound));
    let some = desk(Some(lab().await));
    let customer = of(bath, Role::Manager);
    assert!(matches!(some.page(&customer).await, Err(ApiError::Forbidden { .. })));
    assert!(matches!(some.break_target(&customer, "web", "refuse").await, Err(ApiError::Forbidden { .. })));
    assert!(matches!(some.mend(&customer, "web").await, Err(ApiError::Forbidden { .. })));
}

#[actix_rt::test]
async fn a_target_is_broken_and_mended_and_knows_who_watches_it() {
    let test = sqlite().await;
    let lab = lab().await;
    let web = lab.targets().remove(0).address;
    let bath = rows::owner(&test.db, "Bath").await;
    let id = rows::host(&test.db, bath, "pbx-1").await;
    let mut fields = rows::service_fields("Web page");
    fields.target = format!("http://{web}/status");
    let service = domain::id::ServiceId(uuid::Uuid::from_u128(3));
    services::insert(test.db.writer(), service, id, bath.customer, &fields, now()).await.unwrap();
    let desk = Desk::new(test.db.clone(), Clock::from(now()), engine(&test.db), Some(lab));
    let who = staff(Role::Agent);
    let page = desk.page(&who).await.unwrap();
    let host = page.targets[0].host.clone().unwrap();
    assert_eq!((host.id, host.name.as_str(), host.customer.as_str()), (id, "pbx-1", "Bath"));
    assert_eq!(host.tile.state, TileState::Pending);
    assert_eq!((page.targets[1].host.clone(), page.control.as_str()), (None::<LabHost>, ""));
    assert_eq!(page.targets[0].modes, ["refuse", "silent", "slow", "error", "garbage"]);
    desk.break_target(&who, "web", "error").await.unwrap();
    assert_eq!(desk.page(&who).await.unwrap().targets[0].state, "error");
    let wrong = desk.break_target(&who, "web", "melt").await.unwrap_err();
    let expected = "must be one of refuse, silent, slow, error, garbage for this target, not \"melt\"";
    assert_eq!(wrong.field("how").as_deref(), Some(expected));
    assert_eq!(desk.break_target(&who, "none", "error").await, Err(ApiError::NotFound));
    desk.mend(&who, "web").await.unwrap();
    assert_eq!(desk.page(&who).await.unwrap().targets[0].state, "up");
    assert_eq!(desk.mend(&who, "none").await, Err(ApiError::NotFound));
}
