//! Rotas through the desk, on both databases.

mod rights;

use app::api::rotas::BarKind;
use domain::{
    access::Role,
    escalation::{After, Counted, Step, Whom},
    id::{PolicyId, SessionId},
    time::Timestamp,
};
use uuid::Uuid;

use super::*;
use crate::{
    store::{hosts::fixtures::staff, values::Made},
    testing::{TestDb, databases},
};

struct Bench {
    desk: Desk,
    who: Principal,
    priya: UserId,
    tom: UserId,
    test: TestDb,
}

/// Tue 24 Nov 2026, 16:41.
fn now() -> Timestamp {
    crate::store::hosts::fixtures::now()
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        let (priya, tom) = (staff(&test.db, "Priya").await, staff(&test.db, "Tom").await);
        let session = SessionId(Uuid::from_u128(1));
        let who =
            Principal { user: priya, session, name: "Priya".to_owned(), role: Role::Administrator, customer: None };
        benches.push(Bench { desk: Desk::new(test.db.clone(), Clock::from(now())), who, priya, tom, test });
    }
    benches
}

impl Bench {
    /// One layer of weeks from Monday 2 November 2026, with more fields behind.
    fn query(&self, more: &str) -> String {
        let (priya, tom) = (self.priya, self.tom);
        format!(
            "name=Support&zone=Europe/London&layers[0].name=First&layers[0].rotations[0].people={priya}\
             &layers[0].rotations[0].people={tom}&layers[0].rotations[0].people=&layers[0].rotations[0].shift=1\
             &layers[0].rotations[0].unit=weeks&layers[0].rotations[0].hand_over=09:00\
             &layers[0].rotations[0].starts_on=2026-11-02&layers[0].rotations[0].ends_on=&go=preview{more}"
        )
    }

    /// Makes the rota and answers its id.
    async fn made(&self) -> RotaId {
        let form = self.desk.form(&self.who, "", &self.query("")).await.unwrap();
        let preview = form.preview.as_ref().unwrap();
        self.desk.save(&self.who, "", &form.form, &preview.seen).await.unwrap();
        self.desk.month(&self.who, "", "").await.unwrap().rota.unwrap().id
    }
}

#[tokio::test]
async fn a_rota_is_previewed_saved_and_shown() {
    for bench in benches().await {
        let form = bench.desk.form(&bench.who, "", &bench.query("")).await.unwrap();
        assert_eq!(form.errors, [], "{}", bench.test.name);
        let first = &form.preview.as_ref().unwrap().shifts[0];
        assert_eq!(
            (first.person.as_str(), first.when.as_str()),
            ("Tom", "Mon 23 Nov, 09:00 to Mon 30 Nov, 09:00 (7 d)")
        );
        bench.made().await;
        let page = bench.desk.month(&bench.who, "", "2026-12").await.unwrap();
        assert_eq!(
            (page.title.as_str(), page.before.as_str(), page.after.as_str()),
            ("December 2026", "2026-11", "2027-01")
        );
        let rota = page.rota.unwrap();
        assert_eq!(rota.lede, "Hand-over is Monday 09:00. No swaps.");
        let bars: Vec<_> = rota.weeks.iter().map(|week| week.lanes[0][0].person.as_str()).collect();
        assert_eq!(bars, ["Priya", "Tom", "Priya", "Tom", "Priya"], "{}", bench.test.name);
        assert_eq!(rota.layers[0].person.as_deref(), Some("Tom"));
        assert_eq!(rota.layers[0].until, "until Mon 30 Nov, 09:00 (5 d 16 h)");
        assert_eq!(rota.gaps, []);
    }
}

#[tokio::test]
async fn a_rota_with_nobody_in_it_is_refused_by_field() {
    for bench in benches().await {
        let fields = async |query: &str| {
            let form = bench.desk.form(&bench.who, "", query).await.unwrap();
            assert!(form.preview.is_none());
            form.errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(fields("go=preview").await, ["name", "zone", "layers"]);
        let named = "name=Support&zone=Europe/London&layers[0].name=First&go=preview";
        assert_eq!(fields(named).await, ["layers[0].rotations"]);
        let nobody = "&layers[0].rotations[0].starts_on=2026-11-02&layers[0].rotations[0].shift=1\
                      &layers[0].rotations[0].unit=weeks&layers[0].rotations[0].hand_over=09:00";
        assert_eq!(fields(&format!("{named}{nobody}")).await, ["layers[0].rotations[0].people"]);
        let query = bench.query("").replace("Europe/London", "Europe/Londres").replace("09:00", "9");
        assert_eq!(fields(&query).await, ["zone", "layers[0].rotations[0].hand_over"], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn hours_without_anybody_are_told() {
    for bench in benches().await {
        let query = bench.query("").replace("ends_on=", "ends_on=2026-12-14");
        let form = bench.desk.form(&bench.who, "", &query).await.unwrap();
        let gaps: Vec<_> = form.preview.unwrap().gaps.into_iter().map(|gap| (gap.words, gap.critical)).collect();
        let words = "Nobody is on call from Mon 14 Dec, 09:00 to Tue 22 Dec, 16:41 (8 d 7 h).".to_owned();
        assert_eq!(gaps, [(words, true)], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_swap_replaces_whoever_has_the_shift_and_can_be_taken_back() {
    for bench in benches().await {
        let id = bench.made().await;
        let query =
            format!("layer=0&person={}&from=2026-12-05T09:00&until=2026-12-06T09:00&why=Concert&go=preview", bench.tom);
        let form = bench.desk.swap_form(&bench.who, id, &query).await.unwrap();
        let preview = form.preview.unwrap();
        let note = "Tom takes over from Priya: Sat 5 Dec, 09:00 to Sun 6 Dec, 09:00.";
        assert_eq!(preview.notes, [note], "{}", bench.test.name);
        bench.desk.swap(&bench.who, id, &form.form, &preview.seen).await.unwrap();
        let again = bench.desk.swap(&bench.who, id, &form.form, &preview.seen).await.unwrap_err();
        assert!(matches!(again, ApiError::Conflict(_)), "{}: {again:?}", bench.test.name);
        let overlapping = bench.desk.swap_form(&bench.who, id, &query).await.unwrap();
        assert_eq!(overlapping.errors.len(), 1, "{}", bench.test.name);
        let rota = bench.desk.month(&bench.who, "", "2026-12").await.unwrap().rota.unwrap();
        let kinds: Vec<_> = rota.weeks[0].lanes[0].iter().map(|bar| (bar.days, bar.kind)).collect();
        assert_eq!(kinds, [(5, BarKind::Rotation), (1, BarKind::Swap), (1, BarKind::Rotation)], "{}", bench.test.name);
        let swap = rota.shifts.iter().find(|shift| shift.kind == BarKind::Swap).unwrap();
        let (layer, place) = swap.swap.unwrap();
        bench.desk.unswap(&bench.who, id, rota.version, layer, place).await.unwrap();
        let rota = bench.desk.month(&bench.who, "", "2026-12").await.unwrap().rota.unwrap();
        assert!(rota.shifts.iter().all(|shift| shift.kind == BarKind::Rotation), "{}", bench.test.name);
    }
}

#[tokio::test]
async fn an_edit_keeps_swaps_and_refuses_what_is_stale() {
    for bench in benches().await {
        let id = bench.made().await;
        let swap =
            format!("layer=0&person={}&from=2026-12-05T09:00&until=2026-12-06T09:00&why=x&go=preview", bench.tom);
        bench.desk.swap(&bench.who, id, &swap, "1").await.unwrap();
        let query = bench.query("&layers[0].from=0");
        let form = bench.desk.form(&bench.who, &id.to_string(), &query).await.unwrap();
        let seen = form.preview.unwrap().seen;
        bench.desk.save(&bench.who, &id.to_string(), &form.form, &seen).await.unwrap();
        let stored = rotas::find(bench.test.db.read(), id).await.unwrap().unwrap();
        assert_eq!((stored.version, stored.draft.layers[0].swaps.len()), (3, 1), "{}", bench.test.name);
        let stale = bench.desk.save(&bench.who, &id.to_string(), &form.form, &seen).await.unwrap_err();
        assert!(matches!(stale, ApiError::Conflict(_)), "{}: {stale:?}", bench.test.name);
    }
}

#[tokio::test]
async fn staff_look_and_swap_and_an_administrator_edits() {
    for bench in benches().await {
        let id = bench.made().await;
        for role in Role::ALL {
            let who = Principal { role, ..bench.who.clone() };
            assert_eq!(bench.desk.month(&who, "", "").await.is_ok(), role.is_staff(), "{role:?}");
            assert_eq!(bench.desk.swap_form(&who, id, "").await.is_ok(), role.is_staff(), "{role:?}");
            assert_eq!(bench.desk.form(&who, "", "").await.is_ok(), role == Role::Administrator, "{role:?}");
        }
    }
}

#[tokio::test]
async fn a_rota_is_removed_unless_a_policy_names_it() {
    for bench in benches().await {
        let id = bench.made().await;
        let db = bench.test.db.writer();
        let mut policy = policies::tests::policy("Nights");
        let after = After { seconds: 0, counted: Counted::Elapsed };
        policy.steps = vec![Step { after, whom: vec![Whom::Rota { rota: id, layer: 0 }] }];
        let (of, made) = (PolicyId(new_id(now()).unwrap()), Made::seeded(now()));
        policies::insert(db, of, &policy, made).await.unwrap().unwrap();
        let ApiError::Conflict(words) = bench.desk.remove(&bench.who, id, 1).await.unwrap_err() else { panic!() };
        assert!(words.contains("in it: Nights."), "{}: {words}", bench.test.name);

        policy.steps = vec![Step { after, whom: vec![Whom::Person(bench.tom)] }];
        policy.version = 2;
        policies::publish(db, of, &policy, made).await.unwrap().unwrap();
        let stale = bench.desk.remove(&bench.who, id, 7).await.unwrap_err();
        assert!(matches!(stale, ApiError::Conflict(_)), "{}", bench.test.name);
        let engineer = Principal { role: Role::Engineer, ..bench.who.clone() };
        let refused = bench.desk.remove(&engineer, id, 1).await.unwrap_err();
        assert!(matches!(refused, ApiError::Forbidden { .. }), "{}", bench.test.name);
        bench.desk.remove(&bench.who, id, 1).await.unwrap();
        assert!(bench.desk.month(&bench.who, "", "").await.unwrap().rota.is_none(), "{}", bench.test.name);
    }
}
