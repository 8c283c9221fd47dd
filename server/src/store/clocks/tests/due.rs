//! What is due, who has it, and who was told.

use sea_orm::PaginatorTrait;

use super::*;

impl Desk {
    async fn tell(&self, clock: &StoredClock, threshold: u8) -> bool {
        let due_at = clock.kept.next_at.unwrap_or(now());
        let tx = self.test.db.begin().await.unwrap();
        let new = ClockNotice { clock: clock.id, threshold, due_at, written_at: now() };
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
        let ids =
            |claimed: Claimed<StoredClock, _>| claimed.due.into_iter().map(|clock| clock.id).collect::<Vec<ClockId>>();
        let db = &desk.test.db;
        let claim = async |tx: &sea_orm::DatabaseTransaction, instant: &str, limit| {
            ids(claim_due(tx, Supervised::NoContract, at(instant), limit).await.unwrap())
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
        assert_eq!(
            (found[0].clock, found[0].counted.as_ref().unwrap().due_at),
            (ids[2], Some(at("2026-10-07T14:15:00Z")))
        );
        assert_eq!(recompute(db, last, 2).await.unwrap(), (Vec::new(), None), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn one_that_cannot_be_read_is_set_aside_and_holds_up_no_other() {
    for desk in desks().await {
        let broken = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T08:00:00Z").await.id;
        let fine = desk.start(ClockKind::NextReply, desk.eight_hours(), "2026-10-06T09:00:00Z").await.id;
        desk.append(broken, "2026-10-06T09:00:00Z", Fact::LevelKept { by: by() }).await.unwrap();
        clock_event::Entity::update_many()
            .col_expr(clock_event::Column::Fact, Expr::value(r#"{"fact":"met"}"#))
            .filter(clock_event::Column::ClockId.eq(broken.0))
            .filter(clock_event::Column::Seq.eq(1))
            .exec(desk.test.db.writer())
            .await
            .unwrap();
        for expected in [vec![broken], vec![]] {
            let tx = desk.test.db.begin().await.unwrap();
            let claimed = claim_due(&tx, Supervised::NoContract, at("2026-10-06T13:00:00Z"), 9).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(claimed.due.iter().map(|clock| clock.id).collect::<Vec<_>>(), [fine], "{}", desk.test.name);
            let aside: Vec<_> = claimed.set_aside.iter().map(|(clock, _)| *clock).collect();
            assert_eq!(aside, expected, "{}", desk.test.name);
        }
        let (found, _) = recompute(desk.test.db.read(), None, 9).await.unwrap();
        assert_eq!(found.iter().map(|one| one.clock).collect::<Vec<_>>(), [broken], "{}", desk.test.name);
        let why = found[0].counted.clone().unwrap_err();
        assert!(why.contains(&broken.to_string()) && why.contains("has not started"), "{} {why}", desk.test.name);
        assert!(find(desk.test.db.read(), broken).await.is_err(), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn two_people_who_pause_a_clock_at_once_pause_it_once() {
    for desk in desks().await {
        let id = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await.id;
        let pause = || desk.append(id, "2026-10-06T14:30:00Z", paused(PauseReason::RemoteAccess));
        let (one, other) = tokio::join!(pause(), pause());
        assert!(one.is_ok() != other.is_ok(), "{} {one:?} {other:?}", desk.test.name);
        let refused = one.err().or(other.err()).unwrap();
        assert!(matches!(refused, AppendError::Refused(Refusal::AlreadyPaused { .. })), "{refused}");
        assert_eq!(desk.stored(id).await.events, 2, "{}", desk.test.name);
    }
}

#[tokio::test]
async fn two_supervisors_tell_of_a_threshold_once() {
    for desk in desks().await {
        let clock = desk.start(ClockKind::Response, desk.eight_hours(), "2026-10-06T14:15:00Z").await;
        let (one, other) = tokio::join!(desk.tell(&clock, 50), desk.tell(&clock, 50));
        assert!(one != other, "{}", desk.test.name);
        assert_eq!(desk.stored(clock.id).await.kept.next_at, Some(at("2026-10-07T12:15:00Z")), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn open_clocks_that_another_version_might_move_are_listed() {
    for desk in desks().await {
        let db = desk.test.db.writer();
        let calendar = calendars::find(db, WORKING_HOURS).await.unwrap().unwrap().calendar;
        let extended = TermsRef { calendar: Some(desk.extended), target_s: 4 * HOUR_S };
        let elapsed = TermsRef { calendar: None, target_s: 4 * HOUR_S };
        let mut ids = Vec::new();
        for terms in [desk.eight_hours(), desk.eight_hours(), desk.eight_hours(), extended, elapsed] {
            ids.push(desk.start(ClockKind::NextReply, terms, "2026-10-06T14:15:00Z").await.id);
        }
        desk.append(ids[2], "2026-10-06T14:30:00Z", Fact::Met).await.unwrap();
        let mut expected = ids[..2].to_vec();
        expected.sort();
        let first = open_by_calendar(db, calendar, None, 1).await.unwrap();
        let rest = open_by_calendar(db, calendar, Some(first[0].id), 9).await.unwrap();
        let listed: Vec<_> = first.iter().chain(&rest).map(|clock| clock.id).collect();
        assert_eq!(listed, expected, "{}", desk.test.name);
        assert_eq!(first[0].terms, desk.eight_hours(), "{}", desk.test.name);
    }
}
