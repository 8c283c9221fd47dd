use domain::{clock::Standing, notice::MailFacts};
use uuid::Uuid;

use super::*;
use crate::store::hosts::fixtures::acts;

#[actix_rt::test]
async fn a_reply_meets_the_clock_and_is_mailed_in_one_thread_and_a_note_does_neither() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let priya = staff(Role::Agent);
        bench.desk.reply(&priya, bench.number, note("The carrier again")).await.unwrap();
        assert_eq!(bench.states().await, ["running"], "{}", bench.test.name);
        bench.answer(bench.number, "We are looking at it").await;
        let clock = bench.clocks().await.remove(0);
        assert_eq!(clock.clock.standing(), &Standing::Met { at: now_of(&clock) }, "{}", bench.test.name);
        bench.answer(bench.number, "It works again").await;
        assert_eq!(bench.states().await, ["met"]);
        use TicketEventKind as K;
        assert_eq!(bench.kinds().await, [K::Note, K::Response, K::Response], "{}", bench.test.name);
        let mails = mails(&bench).await;
        let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, vec![format!("[T-{}] No dialling tone", bench.number); 2], "{}", bench.test.name);
        assert!(mails.iter().all(|mail| mail.recipient_id == bench.contact.0));
        assert_eq!(mails[0].in_reply_to, None, "the first begins the thread");
        assert_eq!(mails[1].in_reply_to.as_ref(), Some(&mails[0].message_id), "{}", bench.test.name);
        for mail in mails {
            let MailFacts::Ticket(facts) = mail.facts else { panic!() };
            assert!(!format!("{facts:?}").contains("carrier"), "no mail holds a note: {facts:?}");
        }
        let actions: Vec<_> = acts(&bench.test.db).await.into_iter().map(|(action, ..)| action).collect();
        assert_eq!(actions, ["ticket.note", "ticket.reply", "ticket.reply"], "{}", bench.test.name);
    }
}

/// The instant of the act: the bench's clock moves on with tokio's.
fn now_of(clock: &StoredClock) -> Timestamp {
    let at = clock.kept.closed_at.unwrap();
    assert!(at.seconds_since(now()) < 60, "{at}");
    at
}

#[actix_rt::test]
async fn a_customers_message_is_no_response() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.desk.reply(&bench.customer(), bench.number, note("Any news?")).await.unwrap();
        assert_eq!(bench.states().await, ["running"], "{}", bench.test.name);
        assert_eq!(bench.kinds().await, [TicketEventKind::Message], "a customer writes no notes");
        assert!(mails(&bench).await.is_empty());
    }
}

#[actix_rt::test]
async fn a_late_reply_is_missed_and_only_a_supervisor_excuses_it_once() {
    for bench in benches(CoverLevel::Cat2, 5 * 3_600).await {
        let page = bench.page(&staff(Role::Agent)).await;
        assert!(matches!(page.clocks[0].face.state, FaceState::Running { due_at, .. } if due_at < now()));
        bench.answer(bench.number, "Sorry").await;
        assert_eq!(bench.states().await, ["missed"], "{}", bench.test.name);
        let clock = bench.clocks().await[0].id;
        let excuse = |role| bench.desk.excuse_as(role, bench.number, clock, "the exchange burnt down");
        assert!(matches!(excuse(Role::Engineer).await, Err(ApiError::Forbidden { .. })), "{}", bench.test.name);
        assert_eq!(wrong(bench.desk.excuse_as(Role::Supervisor, bench.number, clock, " ").await), ["reason"]);
        excuse(Role::Supervisor).await.unwrap();
        assert_eq!(conflict(excuse(Role::Supervisor).await), "Only a missed clock can be excused, and only once.");
        let standing = bench.clocks().await.remove(0).clock.standing().clone();
        assert!(matches!(standing, Standing::Missed { excuse: Some(_), .. }), "it stays missed: {standing:?}");
        // The excuse is between staff; that it is missed is not.
        let own = serde_json::to_string(&bench.page(&bench.customer()).await).unwrap();
        assert!(!own.contains("burnt"), "{}", bench.test.name);
    }
}

impl Desk {
    async fn excuse_as(&self, role: Role, number: i64, clock: ClockId, reason: &str) -> Result<(), ApiError> {
        self.excuse(&staff(role), number, clock, reason.to_owned()).await
    }
}

#[actix_rt::test]
async fn a_call_counts_when_it_was_made_and_not_in_the_future() {
    for bench in benches(CoverLevel::Cat2, 5 * 3_600).await {
        let agent = staff(Role::Agent);
        let call = |at: &str, text: &str| {
            bench.desk.call(&agent, bench.number, CallInput { at: at.to_owned(), text: text.to_owned() })
        };
        assert_eq!(wrong(call("2026-11-24T17:00", "").await), ["text", "at"], "{}", bench.test.name);
        assert_eq!(wrong(call("yesterday", "x").await), ["at"]);
        assert_eq!(wrong(call("2026-11-24T11:00", "x").await), ["at"], "before it was logged");
        assert_eq!(bench.states().await, ["running"]);
        // Over its target by now, but they called in time.
        call("2026-11-24T14:05", "Rang Jo, rebooted").await.unwrap();
        let clock = bench.clocks().await.remove(0);
        assert_eq!(clock.clock.standing(), &Standing::Met { at: at("2026-11-24T14:05:00Z") }, "{}", bench.test.name);
        let entry = bench.page(&agent).await.events.remove(0);
        assert_eq!((entry.kind, entry.at), (TicketEventKind::Call, at("2026-11-24T14:05:00Z")), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_pause_needs_one_of_three_reasons_mails_at_once_and_ends_by_the_customer() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let agent = staff(Role::Agent);
        let pause = |reason: &str, evidence: &str| bench.desk.pause(&agent, bench.number, paused(reason, evidence));
        assert_eq!(wrong(pause("parts", "").await), ["reason", "evidence"], "{}", bench.test.name);
        assert!(conflict(bench.desk.give_access(&bench.customer(), bench.number).await).contains("Nothing is paused"));
        pause("remote_access", "SSH refused at 16:40").await.unwrap();
        assert_eq!(bench.states().await, ["paused"], "{}", bench.test.name);
        assert!(conflict(pause("remote_access", "again").await).contains("paused already"));
        let mails = mails(&bench).await;
        assert_eq!(mails.len(), 1, "{}", bench.test.name);
        let waiting = bench.page(&bench.customer()).await;
        assert!(waiting.may.give_access && waiting.waiting.unwrap().evidence.contains("SSH"));
        assert!(!bench.page(&agent).await.may.give_access, "staff say how they know");
        conflict(bench.desk.give_access(&agent, bench.number).await);
        bench.desk.give_access(&bench.customer(), bench.number).await.unwrap();
        assert_eq!(bench.states().await, ["running"], "{}", bench.test.name);
        let pauses = bench.clocks().await[0].clock.pauses().to_vec();
        let end = pauses[0].end.as_ref().unwrap();
        assert_eq!(end.ended, domain::clock::PauseEnded::Customer, "{}", bench.test.name);
        pause("site_access", "Gate locked").await.unwrap();
        assert_eq!(wrong(bench.desk.resume(&agent, bench.number, paused("site_access", "")).await), ["evidence"]);
        bench.desk.resume(&agent, bench.number, paused("site_access", "Gate open")).await.unwrap();
        assert_eq!(bench.states().await, ["running"], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_breached_clock_cannot_be_paused() {
    for bench in benches(CoverLevel::Cat2, 5 * 3_600).await {
        let done = bench.desk.pause(&staff(Role::Agent), bench.number, paused("site_access", "Gate locked")).await;
        assert!(conflict(done).contains("no pause takes that back"), "{}", bench.test.name);
        assert!(bench.kinds().await.is_empty() && mails(&bench).await.is_empty());
    }
}

#[actix_rt::test]
async fn a_reopened_ticket_has_an_internal_clock_and_keeps_its_verdict() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let close = |version| bench.desk.set_state(&agent, number, version, TicketState::Closed);
        assert!(conflict(close(1).await).contains("Nobody has responded"), "{}", bench.test.name);
        bench.answer(number, "Done").await;
        close(1).await.unwrap();
        assert!(conflict(close(2).await).contains("is closed"));
        let stale = bench.desk.set_state(&agent, number, 1, TicketState::Open).await;
        assert!(conflict(stale).contains("Somebody else"), "{}", bench.test.name);
        bench.desk.reply(&bench.customer(), number, reply("It is back")).await.unwrap();
        assert_eq!(bench.states().await, ["met", "running"], "{}", bench.test.name);
        assert_eq!(bench.clocks().await[1].clock.kind(), ClockKind::NextReply);
        let own = bench.page(&bench.customer()).await;
        assert_eq!(own.clocks.len(), 1, "{}", bench.test.name);
        assert!(!serde_json::to_string(&own).unwrap().contains("next_reply"), "{}", bench.test.name);
        assert!(!own.next.contains("our own"), "{}", own.next);
        assert_eq!(bench.page(&agent).await.clocks.len(), 2);
        bench.desk.set_state(&agent, number, bench.version().await, TicketState::Closed).await.unwrap();
        assert_eq!(bench.states().await, ["met", "voided"], "what is internal ends with the ticket");
        let list = bench.desk.list(&bench.customer(), Show::Closed, String::new()).await.unwrap();
        assert_eq!(list.rows.len(), 1, "{}", bench.test.name);
        assert!(!serde_json::to_string(&list).unwrap().contains("next_reply"), "{}", bench.test.name);
    }
}

pub(super) fn level(level: &str, mode: &str, version: i64) -> LevelInput {
    LevelInput { level: level.to_owned(), mode: mode.to_owned(), version: version.to_string() }
}

#[actix_rt::test]
async fn a_level_change_is_seen_before_it_is_saved_and_has_three_modes() {
    // Logged 15:41:44 on Cat1: 8 working hours, due tomorrow at that time.
    for bench in benches(CoverLevel::Cat1, 3_600).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let preview = async |mode: &str| {
            let seen = bench.desk.level_preview(&agent, number, level("cat2", mode, 0)).await.unwrap();
            (seen.old_due.unwrap(), seen.new_due.unwrap())
        };
        let old = "Wed 25 Nov 2026, 15:41".to_owned();
        assert_eq!(preview("none").await, (old.clone(), old.clone()), "{}", bench.test.name);
        assert_eq!(preview("exception").await, (old.clone(), "Tue 24 Nov 2026, 20:41".to_owned()));
        assert_eq!(preview("correction").await, (old, "Tue 24 Nov 2026, 19:41".to_owned()));
        assert_eq!(bench.clocks().await[0].kept.due_at, Some(at("2026-11-25T15:41:44Z")), "a preview saves nothing");
        let wrong_input = bench.desk.change_level(&agent, number, level("cat3", "later", 1)).await;
        assert_eq!(wrong(wrong_input), ["level", "mode"], "{}", bench.test.name);
        let stale = bench.desk.change_level(&agent, number, level("cat2", "correction", 7)).await;
        assert!(conflict(stale).contains("Somebody else"), "{}", bench.test.name);
        assert_eq!(bench.clocks().await[0].kept.due_at, Some(at("2026-11-25T15:41:44Z")), "a conflict saves nothing");
        bench.desk.change_level(&agent, number, level("cat2", "none", 1)).await.unwrap();
        assert_eq!(bench.page(&agent).await.level, CoverLevel::Cat1, "{}", bench.test.name);
        bench.desk.change_level(&agent, number, level("cat2", "correction", 2)).await.unwrap();
        assert_eq!(bench.clocks().await[0].kept.due_at, Some(at("2026-11-24T19:41:44Z")), "{}", bench.test.name);
        assert_eq!(bench.page(&agent).await.level, CoverLevel::Cat2, "{}", bench.test.name);
        bench.answer(number, "Done").await;
        let done = bench.desk.change_level(&agent, number, level("cat1", "correction", 3)).await;
        assert!(conflict(done).contains("a verdict stays"), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_clock_is_taken_back_by_a_supervisor_with_a_reason() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let clock = bench.clocks().await[0].id;
        let void = async |role, clock, reason: &str| {
            bench.desk.void(&staff(role), bench.number, clock, reason.to_owned()).await
        };
        let forbidden = void(Role::Agent, clock, "test").await;
        assert!(matches!(forbidden, Err(ApiError::Forbidden { .. })), "{}", bench.test.name);
        let elsewhere = void(Role::Supervisor, ClockId(Uuid::from_u128(7)), "test").await;
        assert_eq!(elsewhere, Err(ApiError::NotFound), "{}", bench.test.name);
        void(Role::Supervisor, clock, "opened by a test").await.unwrap();
        assert_eq!(bench.states().await, ["voided"], "{}", bench.test.name);
        let shown = serde_json::to_string(&bench.page(&bench.customer()).await).unwrap();
        assert!(!shown.contains("opened by a test"), "the reason is between staff: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_customer_who_closes_takes_the_promise_back_and_staff_cannot() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let staff = bench.desk.set_state(&staff(Role::Agent), bench.number, 1, TicketState::Closed).await;
        assert!(conflict(staff).contains("Nobody has responded"), "{}", bench.test.name);
        bench.desk.set_state(&bench.customer(), bench.number, 1, TicketState::Closed).await.unwrap();
        assert_eq!(bench.states().await, ["voided"], "{}", bench.test.name);
        assert_eq!(bench.page(&bench.customer()).await.state, TicketState::Closed, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn the_customers_message_ends_our_waiting_for_it() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.answer(number, "Is it better?").await;
        let by_customer = bench.desk.set_state(&bench.customer(), number, 1, TicketState::WaitingMaker).await;
        assert!(conflict(by_customer).contains("Only our staff"), "{}", bench.test.name);
        bench.desk.set_state(&agent, number, 1, TicketState::WaitingCustomer).await.unwrap();
        assert_eq!(bench.page(&agent).await.state, TicketState::WaitingCustomer, "{}", bench.test.name);
        assert_eq!(
            bench.desk.list(&agent, Show::Open, String::new()).await.unwrap().rows.len(),
            1,
            "open: {}",
            bench.test.name
        );
        bench.desk.reply(&bench.customer(), number, reply("Yes")).await.unwrap();
        assert_eq!(bench.page(&agent).await.state, TicketState::Open, "{}", bench.test.name);
        assert_eq!(bench.states().await, ["met"], "waiting is no clock: {}", bench.test.name);
    }
}
