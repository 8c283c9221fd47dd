use domain::{
    access::{Role, Side},
    cover::CoverLevel,
    id::FaultId,
    notice::{AccountFacts, NoticeFacts, NoticeKind},
    observation::Status,
};
use uuid::Uuid;

use super::*;
use crate::{
    config::Support,
    desk::hosts::fixtures::{engine, of, signer, staff},
    links::password_token,
    mail::{message::Sender, transport::Transport},
    store::{
        hosts::fixtures::{self as rows, now},
        outbox::{self, NewNotice},
    },
    testing::{databases, sqlite},
};

fn desk(db: &Db) -> Desk {
    let post = Post {
        clock: Clock::from(now()),
        transport: Transport::memory().0,
        sender: Sender::parse("Faultdesk <faults@desk.example>").unwrap(),
        signer: signer(),
        base_url: "https://desk.example".to_owned(),
        support: Support {
            phone: "01632 960000".to_owned(),
            phone_24h: String::new(),
            zone: "Europe/London".to_owned(),
        },
        support_address: Some("support@desk.example".to_owned()),
    };
    Desk::new(db.clone(), Clock::from(now()), engine(db), Arc::new(post))
}

fn fault_facts() -> MailFacts {
    MailFacts::Fault(Box::new(NoticeFacts {
        kind: NoticeKind::Opened,
        side: Side::Customer,
        fault: FaultId(Uuid::from_u128(1)),
        number: 1_042,
        status: Status::Critical,
        headline: "SIP trunk is down".to_owned(),
        customer: "Bath".to_owned(),
        site: "Head office".to_owned(),
        host: "pbx-1".to_owned(),
        system: "Bath phone system".to_owned(),
        service: "SIP trunk".to_owned(),
        detail: "connection refused".to_owned(),
        address: String::new(),
        access_note: String::new(),
        started_at: now(),
        at: now(),
        cleared_at: None,
        cover: CoverLevel::Cat2,
        zone: "Europe/London".to_owned(),
        recipient_name: "Jo".to_owned(),
        told: vec!["Jo".to_owned()],
        acknowledged_by: None,
        ticket: None,
        because: String::new(),
    }))
}

fn invitation(link: Uuid, expires_s: i64) -> MailFacts {
    MailFacts::Account(AccountFacts {
        invitation: true,
        name: "Jo".to_owned(),
        email: "jo@bath.example".to_owned(),
        by: "Priya Nair".to_owned(),
        link,
        expires_at: now().plus_seconds(expires_s),
        zone: "Europe/London".to_owned(),
    })
}

async fn queue(db: &Db, facts: MailFacts, withheld: bool) -> NoticeId {
    let id = NoticeId(new_id(now()).unwrap());
    let notice = NewNotice {
        id,
        fault: None,
        customer: None,
        kind: "invitation".to_owned(),
        step: 0,
        who_side: Side::Customer,
        recipient_id: Uuid::from_u128(9),
        name: "Jo".to_owned(),
        email: "jo@bath.example".to_owned(),
        rule: "invited".to_owned(),
        subject: "Your account".to_owned(),
        facts,
        message_id: format!("<{id}@desk.example>"),
        in_reply_to: None,
        queued_at: now(),
        withheld: withheld.then(|| "550 refused before".to_owned()),
    };
    outbox::enqueue(db.writer(), vec![notice]).await.unwrap();
    id
}

#[actix_rt::test]
async fn the_mail_log_is_for_staff_only() {
    let test = sqlite().await;
    let bath = rows::owner(&test.db, "Bath").await;
    let desk = desk(&test.db);
    let id = queue(&test.db, fault_facts(), true).await;
    for role in [Role::Viewer, Role::Contact, Role::Manager] {
        let who = of(bath, role);
        assert!(matches!(desk.log(&who, None, None).await, Err(ApiError::Forbidden { .. })), "{role:?}");
        for id in [id, NoticeId(Uuid::from_u128(404))] {
            assert!(matches!(desk.page(&who, id).await, Err(ApiError::Forbidden { .. })), "{role:?}");
            assert!(matches!(desk.html(&who, id).await, Err(ApiError::Forbidden { .. })), "{role:?}");
            assert!(matches!(desk.retry(&who, id).await, Err(ApiError::Forbidden { .. })), "{role:?}");
        }
    }
    assert_eq!(desk.log(&staff(Role::Agent), None, None).await.unwrap().rows.len(), 1);
    assert_eq!(desk.page(&staff(Role::Agent), NoticeId(Uuid::from_u128(404))).await.err(), Some(ApiError::NotFound));
}

#[actix_rt::test]
async fn a_mail_is_read_without_the_links_that_act() {
    let test = sqlite().await;
    let (desk, who) = (desk(&test.db), staff(Role::Agent));
    let link = Uuid::from_u128(33);
    let account = queue(&test.db, invitation(link, 3_600), false).await;
    let fault = queue(&test.db, fault_facts(), false).await;
    for id in [account, fault] {
        let (page, html) = (desk.page(&who, id).await.unwrap(), desk.html(&who, id).await.unwrap());
        assert_eq!(page.html_path, format!("/mail/{id}/html"));
        for words in [&page.text, &html] {
            assert!(words.contains("(hidden)"), "{words}");
            assert!(!words.contains(&password_token(&signer(), link)), "{words}");
        }
    }
    let text = desk.page(&who, fault).await.unwrap().text;
    assert!(text.contains("https://desk.example/f/1042"), "{text}");
}

#[actix_rt::test]
async fn only_what_was_given_up_is_sent_again_and_that_is_written_down() {
    for test in databases().await {
        let (desk, who) = (desk(&test.db), staff(Role::Agent));
        let withheld = queue(&test.db, fault_facts(), true).await;
        let log = desk.log(&who, None, Some(NoticeState::Withheld)).await.unwrap();
        assert_eq!((log.rows.len(), log.queued, log.transport.as_str()), (1, 0, "memory"), "{}", test.name);
        assert_eq!(log.rows[0].reply, "550 refused before");
        desk.retry(&who, withheld).await.unwrap();
        let again = desk.retry(&who, withheld).await;
        assert!(matches!(again, Err(ApiError::Conflict(_))), "{} {again:?}", test.name);
        let log = desk.log(&who, None, None).await.unwrap();
        assert_eq!((log.rows[0].state, log.queued, log.oldest_queued_at), (NoticeState::Queued, 1, Some(now())));
        let acts = rows::acts(&test.db).await;
        assert_eq!((acts.len(), acts[0].0.as_str(), acts[0].1.as_str()), (1, "mail.retry", "jo@bath.example"));
    }
}

#[actix_rt::test]
async fn an_invitation_whose_link_has_expired_is_not_sent_again() {
    let test = sqlite().await;
    let (desk, who) = (desk(&test.db), staff(Role::Agent));
    let dead = queue(&test.db, invitation(Uuid::from_u128(1), 0), true).await;
    let answer = desk.retry(&who, dead).await;
    assert!(matches!(&answer, Err(ApiError::Conflict(words)) if words.contains("expired")), "{answer:?}");
    let alive = queue(&test.db, invitation(Uuid::from_u128(2), 60), true).await;
    desk.retry(&who, alive).await.unwrap();
}
