//! What is due and who has it.

use super::*;

#[tokio::test]
async fn two_claimers_never_get_the_same_row() {
    for desk in desks().await {
        for (fault, opened_at) in
            ["2026-11-06T10:00:00Z", "2026-11-06T10:01:00Z", "2026-11-06T12:00:00Z"].into_iter().enumerate()
        {
            desk.open(desk.opening(fault, opened_at)).await.unwrap();
        }
        let db = &desk.test.db;
        let claim = async |tx: &sea_orm::DatabaseTransaction, limit| {
            let claimed = claim_due(tx, Supervised::NoContract, at("2026-11-06T11:00:00Z"), limit).await.unwrap();
            claimed.due.into_iter().map(|one| one.kept.fault).collect::<Vec<_>>()
        };
        let one = db.begin().await.unwrap();
        assert_eq!(claim(&one, 1).await, [desk.faults[0]], "{}", desk.test.name);
        if !db.is_sqlite() {
            let other = db.begin().await.unwrap();
            assert_eq!(claim(&other, 9).await, [desk.faults[1]], "{}", desk.test.name);
            other.rollback().await.unwrap();
        }
        one.rollback().await.unwrap();
        let both = db.begin().await.unwrap();
        assert_eq!(claim(&both, 9).await, desk.faults[..2], "after a crash they are due: {}", desk.test.name);
        both.rollback().await.unwrap();
    }
}

/// Claims one row at a time and takes its step until nothing is due; how many it took.
async fn work_off(desk: &Desk) -> usize {
    let mut taken = 0;
    loop {
        let tx = desk.test.db.begin().await.unwrap();
        let Some(claimed) =
            claim_due(&tx, Supervised::NoContract, at("2026-11-06T12:00:00Z"), 1).await.unwrap().due.pop()
        else {
            return taken;
        };
        let due = claimed.escalation.next_due().unwrap();
        let event = Event::Told(due.carried_out(&Default::default()));
        assert!(append(&tx, claimed.kept.fault, &event).await.unwrap().is_some(), "{}", desk.test.name);
        tx.commit().await.unwrap();
        taken += 1;
    }
}

#[tokio::test]
async fn racing_supervisors_take_each_step_once() {
    for desk in desks().await {
        for fault in 0..3 {
            desk.open(desk.opening(fault, "2026-11-06T10:00:00Z")).await.unwrap();
        }
        let (one, other, third) = tokio::join!(work_off(&desk), work_off(&desk), work_off(&desk));
        assert_eq!(one + other + third, 6, "two steps of three faults: {}", desk.test.name);
        for fault in 0..3 {
            assert_eq!(desk.next(fault).await.unwrap(), "2026-11-06T14:00:00Z", "{}", desk.test.name);
        }
    }
}

#[tokio::test]
async fn a_row_that_is_not_what_its_events_add_up_to_is_found() {
    for desk in desks().await {
        for fault in 0..2 {
            desk.open(desk.opening(fault, "2026-11-06T10:00:00Z")).await.unwrap();
        }
        let mut faults = desk.faults[..2].to_vec();
        faults.sort();
        let db = desk.test.db.writer();
        assert_eq!(recompute(db, None, 1).await.unwrap(), (Vec::new(), Some(faults[0])), "{}", desk.test.name);
        escalation::Entity::update_many()
            .col_expr(escalation::Column::NextAt, Expr::value(None::<i64>))
            .filter(escalation::Column::FaultId.eq(faults[1].0))
            .exec(db)
            .await
            .unwrap();
        let due = Some(at("2026-11-06T10:00:00Z"));
        let expected = Difference { fault: faults[1], stored: (None, None), counted: Ok((due, None)) };
        let found = recompute(db, Some(faults[0]), 1).await.unwrap();
        assert_eq!(found, (vec![expected], Some(faults[1])), "{}", desk.test.name);
        assert_eq!(recompute(db, Some(faults[1]), 1).await.unwrap(), (Vec::new(), None), "{}", desk.test.name);
    }
}

#[tokio::test]
async fn one_that_cannot_be_read_is_set_aside_and_holds_up_no_other() {
    for desk in desks().await {
        for fault in 0..2 {
            desk.open(desk.opening(fault, "2026-11-06T10:00:00Z")).await.unwrap();
        }
        desk.append(0, told(DueKind::Step(0), "2026-11-06T10:00:00Z")).await.unwrap();
        escalation_event::Entity::update_many()
            .col_expr(escalation_event::Column::Event, Expr::value("{"))
            .exec(desk.test.db.writer())
            .await
            .unwrap();
        for expected in [vec![desk.faults[0]], vec![]] {
            let tx = desk.test.db.begin().await.unwrap();
            let claimed = claim_due(&tx, Supervised::NoContract, at("2026-11-06T11:00:00Z"), 9).await.unwrap();
            tx.commit().await.unwrap();
            let due: Vec<_> = claimed.due.iter().map(|one| one.kept.fault).collect();
            assert_eq!(due, [desk.faults[1]], "{}", desk.test.name);
            let aside: Vec<_> = claimed.set_aside.iter().map(|(fault, _)| *fault).collect();
            assert_eq!(aside, expected, "{}", desk.test.name);
        }
        let (found, _) = recompute(desk.test.db.read(), None, 9).await.unwrap();
        assert_eq!(found.len(), 1, "{}", desk.test.name);
        let why = found[0].counted.clone().unwrap_err();
        assert!(why.contains("escalation_event.event"), "{} {why}", desk.test.name);
    }
}
