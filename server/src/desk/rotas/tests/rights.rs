//! Who may change a rota, who may be put on one, and what an act leaves alone.

use super::*;

/// A second layer of Tom alone, behind the fields of [`Bench::query`].
fn second(bench: &Bench) -> String {
    let tom = bench.tom;
    format!(
        "&layers[1].name=Second&layers[1].rotations[0].people={tom}&layers[1].rotations[0].shift=1\
         &layers[1].rotations[0].unit=weeks&layers[1].rotations[0].hand_over=09:00\
         &layers[1].rotations[0].starts_on=2026-11-02&layers[1].rotations[0].ends_on="
    )
}

fn swap(layer: usize, person: UserId) -> String {
    format!("layer={layer}&person={person}&from=2026-12-05T09:00&until=2026-12-06T09:00&why=Concert&go=preview")
}

impl Bench {
    /// Makes a rota from a query and answers its id.
    async fn made_from(&self, query: &str) -> RotaId {
        let form = self.desk.form(&self.who, "", query).await.unwrap();
        assert_eq!(form.errors, [], "{}", self.test.name);
        self.desk.save(&self.who, "", &form.form, "new").await.unwrap();
        self.desk.month(&self.who, "", "").await.unwrap().rota.unwrap().id
    }

    async fn stored(&self, id: RotaId) -> StoredRota {
        rotas::find(self.test.db.read(), id).await.unwrap().unwrap()
    }
}

#[tokio::test]
async fn what_is_saved_asks_for_the_same_rights_as_its_form() {
    for bench in benches().await {
        let id = bench.made().await;
        let forbidden = |done: Result<(), ApiError>| matches!(done, Err(ApiError::Forbidden { .. }));
        for role in Role::ALL {
            let who = Principal { role, ..bench.who.clone() };
            // Not one of them can be done: an old version, no such layer.
            let swapped = bench.desk.swap(&who, id, &swap(0, bench.tom), "9").await;
            assert_eq!(forbidden(swapped), !role.is_staff(), "{role:?}");
            assert_eq!(forbidden(bench.desk.unswap(&who, id, 9, 0, 0).await), !role.is_staff(), "{role:?}");
            let saved = bench.desk.save(&who, &id.to_string(), "", "9").await;
            assert_eq!(forbidden(saved), role != Role::Administrator, "{role:?}");
        }
        assert_eq!(bench.stored(id).await.version, 1, "{}", bench.test.name);
    }
}

#[tokio::test]
async fn nobody_who_left_is_put_on_a_rota_and_whoever_is_on_it_stays() {
    for bench in benches().await {
        users::set_disabled(bench.test.db.writer(), bench.tom, Some(now())).await.unwrap();
        let form = bench.desk.form(&bench.who, "", &bench.query("")).await.unwrap();
        let fields: Vec<_> = form.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["layers[0].rotations[0].people"], "{}", bench.test.name);
        let saved = bench.desk.save(&bench.who, "", &form.form, "new").await;
        assert!(matches!(saved, Err(ApiError::Invalid(_))), "{}: {saved:?}", bench.test.name);
        users::set_disabled(bench.test.db.writer(), bench.tom, None).await.unwrap();
        let id = bench.made().await;
        users::set_disabled(bench.test.db.writer(), bench.tom, Some(now())).await.unwrap();
        let form = bench.desk.swap_form(&bench.who, id, &swap(0, bench.tom)).await.unwrap();
        let fields: Vec<_> = form.errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["person"], "{}", bench.test.name);
        let form = bench.desk.form(&bench.who, &id.to_string(), &bench.query("&layers[0].from=0")).await.unwrap();
        assert_eq!(form.errors, [], "{}: Tom's shifts are there already", bench.test.name);
    }
}

#[tokio::test]
async fn a_swap_concerns_its_layer_and_tells_of_the_other() {
    for bench in benches().await {
        let id = bench.made_from(&bench.query(&second(&bench))).await;
        let form = bench.desk.swap_form(&bench.who, id, &swap(0, bench.tom)).await.unwrap();
        let notes = form.preview.unwrap().notes;
        let expected = [
            "Tom takes over from Priya: Sat 5 Dec, 09:00 to Sun 6 Dec, 09:00.",
            "Tom is also on call as Second in this time.",
        ];
        assert_eq!(notes, expected, "{}", bench.test.name);
        bench.desk.swap(&bench.who, id, &swap(1, bench.priya), "1").await.unwrap();
        // The same hours of the other layer are free.
        bench.desk.swap(&bench.who, id, &swap(0, bench.tom), "2").await.unwrap();
        let outside = bench.desk.swap(&bench.who, id, &swap(2, bench.tom), "3").await;
        assert!(matches!(outside, Err(ApiError::Invalid(_))), "{}: {outside:?}", bench.test.name);
        assert_eq!(bench.desk.unswap(&bench.who, id, 3, 1, 1).await, Err(ApiError::NotFound), "{}", bench.test.name);
        let swaps: Vec<_> = bench.stored(id).await.draft.layers.iter().map(|layer| layer.swaps.len()).collect();
        assert_eq!(swaps, [1, 1], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_layer_keeps_its_swaps_when_the_one_above_is_removed() {
    for bench in benches().await {
        let id = bench.made_from(&bench.query(&second(&bench))).await;
        bench.desk.swap(&bench.who, id, &swap(1, bench.priya), "1").await.unwrap();
        let more = format!("{}&layers[0].from=0&layers[1].from=1&layers[0].remove=yes", second(&bench));
        let form = bench.desk.form(&bench.who, &id.to_string(), &bench.query(&more)).await.unwrap();
        assert_eq!(form.errors, [], "{}", bench.test.name);
        bench.desk.save(&bench.who, &id.to_string(), &form.form, "2").await.unwrap();
        let stored = bench.stored(id).await.draft;
        let left: Vec<_> = stored.layers.iter().map(|layer| (layer.name.as_str(), layer.swaps.len())).collect();
        assert_eq!(left, [("Second", 1)], "{}", bench.test.name);
    }
}
