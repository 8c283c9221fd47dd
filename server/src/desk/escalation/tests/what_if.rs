//! The four cases of the rules, with real rows: a contract for phone systems, a host that is one, contacts and staff.

use domain::{contract::EquipmentClass, cover::CoverLevel};

use super::*;
use crate::store::{
    contracts::tests as contracts,
    equipment::tests::{fields as piece_fields, piece},
    hosts::fixtures::{Owner, contact, host, owner},
};

/// A customer with a phone system under a contract of `level`; None: without a contract.
async fn covered(house: &House, level: CoverLevel) -> Owner {
    let db = &house.test.db;
    let bath = owner(db, "Bath").await;
    let pbx = host(db, bath, "pbx-1").await;
    contact(db, bath.customer, "Ruth", Status::Warning).await;
    let fields = piece_fields("Mitel 3300", EquipmentClass::PhoneSystem);
    let fields = crate::store::equipment::PieceFields { host: Some(pbx), site: Some(bath.site), ..fields };
    piece(db.writer(), bath.customer, &fields).await;
    if level != CoverLevel::None {
        let site = (level == CoverLevel::Cat4).then_some(bath.site);
        contracts::store(db.writer(), bath, &contracts::contract(level, site, "2026-04-01")).await;
    }
    bath
}

fn friday_night() -> WhatIfInput {
    WhatIfInput {
        place: "host:pbx-1".to_owned(),
        date: "2026-11-27".to_owned(),
        time: "22:00".to_owned(),
        status: "critical".to_owned(),
        ..WhatIfInput::default()
    }
}

async fn ask(house: &House, input: WhatIfInput) -> WhatIfPage {
    house.desk.what_if(&staff(Role::Agent), input).await.unwrap()
}

/// Lines as "when: who, what", with "*" where something was late.
fn lines(page: &WhatIfPage) -> Vec<String> {
    let answer = page.answer.as_ref().unwrap_or_else(|| panic!("{:?}", page.wrong));
    let line = |line: &app::api::escalation::WhatIfLine| {
        let names: Vec<_> = line.told.iter().map(|(name, _)| name.as_str()).collect();
        let late = if line.late.is_some() { "*" } else { "" };
        format!("{}: {}, {}{late}", line.local, names.join("+"), line.what)
    };
    answer.lines.iter().map(line).collect()
}

const MAIL: &str = "Fri 27 Nov 2026, 22:00: Priya+Ruth, Mail: the fault opened";

#[tokio::test]
async fn cat1_on_a_friday_night_mails_at_once_and_pages_nobody_before_monday_nine() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::Cat1).await;
        let page = ask(&house, friday_night()).await;
        let expected = [
            MAIL,
            "Mon 30 Nov 2026, 09:00: Priya, Step 1, at once*",
            "Mon 30 Nov 2026, 09:15: Ellie, Step 2, 15 min after the fault opened*",
            "Mon 30 Nov 2026, 10:00: Sam, Step 3, 1 h after the fault opened*",
        ];
        assert_eq!(lines(&page), expected, "{}", house.test.name);
        let answer = page.answer.unwrap();
        assert_eq!(answer.waits, ["Nobody is paged before Mon 30 Nov 2026, 09:00."]);
        assert!(answer.opens_ticket);
        assert_eq!(answer.response_due.as_deref(), Some("Mon 30 Nov 2026, 17:00"));
        assert_eq!((answer.policy.as_str(), answer.zone.as_str()), ("Standard, version 1", "Europe/London"));
        assert_eq!(answer.level_because, "Covered by the contract.");
    }
}

#[tokio::test]
async fn cat2_is_paged_until_eleven_at_night_and_then_at_seven() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::Cat2).await;
        let page = ask(&house, friday_night()).await;
        let expected = [
            MAIL,
            "Fri 27 Nov 2026, 22:00: Priya, Step 1, at once",
            "Fri 27 Nov 2026, 22:15: Ellie, Step 2, 15 min after the fault opened",
            "Sat 28 Nov 2026, 07:00: Sam, Step 3, 1 h after the fault opened*",
        ];
        assert_eq!(lines(&page), expected, "{}", house.test.name);
        let answer = page.answer.unwrap();
        let late = answer.lines[3].late.as_deref();
        assert_eq!(late, Some("It would come on Fri 27 Nov 2026, 23:00: nobody is paged at that hour."));
        assert!(answer.waits.is_empty(), "{:?}", answer.waits);
        assert_eq!(answer.response_due.as_deref(), Some("Sat 28 Nov 2026, 10:00"));
    }
}

#[tokio::test]
async fn cat4_is_paged_at_once() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::Cat4).await;
        let page = ask(&house, WhatIfInput { time: "03:00".to_owned(), ..friday_night() }).await;
        let expected = [
            "Fri 27 Nov 2026, 03:00: Priya+Ruth, Mail: the fault opened",
            "Fri 27 Nov 2026, 03:00: Priya, Step 1, at once",
            "Fri 27 Nov 2026, 03:15: Ellie, Step 2, 15 min after the fault opened",
            "Fri 27 Nov 2026, 04:00: Sam, Step 3, 1 h after the fault opened",
        ];
        assert_eq!(lines(&page), expected, "{}", house.test.name);
        let answer = page.answer.unwrap();
        assert!(answer.opens_ticket && answer.waits.is_empty(), "{}", house.test.name);
    }
}

#[tokio::test]
async fn without_a_contract_the_mail_makes_the_offer_and_there_is_no_ticket() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::None).await;
        let page = ask(&house, friday_night()).await;
        assert_eq!(lines(&page), [MAIL], "{}", house.test.name);
        let answer = page.answer.unwrap();
        assert!(answer.next_step.contains("£70 + VAT"), "{}", answer.next_step);
        assert_eq!((answer.opens_ticket, answer.response_due), (false, None));
        assert_eq!(answer.waits, ["Nobody is paged at any hour."]);
        assert_eq!(answer.silent[0], "Step 1 tells nobody: nobody is paged here.");
        assert_eq!(answer.level_because, "Bath has no contract for this host.");
    }
}

#[tokio::test]
async fn a_level_a_policy_and_an_acknowledgement_can_be_supposed() {
    for test in databases().await {
        let house = house(test).await;
        let bath = covered(&house, CoverLevel::None).await;
        let who = administrator(&house).await;
        let nights = house.desk.save(&who, None, input("Nights")).await.unwrap();
        let asked = WhatIfInput {
            place: format!("customer:{}", bath.customer),
            level: "cat4".to_owned(),
            policy: nights.to_string(),
            acknowledged_after: "0".to_owned(),
            ..friday_night()
        };
        let page = ask(&house, asked.clone()).await;
        let contacts = "Fri 27 Nov 2026, 22:30: Ruth, Step 2, 30 min after the fault opened";
        assert_eq!(lines(&page), [MAIL, contacts], "{}", house.test.name);
        let silent = page.answer.unwrap().silent;
        assert_eq!(silent, ["Step 1 tells nobody: the fault was acknowledged before."]);
        let page = ask(&house, WhatIfInput { level: String::new(), ..asked }).await;
        assert_eq!(page.wrong.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["level"]);
    }
}

#[tokio::test]
async fn a_fault_of_our_own_tells_staff_and_opens_nothing() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::Cat4).await;
        let page = ask(&house, WhatIfInput { status: "unknown".to_owned(), ..friday_night() }).await;
        assert_eq!(lines(&page), ["Fri 27 Nov 2026, 22:00: Priya, Mail: the fault opened"], "{}", house.test.name);
        let answer = page.answer.unwrap();
        assert_eq!((answer.opens_ticket, answer.response_due), (false, None));
    }
}

#[tokio::test]
async fn every_mistake_in_a_question_is_named() {
    for test in databases().await {
        let house = house(test).await;
        covered(&house, CoverLevel::Cat1).await;
        let page = ask(&house, WhatIfInput::default()).await;
        assert!(page.answer.is_none() && page.wrong.is_empty(), "nothing was asked: {}", house.test.name);
        assert_eq!((page.input.date.as_str(), page.input.time.as_str()), ("2026-11-24", "16:41"));
        let asked = WhatIfInput {
            date: "27/11/2026".to_owned(),
            time: "10pm".to_owned(),
            status: "ok".to_owned(),
            acknowledged_after: "-1".to_owned(),
            level: "custom".to_owned(),
            policy: "x".to_owned(),
            ..friday_night()
        };
        let page = ask(&house, asked).await;
        let named: Vec<_> = page.wrong.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(named, ["date", "time", "status", "acknowledged_after", "level", "policy"]);
        for place in ["host:no-such", "host:", "customer:1", "pbx-1"] {
            let page = ask(&house, WhatIfInput { place: place.to_owned(), ..friday_night() }).await;
            assert_eq!(page.wrong[0].field, "place", "{place}");
        }
    }
}
