//! What a parser would have to hold of a mail, counted in one pass before it is let at it.
//!
//! A mail within these limits costs the parser a few times its own size, and little stack. One beyond them is kept whole
//! for a person. The parser takes a boundary wherever it stands, also in the middle of a line, so nothing here trusts
//! that parts begin where they should.

/// Pairs of dashes anywhere, of which each could begin a part.
const DASHES_MAX: usize = 200_000;
/// Lines that could be header lines of the mail or of its parts, together.
const HEADER_LINES_MAX: usize = 200_000;
/// Bytes of those.
const HEADER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Multiparts inside each other: for each one the parser may look through the whole mail for its end.
const BOUNDARIES_MAX: usize = 150;
/// Mails inside each other: each costs stack when it is put away.
const MAILS_MAX: usize = 500;
/// Fields that say how a part is to be read.
const TYPES_MAX: usize = 20_000;
/// Bytes of one such field that are looked at.
const VALUE_BYTES_MAX: usize = 4 * 1024;

/// Why a mail is not parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    #[error("it has more than {DASHES_MAX} parts or dashes that look like parts")]
    Parts,
    #[error("it has more than {HEADER_LINES_MAX} header lines or {HEADER_BYTES_MAX} bytes of them")]
    Headers,
    #[error("it has more than {BOUNDARIES_MAX} parts or {MAILS_MAX} mails inside each other")]
    Nesting,
    #[error("it holds a mail in an encoding that mails may not have")]
    EncodedMail,
}

/// Where the pass is.
#[derive(Default)]
struct Pass {
    /// These lines could be a header.
    headers: bool,
    header_lines: usize,
    header_bytes: usize,
    dashes: usize,
    boundaries: usize,
    mails: usize,
    types: usize,
    /// What the lines since the last empty one say. They may be two headers to the parser, never half of one.
    block: Block,
    /// Somewhere is a digest, whose parts are mails without saying so.
    digest: bool,
    /// Some part is encoded.
    encoded: bool,
}

#[derive(Default)]
struct Block {
    holds_mail: bool,
    encoded: bool,
}

/// Passes over the bytes once.
///
/// # Errors
/// What there is too much of.
pub(super) fn check(raw: &[u8]) -> Result<(), TooMuch> {
    let mut pass = Pass { headers: true, ..Pass::default() };
    let mut begin = 0;
    for line in raw.split(|byte| *byte == b'\n') {
        let end = begin + line.len();
        pass.dashes(line)?;
        if line.is_empty() || line == b"\r" {
            pass.empty()?;
        } else if pass.headers {
            pass.count(line)?;
            pass.line(line, raw.get(end..).unwrap_or_default())?;
        }
        begin = end + 1;
    }
    pass.empty()
}

/// Whether `before`, without its white space, ends with `name` in lower case: the parser ignores such space too.
fn is_name(before: &[u8], name: &[u8]) -> bool {
    let mut bytes = before.iter().rev().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_lowercase);
    name.iter().rev().all(|byte| bytes.next() == Some(*byte))
}

/// A value with the lines that are folded behind it, in lower case. None: it is longer than any.
fn unfolded(value: &[u8], behind: &[u8]) -> Option<Vec<u8>> {
    let mut whole = value.get(..VALUE_BYTES_MAX).unwrap_or(value).to_vec();
    let folded = behind.split(|byte| *byte == b'\n').skip(1);
    for line in folded.take_while(|line| matches!(line.first(), Some(b' ' | b'\t'))) {
        if VALUE_BYTES_MAX <= whole.len() + line.len() {
            return None;
        }
        whole.extend_from_slice(line);
    }
    whole.make_ascii_lowercase();
    (whole.len() < VALUE_BYTES_MAX).then_some(whole)
}

impl Pass {
    fn dashes(&mut self, line: &[u8]) -> Result<(), TooMuch> {
        let mut pairs = 0;
        let mut run = 0;
        for byte in line {
            run = if *byte == b'-' { run + 1 } else { 0 };
            if run == 2 {
                (pairs, run) = (pairs + 1, 0);
            }
        }
        self.dashes += pairs;
        self.headers |= 0 < pairs;
        if DASHES_MAX < self.dashes { Err(TooMuch::Parts) } else { Ok(()) }
    }

    fn count(&mut self, line: &[u8]) -> Result<(), TooMuch> {
        self.header_lines += 1;
        self.header_bytes = self.header_bytes.saturating_add(line.len());
        let too_many = HEADER_LINES_MAX < self.header_lines || HEADER_BYTES_MAX < self.header_bytes;
        if too_many { Err(TooMuch::Headers) } else { Ok(()) }
    }

    /// The end of a header, if it was one.
    fn empty(&mut self) -> Result<(), TooMuch> {
        let block = std::mem::take(&mut self.block);
        self.encoded |= block.encoded;
        if (block.holds_mail && block.encoded) || (self.digest && self.encoded) {
            return Err(TooMuch::EncodedMail);
        }
        // The header of the mail that is held follows.
        self.headers = self.headers && (block.holds_mail || self.digest);
        Ok(())
    }

    /// Any colon of a line may end a field's name. `behind` is what follows the line.
    fn line(&mut self, line: &[u8], behind: &[u8]) -> Result<(), TooMuch> {
        for (at, _) in line.iter().enumerate().filter(|(_, byte)| **byte == b':') {
            let (before, value) = line.split_at(at);
            let (is_type, is_encoding) =
                (is_name(before, b"content-type"), is_name(before, b"content-transfer-encoding"));
            if is_type || is_encoding {
                let value = unfolded(value.get(1..).unwrap_or_default(), behind).ok_or(TooMuch::Headers)?;
                self.field(is_type, &value)?;
            }
        }
        Ok(())
    }

    fn field(&mut self, is_type: bool, value: &[u8]) -> Result<(), TooMuch> {
        let has = |word: &[u8]| value.windows(word.len()).any(|part| part == word);
        self.types += 1;
        if !is_type {
            let plain = [&b"7bit"[..], b"8bit", b"binary", b""];
            self.block.encoded |= !plain.contains(&value.trim_ascii());
        } else {
            self.boundaries += usize::from(has(b"boundary"));
            self.digest |= has(b"digest");
            if has(b"rfc822") || has(b"global") {
                self.block.holds_mail = true;
                self.mails += 1;
            }
        }
        match () {
            () if BOUNDARIES_MAX < self.boundaries || MAILS_MAX < self.mails => Err(TooMuch::Nesting),
            () if TYPES_MAX < self.types => Err(TooMuch::Headers),
            () => Ok(()),
        }
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
    fn a_log_of_three_megabytes_passes() {
        let lines = "2026-11-24 16:05:08 -- SIP/2.0 503: trunk unavailable --\n".repeat(52_000);
        assert_eq!(check(format!("From: a@b\n\n--------\n{lines}").as_bytes()), Ok(()));
    }

    #[test]
    fn an_attached_mail_and_a_report_pass() {
        let attached = "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n\
                        Content-Transfer-Encoding: base64\nSubject: a\n\nYQ==\n--x\nContent-Type: image/png\n\
                        Content-Transfer-Encoding: base64\n\nYQ==\n--x--\n";
        assert_eq!(check(attached.as_bytes()), Ok(()));
        let report = "Content-Type: multipart/report; boundary=x\nOriginal-Recipient: rfc822;jo@b\n\
                      Content-Transfer-Encoding: quoted-printable\n\n--x\n\nFinal-Recipient: rfc822; jo@b\n--x--\n";
        assert_eq!(check(report.as_bytes()), Ok(()));
    }

    #[test]
    fn floods_are_counted() {
        assert_eq!(check("--\n".repeat(DASHES_MAX + 1).as_bytes()), Err(TooMuch::Parts));
        assert_eq!(check(format!("a: b\n\n{}", "x--x".repeat(DASHES_MAX + 1)).as_bytes()), Err(TooMuch::Parts));
        assert_eq!(check("a: b\n".repeat(HEADER_LINES_MAX + 1).as_bytes()), Err(TooMuch::Headers));
        let nested = "Content-Type: multipart/mixed; boundary=x\n\n--x\n".repeat(BOUNDARIES_MAX + 1);
        assert_eq!(check(nested.as_bytes()), Err(TooMuch::Nesting));
        let mails = "Content-Type: message/rfc822\n\n".repeat(MAILS_MAX + 1);
        assert_eq!(check(mails.as_bytes()), Err(TooMuch::Nesting), "mails in mails");
        let inside = "--xContent-Type:\n message/rfc822\n\nhello ".repeat(MAILS_MAX + 1);
        let inside = format!("Content-Type: multipart/mixed; boundary=x\n\nhello {inside}");
        assert_eq!(check(inside.as_bytes()), Err(TooMuch::Nesting), "boundaries in the middle of lines");
    }

    #[test]
    fn encoded_mails_are_seen_however_they_are_written() {
        for head in [
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n",
            "Content-Transfer-Encoding:\n base64\nCONTENT-TYPE: Message/RFC822\n",
            "C o n t e n t-Type: message/global\nContent-Transfer-Encoding: =?us-ascii?q?base64?=\n",
            "x: y --xContent-Type: (a) message/rfc822\nContent-Transfer-Encoding: quoted-printable\n",
            "Content-Type: multipart/digest; boundary=x\n\n--x\nContent-Transfer-Encoding: base64\n",
        ] {
            let mail = format!("From: a@b\nSubject: c\n{head}\nYTogYgo=\n");
            assert_eq!(check(mail.as_bytes()), Err(TooMuch::EncodedMail), "{head}");
        }
    }
}
