//! What becomes of a ticket: who has it, merging, splitting, closing by itself, how it was.

use app::api::care::{RateInput, SortInput, SplitInput};
use domain::{
    notice::MailFacts,
    ticket::{LinkKind, Move, Outcome, Priority, Queue},
};

use super::*;
use crate::{desk::tickets::due::run_due, links::RatePass, store::contracts};

const DAY_S: i64 = 86_400;

async fn number_of(bench: &Bench, level: CoverLevel, started_s_ago: i64) -> i64 {
    open(&bench.test, bench.bath, level, now().plus_seconds(-started_s_ago)).await.1
}

fn news(mails: &[Claimed]) -> Vec<&'static str> {
    let word = |mail: &Claimed| match &mail.facts {
        MailFacts::Ticket(facts) => facts.news.as_str(),
        other => panic!("{other:?}"),
    };
    mails.iter().map(word).collect()
}

#[actix_rt::test]
async fn a_ticket_is_taken_given_and_put_down_and_a_stale_form_is_refused() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let tom = person(&bench.test, 8, "Tom Okafor", Role::Engineer, None).await;
        let jo = person(&bench.test, 9, "Jo Bell", Role::Contact, Some(bench.bath)).await;
        let assign = async |version, to: &str| bench.desk.assign(&agent, number, version, to.to_owned()).await;
        assert_eq!(wrong(assign(1, &jo.user.to_string()).await), ["to"], "no customer: {}", bench.test.name);
        assert_eq!(wrong(assign(1, "somebody").await), ["to"]);
        assign(1, "me").await.unwrap();
        assert!(conflict(assign(1, &tom.user.to_string()).await).contains("Somebody else"), "{}", bench.test.name);
        assign(2, &tom.user.to_string()).await.unwrap();
        assert_eq!(bench.page(&bench.customer()).await.care.assignee, "Tom Okafor", "{}", bench.test.name);
        assign(3, "").await.unwrap();
        let events = bench.page(&agent).await.events;
        let said: Vec<_> = events.iter().map(|event| event.text.as_str()).collect();
        assert_eq!(said, ["", "to Tom Okafor", "to nobody"], "{}", bench.test.name);
        assert!(bench.page(&bench.customer()).await.events.is_empty(), "between staff: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn sorting_names_everything_wrong_and_keeps_monitorings_kinds() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        assert_eq!(
            wrong(bench.desk.sort(&agent, number, SortInput::default()).await),
            ["subject", "kind", "priority", "queue", "version"],
            "{}",
            bench.test.name
        );
        let input = |kind: &str| SortInput {
            subject: "Lift line is dead".to_owned(),
            kind: kind.to_owned(),
            priority: "urgent".to_owned(),
            queue: "field".to_owned(),
            version: "1".to_owned(),
        };
        assert_eq!(wrong(bench.desk.sort(&agent, number, input("fault")).await), ["kind"], "{}", bench.test.name);
        bench.desk.sort(&agent, number, input("question")).await.unwrap();
        let page = bench.page(&agent).await;
        let care = page.care.staff.unwrap();
        assert_eq!((care.priority, care.queue), (Priority::Urgent, Queue::Field), "{}", bench.test.name);
        assert_eq!((page.subject.as_str(), page.care.kind), ("Lift line is dead", TicketKind::Question));
        assert!(conflict(bench.desk.sort(&agent, number, input("logged")).await).contains("Somebody else"));
        bench.desk.tag(&agent, number, 2, "Lift, FAX lift".to_owned()).await.unwrap();
        assert_eq!(bench.page(&agent).await.care.staff.unwrap().tags, ["fax", "lift"], "{}", bench.test.name);
        assert_eq!(wrong(bench.desk.tag(&agent, number, 3, "a/b".to_owned()).await), ["tags"]);
    }
}

#[actix_rt::test]
async fn what_is_put_aside_comes_back_in_time_or_with_the_customer() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let snooze = async |version, until: &str| bench.desk.snooze(&agent, number, version, until.to_owned()).await;
        assert_eq!(wrong(snooze(1, "2026-11-24T16:00").await), ["until"], "past: {}", bench.test.name);
        assert_eq!(wrong(snooze(1, "2027-11-24T16:00").await), ["until"]);
        snooze(1, "2026-11-25T09:00").await.unwrap();
        let snoozed = async || bench.page(&agent).await.care.staff.unwrap().snoozed_until;
        assert_eq!(snoozed().await, Some(at("2026-11-25T09:00:00Z")), "{}", bench.test.name);
        assert_eq!(run_due(&bench.test.db, at("2026-11-25T08:59:59Z"), DOMAIN).await.unwrap(), 0);
        for expected in [1, 0] {
            let done = run_due(&bench.test.db, at("2026-11-25T09:00:00Z"), DOMAIN).await.unwrap();
            assert_eq!(done, expected, "once: {}", bench.test.name);
        }
        assert_eq!(snoozed().await, None, "{}", bench.test.name);
        snooze(bench.version().await, "2026-11-26T09:00").await.unwrap();
        bench.desk.reply(&bench.customer(), number, reply("Hello?")).await.unwrap();
        assert_eq!(snoozed().await, None, "the customer wrote: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn what_waits_for_the_customer_says_so_a_day_before_and_closes_once() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, db) = (staff(Role::Agent), bench.number, &bench.test.db);
        bench.answer(number, "Is it better?").await;
        bench.desk.set_state(&agent, number, 1, TicketState::WaitingCustomer).await.unwrap();
        let closes_at = bench.page(&agent).await.care.closes_at.unwrap();
        assert_eq!(run_due(db, closes_at.plus_seconds(-DAY_S - 1), DOMAIN).await.unwrap(), 0, "{}", bench.test.name);
        for at in [closes_at.plus_seconds(-DAY_S), closes_at.plus_seconds(-60)] {
            run_due(db, at, DOMAIN).await.unwrap();
        }
        for at in [closes_at, closes_at.plus_seconds(60)] {
            run_due(db, at, DOMAIN).await.unwrap();
        }
        let mails = mails(&bench).await;
        assert_eq!(news(&mails), ["ticket_reply", "ticket_closing", "ticket_closed"], "{}", bench.test.name);
        let own = bench.page(&bench.customer()).await;
        assert_eq!((own.state, own.care.outcome), (TicketState::Closed, Some(Outcome::Unanswered)));
        assert!(own.may.rate && own.may.write, "{}", bench.test.name);
        // A reply opens it again, and the wait is over.
        desk_at(&bench.test, closes_at).reply(&bench.customer(), number, reply("No")).await.unwrap();
        let again = bench.page(&agent).await;
        assert_eq!((again.state, again.care.closes_at), (TicketState::Open, None), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_answer_within_the_week_keeps_it_open() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, db) = (staff(Role::Agent), bench.number, &bench.test.db);
        bench.answer(number, "Is it better?").await;
        bench.desk.set_state(&agent, number, 1, TicketState::WaitingCustomer).await.unwrap();
        bench.desk.reply(&bench.customer(), number, reply("Not yet")).await.unwrap();
        assert_eq!(run_due(db, now().plus_seconds(8 * DAY_S), DOMAIN).await.unwrap(), 0, "{}", bench.test.name);
        assert_eq!(bench.page(&agent).await.state, TicketState::Open, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_late_warning_leaves_the_customer_a_day() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, db) = (staff(Role::Agent), bench.number, &bench.test.db);
        bench.answer(number, "Is it better?").await;
        bench.desk.set_state(&agent, number, 1, TicketState::WaitingCustomer).await.unwrap();
        let late = now().plus_seconds(9 * DAY_S);
        run_due(db, late, DOMAIN).await.unwrap();
        assert_eq!(bench.page(&agent).await.state, TicketState::WaitingCustomer, "{}", bench.test.name);
        run_due(db, late.plus_seconds(DAY_S), DOMAIN).await.unwrap();
        assert_eq!(bench.page(&agent).await.state, TicketState::Closed, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_merge_is_seen_before_it_is_done_and_no_promise_gets_later() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let jo = person(&bench.test, 9, "Jo Bell", Role::Contact, Some(bench.bath)).await;
        let later = number_of(&bench, CoverLevel::Cat2, 600).await;
        let (_, foreign) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-9_000)).await;
        let merge = async |from, into: i64| bench.desk.merge(&agent, from, 1, format!("T-{into}")).await;
        assert!(conflict(merge(number, later).await).contains("due earlier"), "{}", bench.test.name);
        assert!(conflict(merge(later, foreign).await).contains("one customer"), "{}", bench.test.name);
        assert_eq!(wrong(merge(number, number).await), ["into"]);
        assert_eq!(wrong(merge(number, 9_999).await), ["into"]);
        assert_eq!(wrong(bench.desk.merge(&agent, number, 1, "soon".to_owned()).await), ["into"]);
        let preview = bench.desk.merge_preview(&agent, later, format!("{number}")).await.unwrap();
        assert_eq!((preview.refusal, preview.steps.len()), (None, 4), "{:?}", preview.steps);
        assert_eq!(bench.page(&agent).await.events.len(), 0, "a preview changes nothing: {}", bench.test.name);
        assert_eq!(merge(later, number).await.unwrap(), number, "{}", bench.test.name);
        let gone = bench.desk.page(&agent, later).await.unwrap();
        assert_eq!((gone.state, gone.care.outcome), (TicketState::Closed, Some(Outcome::Merged)));
        assert_eq!(gone.clocks[0].reason.as_deref(), Some(format!("merged into T-{number}").as_str()));
        assert_eq!(gone.care.merged_into, Some(number), "{}", bench.test.name);
        assert!(gone.care.staff.unwrap().moves.is_empty(), "{}", bench.test.name);
        let kept = bench.page(&agent).await;
        assert_eq!(kept.care.links[0].kind, LinkKind::MergedFrom, "{}", bench.test.name);
        assert_eq!(bench.kinds().await, [TicketEventKind::TookOver], "{}", bench.test.name);
        // Later words land where it goes on.
        assert_eq!(bench.desk.reply(&jo, later, reply("Any news?")).await.unwrap(), number, "{}", bench.test.name);
        assert_eq!(bench.page(&agent).await.events.last().unwrap().text, "Any news?", "{}", bench.test.name);
        assert!(mails(&bench).await.is_empty(), "a merge is no closing: {}", bench.test.name);
    }
}

#[actix_rt::test]
async fn two_who_merge_both_ways_wait_for_each_other() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let agent = staff(Role::Agent);
        let (one, two) = (bench.number, number_of(&bench, CoverLevel::Cat2, 1_200).await);
        let (there, back) = tokio::join!(
            bench.desk.merge(&agent, one, 1, format!("T-{two}")),
            bench.desk.merge(&agent, two, 1, format!("T-{one}")),
        );
        assert_eq!([there, back].iter().filter(|done| done.is_ok()).count(), 1, "{}", bench.test.name);
    }
}

fn split(messages: &[i64], consent: &str) -> SplitInput {
    SplitInput {
        subject: "A second line".to_owned(),
        kind: "change".to_owned(),
        messages: messages.iter().map(ToString::to_string).collect(),
        consent: consent.to_owned(),
    }
}

#[actix_rt::test]
async fn two_matters_in_one_ticket_become_two_tickets() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        contracts::tests::store(
            bench.test.db.writer(),
            bench.bath,
            &contracts::tests::contract(CoverLevel::Cat2, None, "2026-04-01"),
        )
        .await;
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&bench.customer(), number, reply("It crackles")).await.unwrap();
        bench.answer(number, "We look").await;
        bench.desk.reply(&bench.customer(), number, reply("And we want a second line")).await.unwrap();
        assert_eq!(
            wrong(bench.desk.split(&agent, number, SplitInput::default()).await),
            ["subject", "kind", "messages"]
        );
        assert_eq!(wrong(bench.desk.split(&agent, number, split(&[2], "")).await), ["messages"], "no reply of ours");
        let new = bench.desk.split(&agent, number, split(&[3], "")).await.unwrap();
        let page = bench.desk.page(&bench.customer(), new).await.unwrap();
        assert_eq!((page.care.kind, page.events.len()), (TicketKind::Change, 1), "{}", bench.test.name);
        assert_eq!(page.events[0].text, "And we want a second line");
        assert_eq!(page.care.links[0].kind, LinkKind::SplitFrom, "{}", bench.test.name);
        assert_eq!(page.clocks.len(), 1, "with everything that is promised: {}", bench.test.name);
        let last = bench.page(&agent).await.events.last().unwrap().clone();
        assert_eq!((last.kind, last.text.contains("A second line")), (TicketEventKind::Split, true));
    }
}

#[actix_rt::test]
async fn a_further_incident_needs_consent() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        contracts::tests::store(
            bench.test.db.writer(),
            bench.bath,
            &contracts::tests::contract(CoverLevel::CatS, None, "2026-04-01"),
        )
        .await;
        let (agent, number) = (staff(Role::Agent), bench.number);
        bench.desk.reply(&bench.customer(), number, reply("And another thing")).await.unwrap();
        assert_eq!(wrong(bench.desk.split(&agent, number, split(&[1], " ")).await), ["consent"], "{}", bench.test.name);
        let new = bench.desk.split(&agent, number, split(&[1], "Jo Bell by phone, 24 Nov")).await.unwrap();
        let page = bench.desk.page(&agent, new).await.unwrap();
        assert_eq!((page.care.kind, page.state), (TicketKind::Incident, TicketState::Asked), "{}", bench.test.name);
        let note = bench.page(&agent).await.events.into_iter().find(|one| one.kind == TicketEventKind::Note).unwrap();
        assert!(note.text.contains("Jo Bell by phone"), "{}", note.text);
    }
}

#[actix_rt::test]
async fn related_tickets_are_linked_and_unlinked() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number) = (staff(Role::Agent), bench.number);
        let other = number_of(&bench, CoverLevel::Cat2, 600).await;
        bench.desk.link(&agent, number, format!("t{other}")).await.unwrap();
        bench.desk.link(&agent, number, format!("T-{other}")).await.unwrap();
        assert_eq!(bench.desk.page(&agent, other).await.unwrap().care.links.len(), 1, "{}", bench.test.name);
        bench.desk.unlink(&agent, other, number).await.unwrap();
        assert!(bench.page(&agent).await.care.links.is_empty(), "{}", bench.test.name);
        assert!(conflict(bench.desk.unlink(&agent, other, number).await).contains("not related"));
    }
}

#[actix_rt::test]
async fn a_change_is_declined_with_a_reason_that_is_mailed() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.under_contract().await;
        let (agent, number) = (staff(Role::Agent), bench.number);
        let decline = async |version, why: &str| bench.desk.decline(&agent, number, version, why.to_owned()).await;
        assert!(conflict(decline(1, "x").await).contains("change request"), "{}", bench.test.name);
        let input = SortInput {
            subject: "A second line".to_owned(),
            kind: "change".to_owned(),
            priority: "normal".to_owned(),
            queue: "support".to_owned(),
            version: "1".to_owned(),
        };
        bench.desk.sort(&agent, number, input).await.unwrap();
        assert_eq!(wrong(decline(2, "").await), ["reason"], "{}", bench.test.name);
        decline(2, "The maker sells no such card").await.unwrap();
        let own = bench.page(&bench.customer()).await;
        assert_eq!(own.care.outcome, Some(Outcome::Declined), "{}", bench.test.name);
        assert!(!own.may.rate, "nothing was done: {}", bench.test.name);
        assert_eq!(news(&mails(&bench).await), ["ticket_declined"], "{}", bench.test.name);
        // What the customer answers is another matter.
        assert_ne!(bench.desk.reply(&bench.customer(), number, reply("Why?")).await.unwrap(), number);
    }
}

#[actix_rt::test]
async fn how_it_was_is_said_once_on_the_page_or_by_the_link() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, desk) = (staff(Role::Agent), bench.number, &bench.desk);
        let yes = RateInput { satisfied: "yes".to_owned(), words: "Quick".to_owned() };
        assert!(conflict(desk.rate(&bench.customer(), number, yes.clone()).await).contains("closed"));
        bench.answer(number, "Done").await;
        desk.set_state(&bench.customer(), number, 1, TicketState::Closed).await.unwrap();
        let expires_at = now().plus_seconds(30 * DAY_S);
        let pass = RatePass { ticket: bench.ticket, contact: bench.contact, expires_at };
        let token = pass.token(&signer());
        for _ in 0..2 {
            assert_eq!(desk.rate_link(&token).await.unwrap().rating, None, "a look stores nothing");
        }
        assert!(conflict(desk.rate(&agent, number, yes.clone()).await).contains("Only the customer"));
        assert_eq!(wrong(desk.rate_by_link(&token, RateInput::default()).await), ["satisfied"]);
        let said = desk.rate_by_link(&token, yes.clone()).await.unwrap().rating.unwrap();
        assert!(said.satisfied && said.words == "Quick", "{}", bench.test.name);
        assert!(conflict(desk.rate_by_link(&token, yes.clone()).await).contains("already"));
        assert!(conflict(desk.rate(&bench.customer(), number, yes.clone()).await).contains("already"));
        assert!(!bench.page(&bench.customer()).await.may.rate, "{}", bench.test.name);
        let foreign = rows::contact(&bench.test.db, bench.avon.customer, "ann", domain::observation::Status::Warning);
        let foreign = RatePass { contact: foreign.await, ..pass }.token(&signer());
        assert_eq!(wrong(desk.rate_link(&foreign).await), ["token"], "another customer's contact");
        let old = RatePass { expires_at: now(), ..pass }.token(&signer());
        assert_eq!(wrong(desk.rate_by_link(&old, yes).await), ["token"], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn the_page_shows_what_may_become_of_it_and_why_not_yet() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let agent = staff(Role::Agent);
        let moves = async || {
            let moves = bench.page(&agent).await.care.staff.unwrap().moves.into_iter();
            moves.map(|one| (one.wanted, one.withheld.is_some())).collect::<Vec<_>>()
        };
        let waits = [(Move::WaitForCustomer, false), (Move::WaitForMaker, false)];
        let owed = [&waits[..], &[(Move::Close, true), (Move::MergeAway, false)]].concat();
        assert_eq!(moves().await, owed, "{}", bench.test.name);
        bench.answer(bench.number, "Done").await;
        let met = [&waits[..], &[(Move::Close, false), (Move::MergeAway, false)]].concat();
        assert_eq!(moves().await, met, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_missed_target_stays_missed_whoever_closes_the_ticket() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let name = bench.test.name;
        let late = desk_at(&bench.test, now().plus_seconds(20 * DAY_S));
        late.set_state(&bench.customer(), bench.number, 1, TicketState::Closed).await.unwrap();
        assert_eq!(bench.states().await, ["missed"], "{name}");
        let other = number_of(&bench, CoverLevel::Cat2, 1_200).await;
        let page = late.page(&staff(Role::Agent), other).await.unwrap();
        let clock = page.clocks[0].id;
        late.void(&staff(Role::Supervisor), other, clock, "a test of theirs".to_owned()).await.unwrap();
        let page = late.page(&staff(Role::Agent), other).await.unwrap();
        assert!(matches!(page.clocks[0].face.state, FaceState::Missed { .. }), "{name}: {:?}", page.clocks);
        assert_eq!(page.clocks[0].reason.as_deref(), Some("a test of theirs"), "{name}");
    }
}

#[actix_rt::test]
async fn the_week_of_waiting_begins_with_our_last_word() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, name) = (staff(Role::Agent), bench.number, bench.test.name);
        bench.answer(number, "Is it better?").await;
        bench.desk.set_state(&agent, number, 1, TicketState::WaitingCustomer).await.unwrap();
        let first = bench.page(&agent).await.care.closes_at.unwrap();
        let later = now().plus_seconds(5 * DAY_S);
        desk_at(&bench.test, later).reply(&agent, number, reply("Did you see this?")).await.unwrap();
        bench.send(later.plus_seconds(60)).await;
        let moved = bench.page(&agent).await.care.closes_at.unwrap().seconds_since(first);
        // A bench's clock runs on from its present.
        assert!((5 * DAY_S - 60..=5 * DAY_S + 60).contains(&moved), "{name}: {moved}");
        assert_eq!(run_due(&bench.test.db, first, DOMAIN).await.unwrap(), 0, "{name}");
        assert_eq!(bench.page(&agent).await.state, TicketState::WaitingCustomer, "{name}");
    }
}

#[actix_rt::test]
async fn what_was_opened_again_and_not_answered_does_not_close_for_want_of_an_answer() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, name) = (staff(Role::Agent), bench.number, bench.test.name);
        bench.answer(number, "Done").await;
        bench.desk.set_state(&agent, number, 1, TicketState::Closed).await.unwrap();
        bench.desk.reply(&bench.customer(), number, reply("It is not")).await.unwrap();
        let version = bench.version().await;
        bench.desk.set_state(&agent, number, version, TicketState::WaitingCustomer).await.unwrap();
        assert_eq!(bench.page(&agent).await.care.closes_at, None, "the silence is ours: {name}");
    }
}

#[actix_rt::test]
async fn a_paused_promise_and_an_order_are_not_merged_away() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (agent, number, name) = (staff(Role::Agent), bench.number, bench.test.name);
        let later = number_of(&bench, CoverLevel::Cat2, 60).await;
        bench.desk.pause(&agent, number, paused("remote_access", "SSH refused")).await.unwrap();
        let refused = bench.desk.merge(&agent, number, 1, format!("T-{later}")).await;
        assert!(conflict(refused).contains("due earlier"), "{name}");
    }
}
