//! One connection.

use std::{io, time::Duration};

use domain::incoming::Outcome;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::Shared;
use crate::{
    desk::incoming::Envelope,
    mail::inbound::{MAIL_BYTES_MAX, settings::Protocol},
};

/// RFC 5321, 4.5.3.1.4 asks for 512; addresses with extensions are longer.
const COMMAND_BYTES_MAX: usize = 2_048;
/// Recipients of one mail; we have two addresses.
const RECIPIENTS_MAX: usize = 100;
/// Mistakes after which a connection is closed.
const MISTAKES_MAX: u32 = 20;
/// Mails over one connection.
const MAILS_MAX: u32 = 1_000;
/// RFC 5321, 4.5.3.2 asks for five minutes for commands; whoever speaks to us is near.
const COMMAND_WITHIN: Duration = Duration::from_secs(120);
/// Between two pieces of a mail, and for the whole of it.
const PIECE_WITHIN: Duration = Duration::from_secs(60);
const MAIL_WITHIN: Duration = Duration::from_secs(300);

/// A connection for which there is no room.
pub(super) async fn turn_away(mut stream: TcpStream, name: &str) -> io::Result<()> {
    let words = format!("421 4.3.2 {name} has too many connections, come back later\r\n");
    timeout(PIECE_WITHIN, stream.write_all(words.as_bytes())).await?
}

pub(super) async fn serve(stream: TcpStream, shared: &Shared) -> io::Result<()> {
    // Answers are short and each is waited for.
    stream.set_nodelay(true)?;
    let mut session = Session {
        stream: BufReader::new(stream),
        shared,
        greeted: false,
        from: None,
        recipients: 0,
        mistakes: 0,
        mails: 0,
    };
    session.run().await
}

struct Session<'a> {
    stream: BufReader<TcpStream>,
    shared: &'a Shared,
    greeted: bool,
    /// MAIL was said; empty for the null sender.
    from: Option<String>,
    recipients: usize,
    mistakes: u32,
    mails: u32,
}

/// What a read line was.
enum Line {
    Whole(Vec<u8>),
    TooLong,
    End,
}

/// How a mail came over the wire.
enum Data {
    Whole(Vec<u8>),
    TooLarge,
}

impl Session<'_> {
    async fn run(&mut self) -> io::Result<()> {
        let greeting = match self.shared.protocol {
            Protocol::Smtp => format!("220 {} ESMTP Faultdesk", self.shared.name),
            Protocol::Lmtp => format!("220 {} LMTP Faultdesk", self.shared.name),
        };
        self.say(&greeting).await?;
        loop {
            let line = match timeout(COMMAND_WITHIN, self.line()).await {
                Ok(line) => line?,
                Err(_) => return self.say("421 4.4.2 you said nothing for too long").await,
            };
            let more = match line {
                Line::End => false,
                Line::TooLong => self.mistake("500 5.5.2 that line is too long").await?,
                Line::Whole(line) => self.command(&String::from_utf8_lossy(&line)).await?,
            };
            if !more {
                return Ok(());
            }
        }
    }

    async fn say(&mut self, words: &str) -> io::Result<()> {
        let line = format!("{words}\r\n");
        timeout(PIECE_WITHIN, self.stream.get_mut().write_all(line.as_bytes())).await?
    }

    /// Answers a mistake; false when there were too many.
    async fn mistake(&mut self, words: &str) -> io::Result<bool> {
        self.mistakes += 1;
        match MISTAKES_MAX < self.mistakes {
            true => self.say("421 4.7.0 too many mistakes").await.map(|()| false),
            false => self.say(words).await.map(|()| true),
        }
    }

    async fn fine(&mut self, words: &str) -> io::Result<bool> {
        self.say(words).await.map(|()| true)
    }

    /// One line without its end. A longer one is read away without being held.
    async fn line(&mut self) -> io::Result<Line> {
        let mut line = Vec::new();
        let mut too_long = false;
        loop {
            let piece = self.stream.fill_buf().await?;
            if piece.is_empty() {
                return Ok(Line::End);
            }
            let end = piece.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(piece.len(), |end| end + 1);
            too_long |= COMMAND_BYTES_MAX < line.len() + taken;
            if !too_long {
                line.extend_from_slice(piece.get(..taken).unwrap_or_default());
            }
            self.stream.consume(taken);
            if end.is_some() {
                let kept = line.trim_ascii_end().to_vec();
                return Ok(if too_long { Line::TooLong } else { Line::Whole(kept) });
            }
        }
    }

    async fn command(&mut self, line: &str) -> io::Result<bool> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let lmtp = self.shared.protocol == Protocol::Lmtp;
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" if lmtp => self.greet().await,
            "EHLO" if !lmtp => self.greet().await,
            "HELO" if !lmtp => {
                self.begin();
                let name = self.shared.name.clone();
                self.fine(&format!("250 {name}")).await
            }
            "MAIL" => self.mail(rest).await,
            "RCPT" => self.recipient(rest).await,
            "DATA" => self.data().await,
            "RSET" => {
                self.reset();
                self.fine("250 2.0.0 ok").await
            }
            "NOOP" => self.fine("250 2.0.0 ok").await,
            "VRFY" => self.fine("252 2.5.2 write to it and see").await,
            "QUIT" => self.say("221 2.0.0 bye").await.map(|()| false),
            _ => self.mistake("500 5.5.1 unknown command").await,
        }
    }

    fn begin(&mut self) {
        self.greeted = true;
        self.reset();
    }

    fn reset(&mut self) {
        self.from = None;
        self.recipients = 0;
    }

    async fn greet(&mut self) -> io::Result<bool> {
        self.begin();
        let name = self.shared.name.clone();
        // Pipelining is answering in order, which we do.
        let words = format!(
            "250-{name}\r\n250-SIZE {MAIL_BYTES_MAX}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n\
             250 ENHANCEDSTATUSCODES"
        );
        self.fine(&words).await
    }

    async fn mail(&mut self, rest: &str) -> io::Result<bool> {
        if !self.greeted || self.from.is_some() {
            return self.mistake("503 5.5.1 not now").await;
        }
        if MAILS_MAX <= self.mails {
            return self.say("421 4.7.0 enough for one connection, come back").await.map(|()| false);
        }
        let Some((path, options)) = path(rest, "FROM:") else {
            return self.mistake("501 5.5.4 write MAIL FROM:<address>").await;
        };
        let sizes = options
            .split(' ')
            .filter_map(|option| option.to_ascii_uppercase().strip_prefix("SIZE=").map(str::to_owned));
        let declared = sizes.filter_map(|size| size.parse::<u64>().ok()).max().unwrap_or(0);
        if MAIL_BYTES_MAX as u64 <= declared {
            return self.mistake("552 5.3.4 that mail is too large").await;
        }
        self.from = Some(path);
        self.fine("250 2.1.0 ok").await
    }

    async fn recipient(&mut self, rest: &str) -> io::Result<bool> {
        if self.from.is_none() {
            return self.mistake("503 5.5.1 MAIL first").await;
        }
        let Some((path, _)) = path(rest, "TO:") else {
            return self.mistake("501 5.5.4 write RCPT TO:<address>").await;
        };
        if RECIPIENTS_MAX <= self.recipients {
            return self.mistake("452 4.5.3 too many recipients").await;
        }
        if !self.is_ours(&path) {
            return self.mistake("550 5.1.1 nobody here has that address").await;
        }
        self.recipients += 1;
        self.fine("250 2.1.5 ok").await
    }

    /// `support@desk.example` and `support+anything@desk.example`.
    fn is_ours(&self, path: &str) -> bool {
        let path = path.to_lowercase();
        let Some((local, domain)) = path.rsplit_once('@') else { return false };
        let local = local.split('+').next().unwrap_or_default();
        self.shared.receiver.own().iter().any(|own| own.key() == format!("{local}@{domain}"))
    }

    async fn data(&mut self) -> io::Result<bool> {
        let recipients = std::mem::take(&mut self.recipients);
        let (true, Some(from)) = (0 < recipients, self.from.take()) else {
            self.reset();
            return self.mistake("503 5.5.1 no valid recipients").await;
        };
        let shared = self.shared;
        let Ok(Ok(_permit)) = timeout(PIECE_WITHIN, shared.in_hand.acquire()).await else {
            return self.fine("451 4.3.2 too much mail at the moment, come back later").await;
        };
        self.say("354 go on, end with a dot").await?;
        let read = timeout(MAIL_WITHIN, self.message()).await?;
        self.mails += 1;
        let answer = match read? {
            Data::TooLarge => "552 5.3.4 that mail is too large",
            Data::Whole(raw) => {
                let envelope = Envelope { via: shared.protocol.as_str(), from: Some(from), cut: None };
                match shared.receiver.receive(raw, envelope).await {
                    Ok(Outcome::Ignored) => "250 2.0.0 seen",
                    Ok(_) => "250 2.0.0 stored",
                    Err(error) => {
                        tracing::warn!(%error, "a mail could not be stored; its server must bring it again");
                        "451 4.3.0 it could not be stored, come back later"
                    }
                }
            }
        };
        // LMTP answers for each recipient; to us they are one.
        let answers = if shared.protocol == Protocol::Lmtp { recipients } else { 1 };
        for _ in 0..answers {
            self.say(answer).await?;
        }
        Ok(true)
    }

    /// The mail up to the line with a dot alone, dots at the beginning of lines undone. A dot ends a mail between CR LF
    /// only: two servers that disagree about that let one mail hold another (SMTP smuggling). What is too large is read
    /// away without being held.
    async fn message(&mut self) -> io::Result<Data> {
        let mut raw: Vec<u8> = Vec::new();
        let mut too_large = false;
        // Of the line that is being read: what it begins with, and whether the one before ended with CR LF.
        let (mut head, mut at_start, mut last): (Vec<u8>, bool, u8) = (Vec::new(), true, 0);
        loop {
            let piece = timeout(PIECE_WITHIN, self.stream.fill_buf()).await??;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut used = 0;
            let mut ended = false;
            for byte in piece {
                used += 1;
                if at_start && head.len() < 3 {
                    head.push(*byte);
                    match head.as_slice() {
                        b"." | b".\r" => {
                            last = *byte;
                            continue;
                        }
                        b".\r\n" => {
                            ended = true;
                            break;
                        }
                        // The dot that was added is left out.
                        [b'.', rest @ ..] => put(&mut raw, rest, &mut too_large),
                        whole => put(&mut raw, whole, &mut too_large),
                    }
                    at_start = last == b'\r' && *byte == b'\n';
                } else {
                    put(&mut raw, &[*byte], &mut too_large);
                    at_start = last == b'\r' && *byte == b'\n';
                }
                head.clear();
                last = *byte;
            }
            self.stream.consume(used);
            if ended {
                return Ok(if too_large { Data::TooLarge } else { Data::Whole(raw) });
            }
        }
    }
}

fn put(raw: &mut Vec<u8>, bytes: &[u8], too_large: &mut bool) {
    if *too_large || MAIL_BYTES_MAX < raw.len() + bytes.len() {
        *too_large = true;
        // Its memory is for others.
        *raw = Vec::new();
    } else {
        raw.extend_from_slice(bytes);
    }
}

/// The address and the options in `FROM:<a@b> SIZE=1`; the empty address is the null sender's.
fn path(rest: &str, word: &str) -> Option<(String, String)> {
    let rest = rest.trim_start();
    let named = rest.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word))?;
    let rest = rest.get(named.len()..)?.trim_start();
    let (path, options) = rest.strip_prefix('<')?.split_once('>')?;
    // Source routes are long dead; what stands before the colon is not looked at.
    let path = path.rsplit_once(':').map_or(path, |(_, path)| path);
    let plain = path.chars().all(|c| !c.is_control() && c != ' ');
    plain.then(|| (path.to_owned(), options.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_servers_write_them() {
        for (rest, expected) in [
            ("FROM:<a@b>", Some(("a@b", ""))),
            ("from: <a@b> SIZE=12 BODY=8BITMIME", Some(("a@b", "SIZE=12 BODY=8BITMIME"))),
            ("FROM:<>", Some(("", ""))),
            ("FROM:<@relay:a@b>", Some(("a@b", ""))),
            ("FROM:a@b", None),
            ("TO:<a@b>", None),
            ("FROM:<a b>", None),
            ("", None),
        ] {
            let expected = expected.map(|(path, options)| (path.to_owned(), options.to_owned()));
            assert_eq!(path(rest, "FROM:"), expected, "{rest}");
        }
    }
}
