//! What is due, who has it, and who was told.

use sea_orm::PaginatorTrait;

use super::*;

impl Desk {
    async fn tell(&self, clock: &StoredClock, threshold: u8) -> bool {
        let due_at = clock.kept.next_at.unwrap_or(now());
        let (ticket, clock, cycle) = (clock.ticket, clock.id, clock.cycle);
        let tx = self.test.db.begin().await.unwrap();
        let new = ClockNotice { ticket, clock, threshold, cycle, due_at, written_at: now() };
        let told = add_notice(&tx, new).await.unwrap();
        tx.commit().await.unwrap();
        told
    }
}

#[tokio::test]
async fn each_threshold_is_told_once_and_then_the_next_is_due() {
    for desk in desks().await {
        let clock = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await;
        let mut due = Vec::new();
        for threshold in [50, 75, 90, BREACH] {
            let stored = desk.stored(clock.id).await;
            due.push(stored.kept.next_at.unwrap().to_string());
            assert!(desk.tell(&stored, threshold).await, "{} {threshold}", desk.test.name);
            assert!(!desk.tell(&stored, threshold).await, "{} {threshold}", desk.test.name);
        }
        let expected = ["2026-10-07T10:15:00Z", "2026-10-07T12:15:00Z", "2026-10-07T13:27:00Z", "2026-10-07T14:15:00Z"];
        assert_eq!(due, expected, "{}", desk.test.name);
        assert_eq!(desk.stored(clock.id).await.kept.next_at, None, "{}", desk.test.name);
        assert_eq!(next_due(desk.test.db.read()).await.unwrap(), None, "{}", desk.test.name);
        // Later terms make nothing due that was told before.
        let terms = TermsRef { target_s: 80 * HOUR_S, ..desk.eight_hours() };
        desk.append(clock.id, "2026-10-07T14:15:00Z", Fact::LevelCorrected { by: by(), terms }).await.unwrap();
        assert_eq!(desk.stored(clock.id).await.kept.next_at, None, "{}", desk.test.name);
        let rows = entity::clock_notice::Entity::find().count(desk.test.db.read()).await.unwrap();
        assert_eq!(rows, 4, "{}", desk.test.name);
    }
}

#[tokio::test]
async fn only_what_is_due_is_claimed_and_by_one_claimer() {
    for desk in desks().await {
        let at_nine = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T08:00:00Z").await.id;
        let at_ten = desk.start(ClockKind::NextReply, desk.eight_hours(), "2026-10-06T09:00:00Z").await.id;
        let ids = |claimed: Vec<StoredClock>| claimed.into_iter().map(|clock| clock.id).collect::<Vec<_>>();
        let db = &desk.test.db;
        let claim = async |tx: &sea_orm::DatabaseTransaction, instant: &str, limit| {
            ids(claim_due(tx, at(instant), limit).await.unwrap())
        };
        let tx = db.begin().await.unwrap();
        assert_eq!(claim(&tx, "2026-10-06T11:59:59Z", 9).await, [], "{}", desk.test.name);
        assert_eq!(claim(&tx, "2026-10-06T12:00:00Z", 9).await, [at_nine], "{}", desk.test.name);
        assert_eq!(claim(&tx, "2026-10-06T13:00:00Z", 9).await, [at_nine, at_ten], "{}", desk.test.name);
        tx.rollback().await.unwrap();
        let one = db.begin().await.unwrap();
        assert_eq!(claim(&one, "2026-10-06T13:00:00Z", 1).await, [at_nine], "{}", desk.test.name);
        if !db.is_sqlite() {
            let other = db.begin().await.unwrap();
            assert_eq!(claim(&other, "2026-10-06T13:00:00Z", 9).await, [at_ten], "{}", desk.test.name);
            other.rollback().await.unwrap();
        }
        one.rollback().await.unwrap();
        let again = db.begin().await.unwrap();
        assert_eq!(claim(&again, "2026-10-06T13:00:00Z", 9).await, [at_nine, at_ten], "after a crash they are due");
    }
}

#[tokio::test]
async fn a_row_that_is_not_what_its_events_add_up_to_is_found() {
    for desk in desks().await {
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(desk.start(ClockKind::NextReply, desk.eight_hours(), "2026-10-06T14:15:00Z").await.id);
        }
        ids.sort();
        let db = desk.test.db.writer();
        assert_eq!(recompute(db, None, 2).await.unwrap(), (Vec::new(), Some(ids[1])), "{}", desk.test.name);
        clock::Entity::update_many()
            .col_expr(clock::Column::DueAt, Expr::value(at("2026-10-07T14:15:01Z").as_micros()))
            .filter(clock::Column::Id.eq(ids[2].0))
            .exec(db)
            .await
            .unwrap();
        let (found, last) = recompute(db, Some(ids[1]), 2).await.unwrap();
        assert_eq!((found.len(), last), (1, Some(ids[2])), "{}", desk.test.name);
        assert_eq!((found[0].clock, found[0].counted.due_at), (ids[2], Some(at("2026-10-07T14:15:00Z"))));
        assert_eq!(recompute(db, last, 2).await.unwrap(), (Vec::new(), None), "{}", desk.test.name);
    }
}
