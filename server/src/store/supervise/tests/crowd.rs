//! Very many targets that are missed in one minute.

use domain::clock::ClockKind;
use entity::{clock_event, clock_notice};
use sea_orm::{IntoActiveModel, PaginatorTrait};

use super::*;
use crate::store::{
    bulk::insert_all,
    calendars::TermsRef,
    clocks::{NewClock, recompute},
};

const CROWD: u32 = 5_000;
const MINUTE_US: i64 = 60_000_000;

/// Copies of one ticket with one clock, their starts spread over a minute. What each clock adds up to is proved by the
/// events, as ever.
async fn crowd(world: &World, owner: Owner) {
    let tx = world.test.db.begin().await.unwrap();
    let first = tickets::tests::opened(&tx, owner).await;
    let id = domain::id::ClockId(new_id(now()).unwrap());
    let new = NewClock {
        id,
        ticket: first.id,
        kind: ClockKind::Response,
        terms: TermsRef { calendar: None, target_s: 3_600 },
        started_at: now(),
        entered_at: now(),
        percents: &[],
    };
    clocks::start(&tx, new).await.unwrap();
    let ticket = ticket::Entity::find_by_id(first.id.0).one(&tx).await.unwrap().unwrap();
    let clock = clock::Entity::find_by_id(id.0).one(&tx).await.unwrap().unwrap();
    let event =
        clock_event::Entity::find().filter(clock_event::Column::ClockId.eq(id.0)).one(&tx).await.unwrap().unwrap();
    let (mut more, mut running, mut started) = (Vec::new(), Vec::new(), Vec::new());
    for index in 1..CROWD {
        let later = |at: Micros| Micros(at.0 + i64::from(index) * MINUTE_US / i64::from(CROWD));
        let (of, id) = (new_id(now()).unwrap(), new_id(now()).unwrap());
        let copy = ticket::Model { id: of, number: ticket.number + i64::from(index), ..ticket.clone() };
        more.push(copy.into_active_model().reset());
        let copy = clock::Model {
            id,
            ticket_id: of,
            started_at: later(clock.started_at),
            due_at: clock.due_at.map(later),
            used_up_at: clock.used_up_at.map(later),
            next_at: clock.next_at.map(later),
            ..clock.clone()
        };
        running.push(copy.into_active_model().reset());
        let copy = clock_event::Model { clock_id: id, at: later(event.at), ..event.clone() };
        started.push(copy.into_active_model().reset());
    }
    // A ticket has more columns than the usual piece takes.
    for piece in more.chunks(500) {
        insert_all(&tx, piece.to_vec()).await.unwrap();
    }
    insert_all(&tx, running).await.unwrap();
    insert_all(&tx, started).await.unwrap();
    tx.commit().await.unwrap();
}

trait Reset {
    fn reset(self) -> Self;
}

impl<A: sea_orm::ActiveModelTrait> Reset for A {
    fn reset(self) -> Self {
        self.reset_all()
    }
}

#[tokio::test]
async fn five_thousand_targets_of_one_minute_are_each_judged_by_their_own_instant_however_late_the_look() {
    for test in databases().await {
        let world = World::new(test).await;
        let bath = owner(&world.test.db, "Bath").await;
        crowd(&world, bath).await;
        let db = world.test.db.read();
        let name = world.test.name;
        assert_eq!(recompute(db, None, 10_000).await.unwrap().0, [], "{name}");
        // Nobody looked for three days.
        let late = now().plus_seconds(3 * 24 * 3_600);
        let (mut told, mut looks) = (0, 0);
        loop {
            let carried = world.carry_out(Supervised::NoContract, late).await;
            told += carried.told;
            looks += 1;
            if !carried.full {
                break;
            }
        }
        assert_eq!(told, u64::from(CROWD), "{name}");
        assert!(looks <= CROWD / 50 + 1, "each look takes its share: {name} {looks}");
        let clocks = clock::Entity::find().all(db).await.unwrap();
        let due: BTreeMap<Uuid, Option<Micros>> = clocks.iter().map(|clock| (clock.id, clock.used_up_at)).collect();
        let notices = clock_notice::Entity::find().all(db).await.unwrap();
        assert_eq!(notices.len(), due.len(), "each once: {name}");
        for notice in &notices {
            assert_eq!((notice.threshold, Some(notice.due_at)), (100, due[&notice.clock_id]), "{name}");
            assert_eq!(notice.written_at, Micros::from(late), "{name}");
        }
        let instants: std::collections::BTreeSet<i64> = notices.iter().map(|notice| notice.due_at.0).collect();
        assert_eq!(instants.len(), notices.len(), "all different: {name}");
        assert!(instants.last().unwrap() - instants.first().unwrap() < MINUTE_US, "{name}");
        assert!(clocks.iter().all(|clock| clock.next_at.is_none()), "{name}");
        // Another look finds nothing.
        assert_eq!(world.carry_out(Supervised::NoContract, late).await, Carried::default(), "{name}");
        let mails = notice::Entity::find().filter(notice::Column::Kind.eq("target_missed")).count(db).await.unwrap();
        assert_eq!(mails % u64::from(CROWD), 0, "every breach tells the same people: {name}");
        assert!(0 < mails, "{name}");
    }
}
