//! Nothing stops in silence, and warnings go to those who have to answer.

use domain::{
    clock::{ClockKind, WARNING_PERCENTS},
    escalation::{Policy, Step, Whom},
    id::{ClockId, PolicyId},
};
use entity::{clock_event, escalation};
use sea_orm::sea_query::Expr;

use super::*;
use crate::store::{calendars::TermsRef, clocks::NewClock, hosts::fixtures::refuse, policies};

#[tokio::test]
async fn a_step_that_reaches_nobody_is_an_alarm() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        for name in ["Priya", "Ellie", "Ada"] {
            refuse(&world.test.db, name).await;
        }
        let start = at("2026-11-06T22:00:00Z");
        world.open(bath, 1, start).await;
        world.run_until(start).await;
        let mut mails = world.mails().await;
        mails.sort();
        let expected = ["Fri 6 Nov 22:00 Jo opened 0", "Fri 6 Nov 22:00 Sam alarm 0", "Fri 6 Nov 22:00 Sam opened 0"];
        assert_eq!(mails, expected, "{}", world.test.name);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_alarm_and_holds_up_nothing_else() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let avon = world.customer("Avon", CoverLevel::Cat4).await;
        let start = at("2026-11-06T10:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        world.open(avon, 1, start).await;
        let db = world.test.db.writer();
        let ticket = world.ticket(fault).await.unwrap();
        let clock = world.clocks(ticket.id).await[0].id;
        escalation::Entity::update_many()
            .col_expr(escalation::Column::Paging, Expr::value("by moonlight"))
            .filter(escalation::Column::FaultId.eq(fault.0))
            .exec(db)
            .await
            .unwrap();
        clock_event::Entity::update_many()
            .col_expr(clock_event::Column::Fact, Expr::value("{}"))
            .filter(clock_event::Column::ClockId.eq(clock.0))
            .exec(db)
            .await
            .unwrap();
        for of in open(db).await.unwrap().into_keys() {
            world.carry_out(of, start.plus_seconds(4 * 3_600)).await;
        }
        let alarms: Vec<_> = notice::Entity::find()
            .filter(notice::Column::Kind.eq("alarm"))
            .order_by_asc(notice::Column::Position)
            .all(db)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.subject)
            .collect();
        let about = |word: &str| alarms.iter().filter(|subject| subject.contains(word)).count();
        assert_eq!((about("escalation has stopped"), about("clock has stopped")), (1, 1), "{alarms:?}");
        // The other customer's goes on.
        let called = world.mails().await.into_iter().filter(|line| line.contains("escalated")).count();
        assert_eq!(called, 3, "{}", world.test.name);
        for of in open(db).await.unwrap().into_keys() {
            world.carry_out(of, start.plus_seconds(4 * 3_600)).await;
        }
        assert_eq!(notice::Entity::find().filter(notice::Column::Kind.eq("alarm")).all(db).await.unwrap().len(), 2);
    }
}

/// Makes a policy that begins with the supervisors the usual one.
async fn supervisors_first(world: &World) {
    let db = world.test.db.writer();
    let usual = policies::usual(db).await.unwrap().unwrap().policy;
    let steps = vec![Step { whom: vec![Whom::Role(Role::Supervisor)], ..usual.steps[0].clone() }];
    let policy = Policy { name: "Supervisors".to_owned(), version: 1, steps, ..usual };
    let id = PolicyId(new_id(now()).unwrap());
    policies::insert(db, id, &policy, Made::seeded(now())).await.unwrap().unwrap();
    policies::make_usual(db, id).await.unwrap();
}

#[tokio::test]
async fn a_warning_follows_the_policy_that_the_fault_opened_with() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat2).await;
        let start = at("2026-11-06T10:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        world.acknowledge(fault, Side::Staff, Who::User(world.priya), start.plus_seconds(60)).await;
        supervisors_first(&world).await;
        world.run_until(start.plus_seconds(7_200)).await;
        let warned: Vec<_> = world.mails().await.into_iter().filter(|line| line.contains("target")).collect();
        assert_eq!(warned, ["Fri 6 Nov 12:00 Priya target_warning 50"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_warning_of_a_request_goes_to_those_whom_the_usual_policy_tells_first() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::None).await;
        let db = world.test.db.writer();
        let start = at("2026-11-06T10:00:00Z");
        let new = NewClock {
            id: ClockId(new_id(now()).unwrap()),
            ticket: tickets::tests::opened(db, bath.owner).await.id,
            kind: ClockKind::Response,
            terms: TermsRef { calendar: None, target_s: 7_200 },
            started_at: start,
            entered_at: start,
            percents: &WARNING_PERCENTS,
        };
        clocks::start(db, new).await.unwrap();
        world.run_until(start.plus_seconds(3_600)).await;
        assert_eq!(world.mails().await, ["Fri 6 Nov 11:00 Priya target_warning 50"], "{}", world.test.name);
    }
}
