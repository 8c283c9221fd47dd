//! From a confirmed fault to what is sent when, on both databases and a clock of our own.

use domain::{
    access::{Role, Side},
    contract::{CoverDecision, EquipmentClass, Listed, Supply},
    escalation::Event,
    fault::FaultEventKind,
    id::{ContactId, EquipmentId, FaultId, HostId, LevelId, ServiceId, TicketId, UserId},
    level::{Action, Hours, LevelTerms, Replacement, Target},
    notice::Who,
    observation::Status,
    service::ServiceState,
    text::{EmailAddress, Name},
};
use entity::notice;
use sea_orm::QueryOrder;

use super::*;
use crate::{
    store::{
        Db,
        clocks::Fact,
        contracts,
        equipment::{self, PieceFields},
        faults::{Decision, apply},
        hosts::fixtures::{Owner, contact, host, now, owner, service},
        levels, seeds,
        states::NewTransition,
        users::{self, NewUser},
        values::Made,
    },
    testing::{TestDb, databases},
};

mod crowd;
mod quiet;
mod unheard;
mod year;

pub(super) fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

fn context(now: Timestamp) -> Context {
    Context::new(now, "desk.example".to_owned())
}

/// A customer with one watched phone system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    pub(super) owner: Owner,
    pub(super) host: HostId,
    pub(super) service: ServiceId,
    pub(super) contact: ContactId,
}

/// Priya is the engineer, Ellie the supervisor, Ada administers; Sam, an agent, is told of every fault.
pub(super) struct World {
    pub(super) test: TestDb,
    pub(super) priya: UserId,
}

async fn person(db: &Db, name: &str, role: Role, receives_faults: bool) -> UserId {
    let id = UserId(new_id(now()).unwrap());
    let email = EmailAddress::parse(&format!("{}@desk.example", name.to_lowercase())).unwrap();
    let name = Name::parse(name).unwrap();
    let new = NewUser { id, name, email, role, customer: None, receives_faults, password_hash: None, at: now() };
    users::create(db.writer(), new).await.unwrap();
    id
}

/// 2 h day and night.
async fn custom(db: &Db) -> LevelId {
    let id = LevelId(new_id(now()).unwrap());
    let terms = LevelTerms {
        level: CoverLevel::Custom,
        name: "Quay nights".to_owned(),
        version: 1,
        response: Some(Target { target_s: 7_200, hours: Hours::Always }),
        action: Action::DutyEngineer,
        paging: Some(Hours::Always),
        replacement: Replacement::ReturnToBase,
        portal_tickets: true,
    };
    levels::insert(db.writer(), id, &terms, Made::seeded(now())).await.unwrap();
    id
}

impl World {
    pub(super) async fn new(test: TestDb) -> Self {
        seeds::plant(&test.db, at("2026-01-01T00:00:00Z")).await.unwrap();
        let priya = person(&test.db, "Priya", Role::Engineer, false).await;
        person(&test.db, "Ellie", Role::Supervisor, false).await;
        person(&test.db, "Ada", Role::Administrator, false).await;
        person(&test.db, "Sam", Role::Agent, true).await;
        Self { test, priya }
    }

    /// A customer whose contract on `level` began on 1 January 2026.
    pub(super) async fn customer(&self, name: &str, level: CoverLevel) -> Watched {
        let db = &self.test.db;
        let owner = owner(db, name).await;
        let host = host(db, owner, &format!("{}-pbx", name.to_lowercase())).await;
        let service = service(db, owner, host, "SIP trunk").await;
        let contact = contact(db, owner.customer, "Jo", Status::Warning).await;
        let piece = PieceFields {
            site: Some(owner.site),
            host: Some(host),
            name: Name::parse("Phone system").unwrap(),
            class: EquipmentClass::PhoneSystem,
            supply: Supply::ByUs,
            warranty_ends_on: None,
        };
        let id = EquipmentId(new_id(now()).unwrap());
        equipment::insert(db.writer(), id, owner.customer, &piece, now()).await.unwrap();
        if level != CoverLevel::None {
            let site = (level == CoverLevel::Cat4).then_some(owner.site);
            let mut contract = contracts::tests::contract(level, site, "2026-01-01");
            contract.activated_at = Some(at("2025-12-01T00:00:00Z"));
            assert_eq!(contract.terms.covered, [Listed::Class(EquipmentClass::PhoneSystem)]);
            if level == CoverLevel::Custom {
                let level = custom(db).await;
                let other = contracts::tests::agreed(db.writer(), owner.customer, CoverLevel::Cat1).await;
                let agreed = contracts::Agreed { level, level_version: 1, ..other };
                contracts::insert(db.writer(), &contract, &agreed, now()).await.unwrap();
            } else {
                contracts::tests::store(db.writer(), owner, &contract).await;
            }
        }
        Watched { owner, host, service, contact }
    }

    /// What a host actor decides and the ledger stores, `seq` counted by the caller.
    async fn observe(
        &self,
        of: Watched,
        seq: i64,
        before: ServiceState,
        status: Status,
        now: Timestamp,
    ) -> ServiceState {
        let step = before.observe(status, now, 1);
        assert!(step.changed);
        let transition = NewTransition {
            service: of.service,
            host: of.host,
            seq,
            at: now,
            status,
            hard: true,
            watch: step.state.into(),
            detail: format!("seen {}", status.as_str()),
        };
        let decision = Decision { transition, customer: of.owner.customer, fault: step.fault };
        let tx = self.test.db.begin().await.unwrap();
        apply(&tx, &context(now), &decision).await.unwrap();
        tx.commit().await.unwrap();
        step.state
    }

    /// Opens a critical fault and returns it with the state to go on with.
    pub(super) async fn open(&self, of: Watched, seq: i64, now: Timestamp) -> (FaultId, ServiceState) {
        let state = self.observe(of, seq, ServiceState::Pending, Status::Critical, now).await;
        let open = faults::open_of_services(self.test.db.read(), &[of.service]).await.unwrap();
        (FaultId(open[0].id), state)
    }

    pub(super) async fn clear(&self, of: Watched, seq: i64, before: ServiceState, now: Timestamp) {
        self.observe(of, seq, before, Status::Ok, now).await;
    }

    /// What the supervisors do until `until`, each step at its instant.
    pub(super) async fn run_until(&self, until: Timestamp) {
        loop {
            let open = open(self.test.db.read()).await.unwrap();
            let first = open.into_iter().filter_map(|(of, next_at)| Some((next_at?, of))).min();
            let Some((next_at, of)) = first.filter(|(next_at, _)| *next_at <= until) else { return };
            let carried = self.carry_out(of, next_at).await;
            assert!(0 < carried.told, "what is due is carried out: {of:?} at {next_at}");
        }
    }

    pub(super) async fn carry_out(&self, of: Supervised, now: Timestamp) -> Carried {
        let tx = self.test.db.begin().await.unwrap();
        let carried = carry_out(&tx, &context(now), of).await.unwrap();
        tx.commit().await.unwrap();
        carried
    }

    async fn acknowledge(&self, fault: FaultId, side: Side, by: Who, now: Timestamp) {
        let tx = self.test.db.begin().await.unwrap();
        escalations::append(&tx, fault, &Event::Acknowledged { at: now, side, by, sticky: false }).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) async fn ticket(&self, fault: FaultId) -> Option<Ticket> {
        tickets::of_fault(self.test.db.read(), Scope::Everything, fault).await.unwrap()
    }

    pub(super) async fn clocks(&self, ticket: TicketId) -> Vec<StoredClock> {
        clocks::of_ticket(self.test.db.read(), Scope::Everything, ticket).await.unwrap()
    }

    /// Every mail in the order of the queue: "2026-11-06 22:00 Jo opened", in London.
    async fn mails(&self) -> Vec<String> {
        let rows =
            notice::Entity::find().order_by_asc(notice::Column::Position).all(self.test.db.read()).await.unwrap();
        let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
        let line = |row: notice::Model| {
            let local = Timestamp::from(row.queued_at).as_jiff().to_zoned(zone.clone());
            format!("{} {} {} {}", local.strftime("%a %-d %b %H:%M"), row.name, row.kind, row.step)
        };
        rows.into_iter().map(line).collect()
    }
}

async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for test in databases().await {
        worlds.push(World::new(test).await);
    }
    worlds
}

/// A fault on Friday 6 November 2026 at 22:00 that nobody acknowledges, until Monday evening.
async fn friday_night(level: CoverLevel, expected: &[&str], ticket: Option<&str>) {
    for world in worlds().await {
        let bath = world.customer("Bath", level).await;
        let (fault, _) = world.open(bath, 1, at("2026-11-06T22:00:00Z")).await;
        world.run_until(at("2026-11-09T10:30:00Z")).await;
        let mails = world.mails().await;
        let called = mails.iter().filter(|line| !line.contains("reminder")).cloned().collect::<Vec<_>>();
        assert_eq!(called, expected, "{} {level:?}", world.test.name);
        let due = match world.ticket(fault).await {
            None => None,
            Some(ticket) => {
                assert_eq!(ticket.cover, CoverDecision::Covered, "{}", world.test.name);
                assert_eq!(ticket.subject, "bath-pbx phone system: SIP trunk is down");
                let clocks = world.clocks(ticket.id).await;
                Some(clocks[0].kept.due_at.unwrap().to_string())
            }
        };
        assert_eq!(due.as_deref(), ticket, "{} {level:?}", world.test.name);
    }
}

#[tokio::test]
async fn cat1_at_night_mails_at_once_and_calls_nobody_before_monday() {
    friday_night(
        CoverLevel::Cat1,
        &[
            "Fri 6 Nov 22:00 Jo opened 0",
            "Fri 6 Nov 22:00 Sam opened 0",
            "Mon 9 Nov 09:00 Priya escalated 0",
            "Mon 9 Nov 09:15 Ellie escalated 1",
            "Mon 9 Nov 10:00 Ada escalated 2",
        ],
        Some("2026-11-09T17:00:00Z"),
    )
    .await;
}

#[tokio::test]
async fn cat2_calls_until_23_and_goes_on_at_7() {
    friday_night(
        CoverLevel::Cat2,
        &[
            "Fri 6 Nov 22:00 Jo opened 0",
            "Fri 6 Nov 22:00 Sam opened 0",
            "Fri 6 Nov 22:00 Priya escalated 0",
            "Fri 6 Nov 22:15 Ellie escalated 1",
            // 23:00 is closed: the window is half-open.
            "Sat 7 Nov 07:00 Ada escalated 2",
            // 4 h: one on Friday, three on Saturday.
            "Sat 7 Nov 08:00 Priya target_warning 50",
            "Sat 7 Nov 09:00 Priya target_warning 75",
            "Sat 7 Nov 09:36 Priya target_warning 90",
            "Sat 7 Nov 10:00 Priya target_missed 100",
            "Sat 7 Nov 10:00 Ellie target_missed 100",
        ],
        Some("2026-11-07T10:00:00Z"),
    )
    .await;
}

#[tokio::test]
async fn cat4_calls_at_any_hour() {
    friday_night(
        CoverLevel::Cat4,
        &[
            "Fri 6 Nov 22:00 Jo opened 0",
            "Fri 6 Nov 22:00 Sam opened 0",
            "Fri 6 Nov 22:00 Priya escalated 0",
            "Fri 6 Nov 22:15 Ellie escalated 1",
            "Fri 6 Nov 23:00 Ada escalated 2",
        ],
        Some("2026-11-09T17:00:00Z"),
    )
    .await;
}

#[tokio::test]
async fn without_cover_the_mail_makes_the_offer_and_there_is_no_ticket() {
    for level in [CoverLevel::None, CoverLevel::CatS] {
        let told = ["Fri 6 Nov 22:00 Jo opened 0", "Fri 6 Nov 22:00 Sam opened 0"];
        friday_night(level, &told, None).await;
    }
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::None).await;
        world.open(bath, 1, at("2026-11-06T22:00:00Z")).await;
        world.run_until(at("2026-11-07T06:30:00Z")).await;
        let to_jo = notice::Entity::find().filter(notice::Column::RecipientId.eq(bath.contact.0));
        let rows = to_jo.order_by_asc(notice::Column::Position).all(world.test.db.read()).await.unwrap();
        assert!(rows[0].facts.contains("\"cover\":\"none\""), "{}", rows[0].facts);
        let kinds: Vec<_> = rows.iter().map(|row| row.kind.as_str()).collect();
        assert_eq!(kinds, ["opened", "reminder", "reminder"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn an_acknowledgement_stops_its_side_and_a_recovery_everything() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let start = at("2026-11-06T22:00:00Z");
        let (fault, state) = world.open(bath, 1, start).await;
        world.run_until(start).await;
        world.acknowledge(fault, Side::Staff, Who::User(world.priya), start.plus_seconds(60)).await;
        world.run_until(start.plus_seconds(5 * 3_600)).await;
        let mails = world.mails().await;
        assert_eq!(mails.last().unwrap(), "Sat 7 Nov 02:00 Jo reminder 1", "{}", world.test.name);
        assert_eq!(mails.len(), 4, "{mails:?}");
        world.acknowledge(fault, Side::Customer, Who::Contact(bath.contact), start.plus_seconds(5 * 3_600)).await;
        world.run_until(start.plus_seconds(30 * 3_600)).await;
        assert_eq!(world.mails().await.len(), 4, "{}", world.test.name);
        world.clear(bath, 2, state, start.plus_seconds(31 * 3_600)).await;
        let mut told: Vec<_> = world.mails().await.split_off(4);
        told.sort();
        // Only those who were told, Priya by her call.
        let recovered =
            ["Sun 8 Nov 05:00 Jo recovered 0", "Sun 8 Nov 05:00 Priya recovered 0", "Sun 8 Nov 05:00 Sam recovered 0"];
        assert_eq!(told, recovered, "{}", world.test.name);
        let ticket = world.ticket(fault).await.unwrap();
        let entries = tickets::events(world.test.db.read(), Scope::Everything, ticket.id).await.unwrap();
        let kinds: Vec<_> = entries.iter().map(|entry| entry.kind.as_str()).collect();
        assert_eq!(kinds, ["opened", "recovered"], "{}", world.test.name);
        // The recovery answers nobody: the clock of the ticket runs on.
        let clocks = world.clocks(ticket.id).await;
        assert_eq!(clocks[0].kept.next_at, Some(at("2026-11-09T13:00:00Z")), "{}", world.test.name);
        assert_eq!(open(world.test.db.read()).await.unwrap().len(), 1, "{}", world.test.name);
    }
}

#[tokio::test]
async fn what_came_due_while_nothing_ran_is_sent_once_and_keeps_its_instant() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let start = at("2026-11-06T22:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        let of = *open(world.test.db.read()).await.unwrap().keys().next().unwrap();
        let late = start.plus_seconds(20 * 60);
        assert_eq!(world.carry_out(of, late).await.told, 2, "{}", world.test.name);
        assert_eq!(world.carry_out(of, late).await.told, 0, "{}", world.test.name);
        let stored = escalations::find(world.test.db.read(), Scope::Everything, fault).await.unwrap().unwrap();
        let due: Vec<_> = stored.escalation.taken().iter().map(|taken| taken.due_at).collect();
        assert_eq!(due, [start, start.plus_seconds(15 * 60)], "{}", world.test.name);
        assert_eq!(stored.next_at, Some(start.plus_seconds(3_600)), "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_clock_that_was_met_warns_no_more() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat2).await;
        let start = at("2026-11-06T10:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        let ticket = world.ticket(fault).await.unwrap();
        let clock = world.clocks(ticket.id).await[0].id;
        world.run_until(start.plus_seconds(7_200)).await;
        let met = start.plus_seconds(7_300);
        let tx = world.test.db.begin().await.unwrap();
        clocks::append(&tx, clock, met, met, &Fact::Met).await.unwrap();
        tx.commit().await.unwrap();
        world.run_until(start.plus_seconds(86_400)).await;
        let warned: Vec<_> = world.mails().await.into_iter().filter(|line| line.contains("target")).collect();
        assert_eq!(warned, ["Fri 6 Nov 12:00 Priya target_warning 50"], "{}", world.test.name);
    }
}

#[tokio::test]
async fn equipment_that_is_not_listed_has_a_ticket_without_a_clock_and_calls_nobody() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let db = &world.test.db;
        let router = host(db, bath.owner, "bath-rtr").await;
        let link = service(db, bath.owner, router, "Internet line").await;
        let start = at("2026-11-06T10:00:00Z");
        let (fault, _) = world.open(Watched { host: router, service: link, ..bath }, 1, start).await;
        world.run_until(start.plus_seconds(3_600)).await;
        let ticket = world.ticket(fault).await.unwrap();
        assert_eq!(ticket.cover.for_staff(), "Not covered: equipment not listed.", "{}", world.test.name);
        assert!(world.clocks(ticket.id).await.is_empty(), "{}", world.test.name);
        let mails = world.mails().await;
        assert_eq!(mails, ["Fri 6 Nov 10:00 Jo opened 0", "Fri 6 Nov 10:00 Sam opened 0"], "{}", world.test.name);
        let stored = notice::Entity::find().all(db.read()).await.unwrap();
        assert!(stored.iter().all(|row| row.facts.contains("does not list this equipment")), "{}", world.test.name);
    }
}

#[tokio::test]
async fn a_fault_is_stored_and_told_although_its_contract_cannot_be_read() {
    for test in databases().await {
        // No levels, no prices, no policy: nothing was planted.
        let bath = owner(&test.db, "Bath").await;
        let pbx = host(&test.db, bath, "pbx-1").await;
        let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
        let contact = contact(&test.db, bath.customer, "Jo", Status::Warning).await;
        let sam = person(&test.db, "Sam", Role::Agent, true).await;
        let world = World { test, priya: sam };
        let start = at("2026-11-06T10:00:00Z");
        let (fault, _) = world.open(Watched { owner: bath, host: pbx, service: trunk, contact }, 1, start).await;
        assert!(world.ticket(fault).await.is_none());
        let mails = world.mails().await;
        let told = ["Fri 6 Nov 10:00 Sam alarm 0", "Fri 6 Nov 10:00 Jo opened 0", "Fri 6 Nov 10:00 Sam opened 0"];
        assert_eq!(mails, told, "{}", world.test.name);
        let events = faults::events(world.test.db.read(), fault).await.unwrap();
        assert_eq!(events[0].kind.0, FaultEventKind::Opened, "{}", world.test.name);
    }
}

#[tokio::test]
async fn an_acknowledgement_that_expires_lets_the_calls_go_on_with_the_next_step() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        let start = at("2026-11-06T22:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        world.run_until(start).await;
        let (taken, until) = (start.plus_seconds(60), start.plus_seconds(1_860));
        let tx = world.test.db.begin().await.unwrap();
        let ack = domain::fault::Acknowledgement {
            side: Side::Staff,
            by: "Priya".to_owned(),
            at: taken,
            note: String::new(),
            expires_at: Some(until),
            sticky: false,
        };
        faults::acknowledge(&tx, fault, faults::By::User(world.priya.0), &ack).await.unwrap();
        tx.commit().await.unwrap();
        world.acknowledge(fault, Side::Staff, Who::User(world.priya), taken).await;
        assert_eq!(faults::lapse(&world.test.db, until.plus_seconds(-1)).await.unwrap(), 0, "{}", world.test.name);
        world.run_until(until).await;
        assert_eq!(world.mails().await.len(), 3, "{}", world.test.name);
        let noticed = until.plus_seconds(1);
        assert_eq!(faults::lapse(&world.test.db, noticed).await.unwrap(), 1, "{}", world.test.name);
        assert_eq!(faults::lapse(&world.test.db, noticed).await.unwrap(), 0, "{}", world.test.name);
        world.run_until(start.plus_seconds(2 * 3_600)).await;
        let mails = world.mails().await.split_off(3);
        // The second step was due at 22:15, within the acknowledgement; the third keeps its distance.
        assert_eq!(mails, ["Fri 6 Nov 22:31 Ellie escalated 1", "Fri 6 Nov 23:16 Ada escalated 2"]);
        let events = faults::events(world.test.db.read(), fault).await.unwrap();
        assert_eq!(events.last().unwrap().detail, "The time that Priya asked for is over", "{}", world.test.name);
    }
}

#[tokio::test]
async fn who_is_mailed_of_the_opening_is_not_called_by_a_second_mail_at_once() {
    for world in worlds().await {
        let bath = world.customer("Bath", CoverLevel::Cat4).await;
        person(&world.test.db, "Tom", Role::Engineer, true).await;
        let start = at("2026-11-06T22:00:00Z");
        let (fault, _) = world.open(bath, 1, start).await;
        world.run_until(start).await;
        let mut mails = world.mails().await;
        mails.sort();
        let expected = [
            "Fri 6 Nov 22:00 Jo opened 0",
            "Fri 6 Nov 22:00 Priya escalated 0",
            "Fri 6 Nov 22:00 Sam opened 0",
            "Fri 6 Nov 22:00 Tom opened 0",
        ];
        assert_eq!(mails, expected, "{}", world.test.name);
        let stored = escalations::find(world.test.db.read(), Scope::Everything, fault).await.unwrap().unwrap();
        assert_eq!(stored.escalation.taken()[0].told.len(), 2, "Tom was called too: {}", world.test.name);
    }
}
