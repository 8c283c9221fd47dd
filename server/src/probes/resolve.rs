//! Names to addresses, by the system's resolver, and addresses to connections.

use std::{
    io::{self, ErrorKind},
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use tokio::{
    net::{TcpStream, lookup_host},
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::Trouble;
use crate::config::Network;

/// Look-ups at once. The system's resolver blocks a thread of tokio's pool for each, for up to half a minute when no
/// name server answers; the rest of the pool stays free for files and the database.
const LOOKUPS_MAX: usize = 64;
/// Addresses of one name that are tried; more would leave each too little of the deadline.
const ADDRESSES_MAX: usize = 8;

/// Too many open files, for us and for the whole machine; the standard library has no kind for them. Linux numbers.
const EMFILE: i32 = 24;
const ENFILE: i32 = 23;
const ENOBUFS: i32 = 105;
const EAFNOSUPPORT: i32 = 97;

pub(super) struct Resolver {
    lookups: Arc<Semaphore>,
    /// Addresses that policy keeps us away from.
    denied: Vec<Network>,
}

impl Resolver {
    pub(super) fn new(denied: Vec<Network>) -> Self {
        Self { lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)), denied }
    }

    /// The addresses of `host` that may be contacted, in the system's order of preference; never empty. An IP address
    /// is its own answer. Every connection is made to what this returned, so a name cannot change its mind in between.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Trouble> {
        let mut found = self.all_addresses(host, port).await?;
        let denied =
            found.iter().find_map(|address| self.denied_by(address.ip()).map(|network| (address.ip(), network)));
        found.retain(|address| self.denied_by(address.ip()).is_none());
        match denied {
            Some((ip, network)) if found.is_empty() => Err(Trouble::Ours(format!(
                "{host} is not contacted: {ip} lies in {network}, which monitor.deny_networks forbids"
            ))),
            _ => Ok(found),
        }
    }

    fn denied_by(&self, ip: IpAddr) -> Option<Network> {
        self.denied.iter().copied().find(|network| network.contains(ip))
    }

    async fn all_addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Trouble> {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let permit = Arc::clone(&self.lookups).acquire_owned().await;
        let name = host.to_owned();
        // A task of its own keeps the permit until the thread is really free, also when the probe is long gone.
        let lookup = tokio::spawn(async move {
            let found = lookup_host((name.as_str(), port)).await.map(|found| found.take(ADDRESSES_MAX).collect());
            drop(permit);
            found
        });
        match lookup.await {
            Ok(Ok(found)) => some_address(host, found),
            Ok(Err(error)) => Err(lookup_trouble(host, &error)),
            Err(_) => Err(Trouble::Ours(format!("looking up {host} was broken off"))),
        }
    }
}

fn some_address(host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Trouble> {
    if found.is_empty() {
        Err(Trouble::Theirs(format!("{host} does not resolve: it has no address")))
    } else {
        Ok(found)
    }
}

/// The standard library passes the resolver's verdict on as text only: the words of glibc and of musl. `getaddrinfo`
/// speaks the C locale here, since nothing in this program sets another.
fn lookup_trouble(host: &str, error: &io::Error) -> Trouble {
    const NO_SUCH_NAME: [&str; 5] = [
        "Name or service not known",
        "No address associated with hostname",
        "nodename nor servname provided",
        "Name does not resolve",
        "Name has no usable address",
    ];
    let words = error.to_string();
    if NO_SUCH_NAME.iter().any(|known| words.contains(known)) {
        return Trouble::Theirs(format!("{host} does not resolve: no such name"));
    }
    let words = words.strip_prefix("failed to lookup address information: ").unwrap_or(&words);
    Trouble::Ours(format!("the resolver of this machine could not look up {host} ({words}); check its name servers"))
}

/// A connection to the first address that gives one. Each address gets an even share of the time that is left, so a
/// silent one cannot use up what the next needs; the caller's deadline ends the last.
pub(super) async fn connect(addresses: &[SocketAddr], deadline: Instant) -> Result<TcpStream, Trouble> {
    let mut refusals = Vec::new();
    let mut all_ours = true;
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(1);
        let outcome = match left {
            1 => TcpStream::connect(address).await,
            _ => {
                let share = deadline.saturating_duration_since(Instant::now()) / left;
                let attempt = timeout(share, TcpStream::connect(address)).await;
                attempt.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))
            }
        };
        match outcome {
            Ok(stream) => {
                // Without it Nagle's algorithm may hold back the second part of a request. Refusal costs only time.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => {
                all_ours &= is_our_fault(&error);
                refusals.push(format!("{address}: {}", io_words(&error)));
            }
        }
    }
    let text = format!("cannot connect to {}", refusals.join("; "));
    Err(if all_ours { Trouble::Ours(text) } else { Trouble::Theirs(text) })
}

/// True when this machine could not even try: no files, ports or memory left, its own firewall, no such protocol.
pub(super) fn is_our_fault(error: &io::Error) -> bool {
    let kind =
        matches!(error.kind(), ErrorKind::AddrNotAvailable | ErrorKind::PermissionDenied | ErrorKind::OutOfMemory);
    kind || matches!(error.raw_os_error(), Some(EMFILE | ENFILE | ENOBUFS | EAFNOSUPPORT))
}

/// An IO error in the words of a fault.
pub(super) fn io_words(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused",
        ErrorKind::ConnectionReset => "connection reset by the other side",
        ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            "connection closed by the other side"
        }
        ErrorKind::HostUnreachable => "no route to the host",
        ErrorKind::NetworkUnreachable => "no route to its network",
        ErrorKind::TimedOut => "no answer",
        ErrorKind::AddrNotAvailable => "this machine has no free port or no such address",
        ErrorKind::PermissionDenied => "this machine does not permit it (firewall?)",
        _ => match error.raw_os_error() {
            Some(EMFILE | ENFILE) => "this machine has too many open files; raise its limit (LimitNOFILE, ulimit -n)",
            Some(EAFNOSUPPORT) => "this machine does not speak that address family",
            _ => return error.to_string(),
        },
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(words: &str) -> &'static str {
        match lookup_trouble("pbx.example", &io::Error::other(words.to_owned())) {
            Trouble::Theirs(text) => {
                assert!(text.contains("does not resolve"), "{text}");
                "critical"
            }
            Trouble::Ours(text) => {
                assert!(text.contains("name servers"), "{text}");
                "unknown"
            }
        }
    }

    #[test]
    fn a_missing_name_is_critical_and_a_missing_resolver_is_our_own_fault() {
        let prefix = "failed to lookup address information: ";
        for (words, status) in [
            ("Name or service not known", "critical"),
            ("No address associated with hostname", "critical"),
            ("Name does not resolve", "critical"),
            ("Temporary failure in name resolution", "unknown"),
            ("Non-recoverable failure in name resolution", "unknown"),
            ("Try again", "unknown"),
        ] {
            assert_eq!(status_of(&format!("{prefix}{words}")), status, "{words}");
        }
    }

    #[tokio::test]
    async fn addresses_are_not_looked_up_and_local_names_are() {
        let resolver = Resolver::new(Vec::new());
        let v6 = resolver.addresses("::1", 80).await.unwrap();
        assert_eq!(v6, ["[::1]:80".parse().unwrap()]);
        let local = resolver.addresses("localhost", 81).await.unwrap();
        assert!(local.iter().all(|address| address.ip().is_loopback() && address.port() == 81), "{local:?}");
    }

    #[tokio::test]
    async fn a_probe_that_gives_up_leaves_no_permit_behind() {
        let resolver = Resolver::new(Vec::new());
        let gone = tokio::time::timeout(std::time::Duration::ZERO, resolver.addresses("localhost", 1)).await;
        drop(gone);
        let all = u32::try_from(LOOKUPS_MAX).unwrap();
        // Comes back only when the abandoned look-up has ended and given back what it held.
        assert!(resolver.lookups.acquire_many(all).await.is_ok());
    }

    #[tokio::test]
    async fn the_second_address_is_tried_when_the_first_refuses() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let open = listener.local_addr().unwrap();
        let reserved = tokio::net::TcpSocket::new_v4().unwrap();
        reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let closed = reserved.local_addr().unwrap();
        let deadline = Instant::now() + std::time::Duration::from_secs(10);
        let stream = connect(&[closed, open], deadline).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), open);
        let Err(Trouble::Theirs(text)) = connect(&[closed], deadline).await else { panic!("a closed port connects") };
        assert!(text.contains("connection refused"), "{text}");
    }

    #[test]
    fn running_out_of_files_is_our_own_fault() {
        for number in [EMFILE, ENFILE, ENOBUFS, EAFNOSUPPORT] {
            assert!(is_our_fault(&io::Error::from_raw_os_error(number)), "{number}");
        }
        assert!(io_words(&io::Error::from_raw_os_error(EMFILE)).contains("too many open files"));
        assert!(!is_our_fault(&ErrorKind::ConnectionRefused.into()));
    }
}
