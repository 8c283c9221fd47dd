//! A question over UDP, asked again and again until it is answered. Source: RFC 3261, 17.1.2.

use std::{
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use domain::probe::SipSpec;
use tokio::{
    net::UdpSocket,
    time::{Instant, timeout_at},
};

use super::{
    HEARD_BYTES_MAX,
    message::{Answer, Message, Question},
};
use crate::probes::{
    Trace, Trouble,
    resolve::{io_words, is_our_fault},
};

/// Until the question is asked again for the first time; twice as long each time after (T1).
const AGAIN_FIRST: Duration = Duration::from_millis(500);
/// And never longer than this (T2).
const AGAIN_MAX: Duration = Duration::from_secs(4);
/// An answer to OPTIONS has one or two thousand bytes. What is longer is cut off, and its head is all that counts.
const DATAGRAM_BYTES_MAX: usize = 8 * 1_024;
/// What even an empty datagram counts, so that a flood of those ends too.
const DATAGRAM_BYTES_MIN: usize = 64;
/// Kept of what is no answer, to be told when none comes.
const KEPT_BYTES: usize = 512;

/// Asks one address after the other until one answers. Each gets an even share of the time that is left.
pub(super) async fn ask(spec: &SipSpec, addresses: &[SocketAddr], trace: &mut Trace) -> Result<Answer, Trouble> {
    let mut refusals = Vec::new();
    let mut all_ours = true;
    for (index, address) in addresses.iter().enumerate() {
        let left = u32::try_from(addresses.len() - index).unwrap_or(1);
        let share = trace.deadline.saturating_duration_since(Instant::now()) / left;
        // The caller's own deadline ends the last.
        let until = if left == 1 { trace.deadline + AGAIN_MAX } else { Instant::now() + share };
        match timeout_at(until, ask_one(spec, *address, trace)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(Trouble::Ours(why))) => refusals.push(format!("{address}: {why}")),
            Ok(Err(Trouble::Theirs(why))) => {
                all_ours = false;
                refusals.push(format!("{address}: {why}"));
            }
            Err(_) => {
                all_ours = false;
                refusals.push(format!("{address}: no answer"));
            }
        }
    }
    let text = format!("cannot ask {}", refusals.join("; "));
    Err(if all_ours { Trouble::Ours(text) } else { Trouble::Theirs(text) })
}

async fn ask_one(spec: &SipSpec, address: SocketAddr, trace: &mut Trace) -> Result<Answer, Trouble> {
    let broken = |error| match is_our_fault(&error) {
        true => Trouble::Ours(io_words(&error)),
        false => Trouble::Theirs(io_words(&error)),
    };
    // Connected: the kernel keeps strangers away and tells when nobody listens.
    let any = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0)).await.map_err(broken)?;
    socket.connect(address).await.map_err(broken)?;
    let question = Question::new(spec, socket.local_addr().map_err(broken)?)?;
    let mut buffer = vec![0; DATAGRAM_BYTES_MAX];
    let mut heard_bytes = 0;
    let mut pause = AGAIN_FIRST;
    socket.send(question.as_bytes()).await.map_err(broken)?;
    let mut again = Instant::now() + pause;
    loop {
        let Ok(received) = timeout_at(again, socket.recv(&mut buffer)).await else {
            socket.send(question.as_bytes()).await.map_err(broken)?;
            pause = AGAIN_MAX.min(pause * 2);
            again += pause;
            continue;
        };
        let count = received.map_err(broken)?;
        let datagram = buffer.get(..count).unwrap_or_default();
        match Message::parse(datagram).and_then(|message| question.answered_by(&message)) {
            Some(answer) if answer.is_final() => return Ok(answer),
            // It works on it; from here on it is asked at the longest distance (17.1.2.2).
            Some(_) => {
                pause = AGAIN_MAX;
                again = Instant::now() + pause;
            }
            None => {}
        }
        trace.heard = datagram.get(..KEPT_BYTES).unwrap_or(datagram).to_vec();
        heard_bytes += count.max(DATAGRAM_BYTES_MIN);
        if HEARD_BYTES_MAX <= heard_bytes {
            return Err(Trouble::Theirs(format!("sent over {HEARD_BYTES_MAX} bytes that are no answer")));
        }
    }
}
