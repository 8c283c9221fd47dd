//! A mail's bytes as what the rules and the pages need of them. Linear in time and a few times the mail in memory.

use domain::{
    incoming::{Hand, clean_file_name},
    text::{EmailAddress, visible_line},
};
use mail_parser::{HeaderName, HeaderValue, Message, MessageParser, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

pub use super::report::Report;
use super::{html, report, scan};

/// Text of a mail that is looked at.
const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// Files that are taken out of one mail; the others stay in it.
pub const FILES_MAX: usize = 50;
/// Ids of a thread that are looked at.
const IDS_MAX: usize = 100;
const SUBJECT_CHARS_MAX: usize = 500;
const NAME_CHARS_MAX: usize = 80;
const HEADER_CHARS_MAX: usize = 500;

/// Why a mail cannot be read. It is kept whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("it has none of the header lines of a mail")]
    NoHeader,
    #[error(transparent)]
    TooMuch(#[from] scan::TooMuch),
}

/// A file in a mail. Its name is clean; its bytes are whatever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A mail, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Without angle brackets; empty when there is none.
    pub message_id: String,
    /// In-Reply-To, then References from the last to the first.
    pub thread: Vec<String>,
    /// The one address in From.
    pub sender: Option<EmailAddress>,
    /// What From says; may be anything.
    pub sender_name: String,
    pub subject: String,
    pub to: String,
    pub date: String,
    /// What the sender wrote, from text/plain where there is one.
    pub text: String,
    /// As it came: never to be shown without [`html::harmless`].
    pub html: Option<String>,
    pub files: Vec<File>,
    /// Files beyond [`FILES_MAX`].
    pub files_left: usize,
    pub hand: Hand,
    /// It is from a mail server itself.
    pub from_server: bool,
    /// `Return-Path: <>`.
    pub null_sender: bool,
    pub hops: usize,
    pub list_id: String,
    pub report: Option<Report>,
    /// In a report, or the body of what a mail server writes: what could be the Message-ID of the mail of ours that came
    /// back, the likeliest first.
    pub returned: Vec<String>,
}

/// Reads a mail.
///
/// # Errors
/// When it has no header, or more of something than a mail has.
pub fn parse(raw: &[u8]) -> Result<Parsed, Unreadable> {
    scan::check(raw)?;
    let message = MessageParser::default().parse(raw).ok_or(Unreadable::NoHeader)?;
    let says = [HeaderName::From, HeaderName::To, HeaderName::Subject, HeaderName::Date, HeaderName::Received];
    if !says.into_iter().any(|name| message.header_raw(name).is_some()) {
        return Err(Unreadable::NoHeader);
    }
    let (files, files_left) = files(&message);
    let report = report::of(&message);
    let from_server = is_from_server(&message);
    // An answer of somebody's own names our mails in its header; a mail server puts the mail into the body.
    let returned = match (&report, from_server) {
        (Some(_), _) => report::returned(raw),
        (None, true) => report::returned(split(raw).map_or(raw, |(_, body)| body)),
        (None, false) => Vec::new(),
    };
    let raw_header = |name: &str| header(&message, name);
    Ok(Parsed {
        message_id: message.message_id().map(|id| cut(id, 250)).unwrap_or_default(),
        thread: thread(&message),
        sender: sender(&message),
        sender_name: sender_name(&message),
        subject: cut(message.subject().unwrap_or_default(), SUBJECT_CHARS_MAX),
        to: raw_header("To"),
        date: raw_header("Date"),
        text: text(&message),
        html: message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(bounded(html).to_owned()),
            _ => None,
        }),
        files,
        files_left,
        hand: hand(&message, report.is_some() || from_server),
        from_server,
        null_sender: raw_header("Return-Path") == "<>",
        hops: message.headers().iter().filter(|header| header.name == HeaderName::Received).count(),
        list_id: raw_header("List-Id"),
        returned,
        report,
    })
}

/// What two deliveries of one message have in common, and no other message has: who, when, what, and the body; not the
/// lines that servers add on the way.
pub fn digest(raw: &[u8]) -> String {
    let mut hash = Sha256::new();
    match split(raw) {
        // Without an id and a date two messages may look the same; then only the whole tells.
        Some((head, body)) if [&b"message-id:"[..], b"date:"].iter().any(|name| !fields(head, name).is_empty()) => {
            for name in [&b"message-id:"[..], b"from:", b"date:", b"subject:"] {
                for field in fields(head, name) {
                    hash.update(name);
                    hash.update(field.trim_ascii());
                    hash.update([0]);
                }
            }
            // A server may have rewritten the ends of lines.
            for line in body.split(|byte| *byte == b'\n') {
                hash.update(line.strip_suffix(b"\r").unwrap_or(line));
                hash.update(b"\n");
            }
        }
        _ => hash.update(raw),
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Header and body. None: there is no body, or a header that is larger than any.
fn split(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let bare = raw.windows(2).position(|two| two == b"\n\n");
    let full = raw.windows(4).position(|four| four == b"\r\n\r\n");
    let at = match (bare, full) {
        (Some(bare), Some(full)) => bare.min(full),
        (at, other) => at.or(other)?,
    };
    (0 < at && at < 1024 * 1024).then(|| raw.split_at(at))
}

/// The first lines of the fields with a name, in lower case with its colon.
fn fields<'a>(head: &'a [u8], name: &[u8]) -> Vec<&'a [u8]> {
    let lines = head.split(|byte| *byte == b'\n');
    lines
        .filter(|line| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
        .filter_map(|line| line.get(name.len()..))
        .collect()
}

fn cut(text: &str, chars_max: usize) -> String {
    let bounded: String = text.chars().take(chars_max * 4).collect();
    visible_line(&bounded).chars().take(chars_max).collect()
}

fn bounded(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn header(message: &Message<'_>, name: &str) -> String {
    message.header_raw(HeaderName::from(name)).map(|value| cut(value, HEADER_CHARS_MAX)).unwrap_or_default()
}

/// Exactly one From with exactly one address, or nobody: of two, a reader and a program may believe different ones.
fn sender(message: &Message<'_>) -> Option<EmailAddress> {
    let mut all = message.header_values(HeaderName::From);
    let (Some(HeaderValue::Address(from)), None) = (all.next(), all.next()) else { return None };
    let mut addresses = from.iter();
    let (Some(one), None) = (addresses.next(), addresses.next()) else { return None };
    EmailAddress::parse(one.address.as_deref()?).ok()
}

fn sender_name(message: &Message<'_>) -> String {
    let first = message.from().and_then(|from| from.iter().next());
    let name = first.and_then(|one| one.name.as_deref().or(one.address.as_deref())).unwrap_or_default();
    cut(name, NAME_CHARS_MAX)
}

fn thread(message: &Message<'_>) -> Vec<String> {
    let mut ids = ids(message.in_reply_to());
    let mut references = self::ids(message.references());
    references.reverse();
    ids.extend(references);
    ids.truncate(IDS_MAX);
    ids
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let take = |id: &str| id.chars().take(300).collect::<String>();
    match value {
        HeaderValue::Text(id) => vec![take(id)],
        // The last ones are the nearest.
        HeaderValue::TextList(list) => list.iter().rev().take(IDS_MAX).rev().map(|id| take(id)).collect(),
        _ => Vec::new(),
    }
}

fn text(message: &Message<'_>) -> String {
    let mut out = String::new();
    let mut pages = html::Budget::default();
    for part in message.text_bodies() {
        let words = match &part.body {
            PartType::Text(text) => bounded(text).to_owned(),
            PartType::Html(page) => pages.to_text(bounded(page)),
            _ => continue,
        };
        if !out.is_empty() {
            out.push_str("\n\n");
        }
        out.push_str(&words);
        if TEXT_BYTES_MAX < out.len() {
            break;
        }
    }
    // An empty text beside a page is a mail program's excuse.
    if out.trim().is_empty()
        && let Some(PartType::Html(page)) = message.html_bodies().map(|part| &part.body).next()
    {
        out = pages.to_text(bounded(page));
    }
    bounded(&out).to_owned()
}

fn files(message: &Message<'_>) -> (Vec<File>, usize) {
    let mut files = Vec::new();
    let mut left = 0;
    for part in message.attachments() {
        if files.len() == FILES_MAX {
            left += 1;
            continue;
        }
        let usual = match &part.body {
            PartType::Message(_) => "mail.eml",
            PartType::Html(_) => "page.html",
            PartType::Text(_) => "text.txt",
            _ => "attachment",
        };
        let name = clean_file_name(part.attachment_name().unwrap_or(usual));
        files.push(File { name, bytes: part.contents().to_vec() });
    }
    (files, left)
}

/// RFC 3834 and what programs did before it.
fn hand(message: &Message<'_>, report: bool) -> Hand {
    let value = |name: &str| header(message, name).to_ascii_lowercase();
    let is = |name: &str| message.header_raw(HeaderName::from(name)).is_some();
    let submitted = value("Auto-Submitted");
    // `no (unless it rains); x=y`
    let submitted = submitted.split([';', '(']).next().unwrap_or_default().trim();
    let precedence = value("Precedence");
    let answers = ["X-Autoreply", "X-Autorespond", "X-Auto-Reply"].into_iter().any(is);
    let receipt = message.root_part().content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"))
    });
    match (submitted, precedence.as_str()) {
        _ if report || receipt || answers => Hand::Reply,
        ("auto-replied" | "auto-notified", _) | (_, "auto_reply") => Hand::Reply,
        ("" | "no", "bulk" | "junk") => Hand::Program,
        ("" | "no", _) if precedence == "list" || is("List-Id") || is("List-Unsubscribe") => Hand::List,
        ("" | "no", _) => Hand::Person,
        _ => Hand::Program,
    }
}

/// What a mail server writes itself, with or without a report in the form of RFC 3464.
fn is_from_server(message: &Message<'_>) -> bool {
    let from = message.from().and_then(|from| from.iter().next()).and_then(|one| one.address.as_deref());
    let local = from.and_then(|address| address.split('@').next()).unwrap_or_default().to_ascii_lowercase();
    local == "mailer-daemon" || message.header_raw(HeaderName::from("X-Failed-Recipients")).is_some()
}

#[cfg(test)]
mod tests;
