//! The listener that carries a target of any kind but `ping` and `sip`, and what it says when it is broken.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener as StdTcpListener},
    time::Duration,
};

use socket2::{Domain, SockRef, Socket, Type};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::{BreakMode, http, smtp, tls};

/// Connections of one target at once. Further ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 256;
/// A connection ends after this, whatever it does: slow targets need a little over a minute to say everything.
const CONNECTION_LIFETIME: Duration = Duration::from_secs(120);
/// Connections that the kernel keeps for us; a burst of probes fits.
const BACKLOG: i32 = 512;
/// After a failed accept, such as one for lack of files, until the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How a slow target answers: thinking for longer than the usual time limit of a probe (10 s), then byte by byte.
pub(super) const SLOW: Pace = Pace { delay: Duration::from_secs(20), step: Duration::from_millis(200) };

#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Until the first byte.
    pub(super) delay: Duration,
    /// From each byte to the next.
    pub(super) step: Duration,
}

/// What is spoken on a connection.
#[derive(Clone)]
pub(super) enum Speaker {
    Tcp { banner: String },
    Http,
    Tls(TlsAcceptor),
    Smtp { greeting: String },
}

/// A TCP listener and the connections that it took.
pub(super) struct StreamServer {
    pub(super) address: SocketAddr,
    speaker: Speaker,
    door: Door,
}

enum Door {
    /// The task gives the listener back when it is stopped, so that no connection is refused by a mere change.
    Open { stop: CancellationToken, task: JoinHandle<TcpListener> },
    /// Bound and not listening: the kernel refuses connections and gives the port to nobody else.
    Shut { _reserved: Socket },
    /// Between two states, or after a failed change; the next one tries anew.
    Lost,
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Self::Open { task, .. } = self {
            task.abort();
        }
    }
}

impl StreamServer {
    pub(super) fn start(speaker: Speaker) -> io::Result<Self> {
        let socket = bound((Ipv4Addr::LOCALHOST, 0).into())?;
        let listener = listening(socket)?;
        let address = listener.local_addr()?;
        let door = open(listener, speaker.clone(), None);
        Ok(Self { address, speaker, door })
    }

    pub(super) async fn change(&mut self, mode: Option<BreakMode>) -> io::Result<()> {
        let listener = self.close().await;
        if mode == Some(BreakMode::Refuse) {
            // Both hold the port for a moment (SO_REUSEPORT), so that nobody can take it in between.
            let reserved = bound(self.address)?;
            refuse(listener);
            self.door = Door::Shut { _reserved: reserved };
            return Ok(());
        }
        let listener = match listener {
            Some(listener) => listener,
            None => listening(bound(self.address)?)?,
        };
        self.door = open(listener, self.speaker.clone(), mode);
        Ok(())
    }

    /// Ends all connections and hands out the listener, if there is one. A reserved port stays reserved.
    async fn close(&mut self) -> Option<TcpListener> {
        let Door::Open { stop, task } = &mut self.door else {
            return None;
        };
        stop.cancel();
        let listener = task.await.ok();
        self.door = Door::Lost;
        listener
    }

    pub(super) async fn stop(mut self) {
        refuse(self.close().await);
    }
}

/// Ends listening at once. Closing alone would not: a process that this one is just starting, such as `ip`, holds a
/// copy of the socket until it runs its program.
fn refuse(listener: Option<TcpListener>) {
    if let Some(listener) = listener {
        let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
    }
}

/// A socket that holds `address`. SO_REUSEPORT lets a second one of ours hold it too. Whoever asks for any port is never
/// given one that is held, and SO_REUSEADDR, which servers like to set, does not get one either.
fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn listening(socket: Socket) -> io::Result<TcpListener> {
    socket.listen(BACKLOG)?;
    TcpListener::from_std(StdTcpListener::from(socket))
}

fn open(listener: TcpListener, speaker: Speaker, mode: Option<BreakMode>) -> Door {
    let stop = CancellationToken::new();
    let task = tokio::spawn(accept(listener, speaker, mode, stop.clone()));
    Door::Open { stop, task }
}

/// Accepts until stopped. When it returns, every connection that it took is closed.
async fn accept(
    listener: TcpListener,
    speaker: Speaker,
    mode: Option<BreakMode>,
    stop: CancellationToken,
) -> TcpListener {
    let mut talks = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            Some(_) = talks.join_next() => {}
            accepted = listener.accept(), if talks.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    let _ = stream.set_nodelay(true);
                    talks.spawn(timeout(CONNECTION_LIFETIME, talk(stream, speaker.clone(), mode)));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
        }
    }
    talks.shutdown().await;
    listener
}

async fn talk(mut stream: TcpStream, speaker: Speaker, mode: Option<BreakMode>) {
    // A client that hangs up in the middle is no news, so no result of a talk is looked at.
    match (mode, speaker) {
        (Some(BreakMode::Refuse), _) => {}
        (Some(BreakMode::Silent), _) => drain(&mut stream).await,
        (Some(BreakMode::Garbage), speaker) => babble(stream, &speaker).await,
        (None, Speaker::Tcp { banner }) => say(&mut stream, banner.as_bytes()).await,
        (None, Speaker::Http) => http::serve(stream, http::Mood::Good).await,
        (None, Speaker::Tls(acceptor)) => tls::serve(stream, &acceptor).await,
        (None, Speaker::Smtp { greeting }) => smtp::serve(stream, &greeting).await,
        (Some(BreakMode::Slow), Speaker::Tcp { banner }) => crawl(&mut stream, banner.as_bytes(), SLOW).await,
        (Some(BreakMode::Slow), Speaker::Http) => crawl(&mut stream, http::PAGE.as_bytes(), SLOW).await,
        (Some(BreakMode::Slow), Speaker::Smtp { greeting }) => crawl(&mut stream, greeting.as_bytes(), SLOW).await,
        (Some(BreakMode::Slow), Speaker::Tls(acceptor)) => {
            sleep(SLOW.delay).await;
            if let Ok(mut stream) = acceptor.accept(stream).await {
                trickle(&mut stream, http::PAGE.as_bytes(), SLOW).await;
            }
        }
        // Hangs up by dropping the stream.
        (Some(BreakMode::Error), Speaker::Tcp { .. }) => {}
        (Some(BreakMode::Error), Speaker::Http) => http::serve(stream, http::Mood::Unavailable).await,
        (Some(BreakMode::Error), Speaker::Smtp { .. }) => finish(&mut stream, smtp::UNAVAILABLE.as_bytes()).await,
        (Some(BreakMode::Error), Speaker::Tls(_)) => {
            hear_something(&mut stream).await;
            finish(&mut stream, &tls::HANDSHAKE_FAILURE).await;
        }
    }
}

/// Says `words` and listens until the client closes: closing earlier, with something unread, would be a reset, and a
/// reset takes away what the client has not read yet.
async fn say(stream: &mut TcpStream, words: &[u8]) {
    if stream.write_all(words).await.is_ok() {
        drain(stream).await;
    }
}

/// Says `words` and hangs up, in that order for the client too.
async fn finish(stream: &mut TcpStream, words: &[u8]) {
    if stream.write_all(words).await.is_ok() && stream.shutdown().await.is_ok() {
        drain(stream).await;
    }
}

/// Waits, then says `words` bit by bit.
async fn crawl(stream: &mut TcpStream, words: &[u8], pace: Pace) {
    // Draining ends early when the client goes; otherwise it makes room for what the client says meanwhile.
    if timeout(pace.delay, drain(stream)).await.is_err() {
        trickle(stream, words, pace).await;
        drain(stream).await;
    }
}

async fn trickle(stream: &mut (impl AsyncWrite + Unpin), words: &[u8], pace: Pace) {
    for byte in words {
        if stream.write_all(&[*byte]).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        sleep(pace.step).await;
    }
}

async fn babble(mut stream: TcpStream, speaker: &Speaker) {
    match speaker {
        // These speak first.
        Speaker::Tcp { .. } | Speaker::Smtp { .. } => {}
        Speaker::Http | Speaker::Tls(_) => hear_something(&mut stream).await,
    }
    finish(&mut stream, &garbage()).await;
}

async fn hear_something(stream: &mut TcpStream) {
    let mut buffer = [0; 1_024];
    let _ = stream.read(&mut buffer).await;
}

async fn drain(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1_024];
    while stream.read(&mut buffer).await.is_ok_and(|count| 0 < count) {}
}

/// Bytes without meaning, the same each time: a test that fails on them fails again.
pub(super) fn garbage() -> Vec<u8> {
    const BYTES: usize = 512;
    let mut state: u64 = 0x5eed_0ffa_17de_5c01;
    let next = || {
        // xorshift64 (Marsaglia 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).flatten().take(BYTES).collect()
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    /// Both ends of a connection, ours first.
    async fn connection() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (listener.accept().await.unwrap().0, client)
    }

    #[tokio::test]
    async fn a_slow_answer_comes_late_and_bit_by_bit() {
        let (mut server, mut client) = connection().await;
        let pace = Pace { delay: Duration::from_millis(50), step: Duration::from_millis(5) };
        let started = Instant::now();
        let talk = tokio::spawn(async move { crawl(&mut server, b"0123456789", pace).await });
        client.write_all(b"what is it?").await.unwrap();
        let mut words = [0; 10];
        client.read_exact(&mut words).await.unwrap();
        assert_eq!(&words, b"0123456789");
        assert!(pace.delay + pace.step * 9 <= started.elapsed());
        drop(client);
        talk.await.unwrap();
    }

    #[tokio::test]
    async fn a_client_that_goes_is_not_waited_for() {
        let (mut server, client) = connection().await;
        drop(client);
        let started = Instant::now();
        crawl(&mut server, b"anybody?", SLOW).await;
        assert!(started.elapsed() < SLOW.delay);
    }

    #[test]
    fn garbage_is_the_same_each_time_and_belongs_to_no_protocol() {
        assert_eq!(garbage(), garbage());
        assert!(garbage().len() == 512 && std::str::from_utf8(&garbage()).is_err());
    }
}
