//! Whose shifts a feed holds, and who can take it away.

use domain::{
    id::RotaId,
    rota::{LayerDraft, RotaDraft, RotationDraft, ShiftLength},
};

use super::*;
use crate::store::{rotas, users};

/// A rota of weeks that two people share.
async fn weekly(bench: &Bench, people: &[UserId]) {
    let rotation = RotationDraft {
        people: people.to_vec(),
        shift: ShiftLength::Weeks(1),
        weekday: Some("mon".to_owned()),
        hand_over: "09:00".to_owned(),
        starts_on: "2026-11-02".to_owned(),
        ends_on: None,
    };
    let first = LayerDraft { name: "First".to_owned(), rotations: vec![rotation], ..LayerDraft::default() };
    let draft = RotaDraft { name: "Support".to_owned(), zone: "Europe/London".to_owned(), layers: vec![first] };
    rotas::insert(bench.test.db.writer(), RotaId(new_id(now()).unwrap()), &draft, now()).await.unwrap();
}

/// The file behind the address of `who`, by the address alone.
async fn file(bench: &Bench, who: &Principal) -> Option<String> {
    let url = bench.desk.feed(who).await.unwrap().unwrap().url;
    bench.desk.file(url.rsplit('/').next().unwrap().trim_end_matches(".ics")).await.unwrap()
}

#[tokio::test]
async fn a_feed_of_ones_own_holds_nobody_elses_shifts() {
    for bench in benches().await {
        let tom = Principal { name: "Tom".to_owned(), ..principal(staff(&bench.test.db, "Tom").await, Role::Engineer) };
        weekly(&bench, &[bench.who.user, tom.user]).await;
        bench.desk.make_feed(&bench.who, false).await.unwrap();
        bench.desk.make_feed(&tom, true).await.unwrap();
        let own = file(&bench, &bench.who).await.unwrap();
        assert!(own.contains("Ellie") && !own.contains("Tom"), "{} {own}", bench.test.name);
        let all = file(&bench, &tom).await.unwrap();
        assert!(all.contains("Ellie") && all.contains("Tom"), "{} {all}", bench.test.name);
    }
}

#[tokio::test]
async fn each_person_has_an_address_and_takes_back_their_own() {
    for bench in benches().await {
        let tom = principal(staff(&bench.test.db, "Tom").await, Role::Engineer);
        bench.desk.make_feed(&bench.who, true).await.unwrap();
        assert_eq!(bench.desk.feed(&tom).await.unwrap(), None, "{}: not Ellie's", bench.test.name);
        bench.desk.make_feed(&tom, true).await.unwrap();
        assert!(file(&bench, &bench.who).await.is_some(), "{}: a new one of Tom's ends Tom's", bench.test.name);
        bench.desk.revoke_feed(&tom).await.unwrap();
        assert_eq!(bench.desk.revoke_feed(&tom).await, Err(ApiError::NotFound), "{}", bench.test.name);
        assert!(file(&bench, &bench.who).await.is_some(), "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_feed_ends_with_the_account_or_the_right_to_see_rotas() {
    for bench in benches().await {
        let (db, user) = (bench.test.db.writer(), bench.who.user);
        bench.desk.make_feed(&bench.who, true).await.unwrap();
        users::set_disabled(db, user, Some(now())).await.unwrap();
        assert_eq!(file(&bench, &bench.who).await, None, "{}", bench.test.name);
        users::set_disabled(db, user, None).await.unwrap();
        assert!(file(&bench, &bench.who).await.is_some(), "{}", bench.test.name);
        users::set_role(db, user, Role::Viewer).await.unwrap();
        assert_eq!(file(&bench, &bench.who).await, None, "{}", bench.test.name);
    }
}
