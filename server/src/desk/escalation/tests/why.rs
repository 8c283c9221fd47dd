use app::api::faults::{FaultEscalation, StepState};
use domain::{
    access::Side,
    escalation::DueKind,
    id::{CustomerId, FaultId},
    notice::Who,
};

use super::*;
use crate::{
    desk::{escalation::About, hosts::fixtures::of},
    store::{
        escalations::{self, HoursRef, NewEscalation},
        hosts::fixtures::{Owner, contact, host, open_fault, owner, service},
    },
};

struct Case {
    owner: Owner,
    about: About,
}

/// An open fault of a customer with one contact.
async fn fault(house: &House) -> Case {
    let db = &house.test.db;
    let owner = owner(db, "Bath").await;
    let pbx = host(db, owner, "pbx-1").await;
    let page = service(db, owner, pbx, "Ping").await;
    let fault = open_fault(db, owner, pbx, page, 1, Status::Critical).await;
    let about = About {
        fault,
        host: pbx,
        customer: owner.customer,
        status: Status::Critical,
        started_at: now().plus_seconds(-600),
        confirmed_at: now().plus_seconds(-570),
    };
    Case { owner, about }
}

/// Its escalation by a policy of engineers at once, contacts after 30 min, supervisors after an hour.
async fn escalation(house: &House, case: &Case, paging: Option<HoursRef>) {
    let who = administrator(house).await;
    let mut typed = input("Nights");
    typed.steps.push(step("60", &["role:supervisor"]));
    let id = house.desk.save(&who, None, typed).await.unwrap();
    let policy = policies::find(house.test.db.read(), id).await.unwrap().unwrap().id;
    let new = NewEscalation {
        fault: case.about.fault,
        customer: case.owner.customer,
        contract: None,
        policy,
        cover: HoursRef::Always,
        paging,
        opened_at: case.about.confirmed_at,
    };
    escalations::open(house.test.db.writer(), new).await.unwrap().unwrap();
}

async fn told(house: &House, fault: FaultId, at: Timestamp, told: Vec<Who>, missed: Vec<Who>) {
    let taken = Taken { side: Side::Staff, kind: DueKind::Step(0), due_at: at, told, missed };
    escalations::append(house.test.db.writer(), fault, &Event::Told(taken)).await.unwrap().unwrap();
}

async fn ask(house: &House, who: &Principal, about: About) -> FaultEscalation {
    of_fault(house.test.db.read(), who, about).await.unwrap()
}

#[tokio::test]
async fn staff_read_what_became_of_each_step_for_them() {
    for test in databases().await {
        let house = house(test).await;
        let case = fault(&house).await;
        escalation(&house, &case, Some(HoursRef::Always)).await;
        let (anna, bert) =
            (person(&house.test, "Anna", Role::Engineer).await, person(&house.test, "Bert", Role::Engineer).await);
        let opened = case.about.confirmed_at;
        told(&house, case.about.fault, opened, vec![Who::User(anna)], vec![Who::User(bert)]).await;
        let reader = |user| Principal { user, ..staff(Role::Engineer) };
        let page = ask(&house, &reader(anna), case.about).await;
        assert_eq!(page.policy, "Nights, version 1");
        assert_eq!(page.note, None);
        let first = &page.steps[0];
        assert_eq!((first.state, first.sentence.as_str(), first.at), (StepState::Told, "You were told.", Some(opened)));
        assert_eq!(
            (first.told.as_slice(), first.missed.as_slice()),
            (&["Anna".to_owned()][..], &["Bert".to_owned()][..])
        );
        assert_eq!(first.whom, ["everybody with the role Engineer"]);
        let states: Vec<_> = page.steps.iter().map(|step| step.state).collect();
        assert_eq!(states, [StepState::Told, StepState::Due, StepState::Due], "{}", house.test.name);
        let next = page.next.unwrap();
        assert_eq!(
            (next.at, next.words.as_str()),
            (opened.plus_seconds(1_800), "Step 2 tells the contacts of the customer")
        );
        let missed = ask(&house, &reader(bert), case.about).await;
        assert_eq!(missed.steps[0].sentence, "You were to be told, but your mail address does not work.");
        let other = ask(&house, &staff(Role::Agent), case.about).await;
        assert!(other.steps[0].sentence.starts_with("Others were told"), "{}", other.steps[0].sentence);
    }
}

#[tokio::test]
async fn customers_read_their_own_side_up_to_the_next_step() {
    for test in databases().await {
        let house = house(test).await;
        let case = fault(&house).await;
        contact(&house.test.db, case.owner.customer, "Ruth", Status::Warning).await;
        escalation(&house, &case, Some(HoursRef::Always)).await;
        let page = ask(&house, &of(case.owner, Role::Viewer), case.about).await;
        assert_eq!((page.policy.as_str(), page.note.as_ref(), page.steps.len()), ("", None, 1), "{page:?}");
        assert_eq!(page.steps[0].whom, ["your contacts"]);
        assert_eq!(page.next.unwrap().at, case.about.confirmed_at.plus_seconds(1_800));
        let stranger = Principal { customer: Some(CustomerId(Uuid::from_u128(5))), ..of(case.owner, Role::Viewer) };
        assert_eq!(ask(&house, &stranger, case.about).await, FaultEscalation::default(), "{}", house.test.name);
    }
}

#[tokio::test]
async fn where_nobody_is_paged_staff_read_why() {
    for test in databases().await {
        let house = house(test).await;
        let case = fault(&house).await;
        let who = staff(Role::Agent);
        let page = ask(&house, &who, case.about).await;
        assert_eq!(page.note.as_deref(), Some("Not covered: no contract. Nobody is paged on this level."));
        assert_eq!(ask(&house, &of(case.owner, Role::Viewer), case.about).await, FaultEscalation::default());
        let unknown = About { status: Status::Unknown, ..case.about };
        assert!(ask(&house, &who, unknown).await.note.unwrap().contains("our own watching"));
        escalation(&house, &case, None).await;
        let page = ask(&house, &who, case.about).await;
        assert!(page.note.unwrap().starts_with("No contract was in force"), "{}", house.test.name);
        assert_eq!((page.steps[0].state, page.steps[0].at), (StepState::Silent, None));
        assert_eq!(page.steps[0].sentence, "Nobody is paged on this level of cover.");
    }
}

#[tokio::test]
async fn customers_read_no_step_behind_their_next_one() {
    for test in databases().await {
        let house = house(test).await;
        let case = fault(&house).await;
        contact(&house.test.db, case.owner.customer, "Ruth", Status::Warning).await;
        let who = administrator(&house).await;
        let mut typed = input("Patient");
        typed.steps.push(step("90", &["contacts"]));
        let id = house.desk.save(&who, None, typed).await.unwrap();
        let new = NewEscalation {
            fault: case.about.fault,
            customer: case.owner.customer,
            contract: None,
            policy: policies::find(house.test.db.read(), id).await.unwrap().unwrap().id,
            cover: HoursRef::Always,
            paging: None,
            opened_at: case.about.confirmed_at,
        };
        escalations::open(house.test.db.writer(), new).await.unwrap().unwrap();
        let page = ask(&house, &of(case.owner, Role::Manager), case.about).await;
        let states: Vec<_> = page.steps.iter().map(|step| (step.number, step.state)).collect();
        assert_eq!(states, [(2, StepState::Due)], "{}", house.test.name);
    }
}
