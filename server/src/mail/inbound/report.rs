//! Delivery reports (RFC 3464), and which mail of ours they are about.

use mail_parser::{Message, MimeHeaders};
use regex::bytes::Regex;

/// Bytes of a report that are looked at.
const REPORT_BYTES_MAX: usize = 64 * 1024;
const WORDS_CHARS_MAX: usize = 300;

/// What a delivery report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The mail will not arrive.
    pub failed: bool,
    /// And no other will: status 5.x.x.
    pub permanent: bool,
    /// The address that took nothing, in lower case; empty when the report does not say.
    pub recipient: String,
    /// In the words of the server that said so.
    pub words: String,
}

/// The report that a mail is, if it is one.
pub(super) fn of(message: &Message<'_>) -> Option<Report> {
    let kind = message.root_part().content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
        && kind.attribute("report-type").is_some_and(|of| of.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let part = message.parts.iter().find(|part| {
        part.content_type().is_some_and(|kind| {
            kind.subtype().is_some_and(|sub| {
                sub.eq_ignore_ascii_case("delivery-status") || sub.eq_ignore_ascii_case("global-delivery-status")
            })
        })
    });
    let bytes = part.map(|part| part.contents()).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes.get(..REPORT_BYTES_MAX).unwrap_or(bytes)).into_owned();
    Some(read(&text))
}

/// Reads the fields of a report. Several recipients never share a mail of ours, so the first that failed says it.
fn read(text: &str) -> Report {
    let unfolded = text.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let fields: Vec<(String, &str)> = unfolded
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).map(|(_, value)| *value).unwrap_or_default();
    let status = field("status");
    let failed = field("action").eq_ignore_ascii_case("failed");
    let diagnostic = field("diagnostic-code");
    let words = diagnostic.split_once(';').map_or(diagnostic, |(_, words)| words.trim());
    let words =
        if words.is_empty() { format!("The mail was returned with status {status}.") } else { words.to_owned() };
    let words = domain::text::visible_line(&words).chars().take(WORDS_CHARS_MAX).collect();
    let recipient = field("final-recipient").rsplit_once(';').map_or("", |(_, address)| address.trim());
    let permanent = status.starts_with('5');
    // 4.x.x with `failed` is a server that gave up: the address may be good again tomorrow, but this mail is lost.
    Report { failed: failed || permanent, permanent, recipient: recipient.to_lowercase(), words }
}

/// Everything in a returned mail that could be a Message-ID of ours; those of its own header first.
pub(super) fn returned(raw: &[u8]) -> Vec<String> {
    const FOUND_MAX: usize = 50;
    const SHAPE: &str = r"[tfn]\.[0-9a-fA-F]{32}(?:\.[0-9a-fA-F]{32})?\.[0-9a-fA-F]{24}@[0-9A-Za-z.-]{1,253}";
    let find = |pattern: &str| -> Vec<String> {
        let Ok(shape) = Regex::new(pattern) else { return Vec::new() };
        let found = shape.captures_iter(raw).take(FOUND_MAX).filter_map(|found| found.get(1));
        found.map(|id| String::from_utf8_lossy(id.as_bytes()).into_owned()).collect()
    };
    let mut all = find(&format!(r"(?mi)^Message-ID:\s{{0,4}}<({SHAPE})>"));
    all.extend(find(&format!("({SHAPE})")));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_whether_and_why() {
        let failed = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; jo@bath.example\nAction: failed\n\
                      Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n  no such user\n";
        let expected = Report {
            failed: true,
            permanent: true,
            recipient: "jo@bath.example".to_owned(),
            words: "550 5.1.1 no such user".to_owned(),
        };
        assert_eq!(read(failed), expected);
        let late = "Action: delayed\nStatus: 4.4.1\n";
        assert!(!read(late).failed);
        assert!(!read("").failed);
        let gave_up = read("Action: failed\nStatus: 4.4.7\n");
        assert!(gave_up.failed && !gave_up.permanent && gave_up.recipient.is_empty());
        assert!(read(&"Action: failed\n".repeat(10_000)).failed);
    }
}
