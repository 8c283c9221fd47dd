//! Faults and planned quiet time: what is told, when, and that it is told once. Minutes count from 21:00 in London on
//! Friday 6 November 2026; the downtime of the matrix is from 22:00 until 23:00.

use domain::{
    downtime::{Downtime, Event as Happened, Plan, Target},
    flapping::{FlapLimits, Watch},
    id::DowntimeId,
};

use super::*;
use crate::store::downtimes::{self, StoredDowntime};

mod matrix;

fn minute(minute: i64) -> Timestamp {
    at("2026-11-06T21:00:00Z").plus_seconds(minute * 60)
}

fn since(at: Timestamp) -> i64 {
    at.seconds_since(minute(0)) / 60
}

async fn plan(world: &World, of: Watched, target: Target, plan: Plan) -> DowntimeId {
    let id = DowntimeId(new_id(now()).unwrap());
    let new = StoredDowntime {
        id,
        customer: of.owner.customer,
        target,
        downtime: Downtime::planned(plan),
        reason: "Replacing the UPS".to_owned(),
        created_at: minute(0),
        created_by: "Priya".to_owned(),
        cancelled_by: String::new(),
    };
    downtimes::insert(world.test.db.writer(), &new).await.unwrap();
    id
}

async fn fixed(world: &World, of: Watched, from: i64, until: i64) -> DowntimeId {
    let when = Plan::Fixed { from: minute(from), until: minute(until) };
    plan(world, of, Target::Host(of.host), when).await
}

async fn cancel(world: &World, id: DowntimeId, at: Timestamp) {
    let tx = world.test.db.begin().await.unwrap();
    let found = downtimes::lock(&tx, Scope::Everything, id).await.unwrap().unwrap();
    let (cancelled, _) = found.downtime.follow(Happened::Cancelled, at);
    downtimes::cancel(&tx, id, &cancelled, "Ellie").await.unwrap();
    tx.commit().await.unwrap();
}

/// What runs each second, here each minute, twice: nothing may happen twice.
async fn tick(world: &World, at: Timestamp) {
    for _ in 0..2 {
        downtimes::run_due(&world.test.db, at, "desk.example").await.unwrap();
        world.run_until(at).await;
    }
}

async fn ticks(world: &World, minutes: std::ops::RangeInclusive<i64>) {
    for one in minutes {
        tick(world, minute(one)).await;
    }
}

/// Mails of one customer's faults to `names`: "30 Jo opened".
async fn told(world: &World, of: Watched, names: &[&str]) -> Vec<String> {
    let rows = notice::Entity::find()
        .filter(notice::Column::CustomerId.eq(of.owner.customer.0))
        .filter(notice::Column::Name.is_in(names.iter().copied()))
        .order_by_asc(notice::Column::Position)
        .all(world.test.db.read())
        .await
        .unwrap();
    rows.iter().map(|row| format!("{} {} {}", since(row.queued_at.into()), row.name, row.kind)).collect()
}

#[tokio::test]
async fn calls_and_reminders_are_held_and_go_on_afterwards() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        // The reminder to Jo would be due 240 min after the opening.
        fixed(&world, bath, 260, 300).await;
        for now in 0..=310 {
            if now == 30 {
                world.open(bath, 1, minute(now)).await;
            }
            tick(&world, minute(now)).await;
        }
        let mails = told(&world, bath, &["Jo", "Sam", "Priya", "Ellie", "Ada"]).await;
        let expected = [
            "30 Jo opened",
            "30 Sam opened",
            "30 Priya escalated",
            "45 Ellie escalated",
            // Due at 90, inside.
            "120 Ada escalated",
            "300 Jo reminder",
        ];
        assert_eq!(mails, expected, "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_step_that_is_due_before_the_beginning_was_noticed_is_held_all_the_same() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        world.open(bath, 1, minute(0)).await;
        world.run_until(minute(0)).await;
        fixed(&world, bath, 10, 30).await;
        let of = *open(world.test.db.read()).await.unwrap().keys().next().unwrap();
        assert_eq!(world.carry_out(of, minute(15)).await.told, 0, "{}", world.test.name);
        ticks(&world, 16..=31).await;
        let mails = told(&world, bath, &["Priya", "Ellie"]).await;
        assert_eq!(mails, ["0 Priya escalated", "30 Ellie escalated"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn what_changed_inside_is_told_as_it_stands_at_the_end() {
    for world in worlds().await {
        let name = world.test.name;
        let (worse, same, fresh) = (
            world.customer("Worse", CoverLevel::Cat1).await,
            world.customer("Same", CoverLevel::Cat1).await,
            world.customer("Fresh", CoverLevel::Cat1).await,
        );
        let mut states = Vec::new();
        for of in [worse, same] {
            fixed(&world, of, 60, 120).await;
            states.push(world.observe(of, 1, ServiceState::Pending, Status::Warning, minute(30)).await);
        }
        fixed(&world, fresh, 60, 120).await;
        ticks(&world, 30..=70).await;
        world.observe(worse, 2, states[0], Status::Critical, minute(71)).await;
        let critical = world.observe(same, 2, states[1], Status::Critical, minute(71)).await;
        let began = world.observe(fresh, 1, ServiceState::Pending, Status::Warning, minute(71)).await;
        ticks(&world, 71..=80).await;
        world.observe(same, 3, critical, Status::Warning, minute(81)).await;
        world.observe(fresh, 2, began, Status::Critical, minute(81)).await;
        ticks(&world, 81..=130).await;
        assert_eq!(told(&world, worse, &["Jo"]).await, ["30 Jo opened", "120 Jo changed"], "{name}");
        assert_eq!(told(&world, same, &["Jo"]).await, ["30 Jo opened"], "{name}");
        assert_eq!(told(&world, fresh, &["Jo"]).await, ["120 Jo opened"], "{name}");
        let rows = notice::Entity::find().filter(notice::Column::CustomerId.eq(fresh.owner.customer.0));
        let rows = rows.all(world.test.db.read()).await.unwrap();
        assert!(rows.iter().all(|row| row.subject.contains("Critical")), "{name}: {}", rows[0].subject);
    }
}

#[tokio::test]
async fn downtimes_that_follow_each_other_are_one() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        plan(&world, bath, Target::Customer, Plan::Fixed { from: minute(120), until: minute(150) }).await;
        ticks(&world, 0..=79).await;
        let (fault, _) = world.open(bath, 1, minute(80)).await;
        let held = faults::find_by_id(world.test.db.read(), fault).await.unwrap().unwrap().held_until;
        assert_eq!(held.map(|at| since(at.into())), Some(150), "{}", world.test.name);
        ticks(&world, 80..=160).await;
        assert_eq!(told(&world, bath, &["Jo"]).await, ["150 Jo opened"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn one_that_is_planned_while_a_fault_is_held_holds_it_longer() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let first = fixed(&world, bath, 60, 120).await;
        world.open(bath, 1, minute(80)).await;
        fixed(&world, bath, 90, 150).await;
        ticks(&world, 80..=110).await;
        // The first one's end is not the end.
        cancel(&world, first, minute(111)).await;
        ticks(&world, 111..=160).await;
        assert_eq!(told(&world, bath, &["Jo"]).await, ["150 Jo opened"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn who_took_a_fault_inside_is_not_called_about_it_afterwards() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        let (fault, _) = world.open(bath, 1, minute(80)).await;
        let tx = world.test.db.begin().await.unwrap();
        let ack = domain::fault::Acknowledgement {
            side: Side::Staff,
            by: "Priya".to_owned(),
            at: minute(90),
            note: String::new(),
            expires_at: None,
            sticky: false,
        };
        faults::acknowledge(&tx, fault, faults::By::User(world.priya.0), &ack).await.unwrap();
        tx.commit().await.unwrap();
        ticks(&world, 90..=200).await;
        let mails = told(&world, bath, &["Jo", "Sam", "Priya", "Ellie", "Ada"]).await;
        assert_eq!(mails, ["120 Jo opened", "120 Sam opened"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_service_that_is_removed_inside_is_told_of_to_those_who_knew_when_it_ends() {
    for world in worlds().await {
        let (known, unknown) =
            (world.customer("Known", CoverLevel::Cat1).await, world.customer("Un", CoverLevel::Cat1).await);
        world.open(known, 1, minute(30)).await;
        for of in [known, unknown] {
            fixed(&world, of, 60, 120).await;
        }
        ticks(&world, 30..=70).await;
        world.open(unknown, 1, minute(80)).await;
        let tx = world.test.db.begin().await.unwrap();
        faults::abandon(&tx, &context(minute(90)), &[known.service, unknown.service], "Ellie").await.unwrap();
        tx.commit().await.unwrap();
        ticks(&world, 90..=130).await;
        assert_eq!(told(&world, known, &["Jo"]).await, ["30 Jo opened", "120 Jo abandoned"], "{}", world.test.name);
        assert!(told(&world, unknown, &["Jo"]).await.is_empty(), "{}", world.test.name);
    }
}

#[tokio::test]
async fn two_nodes_at_the_same_end_tell_once() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        world.open(bath, 1, minute(80)).await;
        let db = &world.test.db;
        let look = || downtimes::run_due(db, minute(120), "desk.example");
        let looks = futures::future::join_all([look(), look(), look(), look()]).await;
        let done: u64 = looks.into_iter().map(|one| one.unwrap()).sum();
        // The downtime and the fault.
        assert_eq!(done, 2, "{}", world.test.name);
        assert_eq!(
            told(&world, bath, &["Jo", "Sam"]).await,
            ["120 Jo opened", "120 Sam opened"],
            "{}",
            world.test.name
        );
        assert_eq!(
            world.ticket(FaultId(open_fault(&world, bath).await)).await.map(|one| since(one.opened_at)),
            Some(120)
        );
    }
}

async fn open_fault(world: &World, of: Watched) -> Uuid {
    faults::open_of_services(world.test.db.read(), &[of.service]).await.unwrap()[0].id
}

/// One look of a host actor, stored if it changed anything.
async fn look(world: &World, of: Watched, (watch, seq): (&mut Watch, &mut i64), status: Status, now: Timestamp) {
    let (next, step) = watch.observe(status, now, 1, FlapLimits::default());
    *watch = next;
    if !step.changed {
        return;
    }
    *seq += 1;
    let transition = NewTransition {
        service: of.service,
        host: of.host,
        seq: *seq,
        at: now,
        status,
        hard: true,
        watch: next,
        detail: String::new(),
    };
    let decision = Decision { transition, customer: of.owner.customer, fault: step.fault };
    let tx = world.test.db.begin().await.unwrap();
    apply(&tx, &context(now), &decision).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_flaps_over_the_end_of_a_downtime_is_told_then_once_and_when_it_settled() {
    for world in worlds().await {
        let (bath, avon) =
            (world.customer("Bath", CoverLevel::Cat4).await, world.customer("Avon", CoverLevel::Cat4).await);
        for of in [bath, avon] {
            fixed(&world, of, 60, 120).await;
        }
        let mut inside = (Watch::pending(), 0);
        let mut before = (Watch::pending(), 0);
        for now in 0..=170 {
            // One flaps from 70 until 130, the other was told of at 30 and flaps from 70 on, and stays down.
            let turn = if now % 2 == 0 { Status::Ok } else { Status::Critical };
            let first = if (70..130).contains(&now) { turn } else { Status::Ok };
            let second = if now < 30 {
                Status::Ok
            } else if (70..130).contains(&now) {
                turn
            } else {
                Status::Critical
            };
            look(&world, bath, (&mut inside.0, &mut inside.1), first, minute(now)).await;
            look(&world, avon, (&mut before.0, &mut before.1), second, minute(now)).await;
            tick(&world, minute(now)).await;
        }
        let name = world.test.name;
        // Of twenty turns in a row five are remembered after fifteen calm looks: the last turns are at 130 and 129.
        assert_eq!(told(&world, bath, &["Jo"]).await, ["120 Jo flapping", "145 Jo recovered"], "{name}");
        let avon = told(&world, avon, &["Jo"]).await;
        assert_eq!(avon, ["30 Jo opened", "120 Jo recovered", "120 Jo flapping", "144 Jo changed"], "{name}");
    }
}

#[tokio::test]
async fn what_stops_flapping_inside_a_downtime_is_told_at_its_end() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        let (mut watch, mut seq) = (Watch::pending(), 0);
        for now in 0..=125 {
            let turn = if now % 2 == 0 { Status::Ok } else { Status::Critical };
            let status = if now < 30 {
                Status::Ok
            } else if now < 60 {
                turn
            } else {
                Status::Critical
            };
            look(&world, bath, (&mut watch, &mut seq), status, minute(now)).await;
            tick(&world, minute(now)).await;
        }
        assert!(!watch.flap.is_flapping());
        let told = told(&world, bath, &["Jo"]).await;
        assert_eq!(told.last().map(String::as_str), Some("120 Jo changed"), "{}: {told:?}", world.test.name);
        assert_eq!(told.iter().filter(|line| line.contains("flapping")).count(), 1, "{told:?}");
    }
}

#[tokio::test]
async fn what_is_stored_late_is_judged_by_when_it_was_seen() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        fixed(&world, bath, 60, 120).await;
        // The database was gone from 22:10 until 23:05: both decisions come after the end, in one transaction.
        let tx = world.test.db.begin().await.unwrap();
        let mut state = ServiceState::Pending;
        for (seq, status, seen) in [(1, Status::Critical, 70), (2, Status::Ok, 100)] {
            let step = state.observe(status, minute(seen), 1);
            state = step.state;
            let transition = NewTransition {
                service: bath.service,
                host: bath.host,
                seq,
                at: minute(seen),
                status,
                hard: true,
                watch: state.into(),
                detail: String::new(),
            };
            let decision = Decision { transition, customer: bath.owner.customer, fault: step.fault };
            apply(&tx, &context(minute(125)), &decision).await.unwrap();
        }
        tx.commit().await.unwrap();
        ticks(&world, 125..=130).await;
        assert!(world.mails().await.is_empty(), "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_downtime_that_cannot_be_read_silences_nobody() {
    use sea_orm::sea_query::Expr;
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat1).await;
        fixed(&world, bath, 60, 120).await;
        let broken =
            entity::downtime::Entity::update_many().col_expr(entity::downtime::Column::Plan, Expr::value("{}"));
        broken.exec(world.test.db.writer()).await.unwrap();
        ticks(&world, 61..=62).await;
        world.open(bath, 1, minute(80)).await;
        ticks(&world, 80..=82).await;
        let mails = world.mails().await;
        let expected = ["Fri 6 Nov 22:01 Sam alarm 0", "Fri 6 Nov 22:20 Jo opened 0", "Fri 6 Nov 22:20 Sam opened 0"];
        assert_eq!(mails, expected, "{}", world.test.name);
    }
}
