//! `http`: one request with its redirects, each phase measured, the answer judged by status, header and body.
//!
//! An own connector instead of a client library: the phases stay visible, nothing is pooled, resumed or tried again
//! behind our back. Each request asks the server to close, so that TIME_WAIT stays on its side.

mod judge;
mod request;

use std::{error::Error as _, future::poll_fn, io, pin::pin, task::Poll};

use domain::{observation::Status, probe::HttpSpec};
use http::{HeaderMap, StatusCode, header::LOCATION};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, judge_latency, micros, millis,
    resolve::{connect, io_words},
    tls,
};
use request::{Hop, is_redirect};

/// The part of a body that is read and judged. Pages are smaller, and 1,000 probes at once must fit in memory.
const BODY_BYTES_MAX: usize = 1 << 20;
/// All header lines of an answer; hyper refuses more. Cookies of some applications alone have 16 kB.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What came back, as far as it was read.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// The body went on beyond what is read.
    cut: bool,
}

pub(super) async fn run(shared: &Shared, spec: &HttpSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    let mut hop = Hop::first(spec);
    let answer = loop {
        trace.phase = Phase::Prepare;
        let answer = exchange(shared, spec, &hop, trace).await?;
        match hop.next(spec, &answer)? {
            Some(next) => hop = next,
            None => break answer,
        }
    };
    let took = trace.started.elapsed();
    trace.add("total_ms", millis(took));
    trace.add("status", f64::from(answer.status.as_u16()));
    let story = hop.story(&answer, &Millis(took).to_string());
    let failures = judge::all(spec, answer).await?;
    let (status, text) = match failures.is_empty() {
        true => judge_latency(&spec.latency, took, "all", story),
        false => (Status::Critical, failures.join("; ") + &hop.detour()),
    };
    Ok(Verdict { status, text, latency_us: Some(micros(took)) })
}

/// One request and its answer. Times add up over redirects: `dns_ms`, `connect_ms`, `tls_ms`, and `first_byte_ms` from
/// the request until the answer's head.
async fn exchange(shared: &Shared, spec: &HttpSpec, hop: &Hop<'_>, trace: &mut Trace) -> Result<Answer, Trouble> {
    let config = match hop.is_https() {
        true => Some(shared.trust.config(spec.ca_file.as_deref()).await?),
        false => None,
    };
    let request = hop.request(spec)?;
    trace.phase = Phase::Resolve;
    let started = Instant::now();
    let addresses = shared.resolver.addresses(&hop.host()?, hop.port()?).await?;
    let resolved = Instant::now();
    trace.add("dns_ms", millis(resolved - started));
    trace.phase = Phase::Connect;
    let stream = connect(&addresses, trace.deadline).await?;
    let connected = Instant::now();
    trace.add("connect_ms", millis(connected - resolved));
    match config {
        // What comes after the connection is boxed: a probe that waits for one, perhaps for long, stays small.
        None => Box::pin(ask(stream, request, trace)).await,
        Some(config) => {
            trace.phase = Phase::Tls;
            let stream = Box::new(Box::pin(tls::handshake(config, &hop.host()?, stream)).await?);
            trace.add("tls_ms", millis(connected.elapsed()));
            Box::pin(ask(stream, request, trace)).await
        }
    }
}

async fn ask<S>(stream: S, request: http::Request<Full<Bytes>>, trace: &mut Trace) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    trace.phase = Phase::Answer;
    let handshake = http1::Builder::new().max_buf_size(HEAD_BYTES_MAX).handshake(TokioIo::new(stream)).await;
    let (sender, connection) = handshake.map_err(|error| Trouble::Theirs(words(&error)))?;
    let mut connection = pin!(connection);
    let mut work = pin!(talk(sender, request, trace));
    let mut open = true;
    // The connection is driven here and not in a task of its own: when the probe is dropped, so is all of it. Its own
    // error is not looked at, since the half that waits for the answer gets the same one.
    poll_fn(|context| {
        if open && connection.as_mut().poll(context).is_ready() {
            open = false;
        }
        match work.as_mut().poll(context) {
            // What was just asked for is done by the connection, which has to be told.
            Poll::Pending if open => {
                open = connection.as_mut().poll(context).is_pending();
                if open { Poll::Pending } else { work.as_mut().poll(context) }
            }
            polled => polled,
        }
    })
    .await
}

async fn talk(
    mut sender: SendRequest<Full<Bytes>>,
    request: http::Request<Full<Bytes>>,
    trace: &mut Trace,
) -> Result<Answer, Trouble> {
    let asked = Instant::now();
    let sent = sender.send_request(request).await;
    let (head, body) = sent.map_err(|error| Trouble::Theirs(words(&error)))?.into_parts();
    trace.add("first_byte_ms", millis(asked.elapsed()));
    trace.phase = Phase::Body;
    // A redirect's body is for people without a browser; only where it leads matters.
    let (body, cut) = match is_redirect(head.status) && head.headers.contains_key(LOCATION) {
        true => (Vec::new(), false),
        false => read(body).await?,
    };
    Ok(Answer { status: head.status, headers: head.headers, body, cut })
}

/// The body up to its limit, and whether there was more.
async fn read(mut body: Incoming) -> Result<(Vec<u8>, bool), Trouble> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Trouble::Theirs(format!("the answer broke off: {}", words(&error))))?;
        let Ok(data) = frame.into_data() else {
            continue; // Trailers say nothing that is judged.
        };
        let room = BODY_BYTES_MAX - read.len();
        match data.get(..room) {
            Some(start) if room < data.len() => {
                read.extend_from_slice(start);
                return Ok((read, true));
            }
            _ => read.extend_from_slice(&data),
        }
    }
    Ok((read, false))
}

/// hyper's error in the words of a fault.
fn words(error: &hyper::Error) -> String {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io {
        Some(io) => format!("connected, but no answer: {}", io_words(io)),
        None if error.is_incomplete_message() || error.is_closed() => {
            "connected, but the other side closed the connection before the answer was complete".to_owned()
        }
        None if error.is_parse_too_large() => format!("the answer's head has over {HEAD_BYTES_MAX} bytes or 100 lines"),
        None => {
            let cause = error.source().map(|source| format!(" ({source})")).unwrap_or_default();
            format!("answered something that is not HTTP/1.1: {error}{cause}")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Arc, Mutex},
        time::Duration,
    };

    use domain::{observation::Observation, probe::ProbeKind};

    use super::*;
    use crate::probes::peer::{Identity, PATIENT, Peer, SHORT, answer, assert_seen, probe, refusing};

    async fn get(url: &str, params: &[(&str, &str)], timeout: Duration) -> Observation {
        probe(ProbeKind::Http, url, params, timeout).await
    }

    /// What a probe sees when the server answers with `reply`, whole.
    async fn check(reply: &str, params: &[(&str, &str)], status: Status, words: &str) {
        let reply = reply.to_owned();
        let peer = Peer::http(move |_| reply.clone()).await;
        assert_seen(&get(&peer.url("/"), params, PATIENT).await, status, words);
    }

    /// A server that keeps the requests it got.
    async fn recording(reply: String) -> (Peer, Arc<Mutex<Vec<String>>>) {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        let peer = Peer::http(move |request| {
            kept.lock().unwrap().push(request.to_ascii_lowercase());
            reply.clone()
        })
        .await;
        (peer, requests)
    }

    #[tokio::test]
    async fn a_page_is_ok_and_every_phase_is_measured() {
        let peer = Peer::http(|_| answer("200 OK", "", "hello")).await;
        let seen = get(&peer.url("/"), &[], PATIENT).await;
        assert_seen(&seen, Status::Ok, "answered 200 in");
        let names: Vec<_> = seen.numbers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["dns_ms", "connect_ms", "first_byte_ms", "total_ms", "status"]);
        assert!(seen.latency_us.is_some());
    }

    #[tokio::test]
    async fn https_is_spoken_and_its_certificate_judged() {
        let identity = Identity::good("localhost");
        let peer = Peer::https(&identity, |_| answer("200 OK", "", "hello")).await;
        let url = format!("https://localhost:{}/", peer.address.port());
        let seen = get(&url, &[("ca_file", identity.ca_file()), ("contains", "hello")], PATIENT).await;
        assert_seen(&seen, Status::Ok, "answered 200");
        assert!(seen.numbers.iter().any(|(name, _)| name == "tls_ms"));
        let url = format!("https://{}/", peer.address);
        let seen = get(&url, &[("ca_file", identity.ca_file())], PATIENT).await;
        assert_seen(&seen, Status::Critical, "wrong name");
    }

    #[tokio::test]
    async fn the_status_must_be_in_the_set() {
        check(&answer("503 Busy", "", ""), &[], Status::Critical, "answered 503, expected 200-399").await;
        check(&answer("404 Gone", "", ""), &[("status", "200,404")], Status::Ok, "answered 404").await;
        check(&answer("204 Empty", "", ""), &[("status", "200")], Status::Critical, "answered 204, expected 200").await;
    }

    #[tokio::test]
    async fn the_body_must_hold_what_is_wanted() {
        let page = answer("200 OK", "", r#"{"status":"ok","queue":3}"#);
        for (name, good, bad, words) in [
            ("contains", "queue", "error", "does not contain \"error\""),
            ("matches", r"queue.:\d", r"queue.:\d\d", "does not match"),
            ("json_pointer", "/queue", "/missing", "nothing at /missing"),
        ] {
            check(&page, &[(name, good)], Status::Ok, "answered 200").await;
            check(&page, &[(name, bad)], Status::Critical, words).await;
        }
        let below = [("json_pointer", "/queue"), ("json_value", "< 3")];
        check(&page, &below, Status::Critical, "/queue is 3, expected < 3").await;
        let two = [("contains", "error"), ("status", "201")];
        check(&page, &two, Status::Critical, "answered 200, expected 201; the body does not contain").await;
    }

    #[tokio::test]
    async fn an_answer_header_must_match() {
        let page = answer("200 OK", "X-Node: a7\r\nX-Node: b\r\n", "");
        check(&page, &[("header_match", "x-node: ^b$")], Status::Ok, "answered 200").await;
        check(&page, &[("header_match", "x-node: c")], Status::Critical, "header x-node does not match c").await;
        check(&page, &[("header_match", "x-none: .")], Status::Critical, "has no header x-none").await;
    }

    #[tokio::test]
    async fn an_answer_to_head_has_no_body_to_judge() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n";
        check(head, &[("method", "head"), ("contains", "x")], Status::Ok, "answered 200").await;
    }

    #[tokio::test]
    async fn requests_carry_what_was_asked_for() {
        let (peer, requests) = recording(answer("200 OK", "", "")).await;
        let params =
            [("method", "POST"), ("body", "a=1"), ("header", "X-Key: 7"), ("username", "jo"), ("password", "pw")];
        assert_seen(&get(&peer.url("/x?y=1#z"), &params, PATIENT).await, Status::Ok, "200");
        assert_seen(
            &get(&peer.url("/"), &[("bearer", "tok"), ("header", "Host: pbx")], PATIENT).await,
            Status::Ok,
            "200",
        );
        let requests = requests.lock().unwrap();
        let host = format!("host: {}\r\n", peer.address);
        for part in [
            "post /x?y=1 http/1.1\r\n",
            &host,
            "x-key: 7",
            "authorization: basic am86chc=",
            "connection: close",
            "\r\n\r\na=1",
        ] {
            assert!(requests[0].contains(part), "{part:?} is missing in {:?}", requests[0]);
        }
        assert!(requests[1].contains("authorization: bearer tok") && requests[1].contains("host: pbx\r\n"));
    }

    #[tokio::test]
    async fn redirects_are_followed_by_the_methods_rules() {
        for (status, method, wanted, keeps_body) in [
            (301, "POST", "get", false),
            (302, "PUT", "put", true),
            (303, "PUT", "get", false),
            (303, "HEAD", "head", true),
            (307, "POST", "post", true),
            (308, "PATCH", "patch", true),
        ] {
            let requests = Arc::new(Mutex::new(Vec::new()));
            let kept = Arc::clone(&requests);
            let peer = Peer::http(move |request| {
                kept.lock().unwrap().push(request.to_ascii_lowercase());
                match request.contains(" /old ") {
                    true => answer(&format!("{status} Moved"), "Location: new\r\n", "moved"),
                    false => answer("200 OK", "", ""),
                }
            })
            .await;
            let params = [("method", method), ("body", "secret"), ("bearer", "tok")];
            let seen = get(&peer.url("/old"), &params, PATIENT).await;
            assert_seen(&seen, Status::Ok, "(redirected to http://127.0.0.1:");
            let second = requests.lock().unwrap()[1].clone();
            assert!(second.starts_with(&format!("{wanted} /new ")), "{status} {method}: {second}");
            assert_eq!(second.ends_with("secret"), keeps_body, "{status} {method}: {second}");
            assert!(second.contains("bearer tok"), "the same origin gets the same secret");
        }
    }

    #[tokio::test]
    async fn secrets_do_not_follow_a_redirect_to_another_origin() {
        let (stranger, requests) = recording(answer("200 OK", "", "")).await;
        let location = format!("Location: {}\r\n", stranger.url("/"));
        let peer = Peer::http(move |_| answer("302 Found", &location, "")).await;
        let params = [("bearer", "tok"), ("header", "X-Key: 7"), ("header", "Cookie: a=b")];
        assert_seen(&get(&peer.url("/"), &params, PATIENT).await, Status::Ok, "redirected to");
        let requests = requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        for secret in ["authorization", "x-key", "cookie"] {
            assert!(!requests[0].contains(secret), "{}", requests[0]);
        }
    }

    #[tokio::test]
    async fn a_redirect_loop_ends() {
        let round = answer("302 Found", "Location: /\r\n", "");
        check(&round, &[], Status::Critical, "redirects over 5 times").await;
        check(&round, &[("redirects_max", "0")], Status::Ok, "answered 302").await;
        check(&answer("302 Found", "Location: ftp://a/\r\n", ""), &[], Status::Critical, "no web address").await;
        check(&answer("302 Found", "", ""), &[], Status::Ok, "answered 302").await;
    }

    #[tokio::test]
    async fn peers_that_do_not_answer_end_at_the_deadline() {
        let silent = Peer::silent().await;
        assert_seen(&get(&silent.url("/"), &[], SHORT).await, Status::Critical, "within 250 ms");
        let (_listener, address) = Peer::half_open();
        assert_seen(&get(&format!("http://{address}"), &[], SHORT).await, Status::Critical, "within 250 ms");
        let drip = Peer::dripping("HTTP/1.1 200 OK\r\nX: y\r\n").await;
        assert_seen(&get(&drip.url("/"), &[], SHORT).await, Status::Critical, "within 250 ms");
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_cut_and_judged_as_far_as_it_was_read() {
        let peer = Peer::endless("HTTP/1.1 200 OK\r\n\r\nstart").await;
        let seen = get(&peer.url("/"), &[("contains", "start")], PATIENT).await;
        assert_seen(&seen, Status::Ok, "its body cut at 1048576 bytes");
        let seen = get(&peer.url("/"), &[("contains", "y")], PATIENT).await;
        assert_seen(&seen, Status::Critical, "only its first 1048576 bytes were read");
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_refused() {
        let peer = Peer::endless("HTTP/1.1 200 OK\r\nX: ").await;
        assert_seen(&get(&peer.url("/"), &[], PATIENT).await, Status::Critical, "the answer's head has over");
    }

    #[tokio::test]
    async fn everything_that_is_not_http_is_named() {
        for words in ["SSH-2.0-OpenSSH_9.2\r\n", "HTTP/9.9 200 OK\r\n\r\n", "\u{1}\u{2}\u{3}\u{4}garbage\r\n\r\n"] {
            let peer = Peer::http(move |_| words.to_owned()).await;
            assert_seen(&get(&peer.url("/"), &[], PATIENT).await, Status::Critical, "not HTTP/1.1");
        }
        // One that speaks first, as mail servers do, may be noticed before or after the request is out.
        let peer = Peer::saying("220 mail.example\r\n").await;
        assert_seen(&get(&peer.url("/"), &[], PATIENT).await, Status::Critical, "not HTTP/1.1");
    }

    #[tokio::test]
    async fn broken_connections_are_named() {
        let (_reserved, address) = refusing();
        assert_seen(&get(&format!("http://{address}"), &[], PATIENT).await, Status::Critical, "connection refused");
        let peer = Peer::resetting().await;
        let seen = get(&peer.url("/"), &[], PATIENT).await;
        assert!(seen.status == Status::Critical && seen.text.contains("by the other side"), "{seen:?}");
        check("", &[], Status::Critical, "closed the connection before the answer was complete").await;
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
        check(half, &[], Status::Critical, "the answer broke off").await;
    }

    #[tokio::test]
    async fn a_late_answer_is_judged_by_its_limits() {
        let page = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        let peer = Peer::dripping(page).await;
        let seen = get(&peer.url("/"), &[("latency_warning_ms", "10")], PATIENT).await;
        assert_seen(&seen, Status::Warning, "warning from 10 ms");
    }
}
