//! The words of IMAP. Source: RFC 9051.

use tokio::io::{AsyncRead, AsyncWrite};

use crate::probes::{
    Trouble,
    lines::{LINES_MAX, Lines, starts_with},
};

pub(super) async fn greeting<S>(lines: &mut Lines<'_, S>) -> Result<String, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let line = lines.line().await?;
    match starts_with(&line, "* OK") || starts_with(&line, "* PREAUTH") {
        true => Ok(line),
        false => Err(lines.wrong("* OK", &line)),
    }
}

/// Asks what the server can do; tells whether STARTTLS is among it.
pub(super) async fn capability<S>(lines: &mut Lines<'_, S>) -> Result<bool, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let said = tagged(lines, "a1", "CAPABILITY", "the answer to CAPABILITY").await?;
    let words = || {
        let lists = said.iter().filter(|line| starts_with(line, "* CAPABILITY "));
        lists.flat_map(|line| line.split_ascii_whitespace().skip(2))
    };
    let has = |wanted: &str| words().any(|word| word.eq_ignore_ascii_case(wanted));
    if !has("IMAP4rev1") && !has("IMAP4rev2") {
        return Err(Trouble::Theirs("does not name IMAP4rev1 or IMAP4rev2 among its capabilities".to_owned()));
    }
    Ok(has("STARTTLS"))
}

/// Asks for TLS; it may begin when this is ok. Source: 6.2.1.
pub(super) async fn start_tls<S>(lines: &mut Lines<'_, S>, tag: &str) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    tagged(lines, tag, "STARTTLS", "the answer to STARTTLS").await.map(drop)
}

pub(super) async fn logout<S>(lines: &mut Lines<'_, S>) -> Result<(), Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    tagged(lines, "a3", "LOGOUT", "the answer to LOGOUT").await.map(drop)
}

/// The untagged lines before the good answer to a command; they may come at any time.
async fn tagged<S>(
    lines: &mut Lines<'_, S>,
    tag: &str,
    command: &str,
    awaited: &'static str,
) -> Result<Vec<String>, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    lines.send(&format!("{tag} {command}\r\n"), awaited).await?;
    let good = format!("{tag} OK");
    let mut untagged = Vec::new();
    for _ in 0..LINES_MAX {
        let line = lines.line().await?;
        match () {
            () if starts_with(&line, &good) => return Ok(untagged),
            () if line.starts_with("* ") => untagged.push(line),
            () => return Err(lines.wrong(&good, &line)),
        }
    }
    Err(lines.too_many())
}
