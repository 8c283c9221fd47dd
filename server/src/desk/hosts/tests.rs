use app::api::{
    board::TileState,
    error::ApiError,
    hosts::{ChartRange, HostDesk, HostInput, ServiceInput},
    live::LiveChange,
    principal::Principal,
};
use domain::{
    access::{Role, Scope},
    id::{HostId, ServiceId},
    observation::Status,
    service::ServiceState,
};
use uuid::Uuid;

use super::{Desk, fixtures::*};
use crate::{
    chunk::Sample,
    store::{
        counters::{self, Counter},
        events, faults, history, hosts,
        hosts::fixtures::{self as rows, Owner, now},
        services,
        states::{self, NewTransition},
    },
    testing::{TestDb, databases, sqlite},
    vault::Vault,
};

/// Two customers with a host and a service each.
struct Estate {
    test: TestDb,
    desk: Desk,
    engine: crate::engine::Engine,
    bath: Owner,
    avon: Owner,
    pbx: HostId,
    page: ServiceId,
}

async fn estate(test: TestDb) -> Estate {
    let (bath, avon) = (rows::owner(&test.db, "Bath").await, rows::owner(&test.db, "Avon").await);
    let pbx = rows::host(&test.db, bath, "pbx-1").await;
    let page = rows::service(&test.db, bath, pbx, "Status page").await;
    let other = rows::host(&test.db, avon, "pbx-9").await;
    rows::service(&test.db, avon, other, "Ping").await;
    let engine = engine(&test.db);
    let desk = desk(&test.db, &engine);
    Estate { test, desk, engine, bath, avon, pbx, page }
}

fn host_input(site: Uuid, name: &str) -> HostInput {
    HostInput {
        name: name.to_owned(),
        system: "Bath phone system".to_owned(),
        kind: "asterisk".to_owned(),
        address: "192.0.2.20".to_owned(),
        site: site.to_string(),
        version: "1".to_owned(),
        ..HostInput::default()
    }
}

fn service_input(params: &[(&str, &str)]) -> ServiceInput {
    ServiceInput {
        name: "Status page".to_owned(),
        kind: "http".to_owned(),
        target: "http://{address}/status".to_owned(),
        params: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        version: "1".to_owned(),
        ..ServiceInput::default()
    }
}

fn fields(error: ApiError) -> Vec<String> {
    match error {
        ApiError::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// What every method of the desk answers about one host and one service of it.
async fn answers(desk: &Desk, who: &Principal, name: &str, host: HostId, service: ServiceId) -> Vec<Option<ApiError>> {
    let site = Uuid::nil();
    vec![
        desk.page(who, name, ChartRange::Hour, None).await.err(),
        desk.page(who, name, ChartRange::Hour, Some(service)).await.err(),
        desk.host_form(who, Some(name)).await.err(),
        desk.save_host(who, Some(host), host_input(site, name)).await.err(),
        desk.pause_host(who, host, true).await.err(),
        desk.pause_host(who, host, false).await.err(),
        desk.remove_host(who, host).await.err(),
        desk.service_form(who, name, None).await.err(),
        desk.service_form(who, name, Some(service)).await.err(),
        desk.save_service(who, host, None, service_input(&[])).await.err(),
        desk.save_service(who, host, Some(service), service_input(&[])).await.err(),
        desk.pause_service(who, service, true).await.err(),
        desk.remove_service(who, service).await.err(),
        desk.probe_now(who, service).await.err(),
    ]
}

#[actix_rt::test]
async fn the_host_of_another_customer_is_answered_like_one_that_does_not_exist() {
    for test in databases().await {
        let estate = estate(test).await;
        for role in [Role::Viewer, Role::Contact, Role::Manager] {
            let who = of(estate.avon, role);
            let theirs = answers(&estate.desk, &who, "pbx-1", estate.pbx, estate.page).await;
            let nobodys = HostId(Uuid::from_u128(77));
            let none = answers(&estate.desk, &who, "pbx-77", nobodys, ServiceId(nobodys.0)).await;
            assert_eq!(theirs, none, "{} {role:?}", estate.test.name);
            assert!(theirs.iter().all(|answer| *answer == Some(ApiError::NotFound)), "{theirs:?}");
            let list = estate.desk.list(&who, None, "pbx".to_owned()).await.unwrap();
            let names: Vec<_> = list.hosts.iter().map(|host| host.name.as_str()).collect();
            assert_eq!((names, list.total), (vec!["pbx-9"], 1));
        }
        let lost = Principal { customer: None, ..of(estate.avon, Role::Manager) };
        assert_eq!(estate.desk.list(&lost, None, String::new()).await.unwrap().total, 0);
        assert_eq!(estate.desk.page(&lost, "pbx-1", ChartRange::Hour, None).await, Err(ApiError::NotFound));
        let stored = services::find(estate.test.db.read(), Scope::Everything, estate.page).await.unwrap().unwrap();
        assert_eq!((stored.version, stored.paused_at), (1, None), "nothing was changed");
    }
}

#[actix_rt::test]
async fn who_may_see_a_host_may_not_therefore_change_it() {
    let estate = estate(sqlite().await).await;
    for who in [of(estate.bath, Role::Manager), of(estate.bath, Role::Viewer), staff(Role::Agent)] {
        let answers = answers(&estate.desk, &who, "pbx-1", estate.pbx, estate.page).await;
        let (pages, rest) = answers.split_at(2);
        assert_eq!(pages, [None, None], "{:?}", who.role);
        let (probe, edits) = rest.split_last().unwrap();
        assert!(edits.iter().all(|answer| matches!(answer, Some(ApiError::Forbidden { .. }))), "{edits:?}");
        // Any of the staff may look again.
        assert_eq!(probe.is_none(), who.role.is_staff(), "{:?}", who.role);
        let new = estate.desk.save_host(&who, None, host_input(estate.bath.site.0, "new")).await;
        assert!(matches!(new, Err(ApiError::Forbidden { .. })), "{new:?}");
    }
}

#[actix_rt::test]
async fn a_customer_sees_a_reduced_page() {
    let estate = estate(sqlite().await).await;
    let router = rows::host(&estate.test.db, estate.avon, "router-9").await;
    hosts::set_parents(estate.test.db.writer(), estate.pbx, &[router]).await.unwrap();
    observe(&estate.engine, estate.page, Some(4_000));
    let seen = estate.desk.page(&staff(Role::Agent), "pbx-1", ChartRange::Hour, None).await.unwrap();
    assert_eq!((seen.address.as_str(), seen.access_note.as_str()), ("192.0.2.10", "jump host"));
    assert_eq!((seen.parents.as_slice(), seen.may_edit), (["router-9".to_owned()].as_slice(), false));
    assert_eq!(seen.services[0].target, "http://192.0.2.10/status");
    let own = estate.desk.page(&of(estate.bath, Role::Manager), "PBX-1", ChartRange::Hour, None).await.unwrap();
    let json = serde_json::to_string(&own).unwrap();
    for hidden in ["192.0.2.10", "jump host", "router-9", "Avon"] {
        assert!(!json.contains(hidden), "{hidden} in {json}");
    }
    assert_eq!((own.services[0].latency_us, own.services[0].tile.state), (Some(4_000), TileState::Pending));
    let found = estate.desk.list(&of(estate.bath, Role::Viewer), None, "192.0.2".to_owned()).await.unwrap();
    assert_eq!(found.total, 0, "customers do not search addresses");
    assert_eq!(estate.desk.list(&staff(Role::Agent), None, "192.0.2".to_owned()).await.unwrap().total, 3);
}

#[actix_rt::test]
async fn a_fault_of_our_own_is_no_news_for_a_customer() {
    let estate = estate(sqlite().await).await;
    let db = &estate.test.db;
    rows::open_fault(db, estate.bath, estate.pbx, estate.page, 1_001, Status::Unknown).await;
    let watch = ServiceState::Hard { status: Status::Unknown, first_bad_at: now(), differing: 0 }.into();
    let (service, host, at) = (estate.page, estate.pbx, now().plus_seconds(-9));
    let new = NewTransition {
        service,
        host,
        seq: 1,
        at,
        status: Status::Unknown,
        hard: true,
        watch,
        detail: "no resolver".to_owned(),
    };
    states::store(db.writer(), &new, Some(1_001)).await.unwrap();
    observe(&estate.engine, estate.page, Some(1));
    let staffs = estate.desk.page(&staff(Role::Agent), "pbx-1", ChartRange::Hour, None).await.unwrap();
    assert_eq!((staffs.tile.state, staffs.services[0].fault), (TileState::Unknown, Some(1_001)));
    assert_eq!((staffs.timeline.len(), staffs.chart.unwrap().faults.len()), (1, 1));
    let own = estate.desk.page(&of(estate.bath, Role::Contact), "pbx-1", ChartRange::Hour, None).await.unwrap();
    assert_eq!((own.services[0].tile.state, own.services[0].fault), (TileState::Pending, None));
    assert_eq!((own.timeline.len(), own.chart.unwrap().faults.len()), (0, 0));
}

#[actix_rt::test]
async fn a_host_is_added_and_changed_with_everything_that_belongs_to_it() {
    for test in databases().await {
        let estate = estate(test).await;
        let (db, who) = (&estate.test.db, staff(Role::Engineer));
        let input = HostInput { parents: "pbx-1".to_owned(), ..host_input(estate.bath.site.0, "PBX-2") };
        assert_eq!(estate.desk.save_host(&who, None, input).await.unwrap(), "pbx-2", "{}", estate.test.name);
        assert_eq!(counters::last(db.read(), Counter::Configuration).await.unwrap(), 1);
        let news = events::after(db.read(), 0, 9).await.unwrap();
        assert_eq!(news.iter().map(|one| one.customer).collect::<Vec<_>>(), [estate.bath.customer]);
        assert!(matches!(news[0].change, LiveChange::Estate { customer } if customer == estate.bath.customer));
        let form = estate.desk.host_form(&who, Some("pbx-2")).await.unwrap();
        assert_eq!((form.input.parents.as_str(), form.version), ("pbx-1", 1));
        assert_eq!(form.parents, ["pbx-1", "pbx-9"], "a host is no parent of itself");
        let edit = HostInput { address: "192.0.2.21".to_owned(), parents: String::new(), ..form.input };
        estate.desk.save_host(&who, form.id, edit.clone()).await.unwrap();
        let acts = rows::acts(db).await;
        assert_eq!((acts[1].0.as_str(), acts[1].1.as_str()), ("host.edit", "pbx-2"), "{}", estate.test.name);
        assert_eq!(acts[1].2, "address 192.0.2.20 to 192.0.2.21, other parents");
        let late = estate.desk.save_host(&who, form.id, edit).await.unwrap_err();
        let ApiError::Conflict(words) = late else { panic!("{late:?}") };
        assert!(words.starts_with("Priya Nair changed pbx-2 at "), "{words}");
        assert_eq!(counters::last(db.read(), Counter::Configuration).await.unwrap(), 2, "{}", estate.test.name);
    }
}

#[actix_rt::test]
async fn every_wrong_field_of_a_host_is_named_at_once_even_those_only_the_database_knows() {
    let estate = estate(sqlite().await).await;
    let who = staff(Role::Engineer);
    let input = HostInput {
        kind: "toaster".to_owned(),
        address: "a b".to_owned(),
        parents: "nowhere".to_owned(),
        ..host_input(Uuid::from_u128(5), "pbx-9")
    };
    let wrong = fields(estate.desk.save_host(&who, None, input.clone()).await.unwrap_err());
    assert_eq!(wrong, ["kind", "address", "site", "name", "parents"]);
    let input = HostInput { version: String::new(), site: estate.avon.site.to_string(), ..input };
    let wrong = fields(estate.desk.save_host(&who, Some(estate.pbx), input).await.unwrap_err());
    assert_eq!(wrong, ["kind", "address", "version", "site", "name", "parents"], "a host stays with its customer");
    assert_eq!(counters::last(estate.test.db.read(), Counter::Configuration).await.unwrap(), 0);
}

#[actix_rt::test]
async fn hosts_that_depend_on_each_other_are_refused_by_name() {
    for test in databases().await {
        let estate = estate(test).await;
        let who = staff(Role::Engineer);
        let behind = HostInput { parents: "pbx-1".to_owned(), ..host_input(estate.bath.site.0, "pbx-2") };
        estate.desk.save_host(&who, None, behind).await.unwrap();
        let input = HostInput { parents: "pbx-2 pbx-9".to_owned(), ..host_input(estate.bath.site.0, "pbx-1") };
        let wrong = estate.desk.save_host(&who, Some(estate.pbx), input).await.unwrap_err();
        let expected = "would make a loop: pbx-1 behind pbx-2 behind pbx-1";
        assert_eq!(wrong.field("parents").as_deref(), Some(expected), "{}", estate.test.name);
        let own = HostInput { parents: "pbx-1".to_owned(), ..host_input(estate.bath.site.0, "pbx-1") };
        let wrong = estate.desk.save_host(&who, Some(estate.pbx), own).await.unwrap_err();
        assert!(wrong.field("parents").unwrap().ends_with("pbx-1 behind pbx-1"));
    }
}

#[actix_rt::test]
async fn two_edits_at_once_do_not_make_a_loop_together() {
    for test in databases().await {
        let estate = estate(test).await;
        let (desk, who) = (&estate.desk, staff(Role::Engineer));
        desk.save_host(&who, None, host_input(estate.bath.site.0, "pbx-2")).await.unwrap();
        let second = desk.find(&who, "pbx-2").await.unwrap().id;
        let one = HostInput { parents: "pbx-2".to_owned(), ..host_input(estate.bath.site.0, "pbx-1") };
        let two = HostInput { parents: "pbx-1".to_owned(), ..host_input(estate.bath.site.0, "pbx-2") };
        let (one, two) =
            tokio::join!(desk.save_host(&who, Some(estate.pbx), one), desk.save_host(&who, Some(second), two));
        assert!(one.is_ok() != two.is_ok(), "{}: {one:?} {two:?}", estate.test.name);
    }
}

#[actix_rt::test]
async fn a_secret_is_sealed_in_the_database_and_leaves_it_only_for_a_probe() {
    for test in databases().await {
        let estate = estate(test).await;
        let (db, who) = (&estate.test.db, staff(Role::Engineer));
        let basic = [("username", "jo"), ("password", "hunter2")];
        estate.desk.save_service(&who, estate.pbx, Some(estate.page), service_input(&basic)).await.unwrap();
        let stored = async || services::find(db.read(), Scope::Everything, estate.page).await.unwrap().unwrap();
        let first = stored().await;
        assert!(first.params.first("password").unwrap().starts_with("enc:v1:"), "{}", estate.test.name);
        let form = estate.desk.service_form(&who, "pbx-1", Some(estate.page)).await.unwrap();
        assert_eq!(form.stored_secrets, ["password"]);
        let json = serde_json::to_string(&form).unwrap();
        assert!(!json.contains("hunter2") && !json.contains("enc:v1:"), "{json}");
        let edit = ServiceInput { interval_s: "30".to_owned(), ..form.input };
        estate.desk.save_service(&who, estate.pbx, Some(estate.page), edit).await.unwrap();
        let kept = stored().await;
        assert_eq!((kept.params.clone(), kept.policy.interval_s, kept.version), (first.params, 30, 3));
        let watched = services::watched_one(db.read(), estate.pbx).await.unwrap().unwrap();
        let clear = services::reveal(&Vault::new(&signer()), &watched.services[0].params).unwrap();
        assert_eq!(clear.first("password"), Some("hunter2"));
        let acts = rows::acts(db).await;
        assert_eq!(acts[0].2, "another password, another username");
        assert_eq!(acts[1].2, "interval_s 60 to 30");
    }
}

#[actix_rt::test]
async fn a_service_is_checked_against_its_host_its_version_and_the_limit() {
    let estate = estate(sqlite().await).await;
    let (db, who) = (&estate.test.db, staff(Role::Engineer));
    let wrong =
        ServiceInput { target: "nonsense".to_owned(), version: "x".to_owned(), ..service_input(&[("status", "9")]) };
    let wrong = fields(estate.desk.save_service(&who, estate.pbx, Some(estate.page), wrong).await.unwrap_err());
    assert_eq!(wrong, ["version", "target", "params.status"]);
    let other = estate.desk.find(&who, "pbx-9").await.unwrap().id;
    let elsewhere = estate.desk.save_service(&who, other, Some(estate.page), service_input(&[])).await;
    assert_eq!(elsewhere, Err(ApiError::NotFound), "a service is edited at its own host only");
    estate.desk.save_service(&who, estate.pbx, Some(estate.page), service_input(&[])).await.unwrap();
    let late = estate.desk.save_service(&who, estate.pbx, Some(estate.page), service_input(&[])).await;
    assert!(matches!(late, Err(ApiError::Conflict(_))), "{late:?}");
    for number in 1..services::SERVICES_MAX {
        rows::service(db, estate.bath, estate.pbx, &format!("s-{number}")).await;
    }
    let many = estate.desk.save_service(&who, estate.pbx, None, service_input(&[])).await.unwrap_err();
    assert!(many.field("name").unwrap().contains("100 services"), "{many}");
}

#[actix_rt::test]
async fn pausing_closes_the_fault_and_ends_the_history_once() {
    for test in databases().await {
        let estate = estate(test).await;
        let (db, who) = (&estate.test.db, staff(Role::Supervisor));
        rows::open_fault(db, estate.bath, estate.pbx, estate.page, 1_001, Status::Critical).await;
        let watch = ServiceState::Hard { status: Status::Critical, first_bad_at: now(), differing: 0 }.into();
        let (service, host) = (estate.page, estate.pbx);
        let at = now().plus_seconds(-600);
        let new = NewTransition {
            service,
            host,
            seq: 1,
            at,
            status: Status::Critical,
            hard: true,
            watch,
            detail: String::new(),
        };
        states::store(db.writer(), &new, Some(1_001)).await.unwrap();
        estate.desk.pause_service(&who, estate.page, true).await.unwrap();
        estate.desk.pause_service(&who, estate.page, true).await.unwrap();
        assert_eq!(faults::open(db.read(), Scope::Everything).await.unwrap().len(), 0, "{}", estate.test.name);
        let page = estate.desk.page(&who, "pbx-1", ChartRange::Hour, None).await.unwrap();
        assert_eq!((page.services[0].tile.state, page.services[0].fault), (TileState::Paused, None));
        assert_eq!(page.timeline.len(), 2, "{}", estate.test.name);
        assert_eq!(page.timeline[0].tile.state, TileState::Paused);
        assert!(page.timeline[0].text.ends_with("paused by Priya Nair"), "{}", page.timeline[0].text);
        let again = estate.desk.probe_now(&who, estate.page).await;
        assert!(matches!(again, Err(ApiError::Conflict(_))), "{again:?}");
        // The host is paused and removed as well: what was paused before has nothing more to end.
        estate.desk.pause_host(&who, estate.pbx, true).await.unwrap();
        estate.desk.pause_service(&who, estate.page, false).await.unwrap();
        estate.desk.pause_host(&who, estate.pbx, false).await.unwrap();
        estate.desk.remove_host(&who, estate.pbx).await.unwrap();
        assert_eq!(estate.desk.remove_host(&who, estate.pbx).await, Err(ApiError::NotFound));
        assert_eq!(estate.desk.remove_service(&who, estate.page).await, Err(ApiError::NotFound));
        let rows = history::of_host(db.read(), estate.pbx, history::Which::All, 9).await.unwrap();
        assert_eq!(rows.iter().filter(|row| row.is_stop()).count(), 2, "one pause, one removal: {}", estate.test.name);
        let words: Vec<_> = rows::acts(db).await.into_iter().map(|act| act.0).collect();
        let expected = ["service.pause", "host.pause", "service.resume", "host.resume", "host.remove"];
        assert_eq!(words, expected, "{}", estate.test.name);
    }
}

#[actix_rt::test]
async fn a_removed_host_leaves_the_graph_and_frees_its_name() {
    let estate = estate(sqlite().await).await;
    let who = staff(Role::Engineer);
    let behind = HostInput { parents: "pbx-1".to_owned(), ..host_input(estate.bath.site.0, "pbx-2") };
    estate.desk.save_host(&who, None, behind).await.unwrap();
    estate.desk.remove_host(&who, estate.pbx).await.unwrap();
    assert_eq!(estate.desk.host_form(&who, Some("pbx-2")).await.unwrap().input.parents, "");
    estate.desk.save_host(&who, None, host_input(estate.bath.site.0, "pbx-1")).await.unwrap();
}

fn samples(count: i64, latency_us: u32) -> Vec<Sample> {
    let sample = |index: i64| Sample {
        at: now().plus_seconds(-3_000 + index * 60),
        status: Status::Ok,
        latency_us: Some(latency_us),
    };
    (0..count).map(sample).collect()
}

#[actix_rt::test]
async fn the_chart_shows_what_is_stored_and_what_is_in_memory() {
    for test in databases().await {
        let estate = estate(test).await;
        let db = &estate.test.db;
        history::upsert_chunk(db.writer(), estate.page, &samples(48, 2_000)).await.unwrap();
        observe(&estate.engine, estate.page, Some(9_000));
        observe(&estate.engine, estate.page, Some(9_000));
        let step = |seq, at_s: i64, status| NewTransition {
            service: estate.page,
            host: estate.pbx,
            seq,
            at: now().plus_seconds(at_s),
            status,
            hard: true,
            watch: ServiceState::Ok { since: now() }.into(),
            detail: String::new(),
        };
        for (seq, at_s, status) in [(1, -9_000, Status::Ok), (2, -600, Status::Critical), (3, -300, Status::Ok)] {
            states::store(db.writer(), &step(seq, at_s, status), None).await.unwrap();
        }
        let page = estate.desk.page(&staff(Role::Agent), "pbx-1", ChartRange::Hour, Some(estate.page)).await.unwrap();
        let chart = page.chart.unwrap();
        assert_eq!((chart.points.len(), chart.bars.len()), (48, 60), "{}", estate.test.name);
        let drawn = chart.points.iter().flatten().count();
        assert!((38..=42).contains(&drawn), "50 minutes of an hour: {drawn}");
        assert_eq!(chart.points[20].unwrap().median_us, 2_000);
        assert_eq!(chart.points[47].map(|point| point.p95_us), Some(9_000), "{}", estate.test.name);
        assert_eq!((chart.totals.down_us, chart.totals.unwatched_us), (300_000_000, 0), "{}", estate.test.name);
        assert_eq!(chart.totals.whole_us(), 3_600_000_000);
        assert_eq!(page.timeline.len(), 3);
        assert_eq!(page.services[0].tile.state, TileState::Ok);
    }
}

#[actix_rt::test]
async fn a_service_that_was_not_seen_for_long_is_stale_and_never_green() {
    let estate = estate(sqlite().await).await;
    let clock = crate::clock::Clock::from(now().plus_seconds(131));
    let vault = Vault::new(&signer());
    // The desk began to look just now: nothing seen yet is no sign of trouble.
    let fresh = Desk::new(estate.test.db.clone(), clock, estate.engine.clone(), vault.clone(), "x".to_owned());
    let state = async |desk: &Desk| {
        let page = desk.page(&staff(Role::Agent), "pbx-1", ChartRange::Hour, None).await.unwrap();
        page.services[0].tile.state
    };
    assert_eq!(state(&fresh).await, TileState::Pending);
    observe(&estate.engine, estate.page, Some(1));
    let stored = ServiceState::Ok { since: now() }.into();
    states::put(estate.test.db.writer(), estate.page, &stored, 1, now(), "").await.unwrap();
    assert_eq!(state(&estate.desk).await, TileState::Ok);
    assert_eq!(state(&fresh).await, TileState::Stale, "older than two intervals and the time limit");
}

#[actix_rt::test]
async fn a_list_goes_on_where_its_page_ended() {
    let estate = estate(sqlite().await).await;
    let tx = estate.test.db.begin().await.unwrap();
    for number in 0..hosts::PAGE {
        let id = HostId(Uuid::from_u128(u128::from(number) + 100));
        let fields = rows::host_fields(estate.bath, &format!("x-{number:03}"));
        hosts::insert(&tx, id, &fields, now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let who = staff(Role::Engineer);
    let first = estate.desk.list(&who, None, String::new()).await.unwrap();
    assert_eq!((first.hosts.len(), first.total, first.may_edit), (200, 202, true));
    assert_eq!((first.hosts[0].name.as_str(), first.hosts[0].services), ("pbx-9", 1), "Avon comes before Bath");
    let rest = estate.desk.list(&who, first.next_after, String::new()).await.unwrap();
    assert_eq!((rest.hosts.len(), rest.next_after), (2, None));
    for odd in ["", "x", "Bath\npbx\0"] {
        let wrong = estate.desk.list(&who, Some(odd.to_owned()), String::new()).await.unwrap_err();
        assert_eq!(fields(wrong), ["after"], "{odd:?}");
    }
    let found = estate.desk.list(&who, None, " pbx\0-9 ".to_owned()).await.unwrap();
    assert_eq!(found.total, 1, "what no name can hold is not searched for");
}

#[actix_rt::test]
async fn a_name_that_is_no_host_name_is_not_found() {
    let estate = estate(sqlite().await).await;
    for odd in ["", "x", "../etc", "pbx-1\0", &"a".repeat(500)] {
        let found = estate.desk.page(&staff(Role::Agent), odd, ChartRange::Hour, None).await;
        assert_eq!(found.err(), Some(ApiError::NotFound), "{odd:?}");
    }
    let other = ServiceId(Uuid::from_u128(404));
    let page = estate.desk.page(&staff(Role::Agent), "pbx-1", ChartRange::Hour, Some(other)).await.unwrap();
    assert_eq!(page.chart.unwrap().service, estate.page, "an unknown service shows the first one");
    let form = estate.desk.service_form(&staff(Role::Engineer), "pbx-1", Some(other)).await;
    assert_eq!(form.err(), Some(ApiError::NotFound));
}
