//! How mails leave: to a mail server, into a folder, or into memory.

mod connection;
mod folder;
mod pool;
mod settings;
#[cfg(test)]
pub(crate) mod sink;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use domain::outbox::Attempt;

use super::message::{self, MessageError, Outgoing, Sender};

pub(crate) use self::settings::unescaped;
pub use self::{
    pool::{SmtpLimits, SmtpPool},
    settings::{Security, SmtpSettings},
};

/// Where mails go. Cheap to clone; clones share the connections, the folder and the memory.
#[derive(Debug, Clone)]
pub enum Transport {
    Smtp(SmtpPool),
    /// Each mail becomes a file `YYYYMMDD-HHMMSS-<id>.eml` in this folder, which is made when it is missing.
    Directory(PathBuf),
    /// For tests.
    Memory(Arc<Mutex<Vec<Sent>>>),
}

/// A mail that the memory transport took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub mail: Outgoing,
    pub bytes: Vec<u8>,
}

impl Transport {
    pub fn memory() -> (Self, Arc<Mutex<Vec<Sent>>>) {
        let sent = Arc::<Mutex<Vec<Sent>>>::default();
        (Self::Memory(sent.clone()), sent)
    }

    /// Tries once to hand `mail` over, and says how that went. Never fails otherwise, and for SMTP never takes
    /// longer than [`SmtpLimits::send`] once one of the pool's connections is free.
    ///
    /// An address that nothing can be sent to counts as refused.
    pub async fn send(&self, sender: &Sender, mail: &Outgoing) -> Attempt {
        let built = match message::build(sender, mail) {
            Ok(built) => built,
            Err(error @ MessageError::Recipient { .. }) => {
                return Attempt::Refused { reply: error.to_string() };
            }
            Err(error) => {
                return Attempt::Unreachable { reason: with_causes(&error) };
            }
        };
        match self {
            Self::Smtp(pool) => pool.send(&built).await,
            Self::Directory(folder) => {
                let (folder, id, at) = (folder.clone(), mail.message_id.clone(), mail.at);
                let written = tokio::task::spawn_blocking(move || folder::write(&folder, &id, at, &built.bytes)).await;
                match written {
                    Ok(Ok(path)) => Attempt::Accepted { reply: format!("written to {}", path.display()) },
                    Ok(Err(error)) => Attempt::Unreachable { reason: error.to_string() },
                    Err(error) => Attempt::Unreachable { reason: error.to_string() },
                }
            }
            Self::Memory(sent) => {
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.push(Sent { mail: mail.clone(), bytes: built.bytes });
                Attempt::Accepted { reply: "kept in memory".to_owned() }
            }
        }
    }
}

/// Where mails go, without secrets: `smtp://mail.example:25`, or the folder.
impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp(pool) => pool.settings().fmt(f),
            Self::Directory(folder) => folder.display().fmt(f),
            Self::Memory(_) => f.write_str("memory"),
        }
    }
}

/// An error and what caused it, in one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
