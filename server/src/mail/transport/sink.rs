//! A mail server for tests: keeps what it takes, and does at any point what its script says.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use rustls::{ServerConfig, pki_types::CertificateDer};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A point at which the script is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// What the client said, without its line end: a command, `.` at the end of a message, empty before the greeting.
    pub(crate) said: &'a str,
}

impl Moment<'_> {
    pub(crate) fn greeting(&self) -> bool {
        self.said.is_empty()
    }

    pub(crate) fn is(&self, command: &str) -> bool {
        self.said.get(..command.len()).is_some_and(|start| start.eq_ignore_ascii_case(command))
    }
}

/// What the server does then.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// What a friendly server does.
    Usual,
    /// Answers this, without its last line end.
    Say(&'static str),
    SayThenClose(&'static str),
    Close,
    /// Says nothing more, and keeps the connection open.
    Hang,
    /// Waits for the signal, then does as usual.
    WaitFor(Arc<Notify>),
    /// Sends this again and again.
    Flood(&'static str),
}

#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) connection: usize,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    /// With dots unstuffed.
    pub(crate) bytes: Vec<u8>,
    pub(crate) encrypted: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) opened: usize,
    pub(crate) closed: usize,
    pub(crate) most_at_once: usize,
    pub(crate) mails: usize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Cipher {
    #[default]
    None,
    StartTls,
    Implicit,
}

type Script = Arc<dyn Fn(Moment<'_>) -> Act + Send + Sync>;

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    /// Self-signed, for `localhost`.
    pub(crate) certificate: CertificateDer<'static>,
    shared: Arc<State>,
    accepting: JoinHandle<()>,
}

struct State {
    script: Script,
    cipher: Cipher,
    acceptor: TlsAcceptor,
    mails: Mutex<Vec<Received>>,
    said: Mutex<Vec<String>>,
    counts: watch::Sender<Counts>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Sink {
    /// Takes every mail.
    pub(crate) async fn friendly() -> Self {
        Self::start(Cipher::None, |_| Act::Usual).await
    }

    pub(crate) async fn start(cipher: Cipher, script: impl Fn(Moment<'_>) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let certificate = made.cert.der().clone();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let shared = Arc::new(State {
            script: Arc::new(script),
            cipher,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            mails: Mutex::default(),
            said: Mutex::default(),
            counts: watch::Sender::default(),
        });
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(accept(listener, shared.clone()));
        Self { address, certificate, shared, accepting }
    }

    pub(crate) fn mails(&self) -> Vec<Received> {
        self.shared.mails.lock().unwrap().clone()
    }

    /// Every line that clients said, message text left out.
    pub(crate) fn said(&self) -> Vec<String> {
        self.shared.said.lock().unwrap().clone()
    }

    pub(crate) fn counts(&self) -> Counts {
        *self.shared.counts.borrow()
    }

    /// Returns as soon as the counts are as wished.
    pub(crate) async fn until(&self, wish: impl FnMut(&Counts) -> bool) -> Counts {
        *self.shared.counts.subscribe().wait_for(wish).await.unwrap()
    }
}

async fn accept(listener: TcpListener, shared: Arc<State>) {
    for connection in 0.. {
        let Ok((tcp, _)) = listener.accept().await else { return };
        shared.counts.send_modify(|counts| {
            counts.opened += 1;
            counts.most_at_once = counts.most_at_once.max(counts.opened - counts.closed);
        });
        let shared = shared.clone();
        tokio::spawn(async move {
            // A client that breaks off is what some tests do.
            let _ = Session::run(tcp, connection, &shared).await;
            shared.counts.send_modify(|counts| counts.closed += 1);
        });
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// What the script leaves to do.
enum After {
    Usual,
    Next,
    Leave,
}

struct Session<'a> {
    stream: BufReader<Box<dyn Stream>>,
    connection: usize,
    shared: &'a State,
    encrypted: bool,
    from: String,
    to: Vec<String>,
}

impl<'a> Session<'a> {
    async fn run(tcp: TcpStream, connection: usize, shared: &'a State) -> std::io::Result<()> {
        tcp.set_nodelay(true)?;
        let encrypted = shared.cipher == Cipher::Implicit;
        let stream: Box<dyn Stream> =
            if encrypted { Box::new(shared.acceptor.accept(tcp).await?) } else { Box::new(tcp) };
        let stream = BufReader::new(stream);
        let mut session = Session { stream, connection, shared, encrypted, from: String::new(), to: Vec::new() };
        match session.asked("").await? {
            After::Usual => session.say("220 sink ready").await?,
            After::Next => {}
            After::Leave => return Ok(()),
        }
        loop {
            let mut line = String::new();
            if session.stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            shared.said.lock().unwrap().push(line.to_owned());
            match session.asked(line).await? {
                After::Usual => {}
                After::Next if line.eq_ignore_ascii_case("STARTTLS") => {
                    session = session.secured().await?;
                    continue;
                }
                After::Next => continue,
                After::Leave => return Ok(()),
            }
            if line.eq_ignore_ascii_case("STARTTLS") {
                session.say("220 go ahead").await?;
                session = session.secured().await?;
            } else if !session.usual(line).await? {
                return Ok(());
            }
        }
    }

    async fn secured(self) -> std::io::Result<Session<'a>> {
        let stream = self.shared.acceptor.accept(self.stream.into_inner()).await?;
        Ok(Session { stream: BufReader::new(Box::new(stream)), encrypted: true, ..self })
    }

    /// Does as the script says, as far as it says anything.
    async fn asked(&mut self, said: &str) -> std::io::Result<After> {
        match (self.shared.script)(Moment { said }) {
            Act::Usual => Ok(After::Usual),
            Act::Say(text) => self.say(text).await.map(|()| After::Next),
            Act::SayThenClose(text) => self.say(text).await.map(|()| After::Leave),
            Act::Close => Ok(After::Leave),
            Act::Hang => {
                // Ends when the client goes.
                let mut rest = Vec::new();
                let _ = tokio::io::AsyncReadExt::read_to_end(&mut self.stream, &mut rest).await;
                Ok(After::Leave)
            }
            Act::WaitFor(signal) => {
                signal.notified().await;
                Ok(After::Usual)
            }
            Act::Flood(text) => loop {
                self.stream.get_mut().write_all(text.as_bytes()).await?;
            },
        }
    }

    async fn say(&mut self, text: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await?;
        self.stream.get_mut().flush().await
    }

    /// False when the client has taken leave.
    async fn usual(&mut self, line: &str) -> std::io::Result<bool> {
        let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let path = |line: &str| line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        match command.as_str() {
            "EHLO" => {
                let offer = self.shared.cipher == Cipher::StartTls && !self.encrypted;
                let tls = if offer { "250-STARTTLS\r\n" } else { "" };
                self.say(&format!("250-sink\r\n{tls}250-AUTH PLAIN LOGIN\r\n250 8BITMIME")).await?;
            }
            "AUTH" => self.say("235 2.7.0 welcome").await?,
            "MAIL" if !self.from.is_empty() => self.say("503 5.5.1 nested MAIL").await?,
            "RSET" => {
                self.from.clear();
                self.say("250 2.0.0 ok").await?;
            }
            "MAIL" => {
                (self.from, self.to) = (path(line), Vec::new());
                self.say("250 2.1.0 sender ok").await?;
            }
            "RCPT" => {
                self.to.push(path(line));
                self.say("250 2.1.5 recipient ok").await?;
            }
            "DATA" => {
                self.say("354 go on").await?;
                return self.message().await;
            }
            "NOOP" => self.say("250 2.0.0 ok").await?,
            "QUIT" => {
                self.say("221 2.0.0 bye").await?;
                return Ok(false);
            }
            _ => self.say("502 5.5.2 unknown command").await?,
        }
        Ok(true)
    }

    async fn message(&mut self) -> std::io::Result<bool> {
        let mut bytes = Vec::new();
        loop {
            let start = bytes.len();
            if self.stream.read_until(b'\n', &mut bytes).await? == 0 {
                return Ok(false);
            }
            if &bytes[start..] == b".\r\n" {
                bytes.truncate(start);
                break;
            }
            if bytes[start] == b'.' {
                bytes.remove(start);
            }
        }
        let usual = match self.asked(".").await? {
            After::Usual => true,
            After::Next => false,
            After::Leave => return Ok(false),
        };
        let (from, to) = (std::mem::take(&mut self.from), std::mem::take(&mut self.to));
        if usual {
            let received = Received { connection: self.connection, from, to, bytes, encrypted: self.encrypted };
            self.shared.mails.lock().unwrap().push(received);
            self.shared.counts.send_modify(|counts| counts.mails += 1);
            self.say("250 2.0.0 queued as 1").await?;
        }
        Ok(true)
    }
}
