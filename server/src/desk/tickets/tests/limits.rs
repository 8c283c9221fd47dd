//! What an act leaves alone: other clocks, other pauses, other tickets, and what was settled before.

use app::api::{error::ApiError, live::LiveChange};
use domain::{
    clock::{PauseEnded, Standing},
    contract::{NotCovered, Offer},
    outbox::{Attempt, Next},
};
use sea_orm::ConnectionTrait as _;

use super::{acts::level, *};
use crate::store::{
    events,
    outbox::{self, Readers},
};

/// One more open clock of the bench's ticket, by the terms of the first.
async fn another(bench: &Bench, kind: ClockKind) -> ClockId {
    let new = NewClock {
        id: ClockId(new_id(now()).unwrap()),
        ticket: bench.ticket,
        kind,
        terms: bench.clocks().await[0].terms,
        started_at: now(),
        entered_at: now(),
        percents: &WARNING_PERCENTS,
    };
    let id = new.id;
    clocks::start(bench.test.db.writer(), new).await.unwrap();
    id
}

/// A ticket for a fault of a host of the bench's customer.
async fn for_fault(bench: &Bench, status: Status, cover: CoverDecision) -> i64 {
    let db = &bench.test.db;
    let pbx = rows::host(db, bench.bath, "pbx-1").await;
    let service = rows::service(db, bench.bath, pbx, "SIP trunk").await;
    let fault = rows::open_fault(db, bench.bath, pbx, service, 77, status).await;
    let new = NewTicket {
        kind: TicketKind::Fault,
        host: Some(pbx),
        service: Some(service),
        fault: Some(fault),
        cover,
        opened_at: now(),
        ..tickets::tests::request(bench.bath)
    };
    tickets::insert(db.writer(), new).await.unwrap().unwrap()
}

fn not_covered(reason: NotCovered) -> CoverDecision {
    CoverDecision::NotCovered { reason, offers: vec![Offer::ReturnToBase] }
}

#[actix_rt::test]
async fn a_customer_reads_no_name_of_a_host_and_no_fault_of_our_own() {
    for (status, shown) in [(Status::Critical, Some(77)), (Status::Unknown, None)] {
        for bench in benches(CoverLevel::Cat2, 1_200).await {
            let number = for_fault(&bench, status, CoverDecision::Covered).await;
            let ours = bench.desk.page(&staff(Role::Agent), number).await.unwrap();
            assert_eq!((ours.host.as_str(), ours.fault.map(|fault| fault.number)), ("pbx-1", Some(77)));
            let own = bench.desk.page(&bench.customer(), number).await.unwrap();
            assert_eq!((own.host.as_str(), own.system.as_str()), ("", "pbx-1 phone system"), "{}", bench.test.name);
            assert_eq!(own.fault.map(|fault| fault.number), shown, "{} {status:?}", bench.test.name);
        }
    }
}

#[actix_rt::test]
async fn a_refused_address_is_mailed_no_more() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.answer(bench.number, "We are looking at it").await;
        let tx = bench.test.db.begin().await.unwrap();
        let mail = outbox::claim(&tx, now().plus_seconds(60), 10, Readers::Everybody).await.unwrap().remove(0);
        let refused = Attempt::Refused { reply: "550 no such user".to_owned() };
        let (id, next) = (new_id(now()).unwrap(), Next::Fail { mark_address: true });
        outbox::record(&tx, id, &mail, now(), &refused, next, now()).await.unwrap();
        tx.commit().await.unwrap();
        bench.answer(bench.number, "It works again").await;
        assert!(mails(&bench).await.is_empty(), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn staff_end_the_pause_of_one_reason_and_the_other_goes_on() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        for reason in ["remote_access", "site_access"] {
            bench.desk.pause(&agent, number, paused(reason, "Gate locked")).await.unwrap();
        }
        bench.desk.resume(&agent, number, paused("remote_access", "SSH answers")).await.unwrap();
        assert_eq!(bench.states().await, ["paused"], "{}", bench.test.name);
        let clock = bench.clocks().await.remove(0);
        let ends: Vec<_> = clock.clock.pauses().iter().map(|one| one.end.as_ref().map(|end| end.ended)).collect();
        assert_eq!(ends, [Some(PauseEnded::Staff(agent.user)), None], "{}", bench.test.name);
        assert_eq!((clock.kept.due_at, bench.page(&agent).await.next_at), (None, None), "an open pause has no due");
        let again = bench.desk.resume(&agent, number, paused("remote_access", "SSH answers")).await;
        assert!(conflict(again).contains("Nothing is paused"), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_reply_is_no_arrival_and_a_ticket_with_a_visit_to_come_stays_open() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let visit = another(&bench, ClockKind::Arrival).await;
        bench.answer(number, "An engineer is on the way").await;
        assert_eq!(bench.states().await, ["met", "running"], "{}", bench.test.name);
        let done = bench.desk.set_state(&agent, number, 1, TicketState::Closed).await;
        assert!(conflict(done).contains("visit"), "{}", bench.test.name);
        bench.desk.void(&staff(Role::Supervisor), number, visit, "It works again".to_owned()).await.unwrap();
        let stale = bench.desk.set_state(&agent, number, 7, TicketState::Closed).await;
        assert!(conflict(stale).contains("Somebody else"), "{}", bench.test.name);
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
    }
}

#[actix_rt::test]
async fn a_call_answers_no_clock_that_began_after_it() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&agent, number, reply("Done")).await.unwrap();
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
        bench.desk.reply(&bench.customer(), number, reply("It is back")).await.unwrap();
        let call = CallInput { at: "2026-11-24T16:30".to_owned(), text: "Rang Jo".to_owned() };
        bench.desk.call(&agent, number, call).await.unwrap();
        assert_eq!(bench.states().await, ["met", "running"], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_call_in_the_minute_of_logging_is_one_at_that_instant() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        // Logged at 16:21:44; the field holds no seconds.
        let call = CallInput { at: "2026-11-24T16:21".to_owned(), text: "Rang Jo".to_owned() };
        bench.desk.call(&staff(Role::Agent), bench.number, call).await.unwrap();
        let clock = bench.clocks().await.remove(0);
        let logged = now().plus_seconds(-1_200);
        assert_eq!(clock.clock.standing(), &Standing::Met { at: logged }, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_internal_clock_is_taken_back_without_news_for_customers() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let internal = another(&bench, ClockKind::NextReply).await;
        let supervisor = staff(Role::Supervisor);
        bench.desk.void(&supervisor, bench.number, internal, "a test".to_owned()).await.unwrap();
        let stored = events::after(bench.test.db.read(), 0, 10).await.unwrap();
        assert!(matches!(stored[0].change, LiveChange::TicketForStaff { .. }), "{} {:?}", bench.test.name, stored[0]);
    }
}

#[actix_rt::test]
async fn a_clock_of_another_ticket_is_not_found() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (other, _) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-60)).await;
        let db = bench.test.db.read();
        let clock = clocks::of_ticket(db, Scope::Everything, other).await.unwrap().remove(0).id;
        let done = bench.desk.void(&staff(Role::Supervisor), bench.number, clock, "a test".to_owned()).await;
        assert_eq!(done, Err(ApiError::NotFound), "{}", bench.test.name);
        let after = clocks::of_ticket(db, Scope::Everything, other).await.unwrap().remove(0);
        assert_eq!(after.kept.state, "running", "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_exception_changes_the_level_and_a_closed_ticket_keeps_its_own() {
    for bench in benches(CoverLevel::Cat1, 3_600).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.change_level(&agent, number, level("cat2", "exception", 1)).await.unwrap();
        assert_eq!(bench.page(&agent).await.level, CoverLevel::Cat2, "{}", bench.test.name);
        let due = bench.clocks().await[0].kept.due_at.unwrap();
        // Four hours from now, which the bench's clock has moved on from by a moment.
        assert!((0..60).contains(&due.seconds_since(now().plus_seconds(4 * 3_600))), "{due}");
        bench.desk.reply(&agent, number, reply("Done")).await.unwrap();
        bench.desk.set_state(&agent, number, 2, TicketState::Closed).await.unwrap();
        let done = bench.desk.change_level(&agent, number, level("cat1", "none", 3)).await;
        assert_eq!(conflict(done), "This ticket is closed.", "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_fault_is_taken_on_with_a_reason_while_open_and_only_if_it_is_covered_then() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let agent = staff(Role::Agent);
        let number = for_fault(&bench, Status::Critical, not_covered(NotCovered::PreExisting)).await;
        let agree = async |version, reason: &str| bench.desk.agree(&agent, number, version, reason.to_owned()).await;
        assert_eq!(wrong(agree(1, " ").await), ["reason"], "{}", bench.test.name);
        // The customer has no contract.
        assert!(conflict(agree(1, "Jo agreed").await).contains("not be covered even so"), "{}", bench.test.name);
        let done = bench.desk.set_state(&agent, number, 1, TicketState::Closed).await;
        assert_eq!(conflict(done), "The fault has not recovered yet.", "{}", bench.test.name);
        let cleared = format!("UPDATE fault SET cleared_at = {}", now().as_micros());
        bench.test.db.writer().execute_unprepared(&cleared).await.unwrap();
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
        assert!(conflict(agree(2, "Jo agreed").await).contains("Only an open ticket"), "{}", bench.test.name);
    }
}
