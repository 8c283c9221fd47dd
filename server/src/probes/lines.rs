//! Lines of a dialogue, bounded in length and in all.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{Trouble, first_line, resolve::io_words};

/// RFC 5321 allows 512 bytes a line and real servers 2,000; whoever sends more speaks no protocol of lines.
const LINE_BYTES_MAX: usize = 4_096;
/// Lines of one reply. The longest lists of extensions have some thirty.
pub(super) const LINES_MAX: usize = 100;
/// Everything that is read from one connection before and again after TLS begins.
const BYTES_MAX: usize = 256 * 1_024;
const READ_BYTES: usize = 1_024;

/// Reads whole lines without waiting for more, since what follows may already be TLS.
pub(super) struct Lines<'a, S> {
    stream: S,
    buffer: Vec<u8>,
    read: usize,
    /// What the next line should be, for the words of a failure.
    awaited: &'static str,
    /// The last line, for a run that comes too late to tell itself.
    heard: &'a mut Vec<u8>,
}

impl<'a, S> Lines<'a, S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    pub(super) fn new(stream: S, heard: &'a mut Vec<u8>) -> Self {
        Self { stream, buffer: Vec::new(), read: 0, awaited: "its greeting", heard }
    }

    /// Sends `text` as it is; the lines that are read from now on are `awaited`.
    pub(super) async fn send(&mut self, text: &str, awaited: &'static str) -> Result<(), Trouble> {
        self.awaited = awaited;
        self.stream.write_all(text.as_bytes()).await.map_err(|error| self.broken(&error))?;
        self.stream.flush().await.map_err(|error| self.broken(&error))
    }

    /// The next line without its end.
    pub(super) async fn line(&mut self) -> Result<String, Trouble> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let rest = self.buffer.split_off(end + 1);
                *self.heard = std::mem::replace(&mut self.buffer, rest);
                return Ok(String::from_utf8_lossy(self.heard).trim_end().to_owned());
            }
            if LINE_BYTES_MAX <= self.buffer.len() {
                let heard = first_line(&self.buffer);
                return Err(Trouble::Theirs(format!("said a line of over {LINE_BYTES_MAX} bytes: {heard}")));
            }
            if BYTES_MAX <= self.read {
                return Err(Trouble::Theirs(format!("said over {BYTES_MAX} bytes instead of {}", self.awaited)));
            }
            self.buffer.reserve(READ_BYTES);
            let count = self.stream.read_buf(&mut self.buffer).await.map_err(|error| self.broken(&error))?;
            self.read += count;
            if count == 0 {
                let (awaited, heard) = (self.awaited, first_line(&self.buffer));
                return Err(Trouble::Theirs(format!("closed the connection instead of {awaited}; heard {heard}")));
            }
        }
    }

    /// What was awaited did not come within `LINES_MAX` lines.
    pub(super) fn too_many(&self) -> Trouble {
        Trouble::Theirs(format!("said over {LINES_MAX} lines instead of {}", self.awaited))
    }

    pub(super) fn wrong(&self, wanted: &str, line: &str) -> Trouble {
        let heard = first_line(line.as_bytes());
        Trouble::Theirs(format!("expected {wanted} as {}, heard {heard}", self.awaited))
    }

    fn broken(&self, error: &io::Error) -> Trouble {
        Trouble::Theirs(format!("connected, but {} did not come: {}", self.awaited, io_words(error)))
    }

    /// The stream, for TLS to begin on. Nothing may come between the go-ahead and TLS: it could be words that a third
    /// party put in (CVE-2011-0411).
    pub(super) fn into_clean_stream(self) -> Result<S, Trouble> {
        match self.buffer.is_empty() {
            true => Ok(self.stream),
            false => Err(Trouble::Theirs(format!("sent {} before TLS had begun", first_line(&self.buffer)))),
        }
    }

    /// Ends our side, and reads until the other side has ended too: closing with words unread would be a reset, which
    /// customers' machines log as a failure. The caller bounds the time.
    pub(super) async fn close(mut self) {
        let _ = self.stream.shutdown().await;
        let mut left = BYTES_MAX;
        while 0 < left {
            self.buffer.clear();
            self.buffer.reserve(READ_BYTES);
            match self.stream.read_buf(&mut self.buffer).await {
                Ok(count) if 0 < count => left = left.saturating_sub(count),
                _ => return,
            }
        }
    }
}

/// Whether `line` begins with `wanted`, whatever the case.
pub(super) fn starts_with(line: &str, wanted: &str) -> bool {
    line.get(..wanted.len()).is_some_and(|start| start.eq_ignore_ascii_case(wanted))
}
