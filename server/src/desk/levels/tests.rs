use domain::{
    access::{Role, Scope},
    clock::{ClockKind, WARNING_PERCENTS},
    id::{ClockId, SessionId, UserId},
    text::{EmailAddress, Name},
    time::Timestamp,
};

use super::*;
use crate::{
    store::{
        clocks::{self, NewClock},
        hosts::fixtures::owner,
        seeds,
        tickets::{self, Promise},
        users::{self, NewUser},
    },
    testing::databases,
};

pub(in crate::desk) fn now() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

pub(in crate::desk) async fn person(db: &Db, role: Role) -> Principal {
    let id = UserId(new_id(now()).unwrap());
    let new = NewUser {
        id,
        customer: None,
        name: Name::parse(role.as_str()).unwrap(),
        email: EmailAddress::parse(&format!("{}@x.example", role.as_str())).unwrap(),
        role,
        password_hash: None,
        receives_faults: false,
        at: now(),
    };
    users::create(db.writer(), new).await.unwrap();
    Principal { user: id, session: SessionId(id.0), name: role.as_str().to_owned(), role, customer: None }
}

#[tokio::test]
async fn an_edit_makes_the_next_version_and_a_stale_one_is_refused() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let administrator = person(&test.db, Role::Administrator).await;
        let list = desk.list(&administrator).await.unwrap();
        let cat2 = list.levels.iter().find(|level| level.level == CoverLevel::Cat2).unwrap();
        assert_eq!(cat2.target, "4 hours inside Extended hours", "{}", test.name);
        let mut input = desk.form(&administrator, Some(cat2.id)).await.unwrap().input;
        input.target_minutes = "180".to_owned();
        desk.save(&administrator, Some(cat2.id), input.clone()).await.unwrap();
        let stale = desk.save(&administrator, Some(cat2.id), input).await.unwrap_err();
        assert!(matches!(stale, ApiError::Conflict(_)), "{}", test.name);
        let form = desk.form(&administrator, Some(cat2.id)).await.unwrap();
        let versions: Vec<_> = form.versions.iter().map(|one| (one.row.version, one.by.as_str())).collect();
        assert_eq!(versions, [(2, "administrator"), (1, "")], "{}", test.name);
        let supervisor = person(&test.db, Role::Supervisor).await;
        let refused = desk.save(&supervisor, Some(cat2.id), form.input).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}", test.name);
    }
}

#[tokio::test]
async fn a_custom_level_is_added_and_every_mistake_is_named() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let administrator = person(&test.db, Role::Administrator).await;
        let wrong =
            LevelInput { target_minutes: "soon".to_owned(), paging: "moonlight".to_owned(), ..LevelInput::default() };
        let ApiError::Invalid(wrong) = desk.save(&administrator, None, wrong).await.unwrap_err() else { panic!() };
        let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["target_minutes", "name", "target_hours", "action", "paging", "replacement"]);
        let right = LevelInput {
            name: "Harbour nights".to_owned(),
            target_minutes: "90".to_owned(),
            target_hours: "always".to_owned(),
            action: "duty_engineer".to_owned(),
            paging: "always".to_owned(),
            replacement: "on_site".to_owned(),
            portal_tickets: "yes".to_owned(),
            version: String::new(),
        };
        desk.save(&administrator, None, right).await.unwrap();
        let list = desk.list(&administrator).await.unwrap();
        let custom = list.levels.iter().find(|level| level.name == "Harbour nights").unwrap();
        assert_eq!((custom.level, custom.target.as_str()), (CoverLevel::Custom, "90 minutes day and night"));
    }
}

#[tokio::test]
async fn staff_read_levels_and_an_administrator_edits_them() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let somebody = person(&test.db, Role::Administrator).await;
        let any = levels::find_by_cover(test.db.read(), CoverLevel::Cat2).await.unwrap().unwrap().id;
        for role in Role::ALL {
            let who = Principal { role, ..somebody.clone() };
            assert_eq!(desk.list(&who).await.is_ok(), role.is_staff(), "{role:?}");
            assert_eq!(desk.form(&who, Some(any)).await.is_ok(), role == Role::Administrator, "{role:?}");
        }
    }
}

/// What a ticket was promised stays what it counts by: a clock of Cat2 runs on with the four hours of its day.
#[tokio::test]
async fn an_edit_moves_no_clock_that_runs() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        seeds::plant(&test.db, now()).await.unwrap();
        let administrator = person(&test.db, Role::Administrator).await;
        let bath = owner(&test.db, "Bath").await;
        let db = test.db.writer();
        let cat2 = levels::find_by_cover(db, CoverLevel::Cat2).await.unwrap().unwrap();
        let Promise { terms, clock } = tickets::promise(db, cat2.terms).await.unwrap();
        let new = tickets::NewTicket { terms: Some(terms.clone()), ..tickets::tests::request(bath) };
        let ticket = new.id;
        let number = tickets::insert(db, new).await.unwrap().unwrap();
        let new = NewClock {
            id: ClockId(new_id(now()).unwrap()),
            ticket,
            kind: ClockKind::Response,
            terms: clock.unwrap(),
            started_at: now(),
            entered_at: now(),
            percents: &WARNING_PERCENTS,
        };
        let due = clocks::start(db, new).await.unwrap().kept.due_at;
        let input = desk.form(&administrator, Some(cat2.id)).await.unwrap().input;
        let input = LevelInput { target_minutes: "60".to_owned(), ..input };
        desk.save(&administrator, Some(cat2.id), input).await.unwrap();
        let after = clocks::of_ticket(db, Scope::Everything, ticket).await.unwrap().remove(0);
        assert_eq!((after.kept.due_at, after.terms.target_s), (due, 4 * 3_600), "{}", test.name);
        assert_eq!(clocks::recompute(db, None, 10).await.unwrap().0, [], "{}", test.name);
        let kept = tickets::find(db, Scope::Everything, number).await.unwrap().unwrap().terms;
        assert_eq!(kept, Some(terms), "{}", test.name);
    }
}
