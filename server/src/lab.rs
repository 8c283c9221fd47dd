//! A farm of loopback targets to watch, break and mend: for `faultdesk lab`, for the demonstration and for tests.
//!
//! Linux only, as is the rest of the server: ping targets lean on its routing table and its abstract socket names.

mod control;
mod http;
mod ping;
mod sip;
mod smtp;
mod stream;
mod target;
mod tls;

use std::{
    collections::HashSet,
    io,
    net::SocketAddr,
    sync::{Arc, Weak},
};

use serde::Serialize;

use control::Control;
use target::Target;

pub use target::{BreakMode, TargetKind};

/// Most targets of one lab. Each costs a socket; `ulimit -n` usually says stop before.
pub const TARGETS_MAX: usize = 10_000;

/// A target that a lab is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetPlan {
    /// Unique in its lab; part of the control address's paths.
    pub id: String,
    pub kind: TargetKind,
}

/// A target as the control address shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetView {
    pub id: String,
    pub kind: TargetKind,
    /// `127.0.0.1:port`; for ping an address without port.
    pub address: String,
    /// `up`, or the word of the break mode.
    pub state: &'static str,
}

#[derive(Debug, thiserror::Error)]
pub enum LabError {
    #[error("no target is called {id:?}; GET /targets lists them")]
    UnknownTarget { id: String },
    #[error("a {kind} target cannot be broken by {how:?}; it knows {known}")]
    UnknownMode { kind: &'static str, how: String, known: String },
    #[error("two targets are called {id:?}")]
    DuplicateId { id: String },
    #[error("a lab has {targets_max} targets at most, not {targets}")]
    TooMany { targets: usize, targets_max: usize },
    #[error("the control address must be on loopback, such as 127.0.0.1:8090, not {address}")]
    NotLoopback { address: SocketAddr },
    #[error("cannot open {what} ({source}); too many open files can be allowed with ulimit -n")]
    Open { what: String, source: io::Error },
    #[error("cannot make a certificate: {reason}")]
    Certificate { reason: String },
    #[error("breaking a ping target needs the ip command; install iproute2")]
    NoTool,
    #[error("breaking a ping target changes a route, which needs CAP_NET_ADMIN; run as root")]
    NoPrivilege,
    #[error("ip route failed: {reason}")]
    Route { reason: String },
    #[error("the lab has been shut down")]
    Stopped,
}

/// A running lab. Cheap to clone; the last clone that is dropped ends it and undoes its routes.
#[derive(Clone)]
pub struct Lab(Arc<Inner>);

struct Inner {
    targets: Vec<Arc<Target>>,
    certificate_pem: String,
    control: Option<Control>,
}

impl Lab {
    /// A mixed plan of `n` targets: `ping-1 tcp-1 http-1 tls-1 sip-1 smtp-1 ping-2 ...`.
    pub fn plan(n: usize) -> Vec<TargetPlan> {
        let rounds = (1..).flat_map(|number| TargetKind::ALL.map(|kind| (kind, number)));
        rounds.take(n).map(|(kind, number)| TargetPlan { id: format!("{}-{number}", kind.as_str()), kind }).collect()
    }

    /// A lab on the current tokio runtime. When this returns, every target answers, on addresses that the system chose.
    pub async fn start(plan: Vec<TargetPlan>, control: Option<SocketAddr>) -> Result<Self, LabError> {
        if TARGETS_MAX < plan.len() {
            return Err(LabError::TooMany { targets: plan.len(), targets_max: TARGETS_MAX });
        }
        let mut known = HashSet::new();
        if let Some(double) = plan.iter().find(|plan| !known.insert(&plan.id)) {
            return Err(LabError::DuplicateId { id: double.id.clone() });
        }
        let identity = tls::Identity::new()?;
        let pings = plan.iter().filter(|plan| plan.kind == TargetKind::Ping).count();
        let mut claims = ping::claim(pings).await?.into_iter();
        let mut targets = Vec::with_capacity(plan.len());
        for plan in plan {
            targets.push(Arc::new(Target::start(plan, &identity, &mut claims)?));
        }
        let listener = match control {
            Some(address) => Some(control::bind(address).await?),
            None => None,
        };
        let certificate_pem = identity.certificate_pem;
        Ok(Self(Arc::new_cyclic(|lab: &Weak<Inner>| {
            let control = listener.map(|(listener, address)| Control::start(listener, address, lab.clone()));
            Inner { targets, certificate_pem, control }
        })))
    }

    /// All targets in the order of the plan.
    pub fn targets(&self) -> Vec<TargetView> {
        self.0.targets.iter().map(|target| target.view()).collect()
    }

    /// Breaks a target, or breaks it otherwise. When this returns the target behaves so, and the connections that it
    /// had are closed.
    pub async fn break_target(&self, id: &str, how: BreakMode) -> Result<(), LabError> {
        self.find(id)?.change(Some(how)).await
    }

    /// Mends a target. A target that is up stays as it is.
    pub async fn mend(&self, id: &str) -> Result<(), LabError> {
        self.find(id)?.change(None).await
    }

    /// Where the control address was bound, if one was asked for.
    pub fn control_addr(&self) -> Option<SocketAddr> {
        self.0.control.as_ref().map(|control| control.address)
    }

    /// The certificate of the `tls` targets in PEM form: probes that have it as their `ca_file` trust them.
    pub fn certificate_pem(&self) -> &str {
        &self.0.certificate_pem
    }

    /// Ends every target and the control address and undoes all routes. The lab cannot be used any more.
    pub async fn shutdown(&self) {
        if let Some(control) = &self.0.control {
            control.stop().await;
        }
        for target in &self.0.targets {
            target.stop().await;
        }
    }

    fn find(&self, id: &str) -> Result<Arc<Target>, LabError> {
        let found = self.0.targets.iter().find(|target| target.plan.id == id);
        found.map(Arc::clone).ok_or_else(|| LabError::UnknownTarget { id: id.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write, time::Duration};

    use domain::{
        observation::{Observation, Status},
        probe::{ProbeKind, ProbeSpec},
    };
    use tempfile::NamedTempFile;
    use tokio::{
        io::AsyncReadExt,
        net::{TcpStream, UdpSocket},
        time::timeout,
    };

    use super::*;
    use crate::{clock::Clock, probes::Prober};

    /// For what comes: long enough for the busiest machine.
    const PATIENT: Duration = Duration::from_secs(30);
    /// For what must not come.
    const SHORT: Duration = Duration::from_millis(250);

    async fn one(kind: TargetKind) -> (Lab, String) {
        let lab = Lab::start(vec![TargetPlan { id: "it".to_owned(), kind }], None).await.unwrap();
        let address = lab.targets()[0].address.clone();
        (lab, address)
    }

    async fn probe(kind: ProbeKind, target: &str, params: &[(&str, &str)], limit: Duration) -> Observation {
        let spec = ProbeSpec::parse(kind, target, &params.iter().copied().collect()).unwrap();
        Prober::start(Clock::system()).run(&spec, limit).await
    }

    fn assert_seen(seen: &Observation, status: Status, words: &str) {
        assert!(seen.status == status && seen.text.contains(words), "expected {status:?} with {words:?}, saw {seen:?}");
    }

    /// Breaks the only target of a fresh lab in each way and checks that the probe sees it, then that mending helps.
    async fn check(
        kind: TargetKind,
        probe_kind: ProbeKind,
        url: &str,
        params: &[(&str, &str)],
        wanted: &[(BreakMode, &str)],
    ) {
        let (lab, address) = one(kind).await;
        let target = url.replace("ADDRESS", &address);
        let mut certificate = NamedTempFile::new().unwrap();
        certificate.write_all(lab.certificate_pem().as_bytes()).unwrap();
        let ca_file = certificate.path().to_str().unwrap().to_owned();
        let params: Vec<_> = params.iter().map(|(k, v)| (*k, if *v == "CA" { ca_file.as_str() } else { *v })).collect();
        assert_seen(&probe(probe_kind, &target, &params, PATIENT).await, Status::Ok, "answered");
        for (mode, words) in wanted {
            lab.break_target("it", *mode).await.unwrap();
            assert_eq!(lab.targets()[0].state, mode.as_str());
            let endless = matches!(mode, BreakMode::Silent | BreakMode::Slow) || words.contains("within");
            let limit = if endless { SHORT } else { PATIENT };
            assert_seen(&probe(probe_kind, &target, &params, limit).await, Status::Critical, words);
        }
        lab.mend("it").await.unwrap();
        assert_eq!(lab.targets()[0].state, "up");
        assert_seen(&probe(probe_kind, &target, &params, PATIENT).await, Status::Ok, "answered");
        lab.shutdown().await;
        assert_seen(&probe(probe_kind, &target, &params, PATIENT).await, Status::Critical, "connection refused");
        assert!(matches!(lab.mend("it").await, Err(LabError::Stopped)));
    }

    #[tokio::test]
    async fn a_tcp_target_breaks_in_every_way() {
        let wanted = [
            (BreakMode::Refuse, "connection refused"),
            (BreakMode::Silent, "within 250 ms"),
            (BreakMode::Slow, "within 250 ms"),
            (BreakMode::Error, "it closed the connection; heard nothing"),
            (BreakMode::Garbage, "it closed the connection; heard"),
        ];
        check(TargetKind::Tcp, ProbeKind::Tcp, "ADDRESS", &[("expect", "faultdesk lab it")], &wanted).await;
    }

    #[tokio::test]
    async fn an_http_target_breaks_in_every_way() {
        let wanted = [
            (BreakMode::Refuse, "connection refused"),
            (BreakMode::Silent, "within 250 ms"),
            (BreakMode::Slow, "within 250 ms"),
            (BreakMode::Error, "answered 503"),
            (BreakMode::Garbage, "not HTTP/1.1"),
        ];
        let params = [("json_pointer", "/queue"), ("json_value", "<= 3")];
        check(TargetKind::Http, ProbeKind::Http, "http://ADDRESS/status.json", &params, &wanted).await;
    }

    #[tokio::test]
    async fn a_tls_target_breaks_in_every_way() {
        let wanted = [
            (BreakMode::Refuse, "connection refused"),
            (BreakMode::Silent, "within 250 ms"),
            (BreakMode::Slow, "within 250 ms"),
            (BreakMode::Error, "refused the TLS handshake: HandshakeFailure"),
            (BreakMode::Garbage, "not TLS"),
        ];
        let params = [("ca_file", "CA"), ("contains", "It works")];
        check(TargetKind::Tls, ProbeKind::Http, "https://ADDRESS/", &params, &wanted).await;
    }

    #[tokio::test]
    async fn an_smtp_target_breaks_in_every_way() {
        let wanted = [
            (BreakMode::Refuse, "connection refused"),
            (BreakMode::Silent, "within 250 ms"),
            (BreakMode::Slow, "within 250 ms"),
            (BreakMode::Error, "heard \"421 "),
            (BreakMode::Garbage, "its greeting"),
        ];
        check(TargetKind::Smtp, ProbeKind::Smtp, "ADDRESS", &[], &wanted).await;
    }

    /// What a SIP target answers to one OPTIONS.
    async fn options(address: &str, limit: Duration) -> Result<String, String> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(address).await.unwrap();
        let request = "OPTIONS sip:lab SIP/2.0\r\nVia: SIP/2.0/UDP here;rport\r\nFrom: a\r\nTo: b\r\nCall-ID: c\r\n\
            CSeq: 1 OPTIONS\r\n\r\n";
        socket.send(request.as_bytes()).await.unwrap();
        let mut buffer = [0; 2_048];
        match timeout(limit, socket.recv(&mut buffer)).await {
            Ok(Ok(count)) => Ok(String::from_utf8_lossy(&buffer[..count]).into_owned()),
            Ok(Err(error)) => Err(error.kind().to_string()),
            Err(_) => Err("late".to_owned()),
        }
    }

    #[tokio::test]
    async fn a_probe_sees_a_sip_target_break_in_every_way() {
        let wanted = [
            (BreakMode::Refuse, "connection refused"),
            (BreakMode::Silent, "no answer within 250 ms"),
            (BreakMode::Slow, "no answer within 250 ms"),
            (BreakMode::Error, "answered \"503 Service Unavailable\""),
            (BreakMode::Garbage, "no expected answer within 250 ms"),
        ];
        check(TargetKind::Sip, ProbeKind::Sip, "ADDRESS", &[], &wanted).await;
    }

    #[tokio::test]
    async fn a_sip_target_breaks_in_every_way() {
        let (lab, address) = one(TargetKind::Sip).await;
        assert!(options(&address, PATIENT).await.unwrap().starts_with("SIP/2.0 200 OK\r\n"));
        lab.break_target("it", BreakMode::Refuse).await.unwrap();
        assert_eq!(options(&address, PATIENT).await.unwrap_err(), "connection refused");
        lab.break_target("it", BreakMode::Error).await.unwrap();
        assert!(options(&address, PATIENT).await.unwrap().starts_with("SIP/2.0 503 "));
        lab.break_target("it", BreakMode::Garbage).await.unwrap();
        assert!(!options(&address, PATIENT).await.unwrap().contains("SIP"));
        for mode in [BreakMode::Silent, BreakMode::Slow] {
            lab.break_target("it", mode).await.unwrap();
            assert_eq!(options(&address, SHORT).await.unwrap_err(), "late");
        }
        tokio::time::pause();
        let started = tokio::time::Instant::now();
        assert!(options(&address, PATIENT).await.is_ok());
        assert!(stream::SLOW.delay <= started.elapsed());
        tokio::time::resume();
        lab.mend("it").await.unwrap();
        assert!(options(&address, PATIENT).await.unwrap().starts_with("SIP/2.0 200 OK\r\n"));
    }

    /// A ping's verdict; none where this machine may not ping.
    async fn ping(address: &str, limit: Duration) -> Option<Observation> {
        let seen = probe(ProbeKind::Ping, address, &[("count", "2")], limit).await;
        let forbidden = seen.status == Status::Unknown && seen.text.contains("CAP_NET_RAW");
        (!forbidden).then_some(seen)
    }

    /// True when broken; otherwise the error says what this machine lacks, and the target is up as before.
    async fn break_ping(lab: &Lab, mode: BreakMode) -> bool {
        match lab.break_target("it", mode).await {
            Ok(()) => true,
            Err(error) => {
                assert!(matches!(error, LabError::NoTool | LabError::NoPrivilege), "{error}");
                assert_eq!(lab.targets()[0].state, "up");
                false
            }
        }
    }

    async fn assert_up(address: &str) {
        if let Some(seen) = ping(address, PATIENT).await {
            assert_seen(&seen, Status::Ok, "answered 2 of 2");
        }
    }

    #[tokio::test]
    async fn a_ping_target_breaks_where_routes_may_be_changed() {
        let (lab, address) = one(TargetKind::Ping).await;
        assert!(address.starts_with("127.83."), "{address}");
        assert_up(&address).await;
        for (mode, limit, words) in
            [(BreakMode::Silent, SHORT, "no answer to 2 packets"), (BreakMode::Refuse, PATIENT, "no route to the host")]
        {
            if break_ping(&lab, mode).await
                && let Some(seen) = ping(&address, limit).await
            {
                assert_seen(&seen, Status::Critical, words);
            }
        }
        lab.mend("it").await.unwrap();
        assert_up(&address).await;
        let unknown = lab.break_target("it", BreakMode::Garbage).await.unwrap_err().to_string();
        assert_eq!(unknown, "a ping target cannot be broken by \"garbage\"; it knows refuse, silent");
    }

    #[tokio::test]
    async fn routes_are_undone_by_shutdown_and_by_dropping_the_lab() {
        let (lab, address) = one(TargetKind::Ping).await;
        break_ping(&lab, BreakMode::Refuse).await;
        lab.shutdown().await;
        let claim = hold(&address).await;
        assert_up(&address).await;
        drop(claim);
        let (lab, address) = one(TargetKind::Ping).await;
        break_ping(&lab, BreakMode::Silent).await;
        drop(lab);
        let _claim = hold(&address).await;
        assert_up(&address).await;
    }

    /// Keeps other labs, which may run at the same time, from taking an address that was given back.
    async fn hold(address: &str) -> ping::Claim {
        let address = address.parse().unwrap();
        let held = async {
            loop {
                match ping::Claim::new(address).unwrap() {
                    Some(claim) => break claim,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        timeout(PATIENT, held).await.unwrap()
    }

    #[tokio::test]
    async fn connections_that_a_target_had_are_closed_when_it_changes() {
        let (lab, address) = one(TargetKind::Tcp).await;
        for mode in [Some(BreakMode::Silent), Some(BreakMode::Refuse), None] {
            let mut before = TcpStream::connect(&address).await.ok();
            match mode {
                Some(mode) => lab.break_target("it", mode).await.unwrap(),
                None => lab.mend("it").await.unwrap(),
            }
            if let Some(stream) = &mut before {
                let mut words = Vec::new();
                // Comes to an end, be it an orderly one or a reset.
                let _ = timeout(PATIENT, stream.read_to_end(&mut words)).await.unwrap();
            }
        }
    }

    #[tokio::test]
    async fn a_refusing_target_keeps_its_port() {
        let (lab, address) = one(TargetKind::Tcp).await;
        lab.break_target("it", BreakMode::Refuse).await.unwrap();
        assert!(std::net::TcpListener::bind(&address).is_err());
        let (lab, address) = one(TargetKind::Sip).await;
        lab.break_target("it", BreakMode::Refuse).await.unwrap();
        assert!(std::net::UdpSocket::bind(&address).is_err());
    }

    #[tokio::test]
    async fn dropping_the_last_clone_ends_the_lab() {
        let (lab, address) = one(TargetKind::Tcp).await;
        drop(lab.clone());
        let mut stream = TcpStream::connect(&address).await.unwrap();
        drop(lab);
        let mut words = Vec::new();
        let _ = timeout(PATIENT, stream.read_to_end(&mut words)).await.unwrap();
        // Bound again as soon as the listener is gone.
        assert!(timeout(PATIENT, async { while TcpStream::connect(&address).await.is_ok() {} }).await.is_ok());
    }

    #[tokio::test]
    async fn a_mixed_plan_has_every_kind_and_every_address_is_its_own() {
        let lab = Lab::start(Lab::plan(60), None).await.unwrap();
        let targets = lab.targets();
        assert_eq!(targets[2].id, "http-1");
        assert_eq!(targets[59].id, "smtp-10");
        // UDP and TCP may use the same number.
        let addresses: HashSet<_> =
            targets.iter().map(|target| (target.kind == TargetKind::Sip, &target.address)).collect();
        assert_eq!(addresses.len(), 60);
        assert!(targets.iter().all(|target| target.state == "up"));
        assert!(lab.control_addr().is_none());
        assert!(matches!(lab.mend("none").await, Err(LabError::UnknownTarget { .. })));
    }

    #[tokio::test]
    async fn an_impossible_plan_is_refused() {
        let double = vec![TargetPlan { id: "it".to_owned(), kind: TargetKind::Tcp }; 2];
        assert!(matches!(Lab::start(double, None).await, Err(LabError::DuplicateId { .. })));
        let many = Lab::plan(TARGETS_MAX + 1);
        assert!(matches!(Lab::start(many, None).await, Err(LabError::TooMany { .. })));
        let open = Some("0.0.0.0:0".parse().unwrap());
        assert!(matches!(Lab::start(Vec::new(), open).await, Err(LabError::NotLoopback { .. })));
    }
}
