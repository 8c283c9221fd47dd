//! The queue of staff through the desk: filters, acts on several tickets, views, files.

use app::api::{
    error::ApiError,
    queue::{BulkInput, QueueDesk, QueueQuery, ViewInput},
};
use domain::{
    id::{CustomerId, UserId},
    ticket::{Priority, Queue},
};

use super::{super::staff_queue::defused, *};
use crate::store::tickets::Change;

fn agent() -> Principal {
    staff(Role::Agent)
}

async fn numbers(bench: &Bench, query: &str) -> Vec<i64> {
    let list = bench.desk.queue(&agent(), QueueQuery::parse(query)).await.unwrap();
    assert_eq!(list.total, list.rows.len() as u64, "{} {query}", bench.test.name);
    list.rows.iter().map(|row| row.number).collect()
}

fn bulk(act: &str, picked: &[(i64, i64)]) -> BulkInput {
    let picked = picked.iter().map(|(number, version)| (number.to_string(), version.to_string())).collect();
    BulkInput { picked, act: act.to_owned(), ..BulkInput::default() }
}

async fn change(bench: &Bench, ticket: TicketId, change: Change<'_>) {
    let db = bench.test.db.writer();
    let version = tickets::find_by_id(db, Scope::Everything, ticket).await.unwrap().unwrap().version;
    assert_eq!(tickets::change(db, ticket, version, &[change]).await.unwrap(), 1);
}

#[actix_rt::test]
async fn each_filter_narrows_the_queue_and_each_tab_counts_its_own() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let first = bench.number;
        let (avon, second) = open(&bench.test, bench.avon, CoverLevel::Cat1, now().plus_seconds(-7_200)).await;
        let (late, third) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-6 * 3_600)).await;
        let me = agent().user;
        change(&bench, avon, Change::Assignee(Some(me))).await;
        change(&bench, avon, Change::Priority(Priority::Urgent)).await;
        change(&bench, avon, Change::Kind(TicketKind::Question)).await;
        change(&bench, bench.ticket, Change::Queue(Queue::Field)).await;
        change(&bench, late, Change::Subject("100% of the lifts are out")).await;
        tickets::set_tags(bench.test.db.writer(), late, &["vip".to_owned()], now()).await.unwrap();
        let (bath, nobody) = (bench.bath.customer, CustomerId(uuid::Uuid::nil()));
        for (query, expected) in [
            ("", vec![third, first, second]),
            ("view=time&colour=red", vec![third, first, second]),
            ("view=unassigned", vec![third, first]),
            ("view=mine", vec![second]),
            ("assignee=me", vec![second]),
            ("assignee=nobody", vec![third, first]),
            (&format!("assignee={me}"), vec![second]),
            ("view=waiting", vec![]),
            ("view=field", vec![first]),
            ("view=snoozed", vec![]),
            ("view=closed", vec![]),
            (&format!("customer={bath}"), vec![first]),
            (&format!("customer={nobody}"), vec![]),
            ("cover=cat1", vec![second]),
            ("cover=cat1,cat2&clock=breached", vec![third]),
            ("clock=later,soon", vec![first, second]),
            ("queue=field", vec![first]),
            ("priority=urgent", vec![second]),
            ("kind=question", vec![second]),
            ("tag=vip", vec![third]),
            ("find=LIFTS", vec![third]),
            ("find=%25", vec![third]),
            ("find=_", vec![]),
            ("find=avon", vec![third, second]),
            (&format!("find=T-{first}"), vec![first]),
            ("state=open", vec![third, first, second]),
            ("state=waiting_maker", vec![]),
        ] {
            assert_eq!(numbers(&bench, query).await, expected, "{} {query}", bench.test.name);
        }
        let list = bench.desk.queue(&agent(), QueueQuery::parse("cover=cat1")).await.unwrap();
        let tabs = list.tabs;
        assert_eq!((tabs.open, tabs.unassigned, tabs.mine, tabs.field, tabs.snoozed), (3, 2, 1, 1, 0));
        let sorted = list.rows[0].sorted.clone().unwrap();
        assert_eq!((sorted.assigned_to.as_str(), sorted.priority), ("Priya Nair", Priority::Urgent));
        assert_eq!(bench.desk.queue(&bench.customer(), QueueQuery::default()).await.map(drop), Err(forbidden()));
    }
}

fn forbidden() -> ApiError {
    ApiError::Forbidden { ask: "the person at your company who manages your users".to_owned() }
}

#[actix_rt::test]
async fn the_head_says_what_is_urgent_and_when_clocks_stop() {
    for bench in benches(CoverLevel::Cat1, 1_200).await {
        open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-5 * 3_600)).await;
        let list = bench.desk.queue(&agent(), QueueQuery::default()).await.unwrap();
        assert_eq!(list.lede, "1 has breached. Cat1 clocks stop at 17:00, in 18 min.", "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_act_on_several_answers_for_each_and_is_taken_back() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (other, number) = open(&bench.test, bench.avon, CoverLevel::Cat1, now().plus_seconds(-7_200)).await;
        let picked = [(bench.number, 1), (number, 1), (9_999, 1)];
        let input = BulkInput { tag: "Storm".to_owned(), ..bulk("tag", &picked) };
        let done = bench.desk.bulk(&agent(), input).await.unwrap();
        assert_eq!(done.words, "2 tickets tagged storm. 1 was refused.", "{}", bench.test.name);
        assert!(done.can_undo);
        let page = bench.desk.results(&agent(), done.id).await.unwrap();
        let rows: Vec<_> = page.rows.iter().map(|row| (row.number, row.refused.is_some())).collect();
        assert_eq!(rows, [(bench.number, false), (number, false), (9_999, true)], "{}", bench.test.name);
        // One of them goes on meanwhile.
        change(&bench, other, Change::Priority(Priority::High)).await;
        let back = bench.desk.undo(&agent(), done.id).await.unwrap();
        assert_eq!(back.words, "1 ticket as before. 1 was refused.", "{}", bench.test.name);
        let db = bench.test.db.read();
        assert_eq!(tickets::tags(db, bench.ticket).await.unwrap(), [""; 0], "{}", bench.test.name);
        assert_eq!(tickets::tags(db, other).await.unwrap(), ["storm"], "{}", bench.test.name);
        assert!(matches!(bench.desk.undo(&agent(), done.id).await, Err(ApiError::Conflict(_))), "once");
        // A stale version and an owed response are refused in words.
        let stale = bench.desk.bulk(&agent(), bulk("close", &[(bench.number, 1)])).await.unwrap();
        let words = bench.desk.results(&agent(), stale.id).await.unwrap().rows[0].refused.clone().unwrap();
        assert!(words.contains("Nobody has responded yet"), "{words}");
        let input = BulkInput { queue: "field".to_owned(), ..bulk("queue", &[(bench.number, 1)]) };
        let stale = bench.desk.bulk(&agent(), input).await.unwrap();
        let words = bench.desk.results(&agent(), stale.id).await.unwrap().rows[0].refused.clone().unwrap();
        assert!(words.contains("in the meantime"), "{words}");
        assert_eq!(numbers(&bench, "queue=field").await, [0; 0], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn every_act_does_what_it_says() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let me = agent().user;
        let base = |act: &str, version| bulk(act, &[(bench.number, version)]);
        let with = |input: BulkInput| async { bench.desk.bulk(&agent(), input).await.unwrap() };
        let done = with(BulkInput { assignee: "me".to_owned(), ..base("assign", 1) }).await;
        assert_eq!(done.words, "1 ticket assigned to Priya Nair.", "{}", bench.test.name);
        with(BulkInput { queue: "office".to_owned(), ..base("queue", 2) }).await;
        with(BulkInput { priority: "urgent".to_owned(), ..base("priority", 3) }).await;
        let done = with(BulkInput { until: "tomorrow".to_owned(), ..base("snooze", 4) }).await;
        assert_eq!(done.words, "1 ticket snoozed until Wed 25 Nov 2026, 09:00.", "{}", bench.test.name);
        assert_eq!(numbers(&bench, "view=time").await, [0; 0], "out of sight: {}", bench.test.name);
        assert_eq!(numbers(&bench, "view=snoozed").await, [bench.number], "{}", bench.test.name);
        let ticket = tickets::find(bench.test.db.read(), Scope::Everything, bench.number).await.unwrap().unwrap();
        assert_eq!(ticket.care.assignee, Some(UserId(me.0)), "{}", bench.test.name);
        assert_eq!((ticket.origin.queue, ticket.origin.priority), (Queue::Office, Priority::Urgent));
        with(base("wake", 5)).await;
        assert_eq!(numbers(&bench, "view=mine").await, [bench.number], "{}", bench.test.name);
        with(BulkInput { until: "hour".to_owned(), ..base("snooze", 6) }).await;
        assert_eq!(numbers(&bench, "view=mine").await, [0; 0], "{}", bench.test.name);
        bench.desk.reply(&bench.customer(), bench.number, reply("Any news?")).await.unwrap();
        assert_eq!(numbers(&bench, "view=mine").await, [bench.number], "a message wakes it: {}", bench.test.name);
        bench.answer(bench.number, "Mended").await;
        let done = with(base("close", 8)).await;
        assert_eq!((done.words.as_str(), done.can_undo), ("1 ticket closed.", false), "{}", bench.test.name);
        assert_eq!(numbers(&bench, "view=closed").await, [bench.number], "{}", bench.test.name);
        for wrong in [
            base("explode", 9),
            base("assign", 7),
            BulkInput { tag: "two words".to_owned(), ..base("tag", 7) },
            BulkInput { until: "never".to_owned(), ..base("snooze", 7) },
            bulk("close", &[]),
        ] {
            assert!(matches!(bench.desk.bulk(&agent(), wrong).await, Err(ApiError::Invalid(_))));
        }
        assert_eq!(bench.desk.bulk(&bench.customer(), base("close", 7)).await, Err(forbidden()));
    }
}

#[actix_rt::test]
async fn the_next_that_nobody_has_is_taken_once_each() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (_, over) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-5 * 3_600)).await;
        assert_eq!(bench.desk.take(&agent()).await, Ok(over), "{}", bench.test.name);
        assert_eq!(bench.desk.take(&agent()).await, Ok(bench.number), "{}", bench.test.name);
        assert!(matches!(bench.desk.take(&agent()).await, Err(ApiError::Conflict(_))), "{}", bench.test.name);
        assert_eq!(bench.desk.take(&bench.customer()).await, Err(forbidden()));
    }
}

#[actix_rt::test]
async fn a_view_is_private_until_it_is_shared_and_may_be_the_default() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let other = Principal { user: UserId(new_id(now()).unwrap()), ..staff(Role::Engineer) };
        let new = NewUser {
            id: other.user,
            customer: None,
            name: Name::parse("Tom Okafor").unwrap(),
            email: EmailAddress::parse("tom@desk.example").unwrap(),
            role: Role::Engineer,
            password_hash: None,
            receives_faults: false,
            at: now(),
        };
        users::create(bench.test.db.writer(), new).await.unwrap();
        let input = |name: &str| ViewInput {
            name: name.to_owned(),
            query: "view=mine&cover=cat2&colour=red&after=x".to_owned(),
            default: "yes".to_owned(),
            ..ViewInput::default()
        };
        let view = bench.desk.save_view(&agent(), input("My Cat2")).await.unwrap();
        assert_eq!((view.query.as_str(), view.is_default), ("view=mine&cover=cat2", true), "{}", bench.test.name);
        assert!(matches!(bench.desk.save_view(&agent(), input("My Cat2")).await, Err(ApiError::Invalid(_))));
        assert!(matches!(bench.desk.save_view(&agent(), input(" ")).await, Err(ApiError::Invalid(_))));
        let shown = bench.desk.queue(&agent(), QueueQuery::default()).await.unwrap();
        assert_eq!((shown.query.saved, shown.total), (Some(view.id), 0), "the default: {}", bench.test.name);
        assert_eq!(bench.desk.queue(&agent(), QueueQuery::parse("view=time")).await.unwrap().total, 1);
        assert_eq!(bench.desk.views(&other).await.unwrap().views, [], "private: {}", bench.test.name);
        let edit = |shared: &str, version: i64| ViewInput {
            id: view.id.to_string(),
            version: version.to_string(),
            name: "Cat2".to_owned(),
            shared: shared.to_owned(),
            ..ViewInput::default()
        };
        let shared = bench.desk.save_view(&agent(), edit("yes", 1)).await.unwrap();
        assert_eq!((shared.name.as_str(), shared.query.as_str()), ("Cat2", "view=mine&cover=cat2"));
        assert!(!shared.is_default, "unticked: {}", bench.test.name);
        assert!(matches!(bench.desk.save_view(&agent(), edit("yes", 1)).await, Err(ApiError::Conflict(_))), "stale");
        let seen = bench.desk.views(&other).await.unwrap().views;
        assert_eq!((seen.len(), seen[0].own, seen[0].by.as_str()), (1, false, "Priya Nair"), "{}", bench.test.name);
        // A colleague may use it, and neither change nor remove it.
        assert_eq!(bench.desk.save_view(&other, edit("", 2)).await, Err(ApiError::NotFound), "{}", bench.test.name);
        assert_eq!(bench.desk.remove_view(&other, view.id).await, Err(ApiError::NotFound), "{}", bench.test.name);
        bench.desk.remove_view(&agent(), view.id).await.unwrap();
        assert_eq!(bench.desk.remove_view(&agent(), view.id).await, Err(ApiError::NotFound), "{}", bench.test.name);
        assert_eq!(bench.desk.save_view(&bench.customer(), input("x")).await, Err(forbidden()));
    }
}

#[actix_rt::test]
async fn a_file_has_the_filtered_rows_and_runs_nothing() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (other, number) = open(&bench.test, bench.avon, CoverLevel::Cat1, now().plus_seconds(-7_200)).await;
        change(&bench, other, Change::Subject("=HYPERLINK(\"http://x\",\"y\")")).await;
        let text = bench.desk.csv(&agent(), QueueQuery::parse("cover=cat1")).await.unwrap();
        let lines: Vec<_> = text.split("\r\n").collect();
        assert_eq!(lines.len(), 3, "{} {text}", bench.test.name);
        let start = format!(
            "T-{number},\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",Avon,Cat1,Fault logged,Open,Normal,Support,,Later,"
        );
        assert!(lines[1].starts_with(&start), "{}", lines[1]);
        assert_eq!(bench.desk.csv(&bench.customer(), QueueQuery::default()).await, Err(forbidden()));
    }
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_defused() {
    for (cell, expected) in [
        ("Night bell", "Night bell"),
        ("a,b", "\"a,b\""),
        ("say \"no\"", "\"say \"\"no\"\"\""),
        ("=1+1", "\"'=1+1\""),
        ("+44 1632", "\"'+44 1632\""),
        ("-2", "\"'-2\""),
        ("@SUM(A1)", "\"'@SUM(A1)\""),
        ("  =1", "\"'  =1\""),
        ("\t=1", "\"'\t=1\""),
        ("", ""),
    ] {
        assert_eq!(defused(cell), expected, "{cell:?}");
    }
}
