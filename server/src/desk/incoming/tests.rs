//! Every shape of a mail, through the receiver, on both databases: it lands where it should and nowhere else.

mod landing;
mod settling;

use domain::{
    access::{Role, Scope},
    id::{ContactId, NoticeId, TicketId, UserId},
    incoming::SENDER_HOUR_MAX,
    message_id,
    observation::Status,
    outbox::NoticeState,
    text::Name,
    ticket::{Moved, TicketEventKind as Kind, TicketState},
};

use super::*;
use crate::{
    desk::hosts::fixtures::{engine, signer},
    links::sent_message_id,
    store::{
        attachments, contacts,
        hosts::fixtures::{self as rows, Owner, now},
        incoming::{MailRow, Show},
        maillog::{self, Notice},
        outbox, seeds,
        tickets::{self, Change, Ticket},
        users::{self, NewUser},
    },
    testing::{TestDb, databases},
};

const DOMAIN: &str = "desk.example";

/// Two customers with a contact each; Bath's contact wrote, and has the receipt of ticket T-2001.
struct Bench {
    test: TestDb,
    receiver: Receiver,
    bath: Owner,
    avon: Owner,
    jo: ContactId,
    ticket: TicketId,
    /// The receipt's Message-ID, as Jo's mail program has it.
    id: String,
}

async fn benches() -> Vec<Bench> {
    let mut benches = Vec::new();
    for test in databases().await {
        seeds::plant(&test.db, now()).await.unwrap();
        let (bath, avon) = (rows::owner(&test.db, "Bath").await, rows::owner(&test.db, "Avon").await);
        let jo = rows::contact(&test.db, bath.customer, "jo", Status::Warning).await;
        rows::contact(&test.db, bath.customer, "kim", Status::Warning).await;
        rows::contact(&test.db, avon.customer, "ann", Status::Warning).await;
        let receiver = receiver_at(&test, now());
        let mut bench =
            Bench { test, receiver, bath, avon, jo, ticket: TicketId(uuid::Uuid::nil()), id: String::new() };
        let outcome = bench.take(&mail("jo", "", "No dialling tone", "It is dead.")).await;
        assert_eq!(outcome, Outcome::Opened, "{}", bench.test.name);
        let ticket = bench.ticket(2_001).await;
        let root = message_id::ticket_root(ticket.id, jo.0, DOMAIN);
        (bench.ticket, bench.id) = (ticket.id, sent_message_id(&signer(), &root));
        benches.push(bench);
    }
    benches
}

fn receiver_at(test: &TestDb, at: Timestamp) -> Receiver {
    let own = ["faults@desk.example", "support@desk.example"].map(|own| EmailAddress::parse(own).unwrap()).to_vec();
    let (db, clock, engine) = (test.db.clone(), Clock::from(at), engine(&test.db));
    Receiver::new(Parts { db, clock, engine, signer: signer(), mail_domain: DOMAIN.to_owned(), own })
}

/// A mail of `who`, a contact of the bench or a whole address, with more header lines.
fn mail(who: &str, head: &str, subject: &str, body: &str) -> String {
    let from = if who.contains('@') { who.to_owned() } else { format!("{who}@bath.example") };
    format!("From: {who} <{from}>\r\nTo: support@desk.example\r\nSubject: {subject}\r\n{head}\r\n{body}\r\n")
}

fn envelope() -> Envelope {
    Envelope { via: "lmtp", from: Some("x@y.example".to_owned()), cut: None }
}

impl Bench {
    async fn take(&self, mail: &str) -> Outcome {
        self.receiver.receive(mail.as_bytes().to_vec(), envelope()).await.unwrap()
    }

    async fn ticket(&self, number: i64) -> Ticket {
        tickets::find(self.test.db.read(), Scope::Everything, number).await.unwrap().unwrap()
    }

    async fn timeline(&self, ticket: TicketId) -> Vec<(Kind, String, String)> {
        let events = tickets::events(self.test.db.read(), Scope::Everything, ticket).await.unwrap();
        events.into_iter().map(|event| (event.kind, event.by, event.detail)).collect()
    }

    /// What was added to Jo's ticket since it was opened.
    async fn added(&self) -> Vec<(Kind, String, String)> {
        self.timeline(self.ticket).await.split_off(1)
    }

    async fn open(&self) -> u64 {
        tickets::open_count(self.test.db.read(), Scope::Everything).await.unwrap()
    }

    async fn kept(&self, show: Show) -> Vec<MailRow> {
        incoming::list(self.test.db.read(), show, None).await.unwrap()
    }

    async fn notices(&self, kind: &str) -> Vec<Notice> {
        let page = maillog::page(self.test.db.read(), None, None).await.unwrap();
        page.notices.into_iter().filter(|notice| notice.kind == kind).collect()
    }

    async fn staff(&self, email: &str, customer: Option<Owner>, role: Role) -> UserId {
        let id = UserId(entropy::id(now()).unwrap());
        let new = NewUser {
            id,
            customer: customer.map(|owner| owner.customer),
            name: Name::parse("Priya Nair").unwrap(),
            email: EmailAddress::parse(email).unwrap(),
            role,
            password_hash: None,
            receives_faults: role.is_staff(),
            at: now(),
        };
        users::create(self.test.db.writer(), new).await.unwrap();
        id
    }
}

#[actix_rt::test]
async fn a_contacts_mail_opens_a_ticket_and_is_acknowledged_in_our_words() {
    for bench in benches().await {
        let name = bench.test.name;
        let ticket = bench.ticket(2_001).await;
        assert_eq!((ticket.customer, ticket.subject.as_str()), (bench.bath.customer, "No dialling tone"), "{name}");
        let timeline = bench.timeline(ticket.id).await;
        let kinds: Vec<_> = timeline.iter().map(|(kind, ..)| *kind).collect();
        assert_eq!(kinds, [Kind::Message], "{name}");
        assert_eq!(timeline[0].2, "It is dead.", "{name}");
        let receipts = bench.notices("ticket_received").await;
        assert_eq!(receipts.len(), 1, "{name}");
        assert_eq!(receipts[0].subject, "[T-2001] We have your message", "{name}");
        for theirs in ["dialling", "dead"] {
            assert!(!receipts[0].facts.contains(theirs), "{name}: {}", receipts[0].facts);
        }
    }
}

#[actix_rt::test]
async fn an_answer_lands_in_its_thread_in_every_shape() {
    for bench in benches().await {
        let name = bench.test.name;
        let id = &bench.id;
        for (who, head, subject) in [
            ("jo", format!("In-Reply-To: {id}\r\n"), "Re: [T-2001] We have your message"),
            ("jo", format!("References: <x@y> {id} <z@y>\r\n"), "Re: whatever"),
            ("jo", format!("In-Reply-To: {id}\r\n"), "something else entirely"),
            ("jo", String::new(), "about T-2001"),
            ("kim", format!("In-Reply-To: {id}\r\n"), "from a colleague"),
            ("JO@BATH.EXAMPLE", format!("In-Reply-To: {}\r\n", id.to_uppercase()), "in capitals"),
        ] {
            let outcome = bench.take(&mail(who, &head, subject, subject)).await;
            assert_eq!(outcome, Outcome::Message, "{name}: {subject}");
        }
        assert_eq!(bench.added().await.len(), 6, "{name}");
        assert_eq!(bench.open().await, 1, "{name}");
        assert!(bench.notices("ticket_received").await.len() == 1, "a reply is not acknowledged: {name}");
    }
}

#[actix_rt::test]
async fn nothing_lands_where_it_does_not_belong() {
    for bench in benches().await {
        let name = bench.test.name;
        let answer = format!("In-Reply-To: {}\r\n", bench.id);
        let forged = bench.id.replace('@', "0@");
        let unsigned = message_id::ticket_root(bench.ticket, bench.jo.0, DOMAIN);
        // Avon's contact answers Bath's mail, a stranger does, and nobody answers anything.
        rows::contact(&bench.test.db, bench.avon.customer, "ann2", Status::Warning).await;
        let avon = contacts::list_of(bench.test.db.read(), bench.avon.customer).await.unwrap();
        let ann = avon[0].email.clone();
        assert_eq!(bench.take(&mail(&ann, &answer, "hello", "mine?")).await, Outcome::Quarantine, "{name}");
        assert_eq!(bench.take(&mail("x@evil.example", &answer, "T-2001", "let me in")).await, Outcome::Quarantine);
        assert_eq!(bench.take(&mail("x@evil.example", "", "T-2001", "and me")).await, Outcome::Quarantine);
        assert_eq!(bench.take(&mail("jo <jo@bath.example>, x", "", "T-2001", "two")).await, Outcome::Quarantine);
        assert_eq!(bench.added().await, [], "{name}");
        // Avon's contact names Bath's number, or forges an id: like one that nobody has, a ticket of their own.
        for head in [String::new(), format!("References: {forged} {unsigned}\r\n")] {
            assert_eq!(bench.take(&mail(&ann, &head, "T-2001", &head)).await, Outcome::Opened, "{name}");
        }
        assert_eq!(bench.added().await, [], "{name}");
        for number in [2_002, 2_003] {
            assert_eq!(bench.ticket(number).await.customer, bench.avon.customer, "{name}");
        }
        let none = tickets::find(bench.test.db.read(), Scope::Customer(bench.avon.customer), 2_001).await.unwrap();
        assert_eq!(none, None, "{name}");
    }
}

#[actix_rt::test]
async fn the_same_message_twice_is_one_message() {
    for bench in benches().await {
        let one = mail("jo", "Message-ID: <1@bath>\r\n", "T-2001", "again");
        assert_eq!(bench.take(&one).await, Outcome::Message);
        let other = format!("Received: by another way\r\n{one}");
        assert_eq!(bench.take(&other).await, Outcome::Ignored, "{}", bench.test.name);
        assert_eq!(bench.added().await.len(), 1, "{}", bench.test.name);
        let kept = bench.kept(Show::Of(Outcome::Message)).await;
        assert_eq!((kept.len(), kept[0].copies), (1, 2), "{}", bench.test.name);
        // At the same time over two ways.
        let one = mail("jo", "Message-ID: <2@bath>\r\n", "T-2001", "at once");
        let (a, b) = tokio::join!(bench.take(&one), bench.take(&one));
        assert!([a, b].contains(&Outcome::Ignored) && [a, b].contains(&Outcome::Message), "{a:?} {b:?}");
    }
}

#[actix_rt::test]
async fn machines_are_not_answered() {
    for bench in benches().await {
        let answer = format!("In-Reply-To: {}\r\n", bench.id);
        for (who, head) in [
            ("jo", format!("{answer}Auto-Submitted: auto-replied\r\n")),
            ("jo", format!("{answer}Precedence: bulk\r\n")),
            ("support@desk.example", answer.clone()),
            ("jo", format!("{answer}Message-ID: {}\r\n", bench.id)),
            ("jo", format!("{answer}{}", "Received: x\r\n".repeat(101))),
            ("jo", format!("List-Id: <faults.{DOMAIN}>\r\n")),
        ] {
            assert_eq!(bench.take(&mail(who, &head, "away", &head)).await, Outcome::Ignored, "{who} {head:.60}");
        }
        let null = Envelope { from: Some(String::new()), ..envelope() };
        let raw = mail("jo", &answer, "away", "null sender").into_bytes();
        assert_eq!(bench.receiver.receive(raw, null).await.unwrap(), Outcome::Ignored);
        assert_eq!(bench.added().await, [], "{}", bench.test.name);
        assert_eq!(bench.kept(Show::Of(Outcome::Ignored)).await.len(), 7, "kept all the same");
        assert_eq!(bench.notices("ticket_received").await.len(), 1, "{}", bench.test.name);
    }
}

fn report(returned: &str, action: &str) -> String {
    let body = format!(
        "--x\r\n\r\nSorry.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n\
         Final-Recipient: rfc822; jo@bath.example\r\nAction: {action}\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: {returned}\r\nSubject: x\r\n--x--\r\n"
    );
    let head = "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n";
    mail("MAILER-DAEMON@mx.example", head, "Undelivered", &body)
}

#[actix_rt::test]
async fn a_bounce_marks_the_address_of_the_mail_it_answers_and_tells_staff() {
    for bench in benches().await {
        let name = bench.test.name;
        bench.staff("priya@desk.example", None, Role::Agent).await;
        let null = || Envelope { from: Some(String::new()), ..envelope() };
        let forged = report(&bench.id.replace('@', "0@"), "failed").into_bytes();
        let outcome = bench.receiver.receive(forged, null()).await.unwrap();
        assert_eq!(outcome, Outcome::Quarantine, "it waits for somebody to look: {name}");
        let jo = async || contacts::find(bench.test.db.read(), Scope::Everything, bench.jo).await.unwrap().unwrap();
        assert_eq!(jo().await.refused, None, "a report about no mail of ours marks nobody: {name}");
        assert_eq!(bench.notices("alarm").await.len(), 1, "{name}");
        // What proves less than that the address takes no mail: a server that gave up, a report by mail of somebody,
        // another address behind a forwarder.
        let gave_up = report(&bench.id, "failed").replace("5.1.1", "4.4.7");
        let elsewhere = report(&bench.id, "failed").replace("rfc822; jo@", "rfc822; someone@");
        for (report, from) in [(gave_up, null()), (elsewhere, null()), (report(&bench.id, "failed"), envelope())] {
            assert_eq!(bench.receiver.receive(report.into_bytes(), from).await.unwrap(), Outcome::Bounce, "{name}");
        }
        assert_eq!(jo().await.refused, None, "{name}");
        assert_eq!(bench.notices("alarm").await.len(), 2, "staff are told of Jo's once in an hour: {name}");
        let good = report(&bench.id, "failed").replace("Sorry", "Sorry indeed").into_bytes();
        assert_eq!(bench.receiver.receive(good, null()).await.unwrap(), Outcome::Bounce, "{name}");
        assert_eq!(jo().await.refused.as_deref(), Some("550 5.1.1 no such user"), "{name}");
        assert_eq!(bench.notices("refused").await.len(), 1, "{name}");
        let receipt = bench.notices("ticket_received").await.swap_remove(0);
        assert_eq!(receipt.state.0, NoticeState::Failed, "{name}");
        assert!(outbox::find_sent(bench.test.db.read(), NoticeId(receipt.id)).await.unwrap().is_some());
        let again = report(&bench.id, "failed").replace("Sorry", "Sorry again").into_bytes();
        assert_eq!(bench.receiver.receive(again, null()).await.unwrap(), Outcome::Bounce, "{name}");
        assert_eq!(bench.notices("refused").await.len(), 1, "told once: {name}");
        assert_eq!(bench.added().await, [], "{name}");
    }
}

#[actix_rt::test]
async fn a_colleagues_mail_is_never_for_the_customer() {
    for bench in benches().await {
        let priya = bench.staff("priya@desk.example", None, Role::Agent).await;
        let answer = format!("In-Reply-To: {}\r\n", bench.id);
        let outcome = bench.take(&mail("priya@desk.example", &answer, "T-2001", "as Priya")).await;
        assert_eq!(outcome, Outcome::Quarantine, "the customer's id proves no colleague: {}", bench.test.name);
        // A warning about the clock went to her.
        let id = NoticeId(entropy::id(now()).unwrap());
        let facts = domain::notice::ClockFacts {
            ticket: 2_001,
            subject: String::new(),
            customer: String::new(),
            kind: domain::clock::ClockKind::Response,
            threshold: 50,
            due_at: now(),
            remaining_s: 0,
            cover: domain::cover::CoverLevel::Cat1,
            at: now(),
            zone: "Europe/London".to_owned(),
            because: String::new(),
        };
        let notice = outbox::NewNotice {
            id,
            fault: None,
            customer: Some(bench.bath.customer),
            kind: "target_warning".to_owned(),
            step: 1,
            who_side: domain::access::Side::Staff,
            recipient_id: priya.0,
            name: "Priya".to_owned(),
            email: "priya@desk.example".to_owned(),
            rule: String::new(),
            subject: String::new(),
            facts: domain::notice::MailFacts::Clock(facts),
            message_id: message_id::follow_up(id, DOMAIN),
            in_reply_to: None,
            queued_at: now(),
            withheld: None,
        };
        outbox::enqueue(bench.test.db.writer(), vec![notice]).await.unwrap();
        let own = sent_message_id(&signer(), &message_id::follow_up(id, DOMAIN));
        let outcome =
            bench.take(&mail("priya@desk.example", &format!("In-Reply-To: {own}\r\n"), "Re", "I call.")).await;
        assert_eq!(outcome, Outcome::Note, "{}", bench.test.name);
        let public = tickets::events(bench.test.db.read(), Scope::Customer(bench.bath.customer), bench.ticket).await;
        assert_eq!(public.unwrap().len(), 1, "{}", bench.test.name);
    }
}

fn closed() -> Moved {
    let outcome = Some(domain::ticket::Outcome::Done);
    Moved { state: TicketState::Closed, outcome, closed_at: Some(now()), closes_at: None, new_cycle: false }
}

#[actix_rt::test]
async fn a_closed_ticket_opens_again_for_thirty_days() {
    for bench in benches().await {
        let db = bench.test.db.writer();
        tickets::change(db, bench.ticket, 1, &[Change::Moved(closed())]).await.unwrap();
        let soon = receiver_at(&bench.test, now().plus_seconds(86_400));
        let take = async |receiver: &Receiver, body: &str| {
            receiver.receive(mail("jo", "", "T-2001", body).into_bytes(), envelope()).await.unwrap()
        };
        assert_eq!(take(&soon, "again").await, Outcome::Message, "{}", bench.test.name);
        let kinds: Vec<_> = bench.added().await.into_iter().map(|(kind, ..)| kind).collect();
        assert_eq!(kinds, [Kind::Reopened, Kind::Message], "{}", bench.test.name);
        tickets::change(db, bench.ticket, 3, &[Change::Moved(closed())]).await.unwrap();
        let late = receiver_at(&bench.test, now().plus_seconds(31 * 86_400));
        assert_eq!(take(&late, "much later").await, Outcome::Opened, "{}", bench.test.name);
        let second = bench.ticket(2_002).await;
        let scope = Scope::Customer(bench.bath.customer);
        let links = tickets::links(bench.test.db.read(), scope, second.id).await.unwrap();
        assert_eq!(links.iter().map(|link| link.other.number).collect::<Vec<_>>(), [2_001], "{}", bench.test.name);
    }
}

#[actix_rt::test]
async fn a_storm_and_what_cannot_be_read_wait_for_staff_who_are_told_once() {
    for bench in benches().await {
        let name = bench.test.name;
        bench.staff("priya@desk.example", None, Role::Agent).await;
        for n in 1..SENDER_HOUR_MAX {
            assert_eq!(bench.take(&mail("jo", "", "T-2001", &n.to_string())).await, Outcome::Message, "{name} {n}");
        }
        for n in 0..3 {
            assert_eq!(bench.take(&mail("jo", "", "T-2001", &format!("late {n}"))).await, Outcome::Storm, "{name}");
        }
        assert_eq!(bench.notices("alarm").await.len(), 1, "{name}");
        for raw in ["", "\0\0\0", &"a: b\r\n".repeat(30_000)] {
            assert_eq!(bench.take(raw).await, Outcome::Unreadable, "{name}");
        }
        assert_eq!(bench.notices("alarm").await.len(), 2, "{name}");
        let kept = bench.kept(Show::Waiting).await;
        assert_eq!(kept.len(), 6, "{name}");
        let whole = incoming::find(bench.test.db.read(), kept[0].id).await.unwrap().unwrap();
        assert_eq!(whole.raw.len(), 180_000, "kept whole: {name}");
    }
}

#[actix_rt::test]
async fn files_come_with_their_message_and_are_seen_by_their_own_customer() {
    for bench in benches().await {
        let name = bench.test.name;
        let body = "--x\r\n\r\nSee the photo.\r\n--x\r\nContent-Type: image/png; name=\"../rack.png\"\r\n\
                    Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n\
                    iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n\
                    --x\r\nContent-Type: image/svg+xml; name=x.svg\r\nContent-Disposition: attachment\r\n\r\n\
                    <svg onload=alert(1)>\r\n--x--\r\n";
        let outcome = bench.take(&mail("jo", "Content-Type: multipart/mixed; boundary=x\r\n", "T-2001", body)).await;
        assert_eq!(outcome, Outcome::Message, "{name}");
        let db = bench.test.db.read();
        let own = Scope::Customer(bench.bath.customer);
        let files = attachments::of_ticket(db, own, bench.ticket).await.unwrap();
        let seen: Vec<_> =
            files.iter().map(|file| (file.name.as_str(), file.kind.is_picture(), file.event_seq)).collect();
        assert_eq!(seen, [("rack.png", true, 2), ("x.svg", false, 2)], "{name}");
        let found = attachments::find(db, own, &files[0].key).await.unwrap().unwrap();
        assert!(found.bytes.starts_with(b"\x89PNG"), "{name}");
        let other = Scope::Customer(bench.avon.customer);
        assert_eq!(attachments::find(db, other, &files[0].key).await.unwrap(), None, "{name}");
        assert_eq!(attachments::of_ticket(db, other, bench.ticket).await.unwrap(), [], "{name}");
        assert!(files[0].key.len() == 32 && files[0].key != files[1].key, "{name}");
    }
}
