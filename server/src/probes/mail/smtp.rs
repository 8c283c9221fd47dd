//! The words of SMTP. Sources: RFC 5321, RFC 3207.

use std::net::IpAddr;

use tokio::io::{AsyncRead, AsyncWrite};

use crate::probes::{
    Trouble,
    lines::{LINES_MAX, Lines},
};

/// The first line of the greeting.
pub(super) async fn greeting<S>(lines: &mut Lines<'_, S>) -> Result<String, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    Ok(reply(lines, "220").await?.swap_remove(0))
}

/// Says hello; tells whether STARTTLS is offered.
pub(super) async fn hello<S>(lines: &mut Lines<'_, S>, own: IpAddr) -> Result<bool, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // Our own address is the name that RFC 5321, 4.1.3 gives to a client without a name.
    let own = if own.is_ipv6() { format!("[IPv6:{own}]") } else { format!("[{own}]") };
    lines.send(&format!("EHLO {own}\r\n"), "the answer to EHLO").await?;
    let offers = reply(lines, "250").await?;
    let offered = |line: &String| line.get(4..).is_some_and(|word| word.trim_end().eq_ignore_ascii_case("STARTTLS"));
    Ok(offers.iter().any(offered))
}

/// Asks for TLS; it may begin when this is ok.
pub(super) async fn start_tls<S>(lines: &mut Lines<'_, S>) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    lines.send("STARTTLS\r\n", "the answer to STARTTLS").await?;
    reply(lines, "220").await.map(drop)
}

pub(super) async fn quit<S>(lines: &mut Lines<'_, S>) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    lines.send("QUIT\r\n", "the answer to QUIT").await?;
    reply(lines, "221").await.map(drop)
}

/// All lines of one reply, at least one, if it has the wanted code.
async fn reply<S>(lines: &mut Lines<'_, S>, code: &str) -> Result<Vec<String>, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut found = Vec::new();
    for _ in 0..LINES_MAX {
        let line = lines.line().await?;
        if !line.starts_with(code) {
            return Err(lines.wrong(code, &line));
        }
        let more = line.as_bytes().get(3) == Some(&b'-');
        found.push(line);
        if !more {
            return Ok(found);
        }
    }
    Err(lines.too_many())
}
