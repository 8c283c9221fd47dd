//! `dns`: asks a resolver for a name and judges the answer and how long it took.

mod message;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use domain::{
    observation::Status,
    probe::{DnsCode, DnsSpec},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::Instant,
};

use super::{
    Millis, Phase, Shared, Trace, Trouble, Verdict, judge_latency, micros,
    resolve::{self, io_words},
    udp::{self, Pace, Question as _},
};
use message::{Answer, Outcome, Question};

/// As the system's own resolver does, only sooner: nothing is probed for longer than a minute.
const PACE: Pace = Pace { first: Duration::from_secs(1), longest: Duration::from_secs(4) };
const RESOLV_CONF: &str = "/etc/resolv.conf";
/// Real ones have a few lines.
const RESOLV_CONF_BYTES_MAX: u64 = 64 * 1_024;
const PORT: u16 = 53;
/// Records that are told; a name may have hundreds.
const TOLD_MAX: usize = 5;
const TOLD_CHARS_MAX: usize = 200;

pub(super) async fn run(shared: &Shared, spec: &DnsSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    let answer = match &spec.resolver {
        Some((host, port)) => {
            trace.phase = Phase::Resolve;
            let addresses = shared.resolver.addresses(host.as_str(), *port).await?;
            trace.phase = Phase::Reply;
            ask(spec, &addresses, trace).await?
        }
        // Whom this machine asks is chosen by its administrator and asked for every other probe too, so no denied network
        // keeps us from it; and that it does not answer is our own fault.
        None => {
            let addresses = system_resolvers().await?;
            trace.phase = Phase::Resolve;
            ask(spec, &addresses, trace).await.map_err(|trouble| match trouble {
                Trouble::Theirs(why) => {
                    Trouble::Ours(format!("the resolver of this machine fails: {why}; check its name servers"))
                }
                ours => ours,
            })?
        }
    };
    let took = trace.started.elapsed();
    ours(spec, answer.code)?;
    let text = judge(spec, &answer).map_err(|text| format!("{text} in {}", Millis(took)));
    let (status, text) = match text {
        Ok(text) => judge_latency(&spec.latency, took, "the answer", format!("{text} in {}", Millis(took))),
        Err(text) => (Status::Critical, text),
    };
    Ok(Verdict { status, text, latency_us: Some(micros(took)) })
}

/// Refuses to judge a name by what says more of the resolver of this machine: that it cannot ask, or does not want to.
fn ours(spec: &DnsSpec, code: u16) -> Result<(), Trouble> {
    let unasked = spec.resolver.is_none() && spec.rcode.number() != code;
    match [DnsCode::ServFail, DnsCode::Refused].iter().find(|one| unasked && one.number() == code) {
        None => Ok(()),
        Some(one) => Err(Trouble::Ours(format!(
            "the resolver of this machine answered {}; to judge a name server, name it as resolver",
            one.as_str()
        ))),
    }
}

/// What was answered, in words; an error when it is not what was wanted.
fn judge(spec: &DnsSpec, answer: &Answer) -> Result<String, String> {
    let record = spec.record.as_str();
    let code = DnsCode::ALL.into_iter().find(|code| code.number() == answer.code);
    let code = code.map_or_else(|| format!("code {}", answer.code), |code| code.as_str().to_owned());
    if answer.code != spec.rcode.number() {
        return Err(format!("answered {code} and not {}", spec.rcode.as_str()));
    }
    if spec.rcode != DnsCode::NoError {
        return Ok(format!("answered {code}"));
    }
    if answer.records.is_empty() {
        return Err(format!("{} has no {record} record", spec.name));
    }
    let told = told(&answer.records);
    match &spec.answer {
        Some(pattern) if !answer.records.iter().any(|record| pattern.matches(record)) => {
            Err(format!("no {record} record of {} reads {:?}; heard {told}", spec.name, pattern.as_str()))
        }
        _ => Ok(format!("answered {told}")),
    }
}

fn told(records: &[String]) -> String {
    let short = |record: &String| record.chars().take(TOLD_CHARS_MAX).collect::<String>();
    let more = records.len().saturating_sub(TOLD_MAX);
    let told = records.iter().take(TOLD_MAX).map(short).collect::<Vec<_>>().join(", ");
    if more == 0 { told } else { format!("{told} and {more} more") }
}

/// Asks over UDP, and over TCP where the answer does not fit.
async fn ask(spec: &DnsSpec, addresses: &[SocketAddr], trace: &mut Trace) -> Result<Answer, Trouble> {
    match udp::ask(addresses, PACE, |_| Question::new(spec), trace).await? {
        (Outcome::Whole(answer), _) => Ok(answer),
        (Outcome::CutOff, address) => over_tcp(spec, address, trace.deadline).await,
    }
}

/// Source: RFC 7766. Each message comes behind its length.
async fn over_tcp(spec: &DnsSpec, address: SocketAddr, deadline: Instant) -> Result<Answer, Trouble> {
    let broken = |error: io::Error| Trouble::Theirs(format!("no whole answer over TCP: {}", io_words(&error)));
    let question = Question::new(spec)?;
    let mut stream = resolve::connect(&[address], deadline).await?;
    let length = u16::try_from(question.as_bytes().len()).unwrap_or(u16::MAX);
    stream.write_all(&[&length.to_be_bytes(), question.as_bytes()].concat()).await.map_err(broken)?;
    let length = stream.read_u16().await.map_err(broken)?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await.map_err(broken)?;
    let foreign = || Trouble::Theirs("answered something over TCP that is no answer to the question".to_owned());
    question.answered_by(&answer).ok_or_else(foreign)
}

/// Whom this machine asks, read each time, since networks change.
async fn system_resolvers() -> Result<Vec<SocketAddr>, Trouble> {
    let ours = |why: String| Trouble::Ours(format!("{RESOLV_CONF} cannot be read: {why}; set resolver"));
    let file = tokio::fs::File::open(RESOLV_CONF).await.map_err(|error| ours(error.to_string()))?;
    let mut text = String::new();
    file.take(RESOLV_CONF_BYTES_MAX).read_to_string(&mut text).await.map_err(|error| ours(error.to_string()))?;
    Ok(name_servers(&text))
}

/// resolv.conf(5): without a name server the machine itself is asked.
fn name_servers(text: &str) -> Vec<SocketAddr> {
    /// The system's resolver uses no more either.
    const SERVERS_MAX: usize = 3;
    let server = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        (words.next() == Some("nameserver")).then_some(())?;
        Some(SocketAddr::new(words.next()?.parse::<IpAddr>().ok()?, PORT))
    };
    let found: Vec<_> = text.lines().filter_map(server).take(SERVERS_MAX).collect();
    if found.is_empty() { vec![SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT)] } else { found }
}

#[cfg(test)]
mod tests;
