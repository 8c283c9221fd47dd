use domain::{
    clock::{Count, Pauses},
    level::{self, EXTENDED_HOURS, WORKING_HOURS},
};
use jiff::civil::date as day;

use super::*;
use crate::{store::hosts::fixtures::now, testing::databases};

fn made() -> Made {
    Made::seeded(now())
}

/// The seeded calendars; their first versions by key.
pub(crate) async fn seeded(db: &impl ConnectionTrait) -> BTreeMap<&'static str, (CalendarId, CalendarVersionId)> {
    let mut ids = BTreeMap::new();
    for (key, draft) in level::calendar_drafts() {
        let id = CalendarId(new_id(now()).unwrap());
        let version = insert(db, NewCalendar { id, key, name: key }, &draft, made()).await.unwrap().unwrap();
        ids.insert(key, (id, version));
    }
    ids
}

/// `draft` with a closed day.
pub(crate) fn closed_on(mut draft: CalendarDraft, closed: jiff::civil::Date) -> CalendarDraft {
    let one = OverrideDraft { windows: Vec::new(), text: "Stocktaking".to_owned(), announced_at: Some(now()) };
    draft.overrides.insert(closed, one);
    draft
}

/// When 8 hours from Mon 5 Oct 2026 15:00 BST are used up.
fn due(cover: Cover) -> String {
    let start = "2026-10-05T14:00:00Z".parse::<jiff::Timestamp>().unwrap().into();
    let count = Count { cover, start, target_s: 8 * 3_600 };
    count.used_up_at(&Pauses::default()).unwrap().to_string()
}

#[tokio::test]
async fn a_calendar_counts_as_it_did_before_it_was_stored() {
    for test in databases().await {
        let db = test.db.writer();
        let ids = seeded(db).await;
        let stored = in_force(db).await.unwrap();
        for (key, draft) in level::calendar_drafts() {
            let (before, after) = (Arc::new(draft.clone().check().unwrap()), &stored.calendars[key]);
            assert_eq!(due(Cover::Hours(after.clone())), due(Cover::Hours(before)), "{} {key}", test.name);
            assert_eq!(after.zone().name(), "Europe/London");
            assert_eq!(stored.versions[key], (ids[key].1, 1), "{}", test.name);
            let found = find(db, key).await.unwrap().unwrap();
            assert_eq!((found.draft.weekly, found.draft.holidays), (draft.weekly, draft.holidays), "{}", test.name);
        }
        assert!(find(db, "nights").await.unwrap().is_none(), "{}", test.name);
        assert_eq!(latest(db).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_closure_is_a_new_version_and_the_old_one_stays() {
    for test in databases().await {
        let db = test.db.writer();
        let (id, first) = seeded(db).await[WORKING_HOURS];
        let was = find(db, WORKING_HOURS).await.unwrap().unwrap();
        let draft = closed_on(was.draft, day(2026, 10, 6));
        let second = publish(db, id, 1, &draft, made()).await.unwrap().unwrap();
        assert_eq!(publish(db, id, 1, &draft, made()).await.unwrap(), None, "someone was faster: {}", test.name);
        let is = find(db, WORKING_HOURS).await.unwrap().unwrap();
        assert_eq!((is.id, is.version), (second, 2), "{}", test.name);
        let closure = &is.draft.overrides[&day(2026, 10, 6)];
        assert_eq!((closure.text.as_str(), closure.announced_at), ("Stocktaking", Some(now())), "{}", test.name);
        let both = by_ids(db, [first, second, first]).await.unwrap();
        assert_eq!(due(both.cover(Some(first)).unwrap()), "2026-10-06T14:00:00Z", "{}", test.name);
        assert_eq!(due(both.cover(Some(second)).unwrap()), "2026-10-07T14:00:00Z", "{}", test.name);
        assert!(find(db, EXTENDED_HOURS).await.unwrap().unwrap().draft.overrides.is_empty(), "{}", test.name);
    }
}

#[tokio::test]
async fn a_key_is_taken_once() {
    for test in databases().await {
        let db = test.db.writer();
        seeded(db).await;
        let new = NewCalendar { id: CalendarId(new_id(now()).unwrap()), key: WORKING_HOURS, name: "Other" };
        let draft = CalendarDraft { tz: "UTC".to_owned(), ..CalendarDraft::default() };
        assert_eq!(insert(db, new, &draft, made()).await.unwrap(), None, "{}", test.name);
    }
}

#[tokio::test]
async fn what_is_wrong_or_missing_is_an_error_that_says_what() {
    for test in databases().await {
        let db = test.db.writer();
        let new = NewCalendar { id: CalendarId(new_id(now()).unwrap()), key: "wrong", name: "Wrong" };
        let draft = CalendarDraft { tz: "Europe/Londres".to_owned(), ..CalendarDraft::default() };
        let error = insert(db, new, &draft, made()).await.unwrap_err().to_string();
        assert!(error.contains("tz") && error.contains("Europe/Londres"), "{} {error}", test.name);
        let missing = CalendarVersionId(Uuid::from_u128(7));
        let (_, first) = seeded(db).await[WORKING_HOURS];
        calendar_version::Entity::update_many()
            .col_expr(calendar_version::Column::Zone, Expr::value("Europe/Londres"))
            .filter(calendar_version::Column::Id.eq(first.0))
            .exec(db)
            .await
            .unwrap();
        let other = find(db, EXTENDED_HOURS).await.unwrap().unwrap().id;
        let found = by_ids(db, [missing, first, other]).await.unwrap();
        let error = |id| found.cover(Some(id)).unwrap_err().to_string();
        assert!(error(missing).contains(&missing.to_string()), "{} {}", test.name, error(missing));
        assert!(error(first).contains("Europe/Londres"), "{} {}", test.name, error(first));
        assert!(found.cover(Some(other)).is_ok(), "the others can be counted by: {}", test.name);
    }
}
