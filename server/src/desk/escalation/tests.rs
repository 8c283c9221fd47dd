use app::api::escalation::StepInput;
use domain::{
    access::Role,
    escalation::{Event, Taken},
    id::UserId,
    observation::Status,
    text::{EmailAddress, Name},
};
use uuid::Uuid;

use super::*;
use crate::{
    desk::hosts::fixtures::staff,
    store::{
        hosts::fixtures::{acts, now, refuse},
        seeds,
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

mod what_if;
mod why;

/// The seeded levels and policy, and one of each role of staff who edit and hear.
struct House {
    test: TestDb,
    desk: Desk,
}

async fn house(test: TestDb) -> House {
    seeds::plant(&test.db, now()).await.unwrap();
    for (name, role) in [("Priya", Role::Engineer), ("Ellie", Role::Supervisor), ("Sam", Role::Administrator)] {
        person(&test, name, role).await;
    }
    let desk = Desk::new(test.db.clone(), Clock::from(now()));
    House { test, desk }
}

async fn person(test: &TestDb, name: &str, role: Role) -> UserId {
    let id = UserId(new_id(now()).unwrap());
    let new = NewUser {
        id,
        customer: None,
        name: Name::parse(name).unwrap(),
        email: EmailAddress::parse(&format!("{name}@desk.example")).unwrap(),
        role,
        password_hash: None,
        receives_faults: role == Role::Engineer,
        at: now(),
    };
    users::create(test.db.writer(), new).await.unwrap();
    id
}

/// An administrator with a row of their own, as what they save names them.
async fn administrator(house: &House) -> Principal {
    let user = person(&house.test, "Tom", Role::Administrator).await;
    Principal { user, name: "Tom".to_owned(), ..staff(Role::Administrator) }
}

fn step(after: &str, whom: &[&str]) -> StepInput {
    StepInput {
        after_minutes: after.to_owned(),
        counted: "elapsed".to_owned(),
        whom: whom.iter().map(|word| (*word).to_owned()).collect(),
    }
}

fn input(name: &str) -> PolicyInput {
    PolicyInput {
        name: name.to_owned(),
        reminder_minutes: "120".to_owned(),
        version: String::new(),
        steps: vec![step("0", &["role:engineer", ""]), step("30", &["contacts"])],
    }
}

fn fields(error: ApiError) -> Vec<(String, String)> {
    match error {
        ApiError::Invalid(wrong) => wrong.into_iter().map(|one| (one.field, one.message)).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn staff_see_policies_and_only_administrators_change_them() {
    for test in databases().await {
        let house = house(test).await;
        let desk = &house.desk;
        let usual = desk.list(&staff(Role::Agent)).await.unwrap().policies[0].id;
        for role in Role::ALL {
            let who = Principal { role, ..staff(Role::Agent) };
            let forbidden = |error: Option<ApiError>| matches!(error, Some(ApiError::Forbidden { .. }));
            assert_eq!(forbidden(desk.list(&who).await.err()), !role.is_staff(), "{role:?}");
            assert_eq!(forbidden(desk.policy(&who, usual).await.err()), !role.is_staff(), "{role:?}");
            let asked = desk.what_if(&who, WhatIfInput::default()).await.err();
            assert_eq!(forbidden(asked), !role.is_staff(), "{role:?}");
            let edits = role != Role::Administrator;
            assert_eq!(forbidden(desk.form(&who, None, None, false).await.err()), edits, "{role:?}");
            if edits {
                assert!(forbidden(desk.save(&who, None, input("Nights")).await.err()), "{role:?}");
                assert!(forbidden(desk.make_usual(&who, usual).await.err()), "{role:?}");
            }
        }
        let missing = PolicyId(Uuid::from_u128(9));
        assert_eq!(desk.policy(&staff(Role::Agent), missing).await.err(), Some(ApiError::NotFound));
    }
}

#[tokio::test]
async fn a_save_makes_a_version_and_an_audit_row() {
    for test in databases().await {
        let house = house(test).await;
        let who = administrator(&house).await;
        let id = house.desk.save(&who, None, input("Nights")).await.unwrap();
        let mut form = house.desk.form(&who, Some(id), None, false).await.unwrap().input;
        assert_eq!((form.version.as_str(), form.steps[0].whom.as_slice()), ("1", &["role:engineer".to_owned()][..]));
        form.name = "Nights and days".to_owned();
        form.reminder_minutes = String::new();
        assert_eq!(house.desk.save(&who, Some(id), form).await.unwrap(), id);
        house.desk.make_usual(&who, id).await.unwrap();
        let row = house.desk.policy(&who, id).await.unwrap().policies.remove(0);
        assert_eq!((row.name.as_str(), row.version, row.usual), ("Nights and days", 2, true));
        assert_eq!(row.reminder, "No reminders.");
        let versions: Vec<_> = row.versions.into_iter().map(|one| (one.version, one.by)).collect();
        assert_eq!(versions, [(2, Some("Tom".to_owned())), (1, Some("Tom".to_owned()))], "{}", house.test.name);
        let mut written: Vec<_> = acts(&house.test.db).await.into_iter().map(|act| (act.0, act.2)).collect();
        written.sort();
        let act = |action: &str, detail: &str| (action.to_owned(), detail.to_owned());
        let expected =
            [act("policy.create", "version 1"), act("policy.edit", "version 2"), act("policy.make_usual", "version 2")];
        assert_eq!(written, expected, "{}", house.test.name);
    }
}

#[tokio::test]
async fn a_step_without_an_address_is_refused_with_its_field_and_the_reason() {
    for test in databases().await {
        let house = house(test).await;
        let who = administrator(&house).await;
        refuse(&house.test.db, "Priya").await;
        let mut bad = input("Nights");
        bad.steps.push(step("20", &["role:agent", "person:00000000-0000-0000-0000-000000000009"]));
        bad.reminder_minutes = "1".to_owned();
        let wrong = fields(house.desk.save(&who, None, bad.clone()).await.unwrap_err());
        let named: Vec<_> = wrong.iter().map(|(field, _)| field.as_str()).collect();
        let expected =
            ["steps[0].whom[0]", "steps[2].after_minutes", "steps[2].whom[0]", "steps[2].whom[1]", "reminder_minutes"];
        assert_eq!(named, expected, "{}", house.test.name);
        assert_eq!(wrong[0].1, "reaches nobody with a working mail address");
        let form = house.desk.form(&who, None, Some(bad.clone()), true).await.unwrap();
        assert_eq!((form.wrong.len(), &form.input), (5, &bad), "what was typed stays: {}", house.test.name);
        let person = "person:00000000-0000-0000-0000-000000000009";
        let kept = form.choices.iter().find(|(value, _)| value == person).map(|(_, words)| words.as_str());
        assert_eq!(kept, Some("somebody who is no longer here"));
        assert!(house.desk.form(&who, None, Some(bad), false).await.unwrap().wrong.is_empty());
        assert_eq!(house.desk.list(&who).await.unwrap().policies.len(), 1, "nothing was saved");
    }
}

#[tokio::test]
async fn a_name_is_taken_once() {
    for test in databases().await {
        let house = house(test).await;
        let who = administrator(&house).await;
        let mut taken = input("Standard");
        taken.steps[0].after_minutes = "soon".to_owned();
        let named: Vec<_> =
            fields(house.desk.save(&who, None, taken).await.unwrap_err()).into_iter().map(|one| one.0).collect();
        assert_eq!(named, ["name", "steps[0].after_minutes"], "{}", house.test.name);
        assert_eq!(fields(house.desk.save(&who, None, input("Standard")).await.unwrap_err())[0].0, "name");
        house.desk.save(&who, None, input("Nights")).await.unwrap();
        let usual = house.desk.list(&who).await.unwrap().policies.iter().find(|one| one.usual).unwrap().id;
        let renamed = PolicyInput { version: "1".to_owned(), ..input("Nights") };
        assert_eq!(fields(house.desk.save(&who, Some(usual), renamed).await.unwrap_err())[0].0, "name");
    }
}

#[tokio::test]
async fn an_edit_of_an_older_version_is_refused_and_nothing_typed_is_lost() {
    for test in databases().await {
        let house = house(test).await;
        let who = administrator(&house).await;
        let id = house.desk.save(&who, None, input("Nights")).await.unwrap();
        let mine = PolicyInput { version: "1".to_owned(), ..input("My nights") };
        house.desk.save(&who, Some(id), PolicyInput { name: "Nights".to_owned(), ..mine.clone() }).await.unwrap();
        let refused = house.desk.save(&who, Some(id), mine.clone()).await.unwrap_err();
        let ApiError::Conflict(words) = refused else { panic!("{refused:?}") };
        assert!(words.starts_with("Tom saved version 2 at 16:41 on Tue 24 Nov UTC meanwhile"), "{words}");
        let form = house.desk.form(&who, Some(id), Some(mine), true).await.unwrap();
        assert!(form.conflict.is_some(), "{}", house.test.name);
        assert_eq!((form.input.name.as_str(), form.input.version.as_str()), ("My nights", "2"));
        house.desk.save(&who, Some(id), form.input).await.unwrap();
        assert_eq!(house.desk.policy(&who, id).await.unwrap().policies[0].version, 3);
    }
}

#[tokio::test]
async fn a_step_that_reaches_nobody_now_is_flagged() {
    for test in databases().await {
        let house = house(test).await;
        let who = staff(Role::Agent);
        let steps = house.desk.list(&who).await.unwrap().policies.remove(0).steps;
        assert!(steps.iter().all(|step| !step.reaches_nobody), "{steps:?}");
        assert_eq!(steps[0].whom[0].now, ["Priya"]);
        refuse(&house.test.db, "Priya").await;
        let steps = house.desk.list(&who).await.unwrap().policies.remove(0).steps;
        assert_eq!(steps[0].after, "at once");
        assert_eq!(steps[0].whom[0].words, "everybody with the role Engineer");
        assert_eq!(steps[0].whom[0].missed, ["Priya has no working mail address"]);
        assert_eq!((steps[0].reaches_nobody, steps[0].instead.as_slice()), (true, &["Ellie".to_owned()][..]));
        assert!(!steps[1].reaches_nobody);
        refuse(&house.test.db, "Ellie").await;
        let steps = house.desk.list(&who).await.unwrap().policies.remove(0).steps;
        assert_eq!(steps[0].whom[0].missed, ["Priya has no working mail address"], "its own only");
        assert_eq!(steps[0].instead, ["Sam"], "{}", house.test.name);
    }
}
