//! New tickets of customers and staff, and calls, on both databases.

use app::api::intake::{CallLogInput, IntakeDesk, NewTicketInput};
use domain::{
    clock::Standing,
    contract::{EquipmentClass, NotCovered},
    id::{EquipmentId, HostId},
    intake::Door,
    phone::PhoneNumber,
    ticket::{Channel, Priority},
};

use super::*;
use crate::store::{
    callers,
    contracts::tests as contract_rows,
    equipment::tests::{fields, piece},
};

/// A bench whose first customer has a contract, a phone system that it covers, and a handset that it does not.
struct Portal {
    bench: Bench,
    pbx: HostId,
    handset: EquipmentId,
}

async fn portals(level: CoverLevel) -> Vec<Portal> {
    let mut portals = Vec::new();
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let db = bench.test.db.writer();
        let site = (level == CoverLevel::Cat4).then_some(bench.bath.site);
        contract_rows::store(db, bench.bath, &contract_rows::contract(level, site, "2026-04-01")).await;
        let pbx = rows::host(&bench.test.db, bench.bath, "pbx-bath").await;
        let mut system = fields("Mitel 3300", EquipmentClass::PhoneSystem);
        (system.site, system.host) = (Some(bench.bath.site), Some(pbx));
        piece(db, bench.bath.customer, &system).await;
        let handset = piece(db, bench.bath.customer, &fields("Reception handset", EquipmentClass::Handset)).await;
        rows::staff(&bench.test.db, "dan").await;
        portals.push(Portal { bench, pbx, handset });
    }
    portals
}

fn typed(system: String) -> NewTicketInput {
    NewTicketInput {
        system,
        subject: "Two handsets crackle".to_owned(),
        text: "On outside calls, since Tuesday.".to_owned(),
        impact: "some_affected".to_owned(),
        phone: "01632 960184".to_owned(),
        access: "yes".to_owned(),
        key: Uuid::from_u128(77).to_string(),
        ..NewTicketInput::default()
    }
}

impl Portal {
    fn host(&self) -> NewTicketInput {
        typed(format!("host:{}", self.pbx))
    }

    async fn ticket(&self, number: i64) -> tickets::Ticket {
        tickets::find(self.bench.test.db.read(), Scope::Everything, number).await.unwrap().unwrap()
    }

    async fn clock(&self, number: i64) -> Option<StoredClock> {
        let id = self.ticket(number).await.id;
        clocks::of_ticket(self.bench.test.db.read(), Scope::Everything, id).await.unwrap().into_iter().next()
    }

    async fn entries(&self, number: i64) -> Vec<tickets::TicketEvent> {
        let id = self.ticket(number).await.id;
        tickets::events(self.bench.test.db.read(), Scope::Everything, id).await.unwrap()
    }
}

#[actix_rt::test]
async fn a_form_opens_one_ticket_with_its_clock_and_mails_however_often_it_is_sent() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let who = bench.customer();
        let number = bench.desk.open(&who, portal.host()).await.unwrap();
        assert_eq!(bench.desk.open(&who, portal.host()).await.unwrap(), number, "{name}: sent again");
        assert_eq!(tickets::open_count(bench.test.db.read(), Scope::Everything).await.unwrap(), 2, "{name}");
        let other = NewTicketInput { subject: "Another matter".to_owned(), ..portal.host() };
        let words = conflict(bench.desk.open(&who, other.clone()).await);
        assert!(words.contains(&format!("T-{number}")), "{name}: {words}");
        let page = bench.desk.form(&who, Some(other.clone()), true).await.unwrap();
        assert_eq!((page.input.subject.as_str(), page.conflict.is_some()), ("Another matter", true), "{name}");
        assert_ne!(page.input.key, other.key, "{name}: the next form has its own key");
        // Whoever goes back finds the form as it was, and the same ticket behind it.
        let back = bench.desk.form(&who, Some(portal.host()), true).await.unwrap();
        assert_eq!(back.input.key, portal.host().key, "{name}");
        assert!(back.conflict.unwrap().contains(&format!("T-{number}")), "{name}");
        let ticket = portal.ticket(number).await;
        assert_eq!((ticket.kind, ticket.origin.priority), (TicketKind::Logged, Priority::Normal));
        assert_eq!((ticket.origin.phone.as_str(), ticket.origin.channel), ("01632 960184", Channel::Portal));
        assert!(ticket.cover.is_covered() && ticket.equipment.is_some(), "{name}: {:?}", ticket.cover);
        let clock = portal.clock(number).await.unwrap();
        // Tue 24 Nov, 16:41:44: 18 min 16 s today, the rest tomorrow.
        assert_eq!(clock.kept.due_at.map(|due| due.seconds_since(ticket.opened_at)), Some(86_400), "{name}");
        let mails = mails(bench).await;
        let kinds: Vec<_> = mails.iter().map(|mail| (mail.side.as_str(), mail.name.as_str())).collect();
        assert_eq!(kinds, [("customer", "jo"), ("staff", "dan")], "{name}");
        assert!(format!("{:?}", mails[0].facts).contains("Received"), "{name}");
    }
}

#[actix_rt::test]
async fn two_forms_at_once_open_one_ticket() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, who) = (&portal.bench, portal.bench.customer());
        let (one, other) = futures::join!(bench.desk.open(&who, portal.host()), bench.desk.open(&who, portal.host()));
        assert_eq!(one.unwrap(), other.unwrap(), "{}", bench.test.name);
        assert_eq!(tickets::open_count(bench.test.db.read(), Scope::Everything).await.unwrap(), 2);
    }
}

#[actix_rt::test]
async fn everything_wrong_is_named_and_what_was_typed_stays() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, who) = (&portal.bench, portal.bench.customer());
        let bad = NewTicketInput {
            subject: String::new(),
            text: " ".to_owned(),
            impact: "dire".to_owned(),
            phone: "01632 9601".to_owned(),
            ..portal.host()
        };
        let fields = wrong(bench.desk.open(&who, bad.clone()).await);
        assert_eq!(fields, ["subject", "text", "phone", "impact"], "{}", bench.test.name);
        let page = bench.desk.form(&who, Some(bad.clone()), true).await.unwrap();
        assert_eq!(page.wrong.len(), 4, "{:?}", page.wrong);
        assert_eq!((page.input.phone, page.input.key), (bad.phone, bad.key), "{}", bench.test.name);
        assert!(page.wrong.iter().any(|one| one.message.contains("01632 960184")), "{:?}", page.wrong);
    }
}

#[actix_rt::test]
async fn what_belongs_to_somebody_else_answers_as_what_does_not_exist() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let theirs = rows::host(&bench.test.db, bench.avon, "pbx-avon").await;
        let their_piece =
            piece(bench.test.db.writer(), bench.avon.customer, &fields("Switch", EquipmentClass::Network)).await;
        let who = bench.customer();
        let nothing = Uuid::from_u128(5);
        let mut answers = Vec::new();
        for system in [
            format!("host:{theirs}"),
            format!("host:{nothing}"),
            "host:pbx-avon".to_owned(),
            "host:no-such".to_owned(),
            format!("piece:{their_piece}"),
            format!("piece:{nothing}"),
        ] {
            let input = NewTicketInput { system: system.clone(), ..portal.host() };
            answers.push(bench.desk.open(&who, input.clone()).await.unwrap_err());
            let expect = bench.desk.expect(&who, input.clone()).await.unwrap();
            let none = bench.desk.expect(&who, NewTicketInput { system: String::new(), ..input }).await.unwrap();
            assert_eq!(expect, none, "{name}: {system}");
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{name}: {answers:?}");
        // A customer's user cannot choose another customer, whatever the form says.
        let input = NewTicketInput { customer: bench.avon.customer.to_string(), ..portal.host() };
        let number = bench.desk.open(&who, input).await.unwrap();
        assert_eq!(portal.ticket(number).await.customer, bench.bath.customer, "{name}");
        let viewer = of(bench.bath, Role::Viewer);
        assert!(matches!(bench.desk.open(&viewer, portal.host()).await, Err(ApiError::Forbidden { .. })), "{name}");
        // Staff name a contact of the customer they chose.
        let jo = bench.contact.to_string();
        let input = NewTicketInput {
            customer: bench.avon.customer.to_string(),
            contact: jo,
            ..by_phone(&portal, "they_called", "")
        };
        let key = Uuid::from_u128(79).to_string();
        let input = NewTicketInput { system: String::new(), key, ..input };
        assert_eq!(wrong(bench.desk.open(&staff(Role::Agent), input).await), ["contact"], "{name}");
    }
}

#[actix_rt::test]
async fn the_card_says_what_to_expect_and_a_handset_goes_back_to_base() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let who = bench.customer();
        let expect = bench.desk.expect(&who, portal.host()).await.unwrap();
        assert_eq!((expect.level, expect.door), (CoverLevel::Cat1, Door::Form), "{name}");
        assert_eq!(expect.due.as_deref(), Some("Wed 25 Nov, 16:41"), "{name}");
        assert!(expect.hours.contains("so 18 min count today"), "{name}: {}", expect.hours);
        assert!(expect.remarks.iter().any(|(head, _)| head == "Handsets"), "{name}");
        let handset = typed(format!("piece:{}", portal.handset));
        let expect = bench.desk.expect(&who, handset.clone()).await.unwrap();
        let CoverDecision::NotCovered { reason, .. } = &expect.cover else { panic!("{name}: {:?}", expect.cover) };
        assert_eq!((reason, expect.due), (&NotCovered::HandsetNotListed, None), "{name}");
        let number = bench.desk.open(&who, handset).await.unwrap();
        assert!(portal.clock(number).await.is_none(), "{name}: nothing is promised, so no clock runs");
        let question = NewTicketInput { impact: "question".to_owned(), ..typed(format!("piece:{}", portal.handset)) };
        assert!(bench.desk.expect(&who, question).await.unwrap().cover.is_covered(), "{name}: a question is covered");
    }
}

#[actix_rt::test]
async fn without_portal_tickets_there_is_the_price_and_a_manager_may_ask_for_an_incident() {
    for portal in portals(CoverLevel::CatS).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let input = typed(String::new());
        let contact = bench.desk.expect(&bench.customer(), input.clone()).await.unwrap();
        assert_eq!(contact.door, Door::AskManager, "{name}");
        assert!(contact.price.unwrap().starts_with("£70.00 + VAT"), "{name}");
        assert!(conflict(bench.desk.open(&bench.customer(), input.clone()).await).contains("0117 496 0100"), "{name}");
        let manager = of(bench.bath, Role::Manager);
        let number = bench.desk.open(&manager, input.clone()).await.unwrap();
        let ticket = portal.ticket(number).await;
        assert_eq!((ticket.kind, ticket.state), (TicketKind::Incident, TicketState::Asked), "{name}");
        assert!(portal.clock(number).await.is_none(), "{name}");
        // The other customer has no contract at all.
        let stranger = of(bench.avon, Role::Manager);
        assert_eq!(bench.desk.expect(&stranger, input.clone()).await.unwrap().door, Door::Call, "{name}");
        conflict(bench.desk.open(&stranger, input).await);
    }
}

fn by_phone(portal: &Portal, call: &str, at: &str) -> NewTicketInput {
    NewTicketInput {
        customer: portal.bench.bath.customer.to_string(),
        channel: "phone".to_owned(),
        call: call.to_owned(),
        at: at.to_owned(),
        kind: "logged".to_owned(),
        priority: "high".to_owned(),
        queue: "support".to_owned(),
        impact: String::new(),
        ..portal.host()
    }
}

#[actix_rt::test]
async fn a_call_that_was_answered_is_met_at_its_time_and_a_voicemail_is_not() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let agent = staff(Role::Agent);
        let late = by_phone(&portal, "they_called", "2026-11-24T16:43");
        assert_eq!(wrong(bench.desk.open(&agent, late).await), ["at"], "{name}: not in the future");
        let spoke = NewTicketInput {
            contact: bench.contact.to_string(),
            assignee: "me".to_owned(),
            ..by_phone(&portal, "they_called", "2026-11-24T15:30")
        };
        let number = bench.desk.open(&agent, spoke).await.unwrap();
        let ticket = portal.ticket(number).await;
        assert_eq!(ticket.opened_at, at("2026-11-24T15:30:00Z"), "{name}");
        assert_eq!((ticket.origin.raised_by.as_str(), ticket.care.assignee), ("jo", Some(agent.user)), "{name}");
        let clock = portal.clock(number).await.unwrap();
        assert_eq!(clock.clock.standing(), &Standing::Met { at: ticket.opened_at }, "{name}");
        let kinds: Vec<_> = portal.entries(number).await.into_iter().map(|one| one.kind).collect();
        use TicketEventKind as K;
        assert_eq!(kinds, [K::Message, K::Call, K::Assigned], "{name}");
        let key = Uuid::from_u128(78).to_string();
        let left = NewTicketInput { key, ..by_phone(&portal, "their_voicemail", "2026-11-24T15:30") };
        let number = bench.desk.open(&agent, left).await.unwrap();
        assert_eq!(portal.clock(number).await.unwrap().kept.state, "running", "{name}");
        assert!(portal.ticket(number).await.origin.raised_by.starts_with("Somebody at"), "{name}");
    }
}

fn call(portal: &Portal, kind: &str) -> CallLogInput {
    CallLogInput {
        number: "+44 1632 960184".to_owned(),
        ticket: portal.bench.number.to_string(),
        who: "Jo Bell".to_owned(),
        call: kind.to_owned(),
        at: "2026-11-24T16:40".to_owned(),
        text: "No dialling tone".to_owned(),
        ..CallLogInput::default()
    }
}

#[actix_rt::test]
async fn a_number_finds_who_calls_and_what_is_open_there() {
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let number = PhoneNumber::parse("01632 960184").unwrap();
        let db = bench.test.db.writer();
        callers::set_contact(db, Scope::Everything, bench.contact, Some(&number)).await.unwrap();
        let trunk = rows::service(&bench.test.db, bench.bath, portal.pbx, "SIP trunk").await;
        rows::open_fault(&bench.test.db, bench.bath, portal.pbx, trunk, 1_001, Status::Critical).await;
        let input = CallLogInput { number: "(01632) 960 184".to_owned(), ..CallLogInput::default() };
        let page = bench.desk.call_page(&staff(Role::Agent), input.clone(), false).await.unwrap();
        let row = page.callers.first().unwrap();
        assert_eq!((row.name.as_str(), row.people.as_slice()), ("Bath", &["jo".to_owned()][..]), "{name}");
        assert_eq!(row.contact, Some(bench.contact), "{name}");
        assert_eq!(row.tickets.iter().map(|one| one.number).collect::<Vec<_>>(), [bench.number], "{name}");
        assert_eq!(row.lit.iter().map(|one| one.number).collect::<Vec<_>>(), [1_001], "{name}");
        assert_eq!((page.shown.as_deref(), page.input.who.as_str()), (Some("01632 960184"), "jo"), "{name}");
        let wrong = CallLogInput { number: "1632".to_owned(), ..input.clone() };
        let page = bench.desk.call_page(&staff(Role::Agent), wrong, false).await.unwrap();
        assert_eq!(page.wrong.first().map(|one| one.field.as_str()), Some("number"), "{name}");
        let refused = bench.desk.call_page(&bench.customer(), input, false).await;
        assert!(matches!(refused, Err(ApiError::Forbidden { .. })), "{name}: {refused:?}");
    }
}

#[actix_rt::test]
async fn only_a_call_with_a_person_meets_the_clock() {
    use TicketEventKind as K;
    for portal in portals(CoverLevel::Cat1).await {
        let (bench, name) = (&portal.bench, portal.bench.test.name);
        let agent = staff(Role::Agent);
        for attempt in ["our_voicemail", "no_answer", "their_voicemail"] {
            bench.desk.log_call(&agent, call(&portal, attempt)).await.unwrap();
            assert_eq!(bench.states().await, ["running"], "{name}: {attempt}");
        }
        let future = CallLogInput { at: "2026-11-24T16:42".to_owned(), ..call(&portal, "we_called") };
        assert_eq!(wrong(bench.desk.log_call(&agent, future).await), ["at"], "{name}");
        let bad = CallLogInput { who: String::new(), text: String::new(), call: "x".to_owned(), ..call(&portal, "") };
        assert_eq!(wrong(bench.desk.log_call(&agent, bad).await), ["call", "who"], "{name}");
        for _ in 0..2 {
            // The same form again logs the same call once.
            bench.desk.log_call(&agent, call(&portal, "we_called")).await.unwrap();
        }
        let clock = bench.clocks().await.remove(0);
        assert_eq!(clock.clock.standing(), &Standing::Met { at: at("2026-11-24T16:40:00Z") }, "{name}");
        assert_eq!(bench.kinds().await, [K::CallAttempt, K::CallAttempt, K::Message, K::Call], "{name}");
        assert!(
            matches!(
                bench.desk.log_call(&bench.customer(), call(&portal, "we_called")).await,
                Err(ApiError::Forbidden { .. })
            ),
            "{name}"
        );
    }
}
