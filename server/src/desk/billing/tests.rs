//! A month through the desk, on both databases.

use app::api::{
    billing::BillingDesk,
    error::ApiError,
    incidents::{ExtraInput, IncidentDesk},
    worktime::WorkDesk,
};
use domain::access::Role;

use super::{BillingFiles, Desk};
use crate::{
    desk::{
        hosts::fixtures::{of, staff},
        worktime::tests::{HOUR_S, benches, later, typed},
    },
    store::hosts::fixtures::now,
};

#[actix_rt::test]
async fn a_month_charges_what_began_in_it_and_adds_up() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        let desk = Desk { tickets: bench.tickets(now()) };
        let boss = staff(Role::Supervisor);
        let number = bench.accepted().await;
        bench.work(now()).add(&priya, number, typed("12:00", "1:40")).await.unwrap();
        let extra = ExtraInput {
            kind: "part".to_owned(),
            item: "+Battery, big".to_owned(),
            pounds: "12.53".to_owned(),
            warranty: String::new(),
        };
        bench.incidents(now()).add_extra(&priya, number, extra).await.unwrap();
        let idle = bench.accepted().await;
        let text = desk.csv(&boss, "2026-11").await.unwrap();
        assert_eq!(
            text,
            format!(
                "Date,Customer,Ticket,Subject,What,Units,Net,VAT,Gross,Price list version\r\n\
                 2026-11-24,'=Bath,T-{number},No dialling tone,CatS unit 1,1,70.00,14.00,84.00,1\r\n\
                 2026-11-24,'=Bath,T-{number},No dialling tone,\"Part: +Battery, big\",0,12.53,2.51,15.04,1\r\n\
                 Total,,,,,1,82.53,16.51,99.04,\r\n"
            ),
            "{name}"
        );
        assert_eq!(desk.csv(&boss, "2026-11").await.unwrap(), text, "the same again: {name}");
        let page = desk.page(&boss, "").await.unwrap();
        assert_eq!((page.month.as_str(), page.lines.len(), page.gross.as_str()), ("2026-11", 2, "£99.04"), "{name}");
        assert!(page.running && page.lines.iter().all(|line| line.ticket != idle), "no work, no line: {name}");
        assert_eq!(desk.page(&boss, "2026-12").await.unwrap().lines, [], "{name}");
        for (who, month, expected) in [
            (staff(Role::Engineer), "2026-11", None),
            (of(bench.bath, Role::Manager), "2026-11", None),
            (staff(Role::Administrator), "2026-13", Some(ApiError::NotFound)),
        ] {
            let error = desk.csv(&who, month).await.unwrap_err();
            assert!(expected.map_or(matches!(error, ApiError::Forbidden { .. }), |one| one == error), "{name}");
        }
    }
}

#[actix_rt::test]
async fn a_unit_is_charged_in_the_month_in_which_it_begins_and_unapproved_time_in_none() {
    for bench in benches().await {
        let (priya, boss, name) = (staff(Role::Agent), staff(Role::Supervisor), bench.test.name);
        let number = bench.accepted().await;
        // Mon 30 Nov 2026, 23:41:44 until midnight and beyond.
        let eve = later(6 * 24 * HOUR_S + 7 * HOUR_S);
        bench.work(eve).start(&priya, number).await.unwrap();
        let after = eve.plus_seconds(9 * HOUR_S);
        let desk = Desk { tickets: bench.tickets(after) };
        assert_eq!(desk.page(&boss, "2026-11").await.unwrap().lines, [], "a stopwatch that runs is not booked: {name}");
        super::super::worktime::run_due(&bench.test.db, after, "desk.example").await.unwrap();
        assert_eq!(desk.page(&boss, "2026-11").await.unwrap().gross, "£84.00", "{name}");
        assert_eq!(desk.page(&boss, "2026-12").await.unwrap().lines, [], "{name}");
        let jo = bench.jo();
        bench.incidents(after).approve(&jo, number, 1, Default::default()).await.unwrap();
        bench.work(after).start(&priya, number).await.unwrap();
        bench.work(after.plus_seconds(60)).stop(&priya, number, String::new()).await.unwrap();
        let page = desk.page(&boss, "2026-12").await.unwrap();
        assert_eq!((page.gross.as_str(), page.lines[0].what.as_str()), ("£84.00", "CatS unit 2"), "{name}");
    }
}
