//! `tcp`: connects, optionally speaks TLS, says something and listens for the expected answer.
//!
//! Connections are closed in the ordinary way, so our side keeps a TIME_WAIT entry of some 250 bytes for a minute.
//! That costs one entry for each target and interval, and the entry blocks only the same pair of ports. The way to
//! avoid it, SO_LINGER 0, ends each probe with a reset: customers' machines would log every probe as a failure, and
//! text that we just sent could be thrown away unread. HTTP asks the server to close first (see `http`).

use std::sync::Arc;

use domain::probe::{Dialogue, TcpSpec, TcpTls};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::client::TlsStream;

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, connected, first_line, judge_latency, mail, micros, millis,
    resolve::io_words, tls,
};

/// What is read while waiting for the expected text; a peer that says more says something else.
const HEARD_BYTES_MAX: usize = 64 * 1024;
/// Room for one read. Grown on the heap, since most of the probes that run at a time wait and have heard nothing.
const READ_BYTES: usize = 1_024;

pub(super) async fn run(shared: &Shared, spec: &TcpSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    // A CA file that cannot be read is found before anybody is bothered.
    let config = match spec.tls {
        TcpTls::None => None,
        TcpTls::Direct | TcpTls::StartSmtp | TcpTls::StartImap => {
            Some(shared.trust.config(spec.ca_file.as_deref()).await?)
        }
    };
    let mut stream = connected(shared, &spec.host, spec.port, trace).await?;
    let story = match config {
        None => {
            trace.phase = Phase::Answer;
            converse(&mut stream, &spec.dialogue, trace).await?.unwrap_or_else(|| "connected".to_owned())
        }
        Some(config) => {
            // Boxed, so that the many probes without TLS do not carry room for it.
            let mut stream = Box::new(Box::pin(encrypt(stream, spec, config, trace)).await?);
            trace.phase = Phase::Answer;
            let heard = converse(&mut stream, &spec.dialogue, trace).await?;
            // Says goodbye, as the protocol asks; the verdict does not depend on whether the peer still listens.
            let _ = stream.shutdown().await;
            heard.unwrap_or_else(|| "connected with TLS".to_owned())
        }
    };
    let took = trace.started.elapsed();
    let (status, text) = judge_latency(&spec.latency, took, "all", format!("{story} in {}", Millis(took)));
    Ok(Verdict { status, text, latency_us: Some(micros(took)) })
}

async fn encrypt(
    stream: TcpStream,
    spec: &TcpSpec,
    config: Arc<rustls::ClientConfig>,
    trace: &mut Trace,
) -> Result<TlsStream<TcpStream>, Trouble> {
    let started = Instant::now();
    trace.phase = Phase::StartTls;
    let stream = match spec.tls {
        TcpTls::StartSmtp => mail::start_tls(stream, mail::Protocol::Smtp).await?,
        TcpTls::StartImap => mail::start_tls(stream, mail::Protocol::Imap).await?,
        TcpTls::None | TcpTls::Direct => stream,
    };
    trace.phase = Phase::Tls;
    let name = spec.server_name.as_ref().unwrap_or(&spec.host);
    let stream = tls::handshake(config, name.as_str(), stream).await?;
    trace.add("tls_ms", millis(started.elapsed()));
    Ok(stream)
}

/// Says what is to be said and waits for what is to be heard. Comes back with what was heard, if anything was expected.
async fn converse<S>(stream: &mut S, dialogue: &Dialogue, trace: &mut Trace) -> Result<Option<String>, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if let Some(send) = &dialogue.send {
        let broken = |error| Trouble::Theirs(format!("connected, but could not send: {}", io_words(&error)));
        stream.write_all(send.as_bytes()).await.map_err(broken)?;
        stream.flush().await.map_err(broken)?;
    }
    let Some(expect) = dialogue.expect.as_deref() else {
        return Ok(None);
    };
    loop {
        // The text may have begun in the part that was searched before.
        let searched = trace.heard.len().saturating_sub(expect.len());
        trace.heard.reserve(READ_BYTES);
        match stream.read_buf(&mut trace.heard).await {
            Ok(0) => return Err(unexpected(expect, "it closed the connection", &trace.heard)),
            Ok(_) => {}
            Err(error) => return Err(unexpected(expect, &io_words(&error), &trace.heard)),
        }
        let fresh = trace.heard.get(searched..).unwrap_or_default();
        if contains(fresh, expect.as_bytes()) {
            return Ok(Some(format!("answered {}", first_line(&trace.heard))));
        }
        if HEARD_BYTES_MAX <= trace.heard.len() {
            let why = format!("not within {HEARD_BYTES_MAX} bytes");
            return Err(unexpected(expect, &why, &trace.heard));
        }
    }
}

fn unexpected(expect: &str, why: &str, heard: &[u8]) -> Trouble {
    Trouble::Theirs(format!("expected {expect:?}, {why}; heard {}", first_line(heard)))
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    wanted.is_empty() || text.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::{
        observation::{Observation, Status},
        probe::ProbeKind,
    };

    use super::*;
    use crate::probes::peer::{Identity, PATIENT, Peer, SHORT, assert_seen, drain, probe, refusing};

    async fn tcp(target: &str, params: &[(&str, &str)], timeout: Duration) -> Observation {
        probe(ProbeKind::Tcp, target, params, timeout).await
    }

    fn number(seen: &Observation, name: &str) -> Option<f64> {
        seen.numbers.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    #[tokio::test]
    async fn a_port_that_accepts_is_ok() {
        let peer = Peer::silent().await;
        let seen = tcp(&peer.target(), &[], PATIENT).await;
        assert_seen(&seen, Status::Ok, "connected in");
        assert!(seen.latency_us.is_some() && number(&seen, "connect_ms").is_some());
        assert_eq!(number(&seen, "tls_ms"), None);
    }

    #[tokio::test]
    async fn a_refused_connection_is_critical() {
        let (_reserved, address) = refusing();
        let seen = tcp(&address.to_string(), &[], PATIENT).await;
        assert_seen(&seen, Status::Critical, "connection refused");
        assert_eq!(seen.latency_us, None);
    }

    #[tokio::test]
    async fn a_name_that_does_not_resolve_is_told_as_such() {
        let seen = tcp("missing.invalid:80", &[], PATIENT).await;
        // Where no name server answers, the same is a fault of our own; `resolve` has the table.
        assert!(!seen.status.is_ok() && seen.text.contains("missing.invalid"), "{seen:?}");
        assert!(seen.text.contains("does not resolve") == (seen.status == Status::Critical), "{seen:?}");
    }

    #[tokio::test]
    async fn the_expected_banner_is_found_wherever_it_is_cut() {
        let peer = Peer::dripping("220 ready\r\n").await;
        let seen = tcp(&peer.target(), &[("expect", "ready")], PATIENT).await;
        assert_seen(&seen, Status::Ok, "answered \"220 ready\"");
    }

    #[tokio::test]
    async fn what_is_sent_arrives_and_its_answer_is_heard() {
        let peer = Peer::serve(|mut stream| async move {
            let mut heard = [0; 6];
            stream.read_exact(&mut heard).await.unwrap();
            stream.write_all(b"heard: ").await.unwrap();
            stream.write_all(&heard).await.unwrap();
        })
        .await;
        let seen = tcp(&peer.target(), &[("send", "PING\\r\\n"), ("expect", "heard: PING")], PATIENT).await;
        assert_seen(&seen, Status::Ok, "heard: PING");
    }

    #[tokio::test]
    async fn a_wrong_reply_is_quoted() {
        let peer = Peer::serve(|mut stream| async move {
            let _ = stream.write_all(b"554 go away\r\nsecond line\r\n").await;
        })
        .await;
        let seen = tcp(&peer.target(), &[("expect", "220")], PATIENT).await;
        assert_seen(&seen, Status::Critical, "expected \"220\", it closed the connection; heard \"554 go away\"");
    }

    #[tokio::test]
    async fn silent_peers_end_at_the_deadline() {
        let peer = Peer::silent().await;
        assert_seen(&tcp(&peer.target(), &[("expect", "220")], SHORT).await, Status::Critical, "within 250 ms");
        let (_listener, address) = Peer::half_open();
        let seen = tcp(&address.to_string(), &[("expect", "220")], SHORT).await;
        assert_seen(&seen, Status::Critical, "within 250 ms");
    }

    #[tokio::test]
    async fn a_drip_does_not_move_the_deadline() {
        let peer = Peer::dripping("ha").await;
        let seen = tcp(&peer.target(), &[("expect", "220")], SHORT).await;
        assert_seen(&seen, Status::Critical, "within 250 ms");
    }

    #[tokio::test]
    async fn endless_talk_is_cut_off() {
        let peer = Peer::endless("").await;
        let seen = tcp(&peer.target(), &[("expect", "220")], PATIENT).await;
        assert_seen(&seen, Status::Critical, "not within 65536 bytes; heard \"xxx");
        assert!(seen.text.len() < 300, "{}", seen.text.len());
    }

    #[tokio::test]
    async fn a_reset_is_named() {
        let peer = Peer::resetting().await;
        let seen = tcp(&peer.target(), &[("expect", "220")], PATIENT).await;
        assert_seen(&seen, Status::Critical, "connection reset by the other side");
    }

    #[tokio::test]
    async fn a_limit_that_is_reached_is_judged() {
        // One millisecond is spent before the peer answers, whatever the machine.
        let peer = Peer::dripping("..220").await;
        let critical = [("expect", "220"), ("latency_warning_ms", "1"), ("latency_critical_ms", "5")];
        assert_seen(&tcp(&peer.target(), &critical, PATIENT).await, Status::Critical, "critical from 5 ms");
        let warning = [("expect", "220"), ("latency_warning_ms", "1")];
        assert_seen(&tcp(&peer.target(), &warning, PATIENT).await, Status::Warning, "warning from 1 ms");
    }

    #[tokio::test]
    async fn tls_is_spoken_and_the_dialogue_goes_over_it() {
        let identity = Identity::good("localhost");
        let peer = Peer::https(&identity, |_| "220 private\r\n".to_owned()).await;
        let params = [("tls", "yes"), ("ca_file", identity.ca_file()), ("server_name", "localhost")];
        let talk = [params[0], params[1], params[2], ("send", "hello\\r\\n\\r\\n"), ("expect", "220 private")];
        let seen = tcp(&peer.target(), &talk, PATIENT).await;
        assert_seen(&seen, Status::Ok, "220 private");
        assert!(number(&seen, "tls_ms").is_some());
    }

    #[tokio::test]
    async fn a_peer_without_tls_is_critical() {
        let identity = Identity::good("localhost");
        let params = [("tls", "yes"), ("ca_file", identity.ca_file()), ("server_name", "localhost")];
        let peer = Peer::saying("220 plain text only\r\n").await;
        assert_seen(&tcp(&peer.target(), &params, PATIENT).await, Status::Critical, "not TLS");
        let peer = Peer::silent().await;
        assert_seen(&tcp(&peer.target(), &params, SHORT).await, Status::Critical, "within 250 ms");
        let peer = Peer::resetting().await;
        assert_seen(&tcp(&peer.target(), &params, PATIENT).await, Status::Critical, "reset");
    }

    /// A mail server that says the lines of `script` in turn, each after hearing one, then speaks TLS.
    async fn mail_server(identity: &Identity, script: &'static [&'static str]) -> Peer {
        let acceptor = identity.acceptor.clone();
        Peer::serve(move |mut stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut buffer = [0; 512];
                for (index, line) in script.iter().enumerate() {
                    if 0 < index && stream.read(&mut buffer).await.unwrap_or(0) == 0 {
                        return;
                    }
                    let _ = stream.write_all(line.as_bytes()).await;
                }
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    drain(&mut stream).await;
                }
            }
        })
        .await
    }

    async fn starttls(kind: &str, script: &'static [&'static str], status: Status, words: &str) {
        let identity = Identity::good("localhost");
        let peer = mail_server(&identity, script).await;
        let params = [("starttls", kind), ("ca_file", identity.ca_file()), ("server_name", "localhost")];
        assert_seen(&tcp(&peer.target(), &params, PATIENT).await, status, words);
    }

    #[tokio::test]
    async fn smtp_is_upgraded() {
        let script = &["220-hi\r\n220 mail\r\n", "250-mail\r\n250-SIZE 1\r\n250 starttls\r\n", "220 go\r\n"];
        starttls("smtp", script, Status::Ok, "connected with TLS").await;
    }

    #[tokio::test]
    async fn smtp_without_starttls_is_critical() {
        let script = &["220 mail\r\n", "250-mail\r\n250 SIZE 1\r\n"];
        starttls("smtp", script, Status::Critical, "does not offer STARTTLS").await;
        starttls("smtp", &["421 too busy\r\n"], Status::Critical, "expected 220 as its greeting, heard \"421").await;
        let script = &["220 mail\r\n", "250 STARTTLS\r\n", "454 no certificate\r\n"];
        starttls("smtp", script, Status::Critical, "heard \"454 no certificate\"").await;
    }

    #[tokio::test]
    async fn words_smuggled_in_before_tls_are_noticed() {
        let script = &["220 mail\r\n", "250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"];
        starttls("smtp", script, Status::Critical, "before TLS had begun").await;
    }

    #[tokio::test]
    async fn imap_is_upgraded_or_refused() {
        starttls("imap", &["* OK ready\r\n", "* CAPABILITY x\r\na1 OK go\r\n"], Status::Ok, "connected with TLS").await;
        starttls("imap", &["* OK ready\r\n", "a1 BAD what\r\n"], Status::Critical, "heard \"a1 BAD what\"").await;
        starttls("imap", &["* BYE full\r\n"], Status::Critical, "heard \"* BYE full\"").await;
    }

    #[tokio::test]
    async fn endless_lines_before_tls_are_cut_off() {
        let peer = Peer::endless("220").await;
        let identity = Identity::good("localhost");
        let params = [("starttls", "smtp"), ("ca_file", identity.ca_file())];
        assert_seen(&tcp(&peer.target(), &params, PATIENT).await, Status::Critical, "a line of over 4096 bytes");
        let peer = Peer::serve(|mut stream| async move { while stream.write_all(b"220-x\r\n").await.is_ok() {} }).await;
        assert_seen(&tcp(&peer.target(), &params, PATIENT).await, Status::Critical, "over 100 lines");
    }
}
