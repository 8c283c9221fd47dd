//! The socket that all pings of one address family share, and the table of those who wait for an answer.

use std::{
    collections::{HashMap, hash_map::Entry},
    io::{self, ErrorKind},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdUdpSocket},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use socket2::{Domain, Protocol, SockFilter, Socket, Type};
use tokio::{net::UdpSocket, sync::mpsc, task::JoinHandle, time::Instant};

use super::packet::{self, COOKIE_BYTES, Echo, Incoming};
use crate::entropy;

/// Answers to everything that a 50 ms tick of 10,000 hosts starts must fit until the reader runs; the kernel gives
/// what `net.core.rmem_max` allows.
const RECEIVE_BUFFER_BYTES: usize = 4 << 20;
/// An answer of ours has 44 bytes, a quoted request with the longest headers some 200; more is cut and then refused.
const PACKET_BYTES_MAX: usize = 512;
/// Packets read before other tasks get their turn.
const BATCH: usize = 128;
/// Errors in a row after which the socket is given up. A broken socket must not keep a core busy.
const ERRORS_MAX: usize = 64;

/// One ICMP socket and its reader. Dropping it ends the reader, and every waiter learns that nothing will come.
pub(super) struct IcmpSocket {
    // tokio's UdpSocket serves: what it does, bind apart, is sendto and recvfrom with an address, for any datagram.
    socket: Arc<UdpSocket>,
    waiters: Arc<Waiters>,
    v4: bool,
    ident: u16,
    reader: JoinHandle<()>,
}

impl Drop for IcmpSocket {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl IcmpSocket {
    /// A raw socket, or where that is not permitted the kernel's ping socket. PermissionDenied when neither is.
    pub(super) fn open(v4: bool) -> io::Result<Self> {
        let (domain, protocol) = if v4 { (Domain::IPV4, Protocol::ICMPV4) } else { (Domain::IPV6, Protocol::ICMPV6) };
        let ident = u16::from_be_bytes(entropy::bytes().map_err(io::Error::other)?);
        let (socket, raw) = match Socket::new(domain, Type::RAW, Some(protocol)) {
            Ok(socket) => (socket, true),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                (Socket::new(domain, Type::DGRAM, Some(protocol))?, false)
            }
            Err(error) => return Err(error),
        };
        socket.set_nonblocking(true)?;
        // Smaller buffers lose answers in a burst, but work.
        let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
        if raw {
            // Without the filter each socket sees the whole machine's ICMP, which costs time but harms nothing.
            let _ = socket.attach_filter(&filter(v4, ident));
        } else {
            // Binding lets the kernel choose the identifier that it will write into our packets.
            let any: IpAddr = if v4 { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            socket.bind(&SocketAddr::new(any, 0).into())?;
        }
        let socket = Arc::new(UdpSocket::from_std(StdUdpSocket::from(socket))?);
        let waiters = Arc::new(Waiters::default());
        let reader =
            Reader { socket: Arc::clone(&socket), waiters: Arc::clone(&waiters), v4, ident: raw.then_some(ident) };
        let reader = tokio::spawn(reader.run());
        Ok(Self { socket, waiters, v4, ident, reader })
    }

    /// False once the reader has given up, or the runtime that it ran on is gone.
    pub(super) fn is_alive(&self) -> bool {
        !self.reader.is_finished()
    }
}

/// Lets through what answers our identifier, and reports of undeliverable packets. Raw sockets see IPv4 packets from
/// their IP header on, IPv6 ones from their ICMP header on.
fn filter(v4: bool, ident: u16) -> Vec<SockFilter> {
    // Classic BPF, see the kernel's Documentation/networking/filter.rst.
    const LOAD_X_IP_HEADER_LENGTH: u16 = 0xb1;
    const LOAD_BYTE_AT_X: u16 = 0x50;
    const LOAD_HALF_AT_X: u16 = 0x48;
    const LOAD_X: u16 = 0x01;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    let [reply, unreachable, exceeded] = if v4 { [0, 3, 11] } else { [129, 1, 3] };
    let start = if v4 { SockFilter::new(LOAD_X_IP_HEADER_LENGTH, 0, 0, 0) } else { SockFilter::new(LOAD_X, 0, 0, 0) };
    vec![
        start,
        SockFilter::new(LOAD_BYTE_AT_X, 0, 0, 0),
        SockFilter::new(JUMP_IF_EQUAL, 4, 0, unreachable),
        SockFilter::new(JUMP_IF_EQUAL, 3, 0, exceeded),
        SockFilter::new(JUMP_IF_EQUAL, 0, 3, reply),
        SockFilter::new(LOAD_HALF_AT_X, 0, 0, 4),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, u32::from(ident)),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
        SockFilter::new(RETURN, 0, 0, 0),
    ]
}

/// Something became known about a packet. At most one for each packet.
#[derive(Debug)]
pub(super) struct Event {
    /// Its number within the probe.
    pub(super) packet: u8,
    pub(super) at: Instant,
    pub(super) kind: EventKind,
}

#[derive(Debug)]
pub(super) enum EventKind {
    Reply,
    Undeliverable { reason: &'static str, by: IpAddr },
}

/// Who waits for which answer. The sequence number alone tells requests to one target apart: the kernel overwrites the
/// identifier of sockets without privilege.
#[derive(Default)]
struct Waiters(Mutex<Table>);

#[derive(Default)]
struct Table {
    next_seq: u16,
    waiting: HashMap<(IpAddr, u16), Waiter>,
}

struct Waiter {
    cookie: [u8; COOKIE_BYTES],
    packet: u8,
    events: mpsc::Sender<Event>,
}

impl Waiters {
    fn lock(&self) -> MutexGuard<'_, Table> {
        // No code panics while it holds the table, so a poisoned one is still whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A sequence number that nobody waits for at `target`; none when all 65,536 are taken.
    fn enter(&self, target: IpAddr, waiter: Waiter) -> Option<u16> {
        let mut table = self.lock();
        for _ in 0..=u16::MAX {
            let seq = table.next_seq;
            table.next_seq = seq.wrapping_add(1);
            if let Entry::Vacant(free) = table.waiting.entry((target, seq)) {
                free.insert(waiter);
                return Some(seq);
            }
        }
        None
    }

    /// Wakes the waiter for `echo` at `target`, if there is one and the cookie is its own. A second answer finds nobody.
    fn settle(&self, target: IpAddr, echo: &Echo, kind: EventKind, at: Instant) {
        let mut table = self.lock();
        let Entry::Occupied(found) = table.waiting.entry((target, echo.seq)) else {
            return;
        };
        if found.get().cookie == echo.cookie {
            let Waiter { packet, events, .. } = found.remove();
            // A probe that has ended does not listen any more.
            let _ = events.try_send(Event { packet, at, kind });
        }
    }
}

/// The packets of one probe. Dropping it takes them all from the table.
pub(super) struct Outstanding<'a> {
    socket: &'a IcmpSocket,
    target: IpAddr,
    cookie: [u8; COOKIE_BYTES],
    events: mpsc::Sender<Event>,
    seqs: Vec<u16>,
}

impl<'a> Outstanding<'a> {
    pub(super) fn new(
        socket: &'a IcmpSocket,
        target: IpAddr,
        cookie: [u8; COOKIE_BYTES],
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self { socket, target, cookie, events, seqs: Vec::new() }
    }

    /// Sends the probe's packet number `packet`.
    pub(super) async fn send(&mut self, packet: u8) -> io::Result<()> {
        let waiter = Waiter { cookie: self.cookie, packet, events: self.events.clone() };
        let seq = self.socket.waiters.enter(self.target, waiter);
        let seq = seq.ok_or_else(|| io::Error::other("65,536 pings to this address are under way"))?;
        self.seqs.push(seq);
        let IcmpSocket { socket, v4, ident, .. } = self.socket;
        let bytes = packet::request(*v4, &Echo { ident: *ident, seq, cookie: self.cookie });
        socket.send_to(&bytes, SocketAddr::new(self.target, 0)).await.map(|_| ())
    }
}

impl Drop for Outstanding<'_> {
    fn drop(&mut self) {
        let mut table = self.socket.waiters.lock();
        for seq in &self.seqs {
            table.waiting.remove(&(self.target, *seq));
        }
    }
}

struct Reader {
    socket: Arc<UdpSocket>,
    waiters: Arc<Waiters>,
    v4: bool,
    /// Ours to check on a raw socket; otherwise the kernel does.
    ident: Option<u16>,
}

impl Reader {
    async fn run(self) {
        let mut errors = 0;
        let mut buffer = [0; PACKET_BYTES_MAX];
        while errors < ERRORS_MAX && self.socket.readable().await.is_ok() {
            for _ in 0..BATCH {
                match self.socket.try_recv_from(&mut buffer) {
                    Ok((count, from)) => {
                        errors = 0;
                        self.sort(buffer.get(..count).unwrap_or_default(), from.ip());
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    // Reports about single packets come this way too; they concern no one else.
                    Err(_) => {
                        errors += 1;
                        break;
                    }
                }
            }
            tokio::task::yield_now().await;
        }
        tracing::error!(errors, "a ping socket failed and is given up; the next ping opens a new one");
    }

    fn sort(&self, bytes: &[u8], from: IpAddr) {
        let ours = |echo: &Echo| self.ident.is_none_or(|ident| ident == echo.ident);
        match packet::parse(self.v4, self.v4 && self.ident.is_some(), bytes) {
            Some(Incoming::Reply(echo)) if ours(&echo) => {
                self.waiters.settle(from, &echo, EventKind::Reply, Instant::now());
            }
            Some(Incoming::Undeliverable { request, target, reason }) if ours(&request) => {
                let kind = EventKind::Undeliverable { reason, by: from };
                self.waiters.settle(target, &request, kind, Instant::now());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl IcmpSocket {
        /// How many packets are waited for.
        pub(in crate::probes::ping) fn waiting(&self) -> usize {
            self.waiters.lock().waiting.len()
        }
    }

    const TARGET: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const COOKIE: [u8; COOKIE_BYTES] = [7; COOKIE_BYTES];

    fn enter(waiters: &Waiters, target: IpAddr) -> (u16, mpsc::Receiver<Event>) {
        let (events, arrived) = mpsc::channel(1);
        let seq = waiters.enter(target, Waiter { cookie: COOKIE, packet: 3, events });
        (seq.unwrap(), arrived)
    }

    #[tokio::test]
    async fn only_the_right_address_number_and_cookie_wake_a_waiter_and_only_once() {
        let waiters = Waiters::default();
        let (seq, mut arrived) = enter(&waiters, TARGET);
        let now = Instant::now();
        let reply = |target: IpAddr, seq: u16, cookie: [u8; COOKIE_BYTES]| {
            waiters.settle(target, &Echo { ident: 0, seq, cookie }, EventKind::Reply, now);
        };
        reply(Ipv4Addr::LOCALHOST.into(), seq, COOKIE);
        reply(TARGET, seq.wrapping_add(1), COOKIE);
        reply(TARGET, seq, [8; COOKIE_BYTES]);
        assert!(arrived.try_recv().is_err());
        reply(TARGET, seq, COOKIE);
        assert_eq!(arrived.try_recv().unwrap().packet, 3);
        reply(TARGET, seq, COOKIE);
        assert!(arrived.try_recv().is_err());
    }

    #[tokio::test]
    async fn numbers_are_used_once_at_a_time_and_run_out_at_the_last() {
        let waiters = Waiters::default();
        let (first, _kept) = enter(&waiters, TARGET);
        waiters.lock().next_seq = first;
        let (second, _kept) = enter(&waiters, TARGET);
        assert_ne!(first, second);
        for _ in 2..=u16::MAX {
            enter(&waiters, TARGET);
        }
        let (events, _arrived) = mpsc::channel(1);
        assert_eq!(waiters.enter(TARGET, Waiter { cookie: COOKIE, packet: 0, events }), None);
        enter(&waiters, Ipv4Addr::LOCALHOST.into());
    }
}
