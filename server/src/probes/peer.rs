//! Peers for tests: friendly and hostile ones on loopback, certificates of every kind, and one way to probe them.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use domain::{
    observation::{Observation, Status},
    probe::{ProbeKind, ProbeSpec},
};
use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::NamedTempFile;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream, UdpSocket},
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

use super::Prober;
use crate::clock::Clock;

/// For probes that succeed: long enough for the busiest machine.
pub(super) const PATIENT: Duration = Duration::from_secs(30);
/// For probes that must run into their deadline.
pub(super) const SHORT: Duration = Duration::from_millis(250);

/// One probe run, specified as a user would.
pub(super) async fn probe(kind: ProbeKind, target: &str, params: &[(&str, &str)], timeout: Duration) -> Observation {
    let spec = ProbeSpec::parse(kind, target, &params.iter().copied().collect()).unwrap();
    Prober::start(Clock::system()).run(&spec, timeout).await
}

/// The observation has this status, and its text these words.
pub(super) fn assert_seen(seen: &Observation, status: Status, words: &str) {
    assert!(seen.status == status && seen.text.contains(words), "expected {status:?} with {words:?}, saw {seen:?}");
}

/// A listener on loopback that gives each connection to `talk`. Dropping it ends everything.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    pub(super) async fn serve<F, R>(talk: F) -> Self
    where
        F: Fn(TcpStream) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut talks = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                talks.spawn(talk(stream));
            }
        });
        Self { address, task }
    }

    /// Says `text` at once and then listens until the probe goes.
    pub(super) async fn saying(text: &'static str) -> Self {
        Self::serve(move |mut stream| async move {
            let _ = stream.write_all(text.as_bytes()).await;
            drain(&mut stream).await;
        })
        .await
    }

    /// Answers each HTTP request with `answer(request)` and closes.
    pub(super) async fn http<F>(answer: F) -> Self
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        let answer = Arc::new(answer);
        Self::serve(move |mut stream| {
            let answer = Arc::clone(&answer);
            async move {
                let request = read_request(&mut stream).await;
                let _ = stream.write_all(answer(&request).as_bytes()).await;
            }
        })
        .await
    }

    /// The same over TLS with the certificate of `identity`.
    pub(super) async fn https<F>(identity: &Identity, answer: F) -> Self
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        let (acceptor, answer) = (identity.acceptor.clone(), Arc::new(answer));
        Self::serve(move |stream| {
            let (acceptor, answer) = (acceptor.clone(), Arc::clone(&answer));
            async move {
                // A probe that does not like the certificate breaks the handshake off.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let request = read_request(&mut stream).await;
                let _ = stream.write_all(answer(&request).as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        })
        .await
    }

    /// Accepts, says nothing, and listens until the probe goes.
    pub(super) async fn silent() -> Self {
        Self::saying("").await
    }

    /// Ends each connection with a reset.
    pub(super) async fn resetting() -> Self {
        Self::serve(|stream| async move {
            socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        })
        .await
    }

    /// Sends `text` again and again, one character each 5 ms.
    pub(super) async fn dripping(text: &'static str) -> Self {
        Self::serve(move |mut stream| async move {
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            for byte in text.bytes().cycle() {
                tick.tick().await;
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
            }
        })
        .await
    }

    /// `start`, and then letters as fast as they are taken.
    pub(super) async fn endless(start: &'static str) -> Self {
        Self::serve(move |mut stream| async move {
            let _ = stream.write_all(start.as_bytes()).await;
            while stream.write_all(&[b'x'; 16_384]).await.is_ok() {}
        })
        .await
    }

    /// A listener whose program never accepts: the kernel answers, nobody speaks.
    pub(super) fn half_open() -> (TcpListener, SocketAddr) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(8).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    pub(super) fn target(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

/// A UDP socket on loopback that answers each datagram, counted from 1. Dropping it ends it.
pub(super) struct UdpPeer {
    pub(super) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for UdpPeer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl UdpPeer {
    /// Answers with the datagrams of `answers(datagram, its number)`.
    pub(super) async fn serve<F>(answers: F) -> Self
    where
        F: Fn(&[u8], usize) -> Vec<Vec<u8>> + Send + 'static,
    {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 65_536];
            for number in 1.. {
                // A probe that has gone is reported as an error of the next call.
                let Ok((count, from)) = socket.recv_from(&mut buffer).await else { continue };
                for answer in answers(&buffer[..count], number) {
                    let _ = socket.send_to(&answer, from).await;
                }
            }
        });
        Self { address, task }
    }

    /// Answers the first datagram with `answer` again and again, as fast as it can be sent.
    pub(super) async fn flooding(answer: Vec<u8>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let (_, from) = socket.recv_from(&mut [0; 2_048]).await.unwrap();
            loop {
                let _ = socket.send_to(&answer, from).await;
                tokio::task::yield_now().await;
            }
        });
        Self { address, task }
    }

    pub(super) fn target(&self) -> String {
        self.address.to_string()
    }
}

/// A UDP port where the kernel tells everybody that nobody listens, for as long as the socket lives.
pub(super) async fn refusing_udp() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    // Connected to itself, it takes nothing from others.
    socket.connect(address).await.unwrap();
    (socket, address)
}

/// A port that refuses connections for as long as the socket lives.
pub(super) fn refusing() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// Reads until the other side closes.
pub(super) async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1_024];
    while stream.read(&mut buffer).await.is_ok_and(|count| 0 < count) {}
}

/// Head and body of a request whose length is told by Content-Length.
pub(super) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut request = String::new();
    let mut buffer = [0; 1_024];
    loop {
        let count = stream.read(&mut buffer).await.unwrap_or(0);
        request += &String::from_utf8_lossy(&buffer[..count]);
        let Some((head, body)) = request.split_once("\r\n\r\n") else {
            assert!(0 < count, "the request broke off: {request:?}");
            continue;
        };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if length.unwrap_or(0) <= body.len() {
            return request;
        }
    }
}

/// An HTTP answer with its length.
pub(super) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// A server's certificate and the authority that signed it.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    ca_file: NamedTempFile,
}

impl Identity {
    /// A certificate for `name`, valid from January of `years.0` to January of `years.1`.
    pub(super) fn new(name: &str, years: (i32, i32)) -> Self {
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.distinguished_name.push(rcgen::DnType::OrganizationName, format!("authority of {name}"));
        authority.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
        let cert = params.signed_by(&key, &authority).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let mut ca_file = NamedTempFile::new().unwrap();
        ca_file.write_all(authority.pem().as_bytes()).unwrap();
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), ca_file }
    }

    /// One that everybody who trusts its authority accepts.
    pub(super) fn good(name: &str) -> Self {
        Self::new(name, (2000, 2100))
    }

    pub(super) fn ca_file(&self) -> &str {
        self.ca_file.path().to_str().unwrap()
    }
}
