//! The few lines of SMTP and IMAP before TLS begins.

use std::io;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::probes::{Trouble, first_line, resolve::io_words};

/// RFC 5321 allows 512 bytes a line and real servers 2,000; whoever sends more is no mail server.
const LINE_BYTES_MAX: usize = 4_096;
/// Lines of one reply. The longest lists of extensions have some thirty.
const LINES_MAX: usize = 100;
const READ_BYTES: usize = 1_024;

/// Greeting, EHLO, STARTTLS. Source: RFC 3207.
pub(super) async fn smtp(stream: &mut TcpStream) -> Result<(), Trouble> {
    // Our own address is the name that RFC 5321, 4.1.3 gives to a client without a name.
    let own = stream.local_addr().map_err(|error| broken(&error))?.ip();
    let own = if own.is_ipv6() { format!("[IPv6:{own}]") } else { format!("[{own}]") };
    let mut lines = Lines { stream, buffer: Vec::new() };
    lines.smtp_reply("220", "its greeting").await?;
    lines.send(&format!("EHLO {own}\r\n")).await?;
    let offers = lines.smtp_reply("250", "the answer to EHLO").await?;
    let offered = |line: &String| line.get(4..).is_some_and(|word| word.trim_end().eq_ignore_ascii_case("STARTTLS"));
    if !offers.iter().any(offered) {
        return Err(Trouble::Theirs("does not offer STARTTLS".to_owned()));
    }
    lines.send("STARTTLS\r\n").await?;
    lines.smtp_reply("220", "the answer to STARTTLS").await?;
    lines.end()
}

/// Greeting, STARTTLS. Source: RFC 9051, 6.2.1.
pub(super) async fn imap(stream: &mut TcpStream) -> Result<(), Trouble> {
    let mut lines = Lines { stream, buffer: Vec::new() };
    let greeting = lines.line().await?;
    if !starts_with(&greeting, "* OK") && !starts_with(&greeting, "* PREAUTH") {
        return Err(wrong("* OK", "its greeting", &greeting));
    }
    lines.send("a1 STARTTLS\r\n").await?;
    for _ in 0..LINES_MAX {
        let line = lines.line().await?;
        match () {
            () if starts_with(&line, "a1 OK") => return lines.end(),
            // Untagged lines may come at any time.
            () if line.starts_with("* ") => {}
            () => return Err(wrong("a1 OK", "the answer to STARTTLS", &line)),
        }
    }
    Err(Trouble::Theirs(format!("said over {LINES_MAX} lines instead of an answer to STARTTLS")))
}

/// Reads whole lines without reading on, since what follows may already be TLS.
struct Lines<'a> {
    stream: &'a mut TcpStream,
    buffer: Vec<u8>,
}

impl Lines<'_> {
    async fn send(&mut self, text: &str) -> Result<(), Trouble> {
        self.stream.write_all(text.as_bytes()).await.map_err(|error| broken(&error))
    }

    async fn line(&mut self) -> Result<String, Trouble> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                let line = std::mem::replace(&mut self.buffer, rest);
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            if LINE_BYTES_MAX <= self.buffer.len() {
                let heard = first_line(&self.buffer);
                return Err(Trouble::Theirs(format!("said a line of over {LINE_BYTES_MAX} bytes: {heard}")));
            }
            self.buffer.reserve(READ_BYTES);
            let count = self.stream.read_buf(&mut self.buffer).await.map_err(|error| broken(&error))?;
            if count == 0 {
                let heard = first_line(&self.buffer);
                return Err(Trouble::Theirs(format!("closed the connection before TLS; heard {heard}")));
            }
        }
    }

    /// All lines of one reply, if it has the wanted code.
    async fn smtp_reply(&mut self, code: &str, what: &str) -> Result<Vec<String>, Trouble> {
        let mut lines = Vec::new();
        for _ in 0..LINES_MAX {
            let line = self.line().await?;
            if !line.starts_with(code) {
                return Err(wrong(code, what, &line));
            }
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                return Ok(lines);
            }
        }
        Err(Trouble::Theirs(format!("said over {LINES_MAX} lines in {what}")))
    }

    /// Nothing may come between the go-ahead and TLS: it could be words that a third party put in (CVE-2011-0411).
    fn end(self) -> Result<(), Trouble> {
        match self.buffer.is_empty() {
            true => Ok(()),
            false => Err(Trouble::Theirs(format!("sent {} before TLS had begun", first_line(&self.buffer)))),
        }
    }
}

fn starts_with(line: &str, wanted: &str) -> bool {
    line.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}

fn wrong(code: &str, what: &str, line: &str) -> Trouble {
    Trouble::Theirs(format!("expected {code} as {what}, heard {}", first_line(line.as_bytes())))
}

fn broken(error: &io::Error) -> Trouble {
    Trouble::Theirs(format!("connected, but not ready for STARTTLS: {}", io_words(error)))
}
