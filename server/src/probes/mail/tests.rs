use std::sync::{Arc, Mutex};

use domain::{
    observation::{Observation, Status},
    probe::ProbeKind,
};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};

use crate::probes::peer::{Identity, PATIENT, Peer, SHORT, assert_seen, probe, refusing};

/// What is answered to a line; `None` hangs up.
type Answers = fn(line: &str, encrypted: bool) -> Option<&'static str>;

/// A mail server that keeps what it is told.
struct Server {
    peer: Peer,
    heard: Arc<Mutex<Vec<String>>>,
    identity: Identity,
}

impl Server {
    async fn start(greeting: &'static str, answers: Answers) -> Self {
        let identity = Identity::good("mail.example");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (acceptor, log) = (identity.acceptor.clone(), Arc::clone(&heard));
        let peer = Peer::serve(move |mut stream| {
            let (acceptor, log) = (acceptor.clone(), Arc::clone(&log));
            async move {
                let _ = stream.write_all(greeting.as_bytes()).await;
                if let Some(stream) = talk(stream, answers, false, &log).await
                    && let Ok(stream) = acceptor.accept(stream).await
                {
                    talk(stream, answers, true, &log).await;
                }
            }
        });
        Self { peer: peer.await, heard, identity }
    }

    async fn probe(&self, kind: ProbeKind, starttls: &str) -> Observation {
        let params = [("starttls", starttls), ("ca_file", self.identity.ca_file()), ("server_name", "mail.example")];
        probe(kind, &self.peer.target(), &params, PATIENT).await
    }

    fn heard(&self) -> String {
        self.heard.lock().unwrap().drain(..).collect::<Vec<_>>().join(", ")
    }
}

/// Answers lines until STARTTLS, when the stream comes back, or the end.
async fn talk<S>(stream: S, answers: Answers, encrypted: bool, log: &Mutex<Vec<String>>) -> Option<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        let line = line.trim_end();
        let word = line.split('[').next().unwrap_or_default().trim_end();
        log.lock().unwrap().push(if encrypted { format!("{word} in TLS") } else { word.to_owned() });
        let answer = answers(line, encrypted)?;
        stream.write_all(answer.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        if line.ends_with("STARTTLS") && (answer.starts_with("220") || answer.contains(" OK")) {
            return Some(stream.into_inner());
        }
    }
}

fn smtp_with_tls(line: &str, encrypted: bool) -> Option<&'static str> {
    match (line.split(' ').next(), encrypted) {
        (Some("EHLO"), false) => Some("250-mail\r\n250-SIZE 1\r\n250 StartTLS\r\n"),
        (Some("EHLO"), true) => Some("250 mail\r\n"),
        (Some("STARTTLS"), false) => Some("220 go\r\n"),
        (Some("QUIT"), _) => Some("221 bye\r\n"),
        _ => None,
    }
}

fn smtp_without_tls(line: &str, encrypted: bool) -> Option<&'static str> {
    if line.starts_with("EHLO") { Some("250-mail\r\n250 SIZE 1\r\n") } else { smtp_with_tls(line, encrypted) }
}

fn imap_with_tls(line: &str, encrypted: bool) -> Option<&'static str> {
    match (line, encrypted) {
        ("a1 CAPABILITY", false) => Some("* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"),
        ("a1 CAPABILITY", true) => Some("* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n"),
        ("a2 STARTTLS", false) => Some("a2 OK go\r\n"),
        ("a3 LOGOUT", _) => Some("* BYE\r\na3 OK done\r\n"),
        _ => None,
    }
}

fn imap_without_tls(line: &str, _: bool) -> Option<&'static str> {
    if line == "a1 CAPABILITY" { Some("* CAPABILITY imap4rev2\r\na1 OK\r\n") } else { imap_with_tls(line, true) }
}

#[tokio::test]
async fn smtp_uses_starttls_where_it_is_offered_and_says_goodbye() {
    let server = Server::start("220-hi\r\n220 mail\r\n", smtp_with_tls).await;
    for starttls in ["offered", "required"] {
        let seen = server.probe(ProbeKind::Smtp, starttls).await;
        assert_seen(&seen, Status::Ok, "answered \"220-hi\" with TLS in ");
        assert!(seen.numbers.iter().any(|(name, _)| name == "tls_ms") && seen.latency_us.is_some());
        assert_eq!(server.heard(), "EHLO, STARTTLS, EHLO in TLS, QUIT in TLS");
    }
    assert_seen(&server.probe(ProbeKind::Smtp, "none").await, Status::Ok, "answered \"220-hi\" without TLS in ");
    assert_eq!(server.heard(), "EHLO, QUIT");
}

#[tokio::test]
async fn smtp_without_starttls_is_ok_unless_it_is_required() {
    let server = Server::start("220 mail\r\n", smtp_without_tls).await;
    assert_seen(&server.probe(ProbeKind::Smtp, "offered").await, Status::Ok, "without TLS, which is not offered,");
    assert_eq!(server.heard(), "EHLO, QUIT");
    let seen = server.probe(ProbeKind::Smtp, "required").await;
    assert_seen(&seen, Status::Critical, "does not offer STARTTLS, which is required");
}

#[tokio::test]
async fn imap_uses_starttls_where_it_is_offered_and_says_goodbye() {
    let server = Server::start("* OK ready\r\n", imap_with_tls).await;
    for starttls in ["offered", "required"] {
        assert_seen(&server.probe(ProbeKind::Imap, starttls).await, Status::Ok, "answered \"* OK ready\" with TLS in ");
        assert_eq!(server.heard(), "a1 CAPABILITY, a2 STARTTLS, a1 CAPABILITY in TLS, a3 LOGOUT in TLS");
    }
    assert_seen(&server.probe(ProbeKind::Imap, "none").await, Status::Ok, "without TLS in ");
    assert_eq!(server.heard(), "a1 CAPABILITY, a3 LOGOUT");
    let server = Server::start("* PREAUTH ready\r\n", imap_without_tls).await;
    assert_seen(&server.probe(ProbeKind::Imap, "offered").await, Status::Ok, "without TLS, which is not offered,");
    assert_seen(&server.probe(ProbeKind::Imap, "required").await, Status::Critical, "which is required");
}

#[tokio::test]
async fn a_bad_certificate_is_named() {
    let server = Server::start("220 mail\r\n", smtp_with_tls).await;
    let other = Identity::good("mail.example");
    let run = async |params: &[(&str, &str)]| probe(ProbeKind::Smtp, &server.peer.target(), params, PATIENT).await;
    let wrong = run(&[("ca_file", server.identity.ca_file()), ("server_name", "other.example")]).await;
    assert_seen(&wrong, Status::Critical, "the wrong name");
    let strange = run(&[("ca_file", other.ca_file()), ("server_name", "mail.example")]).await;
    assert_seen(&strange, Status::Critical, "not signed by the trusted authority");
    assert_seen(&run(&[("ca_file", "/missing/ca.pem")]).await, Status::Unknown, "/missing/ca.pem");
    assert_seen(&run(&[("ca_file", "/missing/ca.pem"), ("starttls", "none")]).await, Status::Ok, "without TLS");
}

#[tokio::test]
async fn a_server_that_does_not_serve_is_quoted() {
    for (kind, greeting, answers, words) in [
        (ProbeKind::Smtp, "554 go away\r\n", smtp_with_tls as Answers, "expected 220 as its greeting, heard \"554"),
        (ProbeKind::Smtp, "SSH-2.0-x\r\n", smtp_with_tls, "heard \"SSH-2.0-x\""),
        (ProbeKind::Smtp, "220 a\r\n", |_, _| Some("502 what\r\n"), "expected 250 as the answer to EHLO, heard \"502"),
        (ProbeKind::Smtp, "220 a\r\n", |_, _| None, "closed the connection instead of the answer to EHLO"),
        (ProbeKind::Imap, "* BYE full\r\n", imap_with_tls, "expected * OK as its greeting, heard \"* BYE full\""),
        (ProbeKind::Imap, "* OK\r\n", |_, _| Some("a1 NO\r\n"), "expected a1 OK as the answer to CAPABILITY"),
        (ProbeKind::Imap, "* OK\r\n", |_, _| Some("a1 OK\r\n"), "does not name IMAP4rev1"),
        (ProbeKind::Imap, "* OK\r\n", |_, _| Some("a9 OK\r\n"), "heard \"a9 OK\""),
    ] {
        let server = Server::start(greeting, answers).await;
        assert_seen(&server.probe(kind, "offered").await, Status::Critical, words);
    }
}

#[tokio::test]
async fn starttls_that_is_offered_has_to_work() {
    let refused = |line: &str, encrypted| match line {
        "STARTTLS" => Some("454 no certificate\r\n"),
        _ => smtp_with_tls(line, encrypted),
    };
    let server = Server::start("220 mail\r\n", refused).await;
    assert_seen(&server.probe(ProbeKind::Smtp, "offered").await, Status::Critical, "heard \"454 no certificate\"");
    let smuggled = |line: &str, encrypted| match line {
        "STARTTLS" => Some("220 go\r\n250 injected\r\n"),
        _ => smtp_with_tls(line, encrypted),
    };
    let server = Server::start("220 mail\r\n", smuggled).await;
    assert_seen(&server.probe(ProbeKind::Smtp, "offered").await, Status::Critical, "before TLS had begun");
    let lost = |line: &str, encrypted| if encrypted { None } else { imap_with_tls(line, false) };
    let server = Server::start("* OK\r\n", lost).await;
    assert_seen(&server.probe(ProbeKind::Imap, "offered").await, Status::Critical, "the answer to CAPABILITY");
}

#[tokio::test]
async fn a_missing_goodbye_does_not_spoil_the_verdict() {
    let rude = |line: &str, encrypted| if line == "QUIT" { None } else { smtp_without_tls(line, encrypted) };
    let server = Server::start("220 mail\r\n", rude).await;
    assert_seen(&server.probe(ProbeKind::Smtp, "none").await, Status::Ok, "answered \"220 mail\"");
    let mute = |line: &str, encrypted| if line == "QUIT" { Some("") } else { smtp_without_tls(line, encrypted) };
    let server = Server::start("220 mail\r\n", mute).await;
    let seen = probe(ProbeKind::Smtp, &server.peer.target(), &[("starttls", "none")], SHORT).await;
    assert_seen(&seen, Status::Ok, "answered \"220 mail\"");
}

#[tokio::test]
async fn hostile_peers_are_cut_off() {
    for kind in [ProbeKind::Smtp, ProbeKind::Imap] {
        let check = async |peer: Peer, words: &str| {
            assert_seen(&probe(kind, &peer.target(), &[], PATIENT).await, Status::Critical, words);
        };
        check(Peer::endless("").await, "a line of over 4096 bytes").await;
        check(Peer::resetting().await, "reset by the other side").await;
        let (greeting, more) = match kind {
            ProbeKind::Smtp => ("220-x\r\n", "220-x\r\n"),
            _ => ("* OK x\r\n", "* x\r\n"),
        };
        let talker = Peer::serve(move |mut stream| async move {
            let _ = stream.write_all(greeting.as_bytes()).await;
            while stream.write_all(more.as_bytes()).await.is_ok() {}
        });
        check(talker.await, "said over 100 lines").await;
        let long = Peer::serve(move |mut stream| async move {
            let line = format!("{}{}\r\n", more.trim_end(), "y".repeat(3_500));
            let _ = stream.write_all(greeting.as_bytes()).await;
            while stream.write_all(line.as_bytes()).await.is_ok() {}
        });
        check(long.await, "said over 262144 bytes").await;
        let (_reserved, address) = refusing();
        let seen = probe(kind, &address.to_string(), &[], PATIENT).await;
        assert_seen(&seen, Status::Critical, "connection refused");
        let (_listener, half_open) = Peer::half_open();
        let (silent, drip) = (Peer::silent().await, Peer::dripping("2").await);
        let greeted = Peer::saying(if kind == ProbeKind::Smtp { "220 a\r\n" } else { "* OK\r\n" }).await;
        for target in [half_open.to_string(), silent.target(), drip.target(), greeted.target()] {
            assert_seen(&probe(kind, &target, &[], SHORT).await, Status::Critical, "within 250 ms");
        }
    }
}
