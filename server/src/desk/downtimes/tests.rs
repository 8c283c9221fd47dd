//! Planning, seeing and cancelling, on both databases.

use app::api::{
    board::{BoardDesk, TileState},
    hosts::{ChartRange, HostDesk},
};
use domain::{access::Role, id::HostId, observation::Status};

use super::*;
use crate::{
    config::Support,
    desk::{
        board::Boards,
        hosts::{
            self,
            fixtures::{engine, observe, of, signer, staff},
        },
    },
    store::{
        downtimes::run_due,
        hosts::fixtures::{Owner, acts, host, now, open_fault, owner, service},
    },
    testing::{TestDb, databases},
    vault::Vault,
};

struct Place {
    test: TestDb,
    engine: Engine,
    bath: Owner,
    wells: Owner,
    pbx: HostId,
    trunk: domain::id::ServiceId,
}

impl Place {
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for test in databases().await {
            let (bath, wells) = (owner(&test.db, "Bath").await, owner(&test.db, "Wells").await);
            let pbx = host(&test.db, bath, "pbx-1").await;
            let trunk = service(&test.db, bath, pbx, "SIP trunk").await;
            let engine = engine(&test.db);
            all.push(Self { engine, bath, wells, pbx, trunk, test });
        }
        all
    }

    fn desk(&self, late_s: i64) -> Desk {
        let clock = Clock::from(now().plus_seconds(late_s));
        Desk { db: self.test.db.clone(), clock, engine: self.engine.clone() }
    }

    /// From now on for an hour, in local time of the zone of the customers of tests.
    async fn input(&self, target: String) -> DowntimeInput {
        let form = self.desk(0).form(&staff(Role::Engineer), "pbx-1", None).await.unwrap();
        DowntimeInput { target, reason: "Replacing the UPS".to_owned(), ..form.input }
    }

    async fn run(&self, late_s: i64) {
        run_due(&self.test.db, now().plus_seconds(late_s), "desk.example").await.unwrap();
    }
}

#[actix_rt::test]
async fn a_form_offers_the_host_its_services_and_what_is_around_it() {
    for place in Place::all().await {
        let desk = place.desk(0);
        let form = desk.form(&staff(Role::Engineer), "pbx-1", None).await.unwrap();
        let names: Vec<_> = form.targets.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names[..2], ["pbx-1, the whole host", "SIP trunk on pbx-1"], "{}", place.test.name);
        assert!(names[2..].contains(&"All systems of Bath"), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("Wells")), "{names:?}");
        let form = desk.form(&staff(Role::Engineer), "", Some(place.bath.customer)).await.unwrap();
        assert!(form.targets.iter().any(|(word, _)| *word == format!("host:{}", place.pbx)), "{:?}", form.targets);
        let choice = desk.form(&staff(Role::Engineer), "", None).await.unwrap();
        assert_eq!((choice.targets.len(), choice.customers.len()), (0, 2), "{}", place.test.name);
        let missing = desk.form(&staff(Role::Engineer), "no-such-host", None).await;
        assert_eq!(missing.unwrap_err(), ApiError::NotFound);
        let agent = desk.form(&staff(Role::Agent), "pbx-1", None).await;
        assert!(matches!(agent, Err(ApiError::Forbidden { .. })), "{}", place.test.name);
    }
}

#[actix_rt::test]
async fn a_downtime_is_planned_seen_by_whom_it_concerns_and_cancelled_once() {
    for place in Place::all().await {
        let (name, desk) = (place.test.name, place.desk(0));
        let input = place.input(format!("service:{}", place.trunk)).await;
        desk.plan(&staff(Role::Engineer), input).await.unwrap();
        let page = desk.list(&staff(Role::Agent)).await.unwrap();
        assert_eq!((page.running.len(), page.planned.len(), page.past.len()), (1, 0, 0), "{name}");
        let row = &page.running[0];
        assert_eq!((row.what.as_str(), row.customer.as_str()), ("SIP trunk on pbx-1", "Bath"), "{name}");
        assert_eq!((row.by.as_str(), row.may_cancel), ("Planned by Priya Nair", false), "{name}");
        assert!(desk.list(&staff(Role::Engineer)).await.unwrap().running[0].may_cancel, "{name}");
        // Customers' managers see their own, in their own words; others do not see the list.
        let own = desk.list(&of(place.bath, Role::Manager)).await.unwrap();
        assert!(own.running[0].what.ends_with("phone system") && !own.may_plan, "{name}: {}", own.running[0].what);
        assert!(desk.list(&of(place.wells, Role::Manager)).await.unwrap().running.is_empty(), "{name}");
        let viewer = desk.list(&of(place.bath, Role::Viewer)).await;
        assert!(matches!(viewer, Err(ApiError::Forbidden { .. })), "{name}");

        let id = row.id;
        let later = place.desk(600);
        assert_eq!(later.cancel(&of(place.wells, Role::Manager), id).await, Err(ApiError::NotFound), "{name}");
        let manager = later.cancel(&of(place.bath, Role::Manager), id).await;
        assert!(matches!(manager, Err(ApiError::Forbidden { .. })), "{name}");
        later.cancel(&staff(Role::Engineer), id).await.unwrap();
        let again = later.cancel(&staff(Role::Engineer), id).await;
        assert!(matches!(again, Err(ApiError::Conflict(_))), "{name}");
        let page = later.list(&staff(Role::Engineer)).await.unwrap();
        assert_eq!((page.running.len(), page.past.len()), (0, 1), "{name}");
        assert_eq!((page.past[0].by.as_str(), page.past[0].may_cancel), ("Cancelled by Priya Nair", false), "{name}");
        let acts: Vec<_> =
            acts(&place.test.db).await.into_iter().map(|(action, subject, _)| (action, subject)).collect();
        let subject = "SIP trunk on pbx-1, Bath".to_owned();
        let expected = ["downtime.plan", "downtime.cancel"].map(|action| (action.to_owned(), subject.clone()));
        assert_eq!(acts, expected, "{name}");
    }
}

#[actix_rt::test]
async fn what_is_not_there_or_not_typed_well_is_refused_by_field() {
    for place in Place::all().await {
        let (name, desk) = (place.test.name, place.desk(0));
        let engineer = staff(Role::Engineer);
        for target in ["", "x", "host:x", "moon:1", "host:01900000-0000-7000-8000-000000000000"] {
            let refused = desk.plan(&engineer, place.input(target.to_owned()).await).await.unwrap_err();
            assert!(refused.field("target").is_some(), "{name} {target:?}: {refused:?}");
        }
        let good = place.input(format!("customer:{}", place.bath.customer)).await;
        let wrong = DowntimeInput { reason: String::new(), until: "soon".to_owned(), ..good.clone() };
        let refused = desk.plan(&engineer, wrong).await.unwrap_err();
        assert!(refused.field("reason").is_some() && refused.field("until").is_some(), "{name}: {refused:?}");
        for who in [staff(Role::Agent), of(place.bath, Role::Manager)] {
            let refused = desk.plan(&who, good.clone()).await;
            assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{name}");
        }
        assert!(desk.list(&engineer).await.unwrap().running.is_empty(), "{name}");
    }
}

#[actix_rt::test]
async fn weeks_and_windows_are_said_in_words() {
    for place in Place::all().await {
        let (name, desk) = (place.test.name, place.desk(0));
        let input = place.input(format!("site:{}", place.bath.site)).await;
        let days = ["mon", "fri"].map(|day| (day.to_owned(), "yes".to_owned())).into();
        let weekly = DowntimeInput {
            kind: "recurring".to_owned(),
            days,
            at: "22:00".to_owned(),
            minutes: "90".to_owned(),
            last_on: "2099-12-24".to_owned(),
            ..input.clone()
        };
        desk.plan(&staff(Role::Engineer), weekly).await.unwrap();
        let flexible = DowntimeInput { kind: "flexible".to_owned(), minutes: "30".to_owned(), ..input };
        desk.plan(&staff(Role::Engineer), flexible).await.unwrap();
        let page = desk.list(&staff(Role::Engineer)).await.unwrap();
        let words: Vec<_> = page.planned.iter().map(|row| row.when.as_str()).collect();
        assert!(words.iter().any(|when| when.starts_with("30 min from the first problem, ")), "{name}: {words:?}");
        let weekly = words.iter().find(|when| when.starts_with("Every Mon and Fri at 22:00 for 1 h 30 min, from "));
        assert!(weekly.is_some_and(|when| when.ends_with(" until 24 Dec 2099")), "{name}: {words:?}");
        assert!(page.planned.iter().all(|row| row.what.starts_with("Everything at ")), "{name}");
    }
}

#[actix_rt::test]
async fn hosts_and_boards_show_what_is_quiet() {
    for place in Place::all().await {
        let name = place.test.name;
        observe(&place.engine, place.trunk, Some(9));
        open_fault(&place.test.db, place.bath, place.pbx, place.trunk, 7, Status::Critical).await;
        let clock = Clock::from(now().plus_seconds(60));
        let (db, engine) = (place.test.db.clone(), place.engine.clone());
        let boards = Boards { db: db.clone(), clock, engine: engine.clone(), support: Support::default() };
        let pages = hosts::Desk::new(db, clock, engine, Vault::new(&signer()), "desk.example".to_owned());
        let tiles = async || {
            let host = pages.page(&staff(Role::Engineer), "pbx-1", ChartRange::Hour, None).await.unwrap();
            let board = boards.staff(&staff(Role::Engineer)).await.unwrap();
            let customer = boards.customer(&of(place.bath, Role::Viewer)).await.unwrap();
            let shown = [
                host.tile.state,
                host.services[0].tile.state,
                board.estate[0].hosts[0].tile.state,
                customer.sites[0].systems[0].tile.state,
            ];
            (shown, host.downtimes, board.faults[0].quiet_until)
        };
        assert_eq!(tiles().await, ([TileState::Critical; 4], Vec::new(), None), "{name}");
        let input = place.input(format!("host:{}", place.pbx)).await;
        place.desk(0).plan(&staff(Role::Engineer), input).await.unwrap();
        place.run(1).await;
        let (shown, notes, quiet_until) = tiles().await;
        assert_eq!(shown, [TileState::Maintenance; 4], "{name}");
        assert!(notes[0].running && notes[0].words.starts_with("In downtime until "), "{name}: {notes:?}");
        assert!(quiet_until.is_some(), "{name}");
        let id = place.desk(1).list(&staff(Role::Engineer)).await.unwrap().running[0].id;
        place.desk(30).cancel(&staff(Role::Engineer), id).await.unwrap();
        place.run(31).await;
        assert_eq!(tiles().await, ([TileState::Critical; 4], Vec::new(), None), "{name}");
    }
}

#[actix_rt::test]
async fn time_in_downtime_is_kept_apart() {
    for place in Place::all().await {
        let input = place.input(format!("customer:{}", place.bath.customer)).await;
        place.desk(0).plan(&staff(Role::Engineer), input).await.unwrap();
        let clock = Clock::from(now().plus_seconds(1_800));
        let (db, engine) = (place.test.db.clone(), place.engine.clone());
        let pages = hosts::Desk::new(db, clock, engine, Vault::new(&signer()), "desk.example".to_owned());
        let host = pages.page(&staff(Role::Engineer), "pbx-1", ChartRange::Hour, None).await.unwrap();
        let totals = host.chart.unwrap().totals;
        // The clock of the desk goes on.
        let seconds = [totals.planned_us, totals.whole_us()].map(|us| us / 1_000_000);
        assert_eq!(seconds, [1_800, 3_600], "{}", place.test.name);
    }
}
