//! The `sip` target: answers OPTIONS over UDP.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, UdpSocket as StdUdpSocket},
    sync::Arc,
};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::{
    net::UdpSocket,
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use super::{
    BreakMode,
    stream::{SLOW, garbage},
};

/// RFC 3261, 18.1.1 keeps requests over UDP below the usual packet of 1,500 bytes; four of them are plenty.
const REQUEST_BYTES_MAX: usize = 6_000;
/// Answers that a slow target still owes. Further requests are not answered at all.
const OWED_MAX: usize = 64;

pub(super) struct SipServer {
    pub(super) address: SocketAddr,
    door: Door,
}

enum Door {
    Open {
        stop: CancellationToken,
        task: JoinHandle<Arc<UdpSocket>>,
    },
    /// Connected to itself: the kernel refuses everybody else's packets and gives the port to nobody.
    Shut {
        _reserved: Arc<UdpSocket>,
    },
    Lost,
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Open { task, .. } = self {
            task.abort();
        }
    }
}

impl SipServer {
    pub(super) fn start() -> io::Result<Self> {
        let socket = StdUdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        // Set only now: two sockets that share from the start may be given the same port.
        SockRef::from(&socket).set_reuse_address(true)?;
        let address = socket.local_addr()?;
        let door = open(as_tokio(socket)?, None);
        Ok(Self { address, door })
    }

    pub(super) async fn change(&mut self, mode: Option<BreakMode>) -> io::Result<()> {
        let socket = self.close().await;
        if mode == Some(BreakMode::Refuse) {
            let reserved = match socket {
                Some(socket) => socket,
                None => as_tokio(bound(self.address)?)?,
            };
            SockRef::from(&*reserved).connect(&self.address.into())?;
            self.door = Door::Shut { _reserved: reserved };
            return Ok(());
        }
        // A connected socket cannot be let loose by safe means, so a second one takes its place while it still holds
        // the port.
        let socket = match socket {
            Some(socket) => socket,
            None => as_tokio(bound(self.address)?)?,
        };
        self.door = open(socket, mode);
        Ok(())
    }

    async fn close(&mut self) -> Option<Arc<UdpSocket>> {
        let Door::Open { stop, task } = &mut self.door else {
            return None;
        };
        stop.cancel();
        let socket = task.await.ok();
        self.door = Door::Lost;
        socket
    }

    pub(super) async fn stop(mut self) {
        drop(self.close().await);
    }
}

fn bound(address: SocketAddr) -> io::Result<StdUdpSocket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    Ok(socket.into())
}

fn as_tokio(socket: StdUdpSocket) -> io::Result<Arc<UdpSocket>> {
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket).map(Arc::new)
}

fn open(socket: Arc<UdpSocket>, mode: Option<BreakMode>) -> Door {
    let stop = CancellationToken::new();
    let task = tokio::spawn(serve(socket, mode, stop.clone()));
    Door::Open { stop, task }
}

async fn serve(socket: Arc<UdpSocket>, mode: Option<BreakMode>, stop: CancellationToken) -> Arc<UdpSocket> {
    let mut buffer = vec![0; REQUEST_BYTES_MAX];
    let mut owed = JoinSet::new();
    loop {
        let received = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = owed.join_next() => continue,
            received = socket.recv_from(&mut buffer) => received,
        };
        // An error here is a report about an earlier answer that could not be delivered.
        let Ok((count, from)) = received else {
            tokio::task::yield_now().await;
            continue;
        };
        let request = String::from_utf8_lossy(buffer.get(..count).unwrap_or_default());
        let wanted = match mode {
            Some(BreakMode::Silent | BreakMode::Refuse) => None,
            Some(BreakMode::Error) => answer(&request, from, "503 Service Unavailable").map(String::into_bytes),
            Some(BreakMode::Garbage) => Some(garbage()),
            Some(BreakMode::Slow) | None => answer(&request, from, "200 OK").map(String::into_bytes),
        };
        let Some(words) = wanted else { continue };
        if mode == Some(BreakMode::Slow) {
            if owed.len() < OWED_MAX {
                let socket = Arc::clone(&socket);
                owed.spawn(async move {
                    sleep(SLOW.delay).await;
                    let _ = socket.send_to(&words, from).await;
                });
            }
            continue;
        }
        // To where the request came from, as with rport (RFC 3581); nothing on loopback needs another way back.
        let _ = socket.send_to(&words, from).await;
    }
    owed.shutdown().await;
    socket
}

/// The answer to a request with `status`; none to what is no request, to ACK, and to one without the headers that an
/// answer repeats. Answers are never answered, so that two targets cannot talk to each other for ever.
fn answer(request: &str, from: SocketAddr, status: &str) -> Option<String> {
    let mut lines = request.split("\r\n");
    let start = lines.next()?;
    let method = start.strip_suffix(" SIP/2.0")?.split(' ').next()?;
    let status = match method {
        "OPTIONS" => status,
        "ACK" => return None,
        _ => "405 Method Not Allowed",
    };
    let headers: Vec<(&str, &str)> =
        lines.take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':')).collect();
    let value = |long: &str, short: &str| {
        let named = |name: &str| name.trim().eq_ignore_ascii_case(long) || name.trim().eq_ignore_ascii_case(short);
        headers.iter().find(|(name, _)| named(name)).map(|(_, value)| value.trim())
    };
    let mut vias = headers.iter().filter(|(name, _)| ["via", "v"].contains(&name.trim().to_ascii_lowercase().as_str()));
    let top = filled(vias.next()?.1.trim(), from);
    let rest: String = vias.map(|(_, value)| format!("Via: {}\r\n", value.trim())).collect();
    let to = value("To", "t")?;
    let tag = if to.contains(";tag=") { "" } else { ";tag=faultdesk-lab" };
    Some(format!(
        "SIP/2.0 {status}\r\nVia: {top}\r\n{rest}From: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
         Allow: OPTIONS\r\nAccept: application/sdp\r\nServer: faultdesk-lab\r\nContent-Length: 0\r\n\r\n",
        value("From", "f")?,
        value("Call-ID", "i")?,
        value("CSeq", "CSeq")?,
    ))
}

/// The topmost Via with the address that the request really came from (RFC 3581, 4).
fn filled(via: &str, from: SocketAddr) -> String {
    let parts = via.split(';').map(|part| match part.trim() {
        "rport" => format!("rport={};received={}", from.port(), from.ip()),
        other => other.to_owned(),
    });
    parts.collect::<Vec<_>>().join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: &str = "OPTIONS sip:ping@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport\r\n\
        v: SIP/2.0/UDP 10.0.0.1\r\nf: <sip:me@127.0.0.1>;tag=1\r\nTo: <sip:ping@127.0.0.1>\r\ni: abc\r\nCSeq: 1 OPTIONS\r\n\r\n";

    fn from() -> SocketAddr {
        "127.0.0.1:5099".parse().unwrap()
    }

    #[test]
    fn an_answer_repeats_what_identifies_the_request() {
        let answer = answer(OPTIONS, from(), "200 OK").unwrap();
        for line in [
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport=5099;received=127.0.0.1\r\n",
            "\r\nVia: SIP/2.0/UDP 10.0.0.1\r\n",
            "\r\nFrom: <sip:me@127.0.0.1>;tag=1\r\n",
            "\r\nTo: <sip:ping@127.0.0.1>;tag=faultdesk-lab\r\n",
            "\r\nCall-ID: abc\r\nCSeq: 1 OPTIONS\r\n",
        ] {
            assert!(answer.contains(line), "{line:?} is missing in {answer:?}");
        }
        assert!(answer.ends_with("Content-Length: 0\r\n\r\n"));
    }

    #[test]
    fn other_requests_are_refused_and_everything_else_is_ignored() {
        let invite = OPTIONS.replacen("OPTIONS", "INVITE", 1);
        assert!(answer(&invite, from(), "200 OK").unwrap().starts_with("SIP/2.0 405 "));
        let ack = OPTIONS.replacen("OPTIONS", "ACK", 1);
        let reply = answer(OPTIONS, from(), "200 OK").unwrap();
        let headless = OPTIONS.replacen("CSeq", "X", 1);
        for ignored in ["", "\r\n\r\n", "hello", &ack, &reply, &headless, "OPTIONS sip:x SIP/2.0\r\n\r\n"] {
            assert_eq!(answer(ignored, from(), "200 OK"), None, "{ignored:?}");
        }
    }
}
