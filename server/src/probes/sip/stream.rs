//! A question over TCP or TLS, asked once: the transport sees that it arrives.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::{
    HEARD_BYTES_MAX,
    message::{Answer, Message, Question, is_start},
};
use crate::probes::{Trouble, first_line, resolve::io_words, udp::Question as _};

/// Longest head of a message. Real ones have one or two thousand bytes.
const HEAD_BYTES_MAX: usize = 16 * 1_024;
/// Longest body. A list of what a telephone system can do has some hundred bytes.
const BODY_BYTES_MAX: usize = 64 * 1_024;
const READ_BYTES: usize = 2_048;

/// Asks and waits for the final answer. `heard` keeps what came last.
pub(super) async fn ask<S>(stream: &mut S, question: &Question, heard: &mut Vec<u8>) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let broken = |error| Trouble::Theirs(format!("connected, but could not ask: {}", io_words(&error)));
    stream.write_all(question.as_bytes()).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    let mut left = HEARD_BYTES_MAX;
    // Everything that is read and not yet used up; `heard` itself, so that a late run still tells it.
    heard.clear();
    loop {
        let head = head(stream, heard, &mut left).await?;
        let message = heard.get(..head).and_then(Message::parse).ok_or_else(|| not_sip(heard))?;
        let body = message.content_length().filter(|length| *length <= BODY_BYTES_MAX);
        let Some(body) = body else {
            return Err(Trouble::Theirs(format!("announced a body of no size up to {BODY_BYTES_MAX} bytes")));
        };
        if let Some(answer) = question.answered_by(&message).filter(Answer::is_final) {
            return Ok(answer);
        }
        while heard.len() < head + body {
            more(stream, heard, &mut left).await?;
        }
        heard.drain(..head + body);
    }
}

/// Reads until `heard` begins with a whole head; how long it is.
async fn head<S>(stream: &mut S, heard: &mut Vec<u8>, left: &mut usize) -> Result<usize, Trouble>
where
    S: AsyncRead + Unpin,
{
    loop {
        // Empty lines between messages keep a connection alive (7.5).
        let blank = heard.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        heard.drain(..blank);
        if let Some(end) = heard.iter().position(|byte| *byte == b'\n')
            && !is_start(&String::from_utf8_lossy(heard.get(..end).unwrap_or_default()))
        {
            return Err(not_sip(heard));
        }
        if let Some(end) = end_of_head(heard) {
            return Ok(end);
        }
        if HEAD_BYTES_MAX <= heard.len() {
            return Err(not_sip(heard));
        }
        more(stream, heard, left).await?;
    }
}

/// Behind the empty line that ends a head.
fn end_of_head(heard: &[u8]) -> Option<usize> {
    let find =
        |wanted: &[u8]| heard.windows(wanted.len()).position(|window| window == wanted).map(|at| at + wanted.len());
    [find(b"\r\n\r\n"), find(b"\n\n")].into_iter().flatten().min()
}

async fn more<S>(stream: &mut S, heard: &mut Vec<u8>, left: &mut usize) -> Result<(), Trouble>
where
    S: AsyncRead + Unpin,
{
    if *left == 0 {
        return Err(Trouble::Theirs(format!("sent over {HEARD_BYTES_MAX} bytes that are no answer")));
    }
    heard.reserve(READ_BYTES);
    match stream.read_buf(heard).await {
        Ok(0) => Err(Trouble::Theirs(format!("closed the connection without an answer; heard {}", first_line(heard)))),
        Ok(count) => {
            *left = left.saturating_sub(count);
            Ok(())
        }
        Err(error) => Err(Trouble::Theirs(format!("connected, but no answer came: {}", io_words(&error)))),
    }
}

fn not_sip(heard: &[u8]) -> Trouble {
    Trouble::Theirs(format!("answered something that is not SIP: {}", first_line(heard)))
}
