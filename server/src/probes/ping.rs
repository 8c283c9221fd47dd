//! `ping`: ICMP echo, loss and round trips. One socket for each address family serves every ping of the process.

mod packet;
mod socket;

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    observation::Status,
    probe::{LatencyLimits, PingSpec},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};

use super::{Millis, Phase, Shared, Trace, Trouble, Verdict, micros, millis, resolve::io_words};
use crate::entropy;
use packet::COOKIE_BYTES;
use socket::{Event, EventKind, IcmpSocket, Outstanding};

/// Between two packets of one probe: far enough that one short stall does not lose them all, as in `fping`.
const SPACING: Duration = Duration::from_millis(200);

/// What to do when the machine does not let us ping.
const NO_PRIVILEGE: &str = "this machine does not let faultdesk ping: grant CAP_NET_RAW (AmbientCapabilities=CAP_NET_RAW \
    in the systemd unit, or setcap cap_net_raw+ep on the program), or widen net.ipv4.ping_group_range to its group";

/// The sockets, opened when first needed. One that could not be opened is tried again by the next probe, so that a
/// privilege granted meanwhile counts without a restart.
pub(super) struct Pinger {
    v4: Mutex<Option<Arc<IcmpSocket>>>,
    v6: Mutex<Option<Arc<IcmpSocket>>>,
}

impl Pinger {
    pub(super) fn new() -> Self {
        Self { v4: Mutex::new(None), v6: Mutex::new(None) }
    }

    fn socket(&self, target: IpAddr) -> Result<Arc<IcmpSocket>, Trouble> {
        let slot = if target.is_ipv4() { &self.v4 } else { &self.v6 };
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        match slot.as_ref().filter(|socket| socket.is_alive()) {
            Some(socket) => Ok(Arc::clone(socket)),
            None => {
                let socket = Arc::new(IcmpSocket::open(target.is_ipv4()).map_err(|error| match error.kind() {
                    ErrorKind::PermissionDenied => Trouble::Ours(NO_PRIVILEGE.to_owned()),
                    _ => Trouble::Ours(format!("this machine cannot ping: {}", io_words(&error))),
                })?);
                *slot = Some(Arc::clone(&socket));
                Ok(socket)
            }
        }
    }
}

pub(super) async fn run(shared: &Shared, spec: &PingSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    trace.phase = Phase::Resolve;
    let found = timeout_at(trace.deadline, shared.resolver.addresses(spec.host.as_str(), 0)).await;
    let addresses = found.map_err(|_| trace.late())??;
    // The system's first choice is what everything else on this machine would talk to.
    let Some(target) = addresses.first() else {
        return Err(Trouble::Theirs(format!("{} does not resolve: it has no address", spec.host)));
    };
    let socket = shared.pinger.socket(target.ip())?;
    let tally = exchange(&socket, *target, spec.count, trace.deadline).await?;
    Ok(judge(spec, &tally, trace))
}

/// What came of the packets of one probe.
#[derive(Debug, Default)]
struct Tally {
    sent: u8,
    /// Round trips of those that were answered.
    round_trips: Vec<Duration>,
    /// Packets that cannot be answered any more: refused on sending, or reported as undeliverable.
    lost: u8,
    /// The last reason that was told for a loss.
    reason: Option<String>,
}

impl Tally {
    fn is_complete(&self, count: u8) -> bool {
        usize::from(count) <= self.round_trips.len() + usize::from(self.lost)
    }
}

/// Sends `count` packets and counts what comes back until all is known or the deadline is reached.
async fn exchange(socket: &IcmpSocket, target: SocketAddr, count: u8, deadline: Instant) -> Result<Tally, Trouble> {
    let cookie: [u8; COOKIE_BYTES] = entropy::bytes().map_err(|error| Trouble::Ours(error.to_string()))?;
    // One event at most comes for each packet.
    let (events, mut arrived) = mpsc::channel(usize::from(count).max(1));
    let mut outstanding = Outstanding::new(socket, target.ip(), cookie, events);
    let mut tally = Tally::default();
    // With a short deadline packets follow each other faster, so that the last still has half of it for its answer.
    let budget = deadline.saturating_duration_since(Instant::now()) / 2;
    let spacing = SPACING.min(budget / u32::from(count.max(1)));
    let mut next_at = Instant::now();
    let mut sent_at = Vec::with_capacity(usize::from(count));
    while !tally.is_complete(count) {
        let now = Instant::now();
        if deadline <= now {
            break;
        }
        if tally.sent < count && next_at <= now {
            sent_at.push(now);
            match timeout_at(deadline, outstanding.send(tally.sent)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) if is_loss(&error) => {
                    tally.lost += 1;
                    tally.reason = Some(io_words(&error));
                }
                Ok(Err(error)) => return Err(Trouble::Ours(format!("cannot send a ping: {}", io_words(&error)))),
                Err(_) => break,
            }
            tally.sent += 1;
            next_at = now + spacing;
            continue;
        }
        let wake = if tally.sent < count { next_at.min(deadline) } else { deadline };
        // Our own sender keeps the channel open, so nothing but an event or the time ends the wait.
        if let Ok(Some(event)) = timeout_at(wake, arrived.recv()).await {
            note(&mut tally, event, &sent_at);
        }
    }
    // Whoever could not listen must not call the silence a loss.
    match tally.is_complete(count) || socket.is_alive() {
        true => Ok(tally),
        false => {
            Err(Trouble::Ours("the ping socket of this machine failed; the next probe opens a new one".to_owned()))
        }
    }
}

fn note(tally: &mut Tally, event: Event, sent_at: &[Instant]) {
    match (event.kind, sent_at.get(usize::from(event.packet))) {
        (EventKind::Reply, Some(sent)) => tally.round_trips.push(event.at.saturating_duration_since(*sent)),
        (EventKind::Reply, None) => {}
        (EventKind::Undeliverable { reason, by }, _) => {
            tally.lost += 1;
            tally.reason = Some(format!("{by} reports: {reason}"));
        }
    }
}

/// Refusals on sending that say something about the way to the target, such as EACCES for a broadcast address or a route
/// that prohibits. EPERM is the same kind, but means our own firewall.
fn is_loss(error: &io::Error) -> bool {
    const EPERM: i32 = 1;
    use ErrorKind::{HostUnreachable, InvalidInput, NetworkDown, NetworkUnreachable, PermissionDenied};
    let kind =
        matches!(error.kind(), HostUnreachable | InvalidInput | NetworkDown | NetworkUnreachable | PermissionDenied);
    kind && error.raw_os_error() != Some(EPERM)
}

fn judge(spec: &PingSpec, tally: &Tally, trace: &mut Trace) -> Verdict {
    let answered = tally.round_trips.len();
    let count = usize::from(spec.count.max(1));
    let loss = 100.0 * (1.0 - answered as f64 / count as f64);
    trace.add("loss_percent", loss);
    let reason = tally.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    let (Some(min), Some(max)) = (tally.round_trips.iter().min(), tally.round_trips.iter().max()) else {
        let packets = if count == 1 { "1 packet".to_owned() } else { format!("{count} packets") };
        // Packets that were refused or reported back were not waited for.
        let within =
            if tally.is_complete(spec.count) { String::new() } else { format!(" within {}", Millis(trace.timeout)) };
        return Verdict {
            status: judge_loss(spec, loss),
            text: format!("no answer to {packets}{within}{reason}"),
            latency_us: None,
        };
    };
    let mean = tally.round_trips.iter().sum::<Duration>() / u32::try_from(answered).unwrap_or(1);
    trace.add("rtt_min_ms", millis(*min));
    trace.add("rtt_mean_ms", millis(mean));
    trace.add("rtt_max_ms", millis(*max));
    let (by_loss, by_time) = (judge_loss(spec, loss), judge_rtt(&spec.rtt, mean));
    let mut text = format!("answered {answered} of {count}, mean round trip {}{reason}", Millis(mean));
    if by_loss != Status::Ok {
        text += &format!("; {loss:.0} % loss is {}", by_loss.as_str());
    }
    if let (status, Some(limit)) = by_time {
        text += &format!("; mean round trip is {} from {limit} ms", status.as_str());
    }
    Verdict { status: by_loss.max(by_time.0), text, latency_us: Some(micros(mean)) }
}

fn judge_loss(spec: &PingSpec, loss: f64) -> Status {
    match () {
        () if f64::from(spec.loss_critical) <= loss => Status::Critical,
        () if f64::from(spec.loss_warning) <= loss => Status::Warning,
        () => Status::Ok,
    }
}

fn judge_rtt(limits: &LatencyLimits, mean: Duration) -> (Status, Option<u32>) {
    let reached = |limit: Option<u32>| limit.filter(|limit| Duration::from_millis(u64::from(*limit)) <= mean);
    match (reached(limits.critical_ms), reached(limits.warning_ms)) {
        (Some(limit), _) => (Status::Critical, Some(limit)),
        (None, Some(limit)) => (Status::Warning, Some(limit)),
        (None, None) => (Status::Ok, None),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        observation::Observation,
        probe::{ProbeKind, ProbeSpec},
    };

    use super::*;
    use crate::{
        clock::Clock,
        probes::{
            Prober,
            peer::{PATIENT, SHORT, assert_seen, probe},
        },
    };

    fn spec(target: &str, params: &[(&str, &str)]) -> ProbeSpec {
        ProbeSpec::parse(ProbeKind::Ping, target, &params.iter().copied().collect()).unwrap()
    }

    /// The observation holds, or this machine may not ping and says what to do about it.
    fn assert_seen_if_permitted(seen: &Observation, status: Status, words: &str) {
        match seen.status == Status::Unknown && seen.text.contains("CAP_NET_RAW") {
            true => assert!(seen.text.contains("ping_group_range") && seen.latency_us.is_none(), "{seen:?}"),
            false => assert_seen(seen, status, words),
        }
    }

    #[tokio::test]
    async fn loopback_answers_every_packet() {
        let seen = probe(ProbeKind::Ping, "127.0.0.1", &[], PATIENT).await;
        assert_seen_if_permitted(&seen, Status::Ok, "answered 3 of 3");
        if seen.status.is_ok() {
            let names: Vec<_> = seen.numbers.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["loss_percent", "rtt_min_ms", "rtt_mean_ms", "rtt_max_ms"]);
        }
    }

    #[tokio::test]
    async fn a_single_answered_packet_ends_the_probe_early() {
        let started = Instant::now();
        let seen = probe(ProbeKind::Ping, "127.0.0.77", &[("count", "1")], PATIENT).await;
        assert_seen_if_permitted(&seen, Status::Ok, "answered 1 of 1");
        assert!(started.elapsed() < PATIENT / 2);
    }

    #[tokio::test]
    async fn twenty_packets_fit_into_a_short_deadline() {
        let seen = probe(ProbeKind::Ping, "127.0.0.1", &[("count", "20")], SHORT * 8).await;
        assert_seen_if_permitted(&seen, Status::Ok, "answered 20 of 20");
    }

    #[tokio::test]
    async fn ipv6_is_pinged_where_there_is_any() {
        let seen = probe(ProbeKind::Ping, "::1", &[("count", "1")], PATIENT).await;
        match seen.text.contains("route") || seen.text.contains("no such address") || seen.text.contains("family") {
            true => assert!(!seen.status.is_ok(), "{seen:?}"),
            false => assert_seen_if_permitted(&seen, Status::Ok, "answered 1 of 1"),
        }
    }

    #[tokio::test]
    async fn a_refusal_on_sending_is_a_loss_and_named() {
        // Nobody may ping a broadcast address without asking for it (EACCES).
        let seen = probe(ProbeKind::Ping, "255.255.255.255", &[("count", "2")], PATIENT).await;
        assert_seen_if_permitted(&seen, Status::Critical, "no answer to 2 packets");
    }

    #[tokio::test]
    async fn many_pings_at_once_share_a_socket_and_do_not_take_each_others_answers() {
        let prober = Prober::start(Clock::system());
        let pings = (0..200_u8).map(|last| {
            let (prober, spec) = (prober.clone(), spec(&format!("127.0.1.{}", last % 5), &[("count", "1")]));
            async move { prober.run(&spec, PATIENT).await }
        });
        for seen in futures::future::join_all(pings).await {
            assert_seen_if_permitted(&seen, Status::Ok, "answered 1 of 1");
        }
    }

    #[tokio::test]
    async fn a_probe_that_is_dropped_leaves_no_waiter_behind() {
        let prober = Prober::start(Clock::system());
        let spec = spec("127.0.0.1", &[("count", "20")]);
        // The first packet is out, the second is 200 ms away.
        assert!(
            tokio::time::timeout(Duration::from_millis(20), prober.run(&spec, PATIENT)).await.is_err() || !may_ping()
        );
        if let Some(socket) = prober.0.pinger.v4.lock().unwrap().as_ref() {
            assert_eq!(socket.waiting(), 0);
        }
    }

    fn may_ping() -> bool {
        IcmpSocket::open(true).is_ok()
    }

    /// Status and text for `answered` packets of 4 that took 10, 20, 30, 40 ms.
    fn judged(answered: usize, params: &[(&str, &str)]) -> (Status, String) {
        let params = [&[("count", "4")], params].concat();
        let ProbeSpec::Ping(spec) = spec("pbx", &params) else { panic!("not a ping") };
        let round_trips = (1..=answered).map(|n| Duration::from_millis(10 * n as u64)).collect();
        let tally = Tally { sent: 4, round_trips, lost: 0, reason: None };
        let verdict = judge(&spec, &tally, &mut Trace::start(PATIENT));
        (verdict.status, verdict.text)
    }

    #[test]
    fn loss_and_round_trips_are_judged_apart() {
        for (answered, params, status, words) in [
            (4, &[][..], Status::Ok, "answered 4 of 4, mean round trip 25 ms"),
            (3, &[], Status::Ok, "answered 3 of 4"),
            (2, &[], Status::Warning, "50 % loss is warning"),
            (0, &[], Status::Critical, "no answer to 4 packets within 30 s"),
            (3, &[("loss_warning", "10"), ("loss_critical", "25")], Status::Critical, "25 % loss is critical"),
            (4, &[("rtt_warning_ms", "25")], Status::Warning, "mean round trip is warning from 25 ms"),
            (4, &[("rtt_warning_ms", "26")], Status::Ok, "answered 4 of 4"),
            (2, &[("rtt_critical_ms", "15")], Status::Critical, "50 % loss is warning; mean round trip is critical"),
        ] {
            let (found, text) = judged(answered, params);
            assert!(found == status && text.contains(words), "{answered} {params:?}: {found:?} {text}");
        }
    }
}
