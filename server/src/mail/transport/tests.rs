//! The transports against a real socket and a real folder.

use std::{fs, time::Duration};

use domain::{outbox::Attempt, time::Timestamp};
use rustls::pki_types::CertificateDer;
use tokio::sync::Notify;

use super::{
    sink::{Act, Cipher, Counts, Moment, Sink},
    *,
};
use crate::mail::render::Rendered;

/// Long enough for any answer on a busy machine, so only a hung server ever meets it.
const PATIENT: Duration = Duration::from_secs(30);
/// For servers that never answer: the test takes this long.
const SHORT: Duration = Duration::from_millis(200);

fn sender() -> Sender {
    Sender::parse("Faultdesk <faults@desk.example>").unwrap()
}

fn mail(number: u32) -> Outgoing {
    Outgoing {
        to_name: "Jo Bell".to_owned(),
        to_email: format!("jo{number}@bathdental.example"),
        message_id: format!("<n.{number}@desk.example>"),
        in_reply_to: None,
        at: Timestamp::from_micros(1_795_537_860_000_000),
        reply_to: None,
        invitation: None,
        rendered: Rendered {
            subject: "[F-1042] Critical: pbx-bath-1: SIP trunk is down".to_owned(),
            text: "CRITICAL\n.\n..two dots\nend\n".to_owned(),
            html: "<p>CRITICAL</p>\n".to_owned(),
        },
    }
}

fn limits() -> SmtpLimits {
    SmtpLimits { connect: PATIENT, send: PATIENT, idle: PATIENT, ..SmtpLimits::default() }
}

fn settings(sink: &Sink, url: &str) -> SmtpSettings {
    SmtpSettings::parse(&url.replace("SINK", &format!("localhost:{}", sink.address.port()))).unwrap()
}

fn over(sink: &Sink, url: &str, limits: SmtpLimits, trusted: Option<&CertificateDer<'static>>) -> Transport {
    Transport::Smtp(SmtpPool::trusting(settings(sink, url), limits, trusted).unwrap())
}

fn plain(sink: &Sink, limits: SmtpLimits) -> Transport {
    over(sink, "smtp://SINK?tls=none", limits, None)
}

fn accepted(attempt: &Attempt) -> bool {
    matches!(attempt, Attempt::Accepted { .. })
}

#[track_caller]
fn unreachable_with(attempt: &Attempt, words: &str) {
    match attempt {
        Attempt::Unreachable { reason } if reason.contains(words) => {}
        other => panic!("not unreachable with {words:?}: {other:?}"),
    }
}

/// A mail server that does as usual but for one moment.
async fn but(when: impl Fn(&Moment<'_>) -> bool + Send + Sync + 'static, act: Act) -> Sink {
    Sink::start(Cipher::None, move |moment| if when(&moment) { act.clone() } else { Act::Usual }).await
}

/// What becomes of a mail when the server says `act` at `command`, and whether the connection was kept. The next mail
/// must get through either way.
async fn answered(command: &'static str, act: Act) -> (Attempt, bool) {
    let said = Mutex::new(false);
    let when = move |moment: &Moment<'_>| {
        let first = moment.is(command) && !moment.greeting() && !*said.lock().unwrap();
        *said.lock().unwrap() |= first;
        first
    };
    let sink = but(when, act).await;
    let transport = plain(&sink, limits());
    let attempt = transport.send(&sender(), &mail(1)).await;
    let next = transport.send(&sender(), &mail(2)).await;
    assert!(accepted(&next), "after {command}: {next:?}");
    (attempt, sink.counts().opened == 1)
}

#[tokio::test]
async fn a_mail_arrives_whole_and_the_reply_is_kept() {
    let sink = Sink::friendly().await;
    let attempt = plain(&sink, limits()).send(&sender(), &mail(1)).await;
    assert_eq!(attempt, Attempt::Accepted { reply: "250 2.0.0 queued as 1".to_owned() });
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(
        (mails[0].from.as_str(), mails[0].to.as_slice()),
        ("faults@desk.example", &["jo1@bathdental.example".to_owned()][..])
    );
    let parsed = mail_parser::MessageParser::default().parse(&mails[0].bytes).unwrap();
    assert_eq!(parsed.message_id(), Some("n.1@desk.example"));
    assert_eq!(parsed.body_text(0).unwrap().replace("\r\n", "\n"), mail(1).rendered.text);
}

#[tokio::test]
async fn mails_share_one_connection_and_it_is_replaced_after_its_share() {
    let sink = Sink::friendly().await;
    let transport = plain(&sink, SmtpLimits { mails: 3, ..limits() });
    for number in 0..7 {
        assert!(accepted(&transport.send(&sender(), &mail(number)).await));
    }
    let connections: Vec<_> = sink.mails().iter().map(|mail| mail.connection).collect();
    assert_eq!(connections, [0, 0, 0, 1, 1, 1, 2]);
    assert_eq!(sink.said().iter().filter(|said| *said == "QUIT").count(), 2);
    assert!(!sink.said().contains(&"NOOP".to_owned()), "a fresh connection is not asked");
}

#[tokio::test]
async fn there_are_never_more_connections_than_allowed() {
    let sink = Sink::friendly().await;
    let transport = plain(&sink, SmtpLimits { connections: 3, mails: 2, ..limits() });
    let (sender, mut tasks) = (sender(), tokio::task::JoinSet::new());
    for number in 0..60 {
        let (transport, sender) = (transport.clone(), sender.clone());
        tasks.spawn(async move { transport.send(&sender, &mail(number)).await });
    }
    assert!(tasks.join_all().await.iter().all(accepted));
    let mut to: Vec<_> = sink.mails().into_iter().map(|mail| mail.to.concat()).collect();
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 60, "each mail arrives once");
    assert!(sink.counts().most_at_once <= 3, "{:?}", sink.counts());
}

#[tokio::test]
async fn an_unused_connection_is_closed() {
    let sink = Sink::friendly().await;
    let transport = plain(&sink, SmtpLimits { idle: SHORT, ..limits() });
    assert!(accepted(&transport.send(&sender(), &mail(1)).await));
    let counts = sink.until(|counts| counts.closed == 1).await;
    assert_eq!(counts, Counts { opened: 1, closed: 1, most_at_once: 1, mails: 1 });
    assert_eq!(sink.said().last().map(String::as_str), Some("QUIT"));
    assert!(accepted(&transport.send(&sender(), &mail(2)).await), "and a new one is opened");
}

#[tokio::test]
async fn answers_about_the_recipient_refuse_or_defer() {
    let refused = |reply: &str| Attempt::Refused { reply: reply.to_owned() };
    let deferred = |reply: &str| Attempt::Deferred { reply: reply.to_owned() };
    for (command, said, expected) in [
        ("RCPT", "550 5.1.1 no such user", refused("550 5.1.1 no such user")),
        ("RCPT", "550-first line\r\n550 second", refused("550 first line second")),
        ("RCPT", "501 5.1.3 bad address syntax", refused("501 5.1.3 bad address syntax")),
        (
            "RCPT",
            "550 5.1.1 user unknown at relaying denied.example",
            refused("550 5.1.1 user unknown at relaying denied.example"),
        ),
        ("RCPT", "451 4.7.1 greylisted", deferred("451 4.7.1 greylisted")),
        ("DATA", "554 5.7.1 not wanted", refused("554 5.7.1 not wanted")),
        ("DATA", "452 4.3.1 disk full", deferred("452 4.3.1 disk full")),
        (".", "552 5.2.2 mailbox full", refused("552 5.2.2 mailbox full")),
        (".", "451 4.3.0 later", deferred("451 4.3.0 later")),
        ("MAIL", "451 4.3.0 later", deferred("451 4.3.0 later")),
    ] {
        assert_eq!(answered(command, Act::Say(said)).await, (expected, true), "{command}: {said}");
    }
    let closing = answered("RCPT", Act::SayThenClose("421 4.3.2 shutting down")).await;
    assert_eq!(closing, (deferred("421 4.3.2 shutting down"), false));
}

#[tokio::test]
async fn answers_about_us_never_mark_an_address() {
    for (command, said) in [
        ("MAIL", "550 5.7.1 sender rejected"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("RCPT", "530 5.7.0 authentication required"),
        ("RCPT", "554 5.7.1 <jo@x>: Relay access denied"),
        ("RCPT", "550 relay not permitted"),
        ("RCPT", "504 5.5.2 <x>: Helo command rejected: need fully-qualified hostname"),
        ("RCPT", "550 5.1.8 <faults@desk.example>: Sender address rejected: Domain not found"),
        ("DATA", "503 5.5.1 bad sequence of commands"),
    ] {
        let (attempt, kept) = answered(command, Act::Say(said)).await;
        unreachable_with(&attempt, said);
        assert!(kept, "{command}: {said}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_unreachable_and_not_used_again() {
    for command in ["RCPT", "DATA", "."] {
        let (attempt, kept) = answered(command, Act::Close).await;
        assert!(matches!(attempt, Attempt::Unreachable { .. }), "{command}: {attempt:?}");
        assert!(!kept, "{command}");
    }
    for (command, said) in [("DATA", "250 what"), (".", "354 go on"), ("RCPT", "what?"), ("RCPT", "99")] {
        let (attempt, kept) = answered(command, Act::Say(said)).await;
        assert!(matches!(attempt, Attempt::Unreachable { .. }), "{command} {said}: {attempt:?}");
        assert!(!kept, "{command} {said}");
    }
}

#[tokio::test]
async fn a_pooled_connection_that_broke_is_replaced_once() {
    for act in [Act::Close, Act::SayThenClose("421 4.4.2 idle too long")] {
        // The second mail over the first connection finds it gone.
        let seen = Arc::new(Mutex::new(0));
        let sink = Sink::start(Cipher::None, move |moment| {
            let mut seen = seen.lock().unwrap();
            *seen += usize::from(moment.is("MAIL"));
            if moment.is("MAIL") && *seen == 2 { act.clone() } else { Act::Usual }
        })
        .await;
        let transport = plain(&sink, limits());
        for number in 0..3 {
            assert!(accepted(&transport.send(&sender(), &mail(number)).await), "mail {number}");
        }
        let connections: Vec<_> = sink.mails().iter().map(|mail| mail.connection).collect();
        assert_eq!(connections, [0, 1, 1]);
    }
}

#[tokio::test]
async fn a_server_that_always_breaks_off_is_asked_twice_at_most() {
    let sink = but(|moment| moment.is("MAIL") && moment.said.contains("faults"), Act::Close).await;
    let transport = plain(&sink, limits());
    let friend = Sender::parse("other@desk.example").unwrap();
    assert!(matches!(transport.send(&sender(), &mail(1)).await, Attempt::Unreachable { .. }));
    assert_eq!(sink.counts().opened, 1, "a new connection that breaks is not repeated");
    assert!(accepted(&transport.send(&friend, &mail(2)).await));
    assert!(matches!(transport.send(&sender(), &mail(3)).await, Attempt::Unreachable { .. }));
    assert_eq!(sink.counts().opened, 3, "the resting one and one new one");
}

#[tokio::test]
async fn a_mail_that_was_begun_is_not_sent_twice() {
    // The server takes the mail and dies before it says so: only the outbox may decide to repeat it.
    for command in ["RCPT TO:<jo2@", "DATA", "."] {
        let begun = Mutex::new(0);
        let when = move |moment: &Moment<'_>| {
            *begun.lock().unwrap() += usize::from(moment.is("MAIL"));
            *begun.lock().unwrap() == 2 && moment.is(command)
        };
        let sink = but(when, Act::Close).await;
        let transport = plain(&sink, limits());
        assert!(accepted(&transport.send(&sender(), &mail(1)).await));
        assert!(matches!(transport.send(&sender(), &mail(2)).await, Attempt::Unreachable { .. }), "{command}");
        assert_eq!(sink.counts().opened, 1, "{command}");
    }
}

#[tokio::test]
async fn a_hung_server_is_cut_off() {
    for (command, stage) in [
        ("", "waiting for the greeting"),
        ("EHLO", "waiting for the greeting"),
        ("MAIL", "naming"),
        ("RCPT", "naming"),
        ("DATA", "sending the message"),
        (".", "sending the message"),
    ] {
        let when = move |moment: &Moment<'_>| {
            if command.is_empty() { moment.greeting() } else { moment.is(command) }
        };
        let sink = but(when, Act::Hang).await;
        let transport = plain(&sink, SmtpLimits { send: SHORT, ..limits() });
        let attempt = transport.send(&sender(), &mail(1)).await;
        unreachable_with(&attempt, stage);
        unreachable_with(&attempt, "200ms");
        sink.until(|counts| counts.closed == 1).await;
    }
}

#[tokio::test]
async fn a_slow_greeting_is_waited_for() {
    let signal = Arc::new(Notify::new());
    let sink = but(|moment| moment.greeting(), Act::WaitFor(signal.clone())).await;
    let transport = plain(&sink, SmtpLimits { connect: SHORT, ..limits() });
    let sending = tokio::spawn(async move { transport.send(&sender(), &mail(1)).await });
    sink.until(|counts| counts.opened == 1).await;
    signal.notify_one();
    assert!(accepted(&sending.await.unwrap()));
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    for text in ["250-", "250-more\r\n", "x"] {
        let sink = but(|moment| moment.is("EHLO"), Act::Flood(text)).await;
        let attempt = plain(&sink, limits()).send(&sender(), &mail(1)).await;
        unreachable_with(&attempt, "does not end");
    }
}

#[tokio::test]
async fn no_server_is_unreachable_and_names_itself() {
    let sink = Sink::friendly().await;
    let transport = plain(&sink, limits());
    let address = sink.address;
    drop(sink);
    let attempt = loop {
        // The listener goes when its task does; until then the connection waits to be accepted and is cut.
        let attempt = transport.send(&sender(), &mail(1)).await;
        if let Attempt::Unreachable { .. } = attempt {
            break attempt;
        }
    };
    unreachable_with(&attempt, &format!("localhost:{}", address.port()));
    let nowhere = SmtpSettings::parse("smtp://no-such-host.invalid").unwrap();
    let pool = SmtpPool::new(nowhere, SmtpLimits { connect: PATIENT, ..limits() }).unwrap();
    let attempt = Transport::Smtp(pool).send(&sender(), &mail(1)).await;
    unreachable_with(&attempt, "no-such-host.invalid");
}

#[tokio::test]
async fn a_greeting_that_turns_us_away_is_unreachable() {
    for said in ["554 5.7.1 go away", "421 4.3.2 too busy"] {
        let sink = but(|moment| moment.greeting(), Act::SayThenClose(said)).await;
        let attempt = plain(&sink, limits()).send(&sender(), &mail(1)).await;
        unreachable_with(&attempt, said);
    }
}

#[tokio::test]
async fn tls_with_a_trusted_certificate_is_used_all_the_way() {
    for (cipher, url) in [
        (Cipher::StartTls, "smtp://SINK?tls=required"),
        (Cipher::Implicit, "smtps://SINK"),
        (Cipher::StartTls, "smtp://jo:secret@SINK"),
    ] {
        let sink = Sink::start(cipher, |_| Act::Usual).await;
        let transport = over(&sink, url, limits(), Some(&sink.certificate));
        for number in 0..2 {
            assert!(accepted(&transport.send(&sender(), &mail(number)).await), "{url}");
        }
        assert!(sink.mails().iter().all(|mail| mail.encrypted && mail.connection == 0), "{url}");
        let signed_in = sink.said().iter().any(|said| said == "AUTH PLAIN AGpvAHNlY3JldA==");
        assert_eq!(signed_in, url.contains("secret"), "{url}");
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_refused_when_tls_is_required() {
    for (cipher, url) in [(Cipher::StartTls, "smtp://jo:secret@SINK"), (Cipher::Implicit, "smtps://jo:secret@SINK")] {
        let sink = Sink::start(cipher, |_| Act::Usual).await;
        let attempt = over(&sink, url, limits(), None).send(&sender(), &mail(1)).await;
        unreachable_with(&attempt, "certificate");
        assert!(sink.mails().is_empty());
        assert!(!sink.said().iter().any(|said| said.starts_with("AUTH")), "the password stays here");
    }
}

#[tokio::test]
async fn opportunistic_tls_takes_any_certificate_and_does_without() {
    for (cipher, encrypted) in [(Cipher::StartTls, true), (Cipher::None, false)] {
        let sink = Sink::start(cipher, |_| Act::Usual).await;
        assert!(accepted(&over(&sink, "smtp://SINK", limits(), None).send(&sender(), &mail(1)).await));
        assert_eq!(sink.mails()[0].encrypted, encrypted);
    }
}

#[tokio::test]
async fn required_tls_that_is_not_offered_sends_nothing() {
    let sink = Sink::friendly().await;
    let attempt = over(&sink, "smtp://jo:secret@SINK", limits(), None).send(&sender(), &mail(1)).await;
    unreachable_with(&attempt, "does not offer STARTTLS");
    assert_eq!(sink.said().iter().filter(|said| !said.starts_with("EHLO")).count(), 0);
}

#[tokio::test]
async fn words_slipped_in_before_the_handshake_are_not_believed() {
    let slip = Act::Say("220 go ahead\r\n250-sink\r\n250 AUTH PLAIN");
    let sink = Sink::start(Cipher::StartTls, move |moment| match moment.is("STARTTLS") {
        true => slip.clone(),
        false => Act::Usual,
    })
    .await;
    let transport = over(&sink, "smtp://SINK?tls=required", limits(), Some(&sink.certificate));
    unreachable_with(&transport.send(&sender(), &mail(1)).await, "STARTTLS");
    assert!(sink.mails().is_empty());
}

#[tokio::test]
async fn a_failed_sign_in_is_our_fault() {
    let wrong = Act::Say("535 5.7.8 authentication failed");
    let sink = but(|moment| moment.is("AUTH"), wrong).await;
    let attempt = over(&sink, "smtp://jo:secret@SINK?tls=none", limits(), None).send(&sender(), &mail(1)).await;
    unreachable_with(&attempt, "535 5.7.8 authentication failed");
    let Attempt::Unreachable { reason } = attempt else { unreachable!() };
    assert!(!reason.contains("secret") && !reason.contains("AGpv"), "{reason}");
}

#[tokio::test]
async fn an_address_that_cannot_be_sent_to_is_refused_by_every_transport() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::friendly().await;
    let (memory, sent) = Transport::memory();
    for transport in [memory, Transport::Directory(folder.path().to_owned()), plain(&sink, limits())] {
        let bad = Outgoing { to_email: "nobody".to_owned(), ..mail(1) };
        let attempt = transport.send(&sender(), &bad).await;
        assert!(matches!(&attempt, Attempt::Refused { reply } if reply.contains("nobody")), "{attempt:?}");
    }
    assert!(sent.lock().unwrap().is_empty());
    assert_eq!((fs::read_dir(folder.path()).unwrap().count(), sink.counts().opened), (0, 0));
}

#[tokio::test]
async fn memory_keeps_what_it_took() {
    let (transport, sent) = Transport::memory();
    assert!(accepted(&transport.send(&sender(), &mail(1)).await));
    let sent = sent.lock().unwrap();
    assert_eq!(sent[0].mail, mail(1));
    assert!(sent[0].bytes.starts_with(b"From: Faultdesk"));
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_mail_becomes_a_file_and_a_repeat_overwrites_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/mail");
    let transport = Transport::Directory(path.clone());
    let first = transport.send(&sender(), &mail(1)).await;
    let name = "20261124-163100-n.1.eml";
    assert!(matches!(&first, Attempt::Accepted { reply } if reply.ends_with(name)), "{first:?}");
    assert!(accepted(&transport.send(&sender(), &mail(11)).await));
    let later = Outgoing { at: mail(1).at.plus_seconds(90), to_name: "Later".to_owned(), ..mail(1) };
    assert!(accepted(&transport.send(&sender(), &later).await));
    assert_eq!(names(&path), [name, "20261124-163100-n.11.eml"]);
    assert!(fs::read_to_string(path.join(name)).unwrap().contains("To: Later"));
}

#[tokio::test]
async fn an_id_that_ends_like_another_is_another_mail() {
    let folder = tempfile::tempdir().unwrap();
    let transport = Transport::Directory(folder.path().to_owned());
    for id in ["<a-b@y>", "<b@y>", "<-b@y>", "<a-b@y>"] {
        let mail = Outgoing { message_id: id.to_owned(), ..mail(1) };
        assert!(accepted(&transport.send(&sender(), &mail).await), "{id}");
    }
    assert_eq!(names(folder.path()).len(), 3, "{:?}", names(folder.path()));
}

#[tokio::test]
async fn an_id_cannot_lead_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let transport = Transport::Directory(folder.path().to_owned());
    let long = "x".repeat(200);
    for id in ["<../../../etc/x@y>", "<.@y>", &format!("<{long}@y>")] {
        let odd = Outgoing { message_id: id.to_owned(), ..mail(1) };
        assert!(accepted(&transport.send(&sender(), &odd).await), "{id}");
    }
    assert_eq!(names(folder.path()).len(), 3);
    assert!(names(folder.path()).iter().all(|name| name.starts_with("20261124-163100-") && !name.contains('/')));
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let attempt = Transport::Directory(file.join("mail")).send(&sender(), &mail(1)).await;
    unreachable_with(&attempt, "cannot write");
}

#[test]
fn a_transport_names_itself_without_secrets() {
    let settings = SmtpSettings::parse("smtps://jo:secret@mail.example").unwrap();
    let smtp = Transport::Smtp(SmtpPool::new(settings, SmtpLimits::default()).unwrap());
    assert_eq!(smtp.to_string(), "smtps://mail.example:465");
    assert!(!format!("{smtp:?}").contains("secret"));
    assert_eq!(Transport::Directory("data/mail".into()).to_string(), "data/mail");
}
