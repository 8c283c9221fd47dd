//! The way in for mail.

use std::net::SocketAddr;

use domain::text::EmailAddress;

use super::StartError;
use crate::{
    clock::Clock,
    config::Config,
    desk::incoming::{Parts, Receiver},
    engine::Engine,
    mail::inbound::{imap::Poller, listener::Listener, settings::Inbound},
    post::Post,
    secrets::Signer,
    store::Db,
};

/// A way in that is open. Dropping it closes it.
#[derive(Debug)]
pub enum WayIn {
    Listener(Listener),
    Poller(Poller),
}

impl WayIn {
    /// Where mail is taken; None when it is fetched.
    pub fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Listener(listener) => Some(listener.address),
            Self::Poller(_) => None,
        }
    }
}

/// What takes mail in, whichever way it comes, and lets staff settle it.
pub(super) fn receiver(
    config: &Config,
    db: &Db,
    clock: Clock,
    engine: &Engine,
    signer: &Signer,
    post: &Post,
) -> Receiver {
    let own: Vec<EmailAddress> =
        [Some(config.mail.from.address.clone()), config.mail.support_address.clone()].into_iter().flatten().collect();
    Receiver::new(Parts {
        db: db.clone(),
        clock,
        engine: engine.clone(),
        signer: signer.clone(),
        mail_domain: post.mail_domain().to_owned(),
        own,
    })
}

/// Opens the way in that the settings name.
pub(super) async fn open(config: &Config, post: &Post, receiver: &Receiver) -> Result<Option<WayIn>, StartError> {
    let Some(inbound) = config.mail.inbound.clone() else { return Ok(None) };
    let receiver = receiver.clone();
    tracing::info!(%inbound, "mail comes in");
    Ok(Some(match inbound {
        Inbound::Listen { protocol, address } => {
            let name = post.mail_domain().to_owned();
            let started = Listener::start(protocol, address, name, receiver).await;
            WayIn::Listener(started.map_err(|source| StartError::Inbound { listen: address, source })?)
        }
        Inbound::Imap(mailbox) => WayIn::Poller(Poller::start(mailbox, receiver)),
    }))
}
