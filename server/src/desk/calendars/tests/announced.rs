//! Who is told of announced days and what of their tickets, and what an edit or a withdrawal leaves in force.

use domain::{
    contract::{Cat4Response, Contract},
    notice::{AnnouncedFacts, MailFacts},
};
use jiff::civil::date;

use super::*;
use crate::store::hosts::fixtures::{Owner, refuse_contact};

/// A second customer with a contact, under a contract that `edit` changes.
async fn customer(bench: &Bench, name: &str, level: CoverLevel, edit: impl FnOnce(&mut Contract)) -> Owner {
    let db = &bench.test.db;
    let owner = owner(db, name).await;
    contact(db, owner.customer, &format!("{}-contact", name.to_lowercase()), Status::Warning).await;
    let site = (level == CoverLevel::Cat4).then_some(owner.site);
    let mut contract = contracts::tests::contract(level, site, "2026-01-01");
    edit(&mut contract);
    contracts::tests::store(db.writer(), owner, &contract).await;
    owner
}

/// One more clock of 8 working hours from Tuesday 14:00 on, for a new ticket of `owner` or the bench's ticket.
async fn clock(bench: &Bench, kind: ClockKind, owner: Option<Owner>) -> i64 {
    let db = bench.test.db.writer();
    let first = bench.stored().await;
    let (ticket, number) = match owner {
        Some(owner) => {
            let opened = tickets::tests::opened(db, owner).await;
            (opened.id, opened.number)
        }
        None => (first.ticket, 0),
    };
    let new = NewClock {
        id: ClockId(new_id(now()).unwrap()),
        ticket,
        kind,
        terms: first.terms,
        started_at: at("2026-11-24T14:00:00Z"),
        entered_at: now(),
        percents: &WARNING_PERCENTS,
    };
    clocks::start(db, new).await.unwrap();
    number
}

async fn facts(bench: &Bench) -> Vec<AnnouncedFacts> {
    #[derive(FromQueryResult)]
    struct Row {
        facts: String,
    }
    let db = bench.test.db.read();
    let query = Statement::from_string(db.get_database_backend(), "SELECT facts FROM notice");
    let rows = Row::find_by_statement(query).all(db).await.unwrap();
    let announced = |row: Row| match serde_json::from_str(&row.facts).unwrap() {
        MailFacts::Announced(facts) => facts,
        other => panic!("{other:?}"),
    };
    let mut all: Vec<_> = rows.into_iter().map(announced).collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

#[tokio::test]
async fn each_customer_reads_of_their_own_tickets_that_moved_and_of_no_internal_clock() {
    for bench in benches().await {
        let avon = customer(&bench, "Avon", CoverLevel::Cat1, |_| {}).await;
        customer(&bench, "Calm", CoverLevel::Cat1, |_| {}).await;
        let number = clock(&bench, ClockKind::Response, Some(avon)).await;
        clock(&bench, ClockKind::NextReply, None).await;
        let form = bench.preview(What::Announce, "", CLOSED).await;
        assert_eq!(form.preview.as_ref().unwrap().moved.len(), 3, "{}", bench.test.name);
        bench.save(What::Announce, "", &form, true).await.unwrap();
        let told = facts(&bench).await;
        let moved: Vec<_> = told.iter().map(|one| (one.name.as_str(), one.moved.len())).collect();
        assert_eq!(moved, [("avon-contact", 1), ("calm-contact", 0), ("jo", 1)], "{}", bench.test.name);
        assert_eq!(told[0].moved[0].ticket, number, "{}", bench.test.name);
        assert_ne!(told[2].moved[0].ticket, number, "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_mail_says_nothing_of_targets_that_stay() {
    for bench in benches().await {
        let form = bench.preview(What::Announce, "", CLOSED).await;
        bench.save(What::Announce, "", &form, false).await.unwrap();
        assert_eq!(facts(&bench).await[0].moved, [], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn only_those_who_count_by_the_calendar_now_are_told() {
    for bench in benches().await {
        let ended = date(2026, 11, 20);
        customer(&bench, "Draft", CoverLevel::Cat1, |contract| contract.activated_at = None).await;
        customer(&bench, "Ended", CoverLevel::Cat1, |contract| contract.terms.ends_on = Some(ended)).await;
        customer(&bench, "Longer", CoverLevel::Cat2, |_| {}).await;
        customer(&bench, "Site", CoverLevel::Cat4, |contract| contract.terms.cat4_response = Cat4Response::AsCat2)
            .await;
        customer(&bench, "Usual", CoverLevel::Cat4, |_| {}).await;
        customer(&bench, "Refused", CoverLevel::Cat1, |_| {}).await;
        refuse_contact(&bench.test.db, "refused-contact").await;
        let form = bench.preview(What::Announce, "", CLOSED).await;
        bench.save(What::Announce, "", &form, false).await.unwrap();
        let told: Vec<_> = facts(&bench).await.into_iter().map(|one| one.name).collect();
        assert_eq!(told, ["jo", "usual-contact"], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn whoever_has_an_open_target_that_moves_is_told_whatever_their_contract_counts_by_now() {
    for bench in benches().await {
        let longer = customer(&bench, "Longer", CoverLevel::Cat2, |_| {}).await;
        clock(&bench, ClockKind::Response, Some(longer)).await;
        let form = bench.preview(What::Announce, "", CLOSED).await;
        bench.save(What::Announce, "", &form, true).await.unwrap();
        let told: Vec<_> = facts(&bench).await.into_iter().map(|one| (one.name, one.moved.len())).collect();
        assert_eq!(told, [("jo".to_owned(), 1), ("longer-contact".to_owned(), 1)], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_preview_proves_what_was_typed_and_the_list_of_bank_holidays() {
    for bench in benches().await {
        let form = bench.preview(What::Announce, "", CLOSED).await;
        let other = ChangeForm { form: form.form.replace("Stocktaking", "Fire"), ..form };
        let refused = bench.save(What::Announce, "", &other, false).await.unwrap_err();
        assert!(matches!(refused, ApiError::Conflict(_)), "{}: {refused:?}", bench.test.name);
        bench.desk.add_holiday(&bench.who, "2027-11-26", "Extra day").await.unwrap();
        let renewal = bench.preview(What::Renew, "", "").await;
        // Far behind every target, so that nothing moves by it.
        bench.desk.add_holiday(&bench.who, "2027-11-29", "Another").await.unwrap();
        let refused = bench.save(What::Renew, "", &renewal, false).await.unwrap_err();
        assert!(matches!(refused, ApiError::Conflict(_)), "{}: {refused:?}", bench.test.name);
        assert_eq!(bench.version().await, 1, "{}", bench.test.name);
    }
}

/// Days that the calendar of working hours has announced.
async fn announced(bench: &Bench) -> Vec<String> {
    let found = calendars::find(bench.test.db.read(), WORKING_HOURS).await.unwrap().unwrap();
    found.draft.overrides.keys().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_range_leaves_weekends_alone_an_edit_keeps_the_days_and_a_withdrawal_takes_its_own() {
    for bench in benches().await {
        let query = "calendar=working-hours&first_on=2026-12-04&last_on=2026-12-08&hours=&text=Move&go=preview";
        let form = bench.preview(What::Announce, "", query).await;
        bench.save(What::Announce, "", &form, false).await.unwrap();
        // Friday, Monday, Tuesday.
        let days = ["2026-12-04", "2026-12-07", "2026-12-08"];
        assert_eq!(announced(&bench).await, days, "{}", bench.test.name);
        let stored = bench.preview(What::Edit, WORKING_HOURS, "").await;
        let weekly = stored.text("weekly.mon");
        let query = format!(
            "name=Hours&tz=Europe/London&weekly.mon={weekly}&weekly.tue={weekly}&weekly.fri={weekly}&holidays=yes&go=preview"
        );
        let form = bench.preview(What::Edit, WORKING_HOURS, &query).await;
        bench.save(What::Edit, WORKING_HOURS, &form, false).await.unwrap();
        assert_eq!(announced(&bench).await, days, "{}", bench.test.name);
        let query = "calendar=working-hours&first_on=2026-12-07&last_on=2026-12-07&go=preview";
        let form = bench.preview(What::Withdraw, "", query).await;
        bench.save(What::Withdraw, "", &form, false).await.unwrap();
        assert_eq!(announced(&bench).await, ["2026-12-04", "2026-12-08"], "{}", bench.test.name);
    }
}

#[tokio::test]
async fn a_clock_that_was_corrected_to_other_hours_is_not_listed() {
    for bench in benches().await {
        let terms = TermsRef { calendar: None, target_s: 8 * 3_600 };
        let corrected = clocks::Fact::LevelCorrected { by: bench.who.user, terms };
        clocks::append(bench.test.db.writer(), bench.clock, now(), now(), &corrected).await.unwrap();
        let preview = bench.preview(What::Announce, "", CLOSED).await.preview.unwrap();
        assert_eq!((preview.moved, preview.paused), (Vec::new(), Vec::new()), "{}", bench.test.name);
    }
}
