//! Who finds what, on both databases.

use app::api::{
    principal::Principal,
    search::{SearchDesk, SearchPage, Sort},
};
use domain::access::Role;

use super::Desk;
use crate::{
    clock::Clock,
    desk::hosts::fixtures::{of, staff},
    store::{
        equipment::tests::{fields, piece},
        hosts::fixtures::{Owner, host, now, owner},
        tickets::{self, NewTicketEvent, tests::opened},
    },
    testing::{TestDb, databases},
};
use domain::{contract::EquipmentClass, ticket::TicketEventKind};

async fn says(test: &TestDb, owner: Owner, kind: TicketEventKind, by: &str, detail: &str) -> i64 {
    let ticket = opened(test.db.writer(), owner).await;
    let new = NewTicketEvent { ticket: ticket.id, at: now(), entered_at: now(), kind, user: None, by, detail };
    let tx = test.db.begin().await.unwrap();
    tickets::add_event(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
    ticket.number
}

async fn found(desk: &Desk, who: &Principal, query: &str, sort: Option<Sort>) -> SearchPage {
    desk.search(who, query.to_owned(), sort, 1).await.unwrap()
}

#[tokio::test]
async fn everybody_finds_their_own_and_reads_what_matched() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let message = says(&test, bath, TicketEventKind::Message, "Jo Bell", "The night chime is dead").await;
        let note = says(&test, avon, TicketEventKind::Note, "Priya", "A chime again; zebra").await;
        host(&test.db, bath, "pbx-chime").await;
        piece(test.db.writer(), avon.customer, &fields("Chime box", EquipmentClass::PhoneSystem)).await;
        let (agent, jo, ann) = (staff(Role::Agent), of(bath, Role::Manager), of(avon, Role::Manager));

        let page = found(&desk, &agent, "chime", None).await;
        assert_eq!((page.sort, page.counts), (Sort::Tickets, [2, 1, 1, 0]), "{}", test.name);
        let rows: Vec<_> = page.rows.iter().map(|row| (row.href.as_str(), row.matched.as_str())).collect();
        let (first, second) = (format!("/t/{note}"), format!("/t/{message}"));
        let expected = [
            (first.as_str(), "Note of Priya: \u{201c}A chime again; zebra\u{201d}"),
            (second.as_str(), "Message of Jo Bell: \u{201c}The night chime is dead\u{201d}"),
        ];
        assert_eq!(rows, expected, "{}", test.name);

        let page = found(&desk, &jo, "chime", None).await;
        assert_eq!(page.counts, [1, 1, 0, 0], "{}", test.name);
        assert_eq!((page.rows[0].href.as_str(), page.rows[0].whose.as_str()), (second.as_str(), ""), "{}", test.name);
        // Ann has the equipment, but the word is in a note.
        assert_eq!(found(&desk, &ann, "chime", None).await.counts, [0, 0, 1, 0], "{}", test.name);
        for query in ["zebra", &format!("T-{message}"), &message.to_string()] {
            let page = found(&desk, &ann, query, Some(Sort::Tickets)).await;
            assert_eq!((page.counts, page.rows.len()), ([0; 4], 0), "{} {query}", test.name);
        }
        assert_eq!(found(&desk, &agent, &format!("t-{note}"), None).await.rows[0].matched, "This number");
        assert_eq!(found(&desk, &agent, "bath", Some(Sort::Customers)).await.rows[0].title, "Bath");
        assert_eq!(found(&desk, &jo, "avon", Some(Sort::Customers)).await.rows, [], "{}", test.name);
        // Addresses and technical names of others are nobody's business, and a viewer sees no contract's equipment.
        assert_eq!(found(&desk, &of(avon, Role::Viewer), "chime", None).await.counts, [0; 4], "{}", test.name);
    }
}

#[tokio::test]
async fn what_is_typed_is_never_an_error() {
    for test in databases().await {
        let desk = Desk { db: test.db.clone(), clock: Clock::from(now()) };
        let bath = owner(&test.db, "Bath").await;
        let long = "\"' OR ".repeat(2_000);
        for query in ["", " ", "\"", "'", "AND OR NOT", "a*", "(", "\0", "a\0", "%", "\\", "\u{202e}x", &long] {
            for sort in Sort::ALL.map(Some).into_iter().chain([None]) {
                found(&desk, &staff(Role::Agent), query, sort).await;
                found(&desk, &of(bath, Role::Manager), query, sort).await;
            }
        }
        desk.search(&staff(Role::Agent), "x".to_owned(), None, u64::MAX).await.unwrap();
    }
}
