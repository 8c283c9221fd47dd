//! `tls`: the certificate that a server shows: its chain, its name, and how long it is still good.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use domain::{
    observation::Status,
    probe::{TlsSpec, judge_expiry},
    time::Timestamp,
};
use rustls::{
    DigitallySignedStruct, Error as TlsError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use tokio::{io::AsyncWriteExt, time::Instant};
use x509_parser::parse_x509_certificate;

use super::{Millis, Phase, Shared, Trace, Trouble, Verdict, connected, micros, millis, tls, within_reason};

const DAY_S: i64 = 86_400;

pub(super) async fn run(shared: &Shared, spec: &TlsSpec, trace: &mut Trace) -> Result<Verdict, Trouble> {
    // A CA file that cannot be read is found before anybody is bothered.
    let trusted = shared.trust.trusted(spec.ca_file.as_deref()).await?;
    let witness = Arc::new(Witness { judge: trusted.verifier, shown: OnceLock::new() });
    let mut config = (*trusted.config).clone();
    config.dangerous().set_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>);
    let stream = connected(shared, &spec.host, spec.port, trace).await?;
    trace.phase = Phase::Tls;
    let encrypting = Instant::now();
    let name = spec.server_name.as_ref().unwrap_or(&spec.host).as_str();
    let outcome = tls::handshake(Arc::new(config), name, stream).await;
    let Some(shown) = witness.shown.get() else {
        return Err(outcome.err().unwrap_or_else(|| Trouble::Theirs("showed no certificate".to_owned())));
    };
    let now = shared.clock.now();
    let end = not_after(&shown.certificate);
    if let Some(end) = end {
        trace.add("days_left", days_left(now, end));
    }
    let mut stream = match outcome {
        Ok(stream) => stream,
        Err(Trouble::Theirs(first)) => {
            return Err(Trouble::Theirs(all_faults(first, &witness.judge, shown, name, end.filter(|end| *end < now))));
        }
        Err(ours) => return Err(ours),
    };
    trace.add("tls_ms", millis(encrypting.elapsed()));
    let took = trace.started.elapsed();
    within_reason(trace.deadline, async move {
        let _ = stream.shutdown().await;
    })
    .await;
    let end = end.ok_or_else(|| Trouble::Theirs("the certificate cannot be read".to_owned()))?;
    let status = judge_expiry(left_s(now, end));
    let days = left_s(now, end).div_euclid(DAY_S);
    let word = if days == 1 { "day" } else { "days" };
    let mut text = format!("the certificate is good for {days} {word}, until {end}, in {}", Millis(took));
    if status != Status::Ok {
        text += "; renew it";
    }
    Ok(Verdict { status, text, latency_us: Some(micros(took)) })
}

/// Lets the judge of every handshake judge this one too, and keeps what was judged: a certificate that is refused has
/// an end as well.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    shown: OnceLock<Shown>,
}

#[derive(Debug)]
struct Shown {
    certificate: CertificateDer<'static>,
    intermediates: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        let _ = self.shown.set(Shown {
            certificate: end_entity.clone().into_owned(),
            intermediates: intermediates.iter().map(|certificate| certificate.clone().into_owned()).collect(),
        });
        self.judge.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.judge.verify_tls12_signature(message, cert, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        self.judge.verify_tls13_signature(message, cert, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

/// A handshake ends at the first fault that it finds; a renewed certificate should not show the next. `ended` is when a
/// certificate ended that has.
fn all_faults(
    first: String,
    judge: &WebPkiServerVerifier,
    shown: &Shown,
    name: &str,
    ended: Option<Timestamp>,
) -> String {
    // Its chain as it was judged in the last second in which it was good.
    let chain = ended.and_then(|ended| {
        let second = u64::try_from(ended.plus_seconds(-1).as_millis() / 1_000).ok()?;
        let (server, at) = (tls::server_name(name).ok()?, UnixTime::since_unix_epoch(Duration::from_secs(second)));
        let judged = judge.verify_server_cert(&shown.certificate, &shown.intermediates, &server, &[], at);
        tls::refused_words(&judged.err()?)
    });
    let mut faults = vec![first];
    for more in [chain, tls::wrong_name(&shown.certificate, name), ended.map(tls::expired_words)].into_iter().flatten()
    {
        if !faults.contains(&more) {
            faults.push(more);
        }
    }
    faults.join("; ")
}

fn not_after(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    Some(Timestamp::EPOCH.plus_seconds(parsed.validity().not_after.timestamp()))
}

fn left_s(now: Timestamp, end: Timestamp) -> i64 {
    end.as_micros().saturating_sub(now.as_micros()).div_euclid(1_000_000)
}

/// For charts, to a hundredth of a day.
fn days_left(now: Timestamp, end: Timestamp) -> f64 {
    let hundredths = left_s(now, end) / (DAY_S / 100);
    f64::from(i32::try_from(hundredths).unwrap_or(i32::MAX)) / 100.0
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
            peer::{Identity, PATIENT, Peer, SHORT, assert_seen, probe, refusing},
        },
    };

    /// 2030-01-01, when the certificates of these tests end.
    const END_S: i64 = 1_893_456_000;

    async fn check(seconds_left: i64, identity: &Identity, name: &str, ca_file: &str) -> Observation {
        let clock = Clock::from(Timestamp::EPOCH.plus_seconds(END_S - seconds_left));
        let peer = Peer::https(identity, |_| String::new()).await;
        let params = [("server_name", name), ("ca_file", ca_file)].into_iter().collect();
        let spec = ProbeSpec::parse(ProbeKind::Tls, &peer.target(), &params).unwrap();
        Prober::start(clock).run(&spec, PATIENT).await
    }

    fn left(seen: &Observation) -> Option<f64> {
        seen.numbers.iter().find(|(name, _)| name == "days_left").map(|(_, days)| *days)
    }

    #[tokio::test]
    async fn a_certificate_is_judged_by_the_days_that_it_has_left() {
        let identity = Identity::new("pbx.example", (2000, 2030));
        // The clock goes on while the handshake runs; `domain` has the exact edges.
        const MOMENT_S: i64 = 60;
        for (left_s, status, words) in [
            (400 * DAY_S + MOMENT_S, Status::Ok, "good for 400 days, until 2030-01-01T00:00:00Z"),
            (30 * DAY_S + MOMENT_S, Status::Ok, "good for 30 days"),
            (30 * DAY_S, Status::Warning, "good for 29 days"),
            (7 * DAY_S + MOMENT_S, Status::Warning, "good for 7 days"),
            (7 * DAY_S, Status::Critical, "good for 6 days"),
            (DAY_S + MOMENT_S, Status::Critical, "good for 1 day, until"),
        ] {
            let seen = check(left_s, &identity, "pbx.example", identity.ca_file()).await;
            assert_seen(&seen, status, words);
            assert!((left(&seen).unwrap() * 86_400.0 - left_s as f64).abs() < 1_800.0, "{seen:?}");
            assert!(seen.latency_us.is_some());
        }
        let seen = check(-2 * DAY_S, &identity, "pbx.example", identity.ca_file()).await;
        assert_seen(&seen, Status::Critical, "the certificate expired at 2030-01-01T00:00:00Z");
        assert!((left(&seen).unwrap() + 2.0).abs() < 0.02, "{seen:?}");
    }

    #[tokio::test]
    async fn each_fault_of_a_certificate_is_named_also_when_there_are_several() {
        let identity = Identity::new("pbx.example", (2000, 2030));
        let good = 400 * DAY_S;
        let seen = check(good, &identity, "mail.example", identity.ca_file()).await;
        assert_seen(&seen, Status::Critical, "the wrong name: it is not for mail.example but for");
        let other = Identity::good("other.example");
        let seen = check(good, &identity, "pbx.example", other.ca_file()).await;
        assert_seen(&seen, Status::Critical, "unknown authority");
        assert!(!seen.text.contains(';'), "{}", seen.text);
        let seen = check(-DAY_S, &identity, "mail.example", other.ca_file()).await;
        for words in ["unknown authority", "the wrong name", "expired at 2030-01-01"] {
            assert_eq!(seen.text.matches(words).count(), 1, "{words}: {seen:?}");
        }
        let early = Identity::new("pbx.example", (2095, 2100));
        let seen = check(good, &early, "pbx.example", early.ca_file()).await;
        assert_seen(&seen, Status::Critical, "not valid before 2095-01-01");
    }

    #[tokio::test]
    async fn a_ca_file_that_cannot_be_used_is_our_own_fault() {
        let identity = Identity::good("pbx.example");
        let seen = check(DAY_S, &identity, "pbx.example", "/missing/ca.pem").await;
        assert_seen(&seen, Status::Unknown, "/missing/ca.pem cannot be used");
    }

    #[tokio::test]
    async fn hostile_peers_are_told_apart() {
        let identity = Identity::good("localhost");
        let params = [("ca_file", identity.ca_file())];
        for (peer, words) in [
            (Peer::saying("220 plain text only\r\n").await, "not TLS"),
            (Peer::resetting().await, "reset by the other side"),
            (Peer::endless("").await, "not TLS"),
        ] {
            assert_seen(&probe(ProbeKind::Tls, &peer.target(), &params, PATIENT).await, Status::Critical, words);
        }
        let (_listener, half_open) = Peer::half_open();
        // The start of a TLS record, and then nothing of use.
        let (drip, silent) = (Peer::dripping("\u{16}\u{3}\u{3}").await, Peer::silent().await);
        for target in [half_open.to_string(), silent.target(), drip.target()] {
            let seen = probe(ProbeKind::Tls, &target, &params, SHORT).await;
            assert!(seen.status == Status::Critical && left(&seen).is_none(), "{seen:?}");
        }
        let (_reserved, address) = refusing();
        let seen = probe(ProbeKind::Tls, &address.to_string(), &params, PATIENT).await;
        assert_seen(&seen, Status::Critical, "connection refused");
    }
}
