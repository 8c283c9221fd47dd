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
        None => ask(stream, request, trace).await,
        Some(config) => {
            trace.phase = Phase::Tls;
            let stream = tls::handshake(config, &hop.host()?, stream).await?;
            trace.add("tls_ms", millis(connected.elapsed()));
            ask(stream, request, trace).await
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
