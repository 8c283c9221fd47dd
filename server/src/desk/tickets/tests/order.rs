//! The database's order of the queue against the rules' own, on invented tickets.

use app::api::tickets::ClockFace;
use domain::{
    clock::{PauseReason, Verdict},
    id::UserId,
    ticket::QueueGroup,
};

use super::{
    super::{face, internal},
    *,
};
use crate::store::{
    clocks::Fact,
    tickets::{Cursor, Narrowed, NewTicketEvent, group_counts, narrowed_count, queue},
};

const TICKETS: u64 = 90;
const PAGE: u64 = 7;

/// Numbers that look like chance and are the same at every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn seconds(&mut self, limit: u64) -> i64 {
        i64::try_from(self.below(limit)).unwrap()
    }
}

/// By group, then by when it is or was due; what is due at no time by when the ticket was opened.
fn sort_key(face: Option<&ClockFace>, group: QueueGroup, opened_at: Timestamp) -> (QueueGroup, Timestamp) {
    let due = match face.map(|face| &face.state) {
        Some(FaceState::Running { due_at, .. }) => Some(*due_at),
        Some(FaceState::Missed { due_at, .. }) => *due_at,
        Some(FaceState::Paused { since, .. }) => Some(*since),
        _ => None,
    };
    (group, due.unwrap_or(opened_at))
}

/// Something that may have happened to a ticket.
async fn live(test: &TestDb, chance: &mut Chance, (ticket, number): (TicketId, i64), opened: Timestamp) {
    let tx = test.db.begin().await.unwrap();
    let clock = clocks::of_ticket(&tx, Scope::Everything, ticket).await.unwrap().remove(0);
    let at = opened.plus_seconds(chance.seconds(20 * 3_600)).min(now());
    let by = UserId(staff(Role::Agent).user.0);
    let entry = async |kind| {
        let new = NewTicketEvent { ticket, at, entered_at: at, kind, user: None, by: "Priya", detail: "words" };
        tickets::add_event(&tx, new).await.unwrap();
    };
    let append = async |fact: Fact| clocks::append(&tx, clock.id, at, at, &fact).await.is_ok();
    let answer = || match clock.clock.judge(at) {
        Verdict::Met => Fact::Met,
        Verdict::Missed => Fact::Missed,
    };
    match chance.below(8) {
        0 => {
            append(Fact::Paused { reason: PauseReason::SiteAccess, asked: Some(by), evidence: "gate".to_owned() })
                .await;
        }
        1 => {
            append(answer()).await;
            entry(TicketEventKind::Response).await;
        }
        // Missed, and nobody has responded.
        2 => drop(append(Fact::Missed).await),
        3 => drop(append(Fact::Voided { by, reason: "by mistake".to_owned() }).await),
        4 => {
            append(answer()).await;
            entry(TicketEventKind::Call).await;
            let new = NewClock {
                id: ClockId(new_id(now()).unwrap()),
                ticket,
                kind: ClockKind::NextReply,
                terms: clock.terms,
                started_at: at,
                entered_at: at,
                percents: &WARNING_PERCENTS,
            };
            clocks::start(&tx, new).await.unwrap();
        }
        _ => {}
    }
    tx.commit().await.unwrap();
    assert!(0 < number);
}

/// Groups and numbers as the rules have them.
async fn by_the_rules(test: &TestDb, now: Timestamp) -> Vec<(QueueGroup, i64)> {
    let db = test.db.read();
    let mut rows = Vec::new();
    for ticket in tickets::open(db, Scope::Everything).await.unwrap() {
        let clocks = clocks::of_ticket(db, Scope::Everything, ticket.id).await.unwrap();
        let answered = !tickets::answered(db, &[ticket.id]).await.unwrap().is_empty();
        let face = clocks::leading(&clocks).map(|clock| face::face(clock, now));
        let group = face::group(face.as_ref(), answered, now);
        rows.push((sort_key(face.as_ref(), group, ticket.opened_at), ticket.number));
    }
    rows.sort();
    rows.into_iter().map(|((group, _), number)| (group, number)).collect()
}

async fn by_the_database(test: &TestDb, now: Timestamp) -> Vec<i64> {
    let (mut numbers, mut after): (Vec<i64>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let all = Narrowed::default();
        let page = queue(test.db.read(), Scope::Everything, &all, now, after, PAGE).await.map_err(internal).unwrap();
        assert!(page.rows.len() as u64 <= PAGE);
        numbers.extend(page.rows.iter().map(|row| row.ticket.number));
        match page.next {
            Some(next) => after = Some(next),
            None => return numbers,
        }
    }
}

#[actix_rt::test]
async fn the_database_sorts_as_the_rules_do() {
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        user(&test).await;
        let bath = rows::owner(&test.db, "Bath").await;
        let mut chance = Chance(2_314);
        for _ in 0..TICKETS {
            let level =
                [CoverLevel::Cat1, CoverLevel::Cat2, CoverLevel::Cat4][usize::try_from(chance.below(3)).unwrap()];
            let opened = now().plus_seconds(-chance.seconds(4 * 24 * 3_600));
            let made = open(&test, bath, level, opened).await;
            live(&test, &mut chance, made, opened).await;
        }
        let mut seen = std::collections::BTreeSet::new();
        // Nothing happens, but time goes on: an evening, a night, a weekend.
        for hours in [0, 1, 3, 9, 17, 30, 80, 200] {
            let now = now().plus_seconds(hours * 3_600 + 17);
            let rules = by_the_rules(&test, now).await;
            let numbers: Vec<i64> = rules.iter().map(|(_, number)| *number).collect();
            assert_eq!(by_the_database(&test, now).await, numbers, "{} after {hours} h", test.name);
            let count = |group| rules.iter().filter(|(one, _)| *one == group).count() as u64;
            let counted = group_counts(test.db.read(), Scope::Everything, &Narrowed::default(), now).await.unwrap();
            assert_eq!(counted, QueueGroup::ALL.map(count), "{} after {hours} h", test.name);
            for group in QueueGroup::ALL {
                let only = Narrowed { groups: vec![group], ..Narrowed::default() };
                let found = narrowed_count(test.db.read(), Scope::Everything, &only, now).await.unwrap();
                assert_eq!(found, count(group), "{} {group:?}", test.name);
            }
            seen.extend(rules.into_iter().map(|(group, _)| group));
        }
        assert_eq!(seen.len(), QueueGroup::ALL.len(), "every group is there: {seen:?}");
    }
}
