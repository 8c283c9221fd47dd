//! Time through the desk, on both databases: what may be booked, by whom, and what two people at once can do.

use app::api::{
    incidents::{ConsentInput, IncidentDesk},
    principal::Principal,
    worktime::{ToldInput, WorkCard, WorkDesk, WorkInput},
};
use domain::{
    access::{Role, Scope},
    contract::{CoverDecision, NotCovered, Prices},
    cover::CoverLevel,
    id::{TicketId, UserId},
    level::LevelTerms,
    notice::{MailFacts, TicketNews},
    observation::Status,
    text::{EmailAddress, Name},
    ticket::{Channel, TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};

use super::{Desk, run_due};
use crate::{
    desk::{
        hosts::fixtures::{of, staff},
        incidents, new_id, tickets,
    },
    store::{
        hosts::fixtures::{self as rows, Owner, acts, now},
        outbox::{self, Readers},
        seeds,
        tickets::{self as ticket_store, NewTicket, Origin, Promise, promise},
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

pub(in crate::desk) const HOUR_S: i64 = 3_600;

/// Two customers, one of them with a contact. Tickets are logged five hours ago; it is Tue 24 Nov 2026, 16:41:44.
pub(in crate::desk) struct Bench {
    pub(in crate::desk) test: TestDb,
    pub(in crate::desk) bath: Owner,
    pub(in crate::desk) avon: Owner,
}

pub(in crate::desk) async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (rows::owner(&test.db, "=Bath").await, rows::owner(&test.db, "Avon").await);
        rows::contact(&test.db, bath.customer, "jo", Status::Warning).await;
        for person in [staff(Role::Agent), tom()] {
            user(&test, &person).await;
        }
        benches.push(Bench { test, bath, avon });
    }
    benches
}

/// Another of the staff.
pub(in crate::desk) fn tom() -> Principal {
    Principal { user: UserId(uuid::Uuid::from_u128(7)), name: "Tom Okafor".to_owned(), ..staff(Role::Agent) }
}

async fn user(test: &TestDb, person: &Principal) {
    let new = NewUser {
        id: person.user,
        customer: None,
        name: Name::parse(&person.name).unwrap(),
        email: EmailAddress::parse(&format!("{}@desk.example", person.user.0.as_u128())).unwrap(),
        role: Role::Agent,
        password_hash: None,
        receives_faults: false,
        at: now(),
    };
    users::create(test.db.writer(), new).await.unwrap();
}

pub(in crate::desk) fn later(seconds: i64) -> Timestamp {
    now().plus_seconds(seconds)
}

impl Bench {
    pub(in crate::desk) fn tickets(&self, at: Timestamp) -> tickets::Desk {
        crate::desk::tickets::tests::desk_at(&self.test, at)
    }

    pub(in crate::desk) fn work(&self, at: Timestamp) -> Desk {
        Desk { tickets: self.tickets(at) }
    }

    pub(in crate::desk) fn incidents(&self, at: Timestamp) -> incidents::Desk {
        incidents::Desk { tickets: self.tickets(at) }
    }

    pub(in crate::desk) fn jo(&self) -> Principal {
        Principal { name: "Jo Bell".to_owned(), ..of(self.bath, Role::Manager) }
    }

    /// A ticket of Bath that was logged five hours ago. Its number.
    pub(in crate::desk) async fn ticket(&self, kind: TicketKind, level: CoverLevel, cover: CoverDecision) -> i64 {
        let tx = self.test.db.begin().await.unwrap();
        let Promise { terms, .. } = promise(&tx, LevelTerms::seeded(level).unwrap()).await.unwrap();
        let at = later(-5 * HOUR_S);
        let incident = kind == TicketKind::Incident;
        let new = NewTicket {
            id: TicketId(new_id(now()).unwrap()),
            kind,
            customer: self.bath.customer,
            site: Some(self.bath.site),
            host: None,
            service: None,
            fault: None,
            contract: None,
            equipment: None,
            subject: "No dialling tone".to_owned(),
            cover,
            terms: Some(terms),
            opened_at: at,
            created_at: at,
            origin: Origin::of(Channel::Portal, "Jo Bell"),
            state: if incident { TicketState::Asked } else { TicketState::Open },
        };
        let number = ticket_store::insert(&tx, new).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        number
    }

    /// An incident that Jo has ordered.
    pub(in crate::desk) async fn ordered(&self) -> i64 {
        let cover = CoverDecision::not_covered(NotCovered::IncidentNotAccepted, Prices::STANDARD);
        let number = self.ticket(TicketKind::Incident, CoverLevel::CatS, cover).await;
        self.incidents(now()).order(&self.jo(), number, ConsentInput::default()).await.unwrap();
        number
    }

    /// The same, accepted.
    pub(in crate::desk) async fn accepted(&self) -> i64 {
        let number = self.ordered().await;
        self.incidents(now()).accept(&staff(Role::Agent), number, 1).await.unwrap();
        number
    }

    pub(in crate::desk) async fn card(&self, who: &Principal, number: i64) -> WorkCard {
        self.work(now()).card(who, number).await.unwrap()
    }

    /// What the customer would pay now, and whether work is stopped.
    pub(in crate::desk) async fn charge(&self, number: i64) -> (String, bool) {
        let incident = self.card(&self.jo(), number).await.incident.unwrap();
        (incident.gross, incident.blocked)
    }

    pub(in crate::desk) async fn kinds(&self, number: i64) -> Vec<TicketEventKind> {
        let db = self.test.db.read();
        let ticket = ticket_store::find(db, Scope::Everything, number).await.unwrap().unwrap();
        let events = ticket_store::events(db, Scope::Everything, ticket.id).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    /// The news of all mails, in order.
    pub(in crate::desk) async fn news(&self) -> Vec<TicketNews> {
        let tx = self.test.db.begin().await.unwrap();
        let mut all = Vec::new();
        // A mail waits for earlier ones to the same address, so each is taken once the one before is done.
        while let Some(mail) =
            outbox::claim(&tx, later(99_999), 10, Readers::Everybody).await.unwrap().into_iter().next()
        {
            let accepted = domain::outbox::Attempt::Accepted { reply: "250".to_owned() };
            let id = new_id(now()).unwrap();
            outbox::record(&tx, id, &mail, now(), &accepted, domain::outbox::Next::Done, now()).await.unwrap();
            let MailFacts::Ticket(facts) = mail.facts else { panic!() };
            all.push(facts.news);
        }
        all
    }
}

/// So many minutes from `at`, London's time today.
pub(in crate::desk) fn typed(at: &str, minutes: &str) -> WorkInput {
    let what = "Restored the trunk".to_owned();
    WorkInput { began: format!("2026-11-24T{at}"), minutes: minutes.to_owned(), what, reason: String::new() }
}

pub(in crate::desk) fn conflict<T: std::fmt::Debug>(done: Result<T, app::api::error::ApiError>) -> String {
    match done {
        Err(app::api::error::ApiError::Conflict(words)) => words,
        other => panic!("{other:?}"),
    }
}

pub(in crate::desk) fn wrong<T: std::fmt::Debug>(done: Result<T, app::api::error::ApiError>) -> Vec<String> {
    match done {
        Err(app::api::error::ApiError::Invalid(fields)) => fields.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[actix_rt::test]
async fn two_hours_are_a_unit_and_not_a_minute_more_before_the_customer_says_so() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.work(now()), bench.test.name);
        let number = bench.ordered().await;
        assert!(conflict(desk.add(&priya, number, typed("12:00", "10")).await).contains("not accepted yet"), "{name}");
        bench.incidents(now()).accept(&priya, number, 1).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£0.00".to_owned(), false), "{name}");
        desk.add(&priya, number, typed("12:00", "1:40")).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£84.00".to_owned(), false), "{name}");
        let words = conflict(desk.add(&priya, number, typed("14:00", "30")).await);
        assert!(words.starts_with("Approval needed: 20 min of approved time is left"), "{words}");
        desk.add(&priya, number, typed("14:00", "20")).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£84.00".to_owned(), true), "{name}");
        assert!(conflict(desk.add(&priya, number, typed("15:00", "10")).await).contains("Approval needed"), "{name}");
        assert!(conflict(desk.start(&priya, number).await).contains("Approval needed"), "{name}");
        bench.incidents(now()).approve(&bench.jo(), number, 1, ConsentInput::default()).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£84.00".to_owned(), false), "approved is not begun: {name}");
        desk.add(&priya, number, typed("15:00", "10")).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£168.00".to_owned(), false), "{name}");
    }
}

#[actix_rt::test]
async fn a_forgotten_stopwatch_stops_itself_and_the_customer_is_asked() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        let number = bench.accepted().await;
        bench.work(now()).start(&priya, number).await.unwrap();
        let db = &bench.test.db;
        assert_eq!(run_due(db, later(2 * HOUR_S - 60), "desk.example").await.unwrap(), 0, "{name}");
        let card = bench.work(later(9 * HOUR_S)).card(&bench.jo(), number).await.unwrap().incident.unwrap();
        assert_eq!((card.gross.as_str(), card.blocked), ("£84.00", true), "before anybody looked: {name}");
        assert_eq!(run_due(db, later(9 * HOUR_S), "desk.example").await.unwrap(), 1, "{name}");
        assert_eq!(run_due(db, later(9 * HOUR_S), "desk.example").await.unwrap(), 0, "{name}");
        let time = bench.card(&priya, number).await.time.unwrap();
        assert_eq!((time.booked_s, time.left_s, time.running.len()), (7_200, Some(0), 0), "{name}");
        assert_eq!(bench.charge(number).await, ("£84.00".to_owned(), true), "{name}");
        assert_eq!(bench.kinds(number).await.last(), Some(&TicketEventKind::ApprovalNeeded), "{name}");
        let asked = TicketNews::ApprovalNeeded { units: 1, net_pence: 7_000, gross_pence: 8_400 };
        assert_eq!(bench.news().await, [asked], "{name}");
        let words = conflict(bench.work(later(9 * HOUR_S)).stop(&priya, number, String::new()).await);
        assert!(words.contains("stopped itself"), "{words}");
    }
}

#[actix_rt::test]
async fn two_processes_cannot_both_have_the_last_approved_minute() {
    for bench in benches().await {
        let number = bench.accepted().await;
        bench.work(now()).add(&staff(Role::Agent), number, typed("12:00", "1:59")).await.unwrap();
        let (one, other) = (bench.work(now()), bench.work(now()));
        let (priya, tom) = (staff(Role::Agent), tom());
        let (first, second) =
            tokio::join!(one.add(&priya, number, typed("15:00", "1")), other.add(&tom, number, typed("15:00", "1")),);
        assert!(first.is_ok() != second.is_ok(), "{} {first:?} {second:?}", bench.test.name);
        assert_eq!(bench.card(&priya, number).await.time.unwrap().booked_s, 7_200, "{}", bench.test.name);
        assert_eq!(bench.charge(number).await, ("£84.00".to_owned(), true), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn nobody_works_twice_at_once() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.work(now()), bench.test.name);
        let number = bench.ticket(TicketKind::Question, CoverLevel::Cat1, CoverDecision::Covered).await;
        let other = bench.ticket(TicketKind::Question, CoverLevel::Cat1, CoverDecision::Covered).await;
        desk.add(&priya, number, typed("12:00", "30")).await.unwrap();
        assert_eq!(wrong(desk.add(&priya, other, typed("12:29", "5")).await), ["began"], "{name}");
        desk.add(&priya, other, typed("12:30", "5")).await.unwrap();
        desk.add(&tom(), number, typed("12:00", "30")).await.unwrap();
        desk.start(&priya, number).await.unwrap();
        let words = conflict(desk.start(&priya, other).await);
        assert!(words.contains(&format!("runs on T-{number} already")), "{words}");
        desk.start(&tom(), other).await.unwrap();
        let soon = bench.work(later(600));
        assert_eq!(wrong(soon.add(&priya, other, typed("16:45", "3")).await), ["began"], "the stopwatch runs: {name}");
        soon.stop(&priya, number, "Called the carrier".to_owned()).await.unwrap();
        let time = bench.card(&priya, number).await.time.unwrap();
        assert_eq!((time.entries.len(), time.running.len(), (time.booked_s + 30) / 60), (3, 0, 70), "{name}");
        let bad = WorkInput { began: "soon".to_owned(), minutes: "many".to_owned(), ..WorkInput::default() };
        assert_eq!(wrong(desk.add(&priya, number, bad).await), ["what", "minutes", "began"], "{name}");
        assert_eq!(wrong(desk.add(&priya, number, typed("16:40", "5")).await), ["minutes"], "not over yet: {name}");
        assert_eq!(
            wrong(desk.add(&priya, number, typed("10:00", "5")).await),
            ["began"],
            "before it was logged: {name}"
        );
    }
}

#[actix_rt::test]
async fn a_correction_keeps_what_was_and_proves_its_version() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.work(now()), bench.test.name);
        let number = bench.accepted().await;
        desk.add(&priya, number, typed("12:00", "2:00")).await.unwrap();
        let entry = bench.card(&priya, number).await.time.unwrap().entries.remove(0);
        let reason = "I had lunch".to_owned();
        let shorter = WorkInput { reason: reason.clone(), ..typed("12:00", "90") };
        assert_eq!(wrong(desk.correct(&priya, number, entry.id, 1, typed("12:00", "90")).await), ["reason"], "{name}");
        desk.correct(&priya, number, entry.id, 1, shorter.clone()).await.unwrap();
        conflict(desk.correct(&priya, number, entry.id, 1, shorter.clone()).await);
        let longer = WorkInput { reason, ..typed("12:00", "2:10") };
        let words = conflict(desk.correct(&priya, number, entry.id, 2, longer).await);
        assert!(words.contains("Approval needed"), "{words}");
        let time = bench.card(&priya, number).await.time.unwrap();
        assert_eq!((time.booked_s, time.left_s), (5_400, Some(1_800)), "{name}");
        let corrections = &time.entries[0].corrections;
        assert_eq!(corrections.len(), 1, "{name}");
        assert!(corrections[0].starts_with("Was 2 h from Tue 24 Nov 2026, 12:00"), "{corrections:?}");
        let denied = desk.correct(&tom(), number, entry.id, 2, shorter.clone()).await.unwrap_err();
        assert!(matches!(denied, app::api::error::ApiError::Forbidden { .. }), "{denied:?}");
        let supervisor = Principal { role: Role::Supervisor, ..tom() };
        let nothing = WorkInput { minutes: "0".to_owned(), ..shorter };
        desk.correct(&supervisor, number, entry.id, 2, nothing).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£0.00".to_owned(), false), "{name}");
        let acts = acts(&bench.test.db).await.into_iter().filter(|(action, ..)| action == "ticket.work.correct");
        assert_eq!(acts.count(), 2, "{name}");
    }
}

#[actix_rt::test]
async fn a_change_request_beyond_half_an_hour_is_flagged_until_the_customer_knows() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.work(now()), bench.test.name);
        let number = bench.ticket(TicketKind::Change, CoverLevel::Cat1, CoverDecision::Covered).await;
        desk.add(&priya, number, typed("12:00", "30")).await.unwrap();
        let task = async || bench.card(&priya, number).await.time.unwrap().task.unwrap();
        assert!(!task().await.outside_cover && task().await.blocked, "{name}");
        assert!(conflict(desk.start(&priya, number).await).contains("outside cover: quote"), "{name}");
        let entry = bench.card(&priya, number).await.time.unwrap().entries.remove(0);
        let reason = "It was 29".to_owned();
        desk.correct(&priya, number, entry.id, 1, WorkInput { reason, ..typed("12:00", "29") }).await.unwrap();
        desk.add(&priya, number, typed("13:00", "10")).await.unwrap();
        assert!(task().await.outside_cover, "{name}");
        assert!(conflict(desk.add(&priya, number, typed("14:00", "1")).await).contains("Tell the customer"), "{name}");
        let told = |how: &str| ToldInput { how: how.to_owned(), note: "About 3 hours more".to_owned() };
        assert_eq!(wrong(desk.tell(&priya, number, told("page")).await), ["how"], "{name}");
        desk.tell(&priya, number, told("mail")).await.unwrap();
        conflict(desk.tell(&priya, number, told("phone")).await);
        desk.add(&priya, number, typed("14:00", "1")).await.unwrap();
        assert!(task().await.outside_cover && !task().await.blocked, "{name}");
        assert_eq!(bench.news().await, [TicketNews::OutsideCover { text: "About 3 hours more".to_owned() }], "{name}");
    }
}

#[actix_rt::test]
async fn customers_see_money_and_no_time_and_only_their_own() {
    for bench in benches().await {
        let (desk, name) = (bench.work(now()), bench.test.name);
        let number = bench.accepted().await;
        let card = bench.card(&bench.jo(), number).await;
        assert!(card.time.is_none() && card.incident.is_some(), "{name}");
        let denied = desk.start(&bench.jo(), number).await.unwrap_err();
        assert!(matches!(denied, app::api::error::ApiError::Forbidden { .. }), "{denied:?}");
        let stranger = of(bench.avon, Role::Manager);
        for done in [desk.card(&stranger, number).await.map(drop), desk.start(&stranger, number).await] {
            assert_eq!(done, Err(app::api::error::ApiError::NotFound), "{name}");
        }
    }
}
