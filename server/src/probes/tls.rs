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
    client::Resumption,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
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
    system: OnceCell<Arc<ClientConfig>>,
    files: Mutex<HashMap<String, CaFile>>,
}

/// What a file held when it was last read, and what came of it.
struct CaFile {
    pem: Vec<u8>,
    config: Arc<ClientConfig>,
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
        match ca_file {
            None => self.system.get_or_try_init(|| self.load_system()).await.map(Arc::clone),
            Some(path) => self.load_file(path).await,
        }
    }

    async fn load_system(&self) -> Result<Arc<ClientConfig>, Trouble> {
        let loaded = tokio::task::spawn_blocking(rustls_native_certs::load_native_certs).await;
        let certs = loaded.map(|loaded| loaded.certs).unwrap_or_default();
        self.trusting(certs).ok_or_else(|| {
            Trouble::Ours("this machine has no trusted authorities; install ca-certificates or set ca_file".to_owned())
        })
    }

    /// Reads the file each time, so that a renewed one counts at once, and keeps what was made of it while it is the same.
    async fn load_file(&self, path: &str) -> Result<Arc<ClientConfig>, Trouble> {
        let wrong = |why: String| Trouble::Ours(format!("the CA file {path} cannot be used: {why}"));
        let pem = read_bounded(path).await.map_err(|error| wrong(error.to_string()))?;
        if let Some(known) = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(path)
            && known.pem == pem
        {
            return Ok(Arc::clone(&known.config));
        }
        let certs: Result<Vec<_>, _> = rustls_pemfile::certs(&mut pem.as_slice()).collect();
        let certs = certs.map_err(|error| wrong(error.to_string()))?;
        let config =
            self.trusting(certs).ok_or_else(|| wrong("it holds no certificate in PEM form".to_owned()))?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if CA_FILES_MAX <= files.len() && !files.contains_key(path) {
            files.clear();
        }
        files.insert(path.to_owned(), CaFile { pem, config: Arc::clone(&config) });
        Ok(config)
    }

    /// `None` when not one of `certs` can be trusted.
    fn trusting(&self, certs: Vec<CertificateDer<'static>>) -> Option<Arc<ClientConfig>> {
        let mut roots = RootCertStore::empty();
        let (added, _) = roots.add_parsable_certificates(certs);
        if added == 0 {
            return None;
        }
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_details(provider, Arc::new(ClockTime(self.clock)));
        let mut config = builder
            .with_safe_default_protocol_versions()
            .ok()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.resumption = Resumption::disabled();
        Some(Arc::new(config))
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
    // Certificates never carry the dot that ends a full name.
    let bare = name.strip_suffix('.').unwrap_or(name).to_owned();
    let server = ServerName::try_from(bare)
        .map_err(|_| Trouble::Ours(format!("{name} cannot be the name of a certificate; set server_name")))?;
    TlsConnector::from(config).connect(server, stream).await.map_err(|error| Trouble::Theirs(handshake_words(&error)))
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
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("the certificate expired at {}", instant(*not_after))
        }
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
        CertificateError::BadSignature => "the certificate's signature is wrong".to_owned(),
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
