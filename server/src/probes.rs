//! From a specification to one run of its probe, under one hard deadline that covers everything the run does.

mod certificate;
mod dns;
mod http;
mod lines;
mod mail;
#[cfg(test)]
mod peer;
mod ping;
mod resolve;
mod sip;
mod ssh;
mod tcp;
mod tls;
mod udp;

use std::{fmt, sync::Arc, time::Duration};

use domain::{
    observation::{Observation, Status},
    probe::{LatencyLimits, ProbeSpec},
    text::Address,
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};

use crate::{clock::Clock, config::Network};

/// Far above what a service may ask for (60 s), and still within the microseconds that an observation can hold.
const TIMEOUT_MAX: Duration = Duration::from_secs(3_600);

/// Runs probes. Cheap to clone; every clone shares the ping sockets, the trusted authorities and the resolver's limit.
#[derive(Clone)]
pub struct Prober(Arc<Shared>);

/// What all probes of one process share.
struct Shared {
    clock: Clock,
    resolver: resolve::Resolver,
    trust: tls::Trust,
    pinger: ping::Pinger,
}

impl Prober {
    /// A prober for the current tokio runtime. Sockets and authorities are opened by the first probe that needs them:
    /// what is missing then becomes an observation that says so, and is tried again by the next probe.
    pub fn start(clock: Clock) -> Self {
        Self::denying(clock, Vec::new())
    }

    /// The same, but no probe contacts an address in one of the `denied` networks: not by a host's address, not by what
    /// a name stands for at this moment, not where a redirect leads.
    pub fn denying(clock: Clock, denied: Vec<Network>) -> Self {
        Self(Arc::new(Shared {
            clock,
            resolver: resolve::Resolver::new(denied),
            trust: tls::Trust::new(clock),
            pinger: ping::Pinger::new(),
        }))
    }

    /// What one run of `spec` saw. Ends within `timeout`, counted from the first poll.
    ///
    /// Dropping the future stops the run: its sockets close and nothing of it stays behind, except a name look-up
    /// that the system's resolver cannot break off (see `resolve`).
    pub async fn run(&self, spec: &ProbeSpec, timeout: Duration) -> Observation {
        let mut trace = Trace::start(timeout);
        let verdict = match spec {
            // A ping judges what is missing at the deadline itself.
            ProbeSpec::Ping(ping) => ping::run(&self.0, ping, &mut trace).await,
            other => match timeout_at(trace.deadline, converse(&self.0, other, &mut trace)).await {
                Ok(verdict) => verdict,
                Err(_) => Err(trace.late()),
            },
        };
        let Verdict { status, text, latency_us } = verdict.unwrap_or_else(Verdict::from);
        let observation = Observation::new(status, text, latency_us, self.0.clock.now());
        trace.numbers.iter().fold(observation, |observation, (name, value)| observation.with_number(name, *value))
    }
}

/// One run of a kind that stops where the deadline finds it.
async fn converse(shared: &Shared, spec: &ProbeSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    match spec {
        ProbeSpec::Ping(ping) => ping::run(shared, ping, trace).await,
        ProbeSpec::Tcp(tcp) => tcp::run(shared, tcp, trace).await,
        // Boxed, so that the many small probes do not carry room for the large ones.
        ProbeSpec::Http(http) => Box::pin(http::run(shared, http, trace)).await,
        ProbeSpec::Tls(tls) => Box::pin(certificate::run(shared, tls, trace)).await,
        ProbeSpec::Dns(dns) => Box::pin(dns::run(shared, dns, trace)).await,
        ProbeSpec::Smtp(mail) => Box::pin(mail::run(shared, mail::Protocol::Smtp, mail, trace)).await,
        ProbeSpec::Imap(mail) => Box::pin(mail::run(shared, mail::Protocol::Imap, mail, trace)).await,
        ProbeSpec::Ssh(ssh) => Box::pin(ssh::run(shared, ssh, trace)).await,
        ProbeSpec::Sip(sip) => Box::pin(sip::run(shared, sip, trace)).await,
    }
}

/// A connection to `host`, and the number `connect_ms`.
async fn connected(shared: &Shared, host: &Address, port: u16, trace: &mut Trace) -> Result<TcpStream, Trouble> {
    trace.phase = Phase::Resolve;
    let addresses = shared.resolver.addresses(host.as_str(), port).await?;
    trace.phase = Phase::Connect;
    let connecting = Instant::now();
    let stream = resolve::connect(&addresses, trace.deadline).await?;
    trace.add("connect_ms", millis(connecting.elapsed()));
    Ok(stream)
}

/// Runs a goodbye, which must not cost the verdict that is known already: it ends well before the deadline.
async fn within_reason(deadline: Instant, goodbye: impl Future<Output = ()>) {
    const GOODBYE: Duration = Duration::from_secs(1);
    /// Until a task whose time is up is surely run.
    const SPARE: Duration = Duration::from_millis(20);
    let until = deadline.checked_sub(SPARE).map_or(deadline, |spare| spare.min(Instant::now() + GOODBYE));
    let _ = timeout_at(until, goodbye).await;
}

/// What a probe concluded.
#[derive(Debug)]
struct Verdict {
    status: Status,
    text: String,
    latency_us: Option<u32>,
}

/// Why a probe ended before it could judge an answer.
#[derive(Debug)]
enum Trouble {
    /// The target's fault, or the way's: critical.
    Theirs(String),
    /// A fault of our own machine or configuration: unknown, never "down".
    Ours(String),
}

impl From<Trouble> for Verdict {
    fn from(trouble: Trouble) -> Self {
        let (status, text) = match trouble {
            Trouble::Theirs(text) => (Status::Critical, text),
            Trouble::Ours(text) => (Status::Unknown, text),
        };
        Self { status, text, latency_us: None }
    }
}

/// What a run is doing, so that a missed deadline can be told in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Prepare,
    Resolve,
    Connect,
    StartTls,
    Tls,
    Answer,
    /// The same where nothing was connected before.
    Reply,
    Body,
}

/// Where a run is, what it heard and measured. It outlives the run, so a late one still tells what is known.
struct Trace {
    started: Instant,
    deadline: Instant,
    timeout: Duration,
    phase: Phase,
    /// Bytes of a dialogue, bounded by its reader.
    heard: Vec<u8>,
    numbers: Vec<(&'static str, f64)>,
}

impl Trace {
    fn start(timeout: Duration) -> Self {
        // An absurd limit must neither overflow the clock nor the microseconds of an observation.
        let timeout = timeout.min(TIMEOUT_MAX);
        let started = Instant::now();
        let (phase, heard, numbers) = (Phase::Prepare, Vec::new(), Vec::new());
        Self { started, deadline: started + timeout, timeout, phase, heard, numbers }
    }

    /// Adds to a number: a redirected request passes each phase several times.
    fn add(&mut self, name: &'static str, value: f64) {
        match self.numbers.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += value,
            None => self.numbers.push((name, value)),
        }
    }

    /// What a run that missed its deadline is worth.
    fn late(&self) -> Trouble {
        let limit = Millis(self.timeout);
        match self.phase {
            Phase::Prepare => Trouble::Ours(format!("this machine was not ready to probe within {limit}")),
            Phase::Resolve => Trouble::Ours(format!(
                "the resolver of this machine did not answer within {limit}; check its name servers"
            )),
            Phase::Connect => Trouble::Theirs(format!("no connection within {limit}")),
            Phase::StartTls => Trouble::Theirs(format!("connected, but not ready for STARTTLS within {limit}")),
            Phase::Tls => Trouble::Theirs(format!("connected, but the TLS handshake did not end within {limit}")),
            Phase::Answer if self.heard.is_empty() => {
                Trouble::Theirs(format!("connected, but no answer within {limit}"))
            }
            Phase::Reply if self.heard.is_empty() => Trouble::Theirs(format!("no answer within {limit}")),
            Phase::Answer | Phase::Reply => {
                let heard = first_line(&self.heard);
                Trouble::Theirs(format!("no expected answer within {limit}; heard {heard}"))
            }
            Phase::Body => Trouble::Theirs(format!("the answer began, but did not end within {limit}")),
        }
    }
}

/// A duration as people read it: whole seconds as `10 s`, else `12 ms` or `0.35 ms`.
struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        match () {
            () if 0 < micros && micros.is_multiple_of(1_000_000) => write!(f, "{} s", micros / 1_000_000),
            () if 10_000 <= micros => write!(f, "{} ms", micros.div_ceil(1_000)),
            () => write!(f, "{:.2} ms", millis(self.0)),
        }
    }
}

/// Milliseconds with their fraction, for charts. To the microsecond: finer digits are noise.
fn millis(duration: Duration) -> f64 {
    f64::from(micros(duration)) / 1_000.0
}

/// Microseconds as an observation holds them. Over an hour does not fit, and no deadline is that far.
fn micros(duration: Duration) -> u32 {
    u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)
}

/// `ok` with `text`, or worse when `latency` reached a limit; `what` names what took the time.
fn judge_latency(limits: &LatencyLimits, latency: Duration, what: &str, text: String) -> (Status, String) {
    let reached = |limit: Option<u32>| limit.filter(|limit| Duration::from_millis(u64::from(*limit)) <= latency);
    let (status, limit) = match (reached(limits.critical_ms), reached(limits.warning_ms)) {
        (Some(limit), _) => (Status::Critical, limit),
        (None, Some(limit)) => (Status::Warning, limit),
        (None, None) => return (Status::Ok, text),
    };
    (status, format!("{text}: {what} took {}, {} from {limit} ms", Millis(latency), status.as_str()))
}

/// The first line with text of what a peer said, quoted and short enough to be read in a list.
fn first_line(heard: &[u8]) -> String {
    /// A banner fits; a page of garbage does not.
    const CHARS_MAX: usize = 120;
    let line = heard.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    // Four bytes for a character at most, so that 64 KiB without a line break are not decoded for 120 characters.
    let line = line.get(..CHARS_MAX * 4).unwrap_or(line);
    let line: String = String::from_utf8_lossy(line).trim_end().chars().take(CHARS_MAX).collect();
    if line.is_empty() { "nothing".to_owned() } else { format!("\"{line}\"") }
}

#[cfg(test)]
mod tests {
    use domain::probe::ProbeKind;

    use super::*;

    #[tokio::test]
    async fn a_denied_network_is_contacted_by_no_kind_and_no_redirect() {
        let silent = peer::Peer::serve(|_| async { panic!("a denied address was contacted") }).await;
        let denied = silent.address;
        let lure = peer::Peer::http(|_| {
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.9/\r\ncontent-length: 0\r\n\r\n".to_owned()
        });
        let lure = lure.await;
        let run = async |networks: &[&str], kind, target: String, params: &[(&str, &str)]| {
            let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
            let spec = ProbeSpec::parse(kind, &target, &params.iter().copied().collect()).unwrap();
            Prober::denying(Clock::system(), networks).run(&spec, peer::PATIENT).await
        };
        let resolver = denied.to_string();
        let everywhere = ["127.0.0.0/8", "::1"];
        for kind in ProbeKind::ALL {
            let target = match kind {
                ProbeKind::Ping => "127.0.0.1".to_owned(),
                ProbeKind::Http => format!("http://{denied}/"),
                ProbeKind::Dns => "name.example".to_owned(),
                ProbeKind::Tls | ProbeKind::Sip => denied.to_string(),
                ProbeKind::Tcp | ProbeKind::Smtp | ProbeKind::Imap | ProbeKind::Ssh => {
                    format!("localhost:{}", denied.port())
                }
            };
            let params = match kind {
                ProbeKind::Dns => vec![("resolver", resolver.as_str())],
                _ => Vec::new(),
            };
            let seen = run(&everywhere, kind, target, &params).await;
            peer::assert_seen(&seen, Status::Unknown, "which monitor.deny_networks forbids");
        }
        let seen = run(&["127.0.0.9"], ProbeKind::Http, format!("http://{}/", lure.address), &[]).await;
        peer::assert_seen(&seen, Status::Unknown, "127.0.0.9 is not contacted");
    }

    #[test]
    fn durations_read_well() {
        for (micros, words) in
            [(10_000_000, "10 s"), (250_000, "250 ms"), (12_400, "13 ms"), (350, "0.35 ms"), (0, "0.00 ms")]
        {
            assert_eq!(Millis(Duration::from_micros(micros)).to_string(), words);
        }
    }

    #[test]
    fn a_limit_that_is_reached_is_named() {
        let limits = LatencyLimits { warning_ms: Some(10), critical_ms: Some(20) };
        let check = |ms: u64| judge_latency(&limits, Duration::from_millis(ms), "the answer", "connected".to_owned());
        assert_eq!(check(9), (Status::Ok, "connected".to_owned()));
        assert_eq!(check(10).0, Status::Warning);
        let (status, text) = check(20);
        assert_eq!(status, Status::Critical);
        assert_eq!(text, "connected: the answer took 20 ms, critical from 20 ms");
    }

    #[test]
    fn a_late_run_tells_how_far_it_came_and_whose_fault_it_is() {
        let late = |phase, heard: &[u8]| {
            let mut trace = Trace::start(Duration::from_secs(10));
            (trace.phase, trace.heard) = (phase, heard.to_vec());
            Verdict::from(trace.late())
        };
        for (phase, heard, status, words) in [
            (Phase::Resolve, "", Status::Unknown, "name servers"),
            (Phase::Prepare, "", Status::Unknown, "this machine"),
            (Phase::Connect, "", Status::Critical, "no connection within 10 s"),
            (Phase::StartTls, "", Status::Critical, "not ready for STARTTLS within 10 s"),
            (Phase::Tls, "", Status::Critical, "the TLS handshake did not end within 10 s"),
            (Phase::Answer, "", Status::Critical, "connected, but no answer within 10 s"),
            (Phase::Answer, "220-wait", Status::Critical, "heard \"220-wait\""),
            (Phase::Reply, "", Status::Critical, "no answer within 10 s"),
            (Phase::Reply, "HTTP/1.1", Status::Critical, "heard \"HTTP/1.1\""),
            (Phase::Body, "", Status::Critical, "did not end within 10 s"),
        ] {
            let verdict = late(phase, heard.as_bytes());
            assert_eq!(verdict.status, status, "{phase:?}");
            assert!(verdict.text.contains(words), "{phase:?}: {}", verdict.text);
        }
    }

    #[test]
    fn what_was_heard_is_one_short_line() {
        assert_eq!(first_line(b"220 hello\r\n250 more"), "\"220 hello\"");
        assert_eq!(first_line(b"\r\n \nhello"), "\"hello\"");
        assert_eq!(first_line(b""), "nothing");
        assert!(first_line(&[0xff; 70_000]).chars().count() <= 122);
    }
}
