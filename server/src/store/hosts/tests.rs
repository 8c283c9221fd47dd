use super::{fixtures::*, *};
use crate::testing::databases;

async fn listed(db: &impl ConnectionTrait, scope: Scope, after: Option<(&str, &str)>, find: &Find) -> Vec<Host> {
    let (hosts, more) = list(db, scope, after, find).await.unwrap();
    assert!(!more);
    hosts
}

fn names(hosts: &[Host]) -> Vec<&str> {
    hosts.iter().map(|host| host.name.as_str()).collect()
}

fn searched(text: &str, addresses: bool) -> Find {
    Find { text: text.to_owned(), addresses }
}

#[tokio::test]
async fn a_list_is_ordered_by_customer_and_stays_in_its_scope() {
    for test in databases().await {
        let (bath, avon) = (owner(&test.db, "Bath Bakery").await, owner(&test.db, "Avon Tyres").await);
        for (owner, name) in [(bath, "b-2"), (bath, "b-1"), (avon, "z-1")] {
            host(&test.db, owner, name).await;
        }
        let all = listed(test.db.read(), Scope::Everything, None, &Find::default()).await;
        assert_eq!(names(&all), ["z-1", "b-1", "b-2"], "{}", test.name);
        let after = Some(("Avon Tyres", "z-1"));
        let rest = listed(test.db.read(), Scope::Everything, after, &Find::default()).await;
        assert_eq!(names(&rest), ["b-1", "b-2"], "{}", test.name);
        let after = Some(("Bath Bakery", "b-1"));
        let rest = listed(test.db.read(), Scope::Everything, after, &Find::default()).await;
        assert_eq!(names(&rest), ["b-2"], "{}", test.name);
        let own = Scope::Customer(avon.customer);
        assert_eq!(names(&listed(test.db.read(), own, None, &Find::default()).await), ["z-1"]);
        assert_eq!(count(test.db.read(), own, &Find::default()).await.unwrap(), 1);
        let theirs = HostName::parse("b-1").unwrap();
        assert_eq!(find(test.db.read(), own, &theirs).await.unwrap(), None, "{}", test.name);
        let found = find(test.db.read(), Scope::Everything, &theirs).await.unwrap().unwrap();
        assert_eq!((found.customer_name.as_str(), found.site_name.as_str()), ("Bath Bakery", "Head office"));
        assert_eq!(find_by_id(test.db.read(), own, found.id).await.unwrap(), None, "{}", test.name);
    }
}

#[tokio::test]
async fn a_search_takes_signs_literally_and_addresses_only_when_asked() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath 100% Bakery").await;
        host(&test.db, bath, "pbx_1").await;
        host(&test.db, bath, "pbx-2").await;
        for (text, addresses, expected) in [
            ("PBX", false, 2),
            ("pbx_", false, 1),
            ("100%", false, 2),
            ("0%B", false, 0),
            ("phone SYSTEM", false, 2),
            ("192.0.2", false, 0),
            ("192.0.2", true, 2),
            ("\\", true, 0),
            ("' OR 1=1 --", true, 0),
        ] {
            let find = searched(text, addresses);
            let found = listed(test.db.read(), Scope::Everything, None, &find).await;
            assert_eq!(found.len(), expected, "{} {text:?}", test.name);
            assert_eq!(count(test.db.read(), Scope::Everything, &find).await.unwrap(), expected as u64);
        }
    }
}

#[tokio::test]
async fn an_edit_of_a_row_that_changed_meanwhile_changes_nothing() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let id = host(&test.db, bath, "pbx-1").await;
        let mut fields = host_fields(bath, "pbx-1");
        fields.system = Name::parse("New name").unwrap();
        assert_eq!(update(test.db.writer(), id, 1, &fields).await.unwrap(), 1, "{}", test.name);
        assert_eq!(update(test.db.writer(), id, 1, &fields).await.unwrap(), 0, "{}", test.name);
        let row = find_by_id(test.db.read(), Scope::Everything, id).await.unwrap().unwrap();
        assert_eq!((row.system.as_str(), row.version), ("New name", 2));
    }
}

#[tokio::test]
async fn a_removed_host_is_gone_and_its_name_is_free() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let id = host(&test.db, bath, "pbx-1").await;
        let twice = insert(test.db.writer(), HostId(Uuid::from_u128(7)), &host_fields(bath, "pbx-1"), now()).await;
        assert!(crate::desk::is_unique_violation(&twice.unwrap_err()), "{}", test.name);
        assert_eq!(remove(test.db.writer(), id, now()).await.unwrap(), 1);
        assert_eq!(remove(test.db.writer(), id, now()).await.unwrap(), 0);
        assert_eq!(find_by_id(test.db.read(), Scope::Everything, id).await.unwrap(), None, "{}", test.name);
        assert_eq!(pause(test.db.writer(), id, now()).await.unwrap(), 0, "a removed host cannot be paused");
        host(&test.db, bath, "pbx-1").await;
    }
}

#[tokio::test]
async fn pausing_and_resuming_say_whether_they_did_anything() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let id = host(&test.db, bath, "pbx-1").await;
        assert_eq!(resume(test.db.writer(), id).await.unwrap(), 0, "{}", test.name);
        assert_eq!(pause(test.db.writer(), id, now()).await.unwrap(), 1);
        assert_eq!(pause(test.db.writer(), id, now().plus_seconds(9)).await.unwrap(), 0);
        let row = find_by_id(test.db.read(), Scope::Everything, id).await.unwrap().unwrap();
        assert_eq!(row.paused_at, Some(now()));
        assert_eq!(resume(test.db.writer(), id).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn a_loop_of_parents_is_found_and_named() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let mut ids = Vec::new();
        for name in ["router", "switch", "pbx", "other"] {
            ids.push(host(&test.db, bath, name).await);
        }
        let [router, switch, pbx, other] = ids[..] else { unreachable!() };
        set_parents(test.db.writer(), switch, &[router]).await.unwrap();
        set_parents(test.db.writer(), pbx, &[switch, other]).await.unwrap();
        let db = test.db.read();
        let found = |names: &[&str]| Some(Loop::Found(names.iter().map(|name| (*name).to_owned()).collect()));
        assert_eq!(find_loop(db, router, &[pbx]).await.unwrap(), found(&["router", "pbx", "switch", "router"]));
        assert_eq!(find_loop(db, router, &[switch]).await.unwrap(), found(&["router", "switch", "router"]));
        assert_eq!(find_loop(db, router, &[router]).await.unwrap(), found(&["router", "router"]));
        assert_eq!(find_loop(db, router, &[other]).await.unwrap(), None, "{}", test.name);
        assert_eq!(find_loop(db, pbx, &[router, switch, other]).await.unwrap(), None, "{}", test.name);
        let parents_of_pbx = parents(db, pbx).await.unwrap();
        assert_eq!(parents_of_pbx, [(other, "other".to_owned()), (switch, "switch".to_owned())]);
        set_parents(test.db.writer(), pbx, &[other]).await.unwrap();
        assert_eq!(parents(db, pbx).await.unwrap(), [(other, "other".to_owned())]);
        forget_parents(test.db.writer(), other).await.unwrap();
        assert_eq!(parents(db, pbx).await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_chain_without_end_is_given_up() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let mut chain = vec![host(&test.db, bath, "h-0").await];
    for number in 1..70 {
        let next = host(&test.db, bath, &format!("h-{number}")).await;
        set_parents(test.db.writer(), chain[chain.len() - 1], &[next]).await.unwrap();
        chain.push(next);
    }
    let new = host(&test.db, bath, "new").await;
    assert_eq!(find_loop(test.db.read(), new, &[chain[0]]).await.unwrap(), Some(Loop::TooDeep));
    assert_eq!(find_loop(test.db.read(), new, &[chain[20]]).await.unwrap(), None);
}

#[tokio::test]
async fn a_page_says_whether_more_follow() {
    let test = crate::testing::sqlite().await;
    let bath = owner(&test.db, "Bath").await;
    let tx = test.db.begin().await.unwrap();
    for number in 0..PAGE {
        let id = HostId(Uuid::from_u128(u128::from(number) + 1));
        insert(&tx, id, &host_fields(bath, &format!("h-{number:03}")), now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    let all = Find::default();
    let (page, more) = list(test.db.read(), Scope::Everything, None, &all).await.unwrap();
    assert_eq!((page.len() as u64, more), (PAGE, false));
    host(&test.db, bath, "h-999").await;
    let (page, more) = list(test.db.read(), Scope::Everything, None, &all).await.unwrap();
    assert_eq!((page.len() as u64, more), (PAGE, true));
    assert_eq!(names(&listed(test.db.read(), Scope::Everything, Some(("Bath", "h-199")), &all).await), ["h-999"]);
}

#[tokio::test]
async fn a_mark_is_made_of_what_is_watched_and_of_open_faults() {
    use crate::store::{faults::By, services};
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let (pbx, other) = (host(&test.db, bath, "pbx-1").await, host(&test.db, bath, "pbx-2").await);
        let (one, two) = (service(&test.db, bath, pbx, "one").await, service(&test.db, bath, pbx, "two").await);
        services::pause(test.db.writer(), two, now()).await.unwrap();
        let fault = open_fault(&test.db, bath, pbx, one, 1_001, domain::observation::Status::Critical).await;
        let ack = domain::fault::Acknowledgement {
            side: domain::access::Side::Staff,
            by: "Priya".to_owned(),
            at: now(),
            note: String::new(),
            expires_at: None,
            sticky: false,
        };
        crate::store::faults::acknowledge(test.db.writer(), fault, By::User(Uuid::nil()), &ack).await.unwrap();
        let marks = marks(test.db.read(), &[pbx, other], now()).await.unwrap();
        let mark = &marks[&pbx];
        assert_eq!(mark.services, [one], "{}", test.name);
        assert_eq!((mark.faults.len(), mark.faults[0].by_staff, mark.faults[0].by_customer), (1, true, false));
        assert!(marks[&other].services.is_empty() && marks[&other].faults.is_empty(), "{}", test.name);
    }
}
