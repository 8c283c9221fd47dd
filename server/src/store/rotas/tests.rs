use domain::rota::Source;

use super::*;
use crate::{
    desk::is_unique_violation,
    store::hosts::fixtures::{now, staff},
    testing::databases,
};

/// Weeks from Monday 09:00, from 5 October 2026 on.
fn weekly(people: &[UserId], ends_on: Option<&str>) -> RotationDraft {
    RotationDraft {
        people: people.to_vec(),
        shift: ShiftLength::Weeks(1),
        weekday: Some("mon".to_owned()),
        hand_over: "09:00".to_owned(),
        starts_on: "2026-10-05".to_owned(),
        ends_on: ends_on.map(str::to_owned),
    }
}

/// Two layers, a temporary schedule and a swap.
fn draft(priya: UserId, tom: UserId, ellie: UserId) -> RotaDraft {
    let daily = RotationDraft {
        shift: ShiftLength::Days(1),
        weekday: None,
        starts_on: "2026-12-24".to_owned(),
        ..weekly(&[ellie, tom], Some("2027-01-02"))
    };
    let swap = SwapDraft {
        from: "2026-10-06T18:00".to_owned(),
        until: "2026-10-07T09:00".to_owned(),
        person: ellie,
        why: "Concert".to_owned(),
    };
    let first = LayerDraft {
        name: "First".to_owned(),
        rotations: vec![weekly(&[tom, priya, tom], None)],
        temporary: vec![daily],
        swaps: vec![swap],
    };
    let second =
        LayerDraft { name: "Second".to_owned(), rotations: vec![weekly(&[ellie], None)], ..LayerDraft::default() };
    RotaDraft { name: "Duty engineers".to_owned(), zone: "Europe/London".to_owned(), layers: vec![first, second] }
}

fn id() -> RotaId {
    RotaId(new_id(now()).unwrap())
}

fn at(text: &str) -> Timestamp {
    text.parse::<jiff::Timestamp>().unwrap().into()
}

#[tokio::test]
async fn a_rota_comes_back_with_everybody_in_their_order() {
    for test in databases().await {
        let db = test.db.writer();
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        let ellie = staff(&test.db, "Ellie").await;
        let (id, draft) = (id(), draft(priya, tom, ellie));
        insert(db, id, &draft, now()).await.unwrap();
        let found = find(db, id).await.unwrap().unwrap();
        assert_eq!(found, StoredRota { id, version: 1, draft }, "{}", test.name);
        let rota = found.rota().unwrap();
        for (instant, person, source) in [
            ("2026-10-06T12:00:00Z", tom, Source::Rotation),
            ("2026-10-06T18:00:00Z", ellie, Source::Swap { why: "Concert".to_owned() }),
            ("2026-10-13T12:00:00Z", priya, Source::Rotation),
            ("2026-12-25T12:00:00Z", tom, Source::Temporary),
        ] {
            let duty = rota.on_call(0, at(instant)).unwrap();
            assert_eq!((duty.person, duty.source), (person, source), "{} {instant}", test.name);
        }
        assert_eq!(rota.on_call(1, at("2026-10-06T12:00:00Z")).unwrap().person, ellie, "{}", test.name);
    }
}

#[tokio::test]
async fn an_edit_replaces_all_rows_unless_somebody_was_faster() {
    for test in databases().await {
        let db = test.db.writer();
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        let (id, mut draft) = (id(), draft(priya, tom, priya));
        insert(db, id, &draft, now()).await.unwrap();
        draft.layers.truncate(1);
        draft.layers[0].swaps.clear();
        draft.name = "Nights".to_owned();
        assert_eq!(update(db, id, 1, &draft, now()).await.unwrap(), 1, "{}", test.name);
        assert_eq!(update(db, id, 1, &draft, now()).await.unwrap(), 0, "{}", test.name);
        let expected = StoredRota { id, version: 2, draft };
        assert_eq!(list(db).await.unwrap(), [expected], "{}", test.name);
        assert!(rota_swap::Entity::find().all(db).await.unwrap().is_empty(), "{}", test.name);
    }
}

#[tokio::test]
async fn rotas_are_kept_apart_and_a_removed_one_frees_its_name() {
    for test in databases().await {
        let db = test.db.writer();
        let priya = staff(&test.db, "Priya").await;
        let (one, other) = (id(), id());
        let named = |name: &str| RotaDraft { name: name.to_owned(), ..draft(priya, priya, priya) };
        insert(db, one, &named("Days"), now()).await.unwrap();
        insert(db, other, &named("Nights"), now()).await.unwrap();
        let error = update(db, other, 1, &named("Days"), now()).await.unwrap_err();
        assert!(is_unique_violation(&error), "{} {error}", test.name);
        let names: Vec<_> = list(db).await.unwrap().into_iter().map(|rota| rota.draft.name).collect();
        assert_eq!(names, ["Days", "Nights"], "{}", test.name);
        assert_eq!(remove(db, one, 2, now()).await.unwrap(), 0, "{}", test.name);
        assert_eq!(remove(db, one, 1, now()).await.unwrap(), 1);
        assert_eq!(find(db, one).await.unwrap(), None, "{}", test.name);
        assert_eq!(update(db, one, 1, &named("Days"), now()).await.unwrap(), 0, "{}", test.name);
        insert(db, id(), &named("Days"), now()).await.unwrap();
    }
}

#[tokio::test]
async fn somebody_without_an_account_is_in_no_rota() {
    for test in databases().await {
        let tom = staff(&test.db, "Tom").await;
        let nobody = UserId(Uuid::from_u128(99));
        let tx = test.db.begin().await.unwrap();
        let error = insert(&tx, id(), &draft(tom, nobody, tom), now()).await.unwrap_err();
        let foreign = matches!(error.sql_err(), Some(sea_orm::SqlErr::ForeignKeyConstraintViolation(_)));
        assert!(foreign, "{} {error}", test.name);
    }
}
