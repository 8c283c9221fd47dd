//! TLS for probes: whom to trust, and certificate errors in words.
//!
//! Sessions are never resumed: a resumed handshake does not show the certificate, and showing it is the point.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::time::Timestamp;
use rustls::{
    CertificateError, ClientConfig, Error as TlsError, RootCertStore,
    client::{Resumption, WebPkiServerVerifier, verify_server_name},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
    time_provider::TimeProvider,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    sync::OnceCell,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Trouble, resolve::io_words};
use crate::clock::Clock;

/// A file with every authority of the world has 250 kB; more is no file of authorities.
const CA_FILE_BYTES_MAX: u64 = 1 << 20;
/// Different files kept ready at a time; an installation has a handful.
const CA_FILES_MAX: usize = 64;

/// Whom probes trust: the system's authorities, or those of a file.
pub(super) struct Trust {
    clock: Clock,
    system: OnceCell<Trusted>,
    files: Mutex<HashMap<String, CaFile>>,
}

/// What a file held when it was last read, and what came of it.
struct CaFile {
    pem: Vec<u8>,
    trusted: Trusted,
}

/// The client's side of a handshake, and the judge of certificates in it.
#[derive(Clone)]
pub(super) struct Trusted {
    pub(super) config: Arc<ClientConfig>,
    pub(super) verifier: Arc<WebPkiServerVerifier>,
}

/// Certificates are judged by the product's clock, so that a test may stand in any year.
#[derive(Debug)]
struct ClockTime(Clock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let micros = u64::try_from(self.0.now().as_micros()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_micros(micros)))
    }
}

impl Trust {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, system: OnceCell::new(), files: Mutex::new(HashMap::new()) }
    }

    /// The client's side of a handshake that trusts `ca_file` alone, or the system's authorities when there is none.
    pub(super) async fn config(&self, ca_file: Option<&str>) -> Result<Arc<ClientConfig>, Trouble> {
        Ok(self.trusted(ca_file).await?.config)
    }

    /// The same with the judge of certificates.
    pub(super) async fn trusted(&self, ca_file: Option<&str>) -> Result<Trusted, Trouble> {
        match ca_file {
            None => self.system.get_or_try_init(|| self.load_system()).await.cloned(),
            Some(path) => self.load_file(path).await,
        }
    }

    async fn load_system(&self) -> Result<Trusted, Trouble> {
        let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
        let certs = loaded.map(|loaded| loaded.certs).unwrap_or_default();
        self.trusting(certs).ok_or_else(|| {
            Trouble::Ours("this machine has no trusted authorities; install ca-certificates or set ca_file".to_owned())
        })
    }

    /// Reads the file each time, so that a renewed one counts at once, and keeps what was made of it while it is the same.
    async fn load_file(&self, path: &str) -> Result<Trusted, Trouble> {
        let wrong = |why: String| Trouble::Ours(format!("the CA file {path} cannot be used: {why}"));
        let pem = read_bounded(path).await.map_err(|error| wrong(error.to_string()))?;
        if let Some(known) = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(path)
            && known.pem == pem
        {
            return Ok(known.trusted.clone());
        }
        let certs: Result<Vec<_>, _> = rustls_pemfile::certs(&mut pem.as_slice()).collect();
        let certs = certs.map_err(|error| wrong(error.to_string()))?;
        let trusted = self.trusting(certs).ok_or_else(|| wrong("it holds no certificate in PEM form".to_owned()))?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if CA_FILES_MAX <= files.len() && !files.contains_key(path) {
            files.clear();
        }
        files.insert(path.to_owned(), CaFile { pem, trusted: trusted.clone() });
        Ok(trusted)
    }

    /// `None` when not one of `certs` can be trusted.
    fn trusting(&self, certs: Vec<CertificateDer<'static>>) -> Option<Trusted> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(certs);
        if added == 0 {
            return None;
        }
        let provider = Arc::new(ring::default_provider());
        let verifier =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().ok()?;
        let builder = ClientConfig::builder_with_details(provider, Arc::new(ClockTime(self.clock)));
        let builder = builder.with_safe_default_protocol_versions().ok()?;
        let mut config = builder.with_webpki_verifier(Arc::clone(&verifier)).with_no_client_auth();
        config.resumption = Resumption::disabled();
        Some(Trusted { config: Arc::new(config), verifier })
    }
}

async fn read_bounded(path: &str) -> io::Result<Vec<u8>> {
    let file = tokio::fs::File::open(path).await?;
    let mut pem = Vec::new();
    // One byte more than allowed tells a file that is too long from one that just fits.
    file.take(CA_FILE_BYTES_MAX + 1).read_to_end(&mut pem).await?;
    if CA_FILE_BYTES_MAX < u64::try_from(pem.len()).unwrap_or(u64::MAX) {
        return Err(io::Error::other(format!("it has more than {CA_FILE_BYTES_MAX} bytes")));
    }
    Ok(pem)
}

/// A TLS connection over `stream` with a peer whose certificate is good for `name`.
pub(super) async fn handshake<S>(config: Arc<ClientConfig>, name: &str, stream: S) -> Result<TlsStream<S>, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let server = server_name(name)?;
    TlsConnector::from(config).connect(server, stream).await.map_err(|error| Trouble::Theirs(handshake_words(&error)))
}

/// `name` as a certificate would carry it.
pub(super) fn server_name(name: &str) -> Result<ServerName<'static>, Trouble> {
    // Certificates never carry the dot that ends a full name.
    let bare = name.strip_suffix('.').unwrap_or(name).to_owned();
    ServerName::try_from(bare)
        .map_err(|_| Trouble::Ours(format!("{name} cannot be the name of a certificate; set server_name")))
}

/// What is wrong with a certificate by its name alone, whatever else is wrong with it.
pub(super) fn wrong_name(certificate: &CertificateDer<'_>, name: &str) -> Option<String> {
    let (parsed, server) = (ParsedCertificate::try_from(certificate).ok()?, server_name(name).ok()?);
    refused_words(&verify_server_name(&parsed, &server).err()?)
}

/// Why a certificate was refused; `None` when something else went wrong.
pub(super) fn refused_words(error: &TlsError) -> Option<String> {
    match error {
        TlsError::InvalidCertificate(reason) => Some(certificate_words(reason)),
        _ => None,
    }
}

/// The words for a certificate that ended at `not_after`.
pub(super) fn expired_words(not_after: Timestamp) -> String {
    format!("the certificate expired at {not_after}")
}

fn handshake_words(error: &io::Error) -> String {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>()) {
        Some(TlsError::InvalidCertificate(reason)) => certificate_words(reason),
        Some(TlsError::InvalidMessage(_)) => "answered something that is not TLS".to_owned(),
        Some(TlsError::PeerIncompatible(why)) => {
            format!("speaks no TLS that this program accepts (1.2 or 1.3 with forward secrecy): {why:?}")
        }
        Some(TlsError::AlertReceived(why)) => format!("refused the TLS handshake: {why:?}"),
        Some(other) => format!("the TLS handshake failed: {other}"),
        None => format!("the TLS handshake failed: {}", io_words(error)),
    }
}

fn certificate_words(reason: &CertificateError) -> String {
    match reason {
        CertificateError::ExpiredContext { not_after, .. } => expired_words(instant(*not_after)),
        CertificateError::Expired => "the certificate has expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the certificate is not valid before {}", instant(*not_before))
        }
        CertificateError::NotValidYet => "the certificate is not valid yet".to_owned(),
        CertificateError::UnknownIssuer => "the certificate is signed by an unknown authority".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            /// Some certificates carry a hundred names; a few tell the story.
            const NAMES_MAX: usize = 5;
            let names: Vec<_> = presented.iter().take(NAMES_MAX).map(String::as_str).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("the certificate has the wrong name: it is not for {} but for {names}", expected.to_str())
        }
        CertificateError::NotValidForName => "the certificate has the wrong name".to_owned(),
        CertificateError::Revoked => "the certificate has been revoked".to_owned(),
        CertificateError::BadSignature => {
            "the certificate is not signed by the trusted authority that it names".to_owned()
        }
        CertificateError::BadEncoding => "the certificate cannot be read".to_owned(),
        CertificateError::InvalidPurposeContext { .. } | CertificateError::InvalidPurpose => {
            "the certificate is not meant for servers".to_owned()
        }
        other => format!("the certificate is not acceptable: {other}"),
    }
}

fn instant(at: UnixTime) -> Timestamp {
    Timestamp::EPOCH.plus_seconds(i64::try_from(at.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use domain::{
        observation::{Observation, Status},
        probe::{ProbeKind, ProbeSpec},
    };
    use tempfile::NamedTempFile;

    use super::*;
    use crate::probes::{
        Prober,
        peer::{Identity, PATIENT, Peer, assert_seen},
    };

    /// What a probe by `clock` sees of a server with `identity` that it calls `name`, trusting `ca_file`.
    async fn check(clock: Clock, identity: &Identity, name: &str, ca_file: &str) -> Observation {
        let peer = Peer::https(identity, |_| String::new()).await;
        let params = [("tls", "yes"), ("server_name", name), ("ca_file", ca_file)];
        let spec = ProbeSpec::parse(ProbeKind::Tcp, &peer.target(), &params.into_iter().collect()).unwrap();
        Prober::start(clock).run(&spec, PATIENT).await
    }

    #[tokio::test]
    async fn a_good_certificate_is_accepted() {
        for name in ["pbx.example", "127.0.0.1"] {
            let identity = Identity::good(name);
            let seen = check(Clock::system(), &identity, name, identity.ca_file()).await;
            assert_seen(&seen, Status::Ok, "connected with TLS");
        }
        let identity = Identity::good("pbx.example");
        let seen = check(Clock::system(), &identity, "pbx.example.", identity.ca_file()).await;
        assert_seen(&seen, Status::Ok, "connected with TLS");
    }

    #[tokio::test]
    async fn each_bad_certificate_is_named() {
        let system = Clock::system();
        let expired = Identity::new("pbx.example", (2000, 2020));
        let seen = check(system, &expired, "pbx.example", expired.ca_file()).await;
        assert_seen(&seen, Status::Critical, "the certificate expired at 2020-01-01T00:00:00Z");
        let early = Identity::new("pbx.example", (2090, 2100));
        let seen = check(system, &early, "pbx.example", early.ca_file()).await;
        assert_seen(&seen, Status::Critical, "not valid before 2090-01-01T00:00:00Z");
        let other = Identity::good("other.example");
        let seen = check(system, &other, "pbx.example", other.ca_file()).await;
        assert_seen(&seen, Status::Critical, "the wrong name: it is not for pbx.example but for");
        assert!(seen.text.contains("other.example"), "{}", seen.text);
        let stranger = Identity::good("pbx.example");
        let seen = check(system, &stranger, "pbx.example", other.ca_file()).await;
        assert_seen(&seen, Status::Critical, "unknown authority");
        // Another authority of the same name, as after an internal one was made anew.
        let renamed = Identity::good("pbx.example");
        let seen = check(system, &renamed, "pbx.example", stranger.ca_file()).await;
        assert_seen(&seen, Status::Critical, "not signed by the trusted authority");
    }

    #[tokio::test]
    async fn certificates_are_judged_by_the_clock_that_was_handed_in() {
        let identity = Identity::new("pbx.example", (2000, 2020));
        let clock = Clock::from(Timestamp::from_millis(1_000_000_000_000));
        let seen = check(clock, &identity, "pbx.example", identity.ca_file()).await;
        assert_seen(&seen, Status::Ok, "connected with TLS");
    }

    #[tokio::test]
    async fn a_ca_file_that_cannot_be_used_is_our_own_fault_and_named() {
        let identity = Identity::good("pbx.example");
        let seen = check(Clock::system(), &identity, "pbx.example", "/missing/ca.pem").await;
        assert_seen(&seen, Status::Unknown, "/missing/ca.pem cannot be used");
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(b"no certificate here").unwrap();
        let path = file.path().to_str().unwrap().to_owned();
        let seen = check(Clock::system(), &identity, "pbx.example", &path).await;
        assert_seen(&seen, Status::Unknown, "no certificate");
        file.as_file().set_len(CA_FILE_BYTES_MAX + 1).unwrap();
        let seen = check(Clock::system(), &identity, "pbx.example", &path).await;
        assert_seen(&seen, Status::Unknown, "more than 1048576 bytes");
    }

    #[tokio::test]
    async fn a_renewed_ca_file_counts_at_once_and_an_unchanged_one_is_kept() {
        let (first, second) = (Identity::good("a.example"), Identity::good("b.example"));
        let trust = Trust::new(Clock::system());
        let path = first.ca_file();
        let before = trust.config(Some(path)).await.unwrap();
        assert!(Arc::ptr_eq(&before, &trust.config(Some(path)).await.unwrap()));
        std::fs::copy(second.ca_file(), path).unwrap();
        assert!(!Arc::ptr_eq(&before, &trust.config(Some(path)).await.unwrap()));
    }

    #[tokio::test]
    async fn the_systems_authorities_do_not_trust_strangers() {
        let identity = Identity::good("pbx.example");
        let peer = Peer::https(&identity, |_| String::new()).await;
        let params = [("tls", "yes"), ("server_name", "pbx.example")].into_iter().collect();
        let spec = ProbeSpec::parse(ProbeKind::Tcp, &peer.target(), &params).unwrap();
        let seen = Prober::start(Clock::system()).run(&spec, PATIENT).await;
        // On a machine without authorities nobody can be judged.
        let wanted = if seen.status == Status::Unknown { "ca-certificates" } else { "unknown authority" };
        assert!(!seen.status.is_ok() && seen.text.contains(wanted), "{seen:?}");
    }
}
