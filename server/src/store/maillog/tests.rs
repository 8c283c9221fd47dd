use domain::{
    notice::{MailFacts, RefusedFacts},
    observation::Status,
};
use entity::columns::Word;
use sea_orm::ActiveValue::Set;

use super::*;
use crate::{
    desk::new_id,
    store::{
        Db,
        hosts::fixtures::*,
        outbox::{self, NewNotice},
    },
    testing::databases,
};

async fn queue(db: &Db, recipient: Uuid, at_s: i64, withheld: bool) -> NoticeId {
    let at = now().plus_seconds(at_s);
    let id = NoticeId(new_id(at).unwrap());
    let facts = RefusedFacts {
        name: "Jo".to_owned(),
        email: "jo@bath.example".to_owned(),
        customer: "Bath".to_owned(),
        subject: "[F-1] x".to_owned(),
        reply: "550 no".to_owned(),
        at,
        zone: "Europe/London".to_owned(),
    };
    let notice = NewNotice {
        id,
        fault: None,
        customer: None,
        kind: "refused".to_owned(),
        step: 0,
        who_side: Side::Staff,
        recipient_id: recipient,
        name: "Priya".to_owned(),
        email: "priya@desk.example".to_owned(),
        rule: "staff".to_owned(),
        subject: format!("at {at_s}"),
        facts: MailFacts::Refused(facts),
        message_id: format!("<{id}@desk.example>"),
        in_reply_to: None,
        queued_at: at,
        withheld: withheld.then(|| "550 refused before".to_owned()),
    };
    outbox::enqueue(db.writer(), vec![notice]).await.unwrap();
    id
}

#[tokio::test]
async fn pages_do_not_lose_mails_of_the_same_instant() {
    for test in databases().await {
        for index in 0..150_i64 {
            queue(&test.db, Uuid::from_u128(1), index / 60, index % 50 == 0).await;
        }
        let first = page(test.db.read(), None, None).await.unwrap();
        assert_eq!(first.notices.len(), 90, "30 of the last second, 60 of the one before: {}", test.name);
        let second = page(test.db.read(), first.next_before, None).await.unwrap();
        assert_eq!((second.notices.len(), second.next_before), (60, None), "{}", test.name);
        let withheld = page(test.db.read(), None, Some(NoticeState::Withheld)).await.unwrap();
        assert_eq!(withheld.notices.len(), 3, "{}", test.name);
        let (waiting, oldest) = waiting(test.db.read(), Readers::Everybody).await.unwrap();
        assert_eq!((waiting, oldest), (147, Some(now())), "{}", test.name);
        assert_eq!(count(test.db.read(), NoticeState::Withheld).await.unwrap(), 3, "{}", test.name);
    }
}

#[tokio::test]
async fn an_instant_with_more_mails_than_a_page_is_one_page() {
    let test = crate::testing::sqlite().await;
    for _ in 0..120 {
        queue(&test.db, Uuid::from_u128(1), 0, false).await;
    }
    queue(&test.db, Uuid::from_u128(1), -1, false).await;
    let first = page(test.db.read(), None, None).await.unwrap();
    assert_eq!(first.notices.len(), 120);
    assert_eq!(page(test.db.read(), first.next_before, None).await.unwrap().notices.len(), 1);
}

#[tokio::test]
async fn only_what_was_given_up_is_queued_again_and_the_address_is_trusted_again() {
    for test in databases().await {
        let bath = owner(&test.db, "Bath").await;
        let contact = contact::ActiveModel {
            id: Set(Uuid::from_u128(9)),
            customer_id: Set(bath.customer.0),
            name: Set("Jo".to_owned()),
            email: Set("jo@bath.example".to_owned()),
            severity_min: Set(Word(Status::Warning)),
            refused_at: Set(Some(now().into())),
            refused_reply: Set(Some("550 no".to_owned())),
            created_at: Set(now().into()),
            removed_at: Set(None),
            phone: Set(String::new()),
        };
        contact::Entity::insert(contact).exec_without_returning(test.db.writer()).await.unwrap();
        let (withheld, queued) =
            (queue(&test.db, Uuid::from_u128(9), 0, true).await, queue(&test.db, Uuid::from_u128(9), 1, false).await);
        let later = now().plus_seconds(60);
        assert_eq!(requeue(test.db.writer(), queued, later).await.unwrap(), 0, "{}", test.name);
        assert_eq!(requeue(test.db.writer(), withheld, later).await.unwrap(), 1, "{}", test.name);
        clear_refusal(test.db.writer(), Uuid::from_u128(9)).await.unwrap();
        let notice = find(test.db.read(), withheld).await.unwrap().unwrap();
        assert_eq!((notice.state.0, notice.next_attempt_at), (NoticeState::Queued, later.into()));
        let contact = contact::Entity::find_by_id(Uuid::from_u128(9)).one(test.db.read()).await.unwrap().unwrap();
        assert_eq!((contact.refused_at, contact.refused_reply), (None, None), "{}", test.name);
        assert_eq!(attempts(test.db.read(), withheld).await.unwrap(), []);
    }
}
