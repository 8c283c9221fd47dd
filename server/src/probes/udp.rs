//! A question over UDP, asked again and again until it is answered.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    net::UdpSocket,
    time::{Instant, timeout_at},
};

use super::{
    Trace, Trouble,
    resolve::{io_words, is_our_fault},
};

/// What is longer is cut off. Answers have one or two thousand bytes.
const DATAGRAM_BYTES_MAX: usize = 8 * 1_024;
/// What even an empty datagram counts, so that a flood of those ends too.
const DATAGRAM_BYTES_MIN: usize = 64;
/// What one address may send that is no answer.
const HEARD_BYTES_MAX: usize = 256 * 1_024;
/// Kept of what is no answer, to be told when none comes.
const KEPT_BYTES: usize = 512;

/// A question that was made for one socket.
pub(super) trait Question: Send {
    type Answer: Send;

    fn as_bytes(&self) -> &[u8];

    /// What a datagram from the address that was asked means.
    fn hear(&self, datagram: &[u8]) -> Heard<Self::Answer>;
}

pub(super) enum Heard<A> {
    Answer(A),
    /// It works on it.
    Working,
    Nothing,
}

/// When to ask again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// For the first time; twice as long each time after.
    pub(super) first: Duration,
    pub(super) longest: Duration,
}

/// Asks one address after the other until one answers; comes back with which. Each gets an even share of the time that
/// is left. `make` makes the question for a socket with this address.
pub(super) async fn ask<Q: Question>(
    addresses: &[SocketAddr],
    pace: Pace,
    make: impl Fn(SocketAddr) -> Result<Q, Trouble>,
    trace: &mut Trace,
) -> Result<(Q::Answer, SocketAddr), Trouble> {
    let mut refusals = Vec::new();
    let mut all_ours = true;
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(1);
        let outcome = match left {
            // The caller's deadline ends the last.
            1 => ask_one(*address, pace, &make, trace).await,
            _ => {
                let share = trace.deadline.saturating_duration_since(Instant::now()) / left;
                let attempt = timeout_at(Instant::now() + share, ask_one(*address, pace, &make, trace)).await;
                attempt.unwrap_or_else(|_| Err(Trouble::Theirs("no answer".to_owned())))
            }
        };
        let why = match outcome {
            Ok(answer) => return Ok((answer, *address)),
            Err(Trouble::Ours(why)) => why,
            Err(Trouble::Theirs(why)) => {
                all_ours = false;
                why
            }
        };
        refusals.push(format!("{address}: {why}"));
    }
    let text = format!("no answer from {}", refusals.join("; "));
    Err(if all_ours { Trouble::Ours(text) } else { Trouble::Theirs(text) })
}

async fn ask_one<Q: Question>(
    address: SocketAddr,
    pace: Pace,
    make: impl Fn(SocketAddr) -> Result<Q, Trouble>,
    trace: &mut Trace,
) -> Result<Q::Answer, Trouble> {
    let broken = |error| match is_our_fault(&error) {
        true => Trouble::Ours(io_words(&error)),
        false => Trouble::Theirs(io_words(&error)),
    };
    // A port of its own, which nobody can guess. Connected: the kernel keeps strangers away and tells when nobody listens.
    let any = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(broken)?;
    socket.connect(address).await.map_err(broken)?;
    let question = make(socket.local_addr().map_err(broken)?)?;
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    let mut heard_bytes = 0;
    let mut pause = pace.first;
    socket.send(question.as_bytes()).await.map_err(broken)?;
    let mut again = Instant::now() + pause;
    while heard_bytes < HEARD_BYTES_MAX {
        let Ok(received) = timeout_at(again, socket.recv(&mut buffer)).await else {
            socket.send(question.as_bytes()).await.map_err(broken)?;
            pause = pace.longest.min(pause * 2);
            again += pause;
            continue;
        };
        let count = received.map_err(broken)?;
        let datagram = buffer.get(..count).unwrap_or_default();
        match question.hear(datagram) {
            Heard::Answer(answer) => return Ok(answer),
            Heard::Working => {
                pause = pace.longest;
                again = Instant::now() + pause;
            }
            Heard::Nothing => {}
        }
        trace.heard = datagram.get(..KEPT_BYTES).unwrap_or(datagram).to_vec();
        heard_bytes += count.max(DATAGRAM_BYTES_MIN);
    }
    Err(Trouble::Theirs(format!("sent over {HEARD_BYTES_MAX} bytes that are no answer")))
}
