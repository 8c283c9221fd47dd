//! What a parser would have to hold of a mail, counted in one pass before it is let at it.
//!
//! A mail within these limits costs the parser a few times its own size. One beyond them is kept whole for a person.

/// Lines that begin with `--`, of which each could begin a part.
const DASHES_MAX: usize = 20_000;
/// Header lines of the mail and of all its parts together.
const HEADER_LINES_MAX: usize = 20_000;
/// Bytes of those.
const HEADER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Multiparts inside each other: for each one the parser may look through the whole mail for its end.
const BOUNDARIES_MAX: usize = 150;

/// Why a mail is not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    #[error("it has more than {DASHES_MAX} parts or lines that look like parts")]
    Parts,
    #[error("it has more than {HEADER_LINES_MAX} header lines or {HEADER_BYTES_MAX} bytes of them")]
    Headers,
    #[error("it has more than {BOUNDARIES_MAX} parts inside each other")]
    Nesting,
    #[error("it holds a mail in an encoding that mails may not have")]
    EncodedMail,
}

/// Where the pass is.
#[derive(Default)]
struct Pass {
    headers: bool,
    header_lines: usize,
    header_bytes: usize,
    dashes: usize,
    boundaries: usize,
    /// This header holds a mail, whose own header follows the empty line.
    holds_mail: bool,
    encoded: bool,
    /// Somewhere is a digest, whose parts are mails without saying so.
    digest: bool,
}

/// Passes over the bytes once.
///
/// # Errors
/// What there is too much of.
pub(super) fn check(raw: &[u8]) -> Result<(), TooMuch> {
    let mut pass = Pass { headers: true, ..Pass::default() };
    for line in raw.split(|byte| *byte == b'\n') {
        pass.line(line)?;
    }
    Ok(())
}

impl Pass {
    fn line(&mut self, line: &[u8]) -> Result<(), TooMuch> {
        if line.starts_with(b"--") {
            self.dashes += 1;
            (self.headers, self.holds_mail, self.encoded) = (true, false, false);
            return if DASHES_MAX < self.dashes { Err(TooMuch::Parts) } else { Ok(()) };
        }
        if !self.headers {
            return Ok(());
        }
        if line.iter().all(|byte| byte.is_ascii_whitespace()) {
            let mail = std::mem::take(&mut self.holds_mail) || self.digest;
            if mail && std::mem::take(&mut self.encoded) {
                return Err(TooMuch::EncodedMail);
            }
            self.headers = mail;
            return Ok(());
        }
        self.header_lines += 1;
        self.header_bytes = self.header_bytes.saturating_add(line.len());
        if HEADER_LINES_MAX < self.header_lines || HEADER_BYTES_MAX < self.header_bytes {
            return Err(TooMuch::Headers);
        }
        // No header line that matters is longer, and the counters above bound the sum.
        let lower = line.to_ascii_lowercase();
        let has = |word: &[u8]| lower.windows(word.len()).any(|part| part == word);
        if has(b"boundary") {
            self.boundaries += 1;
        }
        self.digest |= has(b"multipart/digest");
        self.holds_mail |= has(b"message/rfc822") || has(b"message/global");
        self.encoded |= has(b"content-transfer-encoding") && (has(b"base64") || has(b"quoted-printable"));
        if BOUNDARIES_MAX < self.boundaries { Err(TooMuch::Nesting) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_mails_pass() {
        for mail in ["", "From: a@b\r\n\r\nhello\r\n-- \r\nJo", "a\n\n--x\n\n--x--", &"-- \n".repeat(1_000)] {
            assert_eq!(check(mail.as_bytes()), Ok(()), "{mail:?}");
        }
        assert_eq!(check(&vec![b'x'; 10_000_000]), Err(TooMuch::Headers), "a header of one line of 10 MB");
        let body = [b"a: b\n\n".to_vec(), vec![b'x'; 10_000_000]].concat();
        assert_eq!(check(&body), Ok(()), "a body of one line of 10 MB");
    }

    #[test]
    fn floods_are_counted() {
        assert_eq!(check("--\n".repeat(DASHES_MAX + 1).as_bytes()), Err(TooMuch::Parts));
        assert_eq!(check("a: b\n".repeat(HEADER_LINES_MAX + 1).as_bytes()), Err(TooMuch::Headers));
        let nested = "Content-Type: multipart/mixed; boundary=x\n\n--x\n".repeat(BOUNDARIES_MAX + 1);
        assert_eq!(check(nested.as_bytes()), Err(TooMuch::Nesting));
        let mails = "Content-Type: message/rfc822\n\n".repeat(HEADER_LINES_MAX + 1);
        assert_eq!(check(mails.as_bytes()), Err(TooMuch::Headers), "mails in mails");
        let hidden = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nYTogYgo=\n";
        assert_eq!(check(hidden.as_bytes()), Err(TooMuch::EncodedMail));
    }
}
