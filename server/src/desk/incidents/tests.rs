//! Incidents through the desk, on both databases: who says yes, what is charged, what is declined.

use app::api::{
    care::CareDesk,
    error::ApiError,
    incidents::{ConsentInput, ExtraInput, IncidentDesk},
    tickets::{CallInput, TicketDesk},
    worktime::WorkDesk,
};
use domain::{
    access::{Role, Scope},
    contract::{CoverDecision, NotCovered, Prices},
    cover::CoverLevel,
    incident::IncidentState,
    notice::TicketNews,
    ticket::{Outcome, TicketKind, TicketState},
};

use crate::{
    desk::{
        hosts::fixtures::{of, staff},
        worktime::tests::{benches, conflict, typed, wrong},
    },
    store::{hosts::fixtures::now, tickets as ticket_store},
};

fn given(how: &str) -> ConsentInput {
    ConsentInput { how: how.to_owned(), given_by: "Jo Bell".to_owned(), approved_at: "2026-11-24T16:00".to_owned() }
}

#[actix_rt::test]
async fn declining_costs_nothing_and_says_why() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.incidents(now()), bench.test.name);
        let number = bench.ordered().await;
        assert_eq!(wrong(desk.decline(&priya, number, 1, " ".to_owned()).await), ["reason"], "{name}");
        let reason = "We do not know this make.".to_owned();
        desk.decline(&priya, number, 1, reason.clone()).await.unwrap();
        assert_eq!(bench.news().await, [TicketNews::IncidentDeclined { reason }], "{name}");
        assert_eq!(bench.charge(number).await, ("£0.00".to_owned(), false), "{name}");
        let db = bench.test.db.read();
        let ticket = ticket_store::find(db, Scope::Everything, number).await.unwrap().unwrap();
        assert_eq!(ticket.state, TicketState::Closed, "{name}");
        let declined = matches!(ticket.cover, CoverDecision::NotCovered { reason: NotCovered::IncidentDeclined, .. });
        assert!(declined && ticket_store::tags(db, ticket.id).await.unwrap().is_empty(), "{name}");
        conflict(bench.work(now()).add(&priya, number, typed("12:00", "5")).await);
        conflict(desk.accept(&priya, number, 2).await);
    }
}

#[actix_rt::test]
async fn what_was_only_talked_about_is_declined_and_needs_no_order_for_that() {
    for bench in benches().await {
        let (priya, name) = (staff(Role::Agent), bench.test.name);
        let cover = CoverDecision::not_covered(NotCovered::IncidentNotAccepted, Prices::STANDARD);
        let number = bench.ticket(TicketKind::Incident, CoverLevel::CatS, cover).await;
        let tickets = bench.tickets(now());
        let call = CallInput { at: "2026-11-24T16:00".to_owned(), text: "Asked for it".to_owned() };
        tickets.call(&priya, number, call).await.unwrap();
        let reason = "We do not know this make.".to_owned();
        tickets.decline(&priya, number, 1, reason.clone()).await.unwrap();
        assert!(bench.news().await.contains(&TicketNews::IncidentDeclined { reason }), "{name}");
        let ticket = ticket_store::find(bench.test.db.read(), Scope::Everything, number).await.unwrap().unwrap();
        assert_eq!((ticket.state, ticket.care.outcome), (TicketState::Closed, Some(Outcome::Declined)), "{name}");
        let ordered = bench.ordered().await;
        let refused = tickets.decline(&priya, ordered, 1, "No".to_owned()).await;
        conflict(refused);
    }
}

#[actix_rt::test]
async fn who_asked_for_an_incident_may_want_it_no_more() {
    for bench in benches().await {
        let number = bench.ordered().await;
        let tickets = bench.tickets(now());
        conflict(tickets.set_state(&staff(Role::Agent), number, 1, TicketState::Closed).await);
        tickets.set_state(&bench.jo(), number, 1, TicketState::Closed).await.unwrap();
        assert_eq!(bench.charge(number).await, ("£0.00".to_owned(), false), "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_contact_spends_no_money() {
    for bench in benches().await {
        let contact = of(bench.bath, Role::Contact);
        let number = bench.accepted().await;
        let desk = bench.incidents(now());
        for refused in [
            desk.order(&contact, number, ConsentInput::default()).await,
            desk.approve(&contact, number, 1, ConsentInput::default()).await,
        ] {
            assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{}: {refused:?}", bench.test.name);
        }
        let card = bench.card(&contact, number).await;
        assert!(!card.incident.unwrap().may.approve, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn an_incident_is_declined_before_work_only() {
    for bench in benches().await {
        let (priya, desk) = (staff(Role::Agent), bench.incidents(now()));
        let number = bench.accepted().await;
        bench.work(now()).add(&priya, number, typed("12:00", "5")).await.unwrap();
        let words = conflict(desk.decline(&priya, number, 2, "No".to_owned()).await);
        assert!(words.contains("Work has started"), "{words}");
    }
}

#[actix_rt::test]
async fn each_unit_has_one_consent_with_who_how_and_when() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.incidents(now()), bench.test.name);
        let number = bench.accepted().await;
        let yes = async |seen| desk.approve(&bench.jo(), number, seen, ConsentInput::default()).await;
        let (one, other) = tokio::join!(yes(1), yes(1));
        assert!(one.is_ok() != other.is_ok(), "sent twice: {name} {one:?} {other:?}");
        let empty = desk.approve(&priya, number, 2, ConsentInput::default()).await;
        assert_eq!(wrong(empty), ["how", "given_by", "approved_at"], "{name}");
        desk.approve(&priya, number, 2, given("phone")).await.unwrap();
        let card = bench.card(&bench.jo(), number).await.incident.unwrap();
        assert_eq!((card.units, card.state), (3, IncidentState::Accepted), "{name}");
        assert!(
            card.consents[1].starts_with("Unit 2: Jo Bell, on the ticket's page, Tue 24 Nov 2026, 16:41"),
            "{card:?}"
        );
        assert_eq!(card.consents[2], "Unit 3: Jo Bell, by phone, Tue 24 Nov 2026, 16:00", "{name}");
        let viewer = desk.approve(&of(bench.bath, Role::Viewer), number, 3, ConsentInput::default()).await;
        assert!(matches!(viewer, Err(ApiError::Forbidden { .. })), "{viewer:?}");
        let stranger = desk.approve(&of(bench.avon, Role::Manager), number, 3, ConsentInput::default()).await;
        assert_eq!(stranger, Err(ApiError::NotFound), "{name}");
    }
}

#[actix_rt::test]
async fn parts_and_shipping_are_extra_unless_under_warranty() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.incidents(now()), bench.test.name);
        let number = bench.accepted().await;
        bench.work(now()).add(&priya, number, typed("12:00", "5")).await.unwrap();
        let extra = |kind: &str, pounds: &str, warranty: &str| ExtraInput {
            kind: kind.to_owned(),
            item: "Battery".to_owned(),
            pounds: pounds.to_owned(),
            warranty: warranty.to_owned(),
        };
        desk.add_extra(&priya, number, extra("part", "12.53", "")).await.unwrap();
        desk.add_extra(&priya, number, extra("shipping", "99.00", "yes")).await.unwrap();
        assert_eq!(bench.charge(number).await.0, "£99.04", "{name}");
        assert_eq!(
            wrong(desk.add_extra(&priya, number, extra("gift", "much", "")).await),
            ["kind", "pounds"],
            "{name}"
        );
        let line = bench.card(&priya, number).await.incident.unwrap().charges[1].extra.unwrap();
        desk.withdraw_extra(&priya, number, line, "Not fitted".to_owned()).await.unwrap();
        conflict(desk.withdraw_extra(&priya, number, line, "Not fitted".to_owned()).await);
        assert_eq!(bench.charge(number).await.0, "£84.00", "{name}");
    }
}

#[actix_rt::test]
async fn what_is_split_off_is_charged_after_consent_only() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.incidents(now()), bench.test.name);
        let number = bench.accepted().await;
        let other = desk.split(&priya, number, "The fax does not ring".to_owned()).await.unwrap();
        assert_eq!(bench.charge(other).await, ("£0.00".to_owned(), true), "{name}");
        let asked = TicketNews::ApprovalNeeded { units: 0, net_pence: 7_000, gross_pence: 8_400 };
        assert_eq!(bench.news().await, [asked], "{name}");
        conflict(bench.work(now()).start(&priya, other).await);
        let part = ExtraInput {
            kind: "part".to_owned(),
            item: "Fuse".to_owned(),
            pounds: "1".to_owned(),
            ..Default::default()
        };
        assert!(conflict(desk.add_extra(&priya, other, part).await).contains("No unit is approved"), "{name}");
        desk.approve(&bench.jo(), other, 0, ConsentInput::default()).await.unwrap();
        let soon = bench.work(now().plus_seconds(900));
        bench.work(now()).start(&priya, other).await.unwrap();
        soon.stop(&priya, other, String::new()).await.unwrap();
        assert_eq!(bench.charge(other).await, ("£84.00".to_owned(), false), "{name}");
        assert_eq!(bench.charge(number).await, ("£0.00".to_owned(), false), "{name}");
    }
}

#[actix_rt::test]
async fn an_incident_is_ordered_where_nothing_covers_and_once() {
    for bench in benches().await {
        let (priya, desk, name) = (staff(Role::Agent), bench.incidents(now()), bench.test.name);
        let covered = bench.ticket(TicketKind::Logged, CoverLevel::Cat1, CoverDecision::Covered).await;
        conflict(desk.order(&bench.jo(), covered, ConsentInput::default()).await);
        let prices = domain::contract::Prices::STANDARD;
        let none = CoverDecision::not_covered(NotCovered::NoContract, prices);
        let number = bench.ticket(TicketKind::Logged, CoverLevel::None, none).await;
        assert!(bench.card(&bench.jo(), number).await.order.unwrap().starts_with("£70.00 + VAT (£84.00 in all)"));
        desk.order(&priya, number, given("mail")).await.unwrap();
        conflict(desk.order(&bench.jo(), number, ConsentInput::default()).await);
        desk.accept(&priya, number, 1).await.unwrap();
        let incident = bench.card(&bench.jo(), number).await.incident.unwrap();
        assert_eq!((incident.state, incident.units), (IncidentState::Accepted, 1), "{name}");
    }
}
