//! `smtp` and `imap`: greeting, what the server offers, TLS where it is wanted, and a clean goodbye.

mod imap;
mod smtp;

use std::net::IpAddr;

use domain::{
    observation::Status,
    probe::{MailSpec, StartTls},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::Instant,
};

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, connected, first_line, lines::Lines, micros, millis,
    resolve::io_words, tls, within_reason,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    Smtp,
    Imap,
}

pub(super) async fn run(
    shared: &Shared,
    protocol: Protocol,
    spec: &MailSpec,
    trace: &mut Trace,
) -> Result<Verdict, Trouble> {
    // A CA file that cannot be read is found before anybody is bothered. The system's authorities are missed only when
    // they are needed.
    if spec.starttls != StartTls::Never && spec.ca_file.is_some() {
        shared.trust.config(spec.ca_file.as_deref()).await?;
    }
    let stream = connected(shared, &spec.host, spec.port, trace).await?;
    let own = own_address(&stream)?;
    trace.phase = Phase::Answer;
    let deadline = trace.deadline;
    let mut lines = Lines::new(stream, &mut trace.heard);
    let greeting = greet(&mut lines, protocol).await?;
    let offered = offers(&mut lines, protocol, own).await?;
    let wanted = match spec.starttls {
        StartTls::Never => false,
        StartTls::Offered => offered,
        StartTls::Required if !offered => {
            return Err(Trouble::Theirs("does not offer STARTTLS, which is required".to_owned()));
        }
        StartTls::Required => true,
    };
    let took;
    let manner = if wanted {
        let stream = upgraded(lines, protocol).await?;
        let encrypting = Instant::now();
        let config = shared.trust.config(spec.ca_file.as_deref()).await?;
        trace.phase = Phase::Tls;
        let name = spec.server_name.as_ref().unwrap_or(&spec.host);
        // Boxed, so that the probes without TLS do not carry room for it.
        let stream = Box::new(Box::pin(tls::handshake(config, name.as_str(), stream)).await?);
        trace.add("tls_ms", millis(encrypting.elapsed()));
        trace.phase = Phase::Answer;
        let mut lines = Lines::new(stream, &mut trace.heard);
        // What was said in clear text may have been anybody's (RFC 3207, 4.2; RFC 9051, 6.2.1).
        offers(&mut lines, protocol, own).await?;
        took = trace.started.elapsed();
        leave(lines, protocol, deadline).await;
        " with TLS"
    } else {
        took = trace.started.elapsed();
        leave(lines, protocol, deadline).await;
        if spec.starttls == StartTls::Offered { " without TLS, which is not offered," } else { " without TLS" }
    };
    let text = format!("answered {}{manner} in {}", first_line(greeting.as_bytes()), Millis(took));
    Ok(Verdict { status: Status::Ok, text, latency_us: Some(micros(took)) })
}

/// All words before TLS begins, for a `tcp` probe that then goes its own way.
pub(super) async fn start_tls(stream: TcpStream, protocol: Protocol) -> Result<TcpStream, Trouble> {
    let own = own_address(&stream)?;
    let mut heard = Vec::new();
    let mut lines = Lines::new(stream, &mut heard);
    greet(&mut lines, protocol).await?;
    // IMAP needs no list to be asked for first.
    if protocol == Protocol::Smtp && !smtp::hello(&mut lines, own).await? {
        return Err(Trouble::Theirs("does not offer STARTTLS".to_owned()));
    }
    match protocol {
        Protocol::Smtp => smtp::start_tls(&mut lines).await?,
        Protocol::Imap => imap::start_tls(&mut lines, "a1").await?,
    }
    lines.into_clean_stream()
}

async fn upgraded(mut lines: Lines<'_, TcpStream>, protocol: Protocol) -> Result<TcpStream, Trouble> {
    match protocol {
        Protocol::Smtp => smtp::start_tls(&mut lines).await?,
        Protocol::Imap => imap::start_tls(&mut lines, "a2").await?,
    }
    lines.into_clean_stream()
}

async fn greet<S>(lines: &mut Lines<'_, S>, protocol: Protocol) -> Result<String, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match protocol {
        Protocol::Smtp => smtp::greeting(lines).await,
        Protocol::Imap => imap::greeting(lines).await,
    }
}

/// Whether STARTTLS is offered.
async fn offers<S>(lines: &mut Lines<'_, S>, protocol: Protocol, own: IpAddr) -> Result<bool, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    match protocol {
        Protocol::Smtp => smtp::hello(lines, own).await,
        Protocol::Imap => imap::capability(lines).await,
    }
}

/// Says goodbye, so that the server does not log a lost connection. The verdict does not depend on its answer.
async fn leave<S>(mut lines: Lines<'_, S>, protocol: Protocol, deadline: Instant)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    within_reason(deadline, async move {
        let said = match protocol {
            Protocol::Smtp => smtp::quit(&mut lines).await,
            Protocol::Imap => imap::logout(&mut lines).await,
        };
        if said.is_ok() {
            lines.close().await;
        }
    })
    .await;
}

fn own_address(stream: &TcpStream) -> Result<IpAddr, Trouble> {
    let broken = |error| Trouble::Theirs(format!("the connection was lost at once: {}", io_words(&error)));
    Ok(stream.local_addr().map_err(broken)?.ip())
}

#[cfg(test)]
mod tests;
