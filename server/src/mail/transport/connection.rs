//! One connection to the mail server: opening it, sending one mail over it, reading what the answers mean.

use std::{fmt, sync::Arc, time::Duration};

use domain::outbox::Attempt;
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{
        AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
    },
    commands::{Data, Mail, Rcpt, Rset},
    extension::ClientId,
    response::{Response, Severity},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::TlsConnector;

use super::{
    settings::{Security, SmtpSettings},
    wire::Wire,
};
use crate::mail::{message::Built, words::shortened};

/// A reply is kept with the notice and shown to staff.
const REPLY_CHARS_MAX: usize = 500;

/// Words with which servers say that they do not know us, beside codes that say so. Taking such an answer for a
/// refusal of the recipient would mark every address in the house as dead over one line in the relay's settings.
const RELAY_WORDS: [&str; 5] =
    ["relay access denied", "relaying denied", "relay not permitted", "unable to relay", "relaying not allowed"];

/// How far an attempt has come, for the reason when its time is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting,
    Greeting,
    Securing,
    SigningIn,
    Naming,
    Sending,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connecting",
            Self::Greeting => "waiting for the greeting",
            Self::Securing => "starting TLS",
            Self::SigningIn => "signing in",
            Self::Naming => "naming sender and recipient",
            Self::Sending => "sending the message",
        })
    }
}

/// What a connection is good for after a mail.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Another mail.
    Kept(Attempt),
    /// Nothing.
    Lost(Attempt),
    /// Nothing, and the server had not accepted the sender yet: the mail can go over another connection at once.
    NotBegun(Attempt),
}

/// The parts of a TLS handshake, made once: reading the machine's certificates takes milliseconds.
pub(super) enum Tls {
    None,
    Start { parameters: TlsParameters, required: bool },
    Implicit { connector: TlsConnector, name: ServerName<'static> },
}

impl Tls {
    /// Trusts what the machine trusts, and `extra`.
    pub(super) fn new(settings: &SmtpSettings, extra: Option<&CertificateDer<'static>>) -> Result<Self, String> {
        let host = settings.host.clone();
        match settings.security {
            Security::None => Ok(Self::None),
            Security::Opportunistic => {
                let builder = TlsParametersBuilder::new(host).certificate_store(CertificateStore::None);
                let builder = builder.dangerous_accept_invalid_certs(true).dangerous_accept_invalid_hostnames(true);
                Ok(Self::Start { parameters: builder.build().map_err(|error| cause(&error))?, required: false })
            }
            Security::StartTls => {
                let mut builder = TlsParametersBuilder::new(host);
                if let Some(extra) = extra {
                    let extra = Certificate::from_der(extra.to_vec()).map_err(|error| cause(&error))?;
                    builder = builder.add_root_certificate(extra);
                }
                Ok(Self::Start { parameters: builder.build().map_err(|error| cause(&error))?, required: true })
            }
            Security::Implicit => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                roots.add_parsable_certificates(extra.cloned());
                let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .map_err(|error| error.to_string())?
                    .with_root_certificates(roots)
                    .with_no_client_auth();
                let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
                Ok(Self::Implicit { connector: TlsConnector::from(Arc::new(config)), name })
            }
        }
    }
}

pub(super) struct Connection {
    smtp: AsyncSmtpConnection,
    /// Mails that went over it, refused ones included.
    pub(super) mails: u32,
}

impl Connection {
    /// Opens a connection up to the point where it takes mails. The error is a reason for people. Names and
    /// addresses are tried for `limit` together; the caller limits the whole.
    pub(super) async fn open(
        settings: &SmtpSettings,
        tls: &Tls,
        limit: Duration,
        stage: &mut Stage,
    ) -> Result<Self, String> {
        *stage = Stage::Connecting;
        let tcp = connect(settings, limit).await.map_err(|why| format!("cannot connect to {settings}: {why}"))?;
        let failed = |what: &str, why: String| format!("{settings} {what}: {why}");
        let peer = tcp.peer_addr().map_err(|error| failed("is gone", error.to_string()))?;
        let stream: Box<dyn AsyncTokioStream> = match tls {
            Tls::None | Tls::Start { .. } => Box::new(Wire::new(tcp, peer)),
            Tls::Implicit { connector, name } => {
                *stage = Stage::Securing;
                let secured = connector.connect(name.clone(), tcp).await;
                Box::new(Wire::new(secured.map_err(|error| failed("fails at TLS", cause(&error)))?, peer))
            }
        };
        *stage = Stage::Greeting;
        let hello = ClientId::default();
        let greeted = AsyncSmtpConnection::connect_with_transport(stream, &hello).await;
        let mut smtp = greeted.map_err(|error| failed("does not greet us", said(&error)))?;
        if let Tls::Start { parameters, required } = tls {
            *stage = Stage::Securing;
            if smtp.can_starttls() {
                let secured = smtp.starttls(parameters.clone(), &hello).await;
                secured.map_err(|error| failed("fails at STARTTLS", said(&error)))?;
            } else if *required {
                return Err(format!("{settings} does not offer STARTTLS, which is required"));
            }
        }
        if let Some((user, password)) = &settings.credentials {
            *stage = Stage::SigningIn;
            let credentials = Credentials::new(user.clone(), password.clone());
            let signed_in = smtp.auth(DEFAULT_MECHANISMS, &credentials).await;
            signed_in.map_err(|error| failed("does not let us sign in", said(&error)))?;
        }
        Ok(Self { smtp, mails: 0 })
    }

    /// Sends one mail. After a refusal the connection is cleared for the next one.
    pub(super) async fn send(&mut self, mail: &Built, stage: &mut Stage) -> Outcome {
        self.mails = self.mails.saturating_add(1);
        let trouble = match self.dialogue(mail, stage).await {
            Ok(response) => {
                return Outcome::Kept(Attempt::Accepted { reply: reply(&response) });
            }
            Err(trouble) => trouble,
        };
        let attempt = trouble.judged();
        match trouble.code {
            // 421: the server is closing the connection.
            None | Some(421) if trouble.step == Step::Sender => Outcome::NotBegun(attempt),
            None | Some(421) => Outcome::Lost(attempt),
            Some(_) => match self.smtp.command(Rset).await {
                Ok(_) => Outcome::Kept(attempt),
                Err(_) => Outcome::Lost(attempt),
            },
        }
    }

    async fn dialogue(&mut self, mail: &Built, stage: &mut Stage) -> Result<Response, Trouble> {
        *stage = Stage::Naming;
        let answer = self.smtp.command(Mail::new(mail.envelope.from().cloned(), Vec::new())).await;
        expect(Severity::PositiveCompletion, Step::Sender, answer)?;
        for to in mail.envelope.to() {
            let answer = self.smtp.command(Rcpt::new(to.clone(), Vec::new())).await;
            expect(Severity::PositiveCompletion, Step::Recipient, answer)?;
        }
        *stage = Stage::Sending;
        let answer = self.smtp.command(Data).await;
        expect(Severity::PositiveIntermediate, Step::Message, answer)?;
        let answer = self.smtp.message(&mail.bytes).await;
        expect(Severity::PositiveCompletion, Step::Message, answer)
    }

    /// Whether the server still answers.
    pub(super) async fn alive(&mut self) -> bool {
        self.smtp.test_connected().await
    }

    /// Takes leave. The caller limits the time; that the server does not answer is no loss.
    pub(super) async fn quit(mut self) {
        let _ = self.smtp.quit().await;
    }
}

/// A socket that sends at once: with Nagle's algorithm each mail waits 40 ms for a delayed acknowledgement.
async fn connect(settings: &SmtpSettings, limit: Duration) -> Result<TcpStream, String> {
    let deadline = Instant::now() + limit;
    let found = timeout_at(deadline, lookup_host((settings.host.as_str(), settings.port))).await;
    let found = found.map_err(|_| "its name is not resolved in time".to_owned())?;
    let addresses: Vec<_> = found.map_err(|error| error.to_string())?.collect();
    let mut problem = "its name has no address".to_owned();
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for address in addresses {
        // Each address gets its share of what is left, so that a silent first one leaves time for the next.
        let share = deadline.saturating_duration_since(Instant::now()) / left.max(1);
        left = left.saturating_sub(1);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true).map_err(|error| error.to_string())?;
                return Ok(stream);
            }
            Ok(Err(error)) => problem = format!("{address}: {error}"),
            Err(_) => problem = format!("{address} does not answer"),
        }
    }
    Err(problem)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Message,
}

/// Why a mail did not get through. Without a code no usable answer came, and the connection is not to be trusted.
#[derive(Debug)]
struct Trouble {
    step: Step,
    code: Option<u16>,
    /// What the server said behind the code, or what went wrong.
    text: String,
}

impl Trouble {
    /// What it means for this mail.
    fn judged(&self) -> Attempt {
        let reply = shortened(&self.to_string(), REPLY_CHARS_MAX);
        match self.code {
            None => Attempt::Unreachable { reason: reply },
            Some(400..=499) => Attempt::Deferred { reply },
            Some(_) if self.step == Step::Sender => {
                Attempt::Unreachable { reason: format!("the mail server does not accept our sender: {reply}") }
            }
            Some(code) if about_us(code, &self.text) => {
                Attempt::Unreachable { reason: format!("the mail server does not accept us: {reply}") }
            }
            Some(_) => Attempt::Refused { reply },
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => write!(f, "{code} {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// The answer, if it is of the kind that belongs at this step. "Go on" in place of "done" means that answers and
/// questions are out of step, and taking it for "done" would lose the mail.
fn expect(wanted: Severity, step: Step, answer: Result<Response, Error>) -> Result<Response, Trouble> {
    match answer {
        Ok(response) if response.code().severity == wanted => Ok(response),
        Ok(response) => Err(Trouble { step, code: None, text: format!("answered out of step: {}", reply(&response)) }),
        Err(error) => Err(Trouble { step, code: error.status().map(u16::from), text: cause(&error) }),
    }
}

/// Whether a 5xx answer speaks of us (not signed in, a command or name of ours, no relaying, our sender), not of the
/// recipient. Servers often keep such an answer back until RCPT. `text` begins with the enhanced code, if there is one.
/// Source: RFC 4954 section 6, RFC 5321 section 4.2.2, RFC 3463.
fn about_us(code: u16, text: &str) -> bool {
    let sender = text.starts_with("5.1.7") || text.starts_with("5.1.8");
    let recipient = text.starts_with("5.1.") && !sender;
    let text = text.to_ascii_lowercase();
    sender
        || !recipient
            && (matches!(code, 500..=504 | 530 | 534 | 535 | 538)
                || RELAY_WORDS.iter().any(|words| text.contains(words)))
}

/// What the server said, code first, or what went wrong on the way.
fn said(error: &Error) -> String {
    let text = cause(error);
    let line = match error.status() {
        Some(code) => format!("{code} {text}"),
        None => text,
    };
    shortened(&line, REPLY_CHARS_MAX)
}

fn reply(response: &Response) -> String {
    let lines: Vec<_> = response.message().collect();
    shortened(&format!("{} {}", response.code(), lines.join(" ")), REPLY_CHARS_MAX)
}

/// The innermost cause: lettre's own words around it add nothing.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let innermost = std::iter::successors(Some(error), |error| error.source()).last();
    innermost.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::transport::sink::Sink;

    #[tokio::test]
    async fn the_socket_sends_at_once() {
        let sink = Sink::friendly().await;
        let url = format!("smtp://127.0.0.1:{}", sink.address.port());
        let stream = connect(&SmtpSettings::parse(&url).unwrap(), Duration::from_secs(30)).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
