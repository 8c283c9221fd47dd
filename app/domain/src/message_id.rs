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
}
