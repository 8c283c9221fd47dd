//! Who sees and does what on a ticket, and what it does to the clocks, through the desk, on both databases.

mod acts;
mod files;
mod helps;
mod intake;
mod life;
mod limits;
mod order;
mod queue;
mod reading;
mod writing;

use app::api::{
    care::CareDesk,
    error::ApiError,
    principal::Principal,
    tickets::{CallInput, FaceState, LevelInput, PauseInput, ReplyInput, Show, TicketDesk, TicketPage},
};
use domain::{
    access::{Role, Scope},
    clock::{ClockKind, WARNING_PERCENTS},
    contract::CoverDecision,
    cover::CoverLevel,
    id::{ClockId, ContactId, TicketId, UserId},
    level::LevelTerms,
    observation::Status,
    text::{EmailAddress, Name},
    ticket::{TicketEventKind, TicketKind, TicketState},
    time::Timestamp,
};

use uuid::Uuid;

use super::{Desk, Parts, held::send_due};
use crate::{
    clock::Clock,
    config::Support,
    desk::{
        hosts::fixtures::{engine, of, signer, staff},
        new_id,
    },
    store::{
        clocks::{self, NewClock, StoredClock},
        contracts,
        hosts::fixtures::{self as rows, Owner, now},
        outbox::{self, Claimed, Readers},
        seeds,
        tickets::{self, NewTicket, Promise, promise},
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

const DOMAIN: &str = "desk.example";

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
pub(in crate::desk) async fn user(test: &TestDb) {
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

pub(in crate::desk) fn desk_at(test: &TestDb, at: Timestamp) -> Desk {
    Desk::new(Parts {
        db: test.db.clone(),
        clock: Clock::from(at),
        engine: engine(&test.db),
        support: support(),
        signer: signer(),
        mail_domain: DOMAIN.to_owned(),
    })
}

/// A covered ticket that was opened and whose response clock started at `at`.
pub(in crate::desk) async fn open(test: &TestDb, owner: Owner, level: CoverLevel, at: Timestamp) -> (TicketId, i64) {
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

    /// Gives Bath a contract of the level that its ticket has.
    async fn under_contract(&self) {
        let contract = contracts::tests::contract(CoverLevel::Cat2, None, "2026-04-01");
        contracts::tests::store(self.test.db.writer(), self.bath, &contract).await;
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

    /// A reply of the agent that nobody takes back.
    async fn answer(&self, number: i64, text: &str) {
        self.desk.reply(&staff(Role::Agent), number, reply(text)).await.unwrap();
        self.send(now().plus_seconds(60)).await;
    }

    /// What the steward does every other second.
    async fn send(&self, at: Timestamp) -> u64 {
        send_due(&self.test.db, at, DOMAIN).await.unwrap()
    }

    async fn version(&self) -> i64 {
        self.page(&staff(Role::Agent)).await.version
    }
}

pub(in crate::desk) fn reply(text: &str) -> ReplyInput {
    ReplyInput { text: text.to_owned(), ..ReplyInput::default() }
}

fn note(text: &str) -> ReplyInput {
    ReplyInput { note: "yes".to_owned(), ..reply(text) }
}

fn paused(reason: &str, evidence: &str) -> PauseInput {
    PauseInput { reason: reason.to_owned(), evidence: evidence.to_owned() }
}

/// The mails that were queued since the last look, in order.
async fn mails(bench: &Bench) -> Vec<Claimed> {
    let tx = bench.test.db.begin().await.unwrap();
    // A mail waits for earlier ones to the same address, so each is taken once the one before is done.
    let mut all = Vec::new();
    loop {
        let claimed = outbox::claim(&tx, now().plus_seconds(9_999_999), 10, Readers::Everybody).await.unwrap();
        if claimed.is_empty() {
            break;
        }
        for mail in claimed {
            let accepted = domain::outbox::Attempt::Accepted { reply: "250".to_owned() };
            let id = new_id(now()).unwrap();
            outbox::record(&tx, id, &mail, now(), &accepted, domain::outbox::Next::Done, now()).await.unwrap();
            all.push(mail);
        }
    }
    tx.commit().await.unwrap();
    all
}

fn conflict<T: std::fmt::Debug>(done: Result<T, ApiError>) -> String {
    match done {
        Err(ApiError::Conflict(words)) => words,
        other => panic!("{other:?}"),
    }
}

fn wrong<T: std::fmt::Debug>(done: Result<T, ApiError>) -> Vec<String> {
    match done {
        Err(ApiError::Invalid(fields)) => fields.into_iter().map(|error| error.field).collect(),
        other => panic!("{other:?}"),
    }
}

/// Another person than the usual one, with an account.
async fn person(test: &TestDb, number: u128, name: &str, role: Role, owner: Option<Owner>) -> Principal {
    let who = match owner {
        Some(owner) => of(owner, role),
        None => staff(role),
    };
    let who = Principal { user: UserId(Uuid::from_u128(number)), name: name.to_owned(), ..who };
    let new = NewUser {
        id: who.user,
        customer: who.customer,
        name: Name::parse(name).unwrap(),
        email: EmailAddress::parse(&format!("p{number}@desk.example")).unwrap(),
        role,
        password_hash: None,
        receives_faults: role == Role::Supervisor,
        at: now(),
    };
    users::create(test.db.writer(), new).await.unwrap();
    who
}
