//! The setting `mail.inbound`: how mail comes in.

use std::{fmt, net::SocketAddr, time::Duration};

use domain::text::Address;
use url::Url;

use crate::mail::transport::unescaped;

const PORT_IMAP: u16 = 143;
const PORT_IMAPS: u16 = 993;
/// How often a mailbox is looked at when nothing else is said.
const EVERY_USUAL_S: u64 = 30;
const EVERY_MAX_S: u64 = 3_600;

/// What is spoken with whoever brings mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    Smtp,
    Lmtp,
}

impl Protocol {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Smtp => "smtp",
            Self::Lmtp => "lmtp",
        }
    }
}

/// How the way to a mailbox is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImapSecurity {
    /// In the clear: for a server on this machine or on a trusted wire.
    None,
    /// TLS from the first byte with a good certificate.
    Implicit,
}

/// A mailbox that is looked into.
#[derive(Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub host: String,
    pub port: u16,
    pub security: ImapSecurity,
    pub user: String,
    pub password: String,
    pub folder: String,
    pub every: Duration,
}

/// How mail comes in.
#[derive(Clone, PartialEq, Eq)]
pub enum Inbound {
    /// Another mail server brings it here.
    Listen { protocol: Protocol, address: SocketAddr },
    /// It is fetched from there.
    Imap(Mailbox),
}

impl Inbound {
    /// Reads `lmtp://IP:PORT`, `smtp://IP:PORT`, `imaps://user:password@host[:port]/folder[?every=30]` or
    /// `imap://...?tls=none`. The error says what is wrong, and never repeats a password. `%` escapes are undone.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text.trim()).map_err(|error| format!("is not a URL ({error})"))?;
        match url.scheme() {
            "lmtp" => listen(&url, Protocol::Lmtp),
            "smtp" => listen(&url, Protocol::Smtp),
            "imap" | "imaps" => imap(&url).map(Self::Imap),
            other => Err(format!("begins with {other}://; it may be lmtp://, smtp://, imaps:// or imap://")),
        }
    }
}

fn listen(url: &Url, protocol: Protocol) -> Result<Inbound, String> {
    let wrong = || format!("must be {0}://IP:PORT to listen on, such as {0}://127.0.0.1:2424", protocol.as_str());
    let bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default();
    let (Some(port), true) = (url.port(), bare) else { return Err(wrong()) };
    let address = format!("{host}:{port}").parse().map_err(|_| wrong())?;
    Ok(Inbound::Listen { protocol, address })
}

fn imap(url: &Url) -> Result<Mailbox, String> {
    let host = url.host_str().filter(|host| !host.is_empty());
    let host = host.ok_or("names no host: write imaps://user:password@mail.example/INBOX")?;
    let host = Address::parse(host).map_err(|error| format!("has a bad host: {error}"))?;
    let plain = |text: &str| unescaped(text).ok_or("has a bad % escape in the user, password or folder".to_owned());
    let user = plain(url.username())?;
    let password = plain(url.password().unwrap_or_default())?;
    if user.is_empty() || password.is_empty() {
        return Err("needs a user and a password: write imaps://user:password@mail.example/INBOX".to_owned());
    }
    let folder = plain(url.path().trim_start_matches('/'))?;
    let folder = if folder.is_empty() { "INBOX".to_owned() } else { folder };
    if [&user, &password, &folder].iter().any(|text| text.chars().any(char::is_control)) {
        return Err("must not hold control characters".to_owned());
    }
    let (mut tls, mut every) = (None, EVERY_USUAL_S);
    for (key, value) in url.query_pairs() {
        match &*key {
            "tls" => tls = Some(value.into_owned()),
            "every" => {
                let good = value.parse().ok().filter(|every| (1..=EVERY_MAX_S).contains(every));
                every = good.ok_or(format!("has every={value:?}; it may be 1 to {EVERY_MAX_S} seconds"))?;
            }
            other => return Err(format!("has the unknown option {other:?}; there are every and tls")),
        }
    }
    let security = match (url.scheme(), tls.as_deref()) {
        ("imaps", None) => ImapSecurity::Implicit,
        ("imap", Some("none")) => ImapSecurity::None,
        ("imaps", Some(_)) => return Err("is imaps, which always uses TLS: leave out ?tls=".to_owned()),
        (_, None) => {
            return Err("would not protect the password: use imaps://, or ?tls=none on a trusted wire".to_owned());
        }
        (_, Some(other)) => return Err(format!("has tls={other:?}; it may be none")),
    };
    let usual = if security == ImapSecurity::Implicit { PORT_IMAPS } else { PORT_IMAP };
    Ok(Mailbox {
        host: host.as_str().to_owned(),
        port: url.port().filter(|port| *port != 0).unwrap_or(usual),
        security,
        user,
        password,
        folder,
        every: Duration::from_secs(every),
    })
}

/// Without secrets.
impl fmt::Display for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen { protocol, address } => write!(f, "{}://{address}", protocol.as_str()),
            Self::Imap(mailbox) => mailbox.fmt(f),
        }
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbound({self})")
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.security == ImapSecurity::Implicit { "imaps" } else { "imap" };
        write!(f, "{scheme}://{}:{}/{} (as {}, password hidden)", self.host, self.port, self.folder, self.user)
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_in_is_read() {
        for (text, shown) in [
            ("lmtp://127.0.0.1:2424", "lmtp://127.0.0.1:2424"),
            ("smtp://[::1]:2525", "smtp://[::1]:2525"),
            ("imaps://jo:s%40fe@mail.example/Support", "imaps://mail.example:993/Support (as jo, password hidden)"),
            ("imap://jo:x@127.0.0.1:1143?tls=none&every=5", "imap://127.0.0.1:1143/INBOX (as jo, password hidden)"),
        ] {
            let parsed = Inbound::parse(text).unwrap();
            assert_eq!(parsed.to_string(), shown);
            assert!(!format!("{parsed:?}").contains("s@fe"));
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, words) in [
            ("", "not a URL"),
            ("http://x", "lmtp://"),
            ("lmtp://127.0.0.1", "IP:PORT"),
            ("smtp://mail.example:25", "IP:PORT"),
            ("lmtp://jo:hunter2@127.0.0.1:24", "IP:PORT"),
            ("imap://jo:hunter2@mail.example", "protect"),
            ("imaps://mail.example", "user and a password"),
            ("imaps://jo:hunter2@mail.example?tls=none", "leave out"),
            ("imaps://jo:hunter2@mail.example?every=0", "1 to 3600"),
            ("imaps://jo:hunter2@mail.example?x=1", "unknown option"),
        ] {
            let error = Inbound::parse(text).unwrap_err();
            assert!(error.contains(words) && !error.contains("hunter2"), "{text}: {error}");
        }
    }
}
