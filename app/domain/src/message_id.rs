//! Message-IDs of mails about faults and tickets. Stable: a mail that is sent again after a crash is the same mail.

use uuid::Uuid;

use crate::id::{FaultId, NoticeId, TicketId};

/// The id of the first mail of a fault to one recipient; later mails refer to it, which makes one thread.
pub fn thread_root(fault: FaultId, recipient: Uuid, domain: &str) -> String {
    format!("<f.{}.{}@{domain}>", fault.0.simple(), recipient.simple())
}

/// The same for a ticket.
pub fn ticket_root(ticket: TicketId, recipient: Uuid, domain: &str) -> String {
    format!("<t.{}.{}@{domain}>", ticket.0.simple(), recipient.simple())
}

/// The id of a later mail of a thread.
pub fn follow_up(notice: NoticeId, domain: &str) -> String {
    format!("<n.{}@{domain}>", notice.0.simple())
}

/// What one of our ids names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Fault { fault: FaultId, recipient: Uuid },
    Ticket { ticket: TicketId, recipient: Uuid },
    Notice(NoticeId),
}

/// An id as it leaves the house: `mac` proves that we made it. Stable, since the MAC of an id is.
///
/// Ids are kept without their MAC: `<t.ID.ID@desk.example>` is sent as `<t.ID.ID.MAC@desk.example>`.
pub fn signed(id: &str, mac: &str) -> String {
    match id.rsplit_once('@') {
        Some((local, rest)) => format!("{local}.{mac}@{rest}"),
        None => id.to_owned(),
    }
}

/// An id that somebody refers to, taken apart: the id as it is kept, what it names, and the MAC that must prove it.
/// None: it is not of our shape or domain.
pub fn open(id: &str, domain: &str) -> Option<(String, Origin, String)> {
    let inner = id.trim().trim_start_matches('<').trim_end_matches('>').to_ascii_lowercase();
    let (local, host) = inner.rsplit_once('@')?;
    if !host.eq_ignore_ascii_case(domain) {
        return None;
    }
    let (plain, mac) = local.rsplit_once('.')?;
    let parts: Vec<&str> = plain.split('.').collect();
    let uuid = |text: &str| Uuid::try_parse(text).ok().filter(|id| id.simple().to_string() == text);
    let origin = match parts.as_slice() {
        ["f", fault, recipient] => Origin::Fault { fault: FaultId(uuid(fault)?), recipient: uuid(recipient)? },
        ["t", ticket, recipient] => Origin::Ticket { ticket: TicketId(uuid(ticket)?), recipient: uuid(recipient)? },
        ["n", notice] => Origin::Notice(NoticeId(uuid(notice)?)),
        _ => return None,
    };
    Some((format!("<{plain}@{domain}>"), origin, mac.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_differ_by_recipient() {
        let fault = FaultId(Uuid::from_u128(7));
        let root = thread_root(fault, Uuid::from_u128(8), "desk.example");
        assert_eq!(root, thread_root(fault, Uuid::from_u128(8), "desk.example"));
        assert_ne!(root, thread_root(fault, Uuid::from_u128(9), "desk.example"));
        assert_ne!(root, ticket_root(TicketId(fault.0), Uuid::from_u128(8), "desk.example"));
        assert!(root.len() < 100, "a Message-ID fits a header line");
    }

    #[test]
    fn a_signed_id_comes_apart_again() {
        let (ticket, recipient) = (TicketId(Uuid::from_u128(7)), Uuid::from_u128(8));
        let root = ticket_root(ticket, recipient, "desk.example");
        let sent = signed(&root, "0a1b");
        assert!(sent.ends_with(".0a1b@desk.example>"), "{sent}");
        let expected = (root, Origin::Ticket { ticket, recipient }, "0a1b".to_owned());
        assert_eq!(open(&sent, "desk.example"), Some(expected.clone()));
        let shouted = sent.to_uppercase();
        assert_eq!(open(shouted.trim_matches(['<', '>']), "desk.example"), Some(expected));
        let notice = follow_up(NoticeId(Uuid::from_u128(9)), "desk.example");
        let opened = open(&signed(&notice, "ff"), "desk.example").unwrap();
        assert_eq!((opened.0, opened.1), (notice, Origin::Notice(NoticeId(Uuid::from_u128(9)))));
    }

    #[test]
    fn what_is_not_ours_is_not_opened() {
        let root = ticket_root(TicketId(Uuid::from_u128(7)), Uuid::from_u128(8), "desk.example");
        assert_eq!(open(&signed(&root, "ff"), "other.example"), None);
        for odd in ["", "<>", "<a@b>", &root, "<n.1.ff@desk.example>", "<x.1.ff@desk.example>", "<.@desk.example>"] {
            assert_eq!(open(odd, "desk.example"), None, "{odd}");
        }
    }
}
