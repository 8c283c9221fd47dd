//! Takes mail from another mail server: SMTP (RFC 5321) and LMTP (RFC 2033), as little of them as it needs.
//!
//! `250` after a mail means that it is stored; when the database fails the answer is 451 and the other server tries
//! again. Bounded: connections, the length of a command, the size of a mail, the mails in memory, and time.

mod session;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};

use super::settings::Protocol;
use crate::desk::incoming::Receiver;

/// Connections at the same time; one more is told to come back.
const CONNECTIONS_MAX: usize = 20;
/// Mails that are being read from the wire at the same time; the others wait before their first byte.
const IN_HAND_MAX: usize = 4;
/// A new connection is taken this long after one could not be: out of handles, most likely.
const ACCEPT_AGAIN: Duration = Duration::from_secs(1);

/// What every connection shares.
struct Shared {
    receiver: Receiver,
    protocol: Protocol,
    /// What we call ourselves.
    name: String,
    in_hand: Semaphore,
}

/// A running listener. Dropping it stops it; a mail that is being stored is stored, and brought again if its sender
/// did not hear so.
#[derive(Debug)]
pub struct Listener {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listener {
    /// Listens at `address`. `name` is what we call ourselves in greetings.
    pub async fn start(protocol: Protocol, address: SocketAddr, name: String, receiver: Receiver) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared { receiver, protocol, name, in_hand: Semaphore::new(IN_HAND_MAX) });
        Ok(Self { address, task: tokio::spawn(accept(socket, shared)) })
    }
}

async fn accept(socket: TcpListener, shared: Arc<Shared>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let stream = match socket.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection that brings mail could not be taken");
                tokio::time::sleep(ACCEPT_AGAIN).await;
                continue;
            }
        };
        let permit = room.clone().try_acquire_owned().ok();
        let shared = shared.clone();
        tokio::spawn(async move {
            let ended = match &permit {
                Some(_) => session::serve(stream, &shared).await,
                None => session::turn_away(stream, &shared.name).await,
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection that brings mail ended early");
            }
            drop(permit);
        });
    }
}
