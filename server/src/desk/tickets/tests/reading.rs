use app::api::{
    care::{RateInput, SortInput, SplitInput},
    live::LiveChange,
    queue::{QueueDesk, QueueQuery},
    tickets::{LineKind, QueueGroup},
};
use domain::contract::{EquipmentClass, NotCovered, Offer};

use super::*;
use crate::{
    actors::live::Published,
    store::{
        contracts::tests as contracts,
        equipment::{
            PieceFields,
            tests::{fields, piece},
        },
        events,
    },
};

#[actix_rt::test]
async fn a_clock_explains_itself_with_sums_that_add_up() {
    // Thu 2 Apr 2026 14:00 on Cat1: due Tue 7 Apr 14:00, over Good Friday and Easter Monday.
    for test in databases().await {
        let started = at("2026-04-02T13:00:00Z");
        let mut bench = bench(test, CoverLevel::Cat1, now().seconds_since(started)).await;
        bench.desk = desk_at(&bench.test, at("2026-04-02T15:00:00Z"));
        let page = bench.page(&staff(Role::Agent)).await;
        let card = &page.clocks[0];
        let lines: Vec<_> =
            card.lines.iter().map(|line| format!("{} | {} | {}", line.when, line.words, line.total)).collect();
        let expected = [
            "Thu 2 Apr, 14:00 to 16:00 | Counted 2 h | 2 h",
            "Thu 2 Apr, 16:00 to 17:00 | Will count 1 h | 3 h",
            "Thu 2 Apr, 17:00 to 24:00 | Did not count: night | ",
            "Fri 3 Apr, 00:00 to 24:00 | Did not count: bank holiday, Good Friday | ",
            "Sat 4 Apr, 00:00 to Mon 6 Apr, 00:00 | Did not count: weekend | ",
            "Mon 6 Apr, 00:00 to 24:00 | Did not count: bank holiday, Easter Monday | ",
            "Tue 7 Apr, 00:00 to 09:00 | Did not count: night | ",
            "Tue 7 Apr, 09:00 to 14:00 | Will count 5 h | 8 h",
        ];
        assert_eq!(lines, expected, "{}", bench.test.name);
        assert_eq!(card.sum, "2 h counted and 6 h left make 8 h.");
        assert_eq!(card.due.as_deref(), Some("Tue 7 Apr 2026, 14:00"));
        assert_eq!(page.zone, "Europe/London");
        // Customers get the same arithmetic.
        let own = bench.desk.page(&bench.customer(), bench.number).await.unwrap();
        assert_eq!(own.clocks[0].lines, card.lines, "{}", bench.test.name);
        assert_eq!((card.tape.axis.len(), card.tape.spans.len()), (5, 2));
    }
}

#[actix_rt::test]
async fn a_clock_that_was_met_is_explained_until_then() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.answer(bench.number, "Here").await;
        let card = bench.page(&bench.customer()).await.clocks.remove(0);
        assert_eq!(card.lines.len(), 1, "{}: {:?}", bench.test.name, card.lines);
        assert_eq!(card.lines[0].kind, LineKind::Counted);
        assert!(card.sum.ends_with("counted of 4 h."), "{}", card.sum);
        assert!(matches!(card.face.state, FaceState::Met { took_s: 1_200..1_260, .. }), "{:?}", card.face);
    }
}

#[actix_rt::test]
async fn the_queue_is_grouped_and_sorted_by_time_to_breach() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let agent = staff(Role::Agent);
        let (_, over) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-5 * 3_600)).await;
        let (_, soon) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-3 * 3_600 - 1_800)).await;
        let (_, night) = open(&bench.test, bench.avon, CoverLevel::Cat1, now().plus_seconds(-3_600)).await;
        let (_, held) = open(&bench.test, bench.avon, CoverLevel::Cat4, now().plus_seconds(-7_200)).await;
        let (_, met) = open(&bench.test, bench.avon, CoverLevel::Cat4, now().plus_seconds(-7_200)).await;
        let (_, late) = open(&bench.test, bench.avon, CoverLevel::Cat2, now().plus_seconds(-6 * 3_600)).await;
        bench.desk.pause(&agent, held, paused("site_access", "Gate locked")).await.unwrap();
        bench.answer(met, "Here").await;
        bench.answer(late, "Late, but here").await;
        let list = bench.desk.queue(&agent, QueueQuery::default()).await.unwrap();
        let rows: Vec<_> = list.rows.iter().map(|row| (row.group, row.number)).collect();
        use QueueGroup as G;
        let expected = [
            (G::Breached, over),
            (G::WithinTheHour, soon),
            (G::Later, bench.number),
            (G::Later, night),
            (G::Paused, held),
            (G::NoClock, met),
            (G::NoClock, late),
        ];
        assert_eq!(rows[..5], expected[..5], "{}", bench.test.name);
        assert_eq!(rows[5..].iter().map(|(group, _)| *group).collect::<Vec<_>>(), [G::NoClock; 2]);
        assert_eq!((list.tabs.open, list.groups), (7, [1, 1, 2, 1, 2]), "{}", bench.test.name);
        let row = list.rows.iter().find(|row| row.number == night).unwrap();
        let FaceState::Running { ahead, .. } = &row.face.as_ref().unwrap().state else { panic!() };
        assert_eq!(ahead.len(), 2, "today and tomorrow, with the night between: {}", bench.test.name);
        let last = list.rows.iter().find(|row| row.number == met).unwrap().last.clone().unwrap();
        assert_eq!((last.kind, last.by.as_str()), (TicketEventKind::Response, "Priya Nair"));
    }
}

#[actix_rt::test]
async fn another_customers_ticket_is_not_found_in_any_way() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        let (avon, number) = (of(bench.avon, Role::Manager), bench.number);
        let (desk, clock) = (&bench.desk, bench.clocks().await[0].id);
        assert_eq!(desk.page(&avon, number).await, Err(ApiError::NotFound), "{}", bench.test.name);
        let list = desk.list(&avon, Show::Open, String::new()).await.unwrap();
        assert_eq!((list.rows.len(), list.open), (0, 0), "{}", bench.test.name);
        for done in [
            desk.reply(&avon, number, reply("x")).await.map(drop),
            desk.call(&avon, number, CallInput::default()).await,
            desk.pause(&avon, number, paused("site_access", "x")).await,
            desk.resume(&avon, number, paused("site_access", "x")).await,
            desk.give_access(&avon, number).await,
            desk.set_state(&avon, number, 1, TicketState::Closed).await,
            desk.change_level(&avon, number, LevelInput::default()).await,
            desk.level_preview(&avon, number, LevelInput::default()).await.map(drop),
            desk.excuse(&avon, number, clock, "x".to_owned()).await,
            desk.void(&avon, number, clock, "x".to_owned()).await,
            desk.agree(&avon, number, 1, "x".to_owned()).await,
            desk.assign(&avon, number, 1, "me".to_owned()).await,
            desk.sort(&avon, number, SortInput::default()).await,
            desk.tag(&avon, number, 1, "x".to_owned()).await,
            desk.watch(&avon, number, true).await,
            desk.snooze(&avon, number, 1, String::new()).await,
            desk.link(&avon, number, "T-1".to_owned()).await,
            desk.unlink(&avon, number, number).await,
            desk.decline(&avon, number, 1, "x".to_owned()).await,
            desk.merge_preview(&avon, number, "T-1".to_owned()).await.map(drop),
            desk.merge(&avon, number, 1, "T-1".to_owned()).await.map(drop),
            desk.split(&avon, number, SplitInput::default()).await.map(drop),
            desk.take_back(&avon, number, String::new()).await,
            desk.rate(&avon, number, RateInput::default()).await,
            desk.here(&avon, number, true).await.map(drop),
        ] {
            assert_eq!(done, Err(ApiError::NotFound), "{}", bench.test.name);
        }
        let viewer = of(bench.bath, Role::Viewer);
        let done = desk.reply(&viewer, number, reply("x")).await;
        assert!(matches!(done, Err(ApiError::Forbidden { .. })), "a viewer only looks: {}", bench.test.name);
        assert!(!bench.page(&viewer).await.may.write);
        let done = desk.set_state(&viewer, number, 1, TicketState::Closed).await;
        assert!(matches!(done, Err(ApiError::Forbidden { .. })), "a viewer closes nothing: {}", bench.test.name);
        let done = desk.give_access(&viewer, number).await;
        assert!(matches!(done, Err(ApiError::Forbidden { .. })), "a viewer says nothing: {}", bench.test.name);
        for role in [Role::Viewer, Role::Contact, Role::Manager] {
            let own = of(bench.bath, role);
            let level = LevelInput { level: "cat1".to_owned(), mode: "none".to_owned(), version: "1".to_owned() };
            for (place, done) in [
                desk.call(&own, number, CallInput::default()).await,
                desk.pause(&own, number, paused("site_access", "x")).await,
                desk.resume(&own, number, paused("site_access", "x")).await,
                desk.level_preview(&own, number, level.clone()).await.map(drop),
                desk.change_level(&own, number, level).await,
                desk.excuse(&own, number, clock, "x".to_owned()).await,
                desk.void(&own, number, clock, "x".to_owned()).await,
                desk.agree(&own, number, 1, "x".to_owned()).await,
            ]
            .into_iter()
            .enumerate()
            {
                assert!(matches!(done, Err(ApiError::Forbidden { .. })), "{} {role:?} {place}", bench.test.name);
            }
        }
        for done in [
            desk.call(&bench.customer(), number, CallInput::default()).await,
            desk.agree(&bench.customer(), number, 1, "x".to_owned()).await,
            desk.assign(&bench.customer(), number, 1, "me".to_owned()).await,
            desk.sort(&bench.customer(), number, SortInput::default()).await,
            desk.tag(&bench.customer(), number, 1, "x".to_owned()).await,
            desk.watch(&bench.customer(), number, true).await,
            desk.snooze(&bench.customer(), number, 1, String::new()).await,
            desk.link(&bench.customer(), number, "T-1".to_owned()).await,
            desk.decline(&bench.customer(), number, 1, "x".to_owned()).await,
            desk.merge(&bench.customer(), number, 1, "T-1".to_owned()).await.map(drop),
            desk.split(&bench.customer(), number, SplitInput::default()).await.map(drop),
            desk.take_back(&bench.customer(), number, String::new()).await,
            desk.here(&bench.customer(), number, true).await.map(drop),
        ] {
            assert!(matches!(done, Err(ApiError::Forbidden { .. })), "{}", bench.test.name);
        }
    }
}

#[actix_rt::test]
async fn what_staff_say_to_each_other_reaches_no_customer() {
    for bench in benches(CoverLevel::Cat2, 1_200).await {
        bench.desk.reply(&staff(Role::Agent), bench.number, note("They never pay")).await.unwrap();
        let customer = bench.customer();
        let page = serde_json::to_string(&bench.page(&customer).await).unwrap();
        let list = bench.desk.list(&customer, Show::Open, String::new()).await.unwrap();
        assert!(!page.contains("never pay"), "{}", bench.test.name);
        assert_eq!(list.rows[0].last, None, "nothing was said to them: {}", bench.test.name);
        assert!(bench.page(&customer).await.mailed.is_empty());
        let stored = events::after(bench.test.db.read(), 0, 10).await.unwrap();
        assert!(matches!(stored[0].change, LiveChange::TicketForStaff { .. }), "{:?}", stored[0]);
        assert!(!Published::new(&stored[0]).unwrap().for_customers, "no news for them: {}", bench.test.name);
        bench.answer(bench.number, "Hello").await;
        let stored = events::after(bench.test.db.read(), 2, 10).await.unwrap();
        assert_eq!(stored[0].customer, bench.bath.customer, "{}", bench.test.name);
        assert!(Published::new(&stored[0]).unwrap().for_customers, "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_pre_existing_fault_is_taken_on_and_its_clock_starts_then() {
    for test in databases().await {
        let mut bench = bench(test, CoverLevel::Cat2, 1_200).await;
        // The day after the fault began is the first of the contract.
        let tomorrow = now().plus_seconds(86_400);
        bench.desk = desk_at(&bench.test, tomorrow);
        let db = bench.test.db.writer();
        let pbx = rows::host(&bench.test.db, bench.bath, "pbx-1").await;
        let fields = PieceFields { host: Some(pbx), ..fields("Mitel 3300", EquipmentClass::PhoneSystem) };
        let equipment = piece(db, bench.bath.customer, &fields).await;
        let service = rows::service(&bench.test.db, bench.bath, pbx, "SIP trunk").await;
        let fault = rows::open_fault(&bench.test.db, bench.bath, pbx, service, 77, Status::Critical).await;
        let contract = contracts::contract(CoverLevel::Cat1, None, "2026-11-25");
        let contract = contracts::store(db, bench.bath, &contract).await;
        let new = NewTicket {
            kind: TicketKind::Fault,
            host: Some(pbx),
            service: Some(service),
            fault: Some(fault),
            contract: Some(contract),
            equipment: Some(equipment),
            cover: CoverDecision::NotCovered { reason: NotCovered::PreExisting, offers: vec![Offer::ReturnToBase] },
            opened_at: tomorrow,
            created_at: tomorrow,
            ..tickets::tests::request(bench.bath)
        };
        let id = new.id;
        let number = tickets::insert(db, new).await.unwrap().unwrap();
        let agent = staff(Role::Agent);
        let page = bench.desk.page(&agent, number).await.unwrap();
        assert!(page.may.agree && page.clocks.is_empty(), "{}", bench.test.name);
        let list = bench.desk.list(&agent, Show::Open, String::new()).await.unwrap();
        let row = list.rows.iter().find(|row| row.number == number).unwrap();
        assert_eq!((row.group, row.covered, row.fault), (QueueGroup::NoClock, false, Some(77)), "{}", bench.test.name);
        let stale = bench.desk.agree(&agent, number, 9, "Jo and I agreed by phone".to_owned()).await;
        assert!(matches!(stale, Err(ApiError::Conflict(_))), "{}", bench.test.name);
        bench.desk.agree(&agent, number, 1, "Jo and I agreed by phone".to_owned()).await.unwrap();
        let page = bench.desk.page(&agent, number).await.unwrap();
        assert_eq!((page.cover, page.level, page.may.agree), (CoverDecision::Covered, CoverLevel::Cat1, false));
        let clock = clocks::of_ticket(db, Scope::Everything, id).await.unwrap().remove(0);
        assert!(clock.clock.started_at() >= tomorrow, "from then: {}", bench.test.name);
        let again = bench.desk.agree(&agent, number, 2, "again".to_owned()).await;
        assert!(matches!(again, Err(ApiError::Conflict(_))), "{}", bench.test.name);
    }
}
