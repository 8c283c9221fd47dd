//! `sip`: asks a telephone system for its OPTIONS. Whatever it answers shows that it lives; `accept` says which answers
//! are good.

mod message;
mod stream;

use std::time::Duration;

use domain::{
    observation::Status,
    probe::{SipSpec, SipTransport},
};
use tokio::{io::AsyncWriteExt, time::Instant};

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, connected, micros, millis,
    resolve::io_words,
    tls,
    udp::{self, Pace},
    within_reason,
};
use message::{Answer, Question};

/// T1 and T2 of RFC 3261, 17.1.2.1: after 0.5 s, 1 s, 2 s, and from then on each 4 s.
const PACE: Pace = Pace { first: Duration::from_millis(500), longest: Duration::from_secs(4) };
/// What one run hears at most, before it calls the other side broken.
const HEARD_BYTES_MAX: usize = 256 * 1_024;

pub(super) async fn run(shared: &Shared, spec: &SipSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    let answer = match spec.transport {
        SipTransport::Udp => {
            trace.phase = Phase::Resolve;
            let addresses = shared.resolver.addresses(spec.host.as_str(), spec.port).await?;
            trace.phase = Phase::Reply;
            udp::ask(&addresses, PACE, |local| Question::new(spec, local), trace).await?.0
        }
        SipTransport::Tcp => {
            let mut stream = connected(shared, &spec.host, spec.port, trace).await?;
            trace.phase = Phase::Answer;
            let question = Question::new(spec, stream.local_addr().map_err(|error| lost(&error))?)?;
            stream::ask(&mut stream, &question, &mut trace.heard).await?
        }
        SipTransport::Tls => encrypted(shared, spec, trace).await?,
    };
    let took = trace.started.elapsed();
    let Answer { code, words } = answer;
    let (status, more) = match spec.accept.contains(code) {
        true => (Status::Ok, String::new()),
        false => (Status::Critical, format!("; good are {}", spec.accept)),
    };
    let text = format!("answered {words} in {}{more}", Millis(took));
    Ok(Verdict { status, text, latency_us: Some(micros(took)) })
}

async fn encrypted(shared: &Shared, spec: &SipSpec, trace: &mut Trace) -> Result<Answer, Trouble> {
    // A CA file that cannot be read is found before anybody is bothered.
    let config = shared.trust.config(spec.ca_file.as_deref()).await?;
    let stream = connected(shared, &spec.host, spec.port, trace).await?;
    let question = Question::new(spec, stream.local_addr().map_err(|error| lost(&error))?)?;
    trace.phase = Phase::Tls;
    let encrypting = Instant::now();
    let name = spec.server_name.as_ref().unwrap_or(&spec.host);
    let mut stream = tls::handshake(config, name.as_str(), stream).await?;
    trace.add("tls_ms", millis(encrypting.elapsed()));
    trace.phase = Phase::Answer;
    let answer = stream::ask(&mut stream, &question, &mut trace.heard).await?;
    within_reason(trace.deadline, async move {
        let _ = stream.shutdown().await;
    })
    .await;
    Ok(answer)
}

fn lost(error: &std::io::Error) -> Trouble {
    Trouble::Theirs(format!("the connection was lost at once: {}", io_words(error)))
}

#[cfg(test)]
mod tests;
