//! What a search finds, and for whom.

use domain::{search::terms, ticket::parse_reference};

use super::*;

async fn says(test: &TestDb, ticket: &Ticket, kind: TicketEventKind, detail: &str) {
    let new = NewTicketEvent { ticket: ticket.id, at: now(), entered_at: now(), kind, user: None, by: "Jo", detail };
    let tx = test.db.begin().await.unwrap();
    add_event(&tx, new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn found(test: &TestDb, scope: Scope, query: &str) -> (Vec<i64>, u64) {
    let found = search(test.db.read(), scope, &terms(query), parse_reference(query), (0, 20)).await;
    let found = found.unwrap_or_else(|error| panic!("{} {query:?}: {error}", test.name));
    (found.numbers, found.total)
}

#[tokio::test]
async fn words_of_notes_are_found_by_staff_alone_and_others_tickets_by_nobody() {
    for test in databases().await {
        let (bath, avon) = (owner(&test.db, "Bath").await, owner(&test.db, "Avon").await);
        let (own, other) = (opened(test.db.writer(), bath).await, opened(test.db.writer(), avon).await);
        says(&test, &own, TicketEventKind::Message, "The night bell is dead").await;
        says(&test, &own, TicketEventKind::Note, "They never pay; zebra").await;
        says(&test, &other, TicketEventKind::Response, "Your bell rings again").await;
        let (staff, jo, ann) = (Scope::Everything, Scope::Customer(bath.customer), Scope::Customer(avon.customer));
        let both = (vec![other.number, own.number], 2);
        let (first, second, none) = ((vec![own.number], 1), (vec![other.number], 1), (Vec::new(), 0));
        for (query, as_staff, as_jo, as_ann) in [
            ("bell", &both, &first, &second),
            ("BEL dead", &first, &first, &none),
            ("zebra", &first, &none, &none),
            ("pay", &first, &none, &none),
            ("dialling", &both, &first, &second),
            (&format!("T-{}", own.number), &first, &first, &none),
            (&own.number.to_string(), &first, &first, &none),
            ("bell zebra", &none, &none, &none),
        ] {
            for (scope, expected) in [(staff, as_staff), (jo, as_jo), (ann, as_ann)] {
                assert_eq!(found(&test, scope, query).await, *expected, "{} {query:?} {scope:?}", test.name);
            }
        }
    }
}

#[tokio::test]
async fn the_words_follow_the_subject_and_a_rollback() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let ticket = opened(test.db.writer(), bath).await;
        let tx = test.db.begin().await.unwrap();
        change(&tx, ticket.id, 1, &[Change::Subject("Lift line is dead")]).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(found(&test, Scope::Everything, "lift").await.1, 0, "{}", test.name);
        let tx = test.db.begin().await.unwrap();
        change(&tx, ticket.id, 1, &[Change::Subject("Lift line is dead")]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(found(&test, Scope::Everything, "lift").await.1, 1, "{}", test.name);
        assert_eq!(found(&test, Scope::Everything, "dialling").await.1, 0, "the old one is gone: {}", test.name);
    }
}

#[tokio::test]
async fn nothing_that_is_typed_is_an_error() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let mut new = request(bath);
        new.origin.phone = "+44 (0)1632 960184".to_owned();
        let number = insert(test.db.writer(), new).await.unwrap().unwrap();
        for query in ["01632 960 184", "0163296", "+441632960184"] {
            assert_eq!(found(&test, Scope::Everything, query).await.0, [number], "{} {query}", test.name);
        }
        let long = "\"x' OR 1=1 ".repeat(1_000);
        for query in
            ["\"", "'", "a AND", "NOT", "NEAR(", "a*b", "^x", "{a b}: c", "-", "a\0b", "\\", "%_", ":*", "!&|", &long]
        {
            found(&test, Scope::Everything, query).await;
            found(&test, Scope::Customer(bath.customer), query).await;
        }
    }
}

#[tokio::test]
async fn pages_follow_each_other_with_the_exact_number_first() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        for _ in 0..5 {
            opened(test.db.writer(), bath).await;
        }
        let page = async |skip| {
            search(test.db.read(), Scope::Everything, &terms("dialling"), Some(2_002), (skip, 2)).await.unwrap().numbers
        };
        assert_eq!([page(0).await, page(2).await, page(4).await].concat(), [2_002, 2_005, 2_004, 2_003, 2_001]);
    }
}

#[tokio::test]
async fn what_an_older_program_left_is_worked_out() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let ticket = opened(test.db.writer(), bath).await;
        says(&test, &ticket, TicketEventKind::Message, "The night bell is dead").await;
        let db = test.db.writer();
        ticket::Entity::update_many()
            .col_expr(ticket::Column::Place, Expr::value(None::<String>))
            .exec(db)
            .await
            .unwrap();
        for table in ["words_public", "words_staff"] {
            db.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
        }
        assert_eq!(catch_up(&test.db).await.unwrap(), 1, "{}", test.name);
        assert_eq!(catch_up(&test.db).await.unwrap(), 0, "{}", test.name);
        for query in ["bell", "dialling"] {
            assert_eq!(found(&test, Scope::Everything, query).await.1, 1, "{} {query}", test.name);
        }
    }
}
