//! Who sees and does what on a ticket, and what it does to the clocks, through the desk, on both databases.

mod acts;
mod limits;
mod reading;

use app::api::{
    principal::Principal,
    tickets::{CallInput, FaceState, LevelInput, PauseInput, ReplyInput, Show, TicketDesk, TicketPage},
};
use domain::{
    access::{Role, Scope},
    clock::{ClockKind, WARNING_PERCENTS},
    contract::CoverDecision,
    cover::CoverLevel,
    id::{ClockId, ContactId, TicketId},
    level::LevelTerms,
    observation::Status,
    text::{EmailAddress, Name},
    ticket::{TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};

use super::Desk;
use crate::{
    clock::Clock,
    config::Support,
    desk::{
        hosts::fixtures::{engine, of, staff},
        new_id,
    },
    store::{
        clocks::{self, NewClock, StoredClock},
        hosts::fixtures::{self as rows, Owner, now},
        seeds,
        tickets::{self, NewTicket, Promise, promise},
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

/// Two customers, one with an open ticket under a level.
struct Bench {
    test: TestDb,
    desk: Desk,
    bath: Owner,
    avon: Owner,
    contact: ContactId,
    number: i64,
    ticket: TicketId,
}

/// Tue 24 Nov 2026, 16:41:44 in London, is the present of every bench.
async fn benches(level: CoverLevel, started_s_ago: i64) -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        benches.push(bench(test, level, started_s_ago).await);
    }
    benches
}

fn support() -> Support {
    Support { phone: "0117 496 0100".to_owned(), phone_24h: String::new(), zone: "Europe/London".to_owned() }
}

async fn bench(test: TestDb, level: CoverLevel, started_s_ago: i64) -> Bench {
    seeds::plant(&test.db, now()).await.unwrap();
    let (bath, avon) = (rows::owner(&test.db, "Bath").await, rows::owner(&test.db, "Avon").await);
    user(&test).await;
    let contact = rows::contact(&test.db, bath.customer, "jo", Status::Warning).await;
    // Nobody mails the other customer's contact.
    rows::contact(&test.db, avon.customer, "kit", Status::Warning).await;
    let desk = desk_at(&test, now());
    let (ticket, number) = open(&test, bath, level, now().plus_seconds(-started_s_ago)).await;
    Bench { test, desk, bath, avon, contact, number, ticket }
}

/// The account behind every principal of the fixtures: entries of timelines name it.
async fn user(test: &TestDb) {
    let new = NewUser {
        id: staff(Role::Agent).user,
        customer: None,
        name: Name::parse("Priya Nair").unwrap(),
        email: EmailAddress::parse("priya@desk.example").unwrap(),
        role: Role::Agent,
        password_hash: None,
        receives_faults: false,
        at: now(),
    };
    users::create(test.db.writer(), new).await.unwrap();
}

fn desk_at(test: &TestDb, at: Timestamp) -> Desk {
    Desk::new(test.db.clone(), Clock::from(at), engine(&test.db), support(), "desk.example".to_owned())
}

/// A covered ticket that was opened and whose response clock started at `at`.
async fn open(test: &TestDb, owner: Owner, level: CoverLevel, at: Timestamp) -> (TicketId, i64) {
    let tx = test.db.begin().await.unwrap();
    let Promise { terms, clock } = promise(&tx, LevelTerms::seeded(level).unwrap()).await.unwrap();
    let new = NewTicket {
        cover: CoverDecision::Covered,
        terms: Some(terms),
        opened_at: at,
        created_at: at,
        ..tickets::tests::request(owner)
    };
    let id = new.id;
    let number = tickets::insert(&tx, new).await.unwrap().unwrap();
    let new = NewClock {
        id: ClockId(new_id(now()).unwrap()),
        ticket: id,
        kind: ClockKind::Response,
        terms: clock.unwrap(),
        started_at: at,
        entered_at: at,
        percents: &WARNING_PERCENTS,
    };
    clocks::start(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
    (id, number)
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

impl Bench {
    fn customer(&self) -> Principal {
        of(self.bath, Role::Contact)
    }

    async fn clocks(&self) -> Vec<StoredClock> {
        let db = self.test.db.read();
        assert_eq!(clocks::recompute(db, None, 100).await.unwrap().0, [], "{}", self.test.name);
        clocks::of_ticket(db, Scope::Everything, self.ticket).await.unwrap()
    }

    /// State of each clock, in the order in which they began.
    async fn states(&self) -> Vec<String> {
        self.clocks().await.into_iter().map(|clock| clock.kept.state).collect()
    }

    async fn kinds(&self) -> Vec<TicketEventKind> {
        let events = tickets::events(self.test.db.read(), Scope::Everything, self.ticket).await.unwrap();
        events.into_iter().map(|event| event.kind).collect()
    }

    async fn page(&self, who: &Principal) -> TicketPage {
        self.desk.page(who, self.number).await.unwrap()
    }

    async fn version(&self) -> i64 {
        self.page(&staff(Role::Agent)).await.version
    }
}

fn reply(text: &str) -> ReplyInput {
    ReplyInput { text: text.to_owned(), note: String::new() }
}

fn note(text: &str) -> ReplyInput {
    ReplyInput { note: "yes".to_owned(), ..reply(text) }
}

fn paused(reason: &str, evidence: &str) -> PauseInput {
    PauseInput { reason: reason.to_owned(), evidence: evidence.to_owned() }
}
