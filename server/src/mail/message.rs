//! Words to bytes: headers, MIME and the envelope of one mail.

use std::time::{Duration, SystemTime};

use domain::{
    ical::{Attendee, Invitation},
    time::Timestamp,
};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{render::Rendered, words::one_line};

/// RFC 5322, 2.1.1: a line has 998 bytes at most, so no id may fill one.
const MESSAGE_ID_BYTES_MAX: usize = 250;
/// The last second that RFC 5322 dates can write: 31 Dec 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Who all mails come from: the setting `mail.from`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    mailbox: Mailbox,
}

impl Sender {
    /// The sender in `faults@desk.example` or `Faultdesk <faults@desk.example>`. The error says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("must be a mailbox such as Faultdesk <faults@desk.example>, not {:?}", one_line(text));
        let mailbox: Mailbox = text.trim().parse().map_err(|_| wrong())?;
        let address: &str = mailbox.email.as_ref();
        if one_line(text) == text.trim() && address.is_ascii() { Ok(Self { mailbox }) } else { Err(wrong()) }
    }

    /// Who invites to appointments.
    pub fn organizer(&self) -> Attendee {
        let email = self.mailbox.email.to_string();
        Attendee { name: self.mailbox.name.clone().unwrap_or_else(|| email.clone()), email }
    }

    /// The part behind the `@`; Message-IDs and the List-Id end in it.
    pub fn domain(&self) -> &str {
        self.mailbox.email.domain()
    }
}

/// One mail to one person, ready to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub to_name: String,
    pub to_email: String,
    /// With its angle brackets. The same for every attempt.
    pub message_id: String,
    /// The id of the first mail of the thread, with its angle brackets.
    pub in_reply_to: Option<String>,
    /// Goes into the Date header, in UTC.
    pub at: Timestamp,
    /// Where answers go when not to the sender.
    pub reply_to: Option<String>,
    /// For the reader's calendar program.
    pub invitation: Option<Invitation>,
    pub rendered: Rendered,
}

/// A mail as it goes over the wire. Building the same [`Outgoing`] again gives the same bytes.
#[derive(Debug, Clone)]
pub struct Built {
    pub envelope: Envelope,
    /// Lines end in CR LF and have 998 bytes at most; ASCII only.
    pub bytes: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error("{given:?} is not an address that mail can be sent to")]
    Recipient { given: String },
    #[error("{given:?} is not a Message-ID such as <f.1@desk.example>")]
    MessageId { given: String },
    #[error("the mail cannot be put together")]
    Build(#[from] lettre::error::Error),
}

/// Builds the mail: multipart/alternative, text first, both quoted-printable.
pub fn build(sender: &Sender, mail: &Outgoing) -> Result<Built, MessageError> {
    let recipient = recipient(&mail.to_email)?;
    let name = one_line(&mail.to_name);
    let to = Mailbox::new((!name.is_empty()).then_some(name), recipient.clone());
    let id = message_id(&mail.message_id)?;
    let mut builder = Message::builder()
        .from(sender.mailbox.clone())
        .to(to)
        .subject(one_line(&mail.rendered.subject))
        .date(date(mail.at))
        .message_id(Some(id.to_owned()));
    if let Some(root) = &mail.in_reply_to {
        let root = message_id(root)?.to_owned();
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    if let Some(address) = &mail.reply_to {
        builder = builder.reply_to(Mailbox::new(None, self::recipient(address)?));
    }
    // No `Precedence: bulk`: some servers hold such mail back, and these must arrive at once.
    let message = builder
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("X-Auto-Response-Suppress", "All".to_owned()))
        .raw_header(header("List-Id", format!("<faults.{}>", sender.domain())))
        .envelope(Envelope::new(Some(sender.mailbox.email.clone()), vec![recipient])?)
        .multipart(parts(id, mail))?;
    Ok(Built { envelope: message.envelope().clone(), bytes: message.formatted() })
}

/// Text first, then HTML, and last what calendar programs read: readers show the last part that they understand.
fn parts(id: &str, mail: &Outgoing) -> MultiPart {
    let parts = MultiPart::alternative()
        .boundary(boundary(id))
        .singlepart(part(ContentType::TEXT_PLAIN, &mail.rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, &mail.rendered.html));
    let calendar = mail.invitation.as_ref().and_then(|invitation| {
        let kind = format!("text/calendar; charset=utf-8; method={}", invitation.method());
        Some(part(ContentType::parse(&kind).ok()?, &invitation.to_string()))
    });
    match calendar {
        Some(calendar) => parts.singlepart(calendar),
        None => parts,
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn recipient(text: &str) -> Result<Address, MessageError> {
    let wrong = || MessageError::Recipient { given: one_line(text) };
    // ASCII only: a server without SMTPUTF8 could not take anything else.
    if !text.is_ascii() || text.chars().any(|c| c.is_ascii_control() || c == ' ') {
        return Err(wrong());
    }
    text.parse().map_err(|_| wrong())
}

fn message_id(text: &str) -> Result<&str, MessageError> {
    let inner = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    let shaped = inner.is_some_and(|inner| {
        inner.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>') && inner.split('@').count() == 2
    });
    if shaped && text.len() <= MESSAGE_ID_BYTES_MAX {
        Ok(text)
    } else {
        Err(MessageError::MessageId { given: one_line(text) })
    }
}

fn date(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.seconds_since(Timestamp::EPOCH)).unwrap_or(0).min(LAST_SECOND);
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The same for every attempt. `=_` cannot occur in quoted-printable text, so no content can forge a part.
fn boundary(id: &str) -> String {
    // RFC 2046: 70 characters at most.
    let local: String = id.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    format!("=_{local}")
}

/// Quoted-printable always: no line over 76, no trailing spaces, no "From " and no bare dot for a server to change.
fn part(kind: ContentType, text: &str) -> SinglePart {
    let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let body = Body::new_with_encoding(crlf, ContentTransferEncoding::QuotedPrintable);
    // The error gives the bytes back; quoted-printable takes any text, so this is never needed.
    let body = body.unwrap_or_else(Body::new);
    SinglePart::builder().header(kind).body(body)
}

#[cfg(test)]
mod tests {
    use mail_parser::{HeaderValue as Parsed, MessageParser, MimeHeaders};

    use super::*;

    fn sender() -> Sender {
        Sender::parse("Faultdesk <faults@desk.example>").unwrap()
    }

    fn outgoing() -> Outgoing {
        Outgoing {
            to_name: "Jo Bell".to_owned(),
            to_email: "jo@bathdental.example".to_owned(),
            message_id: format!("<n.{}@desk.example>", "0123456789abcdef".repeat(2)),
            in_reply_to: Some(format!("<f.{0}.{0}@desk.example>", "0123456789abcdef".repeat(2))),
            at: Timestamp::from_micros(1_795_537_860_123_456),
            reply_to: None,
            invitation: None,
            rendered: Rendered {
                subject: "[F-1042] Critical: pbx-bath-1: SIP trunk is down".to_owned(),
                text: "CRITICAL: it costs £70\n.\nFrom here: a=b \nend\n".to_owned(),
                html: format!("<!doctype html>\n<p>{} £70</p>\n", "long ".repeat(1_000)),
            },
        }
    }

    fn lines(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.split("\r\n").map(str::to_owned).collect()
    }

    #[track_caller]
    fn header(bytes: &[u8], name: &str) -> Option<String> {
        let parsed = MessageParser::default().parse(bytes).unwrap();
        parsed.header_raw(name).map(|value| value.trim().to_owned())
    }

    #[test]
    fn a_mail_has_all_its_headers() {
        let built = build(&sender(), &outgoing()).unwrap();
        let mail = outgoing();
        for (name, value) in [
            ("From", "Faultdesk <faults@desk.example>"),
            ("To", "\"Jo Bell\" <jo@bathdental.example>"),
            ("Subject", "[F-1042] Critical: pbx-bath-1: SIP trunk is down"),
            ("Date", "Tue, 24 Nov 2026 16:31:00 +0000"),
            ("Message-ID", &mail.message_id),
            ("In-Reply-To", mail.in_reply_to.as_ref().unwrap()),
            ("References", mail.in_reply_to.as_ref().unwrap()),
            ("Auto-Submitted", "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("List-Id", "<faults.desk.example>"),
            ("MIME-Version", "1.0"),
        ] {
            assert_eq!(header(&built.bytes, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(header(&built.bytes, "Precedence"), None);
        assert_eq!(header(&built.bytes, "Bcc"), None);
        assert_eq!(built.envelope.from().map(AsRef::<str>::as_ref), Some("faults@desk.example"));
        assert_eq!(built.envelope.to().iter().map(AsRef::<str>::as_ref).collect::<Vec<_>>(), ["jo@bathdental.example"]);
    }

    #[test]
    fn the_first_mail_of_a_thread_refers_to_nothing() {
        let built = build(&sender(), &Outgoing { in_reply_to: None, ..outgoing() }).unwrap();
        assert_eq!((header(&built.bytes, "In-Reply-To"), header(&built.bytes, "References")), (None, None));
    }

    #[test]
    fn both_parts_arrive_as_they_were_written_text_first() {
        let built = build(&sender(), &outgoing()).unwrap();
        let parsed = MessageParser::default().parse(&built.bytes).unwrap();
        let kinds: Vec<_> = parsed.parts.iter().map(|part| part.content_type().unwrap().c_subtype.clone()).collect();
        let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_deref().unwrap_or_default()).collect();
        assert_eq!(kinds, ["alternative", "plain", "html"]);
        let unix = |text: &str| text.replace("\r\n", "\n");
        let expected = outgoing().rendered;
        assert_eq!(unix(parsed.body_text(0).unwrap().as_ref()), expected.text);
        assert_eq!(unix(parsed.body_html(0).unwrap().as_ref()), expected.html);
        assert_eq!(parsed.attachment_count(), 0);
        assert!(matches!(parsed.list_id(), Parsed::Text(_) | Parsed::Address(_)), "{:?}", parsed.list_id());
    }

    #[test]
    fn an_invitation_is_the_last_part_and_names_its_method() {
        let at = |seconds| Timestamp::EPOCH.plus_seconds(seconds);
        let person = || Attendee { name: "Jo Bell".to_owned(), email: "jo@bathdental.example".to_owned() };
        let invitation = Invitation {
            cancelled: true,
            uid: "visit-1@desk.example".to_owned(),
            sequence: 3,
            stamp: at(0),
            span: domain::time::Span { from: at(60), until: at(120) },
            summary: "Visit".to_owned(),
            place: "Bath".to_owned(),
            description: String::new(),
            organizer: sender().organizer(),
            attendee: person(),
        };
        let expected = invitation.to_string();
        let built = build(&sender(), &Outgoing { invitation: Some(invitation), ..outgoing() }).unwrap();
        let parsed = MessageParser::default().parse(&built.bytes).unwrap();
        let last = parsed.parts.last().unwrap();
        let kind = last.content_type().unwrap();
        assert_eq!((kind.c_subtype.as_deref(), kind.attribute("method")), (Some("calendar"), Some("CANCEL")));
        assert_eq!(last.text_contents(), Some(expected.as_str()));
        assert!(expected.contains("ORGANIZER;CN=\"Faultdesk\":mailto:faults@desk.example"));
    }

    #[test]
    fn no_line_is_too_long_and_all_of_it_is_ascii() {
        let long = Outgoing {
            to_name: "Jöran ".repeat(13),
            rendered: Rendered {
                subject: "ünusual wörds ".repeat(20),
                text: "x".repeat(5_000),
                html: format!("<p>{}</p>", "é".repeat(5_000)),
            },
            ..outgoing()
        };
        for mail in [outgoing(), long] {
            let built = build(&sender(), &mail).unwrap();
            assert!(built.bytes.is_ascii());
            for line in lines(&built.bytes) {
                assert!(line.len() <= 100, "{}: {line}", line.len());
                assert!(!line.contains(['\r', '\n']), "{line:?}");
            }
        }
    }

    #[test]
    fn nothing_can_add_a_header_or_a_part() {
        let evil = "x\r\nBcc: all@example.com\r\n\r\n--=_n0123456789abcdef0123456789abcdefdeskexample--\r\n";
        let mail = Outgoing {
            to_name: evil.to_owned(),
            rendered: Rendered { subject: evil.to_owned(), text: evil.to_owned(), html: evil.to_owned() },
            ..outgoing()
        };
        let built = build(&sender(), &mail).unwrap();
        assert!(built.bytes.windows(4).any(|part| part == b"\n--="), "the boundary is what the test thinks");
        let parsed = MessageParser::default().parse(&built.bytes).unwrap();
        assert_eq!(parsed.parts.len(), 3);
        assert!(parsed.bcc().is_none());
        assert!(!parsed.subject().unwrap().contains(['\r', '\n']), "{:?}", parsed.subject());
        assert!(parsed.body_html(0).unwrap().contains("--=_n0123"), "the forged end is text");
        let headers: Vec<_> = lines(&built.bytes).into_iter().take_while(|line| !line.is_empty()).collect();
        assert!(!headers.iter().any(|line| line.starts_with("Bcc")), "{headers:?}");
    }

    #[test]
    fn the_same_mail_has_the_same_bytes() {
        let once = build(&sender(), &outgoing()).unwrap();
        assert_eq!(once.bytes, build(&sender(), &outgoing()).unwrap().bytes);
    }

    #[test]
    fn addresses_and_ids_that_cannot_be_sent_are_refused() {
        for bad in ["", "jo", "jo@", "@x.example", "jo@x.example\r\nRCPT TO:<a@b>", "j o@x.example", "jö@x.example"] {
            let built = build(&sender(), &Outgoing { to_email: bad.to_owned(), ..outgoing() });
            assert!(matches!(built, Err(MessageError::Recipient { .. })), "{bad:?}");
        }
        for bad in ["", "x@y", "<x>", "<x@y>\r\nBcc: a@b", "<x y@z>", "<a@b@c>", &format!("<{}@b>", "a".repeat(300))] {
            let built = build(&sender(), &Outgoing { message_id: bad.to_owned(), ..outgoing() });
            assert!(matches!(built, Err(MessageError::MessageId { .. })), "{bad:?}");
            let built = build(&sender(), &Outgoing { in_reply_to: Some(bad.to_owned()), ..outgoing() });
            assert!(matches!(built, Err(MessageError::MessageId { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_sender_is_one_mailbox() {
        assert_eq!(Sender::parse("faults@desk.example").unwrap().domain(), "desk.example");
        for bad in ["", "Faultdesk", "a@b, c@d", "X <a@b>\r\nBcc: c@d", "fäults@desk.example"] {
            assert!(Sender::parse(bad).unwrap_err().contains("such as"), "{bad}");
        }
    }

    #[test]
    fn absurd_dates_are_written_all_the_same() {
        for micros in [i64::MIN, -1, i64::MAX] {
            let built = build(&sender(), &Outgoing { at: Timestamp::from_micros(micros), ..outgoing() }).unwrap();
            assert!(header(&built.bytes, "Date").unwrap().ends_with("+0000"));
        }
    }
}
