//! `tcp`: connects, optionally speaks TLS, says something and listens for the expected answer.
//!
//! Connections are closed in the ordinary way, so our side keeps a TIME_WAIT entry of some 250 bytes for a minute.
//! That costs one entry for each target and interval, and the entry blocks only the same pair of ports. The way to
//! avoid it, SO_LINGER 0, ends each probe with a reset: customers' machines would log every probe as a failure, and
//! text that we just sent could be thrown away unread. HTTP asks the server to close first (see `http`).

mod starttls;

use std::sync::Arc;

use domain::probe::{Dialogue, TcpSpec, TcpTls};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::client::TlsStream;

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, first_line, judge_latency, micros, millis,
    resolve::{connect, io_words},
    tls,
};

/// What is read while waiting for the expected text; a peer that says more says something else.
const HEARD_BYTES_MAX: usize = 64 * 1024;
const READ_BYTES: usize = 4_096;

pub(super) async fn run(shared: &Shared, spec: &TcpSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    // A CA file that cannot be read is found before anybody is bothered.
    let config = match spec.tls {
        TcpTls::None => None,
        TcpTls::Direct | TcpTls::StartSmtp | TcpTls::StartImap => {
            Some(shared.trust.config(spec.ca_file.as_deref()).await?)
        }
    };
    trace.phase = Phase::Resolve;
    let addresses = shared.resolver.addresses(spec.host.as_str(), spec.port).await?;
    trace.phase = Phase::Connect;
    let connecting = Instant::now();
    let mut stream = connect(&addresses, trace.deadline).await?;
    trace.add("connect_ms", millis(connecting.elapsed()));
    let story = match config {
        None => {
            trace.phase = Phase::Answer;
            converse(&mut stream, &spec.dialogue, trace).await?.unwrap_or_else(|| "connected".to_owned())
        }
        Some(config) => {
            let mut stream = encrypt(stream, spec, config, trace).await?;
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
    mut stream: TcpStream,
    spec: &TcpSpec,
    config: Arc<rustls::ClientConfig>,
    trace: &mut Trace,
) -> Result<TlsStream<TcpStream>, Trouble> {
    let started = Instant::now();
    trace.phase = Phase::StartTls;
    match spec.tls {
        TcpTls::StartSmtp => starttls::smtp(&mut stream).await?,
        TcpTls::StartImap => starttls::imap(&mut stream).await?,
        TcpTls::None | TcpTls::Direct => {}
    }
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
    let mut buffer = [0; READ_BYTES];
    loop {
        let read = stream.read(&mut buffer).await;
        let count = match read {
            Ok(0) => return Err(unexpected(expect, "it closed the connection", &trace.heard)),
            Ok(count) => count,
            Err(error) => return Err(unexpected(expect, &io_words(&error), &trace.heard)),
        };
        // The text may have begun in the part that was searched before.
        let searched = trace.heard.len().saturating_sub(expect.len());
        trace.heard.extend_from_slice(buffer.get(..count).unwrap_or_default());
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
