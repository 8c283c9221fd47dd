//! Who may do what with hardware, and what it does to clocks, stock and mail, through the desk, on both databases.

use std::sync::Arc;

use app::api::{
    error::ApiError,
    hardware::{
        BookingInput, CourierInput, HardwareDesk, ReturnInput, StepInput, TicketHardware, UnitInput, VisitInput,
    },
    tickets::{PauseInput, TicketDesk},
};
use domain::{
    access::{Role, Scope},
    clock::ClockKind,
    cover::CoverLevel,
    hardware::{LoanState, UnitState, VisitState},
    id::TicketId,
    observation::Status,
    ticket::TicketState,
    time::Timestamp,
};

use super::Desk;
use crate::{
    config::Hardware,
    desk::{
        hosts::fixtures::{of, staff},
        tickets::tests as bench,
    },
    store::{
        clocks,
        hardware::{loans, mails, run_due, units, visits},
        hosts::fixtures::{self as rows, Owner, now},
        seeds,
    },
    testing::{TestDb, databases},
};

const ADDRESS: &str = "Faultdesk, 1 Kingsmead Square, Bath BA1 2AB";

struct Bench {
    test: TestDb,
    bath: Owner,
    avon: Owner,
    number: i64,
    ticket: TicketId,
}

/// Tue 24 Nov 2026, 16:41:44 in London, is the present of every bench; the ticket was logged an hour before.
async fn benches(level: CoverLevel) -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (rows::owner(&test.db, "Bath").await, rows::owner(&test.db, "Avon").await);
        bench::user(&test).await;
        rows::contact(&test.db, bath.customer, "jo", Status::Warning).await;
        let (ticket, number) = bench::open(&test, bath, level, now().plus_seconds(-3_600)).await;
        benches.push(Bench { test, bath, avon, number, ticket });
    }
    benches
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

/// Minutes after the present of the benches.
fn later(minutes: i64) -> Timestamp {
    now().plus_seconds(minutes * 60)
}

fn settings() -> Hardware {
    Hardware { courier_before_min: 15 * 60, loan_days: 14, return_address: ADDRESS.to_owned() }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, ApiError>) -> String {
    match result.unwrap_err() {
        ApiError::Conflict(words) => words,
        other => format!("{other:?}"),
    }
}

impl Bench {
    fn desk(&self, at: Timestamp) -> Desk {
        Desk::new(Arc::new(bench::desk_at(&self.test, at)), settings())
    }

    async fn page(&self) -> TicketHardware {
        self.desk(now()).ticket(&staff(Role::Supervisor), self.number).await.unwrap()
    }

    async fn determine(&self, at: Timestamp) -> Result<(), ApiError> {
        self.desk(at).determine_visit(&staff(Role::Engineer), self.number, "Card 2 fails its self test").await
    }

    /// A step of the visit with the version that stands.
    async fn visit(&self, role: Role, at: Timestamp, step: &str) -> Result<(), ApiError> {
        let version = self.page().await.visit.map_or(0, |visit| visit.version).to_string();
        let input = VisitInput { version, step: step.to_owned(), reason: "It restarted".to_owned() };
        self.desk(at).visit_step(&staff(role), self.number, input).await
    }

    async fn book(&self, at: Timestamp, starts: &str) -> Result<(), ApiError> {
        let version = self.page().await.visit.map_or(0, |visit| visit.version).to_string();
        let input = BookingInput {
            version,
            engineer: staff(Role::Engineer).user.to_string(),
            starts: starts.to_owned(),
            minutes: "120".to_owned(),
            taking: "Loan controller LN-0031".to_owned(),
        };
        self.desk(at).book_visit(&staff(Role::Agent), self.number, input).await
    }

    /// A step of the last card of a track.
    async fn step(&self, role: Role, at: Timestamp, track: &str, step: StepInput) -> Result<(), ApiError> {
        let cards = self.page().await.cards;
        let card = cards.iter().rfind(|card| card.track.as_str() == track).unwrap();
        let input =
            StepInput { track: track.to_owned(), id: card.id.clone(), version: card.version.to_string(), ..step };
        self.desk(at).step(&staff(role), self.number, input).await
    }

    async fn steps(&self, track: &str, steps: &str) {
        for step in steps.split(' ') {
            self.step(Role::Agent, now(), track, plain(step)).await.unwrap_or_else(|error| panic!("{step}: {error:?}"));
        }
    }

    async fn add_unit(&self) -> String {
        let input = UnitInput {
            name: "LN-0031".to_owned(),
            model: "Mitel 3300 MXe".to_owned(),
            facilities: "48 extensions".to_owned(),
            state: "in_stock".to_owned(),
            ..UnitInput::default()
        };
        self.desk(now()).save_unit(&staff(Role::Agent), "", input).await.unwrap();
        self.desk(now()).list(&staff(Role::Agent), "").await.unwrap().units[0].id.clone()
    }

    async fn unit_state(&self) -> UnitState {
        units(self.test.db.read()).await.unwrap()[0].state
    }

    async fn lend(&self) {
        let unit = self.add_unit().await;
        self.desk(now()).lend(&staff(Role::Agent), self.number, &unit).await.unwrap();
    }

    async fn open_return(&self) {
        let input = ReturnInput { item: "Controller 0412".to_owned(), warranty: String::new() };
        self.desk(now()).open_return(&staff(Role::Agent), self.number, input).await.unwrap();
    }

    /// The arrival clock's state and when it is due, to the second: the clocks of tests run on.
    async fn arrival(&self) -> Option<(String, Option<Timestamp>)> {
        let clocks = clocks::of_ticket(self.test.db.read(), Scope::Everything, self.ticket).await.unwrap();
        let clock = clocks.into_iter().rfind(|clock| clock.clock.kind() == ClockKind::Arrival)?;
        let due_at = clock.kept.due_at.map(|due| due.plus_micros(-due.as_micros().rem_euclid(1_000_000)));
        Some((clock.kept.state, due_at))
    }

    /// Kinds of the mails, in order of the outbox.
    async fn mails(&self) -> Vec<String> {
        mails::queued_kinds(self.test.db.read()).await
    }
}

fn plain(step: &str) -> StepInput {
    StepInput { step: step.to_owned(), ..StepInput::default() }
}

fn found() -> StepInput {
    StepInput { kind: "misuse".to_owned(), text: "Coffee inside".to_owned(), ..plain("found") }
}

fn priced(step: &str) -> StepInput {
    StepInput { price: "45.00".to_owned(), ..plain(step) }
}

#[actix_rt::test]
async fn a_visit_starts_its_clock_and_arriving_meets_it_once() {
    for bench in benches(CoverLevel::Cat4).await {
        let saturday = at("2026-11-28T10:00:00Z");
        assert_eq!(bench.arrival().await, None, "before the decision no clock runs: {}", bench.test.name);
        assert!(
            refusal(bench.visit(Role::Engineer, saturday, "arrived").await).contains("No visit has been determined")
        );
        bench.determine(saturday).await.unwrap();
        let due = Some(at("2026-11-29T10:00:00Z"));
        assert_eq!(bench.arrival().await, Some(("running".to_owned(), due)), "{}", bench.test.name);
        assert!(refusal(bench.determine(saturday).await).contains("already"));
        bench.book(saturday, "2026-11-28T14:00").await.unwrap();
        bench.visit(Role::Engineer, at("2026-11-28T14:05:00Z"), "arrived").await.unwrap();
        assert_eq!(bench.arrival().await.unwrap().0, "met", "{}", bench.test.name);
        assert!(refusal(bench.visit(Role::Engineer, at("2026-11-28T14:06:00Z"), "arrived").await).contains("already"));
        bench.visit(Role::Engineer, at("2026-11-28T16:00:00Z"), "left").await.unwrap();
        let visit = bench.page().await.visit.unwrap();
        assert_eq!(visit.state, VisitState::Left);
        assert_eq!(visit.steps[2].sub, "Sat 28 Nov, 14:05, Priya Nair", "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn waiting_for_the_site_moves_the_arrival_and_nothing_else_pauses_it() {
    for bench in benches(CoverLevel::Cat4).await {
        bench.determine(at("2026-11-28T10:00:00Z")).await.unwrap();
        let pause = |reason: &str| PauseInput { reason: reason.to_owned(), evidence: "the site is locked".to_owned() };
        let tickets = bench::desk_at(&bench.test, at("2026-11-28T12:00:00Z"));
        let who = staff(Role::Agent);
        tickets.pause(&who, bench.number, pause("site_access")).await.unwrap();
        let later = bench::desk_at(&bench.test, at("2026-11-28T15:00:00Z"));
        later.resume(&who, bench.number, pause("site_access")).await.unwrap();
        assert_eq!(bench.arrival().await.unwrap().1, Some(at("2026-11-29T13:00:00Z")), "{}", bench.test.name);
        let refused = later.pause(&who, bench.number, pause("remote_access")).await;
        assert!(refusal(refused).contains("Once a visit is decided"), "{}", bench.test.name);
        assert_eq!(bench.arrival().await.unwrap().0, "running");
    }
}

#[actix_rt::test]
async fn without_remote_access_or_cover_no_visit_is_decided() {
    for bench in benches(CoverLevel::Cat4).await {
        let pause = PauseInput { reason: "remote_access".to_owned(), evidence: "ssh refused".to_owned() };
        bench::desk_at(&bench.test, now()).pause(&staff(Role::Agent), bench.number, pause).await.unwrap();
        let told = bench.page().await.undetermined.unwrap().refused.unwrap();
        assert!(told.contains("Remote access is missing"), "{told}");
        assert!(refusal(bench.determine(now()).await).contains("Remote access is missing"), "{}", bench.test.name);
        assert_eq!(bench.arrival().await, None);
    }
    for bench in benches(CoverLevel::Cat2).await {
        assert!(refusal(bench.determine(now()).await).contains("Cat4"), "{}", bench.test.name);
        assert_eq!(bench.page().await.undetermined, None);
    }
}

#[actix_rt::test]
async fn a_supervisor_takes_the_decision_back_and_the_clock_is_void() {
    for bench in benches(CoverLevel::Cat4).await {
        bench.determine(now()).await.unwrap();
        bench.book(later(1), "2026-11-25T09:30").await.unwrap();
        bench.book(later(2), "2026-11-25T11:00").await.unwrap();
        assert!(matches!(bench.visit(Role::Engineer, later(3), "undone").await, Err(ApiError::Forbidden { .. })));
        bench.visit(Role::Supervisor, later(3), "undone").await.unwrap();
        assert_eq!(bench.arrival().await.unwrap().0, "voided", "{}", bench.test.name);
        let kinds = bench.mails().await;
        // The contact and the engineer, each time.
        let expected =
            ["visit_booked", "visit_booked", "visit_booked", "visit_booked", "visit_cancelled", "visit_cancelled"];
        assert_eq!(kinds, expected, "{}", bench.test.name);
        let rows = visits::of_ticket(bench.test.db.read(), Scope::Everything, bench.ticket).await.unwrap();
        assert_eq!(rows[0].value.sequence, 3, "{}", bench.test.name);
        bench.determine(later(4)).await.unwrap();
        assert_eq!(bench.arrival().await.unwrap().0, "running", "a new decision, a new clock");
    }
}

#[actix_rt::test]
async fn a_stale_form_changes_nothing() {
    for bench in benches(CoverLevel::Cat4).await {
        bench.determine(now()).await.unwrap();
        bench.book(now(), "2026-11-25T09:30").await.unwrap();
        let input = VisitInput { version: "1".to_owned(), step: "cancelled".to_owned(), reason: "x".to_owned() };
        let stale = bench.desk(now()).visit_step(&staff(Role::Agent), bench.number, input).await;
        assert!(refusal(stale).contains("Somebody else"), "{}", bench.test.name);
        assert_eq!(bench.page().await.visit.unwrap().state, VisitState::Booked);
    }
}

#[actix_rt::test]
async fn cat2_goes_by_courier_before_three_on_the_day_and_after_it_on_the_next() {
    let parcel = || CourierInput { goods: "Card AC-0117".to_owned(), ..CourierInput::default() };
    for bench in benches(CoverLevel::Cat2).await {
        for (diagnosed, goes, comes) in [
            ("2026-11-26T14:59:00Z", "Thu 26 Nov", "by Fri 27 Nov"),
            ("2026-11-26T15:00:00Z", "Fri 27 Nov", "by Mon 30 Nov"),
            ("2026-12-24T14:00:00Z", "Thu 24 Dec", "by Tue 29 Dec"),
        ] {
            let desk = bench.desk(at(diagnosed));
            desk.send_courier(&staff(Role::Agent), bench.number, parcel()).await.unwrap();
            let card = bench.page().await.cards.pop().unwrap();
            let facts: Vec<_> = card.facts.iter().map(|(_, words)| words.as_str()).collect();
            assert_eq!(facts, [goes, comes], "{diagnosed} {}", bench.test.name);
        }
        let same_day = CourierInput { same_day: "yes".to_owned(), fee: "40".to_owned(), ..parcel() };
        let desk = bench.desk(now());
        let sent = desk.send_courier(&staff(Role::Agent), bench.number, same_day.clone()).await;
        assert!(refusal(sent).contains("courier who has confirmed"));
        let same_day = CourierInput { courier: "Citysprint".to_owned(), ..same_day };
        let sent = desk.send_courier(&staff(Role::Agent), bench.number, same_day.clone()).await;
        assert!(refusal(sent).contains("approval of the one-off fee"));
        let same_day = CourierInput { approved_by: "Jo Bell, by phone".to_owned(), ..same_day };
        desk.send_courier(&staff(Role::Agent), bench.number, same_day).await.unwrap();
        bench.steps("courier", "dispatched delivered").await;
        assert_eq!(bench.mails().await, ["courier_dispatched"], "{}", bench.test.name);
    }
    for bench in benches(CoverLevel::Cat1).await {
        let sent = bench.desk(now()).send_courier(&staff(Role::Agent), bench.number, parcel()).await;
        assert!(refusal(sent).contains("comes back to base"), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_covered_repair_costs_nothing_without_a_finding_that_was_told() {
    for bench in benches(CoverLevel::Cat2).await {
        bench.open_return().await;
        bench.steps("rma", "received diagnosing").await;
        let quote = |role| bench.step(role, now(), "rma", priced("quote"));
        assert!(refusal(quote(Role::Supervisor).await).contains("costs the customer nothing"));
        bench.step(Role::Agent, now(), "rma", found()).await.unwrap();
        assert!(refusal(quote(Role::Supervisor).await).contains("costs the customer nothing"), "not told yet");
        bench.steps("rma", "told").await;
        assert!(matches!(quote(Role::Agent).await, Err(ApiError::Forbidden { .. })), "{}", bench.test.name);
        quote(Role::Supervisor).await.unwrap();
        assert_eq!(bench.mails().await, ["return_opened", "damage_found", "repair_quoted"], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_ticket_closes_only_when_its_hardware_is_back() {
    for bench in benches(CoverLevel::Cat2).await {
        bench.open_return().await;
        bench.lend().await;
        assert_eq!(bench.unit_state().await, UnitState::OnLoan, "{}", bench.test.name);
        assert!(
            refusal(bench.step(Role::Agent, now(), "loan", plain("dispatched")).await).contains("necessary facilities")
        );
        bench.steps("loan", "facilities dispatched arrived").await;
        bench.steps("rma", "received diagnosing repair repaired returned delivered").await;
        assert!(refusal(bench.step(Role::Agent, now(), "rma", plain("closed")).await).contains("still out"));
        let loan = loans::of_ticket(bench.test.db.read(), Scope::Everything, bench.ticket).await.unwrap().remove(0);
        assert_eq!(loan.value.due_on, Some(jiff::civil::date(2026, 12, 8)), "{}", bench.test.name);
        let tickets = bench::desk_at(&bench.test, now());
        let who = staff(Role::Agent);
        tickets.reply(&who, bench.number, bench::reply("Repaired.")).await.unwrap();
        let version = tickets.page(&who, bench.number).await.unwrap().version;
        let closed = tickets.set_state(&who, bench.number, version, TicketState::Closed).await;
        assert!(refusal(closed).contains("Hardware is still out"), "{}", bench.test.name);
        bench.steps("loan", "return_asked sent_back inspected back_in_stock").await;
        bench.steps("rma", "closed").await;
        assert_eq!(bench.unit_state().await, UnitState::InStock, "{}", bench.test.name);
        tickets.set_state(&who, bench.number, version, TicketState::Closed).await.unwrap();
    }
}

#[actix_rt::test]
async fn a_loan_is_chased_once_for_each_reminder_whatever_restarts() {
    for bench in benches(CoverLevel::Cat2).await {
        bench.open_return().await;
        bench.lend().await;
        bench.steps("loan", "facilities dispatched arrived").await;
        bench.steps("rma", "received diagnosing repair repaired returned delivered").await;
        let run = async |instant: &str| run_due(&bench.test.db, at(instant), "desk.example", ADDRESS).await.unwrap();
        assert_eq!(run("2026-12-01T08:59:59Z").await, 0, "{}", bench.test.name);
        assert_eq!(run("2026-12-01T09:00:00Z").await, 1, "seven days before: {}", bench.test.name);
        assert_eq!(run("2026-12-01T09:01:00Z").await, 0);
        // As a crash between the mail and the row would leave it: due again, and dealt with already.
        let loan = loans::of_ticket(bench.test.db.read(), Scope::Everything, bench.ticket).await.unwrap().remove(0);
        let day = loan.value.due_on.unwrap();
        let before = at("2026-11-30T00:00:00Z");
        crate::store::hardware::set_chase(bench.test.db.writer(), loan.id, day, "Europe/London", before).await.unwrap();
        assert_eq!(run("2026-12-01T09:02:00Z").await, 0, "told before: {}", bench.test.name);
        // Nobody was here on the day: one mail says it all.
        assert_eq!(run("2026-12-15T10:00:00Z").await, 1, "overdue: {}", bench.test.name);
        assert_eq!(run("2027-03-01T00:00:00Z").await, 0);
        let due = bench.mails().await.into_iter().filter(|kind| kind == "loan_due").count();
        assert_eq!(due, 2, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_unit_that_came_back_is_not_chased() {
    for bench in benches(CoverLevel::Cat2).await {
        bench.lend().await;
        bench.steps("loan", "facilities dispatched arrived return_asked sent_back").await;
        let queued = run_due(&bench.test.db, at("2027-01-01T00:00:00Z"), "desk.example", ADDRESS).await.unwrap();
        assert_eq!(queued, 0, "{}", bench.test.name);
        bench.steps("loan", "inspected").await;
        bench.step(Role::Agent, now(), "loan", found()).await.unwrap();
        bench.steps("loan", "told").await;
        assert!(matches!(
            bench.step(Role::Agent, now(), "loan", priced("charged")).await,
            Err(ApiError::Forbidden { .. })
        ));
        bench.step(Role::Supervisor, now(), "loan", priced("charged")).await.unwrap();
        assert_eq!(bench.unit_state().await, UnitState::Charged, "{}", bench.test.name);
        let loan = loans::of_ticket(bench.test.db.read(), Scope::Everything, bench.ticket).await.unwrap().remove(0);
        assert_eq!((loan.value.state, loan.value.charge_pence), (LoanState::Charged, 4_500));
    }
}

#[actix_rt::test]
async fn customers_see_their_own_steps_and_do_nothing() {
    for bench in benches(CoverLevel::Cat4).await {
        bench.determine(now()).await.unwrap();
        bench.open_return().await;
        let (own, other) = (of(bench.bath, Role::Manager), of(bench.avon, Role::Manager));
        let page = bench.desk(now()).ticket(&own, bench.number).await.unwrap();
        assert!(!page.work && page.engineers.is_empty() && page.units.is_empty(), "{}", bench.test.name);
        let visit = page.visit.unwrap();
        assert!(visit.decided_after.is_empty(), "why is for staff: {}", visit.decided_after);
        assert!(page.cards.iter().all(|card| card.steps.is_empty() && !card.may_find), "{}", bench.test.name);
        let stranger = bench.desk(now()).ticket(&other, bench.number).await;
        assert!(matches!(stranger, Err(ApiError::NotFound)), "{}", bench.test.name);
        let lent = bench.desk(now()).lend(&own, bench.number, "x").await;
        assert!(matches!(lent, Err(ApiError::Forbidden { .. })), "{}", bench.test.name);
        assert!(matches!(bench.desk(now()).list(&own, "").await, Err(ApiError::Forbidden { .. })));
    }
}

#[actix_rt::test]
async fn a_unit_is_lent_once_and_its_label_is_its_own() {
    for bench in benches(CoverLevel::Cat2).await {
        bench.lend().await;
        let unit = bench.desk(now()).list(&staff(Role::Agent), "").await.unwrap().units[0].id.clone();
        let again = bench.desk(now()).lend(&staff(Role::Agent), bench.number, &unit).await;
        assert!(refusal(again).contains("not in stock any more"), "{}", bench.test.name);
        let desk = bench.desk(now());
        let page = desk.list(&staff(Role::Agent), &unit).await.unwrap();
        assert_eq!(page.loans.len(), 1);
        let twin = UnitInput { version: String::new(), state: "in_stock".to_owned(), ..page.input.clone() };
        let twin = desk.save_unit(&staff(Role::Agent), "", twin).await.unwrap_err();
        assert!(twin.field("name").is_some_and(|words| words.contains("label already")), "{twin:?}");
        let gone = UnitInput { state: "retired".to_owned(), ..page.input };
        assert!(refusal(desk.save_unit(&staff(Role::Agent), &unit, gone).await).contains("on loan"));
        bench.steps("loan", "released").await;
        assert_eq!(bench.unit_state().await, UnitState::InStock, "{}", bench.test.name);
    }
}
