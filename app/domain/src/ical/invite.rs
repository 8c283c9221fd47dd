//! An appointment that is sent by mail: RFC 5546, methods REQUEST and CANCEL.

use std::fmt;

use super::{
    lines::escape,
    write::{instant, write_line},
};
use crate::time::{Span, Timestamp};

/// A person with an address, as calendar programs name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    pub name: String,
    pub email: String,
}

/// One appointment for one person. The same text for the same values, octet for octet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The appointment no longer holds.
    pub cancelled: bool,
    /// The same for all mails about one appointment.
    pub uid: String,
    /// Higher than in the mail before, or programs keep what they have.
    pub sequence: u32,
    pub stamp: Timestamp,
    pub span: Span,
    pub summary: String,
    pub place: String,
    pub description: String,
    pub organizer: Attendee,
    pub attendee: Attendee,
}

impl Invitation {
    /// The method, which the part of the mail has to name too.
    pub fn method(&self) -> &'static str {
        if self.cancelled { "CANCEL" } else { "REQUEST" }
    }
}

/// The text of a part of type text/calendar.
impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = if self.cancelled { "CANCELLED" } else { "CONFIRMED" };
        let reply = if self.cancelled { "" } else { ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE" };
        for line in [
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Faultdesk//Faultdesk//EN".to_owned(),
            "CALSCALE:GREGORIAN".to_owned(),
            format!("METHOD:{}", self.method()),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escape(&self.uid)),
            format!("SEQUENCE:{}", self.sequence),
            format!("DTSTAMP:{}", instant(self.stamp)),
            format!("DTSTART:{}", instant(self.span.from)),
            format!("DTEND:{}", instant(self.span.until)),
            format!("SUMMARY:{}", escape(&self.summary)),
            format!("LOCATION:{}", escape(&self.place)),
            format!("DESCRIPTION:{}", escape(&self.description)),
            format!("ORGANIZER;CN={}:mailto:{}", quoted(&self.organizer.name), address(&self.organizer.email)),
            format!(
                "ATTENDEE;CN={};ROLE=REQ-PARTICIPANT{reply}:mailto:{}",
                quoted(&self.attendee.name),
                address(&self.attendee.email)
            ),
            format!("STATUS:{status}"),
            "TRANSP:OPAQUE".to_owned(),
            "END:VEVENT".to_owned(),
            "END:VCALENDAR".to_owned(),
        ] {
            write_line(f, &line)?;
        }
        Ok(())
    }
}

/// A parameter's value in quotes, which nothing inside can end.
fn quoted(text: &str) -> String {
    let inner: String = text.chars().filter(|c| !c.is_control() && *c != '"').collect();
    format!("\"{inner}\"")
}

/// An address without what would end its line.
fn address(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::samples::at;

    fn invitation() -> Invitation {
        Invitation {
            cancelled: false,
            uid: "visit-1@desk.example".to_owned(),
            sequence: 2,
            stamp: at("2026-11-19T15:05:00Z"),
            span: Span { from: at("2026-11-20T09:30:00Z"), until: at("2026-11-20T11:30:00Z") },
            summary: "Visit; T-2314".to_owned(),
            place: "Bath office, Queen Square".to_owned(),
            description: "Tom Okafor".to_owned(),
            organizer: Attendee { name: "Faultdesk".to_owned(), email: "desk@desk.example".to_owned() },
            attendee: Attendee { name: "Jo \"J\" Bell\r\n".to_owned(), email: "jo@bath.example".to_owned() },
        }
    }

    #[test]
    fn an_invitation_is_written_as_the_format_has_it() {
        let expected = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Faultdesk//Faultdesk//EN\nCALSCALE:GREGORIAN\n\
            METHOD:REQUEST\nBEGIN:VEVENT\nUID:visit-1@desk.example\nSEQUENCE:2\nDTSTAMP:20261119T150500Z\n\
            DTSTART:20261120T093000Z\nDTEND:20261120T113000Z\nSUMMARY:Visit\\; T-2314\n\
            LOCATION:Bath office\\, Queen Square\nDESCRIPTION:Tom Okafor\n\
            ORGANIZER;CN=\"Faultdesk\":mailto:desk@desk.example\n\
            ATTENDEE;CN=\"Jo J Bell\";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:jo@bath.example\n\
            STATUS:CONFIRMED\nTRANSP:OPAQUE\nEND:VEVENT\nEND:VCALENDAR\n";
        let text = invitation().to_string();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert_eq!(text.replace("\r\n ", ""), expected.replace('\n', "\r\n"));
    }

    #[test]
    fn a_cancellation_names_the_same_appointment() {
        let text = Invitation { cancelled: true, sequence: 3, ..invitation() }.to_string();
        for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "UID:visit-1@desk.example", "SEQUENCE:3"] {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}");
        }
        assert!(!text.contains("RSVP"));
    }
}
