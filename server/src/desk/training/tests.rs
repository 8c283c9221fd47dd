//! Training through the desk, on both databases.

use app::api::{
    care::CareDesk,
    error::ApiError,
    training::{AttendanceInput, ConditionInput, CourseInput, TrainingDesk},
};
use domain::{
    access::{Role, Scope},
    clock::{ClockKind, WARNING_PERCENTS},
    contract::{CoverDecision, NotCovered},
    cover::CoverLevel,
    id::{ClockId, CustomerId, TicketId},
    level::LevelTerms,
    ticket::{Channel, TicketKind, TicketState},
    time::Timestamp,
    training::ConditionStanding,
};

use super::Desk;
use crate::{
    desk::{
        hosts::fixtures::{of, staff},
        new_id,
        worktime::tests::{Bench, HOUR_S, benches, conflict, later, wrong},
    },
    store::{
        clocks::{self, NewClock},
        contracts,
        hosts::fixtures::now,
        tickets::{self as ticket_store, NewTicket, Origin, Promise, promise},
        training,
    },
};

const DAY_S: i64 = 24 * HOUR_S;

fn at(bench: &Bench, when: Timestamp) -> Desk {
    Desk { tickets: bench.tickets(when) }
}

/// A covered ticket that was logged at `logged`, with its response clock.
async fn covered(bench: &Bench, logged: Timestamp) -> (TicketId, i64) {
    let contract = contracts::tests::contract(CoverLevel::Cat1, None, "2026-04-01");
    let db = bench.test.db.writer();
    let known = contracts::of_customer(db, Scope::Everything, bench.bath.customer).await.unwrap();
    let contract = match known.first() {
        Some(known) => known.contract.id,
        None => contracts::tests::store(db, bench.bath, &contract).await,
    };
    let tx = bench.test.db.begin().await.unwrap();
    let Promise { terms, clock } = promise(&tx, LevelTerms::seeded(CoverLevel::Cat1).unwrap()).await.unwrap();
    let id = TicketId(new_id(now()).unwrap());
    let new = NewTicket {
        id,
        kind: TicketKind::Question,
        customer: bench.bath.customer,
        site: Some(bench.bath.site),
        host: None,
        service: None,
        fault: None,
        contract: Some(contract),
        equipment: None,
        subject: "How do queues work?".to_owned(),
        cover: CoverDecision::Covered,
        terms: Some(terms),
        opened_at: logged,
        created_at: logged,
        origin: Origin::of(Channel::Portal, "Jo Bell"),
        state: TicketState::Open,
    };
    let number = ticket_store::insert(&tx, new).await.unwrap().unwrap();
    let clock = NewClock {
        id: ClockId(new_id(now()).unwrap()),
        ticket: id,
        kind: ClockKind::Response,
        terms: clock.unwrap(),
        started_at: logged,
        entered_at: logged,
        percents: &WARNING_PERCENTS,
    };
    clocks::start(&tx, clock).await.unwrap();
    tx.commit().await.unwrap();
    (id, number)
}

async fn states(bench: &Bench, id: TicketId) -> Vec<String> {
    let db = bench.test.db.read();
    assert_eq!(clocks::recompute(db, None, 100).await.unwrap().0, [], "{}", bench.test.name);
    let all = clocks::of_ticket(db, Scope::Everything, id).await.unwrap();
    all.into_iter().map(|clock| clock.kept.state).collect()
}

/// Bath is to be trained on queues, and the course was run a day from now.
async fn run(bench: &Bench) {
    let (priya, desk) = (staff(Role::Agent), at(bench, now()));
    decide(&desk, bench.bath.customer).await.unwrap();
    let course = CourseInput {
        topic: "Call queues ".to_owned(),
        at: "2026-11-25T09:30".to_owned(),
        place: "Bath office".to_owned(),
    };
    desk.schedule(&priya, course).await.unwrap();
    let id = desk.page(&priya).await.unwrap().courses[0].id;
    conflict(desk.settle(&priya, id, 1, true).await);
    at(bench, later(DAY_S)).settle(&priya, id, 1, true).await.unwrap();
}

async fn decide(desk: &Desk, customer: CustomerId) -> Result<(), ApiError> {
    let input = ConditionInput {
        customer: customer.to_string(),
        topic: "call queues".to_owned(),
        reason: "Three tickets in a month".to_owned(),
    };
    desk.decide(&staff(Role::Agent), input).await
}

#[actix_rt::test]
async fn later_tickets_wait_for_attendance_and_earlier_ones_run_on() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        let (early, early_number) = covered(&bench, later(-HOUR_S)).await;
        run(&bench).await;
        let (late, number) = covered(&bench, later(2 * DAY_S)).await;
        let desk = at(&bench, later(2 * DAY_S + 60));
        let condition = desk.page(&priya).await.unwrap().conditions[0].id;
        let words = conflict(desk.hold(&priya, early_number, condition).await);
        assert!(words.contains("before the course was run"), "{words}");
        assert_eq!(states(&bench, early).await, ["running"], "{name}");
        assert_eq!(desk.of_ticket(&priya, early_number).await.unwrap().may_hold, [], "{name}");
        let offered = desk.of_ticket(&priya, number).await.unwrap().may_hold;
        assert_eq!(offered, [(condition.to_string(), "call queues".to_owned())], "{name}");
        desk.hold(&priya, number, condition).await.unwrap();
        conflict(desk.hold(&priya, number, condition).await);
        assert_eq!(states(&bench, late).await, ["voided"], "{name}");
        let db = bench.test.db.read();
        let ticket = ticket_store::find(db, Scope::Everything, number).await.unwrap().unwrap();
        let CoverDecision::NotCovered { reason: NotCovered::TrainingUnmet { topic }, .. } = ticket.cover else {
            panic!()
        };
        assert_eq!(topic, "call queues", "{name}");
        assert_eq!(desk.of_ticket(&bench.jo(), number).await.unwrap().waits_for, Some("call queues".to_owned()));
        let page = desk.page(&priya).await.unwrap();
        assert_eq!(page.conditions[0].waiting, [number], "{name}");
        let there =
            |person: &str| AttendanceInput { customer: bench.bath.customer.to_string(), person: person.to_owned() };
        let after = at(&bench, later(3 * DAY_S));
        let course = page.courses[0].id;
        assert_eq!(wrong(after.attend(&priya, course, there(" ")).await), ["person"], "{name}");
        after.attend(&priya, course, there("Jo Bell")).await.unwrap();
        assert_eq!(wrong(after.attend(&priya, course, there("Jo Bell")).await), ["person"], "twice: {name}");
        let clocks = clocks::of_ticket(db, Scope::Everything, late).await.unwrap();
        assert_eq!(states(&bench, late).await, ["voided", "running"], "{name}");
        assert!(later(3 * DAY_S) <= clocks[1].clock.started_at(), "it starts with the attendance: {name}");
        let ticket = ticket_store::find(db, Scope::Everything, number).await.unwrap().unwrap();
        assert_eq!(ticket.cover, CoverDecision::Covered, "{name}");
        assert_eq!(after.page(&priya).await.unwrap().conditions[0].standing, ConditionStanding::Attended, "{name}");
    }
}

#[actix_rt::test]
async fn a_tag_on_the_topic_makes_a_later_ticket_conditional() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        let (early, early_number) = covered(&bench, later(-HOUR_S)).await;
        run(&bench).await;
        let (late, number) = covered(&bench, later(2 * DAY_S)).await;
        let cases = bench.tickets(later(2 * DAY_S + 60));
        cases.tag(&priya, number, 1, "billing".to_owned()).await.unwrap();
        assert_eq!(states(&bench, late).await, ["running"], "another topic: {name}");
        cases.tag(&priya, number, 2, "billing, call-queues".to_owned()).await.unwrap();
        assert_eq!(states(&bench, late).await, ["voided"], "{name}");
        let waits = at(&bench, later(2 * DAY_S + 60)).of_ticket(&bench.jo(), number).await.unwrap().waits_for;
        assert_eq!(waits, Some("call queues".to_owned()), "{name}");
        cases.tag(&priya, early_number, 1, "call-queues".to_owned()).await.unwrap();
        assert_eq!(states(&bench, early).await, ["running"], "logged before the course was run: {name}");
    }
}

#[actix_rt::test]
async fn a_supervisor_waives_and_nobody_else() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        run(&bench).await;
        let (late, number) = covered(&bench, later(2 * DAY_S)).await;
        let desk = at(&bench, later(2 * DAY_S + 60));
        let id = desk.page(&priya).await.unwrap().conditions[0].id;
        desk.hold(&priya, number, id).await.unwrap();
        let denied = desk.waive(&priya, id, 1, "Owner is ill".to_owned()).await;
        assert!(matches!(denied, Err(ApiError::Forbidden { .. })), "{denied:?}");
        let boss = staff(Role::Supervisor);
        assert_eq!(wrong(desk.waive(&boss, id, 1, String::new()).await), ["reason"], "{name}");
        desk.waive(&boss, id, 1, "Owner is ill".to_owned()).await.unwrap();
        conflict(desk.waive(&boss, id, 1, "Owner is ill".to_owned()).await);
        assert_eq!(states(&bench, late).await, ["voided", "running"], "{name}");
        let tags = ["Call Queues".to_owned()];
        let unmet = training::unmet(bench.test.db.read(), bench.bath.customer, &tags, later(3 * DAY_S)).await;
        assert_eq!(unmet.unwrap(), None, "{name}");
    }
}

#[actix_rt::test]
async fn three_tagged_tickets_suggest_and_staff_decide() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), at(&bench, now()), bench.test.name);
        for (place, days) in [89, 5, 1].into_iter().enumerate() {
            assert_eq!(desk.page(&priya).await.unwrap().suggestions, [], "{place} {name}");
            let (id, _) = covered(&bench, later(-days * DAY_S)).await;
            let tags = ["queues".to_owned(), "training".to_owned()];
            ticket_store::set_tags(bench.test.db.writer(), id, &tags, now()).await.unwrap();
        }
        let suggested = desk.page(&priya).await.unwrap().suggestions;
        assert_eq!((suggested.len(), suggested[0].tickets.len()), (1, 3), "{name}");
        decide(&desk, bench.bath.customer).await.unwrap();
        assert_eq!(desk.page(&priya).await.unwrap().suggestions, [], "{name}");
        assert_eq!(wrong(decide(&desk, bench.bath.customer).await), ["topic"], "once: {name}");
        assert_eq!(desk.page(&priya).await.unwrap().conditions[0].standing, ConditionStanding::NoCourse, "{name}");
        let (tag, db) = (["call queues".to_owned()], bench.test.db.read());
        assert_eq!(training::unmet(db, bench.bath.customer, &tag, later(DAY_S)).await.unwrap(), None, "{name}");
        let denied = desk.page(&bench.jo()).await;
        assert!(matches!(denied, Err(ApiError::Forbidden { .. })), "{denied:?}");
    }
}

#[actix_rt::test]
async fn a_tag_finds_the_condition_of_its_own_customer_only() {
    for bench in benches().await {
        run(&bench).await;
        let (tag, db) = (["call queues".to_owned()], bench.test.db.read());
        let found = async |customer, at| training::unmet(db, customer, &tag, at).await.unwrap().is_some();
        assert!(found(bench.bath.customer, later(2 * DAY_S)).await, "{}", bench.test.name);
        assert!(!found(bench.bath.customer, later(HOUR_S)).await, "logged before: {}", bench.test.name);
        assert!(!found(bench.avon.customer, later(2 * DAY_S)).await, "{}", bench.test.name);
        let (_, number) = covered(&bench, later(2 * DAY_S)).await;
        let stranger = at(&bench, later(3 * DAY_S)).of_ticket(&of(bench.avon, Role::Manager), number).await;
        assert_eq!(stranger.map(drop), Err(ApiError::NotFound), "{}", bench.test.name);
    }
}
