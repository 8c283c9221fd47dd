//! A year of a support company on a clock of our own: 200 customers on every level, closures announced in between,
//! level changes, pauses, acknowledgements, and a process that stops and starts at random instants.

use std::collections::{BTreeMap, BTreeSet};

use domain::{calendar::OverrideDraft, clock::PauseReason, escalation::DueKind, level::WORKING_HOURS};
use entity::{clock_notice, escalation_event, fault};

use super::*;
use crate::store::{
    calendars::{self, TermsRef},
    clocks::Ended,
};

const CUSTOMERS: usize = 200;
const FAULTS: usize = 400;
const YEAR_START: &str = "2026-01-01T00:00:00Z";
const YEAR_S: i64 = 365 * 86_400;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % u64::try_from(limit).unwrap()) as i64
    }

    fn one_in(&mut self, count: i64) -> bool {
        self.below(count) == 0
    }
}

/// What happens to the world, by instant.
#[derive(Debug, Clone)]
enum Act {
    Open(usize),
    Acknowledge(usize, Side),
    Pause(usize),
    Resume(usize),
    ChangeLevel(usize, bool),
    Respond(usize),
    Clear(usize),
    Announce(u32),
    /// The process stops, and starts again after so many seconds.
    Restart(i64),
}

struct Fault {
    of: usize,
    id: FaultId,
    state: ServiceState,
    seq: i64,
}

struct Year {
    world: World,
    watched: Vec<Watched>,
    open: BTreeMap<usize, Fault>,
    seqs: Vec<i64>,
    /// Nothing ran between these.
    down: Vec<(Timestamp, Timestamp)>,
}

fn level(customer: usize) -> CoverLevel {
    CoverLevel::ALL[customer % CoverLevel::ALL.len()]
}

/// The acts of the year: each fault on a customer that has none at that time.
fn script(chance: &mut Chance) -> Vec<(Timestamp, Act)> {
    let start = at(YEAR_START);
    let mut acts = Vec::new();
    for fault in 0..FAULTS {
        // One slot of the year for each fault of a customer keeps them apart.
        let slots = i64::try_from(FAULTS.div_ceil(CUSTOMERS)).unwrap();
        let slot = i64::try_from(fault / CUSTOMERS).unwrap();
        let opened = slot * (YEAR_S / slots) + chance.below(YEAR_S / slots - 20 * 86_400);
        let longest = if chance.one_in(6) { 4 * 86_400 } else { 3 * 3_600 };
        let lasted = 60 + chance.below(longest);
        let mut then = |after: i64, act: Act| acts.push((start.plus_seconds(opened + after), act));
        then(0, Act::Open(fault));
        if chance.one_in(3) {
            then(1 + chance.below(lasted), Act::Acknowledge(fault, Side::Staff));
        }
        if chance.one_in(4) {
            then(1 + chance.below(lasted), Act::Acknowledge(fault, Side::Customer));
        }
        if chance.one_in(4) {
            let paused = 1 + chance.below(86_400);
            then(paused, Act::Pause(fault));
            then(paused + 1 + chance.below(2 * 86_400), Act::Resume(fault));
        }
        if chance.one_in(6) {
            then(1 + chance.below(86_400), Act::ChangeLevel(fault, chance.one_in(2)));
        }
        if !chance.one_in(3) {
            then(1 + chance.below(3 * 86_400), Act::Respond(fault));
        }
        then(lasted, Act::Clear(fault));
    }
    for number in 0..12 {
        acts.push((start.plus_seconds(chance.below(YEAR_S)), Act::Announce(number)));
    }
    for _ in 0..150 {
        let longest = if chance.one_in(5) { 86_400 } else { 1_800 };
        let seconds = 30 + chance.below(longest);
        acts.push((start.plus_seconds(chance.below(YEAR_S)), Act::Restart(seconds)));
    }
    acts.sort_by_key(|(at, _)| *at);
    acts
}

impl Year {
    async fn new() -> Self {
        let world = World::new(crate::testing::sqlite().await).await;
        // What a crash of this machine would lose is not what is tested, and waiting for a disk takes minutes.
        world.test.db.writer().execute_unprepared("PRAGMA synchronous = OFF").await.unwrap();
        let mut watched = Vec::new();
        for number in 0..CUSTOMERS {
            watched.push(world.customer(&format!("C{number}"), level(number)).await);
        }
        Self { world, watched, open: BTreeMap::new(), seqs: vec![0; CUSTOMERS], down: Vec::new() }
    }

    async fn act(&mut self, now: Timestamp, act: &Act) {
        match *act {
            Act::Open(number) => {
                let of = number % CUSTOMERS;
                self.seqs[of] += 1;
                let (id, state) = self.world.open(self.watched[of], self.seqs[of], now).await;
                self.open.insert(number, Fault { of, id, state, seq: self.seqs[of] });
            }
            Act::Clear(number) => {
                let Fault { of, state, seq, .. } = self.open.remove(&number).unwrap();
                self.seqs[of] = seq + 1;
                self.world.clear(self.watched[of], seq + 1, state, now).await;
            }
            Act::Acknowledge(number, side) => {
                let Some(fault) = self.open.get(&number) else { return };
                let who = match side {
                    Side::Staff => Who::User(self.world.priya),
                    Side::Customer => Who::Contact(self.watched[fault.of].contact),
                };
                self.world.acknowledge(fault.id, side, who, now).await;
            }
            Act::Pause(number) => {
                let (reason, evidence) = (PauseReason::RemoteAccess, "ssh refused".to_owned());
                self.to_clock(number, now, |_| Fact::Paused { reason, asked: None, evidence }).await;
            }
            Act::Resume(number) => {
                let (reason, evidence) = (PauseReason::RemoteAccess, "ssh answers".to_owned());
                self.to_clock(number, now, |_| Fact::Resumed { reason, ended: Ended::ProbeSucceeded, evidence }).await;
            }
            Act::ChangeLevel(number, exception) => {
                let by = self.world.priya;
                let fact = move |terms: TermsRef| {
                    let terms = TermsRef { target_s: 4 * 3_600, ..terms };
                    match exception {
                        true => Fact::LevelExcepted { by, effective_at: now, terms },
                        false => Fact::LevelCorrected { by, terms },
                    }
                };
                self.to_clock(number, now, fact).await;
            }
            Act::Respond(number) => self.respond(number, now).await,
            Act::Announce(number) => self.announce(number, now).await,
            Act::Restart(_) => {}
        }
    }

    /// Appends to the response clock of a fault that has one, unless the rules refuse it there.
    async fn to_clock(&self, number: usize, now: Timestamp, fact: impl FnOnce(TermsRef) -> Fact) {
        let Some(clock) = self.response(number).await else { return };
        let tx = self.world.test.db.begin().await.unwrap();
        match clocks::append(&tx, clock.id, now, now, &fact(clock.terms)).await {
            Ok(_) => tx.commit().await.unwrap(),
            Err(clocks::AppendError::Refused(_)) => tx.rollback().await.unwrap(),
            Err(error) => panic!("{error}"),
        }
    }

    async fn response(&self, number: usize) -> Option<StoredClock> {
        let ticket = self.world.ticket(self.open.get(&number)?.id).await?;
        self.world.clocks(ticket.id).await.into_iter().next()
    }

    async fn respond(&self, number: usize, now: Timestamp) {
        let Some(clock) = self.response(number).await else { return };
        let fact = match clock.clock.judge(now) {
            domain::clock::Verdict::Met => Fact::Met,
            domain::clock::Verdict::Missed => Fact::Missed,
        };
        self.to_clock(number, now, |_| fact).await;
    }

    /// A closed day some weeks ahead makes a new version of the working hours.
    async fn announce(&self, number: u32, now: Timestamp) {
        let db = &self.world.test.db;
        let calendar = calendars::find(db.read(), WORKING_HOURS).await.unwrap().unwrap();
        let mut draft = calendar.draft;
        let zone = jiff::tz::TimeZone::get("Europe/London").unwrap();
        let day = now.plus_seconds(i64::from(7 + number) * 86_400).as_jiff().to_zoned(zone).date();
        let closed = OverrideDraft { windows: Vec::new(), text: format!("Closure {number}"), announced_at: Some(now) };
        draft.overrides.insert(day, closed);
        let tx = db.begin().await.unwrap();
        calendars::publish(&tx, calendar.calendar, calendar.version, &draft, Made::seeded(now)).await.unwrap().unwrap();
        tx.commit().await.unwrap();
    }

    /// Through the year; while the process is down nothing is carried out and people act after its start.
    async fn live(&mut self, acts: &[(Timestamp, Act)]) {
        let mut up_at = at(YEAR_START);
        for (planned, act) in acts {
            let now = (*planned).max(up_at);
            self.world.run_until(now).await;
            if let Act::Restart(seconds) = act {
                up_at = now.plus_seconds(*seconds);
                self.down.push((now, up_at));
                self.start(up_at).await;
            } else {
                self.act(now, act).await;
            }
        }
        self.world.run_until(at(YEAR_START).plus_seconds(YEAR_S)).await;
    }

    /// What came due while the process was down.
    async fn start(&self, now: Timestamp) {
        for (of, next_at) in open(self.world.test.db.read()).await.unwrap() {
            if next_at.is_some_and(|next_at| next_at <= now) {
                while self.world.carry_out(of, now).await.full {}
            }
        }
    }
}

#[tokio::test]
async fn a_year_tells_everything_once_and_nothing_early() {
    let mut chance = Chance(20_261_124);
    let acts = script(&mut chance);
    let mut year = Year::new().await;
    year.live(&acts).await;
    check_recomputation(&year).await;
    let told = check_escalations(&year).await;
    let warned = check_clocks(&year).await;
    check_outbox(&year).await;
    assert!(800 < told && 500 < warned, "the year was quiet: {told} steps and reminders, {warned} warnings");
}

async fn check_recomputation(year: &Year) {
    let db = year.world.test.db.read();
    assert_eq!(clocks::recompute(db, None, 10_000).await.unwrap().0, []);
    assert_eq!(escalations::recompute(db, None, 10_000).await.unwrap().0, []);
}

/// Whether nothing ran from `due` until `written`.
fn was_down(year: &Year, due: Timestamp, written: Timestamp) -> bool {
    year.down.iter().any(|(from, until)| *from <= due && due <= *until && written == *until)
}

async fn check_escalations(year: &Year) -> usize {
    let db = year.world.test.db.read();
    let events = escalation_event::Entity::find()
        .order_by_asc(escalation_event::Column::FaultId)
        .order_by_asc(escalation_event::Column::Seq)
        .all(db)
        .await
        .unwrap();
    let rows = fault::Entity::find().all(db).await.unwrap();
    let cleared: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id, row.cleared_at)).collect();
    let mut told = BTreeMap::new();
    for row in events {
        let event: Event = serde_json::from_str(&row.event).unwrap();
        if let Event::Told(taken) = event {
            let key = (row.fault_id, taken.side, taken.kind);
            assert!(told.insert(key, taken.due_at).is_none(), "taken twice: {key:?}");
        }
    }
    for row in
        notice::Entity::find().filter(notice::Column::Kind.is_in(["escalated", "reminder"])).all(db).await.unwrap()
    {
        let kind = match row.kind.as_str() {
            "escalated" => DueKind::Step(usize::try_from(row.step).unwrap()),
            _ => DueKind::Reminder(u32::try_from(row.step).unwrap()),
        };
        let fault_id = row.fault_id.unwrap();
        let due_at = told[&(fault_id, row.side.0, kind)];
        let written_at = Timestamp::from(row.queued_at);
        assert!(due_at <= written_at, "early: {row:?}");
        assert!(due_at == written_at || was_down(year, due_at, written_at), "late: {row:?}, due {due_at}");
        assert!(cleared[&fault_id].is_none_or(|at| written_at <= at.into()), "after the end: {row:?}");
    }
    let open = escalation::Entity::find().filter(escalation::Column::EndedAt.is_null()).all(db).await.unwrap();
    assert!(open.is_empty(), "every fault of the script ends");
    let due = escalation::Entity::find().filter(escalation::Column::NextAt.is_not_null()).all(db).await.unwrap();
    assert!(due.is_empty(), "nothing is due for a fault that is over");
    told.len()
}

async fn check_clocks(year: &Year) -> usize {
    let db = year.world.test.db.read();
    let rows = clock_notice::Entity::find().all(db).await.unwrap();
    let mails = notice::Entity::find().filter(notice::Column::Kind.like("target%")).all(db).await.unwrap();
    let mailed: BTreeSet<_> = mails.iter().map(|row| (row.queued_at, row.step)).collect();
    let end = at(YEAR_START).plus_seconds(YEAR_S);
    for row in &rows {
        let (due_at, written_at) = (Timestamp::from(row.due_at), Timestamp::from(row.written_at));
        assert!(due_at <= written_at, "early: {row:?}");
        assert!(mailed.contains(&(row.written_at, row.threshold)), "nobody was told: {row:?}");
    }
    let tickets = tickets::open(db, Scope::Everything).await.unwrap();
    for ticket in &tickets {
        for stored in year.world.clocks(ticket.id).await {
            let told: Vec<_> = rows.iter().filter(|row| row.clock_id == stored.id.0).map(|row| row.threshold).collect();
            let until = stored.kept.closed_at.unwrap_or(end);
            let all = stored.kept.warnings.iter().copied().chain([(BREACH, stored.kept.used_up_at)]);
            for (threshold, at) in all {
                // A response at the very instant of a warning may come before or after it.
                if at.is_some_and(|at| at < until) {
                    assert!(told.contains(&i64::from(threshold)), "{threshold} % of {} at {at:?}", ticket.number);
                }
            }
        }
    }
    rows.len()
}

/// One notice for each (fault, kind, step, recipient), whatever was restarted.
async fn check_outbox(year: &Year) {
    let rows = notice::Entity::find().all(year.world.test.db.read()).await.unwrap();
    let mut seen = BTreeSet::new();
    for row in rows {
        if row.kind.starts_with("target") {
            let facts: MailFacts = serde_json::from_str(&row.facts).unwrap();
            let MailFacts::Clock(facts) = facts else { panic!("{}", row.facts) };
            let key = (facts.ticket.to_string(), row.kind.clone(), row.step, row.recipient_id);
            assert!(seen.insert(key), "told twice: {row:?}");
        } else {
            let key = (row.fault_id.unwrap().to_string(), row.kind.clone(), row.step, row.recipient_id);
            assert!(seen.insert(key), "told twice: {row:?}");
        }
    }
}
