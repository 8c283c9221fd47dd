//! The stream under an SMTP connection: gives one line at a time, and never more than a bounded answer.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

/// What a server may send in answer to one thing that we sent. Replies are a few hundred bytes, a chain of
/// certificates is a few thousand; without a limit an endless line would fill the memory.
const ANSWER_BYTES_MAX: usize = 64 * 1_024;
/// A greeting has some thirty lines, a handshake of 16 KiB some sixty pieces that end like one. lettre reads all lines
/// of an answer again for each new one.
const ANSWER_LINES_MAX: usize = 300;

/// A read never goes past the end of a line. lettre buffers what it reads, so otherwise words that came in the clear
/// right behind the answer to STARTTLS would be taken for words that came encrypted; here they stay in front of
/// the handshake, which then fails. Encrypted bytes pass as well, only in more pieces.
#[derive(Debug)]
pub(super) struct Wire<S> {
    inner: BufReader<S>,
    peer: SocketAddr,
    bytes_since_write: usize,
    lines_since_write: usize,
}

impl<S: AsyncRead> Wire<S> {
    pub(super) fn new(inner: S, peer: SocketAddr) -> Self {
        Self { inner: BufReader::new(inner), peer, bytes_since_write: 0, lines_since_write: 0 }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let bytes = ready!(Pin::new(&mut this.inner).poll_fill_buf(cx))?;
        let line = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| at + 1);
        let part = bytes.get(..line.min(out.remaining())).unwrap_or_default();
        let taken = part.len();
        out.put_slice(part);
        Pin::new(&mut this.inner).consume(taken);
        this.bytes_since_write = this.bytes_since_write.saturating_add(taken);
        this.lines_since_write = this.lines_since_write.saturating_add(1);
        match ANSWER_BYTES_MAX < this.bytes_since_write || ANSWER_LINES_MAX < this.lines_since_write {
            true => Poll::Ready(Err(io::Error::other("the mail server's answer does not end"))),
            false => Poll::Ready(Ok(())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        (this.bytes_since_write, this.lines_since_write) = (0, 0);
        Pin::new(&mut this.inner).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug> AsyncTokioStream for Wire<S> {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
