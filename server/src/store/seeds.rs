//! What every installation starts with: bank holidays, calendars, levels, prices and the usual escalation policy, from
//! the rules' own tables.
//!
//! Planted once for good. What an administrator has edited or removed since stays as it is.

use domain::{
    access::Role,
    calendar::Holidays,
    contract::Prices,
    cover::CoverLevel,
    escalation::{After, Counted, Policy, REMINDER_S, Step, Whom},
    id::{CalendarId, LevelId, PolicyId, PriceListId},
    level::{LevelTerms, calendar_drafts},
    quote::PriceList,
    time::Timestamp,
};
use sea_orm::{ConnectionTrait, DbErr};

use super::{
    Db, bank_holidays,
    calendars::{self, NewCalendar},
    faults::new_id,
    levels, policies,
    price_lists::{self, PriceListVersion},
    values::Made,
};

/// Adds what is not there yet. Several nodes may do so at once.
pub async fn plant(db: &Db, at: Timestamp) -> Result<(), DbErr> {
    let made = Made::seeded(at);
    let tx = db.begin().await?;
    bank_holidays::seed(&tx, &Holidays::england_and_wales(), at).await?;
    for (key, draft) in calendar_drafts() {
        let new = NewCalendar { id: CalendarId(new_id(at)?), key, name: &name(key) };
        calendars::insert(&tx, new, &draft, made).await?;
    }
    for terms in CoverLevel::ALL.into_iter().filter_map(LevelTerms::seeded) {
        levels::insert(&tx, LevelId(new_id(at)?), &terms, made).await?;
    }
    let id = PriceListId(new_id(at)?);
    let guide = PriceListVersion { id, version: 1, list: PriceList::GUIDE, prices: Prices::STANDARD };
    price_lists::insert(&tx, &guide, made).await?;
    plant_policy(&tx, made).await?;
    tx.commit().await
}

/// The usual policy, where there is none yet: it may have been given another name since.
async fn plant_policy(db: &impl ConnectionTrait, made: Made) -> Result<(), DbErr> {
    if policies::usual(db).await?.is_some() {
        return Ok(());
    }
    let id = PolicyId(new_id(made.at)?);
    if policies::insert(db, id, &usual_policy(), made).await?.is_some() {
        policies::make_usual(db, id).await?;
    }
    Ok(())
}

/// "Standard": engineers at once, supervisors after 15 min, administrators after an hour. Names no rota, for there is
/// none before somebody makes it.
fn usual_policy() -> Policy {
    let step = |minutes: u32, role| {
        let after = After { seconds: minutes * 60, counted: Counted::Elapsed };
        Step { after, whom: vec![Whom::Role(role)] }
    };
    let steps = vec![step(0, Role::Engineer), step(15, Role::Supervisor), step(60, Role::Administrator)];
    Policy { name: "Standard".to_owned(), version: 1, steps, reminder_s: Some(REMINDER_S) }
}

/// What people read: "Working hours" for "working-hours".
fn name(key: &str) -> String {
    let mut letters = key.chars().map(|letter| if letter == '-' { ' ' } else { letter });
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use domain::level::WORKING_HOURS;

    use super::*;
    use crate::{store::hosts::fixtures::now, testing::databases};

    #[tokio::test]
    async fn every_installation_has_the_levels_calendars_holidays_and_prices_of_the_rules() {
        for test in databases().await {
            plant(&test.db, now()).await.unwrap();
            let db = test.db.read();
            let stored: Vec<_> = levels::current(db).await.unwrap().into_iter().map(|level| level.terms).collect();
            let seeded: Vec<_> = CoverLevel::ALL.into_iter().filter_map(LevelTerms::seeded).collect();
            assert_eq!(stored, seeded, "{}", test.name);
            let calendars = calendars::latest(db).await.unwrap();
            let names: Vec<_> = calendars.iter().map(|one| (one.key.as_str(), one.name.as_str())).collect();
            assert_eq!(names, [("extended-hours", "Extended hours"), ("working-hours", "Working hours")]);
            let holidays = Holidays::england_and_wales();
            assert_eq!(calendars[1].draft.holidays.as_deref(), Some(&holidays), "{}", test.name);
            assert_eq!(calendars[0].draft.holidays, None, "{}", test.name);
            assert_eq!(bank_holidays::table(db).await.unwrap(), holidays, "{}", test.name);
            let prices = price_lists::latest(db).await.unwrap().unwrap();
            assert_eq!((prices.version, prices.list, prices.prices), (1, PriceList::GUIDE, Prices::STANDARD));
            assert_eq!(policies::usual(db).await.unwrap().map(|usual| usual.policy), Some(usual_policy()));
            let in_force = calendars::in_force(db).await.unwrap();
            for level in stored {
                assert!(level.response_terms(&in_force.calendars).is_ok(), "{} {}", test.name, level.name);
                assert!(level.paging_cover(&in_force.calendars).is_ok(), "{} {}", test.name, level.name);
            }
        }
    }

    #[tokio::test]
    async fn planting_again_changes_nothing_that_was_edited_since() {
        for test in databases().await {
            plant(&test.db, now()).await.unwrap();
            let db = test.db.writer();
            let cat1 = levels::find_by_cover(db, CoverLevel::Cat1).await.unwrap().unwrap();
            let edited = LevelTerms { version: 2, portal_tickets: false, ..cat1.terms };
            levels::publish(db, cat1.id, &edited, Made::seeded(now())).await.unwrap();
            let calendar = calendars::find(db, WORKING_HOURS).await.unwrap().unwrap();
            let mut draft = calendar.draft;
            draft.holidays = None;
            calendars::publish(db, calendar.calendar, 1, &draft, Made::seeded(now())).await.unwrap();
            let usual = policies::usual(db).await.unwrap().unwrap();
            let renamed = Policy { name: "Usual".to_owned(), version: 2, ..usual.policy };
            policies::publish(db, usual.of, &renamed, Made::seeded(now())).await.unwrap();
            plant(&test.db, now().plus_seconds(60)).await.unwrap();
            let planted: Vec<_> = policies::current(db).await.unwrap().into_iter().map(|one| one.policy).collect();
            assert_eq!(planted, [renamed], "{}", test.name);
            assert_eq!(levels::find(db, cat1.id).await.unwrap().unwrap().terms, edited, "{}", test.name);
            assert_eq!(levels::current(db).await.unwrap().len(), 5, "{}", test.name);
            let calendar = calendars::find(db, WORKING_HOURS).await.unwrap().unwrap();
            assert_eq!((calendar.version, calendar.draft.holidays), (2, None), "{}", test.name);
            assert_eq!(price_lists::find_version(db, 2).await.unwrap(), None, "{}", test.name);
        }
    }

    #[tokio::test]
    async fn two_nodes_that_start_at_once_plant_once() {
        for test in databases().await {
            let (one, other) = tokio::join!(plant(&test.db, now()), plant(&test.db, now()));
            one.unwrap();
            other.unwrap();
            assert_eq!(levels::current(test.db.read()).await.unwrap().len(), 5, "{}", test.name);
            assert_eq!(calendars::latest(test.db.read()).await.unwrap().len(), 2, "{}", test.name);
            assert_eq!(policies::current(test.db.read()).await.unwrap().len(), 1, "{}", test.name);
        }
    }
}
