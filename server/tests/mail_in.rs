//! Mail that comes in over the wire: from a client, through Postfix, out of Dovecot; and whatever a hostile one sends.
//!
//! Postfix and Dovecot are started by `scripts/mail-servers.sh`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking, as tests do")]

mod support;

use std::{net::SocketAddr, time::Duration};

use domain::{access::Scope, incoming::Outcome};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, MultiPart, SinglePart, header::ContentType},
};
use server::{
    config::Config,
    mail::inbound::settings::{Inbound, Protocol},
    startup::{Application, ServeOptions},
    store::{
        Db, attachments,
        incoming::{self, MailRow, Show},
        tickets,
    },
};
use support::{Serving, build_with};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

const SUPPORT: &str = "support@desk.example";
const JO: &str = "Jo Bell <jo.bell@kelston.example>";
/// A mail that does not come within this time does not come.
const WITHIN: Duration = Duration::from_secs(60);

/// A demonstration that takes mail, and its database.
struct Desk {
    serving: Serving,
    db: Db,
    /// Where mail is taken.
    mail: Option<SocketAddr>,
    _folder: tempfile::TempDir,
}

async fn desk(inbound: Inbound) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let options = ServeOptions { demo: true, web: true, monitor: false, escalation: false, mail: true };
    let change = |config: &mut Config| {
        config.mail.support_address = Some(domain::text::EmailAddress::parse(SUPPORT).unwrap());
        config.mail.inbound = Some(inbound);
    };
    let app: Application = build_with(folder.path(), None, options, change).await;
    let (db, mail) = (app.db.clone(), app.inbound.as_ref().and_then(|inbound| inbound.address()));
    Desk { serving: Serving::start(app), db, mail, _folder: folder }
}

fn listen(protocol: Protocol) -> Inbound {
    Inbound::Listen { protocol, address: SocketAddr::from(([127, 0, 0, 1], 0)) }
}

impl Desk {
    async fn kept(&self) -> Vec<MailRow> {
        incoming::list(self.db.read(), Show::All, None).await.unwrap()
    }

    /// The mails that are kept once there are `count` of them, in the order of their subjects.
    async fn arrived(&self, count: usize) -> Vec<MailRow> {
        let look = async {
            loop {
                let mut kept = self.kept().await;
                if count <= kept.len() {
                    kept.sort_by(|a, b| a.subject.cmp(&b.subject));
                    return kept;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(WITHIN, look).await.unwrap_or_else(|_| panic!("{count} mails never came"))
    }

    async fn connect(&self) -> Talk {
        Talk(BufReader::new(TcpStream::connect(self.mail.unwrap()).await.unwrap()))
    }
}

/// One conversation with the listener.
struct Talk(BufReader<TcpStream>);

impl Talk {
    /// The last line of an answer.
    async fn heard(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).await.unwrap();
    }

    #[track_caller]
    fn expect(answer: &str, code: &str) {
        assert!(answer.starts_with(code), "{answer:?} instead of {code}");
    }

    async fn say(&mut self, line: &str, code: &str) {
        self.send(format!("{line}\r\n").as_bytes()).await;
        Self::expect(&self.heard().await, code);
    }

    async fn greet(&mut self) {
        Self::expect(&self.heard().await, "220");
        self.say("EHLO client.example", "250").await;
    }

    async fn mail(&mut self, raw: &[u8], code: &str) {
        self.say("MAIL FROM:<jo.bell@kelston.example>", "250").await;
        self.say(&format!("RCPT TO:<{SUPPORT}>"), "250").await;
        self.say("DATA", "354").await;
        self.send(raw).await;
        self.send(b"\r\n.\r\n").await;
        Self::expect(&self.heard().await, code);
    }
}

fn message(subject: &str, body: &str) -> Message {
    let photo = Attachment::new("rack.gif".to_owned())
        .body(b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), ContentType::parse("image/gif").unwrap());
    Message::builder()
        .from(JO.parse().unwrap())
        .to(SUPPORT.parse().unwrap())
        .subject(subject)
        .multipart(MultiPart::mixed().singlepart(SinglePart::plain(body.to_owned())).singlepart(photo))
        .unwrap()
}

async fn send(port: u16, message: Message) {
    let client = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).build();
    client.send(message).await.unwrap();
}

async fn text_of(db: &Db, number: i64) -> String {
    let ticket = tickets::find(db.read(), Scope::Everything, number).await.unwrap().unwrap();
    let events = tickets::events(db.read(), Scope::Everything, ticket.id).await.unwrap();
    events.last().unwrap().detail.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_program_is_heard_and_its_file_is_seen_by_its_own_customer_alone() {
    let desk = desk(listen(Protocol::Smtp)).await;
    send(desk.mail.unwrap().port(), message("Door phone", ".dots\r\n..and more\r\n.\r\nend")).await;
    let row = desk.arrived(1).await.swap_remove(0);
    assert_eq!(row.outcome, Outcome::Opened, "{row:?}");
    let number = row.ticket.unwrap();
    assert_eq!(text_of(&desk.db, number).await, ".dots\n..and more\n.\nend", "dots at the beginning of lines stay");
    let ticket = tickets::find(desk.db.read(), Scope::Everything, number).await.unwrap().unwrap();
    let files = attachments::of_ticket(desk.db.read(), Scope::Everything, ticket.id).await.unwrap();
    let path = format!("/files/{}", files[0].key);
    for (who, expected) in
        [("jo.bell@kelston.example", 200), ("priya.nair@faultdesk.example", 200), ("ruth.adeyemi@harbour.example", 404)]
    {
        let cookie = desk.serving.sign_in(who).await;
        let (status, answer) = support::ask(desk.serving.address, "GET", &path, "", &cookie).await;
        assert_eq!(status, expected, "{who}");
        if status == 200 {
            for header in ["content-type: image/gif", "content-disposition: attachment;", "nosniff", "sandbox"] {
                assert!(answer.contains(header), "{header} is missing: {answer}");
            }
        }
    }
    desk.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_conversation_is_strict_and_survives_nonsense() {
    let desk = desk(listen(Protocol::Smtp)).await;
    let mut talk = desk.connect().await;
    talk.greet().await;
    talk.say("LHLO x", "500").await;
    talk.say("RCPT TO:<support@desk.example>", "503").await;
    talk.say("MAIL FROM:<a@b.example> SIZE=52428800", "552").await;
    talk.say("MAIL FROM:<a@b.example>", "250").await;
    talk.say("RCPT TO:<root@desk.example>", "550").await;
    talk.say("RCPT TO:<support@other.example>", "550").await;
    talk.say("DATA", "503").await;
    talk.say("MAIL FROM:<>", "250").await;
    talk.say("RCPT TO:<Support+anything@Desk.Example>", "250").await;
    talk.say("RSET", "250").await;
    talk.say("DATA", "503").await;
    talk.say(&"x".repeat(100_000), "500").await;
    // A bare line feed before the dot ends nothing.
    let smuggled = b"From: x@evil.example\r\nSubject: one\r\n\r\nhello\n.\nMAIL FROM:<a@b>\nstill the mail\r.\r\n.x";
    talk.mail(smuggled, "250").await;
    talk.say("QUIT", "221").await;
    let kept = desk.arrived(1).await;
    assert_eq!((kept.len(), kept[0].outcome), (1, Outcome::Quarantine));
    let whole = incoming::find(desk.db.read(), kept[0].id).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&whole.raw).into_owned();
    assert!(text.ends_with("hello\n.\nMAIL FROM:<a@b>\nstill the mail\r.\r\nx\r\n"), "{text:?}");
    // Too many mistakes, and too many connections.
    let mut talk = desk.connect().await;
    talk.greet().await;
    for _ in 0..20 {
        talk.say("WHAT", "500").await;
    }
    talk.say("WHAT", "421").await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut talk = desk.connect().await;
        talk.greet().await;
        idle.push(talk);
    }
    Talk::expect(&desk.connect().await.heard().await, "421");
    drop(idle);
    desk.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_large_is_refused_without_being_held_and_the_next_mail_is_taken() {
    let desk = desk(listen(Protocol::Smtp)).await;
    let mut talk = desk.connect().await;
    talk.greet().await;
    let mut large = b"From: jo.bell@kelston.example\r\nSubject: large\r\n\r\n".to_vec();
    large.resize(50 * 1024 * 1024, b'x');
    talk.mail(&large, "552").await;
    drop(large);
    assert_eq!(desk.kept().await, []);
    let parts = "--x\r\nContent-Disposition: attachment; filename=a\r\n\r\nbytes\r\n".repeat(1_000);
    let head = "From: jo.bell@kelston.example\r\nContent-Type: multipart/mixed; boundary=x\r\n";
    talk.mail(format!("{head}Subject: parts\r\n\r\n{parts}--x--").as_bytes(), "250").await;
    talk.mail(&[b"Subject: line\r\n\r\n".to_vec(), vec![b'y'; 10_000_000]].concat(), "250").await;
    talk.mail("a: b\r\n".repeat(50_000).as_bytes(), "250").await;
    talk.mail(b"\xff\xfe\0\0", "250").await;
    let outcomes: Vec<_> = desk.arrived(4).await.into_iter().map(|row| (row.subject, row.outcome)).collect();
    let expected = [
        ("", Outcome::Unreadable),
        ("", Outcome::Unreadable),
        ("line", Outcome::Quarantine),
        ("parts", Outcome::Opened),
    ];
    assert_eq!(outcomes, expected.map(|(subject, outcome)| (subject.to_owned(), outcome)));
    desk.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_fails_keeps_the_mail_with_its_sender() {
    use sea_orm::ConnectionTrait;
    let desk = desk(listen(Protocol::Lmtp)).await;
    let break_it = "ALTER TABLE inbound_mail RENAME TO away";
    desk.db.writer().execute_unprepared(break_it).await.unwrap();
    let mut talk = desk.connect().await;
    Talk::expect(&talk.heard().await, "220");
    talk.say("EHLO x", "500").await;
    talk.say("LHLO client.example", "250").await;
    let raw = b"From: jo.bell@kelston.example\r\nSubject: patience\r\n\r\nhello";
    talk.mail(raw, "451").await;
    desk.db.writer().execute_unprepared("ALTER TABLE away RENAME TO inbound_mail").await.unwrap();
    talk.mail(raw, "250").await;
    talk.mail(raw, "250").await;
    // LMTP answers for each recipient.
    talk.say("MAIL FROM:<jo.bell@kelston.example>", "250").await;
    talk.say(&format!("RCPT TO:<{SUPPORT}>"), "250").await;
    talk.say(&format!("RCPT TO:<{SUPPORT}>"), "250").await;
    talk.say("DATA", "354").await;
    talk.send(b"From: jo.bell@kelston.example\r\nSubject: two\r\n\r\nhello\r\n.\r\n").await;
    for _ in 0..2 {
        Talk::expect(&talk.heard().await, "250");
    }
    let kept = desk.arrived(2).await;
    assert_eq!(kept.len(), 2);
    assert_eq!((kept[0].outcome, kept[0].copies), (Outcome::Opened, 2), "the same mail twice is one");
    desk.serving.stop().await;
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} must be set; `make test` starts scripts/mail-servers.sh"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_brings_mail_over_lmtp() {
    variable("FAULTDESK_TEST_IMAP");
    let Ok(ports) = std::env::var("FAULTDESK_TEST_POSTFIX") else {
        eprintln!("SKIPPED: Postfix runs as root alone, so scripts/mail-servers.sh started Dovecot without it");
        return;
    };
    let (smtp, lmtp) = ports.split_once(':').unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], lmtp.parse().unwrap()));
    let desk = desk(Inbound::Listen { protocol: Protocol::Lmtp, address }).await;
    send(smtp.parse().unwrap(), message("Through Postfix", "hello")).await;
    let row = desk.arrived(1).await.swap_remove(0);
    assert_eq!((row.subject.as_str(), row.outcome), ("Through Postfix", Outcome::Opened));
    assert_eq!(text_of(&desk.db, row.ticket.unwrap()).await, "hello");
    desk.serving.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mail_is_fetched_from_dovecot_once() {
    let server = variable("FAULTDESK_TEST_IMAP");
    let Inbound::Imap(mailbox) =
        Inbound::parse(&format!("{server}/Desk%20{}?tls=none&every=1", std::process::id())).unwrap()
    else {
        panic!("{server} is no mailbox");
    };
    let login = async || {
        let stream = TcpStream::connect((mailbox.host.as_str(), mailbox.port)).await.unwrap();
        let mut client = async_imap::Client::new(stream);
        client.read_response().await.unwrap();
        client.login(&mailbox.user, &mailbox.password).await.map_err(|(error, _)| error).unwrap()
    };
    let mut session = login().await;
    session.create(&mailbox.folder).await.unwrap();
    let mut put = async |raw: &[u8]| session.append(&mailbox.folder, None, None, raw).await.unwrap();
    put(&message("Fetched", "hello").formatted()).await;
    put(b"Return-Path: <>\r\nFrom: jo.bell@kelston.example\r\nSubject: Out of office\r\n\r\naway\r\n").await;
    let mut large = b"From: jo.bell@kelston.example\r\nSubject: Large\r\n\r\n".to_vec();
    large.resize(33 * 1024 * 1024, b'x');
    put(&large).await;
    let desk = desk(Inbound::Imap(mailbox.clone())).await;
    let kept = desk.arrived(3).await;
    let seen: Vec<_> = kept.iter().map(|row| (row.subject.as_str(), row.outcome)).collect();
    let expected = [("Fetched", Outcome::Opened), ("Large", Outcome::Unreadable), ("Out of office", Outcome::Ignored)];
    assert_eq!(seen, expected);
    // A crash before the mark: the mail comes again and is one mail.
    let mut session = login().await;
    session.select(&mailbox.folder).await.unwrap();
    let marked = session.uid_store("1:*", "-FLAGS.SILENT (\\Seen)").await.unwrap();
    futures::TryStreamExt::try_collect::<Vec<_>>(marked).await.unwrap();
    let again = async {
        while desk.kept().await.iter().any(|row| row.copies < 2) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(WITHIN, again).await.unwrap();
    assert_eq!(desk.kept().await.len(), 3);
    session.logout().await.unwrap();
    desk.serving.stop().await;
}
